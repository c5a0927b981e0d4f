"""Shapes as records and as queries: what is read, refused or left to another engine, and what literals are worth."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.query.serialize import to_nquads
from bullwhip.query.shacl import validate, validate_store
from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Quads
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.literals import compare, is_well_formed
from bullwhip.query.shapes.paths import Path
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.terms import ShapeError
from bullwhip.query.shapes.wire import from_plain, to_plain
from bullwhip.store.interface import Answer

PREFIXES = """@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
XSD = "http://www.w3.org/2001/XMLSchema#"


def shapes(text: str) -> ShapesGraph:
    """Return shapes."""
    return ShapesGraph.of_files({"s.ttl": (PREFIXES + text).encode()})


def quads(text: str) -> list[ox.Quad]:
    """Return data."""
    return list(ox.parse((PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE))


def literal(value: str, kind: str) -> ox.Literal:
    """Return a typed literal."""
    return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("sh:property [ sh:path ex:p ; sh:minCount -1 ]", "sh:minCount is .* whole number"),
        ("sh:property [ sh:path ex:p ; sh:minCount 1.0 ]", "sh:minCount is .* whole number"),
        ("sh:property [ sh:path ex:p ; sh:minCount 1 , 2 ]", "several values of sh:minCount"),
        ("sh:property [ sh:path ex:p , ex:q ]", "several paths"),
        ("sh:property [ sh:minLength 1 ]", "has no sh:path"),
        ("sh:property [ sh:path ( ex:p ) ]", "fewer than two steps"),
        ("sh:property [ sh:path [ sh:alternativePath ( ex:p ) ] ]", "fewer than two ways"),
        ("sh:property [ sh:path [ ex:p ex:q ] ]", "not well-formed"),
        ("sh:property [ sh:path 'p' ]", "not well-formed"),
        ("sh:minCount 1", "stands on http://example.org/S, which has no sh:path"),
        ("sh:node [ sh:path ex:p ]", "which has a sh:path"),
        ("sh:or ( )", "the list of sh:or is empty"),
        ("sh:or [ ]", "a list is not well-formed"),
        ("sh:or ex:Other", "a list is not well-formed"),
        ("sh:in 'a'", "a list is not well-formed"),
        ("sh:not 'a'", "is no shape"),
        ("sh:nodeKind sh:Iri", "sh:nodeKind is .* must be one of sh:IRI"),
        ("sh:datatype 'integer'", "must name a datatype"),
        ("sh:class 'C'", "must name a class"),
        ("sh:equals 'p'", "must name a property"),
        ("sh:minInclusive ex:one", "must be a literal"),
        ("sh:closed 'yes'", "is not true or false"),
        ("sh:deactivated true , false", "several values"),
        ("sh:sparql [ sh:message 'm' ]", "sh:select is missing"),
        ("sh:property [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:C ] ]", "has no count"),
    ],
)
def test_a_shape_that_is_not_well_formed_is_refused(asked: str, words: str) -> None:
    """The message says what was found and what it must be."""
    with pytest.raises(ShapeError, match=words):
        Shapes(shapes(f"ex:S a sh:NodeShape ; sh:targetClass ex:C ; {asked} ."))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:node ex:S ] .", "refers to itself"),
        (
            "ex:S sh:targetClass ex:C ; sh:not ex:T . ex:T sh:or ( ex:S ex:U ) . ex:U sh:class ex:D .",
            "refers to itself",
        ),
        ("ex:S sh:targetClass [ ] ; sh:class ex:D .", "without a name"),
        ("ex:S sh:targetNode [ ] ; sh:class ex:D .", "without a name"),
        ("ex:S sh:targetClass ex:C ; sh:in ( [ ] ) .", "without a name"),
        ("ex:S sh:targetClass ex:C ; sh:hasValue [ ] .", "without a name"),
        ("ex:S sh:targetClass ex:C ; sh:pattern '(?=a)' .", "the pattern"),
        (r"ex:S sh:targetClass ex:C ; sh:pattern '(a)\\1' .", "the pattern"),
    ],
)
def test_what_is_not_compiled_is_named(text: str, words: str) -> None:
    """Recursion, what has no name, and patterns that look around or back are left; the rest is checked."""
    compiled = Shapes(shapes(f"{text} ex:Other sh:targetClass ex:C ; sh:class ex:D ."))
    found = check(compiled, Quads(quads("ex:a a ex:C .")))

    assert ["http://example.org/S"] == [node.value for node in compiled.left]
    assert all(words in reason for reason in compiled.left.values())
    assert ["http://example.org/Other"] == [r.shape.value for r in found]


