"""Rewrites a graph for reading: products flattened, like factors joined into powers, common factors of sums pulled out.

The value is the same wherever both sides are defined; a factor that cancels may hide a division by zero at zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.numbers import MAX_BITS

__all__ = ["OversizeError", "tidy"]


class OversizeError(ArithmeticError):
    """A coefficient would grow beyond MAX_BITS: a power of powers would never end, and nobody could read it."""


@dataclass(frozen=True, slots=True)
class _Monomial:
    """A coefficient times powers of opaque nodes of the new graph."""

    coefficient: Fraction
    powers: tuple[tuple[int, Fraction], ...]


def tidy(dag: Dag, output: int, definition: Mapping[int, int]) -> tuple[Dag, int]:
    """Return a new graph and the node in it that equals `output` with all definitions written in.

    Raises:
        OversizeError: where the coefficients of the factors that are joined grow too large.

    >>> d = Dag(); x = d.cell(0); y = d.mul(d.num(2), x, x)
    >>> new, node = tidy(d, d.div(y, x), {})
    >>> [new.nodes[i] for i in arguments(new.nodes[node])]
    [('num', Fraction(2, 1)), ('cell', 0)]
    """
    new = Dag()
    done: dict[int, _Monomial] = {}
    for i in dag.cone((output,), dict(definition)):
        if i in definition:
            done[i] = done[definition[i]]
        else:
            node = dag.nodes[i]
            done[i] = _monomial(new, node, [done[j] for j in arguments(node)])
    return new, _render(new, done[output])


def _monomial(new: Dag, node: Node, inner: list[_Monomial]) -> _Monomial:
    operation = node[0]
    if operation == "num":
        return _Monomial(node[1], ())
    if operation == "cell":
        return _opaque(new.cell(node[1]))
    if operation == "*":
        return _product(inner)
    if operation == "/":
        bottom = inner[1]
        if bottom.coefficient == 0:
            return _opaque(new.div(_render(new, inner[0]), _render(new, bottom)))
        return _product([inner[0], _raised(bottom, Fraction(-1))])
    if operation == "^":
        exponent: Fraction = node[2]
        if exponent.denominator == 1 and inner[0].coefficient != 0:
            return _raised(inner[0], exponent)
        return _opaque(new.pow(_render(new, inner[0]), exponent))
    if operation == "+":
        return _sum(new, inner)
    return _opaque(new.node(operation, *(_render(new, m) for m in inner)))


def _opaque(node: int) -> _Monomial:
    return _Monomial(Fraction(1), ((node, Fraction(1)),))


def _product(factors: list[_Monomial]) -> _Monomial:
    coefficient = Fraction(1)
    powers: dict[int, Fraction] = {}
    for factor in factors:
        coefficient = _bearable(coefficient * factor.coefficient)
        for base, exponent in factor.powers:
            powers[base] = powers.get(base, Fraction(0)) + exponent
    if coefficient == 0:
        return _Monomial(coefficient, ())
    return _Monomial(coefficient, tuple((b, e) for b, e in powers.items() if e))


def _raised(factor: _Monomial, exponent: Fraction) -> _Monomial:
    whole = int(exponent)
    if (_bits(factor.coefficient) - 1) * abs(whole) > MAX_BITS:
        raise OversizeError
    return _Monomial(factor.coefficient**whole, tuple((b, e * exponent) for b, e in factor.powers))


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bearable(value: Fraction) -> Fraction:
    if _bits(value) > MAX_BITS:
        raise OversizeError
    return value


def _sum(new: Dag, terms: list[_Monomial]) -> _Monomial:
    like: dict[frozenset[tuple[int, Fraction]], _Monomial] = {}
    for term in terms:
        if term.coefficient == 0:
            continue
        key = frozenset(term.powers)
        before = like.get(key)
        like[key] = (
            term if before is None else _Monomial(_bearable(before.coefficient + term.coefficient), before.powers)
        )
    kept = [t for t in like.values() if t.coefficient != 0]
    if not kept:
        return _Monomial(Fraction(0), ())
    if len(kept) == 1:
        return kept[0]
    common = _common(kept)
    inverse = _raised(common, Fraction(-1))
    rest = [_render(new, _product([t, inverse])) for t in kept]
    return _product([common, _opaque(new.add(*rest))])


def _common(terms: list[_Monomial]) -> _Monomial:
    """Return what all terms share: a base with its least exponent, and the coefficient where it is the same."""
    first = dict(terms[0].powers)
    shared: list[tuple[int, Fraction]] = []
    for base in first:
        others = [dict(t.powers).get(base, Fraction(0)) for t in terms]
        if all(o > 0 for o in others):
            shared.append((base, min(others)))
        elif all(o < 0 for o in others):
            shared.append((base, max(others)))
    coefficient = terms[0].coefficient if all(t.coefficient == terms[0].coefficient for t in terms) else Fraction(1)
    return _Monomial(coefficient, tuple(shared))


def _render(new: Dag, m: _Monomial) -> int:
    if m.coefficient == 0:
        return new.num(0)
    above = [new.pow(b, e) for b, e in m.powers if e > 0]
    below = [new.pow(b, -e) for b, e in m.powers if e < 0]
    top, bottom = abs(m.coefficient.numerator), m.coefficient.denominator
    numerator = new.mul(new.num(top), *above)
    node = numerator if bottom == 1 and not below else new.div(numerator, new.mul(*below, new.num(bottom)))
    return new.neg(node) if m.coefficient < 0 else node
