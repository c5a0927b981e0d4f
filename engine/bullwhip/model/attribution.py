"""What `diff` answers: what differs between two sides, what changes with it, and which part of each change is whose."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bullwhip.model.answer import Source, as_number, exact_text
from bullwhip.model.claim import Index
from bullwhip.model.label import Label
from bullwhip.model.shown import Shown

__all__ = ["Change", "Choice", "Difference", "Moved", "Term"]


def _ends(a: Fraction | None, b: Fraction | None, exact: bool = True) -> dict[str, Any]:
    return {"a": as_number(a), "a_exact": exact_text(a, exact), "b": as_number(b), "b_exact": exact_text(b, exact)}


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell whose value differs between the sides, or that one side sets."""

    quantity: str
    index: Index
    period_a: int | None
    period_b: int | None
    a: Fraction | None
    """None where it is unknown at that side."""
    b: Fraction | None
    unit: str
    sources_a: tuple[Source, ...] = field(default=(), repr=False)
    """Where the value of side A comes from; empty where a rule gives it."""
    sources_b: tuple[Source, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "index": dict(self.index), "period_a": self.period_a, "period_b": self.period_b,
            "unit": self.unit, **_ends(self.a, self.b), "sources_a": [s.as_dict() for s in self.sources_a],
            "sources_b": [s.as_dict() for s in self.sources_b],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule of which the sides choose different variants; an empty name is the rule as it stands."""

    quantity: str
    variant_a: str
    variant_b: str
    rule_a: str
    rule_b: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "variant_a": self.variant_a or None, "variant_b": self.variant_b or None,
            "rule_a": self.rule_a, "rule_b": self.rule_b,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """The part of a difference that is due to one driver, or to one rule's variant."""

    kind: str
    """`driver`, `rule`, or `level` for a cell whose rules on the two sides cannot be read alike."""
    quantity: str
    index: Index
    label: Label
    amount: Fraction
    """In the unit of the quantity that is explained."""
    part: Fraction | None
    """Of the whole difference; None where that is zero."""
    cells: tuple[Moved, ...]
    choice: Choice | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": self.kind, "quantity": self.quantity, "index": dict(self.index), "label_zh": self.label.zh,
            "label_en": self.label.en, "amount": as_number(self.amount), "amount_exact": exact_text(self.amount),
            "part": as_number(self.part), "part_exact": exact_text(self.part),
            "cells": [c.as_dict() for c in self.cells],
            "variants": None if self.choice is None else self.choice.as_dict(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A quantity on both sides, and its difference, split where that was asked for."""

    quantity: str
    label: Label
    index: Index
    period_a: int | None
    period_b: int | None
    unit: str
    a: Fraction | None
    b: Fraction | None
    exact: bool
    """Whether no value was rounded to 60 digits on the way; the terms add up in any case."""
    missing_a: tuple[str, ...] = ()
    """Inputs without a value, why side A is unknown."""
    missing_b: tuple[str, ...] = ()
    terms: tuple[Term, ...] | None = None
    """None where no split was asked for, or there is none; `note` says why."""
    method: str = ""
    """`shapley` or `orders`; empty without terms."""
    orders: int = 0
    """For `orders`, over how many orders the mean was taken."""
    note: str = ""

    @property
    def difference(self) -> Fraction | None:
        """B less A; None where either is unknown."""
        return None if self.a is None or self.b is None else self.b - self.a

    @property
    def relative(self) -> Fraction | None:
        """The difference over the absolute value at A; None where that is zero or unknown."""
        difference = self.difference
        return None if difference is None or not self.a else difference / abs(self.a)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "label_zh": self.label.zh, "label_en": self.label.en,
            "index": dict(self.index), "period_a": self.period_a, "period_b": self.period_b, "unit": self.unit,
            **_ends(self.a, self.b, self.exact), "difference": as_number(self.difference),
            "difference_exact": exact_text(self.difference, self.exact), "relative": as_number(self.relative),
            "relative_exact": exact_text(self.relative, self.exact), "exact": self.exact,
            "missing_a": list(self.missing_a), "missing_b": list(self.missing_b),
            "terms": None if self.terms is None else [t.as_dict() for t in self.terms],
            "method": self.method or None, "orders": self.orders or None, "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference(Shown):
    """Two sides of one kind, what is different in them, and what comes of it."""

    kind: str
    """`scenarios`, `periods` or `vintages`."""
    a: str
    b: str
    by: str
    """What moves as one: `driver`, `cell` or `quantity`."""
    drivers: tuple[Moved, ...]
    rules: tuple[Choice, ...]
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": self.kind, "a": self.a, "b": self.b, "by": self.by, "drivers": [d.as_dict() for d in self.drivers],
            "rules": [r.as_dict() for r in self.rules], "changes": [c.as_dict() for c in self.changes],
        }  # fmt: skip
