"""A pool that runs beside the tests, for those that only ask it something."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bullwhip.serve.jobs import Job, Limits, Query, Reply
from bullwhip.serve.pool import Pool, Recipe

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
SOLAR = str(Path(__file__).parent / "golden" / "solar")
ENDLESS = (
    "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g), STR(?l))) < 0) }"
)
"""Takes longer than anyone waits and gives no row on the way."""


class Running:
    """A pool in an event loop of its own."""

    def __init__(self, recipe: Recipe | None = None, limits: Limits | None = None, writable: bool = False) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.pool = Pool(recipe or Recipe(SOLAR), limits or Limits(seconds=0.5, crowded_seconds=0.3), writable)
        self.do(self.pool.start())

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Return what a coroutine gives, in the loop of the pool."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def run(self, job: Job) -> Reply:
        """Return the reply to a job."""
        reply: Reply = self.do(self.pool.run(job))
        return reply

    def close(self) -> None:
        """Stop it."""
        self.do(self.pool.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def select(text: str, **more: Any) -> Query:
    """Return a query whose rows are wanted as JSON and whose triples as Turtle."""
    return Query(text, results=JSON, graph=TURTLE, **more)


def in_pool(
    task: Callable[[Pool], Coroutine[Any, Any, Any]], limits: Limits | None = None, writable: bool = False
) -> Any:
    """Return what a task gives that has a pool to itself."""
    usual = Limits(seconds=20) if writable else Limits(seconds=0.5, crowded_seconds=0.3)

    async def main() -> Any:
        async with Pool(Recipe(SOLAR), limits or usual, writable) as pool:
            await pool.run(select("ASK {}"))  # there is a worker then
            return await task(pool)

    return asyncio.run(main())


def body(reply: Reply) -> dict[str, Any]:
    """Return the JSON of a reply."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


def cells(reply: Reply) -> list[list[str]]:
    """Return the values of the rows of a reply."""
    assert reply.status == 200, reply.body
    rows = body(reply)["results"]["bindings"]
    return [[row[name]["value"] for name in body(reply)["head"]["vars"] if name in row] for row in rows]


def children_of(*parents: int) -> list[int]:
    """Return the processes that processes have started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_bytes().rpartition(b") ")[2].split()[1])
        except OSError:
            continue
        if parent in parents:
            found.append(int(stat.parent.name))
    return found
