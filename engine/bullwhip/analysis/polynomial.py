"""Polynomials in one variable with whole coefficients, and their real roots, isolated exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, isqrt

__all__ = [
    "ONE",
    "Polynomial",
    "TooLargeError",
    "at",
    "common_divisor",
    "derivative",
    "isolate",
    "narrow",
    "plus",
    "primitive",
    "quotient",
    "sign_at",
    "simplest_between",
    "times",
    "trimmed",
]

Polynomial = tuple[int, ...]
"""Coefficients, the constant first; the last one is not zero, and the polynomial zero is empty."""

ONE: Polynomial = (1,)
_PRIME = 2**61 - 1
_EFFORT = 1_000_000
"""Degrees times bits up to which a common factor is looked for: some seconds."""
_RATIONAL_BITS = 2_000
"""Size of a leading coefficient up to which a root is surely known as rational where it is."""


class TooLargeError(ArithmeticError):
    """Polynomials would exceed the limits of degree or coefficients."""


def trimmed(coefficients: Sequence[int]) -> Polynomial:
    """Return coefficients without leading zeros."""
    end = len(coefficients)
    while end and coefficients[end - 1] == 0:
        end -= 1
    return tuple(coefficients[:end])


def plus(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return a sum.

    >>> plus((1, 2), (0, -2))
    (1,)
    """
    if len(p) < len(q):
        p, q = q, p
    return trimmed([a + b for a, b in zip(p, q, strict=False)] + list(p[len(q) :]))


