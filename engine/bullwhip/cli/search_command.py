"""`bullwhip search`: things by a part of any of their names."""

from __future__ import annotations

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.cli.store_options import store_option
from bullwhip.errors import Problem, UsageError
from bullwhip.model.search import KINDS, Found
from bullwhip.workspace import Workspace

_SHOWN = ("kind", "id", "label_zh", "label_en", "name", "note")


@click.command("search", short_help="Find companies, tiers, quantities and others by a part of a name.")
@click.argument("text", metavar="TEXT")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help=f"Keep to a kind; repeatable: {', '.join(KINDS)}.")
@click.option("--claims", is_flag=True, help="Look into subject and measure of every claim too.")
@click.option("--limit", type=click.IntRange(min=1), default=20, metavar="N", help="Show so many; 20 when absent.")
@store_option
@json_option
@selecting
def command(
    workspace: Workspace, text: str, kinds: tuple[str, ...], claims: bool, limit: int, where: str, as_json: bool
) -> None:
    """Find things with a name that contains TEXT: id, labels, other spellings, tickers, titles.

    Full-width characters and capitals are no difference. Whole names come first, then beginnings, then the rest.
    """
    found = _asked(workspace, where, text, kinds, limit, claims)
    if as_json:
        write_json(found.as_dict())
        return
    rows = [[str(hit.as_dict()[key] or "") for key in _SHOWN] for hit in found.hits]
    table([Column(key, key, False) for key in _SHOWN], rows)
    if found.total > len(found.hits):
        note(f"{found.total - len(found.hits):,} more; --limit shows them, --kind keeps to one kind")
    if not found.total:
        names = " or ".join(repr(name) for name in found.suggestions)
        note(f"nothing is called {text!r}" + (f"; did you mean {names}?" if names else ""))


def _asked(workspace: Workspace, where: str, text: str, kinds: tuple[str, ...], limit: int, claims: bool) -> Found:
    if not where:
        return workspace.search(text, kinds, limit=limit, claims=claims)
    if claims:
        raise UsageError(
            Problem("BW002", "--claims looks into the workspace only", hint="leave out --store or --claims")
        )
    from bullwhip.workspace.storing import opened

    with opened(where) as store:
        return workspace.search(text, kinds, limit=limit, on=store)
