"""Intervals with open and closed ends, rational or infinite, and the operations of the graph on them, exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

from bullwhip.expr.dag import Node
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError

__all__ = ["INTERVAL_OPERATIONS", "Extended", "Interval"]

Extended = Fraction | float
"""A rational, or an infinity; never another float."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval; a point where both ends are equal. An end is part of it unless it is open; infinite ends never are.

    >>> Interval(Fraction(1), inf).holds(Fraction(7)), Interval.point(Fraction(2)).is_point
    (True, True)
    >>> Interval(Fraction(1), Fraction(2), high_open=True).meets(Interval(Fraction(2), Fraction(3)))
    False
    """

    low: Extended
    high: Extended
    low_open: bool = field(default=False, repr=False)
    """Whether the low end itself is left out: 0.75 prints as 0.8, so it is no value of a printed 0.7."""
    high_open: bool = field(default=False, repr=False)

    @classmethod
    def point(cls, value: Fraction) -> Interval:
        """Return the interval of one value."""
        return cls(value, value)

    @property
    def is_point(self) -> bool:
        """Whether it is one rational."""
        return self.low == self.high

    @property
    def least(self) -> tuple[Extended, bool]:
        """The low end, in the order of how far down it reaches."""
        return self.low, self.low_open

    @property
    def most(self) -> tuple[Extended, bool]:
        """The high end, in the order of how far up it reaches."""
        return self.high, not self.high_open

    @property
    def empty(self) -> bool:
        """Whether no value lies between the ends, as after an intersection."""
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def holds(self, value: Extended) -> bool:
        """Return whether a value lies inside."""
        return self.least <= (value, False) and (value, True) <= self.most

    def meets(self, other: Interval) -> bool:
        """Return whether two intervals share a point."""
        return not self.meet(other).empty

    def meet(self, other: Interval) -> Interval:
        """Return what two intervals share, which may be empty."""
        (low, low_open), (high, high_in) = max(self.least, other.least), min(self.most, other.most)
        return Interval(low, high, low_open, not high_in)

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval around both."""
        (low, low_open), (high, high_in) = min(self.least, other.least), max(self.most, other.most)
        return Interval(low, high, low_open, not high_in)

    def times(self, factor: Fraction) -> Interval:
        """Return the interval scaled by a positive factor."""
        return Interval(self.low * factor, self.high * factor, self.low_open, self.high_open)

    def shortened(self) -> Interval:
        """Return an interval around it whose ends are short rationals; the same where they are short already.

        Each end moves outward by less than one part in 2^63, so that long computations stay quick and rigorous.

        >>> third = Fraction(10**60, 3 * 10**60 + 1)
        >>> short = Interval.point(third).shortened()
        >>> short.low < third < short.high, short.high - short.low < Fraction(1, 2**60)
        (True, True)
        """
        low, high = _down(self.low), -_down(-self.high)
        return Interval(low, high, self.low_open and low == self.low, self.high_open and high == self.high)


_SHORT = 64
"""Bits that are kept of an end; up to twice as many are left as they are."""


