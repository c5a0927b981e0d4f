"""Adds up the rows of a company: currency by currency, without money that another row holds, and never past an unknown.

One dollar passes several tiers: a maker of accelerators pays its makers of memory out of what its accelerators sell
for. The revenue of both tiers is right for each, and their sum counts that dollar twice (convention §11.8).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bullwhip.model.answer import ExposureRow, Pair
from bullwhip.model.exposure import Counted, Total
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.query.exposure import NONE, Roster, largest_first, sure_of

__all__ = ["Counting", "counted", "totals"]

_ZERO = Fraction(0)
_SEARCHED = 16
"""How many rows of one company are searched for the greatest sum."""


@dataclass
class Counting:
    """Which quantities hold the money of which others (convention §11.8).

    Attributes:
        roster: the program, with the currency of each quantity.
        variants: the chosen variant of each rule that has one chosen.
    """

    roster: Roster
    variants: Mapping[str, str]
    _holders: dict[str, dict[str, str]] = field(default_factory=dict)
    _rests: dict[str, frozenset[str]] = field(default_factory=dict)
    _firsts: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _buyers: dict[str, frozenset[str]] | None = None

    def reason(self, one: str, other: str) -> str:
        """Return why the money of one quantity is counted in another, or nothing.

        It is `bought` where the tier of the first supplies that of the second, directly or over others, and either
        rests on the other by rules, or the second rests on what the first is computed from at the buying tier; `part`
        where both size one tier and the first rests on the second. What is bought for what is counted in another is
        counted there, and so is a part of what another is computed from as a whole.

        Args:
            one: a quantity that sizes a tier by money.
            other: another one, in the same currency.
        """
        if one not in self._holders:
            self._holders[one] = self._found(one)
        return self._holders[one].get(other, "")

    def _found(self, one: str) -> dict[str, str]:
        """Return every quantity that holds the money of one, over others too."""
        found: dict[str, str] = {}
        queue = deque([one])
        while queue:
            current = queue.popleft()
            as_part = found.get(current) == "part"
            for other in self.roster.money(one):
                reason = "" if other in (one, *found) else self._direct(current, other)
                if not reason or (as_part and not self._is_whole(current, other)):
                    continue
                found[other] = reason if current == one else "bought"
                queue.append(other)
        return found

    def _direct(self, one: str, other: str) -> str:
        quantities = self.roster.program.quantities
        tier, holder = quantities[one].tier, quantities[other].tier
        if tier == holder:
            return "part" if other in self._below(one) else ""
        if self._buyers is None:
            self._buyers = _buyers(self.roster.program)
        if holder not in self._buyers.get(tier, ()) or tier in self._buyers.get(holder, ()):
            return ""
        mine, theirs = self._below(one), self._below(other)
        return "bought" if one in theirs or other in mine or self._nearest(one, holder) & theirs else ""

    def _is_whole(self, one: str, other: str) -> bool:
        """Return whether a quantity is computed from all of another, not from some other part of the tier."""
        return one in self._nearest(other, self.roster.program.quantities[one].tier)

    def _nearest(self, name: str, tier: str) -> frozenset[str]:
        """Return what sizes a tier and a quantity rests on, with nothing else that sizes the tier between them."""
        if (name, tier) not in self._firsts:
            self._firsts[name, tier] = _nearest(self.roster.program, name, tier, self.variants)
        return self._firsts[name, tier]

    def _below(self, name: str) -> frozenset[str]:
        if name not in self._rests:
            self._rests[name] = _rests_on(self.roster.program, name, self.variants)
        return self._rests[name]


def _rests_on(program: CompiledProgram, name: str, variants: Mapping[str, str]) -> frozenset[str]:
    """Return the quantities that a quantity rests on by its rules, itself left out."""
    seen: set[str] = set()
    queue = deque([name])
    while queue:
        current = queue.popleft()
        for read in program.quantities[current].reads(variants.get(current, "")):
            if read not in seen:
                seen.add(read)
                queue.append(read)
    return frozenset(seen - {name})


def _nearest(program: CompiledProgram, name: str, tier: str, variants: Mapping[str, str]) -> frozenset[str]:
    """Return what sizes a tier and is met first on the ways that a quantity rests on."""
    seen: set[str] = set()
    found: set[str] = set()
    queue = deque([name])
    while queue:
        current = queue.popleft()
        for read in program.quantities[current].reads(variants.get(current, "")):
            if read not in seen:
                seen.add(read)
                quantity = program.quantities[read]
                (found.add if quantity.tier == tier and quantity.measure else queue.append)(read)
    return frozenset(found)


def _buyers(program: CompiledProgram) -> dict[str, frozenset[str]]:
    """Return the tiers that each tier supplies, directly or over others."""
    direct: dict[str, set[str]] = {}
    for edge in (e for e in program.chain.edges if not e.pulls):
        direct.setdefault(edge.source, set()).add(edge.target)
    found = {}
    for tier in direct:
        seen: set[str] = set()
        stack = [*direct[tier]]
        while stack:
            current = stack.pop()
            if current not in seen:
                seen.add(current)
                stack.extend(direct.get(current, ()))
        found[tier] = frozenset(seen)
    return found


def counted(rows: Iterable[ExposureRow], counting: Counting) -> list[ExposureRow]:
    """Return rows that say which others of the same answer hold their money; only amounts are counted."""
    rows = list(rows)
    amounts: dict[str, dict[str, ExposureRow]] = {}
    for row in rows:
        if row.has_amount:
            amounts.setdefault(row.driver, {})[row.quantity] = row
    marked = []
    for row in rows:
        others = amounts.get(row.driver, {}) if row.has_amount else {}
        rivals = [other for name, other in sorted(others.items()) if name != row.quantity]
        held = [(r, counting.reason(row.quantity, r.quantity)) for r in rivals if r.currency == row.currency]
        found = tuple(Counted(r.tier, r.quantity, reason) for r, reason in held if reason)
        marked.append(row if found == row.counted_in else replace(row, counted_in=found))
    return marked


def totals(rows: Sequence[ExposureRow], by: str, counting: Counting) -> tuple[Total, ...]:
    """Return the money of each company and driver over its tiers, in order (convention §11.7 to §11.9).

    Args:
        rows: the rows of one answer.
        by: one of `bullwhip.model.exposure.RANKINGS`.
        counting: which quantities hold the money of which others.
    """
    groups: dict[tuple[str, str], list[ExposureRow]] = {}
    for row in rows:
        groups.setdefault((row.company, row.driver), []).append(row)
    found = []
    for group in groups.values():
        currencies = sorted({r.currency for r in group if r.has_amount}) or [""]
        found += [_total(counted(group, counting), currency) for currency in currencies]
    found.sort(key=lambda t: _order(t, by))
    return tuple(replace(t, rank=i) for i, t in enumerate(found, 1))


def _total(group: list[ExposureRow], currency: str) -> Total:
    first = group[0]
    known = [r for r in group if r.has_amount and r.currency == currency]
    parts = _apart(known)
    unknown = [r for r in group if _is_unknown(r, group)]
    bounded = [r for r in known if None in r.amount]  # of one left out too: it can be more than what it was left for
    more = unknown + bounded
    sum_ = _sum([(_printed(r.amount), r.scale) for r in parts])
    signs = {_sign(r.elasticity) for r in more}
    ways = {_sign(end) for end in sum_ if end is not None}
    weight = _sum([(r.weight.effect if r.weight is not None else NONE, Fraction(1)) for r in parts])
    return Total(
        0, first.company, first.label, first.driver, first.driver_label, currency,
        NONE if more else sum_, sum_, bool(more) and len(ways) == 1 and None not in signs and signs <= ways | {0},
        NONE if more else weight, _names(parts), _names([r for r in known if r not in parts]), _names(unknown),
        _sum([(r.amount, r.scale) for r in known]),
        max((r.elasticity for r in group if r.elasticity is not None), key=abs, default=None),
        min(len(r.path) for r in group), _names(bounded), _names([r for r in parts if r.value_bound == "~"]),
    )  # fmt: skip


def _sign(number: Fraction | None) -> int | None:
    return None if number is None else (number > 0) - (number < 0)


def _printed(ends: Pair) -> Pair:
    """Return a range, or twice the end that a bound gives."""
    low, high = ends
    return (high, high) if low is None else (low, low) if high is None else ends


def _apart(rows: list[ExposureRow]) -> list[ExposureRow]:
    """Return the rows with the greatest sum of which none holds money of another, in their order."""
    largest = sorted(range(len(rows)), key=lambda k: (*largest_first(sure_of(rows[k].amount), rows[k].scale), k))
    some = largest[:_SEARCHED]  # beyond them the largest goes first
    held = {k: {j for j in some if _holds(rows[j], rows[k]) or _holds(rows[k], rows[j])} for k in largest}
    size = {k: abs((sure_of(rows[k].amount) or _ZERO) * rows[k].scale) for k in largest}
    chosen = set(_greatest(some, held, size)[1])
    for k in largest[_SEARCHED:]:
        if not any(_holds(rows[j], rows[k]) or _holds(rows[k], rows[j]) for j in chosen):
            chosen.add(k)
    return [row for k, row in enumerate(rows) if k in chosen]


def _greatest(
    some: list[int], held: Mapping[int, set[int]], size: Mapping[int, Fraction]
) -> tuple[Fraction, tuple[int, ...]]:
    """Return the greatest sum of rows that are apart, and the rows."""
    if not some:
        return _ZERO, ()
    first, rest = some[0], some[1:]
    total, chosen = _greatest([k for k in rest if k not in held[first]], held, size)
    taken = total + size[first], (first, *chosen)
    if not held[first]:
        return taken
    other = _greatest(rest, held, size)
    return other if other[0] > taken[0] else taken


def _holds(one: ExposureRow, other: ExposureRow) -> bool:
    return any(c.quantity == one.quantity for c in other.counted_in)


def _sum(parts: list[tuple[Pair, Fraction]]) -> Pair:
    """Return the sum of ranges, each at its scale; nothing where one of them is unknown or there is none."""
    low = high = _ZERO
    for (least, most), scale in parts:
        if least is None or most is None:
            return NONE
        low, high = low + least * scale, high + most * scale
    return (low, high) if parts else NONE


def _is_unknown(row: ExposureRow, group: list[ExposureRow]) -> bool:
    """Return whether a row is a part whose amount nobody knows, and not another measure of a tier that is known."""
    if row.has_amount:
        return False
    return row.currency != "" or not any(r.has_amount and r.tier == row.tier for r in group)


def _names(rows: Iterable[ExposureRow]) -> tuple[str, ...]:
    return tuple(index_text(r.quantity, r.index) for r in rows)


def _order(total: Total, by: str) -> tuple[object, ...]:
    size: Pair = total.known
    measures = {
        "elasticity": largest_first(total.elasticity),
        "value": (total.currency or "\U0010ffff", *largest_first(sure_of(size))),
        "weight": largest_first(sure_of(total.weight_effect)),
        "reach": (total.reach,),
    }
    first = measures.pop(by)
    rest = ("weight", "elasticity", "value", "reach") if by == "weight" else ("elasticity", "value", "reach")
    return first, *(measures[n] for n in rest if n in measures), total.company, total.driver, total.currency
