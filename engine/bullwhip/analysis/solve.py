"""What one unknown must be for a quantity to have a value: exactly where the rules are rational, else by bracketing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bullwhip.analysis.bracket import Bracket, brackets, narrowed, places, side
from bullwhip.analysis.grid import COUNT, suspected
from bullwhip.analysis.inverse import Jump, Part, Stretch, jumps, parts_of, reached, stretches
from bullwhip.analysis.line import Line
from bullwhip.analysis.pieces import NotCutError, Piece, TooManyPiecesError, cut
from bullwhip.analysis.polynomial import TooLargeError, simplest_between
from bullwhip.analysis.real import Real
from bullwhip.propagate.intervals import Interval

__all__ = ["Solved", "Switch", "solve", "switches"]

_FINER = 8
"""How often a bracket is narrowed and tried again before the quantity in it counts as no quotient of polynomials."""
_POLE = 10**10
"""Growth of a difference while its bracket is narrowed from which the quantity goes to infinity there."""
_STEEP = 10**20
"""How much less than at first the difference is in the end where the quantity does not jump."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A place at which a minimum, maximum or condition takes another argument."""

    place: Real
    node: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Solved:
    """All values of an unknown that give a target."""

    stretches: tuple[Stretch, ...]
    jumps: tuple[Jump, ...]
    span: Interval | None
    """The values that the quantity takes in the range, or was seen to take where the method is a scan."""
    switches: tuple[Switch, ...]
    pieces: int
    """Open pieces into which the range was cut; 0 where it was scanned."""
    method: str
    """exact, or scan."""
    why: str
    """Why the range was scanned."""


def solve(line: Line, low: Fraction, high: Fraction, target: Interval, base: Fraction | None = None) -> Solved:
    """Return all values of the unknown in a range for which the quantity lies in a target.

    Args:
        line: the quantity along the unknown.
        low: the low end of the range, part of it.
        high: the high end, part of it.
        target: where the quantity has to lie; a point for one value.
        base: a value of the unknown that is looked at in any case.

    >>> from bullwhip.workspace import Workspace
    >>> ws = Workspace.open()
    >>> (count,) = ws.cells("accelerator.count[chip=a100_sxm]", 2025)
    >>> (unknown,) = ws.cells("training.utilization", 2025)
    >>> line = Line(ws.evaluation, count, {unknown: (Fraction(0), Fraction(1))})
    >>> solve(line, Fraction(0), Fraction(1), Interval.point(Fraction(20_000_000))).stretches[0].low.low
    Fraction(153, 910)
    """
    try:
        return _exact(line, low, high, target)
    except (NotCutError, TooLargeError) as error:
        scan = _Scan(line, target, cutting=isinstance(error, TooManyPiecesError))
        seen = sorted({*places(low, high, base), *suspected(line, low, high, target)})
        return scan.solved(seen, str(error))


def _exact(line: Line, low: Fraction, high: Fraction, target: Interval) -> Solved:
    pieces = cut(line, low, high)
    parts = list(parts_of(pieces, target))
    return Solved(
        tuple(stretches(parts)), tuple(jumps(parts)), reached(pieces), tuple(switches(pieces)),
        sum(not p.is_point for p in pieces), "exact", "",
    )  # fmt: skip


def switches(pieces: Sequence[Piece]) -> list[Switch]:
    """Return the places at which a choice that the quantity rests on changes, in order of place and node."""
    found = []
    points = pieces[::2]
    for left, point, right in zip(pieces[1::2], points[1:], pieces[3::2], strict=False):
        for node, before in sorted(left.reading.branch.items()):
            after = right.reading.branch.get(node, before)
            if after != before:
                found.append(Switch(point.low, node, before, after))
    return found


