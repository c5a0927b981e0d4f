"""An endpoint that fails: every failure is told as what it is, in time, and none becomes a short answer."""

from __future__ import annotations

import base64
import gzip
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip.errors import BullwhipError, LimitError, LoadError, QueryError, UsageError
from bullwhip.store.remote import RemoteStore
from bullwhip.store.transport import Limits
from bullwhip.terms import PREFIXES
from endpoints import free_port

JSON = "application/sparql-results+json"
NTRIPLES = "application/n-triples"
SELECT = "SELECT ?x { ?s ?p ?x }"
ROWS = json.dumps(
    {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": str(n)}} for n in range(3)]}}
).encode()
UNION = json.dumps({"head": {"vars": ["g"]}, "results": {"bindings": []}}).encode()
TRUE = b'{"head": {}, "boolean": true}'
LINES = b'<urn:a> <urn:p> "1" .\n<urn:b> <urn:p> "2" .\n'

Reply = tuple[int, dict[str, str], bytes]


class Endpoint:
    """A server of this process that says what it is told to say, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.replies: list[Reply | Callable[[Any], None]] = []
        self.pauses: list[float] = []

        own = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                """Answer with the next reply; the last one is given again and again."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                own.asked.append((self.command, self.path, dict(self.headers), body))
                reply = own.replies.pop(0) if len(own.replies) > 1 else own.replies[0]
                if callable(reply):
                    reply(self)
                    self.close_connection = True
                    return
                status, headers, content = reply
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def __getattr__(self, name: str) -> Any:
                """Take every method of HTTP alike."""
                if name.startswith("do_"):
                    return self.do
                raise AttributeError(name)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def says(self, *replies: Reply | Callable[[Any], None]) -> None:
        """Answer the next requests like this."""
        self.replies = list(replies)

    def store(self, **limits: Any) -> RemoteStore:
        """Return a store at this endpoint that pauses in no time."""
        return RemoteStore(self.url, limits=Limits(**limits), pause=self.pauses.append)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Run an endpoint of this process."""
    found = Endpoint()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def good(content: bytes = ROWS, kind: str = JSON, **headers: str) -> Reply:
    """Return a sound answer."""
    return 200, {"Content-Type": kind} | headers, content


def raised(endpoint: Endpoint, error: type[BullwhipError], form: str = "select", **limits: Any) -> str:
    """Return how an answer is refused."""
    store = endpoint.store(**limits)
    try:
        with pytest.raises(error) as caught:
            store.ask(SELECT, form, {})  # type: ignore[arg-type]
    finally:
        store.close()
    return caught.value.problems[0].render()


def test_a_sound_answer_is_read(endpoint: Endpoint) -> None:
    """Rows come as terms; one media type was asked for, and the query went as a form."""
    endpoint.says(good())
    store = endpoint.store()
    answer = store.ask(SELECT, "select", {})
    store.close()
    method, path, headers, body = endpoint.asked[0]

    assert [("0",), ("1",), ("2",)] == [(row[0].value,) for row in answer.rows]  # type: ignore[union-attr]
    assert ("POST", "/sparql", JSON) == (method, path, headers["Accept"])
    assert b"query=SELECT+%3Fx+%7B+%3Fs+%3Fp+%3Fx+%7D" == body


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (ROWS[:-2], "is cut off or no JSON"),
        (ROWS[: len(ROWS) // 2], "is cut off or no JSON"),
        (ROWS[:-2] + b"The SPARQL operation has been cancelled", "The SPARQL operation has been cancelled"),
        (b"", "is cut off or no JSON"),
        (ROWS + ROWS, "is cut off or no JSON"),
        (b"[" * 100_000, "is cut off or no JSON"),
        (b'{"head": {}, "boolean": true}', "is not of the form"),
        (b'{"head": {"vars": "x"}, "results": {"bindings": [{"y": {}}]}}', "is no column"),
        (b'{"head": {"vars": [1]}, "results": {"bindings": []}}', "is not of the form"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "a b"}}]}}', "form"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "odd", "value": "a"}}]}}', "'odd'"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": 3}]}}', "is not of the form"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"datatype": 3, "value": 4}}]}}', "form"),
        (b'{"head": {"vars": ["x"]}, "results": [1]}', "is not of the form"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [[]]}}', "is not of the form"),
        (b"[]", "is not of the form"),
        (b"3", "is not of the form"),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": '
         + b'{"type": "triple", "value": {"subject": ' * 400 + b"1" + b"}}" * 400 + b"}]}}", "form"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_whole_is_an_error(endpoint: Endpoint, content: bytes, message: str) -> None:
    """A body with status 200 that is cut off, followed by an excuse, nested without end or malformed is no answer."""
    endpoint.says(good(content))
    text = raised(endpoint, QueryError)

    assert text.startswith("BW524 ")
    assert message in text


def test_fewer_bytes_than_announced_are_an_error(endpoint: Endpoint) -> None:
    """A body shorter than its Content-Length is cut off, at whatever byte."""

    def cut(handler: Any) -> None:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\nContent-Length: 999\r\n\r\n" + LINES
        )

    endpoint.says(cut)

    assert "BW524" in raised(endpoint, QueryError, "construct")


def test_triples_without_an_end_are_an_error(endpoint: Endpoint) -> None:
    """N-Triples end at any line; where neither length nor chunks tell that all has come, it does not count."""

    def endless(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/n-triples\r\n\r\n" + LINES)

    endpoint.says(endless)

    assert "does not say where it ends" in raised(endpoint, QueryError, "construct")


def test_chunks_are_read_to_the_last(endpoint: Endpoint) -> None:
    """A chunked body counts when its last chunk has come, and not before."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/n-triples\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n%s\r\n" % (len(LINES), LINES)
    endpoint.says(lambda handler: handler.wfile.write(head + chunk + b"0\r\n\r\n"))
    store = endpoint.store()

    assert 2 == len(list(store.ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "construct", {}).rows))
    store.close()
    endpoint.says(lambda handler: handler.wfile.write(head + chunk))
    assert "BW524" in raised(endpoint, QueryError, "construct")
    endpoint.says(lambda handler: handler.wfile.write(head + b"zz\r\n"))
    assert "BW524" in raised(endpoint, QueryError, "construct")


