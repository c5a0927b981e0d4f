"""The shipped graph as RDF: what it holds, and that it is sound; test_sparql.py compares engines on a small one."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pyshacl
import rdflib

from bullwhip import Workspace
from bullwhip.query.dataset import to_format
from bullwhip.resources import data
from bullwhip.terms import BW, resource

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


def test_every_term_in_use_is_defined_with_both_labels() -> None:
    """Each bw: class and property that the graph uses is defined in core.ttl with labels and a definition."""
    core = rdflib.Graph().parse(data("ontology") / "core.ttl")
    used = {p for p in _union().predicates() if str(p).startswith(BW)}
    used |= {o for o in _union().objects(None, rdflib.RDF.type) if str(o).startswith(BW)}
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

    expected = {"000": 363, "001": 1169, "002": 786, "003": 1595, "004": 169}
    assert counts == {resource("document", d): n for d, n in expected.items()}


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
