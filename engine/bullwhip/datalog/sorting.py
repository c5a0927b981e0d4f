"""Sorting of 64-bit keys with the places they come from.

NumPy sorts plain integers several times as fast as it finds an order that keeps equal ones in place. Where key and
place fit into one integer together, they are sorted as one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bullwhip.datalog.intern import Ids

__all__ = ["different_rows", "first_of_each", "merge", "stable_order"]

_LOW = (1 << 31) - 1
_BITS = 63


def stable_order(keys: Ids) -> Ids:
    """Return the places of keys (not below -1) in order of key, equal ones in order of place.

    >>> stable_order(np.array([5, 2, 5, 2])).tolist()
    [1, 3, 0, 2]
    """
    packed, shift = _packed(keys)
    if packed is None:
        return np.argsort(keys, kind="stable")
    return packed & ((1 << shift) - 1)


def first_of_each(keys: Ids) -> tuple[Ids, Ids]:
    """Return the different keys in order, and where each first occurs.

    >>> [a.tolist() for a in first_of_each(np.array([5, 2, 5, 2]))]
    [[2, 5], [1, 0]]
    """
    packed, shift = _packed(keys)
    if packed is None:
        found, first = np.unique(keys, return_index=True)
        return found, first
    compact = packed >> shift
    first = packed[_changes(compact)] & ((1 << shift) - 1)
    return keys[first], first


def _packed(keys: Ids) -> tuple[Ids | None, int]:
    """Return keys and places as sorted integers, and the bits of a place; None where they do not fit."""
    size = len(keys)
    if size < 2 or int(keys.min()) < 0:
        return None, 0
    high, low, shift = keys >> 31, keys & _LOW, (size - 1).bit_length()
    width = int(low.max()).bit_length()
    if int(high.max()).bit_length() + width + shift > _BITS:
        return None, 0
    packed: Ids = (((high << width) | low) << shift) | np.arange(size)
    packed.sort()
    return packed, shift


def _changes(ordered: Ids) -> Ids:
    """Return where a sorted column begins a new value."""
    is_new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return np.flatnonzero(is_new)


def merge(old: tuple[Ids, Ids], new: tuple[Ids, Ids]) -> tuple[Ids, Ids]:
    """Return two sorted columns of keys, each with a column of rows, as one; of equal keys the old ones first."""
    size = len(old[0]) + len(new[0])
    at = np.searchsorted(old[0], new[0], "right") + np.arange(len(new[0]))
    from_old = np.ones(size, np.bool_)
    from_old[at] = False
    result = []
    for first, second in zip(old, new, strict=True):
        column = np.empty(size, np.int64)
        column[at] = second
        column[from_old] = first
        result.append(column)
    return result[0], result[1]


def different_rows(columns: Sequence[Ids], size: int) -> tuple[Ids, Ids]:
    """Return the places of the different rows of ids, and for each row which of them it equals.

    >>> first, which = different_rows([np.array([5, 5, 4]), np.array([1, 1, 1])], 3)
    >>> first.tolist(), which.tolist()
    ([2, 0], [1, 1, 0])
    """
    if not columns:
        return np.zeros(min(size, 1), np.int64), np.zeros(size, np.int64)
    keys = columns[0]
    for place, column in enumerate(columns[1:]):
        if place:
            keys = _numbered(keys)[1]
        keys = (keys << 31) | column
    return _numbered(keys)


def _numbered(keys: Ids) -> tuple[Ids, Ids]:
    order = stable_order(keys)
    if not len(order):
        return order, order
    starts = _changes(keys[order])
    is_start = np.zeros(len(order), np.int64)
    is_start[starts[1:]] = 1
    which = np.empty(len(order), np.int64)
    which[order] = np.cumsum(is_start)
    return order[starts], which
