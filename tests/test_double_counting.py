"""Money that stands at two tiers: what the numbers leave out of totals, and what the inference rules derive."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random

import pyoxigraph as ox
import pytest

import bakery
from bullwhip import Workspace
from bullwhip.query.exposure import Roster, reached_paths
from bullwhip.query.totals import Counting
from bullwhip.terms import PREFIXES
from bullwhip.workspace.ranking import every_exposure
from documents import ROOT

DERIVED = """SELECT DISTINCT ?driver ?on ?first WHERE {
  ?x bw:paidFirst/dct:identifier ?first ; bw:paidOn/dct:identifier ?on ; bw:ofDriver/dct:identifier ?driver }
ORDER BY ?driver ?on ?first"""
CHAINS: dict[str, Callable[[], Workspace]] = {
    "shipped": Workspace.open,
    "bakery": bakery.workspace,
    "solar": lambda: Workspace.open(str(ROOT / "tests" / "golden" / "solar")),
}
Pairs = set[tuple[str, str]]
"""Money, and what holds it."""
RULES, CHAIN = "rules/rules.yaml", "ontology/chain/chain.ttl"


def derived(workspace: Workspace) -> dict[str, Pairs]:
    """Return, by driver, the pairs that the rule `double_count` derives: what is paid on, and out of what."""
    store = ox.Store()
    store.bulk_load(workspace.nquads(), format=ox.RdfFormat.N_QUADS)
    found: dict[str, Pairs] = {}
    rows = store.query(DERIVED, prefixes=PREFIXES, use_default_graph_as_union=True)
    for row in rows:  # type: ignore[union-attr]
        driver, on, first = (term.value for term in row)
        found.setdefault(driver, set()).add((on, first))
    return found


def counted(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Return the pairs that the numbers count twice, with the reason: what is held, and by what."""
    program = workspace.program
    roster = Roster.of(program)
    counting = Counting(roster, {})
    money = [q.id for q in program.quantities.values() if q.tier and q.measure == "revenue"]
    pairs = ((one, other) for one in money for other in roster.money(one) if one != other)
    return {pair: reason for pair in pairs if (reason := counting.reason(*pair))}


def moved(workspace: Workspace) -> dict[str, Pairs]:
    """Return, by driver, the pairs that the numbers count twice where the driver reaches both."""
    program, pairs = workspace.program, counted(workspace)
    drivers = [q.id for q in program.quantities.values() if q.is_driver or q.given]
    ends = sorted({name for pair in pairs for name in pair})
    ways = {end: reached_paths(program, [[d] for d in drivers], end, {}) for end in ends}
    reached = {end: {d for d, way in zip(drivers, some, strict=True) if way is not None} for end, some in ways.items()}
    found = {d: {pair for pair in pairs if all(d in reached[end] for end in pair)} for d in drivers}
    return {driver: some for driver, some in found.items() if some}


@pytest.mark.parametrize("name", CHAINS)
def test_the_rule_and_the_numbers_say_the_same_for_every_driver(name: str) -> None:
    """What the numbers leave out of totals is what the rule derives, pair by pair and no other."""
    workspace = CHAINS[name]()

    assert moved(workspace) == derived(workspace)


def test_rows_are_marked_where_the_rule_says_so() -> None:
    """A row with an amount is counted in another one of the same driver only where the rule has the pair."""
    workspace = bakery.workspace()
    by_rule = derived(workspace)
    marked = {
        (answer.driver, row.quantity, held.quantity)
        for answer in every_exposure(workspace)
        for row in answer.rows
        for held in row.counted_in
    }

    assert marked
    assert set() == {(d, *pair) for d, *pair in marked} - {(d, *pair) for d, some in by_rule.items() for pair in some}


def test_on_a_small_chain_both_say_the_same() -> None:
    """Flour in bread, bread at home in bread, and all of it in coffee houses: six pairs, by rule and by numbers."""
    expected = {
        ("flour.market", "bread.market"): "bought",
        ("flour.market", "bread.home"): "bought",
        ("flour.market", "cafe.market"): "bought",
        ("bread.market", "cafe.market"): "bought",
        ("bread.home", "cafe.market"): "bought",
        ("bread.home", "bread.market"): "part",
    }

    assert expected == counted(bakery.workspace())
    assert set(expected) == set().union(*derived(bakery.workspace()).values())


