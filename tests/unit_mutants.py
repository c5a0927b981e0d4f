"""Mutants of rules and an independent calculator of dimensions, for the law that every change of dimension is caught.

The calculator knows nothing of the engine's units: every base dimension is a prime number, a unit the product of its
primes, and an expression has a dimension when all that it adds up or compares has the same product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference

__all__ = ["MixedError", "dimension", "mutants", "unit_number"]

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103)
_TIME, _MASS, _LENGTH, _DATA, _FLOP, _USD, _CNY = (Fraction(p) for p in _PRIMES[:7])
_ENERGY = _MASS * _LENGTH**2 / _TIME**2
_KNOWN = {
    "s": _TIME, "min": _TIME, "h": _TIME, "day": _TIME, "g": _MASS, "t": _MASS, "m": _LENGTH, "W": _ENERGY / _TIME,
    "Wh": _ENERGY, "J": _ENERGY, "B": _DATA, "bit": _DATA, "FLOP": _FLOP, "USD": _USD, "CNY": _CNY, "%": Fraction(1),
}  # fmt: skip
_PREFIXED = re.compile(r"[kMGTPE](W|Wh|J|B|bit|FLOP|g)")
_PART = re.compile(r"\s*(?:(?P<scale>[百千万亿]+|\d+)|(?P<name>[A-Za-z_%]+)|(?P<sign>[*/()^]))\s*")


class MixedError(Exception):
    """Things of different dimensions are added up or compared."""


def unit_number(text: str, counts: Sequence[str]) -> Fraction:
    """Return the number of the dimension of a unit.

    >>> unit_number("kW/rack", ["rack"]) == unit_number("MW/rack", ["rack"]) == unit_number("Wh/(h*rack)", ["rack"])
    True
    """
    names = _KNOWN | dict(zip(counts, (Fraction(p) for p in _more_primes(len(counts))), strict=True))
    total, stack, sign = Fraction(1), [1], 1
    for part in _PART.finditer(text):
        if part["scale"] and part["scale"] != "1" and text[part.start() - 1 : part.start()] == "^":
            raise AssertionError(f"a power in {text}")  # the shipped units have none
        if part["sign"] in ("*", "/"):
            sign = stack[-1] if part["sign"] == "*" else -stack[-1]
        elif part["sign"] == "(":
            stack.append(sign)
        elif part["sign"] == ")":
            stack.pop()
        elif part["name"]:
            name = part["name"]
            base = names.get(name) or names[_PREFIXED.fullmatch(name)[1]]  # type: ignore[index]
            total *= base if sign > 0 else 1 / base
            sign = stack[-1]
    return total


def _more_primes(count: int) -> list[int]:
    """Return primes beyond those of the known dimensions."""
    found: list[int] = []
    candidate = _PRIMES[7]
    while len(found) < count:
        if all(candidate % p for p in range(2, int(candidate**0.5) + 1)):
            found.append(candidate)
        candidate += 1
    return found


def dimension(tree: Expr, numbers: Mapping[str, Fraction]) -> Fraction | None:
    """Return the number of an expression's dimension; None for a zero, which has any.

    Raises:
        MixedError: if it has none.
    """
    match tree:
        case Number(value=value):
            return None if value == 0 else Fraction(1)
        case Reference(name=name):
            return numbers[name]
        case Negate(argument=inner):
            return dimension(inner, numbers)
        case Compare(left=left, right=right):
            _one([left, right], numbers)
            return Fraction(1)
        case Binary(operator="^", left=left, right=Number(value=exponent)):
            base = dimension(left, numbers)
            return base if base is None or base == 1 else _power(base, exponent)
        case Binary(operator="+" | "-", left=left, right=right):
            return _one([left, right], numbers)
        case Binary(operator=operator, left=left, right=right):
            a, b = dimension(left, numbers) or Fraction(1), dimension(right, numbers) or Fraction(1)
            return a * b if operator == "*" else a / b
        case Call(function="yoy" | "cagr" | "index"):
            return Fraction(1)
        case Call(function="where", arguments=(condition, *values)):
            dimension(condition, numbers)
            return _one(values, numbers)
        case Call(function="min" | "max", arguments=arguments):
            return _one(arguments, numbers)
        case Call(function="sum" | "delta" | "lag" | "cum" | "abs" | "ceil" | "floor", arguments=(inner, *_)):
            return dimension(inner, numbers)
        case _:
            raise AssertionError(f"the shipped rules have no {tree}")


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return a power of a dimension; a root that no unit has is mixed up with nothing else."""
    raised = base**exponent.numerator
    roots = [round(part ** (1 / exponent.denominator)) for part in (raised.numerator, raised.denominator)]
    if Fraction(*roots) ** exponent.denominator != raised:
        raise MixedError
    return Fraction(*roots)


def _one(parts: Sequence[Expr], numbers: Mapping[str, Fraction]) -> Fraction | None:
    found = {d for d in (dimension(p, numbers) for p in parts) if d is not None}
    if len(found) > 1:
        raise MixedError
    return found.pop() if found else None


def mutants(tree: Expr, others: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Expr]]:
    """Yield changed expressions, one change each, with what was changed.

    Args:
        tree: the expression.
        others: for each name the names that are put in its place.
    """
    match tree:
        case Reference(name=name):
            for other in others[name]:
                yield f"{name} -> {other}", replace(tree, name=other)
                yield f"{name} + {other}", Binary("+", tree, replace(tree, name=other), tree.span)
        case Binary(operator=operator, left=left, right=right) if operator in "*/":
            yield f"without {operator} right", left
            yield f"without left {operator}", right
            yield f"{operator} turned round", replace(tree, operator="/" if operator == "*" else "*")
        case _:
            pass
    yield from _below(tree, others)


def _below(tree: Expr, others: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Expr]]:
    match tree:
        case Negate(argument=inner):
            yield from ((what, replace(tree, argument=new)) for what, new in mutants(inner, others))
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            yield from ((what, replace(tree, left=new)) for what, new in mutants(left, others))
            yield from ((what, replace(tree, right=new)) for what, new in mutants(right, others))
        case Call(function=function, arguments=arguments):
            for k, argument in enumerate(arguments):
                for what, new in mutants(argument, others):
                    if function in ("delta", "yoy", "lag", "cum", "cagr", "index") and not isinstance(new, Reference):
                        continue  # these take a quantity only, which the grammar sees to
                    yield what, replace(tree, arguments=(*arguments[:k], new, *arguments[k + 1 :]))
        case _:
            pass
