"""What the answers of `bullwhip exposure` look like: columns, cells, and lines under the table."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bullwhip.cli.output import Column, money, percent
from bullwhip.model.answer import ExposureRow
from bullwhip.model.exposure import PathEffect, SourceEffect, Total
from bullwhip.model.quantity import parse_cell_name
from bullwhip.numbers import decimal_text

__all__ = ["EVERY", "SUMS", "carrying_lines", "columns", "every_cells", "legend", "row_cells", "sum_cells"]

_COMPANY = (
    Column("company", "company", False),
    Column("label_zh", "公司", False),
    Column("ticker", "ticker", False),
)
_DRIVER = (Column("driver", "driver", False), Column("driver_zh", "驱动因素", False))
_REST = (
    Column("tier", "tier", False),
    Column("quantity", "through", False),
    Column("elasticity", "elasticity", True),
    Column("share", "share", True),
    Column("value", "value per +1%", True),
    Column("unit", "unit", False),
    Column("weight", "of own revenue", True),
    Column("sources", "sources", False),
    Column("path", "path", False),
    Column("formula", "formula", False),
)
_LONG = ("tier", "unit", "path", "formula")
"""On a terminal the unit stands behind the value, and edges and formula stand once under the table."""
EVERY = (
    Column("scenario", "scenario", False), Column("period", "period", True), Column("driver", "driver", False),
    Column("company", "company", False), Column("tier", "tier", False), Column("quantity", "through", False),
    Column("reach", "path length", True), Column("elasticity", "elasticity", True), Column("status", "status", False),
    Column("share", "share", True), Column("value", "value per +1%", True), Column("unit", "unit", False),
    Column("weight", "of own revenue", True), Column("counted_in", "counted in", False),
    Column("sources", "sources", False),
)  # fmt: skip
SUMS = (
    Column("rank", "#", True), Column("name", "name", False), Column("label_zh", "名称", False),
    Column("elasticity", "strongest elasticity", True), Column("value", "value per +1%", True),
    Column("currency", "currency", False), Column("weight", "% of own revenue per +1%", True),
    Column("note", "note", False),
)  # fmt: skip


def columns(rows: Sequence[ExposureRow], *, of_company: bool, short: bool) -> list[Column]:
    """Return the columns of an answer; the weight has one where any row has a weight."""
    first = _DRIVER if of_company else _COMPANY
    every = (Column("rank", "#", True), *first, *_REST)
    weighed = any(_weight(r) for r in rows)
    return [c for c in every if (weighed or c.key != "weight") and not (short and c.key in _LONG)]


def row_cells(row: ExposureRow, shown: Sequence[Column], *, short: bool) -> list[str]:
    """Return the cells of a row; in the aligned table sources are the documents only, the rest is in --json."""
    cells = _cells(row)
    if short:
        cells["value"] = f"{cells['value']} {cells['unit']}".strip()
        cells["sources"] = " ".join(sorted({s.report for s in row.sources}))
    return [cells[c.key] for c in shown]


def every_cells(scenario: str, period: int | None, row: ExposureRow) -> list[str]:
    """Return the cells of a row of the whole table."""
    cells = _cells(row) | {
        "scenario": scenario, "period": "" if period is None else str(period), "company": row.company,
        "reach": str(len(row.path)), "status": row.status,
        "counted_in": " ".join(c.quantity for c in row.counted_in),
    }  # fmt: skip
    return [cells[c.key] for c in EVERY]


def _cells(row: ExposureRow) -> dict[str, str]:
    return {
        "rank": str(row.rank), "company": row.label.text("en"), "label_zh": row.label.zh, "ticker": row.ticker,
        "driver": row.driver, "driver_zh": row.driver_label.zh, "tier": row.tier,
        "quantity": _short_name(row), "elasticity": _elasticity(row),
        "share": percent(row.share, *row.share_range, bound=row.share_bound),
        "value": money(row.value, *row.value_range, bound=row.value_bound),
        "unit": row.unit if row.has_amount else "", "weight": _weight(row),
        "sources": "; ".join(dict.fromkeys(f"{s.report} {s.locator}" for s in row.sources)),
        "path": _edges(row), "formula": _formula(row),
    }  # fmt: skip


def _short_name(row: ExposureRow) -> str:
    members = ",".join(m for _, m in row.index)
    return f"{row.quantity}[{members}]" if members else row.quantity


def _elasticity(row: ExposureRow) -> str:
    if row.sides is not None:
        return " | ".join("?" if e is None else decimal_text(e, 4) for e in row.sides)
    return "" if row.elasticity is None else decimal_text(row.elasticity, 4)


def _weight(row: ExposureRow) -> str:
    low, high = (None, None) if row.weight is None else row.weight.part
    ends = None if low is None else low * 100, None if high is None else high * 100
    return _ends(ends, "%", "~" if row.value_bound == "~" else "")


def _ends(ends: tuple[Fraction | None, Fraction | None], unit: str = "", about: str = "") -> str:
    low, high = (None if end is None else decimal_text(end, 4) for end in ends)
    if low is None or high is None:
        return f"≥{low}{unit}" if low is not None else f"≤{high}{unit}" if high is not None else ""
    return f"{about}{low}{unit}" if ends[0] == ends[1] else f"{about}{low}–{high}{unit}"


def sum_cells(total: Total, *, of_company: bool) -> list[str]:
    """Return the cells of a total; what is known of it stands for it, and the note says so."""
    name, label = (total.driver, total.driver_label) if of_company else (total.label.text("en"), total.label)
    return [
        str(total.rank), name, label.zh, "" if total.elasticity is None else decimal_text(total.elasticity, 4),
        money(total.known[0] if total.known[0] == total.known[1] else None, *total.known), total.currency,
        _ends(total.weight_effect), total.note,
    ]  # fmt: skip


def _edges(row: ExposureRow) -> str:
    """Return the tiers that demand passes on its way to the company's tier."""
    nodes: list[str] = []
    for edge in dict.fromkeys(step.edge for step in row.path if step.edge is not None):  # several rules sit on one edge
        nodes += edge[1:] if nodes and nodes[-1] == edge[0] else edge
    return " → ".join(nodes) or row.tier


