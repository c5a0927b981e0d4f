"""`bullwhip diff`: what differs between two scenarios, periods or dates, and what is due to what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.errors import Problem, UsageError
from bullwhip.model.attribution import Change, Difference, Moved, Term
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text, round_half_up
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import differing

_ENDS = (
    Column("period", "period", False),
    Column("a", "from", True),
    Column("b", "to", True),
    Column("unit", "unit", False),
)
_DRIVERS = (Column("driver", "what differs", False), *_ENDS, Column("sources", "sources", False))
_CHANGES = (
    Column("quantity", "quantity", False),
    *_ENDS,
    Column("difference", "difference", True),
    Column("relative", "relative %", True),
    Column("missing", "unknown because of", False),
)
_TERMS = (
    Column("quantity", "quantity", False),
    Column("driver", "due to", False),
    *_ENDS,
    Column("amount", "difference", True),
    Column("part", "part %", True),
)


@click.command("diff", short_help="Split the difference between two scenarios, periods or dates.")
@click.argument("sides", nargs=-1, metavar="A B [ID]...")
@click.option("--by", type=click.Choice(["driver", "cell", "quantity"]), default="driver", show_default=True,
              help="What moves as one: a driver in all periods, a cell, or a quantity with all members.")  # fmt: skip
@click.option("--period", type=int, metavar="YEAR",
              help="For scenarios and dates; the workspace's default when absent.")  # fmt: skip
@click.option("--as-of", "dates", multiple=True, metavar="DATE",
              help="Know only documents published by then; given twice, these are A and B.")  # fmt: skip
@click.option("--policy", default="", metavar="LIST", help="What chooses among claims on one input.")
@click.option("--set", "values", multiple=True, metavar="ID[dim=value,…]=NUMBER[ UNIT]",
              help="Set a value on both sides; repeatable.")  # fmt: skip
@click.option("--scenario", default="base", metavar="ID", help="The scenario of both sides, for periods and dates.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Show only so many drivers and so many changes.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    sides: tuple[str, ...],
    by: str,
    period: int | None,
    dates: tuple[str, ...],
    policy: str,
    values: tuple[str, ...],
    scenario: str,
    top: int | None,
    as_json: bool,
) -> None:
    """Show what differs between A and B, and split the difference of each ID over it.

    A and B are two scenarios (base is the facts as they are), two periods, or two dates: what was known then. The terms
    of a difference add up to it exactly, and change sign when A and B are exchanged. Without ID, list what changes.
    """
    a, b, names = _read(sides, dates)
    workspace = Workspace.open(
        context.find_root().obj, scenario=scenario, values=values, as_of="" if len(dates) == 2 else "".join(dates),
        policy=policy,
    )  # fmt: skip
    answer = workspace.diff(a, b, names, period, by)
    if as_json:
        write_json(differing(workspace, answer, top))
        return
    if names:
        _show_terms(answer)
    else:
        _show_changes(answer, top)


def _read(sides: tuple[str, ...], dates: tuple[str, ...]) -> tuple[str, str, Sequence[str]]:
    """Return the two sides and the names behind them."""
    if len(dates) > 2:
        raise UsageError(
            Problem("BW002", f"--as-of is given {len(dates)} times", hint="give one date, or two as A and B")
        )
    if len(dates) == 2:
        return dates[0], dates[1], sides
    if len(sides) < 2:
        hint = "bullwhip diff A B [ID]…; bullwhip list scenarios shows the scenarios"
        raise UsageError(Problem("BW002", "two sides to compare are missing", hint=hint))
    return sides[0], sides[1], sides[2:]


def _show_changes(answer: Difference, top: int | None) -> None:
    rows = [[index_text(m.quantity, m.index), *_ends(m), _sources(m)] for m in answer.drivers]
    for r in answer.rules:
        rows.append([f"the rule of {r.quantity}", "", r.variant_a or "as written", r.variant_b or "as written", "", ""])
    table(_DRIVERS, rows[:top])
    if top is not None and len(rows) > top:
        note(f"{len(rows) - top} more differ")
    if not answer.changes:
        note(f"nothing that a rule gives changes from {answer.a} to {answer.b}")
        return
    say("")
    shown = answer.changes[:top]
    table(_CHANGES, [_change(c) for c in shown])
    if len(shown) < len(answer.changes):
        note(f"{len(answer.changes) - len(shown)} more change")


def _change(c: Change) -> list[str]:
    missing = ", ".join(dict.fromkeys((*c.missing_a, *c.missing_b)))
    return [index_text(c.quantity, c.index), *_ends(c), _signed(c.difference), _percent(c.relative, "+"), missing]


def _show_terms(answer: Difference) -> None:
    rows: list[list[str]] = []
    for c in answer.changes:
        rows.append([index_text(c.quantity, c.index), "", *_ends(c), _signed(c.difference), ""])
        for t in c.terms or ():
            rows.append(["", _due(t), *_term_ends(t), _signed(t.amount), _percent(t.part)])
    table(_TERMS, rows)
    for text in dict.fromkeys(_notes(answer.changes)):
        note(text)


def _notes(changes: Iterable[Change]) -> Iterable[str]:
    for c in changes:
        if c.note:
            yield f"{index_text(c.quantity, c.index)}: {c.note}"
        for t in c.terms or ():
            if t.kind == "level":
                yield f"{t.quantity}: its rules in the two periods cannot be read alike, so it stands for itself"
    methods = {c.method: c for c in changes if c.terms}
    if "shapley" in methods:
        yield "terms are Shapley values: they add up exactly, whatever the order in which drivers move"
    if "orders" in methods:
        yield f"terms are means over {methods['orders'].orders} orders in which drivers move; they add up exactly"


def _due(t: Term) -> str:
    if t.kind == "rule":
        return f"the rule of {t.quantity}"
    return index_text(t.quantity, t.index)


def _term_ends(t: Term) -> list[str]:
    if t.choice is not None:
        return ["", t.choice.variant_a or "as written", t.choice.variant_b or "as written", ""]
    same = {(m.a, m.b) for m in t.cells}
    periods = ", ".join(dict.fromkeys(_period(m) for m in t.cells if _period(m)))
    if len(same) == 1:
        return [periods, *_ends(t.cells[0])[1:]]
    ends = [", ".join(_number(x) for x in side) for side in ([m.a for m in t.cells], [m.b for m in t.cells])]
    return [periods, *ends, t.cells[0].unit]


def _ends(m: Moved | Change) -> list[str]:
    return [_period(m), _number(m.a), _number(m.b), m.unit]


def _period(m: Moved | Change) -> str:
    if m.period_a == m.period_b:
        return "" if m.period_a is None else str(m.period_a)
    return f"{m.period_a} → {m.period_b}"


def _sources(m: Moved) -> str:
    sides = []
    for sources, value in ((m.sources_a, m.a), (m.sources_b, m.b)):
        named = dict.fromkeys(s.report or s.kind for s in sources)
        sides.append(" ".join(named) or ("unknown" if value is None else "rule"))
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _number(value: Fraction | None) -> str:
    return "unknown" if value is None else decimal_text(value, 6)


def _signed(value: Fraction | None) -> str:
    if value is None:
        return ""
    return ("+" if value > 0 else "") + decimal_text(value, 6)


def _percent(value: Fraction | None, sign: str = "") -> str:
    if value is None:
        return ""
    return (sign if value > 0 else "") + decimal_text(round_half_up(value * 100, 1), 12)
