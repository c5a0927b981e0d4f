"""An endpoint that fails: every failure is told as what it is, in time, and none becomes a short answer."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip.errors import LimitError, QueryError
from bullwhip.store.remote import RemoteStore
from bullwhip.terms import PREFIXES
from endpoints import free_port
from scripted_endpoint import JSON, ROWS, SELECT, Endpoint, good, raised, scripted

NTRIPLES = "application/n-triples"
LINES = b'<urn:a> <urn:p> "1" .\n<urn:b> <urn:p> "2" .\n'


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint of this process."""
    with scripted() as found:
        yield found


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


def test_functions_are_refused_with_what_to_do(endpoint: Endpoint) -> None:
    """An endpoint cannot call our functions; nothing is sent, and the message names the nodes to ask instead."""
    store = endpoint.store()
    with pytest.raises(QueryError, match="BW525") as caught:
        store.query(SELECT, {"urn:f": lambda term: term})
    with pytest.raises(QueryError, match="BW501"):
        store.query("SELECT ?x {")
    store.close()

    assert (True, []) == ("bw:Exposure" in str(caught.value), endpoint.asked)


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