def _formula(row: ExposureRow) -> str:
    source = f"  ({row.formula_source})" if row.formula_source else ""
    return f"{row.quantity} = {row.formula}{source}" if row.formula else f"{row.quantity} is the driver itself"


def legend(rows: Sequence[ExposureRow]) -> list[str]:
    """Return formula and edges of every quantity that the rows go through, once each."""
    lines = []
    for row in {r.quantity: r for r in reversed(rows)}.values():
        lines += [f"    {_edges(row)}", f"  {_formula(row)}"]
    return ["", *reversed(lines)] if lines else []


def carrying_lines(rows: Sequence[ExposureRow], period: int | None, *, of_company: bool) -> list[str]:
    """Return paths, edges and documents of the rows, those of one driver and quantity once."""
    lines: list[str] = []
    seen: set[tuple[str, str]] = set()
    for row in rows:
        who = row.driver if of_company else row.label.text("en")
        found = _documents(row.documents or ())
        if (row.driver, _short_name(row)) not in seen:
            seen.add((row.driver, _short_name(row)))
            found = [*_paths(row, period), *_carried(row), *found]
        if found:
            lines += ["", f"{who} through {_short_name(row)}", *found]
    return lines


def _paths(row: ExposureRow, period: int | None) -> list[str]:
    if row.paths is None:
        return []
    shown = (
        f"  {len(row.paths)} of {row.path_count} paths" if row.path_count else "  no path along which anything passes"
    )
    return [shown, *(line for p in row.paths for line in _path(p, period))]


def _path(path: PathEffect, period: int | None) -> list[str]:
    effect = "unknown" if path.effect is None else decimal_text(path.effect, 4)
    names = [path.steps[0].source, *(s.target for s in path.steps)] if path.steps else ["the driver itself"]
    return [f"    {effect}  {' → '.join(_cell(n, period) for n in names)}"]


def _cell(name: str, period: int | None) -> str:
    """Return the name of a cell with its members alone, and its period where that is not the one of the answer."""
    if "[" not in name:
        return name
    quantity, pairs = parse_cell_name(name)
    members = ",".join(m for d, m in pairs if d != "period" or m != str(period))
    return f"{quantity}[{members}]" if members else quantity


def _carried(row: ExposureRow) -> list[str]:
    lines = [] if row.edges is None else ["  carried by each edge"]
    for e in row.edges or ():
        carried = "unknown" if e.elasticity is None else decimal_text(e.elasticity, 4)
        part = "" if e.share is None else f" ({decimal_text(e.share * 100, 3)} %)"
        on = "" if e.edge is None else f"  on {e.edge[0]} → {e.edge[1]}"
        lines.append(f"    {carried}{part}  {e.source} → {e.target}{on}")
    return lines


def _documents(some: Sequence[SourceEffect]) -> list[str]:
    lines = []
    for d in some:
        now = "unknown" if d.elasticity is None else decimal_text(d.elasticity, 4)
        value = money(d.value, *d.value_range) or "unknown"
        what = "the row is gone" if d.gone else f"elasticity {now}, value {value}"
        lines.append(f"  without {d.document}: {what}" + (f"; {d.note}" if d.note else ""))
        lines += [f"    {cell}: {stands_in} stands in" for cell, stands_in in d.inputs]
    return lines
