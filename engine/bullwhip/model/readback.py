"""What reading a workbook back gives: changed inputs and variants, as a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.errors import Problem
from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.label import Label

__all__ = ["ReadBack", "Setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """An input that a scenario sets."""

    cell: str
    amount: str
    """As a scenario writes it: digits as typed, and the unit."""
    value: Fraction
    """In the unit of the quantity."""
    was: Fraction | None
    """What the facts of the workspace give; None where nobody states a value."""
    unit: str
    at: str
    """Where in the workbook, e.g. `drivers!F12`."""
    formula: str = ""
    """The formula that was typed there, where its last value was taken."""

    @property
    def text(self) -> str:
        """What `--set` and `Workspace.with_values` take."""
        return f"{self.cell}={self.amount}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "cell": self.cell, "amount": self.amount, "value": as_number(self.value), "exact": exact_text(self.value),
            "was": as_number(self.was), "was_exact": exact_text(self.was), "unit": self.unit, "at": self.at,
            "formula": self.formula or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A workbook, read back as a scenario on top of the facts."""

    id: str
    label: Label
    note: str
    settings: tuple[Setting, ...]
    variants: tuple[tuple[str, str], ...]
    """Rule and variant, where it is not the rule as written."""
    unchanged: int
    """Inputs that are as they were exported."""
    warnings: tuple[Problem, ...] = ()
    """Where the workbook was made from another state than the workspace now has."""

    @property
    def values(self) -> tuple[str, ...]:
        """What `Workspace.with_values` takes; variants are chosen by a scenario only."""
        return tuple(s.text for s in self.settings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "id": self.id, "label_zh": self.label.zh, "label_en": self.label.en, "note": self.note,
            "set": [s.as_dict() for s in self.settings], "variants": dict(self.variants),
            "unchanged": self.unchanged, "warnings": [w.as_dict() for w in self.warnings],
        }  # fmt: skip
