"""Rank correlations to the square root of a normal correlation matrix, or the pair that cannot be.

Ranks correlated by s follow from normals correlated by 2 sin(πs/6): K. Pearson, "On further methods of determining
correlation", Drapers' Company Research Memoirs IV (1907).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, pi, sin, sqrt

__all__ = ["NotDefiniteError", "normal_factor"]

Pair = tuple[int, int]
_LEAST = 1e-10
"""A pivot below it is as good as zero: one input would follow from the others."""


class NotDefiniteError(Exception):
    """Correlations that no joint distribution has; the pair that contradicts the others, and what it could be.

    The limits are rank correlations that the pair could have beside the others; None where no single pair is at fault.
    """

    def __init__(self, pair: Pair, low: float | None, high: float | None) -> None:
        known = "" if low is None or high is None else f": beside the others between {low:.3g} and {high:.3g}"
        super().__init__(f"{pair}{known}")
        self.pair, self.low, self.high = pair, low, high


def normal_factor(size: int, ranks: Mapping[Pair, float]) -> tuple[tuple[float, ...], ...]:
    """Return the lower triangle L with L Lᵀ the normal correlation matrix of some rank correlations.

    Args:
        size: how many inputs are correlated.
        ranks: rank correlation of pairs (i, j), i < j; pairs that are not given are not correlated.

    Raises:
        NotDefiniteError: when the matrix is not positive definite.

    >>> normal_factor(2, {(0, 1): 0.0})
    ((1.0, 0.0), (0.0, 1.0))
    >>> normal_factor(3, {(0, 1): 0.9, (1, 2): 0.9, (0, 2): -0.9})
    Traceback (most recent call last):
    bullwhip.model.copula.NotDefiniteError: (0, 2): beside the others between 0.631 and 1
    """
    normal = {pair: 2.0 * sin(pi * rank / 6.0) for pair, rank in ranks.items()}
    found = _cholesky(size, normal)
    if isinstance(found, tuple):
        return found
    raise _fault(size, normal, found)


def _cholesky(size: int, normal: Mapping[Pair, float]) -> tuple[tuple[float, ...], ...] | int:
    """Return the factor, or the row at which there is none."""
    rows: list[list[float]] = []
    for i in range(size):
        row = [0.0] * size
        for j in range(i):
            row[j] = (normal.get((j, i), 0.0) - sum(row[k] * rows[j][k] for k in range(j))) / rows[j][j]
        rest = 1.0 - sum(x * x for x in row)
        if rest < _LEAST:
            return i
        row[i] = sqrt(rest)
        rows.append(row)
    return tuple(tuple(row) for row in rows)


def _fault(size: int, normal: Mapping[Pair, float], row: int) -> NotDefiniteError:
    """Name the last pair without which the rest holds; what it may be is an interval, because the rest is convex."""
    for pair in reversed(list(normal)):
        rest = {p: r for p, r in normal.items() if p != pair}
        inside = next((r for r in _GRID if isinstance(_cholesky(size, rest | {pair: r}), tuple)), None)
        if inside is not None:
            low, high = (_edge(size, rest, pair, inside, end) for end in (-1.0, 1.0))
            return NotDefiniteError(pair, _rank(low), _rank(high))
    pair = max((p for p in normal if p[1] == row), key=lambda p: abs(normal[p]))
    return NotDefiniteError(pair, None, None)


_GRID = tuple(sorted((k / 50.0 for k in range(-49, 50)), key=abs))


def _edge(size: int, rest: Mapping[Pair, float], pair: Pair, inside: float, outside: float) -> float:
    for _ in range(40):
        middle = (inside + outside) / 2.0
        if isinstance(_cholesky(size, {**rest, pair: middle}), tuple):
            inside = middle
        else:
            outside = middle
    return inside


def _rank(normal: float) -> float:
    return 6.0 * asin(normal / 2.0) / pi
