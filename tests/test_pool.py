"""The pool of workers: what a job may cost, and that nobody else pays for it."""

from __future__ import annotations

import asyncio
import os

import pytest

from bullwhip.errors import UsageError
from bullwhip.serve.jobs import Call, GraphChange, GraphRead, Limits, Reply, Update
from bullwhip.serve.pool import Pool, Recipe
from pooling import ENDLESS, TURTLE, body, in_pool, select


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


def test_a_long_job_makes_room_for_who_comes_later() -> None:
    """Jobs that began when nobody waited run on; when somebody comes, the one that has run longest is ended for it."""

    async def task(pool: Pool) -> tuple[list[bool], Reply, Reply, bool]:
        first = asyncio.ensure_future(pool.run(select(ENDLESS)))
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(pool.run(select(ENDLESS + " ")))
        await asyncio.sleep(1.5)
        before = [first.done(), second.done()]
        light = await pool.run(select("ASK {}"))
        ended, runs = await first, not second.done()
        second.cancel()
        return before, light, ended, runs

    before, light, ended, runs = in_pool(task, Limits(seconds=25, crowded_seconds=0.5))

    assert before == [False, False]
    assert (light.status, runs) == (200, True)
    assert (ended.status, body(ended)["limit"], body(ended)["seconds"]) == (503, "seconds", 0.5)


def test_a_graph_is_read() -> None:
    """A graph of the store comes in the format asked for; one that is not there is 404."""

    async def task(pool: Pool) -> list[Reply]:
        model = "https://w3id.org/bullwhip/id/graph/model"
        return [await pool.run(GraphRead(g, TURTLE)) for g in (model, "urn:nothing", None)]

    there, missing, default = in_pool(task, Limits(seconds=20))

    assert (there.status, there.media, b"bw:Tier" in there.body) == (200, TURTLE, True)
    assert (missing.status, default.status) == (404, 200)


def test_a_call_is_answered_and_a_wrong_one_told() -> None:
    """A question to the façade gives JSON with its receipt; what is wrong with one is a problem with its code."""

    async def task(pool: Pool) -> list[Reply]:
        calls = [Call("list", {"kind": "quantities"}), Call("lists", {}), Call("value", {"id": "no.such"})]
        return [await pool.run(call) for call in calls]

    found, unknown, missing = in_pool(task, Limits(seconds=20))

    assert (found.status, found.media, sorted(body(found))) == (200, "application/json", ["answer", "receipt"])
    assert (unknown.status, body(unknown)["code"]) == (400, "BW701")
    assert (missing.status, body(missing)["code"]) == (400, "BW001")


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
