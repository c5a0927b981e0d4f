"""The inference rules that every workspace gets: facts worked out by hand from files, in three chains."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.datalog.evaluate import evaluate
from bullwhip.terms import shorten
from bullwhip.workspace.inferring import INFERRED, stated
from bullwhip.workspace.opening import check_files
from documents import ROOT
from printed_inference import by_clingo, by_sparql

Facts = set[tuple[str, ...]]


def _table(header: str, *rows: str) -> str:
    """Return a table out of words; a dash is an empty cell, and so is what is left out at the end."""
    width = len(header.split())
    cells = [[("" if w == "-" else w) for w in row.split()] for row in (header, *rows)]
    return "".join("\t".join([*row, *[""] * (width - len(row))]) + "\n" for row in cells)


PLANTED = {
    "rules/workspace.yaml": """
workspace: {id: bread}
units: {loaf: {en: loaf}}
drivers:
  eaters.loaves: {unit: loaf, kind: flow, tier: eaters}
  flour.part: {unit: "1", kind: ratio}
  loaf.price: {unit: CNY/loaf, kind: price}
rules:
  bread.sold:
    {unit: CNY, kind: flow, tier: bakery, measure: revenue, expression: eaters.loaves * loaf.price,
     edge: {from: eaters, to: bakery}}
  rye.sold:
    {unit: CNY, kind: flow, tier: bakery, measure: revenue, expression: bread.sold * flour.part}
  flour.sold:
    {unit: CNY, kind: flow, tier: mill, measure: revenue, primary: true, expression: bread.sold * flour.part,
     edge: {from: bakery, to: mill}}
  grain.sold:
    {unit: 万 CNY, kind: flow, tier: field, measure: revenue, expression: flour.sold * flour.part}
  yeast.sold:
    {unit: CNY, kind: flow, tier: mill, measure: revenue, expression: eaters.loaves * loaf.price * flour.part}
  fresh.sold:
    {unit: CNY, kind: flow, tier: mill, measure: revenue, expression: yeast.sold * flour.part}
  dried.sold:
    {unit: CNY, kind: flow, tier: mill, measure: revenue, expression: yeast.sold * flour.part}
  buns.sold:
    {unit: CNY, kind: flow, tier: bakery, measure: revenue, expression: bread.sold * flour.part + yeast.sold}
  cake.sold:
    {unit: CNY, kind: flow, tier: bakery, measure: revenue, expression: fresh.sold / flour.part}
  malt.sold:
    {unit: CNY, kind: flow, tier: field, measure: revenue, expression: yeast.sold * flour.part}
inference:
  delivers_flour:
    then: bw:suppliesTo(?a, ?b)
    when:
      - bw:relation(?r, "delivers to")
      - named_from(?r, ?a)
      - named_to(?r, ?b)
""",
    "ontology/chain/chain.ttl": """
@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
tier:field a bw:Tier ; skos:prefLabel "field"@en ; bw:supplies tier:mill .
tier:mill a bw:Tier ; skos:prefLabel "mill"@en ; bw:supplies tier:bakery .
tier:bakery a bw:Tier ; skos:prefLabel "bakery"@en ; bw:supplies tier:eaters .
tier:eaters a bw:Tier ; bw:isDemand true ; skos:prefLabel "eaters"@en .
""",
    "ontology/companies.tsv": _table(
        "id label_zh label_en kind parent parent_source members",
        "both 都 Both", "miller 磨 Miller", "shop 店 Shop unit chain 1:a", "second 二 Second unit chain 1:a",
        "chain 链 Chain unit holding 1:b", "holding 控 Holding", "guild 会 Guild group - - lone;other",
        "lone 孤 Lone", "other 另 Other", "cafe 咖 Cafe", "smith 匠 Smith",
    ),
    "ontology/products.tsv": "id\tlabel_zh\tlabel_en\tcompany\noven\t炉\tOven\tsmith\nstone\t石\tStone\tmiller\n",
    "ontology/facts/1/document.yaml": """
document: {id: "1", title: {en: Bread}, published: "2024-01-01"}
units: {"%": "%"}
segments:
  Mills: {tier: mill, role: supplier}
  Bakeries: {tier: bakery, role: supplier}
  Buyers: {tier: bakery, role: customer}
shares:
  - {subject: Both, measure: share, company: both, tier: bakery, of: bread.sold}
