"""Expressions and comparisons over columns of terms, exactly.

An expression is worked out once for each different combination of the terms that it reads: over columns of whole
numbers that share one denominator, as long as there is a common one. Where it has no value (a division by zero, a term
that is no number) the row does not match; the reason is noted, so that it can be reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bullwhip.datalog.intern import Flags, Ids, Terms
from bullwhip.datalog.sorting import different_rows
from bullwhip.datalog.values import NUMBER, Value, compare, number_terms, stated_number
from bullwhip.model.inference import Arithmetic, Compare, Constant, Expression, Variable

__all__ = [
    "Note",
    "TooLargeError",
    "common_denominator",
    "evaluate",
    "holds",
    "of_expression",
    "ranks",
    "write_numbers",
]

Note = Callable[[str, Mapping[str, str]], None]
"""Takes the reason why something has no value, and the terms at which it has none."""
Numbers: TypeAlias = NDArray[Any]
"""Objects: whole numbers, or fractions where there is no common denominator."""
_WORST = 4096
"""Bits of a common denominator up to which numbers share it."""


class TooLargeError(ArithmeticError):
    """A number grows beyond the limit on bits."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A number in each row: numerators over one denominator; what has no value says why."""

    numerators: Numbers
    denominator: int
    reasons: Mapping[int, str]
    """By row."""


def of_expression(expression: Expression) -> tuple[str, ...]:
    """Return the variables of an expression, each once, in order."""
    match expression:
        case Variable(name):
            return (name,)
        case Arithmetic():
            return tuple(dict.fromkeys(v for a in expression.arguments for v in of_expression(a)))
        case _:
            return ()


def evaluate(expression: Expression, columns: Mapping[str, Ids], size: int, terms: Terms, bits: int, note: Note) -> Ids:
    """Return a column with the value of an expression, -1 where it has none.

    Raises:
        TooLargeError: if a number grows beyond so many bits.
    """
    match expression:
        case Variable(name):
            return columns[name]
        case Constant(text):
            return np.full(size, terms.id(text), np.int64)
    names = of_expression(expression)
    first, which = different_rows([columns[n] for n in names], size)
    bound = {n: columns[n][first] for n in names}
    result = _column(expression, bound, len(first), terms)
    for row, why in sorted(result.reasons.items()):
        note(why, {n: terms.texts[int(bound[n][row])] for n in names})
    known = np.ones(len(first), np.bool_)
    known[list(result.reasons)] = False
    found = np.full(len(first), -1)
    found[known] = write_numbers(result.numerators[known], result.denominator, terms, bits)
    return found[which]


def write_numbers(numerators: Numbers, denominator: int, terms: Terms, bits: int) -> Ids:
    """Return numbers as terms.

    Raises:
        TooLargeError: if one has a numerator or denominator of more bits.
    """
    different = list(dict.fromkeys(numerators.tolist()))
    values = [Fraction(n, denominator) for n in different]
    if any(v.numerator.bit_length() > bits or v.denominator.bit_length() > bits for v in values):
        raise TooLargeError(f"a number of more than {bits} bits")
    texts = number_terms(different, denominator, values)
    terms.add(texts)
    ids = dict(zip(different, map(terms.id, texts), strict=True))
    for term, value in zip(ids.values(), values, strict=True):
        terms.learn(term, Value(NUMBER, value))
    return np.fromiter(map(ids.__getitem__, numerators.tolist()), np.int64, len(numerators))


def _column(expression: Expression, bound: Mapping[str, Ids], size: int, terms: Terms) -> _Column:
    """Return the value of an expression in each row."""
    match expression:
        case Variable(name):
            return _read(bound[name], terms, stated=False)
        case Constant(text):
            return _broadcast(_read(np.array([terms.id(text)], np.int64), terms, stated=False), size)
        case Arithmetic("number", (Variable(name),)):
            return _read(bound[name], terms, stated=True)
        case Arithmetic("number", (Constant(text),)):
            return _broadcast(_read(np.array([terms.id(text)], np.int64), terms, stated=True), size)
        case Arithmetic("number", (Arithmetic() as inner,)):
            return _column(inner, bound, size, terms)
    arguments = [_column(a, bound, size, terms) for a in expression.arguments]
    result = arguments[0] if expression.operator != "abs" else _apply("abs", arguments[0], arguments[0])
    for argument in arguments[1:]:
        result = _apply(expression.operator, result, argument)
    return result


def _read(ids: Ids, terms: Terms, *, stated: bool) -> _Column:
    different, which = np.unique(ids, return_inverse=True)
    values: list[Fraction] = []
    wrong: dict[int, str] = {}
    for place, term in enumerate(different.tolist()):
        text = terms.texts[term]
        value = stated_number(text) if stated else terms.value(term).number
        if value is None:
            wrong[place] = f"{text} says no number" if stated else f"{text} is no exact number"
        values.append(value or Fraction(0))
    reasons = {}
    if wrong:
        reasons = {row: wrong[place] for row, place in enumerate(which.tolist()) if place in wrong}
    numerators, denominator = common_denominator(values)
    return _Column(numerators[which], denominator, reasons)