def test_large_shapes_kill_nothing() -> None:
    """Thousands of classes, items, languages, constraints and nodes are answered, or left to an engine that can."""
    below = " ".join(f"ex:K{n} rdfs:subClassOf ex:C . ex:k{n} a ex:K{n} ; ex:p {n} ." for n in range(3_000))
    items = " ".join(map(str, range(1, 3_000)))
    names = " , ".join(f"ex:k{n}" for n in range(3_000))
    classes = " ; ".join(f"sh:class ex:K{n}" for n in range(1, 300))
    tags = " ".join(f'"x{n}"' for n in range(300))
    ways = " ".join(f"ex:p{n}" for n in range(300))
    text = f"""ex:In sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:in ( {items} ) ] .
        ex:Class sh:targetNode {names} ; sh:class ex:C .
        ex:Many sh:targetNode ex:k0 ; {classes} .
        ex:Tags sh:targetClass ex:C ; sh:languageIn ( {tags} ) .
        ex:Ways sh:targetClass ex:C ; sh:property [ sh:path [ sh:alternativePath ( {ways} ) ] ; sh:minCount 1 ] ."""
    compiled = Shapes(shapes(text))
    found = check(compiled, Quads(quads(below)))

    assert {"f0n0": 1, "Many": 299} == Counter(r.shape.value.rpartition("/")[2] for r in found)
    assert {"Tags", "Ways"} == {node.value.rpartition("/")[2] for node in compiled.left}


def test_shapes_within_shapes_have_an_end() -> None:
    """Deeper than anybody writes is refused, and no stack is exhausted."""
    text = "sh:not [ " * 3_000 + "sh:class ex:D" + " ]" * 3_000

    with pytest.raises(ShapeError, match="more than 50 deep"):
        Shapes(shapes(f"ex:S sh:targetClass ex:C ; {text} ."))


def test_results_travel_as_plain_data() -> None:
    """Terms of every kind, paths and solutions come out of JSON as they went in."""
    text = """ex:S sh:targetClass ex:C ; sh:property [ sh:path ( [ sh:inversePath ex:q ] ex:p ) ; sh:maxCount 0 ] ;
        sh:closed true ; sh:sparql [ sh:select "SELECT $this ?value ?x { $this ?x ?value }" ] ."""
    data = 'ex:a a ex:C ; ex:n "01"^^xsd:integer , "x\\n\\"y"@en , [ ] . ex:b ex:q ex:a ; ex:p 1 . [] a ex:C .'
    found = check(Shapes(shapes(text)), Quads(quads(data)))
    again = from_plain(json.loads(json.dumps(to_plain(found))))

    assert found == again
    assert [r.solution for r in found] == [r.solution for r in again]
    assert len(found) > 9


def test_what_nobody_targets_is_not_read() -> None:
    """A shape without a target that no other refers to is not held against anything, so it may be unfinished."""
    compiled = Shapes(
        shapes("ex:S a sh:PropertyShape ; sh:minCount 'many' . ex:T sh:targetClass ex:C ; sh:class ex:D .")
    )

    assert ["http://example.org/T"] == [node.value for node in compiled.shapes]


# -- paths ------------------------------------------------------------------------------------------------------------

iris = st.sampled_from("abc").map(lambda n: Path("iri", f"urn:{n}"))
paths = st.recursive(
    iris,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("^*+?"), inner).map(lambda p: Path(p[0], parts=(p[1],))),
        st.tuples(st.sampled_from("/|"), st.lists(inner, min_size=2, max_size=3)).map(
            lambda p: Path(p[0], parts=(*p[1],))
        ),
    ),
    max_leaves=4,
)
pairs = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=8)


def walk(path: Path, graph: set[tuple[str, str, str]], nodes: frozenset[str]) -> frozenset[str]:
    """Return where a path leads from some nodes, by its definition."""
    if path.kind == "iri":
        return frozenset(o for s, p, o in graph if s in nodes and f"urn:{p}" == path.iri)
    if path.kind == "^":
        everywhere = frozenset("xyz")
        return frozenset(n for n in everywhere if walk(path.parts[0], graph, frozenset(n)) & nodes)
    if path.kind == "/":
        for part in path.parts:
            nodes = walk(part, graph, nodes)
        return nodes
    if path.kind == "|":
        return frozenset().union(*(walk(part, graph, nodes) for part in path.parts))
    if path.kind == "?":
        return nodes | walk(path.parts[0], graph, nodes)
    found = nodes if path.kind == "*" else walk(path.parts[0], graph, nodes)
    while (more := found | walk(path.parts[0], graph, found)) != found:
        found = more
    return found


@given(paths, pairs, st.sampled_from("xyz"))
def test_a_path_without_its_empty_way_leads_where_the_path_leads(
    path: Path, triples: list[tuple[str, str, str]], start: str
) -> None:
    """The steps of a path, and the node itself where the path may be empty, are all that the path reaches."""
    graph, here = set(triples), frozenset(start)
    steps = path.steps
    reached = walk(steps, graph, here) if steps else frozenset()

    assert walk(path, graph, here) == reached | (here if path.nullable else frozenset())
    assert steps is None or not steps.nullable


