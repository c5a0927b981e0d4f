"""Every figure of reports 001, 002 and 004 that the model derives is reproduced from its inputs, by both models.

Beside the prints: figures worked on paper, and elasticities that can be said without computing.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from bullwhip import Workspace
from independent import Inputs, answers
from printed_figures import Fact, Place, cell, derived_facts, exact, place, says

PLACES = {
    ("001", "智能配电投资额规模测算"): 22,
    ("001", "2.1 英伟达业绩超预期，架构快速迭代"): 1,
    ("002", "表1"): 33,
    ("002", "1.1 北美四大云厂商发布 24Q2 财报"): 3,
    ("004", "3.1. Meta 正式发布 LLaMA3.1，正在迈向 LLaMA4"): 1,
}
"""Report and beginning of the table or section, and how many derived figures stand there."""

ABOUT_500: Place = (
    "1.1 北美四大云厂商发布 24Q2 财报，合计资本支出同比增长 59%，环比增长 19%，"
    "24 年全年资本支出指引维持乐观，后续算力投资仍有保障",
    "北美四大云厂商 (Meta, Microsoft, Google, Amazon)",
    "cash flow surplus 2024",
)
"""Printed as about 500, to the hundred: table 1 prints 543.28."""


@cache
def workspace() -> Workspace:
    """The shipped workspace."""
    return Workspace.open()


@cache
def derived(report: str) -> dict[Place, list[Fact]]:
    """What a report prints of quantities that rules define."""
    return derived_facts(workspace(), report)


def facts_at(report: str, beginning: str) -> list[Fact]:
    """Return the derived figures of a table or section."""
    return [f for w, fs in derived(report).items() if w[0].startswith(beginning) and w != ABOUT_500 for f in fs]


@pytest.mark.parametrize(("report", "beginning"), PLACES)
def test_the_workspace_reproduces_every_derived_print(report: str, beginning: str) -> None:
    """Each derived figure of a table or section, rounded as printed, is what is printed."""
    facts = facts_at(report, beginning)

    assert facts
    assert [(place(f), f["lexical"]) for f in facts if not says(f, exact(workspace(), cell(f)))] == []


@pytest.mark.parametrize(("report", "beginning"), PLACES)
def test_the_independent_model_reproduces_every_derived_print(report: str, beginning: str) -> None:
    """The model written from the reports' text gives the same figures without the workspace."""
    expected = answers(Inputs())
    facts = facts_at(report, beginning)

    assert [(place(f), f["lexical"]) for f in facts if not says(f, expected[cell(f)] or Fraction(0))] == []


@pytest.mark.parametrize("report", ["000", "001", "002", "004"])
def test_the_derived_prints_are_all_there(report: str) -> None:
    """Tables and sections keep their number of derived figures, and no other place has any."""
    counts = {where: len(facts_at(*where)) for where in PLACES if where[0] == report}
    counts |= {where: n + 1 for where, n in counts.items() if ABOUT_500[0].startswith(where[1])}

    assert counts == {where: n for where, n in PLACES.items() if where[0] == report}
    assert sum(counts.values()) == sum(len(fs) for fs in derived(report).values())


def test_the_surplus_said_to_be_about_500_rounds_to_it() -> None:
    """543.28 亿 to one digit is the 500 of the text."""
    (fact,) = derived("002")[ABOUT_500]

    assert (fact["lexical"].lstrip("~"), fact["bound"]) == ("500", "~")
    assert round(exact(workspace(), cell(fact)) / 10**8, -2) == 500


def test_the_text_and_the_table_disagree_on_the_southern_grid_of_2023() -> None:
    """001 prints 1394 in the text and 1375 in the table; the model reads the table and names the text as disputing."""
    (value,) = workspace().value("grid.southern_grid_investment", 2023)
    (source,) = value.sources

    assert value.value == 1375 * 10**8
    assert ["1394" in d for d in source.disputed_by] == [True]


CASH_2025 = Fraction("3604.52") * Fraction("1.15") ** 2

