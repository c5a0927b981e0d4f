"""`bullwhip exposure`: which companies a driver reaches, and by how much."""

from __future__ import annotations

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, aligned, money, note, percent, say, table, write_json
from bullwhip.errors import Problem, UsageError
from bullwhip.model.answer import ExposureRow
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace

_COLUMNS = (
    Column("rank", "#", True),
    Column("company", "company", False),
    Column("label_zh", "公司", False),
    Column("ticker", "ticker", False),
    Column("tier", "tier", False),
    Column("quantity", "through", False),
    Column("elasticity", "elasticity", True),
    Column("share", "share", True),
    Column("value", "value per +1%", True),
    Column("unit", "unit", False),
    Column("sources", "sources", False),
    Column("path", "path", False),
    Column("formula", "formula", False),
)
_ALIGNED = tuple(c for c in _COLUMNS if c.key not in ("tier", "unit", "path", "formula"))
"""On a terminal the unit stands behind the value, and edges and formula stand once under the table."""


@click.command("exposure", short_help="Rank the companies that a driver reaches.")
@click.option("--driver", required=True, metavar="ID", help="The driver; with [dim=value] to move only part of it.")
@period_option
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show only the N most exposed.")
@click.option(
    "--at",
    "chosen",
    multiple=True,
    metavar="DIM=MEMBER",
    help="Read alternatives at this member, e.g. chip=h100_sxm.",
)
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    driver: str,
    period: int | None,
    top: int | None,
    chosen: tuple[str, ...],
    as_json: bool,
) -> None:
    """Rank the companies that a driver reaches, most exposed first.

    The elasticity is the change in percent of the quantity that sizes the company's tier, per percent of the driver.
    The value is money per +1 % of the driver: the company's printed share of that quantity times its change. An empty
    cell is unknown, never zero.
    """
    answer = workspace.exposure(driver, period, top=top, chosen=dict(_pair(c) for c in chosen))
    if as_json:
        write_json(answer.as_dict() | {"receipt": workspace.receipt()})
        return
    if aligned():
        table(_ALIGNED, [_short_row(r) for r in answer.rows])
        for line in _legend(answer.rows):
            say(line)
    else:
        table(_COLUMNS, [[*_row(r), _edges(r), _formula(r)] for r in answer.rows])
    if not answer.rows:
        note(f"no company is reached by {driver} in {answer.period}")
    at = f" in {answer.period}" if answer.period else ""
    note(f"exposure to {driver}{at}, scenario {answer.scenario}; empty is unknown")
    for text in answer.notes:
        note(text)


def _pair(text: str) -> tuple[str, str]:
    dimension, equals, member = text.partition("=")
    if not equals or not dimension or not member:
        raise UsageError(Problem("BW002", f"{text!r} is not of the form DIM=MEMBER", hint="e.g. --at chip=h100_sxm"))
    return dimension, member


def _row(row: ExposureRow) -> list[str]:
    sources = "; ".join(dict.fromkeys(f"{s.report} {s.locator}" for s in row.sources))
    members = ",".join(m for _, m in row.index)
    has_value = row.value is not None or row.value_range[0] is not None
    return [
        str(row.rank), row.label.text("en"), row.label.zh, row.ticker, row.tier,
        f"{row.quantity}[{members}]" if members else row.quantity,
        "" if row.elasticity is None else decimal_text(row.elasticity, 4),
        percent(row.share, *row.share_range, bound=row.share_bound), money(row.value, *row.value_range),
        row.unit if has_value else "", sources,
    ]  # fmt: skip


def _short_row(row: ExposureRow) -> list[str]:
    """Return the cells of the aligned table: sources are the documents only, the rest is in --json."""
    rank, company, label, ticker, _, quantity, elasticity, share, value, unit, _ = _row(row)
    documents = " ".join(sorted({s.report for s in row.sources}))
    return [rank, company, label, ticker, quantity, elasticity, share, f"{value} {unit}".strip(), documents]


def _edges(row: ExposureRow) -> str:
    """Return the tiers that demand passes on its way to the company's tier."""
    nodes: list[str] = []
    for edge in dict.fromkeys(step.edge for step in row.path if step.edge is not None):  # several rules sit on one edge
        nodes += edge[1:] if nodes and nodes[-1] == edge[0] else edge
    return " → ".join(nodes) or row.tier


def _formula(row: ExposureRow) -> str:
    source = f"  ({row.formula_source})" if row.formula_source else ""
    return f"{row.quantity} = {row.formula}{source}" if row.formula else f"{row.quantity} is the driver itself"


def _legend(rows: tuple[ExposureRow, ...]) -> list[str]:
    """Return formula and edges of every quantity that the rows go through, once each."""
    lines = []
    for row in {r.quantity: r for r in reversed(rows)}.values():
        lines += [f"    {_edges(row)}", f"  {_formula(row)}"]
    return ["", *reversed(lines)] if lines else []
