"""`bullwhip push`: the workspace's graphs at a SPARQL endpoint."""

from __future__ import annotations

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.cli.progress import progress_bar
from bullwhip.cli.store_options import endpoint_options
from bullwhip.errors import Problem, UsageError
from bullwhip.workspace import Workspace


@click.command("push", short_help="Send the workspace's graphs to a SPARQL endpoint.")
@click.argument("url", metavar="URL")
@click.option(
    "--with", "along", multiple=True, metavar="ANSWERS",
    help="Send sensitivities or exposures along, as nodes that plain SPARQL reads; repeatable.",
)  # fmt: skip
@click.option("--always", is_flag=True, help="Send graphs that stand there already as well.")
@endpoint_options
@json_option
@selecting
def command(
    workspace: Workspace,
    url: str,
    along: tuple[str, ...],
    always: bool,
    update: str,
    graph_store: str,
    as_json: bool,
) -> int:
    """Make every graph of the workspace stand at the endpoint URL as it stands here, graph by graph.

    URL is where queries are sent. A graph that stands there already is not sent again, so that an upload which broke
    off goes on; graphs that only the endpoint has are left alone. Where one comes back otherwise than it was sent, the
    exit code is 1. A login comes from ~/.netrc, a token from the
    environment variable BULLWHIP_TOKEN.
    """
    from bullwhip.workspace.storing import opened, push_workspace

    if "://" not in url:
        raise UsageError(Problem("BW002", f"{url!r} is no URL of an endpoint", hint="http://… or https://…"))
    with opened(url, update=update, graph_store=graph_store) as target, progress_bar("triples") as tell:
        sent = push_workspace(workspace, target, along, always=always, progress=tell)
    code = 1 if any(s.state == "altered" for s in sent) else 0
    if as_json:
        write_json([s.as_dict() for s in sent])
        return code
    columns = (Column("graph", "graph", False), Column("triples", "triples", True), Column("state", "state", False))
    table(columns, [[s.graph, f"{s.triples:,}", s.state] for s in sent])
    total, new = sum(s.triples for s in sent), sum(s.triples for s in sent if s.state != "same")
    note(f"{len(sent)} graphs with {total:,} triples stand at {target.name}; {new:,} were sent")
    for changed in (s for s in sent if s.state == "altered"):
        note(f"<{changed.graph}> does not come back as it was sent, first: {changed.altered}")
    return code