""",
    "ontology/facts/1/vendors.tsv": "locator\tsegment\tcompany\n" + "".join(
        f"a\t{segment}\t{company}\n"
        for segment, company in (
            ("Mills", "Both"), ("Mills", "Miller"), ("Bakeries", "Both"), ("Bakeries", "Shop"),
            ("Bakeries", "Second"), ("Bakeries", "Guild"), ("Bakeries", "Lone"), ("Buyers", "Cafe"),
        )
    ),
    "ontology/facts/1/claims.tsv": (
        "locator\tsubject\tmeasure\tvalue\tlow\thigh\tbound\ttext_value\tunit\tperiod\tstatus\tby\tbasis\tlexical\tline\n"
        "a\tBoth\tshare\t20\t\t\t\t\t%\t-\tA\t\t\t20\t3\n"
    ),
    "ontology/facts/1/relations.tsv": (
        "locator\tfrom\tto\trelation\nb\tStone\tOven\tdelivers to\nb\tMiller\tLone\tdelivers to\nb\tShop\tCafe\tsees\n"
    ),
}  # fmt: skip
"""A field feeds a mill feeds bakeries; one company is at both tiers, others have parents, groups and relations."""


@cache
def opened(name: str) -> Workspace:
    """Return a workspace: the shipped one, a golden one, or the planted one."""
    if name == "planted":
        files = {path: text.encode() for path, text in PLANTED.items()}
        return Workspace(compile_program(check_files(files, "planted")), files)
    return Workspace.open(ROOT / "tests" / "golden" / name if name else None)


def facts(name: str, predicate: str) -> Facts:
    """Return the derived facts of a predicate, each term without its kind."""
    return {tuple(map(short, row)) for row in opened(name).inferred().facts(predicate, derived=True)}


def stated_only(workspace: Workspace) -> bytes:
    """Return the graph of a workspace without what is inferred."""
    derived = f" <{INFERRED}> .".encode()
    lines = workspace.nquads().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.rstrip().endswith(derived))


def short(term: str) -> str:
    """Return the id of a thing, or the text of a value."""
    return shorten(term[1:-1]).partition(":")[2] if term.startswith("<") else term.split('"')[1]


def pairs(text: str) -> Facts:
    """Return facts written as words, a fact between two commas."""
    return {tuple(fact.split()) for fact in text.split(",")}


EXPECTED = {
    ("solar", "bw:suppliesTier"): (
        "silica polysilicon, dawn module, haidai module, haidai glass, beichen_solar module, beichen module"
    ),
    ("solar", "bw:belongsTo"): "beichen_solar beichen",
    ("solar", "bw:maySupply"): "silica dawn, silica haidai, silica beichen_solar",
    ("solar", "bw:relatedTo"): "silica dawn, silica haidai",
    ("solar", "bw:competesWith"): (
        "dawn haidai, haidai dawn, dawn beichen_solar, beichen_solar dawn, haidai beichen_solar, beichen_solar haidai"
    ),
    ("solar", "bw:soleSupplierOf"): "silica polysilicon, haidai glass",
    ("solar", "suppliers"): "polysilicon 1, module 3, glass 1",
    ("solar", "feeds"): (
        "polysilicon cell, polysilicon module, polysilicon power_plant, cell module, cell power_plant, "
        "module power_plant"
    ),
    ("solar", "sizes_tier"): "module.demand module volume, module.market module revenue, "
    "polysilicon.demand polysilicon volume",
    ("solar", "bw:reaches"): (
        "plant.installed module.demand, plant.installed module.market, plant.installed polysilicon.demand, "
        "plant.loading_ratio module.demand, plant.loading_ratio module.market, "
        "plant.loading_ratio polysilicon.demand, module.price module.market, cell.silicon_per_power polysilicon.demand"
    ),
    ("solar", "passes_edge"): (
        "plant.installed power_plant module, plant.installed module polysilicon, "
        "plant.loading_ratio power_plant module, plant.loading_ratio module polysilicon, "
        "module.price power_plant module, cell.silicon_per_power module polysilicon"
    ),
    ("solar", "bw:exposedThroughPart"): (
        "beichen plant.installed, beichen plant.loading_ratio, beichen module.price"
    ),
    ("solar", "amount_known"): (
        "dawn module plant.installed, dawn module plant.loading_ratio, dawn module module.price, "
        "haidai module plant.installed, haidai module plant.loading_ratio, haidai module module.price"
    ),
    ("solar", "amount_unknown"): (
        "beichen_solar module plant.installed, beichen_solar module plant.loading_ratio, "
        "beichen_solar module module.price, silica polysilicon plant.installed, "
        "silica polysilicon plant.loading_ratio, silica polysilicon cell.silicon_per_power"
    ),
    ("planted", "bw:belongsTo"): "shop chain, second chain, chain holding, shop holding, second holding",
    ("planted", "bw:suppliesTier"): (
        "both mill, miller mill, both bakery, shop bakery, second bakery, guild bakery, lone bakery, other bakery, "
        "chain bakery, holding bakery"
    ),
    ("planted", "buys_at"): "cafe bakery",
    ("planted", "bw:suppliesTo"): "miller smith, miller lone",
    ("planted", "bw:competesWith"): (
        "both miller, miller both, both shop, shop both, both second, second both, both guild, guild both, both lone, "
        "lone both, shop guild, guild shop, shop lone, lone shop, second guild, guild second, second lone, lone second"
    ),
    ("planted", "bw:relatedTo"): "miller smith, miller lone, shop cafe",
    ("planted", "part_of"): "rye.sold bread.sold, buns.sold bread.sold, fresh.sold yeast.sold, dried.sold yeast.sold",
    ("planted", "bought_in"): (  # cake is made with fresh yeast, so that it holds no dried one
        "flour.sold bread.sold, flour.sold rye.sold, flour.sold buns.sold, "
        "grain.sold flour.sold, grain.sold bread.sold, grain.sold rye.sold, grain.sold buns.sold, "
        "yeast.sold buns.sold, yeast.sold bread.sold, yeast.sold cake.sold, "
        "fresh.sold buns.sold, fresh.sold bread.sold, fresh.sold cake.sold, "
        "dried.sold buns.sold, dried.sold bread.sold, "
        "malt.sold yeast.sold, malt.sold fresh.sold, malt.sold dried.sold, "
        "malt.sold buns.sold, malt.sold bread.sold, malt.sold cake.sold"
    ),
    ("", "bw:soleSupplierOf"): "foxconn_industrial_internet board, sk_hynix compute_in_memory",
}  # fmt: skip
"""Workspace and predicate, to all that holds of it, worked out from the files."""


@pytest.mark.parametrize(("name", "predicate"), EXPECTED)
def test_what_follows_is_what_was_worked_out_by_hand(name: str, predicate: str) -> None:
    """Every fact, and no other."""
    assert facts(name, predicate) == pairs(EXPECTED[name, predicate])


def test_one_driver_moves_both_amounts_of_money_that_is_counted_twice() -> None:
    """Eaters and the price move all of it, and the part of flour all but the bread."""
    held = facts("planted", "bought_in") | facts("planted", "part_of")

    assert facts("planted", "same_money") == {
        (driver, first, paid)
        for paid, first in held
        for driver in ("eaters.loaves", "loaf.price", "flour.part")
        if (driver, first) != ("flour.part", "bread.sold")
    }


def test_one_company_at_two_tiers_earns_the_same_money_twice() -> None:
    """Bread is sold for money out of which flour is paid; who sells both has both in its exposure."""
    counts = opened("planted").inferred()
    first = {node: short(q) for node, q in counts.facts("bw:paidFirst")}
    paid = {node: short(q) for node, q in counts.facts("bw:paidOn")}
    twice = {(first[n], paid[n], short(c)) for n, c in counts.facts("bw:earnedTwiceBy")}

    assert {(f, p) for f, p, c in twice if c == "both"} == {
        ("bread.sold", "flour.sold"), ("rye.sold", "flour.sold"), ("buns.sold", "flour.sold"),
        ("buns.sold", "yeast.sold"), ("bread.sold", "yeast.sold"), ("cake.sold", "yeast.sold"),
        ("buns.sold", "fresh.sold"), ("bread.sold", "fresh.sold"), ("cake.sold", "fresh.sold"),
        ("buns.sold", "dried.sold"), ("bread.sold", "dried.sold"), ("yeast.sold", "fresh.sold"),
        ("yeast.sold", "dried.sold"), ("bread.sold", "rye.sold"), ("bread.sold", "buns.sold"),
    }  # fmt: skip
    assert not any(p == "flour.sold" for _, p, c in twice if c != "both")


def test_members_of_a_group_have_its_role_and_parents_that_of_their_parts() -> None:
    """Three carriers are named together as operators of data centers; Sugon makes liquid cooling through a part."""
    inherited = facts("", "bw:suppliesTier") - facts("", "supplies_at")

    assert inherited == pairs(
        "china_mobile idc, china_telecom idc, china_unicom idc, cisco optical_module, foxconn board, "
        "southern_grid smart_grid, state_grid smart_grid, sugon liquid_cooling"
    )


def test_printed_relations_say_who_supplies_whom() -> None:
    """What documents call a supply, a purchase or a use of a product is supply from its maker."""
    found = facts("", "bw:suppliesTo")

    assert pairs("sk_hynix nvidia, nvidia openai, nvidia google, nvidia azure, amd microsoft, google apple") <= found
    assert ("azure", "microsoft") not in found
    assert found <= facts("", "bw:maySupply")


@pytest.mark.parametrize("name", ["", "solar", "planted"])
def test_exposures_are_those_of_the_ranking(name: str) -> None:
    """Company, tier and driver, for every driver that no rule defines, several periods taken together."""
    workspace = opened(name)
    drivers = {q.id for q in workspace.program.quantities.values() if q.is_driver}
    default = workspace.program.header.default_period
    periods = [p for p in (default, default - 2, default + 1) if p in workspace.program.header.periods]
    ranked = {
        (row.company, row.tier, driver)
        for driver in drivers
        for period in periods or (None,)
        for row in workspace.exposure(driver, period).rows
    }

    assert {f for f in facts(name, "exposed_at") if f[2] in drivers} == ranked
    assert {(c, d) for c, _, d in ranked} == {f for f in facts(name, "bw:exposedTo") if f[1] in drivers}


def test_one_supplier_tiers_are_those_of_the_query() -> None:
    """The named query over the stated graph finds the same tiers and companies."""
    table = opened("").query("chain/single_supplier_tiers")
    columns = [table.columns.index(c) for c in ("company", "tier")]

    assert {tuple(str(row[c]) for c in columns) for row in table.rows} == facts("", "bw:soleSupplierOf")


@pytest.mark.parametrize("name", ["planted", "solar", ""])
def test_an_answer_set_solver_derives_the_same_from_the_library(name: str) -> None:
    """clingo, given the printed rules and the stated facts, derives every fact and no other."""
    pytest.importorskip("clingo")
    workspace = opened(name)

    found = by_clingo(workspace.program.inference, stated_only(workspace))
    assert found == {key: set(workspace.inferred().facts(*key)) for key in found}


@pytest.mark.parametrize("name", ["planted", "solar"])
def test_sparql_to_a_fixpoint_derives_the_same_from_the_library(name: str) -> None:
    """The printed queries, run layer by layer over the stated graph, give every fact and no other."""
    workspace = opened(name)

    found = by_sparql(workspace.program.inference, stated_only(workspace))
    assert found == {key: set(workspace.inferred().facts(*key)) for key in found}


@cache
def _everything(name: str, without: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return all that follows in a workspace when a rule is left out."""
    program = opened(name).program.inference
    less = replace(program, rules=tuple(r for r in program.rules if r.id != without))
    found = evaluate(less, stated(opened(name)), explain=False)
    return {f"{p}/{n}": tuple(found.facts(p, n)) for p, n in found.predicates}


def _changes(name: str, rule: str) -> bool:
    """Return whether something follows with a rule that does not follow without it."""
    return _everything(name, "") != _everything(name, rule)


def test_no_rule_of_the_library_is_idle() -> None:
    """Without any one of them something is missing, in the planted chain or in the solar one."""
    library = [r.id for r in opened("planted").program.inference.rules if r.file == "ontology/inference.yaml"]

    assert len(library) > 30
    assert [] == [rule for rule in library if not _changes("planted", rule) and not _changes("solar", rule)]


def test_every_rule_and_relation_of_the_library_speaks_both_languages() -> None:
    """Each has a label and a sentence in Chinese and in English."""
    program = opened("solar").program.inference
    lacking = [r.id for r in program.rules if not (r.label.zh and r.label.en and r.says.zh and r.says.en)]

    assert [] == lacking + [r.id for r in program.relations if not (r.says.zh and r.says.en)]
