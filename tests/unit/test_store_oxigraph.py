"""Oxigraph as a store: whole writes, nothing else touched, and no failure that is not told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.errors import LoadError, Problem, QueryError
from bullwhip.query.sparql import run
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import BW

QUADS = b"""<urn:a> <urn:p> "1" <urn:g1> .
<urn:b> <urn:p> "2" <urn:g1> .
<urn:c> <urn:p> _:x <urn:g2> .
_:x <urn:p> "3" <urn:g2> .
"""
OTHER = b'<urn:d> <urn:p> "4" <urn:g1> .\n'


def test_what_goes_in_comes_out() -> None:
    """A dump is the lines that went in, labels of blank nodes kept, and counts agree."""
    store = OxigraphStore.of(QUADS)

    assert (QUADS, 4, {"urn:g1": 2, "urn:g2": 2}) == (store.dump(), len(store), store.graphs())
    assert QUADS.splitlines(keepends=True)[:2] == store.dump("urn:g1").splitlines(keepends=True)


@pytest.mark.parametrize("nquads", [QUADS, OTHER, b'<urn:a> <urn:p> "_:no node" <urn:g> .\r\n_:x <urn:p> _:x .\n', b""])
def test_what_has_been_checked_goes_in_alike(nquads: bytes) -> None:
    """Leaving out the check of IRIs changes nothing where they are sound; blank nodes keep their labels either way."""
    assert OxigraphStore.of(nquads).dump() == OxigraphStore.of(nquads, checked=True).dump()
    assert nquads.count(b"_:x") == OxigraphStore.of(nquads, checked=True).dump().count(b"_:x")


def test_an_iri_is_checked_unless_it_has_been() -> None:
    """What nobody has checked is refused where it is wrong, with its line, beside blank nodes too."""
    with pytest.raises(LoadError) as caught:
        OxigraphStore.of(b"_:x <urn:p> <urn:a> <urn:g> .\n<urn:a> <urn:p> <no scheme> <urn:g> .\n")

    problem = caught.value.problems[0]
    assert problem.place is not None
    assert ("BW527", 2) == (problem.code, problem.place.line)


def test_removing_and_adding_gives_the_same_bytes() -> None:
    """A graph that is dropped and put back leaves the dump as it was, byte for byte."""
    store = OxigraphStore.of(QUADS)
    graph = store.dump("urn:g2")
    store.drop("urn:g2")
    without = store.dump()
    store.load(graph)

    assert (store.dump("urn:g1"), QUADS) == (without, store.dump())


@pytest.fixture(params=["memory", "disk"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OxigraphStore]:
    """Yield a store that holds QUADS and can be written, in memory or on disk."""
    made = OxigraphStore() if request.param == "memory" else OxigraphStore(ox.Store(str(tmp_path / "s")))
    made.load(QUADS)
    yield made
    made.close()


def test_replacing_touches_one_graph(store: OxigraphStore) -> None:
    """A replaced graph holds what it was given, another graph what it held, and nothing waits elsewhere."""
    second = store.dump("urn:g2")
    store.replace("urn:g1", OTHER)

    assert (OTHER, second) == (store.dump("urn:g1"), store.dump("urn:g2"))
    assert {"urn:g1": 1, "urn:g2": 2} == store.graphs()
    assert b"".join(sorted((OTHER + second).splitlines(keepends=True))) == store.dump()


def test_replacing_by_nothing_drops(store: OxigraphStore) -> None:
    """A graph replaced by nothing is not there; to drop one that is not there is no error."""
    store.replace("urn:g1", b"")
    store.drop("urn:nowhere")

    assert {"urn:g2": 2} == store.graphs()


@pytest.mark.parametrize("wrong", [OTHER + QUADS, b'<urn:a> <urn:p> "1" .\n', OTHER + b"x\n"])
def test_a_wrong_replacement_changes_nothing(wrong: bytes, store: OxigraphStore) -> None:
    """Quads of another graph, of none, or no quads at all leave the store as it was."""
    with pytest.raises(LoadError, match="BW527"):
        store.replace("urn:g1", wrong)

    assert QUADS == store.dump()


@pytest.mark.parametrize(
    ("line", "place"),
    [(b"<urn:a> <urn:p> 'x' .\n", "N-Quads:2:17: BW527 not N-Quads"), (b"_:x <urn:p> <urn:a b> .\n", "N-Quads:2:13")],
)
@pytest.mark.parametrize("held", [QUADS, b""])
def test_quads_that_are_not_well_formed_change_nothing(held: bytes, line: bytes, place: str) -> None:
    """A text with one wrong line adds none of its lines, and the message shows line, column and text."""
    store = OxigraphStore.of(held)
    with pytest.raises(LoadError) as caught:
        store.load(OTHER + line)

    assert held == store.dump()
    assert [place, f"    | {line.decode().rstrip()}"] == [
        shown[: len(place)] if n == 0 else shown
        for n, shown in enumerate(caught.value.problems[0].render().split("\n")[:2])
    ]


def test_a_query_reads_the_union_of_all_graphs() -> None:
    """Without GRAPH every triple of every graph is seen; with it those of one."""
    store = OxigraphStore.of(QUADS)

    assert 4 == len(list(store.query("SELECT * { ?s ?p ?o }").rows))
    assert 2 == len(list(store.query("SELECT * { GRAPH <urn:g1> { ?s ?p ?o } }").rows))


def test_forms_of_answers() -> None:
    """ASK gives one row with a boolean, CONSTRUCT one row a triple."""
    store = OxigraphStore.of(OTHER)
    ask = store.query("ASK { ?s ?p '4' }")
    construct = store.query("CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s ?p ?o }")
    triple = (ox.NamedNode("urn:d"), ox.NamedNode("urn:q"), ox.Literal("4"))

    assert ("ask", "true") == (ask.form, next(iter(ask.rows))[0].value)  # type: ignore[union-attr]
    assert ("construct", ("subject", "predicate", "object")) == (construct.form, construct.columns)
    assert [triple] == list(construct.rows)


def test_quads_that_fit_a_pattern() -> None:
    """A pattern gives the quads that fit it; a literal as subject or a blank predicate fits none."""
    store = OxigraphStore.of(QUADS)
    b = ox.NamedNode("urn:b")

    assert ["2"] == [q.object.value for q in store.match(b, None, None, None)]  # type: ignore[union-attr]
    assert 2 == len(list(store.match(None, None, None, ox.NamedNode("urn:g2"))))
    assert [] == list(store.match(ox.Literal("b"), None, None, None))
    assert [] == list(store.match(None, ox.Literal("b"), None, None))
    assert [] == list(store.match(None, None, None, ox.Literal("b")))


def test_what_a_function_raises_is_told() -> None:
    """The engine leaves the cell unbound without a word; the answer says what failed, how often, and that it did."""

    def inverse(term: ox.Literal) -> ox.Literal:
        return ox.Literal(1 / int(term.value))

    text = "SELECT ?x (bw:inverse(?x) AS ?y) { VALUES ?x { 0 2 0 } } ORDER BY ?x"
    table = run(OxigraphStore(), text, {}, functions={f"{BW}inverse": inverse, f"{BW}other": inverse})

    assert (("0", None), ("0", None), ("2", "0.5")) == table.rows
    assert ["the function bw:inverse fails 2 times, first: ZeroDivisionError: division by zero"] == [
        p.message for p in table.warnings
    ]
    assert ["BW521"] == [p["code"] for p in table.as_dict()["warnings"]]


def test_the_message_of_an_own_error_is_kept() -> None:
    """A function that raises an error of this package is told by its message, without the name of a class."""

    def refuse(term: ox.Literal) -> ox.Literal:
        raise QueryError(Problem("BW402", "out of reach"))

    table = run(OxigraphStore(), "SELECT (<urn:f>(1) AS ?y) {}", {}, functions={"urn:f": refuse})

    assert ["the function <urn:f> fails: out of reach"] == [p.message for p in table.warnings]


def test_a_function_without_a_value_is_no_failure() -> None:
    """None means that there is no value: the cell is empty and nothing is told."""
    table = run(OxigraphStore(), "SELECT (<urn:f>(1) AS ?y) {}", {}, functions={"urn:f": lambda _: None})

    assert (((None,),), ()) == (table.rows, table.warnings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT (bw:valeu(1) AS ?x) {}", "BW525 no function bw:valeu\n    = did you mean 'bw:value'"),
        ("SELECT (<urn:f>(1) AS ?x) {}", "BW525 no function <urn:f>\n    = functions: bw:value"),
    ],
)
def test_an_unknown_function_is_refused(text: str, message: str) -> None:
    """A function that is not there is an error with the nearest name, never an empty cell."""
    with pytest.raises(QueryError) as caught:
        OxigraphStore().query(text, {f"{BW}value": lambda term: term})

    assert caught.value.problems[0].render().startswith(message)


def test_a_query_names_functions_by_its_own_prefixes() -> None:
    """A function is found by prefix, by the query's own prefix, and by IRI; what it does not call is not passed."""
    text = f"PREFIX own: <{BW}> SELECT (own:f(1) AS ?a) (bw:f(2) AS ?b) (<{BW}f>(3) AS ?c) {{}}"
    table = run(OxigraphStore(), text, {}, functions={f"{BW}f": lambda term: term})

    assert (("1", "2", "3"),) == table.rows


