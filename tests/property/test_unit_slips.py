"""Every slip in a shipped rule that changes its dimension is caught, and no slip that leaves it is.

What changes a dimension is not decided by the algebra of units but by numbers: a formula has the dimension of its
quantity if and only if its value scales as the quantity does when every base unit is made smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

import pytest

from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference, references
from bullwhip.units import Dimension
from bullwhip.validate.unit_check import UnitCheck
from shipped import checked

RULES = sorted(checked().rules)
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107)


@cache
def scales() -> dict[str, Fraction]:
    """How many of its smaller unit one unit of each base dimension is: a number of its own for each."""
    names = sorted({n for u in checked().units.values() for n, _ in u.dimension})
    return {n: Fraction(p * p) for n, p in zip(names, PRIMES, strict=False)}  # squares, so that roots stay rational


def scale(dimension: Dimension) -> Fraction | None:
    """Return by how much an amount of a dimension grows in number, or nothing for a root of a prime."""
    total = Fraction(1)
    for name, exponent in dimension:
        if (2 * exponent).denominator != 1:
            return None
        total *= Fraction(PRIMES[sorted(scales()).index(name)]) ** int(2 * exponent)
    return total


def value(tree: Expr, numbers: dict[tuple[str, int], Fraction]) -> Fraction:
    """Evaluate a tree: a reference is a number by its name and lag, two members or years are added up."""
    match tree:
        case Number(value=number):
            return number
        case Reference(name=name, lag=lag):
            return numbers[name, lag]
        case Negate(argument=inner):
            return -value(inner, numbers)
        case Binary(operator="^", left=left, right=Number(value=exponent)):
            base = value(left, numbers)  # a root is let be: it scales where its base does
            return base if exponent.denominator > 1 else Fraction(base ** int(exponent))
        case Binary(operator=operator, left=left, right=right):
            a, b = value(left, numbers), value(right, numbers)
            return a + b if operator == "+" else a - b if operator == "-" else a * b if operator == "*" else a / b
        case Compare(operator=operator, left=left, right=right):
            a, b = value(left, numbers), value(right, numbers)
            return Fraction(
                a < b if operator == "<" else a <= b if operator == "<=" else a > b if operator == ">" else a >= b
            )
        case Call(function="sum" | "cum", arguments=arguments):
            return 2 * value(arguments[0], numbers)
        case Call(function="delta" | "yoy" | "cagr" | "index" as function, arguments=(Reference(name=name), *_)):
            now, before = numbers[name, 0], numbers[name, 1]
            return now - before if function == "delta" else now / before
        case Call(function="where", arguments=(condition, then, otherwise)):
            return value(then if value(condition, numbers) else otherwise, numbers)
        case Call(function="min" | "max" as function, arguments=arguments):
            some = [value(a, numbers) for a in arguments]
            return min(some) if function == "min" else max(some)
        case Call(arguments=(inner, *_)):  # abs, floor, ceil and lag keep the dimension
            return value(inner, numbers)
    raise AssertionError(tree)


def scales_as(tree: Expr, declared: Dimension) -> bool:
    """Return whether a tree scales as its quantity, for three draws of numbers."""
    names = {r.name for r in references(tree)}
    for seed in range(3):
        random = Random(seed)  # noqa: S311
        plain = {(n, lag): Fraction(random.randint(10, 999), 7) for n in sorted(names) for lag in range(4)}
        factor = {n: scale(checked().units[n].dimension) for n in names}
        grown = {(n, lag): v * (factor[n] or 1) for (n, lag), v in plain.items()}
        try:
            if value(tree, grown) != value(tree, plain) * (scale(declared) or 1):
                return False
        except ZeroDivisionError:
            continue
    return True


def caught(name: str, tree: Expr) -> bool:
    """Return whether the check of units refuses a tree as the rule of a quantity."""
    found: list[str] = []
    units = {r.name: checked().units[r.name].dimension for r in references(tree)}
    check = UnitCheck(units, lambda code, *_: found.append(code), "")
    check.expect(tree, checked().units[name].dimension, "")
    return bool(found)


def slips(tree: Expr, random: Random) -> Iterator[Expr]:
    """Yield the tree with one slip: an operator turned, a part lost, a power off by one, another name, a one."""
    for inner, put in _places(tree):
        match inner:
            case Binary(operator="^", right=Number(value=exponent) as number):
                yield put(inner.left)
                for other in (exponent + 1, exponent - 1):
                    yield put(replace(inner, right=replace(number, value=other)))
            case Binary(operator=operator, left=left, right=right):
                turned = {"*": "/", "/": "*", "+": "*", "-": "/"}[operator]
                yield put(replace(inner, operator=turned))
                yield put(left)
                yield put(right)
            case Reference():
                yield put(replace(inner, name=random.choice(RULES)))
                yield put(Number(Fraction(1), "1", inner.span))
            case Call(function="yoy" | "delta" | "cagr" | "index", arguments=arguments):
                yield put(arguments[0])


def _places(tree: Expr) -> Iterator[tuple[Expr, Callable[[Expr], Expr]]]:
    yield tree, lambda new: new
    match tree:
        case Negate(argument=inner):
            yield from ((i, lambda n, p=p: replace(tree, argument=p(n))) for i, p in _places(inner))
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            yield from ((i, lambda n, p=p: replace(tree, left=p(n))) for i, p in _places(left))
            if not (isinstance(tree, Binary) and tree.operator == "^"):
                yield from ((i, lambda n, p=p: replace(tree, right=p(n))) for i, p in _places(right))
        case Call(function="yoy" | "delta" | "cagr" | "index" | "lag" | "cum"):
            return
        case Call():
            for k, argument in enumerate(tree.arguments):
                yield from ((i, _argument(tree, k, p)) for i, p in _places(argument))


def _argument(tree: Call, k: int, put: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    return lambda new: replace(tree, arguments=(*tree.arguments[:k], put(new), *tree.arguments[k + 1 :]))


@pytest.mark.parametrize("name", RULES)
def test_a_slip_is_caught_exactly_where_it_changes_the_dimension(name: str) -> None:
    """Turned operators, lost factors, powers off by one, other names: what no longer scales as it should is refused."""
    rule, declared = checked().rules[name], checked().units[name].dimension
    for tree in (rule.expression, *(v for _, v in rule.variants)):
        assert scales_as(tree, declared)
        assert not caught(name, tree)
        for slip in slips(tree, Random(name)):  # noqa: S311
            assert caught(name, slip) == (not scales_as(slip, declared)), slip


def test_the_slips_are_many_and_most_change_the_dimension() -> None:
    """The shipped rules give more than eight hundred slips."""
    trees = [(n, checked().rules[n].expression) for n in RULES]
    some = [(n, s) for n, t in trees for s in slips(t, Random(n))]  # noqa: S311

    assert len(some) > 800
    assert sum(caught(n, s) for n, s in some) > 0.7 * len(some)
