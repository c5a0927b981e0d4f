"""Which capacity binds: the answers of `bottleneck`, and their JSON form (docs/json.md)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.claim import Index
from bullwhip.model.shown import Shown
from bullwhip.model.solution import Place, Switching

__all__ = ["Bottleneck", "Cap", "Limit"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One argument of a minimum, maximum or condition."""

    name: str
    """The cell, or the expression in the cells that it reads."""
    value: Fraction | None
    """In the unit of its cap."""
    binds: bool
    """Whether it is the one that is taken; several at a tie."""
    slack: Fraction | None
    """How far it is from binding, in the unit of its cap; 0 where it binds."""
    slack_relative: Fraction | None
    """The same over the value that binds."""
    more: Fraction | None
    """What the quantity that is asked for gains by one unit more of it; None where that is not known."""
    less: Fraction | None
    """What it loses by one unit less."""
    price_unit: str
    above: Switching | None
    """Where another argument binds when this one is raised here, as a value of it in the unit of its cap."""
    below: Switching | None
    """The same when it is lowered."""
    exact: bool = True
    """False where a value that is compared was rounded to 60 digits."""
    price_exact: bool = True
    """The same of what it is worth."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "argument": self.name, "value": as_number(self.value), "exact": exact_text(self.value, self.exact),
            "binds": self.binds, "slack": as_number(self.slack), "slack_exact": exact_text(self.slack, self.exact),
            "slack_relative": as_number(self.slack_relative), "price_more": as_number(self.more),
            "price_more_exact": exact_text(self.more, self.price_exact), "price_less": as_number(self.less),
            "price_less_exact": exact_text(self.less, self.price_exact), "price_unit": self.price_unit,
            "moves_above": None if self.above is None else self.above.as_dict(),
            "moves_below": None if self.below is None else self.below.as_dict(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cap:
    """A minimum, maximum or condition in a rule that a quantity rests on."""

    cell: str
    """The cell in whose rule it stands."""
    function: str
    unit: str
    """Of its arguments; empty where they are no multiple of one quantity."""
    limits: tuple[Limit, ...]

    @property
    def is_tight(self) -> bool:
        """Whether the quantity moves with what binds here."""
        return any(limit.binds and (limit.more or limit.less) for limit in self.limits)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "cell": self.cell, "function": self.function, "unit": self.unit or None, "tight": self.is_tight,
            "arguments": [limit.as_dict() for limit in self.limits],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bottleneck(Shown):
    """What caps a quantity at one index and period."""

    quantity: str
    index: Index
    period: int | None
    value: Fraction | None
    unit: str
    caps: tuple[Cap, ...]
    driver: str
    """The driver whose switches are listed, or empty."""
    driver_unit: str
    driver_base: Fraction | None
    searched: tuple[Place, Place] | None
    switches: tuple[Switching, ...]
    """Where another argument binds as the driver moves over its range, in order."""
    scenario: str
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        searched = None
        if self.searched is not None:
            searched = self.searched[0].as_dict("low") | self.searched[1].as_dict("high")
        return {
            "quantity": self.quantity, "index": dict(self.index), "period": self.period,
            "value": as_number(self.value), "unit": self.unit, "caps": [c.as_dict() for c in self.caps],
            "driver": self.driver or None, "driver_unit": self.driver_unit or None,
            "driver_base": as_number(self.driver_base), "searched": searched,
            "switches": [s.as_dict() for s in self.switches], "scenario": self.scenario, "notes": list(self.notes),
        }  # fmt: skip
