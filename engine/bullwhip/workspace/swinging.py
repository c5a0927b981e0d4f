"""What charts of bars show: a quantity with each driver moved alone, and money of companies per +1 % of a driver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, PropagationError, UsageError
from bullwhip.export.bars import Bar
from bullwhip.model.answer import ExposureRow
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.numbers import NumberFormatError, decimal_text, read_decimal
from bullwhip.propagate import Evaluation
from bullwhip.workspace.answering import driver_groups
from bullwhip.workspace.describing import members_named, named, short

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Exposed", "Swing", "Swings", "exposed", "read_part", "swings"]

_MOST = 20
"""How many bars a picture has at most."""


@dataclass(frozen=True, slots=True)
class Swing:
    """A quantity with one driver lower and higher and all others as they are."""

    name: str
    driver: str
    low: Fraction
    """The quantity with the driver at its lower value, which is the greater one where they move against each other."""
    high: Fraction
    clipped: bool
    """Whether the driver reached the end of its declared range before."""


@dataclass(frozen=True, slots=True)
class Swings:
    """The swings of one quantity, widest first, and what is not among them with the reason."""

    label: str
    unit: str
    value: Fraction
    part: Fraction
    shown: tuple[Swing, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exposed:
    """Bars of companies in one currency, and what is not among them with the reason."""

    label: str
    unit: str
    rows: tuple[Bar, ...]
    left_out: tuple[str, ...]


def read_part(text: str) -> Fraction:
    """Return how far drivers move, as a part of their value.

    Raises:
        UsageError: BW002 for what is no percentage above 0 and below 100.

    >>> read_part("10 %"), read_part("2.5%"), read_part("")
    (Fraction(1, 10), Fraction(1, 40), Fraction(1, 10))
    """
    try:
        part = read_decimal((text or "10").strip().removesuffix("%").strip()) / 100
    except NumberFormatError as error:
        raise UsageError(Problem("BW002", str(error), hint="write a percentage, e.g. --swing '10 %'")) from None
    if not 0 < part < 1:
        raise UsageError(Problem("BW002", f"a swing of {text}", hint="write a percentage above 0 and below 100"))
    return part


def swings(
    workspace: Workspace, name: str, drivers: Sequence[str], period: int | None, swing: str, language: str
) -> Swings:
    """Return how far a quantity moves with each of its drivers, computed anew at both ends.

    Args:
        workspace: the workspace.
        name: the quantity, with members where it has several.
        drivers: drivers to move; all that reach the quantity when empty.
        period: the period of the quantity; the default one when absent.
        swing: how far, as a percentage; 10 % when empty.
        language: of names.

    Raises:
        PropagationError: BW552 where the quantity is unknown.
        UsageError: BW552 where no driver moves it.
    """
    part, evaluation, program = read_part(swing), workspace.evaluation, workspace.program
    position = workspace.demand(name, period).position
    value, cell = evaluation.value(position), program.cells[position]
    if value is None:
        missing = ", ".join(program.cells[p].name for p in evaluation.unknown(position)[:4])
        raise PropagationError(Problem("BW552", f"{cell.name} is unknown for want of {missing}"))
    found, left_out, en = list[Swing](), list[str](), language == "en"
    for driver, index, cells in driver_groups(evaluation, position, list(drivers)):
        full = index_text(driver, index)
        reaching = [c for c in cells if program.cells[c].node in evaluation.below(position)]
        ends = [_moved(evaluation, reaching, 1 + sign * part) for sign in (-1, 1)]
        values = [None if end is None else end[0].value(position) for end in ends]
        low, high = values
        if low is None or high is None:
            left_out.append(f"{full} (unknown)" if en else f"{full}（未知）")
        elif low != high:
            clipped = any(end is not None and end[1] for end in ends)
            found.append(Swing(_label(workspace, driver, index, language), full, low, high, clipped))
    if not found:
        raise UsageError(Problem("BW552", f"no driver moves {cell.name}", hint="bullwhip sensitivity shows what does"))
    found.sort(key=lambda s: (-abs(s.high - s.low), s.driver))
    if found[_MOST:]:
        more = len(found) - _MOST
        left_out.append(f"{more} with smaller swings" if en else f"{more} 个影响更小的")
    quantity = program.quantities[cell.quantity]
    label = f"{named(quantity.label, cell.quantity, language)} · {cell.name}"
    return Swings(label, quantity.unit, value, part, tuple(found[:_MOST]), tuple(left_out))


def _label(workspace: Workspace, driver: str, index: Sequence[tuple[str, str]], language: str) -> str:
    members = members_named(workspace.program, index, language)
    return f"{named(workspace.program.quantities[driver].label, driver, language)}{members}"


def _moved(evaluation: Evaluation, cells: Sequence[int], factor: Fraction) -> tuple[Evaluation, bool] | None:
    """Return the program with some cells scaled, within their declared ranges; None where one is unknown."""
    program, changed, clipped = evaluation.program, dict(evaluation.overrides), False
    for position in cells:
        value = evaluation.value(position)
        if value is None:
            return None
        quantity = program.quantities[program.cells[position].quantity]
        wanted = value * factor
        low = wanted if quantity.low is None else max(wanted, quantity.low)
        kept = low if quantity.high is None else min(low, quantity.high)
        clipped |= kept != wanted
        changed[position] = kept
    return Evaluation(program, changed, evaluation.variants), clipped


def exposed(workspace: Workspace, drivers: Sequence[str], period: int | None, language: str) -> Exposed:
    """Return the money of companies per +1 % of a driver, largest first, in the currency that most rows have.

    Raises:
        UsageError: BW002 for several drivers, BW552 where no amount is known.
    """
    if len(drivers) != 1:
        raise UsageError(Problem("BW002", f"{len(drivers)} drivers", hint="a picture of bars is about one driver"))
    answer = workspace.exposure(drivers[0], period, by="value")
    known = [r for r in answer.rows if r.has_amount]
    if not known:
        message = f"no amount is known of what {drivers[0]} moves"
        raise UsageError(Problem("BW552", message, hint="bullwhip exposure shows who is exposed"))
    program = workspace.program
    units = [r.unit for r in known]
    unit = max(dict.fromkeys(units), key=units.count)
    rows = [r for r in known if r.unit == unit]
    others = sorted({u for u in units if u != unit})
    in_unit, of_unknown, smaller = (
        ("{} in {}", "{} of unknown amount", "{} smaller ones")
        if language == "en"
        else ("{} 行以 {} 计", "{} 行金额未知", "{} 行金额更小")
    )
    left_out = [in_unit.format(units.count(u), u) for u in others]
    left_out += [of_unknown.format(len(answer.rows) - len(known))] * (len(known) < len(answer.rows))
    left_out += [smaller.format(len(rows) - _MOST)] * (len(rows) > _MOST)
    bars = tuple(_bar(program, r, language) for r in rows[:_MOST])
    label = f"{named(rows[0].driver_label, '', language)} · {answer.driver}"
    return Exposed(label, unit, bars, tuple(left_out))


def _bar(program: CompiledProgram, row: ExposureRow, language: str) -> Bar:
    """Return the bar of a row; of a range the part up to its greater end, dashed."""
    low, high = row.amount
    ends = [e for e in (low, high) if e is not None]
    far = max(ends, key=abs)
    open_end = row.value is None or bool(row.value_bound)
    text = "–".join(dict.fromkeys(short(e, language) for e in ends)) if row.value is None else short(far, language)
    one = "zh" if language == "both" else language
    market = named(program.quantities[row.quantity].label, row.quantity, one) + members_named(program, row.index, one)
    name = f"{named(row.label, row.company, one)} · {market}"
    zero = Fraction(0)
    bound = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "~": "~"}.get(row.value_bound, row.value_bound)
    words = f"{bound}{text}"
    detail = f"{named(row.tier_label, row.tier, language)}, {decimal_text(far)} {row.unit}"
    if far < 0:
        return Bar(name, detail, far, zero, words, "", open_end)
    return Bar(name, detail, zero, far, "", words, open_end)
