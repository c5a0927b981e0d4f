"""`bullwhip facts`: what the documents print."""

from __future__ import annotations

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, table, write_json
from bullwhip.model.quantity import index_text
from bullwhip.workspace import Workspace

_KEYS = ("report", "locator", "row", "column", "lexical", "unit", "status", "period", "model")


@click.command("facts", short_help="Show what the documents print, as printed.")
@click.option("--report", default="", metavar="ID", help="Only claims of this document.")
@click.option("--locator", default="", metavar="TEXT", help="Only claims at this table, figure or section.")
@click.option("--subject", default="", metavar="TEXT", help="Only claims about this subject.")
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
            (f["bound"] or "") + f["lexical"], f["unit"], f["status"], f["period"] or "", model,
        ])  # fmt: skip
    table([Column(k, k, False) for k in _KEYS], rows)
