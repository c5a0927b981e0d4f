"""Claims as columns of numbers: which of many groups disagree, decided for all of them at once.

Every figure stands for an interval, its print rounded or cut. Figures of a group agree when no low end lies above a
high end; that is one pass over sorted columns of doubles. A comparison of doubles counts only where it is certain, that
is where the ends differ by more than their rounding; what is left, and what several figures of one source disagree
about, is decided by rationals as `audit/rivals.py` decides it. So the answer is the exact one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf, nan

import numpy as np
from numpy.typing import NDArray

from bullwhip.audit.prints import is_counted
from bullwhip.audit.rivals import disagree, distinct, readings
from bullwhip.model.claim import Claim
from bullwhip.model.comparable import amount_text, comparable
from bullwhip.numbers import fraction_text
from bullwhip.propagate.intervals import Interval

__all__ = ["Columns", "Figures", "digits_of", "figures_of"]

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MOST = 2**52
"""Whole numbers below it have exact doubles, and so do their neighbours and halves."""
_RELATIVE, _ABSOLUTE = 2.0**-48, 1e-290
"""How far ends in doubles may be from the exact ones: a few roundings of 2^-53 each; near 0 doubles have no digits."""

_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Claims that print a number, by number, and what they are about; a claim may be about several things."""

    ids: Sequence[str]
    sources: Sequence[str]
    """What each is printed in; figures of one source may be parts of one cell."""
    amounts: Sequence[str]
    """Exact amount in coherent units and dimension, as `model.comparable.amount_text` writes it."""
    digits: Sequence[int]
    """What `digits_of` says of each; 0 where a bound, a range, a part or a counted thing makes it no plain figure."""
    abouts: Sequence[str]
    """What a claim is about, and in `claims` the number of that claim; as many as there are pairs of both."""
    claims: Sequence[int]


def digits_of(lexical: str, exact: str) -> int:
    """Return a printed decimal as a whole number of units of its last place, or 0 for any other print.

    Args:
        lexical: the print.
        exact: the value in the printed unit, as exact text.

    >>> digits_of("32.60", "32.6"), digits_of("12", "-12"), digits_of("95万", "950000"), digits_of("0.0", "0")
    (3260, -12, 0, 0)
    """
    if not _PLAIN.fullmatch(lexical):
        return 0
    text = lexical.removeprefix("-")
    shortest = text.rstrip("0").removesuffix(".") if "." in text else text
    digits = int(text.replace(".", "")) if len(text) < 20 else _MOST
    if shortest != exact.removeprefix("-") or digits >= _MOST:
        return 0
    return -digits if exact.startswith("-") else digits


def figures_of(claims: Sequence[Claim], untimed: Collection[str], counts: Collection[str]) -> Figures:
    """Return claims as figures; a claim that prints no number is about nothing.

    Args:
        claims: the claims, each once.
        untimed: measures that have no value per period.
        counts: the counted things of the workspace.
    """
    amounts = [amount_text(c) for c in claims]
    pairs = [(about, k) for k, c in enumerate(claims) if amounts[k] for about in comparable(c, untimed)]
    digits = [
        0 if c.value is None or c.bound or c.part in ("low", "high") or c.low is not None or c.high is not None
        or is_counted(c, counts) else digits_of(c.lexical, fraction_text(c.value))
        for c in claims
    ]  # fmt: skip
    ids, sources = [c.id for c in claims], [c.document for c in claims]
    return Figures(ids, sources, amounts, digits, [about for about, _ in pairs], [k for _, k in pairs])


