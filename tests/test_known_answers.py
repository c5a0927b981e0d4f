"""Every figure that report 003 derives is reproduced from its inputs, to the last printed digit, or stands in a list.

Two models have to reproduce it, the workspace and the independent one. Rounding is half up at the printed number of
decimals; there is no tolerance. A print that does not follow is named here with the reason, and has to stay wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from bullwhip import Workspace
from independent import Inputs, answers
from printed_figures import Fact, Pair, Place, cell, derived_facts, exact, place, reach, rounding, says

TABLES = ("图表7", "图表108", "图表8", "图表109", "图表43", "图表49", "图表50", "图表51", "图表107")
TEXT = ("摘要", "2.1.3", "3.1.2", "3.2.1", "3.2.2", "6.2")

BEFORE_THE_FIRST_YEAR: dict[Place, str] = {
    ("图表7", "市场增速（%）", "2021"): "IDC's; the market of 2020 is not printed",
    ("图表108", "市场增速（%）", "2021"): "IDC's; the market of 2020 is not printed",
    ("图表8", "市场增速（%）", "2021"): "IDC's; the market of 2020 is not printed",
    ("图表109", "市场增速（%）", "2021"): "IDC's; the market of 2020 is not printed",
}
"""Prints for which the workspace has no cell."""

Explained = tuple[str, Callable[[Fraction, Fraction], Fraction], Pair]


def percent_of(whole: Fraction, percent: Fraction) -> Fraction:
    """Return a share of a whole."""
    return whole * percent / 100


def growth(now: Fraction, before: Fraction) -> Fraction:
    """Return growth in percent."""
    return 100 * now / before - 100


TWICE_ROUNDED = "exactly 560.44; of the printed 1601.3, 560.455"
CHINA_2025: Explained = (TWICE_ROUNDED, percent_of, ("1601.3", "35.0"))
CHINA_2022: Explained = ("IDC's own; 67.0 over 54.0 is 24.07", growth, ("67.0", "54.0"))
FROM_ROUNDED_INPUTS: dict[Place, Explained] = {
    ("图表8", "市场规模（亿美元）", "2025E"): CHINA_2025,
    ("图表109", "市场规模（亿美元）", "2025E"): CHINA_2025,
    ("3.2.2", "中国 AI 服务器", "市场规模 2025"): ("560.5 rounded once more", percent_of, ("1601.3", "35.0")),
    ("图表8", "市场增速（%）", "2022"): CHINA_2022,
    ("图表109", "市场增速（%）", "2022"): CHINA_2022,
}
"""Prints within the rounding of the inputs beside them: the reason, what they are of those inputs, and the inputs."""

DIVIDED_TWICE = "divided by the utilization of 30 %, by which the rows of cards divide again"


def both_families(multimodal: Fraction, language: Fraction) -> Fraction:
    """Return the sum of two peaks in EFLOP/s, in PFLOP/s."""
    return (multimodal + language) * 1000


WORLD_2022: Explained = ("IDC's own; 202.0 over 156.0 is 29.5", growth, ("202.0", "156.0"))
CONTRADICTED: dict[Place, Explained] = {
    ("图表7", "市场增速（%）", "2022"): WORLD_2022,
    ("图表108", "市场增速（%）", "2022"): WORLD_2022,
    ("3.2.1", "全球 AI 服务器", "同比增长 2022"): WORLD_2022,
} | {
    ("图表50", "峰值算力总量 (PFLOPS)", f"{year}E"): (DIVIDED_TWICE, both_families, peaks)
    for year, peaks in zip(
        range(2023, 2028),
        (("69.44", "4.63"), ("208.33", "27.78"), ("500.00", "66.67"), ("1200.00", "160.00"), ("2880.00", "384.00")),
        strict=True,
    )
}
"""Prints that no rounding of the inputs beside them explains."""

CARDS_OF_FIGURE_50: frozenset[Place] = frozenset(
    ("图表50", f"{chip} {row} (万张) (只考虑 {of or chip} 的情况下)", f"{year}E")
    for chip in ("H100", "A100")
    for row, of, first in (("需求量", "", 2023), ("需求增量", "A100", 2024))
    for year in range(first, 2028)
)
"""Prints that follow from the contradicted total above them, and come out right only with it."""

ABOUT: dict[Place, Explained] = {
    ("1.2", "ChatGPT 训练", "总算力消耗"): (
        "about 3640; six operations for each of 1750 亿 parameters and 3000 亿 tokens",
        lambda parameters, tokens: 6 * parameters * tokens * 10**16 / (86400 * 10**15),
        ("1750", "3000"),
    ),
}
"""Prints that say about, to the last digit that is not zero."""

INFERENCE_CAGR: dict[Place, str] = {
    ("2.1.3", "全球大模型云端推理峰值算力需求", "年复合增长率 2023-2027"): "the fifth root over four years",
    ("摘要", "全球大模型云端推理峰值算力需求", "年复合增长率 2023-2027"): "the fifth root over four years",
}
"""Prints of a root."""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """The shipped workspace."""
    return Workspace.open()


@pytest.fixture(scope="module")
def derived(workspace: Workspace) -> dict[Place, list[Fact]]:
    """What report 003 prints of quantities that rules define."""
    return derived_facts(workspace, "003")


def listed(where: Place) -> bool:
    """Return whether a print stands in one of the lists of exceptions."""
    exceptions = (
        BEFORE_THE_FIRST_YEAR, FROM_ROUNDED_INPUTS, CONTRADICTED, CARDS_OF_FIGURE_50, ABOUT, INFERENCE_CAGR,
    )  # fmt: skip
    return any(where in places for places in exceptions)


@pytest.mark.parametrize("locator", [*TABLES, *TEXT])
def test_the_workspace_reproduces_every_derived_print(
    workspace: Workspace, derived: dict[Place, list[Fact]], locator: str
) -> None:
    """Each derived figure of a table or section, rounded as printed, is what is printed."""
    facts = [f for w, fs in derived.items() if w[0] == locator and not listed(w) for f in fs]

    assert facts
    assert [(place(f), f["lexical"]) for f in facts if not says(f, exact(workspace, cell(f)))] == []


def test_the_independent_model_reproduces_every_derived_print(derived: dict[Place, list[Fact]]) -> None:
    """The model written from the report's text gives the same figures without the workspace."""
    expected = answers(Inputs())
    facts = [(f, expected[cell(f)]) for w, fs in derived.items() for f in fs if not listed(w)]

    assert [(place(f), f["lexical"]) for f, answer in facts if answer is None or not says(f, answer)] == []