class _Scan:
    """A range looked at in places; between two on different sides of the target the change is narrowed down."""

    def __init__(self, line: Line, target: Interval, *, cutting: bool) -> None:
        self.line, self.target, self.cutting = line, target, cutting
        self.jumps: list[Jump] = []

    def solved(self, seen: list[Fraction], why: str) -> Solved:
        """Return what is found between some places."""
        values = [self.line.value(x) for x in seen]
        first, last = Real.rational(seen[0]), Real.rational(seen[-1])
        parts = [Part(first, first, side(values[0], self.target))]
        for bracket in brackets(seen, values, self.target):
            changes = self.changes(bracket)
            self.join(parts, changes, bracket.left)
        self.join(parts, [Part(last, last, side(values[-1], self.target))], side(values[-1], self.target))
        known = [v for v in values if v is not None]
        span = Interval(min(known), max(known)) if known else None
        leaps = tuple(sorted([*jumps(parts), *self.jumps], key=lambda j: j.place))
        return Solved(
            tuple(self.exactly(s) for s in stretches(parts)), leaps, span, (), 0, "scan",
            f"{why}; seen at {2 * COUNT:,} places in doubles, at {len(seen):,} exactly, narrowed where sides change",
        )  # fmt: skip

    def exactly(self, s: Stretch) -> Stretch:
        """Return a single place as exact where the value there is the target without rounding."""
        if not s.is_point or not s.low.slack or self.line.value(s.low.low) != self.target.low:
            return s
        place = Real.rational(s.low.low)
        return replace(s, low=place, high=place) if self.line.was_exact else s

    def join(self, parts: list[Part], more: list[Part], between: int | None) -> None:
        """Add parts that begin with a point, with what lies before them."""
        here = parts[-1].high
        if more[0].low.equals(here):
            parts += [replace(p, low=here) for p in more[1:2]] + more[2:]
        else:
            parts += [Part(here, more[0].low, between), *more]

    def changes(self, bracket: Bracket, tries: int = _FINER) -> list[Part]:
        """Return the parts of a bracket, from a point to a point; exactly, where it can be cut."""
        if self.cutting and tries:
            try:
                return list(parts_of(cut(self.line, bracket.low, bracket.high), self.target))
            except (TooManyPiecesError, TooLargeError):
                finer = narrowed(self.line, bracket, self.target, bracket.width / 256)
                return self.chained([self.changes(b, tries - 1) for b in finer], [b.left for b in finer])
        ends = narrowed(self.line, bracket, self.target)
        return self.chained([[self.change(b, bracket)] for b in ends], [b.left for b in ends])

    def chained(self, groups: list[list[Part]], lefts: list[int | None]) -> list[Part]:
        parts = groups[0]
        for group, left in zip(groups[1:], lefts[1:], strict=True):
            self.join(parts, group, left)
        return parts

    def spread(self, b: Bracket, around: Bracket, inside: list[Fraction]) -> Fraction:
        """Return how far the quantity is apart at the ends of a bracket that was narrowed down to another one.

        Where it has no value at an end, it is looked at nearer by, until it has one at both.
        """
        reach = around.width
        while reach > b.width:
            ends = (max(around.low, b.low - reach), min(around.high, b.high + reach))
            known = [v for v in map(self.line.value, ends) if v is not None]
            if len(known) == len(ends):
                return abs(known[0] - known[1]) if reach == around.width else max(known + inside) - min(known + inside)
            reach /= 1024
        return max(inside) - min(inside)

    def change(self, b: Bracket, around: Bracket) -> Part:
        """Return the point at which the side changes."""
        at = b.low if b.left == 0 else b.high if b.right == 0 else (b.low + b.high) / 2
        place = Real.near(at, b.width)
        if 0 in (b.left, b.right) or None in (b.left, b.right):
            return Part(place, place, 0 if 0 in (b.left, b.right) else None)
        left, right = self.line.value(b.low), self.line.value(b.high)
        known = [v for v in (left, right) if v is not None]
        wide, close = self.spread(b, around, known), abs(known[0] - known[1])
        if close <= wide / _STEEP and self.target.is_point:
            simple = simplest_between(b.low, b.high)
            if self.line.value(simple) == self.target.low and self.line.was_exact:
                place = Real.rational(simple)
            return Part(place, place, 0)
        if close <= wide * _POLE:
            self.jumps.append(Jump(place, known[0], known[1]))
        return Part(place, place, None)
