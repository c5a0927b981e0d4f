"""What claims are about, beside companies and tiers: products, topics, measures; and what documents say of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.label import Label

__all__ = ["Local", "Measure", "Mention", "Product", "Relation", "Topic"]

Local = tuple[tuple[str, str], ...]
"""Spellings that name a thing in one document only: document and spelling."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product, once per form in which it is sold; a family of products is one too."""

    id: str
    label: Label
    company: str = ""
    """Its maker, or empty for what several make, such as a memory standard."""
    kind: str = ""
    tier: str = ""
    """The tier at which it is traded, or empty."""
    form: str = ""
    """Form factor or capacity that tells it from the other variants of its family."""
    family: str = ""
    """The product it is a variant of, or empty."""
    aliases: tuple[str, ...] = ()
    local: Local = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme, a market or another thing that is talked about and is neither company, product nor tier."""

    id: str
    label: Label
    broader: str = ""
    tier: str = ""
    """The tier it belongs to, or empty."""
    aliases: tuple[str, ...] = ()
    local: Local = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, whatever a document calls it."""

    id: str
    label: Label
    units: tuple[str, ...] = ()
    """Units whose dimension its figures have; `money` is any currency, `count` any counted thing; none is no check."""
    timed: bool = True
    """Whether it has a value per period; a property of a product, such as its process, has not."""
    aliases: tuple[str, ...] = ()
    local: Local = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """A document's naming of a company under a heading that is no tier of the chain."""

    company: str
    topic: str
    """The topic of the heading, or empty where it has none."""
    segment: str
    """The heading as printed."""
    document: str
    locator: str
    line: int
    note: str = ""
    stance: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A document's statement that one thing stands in a relation to another."""

    id: str
    """Content hash: the same statement gets the same id on every load."""
    document: str
    locator: str
    line: int
    source: str
    """Who or what, as printed."""
    target: str
    relation: str
    """The relation in the words of the transcript."""
    sources: tuple[str, ...] = ()
    """The entities that `source` names, e.g. `company/amd`; none where it names nothing known."""
    targets: tuple[str, ...] = ()
    coefficient: Fraction | None = None
    unit: str = ""
    """As printed."""
    unit_id: str = ""
    status: str = ""
    period: str = ""