def test_the_derived_prints_are_all_there(derived: dict[Place, list[Fact]]) -> None:
    """The tables keep their number of derived cells, so that no figure drops out unseen."""
    counts = {t: sum(len(fs) for w, fs in derived.items() if w[0] == t) for t in TABLES}

    assert counts == {
        "图表7": 15, "图表108": 15, "图表8": 11, "图表109": 11, "图表43": 10, "图表49": 66, "图表50": 91, "图表51": 9,
        "图表107": 4,
    }  # fmt: skip


def test_nothing_outside_the_named_places_is_derived(derived: dict[Place, list[Fact]]) -> None:
    """A derived print at any other place of the report has to be tested here too."""
    assert {w[0] for w in derived} == {*TABLES, *TEXT, *(w[0] for w in ABOUT)}


@pytest.mark.parametrize("where", FROM_ROUNDED_INPUTS)
def test_an_exception_within_input_rounding_is_one(
    workspace: Workspace, derived: dict[Place, list[Fact]], where: Place
) -> None:
    """The exact answer rounds to another figure, but some numbers printed like the inputs give the printed one."""
    (fact,) = derived[where]
    _, of, inputs = FROM_ROUNDED_INPUTS[where]
    least, greatest = reach(of, inputs)
    low, high = rounding(fact["lexical"])

    assert not says(fact, exact(workspace, cell(fact)))
    assert least < high
    assert low < greatest