CHANGES: dict[str, tuple[tuple[str, ...], Pairs]] = {
    "flour is paid in another currency": (
        (
            RULES, "unit: 万 CNY, kind: flow, foreach: [period], tier: mill,\n     measure: revenue, primary: true,"
            " edge: {from: bakery, to: mill},\n     expression: bread.volume * flour.per_bread * flour.price",
            "unit: USD, kind: flow, foreach: [period], tier: mill,\n     measure: revenue, primary: true,"
            " edge: {from: bakery, to: mill},\n     expression: bread.volume * flour.per_bread * flour.price"
            " * abroad.spending / (bread.price * bread.per_guest)",
        ),
        {("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market")},
    ),
    "mill and bakery supply each other": (  # flour is in coffee houses by way of bread alone
        (CHAIN, "tier:bakery bw:supplies tier:cafe .", "tier:bakery bw:supplies tier:cafe, tier:mill ."),
        {("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market")},
    ),
    "they do, and flour is a part of the cost of bread": (
        (
            CHAIN, "tier:bakery bw:supplies tier:cafe .", "tier:bakery bw:supplies tier:cafe, tier:mill .",
            RULES, "bread.volume * flour.per_bread * flour.price",
            "bread.market * flour.per_bread * flour.price / bread.price",
        ),
        {("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market")},
    ),
    "bread at home grows out of itself": (
        (
            RULES, "expression: bread.market * bread.home_share",
            "given: [2024], assume: [{period: 2024, value: 1, note: n}],"
            " expression: 'bread.home[t-1] + bread.market * bread.home_share'",
        ),
        {
            ("flour.market", "bread.market"), ("flour.market", "bread.home"), ("flour.market", "cafe.market"),
            ("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market"),
        },
    ),
    "flour is computed from the bread over two steps": (
        (
            RULES, "expression: bread.volume * flour.per_bread * flour.price, source: 901/T1}",
            "expression: flour.needed * flour.price, source: 901/T1}\n"
            "  flour.needed: {label: {zh: 用量, en: needed}, unit: kg, kind: flow, foreach: [period],"
            " expression: bread.volume * flour.per_bread, source: 901/T1}",
        ),
        {
            ("flour.market", "bread.market"), ("flour.market", "bread.home"), ("flour.market", "cafe.market"),
            ("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market"),
        },
    ),
    "bread is made for demand, not for coffee houses": (
        (CHAIN, "tier:bakery bw:supplies tier:cafe .", "tier:cafe bw:pulls tier:bakery ."),
        {("flour.market", "bread.market"), ("flour.market", "bread.home"), ("bread.home", "bread.market")},
    ),
    "what flour and bread have in common sizes no tier": (
        (RULES, "tier: bakery, measure: volume,", ""),
        {("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market")},
    ),
    "ovens, which bakeries buy, are computed from the bread": (
        (CHAIN, "tier:bakery bw:pulls tier:oven .", "tier:oven bw:supplies tier:bakery ."),
        {
            ("oven.market", "bread.market"), ("oven.market", "bread.home"), ("oven.market", "cafe.market"),
            ("flour.market", "bread.market"), ("flour.market", "bread.home"), ("flour.market", "cafe.market"),
            ("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market"),
        },
    ),
    "coffee houses and millers live on bread that is sold away": (  # so that bread at home is in neither
        (
            RULES, "expression: bread.volume * flour.per_bread * flour.price, source: 901/T1}",
            "expression: bread.away * flour.per_bread * flour.price / bread.price, source: 901/T1}\n"
            "  bread.away: {label: {zh: 外卖, en: away}, unit: CNY, kind: flow, foreach: [period], tier: bakery,"
            " measure: revenue, expression: bread.market * (1 - bread.home_share), source: 901/T1}",
            RULES, "expression: bread.market * cafe.markup", "expression: bread.away * cafe.markup",
        ),
        {
            ("flour.market", "bread.market"), ("flour.market", "bread.away"), ("flour.market", "cafe.market"),
            ("bread.market", "cafe.market"), ("bread.home", "bread.market"), ("bread.away", "bread.market"),
            ("bread.away", "cafe.market"),
        },
    ),
    "bread at home over two steps is part of the bread": (
        (
            RULES, "expression: bread.market * bread.home_share, source: 901/T1}",
            "expression: bread.sold * bread.home_share, source: 901/T1}\n"
            "  bread.sold: {label: {zh: 售出, en: sold}, unit: CNY, kind: flow, foreach: [period],"
            " expression: bread.market * 1, source: 901/T1}",
        ),
        {
            ("flour.market", "bread.market"), ("flour.market", "bread.home"), ("flour.market", "cafe.market"),
            ("bread.market", "cafe.market"), ("bread.home", "cafe.market"), ("bread.home", "bread.market"),
        },
    ),
}  # fmt: skip
"""What is changed in the small chain, to the money that is counted twice then, worked out by hand."""


