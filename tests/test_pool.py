"""The pool of workers: what a job may cost, and that nobody else pays for it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bullwhip.errors import UsageError
from bullwhip.serve.jobs import GraphChange, GraphRead, Limits, Query, Reply, Update
from bullwhip.serve.pool import Pool, Recipe

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
SOLAR = str(Path(__file__).parent / "golden" / "solar")
ENDLESS = (
    "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?l))) < 0) }"
)
"""Takes longer than anyone waits and gives no row on the way."""


def select(text: str, **more: Any) -> Query:
    """Return a query whose rows are wanted as JSON."""
    return Query(text, results=JSON, graph=TURTLE, **more)


def in_pool(
    task: Callable[[Pool], Coroutine[Any, Any, Any]], limits: Limits | None = None, writable: bool = False
) -> Any:
    """Return what a task gives that has a pool to itself."""

    async def main() -> Any:
        async with Pool(Recipe(SOLAR), limits or Limits(seconds=0.5, crowded_seconds=0.3), writable) as pool:
            return await task(pool)

    return asyncio.run(main())


def body(reply: Reply) -> dict[str, Any]:
    """Return the JSON of a reply."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


def cells(reply: Reply) -> list[list[str]]:
    """Return the values of the rows of a reply."""
    rows = body(reply)["results"]["bindings"]
    return [[row[name]["value"] for name in body(reply)["head"]["vars"] if name in row] for row in rows]


def test_what_takes_too_long_is_stopped_and_the_next_one_answered() -> None:
    """A query beyond the limit gives 503 with the limit named, and the pool goes on."""

    async def task(pool: Pool) -> tuple[Reply, Reply]:
        return await pool.run(select(ENDLESS)), await pool.run(select("ASK {}"))

    late, after = in_pool(task)

    assert (late.status, body(late)["code"], body(late)["limit"], body(late)["seconds"]) == (
        503,
        "BW901",
        "seconds",
        0.5,
    )
    assert dict(late.headers) == {"Retry-After": "1"}
    assert (after.status, body(after)["boolean"]) == (200, True)


def test_thirty_at_once_are_all_answered_and_then_all_is_as_before() -> None:
    """Of thirty endless queries those that find a place are stopped and the others refused; a short one runs after."""

    async def task(pool: Pool) -> tuple[list[Reply], Reply]:
        many = await asyncio.gather(*(pool.run(select(ENDLESS)) for _ in range(30)))
        return many, await pool.run(select("ASK {}"))

    many, after = in_pool(task, Limits(seconds=0.5, crowded_seconds=0.1))

    assert [r.status for r in many] == [503] * 30
    assert {body(r)["limit"] for r in many} == {"seconds", "waiting"}
    assert after.status == 200


def test_a_graph_is_read() -> None:
    """A graph of the store comes in the format asked for; one that is not there is 404."""

    async def task(pool: Pool) -> list[Reply]:
        model = "https://w3id.org/bullwhip/id/graph/model"
        return [await pool.run(GraphRead(g, TURTLE)) for g in (model, "urn:nothing", None)]

    there, missing, default = in_pool(task)

    assert (there.status, there.media, b"bw:Tier" in there.body) == (200, TURTLE, True)
    assert (missing.status, default.status) == (404, 200)


def test_a_pool_that_only_reads_refuses_changes() -> None:
    """Neither an update nor a graph is taken unless the pool was started for it."""

    async def task(pool: Pool) -> list[Reply]:
        return [await pool.run(Update("CLEAR ALL")), await pool.run(GraphChange("delete", "urn:g"))]

    assert [(r.status, body(r)["code"]) for r in in_pool(task)] == [(403, "BW592")] * 2


def test_a_system_without_fork_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes cannot be forked the pool says what it needs."""
    monkeypatch.delattr(os, "fork")

    with pytest.raises(UsageError, match=r"BW591 this system cannot fork"):
        asyncio.run(Pool(Recipe(), Limits()).start())
