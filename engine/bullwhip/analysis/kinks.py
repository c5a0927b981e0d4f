"""Kinks and jumps that a quantity rests on: what binds, how far away the next branch is, and where it takes over.

Where the rules are rational in what moves, a switching point is found exactly: the line is walked from the present
value outward, one piece after another, until the branch is another one. Elsewhere it is bracketed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.analysis.allowance import VISIT, Allowance, SpentError
from bullwhip.analysis.binding import choices
from bullwhip.analysis.bracket import places
from bullwhip.analysis.line import Gap, Line, Reading
from bullwhip.analysis.rational import Rational
from bullwhip.analysis.real import Real, between, roots
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import arguments
from bullwhip.propagate import Evaluation

__all__ = ["Bound", "Flip", "Place", "flips", "kinks"]

_STEPS = ("floor", "ceil")
_MAX_PIECES = 200
_HALVINGS = 200
_ROOT = 200
"""Steps of finding roots, times the square of how many terms the polynomial has."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A minimum, maximum, absolute value, condition or step at the values of an evaluation."""

    node: int
    cell: int
    """Position of the cell in whose rule it stands."""
    function: str
    """min, max, abs, where, floor or ceil."""
    options: tuple[int, ...]
    """The nodes it chooses among; of abs, floor and ceil the argument."""
    values: tuple[Fraction | None, ...]
    taken: tuple[int, ...]
    """Which of them bind; several at a tie. Of abs 1 is the argument with its sign turned."""
    condition: tuple[int, int] | None
    """The two sides that a condition compares."""
    next: int | None
    """Of min and max, the option that binds next."""
    slack: Fraction | None
    """How far the values are from the next branch, in the unit of what is compared; None where unknown."""
    relative: Fraction | None
    """The slack over what binds, or over the threshold of a condition, the number or else the right side; None where
    that is zero."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value of what moves."""

    value: Fraction
    exact: bool
    jump: bool | None
    """Whether the node jumps there; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Flip:
    """The nearest places on a line at which another branch is taken."""

    below: Place | None
    """None where there is none in the range."""
    above: Place | None
    note: str = ""


def kinks(evaluation: Evaluation, position: int) -> list[Bound]:
    """Return every kink and jump that a cell rests on, inputs first; branches that are not taken are left out.

    Args:
        evaluation: the program under its scenario.
        position: the cell.
    """
    program = evaluation.program
    nodes, values = program.dag.nodes, evaluation.values
    found: dict[int, Bound] = {}
    for c in choices(evaluation, position):
        condition: tuple[int, int] | None = None
        if c.function == "where":
            condition = nodes[c.node][1], nodes[c.node][2]
        ahead, slack, base = _slack(evaluation, c.function, c.options, c.taken, condition)
        found[c.node] = Bound(
            c.node, c.cell, c.function, c.options, c.values, c.taken, condition, ahead, slack, _over(slack, base)
        )
    taken_by = {i: b.options[b.taken[0]] for i, b in found.items() if b.condition is not None and len(b.taken) == 1}
    for i, cell in _steps(evaluation, position, taken_by):
        argument = nodes[i][1]
        value = values.get(argument)
        slack = None if value is None else _to_step(value)
        found[i] = Bound(
            i, cell, nodes[i][0], (argument,), (value,), () if value is None else (0,), None, None, slack,
            _over(slack, value),
        )  # fmt: skip
    return [found[i] for i in sorted(found)]


def _over(slack: Fraction | None, base: Fraction | None) -> Fraction | None:
    return None if slack is None or not base else slack / abs(base)


def _slack(
    evaluation: Evaluation,
    function: str,
    options: tuple[int, ...],
    taken: tuple[int, ...],
    condition: tuple[int, int] | None,
) -> tuple[int | None, Fraction | None, Fraction | None]:
    """Return the option that is next, how far it is, and what that is measured against."""
    values = evaluation.values
    if condition is not None:
        left, right = (values.get(j) for j in condition)
        threshold = left if evaluation.program.dag.constant(condition[0]) is not None else right
        return None, None if left is None or right is None else abs(left - right), threshold
    inner = [values.get(j) for j in options]
    if function == "abs":
        return None, None if inner[0] is None else abs(inner[0]), None
    if not taken:
        return None, None, None
    best = inner[taken[0]]
    others = [(abs(v - best), k) for k, v in enumerate(inner) if v is not None and best is not None and k != taken[0]]
    distance, ahead = min(others, default=(None, None))
    return ahead, distance, best


def _to_step(value: Fraction) -> Fraction:
    """Return how far a value is from the nearest one at which a step begins; floor and ceil step at the same places."""
    below = value.numerator // value.denominator
    return min(value - below, below + 1 - value)


def _steps(evaluation: Evaluation, position: int, taken_by: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the floor and ceil nodes that a cell rests on, each with the cell in whose rule it stands."""
    nodes = evaluation.program.dag.nodes
    found: dict[int, int] = {}
    stack = [(evaluation.program.cells[position].node, position)]
    seen = set()
    while stack:
        i, cell = stack.pop()
        if i in seen:
            continue
        seen.add(i)
        if i in evaluation.definition:
            stack.append((evaluation.definition[i], nodes[i][1]))
            continue
        if nodes[i][0] in _STEPS:
            found.setdefault(i, cell)
        below: Iterable[int] = arguments(nodes[i])
        if i in taken_by:
            below = (*nodes[i][1:3], taken_by[i])
        stack += [(j, cell) for j in below]
    return sorted(found.items())


