"""Terms as numbers: one id for each different text."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bullwhip.datalog.values import Value, read_value

__all__ = ["Flags", "Ids", "Terms"]

Ids: TypeAlias = NDArray[np.int64]
"""Ids of terms, or numbers of rows; -1 is none."""
Flags: TypeAlias = NDArray[np.bool_]

_MOST = 2**31 - 1
"""So that two ids fit into one 64-bit integer."""


class Terms:
    """Texts of terms and their ids, in both directions.

    The terms that are there at first get ids in order of their texts, so that nothing depends on the order in which
    facts come. Terms made on the way, by arithmetic or as new nodes, come after them.

    >>> terms = Terms(['"b"', "<a>", '"b"'])
    >>> terms.id("<a>"), terms.id('"b"'), terms.find("<new>")
    (1, 0, None)
    """

    __slots__ = ("_ids", "_rank", "_sorted", "_values", "texts")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str] = sorted(set(texts))
        self._ids: dict[str, int] = dict(zip(self.texts, range(len(self.texts)), strict=True))
        self._values: dict[int, Value] = {}
        self._rank: Ids | None = None
        self._sorted = len(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    def copy(self) -> Terms:
        """Return the same terms with the same ids, to which others can be added."""
        made = Terms()
        made.texts, made._ids, made._values = self.texts.copy(), self._ids.copy(), self._values.copy()
        made._sorted = self._sorted
        return made

    def id(self, text: str) -> int:
        """Return the id of a term, a new one where it has none."""
        found = self._ids.get(text)
        if found is None:
            found = self._ids[text] = len(self.texts)
            if found > _MOST:
                raise OverflowError("more than 2^31 different terms")
            self.texts.append(text)
        return found

    def find(self, text: str) -> int | None:
        """Return the id of a term, or None."""
        return self._ids.get(text)

    def ids(self, texts: Sequence[str]) -> Ids:
        """Return the ids of terms that all have one."""
        return np.fromiter(map(self._ids.__getitem__, texts), np.int64, len(texts))

    def add(self, texts: Iterable[str]) -> None:
        """Give ids to terms, in order of their texts."""
        for text in sorted(set(texts)):
            self.id(text)

    def value(self, term: int) -> Value:
        """Return what a term says; read once."""
        found = self._values.get(term)
        if found is None:
            found = self._values[term] = read_value(self.texts[term])
        return found

    def learn(self, term: int, value: Value) -> None:
        """Remember what a term says, where that is known without reading it."""
        self._values.setdefault(term, value)

    def rank(self) -> Ids:
        """Return for each id its place in the order of texts."""
        if len(self.texts) == self._sorted:
            return np.arange(self._sorted)
        if self._rank is None or len(self._rank) != len(self.texts):
            first = self._sorted  # the terms before it are in order
            later = sorted(range(first, len(self.texts)), key=self.texts.__getitem__)
            places = np.array([bisect(self.texts, self.texts[i], 0, first) for i in later], np.int64)
            rank = np.empty(len(self.texts), np.int64)
            rank[:first] = np.arange(first) + np.searchsorted(places, np.arange(first), "right")
            rank[later] = places + np.arange(len(later))
            self._rank = rank
        return self._rank

    def rows(self, columns: Sequence[Ids], size: int) -> Iterable[tuple[str, ...]]:
        """Return rows of ids as rows of texts."""
        if not columns:
            return repeat((), size)
        texts = self.texts
        return zip(*([texts[i] for i in c.tolist()] for c in columns), strict=True)
