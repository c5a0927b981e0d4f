"""Counts, sums, least and greatest of the matches of a body, group by group, exactly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from bullwhip.datalog.arithmetic import TooLargeError, different_rows, ranks
from bullwhip.datalog.intern import Ids, Terms
from bullwhip.datalog.values import NUMBER, Value, number_term

__all__ = ["aggregate", "total"]

Note = Callable[[str, str], None]
"""Takes the reason why a group has no value, and the term that is to blame."""


def aggregate(operator: str, groups: Ids, count: int, values: Ids, terms: Terms, bits: int, note: Note) -> Ids:
    """Return the result for each group, -1 where it has none.

    Args:
        operator: count, sum, min or max.
        groups: for each match the number of its group.
        count: how many groups there are; each has a match.
        values: for each match the term that is aggregated.
        terms: the terms.
        bits: how large a sum may get.
        note: is told of groups without a result.

    Raises:
        TooLargeError: if a sum has more bits.

    >>> terms = Terms(['"a"', '"b"'])
    >>> result = aggregate("count", np.array([0, 0, 0]), 1, np.array([0, 1, 1]), terms, 99, print)
    >>> terms.texts[int(result[0])]
    '"2"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """
    first, which = different_rows([groups, values], len(groups))
    groups, values = groups[first], values[first]
    if operator == "count":
        return _numbers([Fraction(n) for n in np.bincount(groups, minlength=count).tolist()], terms)
    if operator == "sum":
        times = np.bincount(which, minlength=len(first))
        return _numbers(_sums(groups, count, values, times, terms, bits, note), terms)
    return _extremes(operator, groups, count, values, terms, note)


def _numbers(values: list[Fraction | None], terms: Terms) -> Ids:
    texts = {v: number_term(v) for v in values if v is not None}
    terms.add(texts.values())
    ids = {v: terms.id(text) for v, text in texts.items()}
    for value, term in ids.items():
        terms.learn(term, Value(NUMBER, value))
    return np.array([-1 if v is None else ids[v] for v in values], np.int64)


def _sums(
    groups: Ids, count: int, values: Ids, times: Ids, terms: Terms, bits: int, note: Note
) -> list[Fraction | None]:
    parts: list[dict[int, int] | None] = [{} for _ in range(count)]
    for group, term, weight in zip(groups.tolist(), values.tolist(), times.tolist(), strict=True):
        value = terms.value(term)
        if value.kind != NUMBER or not isinstance(value.key, Fraction):
            note("a sum over what is no exact number", terms.texts[term])
            parts[group] = None
            continue
        part = parts[group]
        if part is not None:
            part[value.key.denominator] = part.get(value.key.denominator, 0) + value.key.numerator * weight
    return [None if p is None else total(p, bits) for p in parts]


def total(numerators: dict[int, int], bits: int) -> Fraction:
    """Return a sum from its numerators by denominator: most figures share a few denominators.

    >>> total({3: 2, 1: 5}, 99)
    Fraction(17, 3)
    """
    result = sum((Fraction(n, d) for d, n in sorted(numerators.items())), Fraction(0))
    if max(result.numerator.bit_length(), result.denominator.bit_length()) > bits:
        raise TooLargeError(f"a sum of more than {bits} bits")
    return result


def _extremes(operator: str, groups: Ids, count: int, values: Ids, terms: Terms, note: Note) -> Ids:
    different, at = np.unique(values, return_inverse=True)
    kinds, order = ranks([terms.value(i) for i in different.tolist()])
    by_text = np.empty(len(different), np.int64)
    by_text[sorted(range(len(different)), key=lambda i: terms.texts[int(different[i])])] = np.arange(len(different))
    rank = order[at] if operator == "min" else -order[at]
    sorting = np.lexsort((by_text[at], rank, groups))  # of equal values, the least text
    result = np.full(count, -1)
    for place in sorting[::-1].tolist():
        result[groups[place]] = values[place]
    least, most = np.full(count, len(different) + 1), np.zeros(count, np.int64)
    np.minimum.at(least, groups, kinds[at])
    np.maximum.at(most, groups, kinds[at])
    mixed = (least != most) | (least == 0)
    result[mixed] = -1
    for place in np.flatnonzero(mixed[groups]).tolist():
        note(f"a {operator} over what has no common order", terms.texts[int(values[place])])
    return result
