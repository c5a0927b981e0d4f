"""Constraints in SPARQL: `$this` is bound beforehand everywhere, for all focus nodes at once as for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Quads
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.peer import check_with_pyshacl, to_graph
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.report import messages
from bullwhip.query.shapes.rewriting import BoundQuery
from bullwhip.query.shapes.terms import ShapeError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib calls what it deprecates itself

PREFIXES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex: sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""
DATA = """
ex:a a ex:C ; ex:p 1 , 2 , 3 ; ex:q ex:b ; ex:n "A" .
ex:b a ex:C ; ex:p 4 ; ex:q ex:c , ex:a ; ex:n "B" .
ex:c a ex:C ; ex:q ex:c .
ex:d a ex:D ; ex:p 9 ; ex:q ex:a .
"""


def quads(data: str = DATA) -> list[ox.Quad]:
    """Return the data."""
    return list(ox.parse((PREFIXES + data).encode(), format=ox.RdfFormat.TURTLE))


def shapes(query: str, more: str = "") -> ShapesGraph:
    """Return a shape with one constraint in SPARQL."""
    text = f"""{PREFIXES}ex:S a sh:NodeShape ; sh:targetClass ex:C ; {more}
        sh:sparql [ sh:prefixes ex: ; sh:message "{{?value}} of {{$this}}"@en ; sh:select \"\"\"{query}\"\"\" ] ."""
    return ShapesGraph.of_files({"s.ttl": text.encode()})


def told(results: list[Result]) -> list[tuple[str, str, str]]:
    """Return focus, path and value of results, by last name."""

    def last(text: str | None) -> str:
        return (text or "").rpartition("/")[2]

    return sorted(
        (last(r.focus.value), last(r.path.text if r.path else ""), last(r.value and r.value.value)) for r in results
    )


QUERIES = {
    "plain": "SELECT $this ?value WHERE { $this ex:p ?value }",
    "a path": "SELECT $this (ex:p AS ?path) ?value WHERE { $this ex:p ?value . FILTER(?value > 1) }",
    "no this among what is selected": "SELECT ?value WHERE { $this ex:p ?value . }",
    "a filter alone": "SELECT $this WHERE { FILTER($this = ex:a) }",
    "a filter in a nested group": "SELECT $this WHERE { { FILTER($this = ex:a) } }",
    "a filter in one of two ways": """SELECT $this ?value WHERE {
        { $this ex:p ?value } UNION { FILTER($this = ex:c) } }""",
    "a filter in an option": """SELECT $this ?value WHERE {
        $this a ex:C OPTIONAL { ?value ex:q ?o FILTER(?o = $this) } }""",
    "bound": "SELECT $this WHERE { { FILTER(BOUND($this)) } $this ex:p 1 }",
    "an assignment": """SELECT $this ?value WHERE {
        BIND(STR($this) AS ?name) { BIND($this AS ?value) } FILTER(STRLEN(?name) > 2) }""",
    "what does not exist": """SELECT $this WHERE {
        FILTER NOT EXISTS { { FILTER($this = ex:a) } UNION { $this ex:p 4 } } }""",
    "a subquery": """SELECT $this ?value WHERE {
        { SELECT $this ?value WHERE { ?value ex:q ?o FILTER(?o = $this) } } }""",
    "groups": """SELECT $this ?value WHERE {
        { SELECT $this (COUNT(?x) AS ?value) WHERE { $this ex:p ?x } GROUP BY $this } FILTER(?value > 1) }""",
    "another thing": "SELECT $this ?value WHERE { ?value a ex:D . ?value ex:q $this }",
    "a circle": "SELECT $this WHERE { $this ex:q+ $this }",
}


@pytest.mark.parametrize("name", QUERIES)
def test_pyshacl_finds_the_same_focus_node_by_focus_node(name: str) -> None:
    """One query over all focus nodes gives what pyshacl finds in one for each of them."""
    graph = shapes(QUERIES[name])

    assert told(check_with_pyshacl(graph, to_graph(quads()))) == told(check(Shapes(graph), Quads(quads())))


def test_the_queries_find_something() -> None:
    """None of the queries above agrees by finding nothing."""
    assert all(check(Shapes(shapes(query)), Quads(quads())) for query in QUERIES.values())


ONE_BY_ONE = {
    "at most one": (
        "SELECT $this ?value WHERE { $this ex:p ?value } ORDER BY ?value LIMIT 1", [("a", "", "1"), ("b", "", "4")],
    ),
    "nothing counts": (
        "SELECT $this (COUNT(?x) AS ?value) WHERE { $this ex:p ?x } HAVING (COUNT(?x) < 2)",
        [("b", "", "1"), ("c", "", "0")],
    ),
    "all of it": (
        "SELECT $this ?value WHERE { { SELECT $this (SUM(?x) AS ?value) WHERE { $this ex:p ?x } } FILTER(?value > 4) }",
        [("a", "", "6")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_what_counts_over_everything_is_asked_of_each(name: str) -> None:
    """LIMIT, and an aggregate that does not group by the focus node, mean the rows of one focus node."""
    query, expected = ONE_BY_ONE[name]
    found = told(check(Shapes(shapes(query)), Quads(quads())))

    assert expected == found


def test_nodes_without_a_name_are_not_asked_one_by_one() -> None:
    """A query cannot name a blank node; what would need it is not compiled."""
    compiled = Shapes(shapes("SELECT $this ?value WHERE { $this ex:p ?value } LIMIT 1"))

    assert [] == check(compiled, Quads(quads("[] a ex:C ; ex:p 1 .")))
    assert ["nodes without a name"] == [reason.rpartition("on ")[2] for reason in compiled.left.values()]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT $this WHERE { $this ex:p ?x MINUS { $this ex:p 1 } }", "MINUS is not allowed"),
        ("SELECT $this WHERE { $this ex:p ?x VALUES ?x { 1 } }", "VALUES is not allowed"),
        ("SELECT $this WHERE { SERVICE <urn:x> { $this ex:p ?x } }", "SERVICE is not allowed"),
        ("SELECT $this WHERE { GRAPH <urn:x> { $this ex:p ?x } }", "GRAPH is not allowed"),
        ("SELECT $this FROM <urn:x> WHERE { $this ex:p ?x }", "FROM is not allowed"),
        ("SELECT $this WHERE { BIND(1 AS $this) }", "binds [?]this anew"),
        ("SELECT $this WHERE { { SELECT ?x WHERE { ?x ex:p 1 } } }", "does not select [?]this"),
        ("SELECT $this WHERE { { SELECT * WHERE { ?x ex:p 1 } } }", "does not select [?]this"),
        ("SELECT $this WHERE { $this $PATH ?x }", "without a path"),
        ("SELECT $this WHERE { $this ex:p }", "cannot be run"),
        ("SELECT $this WHERE { $this other:p ?x }", "cannot be run"),
        ("ASK { $this ex:p ?x }", "no SELECT"),
        ("SELECT $this WHERE { $this ex:p ?x } }", "brace too many"),
        ("DELETE WHERE { ?s ?p ?o }", "DELETE is not allowed"),
        ("SELECT $this ?failure WHERE { BIND(true AS ?failure) }", "reports a failure"),
    ],
)
def test_what_means_something_else_is_refused(query: str, words: str) -> None:
    """Whatever reads elsewhere, binds anew what is bound, or is no query is refused with its reason."""
    with pytest.raises(ShapeError, match=words):
        check(Shapes(shapes(query)), Quads(quads()))


def test_messages_speak_of_what_was_found() -> None:
    """Variables in a message are filled in, once for each result."""
    graph = shapes("SELECT $this ?value WHERE { $this ex:p ?value . FILTER(?value > 3) }")
    [result] = check(Shapes(graph), Quads(quads()))

    assert [ox.Literal("4 of http://example.org/b", language="en")] == messages(graph, result)


COMPONENT = """
ex:Component a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] , [ sh:path ex:unless ; sh:optional true ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:prefixes ex: ;
        sh:ask "ASK { FILTER($value <= $most || $this = COALESCE($unless, ex:nothing)) }" ] .
ex:S a sh:NodeShape ; sh:targetClass ex:C ;
    sh:property [ sh:path ex:p ; ex:most 2 ] , [ sh:path ex:p ; ex:most 1 ; ex:unless ex:a ] .
"""


def test_components_of_ones_own_are_asked_of_each_value() -> None:
    """A validator with ASK is held against every value, with the parameters that the shape gives."""
    graph = ShapesGraph.of_files({"s.ttl": (PREFIXES + COMPONENT).encode()})
    found = check(Shapes(graph), Quads(quads()))

    assert [("a", "p", "3"), ("b", "p", "4"), ("b", "p", "4")] == told(found)
    assert {"http://example.org/Component"} == {r.component for r in found}


def queries_of(graph: ShapesGraph) -> Iterator[BoundQuery]:
    """Yield the constraints in SPARQL of a graph."""
    compiled = Shapes(graph)
    for node, constraint in compiled.queries():
        [owner] = graph.subjects("http://www.w3.org/ns/shacl#sparql", node)
        assert constraint.query is not None
        yield BoundQuery(constraint.query, compiled[owner], "")


def test_focus_nodes_stand_where_they_are_needed_and_nowhere_else() -> None:
    """They come first in the query, and in a nested group only when nothing but an expression there speaks of them."""
    [plain] = queries_of(
        shapes("SELECT $this WHERE { $this ex:p ?x { $this ex:q ?y } UNION { FILTER($this = ex:a) } }")
    )

    assert plain.is_safe
    assert " ".join(plain.over("HERE").split()) == (
        "SELECT $this WHERE { HERE $this ex:p ?x { $this ex:q ?y } UNION { HERE FILTER($this = ex:a) } }"
    )
