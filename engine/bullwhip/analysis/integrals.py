"""Polynomials with rational coefficients, from the constant term up, to be added, multiplied and integrated."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import zip_longest

__all__ = ["Polynomial", "add", "bernstein", "integral", "multiply", "subtract"]

Polynomial = list[Fraction]
_ZERO = Fraction(0)


def add(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the sum.

    >>> add([Fraction(1), Fraction(2)], [Fraction(3)]) == [4, 2]
    True
    """
    return [x + y for x, y in zip_longest(a, b, fillvalue=_ZERO)]


def subtract(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the difference.

    >>> subtract([Fraction(1)], [Fraction(0), Fraction(2)]) == [1, -2]
    True
    """
    return [x - y for x, y in zip_longest(a, b, fillvalue=_ZERO)]


def multiply(a: Polynomial, b: Polynomial) -> Polynomial:
    """Return the product.

    >>> multiply([Fraction(1), Fraction(1)], [Fraction(1), Fraction(-1)]) == [1, 0, -1]
    True
    """
    if not a or not b:
        return []
    if len(b) == 1:
        return [x * b[0] for x in a]
    if len(a) == 1:
        return [x * a[0] for x in b]
    result = [_ZERO] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        if x:
            for j, y in enumerate(b):
                result[i + j] += x * y
    return result


def integral(a: Polynomial) -> Fraction:
    """Return the integral from 0 to 1.

    >>> integral([Fraction(1), Fraction(1)])
    Fraction(3, 2)
    """
    return sum((x / (k + 1) for k, x in enumerate(a)), _ZERO)


def bernstein(coefficients: Sequence[Fraction]) -> Polynomial:
    """Return the sum of c[k] * t^k * (1 - t)^(n - k), where n is the last k.

    >>> bernstein([Fraction(1), Fraction(0)]) == [1, -1]
    True
    """
    n = len(coefficients) - 1
    power = [Fraction(1)]
    rows: list[Polynomial] = []
    for _ in range(n + 1):
        rows.append(power)
        power = subtract(power, [_ZERO, *power])
    result: Polynomial = []
    for k, c in enumerate(coefficients):
        if c:
            result = add(result, [_ZERO] * k + [c * x for x in rows[n - k]])
    return result