@pytest.mark.parametrize("where", ABOUT)
def test_a_print_that_says_about_is_met_by_its_inputs(derived: dict[Place, list[Fact]], where: Place) -> None:
    """Some numbers printed like the inputs round to the print at its last digit that is not zero."""
    (fact,) = derived[where]
    _, of, inputs = ABOUT[where]
    least, greatest = reach(of, inputs)
    printed = Fraction(fact["lexical"])
    step = 10 ** (len(fact["lexical"]) - len(fact["lexical"].rstrip("0")))

    assert fact["bound"] == "~"
    assert least < printed + Fraction(step, 2)
    assert printed - Fraction(step, 2) < greatest


@pytest.mark.parametrize("where", CONTRADICTED)
def test_a_contradicted_print_stays_contradicted(
    workspace: Workspace, derived: dict[Place, list[Fact]], where: Place
) -> None:
    """No numbers printed like the inputs give the printed figure, nor does the model."""
    (fact,) = derived[where]
    _, of, inputs = CONTRADICTED[where]
    least, greatest = reach(of, inputs)
    low, high = rounding(fact["lexical"])

    assert not says(fact, exact(workspace, cell(fact)))
    assert greatest <= low or high <= least


@pytest.mark.parametrize("where", BEFORE_THE_FIRST_YEAR)
def test_a_print_before_the_first_year_has_no_cell(
    workspace: Workspace, derived: dict[Place, list[Fact]], where: Place
) -> None:
    """The growth of the first year needs a year that nobody prints."""
    (fact,) = derived[where]
    periods = {workspace.program.cells[p].period for p in workspace.cells(fact["quantity"])}

    assert fact["model_period"] not in periods


def test_the_printed_growth_of_training_compute_is_contradicted(workspace: Workspace) -> None:
    """摘要 and 2.1.3 print 78.0 % a year for 2023 to 2027; figure 49 grows by 88.0 %."""
    first, last = (exact(workspace, f"training.peak_compute_total[period={year}]") for year in (2023, 2027))
    prints = {f["lexical"] for f in workspace.facts(report="003", subject="全球大模型训练端峰值算力需求")}

    def in_reach(printed: str) -> bool:
        low, high = (1 + bound / 100 for bound in rounding(printed))
        return low**4 <= last / first < high**4

    assert prints == {"78.0"}
    assert not in_reach("78.0")
    assert in_reach("88.0")


@pytest.mark.parametrize("where", INFERENCE_CAGR)
def test_the_printed_growth_of_inference_compute_is_contradicted(
    workspace: Workspace, derived: dict[Place, list[Fact]], where: Place
) -> None:
    """摘要 and 2.1.3 print 113 % a year for 2023 to 2027; figure 50 grows by 157.6 %, or by 113.2 % over five years."""
    (fact,) = derived[where]
    last, first = Fraction(10880000), Fraction(246914)

    assert fact["lexical"] == "113"
    assert (1 + Fraction("1.576")) ** 4 < last / first < (1 + Fraction("1.577")) ** 4
    assert (1 + Fraction("1.125")) ** 5 < last / first < (1 + Fraction("1.135")) ** 5
    assert not says(fact, exact(workspace, cell(fact)))
    assert says(fact, exact(workspace.scenario("as_published"), cell(fact)))


def test_figure_50_comes_out_as_printed_by_its_own_arithmetic(
    workspace: Workspace, derived: dict[Place, list[Fact]]
) -> None:
    """With the utilization in the total and in the cards, both models reproduce every derived figure of figure 50."""
    published, expected = workspace.scenario("as_published"), answers(Inputs(as_published=True))
    facts = [f for w, fs in derived.items() if w[0] == "图表50" for f in fs]

    assert [(place(f), f["lexical"]) for f in facts if not says(f, exact(published, cell(f)))] == []
    assert [(place(f), f["lexical"]) for f in facts if not says(f, expected[cell(f)] or Fraction(0))] == []


