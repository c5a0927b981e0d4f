"""What claims are about: each thing once, each spelling of one thing, and figures on one thing found together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.load import load
from bullwhip.model.chain import Company, Supply, Tier
from bullwhip.model.claim import Claim
from bullwhip.model.entity import Mention, Product, Relation, Topic
from bullwhip.model.program import CheckedProgram
from bullwhip.query.dataset import build_quads, to_nquads
from bullwhip.terms import BASE
from bullwhip.units import Vocabulary
from bullwhip.validate import validate
from bullwhip.validate.axes import Axes, read_table
from bullwhip.validate.catalogue import cycles, fits
from bullwhip.workspace.opening import open_files, open_program

FACTS = Path(__file__).resolve().parents[2] / "ontology" / "facts"
DOCUMENTS = sorted(p.name for p in FACTS.iterdir())


@pytest.fixture(scope="module")
def checked() -> CheckedProgram:
    """The shipped workspace, validated."""
    return validate(load(*open_files(None)))


def rows(document: str, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a shipped table by column."""
    lines = (FACTS / document / f"{table}.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    header = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(header, line.split("\t"), strict=True))


def groups(checked: CheckedProgram) -> dict[tuple[str, str, str], list[Claim]]:
    """Return the claims on one thing, one measure and one period together; properties of products have no period."""
    timed = {m.id: m.timed for m in checked.chain.measures}
    found = defaultdict(list)
    for claim in checked.claims:
        if claim.entity and claim.concept:
            found[claim.entity, claim.concept, claim.period if timed[claim.concept] else ""].append(claim)
    return found


def test_every_spelling_is_of_one_thing(checked: CheckedProgram) -> None:
    """No spelling names two tiers, companies, products or topics, nor two measures, anywhere or in one document."""
    chain = checked.chain
    named: list[Tier | Company | Product | Topic] = [*chain.tiers, *chain.companies, *chain.products, *chain.topics]
    things = Counter(n for t in named for n in {t.label.zh, t.label.en, *t.aliases} - {""})
    measures = Counter(n for m in chain.measures for n in {m.label.zh, m.label.en, *m.aliases} - {""})
    local = Counter(n for t in named if not isinstance(t, Tier) for n in t.local)

    assert {} == {n: c for counted in (things, measures, local) for n, c in counted.items() if c > 1}


def test_every_vendor_is_a_company(checked: CheckedProgram) -> None:
    """Every row of every vendors table is a supply statement or a mention of a known company."""
    stated = len(checked.chain.supplies) + len(checked.chain.mentions)
    companies = {c.id for c in checked.chain.companies}

    assert sum(1 for d in DOCUMENTS for _ in rows(d, "vendors")) == stated
    assert {s.company for s in checked.chain.supplies} | {m.company for m in checked.chain.mentions} <= companies


def test_a_heading_can_name_a_tier_and_a_topic(checked: CheckedProgram) -> None:
    """Makers of 800G modules supply a tier and belong to a topic; makers of servers and switches to a topic alone."""
    optics = {s.topic for s in checked.chain.supplies if s.segment == "800G 光模块"}
    mixed = {m.topic for m in checked.chain.mentions if m.segment == "服务器 & 交换机"}

    assert ({"optics_800g"}, {"servers_and_switches"}) == (optics, mixed)


def test_every_printed_ticker_is_of_the_company_in_its_row(checked: CheckedProgram) -> None:
    """A ticker printed beside a company is that company's, and no two companies share one."""
    tickers = {c.id: c.ticker.split(".")[0] for c in checked.chain.companies}
    names = {n: c.id for c in checked.chain.companies for n in (c.label.zh, c.label.en, *c.aliases)}
    printed = {
        (names[row.get("company") or row["row"]], row["ticker"].split(".")[0])
        for document in DOCUMENTS
        for table in ("cells", "vendors")
        for row in rows(document, table)
        if row.get("ticker")
    }

    assert set() == {(company, ticker) for company, ticker in printed if tickers[company] != ticker}
    assert {} == {t: n for t, n in Counter(tickers.values()).items() if t and n > 1}


def test_nothing_is_its_own_ancestor(checked: CheckedProgram) -> None:
    """Parents of companies, families of products and broader topics run in no circle."""
    chain = checked.chain
    parents = (
        {c.id: c.parent for c in chain.companies},
        {p.id: p.family for p in chain.products},
        {t.id: t.broader for t in chain.topics},
    )

    assert [[], [], []] == [cycles(p) for p in parents]


def test_every_parent_has_a_basis(checked: CheckedProgram) -> None:
    """A parent is printed at a locator of a document or marked as general knowledge."""
    said: list[Claim | Relation | Mention | Supply] = [*checked.claims, *checked.chain.relations]
    said += [*checked.chain.mentions, *checked.chain.supplies]
    known = {(s.document, s.locator) for s in said}
    wrong = {
        c.id: c.parent_source
        for c in checked.chain.companies
        if c.parent and c.parent_source != "general knowledge" and tuple(c.parent_source.split(":", 1)) not in known
    }

    assert {} == wrong


def test_the_variants_of_a_product_differ_in_form(checked: CheckedProgram) -> None:
    """Two variants of one product that are of its kind have two forms, where they say one."""
    kinds = {p.id: p.kind for p in checked.chain.products}
    forms = Counter(
        (p.family, p.form) for p in checked.chain.products if p.form and p.family and kinds[p.family] == p.kind
    )

    assert {} == {form: n for form, n in forms.items() if n > 1}


def test_a_generic_print_is_no_form_factor(checked: CheckedProgram) -> None:
    """What a document prints without a form is about the family, what it prints with one about that variant."""
    printed = {c.subject: c.entity for c in checked.claims if c.entity.startswith("product/h100")}

    assert {
        "NVIDIA H100": "product/h100",
        "英伟达 | H100": "product/h100",
        "H100": "product/h100",
        "训练/推理 / H100 SXM": "product/h100_sxm",
        "英伟达 / H100 SXM": "product/h100_sxm",
        "H100 NVL": "product/h100_nvl",
    }.items() <= printed.items()


def test_what_is_resolved_exists(checked: CheckedProgram) -> None:
    """Every entity and concept of a claim, and every end of a relation, is a thing of the workspace."""
    chain = checked.chain
    kinds = (("tier", chain.tiers), ("company", chain.companies), ("product", chain.products), ("topic", chain.topics))
    known = {f"{kind}/{thing.id}" for kind, things in kinds for thing in things}
    named = {c.entity for c in checked.claims} | {e for r in chain.relations for e in (*r.sources, *r.targets)}

    assert set() == named - known - {""}
    assert set() == {c.concept for c in checked.claims} - {m.id for m in chain.measures} - {""}


def test_figures_on_one_measure_have_compatible_units(checked: CheckedProgram) -> None:
    """Every figure fits the units of its measure, so that two of one thing can be compared but for a currency."""
    vocabulary: Vocabulary = checked.vocabulary
    counted = {name for name, _, _ in checked.header.counts}
    units = {m.id: m.units for m in checked.chain.measures}
    wrong = [
        (c.document, c.locator, c.subject, c.measure, c.unit_id)
        for c in checked.claims
        if c.concept
        and c.unit_id
        and not fits(units[c.concept], vocabulary.parse(c.unit_id).dimension, vocabulary, counted)
    ]

    assert [] == wrong


def test_loading_twice_gives_the_same_graph() -> None:
    """Two loads of the shipped workspace give the same dataset, byte for byte."""
    first, second = (to_nquads(build_quads(open_program(None)[0], {})) for _ in range(2))

    assert first == second


def test_every_entry_of_a_table_is_used(checked: CheckedProgram) -> None:
    """Rows, columns, parts, subjects and measures that a table's entry names are printed in that table."""
    printed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for document in DOCUMENTS:
        for row in rows(document, "cells"):
            texts = (row["row"], row["column"], row["part"])
            printed[document, row["locator"]] |= {*texts, *(p.strip() for t in texts for p in t.rsplit("/", 1))}
    stray = [
        (document, table, text)
        for document in DOCUMENTS
        for table, entry in yaml.safe_load((FACTS / document / "document.yaml").read_text("utf-8"))["tables"].items()
        for text in named(entry)
        if text not in printed[document, table]
    ]

    assert [] == stray


def named(entry: Any) -> Iterator[str]:
    """Yield the printed texts that a table's entry names."""
    if not isinstance(entry, dict):
        return
    for key, inner in entry.items():
        if key in ("by_row", "by_column", "by_part"):
            yield from map(str, inner)
            for change in inner.values():
                yield from named(change)
        elif key in ("entities", "concepts"):
            yield from map(str, inner)


DISAGREEING: dict[tuple[str, str, str], set[str]] = {
    ("company/southern_grid", "grid_investment", "2023"): {"1375", "1394"},
    ("product/mlu370_x8", "tdp", ""): {"75W TDP", "250W", "250"},
    ("product/ascend_910", "launch_year", ""): {"2018", "2019"},
    ("product/h100", "int8_compute", ""): {"1980", "1513 TOPS @INT8"},
    ("product/tpu_v4", "interconnect_bandwidth", ""): {"300GB/S", "1000GB/s"},
    ("product/pcie_5", "x16_bandwidth", ""): {"504 Gb/s", "400"},
    ("product/natick_3", "depth", ""): {">131ft(>40m)", "36"},
    ("topic/language_models", "daily_users", "2023"): {"0.2", "1000"},
    ("topic/multimodal_models", "average_parameters", "2023"): {"15000", "10000"},
}
"""Figures that the reports print differently on one subject, measure and period."""


@pytest.mark.parametrize("key", DISAGREEING, ids="/".join)
def test_prints_that_disagree_are_found_together(key: tuple[str, str, str], checked: CheckedProgram) -> None:
    """A table and a text, or two reports, on the same subject, measure and period share entity and concept."""
    assert DISAGREEING[key] == {c.lexical for c in groups(checked)[key]}


def test_capital_expenditure_of_one_quarter_is_found_in_three_places(checked: CheckedProgram) -> None:
    """What two reports print of Amazon's quarter, in text and table, is about one company and one measure."""
    found = [c for c in checked.claims if (c.entity, c.concept) == ("company/amazon", "capex")]

    assert {("002", "176"), ("004", "165"), ("004", "172 亿美元")} <= {(c.document, c.lexical) for c in found}


def test_a_query_over_the_graph_finds_claims_that_disagree(checked: CheckedProgram) -> None:
    """Entity and concept stand in the graph, so that disagreement is a question of a few lines."""
    store = ox.Store()
    store.extend(build_quads(open_program(None)[0], {}))
    answers = store.query(
        """PREFIX bw: <https://w3id.org/bullwhip/ontology#>
        SELECT ?entity ?concept WHERE {
          ?a bw:entity ?entity ; bw:concept ?concept ; bw:exactValue ?x .
          ?concept bw:isTimed false .
        } GROUP BY ?entity ?concept HAVING (COUNT(DISTINCT ?x) > 1)""",
        use_default_graph_as_union=True,
    )
    assert isinstance(answers, ox.QuerySolutions)
    found = {tuple(str(s[n].value).removeprefix(BASE) for n in ("entity", "concept")) for s in answers}

    assert ("product/mlu370_x8", "measure/tdp") in found


TEXTS = st.text(st.characters(categories=("L", "N"), max_codepoint=0x9FFF), min_size=1, max_size=6)


@given(TEXTS, TEXTS, TEXTS)
def test_a_header_of_measure_and_period_comes_apart(row: str, measure: str, period: str) -> None:
    """Whichever comes first, a header of measure and period gives both as printed."""
    axes = (Axes("subject", "measure/period"), Axes("subject", "period/measure"))
    headers = (f"{measure}/{period}", f"{period}/{measure}")
    readings = [read_table(a, row, h, "") for a, h in zip(axes, headers, strict=True)]

    assert {(row, measure, period)} == {(r.subject, r.measure, r.period) for r in readings}


@given(TEXTS, TEXTS)
def test_turning_a_table_turns_its_axes(first: str, second: str) -> None:
    """A table and its transpose, each with its axes named, say the same."""
    upright = read_table(Axes("subject", "measure"), first, second, "")

    assert upright == read_table(Axes("measure", "subject"), second, first, "")


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["", *"abcdef"])))
def test_circles_are_found_and_nothing_else(parents: dict[str, str]) -> None:
    """Following parents from a name returns to it exactly when the name lies on a reported circle."""

    def returns(start: str) -> bool:
        name = start
        for _ in range(len(parents)):
            name = parents.get(name, "")
            if name == start:
                return True
        return False

    assert {n for circle in cycles(parents) for n in circle} == {n for n in parents if returns(n)}