HAND_WORKED = {
    "cash flow": ("cloud.operating_cash_flow[period=2025]", CASH_2025 * 10**8),
    "capex": ("cloud.capex[period=2026]", Fraction("1465.48") * Fraction("1.5") * Fraction("1.69") * 10**8),
    "buybacks": ("cloud.buybacks[period=2025]", Fraction("1013.23") * Fraction("1.15") ** 2 * 10**8),
    "dividends": ("cloud.dividends[period=2026]", Fraction("207.38") * Fraction("1.15") ** 3 * 10**8),
    "what is left": ("cloud.cash_surplus[period=2020]", Fraction("685.53") * 10**8),
    "paid out": ("cloud.payout_share[period=2026]", Fraction("1220.61") / Fraction("3604.52")),
    "southern grid": ("grid.southern_grid_investment[period=2025]", Fraction(1375) * Fraction("1.21") * 10**8),
    "distribution": ("smart_grid.distribution_investment[period=2023]", Fraction(2660 * 10**8)),
    "smart distribution": ("smart_grid.investment[period=2024]", Fraction("743.90625") * 10**8),
    "power at 1.25": ("idc.facility_power_added[zone=hub_east]", Fraction(3125000)),
    "beside the IT load": ("idc.overhead_power_added[zone=hub_west]", Fraction(500000)),
    "saved": ("idc.case_power_saved", Fraction(378)),
    "gap": ("cooling.pue_gap[zone=hub_east]", Fraction(3, 100)),
    "liquid where 1.3 is allowed": ("cooling.liquid_market_at_limit[zone=beijing]", Fraction(26250000000)),
    "building": ("idc.construction_cost_per_kw", Fraction(35000)),
    "H20": ("export.h20_value", Fraction(12500000000)),
    "GPT-3": ("run.compute[run=gpt3]", Fraction(6 * 175 * 3 * 10**20, 86400 * 10**15)),
    "days": ("run.days[run=llama_3_1_405b]", Fraction(6 * 405 * 156 * 10**20, 16384 * 400 * 10**12 * 86400)),
    "ten times": ("run.next_accelerators", Fraction(163840)),
    "a query written": ("api.query_cost_written[api=gpt_4o]", Fraction("0.109")),
    "a query read": ("api.query_cost_read[api=deepseek_v2]", Fraction("0.001")),
    "cut": ("api.input_price_cut[api=glm_3_turbo]", Fraction(4, 5)),
    "bandwidth": (
        "optics.bandwidth_per_accelerator[chip=h100_sxm,generation=800g,topology=fat_tree]",
        Fraction(2800),
    ),
    "two for one": (
        "optics.modules_400g[chip=h100_sxm,topology=fat_tree,period=2023]",
        Fraction(1812500000, 2079) * 7,
    ),
    "Hygon": ("company.net_margin[company=hygon,period=2023]", Fraction(126318, 601200)),
}
"""What is worked out, the cell, and the figure by hand."""


@pytest.mark.parametrize("what", HAND_WORKED)
def test_a_figure_worked_by_hand_is_the_answer(what: str) -> None:
    """The arithmetic of the page, done on paper, gives exactly the workspace's fraction."""
    name, expected = HAND_WORKED[what]

    assert expected == exact(workspace(), name)


UNKNOWN = (
    "cloud.ai_server_spending",
    "cloud.ai_chip_spending",
    "cloud.idc_spending",
    "accelerator.china_value[origin=domestic]",
    "cooling.liquid_market_at_limit[zone=hub_east]",
    "run.cost_per_compute[run=llama_3_1_405b]",
)


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_needs_a_figure_that_nobody_prints_is_unknown(name: str) -> None:
    """No amount follows from a coefficient that is not printed, and the answer names what is missing."""
    (value,) = workspace().value(name, 2025)

    assert value.value is None
    assert value.missing