def times(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return a product.

    >>> times((1, 1), (-1, 1))
    (-1, 0, 1)
    """
    if not p or not q:
        return ()
    result = [0] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        if a:
            for j, b in enumerate(q):
                result[i + j] += a * b
    return tuple(result)


def primitive(p: Polynomial) -> Polynomial:
    """Return a polynomial without the common factor of its coefficients; its sign is kept."""
    content = gcd(*p)
    return p if content <= 1 else tuple(c // content for c in p)


def derivative(p: Polynomial) -> Polynomial:
    """Return the derivative."""
    return tuple(k * c for k, c in enumerate(p))[1:]


def _remainder(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return the remainder of a division, up to a factor."""
    rest, lead = list(p), q[-1]
    while len(rest) >= len(q):
        head, shift = rest[-1], len(rest) - len(q)
        common = gcd(head, lead)
        up, down = lead // common, head // common
        rest = [c * up for c in rest]
        for k, c in enumerate(q):
            rest[shift + k] -= c * down
        rest = list(trimmed(rest))
    return primitive(tuple(rest))


def _are_coprime(p: Polynomial, q: Polynomial) -> bool:
    """Return whether two polynomials surely share no factor: they share none when counted modulo a prime.

    Most pairs that are met share none, and the remainders of long coefficients need not be computed to see it.
    """
    if p[-1] % _PRIME == 0 or q[-1] % _PRIME == 0:
        return False
    a, b = [c % _PRIME for c in p], [c % _PRIME for c in q]
    while len(b) > 1:
        inverse = pow(b[-1], -1, _PRIME)
        while len(a) >= len(b):
            factor, shift = a[-1] * inverse % _PRIME, len(a) - len(b)
            for k, c in enumerate(b):
                a[shift + k] = (a[shift + k] - factor * c) % _PRIME
            while a and a[-1] == 0:
                a.pop()
        a, b = b, a
    return bool(b)


def common_divisor(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return the greatest common divisor, primitive and with a positive leading coefficient.

    Raises:
        TooLargeError: where there may be one and looking for it would take long.

    >>> common_divisor((-1, 0, 1), (2, 4, 2))
    (1, 1)
    """
    p, q = primitive(p), primitive(q)
    if p and q and _are_coprime(p, q):
        return ONE
    if len(p) * len(q) * max(c.bit_length() for c in (*p, *q)) > _EFFORT:
        raise TooLargeError("its degree and its coefficients are too large together")
    while q:
        p, q = q, (_remainder(p, q) if len(q) > 1 else ())
    if not p:
        return ()
    p = primitive(p) if len(p) > 1 else ONE
    return p if p[-1] > 0 else tuple(-c for c in p)


def quotient(p: Polynomial, q: Polynomial) -> Polynomial:
    """Return p / q, where q is primitive and divides p.

    >>> quotient((-1, 0, 1), (1, 1))
    (-1, 1)
    """
    rest, result = list(p), [0] * max(0, len(p) - len(q) + 1)
    for shift in reversed(range(len(result))):
        factor = result[shift] = rest[shift + len(q) - 1] // q[-1]
        if factor:
            for k, c in enumerate(q):
                rest[shift + k] -= factor * c
    return trimmed(result)


def at(p: Polynomial, x: Fraction) -> Fraction:
    """Return the value at a rational point.

    >>> at((1, 0, 4), Fraction(1, 2))
    Fraction(2, 1)
    """
    return Fraction(_scaled_at(p, x), x.denominator ** max(0, len(p) - 1))


def sign_at(p: Polynomial, x: Fraction) -> int:
    """Return the sign of the value at a rational point: -1, 0 or 1."""
    value = _scaled_at(p, x)
    return (value > 0) - (value < 0)


def _scaled_at(p: Polynomial, x: Fraction) -> int:
    """Return the value at n/d times d to the degree, which is whole."""
    n, d, power, value = x.numerator, x.denominator, 1, 0
    for c in reversed(p):
        value = value * n + c * power
        power *= d
    return value


# -- roots ----------------------------------------------------------------------------------------------------------

_Box = tuple[Polynomial, Fraction, Fraction]


def isolate(p: Polynomial, low: Fraction, high: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Return intervals around the real roots in an open interval, in order; a rational root is given as itself, twice.

    Each other interval holds one root between its ends, and its ends are no roots. A rational root is recognized where
    the leading coefficient has at most 2,000 bits.

    Args:
        p: a polynomial without multiple roots.
        low: the low end.
        high: the high end.

    >>> isolate((-6, 11, -6, 1), Fraction(0), Fraction(5, 2))
    [(Fraction(1, 1), Fraction(1, 1)), (Fraction(2, 1), Fraction(2, 1))]
    >>> [(float(a), float(b)) for a, b in isolate((-2, 0, 1), Fraction(0), Fraction(4))]
    [(0.0, 4.0)]
    """
    for end in (low, high):
        if p and sign_at(p, end) == 0:
            p = quotient(p, (-end.numerator, end.denominator))
    if len(p) <= 1 or low >= high:
        return []
    if len(p) == 2 or (len(p) == 3 and (disc := p[1] * p[1] - 4 * p[0] * p[2]) >= 0 and isqrt(disc) ** 2 == disc):
        roots = [Fraction(-p[0], p[1])] if len(p) == 2 else _halves(p, isqrt(disc))
        return [(r, r) for r in sorted(roots) if low < r < high]
    found, exact = _descend(_moved(p, low, high), low, high)
    if exact:
        for r in exact:
            p = quotient(p, (-r.numerator, r.denominator))
        return sorted([(r, r) for r in exact] + isolate(p, low, high))
    return sorted(_settled(p, a, b) for a, b in found)


def _halves(p: Polynomial, root: int) -> list[Fraction]:
    return [Fraction(-p[1] + sign * root, 2 * p[2]) for sign in (-1, 1)]


def _moved(p: Polynomial, low: Fraction, high: Fraction) -> Polynomial:
    """Return a multiple of p(low + (high - low) t), so that the interval becomes 0 … 1."""
    d = low.denominator * high.denominator
    a, b = int(low * d), int((high - low) * d)
    result: list[int] = []
    power = 1
    for c in reversed(p):
        grown = [0] * (len(result) + 1)
        for k, x in enumerate(result):
            grown[k] += a * x
            grown[k + 1] += b * x
        grown[0] += c * power
        result, power = grown, power * d
    return primitive(trimmed(result))


def _shifted(p: Sequence[int]) -> list[int]:
    """Return p(t + 1)."""
    result = list(p)
    for i in range(len(result) - 1):
        for j in reversed(range(i, len(result) - 1)):
            result[j] += result[j + 1]
    return result


def _variations(p: Polynomial) -> int:
    """Return a bound on the number of roots between 0 and 1, exact where it is 0 or 1 (Descartes' rule of signs)."""
    signs = [c > 0 for c in _shifted(p[::-1]) if c]
    return sum(a != b for a, b in pairwise(signs))


def _descend(p: Polynomial, low: Fraction, high: Fraction) -> tuple[list[tuple[Fraction, Fraction]], list[Fraction]]:
    """Halve 0 … 1 until each part holds one root or none; return the parts, and the roots met as middles."""
    found, exact = [], []
    boxes: list[_Box] = [(p, low, high)]
    while boxes:
        p, low, high = boxes.pop()
        count = _variations(p)
        if count == 1:
            found.append((low, high))
        if count <= 1:
            continue
        middle, top = (low + high) / 2, len(p) - 1
        left = [c << (top - k) for k, c in enumerate(p)]
        right = _shifted(left)
        if right[0] == 0:
            exact.append(middle)
            right, left = right[1:], list(quotient(tuple(left), (-1, 1)))
        boxes += [(primitive(tuple(left)), low, middle), (primitive(tuple(right)), middle, high)]
    return found, exact


def _settled(p: Polynomial, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return a part of an interval with one root that is narrow enough to tell whether the root is rational."""
    lead = abs(p[-1])
    if len(p) == 3 or lead.bit_length() > _RATIONAL_BITS:  # of a quadratic the discriminant told already
        return low, high
    low, high = narrow(p, low, high, Fraction(1, 2 * lead))
    if low == high:
        return low, high
    candidate = Fraction(-(-(low * lead).numerator // (low * lead).denominator), lead)
    if candidate <= high and sign_at(p, candidate) == 0:  # the denominator of a root divides the leading coefficient
        return candidate, candidate
    return low, high


def narrow(p: Polynomial, low: Fraction, high: Fraction, width: Fraction) -> tuple[Fraction, Fraction]:
    """Return a part of an interval with one root that is at most so wide; both ends are the root where it is met.

    Where the secant tells the part of a grid in which the root lies, the next grid is as fine as that one squared;
    where it does not, the interval is halved. So the digits that are known double with each step.

    Args:
        p: a polynomial without multiple roots.
        low: the low end, no root.
        high: the high end, no root.
        width: how wide the interval may be.

    >>> [float(end) for end in narrow((-2, 0, 1), Fraction(1), Fraction(2), Fraction(1, 10**12))]
    [1.4142135623730951, 1.4142135623730951]
    """
    before, parts = sign_at(p, low), 4
    while high - low > width:
        step = (high - low) / parts
        first = low + _secant(p, low, high, parts) * step
        found = False
        for a in (first, first - step, first + step):  # the part that the secant hits, and its neighbours
            left = before if a <= low else sign_at(p, a)
            right = -before if a + step >= high else sign_at(p, a + step)
            if not left or not right:
                return (a, a) if not left else (a + step, a + step)
            if left == before != right:
                low, high, found = max(a, low), min(a + step, high), True
                break
        if found:
            parts = min(parts * parts, 1 << 1024)
            continue
        parts, middle = max(4, isqrt(parts)), (low + high) / 2
        side = sign_at(p, middle)
        if side == 0:
            return middle, middle
        low, high = (middle, high) if side == before else (low, middle)
    return low, high


def _secant(p: Polynomial, low: Fraction, high: Fraction, parts: int) -> int:
    """Return the part of a grid over an interval in which the secant between its ends is zero."""
    degree = len(p) - 1
    a: int = _scaled_at(p, low) * high.denominator**degree
    b: int = _scaled_at(p, high) * low.denominator**degree
    return min(parts - 1, max(0, parts * a // (a - b)))


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction with the least denominator strictly between two rationals.

    >>> simplest_between(Fraction(1, 3), Fraction(1, 2)), simplest_between(Fraction(-1), Fraction(5))
    (Fraction(2, 5), Fraction(0, 1))
    """
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -simplest_between(-high, -low)
    wholes = []
    while True:  # along the continued fractions of both ends, as far as they agree
        whole = low.numerator // low.denominator
        if whole + 1 < high:
            found = Fraction(whole + 1)
            break
        low, high = low - whole, high - whole
        if low == 0:
            found = whole + Fraction(1, high.denominator // high.numerator + 1)
            break
        wholes.append(whole)
        low, high = 1 / high, 1 / low
    for whole in reversed(wholes):
        found = whole + 1 / found
    return found
