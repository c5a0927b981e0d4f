"""The kinks of a quantity in words, and the values of its drivers at which another branch takes over."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bullwhip.analysis.allowance import Allowance
from bullwhip.analysis.binding import argument_text
from bullwhip.analysis.kinks import Bound, Place, flips, kinks
from bullwhip.analysis.limits import measure_of, unit_of
from bullwhip.model.answer import Sensitivity
from bullwhip.model.kink import Kink, Option, SwitchingPoint
from bullwhip.propagate import Evaluation
from bullwhip.workspace.answering import Group, driver_groups

__all__ = ["kinks_of", "with_kinks"]

_MAX_STEPS = 4_000_000
"""Steps of all searches for switching points of an answer, shared evenly: a few seconds."""
_LEAST_STEPS = 5_000
"""With fewer for each kink and driver nothing is looked for."""
_WIDE = 1000
"""Where a driver has no declared range, it is searched from a thousandth of its value to a thousand times that."""


def kinks_of(evaluation: Evaluation, position: int, groups: list[Group]) -> tuple[Kink, ...]:
    """Return the kinks and jumps that a cell rests on, with the switching points along each driver.

    Args:
        evaluation: the program under its scenario.
        position: the cell.
        groups: the drivers; a kink that none of them moves is given without switching points.
    """
    found = kinks(evaluation, position)
    each = _MAX_STEPS // max(1, len(found) * len(groups))
    if each < _LEAST_STEPS:
        note = f"no switching points are looked for at {len(found)} kinks along {len(groups)} drivers; name a driver"
        return tuple(replace(_kink(evaluation, bound, [], 0), note=note) for bound in found)
    return tuple(_kink(evaluation, bound, groups, each) for bound in found)


def with_kinks(
    evaluation: Evaluation, positions: tuple[int, ...], drivers: list[str], answers: list[Sensitivity]
) -> list[Sensitivity]:
    """Return sensitivities with the kinks that their driver moves, and where it takes them to another branch.

    Args:
        evaluation: the program under its scenario.
        positions: the cells, as for the answers.
        drivers: names of drivers, as for the answers.
        answers: the sensitivities of every cell to every driver, in that order.
    """
    found: list[Sensitivity] = []
    for p in positions:
        groups = driver_groups(evaluation, p, drivers)
        at = kinks_of(evaluation, p, groups)
        if len(groups) > 1 and at and at[0].note:  # nothing was looked for: said for each driver, not for each kink
            for answer in answers[len(found) : len(found) + len(groups)]:
                found.append(replace(answer, note="; ".join(n for n in (answer.note, at[0].note) if n)))
            continue
        for name, index, _ in groups:
            mine = []
            for kink in at:
                own = tuple(s for s in kink.switching if (s.driver, s.driver_index) == (name, index))
                if own or kink.note:
                    mine.append(replace(kink, switching=own))
            found.append(replace(answers[len(found)], kinks=tuple(mine)))
    return found


def _kink(evaluation: Evaluation, bound: Bound, groups: list[Group], steps: int) -> Kink:
    program = evaluation.program
    cell = program.cells[bound.cell]
    name = cell.name
    # floor and ceil count in coherent units: theirs are left as they are
    unit, factor = ("", Fraction(1)) if bound.function in ("floor", "ceil") else measure_of(program, bound)
    options = tuple(_option(evaluation, n, v, factor) for n, v in zip(bound.options, bound.values, strict=True))
    sides: tuple[Option, ...] = ()
    text = ", ".join(o.text for o in options)
    if bound.condition is not None:
        unit, factor = unit_of(program, bound.condition)  # the branches may be of another one
        sides = tuple(_option(evaluation, n, evaluation.values.get(n), factor) for n in bound.condition)
        text = f"{sides[0].text} {program.dag.nodes[bound.node][0]} {sides[1].text}"
    points = tuple(p for p in (_point(evaluation, bound, g, Allowance(steps)) for g in groups) if p is not None)
    gap = None if bound.slack is None else bound.slack / factor
    return Kink(
        name, bound.function, text, sides, options, bound.taken, bound.next, gap, bound.relative, points, unit,
        exact=all(o.exact for o in sides or options),
    )  # fmt: skip


def _option(evaluation: Evaluation, node: int, value: Fraction | None, factor: Fraction) -> Option:
    shown = None if value is None else value / factor
    return Option(argument_text(evaluation.program, node), shown, node not in evaluation.rounded)


def _point(evaluation: Evaluation, bound: Bound, group: Group, allowance: Allowance) -> SwitchingPoint | None:
    """Return where a driver takes a kink to another branch, or None where it does not move it."""
    program = evaluation.program
    name, index, cells = group
    quantity = program.quantities[name]
    cone = set(evaluation.cone((program.cells[bound.cell].node,)))
    reaching = [c for c in cells if program.cells[c].node in cone]
    values = [evaluation.value(c) for c in reaching]
    known = [v for v in values if v is not None]
    if not reaching or len(known) < len(values):
        return None
    if len(set(known)) == 1:
        moves, now, unit = "value", known[0], quantity.unit
        moved = dict.fromkeys(reaching, (Fraction(0), Fraction(1)))
        low, high = _range(now, quantity.low, quantity.high)
    else:
        moves, now, unit = "factor", Fraction(1), ""
        moved = {c: (Fraction(0), v) for c, v in zip(reaching, known, strict=True)}
        low, high = _range(now, None, None)
    found = flips(evaluation, bound, moved, now, (low, high), allowance)
    if found is None:
        return None
    ends = [p or Place(Fraction(0), True, None) for p in (found.below, found.above)]
    below, above = (None if p is None else p.value for p in (found.below, found.above))
    return SwitchingPoint(
        name, index, moves, unit, now, below, above, ends[0].exact, ends[1].exact, ends[0].jump, ends[1].jump,
        low, high, found.note, all(evaluation.is_exact(c) for c in reaching),
    )  # fmt: skip


def _range(now: Fraction, low: Fraction | None, high: Fraction | None) -> tuple[Fraction, Fraction]:
    """Return the declared range, or from a thousandth of the value to a thousand times it; the value is in it."""
    near, far = sorted((now / _WIDE, now * _WIDE)) if now else (Fraction(-1), Fraction(1))
    return min(now, near if low is None else low), max(now, far if high is None else high)
