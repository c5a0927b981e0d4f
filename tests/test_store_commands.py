"""`push`, `doctor` and `query --store`: a workspace at a real second server, and what is told of those that cannot."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import QueryError
from bullwhip.resources import data
from bullwhip.store.doctor import QUESTIONS, diagnose
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.pushing import push
from bullwhip.store.rdflib_store import RdflibStore
from bullwhip.store.remote import RemoteStore
from endpoints import free_port, oxigraph_binary, oxigraph_server

SOLAR = str(Path(__file__).parent / "golden/solar")

served = pytest.mark.skipif(oxigraph_binary() is None, reason="no `oxigraph` server is installed")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Return what a command that succeeds writes with --json."""
    assert 0 == cli.run(["--workspace", SOLAR, *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run an empty server."""
    if oxigraph_binary() is None:
        pytest.skip("no `oxigraph` server is installed")
    with oxigraph_server(tmp_path_factory.mktemp("server")) as url:
        yield url


def test_a_workspace_is_pushed_once(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first push sends every graph, the second none; a graph that was changed there is sent again, alone."""
    first = said(capsys, "push", server)
    second = said(capsys, "push", server)
    graph = first[0]["graph"]
    store = RemoteStore(server)
    store.replace(graph, f"<urn:a> <urn:p> <urn:b> <{graph}> .\n".encode())
    third = said(capsys, "push", server)
    lines = store.dump(graph).splitlines(keepends=True)
    store.replace(graph, b"".join([*lines[1:], f"<urn:a> <urn:p> <urn:b> <{graph}> .\n".encode()]))
    fourth = said(capsys, "push", server)
    held = store.dump()
    store.close()

    assert {"sent"} == {g["state"] for g in first}
    assert [{"same"}, ["sent"] + ["same"] * (len(first) - 1)] == [
        {g["state"] for g in second},
        [g["state"] for g in third],
    ]
    assert [g["state"] for g in third] == [g["state"] for g in fourth]
    assert Workspace.open(SOLAR).store().dump() == held


def test_queries_are_asked_there(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--store URL` and `--store DIR` give what the workspace's own store gives."""
    said(capsys, "push", server)
    expected = said(capsys, "query", "module_makers")

    assert expected == said(capsys, "query", "module_makers", "--store", server)
    assert expected["rows"] != []


def test_answers_are_sent_along(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A query that reads exposures is refused where there are none, and answered where they were sent along."""
    held = {g["graph"] for g in said(capsys, "push", server)}
    library = ["query", str(data("queries") / "exposure/ranked_companies.rq"), "--param", "driver=module.price"]
    code = cli.run(["--workspace", SOLAR, *library, "--store", server])
    refused = capsys.readouterr().err
    sent = said(capsys, "push", server, "--with", "exposures")
    expected = said(capsys, *library)

    assert (3, True) == (code, f"bullwhip push {server} --with exposures" in refused)
    assert {True: {"same"}, False: {"sent"}} == {
        there: {g["state"] for g in sent if (g["graph"] in held) == there} for there in (True, False)
    }
    assert expected == said(capsys, *library, "--store", server)
    assert expected["rows"] != []


@served
def test_a_store_on_disk_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--store DIR` reads a folder that a server has written, and that nobody writes any more."""
    with oxigraph_server(tmp_path / "data") as url:
        said(capsys, "push", url)

    expected = said(capsys, "query", "module_makers")
    assert expected == said(capsys, "query", "module_makers", "--store", str(tmp_path / "data"))
    assert said(capsys, "doctor", str(tmp_path / "data"))["ok"]


def test_a_sound_endpoint_is_told(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All that is needed is there; what is written is gone afterwards; without --write nothing is."""
    said(capsys, "push", server)
    before = RemoteStore(server)
    graphs = dict(before.graphs())
    quiet = said(capsys, "doctor", server)
    found = said(capsys, "doctor", server, "--write")
    status = {f["id"]: f["status"] for f in found["findings"]}

    assert (True, True) == (quiet["ok"], found["ok"])
    assert ("ok", "unknown") == (status["write"], {f["id"]: f["status"] for f in quiet["findings"]}["write"])
    assert ("differs", "differs", "differs") == (status["union"], status["spelling"], status["big_product"])
    assert graphs == dict(before.graphs())
    before.close()


def test_stores_differ_where_they_are_known_to() -> None:
    """What each engine does in its own way is found, and nothing needed is missing from either."""
    found = {kind: diagnose(store) for kind, store in (("ox", OxigraphStore()), ("rdflib", RdflibStore()))}
    different = {
        kind: [f.id for f in diagnosis.findings if f.status in ("differs", "fails")]
        for kind, diagnosis in found.items()
    }

    assert {
        "ox": ["exact_decimal", "big_compare", "big_product"],
        "rdflib": ["year"],
    } == different
    assert all(diagnosis.is_sound for diagnosis in found.values())


def test_questions_are_documented() -> None:
    """Each question has a name in both languages, an answer and a consequence."""
    assert [] == [q.id for q in QUESTIONS if not (q.en and q.zh and q.expected and q.meaning)]
    assert len(QUESTIONS) == len({q.id for q in QUESTIONS})


def test_an_endpoint_that_cannot_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A server that answers every question with an empty table lacks what is needed: exit code 1, with the reason."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            content = b'{"head": {"vars": []}, "results": {"bindings": []}}'
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as empty:
        thread = threading.Thread(target=empty.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        code = cli.run(["doctor", f"http://127.0.0.1:{empty.server_port}/sparql"])
        empty.shutdown()
        thread.join()
    captured = capsys.readouterr()

    assert 1 == code
    assert "something that is needed is missing" in captured.err
    assert "needed: labels are lost or searched wrongly" in captured.out


def test_nobody_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """An endpoint that cannot be reached ends every command with its code, and no traceback."""
    url = f"http://127.0.0.1:{free_port()}/query"
    codes = [
        cli.run(["--workspace", SOLAR, *command])
        for command in (["push", url], ["query", "module_makers", "--store", url], ["doctor", url])
    ]

    assert [3, 3, 3] == codes
    assert 3 == capsys.readouterr().err.count("BW522")


def test_an_empty_store_is_asked_and_not_the_own_one() -> None:
    """A store that holds nothing gives nothing: the workspace's own does not take its place."""
    workspace = Workspace.open(SOLAR)

    assert () == workspace.query("module_makers", on=OxigraphStore()).rows
    assert () != workspace.query("module_makers").rows


def test_one_store_for_one_content() -> None:
    """Who opens the same content asks the same store, under any scenario; another date has one of its own."""
    first = Workspace.open(SOLAR)
    earlier = first.known_on("2024-01-01")

    assert first.store() is Workspace.open(SOLAR).store()
    assert first.store() is not earlier.store()
    with pytest.raises(QueryError, match="BW525"):
        first.store().drop("urn:g")


def test_a_store_that_keeps_less_than_it_is_sent_is_told() -> None:
    """Where a triple is lost on the way the push fails, and does not say that it was sent."""

    class Lossy(OxigraphStore):
        def replace(self, graph: str, nquads: bytes) -> None:
            super().replace(graph, nquads.split(b"\n", 1)[1])

    source = OxigraphStore.of(b'<urn:a> <urn:p> "1" <urn:g> .\n<urn:a> <urn:p> "2" <urn:g> .\n')
    with pytest.raises(QueryError, match="holds 1 of the 2 triples of <urn:g>") as caught:
        list(push(source, Lossy()))

    assert "BW524" == caught.value.problems[0].code


def test_a_store_that_keeps_other_numbers_is_told() -> None:
    """As many triples with another number are not what was sent; the line that is lost is named, each time."""

    class Rounding(OxigraphStore):
        def replace(self, graph: str, nquads: bytes) -> None:
            super().replace(graph, nquads.replace(b'"1.25"', b'"1.2"'))

    line = b'<urn:a> <urn:p> "1.25" <urn:g> .'
    target = Rounding()
    for _ in range(2):
        (sent,) = push(OxigraphStore.of(line), target)

        assert ("altered", line.decode()) == (sent.state, sent.altered)