def test_a_frozen_store_is_not_written() -> None:
    """A store that others ask too refuses every write, and holds what it held."""
    store = OxigraphStore.of(QUADS, frozen=True)
    with pytest.raises(QueryError, match="BW525"):
        store.load(OTHER)
    with pytest.raises(QueryError, match="BW525"):
        store.replace("urn:g1", OTHER)
    with pytest.raises(QueryError, match="BW525"):
        store.drop("urn:g1")

    assert QUADS == store.dump()


def test_a_store_on_disk_is_opened_for_reading(tmp_path: Path) -> None:
    """What was written to disk is read as it was, and writing is refused."""
    engine = ox.Store(str(tmp_path / "s"))
    OxigraphStore(engine).load(QUADS)
    engine.flush()
    del engine
    store = OxigraphStore.open(tmp_path / "s")

    assert (QUADS, 4) == (store.dump(), len(store))
    with pytest.raises(QueryError, match="read-only"):
        store.drop("urn:g1")
    store.close()


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    """A folder that holds no store is an error, and stays empty: reading never makes a store."""
    with pytest.raises(LoadError, match="BW526"):
        OxigraphStore.open(tmp_path)
    (tmp_path / "CURRENT").write_text("MANIFEST-000001\n")
    with pytest.raises(LoadError, match=r"BW526.*cannot be opened"):
        OxigraphStore.open(tmp_path)

    assert ["CURRENT"] == sorted(p.name for p in tmp_path.iterdir())


