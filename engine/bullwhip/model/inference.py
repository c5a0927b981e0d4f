"""Inference rules: Datalog over the terms of the graph, as a tree that the engine runs and the printers write out.

A term is the text that N-Triples writes for it: `<https://…>`, `"光模块"@zh`,
`"2"^^<http://www.w3.org/2001/XMLSchema#integer>`.
A predicate with a prefix is read from the graph, and written to it when it stands in a head: with one argument it is
a class, with two a property, with three a property and the named graph that says so. A predicate without a prefix is
a relation of the program, of any arity (docs/convention.md §21).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bullwhip.model.label import Label

__all__ = [
    "AGGREGATES",
    "Aggregate",
    "Arithmetic",
    "Assign",
    "Atom",
    "Compare",
    "Constant",
    "Expression",
    "Head",
    "HeadTerm",
    "InferenceProgram",
    "InferenceRule",
    "Part",
    "Relation",
    "Skolem",
    "Term",
    "Variable",
]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, without its question mark."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A term of the graph, as N-Triples writes it."""

    text: str


Term = Variable | Constant
"""What may stand in an atom of a body."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Exact arithmetic on numbers: `+ - * /` of two, `min`, `max` of several, `abs` and `number` of one.

    `number` reads the exact text of a number, such as `bw:exactValue` holds (`"1/3"`).
    """

    operator: str
    arguments: tuple[Expression, ...]


Expression = Variable | Constant | Arithmetic


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate over terms, in a body; negated where nothing may match it."""

    predicate: str
    """`reaches`, or with a prefix `bw:dependsOn`."""
    terms: tuple[Term, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A guard: numbers by their values, dates and texts by their order, other terms equal or not."""

    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Assign:
    """A variable that takes the value of an expression over variables bound before."""

    variable: str
    expression: Expression


Part = Atom | Compare | Assign
"""A part of a body."""

AGGREGATES = ("count", "sum", "min", "max")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Over all different matches of the body with the same other head terms: number of values, sum, least, greatest."""

    operator: Literal["count", "sum", "min", "max"]
    variable: str
    """`count` counts the different values of it; `sum` adds its value once for each different match of the body."""


@dataclass(frozen=True, slots=True)
class Skolem:
    """A new node: its IRI follows from the kind and the arguments alone, the same on every run."""

    kind: str
    arguments: tuple[Term, ...]


HeadTerm = Variable | Constant | Aggregate | Skolem


@dataclass(frozen=True, slots=True)
class Head:
    """What a rule derives."""

    predicate: str
    terms: tuple[HeadTerm, ...]


@dataclass(frozen=True, slots=True)
class InferenceRule:
    """Heads that hold wherever the whole body matches."""

    id: str
    label: Label
    heads: tuple[Head, ...]
    body: tuple[Part, ...]
    says: Label = field(default_factory=Label)
    """A sentence for each language, with variables in braces: `{c} supplies {t}`."""
    source: str = ""
    note: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of the program, as declared: its arguments by name, and a sentence that says what a fact means."""

    id: str
    label: Label
    arguments: tuple[str, ...]
    says: Label = field(default_factory=Label)
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class InferenceProgram:
    """All inference rules of a workspace, in order of id."""

    rules: tuple[InferenceRule, ...] = ()
    relations: tuple[Relation, ...] = ()
