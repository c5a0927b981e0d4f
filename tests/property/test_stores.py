"""Laws of stores: numbers survive, one graph is touched, and every store holds and answers the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bullwhip.errors import QueryError
from bullwhip.query.sparql import run
from bullwhip.store.answers import read_json
from bullwhip.store.interface import Store
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.rdflib_store import RdflibStore
from bullwhip.store.remote import RemoteStore
from bullwhip.terms import BW, PREFIXES
from endpoints import oxigraph_binary, oxigraph_server

XSD = PREFIXES["xsd"]
GRAPHS = [ox.NamedNode(f"urn:g{n}") for n in range(3)]
NODES = [*(ox.NamedNode(f"urn:n{n}") for n in range(3)), ox.BlankNode("b0"), ox.BlankNode("b1")]
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\t\n\r"\\液冷²'), max_size=12)


def typed(kind: str, texts: st.SearchStrategy[str]) -> st.SearchStrategy[ox.Literal]:
    """Return literals of a datatype."""
    return texts.map(lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)))


NUMBERS = st.one_of(
    typed("integer", st.integers(-(10**30), 10**30).map(str)),
    typed("integer", st.integers(0, 999).map(lambda n: f"+00{n}")),
    typed("decimal", st.decimals("-1e17", "1e17", places=6).map(lambda d: f"{d:f}0")),
    typed("decimal", st.decimals("-1e40", "1e40", allow_nan=False).map(lambda d: f"{Decimal(d):f}")),
    typed("double", st.floats(allow_nan=False, allow_infinity=False).map(lambda x: f"{x:.17e}")),
    typed("double", st.sampled_from(["3.15e25", "INF", "NaN", "-0.0", "1e999"])),
    typed("integer", st.sampled_from(["", "abc", "1.5", "１２"])),
    typed("date", st.dates().map(str)),
    typed("boolean", st.sampled_from(["true", "0", "YES"])),
)
TERMS = st.one_of(
    st.sampled_from(NODES), NUMBERS, WORDS.map(ox.Literal), WORDS.map(lambda t: ox.Literal(t, language="zh"))
)
QUADS = st.lists(
    st.builds(ox.Quad, st.sampled_from(NODES), st.just(ox.NamedNode("urn:p")), TERMS, st.sampled_from(GRAPHS)),
    min_size=1,
    max_size=12,
)


def nquads(quads: list[ox.Quad]) -> bytes:
    """Return quads as a text, spelled as they are."""
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    """Give a store at a real second server; none where there is no server."""
    with ExitStack() as opened:
        if oxigraph_binary() is None:
            yield []
            return
        store = RemoteStore(opened.enter_context(oxigraph_server(tmp_path_factory.mktemp("server"))))
        opened.callback(store.close)
        yield [store]


def emptied(stores: list[Store]) -> list[Store]:
    """Return new local stores, and those given without their graphs."""
    for store in stores:
        for graph in store.graphs():
            store.drop(graph)
    return [OxigraphStore(), RdflibStore(), *stores]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quads=QUADS, other=QUADS)
def test_every_store_holds_the_same(quads: list[ox.Quad], other: list[ox.Quad], endpoint: list[Store]) -> None:
    """Whatever is loaded, and replaced in one graph, is in all stores the same, byte for byte."""
    stores = emptied(endpoint)
    graph = GRAPHS[0]
    fresh = nquads([ox.Quad(q.subject, q.predicate, q.object, graph) for q in other])
    for store in stores:
        store.load(nquads(quads))
    loaded = [store.dump() for store in stores]
    rest = [b"".join(store.dump(g.value) for g in GRAPHS[1:]) for store in stores]
    for store in stores:
        store.replace(graph.value, fresh)

    assert [loaded[0]] * len(stores) == loaded
    assert len({store.dump() for store in stores}) == 1
    assert len({tuple(store.graphs().items()) for store in stores}) == 1
    assert rest == [b"".join(store.dump(g.value) for g in GRAPHS[1:]) for store in stores]
    assert stores[0].dump(graph.value) == OxigraphStore.of(fresh).dump()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quads=QUADS)
def test_removing_and_adding_is_nothing(quads: list[ox.Quad], endpoint: list[Store]) -> None:
    """A graph that is dropped is gone alone; put back, the dump is what it was, byte for byte."""
    graph = quads[0].graph_name.value  # type: ignore[union-attr]
    for store in emptied(endpoint):
        store.load(nquads(quads))
        whole, part = store.dump(), store.dump(graph)
        store.drop(graph)
        gone = store.dump()
        store.load(part)

        assert sorted(whole.splitlines()) == sorted(gone.splitlines() + part.splitlines())
        assert (whole, len(whole.splitlines())) == (store.dump(), len(store))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.decimals(allow_nan=False, allow_infinity=False).map(str) | WORDS, min_size=1, max_size=8))
def test_exact_texts_survive(numbers: list[str], endpoint: list[Store]) -> None:
    """What bw:exactValue and bw:lexical hold comes out of a query as it went in, whatever it looks like."""
    exact, printed = ox.NamedNode(f"{BW}exactValue"), ox.NamedNode(f"{BW}lexical")
    quads = [
        ox.Quad(ox.NamedNode(f"urn:claim{n}"), predicate, ox.Literal(text), GRAPHS[0])
        for n, text in enumerate(numbers)
        for predicate in (exact, printed)
    ]
    expected = tuple(sorted((f"urn:claim{n}", text, text) for n, text in enumerate(numbers)))
    for store in emptied(endpoint):
        store.load(nquads(quads))
        table = run(store, "SELECT ?claim ?e ?l { ?claim bw:exactValue ?e ; bw:lexical ?l } ORDER BY ?claim", {})

        assert expected == table.rows


WORDS_OF_RESULTS = ["uri", "literal", "bnode", "triple"]
KEYS_OF_RESULTS = st.sampled_from(["type", "value", "datatype", "xml:lang", "x", "subject"])
CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(WORDS_OF_RESULTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS_OF_RESULTS, inner, max_size=4),
    max_leaves=12,
)


def outcome(content: bytes, form: str) -> str:
    """Return what becomes of an answer: its code when it is refused, or whether its rows fit its columns."""
    try:
        answer = read_json(content, form, "it")
    except QueryError as error:
        return error.problems[0].code
    return "fits" if all(len(row) == len(answer.columns) for row in answer.rows) else "does not fit"


@given(head=CELLS, bindings=CELLS | st.lists(st.dictionaries(st.just("x"), CELLS, max_size=1), max_size=3))
def test_answers_of_any_form_are_read_or_refused(head: object, bindings: object) -> None:
    """Whatever JSON an endpoint sends is an answer of terms or an error of the query, never anything else."""
    for variables in (["x"], head):
        content = json.dumps({"head": {"vars": variables}, "results": {"bindings": bindings}, "boolean": head}).encode()

        assert {outcome(content, form) for form in ("select", "ask")} <= {"fits", "BW524"}


@given(cut=st.integers(0, 400), noise=st.binary(max_size=4))
def test_a_cut_answer_is_refused_at_every_byte(cut: int, noise: bytes) -> None:
    """No beginning of an answer is an answer, whatever follows it."""
    cell = {"type": "literal", "value": "液冷", "xml:lang": "zh"}
    whole = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": cell}] * 3}}).encode()
    if cut < len(whole):
        with pytest.raises(QueryError, match="BW524"):
            read_json(whole[:cut] + noise.strip(b"}] "), "select", "it")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quads=QUADS)
def test_a_count_is_that_of_different_triples(quads: list[ox.Quad]) -> None:
    """Whatever graphs say a triple, it counts once in the union; GRAPH sees it in each."""
    for store in (OxigraphStore(), RdflibStore()):
        store.load(nquads(quads))
        held = {(q.subject, q.predicate, q.object, q.graph_name) for q in store.match(None, None, None, None)}
        union = run(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {})
        each = run(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", {})

        assert (str(len({q[:3] for q in held})), str(len(held))) == (union.rows[0][0], each.rows[0][0])
