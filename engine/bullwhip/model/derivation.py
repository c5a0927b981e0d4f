"""Derivations: how printed figures follow from other printed figures (convention §6)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.label import Label

__all__ = ["Derivation", "Figure", "Instance"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed figure as an expression reads it, or as it is compared with one."""

    name: str
    """The name in the expression; several figures under one name are added up by sum()."""
    claim: str
    """Id of the claim that prints it."""
    factor: Fraction
    """What one printed unit is in coherent units."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A derivation at one printed result, with the printed figures it reads there."""

    result: Figure
    reads: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """One kind of computation between printed figures, at all places where it is done."""

    id: str
    label: Label
    document: str
    unit: str
    expression: str
    """As authored; the names are those of the figures it reads."""
    as_published: str
    """What the document computes where its method is wrong; empty where it is right."""
    exact: tuple[str, ...]
    """Names whose prints are what the document computes with, and not roundings of something finer."""
    edge: tuple[str, str] | None
    """The chain edge that the computation belongs to, in the direction of demand."""
    source: str
    note: str
    file: str
    line: int
    instances: tuple[Instance, ...]
