"""Solving where no quotient of polynomials is at hand: a scan for changes of side, each bracketed, then narrowed.

What lies between two places of the scan and leaves no trace there can be missed; an answer says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.analysis.line import Line
from bullwhip.analysis.real import to_digits
from bullwhip.propagate.intervals import Interval

__all__ = ["PLACES", "Bracket", "brackets", "narrowed", "places", "side"]

PLACES = 400
"""Places at which a range is looked at."""
_DIGITS = 70
_RELATIVE = Fraction(1, 10**45)
_LEAST = Fraction(1, 10**60)
_SPREAD = 1000
"""Ratio of the ends of a range from which it is scanned in equal ratios and not in equal steps."""


@dataclass(frozen=True, slots=True)
class Bracket:
    """Two neighbouring places at which the quantity is on different sides of the target."""

    low: Fraction
    high: Fraction
    left: int | None
    """-1, 0 or 1: below, in or above the target; None where there is no value."""
    right: int | None

    @property
    def width(self) -> Fraction:
        """How far the places are apart."""
        return self.high - self.low


def side(value: Fraction | None, target: Interval) -> int | None:
    """Return whether a value is below (-1), in (0) or above (1) a target.

    >>> side(Fraction(3), Interval(Fraction(1), Fraction(3), high_open=True))
    1
    """
    if value is None:
        return None
    return 0 if target.holds(value) else -1 if target.low >= value else 1


def places(low: Fraction, high: Fraction, among: Fraction | None, count: int = PLACES) -> list[Fraction]:
    """Return places from end to end, in equal ratios where the ends differ by far, with one more of interest.

    >>> [float(x) for x in places(Fraction(1), Fraction(5), Fraction(3, 2), 4)]
    [1.0, 1.5, 2.0, 3.0, 4.0, 5.0]
    """
    found = {low + (high - low) * k / count for k in range(count + 1)}
    near, far = sorted((abs(low), abs(high)))
    near = near if low * high > 0 else far / Fraction(10) ** 6
    if far > _SPREAD * near > 0:
        found |= {low, high}
        found |= {x for x in _ratios(near, far, count) if low <= x <= high}
        found |= {-x for x in _ratios(near, far, count) if low <= -x <= high}
    if among is not None and low <= among <= high:
        found.add(among)
    return sorted(found)


def _ratios(near: Fraction, far: Fraction, count: int) -> Iterator[Fraction]:
    ratio = float(far / near) ** (1 / count)
    for k in range(1, count):
        yield near * Fraction(f"{ratio**k:.6g}")


def brackets(seen: list[Fraction], values: list[Fraction | None], target: Interval) -> list[Bracket]:
    """Return the pairs of neighbouring places between which the side changes."""
    sides = [side(v, target) for v in values]
    pairs = zip(seen, seen[1:], sides, sides[1:], strict=False)
    return [Bracket(a, b, s, t) for a, b, s, t in pairs if s != t]


def narrowed(line: Line, bracket: Bracket, target: Interval, width: Fraction | None = None) -> list[Bracket]:
    """Return the places of change inside a bracket, each so narrow that it is known to 45 digits.

    Args:
        line: the quantity along the unknown.
        bracket: where to look.
        target: what the sides are of.
        width: stop as soon as a bracket is as narrow as this.
    """
    todo, done = [bracket], []
    while todo:
        b = todo.pop()
        goal = width if width is not None else max(abs(b.low), abs(b.high)) * _RELATIVE
        if b.width <= max(goal, _LEAST):
            done.append(b)
            continue
        middle = _middle(b)
        at = side(line.value(middle), target)
        if at != b.right:
            todo.append(Bracket(middle, b.high, at, b.right))
        if at != b.left:
            todo.append(Bracket(b.low, middle, b.left, at))
    return sorted(done, key=lambda b: b.low)


def _middle(b: Bracket) -> Fraction:
    """Return the middle of a bracket, in few digits."""
    found = to_digits((b.low + b.high) / 2, _DIGITS)
    return found if b.low < found < b.high else (b.low + b.high) / 2
