"""The records of a program, looked up for answers that are worked out without its graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bullwhip.model.chain import Company, Supply
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.comparable import amount_text, comparable
from bullwhip.model.entity import Mention
from bullwhip.model.period import read_year
from bullwhip.model.program import CompiledProgram

__all__ = ["Given", "Records", "Row", "agreement", "ends", "names", "row", "status", "text", "wanted"]

Row = tuple[str | None, ...]
Given = dict[str, list[str]]
"""Parameters as given, by name."""


def text(value: Any) -> str | None:
    """Return a value as an answer shows it: an absent or empty one is None."""
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def row(*values: Any) -> Row:
    """Return a row of an answer."""
    return tuple(text(v) for v in values)


def names(thing: Any) -> tuple[str, str]:
    """Return the Chinese and the English name of a thing."""
    return thing.label.zh, thing.label.en


@dataclass
class Records:
    """The records of a program, looked up by id."""

    program: CompiledProgram
    kept: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look the things up by id."""
        chain = self.program.chain
        self.chain, self.claims, self.quantities = chain, self.program.claims, self.program.quantities
        self.tiers = {t.id: t for t in chain.tiers}
        self.companies = {c.id: c for c in chain.companies}
        self.products = {p.id: p for p in chain.products}
        self.measures = {m.id: m for m in chain.measures}
        self.published = {d.id: d.published for d in self.program.documents}
        self.untimed = {m.id for m in chain.measures if not m.timed}
        self.suppliers = {(s.tier, s.company) for s in chain.supplies if s.role == "supplier"}
        self.by_id = {c.id: c for c in self.claims}

    def about(self, c: Claim) -> tuple[str, ...]:
        """Return what a claim can be compared by."""
        return comparable(c, self.untimed)

    @cached_property
    def named(self) -> tuple[Supply | Mention, ...]:
        """Return the statements that name a company, at a tier or under another heading."""
        return (*self.chain.supplies, *self.chain.mentions)

    @cached_property
    def pairs(self) -> dict[str, list[Claim]]:
        """Return the claims by what they can be compared by."""
        found: dict[str, list[Claim]] = {}
        for c in self.claims:
            for about in self.about(c):
                found.setdefault(about, []).append(c)
        return found

    @cached_property
    def selected(self) -> set[str]:
        """Return the ids of the claims that give a cell its value."""
        return {c for given in self.program.given.values() for c in given.claims}

    def firms_at(self, tier: str) -> list[Company]:
        """Return the suppliers of a tier."""
        return [self.companies[c] for t, c in sorted(self.suppliers) if t == tier]

    def units_of(self, company: str) -> list[Company]:
        """Return a company and all that belongs to it, at any depth."""
        found = [company]
        for name in found:
            found += [c.id for c in self.chain.companies if c.parent == name and c.id not in found]
        return [self.companies[c] for c in found]

    def wholes_of(self, company: str) -> list[str]:
        """Return what a company belongs to: its parent, the parent of that, and so on."""
        found = []
        while company := self.companies[company].parent:
            found.append(company)
        return found

    def behind(self, quantity: str) -> set[str]:
        """Return a quantity and all that its rule reads, directly or not."""
        known: set[str] | None = self.kept.get(quantity)
        if known is not None:
            return known
        found, todo = set[str](), [quantity]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self.quantities[name].inputs
        self.kept[quantity] = found
        return found

    def entity_id(self, entity: str) -> str:
        """Return the id of a thing without its kind."""
        return entity.partition("/")[2]


def status(c: Claim) -> str:
    """Return the status of a claim in full."""
    return STATUS.get(c.status, c.status)


def ends(c: Claim) -> str:
    """Return the last day of the period of a claim."""
    year = read_year(c.period)
    return f"{year}-12-31" if year is not None else c.period_end


def agreement(a: Claim, b: Claim) -> str | None:
    """Return whether two claims print the same amount, where both print one."""
    one, other = amount_text(a), amount_text(b)
    return ("same" if one == other else "different") if one and other else None


def wanted(given: Given, name: str, value: str) -> bool:
    """Return whether a value is one of those asked for, or nothing is asked for."""
    return name not in given or value in given[name]
