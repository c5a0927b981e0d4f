"""Relations as columns of ids, with sorted indexes that grow by runs.

A row of ids becomes one 64-bit key, so that rows are compared, sorted and looked up as integers. An index is a few
sorted runs of keys; a new run is merged with the last one as soon as that is not much longer, so that each row is
merged a number of times that grows with the logarithm of the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bullwhip.datalog.intern import Flags, Ids
from bullwhip.datalog.sorting import first_of_each, merge, stable_order

__all__ = ["Index", "Relation", "expand"]

_SHORT = 4096
"""Runs up to this length are always merged; looking through many short ones takes longer."""
_OFTEN = 8
"""Searches from end to end after which an index is built."""
_NONE: Ids = np.empty(0, np.int64)


class _Pairs:
    """Dense numbers for pairs, so that rows of any length fold into one key."""

    __slots__ = ("keys", "numbers")

    def __init__(self) -> None:
        self.keys = _NONE
        self.numbers = _NONE

    def copy(self) -> _Pairs:
        """Return the same numbers; the columns are replaced when they grow, and may be shared."""
        made = _Pairs()
        made.keys, made.numbers = self.keys, self.numbers
        return made

    def find(self, keys: Ids, *, grow: bool) -> Ids:
        """Return the number of each pair; -1 where there is none and none may be made."""
        if grow:
            missing = np.unique(keys[self._at(keys) < 0])
            if len(missing):
                numbers = np.arange(len(self.keys), len(self.keys) + len(missing))
                self.keys, self.numbers = merge((self.keys, self.numbers), (missing, numbers))
        at = self._at(keys)
        return np.where(at < 0, -1, self.numbers[at]) if len(self.keys) else np.full(len(keys), -1)

    def _at(self, keys: Ids) -> Ids:
        if not len(self.keys):
            return np.full(len(keys), -1)
        at = np.searchsorted(self.keys, keys)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == keys, at, -1)


class _Coder:
    """Rows of ids to keys, the same for equal rows and different for different ones."""

    __slots__ = ("_tables",)

    def __init__(self, width: int) -> None:
        self._tables = tuple(_Pairs() for _ in range(width - 2))

    def copy(self) -> _Coder:
        """Return a coder that gives the same keys, and further ones by itself."""
        made = _Coder(2)
        made._tables = tuple(t.copy() for t in self._tables)
        return made

    def keys(self, columns: Sequence[Ids], size: int, *, grow: bool) -> Ids:
        """Return a key for each row; -1 for rows that cannot be in the index."""
        if not columns:
            return np.zeros(size, np.int64)
        keys = columns[0]
        if len(columns) > 1:
            keys = _packed(keys, columns[1])
        for table, column in zip(self._tables, columns[2:], strict=True):
            keys = _packed(table.find(keys, grow=grow), column)
        return keys


def _packed(high: Ids, low: Ids) -> Ids:
    return np.where((high < 0) | (low < 0), -1, (high << 31) | low)


class Index:
    """The rows of a relation by what stands at some of its positions."""

    __slots__ = ("_coder", "covered", "positions", "runs")

    def __init__(self, positions: tuple[int, ...]) -> None:
        self.positions = positions
        self.covered = 0
        self.runs: list[tuple[Ids, Ids]] = []
        self._coder = _Coder(len(positions))

    def copy(self) -> Index:
        """Return an index with the same runs, which can grow by itself."""
        made = Index(self.positions)
        made.covered, made.runs, made._coder = self.covered, self.runs.copy(), self._coder.copy()
        return made

    def keys(self, columns: Sequence[Ids], size: int, *, grow: bool = False) -> Ids:
        """Return the keys of rows, given as a column for each position."""
        return self._coder.keys(columns, size, grow=grow)

    def add(self, keys: Ids, first: int) -> None:
        """Take in rows that follow each other from `first` on, by their keys."""
        order = stable_order(keys)
        self.add_sorted(keys[order], order + first)

    def add_sorted(self, keys: Ids, rows: Ids) -> None:
        """Take in the rows that come next, by their keys in order, and with their numbers."""
        self.covered += len(keys)
        if not len(keys):
            return
        self.runs.append((keys, rows))
        while len(self.runs) > 1 and len(self.runs[-2][0]) <= max(2 * len(self.runs[-1][0]), _SHORT):
            new, old = self.runs.pop(), self.runs.pop()
            self.runs.append(merge(old, new))

    def find(self, keys: Ids) -> Iterator[tuple[Ids, Ids, Ids]]:
        """Yield for each run where the rows of each key begin, how many they are, and the rows in order of key."""
        for run, rows in self.runs:
            low = np.searchsorted(run, keys, "left")
            yield low, np.searchsorted(run, keys, "right") - low, rows

    def row_of(self, keys: Ids) -> Ids:
        """Return a row for each key, -1 where there is none; for indexes in which a key has at most one row."""
        found = np.full(len(keys), -1)
        for run, rows in self.runs:
            at = np.searchsorted(run, keys)
            at[at == len(run)] = 0
            hit = run[at] == keys
            found[hit] = rows[at[hit]]
        return found

    def has(self, keys: Ids) -> Flags:
        """Return for each key whether it has a row."""
        hit = np.zeros(len(keys), np.bool_)
        for run, _ in self.runs:
            at = np.searchsorted(run, keys)
            at[at == len(run)] = 0
            hit |= run[at] == keys
        return hit


class Relation:
    """Different rows of ids, in the order in which they came.

    >>> edges = Relation(2)
    >>> edges.add((np.array([1, 1, 1]), np.array([2, 3, 2]))).tolist()
    [0, 1]
    >>> edges.size, edges.row((1, 3)), edges.row((3, 1))
    (2, 1, None)
    """

    __slots__ = ("_asked", "_columns", "_indexes", "arity", "size")

    def __init__(self, arity: int) -> None:
        self.arity = arity
        self.size = 0
        self._columns: list[Ids] = [_NONE for _ in range(arity)]
        self._indexes: dict[tuple[int, ...], Index] = {}
        self._asked: dict[tuple[int, ...], int] = {}

    def copy(self) -> Relation:
        """Return the same rows, to which others can be added; sorted runs are shared."""
        made = Relation(self.arity)
        made._columns = [c[: self.size] for c in self._columns]
        made._indexes = {p: i.copy() for p, i in self._indexes.items()}
        made.size = self.size
        return made

    def column(self, position: int) -> Ids:
        """Return the ids at a position, row by row."""
        return self._columns[position][: self.size]

    def columns(self) -> tuple[Ids, ...]:
        """Return the ids at all positions."""
        return tuple(self.column(p) for p in range(self.arity))

    def is_worth_an_index(self, positions: tuple[int, ...]) -> bool:
        """Return whether to look rows up by an index: it is there, or has been asked for often enough."""
        if positions in self._indexes or self.size <= _OFTEN:
            return True
        self._asked[positions] = self._asked.get(positions, 0) + 1
        return self._asked[positions] > _OFTEN

    def index(self, positions: tuple[int, ...]) -> Index:
        """Return the index over some positions, up to date."""
        index = self._indexes.get(positions)
        if index is None:
            index = self._indexes[positions] = Index(positions)
        if index.covered < self.size:
            first = index.covered
            columns = [self._columns[p][first : self.size] for p in positions]
            index.add(index.keys(columns, self.size - first, grow=True), first)
        return index

    def rows_index(self) -> Index:
        """Return the index over all positions: which rows there are."""
        return self.index(tuple(range(self.arity)))

    def new(self, columns: Sequence[Ids], size: int) -> Ids:
        """Return which of the given rows are new, each once where it first occurs, in the given order."""
        return np.sort(self._new(columns, size)[1])

    def _new(self, columns: Sequence[Ids], size: int) -> tuple[Ids, Ids]:
        """Return the keys of the new rows, in order, and where each first occurs."""
        index = self.rows_index()
        keys, first = first_of_each(index.keys(columns, size, grow=True))
        fresh = ~index.has(keys)
        return keys[fresh], first[fresh]

    def add(self, columns: Sequence[Ids], size: int | None = None) -> Ids:
        """Add the rows that are new; return which of the given rows these are."""
        keys, first = self._new(columns, len(columns[0]) if size is None else size)
        fresh = np.sort(first)
        self.rows_index().add_sorted(keys, self.size + np.searchsorted(fresh, first))
        self._append([c[fresh] for c in columns], len(fresh))
        return fresh

    def _append(self, columns: Sequence[Ids], size: int) -> None:
        wanted = self.size + size
        for position, column in enumerate(columns):
            held = self._columns[position]
            if len(held) < wanted:
                grown = np.empty(max(wanted, 2 * len(held)), np.int64)
                grown[: self.size] = held[: self.size]
                self._columns[position] = held = grown
            held[self.size : wanted] = column
        self.size = wanted

    def row(self, ids: Sequence[int]) -> int | None:
        """Return the number of a row, or None."""
        index = self.rows_index()
        found = int(index.row_of(index.keys([np.array([i]) for i in ids], 1))[0])
        return None if found < 0 else found


def expand(low: Ids, counts: Ids, rows: Ids) -> tuple[Ids, Ids]:
    """Return for each pair that joins the place on the left and the row on the right.

    >>> left, right = expand(np.array([0, 2]), np.array([2, 1]), np.array([7, 8, 9]))
    >>> left.tolist(), right.tolist()
    ([0, 0, 1], [7, 8, 9])
    """
    left = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(left)) - np.repeat(ends - counts, counts)
    return left, rows[np.repeat(low, counts) + within]
