"""`bullwhip value`: the value of a quantity."""

from __future__ import annotations

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import one_or_all

_COLUMNS = (
    Column("quantity", "quantity", False),
    Column("index", "index", False),
    Column("period", "period", True),
    Column("value", "value", True),
    Column("unit", "unit", False),
    Column("missing", "unknown because of", False),
)


@click.command("value", short_help="Show the value of a quantity.")
@click.argument("name", metavar="ID")
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    period: int | None,
    as_json: bool,
) -> None:
    """Show the value of ID at every index and period, or at those that ID[dim=value,…] and --period choose."""
    answers = workspace.value(name, period)
    if as_json:
        write_json(one_or_all(answers))
        return
    rows = []
    for a in answers:
        shown = "" if a.value is None else decimal_text(a.value, 10)
        missing = ", ".join(a.missing[:3]) + (" …" if len(a.missing) > 3 else "")
        index = ",".join(m for _, m in a.index)
        rows.append([a.quantity, index, "" if a.period is None else str(a.period), shown, a.unit, missing])
    table(_COLUMNS, rows)
    if any(a.variant for a in answers):
        note(f"variant {answers[0].variant} of the rule, chosen by scenario {workspace.scenario_id}")
