"""Stage two: every check on a raw program, all problems reported at once; the result is a checked program."""

from __future__ import annotations

from bullwhip.errors import Place, Problem, ValidationError, did_you_mean
from bullwhip.model.chain import Chain, Share, Supply
from bullwhip.model.claim import Claim, Document
from bullwhip.model.derivation import Derivation
from bullwhip.model.entity import Mention, Relation
from bullwhip.model.program import CheckedProgram, CheckedRule
from bullwhip.model.quantity import Dimension
from bullwhip.model.source import RawProgram
from bullwhip.validate.catalogue import with_amount
from bullwhip.validate.companies import company_names, read_shares, read_supplies
from bullwhip.validate.declarations import Declarations, read_declarations
from bullwhip.validate.derivations import read_derivations
from bullwhip.validate.entities import read_things
from bullwhip.validate.expressions import check_expressions, unused_names
from bullwhip.validate.facts import read_claims
from bullwhip.validate.header import read_dimensions, read_header, read_vocabulary
from bullwhip.validate.mapping import DocumentMapping, read_mapping
from bullwhip.validate.periods import Periods, read_calendars, read_common_words
from bullwhip.validate.relations import read_mentions, read_relations

__all__ = ["validate"]


def validate(raw: RawProgram) -> CheckedProgram:
    """Return the checked program.

    Raises:
        ValidationError: with every problem of every file, when there is any.
    """
    problems: list[Problem] = list(raw.problems)
    files = list(raw.rules)
    header = read_header(files, problems)
    dimensions = read_dimensions(files, problems)
    vocabulary = read_vocabulary(header, files, problems)
    found = read_declarations(files, dimensions, header.periods, vocabulary, problems)
    check_expressions(found, dimensions, header.periods, problems)
    _check_ties(found, raw, problems)
    tiers = {t.id for t in raw.tiers}
    mappings = [read_mapping(d.mapping, vocabulary, problems) for d in raw.documents]
    things = read_things(raw, header, vocabulary, {m.document.id for m in mappings}, problems)
    calendars = read_calendars(raw.catalogues.get("calendars"), things.companies, problems)
    words = read_common_words(raw.catalogues.get("common_words"), problems)
    periods = Periods(things.companies, calendars, words, {p.id: p.company for p in things.products})
    counted = {count for count, *_ in header.counts}
    documents: list[Document] = []
    claims: list[Claim] = []
    supplies: list[Supply] = []
    shares: list[Share] = []
    mentions: list[Mention] = []
    relations: list[Relation] = []
    printed_units: dict[tuple[str, str], str] = {}
    for document, mapping in zip(raw.documents, mappings, strict=True):
        if mapping.document.id in {d.id for d in documents}:
            problems.append(
                Problem("BW202", f"the document {mapping.document.id!r} is declared twice", document.mapping.place)
            )
        names = company_names(things.companies, mapping.document.id)
        some = read_claims(document, mapping, found, dimensions, header.periods, problems)
        some = things.resolve(some, mapping, problems)
        some = tuple(with_amount(periods.dated(claim), vocabulary, counted) for claim in some)
        _check_segments(mapping, dimensions, problems)
        documents.append(mapping.document)
        printed_units |= {(mapping.document.id, p): u.text for p, u in mapping.units.items() if u is not None}
        claims += some
        mentions += read_mentions(document, mapping, names)
        relations += read_relations(document, mapping, things.names, problems)
        supplies += read_supplies(document, mapping, names, tiers, problems)
        shares += read_shares(mapping, some, names, tiers, found.quantities, problems)
    derivations = read_derivations(files, claims, documents, found.quantities, printed_units, vocabulary, problems)
    _check_derivation_edges(derivations, raw, problems)
    if any(p.severity == "error" for p in problems):
        raise ValidationError(sorted(problems, key=_position))
    rules = {
        name: CheckedRule(name, tree, tuple(sorted(found.variants.get(name, {}).items())))
        for name, tree in found.expressions.items()
    }
    chain = Chain(
        raw.tiers, raw.edges, things.companies, tuple(supplies), tuple(shares), things.products, things.topics,
        things.measures, tuple(mentions), tuple(relations),
    )  # fmt: skip
    places = {name: found.place(name, "expression") for name in found.quantities}
    return CheckedProgram(
        raw.key, header, vocabulary, dimensions, dict(sorted(found.quantities.items())), found.units, rules, places,
        tuple(found.assumptions), dict(sorted(found.scenarios.items())), tuple(documents), tuple(claims),
        derivations, chain,
        tuple(problems),
    )  # fmt: skip


def _position(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place or Place("")
    return place.file, place.line, place.column, problem.code


def _check_ties(found: Declarations, raw: RawProgram, problems: list[Problem]) -> None:
    """Check that edges and tiers named by quantities exist, and that every driver is used."""
    tiers = {t.id for t in raw.tiers}
    links = {(e.target, e.source) for e in raw.edges}  # demand runs against supply
    for name, quantity in found.quantities.items():
        if quantity.tier and tiers and quantity.tier not in tiers:
            hint = did_you_mean(quantity.tier, tiers, "tiers")
            problems.append(
                Problem("BW212", f"no tier {quantity.tier!r} for {name!r}", found.place(name, "tier"), hint)
            )
        if quantity.edge and tiers:
            _check_edge(name, quantity.edge, found.place(name, "edge"), tiers, links, problems)
    for name in sorted(unused_names(found)):
        if found.quantities[name].is_driver:
            message = f"no rule uses the driver {name!r}"
            problems.append(Problem("BW208", message, found.places[name], "use it in a rule or remove it"))


def _check_derivation_edges(derivations: tuple[Derivation, ...], raw: RawProgram, problems: list[Problem]) -> None:
    """Check that the edges named by derivations exist."""
    tiers = {t.id for t in raw.tiers}
    links = {(e.target, e.source) for e in raw.edges}
    for derivation in derivations:
        if derivation.edge and tiers:
            place = Place(derivation.file, derivation.line)
            _check_edge(derivation.id, derivation.edge, place, tiers, links, problems)


def _check_edge(
    name: str,
    edge: tuple[str, str],
    place: Place,
    tiers: set[str],
    links: set[tuple[str, str]],
    problems: list[Problem],
) -> None:
    unknown = [end for end in edge if end not in tiers]
    for end in unknown:
        problems.append(
            Problem(
                "BW212",
                f"the edge of {name!r} names {end!r}, which is not in the chain",
                place,
                did_you_mean(end, tiers),
            )
        )
    if not unknown and edge[0] != edge[1] and edge not in links:
        hint = f"reachable from {edge[0]}: {', '.join(sorted(b for a, b in links if a == edge[0])) or 'nothing'}"
        problems.append(
            Problem("BW212", f"the chain has no edge from {edge[0]!r} to {edge[1]!r} for {name!r}", place, hint)
        )


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
