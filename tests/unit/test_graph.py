"""The graph as RDF: what it holds, that it is sound, and that every query answers alike on two engines."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from bullwhip import Workspace
from bullwhip.query.dataset import to_format
from bullwhip.query.sparql import QueryHeader, read_headers, read_parameters
from bullwhip.resources import data
from bullwhip.terms import BW, PREFIXES, resource

BWN = rdflib.Namespace(BW)


@cache
def _workspace() -> Workspace:
    return Workspace.open()


@cache
def _union() -> rdflib.Graph:
    graph = rdflib.Graph()
    for subject, predicate, value, _ in _workspace().dataset().quads((None, None, None, None)):
        graph.add((subject, predicate, value))
    return graph


@cache
def _shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(data("ontology") / "shapes.ttl")


def _violations(graph: rdflib.Graph) -> list[tuple[str, set[str]]]:
    """Return the focus node and the languages of the messages of every violation."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=_shapes())
    found = []
    for result in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
        messages = report.objects(result, rdflib.SH.resultMessage)
        focus = str(report.value(result, rdflib.SH.focusNode))
        found.append((focus, {str(getattr(m, "language", "")) for m in messages}))
    return sorted(found, key=lambda f: f[0])


def test_the_whole_graph_conforms_to_its_shapes() -> None:
    """Nothing in the shipped graph breaks a shape."""
    assert _violations(_union()) == []


_CLAIM = rdflib.URIRef(resource("claim", "planted"))
_SHARE = rdflib.URIRef(resource("share", "planted"))
_TIER = rdflib.URIRef(resource("tier", "planted"))
_RULE = rdflib.URIRef(resource("rule", "planted"))
_SUPPLY = rdflib.URIRef(resource("supply", "planted"))
_TYPE = rdflib.RDF.type


@pytest.mark.parametrize(
    ("focus", "planted"),
    [
        (_CLAIM, [(_CLAIM, _TYPE, BWN.Claim)]),
        (
            _SHARE,
            [(_SHARE, _TYPE, BWN.Share), (_SHARE, BWN.shareValue, rdflib.Literal("1.2", datatype=rdflib.XSD.decimal))],
        ),
        (_TIER, [(_TIER, _TYPE, BWN.Tier), (_TIER, BWN.order, rdflib.Literal(0))]),
        (_RULE, [(_RULE, _TYPE, BWN.Rule)]),
        (_SUPPLY, [(_SUPPLY, _TYPE, BWN.Supply)]),
    ],
    ids=["claim", "share", "tier", "rule", "supply"],
)
def test_shapes_catch_a_planted_violation(focus: rdflib.URIRef, planted: list[tuple[rdflib.URIRef, ...]]) -> None:
    """A planted bad node is named by the report, with messages in Chinese and English, and nothing else is."""
    graph = rdflib.Graph() + _union()
    for triple in planted:
        graph.add(triple)  # type: ignore[arg-type]

    found = _violations(graph)

    assert {f for f, _ in found} == {str(focus)}
    assert all(languages == {"zh", "en"} for _, languages in found)


def test_every_term_in_use_is_defined_with_both_labels() -> None:
    """Each bw: class and property that the graph uses is defined in core.ttl with labels and a definition."""
    core = rdflib.Graph().parse(data("ontology") / "core.ttl")
    used = {p for p in _union().predicates() if str(p).startswith(BW)}
    used |= {o for o in _union().objects(None, _TYPE) if str(o).startswith(BW)}
    undefined = set()
    for term in used:
        labels = {getattr(o, "language", "") for o in core.objects(term, rdflib.RDFS.label)}
        if labels != {"zh", "en"} or not list(core.objects(term, rdflib.SKOS.definition)):
            undefined.add(str(term))

    assert undefined == set()


def test_claims_live_in_the_named_graph_of_their_document() -> None:
    """Every claim of a document, and no other, is in the graph that its document names."""
    store = ox.Store()
    store.bulk_load(_workspace().nquads(), format=ox.RdfFormat.N_QUADS)
    rows = store.query(f"SELECT ?g (COUNT(?c) AS ?n) {{ GRAPH ?g {{ ?c a <{BW}Claim> }} }} GROUP BY ?g")
    counts = {row["g"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]

    assert counts == {resource("document", "003"): 1595}


def test_large_counts_survive_exactly() -> None:
    """9.0×10^9 PFLOPS stands in the graph as printed and as an exact text."""
    text = "SELECT ?exact WHERE { ?c bw:lexical '9.0×10^9' ; bw:exactValue ?exact }"

    assert _workspace().query("test", {}, text).rows == (("9000000000",),)


def test_exports_hold_the_same_graph() -> None:
    """Turtle, TriG and N-Quads of the graph parse to the same triples."""
    nquads = _workspace().nquads()
    triples = [
        {str(q.triple) for q in ox.parse(to_format(nquads, form), format=syntax)}
        for form, syntax in (
            ("nquads", ox.RdfFormat.N_QUADS),
            ("trig", ox.RdfFormat.TRIG),
            ("turtle", ox.RdfFormat.TURTLE),
        )
    ]

    assert triples[0] == triples[1]
    assert triples[1] == triples[2]


def _headers() -> list[QueryHeader]:
    return list(read_headers(_workspace().files))


SLOW = {"provenance/conflicting_claims", "provenance/document_overview"}
"""Queries that rdflib needs minutes for on the shipped graph; test_sparql.py compares them on a small one."""


@pytest.mark.parametrize("header", [h for h in _headers() if h.id not in SLOW], ids=lambda h: h.id)
def test_a_query_answers_alike_on_two_engines(header: QueryHeader) -> None:
    """Each shipped query gives the columns of its header and some rows, and the same rows on Oxigraph and rdflib."""
    given = dict(part.split("=", 1) for part in header.example.split())
    ours = _workspace().query(header.id, given)
    terms = {name: rdflib.URIRef(t.value) if isinstance(t, ox.NamedNode) else rdflib.Literal(t.value)
             for name, t in read_parameters(header, given, {}).items()}  # fmt: skip
    text = _workspace().files[f"queries/{header.id}.rq"].decode()
    bound = " ".join(f"VALUES ?{name} {{ {term.n3()} }}" for name, term in terms.items())
    theirs = _union().query(text.replace("{", "{ " + bound, 1), initNs=PREFIXES)
    rows = [tuple("" if value is None else str(value) for value in row) for row in theirs]  # type: ignore[union-attr]

    assert ours.columns == header.columns
    assert len(ours.rows) > 0
    assert sorted(_shown(row) for row in ours.rows) == sorted(_shown(row) for row in rows)


def _shown(row: tuple[str | None, ...]) -> tuple[str, ...]:
    """Return a row without the order inside concatenations, which engines may choose."""
    return tuple(" ".join(sorted((value or "").replace("|", " ").split())) for value in row)
