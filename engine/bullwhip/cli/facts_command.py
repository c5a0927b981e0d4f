"""`bullwhip facts`: what the documents print."""

from __future__ import annotations

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, aligned, as_printed, table, write_json
from bullwhip.model.quantity import index_text
from bullwhip.workspace import Workspace

_KEYS = ("report", "locator", "row", "column", "lexical", "unit", "status", "period", "basis", "model")

_BASIS = _KEYS.index("basis")
"""Who says so; left out on a terminal where no claim shown has one."""


@click.command("facts", short_help="Show what the documents print, as printed.")
@click.option("--report", default="", metavar="ID", help="Only claims of this document.")
@click.option("--locator", default="", metavar="TEXT", help="Only claims at this table, figure or section.")
@click.option(
    "--subject",
    default="",
    metavar="TEXT",
    help="Only claims about this subject: as printed, or an id such as company/amazon or amazon.",
)
@click.option(
    "--quantity",
    default="",
    metavar="ID",
    help="Only claims that feed or can be compared with this quantity.",
)
@json_option
@selecting
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    report: str,
    locator: str,
    subject: str,
    quantity: str,
    as_json: bool,
) -> None:
    """Show claims exactly as printed, with the model quantity each one feeds or can be compared with."""
    found = workspace.facts(report, locator, subject, quantity)
    if as_json:
        write_json(found)
        return
    rows = []
    for f in found:
        model = index_text(f["quantity"], tuple(f["index"].items()), f["model_period"]) if f["quantity"] else ""
        rows.append([
            f["report"], f["locator"], f["row"] or f["subject"], f["column"] or f["measure"],
            as_printed(f["bound"], f["lexical"]), f["unit"], f["status"], f["period"] or "",
            f["basis"] or f["by"] or "", model,
        ])  # fmt: skip
    named = any(row[_BASIS] for row in rows) or not aligned()
    shown = [at for at in range(len(_KEYS)) if named or at != _BASIS]
    table([Column(_KEYS[at], _KEYS[at], False) for at in shown], [[row[at] for at in shown] for row in rows])
