"""`bullwhip serve`: the SPARQL endpoint, the JSON API and the explorer, on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from bullwhip.cli.options import stating
from bullwhip.cli.output import note, say
from bullwhip.errors import Problem, UsageError
from bullwhip.serve.jobs import Limits
from bullwhip.serve.settings import EVERYWHERE, LOOPBACK, Settings, hosts_of

_F = TypeVar("_F", bound=Callable[..., Any])

_LIMITS = {
    "seconds": "Time of one query or call.",
    "crowded_seconds": "The same while others wait.",
    "memory": "Bytes that a worker may take.",
    "rows": "Rows or triples of an answer.",
    "size": "Bytes of an answer.",
    "text": "Bytes of a query.",
    "body": "Bytes of an update, a graph or a form.",
    "workers": "Queries that run at once.",
    "waiting": "Requests that wait for a worker.",
}


def _limits(function: _F) -> _F:
    """Add an option for every limit."""
    for known in reversed(fields(Limits)):
        name = known.name.replace("_", "-")
        timed = isinstance(known.default, float)
        kind = click.FloatRange(0.1, 86_400) if timed else click.IntRange(0 if known.name == "waiting" else 1)
        told = f"{known.default:,}" if not timed else f"{known.default:g}"
        function = click.option(
            f"--limit-{name}", f"limit_{known.name}", type=kind, default=known.default,
            metavar="SECONDS" if timed else "N", help=f"{_LIMITS[known.name]} {told} unless given.",
        )(function)  # fmt: skip
    return function


@click.command("serve", short_help="Serve a SPARQL endpoint, a JSON API and the explorer.")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="The address to listen on; this machine alone.")
@click.option("--port", type=click.IntRange(0, 65_535), default=7077, metavar="N", help="7077 unless given; 0 is any.")
@click.option("--open", "opens", is_flag=True, help="Open the explorer in a browser.")
@click.option("--allow-update", "writes", is_flag=True, help="Take updates that bring the token, on a copy in memory.")
@click.option(
    "--token-file", default="", metavar="FILE", help="Holds the token; $BULLWHIP_TOKEN or a new one if absent."
)
@click.option("--allow-host", "names", multiple=True, metavar="NAME", help="Answer to this name too; repeatable.")
@click.option("--store", default="", metavar="DIR", help="Serve the store in a folder, not the workspace's own graph.")
@click.option("--quiet", is_flag=True, help="Tell nothing of requests.")
@_limits
@stating
def command(
    recipe: tuple[str | None, str, tuple[str, ...], str, str],
    host: str,
    port: int,
    opens: bool,
    writes: bool,
    token_file: str,
    names: tuple[str, ...],
    store: str,
    quiet: bool,
    **limits: Any,
) -> None:
    """Answer over HTTP until Ctrl-C: explorer at /, SPARQL at /sparql, graphs at /data, JSON at /api.

    It listens on this machine alone and only reads. With --allow-update it takes updates that bring the token; they
    change a copy in memory, never a file. The address goes to stdout, what is on and the log to stderr.
    """
    from bullwhip.serve.pool import Pool, Recipe
    from bullwhip.serve.running import bind, run

    workspace, scenario, values, as_of, policy = recipe
    allowed = Limits(**{name.removeprefix("limit_"): value for name, value in limits.items()})
    token, made = _token(token_file, writes)
    with bind(host, port) as listening:
        port = listening.getsockname()[1]
        settings = Settings(hosts_of(host, port, names), allowed, token=token, log=not quiet)
        pool = Pool(Recipe(workspace, scenario, values, as_of, policy, store or None), allowed, writes)
        name = f"[{host}]" if ":" in host else host
        address = f"http://{LOOPBACK[0] if name in EVERYWHERE else name}:{port}/"

        def ready() -> None:
            say(address)
            sys.stdout.flush()
            for line in _what_is_on(address, host, settings, token if made else ""):
                note(line)
            if opens:
                _open(address)

        run(pool, settings, listening, ready)
    note("stopped")


def _token(file: str, writes: bool) -> tuple[str, bool]:
    """Return the token of updates and whether it is a new one; none where none are taken."""
    from bullwhip.serve.tokens import token_of

    if writes:
        return token_of(file)
    if file:
        raise UsageError(
            Problem("BW002", "--token-file without --allow-update", hint="add --allow-update, or leave it")
        )
    return "", False


def _open(address: str) -> None:
    """Open the page, aside: a browser of text would keep the server from answering it."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _what_is_on(address: str, host: str, settings: Settings, new_token: str) -> list[str]:
    """Return what the server has to say when it is ready."""
    limits = settings.limits
    lines = [
        f"explorer    {address}",
        f"SPARQL      {address}sparql (queries{', updates with the token' if settings.writable else ' alone'})",
        f"graphs      {address}data?graph=IRI",
        f"JSON        {address}api/openapi.json",
        f"limits      {limits.seconds:g} s, {limits.rows:,} rows, {limits.size:,} bytes a query; {address}limits",
    ]
    if new_token:
        lines.append(f"token       {new_token}")
    if settings.writable:
        lines.append("updates     are on: they change a copy in memory, which ends with the server")
    if host not in LOOPBACK and host != "::1":
        lines.append(f"open        to everybody who reaches {host}, without encryption; --allow-host gives it names")
    return [*lines, "Ctrl-C stops it"]
