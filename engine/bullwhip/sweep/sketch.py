"""Percentiles of any number of values in bounded memory, the same bits however the values were split and merged.

Up to EXACT values are kept as they are. Beyond, values are counted in buckets: a bucket holds the doubles that share
sign, exponent and the first `bits` bits of the fraction, so its width is at most 2^-bits of its values, and which
bucket a value falls into depends on the value alone. Counts add up; so the union of any parts in any order gives the
same buckets. Where there are too many, neighbours are joined and `bits` is one less, which depends on all the values
and not on their order either; 2^18 buckets always leave 6 bits, an error of less than one percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT", "Sketch"]

EXACT = 1 << 16
"""Values that are kept one by one."""
_BITS = 12
_BUCKETS = 1 << 18
_FRACTION = 52

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A multiset of finite values, exactly or in buckets.

    >>> both = Sketch.of(np.array([3.0, 1.0])).merge(Sketch.of(np.array([2.0])))
    >>> both.count, both.percentile(50), both.error
    (3, 2.0, 0.0)
    """

    values: Floats | None
    """All values in order; None when they are counted in buckets."""
    keys: Integers
    """Numbers of the buckets in order, which is the order of their values."""
    counts: Integers
    bits: int

    @classmethod
    def of(cls, values: Floats) -> Sketch:
        """Return the sketch of finite values."""
        if values.size <= EXACT:
            nothing = np.empty(0, np.int64)
            return cls(np.sort(values + 0.0), nothing, nothing, _BITS)  # -0.0 + 0.0 is 0.0
        return _counted(values)

    @property
    def count(self) -> int:
        """How many values there are."""
        return int(self.counts.sum()) if self.values is None else self.values.size

    @property
    def error(self) -> float:
        """The greatest relative error of a percentile: half the width of a bucket, 0 where values are kept."""
        return 0.0 if self.values is not None else 2.0 ** -(self.bits + 1)

    def merge(self, other: Sketch) -> Sketch:
        """Return the sketch of the values of both."""
        if self.values is not None and other.values is not None:
            return Sketch.of(np.concatenate([self.values, other.values]))
        a, b = (s if s.values is None else _counted(s.values) for s in (self, other))
        bits = min(a.bits, b.bits)
        keys = np.concatenate([a.keys >> (a.bits - bits), b.keys >> (b.bits - bits)])
        return _bounded(*_joined(keys, np.concatenate([a.counts, b.counts])), bits)

    def percentile(self, percent: float) -> float:
        """Return the least value that at least so many percent of the values do not exceed, to within `error`.

        Raises:
            ValueError: when there are no values.
        """
        total = self.count
        if not total:
            raise ValueError("no values")
        rank = min(total, max(1, ceil(round(percent * total, 6) / 100)))
        if self.values is not None:
            return float(self.values[rank - 1])
        k = int(np.searchsorted(np.cumsum(self.counts), rank))
        shift = np.int64(_FRACTION - self.bits)
        ends = _value(np.array([self.keys[k] << shift, ((self.keys[k] + 1) << shift) - 1]))
        return float(ends[0] + (ends[1] - ends[0]) / 2.0)

    def state(self) -> tuple[bytes, ...]:
        """Return all it holds as bytes, to compare."""
        values = b"" if self.values is None else self.values.tobytes()
        return values, self.keys.tobytes(), self.counts.tobytes(), str(self.bits).encode()


def _counted(values: Floats) -> Sketch:
    keys = np.sort(_order(values) >> (_FRACTION - _BITS))
    first = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    return _bounded(keys[first], np.diff(np.append(first, keys.size)), _BITS)


def _order(values: Floats) -> Integers:
    """Return whole numbers in the order of the values: of the bits of doubles, those of negative ones turned round."""
    bits = (values + 0.0).view(np.int64)
    return bits ^ ((bits >> 63) & np.int64(0x7FFF_FFFF_FFFF_FFFF))


def _value(order: Integers) -> Floats:
    return (order ^ ((order >> 63) & np.int64(0x7FFF_FFFF_FFFF_FFFF))).view(np.float64)


def _joined(keys: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return keys in order, once each, with the sums of their counts."""
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1))
    return keys[first], np.add.reduceat(counts, first)


def _bounded(keys: Integers, counts: Integers, bits: int) -> Sketch:
    while keys.size > _BUCKETS:
        bits -= 1
        keys, counts = _joined(keys >> 1, counts)
    return Sketch(None, keys, counts, bits)
