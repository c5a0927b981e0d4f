"""Turns a compiled program into an RDF dataset: one named graph a document, the model, and the ontology.

A claim is an observation node in the graph of its document, never a bare triple; companies, tiers, quantities, rules
and scenarios stand in the graph of the model. Queries see the union of all graphs (docs/convention.md §5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import cast

import pyoxigraph as ox

from bullwhip.errors import LoadError, Place, Problem
from bullwhip.model.chain import Chain, Company, Share, Supply
from bullwhip.model.claim import STATUS, Claim, Document, Index
from bullwhip.model.comparable import amount_text, comparable
from bullwhip.model.entity import Mention, Relation
from bullwhip.model.label import Label
from bullwhip.model.period import read_year
from bullwhip.model.program import Assumption, CompiledProgram, Scenario
from bullwhip.model.quantity import Dimension, Quantity, index_text
from bullwhip.numbers import fraction_text
from bullwhip.query.across import NO_UNIT, bounds, measure_dimensions, rounding, totals, whole, years_before
from bullwhip.query.serialize import to_format, to_nquads, to_rdflib
from bullwhip.query.things import describe
from bullwhip.query.unit_terms import UnitTerms
from bullwhip.terms import BASE, PREFIXES, resource

__all__ = ["MODEL", "ONTOLOGY", "build_quads", "supply_name", "to_format", "to_nquads", "to_rdflib"]

MODEL = resource("graph", "model")
"""The graph of companies, tiers, quantities, rules and scenarios."""

ONTOLOGY = resource("graph", "ontology")
"""The graph of the vocabulary, its shapes and the chain as authored."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_Value = ox.NamedNode | ox.Literal


