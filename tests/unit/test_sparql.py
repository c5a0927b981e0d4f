"""Named queries: headers say what runs, parameters are terms, and nothing but the dataset is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.errors import BullwhipError, LimitError, QueryError, ValidationError
from bullwhip.query import sparql
from bullwhip.query.dataset import to_rdflib
from bullwhip.query.exposure import reached_path
from bullwhip.query.header import Term, read_header, read_headers, read_parameters
from bullwhip.query.sparql import Table
from bullwhip.resources import data
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES, resource
from unit.sample import sample_nquads, sample_program

FILES = {f"queries/{p.relative_to(data('queries')).as_posix()}": p for p in sorted(data("queries").rglob("*.rq"))}
SMALL = b'<urn:a> <urn:p> "1" .\n<urn:b> <urn:p> "2" <urn:g> .\n'
ELSEWHERE = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def nquads() -> bytes:
    """The dataset of the sample."""
    return sample_nquads()


def run(nquads: bytes, text: str, parameters: Mapping[str, Term | tuple[Term, ...]], name: str = "query") -> Table:
    """Return the table that a query gives on a dataset in memory."""
    return sparql.run(OxigraphStore.of(nquads), text, parameters, name)


def sample_parameters(name: str) -> dict[str, Term]:
    """Return parameters of a shipped query that name something in the sample."""
    values = {
        "quantity": "hbm.capacity", "company": "sk_hynix", "tier": "hbm", "document": "003", "entity": "topic/models",
        "measure": "vendors", "topic": "models", "claim": "c1", "scenario": "more", "status": "estimate",
        "cell": "model.vendors[family=language,period=2023]", "text": "stock", "integer": "2023", "date": "2023-01-01",
    }  # fmt: skip
    header = read_header(name, FILES[name].read_text(encoding="utf-8"))
    given = {p.name: "model.vendors" if p.name == "driver" else values[p.type] for p in header.parameters}
    return {n: t[0] if isinstance(t, tuple) else t for n, t in read_parameters(header, given, {}).items()}


def answer(nquads: bytes, name: str, **values: str) -> Table:
    """Return the answer of a shipped query on the sample."""
    text = (data("queries") / f"{name}.rq").read_text(encoding="utf-8")
    return run(nquads, text, read_parameters(read_header(name, text), values, {}), name)


def code(text: str, **parameters: Term) -> str:
    """Return the code with which a query is refused."""
    with pytest.raises(BullwhipError) as caught:
        run(SMALL, text, parameters)
    return caught.value.problems[0].code


@pytest.mark.parametrize("name", FILES)
def test_columns_are_what_the_header_says(name: str, nquads: bytes) -> None:
    """The header of a shipped query names its columns in order, and on the sample it has an answer to give."""
    text = FILES[name].read_text(encoding="utf-8")
    table = run(nquads, text, sample_parameters(name), name)

    assert read_header(name, text).columns == table.columns


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib calls what it deprecates itself
@pytest.mark.parametrize("name", FILES)
def test_two_engines_give_the_same_answer(name: str, nquads: bytes) -> None:
    """A shipped query has the same rows in the same order on rdflib, its parameters written in as terms."""
    text = FILES[name].read_text(encoding="utf-8")
    parameters = sample_parameters(name)
    written = text
    for variable, term in parameters.items():
        written = re.sub(rf"\?{variable}\b", lambda _, term=term: str(term), written)  # type: ignore[misc]
    rows = to_rdflib(nquads).query(written, initNs=PREFIXES)
    expected = tuple(tuple(None if cell is None else str(cell) for cell in row) for row in rows)  # type: ignore[union-attr]

    assert expected == run(nquads, text, parameters, name).rows


@pytest.mark.parametrize("name", FILES)
def test_shipped_queries_are_ordered_and_documented(name: str) -> None:
    """A shipped query has titles, an ORDER BY, every parameter in its text, and an example where it needs one."""
    text = FILES[name].read_text(encoding="utf-8")
    header = read_header(name, text)

    assert "ORDER BY" in text
    assert [] == [p.name for p in header.parameters if f"?{p.name}" not in text.partition("WHERE")[2]]
    assert bool(header.parameters) == bool(header.example)


def test_companies_behind_a_driver_are_those_with_a_path(nquads: bytes) -> None:
    """SPARQL reaches exactly the suppliers of the tiers that the search over rules reaches."""
    program = sample_program()
    sizing = [
        q for q in program.quantities.values() if q.measure and reached_path(program, ["model.vendors"], q.id, {})
    ]
    expected = {
        (s.company, q.id) for q in sizing for s in program.chain.supplies if s.role == "supplier" and s.tier == q.tier
    }
    table = answer(nquads, "exposure/companies_by_driver", driver="model.vendors")
    found = {(row[0], row[table.columns.index("quantity")]) for row in table.rows}

    assert expected == found  # fmt: skip


def test_customers_are_not_exposed(nquads: bytes) -> None:
    """A company that only buys at a tier is not reached through it."""
    table = answer(nquads, "exposure/companies_by_driver", driver="accelerator.memory")

    assert ["samsung", "sk_hynix"] == [row[0] for row in table.rows]


def test_single_suppliers_count_companies_not_statements(nquads: bytes) -> None:
    """A tier of which one company is named twice has a single supplier; one of two companies has not."""
    tiers = [row[0] for row in answer(nquads, "chain/single_supplier_tiers").rows]

    assert ["ai_chip", "liquid_cooling"] == tiers


def test_conflicts_are_claims_on_the_same_thing(nquads: bytes) -> None:
    """Claims with different amounts are listed under the cell and the entity they are about, others are not."""
    table = answer(nquads, "provenance/conflicting_claims")
    columns = [table.columns.index(name) for name in ("about", "amount", "document")]
    pairs = (("12 dimensionless", "002"), ("15 dimensionless", "003"))
    topics = ("model.vendors[family=language,period=2023]", "topic/models vendors 2023")

    assert [(about, *pair) for about in topics for pair in pairs] == [tuple(r[c] for c in columns) for r in table.rows]


def test_sources_go_through_the_rules(nquads: bytes) -> None:
    """The sources of a quantity are the selected claims and the assumptions of all that is behind it."""
    table = answer(nquads, "provenance/sources_behind_quantity", quantity="hbm.capacity")

    assert [("accelerator.memory", "assumption"), ("model.vendors", "claim")] == [(r[0], r[2]) for r in table.rows]


def test_a_parameter_is_a_term_and_never_text() -> None:
    """A parameter full of SPARQL is compared as the text it is."""
    evil = '" } SERVICE <urn:x> { ?s ?p ?o } #\\'
    dataset = b'<urn:a> <urn:p> "\\" } SERVICE <urn:x> { ?s ?p ?o } #\\\\" .\n'
    table = run(dataset, "SELECT ?s { ?s ?p ?o FILTER(?o = ?wanted) }", {"wanted": ox.Literal(evil)})

    assert (("urn:a",),) == table.rows


def test_a_parameter_reaches_variables_that_are_not_selected() -> None:
    """A parameter binds its variable inside paths and filters, whether or not it is selected."""
    found = run(SMALL, "SELECT ?o { ?s <urn:p>+ ?o }", {"s": ox.NamedNode("urn:b")})

    assert (("2",),) == found.rows


@pytest.mark.parametrize("form", ["ASK { ?s ?p ?o }", "CONSTRUCT { ?s <urn:q> ?o } WHERE { ?s ?p ?o }"])
def test_parameters_reach_every_form(form: str) -> None:
    """ASK and CONSTRUCT take parameters as SELECT does."""
    table = run(SMALL, form, {"s": ox.NamedNode("urn:b")})

    assert table.rows in ((("true",),), (("urn:b", "urn:q", "2"),))


def test_a_query_reads_all_graphs() -> None:
    """The default graph is the union of all, and GRAPH still names one."""
    assert 2 == len(run(SMALL, "SELECT ?s { ?s ?p ?o }", {}).rows)
    assert 1 == len(run(SMALL, "SELECT ?s { GRAPH <urn:g> { ?s ?p ?o } }", {}).rows)


def test_rows_without_an_order_are_sorted() -> None:
    """A query without ORDER BY gives sorted rows, unbound cells first and as None."""
    table = run(SMALL, "SELECT ?o ?x { ?s ?p ?o OPTIONAL { ?s <urn:q> ?x } }", {})

    assert (("1", None), ("2", None)) == table.rows
    assert (("string", None), ("string", None)) == table.kinds


READS_ELSEWHERE = {
    "plain": f"SELECT * {{ SERVICE <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "lower case": f"select * {{ service silent <{ELSEWHERE}> {{ ?s ?p ?o }} }}",
    "after a literal without space": f"SELECT * {{ ?s ?p trueSERVICE <{ELSEWHERE}> {{}} }}",
    "after a number without space": f"SELECT * {{ ?s ?p 1SERVICE <{ELSEWHERE}> {{}} }}",
    "with its modifier": f"SELECT * {{ SERVICESILENT<{ELSEWHERE}>{{}} }}",
    "joined to a prefix": f"PREFIX x: <{ELSEWHERE}> SELECT * {{ SERVICEx:y {{}} }}",
    "behind a comparison like an IRI": f"PREFIX s: <{ELSEWHERE}> SELECT * {{ FILTER(1<b:c)SERVICE s:#>\n{{}} }}",
    "behind a comment in such an IRI": f"SELECT * {{ FILTER(?a<?b#>'''\n) SERVICE <{ELSEWHERE}> {{}} #'''\n}}",
    "behind two comparisons": f"SELECT * {{ FILTER(1<<b:c#>\n && ?x<?y#>'''\n) SERVICE <{ELSEWHERE}> {{}} #'''\n}}",
    "from a graph": "SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }",
    "from without space": f"PREFIX x: <{ELSEWHERE}> SELECT *FROMx:y{{ ?s ?p ?o }}",
    "load": f"LOAD <{ELSEWHERE}>",
    "insert": "INSERT DATA { <urn:a> <urn:b> 1 }",
    "delete": "DELETE WHERE { ?s ?p ?o }",
}  # fmt: skip


@pytest.mark.parametrize("text", READS_ELSEWHERE.values(), ids=READS_ELSEWHERE)
def test_nothing_else_is_read_or_written(text: str) -> None:
    """Whatever would read another source or change the dataset is BW501, however it is spelt."""
    assert "BW501" == code(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o FILTER(?o != 'SERVICE <x>') } # SERVICE, FROM, LOAD",
        "SELECT * { ?service ?from ?load FILTER(?load != '''INSERT\n''') }",
        "SELECT * { ?s <https://schema.org/Service#from> ?o }",
        "SELECT * { VALUES (?s ?p) { (<urn:a#1> <urn:p#2>) } ?s ?p ?o FILTER(?o IN (<urn:a#b>, <urn:c#d>)) }",
    ],
)
def test_words_in_strings_comments_and_names_are_free(text: str) -> None:
    """A forbidden word in a string, a comment, a variable or an IRI refuses nothing."""
    assert isinstance(run(SMALL, text, {}), Table)


TOO_MUCH = {
    "text": "SELECT * { ?s ?p ?o } #" + " " * 100_000,
    "depth": "SELECT * " + "{" * 65 + "}" * 65,
    "patterns": "SELECT * { " + "?s ?p ?o . " * 257 + "}",
    "path": "SELECT * { ?s " + "/".join(["<urn:p>"] * 258) + " ?o }",
    "list": "SELECT * { ?s ?p (" + " 1" * 300 + ") }",
    "objects": "SELECT * { ?s ?p " + ",".join(["1"] * 300) + " }",
    "optional": "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o } " * 65 + "}",
    "operators": "SELECT * { ?s ?p ?o FILTER(" + "!" * 1001 + "?o) }",
    "tokens": "SELECT * { VALUES ?x {" + " 1" * 20_000 + "} }",
}


@pytest.mark.parametrize("text", TOO_MUCH.values(), ids=TOO_MUCH)
def test_limits_hold_before_the_engine_sees_the_text(text: str) -> None:
    """A query that would overflow the parser or hang the planner is BW901."""
    with pytest.raises(LimitError, match="BW901"):
        run(SMALL, text, {})


def test_a_long_list_of_values_is_no_limit() -> None:
    """Rows of VALUES are data: thousands of them run."""
    text = "SELECT ?x { VALUES (?x ?y) {" + " (1 2)" * 3000 + "} }"

    assert 3000 == len(run(SMALL, text, {}).rows)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("SELECT ?x {\n  ?x foo:a ?y }", "q.rq:2:11", "a prefix is not declared"),
        ("SELECT ?x {\n ?x a }", "q.rq:2:8", "unexpected the end of the line"),
        ("SELECT ?x {\n ?x ?p 'a }", "q.rq:2:8", "unexpected"),
        ("", "q.rq:1:1", "unexpected the end of the line"),
        ("SELECT ?x (COUNT(*) AS ?n) { ?x ?p ?o }", "q.rq:1:", "The SELECT contains a variable that is unbound"),
    ],
)
def test_a_syntax_error_has_its_place(text: str, place: str, words: str) -> None:
    """A query that does not parse is BW501 at file, line and column, in words."""
    with pytest.raises(QueryError) as caught:
        run(SMALL, text, {}, "q.rq")
    [problem] = caught.value.problems

    assert "BW501" == problem.code
    assert place == str(problem.place)[: len(place)]
    assert words == problem.message[: len(words)]


def test_a_syntax_error_is_where_the_author_wrote_it() -> None:
    """Binding parameters moves no error: the place is that in the text as written."""
    with pytest.raises(QueryError, match=r"query:1:31: BW501"):
        run(SMALL, "SELECT ?s { ?s ?p ?wanted ?o }", {"wanted": ox.Literal("x")})


def test_a_parameter_without_its_variable_is_refused() -> None:
    """A parameter that the text does not mention is BW502."""
    assert "BW502" == code("SELECT ?s { ?s ?p ?o }", x=ox.Literal("1"))


HEADER = "# title@en: T\n# title@zh: 题\n# answers: what?\n# columns: a b\n"


def test_a_header_is_read_whole() -> None:
    """Titles, question, parameters with defaults, columns and example are read from the first comments."""
    text = HEADER + "# a remark\n# param n (integer) = 3: how many: at most\n# example: n=4\nSELECT * {} # title@en: no"
    header = read_header("queries/a/b.rq", text)
    [parameter] = header.parameters

    assert ("a/b", "T", "题", "what?", ("a", "b"), "n=4") == (
        header.id, header.title.en, header.title.zh, header.description, header.columns, header.example,
    )  # fmt: skip
    assert ("n", "integer", "how many: at most", "3") == (
        parameter.name, parameter.type, parameter.description, parameter.default,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEADER.replace("# title@zh: 题\n", ""), "q.rq:1"),
        (HEADER + "# title@en: again\n", "q.rq:5:1"),
        (HEADER + "# colums: a\n", "q.rq:5:1"),
        (HEADER + "# param n: how many\n", "q.rq:5:1"),
        (HEADER + "# param n (number): how many\n", "q.rq:5:1"),
        (HEADER + "# param n (text): one\n# param n (text): two\n", "q.rq:6:1"),
    ],
)
def test_a_wrong_header_is_refused(text: str, place: str) -> None:
    """A header line that is missing, doubled or malformed is BW216 at its line."""
    with pytest.raises(ValidationError) as caught:
        read_header("q.rq", text)
    [problem] = caught.value.problems

    assert ("BW216", place) == (problem.code, str(problem.place))


def test_a_query_outside_a_workspace_needs_no_header() -> None:
    """A query file of the user's own runs without a header."""
    assert () == read_header("mine.rq", "SELECT * { ?s ?p ?o }", named=False).parameters


