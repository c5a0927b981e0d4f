"""Updates of the pool: on a copy that takes the place of the original, whole or not at all."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bullwhip.query.guard import guard_update
from bullwhip.serve.changing import with_graphs
from bullwhip.serve.jobs import GraphChange, GraphRead, Limits, Update
from bullwhip.serve.pool import Pool
from pooling import TURTLE, Running, body, cells, children_of, in_pool, select

COUNT = "SELECT (COUNT(*) AS ?n) { ?s <urn:p> ?o }"
ENDLESS_INSERT = (
    "INSERT { <urn:a> <urn:p> 1 } WHERE { GRAPH ?g { ?a ?b ?c . ?d ?e ?f } GRAPH ?h { ?i ?j ?k . ?l ?m ?n }"
    " FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?i), STR(?l))) < 0) }"
)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """Return a pool that takes updates, for tests after which nothing has changed."""
    running = Running(limits=Limits(seconds=2), writable=True)
    yield running
    running.close()


def test_an_update_is_seen_by_all_that_come_after() -> None:
    """What an update adds is in the answers after it, and the state has another name each time."""

    async def task(pool: Pool) -> tuple[list[str], Any]:
        names = [pool.snapshot]
        for number in range(3):
            assert (await pool.run(Update(f"INSERT DATA {{ <urn:a> <urn:p> {number} }}"))).status == 204
            names.append(pool.snapshot)
        return names, cells(await pool.run(select(COUNT)))

    names, rows = in_pool(task, writable=True)

    assert len(set(names)) == 4
    assert rows == [["3"]]


@pytest.mark.parametrize(
    ("update", "status"),
    [
        ("INSERT DATA { <urn:a> <urn:p> 1 } ; " + ENDLESS_INSERT, (503, 507)),  # the limit that it meets first
        ("INSERT DATA { <urn:a> <urn:p> 1 } ; CREATE GRAPH <https://w3id.org/bullwhip/id/graph/model>", 400),
        ("INSERT DATA { <urn:a> <urn:p> 1 } ; LOAD <http://127.0.0.1:9/x>", 403),
        ("INSERT DATA { <urn:a> <urn:p> 1 } ; LOAD SILENT <file:///etc/passwd> INTO GRAPH <urn:g>", 403),
        ("INSERT { ?s <urn:p> ?o } WHERE { SERVICE SILENT <http://127.0.0.1:9/x> { ?s ?p ?o } }", 403),
        ("INSERT DATA { <urn:a> <urn:p> 1 ", 400),
        ("SELECT * { ?s ?p ?o }", 400),
        ("INSERT DATA { " + "<urn:a> <urn:p> 1 . " * 60_000 + "}", 413),
        ("INSERT { <urn:a> <urn:p> 1 } WHERE { " + "{" * 100 + "}" * 101, 413),
    ],
)  # fmt: skip
def test_an_update_that_fails_changes_nothing(running: Running, update: str, status: int | tuple[int, ...]) -> None:
    """Neither a second operation that fails, nor a limit, nor what is not allowed leaves anything of the first."""
    before = running.pool.snapshot

    assert running.run(Update(update)).status in (status if isinstance(status, tuple) else (status,))
    assert (cells(running.run(select(COUNT))), running.pool.snapshot) == ([["0"]], before)


def test_who_reads_while_a_change_is_made_finishes_on_what_it_began_with() -> None:
    """A query that runs during an update is answered from the state before, and its process is let be."""
    slow = (
        "SELECT (MAX(?z) AS ?y) { { SELECT ?x { ?s ?p ?x } LIMIT 400 } ?t ?q ?u BIND(CONCAT(STR(?x), STR(?u)) AS ?z) }"
    )

    async def task(pool: Pool) -> Any:
        reading = asyncio.ensure_future(pool.run(select(slow)))
        await asyncio.sleep(0.1)
        assert (await pool.run(Update("INSERT DATA { <urn:a> <urn:p> 1 }"))).status == 204
        was_running = not reading.done()
        return was_running, (await reading).status, cells(await pool.run(select(COUNT)))

    assert in_pool(task, Limits(seconds=20), writable=True) == (True, 200, [["1"]])


def test_graphs_are_put_merged_and_removed() -> None:
    """A new graph is 201, a known one 204; blank nodes of two bodies are not the same; what is gone is 404."""
    graph = "urn:g"

    async def task(pool: Pool) -> list[Any]:
        jobs = [
            GraphChange("replace", graph, TURTLE, b"[] <urn:p> 1 ."),
            GraphChange("merge", graph, TURTLE, b"[] <urn:p> 1 ."),
            GraphChange("replace", graph, "application/n-triples", b"<urn:a> <urn:p> <urn:b> ."),
            GraphChange("replace", graph, TURTLE, b""),
            GraphChange("delete", graph),
            GraphChange("delete", graph),
        ]
        found = []
        for job in jobs:
            reply = await pool.run(job)
            found.append((reply.status, cells(await pool.run(select(COUNT)))[0][0]))
        return [*found, (await pool.run(GraphRead(graph, TURTLE))).status]

    expected = [(201, "1"), (204, "2"), (204, "1"), (204, "0"), (204, "0"), (404, "0"), 404]
    assert in_pool(task, writable=True) == expected


@pytest.mark.parametrize(
    ("media", "data", "status"),
    [
        (TURTLE, b"<urn:a> <urn:p> ", 400),
        (TURTLE, b"\xff", 400),
        (TURTLE, b"<urn:a> <urn:p> " + b"[ <urn:p> " * 1000 + b"]" * 1000 + b".", 413),
        (TURTLE, b'<urn:a> <urn:p> "x"^^<http://www.w3.org/2001/XMLSchema#integer> .', 400),
        ("application/rdf+xml", b'<!DOCTYPE r [<!ENTITY a "b">]><r/>', 400),
        ("application/ld+json", b'{"@context": "http://127.0.0.1:9/x", "a": 1}', 400),
        ("application/ld+json", b'{"@id": "urn:g2", "@graph": [{"@id": "urn:a", "urn:p": "1"}]}', 400),
        ("application/n-quads", b"<urn:a> <urn:p> <urn:b> <urn:c> .", 415),
        (TURTLE, b"<urn:a> <urn:p> 1 . " * 60_000, 413),
    ],
)
def test_a_body_that_is_no_graph_changes_nothing(running: Running, media: str, data: bytes, status: int) -> None:
    """A body is checked as files are, and the graph that it was to replace stays as it is."""
    model = "https://w3id.org/bullwhip/id/graph/model"
    before = running.run(GraphRead(model, TURTLE)).body

    assert running.run(GraphChange("replace", model, media, data)).status == status
    assert running.run(GraphRead(model, TURTLE)).body == before


def test_many_updates_leave_no_process_behind() -> None:
    """After a row of updates there is one process that forks and its workers, and no more descriptors than before."""

    async def task(pool: Pool) -> Any:
        handles = []
        for number in range(12):
            await pool.run(Update(f"INSERT DATA {{ <urn:a> <urn:p> {number} }}"))
            await pool.run(select(COUNT))
            if number in (3, 11):
                await asyncio.sleep(0.3)
                handles.append(len(os.listdir("/proc/self/fd")))
        return handles, cells(await pool.run(select(COUNT)))

    (early, late), rows = in_pool(task, writable=True)

    assert late <= early + 2
    assert rows == [["12"]]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")
def test_an_update_that_dies_is_told() -> None:
    """A change whose process is killed has not happened."""

    async def task(pool: Pool) -> Any:
        changing = asyncio.ensure_future(pool.run(Update(ENDLESS_INSERT)))
        await asyncio.sleep(0.2)
        for process in children_of(*children_of(os.getpid())):
            if b"R" in Path(f"/proc/{process}/stat").read_bytes().split(b") ")[1][:1]:
                os.kill(process, signal.SIGSEGV)
        reply = await changing
        return reply.status, body(reply)["code"], cells(await pool.run(select(COUNT)))

    assert in_pool(task, Limits(seconds=20), writable=True) == (507, "BW901", [["0"]])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }", "INSERT { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p 2 }"),
        ("DELETE WHERE { ?s ?p '}' }", "DELETE { ?s ?p '}' } USING <urn:g> WHERE { ?s ?p '}' }"),
        ("CLEAR ALL", "CLEAR ALL"),
        ("INSERT {} WHERE { { SELECT ?s WHERE {} } }", "INSERT {} USING <urn:g> WHERE { { SELECT ?s WHERE {} } }"),
    ],
)
def test_graphs_of_a_request_are_those_of_its_patterns(text: str, expected: str) -> None:
    """Graphs that the protocol names become USING clauses of every pattern, and of nothing else."""
    assert with_graphs(text, guard_update("update", text), ("urn:g",), ()) == expected


@pytest.mark.parametrize(
    ("job", "status"),
    [
        (Update("INSERT { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p 2 }", using_graphs=("urn:h",)), 400),
        (Update("WITH <urn:g> DELETE { ?s ?p 1 } WHERE { ?s ?p 2 }", using_named_graphs=("urn:h",)), 400),
        (Update("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }", using_graphs=("no iri",)), 400),
        (Update("INSERT { <urn:a> <urn:p> 1 } WHERE { ?s ?p ?o }", using_graphs=("urn:none",)), 204),
    ],
)
def test_graphs_of_a_request_and_of_its_text_do_not_go_together(running: Running, job: Update, status: int) -> None:
    """An update that says USING or WITH cannot be sent with graphs of the protocol, which must be IRIs."""
    assert running.run(job).status == status
    assert cells(running.run(select(COUNT))) == [["0"]]
