"""`bullwhip bottleneck`: which capacity binds in which period, and what relaxing it is worth."""

from __future__ import annotations

from fractions import Fraction

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.model.bottleneck import Bottleneck, Cap, Limit
from bullwhip.model.quantity import index_text
from bullwhip.model.solution import Switching
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import one_or_all

_COLUMNS = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("cap", "cap", False),
    Column("argument", "argument", False),
    Column("value", "value", True),
    Column("unit", "unit", False),
    Column("state", "state", False),
    Column("slack", "slack", True),
    Column("more", "by one more", True),
    Column("less", "by one less", True),
    Column("price_unit", "unit", False),
    Column("until", "until", False),
)


@click.command("bottleneck", short_help="Show which capacity binds, and what relaxing it is worth.")
@click.argument("name", metavar="[ID]", default="")
@period_option
@click.option("--driver", default="", metavar="ID", help="Show where the bottleneck moves as this driver moves.")
@click.option("--within", default="", metavar="LOW..HIGH[ UNIT]", help="The range of the driver to search.")
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    period: int | None,
    driver: str,
    within: str,
    as_json: bool,
) -> None:
    """Show every minimum, maximum and condition that ID rests on, in every period: what binds, and how far the rest is.

    "By one more" is what ID gains by one unit more of an argument there, "by one less" what it loses by one less; it
    holds until another argument binds. Without ID, what binds in every quantity that no rule reads.
    """
    answers = workspace.bottlenecks(name, period, driver=driver, within=within)
    if as_json:
        write_json(one_or_all(answers, named=bool(name)))
        return
    rows = [_row(a, c, limit) for a in answers for c in a.caps for limit in c.limits if name or _counts(c, limit)]
    several = len({row[0] for row in rows}) > 1
    kept = [k for k in range(len(_COLUMNS)) if (several if k == 0 else any(row[k] for row in rows) or not rows)]
    table([_COLUMNS[k] for k in kept], [[row[k] for k in kept] for row in rows])
    for a in answers:
        _notes(a)
    if not rows:
        note("no minimum, maximum or condition caps it" if name else "nothing is capped")


def _row(a: Bottleneck, c: Cap, limit: Limit) -> list[str]:
    worth = bool(limit.more or limit.less)
    return [
        index_text(a.quantity, a.index), str(a.period or ""), f"{_short(c.cell, a)}: {c.function}",
        _short(limit.name, a), _number(limit.value), c.unit, _state(c, limit),
        "" if limit.binds else _percent(limit.slack_relative), _number(limit.more), _number(limit.less),
        limit.price_unit if worth else "", _until(limit, a),
    ]  # fmt: skip


def _state(c: Cap, limit: Limit) -> str:
    """Say what an argument does: of those that are taken, only some move the quantity that is asked for."""
    if not limit.binds:
        return ""
    if sum(x.binds for x in c.limits) > 1:
        return "ties"
    return "binds" if limit.more or limit.less else "taken"


def _counts(c: Cap, limit: Limit) -> bool:
    """Return whether a row is shown where nothing was asked for by name: what binds, or may bind."""
    return _state(c, limit) in ("binds", "ties")


def _short(text: str, a: Bottleneck) -> str:
    """Leave out the period that the row names already."""
    return text.replace(f"[period={a.period}]", "").replace(f",period={a.period}]", "]")


def _until(limit: Limit, a: Bottleneck) -> str:
    ends = [f"{_number(s.place.value)} ({_short(s.after, a)})" for s in (limit.below, limit.above) if s is not None]
    return "; ".join(ends)


def _percent(value: Fraction | None) -> str:
    return "" if value is None else f"{decimal_text(100 * value, 4)} %"


def _number(value: Fraction | None) -> str:
    return "" if value is None else decimal_text(value, 6)


def _notes(a: Bottleneck) -> None:
    if a.driver and a.searched is not None:
        name = index_text(a.quantity, a.index, a.period)
        low, high = (_number(p.value) for p in a.searched)
        unit = "" if a.driver_unit == "1" else f" {a.driver_unit}"
        now = "" if a.driver_base is None else f", now {_number(a.driver_base)}"
        note(f"{name} as {a.driver} goes from {low} to {high}{unit}{now}:")
        for s in a.switches:
            note(f"    {_switch(s)}")
        if not a.switches:
            note("    nothing else binds")
    for text in a.notes:
        note(text)


def _switch(s: Switching) -> str:
    return f"at {_number(s.place.value)} {s.cell} goes from {s.before} to {s.after}"