def flips(
    evaluation: Evaluation,
    bound: Bound,
    moved: Mapping[int, tuple[Fraction, Fraction]],
    now: Fraction,
    within: tuple[Fraction, Fraction],
    allowance: Allowance,
) -> Flip | None:
    """Return where along a line another branch is taken, below and above the present place; None where none moves it.

    Args:
        evaluation: the program under its scenario.
        bound: the kink.
        moved: cell position to (start, step); its value is start + step * x.
        now: the present x.
        within: the range of x that is searched.
        allowance: what the search may cost; where it is used up, the answer says so instead of a place.
    """  # fmt: skip
    line = Line(evaluation, bound.cell, moved, allowance=allowance)
    if not set(bound.condition or bound.options) & set(line.order):
        return None
    try:
        ends = [_Walk(line, bound, now, allowance).to(end) for end in within]
    except SpentError:
        return Flip(None, None, "not searched to the end: the rules on the way are too large")
    notes = dict.fromkeys(e for e in ends if isinstance(e, str))
    below, above = (None if isinstance(e, str) else e for e in ends)
    return Flip(below, above, "; ".join(notes))


class _Walk:
    """Looks along a line for the first place at which a node decides otherwise."""

    def __init__(self, line: Line, bound: Bound, now: Fraction, allowance: Allowance) -> None:
        self.line, self.bound, self.now, self.allowance = line, bound, now, allowance
        self.start: object = None
        self.start = self.decision(self.read(Real.rational(now)))

    def read(self, place: Real) -> Reading:
        """Return what holds at a place."""
        reading = self.line.read(place)
        self.allowance.spend(sum(_ROOT * len(b) ** 2 for b in reading.borders))
        return reading

    def to(self, end: Fraction) -> Place | str | None:
        """Return the place and whether it is exact, why it is not found, or None where there is none up to the end."""
        if self.start is None:
            return self.scanned(end)
        up = end >= self.now
        place = Real.rational(self.now)
        far = Real.rational(end + (1 if up else -1))
        reading = self.read(place)
        for _ in range(_MAX_PIECES):
            before = reading
            behind = self.beyond(place, self.nearest(reading, place, far, up=up) or far, up=up)
            if behind is None:
                break
            reading = behind
            if isinstance(reading.output, Gap) and not reading.output.code:
                return self.scanned(end)
            found = self.decision(reading)
            if found is not None and found != self.start:
                exact = place.is_rational and not self.line.rounded
                return Place(place.rounded(), exact, self.jumps(place, before, reading))
            following = self.nearest(reading, place, far, up=up)
            if following is None or (Real.rational(end) < following if up else following < Real.rational(end)):
                return None
            place = following
        return f"not followed over more than {_MAX_PIECES} pieces"

    def jumps(self, place: Real, before: Reading, behind: Reading) -> bool | None:
        """Return whether the values on both sides run into different ones at a place."""
        ends = [r.functions.get(self.bound.node) or self.line.constant(self.bound.node) for r in (before, behind)]
        if not place.is_rational:
            return None if self.bound.function == "where" else self.bound.function in _STEPS
        values = [f.at(place.rounded()) if isinstance(f, Rational) else None for f in ends]
        return None if None in values else values[0] != values[1]

    def decision(self, reading: Reading) -> object:
        """Return what is decided at a reading, the present branch where it is as good as another; None where unused."""
        if self.bound.function in _STEPS:
            value = reading.functions.get(self.bound.node)
            return (value.top, value.bottom) if isinstance(value, Rational) else None
        found = reading.branch.get(self.bound.node)
        if found is None:
            return self.settled(reading)
        return self.start if self.start in reading.ties.get(self.bound.node, ()) else found

    def settled(self, reading: Reading) -> object:
        """Return what is decided among arguments that are the same all over a piece, which the reading passes over."""
        if self.bound.function == "where":
            return None
        values = []
        for option in self.bound.options:
            f = reading.functions.get(option) or self.line.constant(option)
            if not isinstance(f, Rational) or not f.is_constant:
                return None
            values.append(Fraction(f.top[0] if f.top else 0, f.bottom[0]))
        if self.bound.function == "abs":
            return int(values[0] < 0)
        best = min(values) if self.bound.function == "min" else max(values)
        return self.start if isinstance(self.start, int) and values[self.start] == best else values.index(best)

    def nearest(self, reading: Reading, place: Real, far: Real, *, up: bool) -> Real | None:
        """Return the next place behind another at which the reading can end."""
        low, high = sorted((place.rounded(), far.rounded()))
        found = [r for b in reading.borders for r in roots(b, low - 1, high + 1)]
        ahead = [r for r in found if (place < r if up else r < place)]
        if not ahead:
            return None
        ordered = sorted(ahead)
        return ordered[0 if up else -1]

    def beyond(self, place: Real, following: Real, *, up: bool) -> Reading | None:
        """Return the reading of the piece right behind a place; None where ever smaller ones crowd there."""
        for _ in range(_MAX_PIECES):
            middle = Real.rational(between(place, following) if up else between(following, place))
            reading = self.read(middle)
            inner = self.nearest(reading, place, following, up=up)
            if inner is None or not (inner < middle if up else middle < inner):
                if not any(middle.sign_of(b) == 0 for b in reading.borders):
                    return reading
                inner = middle
            following = inner
        return None

    def scanned(self, end: Fraction) -> Place | str | None:
        """Look at places up to an end, and narrow down the first change."""
        start = self.taken(self.now)
        if start is None:
            return "what binds is not known"
        low, high = sorted((self.now, end))
        seen = [x for x in places(low, high, None) if x != self.now]
        before = self.now
        for x in seen if end >= self.now else reversed(seen):
            if self.taken(x) not in (None, start):
                return self.narrowed(before, x, start)
            before = x
        return None

    def narrowed(self, same: Fraction, other: Fraction, start: object) -> Place:
        for _ in range(_HALVINGS):
            middle = (same + other) / 2
            if abs(other - same) <= abs(middle) / 10**30:
                break
            if self.taken(middle) in (None, start):
                same = middle
            else:
                other = middle
        return Place(other, False, None if self.bound.function == "where" else self.bound.function in _STEPS)

    def taken(self, x: Fraction) -> object:
        """Return what the node decides at a place, by exact evaluation; None where that has no value."""
        evaluation = self.line.at(x)
        self.allowance.spend(VISIT * len(evaluation.values))
        node = self.line.program.dag.nodes[self.bound.node]
        wanted = node[1:3] if node[0] in ("<", "<=") else arguments(node)
        try:
            evaluation.run((*wanted, self.bound.node) if self.bound.function in _STEPS else wanted)
        except PropagationError:
            return None
        inner = [evaluation.values[j] for j in wanted]
        known = [v for v in inner if v is not None]
        if len(known) < len(inner):
            return None
        if self.bound.function in _STEPS:
            return evaluation.values[self.bound.node]
        if self.bound.function == "abs":
            return known[0] < 0
        if self.bound.function == "where":
            return known[0] < known[1] if node[0] == "<" else known[0] <= known[1]
        return known.index(min(known) if node[0] == "min" else max(known))
