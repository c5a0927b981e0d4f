"""The second half of the independent model: who pays, where power and policy bind, what a run and a query cost.

Written from the text of reports 001 to 004 and from no rule file, as `independent.py` is. Inputs are in the units the
reports print (亿美元, 亿元, 元/百万 tokens).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from independent_tables import WAN, YI, Answers, Table, growth_of, per, row, write

if TYPE_CHECKING:
    from independent import Inputs

__all__ = ["APIS", "CLOUD_YEARS", "COMPANIES", "GRID_YEARS", "ORIGINS", "RUNS", "ZONES", "Money", "money"]

RUNS = ("gpt3", "llama_3_1_405b")
ORIGINS = ("domestic", "foreign")
ZONES = (
    "hub_east", "hub_west", "beijing", "guangdong", "shanghai_new", "shanghai_existing", "shanghai_cluster",
    "national_2025",
)  # fmt: skip
APIS = (
    "gpt_4o", "gpt_4_turbo", "gpt_4", "deepseek_v2", "glm_4", "glm_3_turbo", "doubao_pro_32k", "doubao_pro_128k",
    "doubao_lite_32k", "doubao_lite_128k", "qwen_max", "qwen_long", "qwen_plus", "qwen_turbo", "ernie_speed",
    "ernie_lite", "ernie_4", "ernie_3_5", "hunyuan_lite", "hunyuan_standard", "hunyuan_standard_256k", "hunyuan_pro",
    "spark_lite", "spark_pro", "spark_3_5_max",
)  # fmt: skip
COMPANIES = (
    "cambricon", "jingjia_micro", "foxconn_industrial_internet", "unisplendour", "inspur", "sugon",
    "range_intelligent", "sinnet", "athub", "baosight", "hygon", "digital_china",
)  # fmt: skip

CLOUD_YEARS = range(2020, 2027)
GRID_YEARS = range(2016, 2026)
A_DAY_OF_PFLOPS = 86400 * 10**15


def _by_company(first: str, hygon: str, digital_china: str) -> dict[tuple[str | int, ...], Fraction]:
    """Return a column of figure 7 of report 002 with the two companies of report 001, by company and year, in 亿元."""
    found: dict[tuple[str | int, ...], Fraction] = {}
    for company, cells in zip(COMPANIES, first.split("; "), strict=False):
        found |= row(company, cells=cells)
    return found | row("hygon", cells=hygon) | row("digital_china", cells=digital_china)


@dataclass(frozen=True)
class Money:
    """What the reports print or assume beside the compute, with its printed values."""

    # 002, table 1, in 亿美元; a year that is absent follows from growth or from the shares of cash flow.
    cash: Table = field(default_factory=lambda: row(first=2020, cells="2379.63 2795.71 2731.08 3604.52"))
    buybacks: Table = field(default_factory=lambda: row(first=2020, cells="635.49 1240.36 1218.63 1013.23"))
    dividends: Table = field(default_factory=lambda: row(first=2020, cells="158.27 172.93 189.64 207.38"))
    capex: Table = field(default_factory=lambda: row(first=2020, cells="900.34 1221.19 1469.57 1465.48"))
    # 002, section 1.1.
    cash_growth: Table = field(default_factory=lambda: row(first=2024, cells="0.15 0.15 0.15"))
    capex_growth: Table = field(default_factory=lambda: row(first=2024, cells="0.5 0.3 0.3"))
    buyback_share: Table = field(
        default_factory=lambda: {(y,): Fraction("1013.23") / Fraction("3604.52") for y in (2024, 2025, 2026)}
    )
    dividend_share: Table = field(
        default_factory=lambda: {(y,): Fraction("207.38") / Fraction("3604.52") for y in (2024, 2025, 2026)}
    )
    server_share: Fraction | None = None
    """Not printed."""
    building_share: Fraction | None = None
    """Not printed."""
    # 001, section 3.1, in 亿元.
    state_grid: Table = field(
        default_factory=lambda: row(first=2016, cells="4747.8 4853.7 4889.6 4473.0 4605.0 4882.0 5094.0 5275 5100 5000")
    )
    southern_grid: Table = field(
        default_factory=lambda: row(first=2016, cells="775.0 817.0 874.0 1060.0 907.0 995.0 1094.5 1375")
    )
    southern_growth: Table = field(default_factory=lambda: row(first=2024, cells="0.1 0.1"))
    distribution_share: Table = field(
        default_factory=lambda: row(first=2016, cells="0.2 0.2 0.2 0.2 0.2 0.3 0.35 0.4 0.45 0.5")
    )
    smart_share: Table = field(
        default_factory=lambda: row(first=2016, cells="0.1 0.1 0.1 0.1 0.1 0.15 0.17 0.2 0.25 0.3")
    )
    # 003, sections 6.1, 6.2 and 6.3.3; 001, section 2.1.
    pue_limit: Table = field(default_factory=lambda: per(ZONES, "1.25 1.2 1.3 1.3 1.3 1.4 1.25 1.3"))
    case_load: Fraction = Fraction(3150)
    case_before: Fraction = Fraction("1.4")
    case_after: Fraction = Fraction("1.28")
    cooling_in_building: Fraction = Fraction("0.2")
    policy_penetration: Fraction | None = None
    """Not printed."""
    # 001, section 2.1: the price is the middle of 1.2 to 1.3 万美元; shares by origin are not printed.
    origin_share: Table = field(default_factory=dict)
    h20_shipments: Fraction = Fraction(1000000)
    h20_price: Fraction = Fraction(12500)
    # 003, figures 42, 45 and 48, section 1.2; 004, section 3.1 and figure 9.
    run_parameters: Table = field(default_factory=lambda: per(RUNS, "1750 4050"))
    """亿个."""
    run_tokens: Table = field(default_factory=lambda: per(RUNS, "3000 156000"))
    """亿个."""
    run_cards: Table = field(default_factory=lambda: per(RUNS, "10000 16384"))
    run_tflops: Table = field(
        default_factory=lambda: {("gpt3",): 125 * Fraction("0.213"), ("llama_3_1_405b",): Fraction(400)}
    )
    run_cost: Table = field(default_factory=lambda: per(["gpt3"], "1200"))
    """万美元."""
    next_multiple: Fraction = Fraction(10)
    # 001, section 2.2, in 元/百万 tokens.
    price_read: Table = field(
        default_factory=lambda: per(APIS, "36 73 218 1 100 1 0.8 5 0.3 0.8 40 0.5 4 2 0 0 - - 0 4.5 15 30 0 - -")
    )
    price_written: Table = field(
        default_factory=lambda: per(APIS, "109 218 436 2 100 1 2 9 0.6 1 120 2 16 6 0 0 - - 0 5 60 100 0 - -")
    )
    old_price_read: Table = field(
        default_factory=lambda: per(APIS, "- - - - - 5 - - - - 120 20 20 8 4 3 120 48 8 10 120 100 18 - -")
    )
    old_price_written: Table = field(
        default_factory=lambda: per(APIS, "- - - - - 5 - - - - 120 20 230 8 8 6 120 96 8 10 120 100 18 - -")
    )
    # 003, section 4.
    line_rate: Table = field(default_factory=lambda: per(["200g", "800g"], "200 800"))
    two_for_one: Fraction = Fraction(2)
    # 002, figure 7; 001, the tables of forecasts of Hygon and Digital China.
    revenue: Table = field(
        default_factory=lambda: _by_company(
            "7 14 23; 7 12 16; 4763 5606 6554; 773 862 967; 659 777 896; 144 166 192; 44 60 83; 79 89 102; 15 16 17; "
            "129 151 179",
            "60.12 84.7006 119.61 159.2851",
            "1196.2389 1261.7759 1348.2411 1453.2674",
        )
    )
    profit: Table = field(
        default_factory=lambda: _by_company(
            "-8 -2 -2; 1 2 3; 210 255 310; 21 26 32; 18 22 27; 18 23 27; 18 23 32; 4 6 8; 1 1 2; 26 31 38",
            "12.6318 16.8888 23.8448 31.8446",
            "11.7178 14.0865 16.9327 20.0307",
        )
    )


def money(given: Inputs, found: Answers) -> None:
    """Note down every figure that follows from the inputs, by the name of its cell."""
    capex = _cash_flow(given, found)
    _bought(given, capex, found)
    _grid(given, found)
    _pue(given, found)
    _origin(given, found)
    _runs(given, found)
    _queries(given, found)
    _modules(given, found)
    _companies(given, found)


def _carried(printed: Table, growth: Table, years: range) -> dict[int, Fraction]:
    """Return a row that grows on from the last year given."""
    by_year: dict[int, Fraction] = {}
    for year in years:
        by_year[year] = printed[year,] if (year,) in printed else by_year[year - 1] * (1 + growth[year,])
    return by_year


def _cash_flow(given: Inputs, found: Answers) -> dict[int, Fraction]:
    """002, table 1, in dollars: cash flow and what it is spent on; return the capital expenditure."""
    cash = _carried(given.cash, given.cash_growth, CLOUD_YEARS)
    capex = _carried(given.capex, given.capex_growth, CLOUD_YEARS)
    paid: dict[str, dict[int, Fraction]] = {"buybacks": {}, "dividends": {}}
    for name, printed, share in (
        ("buybacks", given.buybacks, given.buyback_share),
        ("dividends", given.dividends, given.dividend_share),
    ):
        for year in CLOUD_YEARS:
            paid[name][year] = printed[year,] if (year,) in printed else cash[year] * share[year,]
        write(found, f"cloud.{name}", "", paid[name], YI)
    write(found, "cloud.operating_cash_flow", "", cash, YI)
    write(found, "cloud.capex", "", capex, YI)
    for year in CLOUD_YEARS:
        returned = paid["buybacks"][year] + paid["dividends"][year]
        spent = returned + capex[year]
        found[f"cloud.cash_surplus[period={year}]"] = (cash[year] - spent) * YI
        found[f"cloud.outflow_share[period={year}]"] = spent / cash[year] if cash[year] else None
        found[f"cloud.payout_share[period={year}]"] = returned / cash[year] if cash[year] else None
    return {year: value * YI for year, value in capex.items()}


def _bought(given: Inputs, capex: dict[int, Fraction], found: Answers) -> None:
    """What the expenditure buys, as far as its split is known."""
    if given.building_share is not None:
        write(found, "cloud.idc_spending", "", capex, given.building_share)
        write(found, "cloud.cooling_spending", "", capex, given.building_share * given.cooling_in_building)
    if given.server_share is None:
        return
    write(found, "cloud.ai_server_spending", "", capex, given.server_share)
    chips = {
        year: capex[year] * given.server_share * given.cost_share[year,]
        for year in range(2023, 2027)
        if (year,) in given.cost_share
    }
    write(found, "cloud.ai_chip_spending", "", chips)
    for (chip,), price in given.price.items():
        at = f"chip={chip}"
        bought = {year: value / price if price else None for year, value in chips.items()}
        write(found, "cloud.accelerators", at, bought)
        write(found, "cloud.hbm_value", at, bought, given.hbm_usd)
        if not price:  # no number of chips, so none of what goes with them, whatever it is per chip
            for name in ("wafers", "packages", "boards", "switch_ports"):
                write(found, f"cloud.{name}", at, bought)
        for (of, generation, topology), each in given.modules.items():
            if of == chip:
                write(found, "cloud.modules", f"{at},generation={generation},topology={topology}", bought, each)


def _grid(given: Inputs, found: Answers) -> None:
    """001: investment of both grid companies, the part in distribution, the part of that in smart distribution."""
    southern = _carried(given.southern_grid, given.southern_growth, GRID_YEARS)
    write(found, "grid.southern_grid_investment", "", southern, YI)
    for year in GRID_YEARS:
        part = (given.state_grid[year,] + southern[year]) * given.distribution_share[year,] * YI
        found[f"smart_grid.distribution_investment[period={year}]"] = part
        found[f"smart_grid.investment[period={year}]"] = part * given.smart_share[year,]


def _pue(given: Inputs, found: Answers) -> None:
    """Power of the racks added at each limit, and liquid cooling where evaporative cooling does not meet it."""
    load = given.racks * WAN * given.kw_per_rack
    for (zone,), limit in given.pue_limit.items():
        at = f"[zone={zone}]"
        found[f"idc.facility_power_added{at}"] = load * limit
        found[f"idc.overhead_power_added{at}"] = load * limit - load
        found[f"cooling.pue_gap{at}"] = given.case_after - limit
        liquid = given.policy_penetration if given.case_after > limit else given.penetration
        if liquid is not None:
            found[f"cooling.penetration_at_limit{at}"] = liquid
            found[f"cooling.liquid_market_at_limit{at}"] = load * liquid * given.liquid_cost * WAN
    found["idc.case_power_saved"] = given.case_load * given.case_before - given.case_load * given.case_after
    per_kw = given.air_cost / given.cooling_in_building
    found["idc.construction_cost_per_kw"] = per_kw
    found["idc.construction_investment"] = load * per_kw


def _origin(given: Inputs, found: Answers) -> None:
    """Accelerators in China by origin, and the chip made for export rules."""
    for (origin, year), share in given.origin_share.items():
        market = found.get(f"server.china_market[period={year}]")
        if market is not None and (year,) in given.cost_share:
            part = market * given.cost_share[year,] * share
            found[f"accelerator.china_value[origin={origin},period={year}]"] = part
    found["export.h20_value"] = given.h20_shipments * given.h20_price


def _runs(given: Inputs, found: Answers) -> None:
    """Published runs, 6 operations a parameter and token; what the models of figure 49 cost at GPT-3's cost."""
    work: dict[str, Fraction] = {}
    for run in RUNS:
        work[run] = given.operations * given.run_parameters[run,] * YI * given.run_tokens[run,] * YI
        found[f"run.compute[run={run}]"] = work[run] / A_DAY_OF_PFLOPS
        speed = given.run_cards[run,] * given.run_tflops[run,] * 10**12
        found[f"run.days[run={run}]"] = work[run] / speed / 86400
        if (run,) in given.run_cost:
            cost = given.run_cost[run,] * WAN / work[run]
            found[f"run.cost_per_compute[run={run}]"] = cost * A_DAY_OF_PFLOPS
    found["run.next_compute"] = work["llama_3_1_405b"] * given.next_multiple / A_DAY_OF_PFLOPS
    found["run.next_accelerators"] = given.run_cards["llama_3_1_405b",] * given.next_multiple
    a_flop = given.run_cost["gpt3",] * WAN / work["gpt3"]
    for year in range(2023, 2028):
        total = Fraction(0)
        for family in ("multimodal", "language"):
            one_run = found[f"training.compute_per_model[family={family},period={year}]"]
            assert one_run is not None
            found[f"training.cost_per_model[family={family},period={year}]"] = one_run * 10**15 * a_flop
            total += one_run * 10**15 * a_flop * given.vendors[family, year] * given.at_once[family, year]
        found[f"training.cost[period={year}]"] = total