def common_denominator(values: Sequence[Fraction]) -> tuple[Numbers, int]:
    """Return numbers over a common denominator; as fractions over one where it would be too large.

    >>> numerators, denominator = common_denominator([Fraction(1, 2), Fraction(2, 3)])
    >>> numerators.tolist(), denominator
    ([3, 4], 6)
    """
    common = 1
    for denominator in {v.denominator for v in values}:
        common = lcm(common, denominator)
        if common.bit_length() > _WORST:
            return _objects(values), 1
    return _objects([v.numerator * (common // v.denominator) for v in values]), common


def _objects(values: Sequence[Any]) -> Numbers:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def _broadcast(column: _Column, size: int) -> _Column:
    reasons = dict.fromkeys(range(size), column.reasons[0]) if column.reasons else {}
    return _Column(np.repeat(column.numerators, size), column.denominator, reasons)


def _apply(operator: str, left: _Column, right: _Column) -> _Column:
    """Return an operation on two columns, row by row."""
    reasons = {**right.reasons, **left.reasons}
    if operator == "abs":
        return _Column(np.abs(left.numerators), left.denominator, reasons)
    if operator == "*":
        product = left.numerators * right.numerators
        return _reduced(product, left.denominator * right.denominator, reasons)
    if operator == "/":
        return _quotient(left, right, reasons)
    common = lcm(left.denominator, right.denominator)
    one = left.numerators * (common // left.denominator)
    other = right.numerators * (common // right.denominator)
    match operator:
        case "+":
            return _reduced(one + other, common, reasons)
        case "-":
            return _reduced(one - other, common, reasons)
        case "min":
            return _reduced(np.minimum(one, other), common, reasons)
        case "max":
            return _reduced(np.maximum(one, other), common, reasons)
    raise ValueError(f"no operation {operator!r}")


def _quotient(left: _Column, right: _Column, reasons: dict[int, str]) -> _Column:
    divisors = right.numerators.tolist()
    for row, divisor in enumerate(divisors):
        if divisor == 0:
            reasons.setdefault(row, "a division by zero")
    if len(set(divisors)) == 1 and divisors[0] != 0:
        ratio = Fraction(right.denominator) / divisors[0] / left.denominator
        return _reduced(left.numerators * ratio.numerator, ratio.denominator, reasons)
    scale = Fraction(right.denominator, left.denominator)
    results = [scale * n / d if d else Fraction(0) for n, d in zip(left.numerators.tolist(), divisors, strict=True)]
    return _Column(*common_denominator(results), reasons)


def _reduced(numerators: Numbers, denominator: int, reasons: Mapping[int, str]) -> _Column:
    """Return a column; where its denominator grows too large, as fractions."""
    if denominator.bit_length() <= _WORST:
        return _Column(numerators, denominator, reasons)
    return _Column(*common_denominator([Fraction(n, denominator) for n in numerators.tolist()]), reasons)


# -- comparisons


def holds(part: Compare, left: Ids, right: Ids, terms: Terms, note: Callable[[str, str, str], None]) -> Flags:
    """Return at which rows a comparison of two columns of terms holds; what has no order does not, and is noted."""
    result = np.zeros(len(left), np.bool_)
    known = np.flatnonzero((left >= 0) & (right >= 0))
    left, right = left[known], right[known]
    different = np.unique(np.concatenate([left, right]))
    kinds, order = ranks([terms.value(i) for i in different.tolist()])
    at_left, at_right = np.searchsorted(different, left), np.searchsorted(different, right)
    plain = (kinds[at_left] == kinds[at_right]) & (kinds[at_left] > 0)
    result[known[plain]] = _ordered(part.operator, order[at_left[plain]], order[at_right[plain]])
    odd = np.flatnonzero(~plain)
    if not len(odd):
        return result
    first, which = different_rows([left[odd], right[odd]], len(odd))
    answers = []
    for one, other in zip(left[odd[first]].tolist(), right[odd[first]].tolist(), strict=True):
        answer = compare(part.operator, terms.value(one), terms.value(other), one == other)
        if isinstance(answer, str):
            note(answer, terms.texts[one], terms.texts[other])
        answers.append(answer is True)
    result[known[odd]] = np.array(answers, np.bool_)[which]
    return result


def _ordered(comparison: str, left: Ids, right: Ids) -> Flags:
    operations: dict[str, Callable[[Ids, Ids], Flags]] = {
        "=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    }  # fmt: skip
    return operations[comparison](left, right)


def ranks(values: Sequence[Value]) -> tuple[Ids, Ids]:
    """Return for each value the number of its kind, 0 where it has no order, and its rank within the kind.

    >>> kinds, order = ranks([Value("number", Fraction(1, 3)), Value("other"), Value("number", Fraction(1, 4))])
    >>> kinds.tolist(), order.tolist()
    ([1, 0, 1], [1, 0, 0])
    """
    kinds, order = np.zeros(len(values), np.int64), np.zeros(len(values), np.int64)
    places: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value.key is not None:
            places.setdefault(value.kind, []).append(place)
    for number, at in enumerate(places.values(), start=1):
        keys: list[Any] = [values[i].key for i in at]
        if isinstance(keys[0], Fraction):
            keys = common_denominator(keys)[0].tolist()
        rank = {key: i for i, key in enumerate(sorted(set(keys)))}
        kinds[at] = number
        order[at] = [rank[key] for key in keys]
    return kinds, order
