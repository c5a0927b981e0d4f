"""Says what each claim is about: the company, product, tier or topic of its subject, and the measure of its wording.

Nothing is guessed: a spelling is listed for a thing, everywhere or in one document, or the claim keeps its text alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Company
from bullwhip.model.claim import Claim
from bullwhip.model.entity import Local, Measure, Product, Topic
from bullwhip.model.program import Header
from bullwhip.model.source import RawProgram
from bullwhip.units import Vocabulary, show
from bullwhip.validate.axes import NOTHING, Axes
from bullwhip.validate.catalogue import Rows, fits, read_measures, read_products, read_topics
from bullwhip.validate.companies import read_companies
from bullwhip.validate.mapping import DocumentMapping

__all__ = ["Names", "Things", "read_things"]


@dataclass
class Names:
    """Spellings of things: what holds everywhere, and what holds in one document, which comes first."""

    everywhere: dict[str, str] = field(default_factory=dict)
    local: dict[tuple[str, str], str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def get(self, document: str, text: str) -> str:
        """Return the thing that a document calls so, or an empty string."""
        return self.local.get((document, text)) or self.everywhere.get(text, "")

    def add(self, thing: str, spelled: tuple[str, ...], local: Local, place: Place, problems: list[Problem]) -> None:
        """Enter the spellings of a thing; one that is another's already is a problem."""
        self.ids.add(thing)
        for name in dict.fromkeys(spelled):
            if name and self.everywhere.setdefault(name, thing) != thing:
                self._clash(name, self.everywhere[name], thing, place, problems)
        for document, name in local:
            if self.local.setdefault((document, name), thing) != thing:
                self._clash(f"{document}:{name}", self.local[document, name], thing, place, problems)

    def _clash(self, name: str, first: str, second: str, place: Place, problems: list[Problem]) -> None:
        code = "BW215" if first.startswith("company/") and second.startswith("company/") else "BW202"
        message = f"{name!r} names both {first!r} and {second!r}"
        hint = "keep it at one of them, or let it hold in one document only, as in 003:name"
        problems.append(Problem(code, message, place, hint))


@dataclass(frozen=True)
class Things:
    """All that claims can be about, with its spellings."""

    companies: tuple[Company, ...]
    products: tuple[Product, ...]
    topics: tuple[Topic, ...]
    measures: tuple[Measure, ...]
    names: Names
    measure_names: Names
    vocabulary: Vocabulary
    counted: frozenset[str]
    """Counted things, each a dimension of its own."""
    places: dict[tuple[str, str], Place]
    """Where each thing is declared, by kind and id."""

    def resolve(
        self, claims: tuple[Claim, ...], mapping: DocumentMapping, problems: list[Problem]
    ) -> tuple[Claim, ...]:
        """Return a document's claims with what they are about and what they measure, where that is known.

        Args:
            claims: those of tables may already carry what the entry of their table says.
            mapping: the document's mapping.
            problems: where a claim whose unit does not fit its measure is reported.
        """
        self._check_overrides(mapping, problems)
        catalogue = {m.id: m for m in self.measures}
        met: set[tuple[str, str]] = set()
        done = []
        for claim in claims:
            key = claim.subject, claim.measure
            meaning = None if claim.table else mapping.meanings.get(key)
            entity, concept = claim.entity, claim.concept
            if meaning is not None:
                met.add(key)
                entity, concept = meaning.entity, meaning.concept
            entity = entity or self.names.get(claim.document, claim.subject)
            concept = concept or self.measure_names.get(claim.document, claim.measure)
            entity, concept = ("" if said == NOTHING else said for said in (entity, concept))
            if concept in catalogue and claim.unit_id:
                self._check_unit(claim, catalogue[concept], problems)
            done.append(replace(claim, entity=entity, concept=concept))
        self._check_use(claims, mapping, met, problems)
        return tuple(done)

    def _check_use(
        self, claims: tuple[Claim, ...], mapping: DocumentMapping, met: set[tuple[str, str]], problems: list[Problem]
    ) -> None:
        """Report entries that meet nothing: a misspelt one would otherwise be without effect, silently."""
        tables = {c.locator for c in claims if c.table}
        for name, axes in mapping.axes.items():
            if name not in tables:
                hint = did_you_mean(name, tables) or "copy the locator as it stands in cells.tsv"
                problems.append(Problem("BW211", f"the entry of the table {name!r} meets no cell", axes.place, hint))
        for key, meaning in mapping.meanings.items():
            if key not in met:
                message = f"the meaning of {meaning.subject!r}, {meaning.measure!r} meets no statement"
                hint = "copy subject and measure as they stand in claims.tsv"
                problems.append(Problem("BW211", message, meaning.place, hint))

    def _check_unit(self, claim: Claim, measure: Measure, problems: list[Problem]) -> None:
        dimension = self.vocabulary.parse(claim.unit_id).dimension
        if fits(measure.units, dimension, self.vocabulary, self.counted):
            return
        where = " ".join(t for t in (claim.document, claim.locator, claim.row or claim.subject, claim.column) if t)
        message = f"{claim.lexical} {claim.unit} = {show(dimension)} of {where} does not fit the measure {measure.id!r}"
        hint = f"its units: {', '.join(measure.units)}; map the words to another measure, or the unit to what it is"
        problems.append(Problem("BW205", message, self.places["measure", measure.id], hint))

    def _check_overrides(self, mapping: DocumentMapping, problems: list[Problem]) -> None:
        """Report ids that a document's tables, meanings and segments name and that do not exist."""

        def check(name: str, known: Collection[str], noun: str, place: Place) -> None:
            if name and name != NOTHING and name not in known:
                problems.append(Problem("BW201", f"no {noun} {name!r}", place, did_you_mean(name, known)))

        def walk(axes: Axes) -> None:
            for entity in (axes.entity, *axes.entities.values()):
                check(entity, self.names.ids, "entity", axes.place)
            for concept in (axes.concept, *axes.concepts.values()):
                check(concept, self.measure_names.ids, "measure", axes.place)
            for _, changes in axes.by:
                for change in changes.values():
                    walk(change)

        for axes in mapping.axes.values():
            walk(axes)
        for meaning in mapping.meanings.values():
            check(meaning.entity, self.names.ids, "entity", meaning.place)
            check(meaning.concept, self.measure_names.ids, "measure", meaning.place)
        place = Place(f"ontology/facts/{mapping.document.id}/document.yaml")
        topics = {t.id for t in self.topics}
        for printed, (topic, written) in mapping.topics.items():
            check(topic, topics, f"topic for the segment {printed!r}:", written)
        products = {p.id for p in self.products}
        for printed, segment in mapping.segments.items():
            if segment is not None and products:
                check(segment[2], products, f"product for the segment {printed!r}:", place)


