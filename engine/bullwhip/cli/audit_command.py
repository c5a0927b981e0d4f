"""`bullwhip audit`: printed figures recomputed and judged."""

from __future__ import annotations

import click

from bullwhip.audit import VERDICTS
from bullwhip.cli.options import computing
from bullwhip.cli.output import Column, as_printed, note, table, write_json
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import audited

_COLUMNS = (
    Column("verdict", "verdict", False),
    Column("report", "report", False),
    Column("locator", "locator", False),
    Column("row", "row", False),
    Column("column", "column", False),
    Column("printed", "printed", True),
    Column("recomputed", "recomputed", True),
    Column("unit", "unit", False),
    Column("quantity", "quantity", False),
    Column("explanation", "explanation", False),
)


@click.command("audit", short_help="Recompute printed figures and judge them.")
@click.option("--report", default="", metavar="ID", help="Only figures of this document.")
@click.option("--locator", default="", metavar="TEXT", help="Only figures at this table, figure or section.")
@click.option("--verdict", "wanted", multiple=True, type=click.Choice(VERDICTS), help="Show only these; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Show figures that are not derivable, too.")
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    report: str,
    locator: str,
    wanted: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """Recompute every printed figure that follows from others, and judge it exactly.

    reproduced: the printed figures it follows from, or the model, come out as printed by half-up rounding or
    truncation. within_rounding: figures inside the rounding intervals of the printed inputs do. contradicted: none
    does; a hypothesis or a suspect says what slip would explain it. not_derivable: no rule or derivation reaches it,
    or an input is not printed. Exit code 1 when anything is contradicted.
    """
    rows = workspace.audit(report, locator)
    summary = {v: sum(r.verdict == v for r in rows) for v in VERDICTS}
    shown = [r for r in rows if (r.verdict in wanted if wanted else everything or r.verdict != "not_derivable")]
    if as_json:
        write_json(audited(rows, wanted))
    else:
        cells = []
        for r in shown:
            c = r.claim
            again = "" if r.recomputed is None else decimal_text(r.recomputed, 8)
            name = index_text(c.quantity, c.index, c.model_period) if c.quantity else r.rule
            row, column = (c.row, c.column) if c.table else (c.subject, c.measure)
            cells.append([
                r.verdict, c.document, c.locator, row, column, as_printed(c.bound, c.lexical), again, c.unit, name,
                r.explanation,
            ])  # fmt: skip
        table(_COLUMNS, cells)
        note(", ".join(f"{n} {v}" for v, n in summary.items()))
    if summary["contradicted"]:
        context.exit(1)