# -- literals ---------------------------------------------------------------------------------------------------------

decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)


@given(decimals, st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_compare_as_rationals(decimal: object, double: float) -> None:
    """A decimal and a double have the order of the numbers that they stand for, without rounding."""
    exact = Fraction(str(decimal)) - Fraction(double)
    found = compare(literal(f"{decimal:f}", "decimal"), literal(repr(double), "double"))

    assert found == (exact > 0) - (exact < 0)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["0", "-0", "+007", "9" * 400], ["", "1.0", "1e3", "٣", "--1"]),
        ("byte", ["-128", "127"], ["128", "-129"]),
        ("unsignedInt", ["4294967295"], ["-1", "4294967296"]),
        ("positiveInteger", ["1"], ["0", "-1"]),
        ("decimal", ["1.", ".5", "-1.50", "1" * 60], ["1e3", ".", "1,5"]),
        ("double", ["1e3", "INF", "-INF", "NaN", "1.5E-7"], ["inf", "1e", "0x1p3"]),
        ("boolean", ["true", "false", "0", "1"], ["True", "yes", ""]),
        (
            "date",
            ["2024-02-29", "-0044-03-15", "2024-01-01Z", "2024-01-01+14:00"],
            ["2023-02-29", "24-01-01", "2024-1-1"],
        ),
        ("dateTime", ["2024-01-01T24:00:00", "2024-01-01T23:59:59.999Z"], ["2024-01-01", "2024-01-01T25:00:00"]),
        ("dateTimeStamp", ["2024-01-01T00:00:00Z"], ["2024-01-01T00:00:00"]),
        ("time", ["00:00:00", "12:30:00.5+05:30"], ["24:00:01", "1:00:00"]),
        ("gYear", ["2024", "-0001"], ["24", "02024"]),
        ("gYearMonth", ["2024-12"], ["2024-13"]),
        ("duration", ["P1Y", "-P1DT2H", "PT0.5S"], ["P", "PT", "1Y", "P1DT"]),
        ("dayTimeDuration", ["P1DT2H"], ["P1M"]),
        ("yearMonthDuration", ["P1Y2M"], ["P1D", "PT1M"]),
        ("hexBinary", ["", "0aFF"], ["0", "xx"]),
        ("string", ["", "anything"], []),
    ],
)
def test_lexical_forms_are_those_of_the_datatype(kind: str, good: list[str], bad: list[str]) -> None:
    """Each form of a datatype is well-formed, and nothing else."""
    assert ([True] * len(good), [False] * len(bad)) == (
        [is_well_formed(literal(text, kind)) for text in good],
        [is_well_formed(literal(text, kind)) for text in bad],
    )


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        (literal("2024-01-01T12:00:00Z", "dateTime"), literal("2024-01-01T13:00:00+01:00", "dateTime"), 0),
        (literal("2024-01-01T12:00:00Z", "dateTime"), literal("2024-01-01T11:59:59", "dateTime"), None),
        (literal("-0001-12-31", "date"), literal("0001-01-01", "date"), -1),
        (literal("PT36H", "dayTimeDuration"), literal("P1DT11H", "dayTimeDuration"), 1),
        (literal("P1M", "duration"), literal("P30D", "duration"), None),
        (literal("P1Y", "duration"), literal("P12M", "duration"), 0),
        (literal("NaN", "double"), literal("NaN", "double"), None),
        (literal("INF", "double"), literal("9" * 300, "integer"), 1),
        (literal("1", "boolean"), literal("false", "boolean"), 1),
        (literal("x", "integer"), literal("1", "integer"), None),
        (ox.Literal("a"), ox.Literal("b"), -1),
        (ox.Literal("a", language="en"), ox.Literal("b", language="en"), None),
        (ox.Literal("1"), literal("1", "integer"), None),
    ],
)
def test_literals_have_the_order_of_what_they_mean(one: ox.Literal, other: ox.Literal, sign: int | None) -> None:
    """Times, durations, numbers and texts compare within their kind, and have no order outside it."""
    assert (sign, None if sign is None else -sign) == (compare(one, other), compare(other, one))


@pytest.mark.parametrize("one", ["1", "1.0", "1.0e0", "01", '"1"^^xsd:int'])
@pytest.mark.parametrize(
    ("bound", "outside"),
    [("minInclusive", "0"), ("minExclusive", "0 1"), ("maxInclusive", "2"), ("maxExclusive", "1 2")],
)
def test_the_bound_itself_is_inside_or_outside_as_it_says(bound: str, outside: str, one: str) -> None:
    """What equals a bound is a value that an inclusive bound allows and an exclusive one does not, of whatever type."""
    text = f"ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:{bound} 1 ] ."
    graph = Quads(quads(f"ex:a a ex:C ; ex:p 0 , {one} , 2 ."))
    found = {r.value for r in check(Shapes(shapes(text)), graph)}
    [written] = [q.object for q in quads(f"ex:a ex:p {one} .")]
    values = {"0": literal("0", "integer"), "1": written, "2": literal("2", "integer")}

    assert {values[name] for name in outside.split()} == found


