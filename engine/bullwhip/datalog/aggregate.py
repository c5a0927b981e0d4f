"""Counts, sums, least and greatest of the matches of a body, group by group, exactly."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from bullwhip.datalog.arithmetic import TooLargeError, common_denominator, ranks, write_numbers
from bullwhip.datalog.intern import Ids, Terms
from bullwhip.datalog.sorting import different_rows

__all__ = ["aggregate"]

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
        counts = np.bincount(groups, minlength=count).astype(object)
        return write_numbers(counts, 1, terms, bits)
    if operator == "sum":
        return _sums(groups, count, values, np.bincount(which, minlength=len(first)), terms, bits, note)
    return _extremes(operator, groups, count, values, terms, note)


def _sums(groups: Ids, count: int, values: Ids, times: Ids, terms: Terms, bits: int, note: Note) -> Ids:
    different, at = np.unique(values, return_inverse=True)
    numbers = [terms.value(i).number for i in different.tolist()]
    wrong = np.array([n is None for n in numbers], np.bool_)
    for term in different[wrong].tolist():
        note("a sum over what is no exact number", terms.texts[term])
    known = np.ones(count, np.bool_)
    known[groups[wrong[at]]] = False
    numerators, denominator = common_denominator([n or Fraction(0) for n in numbers])
    sums = np.zeros(count, object)
    np.add.at(sums, groups, numerators[at] * times.astype(object))
    result = np.full(count, -1)
    try:
        result[known] = write_numbers(sums[known], denominator, terms, bits)
    except TooLargeError:
        raise TooLargeError(f"a sum of more than {bits} bits") from None
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
