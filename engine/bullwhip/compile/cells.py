"""Which cells exist: every quantity at every index and period at which it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from bullwhip.model.claim import Index
from bullwhip.model.quantity import Dimension, Quantity

__all__ = ["Key", "indices", "keys", "periods_of"]

Key = tuple[str, Index, int | None]
"""Quantity, index, period: the identity of a cell."""


def indices(quantity: Quantity, dimensions: Mapping[str, Dimension]) -> tuple[Index, ...]:
    """Return the index set of a quantity: its `where` list, or all combinations of members."""
    if quantity.where:
        return quantity.where
    axes = [[(d, m) for m in dimensions[d].members] for d in quantity.dimensions]
    return tuple(tuple(pairs) for pairs in product(*axes))


def periods_of(quantity: Quantity, periods: tuple[int, ...]) -> tuple[int | None, ...]:
    """Return the periods of a quantity; `(None,)` for one without periods."""
    if not quantity.timed:
        return (None,)
    first = quantity.since if quantity.since is not None else periods[0]
    last = quantity.until if quantity.until is not None else periods[-1]
    return tuple(p for p in periods if first <= p <= last)


def keys(quantity: Quantity, dimensions: Mapping[str, Dimension], periods: tuple[int, ...]) -> tuple[Key, ...]:
    """Return all cells of a quantity, index by index, periods in order."""
    times = periods_of(quantity, periods)
    return tuple((quantity.id, index, period) for index in indices(quantity, dimensions) for period in times)