REPEATED = b"""<urn:a> <urn:p> "1" .
<urn:a> <urn:p> "1" <urn:g1> .
<urn:a> <urn:p> "1" <urn:g2> .
<urn:b> <urn:p> "2" <urn:g2> .
"""


def counted(store: OxigraphStore, pattern: str = "?s ?p ?o") -> int:
    """Return how many solutions a pattern has."""
    return len(list(store.query(f"SELECT * {{ {pattern} }}").rows))


def test_a_triple_in_several_graphs_counts_once() -> None:
    """The union has each triple once, whichever graphs say it; GRAPH sees it in each of them."""
    store = OxigraphStore.of(REPEATED)

    assert (2, 3, 2) == (counted(store), counted(store, "GRAPH ?g { ?s ?p ?o }"), counted(store))
    assert 3 == counted(store, "GRAPH ?g { ?s ?p ?o } ?s ?p ?o")
    assert (REPEATED, 4) == (store.dump(), len(store))


def test_the_union_follows_what_is_written() -> None:
    """What is said once more, replaced or dropped is counted as it then stands, whatever was asked before."""
    store = OxigraphStore.of(OTHER)
    seen = [counted(store)]
    store.load(OTHER.replace(b"g1", b"g2"))
    seen.append(counted(store))
    store.replace("urn:g1", OTHER.replace(b"4", b"5"))
    seen.append(counted(store))
    store.replace("urn:g2", OTHER.replace(b"4", b"5").replace(b"g1", b"g2"))
    seen.append(counted(store))
    store.drop("urn:g1")
    seen.append(counted(store))
    fresh = OxigraphStore.of(OTHER)
    counted(fresh)
    fresh.replace("urn:g2", OTHER.replace(b"g1", b"g2"))

    assert [1, 1, 2, 1, 1] == seen
    assert 1 == counted(fresh)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("ASK { ?s ?p ?o }", False),
        ("PREFIX x: <urn:x#> SELECT  DISTINCT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1", False),
        ("SELECT REDUCED ?s { ?s ?p ?o }", True),
        ("SELECT ?s { ?s ?p ?o } # select distinct", True),
        ("SELECT DISTINCT ?s { { SELECT ?s { ?s ?p ?o } LIMIT 1 } }", True),
        ("SELECT DISTINCT (COUNT(*) AS ?n) { ?s ?p ?o }", True),
        ("SELECT DISTINCT ?s (GROUP_CONCAT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s", True),
        ("SELECT DISTINCT (BNODE() AS ?n) { ?s ?p ?o }", True),
        ("ASK { { SELECT ?s { ?s ?p ?o } OFFSET 2 } }", True),
        ("CONSTRUCT WHERE { ?s ?p ?o }", True),
        ("DESCRIBE <urn:a>", True),
    ],
)
def test_the_union_is_made_where_it_can_be_told(text: str, counts: bool) -> None:
    """A graph of the union is made for a query that could count; without one both give the same rows."""
    store = OxigraphStore.of(REPEATED)
    rows = list(store.query(text).rows)
    made = store._merged is not None
    store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")

    assert counts == made
    assert counts or rows == list(store.query(text).rows)
