"""`bullwhip mcp`: a server for agents, over stdin and stdout."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from bullwhip.cli.options import stating
from bullwhip.errors import Problem, UsageError
from bullwhip.serve.jobs import Limits

if TYPE_CHECKING:
    from bullwhip.serve.workers import Workers


async def _serve(pool: Workers) -> None:
    """Answer until the client goes; the workspace is opened in another process while the protocol is imported."""
    starting = asyncio.ensure_future(pool.start())
    try:
        await asyncio.sleep(0)
        from bullwhip.serve.mcp import serve

        await serve(pool, starting)
    finally:
        starting.cancel()
        await pool.close()


_ROWS, _SIZE = 10_000, 20_000_000
"""Of one answer: an agent reads it, so what is longer is refused, with what to do."""


@click.command("mcp", short_help="Serve agents: read-only tools over stdin and stdout.")
@click.option(
    "--limit-seconds", type=click.FloatRange(0.1, 86_400), default=30.0, metavar="SECONDS",
    help="Time of one question; 30 unless given.",
)  # fmt: skip
@click.option("--store", default="", metavar="DIR", help="Query the store in a folder, not the workspace's own graph.")
@stating
def command(recipe: tuple[str | None, str, tuple[str, ...], str, str], limit_seconds: float, store: str) -> None:
    """Serve the Model Context Protocol on stdin and stdout until the client goes.

    Tools: list_drivers, search, describe, value, sensitivity, exposure, explain, audit, sparql. They only read; every
    number comes with its unit and sources. A client starts this command itself; docs/mcp.md says how it is told to.
    """
    if find_spec("mcp") is None:
        raise UsageError(Problem("BW004", "serving agents needs the package mcp", hint="pip install 'bullwhip[mcp]'"))
    from bullwhip.serve.pool import Pool, Recipe

    workspace, scenario, values, as_of, policy = recipe
    limits = Limits(seconds=limit_seconds, crowded_seconds=limit_seconds, rows=_ROWS, size=_SIZE)
    asyncio.run(_serve(Pool(Recipe(workspace, scenario, values, as_of, policy, store or None), limits)))
