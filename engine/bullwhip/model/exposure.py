"""What exposure answers hold beside their rows: weights, totals, paths with their effects, contributions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.model.answer import PathStep, Source, as_number, exact_text
from bullwhip.model.label import Label
from bullwhip.model.shown import Shown

if TYPE_CHECKING:
    from bullwhip.model.answer import ExposureRow

__all__ = [
    "RANKINGS",
    "CompanyExposure",
    "Counted",
    "EdgeEffect",
    "PathEffect",
    "SourceEffect",
    "Total",
    "Weight",
]

Range = tuple[Fraction | None, Fraction | None]
"""Least and greatest of what a printed range leaves open; the same number twice where it leaves nothing open."""

RANKINGS = {
    "elasticity": "how strongly the quantity behind it answers, in percent per percent",
    "value": "money per +1 % of the driver, currency by currency",
    "weight": "the company's own revenue that moves, in percent per +1 % of the driver",
    "reach": "how few rules lie between",
}
"""What rows and totals can be ordered by; unknown comes last, ties go by the others in this order."""


@dataclass(frozen=True, slots=True)
class Weight:
    """The part of a company's own printed revenue that stands in a tier."""

    part: Range
    """Share times the tier's revenue, over the company's own revenue."""
    effect: Range
    """Percent of the company's own revenue per +1 % of the driver: the part times the elasticity."""
    revenue: Fraction | None
    """The company's own revenue, in the unit of the row."""
    source: Source | None
    """The claim that prints it."""
    note: str = ""
    """Why there is none."""
    claim: str = ""
    """Id of that claim."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            **_ends("weight", self.part), **_ends("weight_effect", self.effect),
            "own_revenue": as_number(self.revenue), "own_revenue_exact": exact_text(self.revenue),
            "weight_claim": None if self.source is None else self.source.as_dict(), "weight_note": self.note or None,
        }  # fmt: skip


def _ends(name: str, ends: Range) -> dict[str, Any]:
    """Return a number that may be a range: one value, or its ends."""
    one = ends[0] if ends[0] == ends[1] else None
    low, high = ends if one is None else (None, None)
    return {
        name: as_number(one), f"{name}_low": as_number(low), f"{name}_high": as_number(high),
        f"{name}_exact": exact_text(one),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """Another row of the answer whose money holds that of this row: it was bought out of it, or is part of it."""

    tier: str
    quantity: str
    reason: str
    """`bought` where the tier supplies the other one, `part` at the same tier."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"tier": self.tier, "quantity": self.quantity, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class PathEffect:
    """One way from a driver to the quantity of a row, cell by cell, and what passes along it."""

    steps: tuple[PathStep, ...]
    elasticities: tuple[Fraction | None, ...]
    """The local elasticity of each step: of the cell to the one before it, all else held."""
    effect: Fraction | None
    """Their product: the elasticity that passes this way."""
    exact: bool = True
    """False where a number on the way was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "steps": [
                s.as_dict() | {"elasticity": as_number(e)} for s, e in zip(self.steps, self.elasticities, strict=True)
            ],
            "effect": as_number(self.effect), "effect_exact": exact_text(self.effect, self.exact),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class EdgeEffect:
    """What the answer loses where one rule no longer sees one quantity move."""

    source: str
    target: str
    """The rule that reads it."""
    edge: tuple[str, str] | None
    elasticity: Fraction | None
    """How much elasticity passes along it and is lost when it is cut."""
    share: Fraction | None
    """The same as a part of the whole elasticity."""
    value: Fraction | None
    """The money per +1 % that is lost."""
    exact: bool = True
    """False where a number on the way was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        edge = None if self.edge is None else {"from": self.edge[0], "to": self.edge[1]}
        return {
            "from": self.source, "to": self.target, "edge": edge, "elasticity": as_number(self.elasticity),
            "elasticity_exact": exact_text(self.elasticity, self.exact), "share": as_number(self.share),
            "value": as_number(self.value),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceEffect:
    """What a row becomes when one document is left out."""

    document: str
    elasticity: Fraction | None
    value: Fraction | None
    value_range: Range
    gone: bool
    """Whether the row is gone: the document alone says that the company supplies the tier."""
    inputs: tuple[tuple[str, str], ...]
    """Inputs that lose their fact, each with what stands in: another print, an assumption, or nothing."""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "document": self.document, "elasticity": as_number(self.elasticity),
            "elasticity_exact": exact_text(self.elasticity), "value": as_number(self.value),
            "value_low": as_number(self.value_range[0]), "value_high": as_number(self.value_range[1]),
            "value_exact": exact_text(self.value), "gone": self.gone,
            "inputs": [{"cell": cell, "stands_in": what} for cell, what in self.inputs], "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """The money of one company and driver over its tiers, in one currency; no money is in it twice."""

    rank: int
    company: str
    label: Label
    driver: str
    driver_label: Label
    currency: str
    """Empty where no amount is known."""
    value: Range
    """Both ends where every part is known and none has but a lower bound; None otherwise."""
    known: Range
    """The sum of the parts that are known, each at its bound where only that is printed."""
    at_least: bool
    """Whether the whole moves at least as far as the known parts: what is unknown moves the same way."""
    weight_effect: Range
    parts: tuple[str, ...]
    left_out: tuple[str, ...]
    """Rows whose money can be that of the parts."""
    unknown: tuple[str, ...]
    at_most: Range
    """The sum of all that is known: what was left out can be money of its own."""
    elasticity: Fraction | None
    """The strongest of its rows; what orders totals without amount."""
    reach: int
    """The length of the shortest path of its rows."""
    bounded: tuple[str, ...] = ()
    """Rows of which only a lower bound is printed; what is known of them is that bound, and there is no `at_most`."""
    approximate: tuple[str, ...] = ()
    """Parts whose share is printed as about so much."""

    @property
    def note(self) -> str:
        """What was left out or is not known, as sentences."""
        said = []
        if self.left_out:
            said.append(f"left out, because it can be the same money: {', '.join(self.left_out)}")
        if (self.unknown or self.bounded) and self.known[0] is not None:
            said.append("at least this, from the known parts" if self.at_least else "from the known parts only")
        elif self.unknown:
            said.append("exposed, amount unknown")
        if self.unknown and self.known[0] is not None:
            said.append(f"unknown: {', '.join(self.unknown)}")
        if self.bounded:
            said.append(f"printed as at least so much: {', '.join(self.bounded)}")
        if self.approximate:
            said.append(f"printed as about so much: {', '.join(self.approximate)}")
        return "; ".join(said)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "rank": self.rank, "company": self.company, "label_zh": self.label.zh, "label_en": self.label.en,
            "driver": self.driver, "currency": self.currency or None, **_ends("value", self.value),
            **_ends("known", self.known), "at_least": self.at_least,
            **_ends("at_most", self.at_most), **_ends("weight_effect", self.weight_effect),
            "elasticity": as_number(self.elasticity), "path_length": self.reach, "parts": list(self.parts),
            "left_out": list(self.left_out), "unknown": list(self.unknown),
            "bounded": list(self.bounded), "approximate": list(self.approximate), "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompanyExposure(Shown):
    """The ranked answer to which drivers a company is exposed to."""

    company: str
    label: Label
    ticker: str
    period: int | None
    scenario: str
    as_of: str
    by: str
    rows: tuple[ExposureRow, ...]
    totals: tuple[Total, ...]
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "company": self.company, "label_zh": self.label.zh, "label_en": self.label.en,
            "ticker": self.ticker or None, "period": self.period, "scenario": self.scenario,
            "as_of": self.as_of or None, "by": self.by, "notes": list(self.notes),
            "rows": [r.as_dict() for r in self.rows], "totals": [t.as_dict() for t in self.totals],
        }  # fmt: skip
