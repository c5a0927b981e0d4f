"""rdflib as a store: what it does otherwise and would not say is switched off or told."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.errors import LoadError, QueryError
from bullwhip.query.sparql import run
from bullwhip.store.interface import Store
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.rdflib_store import RdflibStore
from bullwhip.terms import BW

QUADS = """<urn:a> <urn:p> "1" .
<urn:a> <urn:p> "1" <urn:g1> .
<urn:a> <urn:p> "007"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g2> .
<urn:b> <urn:p> "7.50"^^<http://www.w3.org/2001/XMLSchema#decimal> <urn:g2> .
<urn:b> <urn:p> "31500000000000000000000000"^^<http://www.w3.org/2001/XMLSchema#integer> <urn:g2> .
<urn:b> <urn:p> "3.15e25"^^<http://www.w3.org/2001/XMLSchema#double> <urn:g2> .
_:x <urn:p> "液冷"@zh <urn:g2> .
_:x <urn:q> _:y <urn:g2> .
""".encode()


def both() -> tuple[Store, Store]:
    """Return the same quads on both stores."""
    return OxigraphStore.of(QUADS), RdflibStore.of(QUADS)


def test_both_stores_hold_the_same_quads() -> None:
    """Dump, counts and matches agree: numbers are spelled alike, and blank nodes keep their labels."""
    one, other = both()
    patterns = [(None, None, None, ox.NamedNode(f"urn:g{n}")) for n in (1, 2)] + [(ox.BlankNode("x"), None, None, None)]

    assert (one.dump(), one.dump("urn:g1"), one.graphs(), len(one)) == (
        other.dump(),
        other.dump("urn:g1"),
        other.graphs(),
        len(other),
    )
    assert [set(one.match(*p)) for p in patterns] == [set(other.match(*p)) for p in patterns]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s ?o { ?s ?p ?o FILTER(!ISBLANK(?o)) } ORDER BY ?s STR(?o) STR(DATATYPE(?o))",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "SELECT ?s (COUNT(*) AS ?n) { ?s <urn:none> ?o } GROUP BY ?s",
        "SELECT ?o (SUM(?n) AS ?m) { ?s ?p ?o { SELECT ?s (COUNT(*) AS ?n) { ?s <urn:q> ?x } GROUP BY ?s } }"
        " GROUP BY ?o",
        "SELECT (COUNT(*) AS ?n) { ?s <urn:none> ?o }",
        "SELECT ?s (COUNT(*) AS ?n) (SAMPLE(?q) AS ?z) { ?s ?p ?o OPTIONAL { ?s <urn:r> ?q } } GROUP BY ?s ORDER BY ?s",
        "ASK { ?s ?p 7 }",
        "CONSTRUCT { ?s <urn:r> ?o } WHERE { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o FILTER(LANG(?o) = 'zh') }",
    ],
)
def test_both_stores_give_the_same_answer(text: str) -> None:
    """Columns, terms and rows agree, also of groups that are empty and of a triple in several graphs."""
    one, other = (run(store, text, {}) for store in both())

    assert (one.columns, one.terms) == (other.columns, other.terms)


def test_functions_belong_to_one_query() -> None:
    """A function gives the same as on the other store, failures told alike; the next query does not know it."""

    def shout(term: ox.Literal) -> ox.Literal | None:
        if term.value == "1":
            raise ValueError("no")
        return ox.Literal(term.value + "!") if term.value != "7" else None

    text = "SELECT ?o (bw:shout(?o) AS ?y) (bw:shout(?none) AS ?z) { ?s ?p ?o FILTER(!ISBLANK(?o)) }"
    one, other = (run(store, text, {}, functions={f"{BW}shout": shout}) for store in both())

    assert (one.terms, one.warnings) == (other.terms, other.warnings)
    assert ["BW521"] == [w.code for w in other.warnings]
    with pytest.raises(QueryError, match="BW525 no function bw:shout"):
        run(RdflibStore.of(QUADS), text, {})


def test_a_cast_is_no_foreign_function() -> None:
    """Casts to datatypes of XML Schema are part of the language."""
    one, other = (run(store, "SELECT (xsd:string(?o) AS ?y) { <urn:a> ?p ?o }", {}) for store in both())

    assert one.terms == other.terms


def test_a_query_reads_no_file_and_no_address(tmp_path: Path) -> None:
    """FROM and SERVICE are refused also where the guard has not looked, and nobody is called."""
    (tmp_path / "secret.ttl").write_text("<urn:a> <urn:p> 'secret' .")
    file = (tmp_path / "secret.ttl").as_uri()
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        for text in (
            "SELECT * FROM <FILE> { ?s ?p ?o }",
            "SELECT * FROM NAMED <URL> { ?s ?p ?o }",
            "SELECT * { SERVICE <URL> { ?s ?p ?o } }",
            "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE SILENT <URL> { ?s ?p ?o } } }",
        ):
            with pytest.raises(QueryError, match="BW501"):
                RdflibStore.of(QUADS).query(text.replace("URL", url).replace("FILE", file))
        server.shutdown()
        thread.join()

    assert [] == calls


def test_terms_of_rdf_1_2_are_refused_whole() -> None:
    """A triple term is more than rdflib knows: the load is refused, and nothing of it stays."""
    store = RdflibStore()
    with pytest.raises(QueryError, match="BW525 rdflib has no term"):
        store.load(QUADS + b"<urn:c> <urn:p> <<( <urn:a> <urn:p> <urn:b> )>> .\n")

    assert 0 == len(store)


def test_writing_touches_one_graph() -> None:
    """Replacing and dropping leave every other graph as it was; a wrong replacement leaves all."""
    store = RdflibStore.of(QUADS)
    second = store.dump("urn:g2")
    with pytest.raises(LoadError, match="BW527"):
        store.replace("urn:g1", QUADS)
    assert QUADS.count(b"\n") == len(store)
    store.replace("urn:g1", b'<urn:c> <urn:p> "3" <urn:g1> .\n')
    store.drop("urn:nowhere")

    assert (b'<urn:c> <urn:p> "3" <urn:g1> .\n', second) == (store.dump("urn:g1"), store.dump("urn:g2"))
    store.drop("urn:g1")
    assert ["urn:g2"] == list(store.graphs())


def test_a_query_that_rdflib_cannot_run_is_an_error() -> None:
    """Whatever rdflib raises is told as an error of the query, never as a traceback."""
    with pytest.raises(QueryError, match="BW501 the query fails on rdflib: ParseException"):
        RdflibStore().query("SELECT")
