"""The W3C test suites of SPARQL 1.1 Protocol and Graph Store Protocol hold, over HTTP, with updates on.

The suites are test data of the W3C and no part of the project. They are looked for in $BULLWHIP_CONFORMANCE and beside
the project; without them these tests are skipped, and say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from rdflib.compare import isomorphic

from bullwhip.workspace.starting import write_workspace
from serving import TOKEN, Answer, Server, serving
from w3c_protocol import Case, Exchange, cases, folder

pytestmark = pytest.mark.skipif(
    folder() is None, reason="the W3C test suites are not here: set BULLWHIP_CONFORMANCE to their folder"
)
SKIPPED: dict[str, str] = {}
"""Tests that do not hold, with the reason; there are none."""

PROTOCOL = list(cases("protocol/manifest.ttl"))
STORE = [*cases("graph-store-protocol/manifest-direct.ttl"), *cases("graph-store-protocol/manifest-indirect.ttl")]
TABULAR = {
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
}  # fmt: skip
RDF_TYPES = {"text/turtle", "application/n-triples", "application/rdf+xml"}
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that takes updates, and answers to the name that the suites use."""
    chain = tmp_path_factory.mktemp("suite") / "coffee"
    write_workspace(chain, "en")
    with serving("--allow-update", "--allow-host", "www.example", "--quiet", workspace=str(chain)) as running:
        yield running


def update(server: Server, text: str) -> None:
    """Run an update."""
    headers = AUTHORIZATION | {"Content-Type": "application/sparql-update"}

    assert server.ask("POST", "/update", headers, text.encode()).status in (200, 204)


def sent(server: Server, exchange: Exchange, path: str, seen: dict[str, str]) -> Answer:
    """Send a request of a suite; names of places that were seen before are written into it."""
    body = exchange.body
    for name, value in seen.items():
        path, body = path.replace(name, value), body.replace(name.encode(), value.encode())
    return server.ask(exchange.method, path, {"Host": "www.example", **AUTHORIZATION, **exchange.headers}, body)


def judge(exchange: Exchange, answer: Answer) -> None:
    """Hold an answer against what is expected."""
    kind = answer.headers.get("content-type", "").partition(";")[0]

    assert {str(answer.status), f"{answer.status // 100}xx"} & exchange.statuses, answer.body
    if exchange.boolean is not None:
        assert json.loads(answer.body)["boolean"] is exchange.boolean
    if exchange.form:
        assert kind in (RDF_TYPES if exchange.form == "RDF" else TABULAR)
    if exchange.graph is not None:
        media, text = exchange.graph
        assert kind == media
        assert isomorphic(
            rdflib.Graph().parse(data=text, format="turtle"), rdflib.Graph().parse(data=answer.body, format="turtle")
        )


@pytest.mark.parametrize("case", PROTOCOL, ids=lambda case: case.name)
def test_the_protocol_is_kept(case: Case, server: Server) -> None:
    """Each request is answered with the status, the format and the truth value that the suite expects."""
    if case.name in SKIPPED:
        pytest.skip(SKIPPED[case.name])
    for name, path in case.graphs.items():
        update(server, f"DROP SILENT GRAPH <{name}>; INSERT DATA {{ GRAPH <{name}> {{ {path.read_text()} }} }}")

    for exchange in case.exchanges:
        judge(exchange, sent(server, exchange, exchange.path, {}))


@pytest.mark.parametrize("case", STORE, ids=lambda case: case.name)
def test_the_graph_store_protocol_is_kept(case: Case, server: Server) -> None:
    """Graphs are put, read, merged and deleted as the suite expects, by their names and by their URLs."""
    update(server, "DROP ALL")
    seen: dict[str, str] = {}

    for exchange in case.exchanges:
        answer = sent(server, exchange, exchange.path.replace("/gsp", "/data", 1), seen)
        judge(exchange, answer)
        if exchange.location:
            seen[exchange.location] = answer.headers["location"]


def test_the_whole_suites_are_there() -> None:
    """No test was lost in reading the manifests: 34 of the Protocol, 13 of the Graph Store Protocol."""
    assert (len(PROTOCOL), len(STORE)) == (34, 13)


def test_the_data_of_the_suite_is_used() -> None:
    """Six tests of datasets have graphs to begin with, all of which are there."""
    files = [path for case in PROTOCOL for path in case.graphs.values()]

    assert len({path.name for path in files}) == 3
    assert [path for path in files if not isinstance(path, Path) or not path.is_file()] == []
