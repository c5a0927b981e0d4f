"""A store as an rdflib Dataset: the same as a copy in rdflib's memory, and nothing can be written."""

from __future__ import annotations

import pytest
from rdflib import BNode, Dataset, Literal, URIRef
from rdflib.plugins.sparql import prepareQuery

from bullwhip.errors import QueryError
from bullwhip.query.dataset import to_rdflib
from bullwhip.query.rdflib_view import as_dataset
from bullwhip.store.oxigraph import OxigraphStore
from unit.sample import sample_nquads

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib calls what it deprecates itself

LABELS = "SELECT ?s ?l { ?s skos:prefLabel ?l } ORDER BY ?s ?l"


@pytest.fixture(scope="module")
def pair() -> tuple[Dataset, Dataset]:
    """Return a view and a copy of the same data."""
    store = OxigraphStore.of(sample_nquads())
    return as_dataset(store), to_rdflib(store.dump())


def test_it_holds_what_a_copy_holds(pair: tuple[Dataset, Dataset]) -> None:
    """Quads, triples of the union, graphs and lengths agree."""
    view, copy = pair
    names = [{g.identifier for g in each.graphs() if len(g)} for each in pair]
    graph = URIRef("https://w3id.org/bullwhip/id/document/003")

    assert names[0] == names[1]
    assert set(view.quads()) == set(copy.quads())
    assert sorted(view.triples((None, None, None))) == sorted(copy.triples((None, None, None)))
    assert (len(view), len(view.graph(graph))) == (len(copy), len(copy.graph(graph)))
    assert set(view.graph(graph)) == set(copy.graph(graph))


def test_queries_go_to_the_store_or_through_rdflib_alike(pair: tuple[Dataset, Dataset]) -> None:
    """A text, a prepared query and one with bindings give the same rows on the view as on the copy."""
    view, copy = pair
    prepared = prepareQuery(LABELS, initNs=dict(copy.namespaces()))
    bound = {"l": Literal("液冷", lang="zh")}

    assert list(view.query(LABELS)) == list(copy.query(LABELS)) == list(view.query(prepared))
    assert list(view.query(LABELS, initBindings=bound)) == list(copy.query(LABELS, initBindings=bound))
    assert view.query("ASK { ?s ?p ?o }").askAnswer
    construct = "CONSTRUCT { ?s ?p ?o } WHERE { ?s skos:prefLabel ?o . ?s ?p ?o }"
    assert set(view.query(construct)) == set(copy.query(construct))


def test_own_prefixes_are_known(pair: tuple[Dataset, Dataset]) -> None:
    """A prefix that the caller binds is known to a query, beside ours."""
    found = pair[0].query("SELECT ?l { ?s own:prefLabel ?l }", initNs={"own": "http://www.w3.org/2004/02/skos/core#"})

    assert len(list(found)) == len(list(pair[1].query(LABELS)))


def test_what_the_guard_refuses_is_refused(pair: tuple[Dataset, Dataset]) -> None:
    """A query that would leave the dataset is refused before any engine sees it."""
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        pair[0].query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_it_is_not_written(pair: tuple[Dataset, Dataset]) -> None:
    """Adding and removing are refused, whichever way."""
    triple = (BNode(), URIRef("urn:p"), Literal(1))
    for write in (pair[0].add, pair[0].remove, pair[0].graph(URIRef("urn:g")).add):
        with pytest.raises(QueryError, match="BW525"):
            write(triple)
