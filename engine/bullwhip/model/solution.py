"""What must hold for a quantity to have a value: the answers of `solve`, and their JSON form (docs/json.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from typing import Any

from bullwhip.model.answer import Source, as_number, exact_text
from bullwhip.model.claim import Index
from bullwhip.model.shown import Shown

__all__ = ["Binding", "Bounds", "Extended", "Place", "Root", "Solution", "Switching"]

Extended = Fraction | float
"""A rational or an infinity."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value of the unknown: exact, or rounded with the width of the interval that it is known to lie in."""

    value: Fraction
    exact: bool = True
    width: Fraction = Fraction(0)

    def as_dict(self, name: str) -> dict[str, Any]:
        """Return plain data for JSON under a name."""
        exact = exact_text(self.value, self.exact)
        return {name: as_number(self.value), f"{name}_exact": exact, f"{name}_width": as_number(self.width)}


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of values of a quantity; its ends may be infinite, and are part of it unless they are open."""

    low: Extended
    high: Extended
    low_open: bool = False
    high_open: bool = False
    exact: bool = True
    """False where an end may have been rounded; it has no exact text then."""

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.low == self.high

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; an infinite end is null and open."""
        low, high = (Fraction(e) if isfinite(e) else None for e in (self.low, self.high))
        return {
            "low": as_number(low), "high": as_number(high), "low_exact": exact_text(low, self.exact),
            "high_exact": exact_text(high, self.exact), "low_open": self.low_open or low is None,
            "high_open": self.high_open or high is None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binding:
    """Which argument a minimum, maximum or condition takes."""

    cell: str
    """The cell in whose rule it stands."""
    function: str
    taken: tuple[str, ...]
    """What binds; several at a tie."""
    others: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "cell": self.cell, "function": self.function, "taken": list(self.taken), "others": list(self.others)
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switching:
    """A place at which a minimum, maximum or condition takes another argument."""

    place: Place
    cell: str
    function: str
    before: str
    after: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return self.place.as_dict("at") | {
            "cell": self.cell, "function": self.function, "before": self.before, "after": self.after
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """Values of the unknown that give the target: one, or an interval."""

    low: Place
    high: Place
    low_open: bool
    high_open: bool
    kind: str
    """`crosses`, `touches`, `end`, `jump` of a single value; `range` of an interval."""
    check: Fraction | None
    """What the quantity is there, evaluated anew; None where a single value is not part of the answer."""
    check_exact: bool
    settings: tuple[str, ...]
    """What to `--set` for it."""
    binding: tuple[Binding, ...]
    changed: tuple[Switching, ...]
    """The places on the way from the base at which another argument is taken."""

    @property
    def is_point(self) -> bool:
        """Whether it is one value."""
        return self.kind != "range"

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        if self.is_point:
            where = self.low.as_dict("value")
            where["exact"] = where.pop("value_exact")
            where["width"] = where.pop("value_width")
        else:
            where = {
                **self.low.as_dict("low"), "low_open": self.low_open, **self.high.as_dict("high"),
                "high_open": self.high_open,
            }  # fmt: skip
        return where | {
            "kind": self.kind, "check": as_number(self.check), "check_exact": exact_text(self.check, self.check_exact),
            "set": list(self.settings), "binding": [b.as_dict() for b in self.binding],
            "switches": [s.as_dict() for s in self.changed],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Solution(Shown):
    """What one driver must be for a quantity to have a value, or to lie in a range."""

    quantity: str
    index: Index
    period: int | None
    unit: str
    target: Bounds
    claim: Source | None
    """The print whose interval the target is."""
    base: Fraction | None
    """The quantity as it is."""
    driver: str
    driver_index: Index
    driver_unit: str
    unknown: str
    """value, or factor: what the roots are values of."""
    moved: tuple[str, ...]
    """The cells that move."""
    driver_base: Fraction | None
    searched: Bounds
    searched_why: str
    reached: Bounds | None
    roots: tuple[Root, ...]
    jumps: tuple[tuple[Place, Fraction, Fraction], ...]
    """Where the quantity jumps over the target: the place, and what it comes to from below and from above."""
    method: str
    """exact, or scan."""
    pieces: int
    scenario: str
    notes: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "quantity": self.quantity, "index": dict(self.index), "period": self.period, "unit": self.unit,
            "target": self.target.as_dict(), "claim": None if self.claim is None else self.claim.as_dict(),
            "base": as_number(self.base), "driver": self.driver, "driver_index": dict(self.driver_index),
            "driver_unit": self.driver_unit, "unknown": self.unknown, "moved": list(self.moved),
            "driver_base": as_number(self.driver_base),
            "searched": self.searched.as_dict() | {"why": self.searched_why},
            "reached": None if self.reached is None else self.reached.as_dict(),
            "roots": [r.as_dict() for r in self.roots if r.is_point],
            "ranges": [r.as_dict() for r in self.roots if not r.is_point],
            "jumps": [p.as_dict("at") | {"from": as_number(a), "to": as_number(b)} for p, a, b in self.jumps],
            "method": self.method, "pieces": self.pieces, "scenario": self.scenario, "notes": list(self.notes),
        }  # fmt: skip
