"""Where a quantity that is cut into pieces lies in a target: all points and intervals of the unknown, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import inf

from bullwhip.analysis.line import Reading
from bullwhip.analysis.pieces import Piece
from bullwhip.analysis.polynomial import Polynomial
from bullwhip.analysis.rational import Rational
from bullwhip.analysis.real import Real, between, roots, to_digits
from bullwhip.propagate.intervals import Extended, Interval

__all__ = ["Jump", "Part", "Stretch", "jumps", "parts_of", "reached", "stretches"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values of the unknown that give the target: an interval, or a point where both ends are the same."""

    low: Real
    high: Real
    low_open: bool
    high_open: bool
    reading: Reading | None = field(repr=False)
    """What the quantity is at the low end, or just inside of it where it is open; None where that is not known."""
    kind: str = ""
    """Of a point: `crosses` where the quantity goes through the target, `touches` where it turns back, `end` at an end
    of the range, `jump` where it has the target at a jump alone."""

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low is self.high


@dataclass(frozen=True, slots=True)
class Jump:
    """A place at which the quantity jumps over the target."""

    place: Real
    left: Fraction
    """What it comes to from below, in the limit."""
    right: Fraction
    """What it comes to from above."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the range, open or a point, on which the quantity stays below, in or above the target."""

    low: Real
    high: Real
    side: int | None
    """-1, 0 or 1; None where the quantity has no value."""
    reading: Reading | None = field(default=None, repr=False)
    """What the quantity is there; None where that is known at single places only."""

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low is self.high


def stretches(parts: Sequence[Part]) -> list[Stretch]:
    """Return all values of the unknown at which the quantity lies in the target, in order.

    Args:
        parts: the range in parts (`parts_of`).
    """
    found: list[Stretch] = []
    k = 0
    while k < len(parts):
        if parts[k].side != 0:
            k += 1
            continue
        first = k
        while k + 1 < len(parts) and parts[k + 1].side == 0:
            k += 1
        a, b = parts[first], parts[k]
        kind = _kind(parts, first) if first == k and a.is_point else ""
        found.append(Stretch(a.low, b.high, not a.is_point, not b.is_point, a.reading, kind))
        k += 1
    return found


def _kind(parts: Sequence[Part], k: int) -> str:
    if k in (0, len(parts) - 1):
        return "end"
    left, right, here = parts[k - 1], parts[k + 1], parts[k]
    if not all(_joins(p.reading, here.reading, here.low) for p in (left, right)):
        return "jump"
    return "touches" if left.side == right.side else "crosses"


def _joins(a: Reading | None, b: Reading | None, place: Real) -> bool:
    """Return whether two functions have the same finite value at a place; taken for granted where they are unknown."""
    if a is None or b is None:
        return True
    f, g = a.output, b.output
    if not isinstance(f, Rational) or not isinstance(g, Rational) or place.sign_of(f.bottom) == 0:
        return False
    return f == g or (f - g).sign_at(place) == 0


def jumps(parts: Sequence[Part]) -> list[Jump]:
    """Return the places at which the quantity jumps from one side of the target to the other, in order.

    Where it goes through infinity it jumps over nothing.
    """
    found = []
    for left, here, right in zip(parts, parts[1:], parts[2:], strict=False):
        sides = {left.side, here.side, right.side} - {None}
        if not here.is_point or sides != {-1, 1}:
            continue
        ends = [_limit(p.reading, here.low) for p in (left, right)]
        if ends[0] is not None and ends[1] is not None:
            found.append(Jump(here.low, ends[0], ends[1]))
    return found


def _limit(reading: Reading | None, place: Real) -> Fraction | None:
    """Return what a function comes to at a place; None where it is not known or goes to infinity."""
    if reading is None or not isinstance(reading.output, Rational) or place.sign_of(reading.output.bottom) == 0:
        return None
    return _value(reading.output, place)


_End = tuple[Extended, bool]
"""A value, and whether it is attained."""


def reached(pieces: Sequence[Piece]) -> Interval | None:
    """Return the values that the quantity takes in the range, from the least to the greatest; None where it has none.

    Ends at places that are not rational are rounded to 60 digits.
    """
    ends: list[_End] = []
    for k, piece in enumerate(pieces):
        f = piece.reading.output
        if not isinstance(f, Rational):
            continue
        if piece.is_point:
            ends.append((_value(f, piece.low), True))
            continue
        if f.is_constant:
            ends.append((_value(f, piece.low), True))
            continue
        ends += [(_value(f, r), True) for r in _inside(f.slope(), piece)]
        ends += [_near(f, piece, pieces[j], high=high) for j, high in ((k - 1, False), (k + 1, True))]
    if not ends:
        return None
    (low, reached_low), (high, reached_high) = min(ends, key=lambda e: (e[0], not e[1])), max(ends)
    return Interval(low, high, not reached_low, not reached_high)


def _value(f: Rational, place: Real) -> Fraction:
    value = f.at(place.rounded()) or Fraction(0)
    return value if place.is_rational else to_digits(value)


def _near(f: Rational, piece: Piece, point: Piece, *, high: bool) -> _End:
    """Return where a function goes at an end of a piece, and whether the point there has that value."""
    place = point.low
    if place.sign_of(f.bottom) != 0:
        return _value(f, place), _joins(piece.reading, point.reading, place)
    inner = [piece.low, *_inside(f.top, piece), piece.high]
    a, b = (inner[-2], inner[-1]) if high else (inner[0], inner[1])
    return inf * f.sign_at(Real.rational(between(a, b))), False


def parts_of(pieces: Sequence[Piece], target: Interval) -> Iterator[Part]:
    """Yield the range in parts, open intervals and points by turns, each below, in or above the target.

    Args:
        pieces: the range, cut (`bullwhip.analysis.pieces.cut`).
        target: where the quantity has to lie.
    """
    for piece in pieces:
        f = piece.reading.output
        if not isinstance(f, Rational):
            yield Part(piece.low, piece.high, None, piece.reading)
        elif piece.is_point:
            yield Part(piece.low, piece.high, _side(f, piece.low, target), piece.reading)
        else:
            places = [piece.low, *_crossings(f, piece, target), piece.high]
            for n, (a, b) in enumerate(pairwise(places)):
                if n:
                    yield Part(a, a, _side(f, a, target), piece.reading)
                yield Part(a, b, _side(f, Real.rational(between(a, b)), target), piece.reading)


def _crossings(f: Rational, piece: Piece, target: Interval) -> list[Real]:
    """Return where a function has the value of an end of the target, inside a piece, in order."""
    found: list[Real] = []
    for end in dict.fromkeys((target.low, target.high)):
        if isinstance(end, Fraction):
            found += _inside(f.minus(end).top, piece)
    return sorted(found)


def _inside(p: Polynomial, piece: Piece) -> list[Real]:
    return [r for r in roots(p, piece.low.low, piece.high.high) if piece.low < r and r < piece.high]


def _side(f: Rational, place: Real, target: Interval) -> int:
    """Return whether a function is below, in or above the target at a place."""
    if isinstance(target.low, Fraction):
        sign = f.minus(target.low).sign_at(place)
        if sign < 0 or (sign == 0 and target.low_open):
            return -1
    if isinstance(target.high, Fraction):
        sign = f.minus(target.high).sign_at(place)
        if sign > 0 or (sign == 0 and target.high_open):
            return 1
    return 0
