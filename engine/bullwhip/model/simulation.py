"""What a simulation answers: the distributions that were used and whence, and each output over all samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any

from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.claim import Index
from bullwhip.model.shown import Shown

__all__ = ["PERCENTS", "NotVaried", "Part", "Simulated", "Simulation", "VariedInput", "as_double"]

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)
_DIGITS = 12


def as_double(value: float | Fraction | None) -> float | int | None:
    """Return a JSON number to 12 digits; None where it is unknown or infinite.

    >>> as_double(0.1 + 0.2), as_double(float("inf")), as_double(Fraction(7, 2))
    (0.3, None, 3.5)
    """
    if value is None or isinstance(value, Fraction):
        return as_number(value)
    return float(f"{value:.{_DIGITS}g}") if isfinite(value) else None


@dataclass(frozen=True, slots=True)
class VariedInput:
    """One thing that varied."""

    name: str
    cells: tuple[str, ...]
    """What it moves, all at the same probability."""
    distributions: tuple[str, ...]
    """One, or one for each cell where they differ."""
    unit: str
    origin: str
    """vary, scenario or print."""
    note: str
    """The claims, or the file and line, that it comes from."""
    value: Fraction | None
    """Without uncertainty, of the first cell."""
    is_exact: bool = True
    """False where that was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name, "cells": list(self.cells), "distributions": list(self.distributions), "unit": self.unit,
            "origin": self.origin, "note": self.note or None, "value": as_number(self.value),
            "exact": exact_text(self.value, self.is_exact),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NotVaried:
    """An input that stayed as it is, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one input does to one output."""

    name: str
    at_low: Fraction | None = None
    """The output with the input at its 10th percentile and all others as they are; likewise its 90th."""
    at_high: Fraction | None = None
    share: Fraction | None = None
    """Its part in the variance by the derivative at the value; deviations are roots, so it is rounded."""
    first: float | None = None
    first_error: float | None = None
    total: float | None = None
    total_error: float | None = None
    exact: bool = True
    """False where the output at the percentiles was rounded."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "name": self.name,
            "at_p10": as_number(self.at_low), "at_p10_exact": exact_text(self.at_low, self.exact),
            "at_p90": as_number(self.at_high), "at_p90_exact": exact_text(self.at_high, self.exact),
            "share": as_number(self.share),
            "first_order": as_double(self.first), "first_order_error": as_double(self.first_error),
            "total": as_double(self.total), "total_error": as_double(self.total_error),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Simulated:
    """One output."""

    quantity: str
    index: Index
    period: int | None
    unit: str
    value: Fraction | None
    """Without uncertainty."""
    exact: bool
    missing: tuple[str, ...] = ()
    """Inputs without value or distribution; with any, nothing was simulated."""
    count: int = 0
    """Samples that have a value."""
    invalid: tuple[tuple[str, int], ...] = ()
    mean: float | None = None
    deviation: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None
    least: float | None = None
    greatest: float | None = None
    percentiles: tuple[float, ...] = ()
    """At PERCENTS."""
    percentile_error: float = 0.0
    low: Fraction | float | None = None
    high: Fraction | float | None = None
    range_kind: str = ""
    """exact, outer, or empty where no range is known."""
    range_rounded: bool = False
    """Whether an end of an exact range was rounded to 60 digits."""
    parts: tuple[Part, ...] = ()
    sobol_invalid: int = 0
    """Rows of the design left out because a sample has no value."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        ends = [None if isinstance(e, float) else e for e in (self.low, self.high)]
        reach = {
            "low": as_number(ends[0]), "high": as_number(ends[1]),
            "low_exact": exact_text(ends[0], not self.range_rounded),
            "high_exact": exact_text(ends[1], not self.range_rounded), "kind": self.range_kind,
        }  # fmt: skip
        return {
            "quantity": self.quantity, "index": dict(self.index), "period": self.period, "unit": self.unit,
            "value": as_number(self.value), "exact": exact_text(self.value, self.exact),
            "missing": list(self.missing), "samples": self.count,
            "invalid": [{"reason": r, "samples": n} for r, n in self.invalid],
            "mean": as_double(self.mean), "standard_deviation": as_double(self.deviation),
            "skewness": as_double(self.skewness), "excess_kurtosis": as_double(self.kurtosis),
            "least": as_double(self.least), "greatest": as_double(self.greatest),
            "percentiles": {str(p): as_double(v) for p, v in zip(PERCENTS, self.percentiles, strict=False)},
            "percentile_error": self.percentile_error, "range": reach if self.range_kind else None,
            "inputs": [p.as_dict() for p in self.parts], "sobol_invalid": self.sobol_invalid,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Simulation(Shown):
    """A whole answer."""

    samples: int
    seed: int
    scenario: str
    backend: str
    inputs: tuple[VariedInput, ...]
    not_varied: tuple[NotVaried, ...]
    correlations: tuple[tuple[str, str, Fraction], ...]
    outputs: tuple[Simulated, ...]
    sobol_rows: int = 0
    receipt: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "samples": self.samples, "seed": self.seed, "scenario": self.scenario, "backend": self.backend,
            "inputs": [i.as_dict() for i in self.inputs],
            "not_varied": [{"name": n.name, "reason": n.reason} for n in self.not_varied],
            "correlations": [{"between": [a, b], "rank": as_number(r)} for a, b, r in self.correlations],
            "sobol_rows": self.sobol_rows, "outputs": [o.as_dict() for o in self.outputs], "receipt": self.receipt,
        }  # fmt: skip