ELASTICITIES = {
    ("cloud.ai_server_spending[period=2025]", "cloud.capex"): [Fraction(1)],
    ("cloud.ai_chip_spending[period=2025]", "cloud.capex"): [Fraction(1)],
    ("cloud.ai_chip_spending[period=2025]", "cloud.ai_server_share"): [Fraction(1)],
    ("cloud.accelerators[chip=a100_sxm,period=2025]", "accelerator.price[chip=a100_sxm]"): [Fraction(-1)],
    ("accelerator.china_value[origin=domestic,period=2025]", "accelerator.origin_share[origin=domestic]"): [
        Fraction(1)
    ],
    ("accelerator.china_value[origin=domestic,period=2025]", "accelerator.origin_share[origin=foreign]"): [Fraction(0)],
    ("inference.accelerators[chip=a100_sxm,period=2025]", "inference.utilization"): [Fraction(-1)],
    ("inference.accelerators[chip=a100_sxm,period=2025]", "inference.users"): [Fraction(15, 17), Fraction(2, 17)],
    ("inference.accelerators[chip=a100_sxm,period=2025]", "inference.flop_per_parameter_token"): [Fraction(1)],
    ("inference.deployed_cards[deployed_model=gpt3,card=a100_80gb]", "inference.peak_visitors"): [Fraction(1)],
    ("inference.deployed_cards[deployed_model=gpt3,card=a100_80gb]", "inference.visitors_per_deployment"): [
        Fraction(-1)
    ],
    ("smart_grid.investment[period=2025]", "grid.smart_share"): [Fraction(1)],
    ("smart_grid.investment[period=2025]", "grid.state_grid_investment"): [Fraction(5000) / Fraction("6663.75")],
    ("idc.facility_power_added[zone=hub_east]", "idc.pue_limit[zone=hub_east]"): [Fraction(1)],
    ("idc.overhead_power_added[zone=hub_east]", "idc.pue_limit[zone=hub_east]"): [Fraction(5)],
    ("cooling.liquid_market_at_limit[zone=hub_east]", "cooling.policy_penetration"): [Fraction(1)],
    ("cooling.liquid_market_at_limit[zone=beijing]", "cooling.liquid_penetration"): [Fraction(1)],
    ("run.days[run=llama_3_1_405b]", "run.accelerators[run=llama_3_1_405b]"): [Fraction(-1)],
    ("training.cost[period=2025]", "run.cost[run=gpt3]"): [Fraction(1)],
    ("training.cost[period=2025]", "run.tokens[run=gpt3]"): [Fraction(-1)],
    ("api.query_cost_read[api=gpt_4o]", "api.input_price[api=gpt_4o]"): [Fraction(1)],
    ("export.h20_value", "export.h20_price"): [Fraction(1)],
}
"""Quantity and driver, and the elasticities to each member of the driver, known without computing."""


@pytest.mark.parametrize(("name", "driver"), ELASTICITIES)
def test_an_elasticity_that_can_be_said_without_computing(name: str, driver: str) -> None:
    """Products answer with one, quotients with minus one, sums with shares, whether amounts are known or not."""
    found = [s.elasticity for s in workspace().sensitivity(name, [driver], 2025, forms=False)]

    assert ELASTICITIES[name, driver] == found


@pytest.mark.parametrize("driver", ["inference.users", "inference.queries_per_user", "inference.tokens_per_query"])
@pytest.mark.parametrize("year", range(2023, 2028))
def test_cards_for_inference_move_in_proportion_to_the_demand_of_all_families(driver: str, year: int) -> None:
    """Summed over families, the elasticity of the cards to users, queries and tokens is one in every year."""
    name = f"inference.accelerators[chip=h100_sxm,period={year}]"
    parts = [s.elasticity for s in workspace().sensitivity(name, [driver], year, forms=False)]

    assert len(parts) == 2
    assert sum(p or Fraction(0) for p in parts) == 1


def test_a_tighter_limit_moves_the_power_but_not_the_market_until_it_is_missed() -> None:
    """At 1.28 evaporative cooling still meets the limit; below it, liquid cooling answers by its own penetration."""
    ws = workspace().with_values("cooling.policy_penetration=90 %")
    name = "cooling.liquid_market_at_limit[zone=beijing]"
    found = [exact(ws.with_values(f"idc.pue_limit[zone=beijing]={limit}"), name) for limit in ("1.3", "1.28", "1.27")]

    assert found == [26250000000, 26250000000, 33750000000]
