"""Expressions and comparisons over columns of terms, exactly.

An expression is worked out once for each different combination of the terms that it reads. Where it has no value (a
division by zero, a term that is no number) the row does not match; the reason is noted, so that it can be reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from bullwhip.datalog.intern import Flags, Ids, Terms
from bullwhip.datalog.values import NUMBER, Value, compare, number_term, stated_number
from bullwhip.model.inference import Arithmetic, Compare, Constant, Expression, Variable

__all__ = ["Note", "TooLargeError", "different_rows", "evaluate", "holds", "of_expression", "ranks"]

Note = Callable[[str, Mapping[str, str]], None]
"""Takes the reason why something has no value, and the terms at which it has none."""
_WORST = 4096
"""Bits of a common denominator up to which numbers are compared as integers."""


class TooLargeError(ArithmeticError):
    """A number grows beyond the limit on bits."""


def of_expression(expression: Expression) -> tuple[str, ...]:
    """Return the variables of an expression, each once, in order."""
    match expression:
        case Variable(name):
            return (name,)
        case Arithmetic():
            return tuple(dict.fromkeys(v for a in expression.arguments for v in of_expression(a)))
        case _:
            return ()


def different_rows(columns: Sequence[Ids], size: int) -> tuple[Ids, Ids]:
    """Return the places of the different rows, and for each row which of them it equals.

    >>> first, which = different_rows([np.array([5, 5, 4]), np.array([1, 1, 1])], 3)
    >>> first.tolist(), which.tolist()
    ([2, 0], [1, 1, 0])
    """
    keys: Ids = np.zeros(size, np.int64)
    for column in columns:
        _, dense = np.unique(column, return_inverse=True)
        _, keys = np.unique((keys << 31) | dense, return_inverse=True)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return first, which


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
    rows = zip(*(columns[n][first].tolist() for n in names), strict=True) if names else [()] * len(first)
    made: dict[str, Value] = {}
    results: list[str | None] = []
    for row in rows:
        bound = dict(zip(names, row, strict=True))
        value = _value(expression, bound, terms, bits)
        if isinstance(value, str):
            note(value, {n: terms.texts[i] for n, i in bound.items()})
            results.append(None)
        else:
            text = number_term(value)
            made[text] = Value(NUMBER, value)
            results.append(text)
    terms.add(made)
    found = np.array([-1 if text is None else terms.id(text) for text in results], np.int64)
    for text, known in made.items():
        terms.learn(terms.id(text), known)
    return found[which]


def _value(expression: Expression, bound: Mapping[str, int], terms: Terms, bits: int) -> Fraction | str:
    """Return the value of an expression for one row, or why it has none."""
    match expression:
        case Variable(name):
            return _number(terms.value(bound[name]), terms.texts[bound[name]])
        case Constant(text):
            return _number(terms.value(terms.id(text)), text)
        case Arithmetic("number", (argument,)):
            if isinstance(argument, Arithmetic):
                return _value(argument, bound, terms, bits)
            read = terms.texts[bound[argument.name]] if isinstance(argument, Variable) else argument.text
            stated = stated_number(read)
            return f"{read} says no number" if stated is None else stated
    values: list[Fraction] = []
    for argument in expression.arguments:
        value = _value(argument, bound, terms, bits)
        if isinstance(value, str):
            return value
        values.append(value)
    result = apply(expression.operator, values)
    if not isinstance(result, str) and max(result.numerator.bit_length(), result.denominator.bit_length()) > bits:
        raise TooLargeError(f"a number of more than {bits} bits")
    return result


def _number(value: Value, text: str) -> Fraction | str:
    if value.kind == NUMBER and isinstance(value.key, Fraction):
        return value.key
    return f"{text} is no exact number"


def apply(operator: str, values: Sequence[Fraction]) -> Fraction | str:
    """Return the result of an operation, or why it has none.

    >>> apply("/", [Fraction(1), Fraction(3)]), apply("/", [Fraction(1), Fraction(0)])
    (Fraction(1, 3), 'a division by zero')
    """
    match operator:
        case "+":
            return sum(values, Fraction(0))
        case "-":
            return -values[0] if len(values) == 1 else values[0] - sum(values[1:], Fraction(0))
        case "*":
            product = Fraction(1)
            for value in values:
                product *= value
            return product
        case "/":
            return "a division by zero" if values[1] == 0 else values[0] / values[1]
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "abs":
            return abs(values[0])
    raise ValueError(f"no operation {operator!r}")


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
        keys = _plain_keys([values[i].key for i in at])
        rank = {key: i for i, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]  # of one kind
        kinds[at] = number
        order[at] = [rank[key] for key in keys]
    return kinds, order


def _plain_keys(keys: Sequence[object]) -> Sequence[object]:
    """Return keys that compare like the given ones and, for numbers, as integers where they can."""
    numbers = [k for k in keys if isinstance(k, Fraction)]
    if len(numbers) < len(keys):
        return keys
    common = 1
    for denominator in sorted({n.denominator for n in numbers}):
        common = lcm(common, denominator)
        if common.bit_length() > _WORST:
            return keys
    return [n.numerator * (common // n.denominator) for n in numbers]
