"""The graph as RDF: what it holds, that it is sound, and that every query answers alike on two engines."""

from __future__ import annotations

import re
from functools import cache

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from bullwhip import Workspace
from bullwhip.errors import LimitError, QueryError
from bullwhip.query.dataset import to_format
from bullwhip.query.sparql import bind, guard, read_header, read_headers, run, with_terms
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
        (_SHARE, [(_SHARE, _TYPE, BWN.Share), (_SHARE, BWN.shareValue, rdflib.Literal("1.2", datatype=rdflib.XSD.decimal))]),
        (_TIER, [(_TIER, _TYPE, BWN.Tier), (_TIER, BWN.order, rdflib.Literal(0))]),
        (_RULE, [(_RULE, _TYPE, BWN.Rule)]),
        (_SUPPLY, [(_SUPPLY, _TYPE, BWN.Supply), (_SUPPLY, BWN.role, rdflib.Literal("friend"))]),
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
    rows = run(
        _workspace().nquads(),
        "test",
        "SELECT ?exact ?value WHERE { ?c bw:lexical '9.0×10^9' ; bw:exactValue ?exact ; bw:value ?value }",
        {},
    ).rows

    assert rows == (("9000000000", "9e+09"),) or rows == (("9000000000", "9000000000.0"),)


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


EXAMPLES = {
    "chain/companies_by_tier": {"tier": "hbm"},
    "chain/shares": {"tier": "ai_server"},
    "exposure/companies_by_driver": {"driver": "idc.racks_added"},
    "exposure/drivers_by_company": {"company": "sk_hynix"},
    "provenance/claims_by_quantity": {"quantity": "server.market"},
}


def _names() -> list[str]:
    return [h.id for h in read_headers(_workspace().files)]


@pytest.mark.parametrize("name", _names())
def test_a_query_answers_alike_on_two_engines(name: str) -> None:
    """Each shipped query gives the columns its header names, some rows, and the same rows on Oxigraph and rdflib."""
    ours = _workspace().query(name, EXAMPLES.get(name, {}))
    text = _workspace().files[f"queries/{name}.rq"].decode()
    header, problems = read_header(f"queries/{name}.rq", text)
    known = {"quantity": _workspace().program.quantities, "company": ["sk_hynix"], "tier": ["hbm", "ai_server"]}
    bound = with_terms(name, text, bind(header, EXAMPLES.get(name, {}), known))
    theirs = _workspace().dataset().query(bound.replace(r"\/", "/") if False else bound, initNs=PREFIXES)
    cells = sorted(tuple(_cell(v) for v in row) for row in theirs)  # type: ignore[union-attr]

    assert problems == []
    assert ours.columns == header.columns
    assert len(ours.rows) > 0
    assert sorted(tuple(_shown(v) for v in row) for row in ours.rows) == cells


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = str(value)
    kinds = "company|tier|quantity|document|rule|claim"
    return _shown(re.sub(rf"^{re.escape(resource('', ''))[:-1]}({kinds})/", "", text))


def _shown(value: str | None) -> str:
    """Return a cell without what two engines may order or write differently: the order inside a concatenation."""
    return " ".join(sorted((value or "").replace("|", " ").split()))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "LOAD <file:///etc/hosts>",
        "CLEAR ALL",
        "SELECT * FROM <file:///etc/hosts> { ?s ?p ?o }",
        r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_a_query_may_only_read(text: str) -> None:
    """Updates, SERVICE, LOAD, FROM and escapes that could hide them are refused before parsing."""
    with pytest.raises(QueryError, match="BW501"):
        guard("test", text)


def test_words_inside_strings_iris_and_comments_are_no_words() -> None:
    """The guard reads tokens: a label that says "AI SERVICE" is no SERVICE."""
    guard("test", 'SELECT ?s { ?s ?p "AI SERVICE, please load" . # from here\n ?s <http://x/service> ?o }')


def test_deep_nesting_is_a_limit_and_no_crash() -> None:
    """A query nested beyond the limit, which would bring the parser down, ends with BW901."""
    with pytest.raises(LimitError, match="BW901"):
        guard("test", "SELECT * " + "{" * 3000 + "}" * 3000)


def test_a_syntax_error_says_where() -> None:
    """A query that cannot be parsed names its line."""
    with pytest.raises(QueryError, match=r"mine\.rq:2"):
        run(_workspace().nquads(), "mine.rq", "SELECT ?s\nWHERE ?s ?p ?o }", {})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "needs the parameter 'tier'"),
        ({"teir": "hbm"}, "did you mean 'tier'"),
        ({"tier": "hbn"}, "did you mean 'hbm'"),
        ({"tier": "hbm> ?x ?y . # "}, "no tier"),
    ],
)
def test_a_wrong_parameter_is_refused(given: dict[str, str], says: str) -> None:
    """A missing, misspelt or unknown parameter is refused with BW502 and the nearest name; text never reaches the query."""
    with pytest.raises(QueryError, match=re.escape(says)):
        _workspace().query("chain/companies_by_tier", given)


def test_a_header_without_its_lines_is_a_problem() -> None:
    """A query without title, answer or columns, or with an unknown type, is reported with BW216."""
    _, problems = read_header("queries/x.rq", "# title@en: X\n# param a (quantty): a\n# what\nSELECT * { }")

    assert [p.code for p in problems] == ["BW216"] * 5
    assert problems[0].hint == "did you mean 'quantity'?"
