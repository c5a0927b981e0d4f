"""Quotients of polynomials in one variable, with exact arithmetic; what rules without functions make of one driver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from bullwhip.analysis.polynomial import (
    ONE,
    Polynomial,
    TooLargeError,
    at,
    common_divisor,
    derivative,
    plus,
    quotient,
    times,
    trimmed,
)
from bullwhip.analysis.real import Real

__all__ = ["ARITHMETIC", "MAX_BITS", "MAX_DEGREE", "Rational"]

MAX_DEGREE = 64
"""Degree of numerator and denominator up to which a quantity is solved as a quotient of polynomials."""
MAX_BITS = 20_000
"""Bits of a coefficient up to which it is."""
_LIMIT = "its degree or its coefficients are too large"


@dataclass(frozen=True, slots=True)
class Rational:
    """A quotient of two polynomials without common factors; the denominator has a positive leading coefficient.

    >>> x = Rational.variable(Fraction(0), Fraction(1))
    >>> (x / (x * x)).bottom, x.minus(Fraction(1, 2)).top
    ((0, 1), (-1, 2))
    """

    top: Polynomial
    bottom: Polynomial

    @classmethod
    def constant(cls, value: Fraction) -> Rational:
        """Return a constant."""
        return cls((value.numerator,) if value else (), (value.denominator,))

    @classmethod
    def variable(cls, start: Fraction, step: Fraction) -> Rational:
        """Return start + step * x."""
        d = start.denominator * step.denominator
        return _reduced(trimmed((int(start * d), int(step * d))), (d,))

    @property
    def degree(self) -> int:
        """The larger degree of numerator and denominator."""
        return max(len(self.top), len(self.bottom), 1) - 1

    @property
    def is_constant(self) -> bool:
        """Whether it is the same everywhere."""
        return len(self.top) <= 1 and len(self.bottom) == 1

    def __add__(self, other: Rational) -> Rational:
        if self.bottom == other.bottom:
            return _reduced(plus(self.top, other.top), self.bottom)
        top = plus(times(self.top, other.bottom), times(other.top, self.bottom))
        return _reduced(top, times(self.bottom, other.bottom))

    def __neg__(self) -> Rational:
        return Rational(tuple(-c for c in self.top), self.bottom)

    def __sub__(self, other: Rational) -> Rational:
        return self + -other

    def __mul__(self, other: Rational) -> Rational:
        return _reduced(times(self.top, other.top), times(self.bottom, other.bottom))

    def __truediv__(self, other: Rational) -> Rational:
        return _reduced(times(self.top, other.bottom), times(self.bottom, other.top))

    def power(self, exponent: int) -> Rational:
        """Return a whole power."""
        if self.degree * abs(exponent) > MAX_DEGREE:
            raise TooLargeError(_LIMIT)
        result = Rational(ONE, ONE)
        for _ in range(abs(exponent)):
            result = result * self if exponent > 0 else result / self
        return result

    def minus(self, value: Fraction) -> Rational:
        """Return the difference to a number."""
        return self - Rational.constant(value)

    def at(self, x: Fraction) -> Fraction | None:
        """Return the value at a rational point, or None at a pole."""
        below = at(self.bottom, x)
        return at(self.top, x) / below if below else None

    def sign_at(self, x: Real) -> int:
        """Return the sign at a number that is no pole."""
        return x.sign_of(self.top) * x.sign_of(self.bottom)

    def slope(self) -> Polynomial:
        """Return the numerator of the derivative; the denominator is a square."""
        turned = tuple(-c for c in times(self.top, derivative(self.bottom)))
        return plus(times(derivative(self.top), self.bottom), turned)


def _reduced(top: Polynomial, bottom: Polynomial) -> Rational:
    if not top:
        return Rational((), ONE)
    if len(top) > 1 and len(bottom) > 1:
        shared = common_divisor(top, bottom)
        if len(shared) > 1:
            top, bottom = quotient(top, shared), quotient(bottom, shared)
    common = gcd(*top, *bottom) * (1 if bottom[-1] > 0 else -1)
    if common != 1:
        top, bottom = tuple(c // common for c in top), tuple(c // common for c in bottom)
    if max(len(top), len(bottom)) > MAX_DEGREE + 1 or max(c.bit_length() for c in (*top, *bottom)) > MAX_BITS:
        raise TooLargeError(_LIMIT)
    return Rational(top, bottom)


def _sum(v: Sequence[Rational], _: object) -> Rational:
    total = v[0]
    for term in v[1:]:
        total = total + term
    return total


def _product(v: Sequence[Rational], _: object) -> Rational:
    result = v[0]
    for factor in v[1:]:
        result = result * factor
    return result


ARITHMETIC: dict[str, Callable[[Sequence[Rational], object], Rational]] = {"+": _sum, "*": _product}
"""Operations that are defined everywhere."""
