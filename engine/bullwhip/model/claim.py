"""A claim: a number somebody printed, with all that is needed to find it again (convention §5)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.label import Label

__all__ = ["STATUS", "Claim", "Document", "Index"]

Index = tuple[tuple[str, str], ...]
"""Dimension and member pairs, in the order in which the quantity declares its dimensions."""

STATUS = {"A": "actual", "E": "estimate", "spec": "specification"}
"""Status codes of the fact tables and what they mean."""


@dataclass(frozen=True, slots=True)
class Document:
    """A source document; its claims live in one named graph."""

    id: str
    slug: str
    title: Label
    publisher: Label
    published: str
    """Date of publication, ISO; the as-of date of its claims."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed figure, or one quantitative statement in running text."""

    id: str
    """Content hash: the same claim gets the same id on every load."""
    document: str
    table: bool
    """True for a table cell, False for running text."""
    locator: str
    row: str
    column: str
    part: str
    lexical: str
    """Exactly as printed."""
    value: Fraction | None
    """In the printed unit; None where only a range or a text is printed."""
    low: Fraction | None
    high: Fraction | None
    bound: str
    """One of `~ < <= > >=`, or empty."""
    unit: str
    """As printed."""
    unit_id: str
    """In the unit vocabulary, or empty where the print has no counterpart."""
    status: str
    """A, E or spec; see STATUS."""
    period: str
    """Year or other period as read from the print, or empty."""
    subject: str
    measure: str
    by: str
    """Who said it, where the document cites somebody."""
    basis: str
    line: int
    """Line of the source text."""
    quantity: str
    """The model quantity that this claim feeds or can be compared with, or empty."""
    index: Index
    model_period: int | None
    """The period of that quantity, or None for one without periods."""
    model_value: Fraction | None
    """The value in the unit of that quantity."""
    feeds: bool
    """Whether the model reads its value from this claim (when selected), or is only compared with it."""
    extra: Index = ()
    """What other columns of its table say, by column name: page, qualifier, ticker …"""
    factor: Fraction | None = None
    """What one printed unit is in coherent units; None where the unit has no counterpart."""
    dimension: str = ""
    """The dimension of the printed unit, counted things left out: memory per card is memory."""
    entity: str = ""
    """What it is about, e.g. `company/nvidia` or `product/h100_sxm`; empty where that is not known."""
    concept: str = ""
    """Id of the measure, whatever the document calls it; empty where that is not known."""
    period_start: str = ""
    """First day of the period, ISO; empty where it is not known or the period is open to the past."""
    period_end: str = ""
    """Last day of the period, ISO; empty where it is not known or the period is open to the future."""
    period_kind: str = ""
    """calendar or fiscal; empty where no period is read."""
    wholes: tuple[str, ...] = ()
    """What it is printed as a share of, each a tier and its quantity; empty where it is no share."""
    counted: str = ""
    """What it counts, e.g. `card` or `dose/child`; empty where its unit has another dimension or counts nothing."""