def test_the_cards_of_figure_50_are_not_what_the_compute_needs(
    workspace: Workspace, derived: dict[Place, list[Fact]]
) -> None:
    """Every print of cards is another than the model's, and no print is missing from the list."""
    wrong = {w for w, fs in derived.items() if w[0] == "图表50" for f in fs if not says(f, exact(workspace, cell(f)))}

    assert wrong == CARDS_OF_FIGURE_50 | {w for w in CONTRADICTED if w[0] == "图表50"}


@pytest.mark.parametrize("chip", ["a100_sxm", "h100_sxm"])
@pytest.mark.parametrize("year", range(2023, 2028))
def test_the_cards_of_figure_50_are_ten_thirds_of_what_the_compute_needs(
    workspace: Workspace, chip: str, year: int
) -> None:
    """Dividing once more by 30 % is all the difference between the printed cards and the cards by the model."""
    name = f"inference.accelerators[chip={chip},period={year}]"

    assert exact(workspace.scenario("as_published"), name) == exact(workspace, name) * 10 / 3


def test_the_text_and_the_table_disagree_on_the_parameters_of_2023(workspace: Workspace) -> None:
    """2.1.3 says 10000 亿个, figure 49 says 15000; the model reads the table and names the text as disputing it."""
    (value,) = workspace.value("model.parameters[family=multimodal]", 2023)
    (source,) = value.sources

    assert value.value == 15000 * 10**8
    assert source.locator == "图表49"
    assert ["10000" in d for d in source.disputed_by] == [True]


A100, H100 = Fraction(2265625000, 819), Fraction(1812500000, 2079)

HAND_WORKED: dict[str, tuple[str, str, Fraction]] = {
    "parameters": (
        "图表49",
        "model.parameters[family=multimodal,period=2027]",
        Fraction(15000 * 10**8) * 12**4 / 10**4,
    ),
    "6N": ("图表49", "training.flop_per_token[family=multimodal,period=2025]", 6 * Fraction("2.16")),
    "tokens": ("2.1.3", "training.tokens[family=language,period=2025]", Fraction(4000 * 10**8) * 144 / 100),
    "one run": (
        "图表49",
        "training.compute_per_model[family=language,period=2023]",
        Fraction(6 * 2 * 4 * 10**22, 10**15),
    ),
    "peak, multimodal": ("图表49", "training.peak_compute[family=multimodal,period=2023]", Fraction(1562500, 7)),
    "peak, language": ("图表49", "training.peak_compute[family=language,period=2023]", Fraction(250000, 7)),
    "peak, both": ("图表49", "training.peak_compute_total[period=2023]", Fraction(1812500, 7)),
    "A100": ("图表49", "accelerator.count[chip=a100_sxm,period=2023]", Fraction(1812500 * 1000, 7) / Fraction("93.6")),
    "H100": ("图表49", "accelerator.count[chip=h100_sxm,period=2023]", Fraction(1812500 * 1000, 7 * 297)),
    "A100 added": ("图表49", "accelerator.added[chip=a100_sxm,period=2024]", Fraction(2834375000, 819)),
    "GPU value": ("图表108", "accelerator.value[chip=a100_sxm,period=2023]", A100 * 10000),
    "world market": ("图表108", "server.market[period=2023]", A100 * 100000 / 7),
    "world market added": ("图表108", "server.market_added[period=2023]", A100 * 100000 / 7 - 202 * 10**8),
    "China's market": ("图表109", "server.china_market[period=2023]", A100 * 34000 / 7),
    "HBM capacity": ("2.3.1", "hbm.capacity[chip=a100_sxm,period=2023]", A100 * 80),
    "HBM value": ("2.3.1", "hbm.value[chip=h100_sxm,period=2023]", H100 * 800),
    "servers": ("2.3.1", "server.count[chip=a100_sxm,period=2023]", A100 / 8),
    "200G modules": ("4", "optics.modules[chip=a100_sxm,generation=200g,topology=fat_tree,period=2023]", A100 * 7),
    "800G modules": ("4", "optics.modules[chip=h100_sxm,generation=800g,topology=fat_tree,period=2023]", H100 * 7 / 2),
    "IT load": ("6.2", "idc.it_load_added", Fraction(2500000)),
    "all air": ("6.2", "cooling.market_all_air", Fraction(17500000000)),
    "liquid": ("6.2", "cooling.liquid_market", Fraction(26250000000)),
    "air": ("6.2", "cooling.air_market", Fraction(5250000000)),
    "air and liquid": ("6.2", "cooling.market", Fraction(31500000000)),
    "uplift": ("6.2", "cooling.market_uplift", Fraction(4, 5)),
    "AI racks": ("6.2", "idc.ai_racks_added[chip=a100_sxm,period=2024]", Fraction(2834375000, 819) / 8 * 13 / 2 / 25),
    "GPT-3 on A100": ("图表43", "inference.cards[deployed_model=gpt3,card=a100_80gb]", Fraction(9)),
    "GPT-3 on A10": ("图表43", "inference.cards[deployed_model=gpt3,card=a10_24gb]", Fraction(30)),
    "trillion on A10": ("图表43", "inference.cards[deployed_model=one_trillion,card=a10_24gb]", Fraction(167)),
    "deployments": ("图表51", "inference.deployments", Fraction(200000)),
    "cards, GPT-3": ("图表51", "inference.deployed_cards[deployed_model=gpt3,card=a100_80gb]", Fraction(1800000)),
    "2N": ("图表50", "inference.flop_per_token[family=multimodal,period=2025]", 2 * Fraction("2.16")),
    "a query": ("图表50", "inference.flop_per_query[family=language,period=2025]", Fraction(576)),
    "a day": ("图表50", "inference.compute_per_day[family=multimodal,period=2023]", Fraction(1200000)),
    "a second": ("图表50", "inference.average_compute[family=language,period=2023]", Fraction(80000, 86400)),
    "at the peak": ("图表50", "inference.peak_compute[family=multimodal,period=2023]", Fraction(625, 9)),
    "peak inference, both": ("图表50", "inference.peak_compute_total[period=2023]", Fraction(2000000, 27)),
    "A100 for inference": (
        "图表50",
        "inference.accelerators[chip=a100_sxm,period=2023]",
        Fraction(2000000, 27) * 1000 / Fraction("93.6"),
    ),
    "GPU share of cost": ("图表107", "server.reference_gpu_cost_share[configuration=a800_8]", Fraction(40000, 55333)),
}
"""What is worked out, where it is printed or assumed, the cell, and the figure by hand."""


