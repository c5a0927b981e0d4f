"""Money that stands at two tiers: what the numbers leave out of totals, and what the inference rules derive."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest

import bakery
from bullwhip import Workspace
from bullwhip.query.exposure import Roster
from bullwhip.query.totals import Counting
from bullwhip.terms import PREFIXES
from documents import ROOT

DERIVED = """SELECT DISTINCT ?on ?first WHERE {
  ?x bw:paidFirst/dct:identifier ?first ; bw:paidOn/dct:identifier ?on } ORDER BY ?on ?first"""
CHAINS: dict[str, Callable[[], Workspace]] = {
    "shipped": Workspace.open,
    "bakery": bakery.workspace,
    "solar": lambda: Workspace.open(str(ROOT / "tests" / "golden" / "solar")),
}


def derived(workspace: Workspace) -> set[tuple[str, str]]:
    """Return the pairs that the rule `double_count` derives: what is paid on, and out of what."""
    store = ox.Store()
    store.bulk_load(workspace.nquads(), format=ox.RdfFormat.N_QUADS)
    rows = store.query(DERIVED, prefixes=PREFIXES, use_default_graph_as_union=True)
    return {(row[0].value, row[1].value) for row in rows}  # type: ignore[union-attr]


def counted(workspace: Workspace) -> dict[tuple[str, str], str]:
    """Return the pairs that the numbers count twice, with the reason: what is held, and by what."""
    program = workspace.program
    roster = Roster.of(program)
    counting = Counting(roster, {})
    money = [q.id for q in program.quantities.values() if q.tier and q.measure == "revenue"]
    pairs = ((one, other) for one in money for other in roster.money(one) if one != other)
    return {pair: reason for pair in pairs if (reason := counting.reason(*pair))}


@pytest.mark.parametrize("name", CHAINS)
def test_what_the_numbers_leave_out_the_rule_derives(name: str) -> None:
    """Money that is bought is a double count by the rule too, which also warns where flows meet far upstream."""
    workspace = CHAINS[name]()
    quantities = workspace.program.quantities
    by_rule = derived(workspace)
    direct = {p for p, reason in counted(workspace).items() if reason == "bought" or p[1] in quantities[p[0]].inputs}

    assert set() == direct - by_rule


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
    assert set(expected) == derived(bakery.workspace())