def _down(x: Extended) -> Extended:
    """Return a short rational at or below another, with the same sign."""
    if isinstance(x, float) or max(x.numerator.bit_length(), x.denominator.bit_length()) <= 2 * _SHORT:
        return x
    shift = _SHORT - x.numerator.bit_length() + x.denominator.bit_length()
    if shift >= 0:
        return Fraction((x.numerator << shift) // x.denominator, 1 << shift)
    return Fraction(x.numerator // (x.denominator << -shift) << -shift)


def _plus(a: Extended, b: Extended) -> Extended:
    if isinstance(a, float) or isinstance(b, float):  # an infinity, whatever a rational adds to it
        return a if isinstance(a, float) else b
    return a + b


def _sum(v: list[Interval], _: Node) -> Interval:
    low: Extended = Fraction(0)
    high: Extended = Fraction(0)
    for x in v:
        low, high = _plus(low, x.low), _plus(high, x.high)
    return Interval(low, high, any(x.low_open for x in v), any(x.high_open for x in v))


def _times(a: Extended, b: Extended) -> Extended:
    if a == 0 or b == 0:
        return Fraction(0)  # a zero absorbs an infinite end: the limit is not reached
    if isinstance(a, float) or isinstance(b, float):
        return inf if (a > 0) == (b > 0) else -inf
    return a * b


def _corner(a: tuple[Extended, bool], b: tuple[Extended, bool]) -> tuple[Extended, bool]:
    """Return the product of two ends and whether it is left out; a zero that is reached makes zero of anything."""
    reached = (a[0] == 0 and not a[1]) or (b[0] == 0 and not b[1])
    return _times(a[0], b[0]), not reached and (a[1] or b[1])


def _product(v: list[Interval], _: Node) -> Interval:
    result = v[0]
    for other in v[1:]:
        ends = [
            _corner(a, b)
            for a in ((result.low, result.low_open), (result.high, result.high_open))
            for b in ((other.low, other.low_open), (other.high, other.high_open))
        ]
        (low, low_open), (high, high_in) = min(ends), max((end, not left_out) for end, left_out in ends)
        result = _interval(low, high, low_open, not high_in)
    return result


def _interval(low: Extended, high: Extended, low_open: bool, high_open: bool) -> Interval:
    """Return an interval; infinite ends are not marked as open."""
    return Interval(low, high, low_open and isinstance(low, Fraction), high_open and isinstance(high, Fraction))


def _inverse(v: Interval) -> Interval:
    if v.low == 0 == v.high:
        raise UndefinedError("BW401", "division by zero")
    if v.low < 0 < v.high:
        return Interval(-inf, inf)

    def end(x: Extended, left_out: bool, at_zero: float) -> tuple[Extended, bool]:
        if x == 0:
            return at_zero, False
        return (Fraction(0), True) if isinstance(x, float) else (1 / x, left_out)

    (low, low_open), (high, high_open) = end(v.high, v.high_open, -inf), end(v.low, v.low_open, inf)
    return _interval(low, high, low_open, high_open)


def _quotient(v: list[Interval], node: Node) -> Interval:
    if v[0].is_point and v[1].is_point and v[1].low != 0:
        return Interval.point(Fraction(v[0].low) / Fraction(v[1].low))
    return _product([v[0], _inverse(v[1])], node)


def _monotone(name: str) -> Callable[[list[Interval], Node], Interval]:
    """Return the interval form of a continuous function of one argument that always rises."""

    def apply(v: list[Interval], node: Node) -> Interval:
        return _interval(_end(name, v[0].low, node), _end(name, v[0].high, node), v[0].low_open, v[0].high_open)

    return apply


def _end(name: str, x: Extended, node: Node) -> Extended:
    if isinstance(x, Fraction):
        return OPERATIONS[name]([x], node)
    return Fraction(0) if name == "exp" and x < 0 else x


def _stepped(name: str) -> Callable[[list[Interval], Node], Interval]:
    """Return the interval form of floor, ceil or sign: a step at an open end is the one inside."""

    def apply(v: list[Interval], node: Node) -> Interval:
        return Interval(step(v[0].low, v[0].low_open, 1, node), step(v[0].high, v[0].high_open, -1, node))

    def step(x: Extended, left_out: bool, inwards: int, node: Node) -> Extended:
        if isinstance(x, float):
            return x if name != "sign" else Fraction(1 if x > 0 else -1)
        there = OPERATIONS[name]([x], node)
        if not left_out:
            return there
        if name == "sign":
            return Fraction(inwards) if x == 0 else there
        jumps = x.denominator == 1 and (name == "ceil") == (inwards == 1)
        return there + inwards if jumps else there

    return apply


def _log(v: list[Interval], node: Node) -> Interval:
    if v[0].high <= 0:
        raise UndefinedError("BW402", f"log() of {v[0].high}")
    low = -inf if v[0].low <= 0 else _end("log", v[0].low, node)
    return _interval(low, _end("log", v[0].high, node), v[0].low_open, v[0].high_open)


def _power(v: list[Interval], node: Node) -> Interval:
    exponent: Fraction = node[2]
    if exponent < 0:
        return _inverse(_power(v, ("^", node[1], -exponent)))
    base = v[0]
    if exponent.denominator == 1 and exponent % 2 == 0:
        return _monotone("^")([_absolute(v, node)], node)
    if exponent.denominator > 1 and base.low < 0 <= base.high and not base.is_point:
        base = Interval(Fraction(0), base.high, False, base.high_open)  # roots are of what is not negative
    return _monotone("^")([base], node)


def _absolute(v: list[Interval], _: Node) -> Interval:
    x = v[0]
    if x.low >= 0:
        return x
    if x.high <= 0:
        return Interval(-x.high, -x.low, x.high_open, x.low_open)
    high, reached = max((-x.low, not x.low_open), x.most)
    return Interval(Fraction(0), high, False, not reached)


def _least(v: list[Interval], _: Node) -> Interval:
    (low, low_open), (high, high_in) = min(x.least for x in v), min(x.most for x in v)
    return Interval(low, high, low_open, not high_in)


def _greatest(v: list[Interval], _: Node) -> Interval:
    (low, low_open), (high, high_in) = max(x.least for x in v), max(x.most for x in v)
    return Interval(low, high, low_open, not high_in)


INTERVAL_OPERATIONS: dict[str, Callable[[list[Interval], Node], Interval]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "^": _power,
    "min": _least,
    "max": _greatest,
    "abs": _absolute,
    "sign": _stepped("sign"),
    "floor": _stepped("floor"),
    "ceil": _stepped("ceil"),
    "exp": _monotone("exp"),
    "log": _log,
}