def test_all_wrong_headers_are_told_at_once() -> None:
    """Reading the headers of a workspace reports every wrong file, not the first only."""
    with pytest.raises(ValidationError) as caught:
        read_headers({"queries/a.rq": b"\xff", "queries/b.rq": HEADER.encode() + b"# param x: y\n", "c.yaml": b""})

    assert ["BW102", "BW216"] == [p.code for p in caught.value.problems]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("quantity", "hbm.value", ox.NamedNode(resource("quantity", "hbm.value"))),
        ("text", "a b", ox.Literal("a b")),
        ("integer", "+07", ox.Literal(7)),
        ("date", "2023-06-14", ox.Literal("2023-06-14", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))),
    ],
)
def test_parameters_are_read_by_their_type(kind: str, value: str, expected: Term) -> None:
    """A parameter becomes the IRI or the typed literal that its header says."""
    header = read_header("q", f"# param x ({kind}): x\n", named=False)

    assert {"x": expected} == read_parameters(header, {"x": value}, {"quantity": {"hbm.value"}})


@pytest.mark.parametrize(
    ("kind", "values", "hint"),
    [
        ("quantity", {"x": "hbm.valeu"}, "did you mean 'hbm.value'?"),
        ("integer", {"x": "1_0"}, ""),
        ("integer", {"x": "9" * 30}, ""),
        ("date", {"x": "2023-13-01"}, ""),
        ("text", {}, ""),
        ("text", {"x": "a", "y": "b"}, "known parameters: x"),
    ],
)
def test_wrong_parameters_are_refused(kind: str, values: dict[str, str], hint: str) -> None:
    """A parameter that is missing, unknown, malformed or names nothing is BW502, with the nearest name."""
    header = read_header("q", f"# param x ({kind}): x\n", named=False)
    with pytest.raises(QueryError) as caught:
        read_parameters(header, values, {"quantity": {"hbm.value"}})
    [problem] = caught.value.problems

    assert ("BW502", hint) == (problem.code, problem.hint)


def test_every_folder_of_queries_is_found() -> None:
    """Queries lie in folders by what they ask about."""
    assert {"exposure", "chain", "provenance"} <= {Path(name).parent.name for name in FILES}
