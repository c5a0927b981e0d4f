"""The chain: tiers, the edges between them, companies and what ties a company to a tier."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.entity import Local, Measure, Mention, Product, Relation, Topic
from bullwhip.model.label import Label

__all__ = ["Chain", "Company", "Edge", "Share", "Supply", "Tier"]


@dataclass(frozen=True, slots=True)
class Tier:
    """A stage of the chain, or a source of demand on it."""

    id: str
    label: Label
    order: int | None
    """Position in the order in which value is released, 1 first; None for a node beside the chain."""
    demand: bool = False
    """Whether this node is a source of demand (model developers, cloud providers) and not a tier of supply."""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A link of the chain, written in the direction of supply: `source` supplies `target`; demand flows back."""

    source: str
    target: str
    pulls: bool = False
    """Whether the target only causes demand at the source, a complement that it does not buy."""


@dataclass(frozen=True, slots=True)
class Company:
    """A company, once, under one id."""

    id: str
    label: Label
    ticker: str = ""
    exchange: str = ""
    ticker_source: str = ""
    """Report and locator where the ticker is printed, e.g. `002:图7`."""
    parent: str = ""
    parent_source: str = ""
    """Report and locator where the parent is printed, or `general knowledge`."""
    aliases: tuple[str, ...] = ()
    kind: str = ""
    """Empty for a company, `unit` for a part of its parent, `group` for several that are counted together."""
    members: tuple[str, ...] = ()
    """The companies of a group."""
    local: Local = ()


@dataclass(frozen=True, slots=True)
class Supply:
    """A document's statement that a company plays a role at a tier."""

    company: str
    tier: str
    role: str
    """supplier, customer, investor or standard_setter; only suppliers are exposed through the tier's demand."""
    segment: str
    """The segment as printed."""
    document: str
    locator: str
    line: int
    note: str = ""
    stance: str = ""
    product: str = ""
    index: tuple[tuple[str, str], ...] = ()
    """Members the segment names, e.g. the 800G generation of optical modules."""
    topic: str = ""
    """The topic that the segment names beside its tier, or empty."""


@dataclass(frozen=True, slots=True)
class Share:
    """A printed market share of a company at a tier; one of `value` or the pair `low`, `high` is given."""

    company: str
    tier: str
    quantity: str
    """The quantity whose market is shared, or empty where the model has none (then the amount is unknown)."""
    index: tuple[tuple[str, str], ...]
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    bound: str
    period: str
    claim: str
    """Id of the claim that prints it."""

    @property
    def limit(self) -> str:
        """How the print bounds the share; a range with one end alone says it without a sign."""
        if self.bound or self.value is not None or (self.low is None) == (self.high is None):
            return self.bound
        return "<=" if self.low is None else ">="


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything the graph says about the chain itself."""

    tiers: tuple[Tier, ...]
    edges: tuple[Edge, ...]
    companies: tuple[Company, ...]
    supplies: tuple[Supply, ...]
    shares: tuple[Share, ...]
    products: tuple[Product, ...] = ()
    topics: tuple[Topic, ...] = ()
    measures: tuple[Measure, ...] = ()
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