@pytest.mark.parametrize("what", HAND_WORKED)
def test_a_figure_worked_by_hand_is_the_answer(workspace: Workspace, what: str) -> None:
    """The arithmetic of the page, done on paper, gives exactly the workspace's fraction."""
    _, name, expected = HAND_WORKED[what]

    assert expected == exact(workspace, name)


@pytest.mark.parametrize("what", HAND_WORKED)
def test_a_figure_worked_by_hand_names_a_place_of_the_report(workspace: Workspace, what: str) -> None:
    """The place beside the figure is one from which the answer takes its inputs, or where it is printed."""
    locator, name, _ = HAND_WORKED[what]
    used = {s.locator for s in workspace.demand(name).answer.sources}
    printed = {f["locator"] for f in workspace.facts(report="003") if f["quantity"] and cell(f) == name}

    assert locator in used | printed


def test_a_penetration_of_30_percent_is_the_scenario_worked_by_hand(workspace: Workspace) -> None:
    """250 万kW at 30 % of 15000 and 70 % of 7000 CNY cost 23.5 billion CNY."""
    assert exact(workspace.scenario("liquid_30"), "cooling.market") == Fraction(23500000000)


def test_the_market_with_the_efficiency_row_is_the_variant_worked_by_hand(workspace: Workspace) -> None:
    """1120.88 万 A100 of 2025 at 10000 USD over 70 % and over 150 %."""
    expected = Fraction(1020000000, 91) * 10000 / Fraction("0.7") / Fraction("1.5")

    assert expected == exact(workspace.scenario("with_efficiency"), "server.market[period=2025]")
