"""What an endpoint is asked: ways of a query, credentials, URLs, and writing in pages that are never sent twice."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from bullwhip.errors import LoadError, QueryError, UsageError
from bullwhip.store.remote import RemoteStore
from scripted_endpoint import SELECT, TRUE, Endpoint, Reply, good, raised, scripted


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """An endpoint of this process."""
    with scripted() as found:
        yield found


def test_writing_is_never_tried_again(endpoint: Endpoint) -> None:
    """A write that is refused has perhaps been done: it is sent once."""
    endpoint.says(good(TRUE), good(b""), good(b""), (503, {"Retry-After": "1"}, b"busy"))
    store = endpoint.store()
    with pytest.raises(QueryError, match="BW523"):
        store.drop("urn:g")

    assert (["POST", "POST", "HEAD", "DELETE"], []) == ([method for method, *_ in endpoint.asked], endpoint.pauses)
    store.close()


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


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org/", "http://", "http://me:s3cret@example.org/", "http://[", "file:///x"]
)
def test_what_is_no_url_is_usage(url: str) -> None:
    """A URL that is none, of another scheme, or with a password in it is refused, and the password is not shown."""
    with pytest.raises(UsageError, match="BW002") as caught:
        RemoteStore(url)

    assert "s3cret" not in str(caught.value)


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
