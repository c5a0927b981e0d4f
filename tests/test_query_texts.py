"""A named query written out as a text of its own asks the same."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip import Workspace
from bullwhip.errors import QueryError, UsageError
from bullwhip.query.header import read_headers, read_parameters
from bullwhip.query.sparql import run
from bullwhip.query.standalone import standalone
from bullwhip.workspace.calling import functions_of
from bullwhip.workspace.parameters import known_values, suggest_value
from bullwhip.workspace.query_texts import query_text
from shipped import shipped

HEADERS = [h for h in read_headers(shipped().files) if not h.needs]


def test_a_query_written_out_has_the_same_answer() -> None:
    """The text with its example bound gives, run as it is, what the named query gives for its example."""
    workspace = shipped()
    store, functions = workspace.store(), functions_of(workspace)
    for header in HEADERS[::4]:
        known = known_values(workspace.program, (p.type for p in header.parameters))
        terms = read_parameters(header, header.example_values(), known, suggest_value(workspace.program))
        source = workspace.files[f"queries/{header.id}.rq"].decode()

        expected = run(store, source, terms, header.id, functions)
        found = run(store, query_text(workspace, header.id)["text"], {}, header.id, functions)

        assert (expected.columns, sorted(map(str, expected.rows))) == (found.columns, sorted(map(str, found.rows)))


def test_a_query_written_out_needs_no_prefixes_of_ours() -> None:
    """An engine that declares nothing beforehand reads every text: what it uses, it declares."""
    for header in HEADERS:
        text = query_text(shipped(), header.id, header.example_values())["text"]
        called = "bw:value(" in text or "bw:elasticity(" in text or "bw:derivative(" in text
        if not called:
            ox.Store().query(text)  # a prefix that is missing would be a syntax error


def test_the_text_to_start_from_has_an_answer() -> None:
    """What an editor shows first gives rows on the shipped workspace."""
    assert 50 == len(shipped().query("starter", text=query_text(shipped())["text"]).rows)


def test_the_text_to_start_from_tells_suppliers_alone() -> None:
    """Customers and investors that a list names at a tier are not among who supplies it."""
    text = query_text(shipped())["text"].replace("LIMIT 50", "")
    rows = shipped().query("starter", text=text).rows
    found = {tuple(str(term).rpartition("/")[2] for term in row[:2]) for row in rows}

    assert found == {(s.tier, s.company) for s in shipped().program.chain.supplies if s.role == "supplier"}


def test_a_header_is_for_this_program_alone() -> None:
    """Lines on parameters, columns and examples are left out; title and question stay, for who reads the text."""
    text = query_text(shipped(), "chain/companies_by_tier", {"tier": "hbm"})["text"]

    assert "# title@zh: 某一层级的公司\n" in text
    assert not any(f"# {word}" in text for word in ("param", "example", "column"))
    assert "VALUES ?tier { tier:hbm }" in text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (ox.Literal('a" } ?x ?y ?z . { "\\'), r'"a\" } ?x ?y ?z . { \"\\"'),
        (ox.NamedNode("https://example.org/a b".replace(" ", "%20")), "<https://example.org/a%20b>"),
        (ox.Literal("甲", language="zh"), '"甲"@zh'),
        (ox.Literal(3), '"3"^^xsd:integer'),
    ],
)
def test_a_value_never_becomes_part_of_the_query(value: ox.Literal | ox.NamedNode, written: str) -> None:
    """Quotes and braces in a value stay inside its term."""
    text = standalone("SELECT ?n WHERE { ?s ?p ?o }", {"n": value})

    assert f"VALUES ?n {{ {written} }}" in text
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))
    assert [value] == [row["n"] for row in store.query(text)]  # type: ignore[union-attr]


def test_what_is_not_there_is_refused() -> None:
    """A wrong name or value is told as by the command."""
    with pytest.raises(UsageError, match="BW001 no query 'chain/tier'"):
        query_text(shipped(), "chain/tier")
    with pytest.raises(QueryError, match="BW502"):
        query_text(shipped(), "chain/companies_by_tier", {"tier": "hbn"})


def test_another_workspace_has_texts_too() -> None:
    """Nothing in the text to start from is of the shipped chain."""
    solar = Workspace.open(Path(__file__).parent / "golden" / "solar")

    assert solar.query("starter", text=query_text(solar)["text"]).rows


def test_without_values_those_of_the_example_are_taken() -> None:
    """An example is there to be tried: it is filled in where nothing else was asked."""
    answer = query_text(shipped(), "exposure/common_drivers")

    assert {"first": ["sk_hynix"], "second": ["envicool"]} == answer["values"]
    assert "VALUES ?first { company:sk_hynix }" in answer["text"]
