"""The shipped queries: each answers what an independent computation from the records says, on two workspaces."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.errors import QueryError
from bullwhip.query.header import CHOICES, QueryHeader, read_header
from bullwhip.query.serialize import to_nquads
from bullwhip.resources import data
from bullwhip.store.rdflib_store import RdflibStore
from bullwhip.terms import BASE
from independent_queries import ANSWERS, Records, Row

TEXTS = {
    p.relative_to(data("queries")).as_posix().removesuffix(".rq"): p.read_text(encoding="utf-8")
    for p in sorted(data("queries").rglob("*.rq"))
}
HEADERS = {name: read_header(f"queries/{name}.rq", text) for name, text in TEXTS.items()}
SOLAR = Path(__file__).parent / "golden" / "solar"
ASKED: dict[str, dict[str, list[str]]] = {
    "chain/companies_by_tier": {"tier": ["module"]},
    "chain/competitors": {"company": ["dawn"]},
    "chain/demand_behind_tier": {"tier": ["polysilicon"]},
    "chain/products_at_tier": {"tier": ["module"]},
    "chain/shares": {"tier": ["module"]},
    "chain/shares_of_a_whole": {},
    "chain/suppliers_without_share": {},
    "companies/claims": {"company": ["dawn"], "year": ["2023", "2022"]},
    "companies/products": {"company": ["dawn"]},
    "companies/relations": {"entity": ["company/haidai"]},
    "companies/stances": {},
    "companies/units_and_roles": {"company": ["beichen"]},
    "exposure/common_drivers": {"first": ["dawn"], "second": ["silica"]},
    "exposure/companies_by_driver": {"driver": ["plant.installed"]},
    "exposure/drivers_by_company": {"company": ["silica"]},
    "exposure/counted_twice": {"driver": ["plant.installed"]},
    "exposure/path_lengths": {"driver": ["plant.installed"]},
    "exposure/ranked_companies": {"driver": ["plant.installed"]},
    "exposure/ranked_drivers": {"company": ["dawn"]},
    "exposure/sources_of_exposure": {"company": ["dawn"], "driver": ["module.price"]},
    "exposure/what_a_driver_moves": {"driver": ["plant.loading_ratio"]},
    "exposure/what_moves_a_quantity": {"quantity": ["polysilicon.demand"]},
    "facts/about_entity": {"entity": ["product/sunrise_182"]},
    "facts/bounded": {},
    "facts/changes_between": {"after": ["2024-03-15"], "until": ["2024-08-30"]},
    "facts/companies_under_topic": {"topic": ["makers"]},
    "facts/outside_the_model": {"document": ["101"]},
    "facts/series": {},
    "facts/stale_estimates": {"day": ["2026-01-01"]},
    "facts/totals": {},
    "facts/units_by_measure": {},
    "facts/what_a_report_believes": {"document": ["102"]},
    "facts/what_two_reports_say": {"first": ["101"], "second": ["102"]},
    "inferred/competitors": {"company": ["dawn"]},
    "inferred/drivers_reaching_tier": {"tier": ["polysilicon"]},
    "inferred/exposed_companies": {"driver": ["module.price"]},
    "inferred/suppliers_of_company": {"company": ["dawn"]},
    "inferred/tiers_of_company": {"company": ["beichen"]},
    "model/impact_of_a_print": {"claim": ["?"]},
    "model/quantities_at_tier": {"tier": ["module"]},
    "model/quantities_without_claim": {},
    "model/resting_on": {"quantity": ["plant.installed"]},
    "model/scenarios": {},
    "provenance/claims_by_quantity": {"quantity": ["plant.installed"]},
    "provenance/document_overview": {"document": ["101"]},
    "provenance/sources_behind_cell": {"cell": ["plant.installed[period=2024]"]},
    "provenance/sources_behind_quantity": {"quantity": ["polysilicon.demand"]},
}
"""What is asked of the solar workspace."""
NOTHING_THERE = {
    "exposure/counted_twice",
    "facts/actual_against_estimate",
    "facts/bounded",
    "facts/series",
    "inferred/double_counts",
    "facts/totals",
    "model/assumptions",
    "model/quantities_without_claim",
}
"""Queries to which the solar workspace has no answer."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a cache that all tests of this file share, so that a graph is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache(folder: Path, _no_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLWHIP_CACHE", str(folder))