class Columns:
    """Claims as columns, sorted by what they are about."""

    def __init__(
        self, figures: Figures, exact: Callable[[Sequence[int]], Sequence[Claim]], counts: Collection[str] = ()
    ) -> None:
        """Read figures into columns.

        Args:
            figures: the claims.
            exact: gives claims by number, for those that are decided by rationals.
            counts: the counted things of the workspace.
        """
        self.figures, self.exact, self.counts = figures, exact, counts
        about, self.abouts = _coded(figures.abouts)
        claim = np.asarray(figures.claims, dtype=np.int64)
        source, _ = _coded(figures.sources)
        rank = np.empty(len(figures.ids), dtype=np.int64)
        rank[sorted(range(len(figures.ids)), key=figures.ids.__getitem__)] = np.arange(len(figures.ids))
        order = np.lexsort((source[claim], about))
        repeated = np.zeros(len(self.abouts), dtype=bool)
        repeated[about[order][1:][_same(about[order]) & _same(source[claim[order]])]] = True
        order = np.lexsort((rank[claim], about))
        kept = np.append(True, ~(_same(about[order]) & _same(claim[order])))[: len(order)]
        about, self.claim = about[order][kept], claim[order][kept]
        self.starts = np.flatnonzero(np.diff(about, prepend=-1))
        self.numbers: list[int] = self.claim.tolist()
        self.bounds: list[int] = [*self.starts.tolist(), len(self.claim)]
        amount, amounts = _coded(figures.amounts)
        dimension, value = _amounts(amounts)
        self.amount = amount[self.claim]
        self.mixed = repeated | (self._least(dimension[self.amount]) != self._most(dimension[self.amount]))
        self.low, self.high = self._ends(value[self.amount])

    def _ends(self, value: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each figure stands for: rounded or cut, from half a unit before to one behind its print."""
        digits = np.asarray(self.figures.digits, dtype=np.int64)[self.claim]
        count = np.maximum(np.abs(digits), 1).astype(np.float64)
        inner, outer = np.abs(value) * ((2 * count - 1) / (2 * count)), np.abs(value) * ((count + 1) / count)
        low, high = np.where(value > 0, inner, -outer), np.where(value > 0, outer, -inner)
        odd = np.flatnonzero(digits == 0)
        numbers = np.unique(self.claim[odd])
        low_of, high_of = np.empty(len(self.figures.ids)), np.empty(len(self.figures.ids))
        for number, claim in zip(numbers.tolist(), self.exact(numbers.tolist()), strict=True):
            low_of[number], high_of[number] = _hull(readings((claim,), self.counts))
        low[odd], high[odd] = low_of[self.claim[odd]], high_of[self.claim[odd]]
        return low, high

    def _least(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.minimum.reduceat(column, self.starts) if len(self.starts) else column

    def _most(self, column: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.maximum.reduceat(column, self.starts) if len(self.starts) else column

    def _any(self, column: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.logical_or.reduceat(column, self.starts) if len(self.starts) else column

    def rivals(self) -> NDArray[np.int64]:
        """Return the numbers of the groups whose figures do not all print the same amount."""
        return np.flatnonzero(self._least(self.amount) != self._most(self.amount))

    def members(self, group: int) -> list[int]:
        """Return the claims of a group, in order of their ids."""
        return self.numbers[self.bounds[group] : self.bounds[group + 1]]

    def disagreeing(self) -> list[tuple[str, list[int]]]:
        """Return what claims disagree about, and their numbers, both in order of name.

        It is what `disagree` says of each of the distinct groups of rivals.
        """
        rivals = self.rivals()
        highest_low, lowest_high = self._most(self.low)[rivals], self._least(self.high)[rivals]
        with np.errstate(invalid="ignore"):  # an infinite end compares with nothing and is left to rationals
            reach = _RELATIVE * np.maximum(np.abs(highest_low), np.abs(lowest_high)) + _ABSOLUTE
            together, apart = highest_low < lowest_high - reach, highest_low > lowest_high + reach
        certain = apart & ~self.mixed[rivals]
        hidden = self._hidden(rivals)
        unsure = [g for g in rivals[~together & ~certain].tolist() if g not in hidden]
        claims = self._claims(unsure)
        groups = [g for g in rivals[certain].tolist() if g not in hidden]
        groups += [g for g in unsure if disagree([claims[n] for n in self.members(g)], self.counts)]
        return [(self.abouts[g], self.members(g)) for g in sorted(groups)]

    def _claims(self, groups: Sequence[int]) -> dict[int, Claim]:
        numbers = sorted({n for g in groups for n in self.members(g)})
        return dict(zip(numbers, self.exact(numbers), strict=True)) if numbers else {}

    def _hidden(self, rivals: NDArray[np.int64]) -> set[int]:
        """Return the groups of rivals whose claims are all in another one."""
        chosen = np.zeros(len(self.starts), dtype=bool)
        chosen[rivals] = True
        sizes = np.diff(self.starts, append=len(self.claim))
        uses = np.bincount(self.claim[np.repeat(chosen, sizes)], minlength=len(self.figures.ids))
        shared = np.flatnonzero(self._any(uses[self.claim] > 1) & chosen).tolist()
        members = {self.abouts[g]: [self.figures.ids[n] for n in self.members(g)] for g in shared}
        kept = set(distinct(members))
        return {g for g in shared if self.abouts[g] not in kept}


def _hull(found: Sequence[Interval]) -> tuple[float, float]:
    """Return the ends of what is one interval in all, as doubles; of anything else nothing that compares."""
    joined = all(not a.empty and a.meets(b) for a, b in pairwise(found)) and not (found and found[-1].empty)
    if not found or not joined:
        return nan, nan
    return min(_double(i.low) for i in found), max(_double(i.high) for i in found)


def _double(end: Fraction | float) -> float:
    """Return the double nearest to an end; infinite where there is none, so that it is certain of nothing."""
    try:
        return float(end)
    except OverflowError:
        return inf if end > 0 else -inf


def _coded(texts: Sequence[str]) -> tuple[_Numbers, list[str]]:
    """Return texts as numbers in the order of the texts, and the text of each number."""
    known = sorted(set(texts))
    codes = {text: k for k, text in enumerate(known)}
    return np.fromiter(map(codes.__getitem__, texts), dtype=np.int64, count=len(texts)), known


def _same(column: _Numbers) -> NDArray[np.bool_]:
    """Return of each row but the first whether it is as the one before."""
    same: NDArray[np.bool_] = column[1:] == column[:-1]
    return same


def _amounts(texts: Sequence[str]) -> tuple[_Numbers, NDArray[np.float64]]:
    """Return dimension and amount of each text, as a number and a double; of a range the amount is its low end."""
    parts = [t.rpartition(" ") for t in texts]
    dimension, _ = _coded([p[2] for p in parts])
    firsts = (p[0].partition(" ")[0] or "nan" for p in parts)
    doubles = (_double(Fraction(f)) if "/" in f else float(f) for f in firsts)
    return dimension, np.fromiter(doubles, dtype=np.float64, count=len(texts))