def _term(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def _thing(kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(resource(kind, name))


def _digest(*parts: object) -> str:
    """Return a name for a thing that has none of its own: a hash of what it says."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:16]


def _typed(value: str, kind: str) -> ox.Literal:
    return ox.Literal(value, datatype=_term(f"xsd:{kind}"))


class _Graph:
    """The quads of one named graph, as they are said."""

    def __init__(self, name: str, units: UnitTerms) -> None:
        self.name, self.units = ox.NamedNode(name), units
        self.quads: list[ox.Quad] = []
        self.described: set[str] = set()

    def add(self, subject: ox.NamedNode, predicate: str, *values: _Value | str | int | None) -> None:
        """Say something; an absent or empty value says nothing."""
        for value in values:
            if value is None or value == "":
                continue
            term = value if isinstance(value, ox.NamedNode | ox.Literal) else ox.Literal(value)
            self.quads.append(ox.Quad(subject, _term(predicate), term, self.name))

    def name_it(self, subject: ox.NamedNode, kind: str, identifier: str, label: Label) -> None:
        """Say what a thing is, its id and its names."""
        self.add(subject, "rdf:type", _term(kind))
        self.add(subject, "dct:identifier", identifier)
        for language, text in (("zh", label.zh), ("en", label.en)):
            if text:
                self.add(subject, "skos:prefLabel", ox.Literal(text, language=language))

    def number(self, subject: ox.NamedNode, name: str, value: Fraction | None) -> None:
        """Say a number twice: exactly as text, and as the nearest double where there is one."""
        if value is None:
            return
        self.add(subject, f"bw:exact{name}", fraction_text(value))
        try:
            self.add(subject, f"bw:{name.lower()}", ox.Literal(float(value)))
        except OverflowError:
            return

    def unit(self, subject: ox.NamedNode, unit: str, text: str) -> None:
        """Say the unit, and the text in which it was written."""
        self.add(subject, "bw:unitText", text)
        if unit:
            self.add(subject, "qudt:hasUnit", self.unit_node(unit))

    def unit_node(self, unit: str) -> ox.NamedNode:
        """Return a unit, having said what it is made of and what it scales where it is our own."""
        if unit not in self.described:
            self.described.add(unit)
            for said in self.units.describe(unit):
                self.add(*said)
        return ox.NamedNode(self.units.iri(unit))

    def period(self, subject: ox.NamedNode, text: str, start: str = "", end: str = "", kind: str = "") -> None:
        """Say a period as printed, a year as an integer too, and the days that any engine can compare."""
        self.add(subject, "bw:period", text)
        year = read_year(text)
        if year is not None:
            self.add(subject, "bw:year", year)
            start, end, kind = f"{year}-01-01", f"{year}-12-31", "calendar"
        self.add(subject, "bw:periodKind", kind)
        for name, day in (("bw:periodStart", start), ("bw:periodEnd", end)):
            if day:
                self.add(subject, name, _typed(day, "date"))

    def members(self, subject: ox.NamedNode, index: Index) -> None:
        """Say the members that a statement is restricted to."""
        for dimension, member in index:
            self.add(subject, "bw:atMember", _member_node(dimension, member))


def _member_node(dimension: str, member: str) -> ox.NamedNode:
    return _thing("member", f"{dimension}={member}")


def build_quads(program: CompiledProgram, ontology: Mapping[str, bytes]) -> list[ox.Quad]:
    """Return the dataset of a program.

    Args:
        program: the compiled program.
        ontology: Turtle files by name: vocabulary, shapes and chain. What they call `bw:pulls` is kept apart from
            supply, which the edges of a program alone do not tell.

    Raises:
        LoadError: BW103 when a file is not well-formed Turtle.
    """
    authored = list(_ontology(ontology))
    units = UnitTerms.of(program.header)
    model = _Graph(MODEL, units)
    sold = {(buyer, seller) for seller, buyer in _pairs(authored, "bw:supplies")}
    _chain(model, program.chain, _pairs(authored, "bw:pulls") - sold)
    for company in program.chain.companies:
        _company(model, company)
    for said in (*describe(program.chain), *measure_dimensions(program), *units.counted()):
        model.add(*said)
    for dimension in program.dimensions.values():
        _dimension(model, dimension)
    for quantity in program.quantities.values():
        _quantity(model, quantity)
    for scenario in program.scenarios.values():
        _scenario(model, scenario)
    for assumption in program.assumptions:
        _assumption(model, assumption)
    _selection(model, program)
    graphs = {d.id: _Graph(resource("document", d.id), units) for d in program.documents}
    published = {d.id: d.published for d in program.documents}
    for document in program.documents:
        _document(graphs[document.id], document)
    homes = {}
    untimed = {m.id for m in program.chain.measures if not m.timed}
    for claim in program.claims:
        homes[claim.id] = graphs.get(claim.document, model)
        _claim(homes[claim.id], claim, published.get(claim.document, ""), untimed)
    for supply in program.chain.supplies:
        _supply(graphs.get(supply.document, model), supply)
    for mention in program.chain.mentions:
        _mention(graphs.get(mention.document, model), mention)
    for relation in program.chain.relations:
        _relation(graphs.get(relation.document, model), relation)
    claims = {c.id: c for c in program.claims}
    for share in program.chain.shares:
        _share(homes.get(share.claim, model), share, claims.get(share.claim))
    for claim, before in years_before(program):
        homes[claim.id].add(_thing("claim", claim.id), "bw:yearBefore", _thing("claim", before.id))
    for total, part in totals(program):
        homes[total.id].add(_thing("claim", total.id), "bw:addsUp", _thing("claim", part.id))
        for claim in (total, part):
            _rounding(homes[claim.id], _thing("claim", claim.id), claim, claim.factor)
    return [*authored, *model.quads, *(q for g in graphs.values() for q in g.quads)]


def _ontology(files: Mapping[str, bytes]) -> Iterator[ox.Quad]:
    """Yield the triples of the Turtle files in the ontology graph, blank nodes numbered as they appear."""
    graph = ox.NamedNode(ONTOLOGY)
    nodes: dict[tuple[str, str], ox.BlankNode] = {}
    for name in sorted(files):
        try:
            for triple in ox.parse(files[name], format=ox.RdfFormat.TURTLE, base_iri=BASE):
                subject, value = _steady(triple.subject, name, nodes), _steady(triple.object, name, nodes)
                yield ox.Quad(cast(ox.NamedNode, subject), triple.predicate, value, graph)
        except SyntaxError as error:
            place = Place(name, error.lineno or 0, error.offset or 0)
            raise LoadError(Problem("BW103", f"not well-formed Turtle: {error.msg}", place)) from None


def _steady(term: object, file: str, nodes: dict[tuple[str, str], ox.BlankNode]) -> _Value:
    """Return a term, a blank node under a name that is the same on every run."""
    if isinstance(term, ox.BlankNode):
        term = nodes.setdefault((file, term.value), ox.BlankNode(f"b{len(nodes)}"))
    return cast(_Value, term)


def _pairs(quads: Iterable[ox.Quad], predicate: str) -> set[tuple[str, str]]:
    wanted = _term(predicate)
    return {(str(q.subject), str(q.object)) for q in quads if q.predicate == wanted}


def _chain(graph: _Graph, chain: Chain, pulled: set[tuple[str, str]]) -> None:
    for tier in chain.tiers:
        node = _thing("tier", tier.id)
        graph.name_it(node, "bw:Tier", tier.id, tier.label)
        graph.add(node, "skos:altLabel", *tier.aliases)
        graph.add(node, "bw:order", tier.order)
        graph.add(node, "bw:isDemand", ox.Literal(tier.demand))
    for edge in chain.edges:
        source, target = _thing("tier", edge.source), _thing("tier", edge.target)
        graph.add(target, "bw:drivesDemandFor", source)
        if (str(target), str(source)) in pulled:
            graph.add(target, "bw:pulls", source)
        else:
            graph.add(source, "bw:supplies", target)
            graph.add(target, "bw:demandsFrom", source)


def _company(graph: _Graph, company: Company) -> None:
    node = _thing("company", company.id)
    graph.name_it(node, "bw:Company", company.id, company.label)
    graph.add(node, "skos:altLabel", *company.aliases, *(name for _, name in company.local))
    graph.add(node, "schema:tickerSymbol", company.ticker)
    graph.add(node, "bw:exchange", company.exchange)
    graph.add(node, "bw:tickerSource", company.ticker_source)
    if company.parent:
        graph.add(node, "org:subOrganizationOf", _thing("company", company.parent))
        graph.add(node, "bw:parentSource", company.parent_source)
    if company.kind:
        graph.add(node, "rdf:type", _term("bw:CompanyGroup" if company.kind == "group" else "bw:CompanyUnit"))
    graph.add(node, "org:hasMember", *(_thing("company", member) for member in company.members))


def _dimension(graph: _Graph, dimension: Dimension) -> None:
    node = _thing("dimension", dimension.id)
    graph.name_it(node, "bw:Dimension", dimension.id, dimension.label)
    graph.add(node, "bw:isAlternatives", ox.Literal(dimension.alternatives))
    for order, (member, label) in enumerate(zip(dimension.members, dimension.member_labels, strict=True), 1):
        item = _member_node(dimension.id, member)
        graph.name_it(item, "bw:Member", member, label)
        graph.add(item, "bw:order", order)
        graph.add(node, "skos:member", item)


def _quantity(graph: _Graph, quantity: Quantity) -> None:
    node = _thing("quantity", quantity.id)
    graph.name_it(node, "bw:Quantity", quantity.id, quantity.label)
    graph.unit(node, quantity.unit, quantity.unit)
    graph.add(node, "bw:kind", quantity.kind)
    graph.add(node, "bw:hasDimension", *(_thing("dimension", d) for d in quantity.dimensions))
    graph.add(node, "bw:isTimed", ox.Literal(quantity.timed))
    graph.add(node, "bw:isPrimary", ox.Literal(quantity.primary))
    for name, limit in bounds({"bw:least": quantity.low, "bw:most": quantity.high}):
        graph.add(node, name, limit)
    if quantity.tier:
        graph.add(node, "bw:atTier", _thing("tier", quantity.tier))
    graph.add(node, "bw:sizes", quantity.measure)
    graph.add(node, "bw:note", quantity.note)
    graph.add(node, "dct:source", quantity.source)
    graph.add(node, "bw:dependsOn", *(_thing("quantity", i) for i in dict.fromkeys(quantity.inputs)))
    if quantity.is_driver or quantity.given:  # one with base years is driven by its value in those years
        graph.add(node, "rdf:type", _term("bw:Driver"))
    if not quantity.is_driver:
        _rule(graph, quantity)


def _rule(graph: _Graph, quantity: Quantity) -> None:
    rule = _thing("rule", quantity.id)
    graph.name_it(rule, "bw:Rule", quantity.id, quantity.label)
    graph.add(rule, "bw:defines", _thing("quantity", quantity.id))
    graph.add(rule, "bw:expression", quantity.expression)
    graph.unit(rule, quantity.unit, quantity.unit)
    if quantity.edge:
        graph.add(rule, "bw:edgeFrom", _thing("tier", quantity.edge[0]))
        graph.add(rule, "bw:edgeTo", _thing("tier", quantity.edge[1]))
    graph.add(rule, "bw:file", quantity.file)
    graph.add(rule, "bw:line", quantity.line)
    for name, expression in quantity.variants:
        variant = _variant_node(quantity.id, name)
        graph.add(variant, "rdf:type", _term("bw:Variant"))
        graph.add(variant, "dct:identifier", name)
        graph.add(variant, "bw:expression", expression)
        graph.add(variant, "bw:reads", *(_thing("quantity", i) for i in dict.fromkeys(quantity.reads(name))))
        graph.add(rule, "bw:hasVariant", variant)


def _variant_node(quantity: str, name: str) -> ox.NamedNode:
    return _thing("variant", f"{quantity}~{name}")


def _scenario(graph: _Graph, scenario: Scenario) -> None:
    node = _thing("scenario", scenario.id)
    graph.name_it(node, "bw:Scenario", scenario.id, scenario.label)
    for cell, amount, _ in scenario.values:
        setting = _thing("setting", f"{scenario.id}~{_digest(cell, amount)}")
        graph.add(setting, "rdf:type", _term("bw:Setting"))
        graph.add(setting, "bw:cell", cell)
        graph.add(setting, "bw:amount", amount)
        graph.add(node, "bw:hasSetting", setting)
    graph.add(node, "bw:choosesVariant", *(_variant_node(rule, name) for rule, name in scenario.variants))


def _assumption(graph: _Graph, a: Assumption) -> None:
    cell = index_text(a.quantity, a.index, a.period)
    node = _thing("assumption", _digest(cell, a.value, a.file, a.line))
    graph.add(node, "rdf:type", _term("bw:Assumption"))
    graph.add(node, "bw:forQuantity", _thing("quantity", a.quantity))
    graph.members(node, a.index)
    graph.add(node, "bw:cell", cell)
    graph.add(node, "bw:modelPeriod", a.period)
    graph.number(node, "Value", a.value)
    graph.add(node, "bw:note", a.note)
    graph.add(node, "dct:source", *a.claims)
    graph.add(node, "bw:file", a.file)
    graph.add(node, "bw:line", a.line)


def _selection(graph: _Graph, program: CompiledProgram) -> None:
    """Say which claims the quantities rest on, and which ones lost."""
    for position in sorted(program.given):
        given = program.given[position]
        node = _thing("quantity", program.cells[position].quantity)
        graph.add(node, "bw:restsOn", *(_thing("claim", c) for c in given.claims))
        graph.add(node, "bw:passesOver", *(_thing("claim", c) for c in given.losers))


def _document(graph: _Graph, document: Document) -> None:
    node = graph.name
    graph.name_it(node, "bw:Document", document.id, document.title)
    graph.add(node, "rdf:type", _term("prov:Entity"))
    graph.add(node, "skos:notation", document.slug)
    for language, text in (("zh", document.title.zh), ("en", document.title.en)):
        if text:
            graph.add(node, "dct:title", ox.Literal(text, language=language))
    graph.add(node, "dct:issued", _date(document.published))
    publisher = document.publisher
    if publisher.zh or publisher.en:
        agent = _thing("agent", publisher.text("zh"))
        graph.name_it(agent, "prov:Agent", publisher.text("zh"), publisher)
        graph.add(node, "dct:publisher", agent)


def _date(text: str) -> ox.Literal | None:
    return _typed(text, "date") if _DATE.fullmatch(text) else None


def _locator(graph: _Graph, document: str, place: str, row: str, column: str, part: str, line: int) -> ox.NamedNode:
    node = _thing("locator", f"{document}~{_digest(place, row, column, part, line)}")
    graph.add(node, "rdf:type", _term("bw:Locator"))
    graph.add(node, "dct:isPartOf", _thing("document", document))
    graph.add(node, "bw:place", place)
    graph.add(node, "bw:row", row)
    graph.add(node, "bw:column", column)
    graph.add(node, "bw:part", part)
    graph.add(node, "bw:line", line or None)
    return node


def _claim(graph: _Graph, claim: Claim, published: str, untimed: Collection[str]) -> None:
    node = _thing("claim", claim.id)
    graph.add(node, "rdf:type", _term("bw:Claim"), _term("qb:Observation"))
    graph.add(node, "dct:identifier", claim.id)
    place = _locator(graph, claim.document, claim.locator, claim.row, claim.column, claim.part, claim.line)
    graph.add(node, "prov:wasDerivedFrom", place)
    if claim.by:
        agent = _thing("agent", claim.by)
        graph.add(agent, "rdf:type", _term("prov:Agent"))
        graph.add(agent, "dct:identifier", claim.by)
        graph.add(node, "prov:wasAttributedTo", agent)
    graph.add(node, "bw:subject", claim.subject)
    graph.add(node, "bw:measure", claim.measure)
    graph.add(node, "bw:entity", ox.NamedNode(BASE + claim.entity) if claim.entity else None)
    graph.add(node, "bw:concept", _thing("measure", claim.concept) if claim.concept else None)
    graph.add(node, "bw:lexical", claim.lexical)
    if claim.value is None and claim.low is None and claim.high is None:
        graph.add(node, "bw:text", claim.lexical or "(no figure)")
    for name, value in (("Value", claim.value), ("Low", claim.low), ("High", claim.high)):
        graph.number(node, name, value)
    for about in comparable(claim, untimed):
        graph.add(node, "bw:comparableAs", about)
    graph.add(node, "bw:coherentAmount", amount_text(claim))
    graph.add(node, "bw:counts", claim.counted)
    graph.add(node, "bw:bound", claim.bound)
    graph.unit(node, claim.unit_id or claim.unit, claim.unit)
    if not (claim.unit_id or claim.unit) and claim.value is None and claim.low is None and claim.high is None:
        graph.add(node, "bw:noUnit", NO_UNIT)
    graph.add(node, "bw:status", _thing("status", STATUS.get(claim.status, claim.status)))
    graph.period(node, claim.period, claim.period_start, claim.period_end, claim.period_kind)
    graph.add(node, "bw:basis", claim.basis)
    graph.add(node, "bw:asOf", _date(published))
    if claim.quantity:
        graph.add(node, "bw:forQuantity", _thing("quantity", claim.quantity))
        graph.members(node, claim.index)
        graph.add(node, "bw:cell", index_text(claim.quantity, claim.index, claim.model_period))
        graph.add(node, "bw:modelPeriod", claim.model_period)
        graph.add(node, "bw:modelValue", None if claim.model_value is None else fraction_text(claim.model_value))
        graph.add(node, "bw:feeds", ox.Literal(claim.feeds))


def supply_name(s: Supply) -> str:
    """Return what the node of a statement is called."""
    return _digest(s.company, s.tier, s.role, s.segment, s.document, s.locator, s.line, s.note)


def _supply(graph: _Graph, s: Supply) -> None:
    node = _thing("supply", supply_name(s))
    graph.add(node, "rdf:type", _term("bw:Supply"))
    graph.add(node, "bw:company", _thing("company", s.company))
    graph.add(node, "bw:tier", _thing("tier", s.tier))
    graph.add(node, "bw:role", _thing("role", s.role))
    if s.product:
        graph.add(node, "bw:product", _thing("product", s.product))
    graph.add(node, "bw:topic", _thing("topic", s.topic) if s.topic else None)
    graph.members(node, s.index)
    graph.add(node, "bw:segment", s.segment)
    graph.add(node, "bw:note", s.note)
    graph.add(node, "bw:stance", s.stance)
    graph.add(node, "prov:wasDerivedFrom", _locator(graph, s.document, s.locator, s.segment, "", "", s.line))


def _mention(graph: _Graph, m: Mention) -> None:
    node = _thing("mention", _digest(m.company, m.segment, m.document, m.locator, m.line, m.note))
    graph.add(node, "rdf:type", _term("bw:Mention"))
    graph.add(node, "bw:company", _thing("company", m.company))
    graph.add(node, "bw:topic", _thing("topic", m.topic) if m.topic else None)
    graph.add(node, "bw:segment", m.segment)
    graph.add(node, "bw:note", m.note)
    graph.add(node, "bw:stance", m.stance)
    graph.add(node, "prov:wasDerivedFrom", _locator(graph, m.document, m.locator, m.segment, "", "", m.line))


def _relation(graph: _Graph, r: Relation) -> None:
    node = _thing("relation", r.id)
    graph.add(node, "rdf:type", _term("bw:Relation"))
    graph.add(node, "dct:identifier", r.id)
    graph.add(node, "bw:relation", r.relation)
    graph.add(node, "bw:fromText", r.source)
    graph.add(node, "bw:toText", r.target)
    graph.add(node, "bw:fromEntity", *(ox.NamedNode(BASE + thing) for thing in r.sources))
    graph.add(node, "bw:toEntity", *(ox.NamedNode(BASE + thing) for thing in r.targets))
    graph.number(node, "Value", r.coefficient)
    graph.unit(node, r.unit_id or r.unit, r.unit)
    graph.add(node, "bw:status", _thing("status", STATUS.get(r.status, r.status)) if r.status else None)
    graph.period(node, r.period)
    graph.add(node, "prov:wasDerivedFrom", _locator(graph, r.document, r.locator, "", "", "", r.line))


def _rounding(graph: _Graph, node: ox.NamedNode, claim: Claim, factor: Fraction | None) -> None:
    half = rounding(claim)
    if half is not None and factor is not None:
        graph.add(node, "bw:roundedBy", fraction_text(half * factor))


def _share(graph: _Graph, s: Share, claim: Claim | None) -> None:
    node = _thing("share", _digest(s.company, s.tier, s.quantity, s.index, s.claim))
    graph.add(node, "rdf:type", _term("bw:Share"))
    graph.add(node, "bw:company", _thing("company", s.company))
    graph.add(node, "bw:tier", _thing("tier", s.tier))
    if s.quantity:
        graph.add(node, "bw:forQuantity", _thing("quantity", s.quantity))
    graph.members(node, s.index)
    for name, value in (("Value", s.value), ("Low", s.low), ("High", s.high)):
        graph.number(node, name, value)
    graph.add(node, "bw:bound", s.bound)
    graph.period(node, s.period)
    graph.add(node, "bw:whole", whole(s, claim))
    if claim is not None:
        _rounding(graph, node, claim, claim.factor)
    graph.add(node, "bw:fromClaim", _thing("claim", s.claim))
    graph.add(node, "prov:wasDerivedFrom", _thing("claim", s.claim))
