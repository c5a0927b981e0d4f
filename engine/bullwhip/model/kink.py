"""A kink or jump that a quantity rests on: what binds, how far the next branch is, and where it takes over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.claim import Index

__all__ = ["Kink", "Option", "SwitchingPoint"]


@dataclass(frozen=True, slots=True)
class Option:
    """What a kink chooses among: as its rule reads, and its value, in the unit of the rule or of a cell compared."""

    text: str
    value: Fraction | None
    exact: bool = True
    """False where the value was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"text": self.text, "value": as_number(self.value), "exact": exact_text(self.value, self.exact)}


@dataclass(frozen=True, slots=True)
class SwitchingPoint:
    """The nearest values of a driver at which another branch is taken, all else as it is."""

    driver: str
    driver_index: Index
    moves: str
    """`value` where the driver has one value, `factor` where its cells differ and move in proportion."""
    unit: str
    now: Fraction
    below: Fraction | None
    """None where there is none in the range."""
    above: Fraction | None
    below_exact: bool
    above_exact: bool
    below_jump: bool | None
    """Whether the rule jumps there; None where there is no such place or it is not known."""
    above_jump: bool | None
    low: Fraction
    """The range that was searched."""
    high: Fraction
    note: str = ""
    now_exact: bool = True
    """False where what it is now was rounded to 60 digits."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "driver": self.driver, "driver_index": dict(self.driver_index), "moves": self.moves, "unit": self.unit,
            "now": as_number(self.now), "now_exact": exact_text(self.now, self.now_exact),
            "below": as_number(self.below), "below_exact": exact_text(self.below, self.below_exact),
            "above": as_number(self.above), "above_exact": exact_text(self.above, self.above_exact),
            "below_jump": self.below_jump, "above_jump": self.above_jump,
            "low": as_number(self.low), "high": as_number(self.high), "note": self.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kink:
    """A minimum, maximum, absolute value, condition or step, at the present values."""

    cell: str
    """The cell in whose rule it stands."""
    function: str
    """min, max, abs, where, floor or ceil."""
    text: str
    """What it compares or steps: its arguments, or the condition."""
    sides: tuple[Option, ...]
    """The two sides of a condition; empty otherwise."""
    options: tuple[Option, ...]
    binding: tuple[int, ...]
    """Which of the options bind; several at a tie, none where that is unknown."""
    next: int | None
    """Of min and max, the option that binds next."""
    slack: Fraction | None
    relative: Fraction | None
    switching: tuple[SwitchingPoint, ...]
    unit: str = ""
    """That of the slack; empty where none is known, and the slack is in coherent units."""
    note: str = ""
    exact: bool = True
    """False where the slack rests on values that were rounded to 60 digits."""

    @property
    def jump(self) -> bool | None:
        """Whether the value jumps there; of a condition known only at a tie."""
        if self.function == "where":
            values = [o.value for o in self.options]
            return values[0] != values[1] if self.at_tie and None not in values else None
        return self.function in ("floor", "ceil")

    @property
    def at_tie(self) -> bool:
        """Whether the values stand exactly at the kink."""
        return self.slack == 0

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "cell": self.cell, "function": self.function, "text": self.text,
            "sides": [s.as_dict() for s in self.sides], "options": [o.as_dict() for o in self.options],
            "binding": [self.options[k].text for k in self.binding if k < len(self.options)],
            "next": None if self.next is None else self.options[self.next].text,
            "slack": as_number(self.slack), "slack_exact": exact_text(self.slack, self.exact),
            "unit": self.unit or None,
            "relative": as_number(self.relative), "relative_exact": exact_text(self.relative, self.exact),
            "at_tie": self.at_tie, "jump": self.jump, "note": self.note or None,
            "switching": [s.as_dict() for s in self.switching],
        }  # fmt: skip