@pytest.fixture(scope="module")
def shipped() -> Records:
    """Return the records of the shipped workspace."""
    ws = Workspace.open()
    chain = ws.files["ontology/chain/chain.ttl"].decode()
    pulls, sold = (
        {(a, b) for a, bs in re.findall(rf"tier:(\w+) bw:{p} ([^.]+)\.", chain) for b in re.findall(r"tier:(\w+)", bs)}
        for p in ("pulls", "supplies")
    )
    rules = ws.files["rules/supply_relations.yaml"].decode()
    words = tuple(
        set(re.findall(rf'then: said_to_{verb}\(\?r\)\s+when:\s+- bw:relation\(\?r, "([^"]+)"\)', rules))
        for verb in ("supply", "buy")
    )
    pulled = {(a, b) for a, b in pulls if (b, a) not in sold}
    return Records(ws.program, {"ws": ws, "pulled": pulled, "words": words})


@pytest.fixture(scope="module")
def solar() -> Records:
    """Return the records of the solar workspace."""
    ws = Workspace.open(SOLAR)
    return Records(ws.program, {"ws": ws})


@pytest.fixture(scope="module")
def elsewhere(solar: Records) -> RdflibStore:
    """Return a store of another engine that holds the solar workspace, its exposures and its sensitivities."""
    ws: Workspace = solar.kept["ws"]
    return RdflibStore.of(ws.nquads() + to_nquads(ws.materialise(("exposures", "sensitivities"))))


def answer(records: Records, name: str, given: dict[str, list[str]]) -> tuple[Row, ...]:
    """Return the rows of a shipped query on a workspace; the same question is asked once."""
    ws: Workspace = records.kept["ws"]
    asked = f"{name} {given}"
    if asked not in records.kept:
        table = ws.query(f"queries/{name}.rq", given, TEXTS[name])
        assert HEADERS[name].columns == table.columns
        assert () == table.warnings
        records.kept[asked] = table.rows
    rows: tuple[Row, ...] = records.kept[asked]
    return rows


def expected(records: Records, name: str, given: dict[str, list[str]]) -> Counter[Row]:
    """Return the rows that a query must give; each once where it asks for that."""
    rows = Counter(ANSWERS[name](records, given))
    return Counter(rows.keys()) if "SELECT DISTINCT" in TEXTS[name] else rows


def test_there_are_at_least_25_queries_each_with_an_answer_of_its_own() -> None:
    """Every shipped query has an independent computation, and every computation a query."""
    assert set(TEXTS) == set(ANSWERS)
    assert len(TEXTS) >= 25


@pytest.mark.parametrize("name", TEXTS)
def test_the_example_is_answered_as_the_records_say(name: str, shipped: Records) -> None:
    """On the shipped workspace the example of a query gives rows, and exactly those of the records."""
    given = HEADERS[name].example_values()
    rows = answer(shipped, name, given)

    assert rows
    assert expected(shipped, name, given) == Counter(rows)


@pytest.mark.parametrize("name", TEXTS)
def test_another_workspace_is_answered_as_its_records_say(name: str, solar: Records) -> None:
    """On a small workspace of another industry a query gives exactly what the records say."""
    given = dict(ASKED.get(name, {}))
    if name == "model/impact_of_a_print":
        given = {"claim": [c.id for c in solar.claims if c.quantity == "plant.loading_ratio"]}
    rows = answer(solar, name, given)

    assert (name in NOTHING_THERE) == (not rows)
    assert expected(solar, name, given) == Counter(rows)


