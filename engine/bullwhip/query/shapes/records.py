"""Shapes as records: what is targeted, along which path, and what must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from bullwhip.query.shapes.paths import Path
from bullwhip.query.shapes.terms import Term

__all__ = ["Constraint", "Query", "Result", "Shape", "Targets"]


@dataclass(frozen=True, slots=True)
class Targets:
    """Which nodes a shape is about."""

    nodes: tuple[Term, ...] = ()
    classes: tuple[Term, ...] = ()
    subjects_of: tuple[str, ...] = ()
    objects_of: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.nodes or self.classes or self.subjects_of or self.objects_of)


@dataclass(frozen=True, slots=True)
class Query:
    """The text of a constraint in SPARQL."""

    text: str
    prefixes: tuple[tuple[str, str], ...]
    bound: tuple[tuple[str, Term], ...] = ()
    """Parameters of its component, by name."""
    free: tuple[str, ...] = ()
    """Names of optional parameters that the shape does not give."""
    asks: bool = False
    """Whether it is asked of each value and is true of a sound one."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that must hold of the values of a shape."""

    kind: str
    """The name of the parameter, such as `minCount`; `query` for one in SPARQL."""
    component: str
    """IRI of the constraint component."""
    term: Term | None = None
    terms: tuple[Term, ...] = ()
    number: int = 0
    node: Term | None = None
    """The node that reports name as source, of a constraint that is one."""
    shapes: tuple[Term, ...] = ()
    """Shapes that it refers to."""
    siblings: tuple[Term, ...] = ()
    """Shapes that a qualified value must not conform to."""
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape."""

    node: Term
    path: Path | None
    """None for a node shape."""
    severity: Term
    is_active: bool
    targets: Targets
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a validation, in terms."""

    focus: Term
    path: Path | None
    value: Term | None
    shape: Term
    severity: Term
    component: str
    constraint: Term | None = None
    """The constraint in SPARQL that it comes from."""
    solution: Mapping[str, Term] = field(default_factory=dict, hash=False, compare=False)
    """What a constraint in SPARQL found, by variable: messages may speak of it."""
    message: ox.Literal | None = None
    """What a constraint in SPARQL says itself."""
