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
from bullwhip.propagate.intervals import Extended, Interval, natural_ranges, range_of
from bullwhip.propagate.slopes import slope

__all__ = ["Moved", "Reach", "evaluate_at", "reach_of"]

_EFFORT = 50_000
"""Nodes times inputs beyond which no range is looked for: exact intervals of large models take too long."""
_CLOSER = 3_000
"""Nodes times inputs up to which an outer bound is narrowed by halving."""


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


def evaluate_at(
    evaluation: Evaluation, positions: Sequence[int], values: Mapping[int, Fraction]
) -> list[Fraction | None]:
    """Return exact values of cells with other cells set; None where there is none at these values."""
    changed = Evaluation(evaluation.program, {**evaluation.overrides, **values}, evaluation.variants)
    found: list[Fraction | None] = []
    for p in positions:
        try:
            found.append(changed.value(p))
        except PropagationError:
            found.append(None)
    return found


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
        corners = [_corner(flat, cone, node, leaves, moved, high=high) for high in (False, True)]
        if all(c is not None for c in corners):
            ends = [evaluate_at(evaluation, (output,), c)[0] for c in corners if c is not None]
            if ends[0] is not None and ends[1] is not None:
                return Reach(ends[0], ends[1], exact=True)
        closer = len(cone) * len(positions) <= _CLOSER
        outer = range_of(flat, node, leaves) if closer else natural_ranges(flat, cone, node, leaves)[node]
    except UndefinedError:
        return None
    return Reach(outer.low, outer.high, exact=False)


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
) -> dict[int, Fraction] | None:
    """Return where every input has to be for the least or greatest value, or None where that is not proven.

    An input in which the output rises or falls all over the box is put to its end; over the smaller box the next one
    may be monotone, and so on. What several cells share is put only where all of them pull the same way.
    """
    box = dict(leaves)
    corner: dict[int, Fraction] = {}
    reads = {flat.nodes[i][1] for i in cone if flat.nodes[i][0] == "cell"}
    free = [[(p, d) for p, d in m.cells if p in reads] for m in moved]
    free = [cells for cells in free if cells]
    while free:
        ranges = natural_ranges(flat, cone, node, box)
        left = []
        for cells in free:
            slopes = [slope(flat, cone, node, ranges, p) for p, _ in cells]
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
            return None
        free = left
    return corner
