"""What an output can be at all: the exact range where derivatives prove it monotone, else a bound from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag, arguments
from bullwhip.model.uncertainty import Distribution
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.intervals import Extended, Interval, natural_ranges
from bullwhip.propagate.slopes import slope

__all__ = ["Moved", "Reach", "known", "reach_of", "with_values"]

_EFFORT = 5_000
"""Nodes times inputs beyond which no range is looked for: exact intervals of large models take too long."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one thing that varies moves: cells with their distributions, all at the same probability."""

    cells: tuple[tuple[int, Distribution], ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """The range of an output; no sample lies outside."""

    low: Extended
    high: Extended
    exact: bool
    """Whether both ends are reached, proven by the sign of every derivative; else the range is an outer bound."""
    rounded: bool = False
    """Whether an end that is reached was rounded to 60 digits."""


def with_values(evaluation: Evaluation, values: Mapping[int, Fraction]) -> Evaluation:
    """Return an evaluation with other cells set."""
    return Evaluation(evaluation.program, {**evaluation.overrides, **values}, evaluation.variants)


def known(evaluation: Evaluation, position: int) -> Fraction | None:
    """Return the value of a cell; None also where it is undefined."""
    try:
        return evaluation.value(position)
    except PropagationError:
        return None


def reach_of(evaluation: Evaluation, output: int, moved: Sequence[Moved]) -> Reach | None:
    """Return the range of an output when inputs range from end to end of their distributions.

    Args:
        evaluation: the program under its scenario.
        output: position of the cell.
        moved: what varies.

    Returns:
        None where it has no value somewhere, or where the model is too large to say.
    """
    positions = [p for m in moved for p, _ in m.cells]
    flat, node, leaves = _flat(evaluation, output, positions)
    for m in moved:
        for p, distribution in m.cells:
            low, high = distribution.ends
            leaves[p] = Interval(-inf if low is None else low, inf if high is None else high)
    cone = flat.cone((node,), {})
    if len(cone) * max(1, len(positions)) > _EFFORT:
        return None
    try:
        least, below = _corner(flat, cone, node, leaves, moved, high=False)
        most, above = _corner(flat, cone, node, leaves, moved, high=True)
        if least is not None and most is not None:
            corners = [with_values(evaluation, corner) for corner in (least, most)]
            low, high = (known(corner, output) for corner in corners)
            if low is not None and high is not None:
                return Reach(low, high, exact=True, rounded=not all(c.is_exact(output) for c in corners))
        lower = natural_ranges(flat, cone, node, below, short=True)[node].low
        upper = natural_ranges(flat, cone, node, above, short=True)[node].high
    except UndefinedError:
        return None
    return Reach(_rounded(lower), -_rounded(-upper), exact=False)


def _rounded(low: Extended) -> Extended:
    """Return an outer bound from below to 12 digits; more would say nothing."""
    if isinstance(low, float) or low == 0:
        return low
    digits = (low.numerator.bit_length() - low.denominator.bit_length()) * 3 // 10
    step = Fraction(10) ** (digits - 12)
    return low // step * step


def _flat(evaluation: Evaluation, output: int, cut: Sequence[int]) -> tuple[Dag, int, dict[int, Interval]]:
    """Return the graph of an output with definitions in the place of cells, and the cells that stay, as points."""
    program = evaluation.program
    kept = {program.cells[p].node for p in cut}
    definition = {n: d for n, d in evaluation.definition.items() if n not in kept}
    start = program.cells[output].node
    flat = Dag()
    number: dict[int, int] = {}
    leaves: dict[int, Interval] = {}
    for i in program.dag.cone((start,), definition):
        entry = program.dag.nodes[i]
        if i in definition:
            number[i] = number[definition[i]]
        elif entry[0] == "^":
            number[i] = flat.node("^", number[entry[1]], entry[2])
        elif entry[0] in ("num", "cell"):
            number[i] = flat.node(*entry)
        else:
            number[i] = flat.node(entry[0], *(number[j] for j in arguments(entry)))
        if entry[0] == "cell" and i not in definition and i not in kept:
            given = evaluation.given(entry[1])
            leaves[entry[1]] = Interval.point(given) if given is not None else Interval(-inf, inf)
    return flat, number[start], leaves


def _corner(
    flat: Dag, cone: list[int], node: int, leaves: Mapping[int, Interval], moved: Sequence[Moved], *, high: bool
) -> tuple[dict[int, Fraction] | None, dict[int, Interval]]:
    """Return the point of the least or greatest value, None where it is not proven, and the box that is left.

    An input in which the output rises or falls all over the box is put to its end; over the smaller box the next one
    may be monotone, and so on. What several cells share is put only where all of them pull the same way.
    """
    box = dict(leaves)
    corner: dict[int, Fraction] = {}
    reads = {flat.nodes[i][1] for i in cone if flat.nodes[i][0] == "cell"}
    free = [[(p, d) for p, d in m.cells if p in reads] for m in moved]
    free = [cells for cells in free if cells]
    while free:
        ranges = natural_ranges(flat, cone, node, box, short=True)
        left = []
        for cells in free:
            slopes = [slope(flat, cone, node, ranges, p, short=True) for p, _ in cells]
            rises, falls = all(s.low >= 0 for s in slopes), all(s.high <= 0 for s in slopes)
            ends = [d.ends[1 if rises == high else 0] for _, d in cells]
            if not (rises or falls) or any(e is None for e in ends):
                left.append(cells)
                continue
            for (p, _), end in zip(cells, ends, strict=True):
                if end is not None:
                    corner[p] = end
                    box[p] = Interval.point(end)
        if len(left) == len(free):
            return None, box
        free = left
    return corner, box
