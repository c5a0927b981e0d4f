"""Real roots of polynomials as exact numbers: compared, and put into other polynomials, without rounding."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from bullwhip.analysis.polynomial import (
    Polynomial,
    common_divisor,
    derivative,
    isolate,
    narrow,
    primitive,
    quotient,
    sign_at,
    simplest_between,
)

__all__ = ["DIGITS", "Real", "between", "roots", "to_digits"]

DIGITS = 60
"""Significant digits to which a number that is not rational is given (convention §7)."""


_ZERO = Fraction(0)


class Real:
    """A rational, or the one root of a polynomial in an interval, which gets narrower the closer it is looked at.

    >>> root = roots((-2, 0, 1), Fraction(0), Fraction(2))[0]
    >>> root.sign_of((-3, 2)), root.sign_of((4, 0, -2)), root < Real.rational(Fraction(3, 2)), root.is_rational
    (-1, 0, True, False)
    """

    __slots__ = ("high", "low", "poly", "slack")

    def __init__(self, poly: Polynomial, low: Fraction, high: Fraction, slack: Fraction = _ZERO) -> None:
        """Take a polynomial without multiple roots and an interval whose ends are no roots, or are the root itself.

        `slack` is the width of the bracket that it stands for where it was found by bracketing, and 0 otherwise.
        """
        self.poly, self.low, self.high, self.slack = poly, low, high, slack

    @classmethod
    def rational(cls, value: Fraction) -> Real:
        """Return a rational."""
        return cls((-value.numerator, value.denominator), value, value)

    @classmethod
    def near(cls, value: Fraction, slack: Fraction) -> Real:
        """Return a rational that stands for a number in a bracket."""
        return cls((-value.numerator, value.denominator), value, value, slack)

    @property
    def is_exact(self) -> bool:
        """Whether it is known as a rational, and as no other number."""
        return self.is_rational and not self.slack

    @property
    def width(self) -> Fraction:
        """How far off the number may be when it is given in 60 digits."""
        if self.is_rational:
            return self.slack
        self.rounded()
        return self.high - self.low

    @property
    def is_rational(self) -> bool:
        """Whether it is known as a rational."""
        return self.low == self.high

    def narrow(self, width: Fraction) -> None:
        """Narrow the interval until it is at most so wide."""
        if self.high - self.low > width:
            self.low, self.high = narrow(self.poly, self.low, self.high, width)

    def sign_of(self, p: Polynomial) -> int:
        """Return the sign of a polynomial at this number, exactly."""
        if self.is_rational:
            return sign_at(p, self.low)
        if len(p) <= 1:
            return sign_at(p, Fraction(0))
        shared = common_divisor(p, self.poly)
        if len(shared) > 1 and sign_at(shared, self.low) != sign_at(shared, self.high):
            return 0
        while True:
            low, high = _range(p, self.low, self.high)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            self.narrow((self.high - self.low) / 16)

    def rounded(self) -> Fraction:
        """Return the number, rounded to 60 significant digits where it is not rational."""
        if self.is_rational:
            return self.low
        while self.low <= 0 <= self.high:  # zero is no root of a polynomial that has another one here
            self.narrow((self.high - self.low) / 16)
        self.narrow(min(abs(self.low), abs(self.high)) / 10 ** (DIGITS + 2))
        return to_digits((self.low + self.high) / 2)

    def compare(self, other: Real) -> int:
        """Return -1, 0 or 1 where this number is less than, equal to or greater than another, exactly."""
        while True:
            if self.high < other.low or (self.high == other.low and not (self.is_rational and other.is_rational)):
                return -1
            if self.low > other.high or (self.low == other.high and not (self.is_rational and other.is_rational)):
                return 1
            if self.is_rational and other.is_rational:
                return (self.low > other.low) - (self.low < other.low)
            if self.equals(other):
                return 0
            width = max(self.high - self.low, other.high - other.low) / 16
            self.narrow(width)
            other.narrow(width)

    def equals(self, other: Real) -> bool:
        """Return whether it is the same number as another one."""
        if self is other:
            return True
        if self.is_rational:
            return other.low <= self.low <= other.high and sign_at(other.poly, self.low) == 0
        if other.is_rational:
            return other.equals(self)
        shared = common_divisor(self.poly, other.poly)
        low, high = max(self.low, other.low), min(self.high, other.high)
        return len(shared) > 1 and low < high and sign_at(shared, low) != sign_at(shared, high)

    def __lt__(self, other: Real) -> bool:
        """Order numbers by size."""
        return self.compare(other) < 0


def to_digits(value: Fraction, digits: int = DIGITS) -> Fraction:
    """Return a number rounded to significant digits.

    >>> to_digits(Fraction(2, 3), 3)
    Fraction(667, 1000)
    """
    with localcontext() as context:
        context.prec = digits
        return Fraction(Decimal(value.numerator) / Decimal(value.denominator))


def _range(p: Polynomial, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return an interval that holds all values of a polynomial over an interval."""
    least = most = Fraction(0)
    for c in reversed(p):
        corners = (least * low, least * high, most * low, most * high)
        least, most = min(corners) + c, max(corners) + c
    return least, most


def roots(p: Polynomial, low: Fraction, high: Fraction) -> list[Real]:
    """Return the real roots of a polynomial in an open interval, each once, in order.

    >>> [float(r.rounded()) for r in roots((4, 0, -4, 0, 1), Fraction(-2), Fraction(2))]
    [-1.4142135623730951, 1.4142135623730951]
    """
    if len(p) <= 1:
        return []
    p = primitive(p)
    if len(p) > 2:
        repeated = common_divisor(p, derivative(p))
        p = quotient(p, repeated) if len(repeated) > 1 else p
    if p[0] == 0:  # so that an interval around zero always leads away from it
        zero = [Real.rational(Fraction(0))] if low < 0 < high else []
        return sorted([*roots(p[1:], low, high), *zero])
    return [Real.rational(a) if a == b else Real(p, a, b) for a, b in isolate(p, low, high)]


def between(a: Real, b: Real) -> Fraction:
    """Return a simple rational strictly between two numbers, away from both where they leave room.

    >>> between(Real.rational(Fraction(1)), Real.rational(Fraction(4)))
    Fraction(2, 1)
    """
    while a.high >= b.low:
        width = max(a.high - a.low, b.high - b.low) / 16
        a.narrow(width)
        b.narrow(width)
    quarter = (b.low - a.high) / 4
    return simplest_between(a.high + quarter, b.low - quarter)
