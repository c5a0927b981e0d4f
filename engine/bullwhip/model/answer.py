"""What the product answers: records with value, unit, sources and their documented JSON form (docs/json.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.model.claim import Claim, Index
from bullwhip.model.label import Label
from bullwhip.model.shown import Shown
from bullwhip.numbers import fraction_text

if TYPE_CHECKING:
    from bullwhip.model.exposure import Counted, EdgeEffect, PathEffect, SourceEffect, Total, Weight
    from bullwhip.model.kink import Kink

__all__ = [
    "Exposure",
    "ExposureRow",
    "Pair",
    "PathStep",
    "SecondOrder",
    "Sensitivity",
    "Source",
    "Value",
    "as_number",
    "claim_source",
]


def as_number(value: Fraction | None) -> int | float | None:
    """Return a JSON number: whole where the value is whole and below 2^53, else the nearest double; None is unknown.

    >>> as_number(Fraction(7, 2)), as_number(Fraction(4)), as_number(None)
    (3.5, 4, None)
    """
    if value is None:
        return None
    if value.denominator == 1 and abs(value.numerator) < 2**53:
        return value.numerator
    try:
        return float(value)
    except OverflowError:  # beyond 1.8e308: JSON has no such double, but it has the whole number
        return round(value)


def exact_text(value: Fraction | None, exact: bool = True) -> str | None:
    """Return the exact text of a value, or None where it is unknown or was rounded on the way."""
    return None if value is None or not exact else fraction_text(value)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: a printed claim, an assumption of the rule author, or a value set by the user."""

    kind: str
    """claim, assumption or set."""
    cell: str
    """The input it gives."""
    report: str = ""
    locator: str = ""
    row: str = ""
    column: str = ""
    lexical: str = ""
    unit: str = ""
    status: str = ""
    as_of: str = ""
    line: int = 0
    note: str = ""
    disputed_by: tuple[str, ...] = ()
    """What other claims print for the same cell."""
    bound: str = ""
    """One of `~ < <= > >=` where the print says so."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "kind": self.kind, "cell": self.cell, "report": self.report or None, "locator": self.locator or None,
            "row": self.row or None, "column": self.column or None, "lexical": self.lexical or None,
            "unit": self.unit or None, "status": self.status or None, "as_of": self.as_of or None,
            "line": self.line or None, "note": self.note or None, "disputed_by": list(self.disputed_by),
            "bound": self.bound or None,
        }  # fmt: skip

    def text(self) -> str:
        """Return the source in one line."""
        if self.kind != "claim":
            return f"{self.kind}: {self.note}" if self.note else self.kind
        where = " ".join(p for p in (self.report, self.locator, self.row, self.column) if p)
        return f"{where}: {self.bound}{self.lexical} {self.unit}".rstrip()


def claim_source(claim: Claim, cell: str, as_of: str, disputed_by: tuple[str, ...] = ()) -> Source:
    """Return the source record of a claim."""
    row, column = (claim.row, claim.column) if claim.table else (claim.subject, claim.measure)
    return Source("claim", cell, claim.document, claim.locator, row, column, claim.lexical, claim.unit, claim.status,
                  as_of, claim.line, "", disputed_by, claim.bound)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value(Shown):
    """A quantity at one index and period."""

    quantity: str
    label: Label
    index: Index
    period: int | None
    value: Fraction | None
    unit: str
    exact: bool
    scenario: str
    sources: tuple[Source, ...] = field(repr=False)
    missing: tuple[str, ...] = ()
    """Inputs without a value that this one needs; why it is unknown."""
    variant: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "index": dict(self.index), "period": self.period,
            "value": as_number(self.value), "exact": exact_text(self.value, self.exact), "unit": self.unit,
            "scenario": self.scenario, "sources": [s.as_dict() for s in self.sources],
            "label_zh": self.label.zh, "label_en": self.label.en, "missing": list(self.missing),
            "variant": self.variant or None,
        }  # fmt: skip


Pair = tuple[Fraction | None, Fraction | None]
"""A derivative and an elasticity."""


def _pair(side: Pair | None) -> dict[str, Any] | None:
    return None if side is None else {"derivative": as_number(side[0]), "elasticity": as_number(side[1])}


@dataclass(frozen=True, slots=True)
class SecondOrder:
    """How the response to a driver changes with another one: an entry of the Hessian, and the cross elasticity."""

    driver: str
    """The other driver; the same one for the second derivative by it."""
    driver_index: Index
    driver_unit: str
    derivative: Fraction | None
    elasticity: Fraction | None
    """The derivative of the elasticity to the one driver by the logarithm of the other."""
    left: Pair | None
    """With both drivers moving to the left, at a kink."""
    right: Pair | None
    derivative_form: str
    elasticity_form: str
    symbols: dict[str, str]
    note: str = ""
    """Why there is none."""
    exact: bool = True
    """False where a number on the way was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "driver": self.driver, "driver_index": dict(self.driver_index), "driver_unit": self.driver_unit,
            "derivative": as_number(self.derivative), "elasticity": as_number(self.elasticity),
            "derivative_exact": exact_text(self.derivative, self.exact),
            "elasticity_exact": exact_text(self.elasticity, self.exact),
            "left": _pair(self.left), "right": _pair(self.right), "derivative_form": self.derivative_form or None,
            "elasticity_form": self.elasticity_form or None, "symbols": self.symbols, "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sensitivity(Shown):
    """How a quantity answers a driver: derivative and elasticity, as numbers and as closed forms."""

    quantity: str
    index: Index
    period: int | None
    unit: str
    driver: str
    driver_index: Index
    driver_unit: str
    derivative: Fraction | None
    elasticity: Fraction | None
    left: Pair | None
    """Derivative and elasticity to the left, where they differ from those to the right."""
    right: Pair | None
    derivative_form: str
    elasticity_form: str
    symbols: dict[str, str]
    scenario: str
    note: str = ""
    second: tuple[SecondOrder, ...] | None = None
    """The same driver and every other one, in the order of the answers; None where not asked for."""
    kinks: tuple[Kink, ...] = ()
    """The kinks and jumps that the driver moves, with the values at which it takes them to another branch."""
    exact: bool = True
    """False where a value or a derivative on the way was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "index": dict(self.index), "period": self.period, "unit": self.unit,
            "driver": self.driver, "driver_index": dict(self.driver_index), "driver_unit": self.driver_unit,
            "derivative": as_number(self.derivative), "elasticity": as_number(self.elasticity),
            "derivative_exact": exact_text(self.derivative, self.exact),
            "elasticity_exact": exact_text(self.elasticity, self.exact),
            "left": _pair(self.left), "right": _pair(self.right), "derivative_form": self.derivative_form or None,
            "elasticity_form": self.elasticity_form or None, "symbols": self.symbols, "scenario": self.scenario,
            "note": self.note or None, "second": None if self.second is None else [s.as_dict() for s in self.second],
            "kinks": [k.as_dict() for k in self.kinks],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathStep:
    """One edge on the way from a driver to a company."""

    source: str
    target: str
    rule: str
    """The rule that carries the step, or `supplies` for the last one, from a quantity to the company."""
    edge: tuple[str, str] | None
    """The chain edge the rule sits on, in the direction of demand."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        edge = None if self.edge is None else {"from": self.edge[0], "to": self.edge[1]}
        return {"from": self.source, "to": self.target, "rule": self.rule, "edge": edge}


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """A company's exposure through one tier; None is unknown, never zero."""

    rank: int
    company: str
    label: Label
    ticker: str
    tier: str
    tier_label: Label
    quantity: str
    index: Index
    path: tuple[PathStep, ...]
    elasticity: Fraction | None
    market: Fraction | None
    """The quantity that sizes the tier."""
    unit: str
    effect: Fraction | None
    """Change of that quantity per 1 % of the driver."""
    share: Fraction | None
    share_range: tuple[Fraction | None, Fraction | None]
    share_bound: str
    share_period: str
    value: Fraction | None
    """Money per 1 % of the driver: share times effect, where the share and the money are known."""
    value_range: tuple[Fraction | None, Fraction | None]
    formula: str
    """The rule of the quantity, as authored."""
    formula_source: str
    sources: tuple[Source, ...] = field(repr=False)
    driver: str = ""
    driver_label: Label = field(default_factory=Label)
    measure: str = ""
    """revenue or volume: what the quantity sizes its tier by."""
    currency: str = ""
    """The currency of the amount, without scale, so that rows can be compared; empty where there is none."""
    scale: Fraction = Fraction(1)
    """What one unit of the row is in that currency."""
    sides: Pair | None = None
    """The elasticity to the left and to the right, where they differ."""
    reason: str = ""
    """Why the elasticity is not known."""
    exact: bool = True
    """False where elasticity or value rest on a number that was rounded to 60 digits."""
    weight: Weight | None = None
    """None where there is no amount to weigh."""
    position: int = -1
    """The cell of the quantity."""
    share_claim: str = ""
    """Id of the claim that prints the share."""
    counted_in: tuple[Counted, ...] = ()
    paths: tuple[PathEffect, ...] | None = None
    """The strongest ways from the driver, where asked for."""
    path_count: int | None = None
    """How many ways there are."""
    edges: tuple[EdgeEffect, ...] | None = None
    """What each edge carries, where asked for."""
    documents: tuple[SourceEffect, ...] | None = None
    """What the row becomes without each document, where asked for."""

    @property
    def amount(self) -> Pair:
        """The least and the greatest value; the same where the share is one number, None where nothing bounds it."""
        return (self.value, self.value) if self.value is not None else self.value_range

    @property
    def has_amount(self) -> bool:
        """Whether anything is known of the value: a number, a range, or one end of it."""
        return self.amount != (None, None)

    @property
    def value_bound(self) -> str:
        """How the printed share bounds the value, away from zero: at least, at most, or about so much."""
        return self.share_bound if any(self.amount) else ""

    @property
    def status(self) -> str:
        """What is known of the elasticity: known, unknown, or kink where it differs to both sides."""
        return "kink" if self.sides is not None else "unknown" if self.elasticity is None else "known"

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "rank": self.rank, "company": self.company, "label_zh": self.label.zh, "label_en": self.label.en,
            "ticker": self.ticker or None, "tier": self.tier, "quantity": self.quantity, "index": dict(self.index),
            "path": [s.as_dict() for s in self.path], "path_length": len(self.path),
            "elasticity": as_number(self.elasticity), "elasticity_exact": exact_text(self.elasticity, self.exact),
            "value": as_number(self.value), "value_low": as_number(self.value_range[0]),
            "value_high": as_number(self.value_range[1]), "value_exact": exact_text(self.value, self.exact),
            "value_bound": self.value_bound or None, "unit": self.unit,
            "share": as_number(self.share), "share_low": as_number(self.share_range[0]),
            "share_high": as_number(self.share_range[1]), "share_bound": self.share_bound or None,
            "share_period": self.share_period or None, "formula": self.formula or None,
            "formula_source": self.formula_source or None, "tier_value": as_number(self.market),
            "tier_effect": as_number(self.effect), "sources": [s.as_dict() for s in self.sources],
            "driver": self.driver, "measure": self.measure, "status": self.status, "reason": self.reason or None,
            "elasticity_left": as_number(self.sides[0]) if self.sides else None,
            "elasticity_right": as_number(self.sides[1]) if self.sides else None,
            **(_NO_WEIGHT if self.weight is None else self.weight.as_dict()),
            "counted_in": [c.as_dict() for c in self.counted_in],
            "paths": _listed(self.paths), "path_count": self.path_count, "edges": _listed(self.edges),
            "documents": _listed(self.documents),
        }  # fmt: skip