@pytest.mark.parametrize("name", CHANGES)
def test_both_follow_a_change_of_the_chain(name: str) -> None:
    """Currencies, circles of tiers, demand that is no sale and steps between make the same difference to both."""
    words, expected = CHANGES[name]
    files = bakery.files()
    for file, old, new in zip(words[::3], words[1::3], words[2::3], strict=True):
        assert old.encode() in files[file]
        files[file] = files[file].replace(old.encode(), new.encode())
    workspace = bakery.opened(files)

    assert expected == set(counted(workspace))
    assert moved(workspace) == derived(workspace)


def drawn(seed: int) -> Workspace:
    """Return a workspace of chance: tiers that supply each other, also in circles, and amounts computed from others."""
    random = Random(seed)  # noqa: S311  not a secret
    tiers = ["a", "b", "c", "d", "e"]
    unit = {"x": "CNY", "y": "CNY"}
    rules = []
    for number in range(10):
        name = f"q{number}"
        reads = random.sample([*unit], random.choice([1, 1, 2]))
        unit[name] = random.choice(["CNY", "CNY", "万 CNY", "USD"])
        into = {False: {False: "", True: " / rate"}, True: {False: " * rate", True: ""}}[unit[name] == "USD"]
        terms = " + ".join(f"{read}{into[unit[read] == 'USD']}" for read in reads)
        sizes = random.choice(["", f"tier: {random.choice(tiers)}, ", f"tier: {random.choice(tiers)}, "])
        measure = sizes and f"measure: {random.choice(['revenue', 'revenue', 'volume'])}, "
        rules.append(f"  {name}: {{unit: {unit[name]}, kind: flow, {sizes}{measure}expression: {terms}}}")
    texts = {
        "rules/workspace.yaml": "workspace: {id: drawn}\ndrivers:\n  x: {unit: CNY, kind: flow}\n"
        "  y: {unit: CNY, kind: flow}\n  rate: {unit: USD/CNY, kind: ratio}\nrules:\n"
        "  all: {unit: CNY, kind: flow, expression: (x + y) * rate / rate}\n" + "\n".join(rules),
        "ontology/chain/chain.ttl": "@prefix bw: <https://w3id.org/bullwhip/ontology#> .\n"
        "@prefix tier: <https://w3id.org/bullwhip/id/tier/> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        + "".join(f'tier:{tier} a bw:Tier ; skos:prefLabel "{tier}"@en .\n' for tier in tiers)
        + "".join(f"tier:{one} bw:supplies tier:{other} .\n" for one, other in pairwise(random.sample(tiers, 4)))
        + "tier:{} bw:supplies tier:{} .\n".format(*random.sample(tiers, 2)),
    }  # fmt: skip
    return bakery.opened({path: text.encode() for path, text in texts.items()})


def test_on_chains_of_chance_both_say_the_same() -> None:
    """Whatever is computed from what, at whichever tier and in whichever unit."""
    chains = [drawn(seed) for seed in range(24)]

    assert [moved(chain) for chain in chains] == [derived(chain) for chain in chains]
    assert sum(len(counted(chain)) for chain in chains) > 20
