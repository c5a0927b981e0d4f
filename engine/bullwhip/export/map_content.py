"""What stands in the chain map and in which column: tiers, their suppliers, printed shares; nothing about pixels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bullwhip.export.escape import clean_text
from bullwhip.export.share_text import ShownShare, bar_extent, describe_share, share_text, shown_shares
from bullwhip.model.chain import Chain, Company, Tier
from bullwhip.model.label import Label

__all__ = [
    "CompanyEntry",
    "Counts",
    "MapContent",
    "MapLanguage",
    "Place",
    "TierEntry",
    "label_lines",
    "map_content",
    "supplier_entries",
]

MapLanguage = Literal["zh", "en", "both"]
Place = Literal["ordered", "beside", "demand"]

OTHER_MARKET = "†"
"""Marks a share of another market than the tier's other shares are of."""


@dataclass(frozen=True, slots=True)
class CompanyEntry:
    """A supplier at a tier, as it is written in the map."""

    id: str
    name: str
    share: str
    """As printed, or empty where none is printed."""
    certain: Fraction
    """Part of the bar that is drawn full."""
    possible: Fraction
    """Part of the bar up to the upper end of a range."""
    details: str
    """Full name, ticker and every printed share, for the tooltip."""
    estimate: bool = False
    """Whether the share is an estimate and no actual figure."""


