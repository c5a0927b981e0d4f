"""What a workbook is made of: the program, its numbers under one scenario, and what is said beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.model.answer import ExposureRow
from bullwhip.model.program import CompiledProgram

__all__ = ["Content", "Driver", "Exposed", "Judged", "Measured"]


@dataclass(frozen=True, slots=True)
class Driver:
    """What can be chosen as the driver that moves: a quantity, or one index of it."""

    name: str
    """The id, with members where only they move."""
    quantity: str
    positions: tuple[int, ...]
    """The cells that move together."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A derivative and an elasticity as the engine computed them."""

    position: int
    driver: str
    """Name of a `Driver`."""
    derivative: Fraction | None
    elasticity: Fraction | None
    reached: tuple[int, ...]
    """The cells of the driver that the quantity rests on; of one alone the derivative follows from the elasticity."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the audit says of a claim."""

    verdict: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Exposed:
    """A row of an exposure, and the ends of the share that count towards an amount of money."""

    row: ExposureRow
    low: Fraction | None
    high: Fraction | None
    """Both None where the quantity is no money, or nobody prints a share of it."""


@dataclass(frozen=True)
class Content:
    """Everything that a workbook shows; values are exact and rounded only where a cell is written."""

    program: CompiledProgram
    definition: Mapping[int, int]
    """Node of a cell to the node of its expression, in the chosen variants; cells that are set are not in it."""
    overrides: Mapping[int, Fraction]
    """Position to the value that the scenario or the user sets."""
    variants: Mapping[str, str]
    values: Mapping[int, Fraction | None]
    """Node to its value; None or absent where it has none."""
    failed: frozenset[int]
    """Nodes without a value because of what they compute, such as a division by zero."""
    driver: str
    """Name of the driver that is chosen when the workbook is opened."""
    drivers: Sequence[Driver]
    slopes: Mapping[int, Fraction | None]
    """Node to its elasticity by that driver; None where it is unknown or differs to both sides."""
    measured: Sequence[Measured]
    exposures: Mapping[str, Sequence[Exposed]]
    """The rows of each driver that reaches a company, in the order in which ties are decided."""
    verdicts: Mapping[str, Judged]
    """By id of the claim."""
    rests_on: Mapping[int, tuple[str, ...]]
    """Position to the ids of the claims that it rests on, nearest first."""
    period: int
    """The period of sensitivities and exposures."""
    stamp: Mapping[str, str] = field(default_factory=dict)
    """What the numbers come from: format, version, workspace, inputs, scenario, values set, date, policy."""

    def given(self, position: int) -> Fraction | None:
        """Return the value of an input cell, or None where nobody states one."""
        if position in self.overrides:
            return self.overrides[position]
        given = self.program.given.get(position)
        return None if given is None else given.value

    def is_input(self, position: int) -> bool:
        """Return whether a cell is stated and not computed."""
        return self.program.cells[position].node not in self.definition
