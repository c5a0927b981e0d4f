"""`bullwhip doctor`: what a store or endpoint can do, and what follows where it cannot."""

from __future__ import annotations

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.cli.store_options import endpoint_options
from bullwhip.model.endpoint import Finding
from bullwhip.workspace import Workspace


@click.command("doctor", short_help="Show what a store or SPARQL endpoint can do.")
@click.argument("where", required=False, metavar="[DIR|URL]")
@click.option("--write", is_flag=True, help="Also write a graph of its own, read it back and remove it.")
@endpoint_options
@json_option
@click.pass_context
def command(
    context: click.Context, where: str | None, write: bool, update: str, graph_store: str, as_json: bool
) -> int:
    """Ask a store questions with known answers: that in DIR, the endpoint at URL, or the workspace's own.

    Exit code 1: something is missing that the shipped queries need. Nothing is written without --write.
    """
    from bullwhip.workspace.storing import diagnose_store, opened

    if where is None:
        found = diagnose_store(Workspace.open(context.find_root().obj).store(), write=write)
    else:
        with opened(where, update=update, graph_store=graph_store) as store:
            found = diagnose_store(store, write=write)
    code = 0 if found.is_sound else 1
    if as_json:
        write_json(found.as_dict())
        return code
    columns = ("asks", "问题", "status", "expected", "found", "what follows")
    table([Column(c, c, False) for c in columns], [_row(finding) for finding in found.findings])
    note(f"{found.store}: {'sound' if found.is_sound else 'something that is needed is missing'}")
    return code


def _row(finding: Finding) -> list[str]:
    follows = f"needed: {finding.meaning}" if finding.needed and finding.meaning else finding.meaning
    return [finding.label.en, finding.label.zh, finding.status, finding.expected, finding.found, follows]
