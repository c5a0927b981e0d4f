"""Exposure: which companies a driver reaches, through which edges, and by how much (convention §11).

A company is exposed through a tier it supplies. The tier is sized by quantities; the response of such a quantity to
the driver, times the company's printed share of it, is the company's exposure. A share that nobody printed leaves the
amount unknown; it never makes it zero.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from bullwhip.model.answer import ExposureRow, PathStep, Source, claim_source
from bullwhip.model.chain import Share, Supply
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text

__all__ = ["Reached", "rank", "reached_path", "reached_paths", "sizing_cells"]


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


def rank(program: CompiledProgram, reached: list[Reached]) -> tuple[ExposureRow, ...]:
    """Return one row for each company, tier and quantity, most exposed first.

    Rows are ordered by elasticity, which is comparable across units; then, within a currency, by money. Unknown comes
    last. A tier with several sizing quantities answers with its primary one; others appear for companies whose
    printed share is a share of them.
    """
    tiers = {t.id: t for t in program.chain.tiers}
    companies = {c.id: c for c in program.chain.companies}
    claims = {c.id: c for c in program.claims}
    published = {d.id: d.published for d in program.documents}
    supplies: dict[tuple[str, str], list[Supply]] = {}
    for supply in program.chain.supplies:
        if supply.role == "supplier":
            supplies.setdefault((supply.company, supply.tier), []).append(supply)
    shares: dict[tuple[str, str], list[Share]] = {}
    for printed in program.chain.shares:
        shares.setdefault((printed.company, printed.tier), []).append(printed)
    rows = []
    for (company, tier), statements in supplies.items():
        here = [r for r in reached if program.quantities[program.cells[r.position].quantity].tier == tier]
        known = shares.get((company, tier), [])
        for each, share in _chosen(program, here, known, statements):
            cell = program.cells[each.position]
            quantity = program.quantities[cell.quantity]
            row = _row(quantity, each, share)
            last = PathStep(cell.quantity, company, "supplies", None)
            rows.append(
                replace(
                    row,
                    company=company,
                    label=companies[company].label,
                    ticker=companies[company].ticker,
                    tier=tier,
                    tier_label=tiers[tier].label,
                    index=cell.index,
                    path=(*each.path, last),
                    sources=_sources(statements, share, claims, published),
                )
            )
    rows.sort(key=_order)
    return tuple(replace(r, rank=i) for i, r in enumerate(rows, 1))


def _chosen(
    program: CompiledProgram, here: list[Reached], shares: list[Share], statements: list[Supply]
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


def _reading(program: CompiledProgram, cells: list[Reached], statements: list[Supply]) -> Reached | None:
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


def _row(quantity: Quantity, each: Reached, share: Share | None) -> ExposureRow:
    from bullwhip.model.label import Label

    none: tuple[Fraction | None, Fraction | None] = (None, None)
    money = quantity.measure == "revenue" and share is not None and share.quantity == quantity.id
    value, value_range = None, none
    if money and share is not None and each.effect is not None:
        value = None if share.value is None else share.value * each.effect
        if share.low is not None and share.high is not None:
            ends = sorted((share.low * each.effect, share.high * each.effect))
            value_range = (ends[0], ends[1])
    return ExposureRow(
        0, "", Label(), "", "", Label(), quantity.id, (), (), each.elasticity, each.value, quantity.unit, each.effect,
        share.value if share else None, (share.low, share.high) if share else none, share.bound if share else "",
        share.period if share else "", value, value_range, each.formula, quantity.source, (),
    )  # fmt: skip


def _sources(
    statements: list[Supply], share: Share | None, claims: Mapping[str, Claim], published: Mapping[str, str]
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


def _order(row: ExposureRow) -> tuple[object, ...]:
    size = row.value if row.value is not None else row.value_range[0]
    return (
        row.elasticity is None, -abs(row.elasticity or Fraction(0)), size is None,
        row.unit if size is not None else "", -abs(size or Fraction(0)), len(row.path), row.tier, row.company,
        index_text(row.quantity, row.index),
    )  # fmt: skip
