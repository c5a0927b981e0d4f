"""The graph as RDF: one named graph a document, one for the model, one for the ontology (convention §5, §7).

Claims are observation nodes with a locator; a claim is never a bare triple. Numbers carry an exact text beside a double,
because SPARQL engines overflow on counts such as 1e25, and periods a whole year beside dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pyoxigraph as ox

from bullwhip.errors import Problem, QueryError
from bullwhip.model.chain import Chain, Share, Supply
from bullwhip.model.claim import Claim, Document
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.numbers import fraction_text
from bullwhip.terms import BW, PREFIXES, resource

if TYPE_CHECKING:
    from rdflib import Dataset

__all__ = ["build_quads", "to_format", "to_nquads", "to_rdflib"]

_XSD = PREFIXES["xsd"]
_TYPE = ox.NamedNode(f"{PREFIXES['rdf']}type")
_LABEL = ox.NamedNode(f"{PREFIXES['skos']}prefLabel")
_STATUS = {"A": "actual", "E": "estimate", "spec": "specification"}
_QUDT = {
    "%": "PERCENT", "1": "UNITLESS", "kW": "KiloW", "W": "W", "MW": "MegaW", "GB": "GigaBYTE", "TB": "TeraBYTE",
    "USD": "CCY_USD", "CNY": "CCY_CNY", "day": "DAY", "h": "HR", "s": "SEC", "nm": "NanoM", "GHz": "GigaHZ",
    "MHz": "MegaHZ", "bit": "BIT", "B": "BYTE",
}  # fmt: skip
"""Units that QUDT names; every other one is a term of our own."""

Term = ox.NamedNode | ox.Literal


def _bw(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{BW}{name}")


def _term(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{PREFIXES[prefix]}{name}")


def _id(kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(resource(kind, name))


def _typed(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(f"{_XSD}{datatype}"))


def _truth(value: bool) -> ox.Literal:
    return _typed("true" if value else "false", "boolean")


class _Graph:
    """Quads of one named graph, built node by node."""

    def __init__(self, name: ox.NamedNode) -> None:
        self.name = name
        self.quads: list[ox.Quad] = []

    def add(self, subject: ox.NamedNode, predicate: ox.NamedNode, value: Term | str | None) -> None:
        """Add a statement; nothing is said where the value is missing."""
        if value is None or value == "":
            return
        node = ox.Literal(value) if isinstance(value, str) else value
        self.quads.append(ox.Quad(subject, predicate, node, self.name))

    def label(self, subject: ox.NamedNode, label: Label) -> None:
        """Add the labels of a thing in both languages."""
        for text, language in ((label.zh, "zh"), (label.en, "en")):
            if text:
                self.add(subject, _LABEL, ox.Literal(text, language=language))


def build_quads(program: CompiledProgram, ontology: Mapping[str, bytes]) -> list[ox.Quad]:
    """Return the whole dataset of a program.

    Args:
        program: the compiled program.
        ontology: Turtle files of the vocabulary and the chain by name.

    Raises:
        QueryError: BW501 when one of them is not well-formed.
    """
    quads: list[ox.Quad] = []
    for document in program.documents:
        quads += _document(program, document)
    quads += _model(program)
    home = _id("graph", "ontology")
    for name, data in sorted(ontology.items()):
        try:
            parsed = list(ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=BW))
        except SyntaxError as error:
            raise QueryError(Problem("BW501", f"{name} is not well-formed Turtle: {error}")) from None
        quads += [ox.Quad(q.subject, q.predicate, q.object, home) for q in parsed]
    return quads


def _document(program: CompiledProgram, document: Document) -> list[ox.Quad]:
    node = _id("document", document.id)
    graph = _Graph(node)
    graph.add(node, _TYPE, _bw("Document"))
    graph.add(node, _term("dct", "identifier"), document.id)
    for text, language in ((document.title.zh, "zh"), (document.title.en, "en")):
        if text:
            graph.add(node, _term("dct", "title"), ox.Literal(text, language=language))
    graph.add(node, _term("dct", "publisher"), document.publisher.text("zh"))
    graph.add(node, _term("dct", "issued"), _typed(document.published, "date"))
    claims = [c for c in program.claims if c.document == document.id]
    for claim in claims:
        _claim(graph, node, claim, document.published)
    known = {c.id for c in claims}
    for number, supply in enumerate(s for s in program.chain.supplies if s.document == document.id):
        _supply(graph, node, supply, number)
    for share in program.chain.shares:
        if share.claim in known:
            _share(graph, share)
    return graph.quads


def _claim(graph: _Graph, document: ox.NamedNode, c: Claim, published: str) -> None:
    node, place = _id("claim", c.id), _id("locator", c.id)
    graph.add(node, _TYPE, _bw("Claim"))
    graph.add(node, _TYPE, _term("qb", "Observation"))
    for name, text in (
        ("subject", c.subject), ("measure", c.measure), ("lexical", c.lexical), ("bound", c.bound), ("unitText", c.unit or "-"),
        ("by", c.by), ("period", c.period),
    ):  # fmt: skip
        graph.add(node, _bw(name), text)
    graph.add(node, _bw("status"), _bw(_STATUS[c.status]))
    graph.add(node, _bw("asOf"), _typed(published, "date"))
    if c.value is not None:
        graph.add(node, _bw("value"), _double(c.value))
        graph.add(node, _bw("exactValue"), fraction_text(c.value))
    for name, value in (("low", c.low), ("high", c.high)):
        graph.add(node, _bw(name), None if value is None else fraction_text(value))
    if c.unit_id:
        known = _QUDT.get(c.unit_id)
        graph.add(node, _term("qudt", "hasUnit"), _term("unit", known) if known else _id("unit", c.unit_id))
    if c.period.isdigit() and len(c.period) == 4:
        graph.add(node, _bw("year"), _typed(c.period, "integer"))
        graph.add(node, _bw("periodStart"), _typed(f"{c.period}-01-01", "date"))
        graph.add(node, _bw("periodEnd"), _typed(f"{c.period}-12-31", "date"))
    if c.quantity:
        graph.add(node, _bw("quantity"), _id("quantity", c.quantity))
        graph.add(node, _bw("index"), index_text("", c.index, c.model_period))
        graph.add(node, _bw("feeds"), _truth(c.feeds))
    graph.add(node, _term("prov", "wasDerivedFrom"), place)
    graph.add(place, _TYPE, _bw("Locator"))
    graph.add(place, _term("prov", "wasQuotedFrom"), document)
    for name, text in (("locator", c.locator), ("row", c.row), ("column", c.column)):
        graph.add(place, _bw(name), text)
    graph.add(place, _bw("line"), _typed(str(c.line), "integer"))


def _double(value: Fraction) -> ox.Literal:
    return _typed(repr(float(value)), "double")


def _supply(graph: _Graph, document: ox.NamedNode, s: Supply, number: int) -> None:
    node = _id("supply", f"{s.document}-{number}")
    graph.add(node, _TYPE, _bw("Supply"))
    graph.add(node, _bw("company"), _id("company", s.company))
    graph.add(node, _bw("atTier"), _id("tier", s.tier))
    graph.add(node, _term("prov", "wasDerivedFrom"), document)
    for name, text in (("role", s.role), ("segment", s.segment), ("stance", s.stance), ("locator", s.locator)):
        graph.add(node, _bw(name), text)
    graph.add(node, _term("rdfs", "comment"), s.note)
    graph.add(node, _bw("line"), _typed(str(s.line), "integer"))


def _share(graph: _Graph, s: Share) -> None:
    node = _id("share", f"{s.company}-{s.tier}-{s.claim}")
    graph.add(node, _TYPE, _bw("Share"))
    graph.add(node, _bw("company"), _id("company", s.company))
    graph.add(node, _bw("atTier"), _id("tier", s.tier))
    graph.add(node, _bw("shareOf"), _id("quantity", s.quantity) if s.quantity else None)
    for name, value in (("shareValue", s.value), ("shareLow", s.low), ("shareHigh", s.high)):
        graph.add(node, _bw(name), None if value is None else _typed(fraction_text(value), "decimal"))
    graph.add(node, _bw("bound"), s.bound)
    graph.add(node, _bw("period"), s.period)
    graph.add(node, _term("prov", "wasDerivedFrom"), _id("claim", s.claim))


def _model(program: CompiledProgram) -> list[ox.Quad]:
    graph = _Graph(_id("graph", "model"))
    _chain(graph, program.chain)
    for quantity in program.quantities.values():
        _quantity(graph, quantity)
    for dimension in program.dimensions.values():
        node = _id("dimension", dimension.id)
        graph.add(node, _TYPE, _bw("Dimension"))
        graph.label(node, dimension.label)
        for member in dimension.members:
            graph.add(node, _bw("member"), member)
    for scenario in program.scenarios.values():
        node = _id("scenario", scenario.id)
        graph.add(node, _TYPE, _bw("Scenario"))
        graph.label(node, scenario.label)
    return graph.quads


def _chain(graph: _Graph, chain: Chain) -> None:
    for tier in chain.tiers:
        node = _id("tier", tier.id)
        graph.add(node, _TYPE, _bw("Tier"))
        graph.label(node, tier.label)
        graph.add(node, _bw("order"), None if tier.order is None else _typed(str(tier.order), "integer"))
        graph.add(node, _bw("isDemand"), _truth(tier.demand))
    for edge in chain.edges:
        graph.add(_id("tier", edge.target), _bw("drivesDemandFor"), _id("tier", edge.source))
    for company in chain.companies:
        node = _id("company", company.id)
        graph.add(node, _TYPE, _bw("Company"))
        graph.label(node, company.label)
        for alias in company.aliases:
            graph.add(node, _term("skos", "altLabel"), alias)
        graph.add(node, _term("schema", "tickerSymbol"), company.ticker)
        if company.parent:
            graph.add(node, _term("org", "subOrganizationOf"), _id("company", company.parent))


def _quantity(graph: _Graph, q: Quantity) -> None:
    node = _id("quantity", q.id)
    graph.add(node, _TYPE, _bw("Quantity"))
    if q.is_driver:
        graph.add(node, _TYPE, _bw("Driver"))
    graph.label(node, q.label)
    graph.add(node, _term("skos", "notation"), q.id)
    graph.add(node, _bw("unit"), q.unit)
    graph.add(node, _bw("kind"), q.kind)
    graph.add(node, _bw("atTier"), _id("tier", q.tier) if q.tier else None)
    if q.measure:
        graph.add(node, _bw("sizes"), _id("tier", q.tier))
        graph.add(node, _bw("measure"), q.measure)
    for read in q.inputs:
        graph.add(node, _bw("dependsOn"), _id("quantity", read))
    if q.is_driver:
        return
    rule = _id("rule", q.id)
    graph.add(rule, _TYPE, _bw("Rule"))
    graph.add(rule, _bw("defines"), node)
    graph.add(rule, _bw("expression"), q.expression)
    graph.add(rule, _bw("ruleSource"), q.source)
    if q.edge:
        graph.add(rule, _bw("edgeFrom"), _id("tier", q.edge[0]))
        graph.add(rule, _bw("edgeTo"), _id("tier", q.edge[1]))


def to_nquads(quads: list[ox.Quad]) -> bytes:
    """Return sorted N-Quads without repetition: the same graph gives the same bytes."""
    lines: Iterator[str] = (f"{q} .\n" for q in quads)
    return "".join(sorted(set(lines))).encode()


def to_format(nquads: bytes, form: str) -> bytes:
    """Return the dataset as `nquads`, `trig` or `turtle`; Turtle merges the named graphs."""
    if form == "nquads":
        return nquads
    quads = list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))
    if form == "trig":
        return ox.serialize(quads, format=ox.RdfFormat.TRIG, prefixes=PREFIXES) or b""
    merged = sorted({str(q.triple): q.triple for q in quads}.items())
    return ox.serialize([t for _, t in merged], format=ox.RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def to_rdflib(nquads: bytes) -> Dataset:
    """Return the dataset as an rdflib Dataset whose default graph is the union of all."""
    from rdflib import Dataset

    dataset = Dataset(default_union=True)
    dataset.parse(data=nquads, format="nquads")
    return dataset
