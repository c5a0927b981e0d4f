"""`bullwhip sensitivity`: derivative and elasticity of a quantity to drivers."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bullwhip.cli.kink_lines import first_kinks, kink_lines
from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.model.answer import SecondOrder, Sensitivity
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import one_or_all

_COLUMNS = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("driver", "driver", False),
    Column("elasticity", "elasticity", True),
    Column("derivative", "derivative", True),
    Column("unit", "unit", False),
)

_SECOND = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("driver", "driver", False),
    Column("other", "with", False),
    Column("elasticity", "cross elasticity", True),
    Column("derivative", "second derivative", True),
    Column("unit", "unit", False),
)


@click.command("sensitivity", short_help="Show derivative and elasticity of a quantity to drivers.")
@click.argument("name", metavar="ID")
@click.option(
    "--driver",
    "drivers",
    multiple=True,
    metavar="ID",
    help="A driver; may be repeated; all that reach ID when absent.",
)
@click.option("--second", is_flag=True, help="Show second derivatives and cross elasticities, for every two drivers.")
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    drivers: tuple[str, ...],
    second: bool,
    period: int | None,
    as_json: bool,
) -> None:
    """Show how ID answers drivers: exact derivative and elasticity, and with --json their closed forms.

    The derivative is by a parallel move of the driver in all its periods, the elasticity by a proportional one; a
    driver given as ID[period=YEAR] moves in that period only. Any quantity can stand as driver.
    """
    answers = workspace.sensitivity(name, drivers, period, forms=as_json, second=second)
    if as_json:
        write_json(one_or_all(answers))
        return
    if second:
        _show_second(answers)
        return
    rows = []
    for a in answers:
        unit = f"{a.unit} per {a.driver_unit}"
        derivative, elasticity = _numbers(a)
        rows.append([
            index_text(a.quantity, a.index), str(a.period or ""), index_text(a.driver, a.driver_index),
            elasticity, derivative, unit,
        ])  # fmt: skip
    table(_COLUMNS, rows)
    if any(a.left is not None for a in answers):
        note("left | right: the driver stands at a kink")
    for line in _kinks(answers):
        note(line)


def _kinks(answers: Sequence[Sensitivity]) -> list[str]:
    """Return every kink once, with the switching points of all drivers under it."""
    found: dict[str, list[str]] = {}
    for a in answers:
        for kink in a.kinks:
            heading, *lines = kink_lines(kink.as_dict())
            known = found.setdefault(heading, [])
            known += [line for line in lines if line not in known]
    shown = first_kinks([[heading, *(f"  {line}" for line in lines)] for heading, lines in found.items()])
    return [text for lines in shown for text in lines]


def _show_second(answers: Sequence[Sensitivity]) -> None:
    """Show every two drivers once, those that move nothing together left out."""
    rows, silent = [], 0
    seen: set[tuple[object, ...]] = set()
    for a in answers:
        for s in a.second or ():
            ends = (a.driver, a.driver_index), (s.driver, s.driver_index)
            key = (a.quantity, a.index, a.period, *sorted(ends))
            if key in seen:
                continue
            seen.add(key)
            if s.left is None and s.derivative == 0 and s.elasticity == 0:
                silent += 1
                continue
            derivative, elasticity = _numbers(s)
            rows.append([
                index_text(a.quantity, a.index), str(a.period or ""), index_text(*ends[0]), index_text(*ends[1]),
                elasticity, derivative, f"{a.unit} per {a.driver_unit} per {s.driver_unit}",
            ])  # fmt: skip
    table(_SECOND, rows)
    if silent:
        note(f"{silent} pairs of drivers have a second derivative and a cross elasticity of zero")
    for text in dict.fromkeys(s.note for a in answers for s in a.second or () if s.note):
        note(text)


def _numbers(a: Sensitivity | SecondOrder) -> tuple[str, str]:
    """Return derivative and elasticity, to both sides at a kink."""
    if a.left is not None and a.right is not None:
        sides = [f"{_number(x)} | {_number(y)}" for x, y in zip(a.left, a.right, strict=True)]
        return sides[0], sides[1]
    return _number(a.derivative), _number(a.elasticity)


def _number(value: object) -> str:
    from fractions import Fraction

    return decimal_text(value, 6) if isinstance(value, Fraction) else "unknown"