@pytest.mark.parametrize(("asked", "found"), [("lessThan", ["1", "2"]), ("lessThanOrEquals", ["2"])])
def test_equal_values_of_two_properties_are_less_or_not(asked: str, found: list[str]) -> None:
    """A value that equals another one is not less than it, and is less than or equal to it, also of another type."""
    text = f"ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:{asked} ex:q ] ."
    results = check(Shapes(shapes(text)), Quads(quads("ex:a a ex:C ; ex:p 0 , 1 , 2 ; ex:q 1.0 .")))

    assert found == sorted(r.value.value for r in results if r.value is not None)


# -- data -------------------------------------------------------------------------------------------------------------

ODD = """ex:a a ex:C ;
    ex:p "01"^^xsd:integer , 1 , "7"^^xsd:int , "300"^^xsd:byte , "2.50"^^xsd:decimal , "1"^^xsd:boolean ."""


def test_literals_are_told_as_they_were_written() -> None:
    """A store that rewrites literals changes neither their number, nor their datatypes, nor what a report says."""
    text = """ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:maxCount 5 ; sh:datatype xsd:integer ] ,
        [ sh:path ex:p ; sh:hasValue "2.50"^^xsd:decimal ] , [ sh:path ex:p ; sh:hasValue 2.5 ] ."""
    found = check(Shapes(shapes(text)), Quads(quads(ODD)))
    told = sorted((r.component.rpartition("#")[2], str(r.value and r.value.value)) for r in found)

    assert [
        ("DatatypeConstraintComponent", "1"), ("DatatypeConstraintComponent", "2.50"),
        ("DatatypeConstraintComponent", "300"), ("DatatypeConstraintComponent", "7"),
        ("HasValueConstraintComponent", "None"), ("MaxCountConstraintComponent", "None"),
    ] == told  # fmt: skip


def test_queries_of_shapes_see_numbers_and_not_how_they_are_written() -> None:
    """A constraint in SPARQL computes with what core constraints tell apart, in whichever order they are asked."""
    query = "SELECT $this ?value { $this <http://example.org/p> ?value FILTER(?value + 0 = 2.5) }"
    text = f"""ex:S sh:targetClass ex:C ; sh:sparql [ sh:select "{query}" ] ;
        sh:property [ sh:path ex:p ; sh:in ( 1 01 ) ] , [ sh:path ex:p ; sh:maxCount 0 ] ."""
    graph = Quads(quads(ODD))
    first, second = (check(Shapes(shapes(text)), graph) for _ in range(2))

    assert first == second
    assert ["2.5"] == [r.value.value for r in first if r.value and "SPARQL" in r.component]
    assert 4 == sum("InConstraint" in r.component for r in first)


class _Plain:
    """A store with what a check asks."""

    name = "plain"

    def __init__(self, data: list[ox.Quad]) -> None:
        self.store = ox.Store()
        self.store.extend(data)

    def query(self, text: str) -> Answer:
        found = self.store.query(text, use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        return Answer("select", tuple(v.value for v in found.variables), map(tuple, found))

    def dump(self) -> bytes:
        return to_nquads(self.store)


def test_a_store_is_checked_as_it_is() -> None:
    """Shapes are held against any store by queries alone, and say of it what they say of its quads."""
    text = """ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:q ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
        sh:sparql [ sh:select "SELECT $this ?value { $this <http://example.org/p> ?value FILTER(?value > 3) }" ] .
        ex:T sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:pattern "(?=4)" ; sh:minCount 1 ] ."""
    data = quads("ex:a a ex:C ; ex:p 4 ; ex:q ex:b , 'x' . ex:c a ex:C .")
    files = {"shapes.ttl": (PREFIXES + text).encode()}
    of_store = validate_store(_Plain(data), files)  # type: ignore[arg-type]

    assert validate(data, files) == of_store
    assert ('the pattern "(?=4)"', 4) == (of_store.fallback, len(of_store.results))


def test_one_value_is_fewer_than_two() -> None:
    """Of things with no, one and two values the first two have fewer than two."""
    text = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:p ; sh:minCount 2 ] ."
    data = quads("ex:a a ex:C . ex:b a ex:C ; ex:p 1 . ex:c a ex:C ; ex:p 1 , 2 .")
    found = validate(data, {"shapes.ttl": (PREFIXES + text).encode()})

    assert ["http://example.org/a", "http://example.org/b"] == sorted(r.focus for r in found.results)
