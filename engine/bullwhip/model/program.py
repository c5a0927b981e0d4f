"""The records that pass between the stages: raw, checked, compiled, propagated. A stage accepts only its own input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bullwhip.errors import Place, Problem
from bullwhip.expr.dag import Dag
from bullwhip.expr.tree import Expr
from bullwhip.model.chain import Chain
from bullwhip.model.claim import Claim, Document, Index
from bullwhip.model.derivation import Derivation
from bullwhip.model.inference import InferenceProgram
from bullwhip.model.label import Label
from bullwhip.model.quantity import Dimension, Quantity, index_text
from bullwhip.model.uncertainty import Correlation, Varied
from bullwhip.units import Unit, Vocabulary

__all__ = [
    "Assumption",
    "Cell",
    "CheckedProgram",
    "CheckedRule",
    "CompiledProgram",
    "Given",
    "Header",
    "Scenario",
]


_NO_INFERENCE = InferenceProgram()


@dataclass(frozen=True, slots=True)
class Header:
    """What a workspace says of itself."""

    id: str
    label: Label
    periods: tuple[int, ...]
    default_period: int
    counts: tuple[tuple[str, Label, tuple[str, ...]], ...]
    """Counted things declared as units: id, label, other spellings."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value the rule author states where no claim gives one."""

    quantity: str
    index: Index
    period: int | None
    value: Fraction
    """In the quantity's own unit."""
    note: str
    file: str
    line: int
    claims: tuple[str, ...] = ()
    """Locators it is read from, `report/locator/row/column` or shorter, for the reader."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changed values and chosen variants on top of the facts."""

    id: str
    label: Label
    values: tuple[tuple[str, str, str], ...]
    """Cell name, value text, source place, as written; read when the scenario is applied."""
    variants: tuple[tuple[str, str], ...]
    """Rule id to variant name."""
    vary: tuple[Varied, ...] = ()
    """Inputs that are not known exactly, with their distributions as written."""
    correlations: tuple[Correlation, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """A rule whose names, indices and units hold."""

    quantity: str
    expression: Expr
    variants: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class CheckedProgram:
    """Everything of a workspace, read and found sound; the only input that compile accepts."""

    key: str
    header: Header
    vocabulary: Vocabulary
    dimensions: dict[str, Dimension]
    quantities: dict[str, Quantity]
    units: dict[str, Unit]
    """Unit of each quantity."""
    rules: dict[str, CheckedRule]
    places: dict[str, Place]
    """Where each quantity's expression, or its declaration, is written."""
    assumptions: tuple[Assumption, ...]
    scenarios: dict[str, Scenario]
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    derivations: tuple[Derivation, ...]
    chain: Chain
    warnings: tuple[Problem, ...]
    inference: InferenceProgram = _NO_INFERENCE
    """The inference rules of the workspace and of the library."""


@dataclass(frozen=True, slots=True)
class Given:
    """Where an input cell's value comes from: the claim that was selected, or an assumption, and what lost."""

    value: Fraction
    claims: tuple[str, ...]
    """Ids of the claims that print this value; empty for an assumption."""
    note: str
    """Why this value: the selection policy's words, or the assumption's note."""
    losers: tuple[str, ...] = ()
    """Ids of claims on the same cell that print something else."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A quantity at one index and period: a node of the program that can be asked, set and differentiated."""

    quantity: str
    index: Index
    period: int | None
    node: int
    """Its node in the DAG."""
    definition: int
    """The node of its defining expression, or -1 for an input."""
    variants: tuple[tuple[str, int], ...] = ()

    @property
    def name(self) -> str:
        """What it is called: its quantity with members and period, as it can be typed."""
        return index_text(self.quantity, self.index, self.period)


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    """The plan: one DAG over all cells in topological order, the inputs' values, and all that answers need.

    One that comes from the cache reads each of its parts when it is first asked for (`stored`).
    """

    key: str
    """Content hash of every input file and of the engine; the cache's key and part of the receipt."""
    header: Header
    dimensions: dict[str, Dimension]
    quantities: Mapping[str, Quantity]
    factors: dict[str, Fraction]
    """Factor of each quantity's unit to the coherent unit of its dimension."""
    dag: Dag
    cells: tuple[Cell, ...]
    given: dict[int, Given]
    """Position in `cells` to the value of that input; inputs without one are unknown."""
    assumptions: tuple[Assumption, ...]
    scenarios: dict[str, Scenario]
    documents: tuple[Document, ...]
    claims: tuple[Claim, ...]
    derivations: tuple[Derivation, ...]
    chain: Chain
    inference: InferenceProgram = _NO_INFERENCE
    _read: Callable[[str], Any] | None = field(default=None, init=False, repr=False, compare=False)
    _positions: dict[str, tuple[int, ...]] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def stored(cls, read: Callable[[str], Any]) -> CompiledProgram:
        """Return a program whose parts are read, by name of the field, when they are first used."""
        program = object.__new__(cls)
        object.__setattr__(program, "_read", read)
        object.__setattr__(program, "_positions", None)
        return program

    def positions(self, quantity: str) -> tuple[int, ...]:
        """Return the positions of the cells of a quantity, in order."""
        if self._positions is None:
            found: dict[str, list[int]] = {}
            for position, cell in enumerate(self.cells):
                found.setdefault(cell.quantity, []).append(position)
            object.__setattr__(self, "_positions", {name: tuple(some) for name, some in found.items()})
        return (self._positions or {}).get(quantity, ())

    def __getattr__(self, name: str) -> Any:
        """Read a part that has not been used yet; called only where a field has no value."""
        if name == "_read" or name not in self.__dataclass_fields__ or self._read is None:
            raise AttributeError(name)
        part = self._read(name)
        object.__setattr__(self, name, part)
        return part