def _queries(given: Inputs, found: Answers) -> None:
    """A query of 2024 at each price, all read or all written, and the cuts."""
    tokens = given.tokens_per_query["language", 2024] / 10**6
    for name, cut, now, before in (
        ("read", "input", given.price_read, given.old_price_read),
        ("written", "output", given.price_written, given.old_price_written),
    ):
        for (api,), price in now.items():
            found[f"api.query_cost_{name}[api={api}]"] = price * tokens
            if (api,) in before:
                found[f"api.{cut}_price_cut[api={api}]"] = (before[api,] - price) / before[api,]


def _modules(given: Inputs, found: Answers) -> None:
    """Bandwidth of optical modules, and 400G modules instead of the 800G ones."""
    for (chip, generation, topology), each in given.modules.items():
        at = f"chip={chip},generation={generation},topology={topology}"
        found[f"optics.bandwidth_per_accelerator[{at}]"] = each * given.line_rate[generation,]
        for year in range(2023, 2028):
            modules = found.get(f"optics.modules[{at},period={year}]")
            if modules is None:
                continue
            found[f"optics.bandwidth[{at},period={year}]"] = modules * given.line_rate[generation,] / 1000
            if generation == "800g":
                name = f"optics.modules_400g[chip={chip},topology={topology},period={year}]"
                found[name] = modules * given.two_for_one


def _companies(given: Inputs, found: Answers) -> None:
    """Growth of revenue, and profit as a share of it."""
    for company in COMPANIES:
        sales = {year: v for (name, year), v in given.revenue.items() if name == company and isinstance(year, int)}
        write(found, "company.revenue_growth", f"company={company}", growth_of(sales))
        for year, revenue in sales.items():
            if (company, year) in given.profit:
                at = f"[company={company},period={year}]"
                found[f"company.net_margin{at}"] = given.profit[company, year] / revenue