@dataclass(frozen=True, slots=True)
class TierEntry:
    """A tier with its suppliers."""

    tier: Tier
    place: Place
    heading: tuple[str, ...]
    """Its name: one line, or one per language."""
    value: str
    companies: tuple[CompanyEntry, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many companies there are: shown, those of them with a printed share, and those that are not drawn."""

    shown: int = 0
    printed: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class MapContent:
    """Columns from left to right, and the tier edges to draw."""

    columns: tuple[tuple[TierEntry, ...], ...]
    edges: tuple[tuple[str, str], ...]
    omitted: tuple[str, ...]
    """Tiers that have suppliers but no edge to the rest, by name; they are not drawn."""
    counts: Counts = Counts()

    @property
    def entries(self) -> tuple[TierEntry, ...]:
        """All tiers shown, column by column."""
        return tuple(entry for column in self.columns for entry in column)


def label_lines(label: Label, fallback: str, language: MapLanguage) -> tuple[str, ...]:
    """Return a name as cleaned lines: one, or Chinese and English where both are wanted and differ.

    >>> label_lines(Label("光模块", "optical module"), "x", "both"), label_lines(Label("AMD", "AMD"), "x", "both")
    (('光模块', 'optical module'), ('AMD',))
    """
    wanted = (label.zh, label.en) if language == "both" else (label.text(language),)
    texts = [clean_text(w).strip() for w in wanted]
    lines = tuple({text.casefold(): text for text in reversed(texts) if text}.values())[::-1]
    return lines or (clean_text(fallback).strip() or "?",)


def map_content(
    chain: Chain,
    language: MapLanguage,
    values: Mapping[str, str],
    estimates: Collection[str] = (),
    everything: bool = False,
) -> MapContent:
    """Return what the map shows; shares printed by the claims among `estimates` are marked.

    A tier with a place in the order of value release is always shown; one beside the chain when it has suppliers,
    and a source of demand in any case, if edges tie it to the rest. With `everything`, tiers with suppliers that
    no edge ties to the rest stand below the shortest columns, rather than among those that are left out.
    """
    companies = supplier_entries(chain, language, estimates)
    edges = tuple(dict.fromkeys((e.source, e.target) for e in chain.edges if e.source != e.target))
    tiers = list({t.id: t for t in chain.tiers}.values())
    shown = _shown(tiers, edges, companies)
    edges = tuple((a, b) for a, b in edges if a in shown and b in shown)
    columns: dict[int, list[TierEntry]] = {}
    positions = _columns([t for t in tiers if t.id in shown], edges)

    def entry(tier: Tier) -> TierEntry:
        heading, value = label_lines(tier.label, tier.id, language), clean_text(values.get(tier.id, "")).strip()
        return TierEntry(tier, _place(tier), heading, value, companies.get(tier.id, ()))

    for tier in sorted((t for t in tiers if t.id in shown), key=_rank):
        columns.setdefault(positions[tier.id], []).append(entry(tier))
    left_out = [t for t in tiers if t.id not in shown and companies.get(t.id)]
    if everything:
        for tier in left_out:
            columns.setdefault(min(columns, key=lambda at: (_rows(columns[at]), at), default=0), []).append(entry(tier))
        left_out = []
    omitted = tuple(" ".join(label_lines(t.label, t.id, language)) for t in left_out)
    drawn = {c.id for column in columns.values() for e in column for c in e.companies}
    printed = {c.id for column in columns.values() for e in column for c in e.companies if c.share}
    counts = Counts(len(drawn), len(printed), len({c.id for c in chain.companies} - drawn))
    return MapContent(tuple(tuple(columns[at]) for at in sorted(columns)), edges, omitted, counts)


def _rows(column: list[TierEntry]) -> int:
    """Return about how high a column is, in rows: a heading is as high as two."""
    return sum(len(entry.companies) + 2 for entry in column)


def _place(tier: Tier) -> Place:
    if tier.demand:
        return "demand"
    return "beside" if tier.order is None else "ordered"


def _rank(tier: Tier) -> tuple[int, int]:
    return ("ordered", "demand", "beside").index(_place(tier)), tier.order or 0


def supplier_entries(
    chain: Chain, language: MapLanguage, estimates: Collection[str] = ()
) -> dict[str, tuple[CompanyEntry, ...]]:
    """Return by tier its suppliers, each once, the largest printed share first, the tier's market before others.

    Without a printed share they stand in the order of the documents.
    """
    known = {c.id: c for c in chain.companies}
    shares = shown_shares(chain.shares)
    found: dict[str, dict[str, CompanyEntry]] = {}
    for supply in chain.supplies:
        entries = found.setdefault(supply.tier, {})
        if supply.role == "supplier" and supply.company not in entries:
            company = known.get(supply.company) or Company(supply.company, Label())
            shown = shares.get((company.id, supply.tier))
            entries[company.id] = _company(company, shown, language, estimates)
    return {tier: tuple(sorted(entries.values(), key=_place_in_tier)) for tier, entries in found.items()}


def _place_in_tier(entry: CompanyEntry) -> tuple[bool, bool, Fraction, Fraction]:
    return not entry.share, entry.share.endswith(OTHER_MARKET), -entry.possible, -entry.certain


def _company(
    company: Company, shown: ShownShare | None, language: MapLanguage, estimates: Collection[str]
) -> CompanyEntry:
    name = " ".join(label_lines(company.label, company.id, language))
    full = " ".join(label_lines(company.label, company.id, "both"))
    details = " · ".join(p for p in (full, clean_text(company.ticker)) if p)
    if shown is None:
        return CompanyEntry(company.id, name, "", Fraction(0), Fraction(0), details)
    printed = "; ".join(describe_share(s) for s in (shown.share, *shown.others))
    text = clean_text(share_text(shown.share)) + ("" if shown.comparable else OTHER_MARKET)
    return CompanyEntry(
        company.id,
        name,
        text,
        *bar_extent(shown.share),
        clean_text(f"{details} · {printed}"),
        shown.share.claim in estimates,
    )


def _shown(
    tiers: list[Tier], edges: tuple[tuple[str, str], ...], companies: Mapping[str, tuple[CompanyEntry, ...]]
) -> frozenset[str]:
    shown = {t.id for t in tiers if t.order is not None}
    wanted = {t.id for t in tiers if t.order is None and (t.demand or companies.get(t.id))}
    if not shown:  # a chain without an order has nothing to be tied to but itself
        return frozenset(wanted & {a for edge in edges for a in edge})
    while tied := {a for edge in edges for a in edge if shown.intersection(edge)} & wanted - shown:
        shown |= tied
    return frozenset(shown)


def _columns(tiers: list[Tier], edges: tuple[tuple[str, str], ...]) -> dict[str, int]:
    """Return the column of each tier: by order of release, demand last, others just before what they supply."""
    orders = sorted({t.order for t in tiers if t.order is not None and not t.demand})
    positions = {t.id: orders.index(t.order) for t in tiers if t.order is not None and not t.demand}
    last = max(len(orders) - 1, 0)
    positions |= {t.id: last + 1 for t in tiers if t.demand}
    beside = [t.id for t in tiers if t.id not in positions]
    while beside:
        placed = [t for t in beside if any(t in e and set(e) - {t} & positions.keys() for e in edges)] or beside
        positions |= {t: _beside(t, edges, positions, last) for t in placed}
        beside = [t for t in beside if t not in positions]
    return positions


def _beside(tier: str, edges: tuple[tuple[str, str], ...], positions: Mapping[str, int], last: int) -> int:
    supplied = [positions[b] for a, b in edges if a == tier and b in positions]
    supplying = [positions[a] for a, b in edges if b == tier and a in positions]
    if supplied:
        return min(max(min(supplied) - 1, 0), last)
    return min(max(supplying) + 1, last) if supplying else last
