"""Exposure: which companies a driver reaches, through which edges, and by how much (convention §11).

A company is exposed through a tier it supplies. The tier is sized by quantities; the response of such a quantity to
the driver, times the company's printed share of it, is the company's exposure. A share that nobody printed leaves the
amount unknown; it never makes it zero.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache

from bullwhip.model.answer import ExposureRow, Pair, PathStep, Source, claim_source
from bullwhip.model.chain import Company, Share, Supply, Tier
from bullwhip.model.claim import Claim
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.units import UnitError, Vocabulary, show

__all__ = [
    "NONE",
    "Reached",
    "Roster",
    "dimension_text",
    "largest_first",
    "ordered",
    "reached_path",
    "reached_paths",
    "scaled",
    "sizing_cells",
    "span",
    "sure_of",
]

_MONEY = re.compile(r"\bmoney_([a-z]{3})\b")
NONE: Pair = (None, None)
"""A range of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A sizing quantity that the driver reaches: its value, its response to 1 %, and the way to it."""

    position: int
    value: Fraction | None
    elasticity: Fraction | None
    effect: Fraction | None
    path: tuple[PathStep, ...]
    formula: str
    """The expression that defines it, in the chosen variant."""
    sides: Pair | None = None
    """The elasticity to the left and to the right, at a kink."""
    reason: str = ""
    """Why the elasticity is not known."""
    exact: bool = True


def sizing_cells(program: CompiledProgram, period: int | None, chosen: Mapping[str, str]) -> list[int]:
    """Return the cells of the quantities that size a tier, at a period; those without periods always count.

    Args:
        program: the compiled program.
        period: the period asked for.
        chosen: members to keep, by dimension.
    """
    cells = []
    for position, cell in enumerate(program.cells):
        quantity = program.quantities[cell.quantity]
        if not quantity.tier or not quantity.measure or cell.period not in (None, period):
            continue
        if all(chosen.get(d, m) == m for d, m in cell.index):
            cells.append(position)
    return cells


def reached_path(
    program: CompiledProgram, drivers: Iterable[str], target: str, variants: Mapping[str, str]
) -> tuple[PathStep, ...] | None:
    """Return the shortest way from a driver to a quantity along rules, or None when there is none.

    Args:
        program: the compiled program.
        drivers: quantities to start from.
        target: the quantity to reach.
        variants: the chosen variant of each rule that has one chosen.
    """
    return reached_paths(program, [drivers], target, variants)[0]


def reached_paths(
    program: CompiledProgram, drivers: Iterable[Iterable[str]], target: str, variants: Mapping[str, str]
) -> list[tuple[PathStep, ...] | None]:
    """Return the shortest way from each of some groups of drivers to a quantity, in one search; see `reached_path`."""
    groups = [set(some) for some in drivers]
    nearest: list[str | None] = [None] * len(groups)
    group_of: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for name in group:
            group_of.setdefault(name, []).append(number)
    waiting = len(groups)
    came: dict[str, str] = {}
    queue = deque([target])
    seen = {target}
    while queue and waiting:
        name = queue.popleft()
        for number in group_of.get(name, ()):
            if nearest[number] is None:
                nearest[number] = name
                waiting -= 1
        for read in program.quantities[name].reads(variants.get(name, "")):
            if read not in seen:
                seen.add(read)
                came[read] = name
                queue.append(read)
    return [None if start is None else _way(program, came, start, target) for start in nearest]


def _way(program: CompiledProgram, came: Mapping[str, str], start: str, target: str) -> tuple[PathStep, ...]:
    steps = []
    name = start
    while name != target:
        user = came[name]
        steps.append(PathStep(name, user, user, program.quantities[user].edge))
        name = user
    return tuple(steps)


@dataclass(frozen=True)
class Roster:
    """Who supplies which tier, as a program says it, read once for many answers."""

    program: CompiledProgram
    supplies: Mapping[tuple[str, str], Sequence[Supply]]
    """The statements that a company supplies a tier."""
    shares: Mapping[tuple[str, str], Sequence[Share]]
    """What is printed of a company's share of a tier."""
    companies: Mapping[str, Company]
    tiers: Mapping[str, Tier]
    claims: Mapping[str, Claim]
    published: Mapping[str, str]
    _currencies: dict[str, tuple[str, Fraction]] = field(default_factory=dict)
    _sources: dict[tuple[str, str, str], tuple[Source, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, program: CompiledProgram) -> Roster:
        """Return the roster of a program."""
        supplies: dict[tuple[str, str], list[Supply]] = {}
        for supply in program.chain.supplies:
            if supply.role == "supplier":
                supplies.setdefault((supply.company, supply.tier), []).append(supply)
        shares: dict[tuple[str, str], list[Share]] = {}
        for printed in program.chain.shares:
            shares.setdefault((printed.company, printed.tier), []).append(printed)
        return cls(
            program, supplies, shares, {c.id: c for c in program.chain.companies},
            {t.id: t for t in program.chain.tiers}, {c.id: c for c in program.claims},
            {d.id: d.published for d in program.documents},
        )  # fmt: skip

    def currency(self, quantity: str) -> tuple[str, Fraction]:
        """Return the currency of a quantity that sizes a tier by money, and what one unit of it is; else nothing."""
        if quantity not in self._currencies:
            what = self.program.quantities[quantity]
            found = "" if what.measure != "revenue" else dimension_text(self.program, what.unit)
            self._currencies[quantity] = found, self.program.factors[quantity]
        return self._currencies[quantity]

    def money(self, quantity: str) -> list[str]:
        """Return the quantities that size a tier by money of the same currency, in the order of their ids."""
        currency = self.currency(quantity)[0]
        some = (q for q in self.program.quantities.values() if q.tier and q.measure == "revenue")
        return sorted(q.id for q in some if self.currency(q.id)[0] == currency)

    def rows(self, reached: Iterable[Reached], driver: str, label: Label, company: str = "") -> list[ExposureRow]:
        """Return one row for each company, tier and quantity that a driver reaches, without rank and in no order.

        A tier with several sizing quantities answers with its primary one; others appear for companies whose printed
        share is a share of them.

        Args:
            reached: what the driver reaches.
            driver: what the driver is called.
            label: its names.
            company: keep to one company.
        """
        at: dict[str, list[Reached]] = {}
        for each in reached:
            at.setdefault(self.program.quantities[self.program.cells[each.position].quantity].tier, []).append(each)
        rows = []
        for (firm, tier), statements in self.supplies.items():
            if tier in at and company in ("", firm):
                known = self.shares.get((firm, tier), [])
                for each, share in _chosen(self.program, at[tier], known, statements):
                    rows.append(self._row(firm, tier, each, share, (driver, label)))
        return rows

    def _row(
        self, company: str, tier: str, each: Reached, share: Share | None, driver: tuple[str, Label]
    ) -> ExposureRow:
        cell = self.program.cells[each.position]
        quantity = self.program.quantities[cell.quantity]
        firm = self.companies[company]
        value, value_range = _amount(quantity, each, share)
        currency, scale = self.currency(quantity.id)
        shown = (share.value, (share.low, share.high), share.limit, share.period) if share else (None, NONE, "", "")
        return ExposureRow(
            0, company, firm.label, firm.ticker, tier, self.tiers[tier].label, quantity.id, cell.index,
            (*each.path, PathStep(cell.quantity, company, "supplies", None)), each.elasticity, each.value,
            quantity.unit, each.effect, *shown, value, value_range, each.formula, quantity.source,
            self._sources_of(company, tier, share), *driver, measure=quantity.measure, currency=currency, scale=scale,
            sides=each.sides, reason=each.reason, exact=each.exact, position=each.position,
            share_claim=share.claim if share else "",
        )  # fmt: skip

    def _sources_of(self, company: str, tier: str, share: Share | None) -> tuple[Source, ...]:
        key = company, tier, "" if share is None else f"{share.claim} {share.quantity}"
        if key not in self._sources:
            found = _sources(self.supplies[company, tier], share, self.claims, self.published)
            self._sources[key] = found
        return self._sources[key]


def dimension_text(program: CompiledProgram, unit: str) -> str:
    """Return the dimension of a unit as text, the currency of an amount of money.

    >>> from bullwhip import Workspace
    >>> dimension_text(Workspace.open().program, "亿 CNY")
    'CNY'
    """
    try:
        dimension = _base().parse(unit).dimension
    except UnitError:  # it speaks of counted things of the workspace; money seldom does
        counts = {name: spellings for name, _, spellings in program.header.counts}
        dimension = Vocabulary.with_counts(counts).parse(unit).dimension
    return _MONEY.sub(lambda m: m[1].upper(), show(dimension))


@cache
def _base() -> Vocabulary:
    return Vocabulary.with_counts({})


def _amount(quantity: Quantity, each: Reached, share: Share | None) -> tuple[Fraction | None, Pair]:
    """Return the money per 1 % of the driver, or the range that a printed range or bound of shares leaves."""
    if quantity.measure != "revenue" or share is None or share.quantity != quantity.id or each.effect is None:
        return None, NONE
    low, high = scaled(span(share.value, (share.low, share.high), share.limit), each.effect)
    return (low, NONE) if low == high else (None, (low, high))


def span(value: Fraction | None, ends: Pair, bound: str) -> Pair:
    """Return the least and the greatest share that a print allows; nothing above a lower bound is said.

    Args:
        value: the share as printed, or None where a range is printed.
        ends: the ends of that range.
        bound: the sign beside it, or empty.

    >>> span(Fraction(1, 2), NONE, ">"), span(Fraction(1, 10), NONE, "<="), span(Fraction(1, 2), NONE, "~")
    ((Fraction(1, 2), None), (Fraction(0, 1), Fraction(1, 10)), (Fraction(1, 2), Fraction(1, 2)))
    """
    low, high = ends if value is None else (value, value)
    if bound.startswith(">"):
        return low, None
    return (Fraction(0) if bound.startswith("<") and high is not None else low), high


def scaled(ends: Pair, factor: Fraction) -> Pair:
    """Return a range times a number; an open end stays open, unless the number is zero.

    >>> scaled((Fraction(2), None), Fraction(-3))
    (None, Fraction(-6, 1))
    """
    if factor == 0 and ends != NONE:
        return Fraction(0), Fraction(0)
    low, high = (None if end is None else end * factor for end in ends)
    return (high, low) if factor < 0 else (low, high)


def ordered(rows: Iterable[ExposureRow], by: str = "elasticity") -> tuple[ExposureRow, ...]:
    """Return rows with their ranks, most exposed first (convention §11.9).

    Args:
        rows: rows of one answer.
        by: one of `bullwhip.model.exposure.RANKINGS`.
    """
    placed = sorted(rows, key=lambda r: _order(r, by))
    return tuple(replace(r, rank=i) for i, r in enumerate(placed, 1))


def _order(row: ExposureRow, by: str) -> tuple[object, ...]:
    """Return where a row stands: the chosen measure first, then the others, then names, so that no two are equal."""
    effect = row.weight.effect if row.weight is not None else NONE
    measures = {
        "elasticity": largest_first(row.elasticity if row.sides is None else sure_of(row.sides)),
        "value": (
            row.currency if row.has_amount else "\U0010ffff",
            *largest_first(sure_of(row.amount), row.scale),
        ),
        "weight": largest_first(sure_of(effect)),
        "reach": (len(row.path),),
    }
    rest = ("elasticity", "value", "reach") if by != "weight" else ("weight", "elasticity", "value", "reach")
    first = measures.pop(by)
    others = [measures[name] for name in rest if name in measures]
    return first, *others, row.tier, row.company, row.driver, index_text(row.quantity, row.index)


def sure_of(ends: Pair) -> Fraction | None:
    """Return the end of a range that lies nearer to zero: so much in any case.

    >>> sure_of((Fraction(2), None)), sure_of((None, Fraction(-2)))
    (Fraction(2, 1), Fraction(-2, 1))
    """
    low, high = ends
    if low is None or high is None:  # an end towards zero bounds nothing
        return next((end for end, away in ((low, 1), (high, -1)) if end is not None and end * away > 0), None)
    return min(low, high, key=abs)


def largest_first(size: Fraction | None, scale: Fraction = Fraction(1)) -> tuple[bool, Fraction]:
    """Return a key that puts the farthest from zero first and unknown last."""
    return size is None, -abs(size * scale) if size is not None else Fraction(0)


def _chosen(
    program: CompiledProgram, here: list[Reached], shares: Sequence[Share], statements: Sequence[Supply]
) -> list[tuple[Reached, Share | None]]:
    """Choose which sizing quantities of a tier answer for a company, with the share that applies to each."""
    if not here:
        return []
    by_quantity: dict[str, list[Reached]] = {}
    for each in here:
        by_quantity.setdefault(program.cells[each.position].quantity, []).append(each)
    names = sorted(by_quantity, key=lambda n: _preference(program.quantities[n]))
    chosen = [names[0], *(n for n in names[1:] if any(s.quantity == n for s in shares))]
    pairs: list[tuple[Reached, Share | None]] = []
    for name in chosen:
        share = next((s for s in shares if s.quantity == name), None)
        if share is None and name == names[0]:
            share = next((s for s in shares if not s.quantity), None)  # a share of a market the model does not size
        reading = _reading(program, by_quantity[name], statements)
        if reading is not None:
            pairs.append((reading, share))
    return pairs


def _preference(quantity: Quantity) -> tuple[bool, bool, str]:
    return not quantity.primary, quantity.measure != "revenue", quantity.id


def _reading(program: CompiledProgram, cells: list[Reached], statements: Sequence[Supply]) -> Reached | None:
    """Choose one reading among those that the statements about a company leave, the first with a known value.

    A company that is named for some members of a dimension, such as chips of foreign origin, is not exposed through
    another one, also where other statements name no member: then there is no reading, None.
    """
    named: dict[str, set[str]] = {}
    for dimension, member in (pair for s in statements for pair in s.index):
        named.setdefault(dimension, set()).add(member)
    fitting = [
        c for c in cells if all(member in named.get(d, {member}) for d, member in program.cells[c.position].index)
    ]
    return next((c for c in fitting if c.value is not None), fitting[0] if fitting else None)


def _sources(
    statements: Sequence[Supply], share: Share | None, claims: Mapping[str, Claim], published: Mapping[str, str]
) -> tuple[Source, ...]:
    found = []
    if share is not None:
        claim = claims[share.claim]
        found.append(claim_source(claim, f"share of {share.quantity or share.tier}", published.get(claim.document, "")))
    seen = set()
    for s in statements:
        if (s.document, s.locator, s.segment) not in seen:
            seen.add((s.document, s.locator, s.segment))
            date = published.get(s.document, "")
            found.append(
                Source(
                    "supply",
                    s.tier,
                    s.document,
                    s.locator,
                    s.segment,
                    "",
                    s.note,
                    "",
                    "",
                    date,
                    s.line,
                    s.stance,
                )
            )
    return tuple(found)