@pytest.mark.parametrize("name", [n for n, h in HEADERS.items() if any(p.optional for p in h.parameters)])
def test_a_parameter_that_is_left_out_restricts_nothing(name: str, shipped: Records) -> None:
    """Without its optional parameters a query gives all rows, and those of the example are among them."""
    header = HEADERS[name]
    example = header.example_values()
    needed = {p.name: example[p.name] for p in header.parameters if not p.optional}
    rows = answer(shipped, name, needed)

    assert expected(shipped, name, needed) == Counter(rows)
    assert set(answer(shipped, name, example)) <= set(rows)


@pytest.mark.parametrize("name", TEXTS)
def test_the_order_of_rows_is_total(name: str, shipped: Records) -> None:
    """What a query orders by tells any two of its rows apart, so that no engine can order them otherwise."""
    rows = answer(shipped, name, HEADERS[name].example_values())
    keys = re.findall(r"\?(\w+)", TEXTS[name].rpartition("ORDER BY")[2])
    at = [HEADERS[name].columns.index(k) for k in keys if k in HEADERS[name].columns]
    hidden = [k for k in keys if k not in HEADERS[name].columns]

    assert hidden or len(set(rows)) == len({tuple(r[i] for i in at) for r in rows})


def test_a_store_without_the_nodes_says_so(solar: Records) -> None:
    """A query that needs exposures is refused by a store without any, and not answered by an empty table."""
    ws: Workspace = solar.kept["ws"]
    name = "exposure/ranked_companies"
    with pytest.raises(QueryError, match="holds no bw:Exposure") as caught:
        ws.query(f"queries/{name}.rq", {"driver": "plant.installed"}, TEXTS[name], ws.store())

    assert "BW504" == caught.value.problems[0].code
    assert "bullwhip push URL --with exposures writes them along" in caught.value.problems[0].hint


@pytest.mark.parametrize("name", [n for n, h in HEADERS.items() if h.needs])
def test_another_engine_reads_the_nodes(name: str, solar: Records, elsewhere: RdflibStore) -> None:
    """Written along into a store of another engine, the nodes give it the same rows in the same order."""
    ws: Workspace = solar.kept["ws"]
    table = ws.query(f"queries/{name}.rq", ASKED[name], TEXTS[name], elsewhere)

    assert answer(solar, name, ASKED[name]) == table.rows


def test_a_scenario_of_the_workspace_is_that_of_the_nodes() -> None:
    """Exposures that a query needs are those under the scenario of the workspace."""
    name = "exposure/ranked_companies"
    ws = Workspace.open(SOLAR, scenario="cheap")
    rows = ws.query(f"queries/{name}.rq", {"driver": "module.price"}, TEXTS[name]).rows

    assert {"cheap"} == {row[1] for row in rows}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_query_documents_itself(header: QueryHeader) -> None:
    """Titles in both languages, a question, and the meaning of every column and parameter are told."""
    told = (header.title.zh, header.title.en, header.description, *(p.description for p in header.parameters))

    assert all(told)
    assert [] == [c for c in header.columns if not header.meaning(c)]
    assert re.search(r"[\u4e00-\u9fff]", header.title.zh)
    assert header.description.count("?") >= 1


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_query_is_portable(text: str) -> None:
    """No arithmetic of the store, no comparison of years as such, no path with two free ends, no FROM or SERVICE."""
    body = text.partition("WHERE")[2]

    assert "gYear" not in text
    assert not re.search(r"\b(SUM|AVG)\(", body)
    assert not re.search(r"[?)\w] [*/+-] [?(\w]", re.sub(r'"[^"]*"', "", body))


@pytest.mark.parametrize("kind", ["status", "role"])
def test_the_values_of_small_types_are_those_of_the_ontology(kind: str) -> None:
    """What a status or role may be is what the vocabulary defines."""
    from pyoxigraph import NamedNode, RdfFormat, parse

    ontology = (data("ontology") / "core.ttl").read_bytes()
    nodes = {t.subject for t in parse(ontology, format=RdfFormat.TURTLE) if isinstance(t.subject, NamedNode)}
    prefix = f"{BASE}{kind}/"

    assert set(CHOICES[kind]) == {n.value.removeprefix(prefix) for n in nodes if n.value.startswith(prefix)}
