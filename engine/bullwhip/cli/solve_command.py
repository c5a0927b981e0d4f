"""`bullwhip solve`: what a driver must be for a quantity to have a value, or for a printed figure to come out."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.model.quantity import index_text
from bullwhip.model.solution import Bounds, Extended, Place, Root, Solution
from bullwhip.numbers import decimal_text, fraction_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import one_or_all

_COLUMNS = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("wanted", "wanted", True),
    Column("driver", "driver", False),
    Column("needed", "needed", True),
    Column("unit", "unit", False),
    Column("exactly", "exactly", False),
    Column("binding", "what binds", False),
)
_CHOICES = 7
"""The column that is left out where nothing chooses."""
_LONGEST = 24
_TOLD = 4


@click.command("solve", short_help="Show what a driver must be for a quantity to have a value.")
@click.argument("target", metavar="[ID=VALUE]", default="")
@click.option("--for", "driver", required=True, metavar="DRIVER", help="The driver, or any other quantity.")
@click.option(
    "--claim", default="", metavar="REPORT/LOCATOR/ROW/COLUMN",
    help="A printed figure as the value wanted; it stands for all that prints like it.",
)  # fmt: skip
@period_option
@click.option("--scale", is_flag=True, help="Solve for a common factor on all cells of the driver.")
@click.option("--level", is_flag=True, help="Solve for one value that all cells of the driver take.")
@click.option("--within", default="", metavar="LOW..HIGH[ UNIT]", help="The range of the driver to search.")
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    target: str,
    driver: str,
    claim: str,
    period: int | None,
    scale: bool,
    level: bool,
    within: str,
    as_json: bool,
) -> None:
    """Show every value of DRIVER for which ID has a value, or lies in a range ID=LOW..HIGH.

    Rules that are rational in the driver are solved exactly, with minimum, maximum, conditions, floor and ceil; others
    by bracketing. A driver with several cells takes one value in all that reach ID where they are equal now; else name
    one, or use --scale or --level. The exit code is 1 where no value gives what is wanted.
    """
    if scale and level:
        raise click.UsageError("--scale and --level exclude each other")
    unknown = "factor" if scale else "value" if level else ""
    answers = workspace.solve(target, driver, period, claim=claim, unknown=unknown, within=within)  # type: ignore[arg-type]  # one of three
    if as_json:
        write_json(one_or_all(answers))
    else:
        rows = [row for a in answers for row in _rows(a)]
        kept = [k for k in range(len(_COLUMNS)) if k < _CHOICES or any(row[k] for row in rows)]
        table([_COLUMNS[k] for k in kept], [[row[k] for k in kept] for row in rows])
        for a in answers:
            _notes(a)
    if any(not a.roots for a in answers):
        context.exit(1)


def _rows(a: Solution) -> list[list[str]]:
    head = [index_text(a.quantity, a.index), str(a.period or ""), _bounds(a.target)]
    driver = f"{'factor on ' if a.unknown == 'factor' else ''}{index_text(a.driver, a.driver_index)}"
    if len(a.moved) == 1 and a.unknown == "value":
        driver = a.moved[0]
    return [[*head, driver, _needed(r), a.driver_unit, _exactly(r), _binding(r)] for r in a.roots]


def _needed(r: Root) -> str:
    if r.is_point:
        return decimal_text(r.low.value, 10)
    return _bounds(Bounds(r.low.value, r.high.value, r.low_open, r.high_open))


def _exactly(r: Root) -> str:
    if r.is_point:
        return _place(r.low)
    low, high = _place(r.low), _place(r.high)
    return low if low == high else f"{low} … {high}"


def _place(p: Place) -> str:
    if not p.exact:
        return f"±{decimal_text(p.width, 1)}" if p.width else "rounded"
    text = fraction_text(p.value)
    return text if len(text) <= _LONGEST else "in --json"


def _binding(r: Root) -> str:
    told = [f"{b.cell}: {' = '.join(b.taken)}" for b in r.binding if len(b.taken) + len(b.others) > 1]
    # those nearest the answer come last; a large model has a hundred
    more = [f"{len(told) - _TOLD} more before them, in --json"] if len(told) > _TOLD else []
    return "; ".join(told[-_TOLD:] + more)


def _bounds(b: Bounds) -> str:
    if b.is_point:
        return _number(b.low)
    if not isfinite(b.low):
        return f"{'<' if b.high_open else '≤'} {_number(b.high)}"
    if not isfinite(b.high):
        return f"{'>' if b.low_open else '≥'} {_number(b.low)}"
    return f"{'>' * b.low_open}{_number(b.low)} … {'<' * b.high_open}{_number(b.high)}"


def _finite(b: Bounds) -> bool:
    return isfinite(b.low) and isfinite(b.high)


def _number(value: Extended) -> str:
    return decimal_text(value, 10) if isinstance(value, Fraction) else "∞" if value > 0 else "-∞"


def _notes(a: Solution) -> None:
    name = index_text(a.quantity, a.index, a.period)
    if a.reached is None:
        for text in a.notes:
            note(text)
        return
    unit = "" if a.driver_unit == "1" else f" {a.driver_unit}"
    if a.claim is not None:
        note(f"wanted is what prints like {a.claim.text()}")
    base = "" if a.driver_base is None else f"; now {_number(a.driver_base)}"
    if a.base is not None:
        base += f"{'; now' if not base else ', which gives'} {name} = {_number(a.base)} {a.unit}"
    elif base:
        base += f", which leaves {name} without a value"
    note(f"searched {_bounds(a.searched)}{unit}, {a.searched_why}{base}")
    if not a.roots:
        wanted = f"{'= ' if a.target.is_point else 'in ' if _finite(a.target) else ''}{_bounds(a.target)}"
        note(f"no value there gives {name} {wanted} {a.unit}; it reaches {_bounds(a.reached)}")
    for place, left, right in a.jumps:
        note(f"at {_number(place.value)}{unit} it jumps over what is wanted, from {_number(left)} to {_number(right)}")
    for k, r in enumerate(a.roots, 1):
        for s in r.changed:
            number = f" {k}" if len(a.roots) > 1 else ""
            where = f"on the way to answer{number}, at {_number(s.place.value)}{unit}"
            note(f"{where}, {s.cell} goes from {s.before} to {s.after}")
    for text in a.notes:
        note(text)