def read_things(
    raw: RawProgram, header: Header, vocabulary: Vocabulary, documents: Collection[str], problems: list[Problem]
) -> Things:
    """Return the companies, products, topics and measures of a workspace.

    Args:
        raw: the workspace as read.
        header: what it says of itself.
        vocabulary: its units.
        documents: ids of its documents, which may stand before a spelling that holds in that document only.
        problems: where problems go.
    """
    tables, tiers = raw.catalogues, {t.id for t in raw.tiers}
    companies = read_companies(raw.companies, problems, documents)
    makers = {c.id for c in companies}
    products = read_products(Rows.read(tables.get("products"), "product", problems), makers, tiers, documents, problems)
    topics = read_topics(Rows.read(tables.get("topics"), "topic", problems), tiers, documents, problems)
    measures = read_measures(Rows.read(tables.get("measures"), "measure", problems), vocabulary, documents, problems)
    places = _places(raw)
    names, measure_names = Names(), Names()
    for tier in raw.tiers:
        spelled = (tier.label.zh, tier.label.en, *tier.aliases)
        names.add(f"tier/{tier.id}", spelled, (), Place("ontology/chain"), problems)
    for company in companies:  # their ids are spellings too: a mapping may name a company by its id
        spelled = (company.label.zh, company.label.en, *company.aliases, company.id)
        names.add(f"company/{company.id}", spelled, company.local, places["company", company.id], problems)
    for kind, things in (("product", products), ("topic", topics), ("measure", measures)):
        for thing in things:
            spelled = (thing.label.zh, thing.label.en, *thing.aliases)
            known, name = (measure_names, thing.id) if kind == "measure" else (names, f"{kind}/{thing.id}")
            known.add(name, spelled, thing.local, places[kind, thing.id], problems)
    counted = frozenset(name for name, _, _ in header.counts)
    return Things(companies, products, topics, measures, names, measure_names, vocabulary, counted, places)


def _places(raw: RawProgram) -> dict[tuple[str, str], Place]:
    """Return where each thing is declared, by kind and id."""
    tables = {"company": raw.companies} | {f: raw.catalogues.get(f"{f}s") for f in ("product", "topic", "measure")}
    return {
        (kind, cells[table.columns.index("id")]): Place(table.file, number, 1, "\t".join(cells), len(cells[0]) or 1)
        for kind, table in tables.items()
        if table is not None and "id" in table.columns
        for number, cells in table.rows
    }