_NO_WEIGHT: dict[str, None] = dict.fromkeys((
    "weight", "weight_low", "weight_high", "weight_exact", "weight_effect", "weight_effect_low", "weight_effect_high",
    "weight_effect_exact", "own_revenue", "own_revenue_exact", "weight_claim", "weight_note",
))  # fmt: skip
"""The weight of a row without amount."""


def _listed(some: Sequence[PathEffect | EdgeEffect | SourceEffect] | None) -> list[dict[str, Any]] | None:
    return None if some is None else [one.as_dict() for one in some]


@dataclass(frozen=True, slots=True)
class Exposure(Shown):
    """The ranked answer to which companies are exposed to a driver."""

    driver: str
    driver_label: Label
    driver_index: Index
    period: int | None
    scenario: str
    as_of: str
    rows: tuple[ExposureRow, ...]
    notes: tuple[str, ...] = ()
    by: str = "elasticity"
    """What the rows are ordered by."""
    totals: tuple[Total, ...] = ()
    """The companies, each with its money over its tiers."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "driver": self.driver, "driver_index": dict(self.driver_index), "period": self.period,
            "scenario": self.scenario, "as_of": self.as_of or None, "notes": list(self.notes),
            "rows": [r.as_dict() for r in self.rows], "by": self.by, "totals": [t.as_dict() for t in self.totals],
        }  # fmt: skip