@pytest.mark.parametrize("kind", ["text/html", "application/sparql-results+xml", "application/rdf+xml", ""])
def test_another_media_type_is_an_error(endpoint: Endpoint, kind: str) -> None:
    """A page for people, or results in a form that was not asked for, are told with the beginning of their text."""
    endpoint.says(good(b"<html><script>x()</script><b>Welcome</b> \x1b[31m", kind))
    text = raised(endpoint, QueryError)

    assert f"answers with {kind or 'no media type'} instead of {JSON}" in text
    assert ("Welcome" in text, "x()" in text, "\x1b" in text) == (True, kind != "text/html", False)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (500, "HTTP 500: Virtuoso 42000 Error The estimated execution time exceeds the limit"),
        (400, "HTTP 400"), (401, "netrc"), (403, "BULLWHIP_TOKEN"), (404, "…/sparql"), (413, "less at once"),
        (503, "try again later"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_its_reason(endpoint: Endpoint, status: int, message: str) -> None:
    """A status that is no success gives its number, the beginning of the body and what to do."""
    reason = b"Virtuoso 42000 Error\n The estimated execution time exceeds the limit\x1b]0;x\x07"
    endpoint.says((status, {"Content-Type": "text/plain"}, reason))
    text = raised(endpoint, QueryError)

    assert text.startswith("BW523 ")
    assert message in text
    assert ("\x1b" in text, "\x07" in text) == (False, False)


def test_reading_is_tried_again(endpoint: Endpoint) -> None:
    """An endpoint that is busy is asked again after the pause it names, within patience; then its answer counts."""
    endpoint.says((503, {"Retry-After": "7"}, b""), (429, {"Retry-After": "9999"}, b""), good())
    store = endpoint.store()

    assert 3 == len(list(store.ask(SELECT, "select", {}).rows))
    assert [7.0, 30.0] == endpoint.pauses
    store.close()


def test_pauses_grow_and_tries_end(endpoint: Endpoint) -> None:
    """Without a named pause each is four times the last; after three tries the refusal is told."""
    endpoint.says((502, {"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, b""), (504, {"Retry-After": "soon"}, b""))
    text = raised(endpoint, QueryError)

    assert ("HTTP 504" in text, [0.0, 1.0], 3) == (True, endpoint.pauses, len(endpoint.asked))


def test_a_connection_that_is_dropped_is_tried_again(endpoint: Endpoint) -> None:
    """A server that closes without a word may just have started again."""
    endpoint.says(lambda handler: None, good())
    store = endpoint.store()

    assert 3 == len(list(store.ask(SELECT, "select", {}).rows))
    assert [0.25] == endpoint.pauses
    store.close()


def test_writing_is_never_tried_again(endpoint: Endpoint) -> None:
    """A write that is refused has perhaps been done: it is sent once."""
    endpoint.says(good(TRUE), good(b""), good(b""), (503, {"Retry-After": "1"}, b"busy"))
    store = endpoint.store()
    with pytest.raises(QueryError, match="BW523"):
        store.drop("urn:g")

    assert (["POST", "POST", "HEAD", "DELETE"], []) == ([method for method, *_ in endpoint.asked], endpoint.pauses)
    store.close()


def test_nobody_there_is_told() -> None:
    """A port on which nobody listens cannot be reached, after three tries."""
    pauses: list[float] = []
    store = RemoteStore(f"http://127.0.0.1:{free_port()}/query", pause=pauses.append)
    with pytest.raises(QueryError, match="BW522") as caught:
        store.ask(SELECT, "select", {})

    assert ([0.25, 1.0], True) == (pauses, "is it running" in str(caught.value))
    store.close()


def test_another_host_is_not_followed(endpoint: Endpoint) -> None:
    """A redirect to a host, port or scheme that the user has not named is refused; the other is not asked."""
    other = f"http://127.0.0.1:{free_port()}/x"
    for target in (other, "https://example.org/sparql", "//example.org/", "file:///etc/passwd"):
        endpoint.says((307, {"Location": target}, b""))
        assert "BW523" in raised(endpoint, QueryError)


def test_the_same_host_is_followed(endpoint: Endpoint) -> None:
    """A redirect on the same host is followed when it keeps the request, and not without end."""
    endpoint.says((308, {"Location": "/other"}, b""), good())
    store = endpoint.store()

    assert 3 == len(list(store.ask(SELECT, "select", {}).rows))
    assert ["/sparql", "/other"] == [path for _, path, _, _ in endpoint.asked]
    store.close()
    endpoint.says((302, {"Location": "/other"}, b""))
    assert "redirects a POST with 302" in raised(endpoint, QueryError)
    endpoint.says((307, {"Location": "/again"}, b""))
    assert "redirects without end" in raised(endpoint, QueryError)


def test_a_slow_answer_reaches_a_limit(endpoint: Endpoint) -> None:
    """An endpoint that says nothing, or says it drop by drop, is left when the time is up; it is not asked again."""
    done = threading.Event()

    def silent(handler: Any) -> None:
        done.wait(5)

    def trickling(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 999\r\n\r\n")
        for _ in range(200):
            if done.wait(0.05):
                break
            handler.wfile.write(b"x")

    endpoint.says(silent, trickling)
    texts = [raised(endpoint, LimitError, seconds=0.3), raised(endpoint, LimitError, seconds=0.3)]
    done.set()

    assert ["BW901", "BW901"] == [t[:5] for t in texts]
    assert (True, 2) == ("has not answered within 0.3 seconds" in texts[0], len(endpoint.asked))


def test_a_large_answer_reaches_a_limit(endpoint: Endpoint) -> None:
    """An answer that grows past the limit is left, also one that is small only while it is packed."""
    endpoint.says(good(b" " * 20_000))
    assert "more than 10,000 bytes" in raised(endpoint, LimitError, bytes=10_000)
    endpoint.says(good(gzip.compress(b" " * 5_000_000), JSON, **{"Content-Encoding": "gzip"}))
    assert "more than 10,000 bytes" in raised(endpoint, LimitError, bytes=10_000)
    endpoint.says(good(b"not packed", JSON, **{"Content-Encoding": "gzip"}))
    assert "BW524" in raised(endpoint, QueryError)


def test_rows_that_the_endpoint_cuts_off_reach_a_limit(endpoint: Endpoint) -> None:
    """An endpoint that says how many rows it gives at most, and gives as many, has perhaps more."""
    endpoint.says(good(ROWS, JSON, **{"X-SPARQL-MaxRows": "3"}))

    assert "gives at most 3 rows" in raised(endpoint, LimitError)


def test_a_query_goes_the_way_the_endpoint_takes(endpoint: Endpoint) -> None:
    """Where forms are not taken the query goes as it is, then in the URL; the way is remembered."""
    endpoint.says((415, {}, b""), good())
    store = endpoint.store()
    store.ask(SELECT, "select", {"default-graph-uri": ["urn:g", "urn:h"]})
    store.ask(SELECT, "select", {})
    store.close()
    kinds = [headers["Content-Type"] for _, _, headers, _ in endpoint.asked]

    assert ["application/x-www-form-urlencoded", *["application/sparql-query; charset=utf-8"] * 2] == kinds
    assert (SELECT.encode(), "/sparql?default-graph-uri=urn%3Ag&default-graph-uri=urn%3Ah") == (
        endpoint.asked[1][3], endpoint.asked[1][1],
    )  # fmt: skip
    endpoint.says((405, {}, b""), (405, {}, b""), good())
    store = endpoint.store()
    store.ask(SELECT, "select", {})
    store.close()
    assert ("GET", "/sparql?query=SELECT+%3Fx+%7B+%3Fs+%3Fp+%3Fx+%7D") == endpoint.asked[-1][:2]


def test_credentials_go_to_the_host_and_into_no_message(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login or token is sent, and an endpoint that says it back does not get it into a message."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    pair = base64.b64encode(b"me:s3cret").decode()
    endpoint.says((500, {}, f"me s3cret Basic {pair} Bearer t0ken".encode()))
    text = raised(endpoint, QueryError)
    monkeypatch.setenv("BULLWHIP_TOKEN", "t0ken")
    other = raised(endpoint, QueryError)

    assert [f"Basic {pair}", "Bearer t0ken"] == [endpoint.asked[n][2]["Authorization"] for n in (0, -1)]
    assert [False, False, False] == ["s3cret" in text, pair in text, "t0ken" in other]
    with pytest.raises(UsageError, match="not sent over plain HTTP"):
        RemoteStore("http://example.org/sparql")


def test_a_digest_is_sent_where_it_is_wanted(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes no plain login gets a digest of it, and no password."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    wanted = {"WWW-Authenticate": 'Digest realm="x", nonce="n", qop="auth", algorithm=MD5'}
    endpoint.says((401, {}, b""), (401, wanted, b""), good())
    store = endpoint.store()
    store.ask(SELECT, "select", {})
    store.ask(SELECT, "select", {})
    store.close()
    sent = [headers.get("Authorization", "") for _, _, headers, _ in endpoint.asked]

    assert ["Basic", "", "Digest", "Digest"] == [text.partition(" ")[0] for text in sent]
    assert ("s3cret" in sent[2], 'username="me"' in sent[2]) == (False, True)


def test_virtuoso_says_yes_in_a_table(endpoint: Endpoint) -> None:
    """ASK may come as a table of one number."""
    head = b'{"head": {"link": [], "vars": ["__ASK_RETVAL"]}, "results": {"bindings": ['
    cell = b'{"__ASK_RETVAL": {"type": "typed-literal", "value": "1", "datatype": "urn:i"}}'
    store = endpoint.store()
    found = []
    for rows in (cell, b"", cell.replace(b"1", b"0")):
        endpoint.says(good(head + rows + b"]}}"))
        found.append(next(iter(store.ask("ASK {}", "ask", {}).rows))[0].value)  # type: ignore[union-attr]
    store.close()

    assert ["true", "false", "false"] == found


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org/", "http://", "http://me:s3cret@example.org/", "http://[", "file:///x"]
)
def test_what_is_no_url_is_usage(url: str) -> None:
    """A URL that is none, of another scheme, or with a password in it is refused, and the password is not shown."""
    with pytest.raises(UsageError, match="BW002") as caught:
        RemoteStore(url)

    assert "s3cret" not in str(caught.value)


def test_functions_are_refused_with_what_to_do(endpoint: Endpoint) -> None:
    """An endpoint cannot call our functions; nothing is sent, and the message names the nodes to ask instead."""
    store = endpoint.store()
    with pytest.raises(QueryError, match="BW525") as caught:
        store.query(SELECT, {"urn:f": lambda term: term})
    with pytest.raises(QueryError, match="BW501"):
        store.query("SELECT ?x {")
    store.close()

    assert (True, []) == ("bw:Exposure" in str(caught.value), endpoint.asked)


def test_a_graph_goes_in_pages_of_whole_lines(endpoint: Endpoint) -> None:
    """A graph larger than a page is sent in pages that end at line ends; a blank node has one name in all of them."""
    endpoint.says(good(TRUE), good(b""))
    store = endpoint.store()
    quads = b"".join(b'_:x <urn:p> "%06d%s" <urn:g> .\n' % (n, b"x" * 900) for n in range(2_500))
    store.load(quads)
    store.close()
    sent = [body for _, path, _, body in endpoint.asked if "graph=urn" in path]

    assert (3, True) == (len(sent), all(len(page) <= 1_000_000 and page.endswith(b" .\n") for page in sent))
    assert 2_500 == len({line for page in sent for line in page.splitlines()})
    assert all(line.startswith(b"<https://w3id.org/bullwhip/id/blank/x> ") for line in b"".join(sent).splitlines())


def test_an_endpoint_without_graph_store_is_updated(endpoint: Endpoint) -> None:
    """Where graphs cannot be written directly, updates do the same: beside, then moved in one."""
    endpoint.says(good(TRUE), (204, {}, b""), (404, {}, b""), (404, {}, b""), (204, {}, b""))
    store = endpoint.store()
    store.replace("urn:g", b'<urn:a> <urn:p> "1" <urn:g> .\n')
    store.close()
    updates = [b for _, _, h, b in endpoint.asked if h.get("Content-Type") == "application/sparql-update"]

    assert [
        b"DROP SILENT GRAPH <urn:bullwhip:staging>",
        b'INSERT DATA { GRAPH <urn:bullwhip:staging> {\n<urn:a> <urn:p> "1" .\n} }',
        b"MOVE <urn:bullwhip:staging> TO <urn:g>",
    ] == updates


def test_an_update_is_not_too_long(endpoint: Endpoint) -> None:
    """An update holds a thousand triples at most, for a server may compile it."""
    missing: Reply = (404, {}, b"")
    endpoint.says(good(TRUE), (204, {}, b""), missing, missing, (204, {}, b""))
    store = endpoint.store()
    store.load(b"".join(b'<urn:a> <urn:p> "%d" <urn:g> .\n' % n for n in range(2_500)))
    store.close()
    updates = [b for _, _, h, b in endpoint.asked if h.get("Content-Type") == "application/sparql-update"]

    assert [1_000, 1_000, 500] == [update.count(b" .\n") for update in updates]


def test_an_endpoint_that_cannot_be_written_is_told(endpoint: Endpoint) -> None:
    """Where neither updates nor graphs are taken, the message says how to name their URLs; no other host is written."""
    endpoint.says(good(TRUE), (403, {}, b""))
    store = endpoint.store()
    with pytest.raises(QueryError, match="--graph-store URL"):
        store.drop("urn:g")
    store.close()
    store = RemoteStore(endpoint.url, update="http://example.org/update")
    endpoint.says(good(TRUE))
    with pytest.raises(UsageError, match="another host"):
        store.drop("urn:g")
    store.close()


def test_quads_without_a_graph_are_not_sent(endpoint: Endpoint) -> None:
    """The default graph of an endpoint may be a view of all others: what has no graph is refused before anything."""
    store = endpoint.store()
    with pytest.raises(LoadError, match="BW527"):
        store.load(b'<urn:a> <urn:p> "1" .\n')
    store.close()

    assert [] == endpoint.asked


def test_terms_are_read_as_they_are(endpoint: Endpoint) -> None:
    """Every kind of term is read: numbers in one spelling, languages, odd labels of blank nodes, triples, nothing."""
    cells = [
        {"type": "literal", "value": "31500000000000000000000000", "datatype": f"{PREFIXES['xsd']}integer"},
        {"type": "typed-literal", "value": "32.60", "datatype": f"{PREFIXES['xsd']}decimal"},
        {"type": "literal", "value": "液冷", "xml:lang": "zh"},
        {"type": "bnode", "value": "b0"},
        {"type": "bnode", "value": "nodeID://b10"},
        {"type": "uri", "value": "https://w3id.org/bullwhip/id/blank/x"},
        {"type": "literal", "value": "https://w3id.org/bullwhip/id/blank/x"},
        {"type": "triple", "value": {
            "subject": {"type": "bnode", "value": "b0"}, "predicate": {"type": "uri", "value": "urn:p"},
            "object": {"type": "literal", "value": "1"}}},
    ]  # fmt: skip
    rows = [{"x": cell} for cell in cells] + [{}]
    endpoint.says(good(json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode()))
    store = endpoint.store()
    found = [row[0] for row in store.ask(SELECT, "select", {}).rows]
    store.close()

    assert [
        '"31500000000000000000000000"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"32.6"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"液冷"@zh',
        "_:b0", f"_:x{b'nodeID://b10'.hex()}", "_:x",
        '"https://w3id.org/bullwhip/id/blank/x"',
        str(ox.Triple(ox.BlankNode("b0"), ox.NamedNode("urn:p"), ox.Literal("1"))), "None",
    ] == [str(term) for term in found]  # fmt: skip


@pytest.mark.parametrize(
    ("refused", "asked"),
    [
        (0, "/sparql?infer=false"),
        (1, "/sparql?infer=false&default-graph-uri=urn%3Ag"),
        (2, "/sparql?infer=false&query=SELECT+%3Fx+%7B+%3Fs+%3Fp+%3Fx+%7D&default-graph-uri=urn%3Ag"),
    ],
)
def test_what_a_url_asks_already_is_asked_every_way(endpoint: Endpoint, refused: int, asked: str) -> None:
    """The query of the URL that the user has named goes along, whichever way the endpoint takes queries."""
    endpoint.says(*[(405, {}, b"")] * refused, good())
    store = RemoteStore(f"{endpoint.url}?infer=false", pause=endpoint.pauses.append)
    store.ask(SELECT, "select", {"default-graph-uri": ["urn:g"]})
    store.close()

    assert asked == endpoint.asked[-1][1]


@pytest.mark.parametrize("url", ["htps://me:s3cret@example.org/sparql", "https://me:s3cret@example.org:x/sparql"])
def test_a_url_with_a_slip_shows_no_password(url: str) -> None:
    """What is no URL of an endpoint is told without what stands before its host."""
    with pytest.raises(UsageError, match="is no URL of an endpoint") as caught:
        RemoteStore(url)

    assert "s3cret" not in str(caught.value)
    assert "example.org" in str(caught.value)
