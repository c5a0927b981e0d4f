"""Reads what the documents of a workspace print: claims, supplies, shares, mentions and relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Share, Supply
from bullwhip.model.claim import Claim, Document
from bullwhip.model.entity import Mention, Relation
from bullwhip.model.program import Header
from bullwhip.model.quantity import Dimension
from bullwhip.model.source import RawDocument, RawProgram
from bullwhip.units import Vocabulary
from bullwhip.validate.catalogue import with_amount
from bullwhip.validate.companies import company_names, read_shares, read_supplies, with_wholes
from bullwhip.validate.declarations import Declarations
from bullwhip.validate.entities import Things
from bullwhip.validate.facts import read_claims
from bullwhip.validate.mapping import DocumentMapping
from bullwhip.validate.periods import Periods, read_calendars, read_common_words
from bullwhip.validate.relations import read_mentions, read_relations

__all__ = ["Printed", "read_documents"]


@dataclass
class Printed:
    """What all documents print."""

    documents: list[Document] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    supplies: list[Supply] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    """Document and printed unit to the unit it is."""


def read_documents(
    raw: RawProgram,
    mappings: Sequence[DocumentMapping],
    header: Header,
    found: Declarations,
    things: Things,
    dimensions: dict[str, Dimension],
    vocabulary: Vocabulary,
    problems: list[Problem],
) -> Printed:
    """Return what the documents print, each row tied to what it is about; report all that does not fit."""
    tiers = {t.id for t in raw.tiers}
    calendars = read_calendars(raw.catalogues.get("calendars"), things.companies, problems)
    words = read_common_words(raw.catalogues.get("common_words"), problems)
    periods = Periods(things.companies, calendars, words, {p.id: p.company for p in things.products})
    counted = {count for count, *_ in header.counts}
    printed = Printed()
    for document, mapping in zip(raw.documents, mappings, strict=True):
        _check_repeated(document, mapping, printed, problems)
        names = company_names(things.companies, mapping.document.id)
        some = read_claims(document, mapping, found, dimensions, header.periods, problems)
        some = things.resolve(some, mapping, problems)
        some = tuple(with_amount(periods.dated(claim), vocabulary, counted) for claim in some)
        _check_segments(mapping, dimensions, problems)
        printed.documents.append(mapping.document)
        printed.units |= {(mapping.document.id, p): u.text for p, u in mapping.units.items() if u is not None}
        shares = read_shares(mapping, some, names, tiers, found.quantities, problems)
        printed.claims += with_wholes(some, shares)
        printed.mentions += read_mentions(document, mapping, names)
        printed.relations += read_relations(document, mapping, things.names, problems)
        printed.supplies += read_supplies(document, mapping, names, tiers, problems)
        printed.shares += shares
    return printed


def _check_repeated(document: RawDocument, mapping: DocumentMapping, printed: Printed, problems: list[Problem]) -> None:
    if mapping.document.id in {d.id for d in printed.documents}:
        message = f"the document {mapping.document.id!r} is declared twice"
        problems.append(Problem("BW202", message, document.mapping.place))


def _check_segments(mapping: DocumentMapping, dimensions: dict[str, Dimension], problems: list[Problem]) -> None:
    """Check that the members that segments name exist."""
    for printed, segment in mapping.segments.items():
        for dimension, member in segment[3] if segment is not None else ():
            members = dimensions[dimension].members if dimension in dimensions else ()
            if member not in members:
                hint = did_you_mean(member, members) or did_you_mean(dimension, dimensions, "dimensions")
                message = f"the segment {printed!r} names {dimension}={member}, which does not exist"
                place = Place(f"ontology/facts/{mapping.document.id}/document.yaml")
                problems.append(Problem("BW207", message, place, hint))
