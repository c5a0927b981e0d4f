"""The shipped chain a second time: plain fractions, written from the text of report 003 and from no rule file.

The tests set this model beside the workspace. It shares no code with the engine. Inputs are in the units the report
prints (亿个, 万架, 元/kW); answers are in the units of the workspace and go by the name of their cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from independent_money import Money, money
from independent_tables import SECONDS_PER_DAY, WAN, YI, Answers, Table, growth_of, increase_of, per, row, write

__all__ = ["CARDS", "CHIPS", "CONFIGURATIONS", "DEPLOYED", "FAMILIES", "YEARS", "Answers", "Inputs", "Table", "answers"]

YEARS = (2023, 2024, 2025, 2026, 2027)
FAMILIES = ("multimodal", "language")
CHIPS = ("a100_sxm", "h100_sxm", "gh200")
DEPLOYED = ("gpt3", "one_trillion")
CARDS = ("a100_80gb", "a800_80gb", "a10_24gb")
CONFIGURATIONS = ("a800_8", "a800_6", "t4_8", "t4_4")


@dataclass(frozen=True)
class Inputs(Money):
    """What report 003 prints or assumes of compute, with its printed values."""

    # Figure 49: all rows that are no result of other rows.
    vendors: Table = field(
        default_factory=lambda: row("multimodal", cells="5 8 10 13 15") | row("language", cells="15 20 25 30 35")
    )
    at_once: Table = field(
        default_factory=lambda: row("multimodal", cells="3 3 3 3 3") | row("language", cells="3 3 3 3 3")
    )
    parameters: Table = field(default_factory=lambda: row("multimodal", cells="15000") | row("language", cells="2000"))
    """亿个; a year that is absent grows from the year before it."""
    growth: Table = field(
        default_factory=lambda: (
            row("multimodal", first=2024, cells="0.2 0.2 0.2 0.2")
            | row("language", first=2024, cells="0.2 0.2 0.2 0.2")
        )
    )
    tokens_per_parameter: Table = field(default_factory=lambda: per(FAMILIES, "10000/15000 4000/2000"))
    """Section 2.1.3 (2): tokens stay in proportion to parameters; the ratio is that of 2023."""
    days: Table = field(
        default_factory=lambda: row("multimodal", cells="7 7 7 7 7") | row("language", cells="7 7 7 7 7")
    )
    utilization: Table = field(default_factory=lambda: row(cells="0.30 0.30 0.30 0.30 0.30"))
    tflops: Table = field(
        default_factory=lambda: (
            row("a100_sxm", cells="312 312 312 312 312") | row("h100_sxm", cells="990 990 990 990 990")
        )
    )
    operations: Fraction = Fraction(6)
    """Section 2.1.3 (3): 6N operations a token, 2N forward and 4N backward."""
    # Section 2.3.1: 80 GB and about 800 dollars of HBM a GPU; about 8 GPUs a server.
    hbm_gb: Fraction = Fraction(80)
    hbm_usd: Fraction = Fraction(800)
    per_server: Fraction = Fraction(8)
    # Figures 7/108 and 8/109; the price is what 276.6 亿美元 for 276.63 万张 comes to.
    price: Table = field(default_factory=lambda: per(["a100_sxm"], "10000"))
    cost_share: Table = field(default_factory=lambda: row(cells="0.70 0.70 0.70"))
    efficiency: Table = field(default_factory=lambda: row(cells="1.00 1.20 1.50"))
    uses_efficiency: bool = False
    """The printed market sizes leave the efficiency row out."""
    world_actual: Table = field(default_factory=lambda: row(first=2021, cells="156.0 202.0"))
    """亿美元."""
    china_actual: Table = field(default_factory=lambda: row(first=2021, cells="54.0 67.0"))
    """亿美元."""
    china_share: Table = field(default_factory=lambda: row(first=2021, cells="0.346 0.332 0.340 0.345 0.350"))
    # Section 4: one A100 to 7 modules of 200G, one H100 to 3.5 of 800G, one GH200 to 9 or 12 of 800G.
    modules: Table = field(
        default_factory=lambda: {
            ("a100_sxm", "200g", "fat_tree"): Fraction(7),
            ("h100_sxm", "800g", "fat_tree"): Fraction("3.5"),
            ("gh200", "800g", "one_pod"): Fraction(9),
            ("gh200", "800g", "many_pods"): Fraction(12),
        }
    )
    # Section 6.2, and the 6.5 kW of a DGX A100; racks in 万架, the AI rack at the middle of 20 to 30 kW.
    racks: Fraction = Fraction(100)
    kw_per_rack: Fraction = Fraction("2.5")
    air_cost: Fraction = Fraction(7000)
    liquid_cost: Fraction = Fraction("1.5")
    """万元/kW."""
    penetration: Fraction = Fraction("0.7")
    server_kw: Table = field(default_factory=lambda: per(["a100_sxm"], "6.5"))
    kw_per_ai_rack: Fraction = Fraction(25)
    # Figure 43: 350 GB for 1750 亿 parameters is two bytes each; as much again for intermediate values.
    deployed: Table = field(default_factory=lambda: per(DEPLOYED, "1750 10000"))
    """亿个."""
    bytes_per_parameter: Fraction = Fraction(2)
    intermediate: Fraction = Fraction(1)
    card_gb: Table = field(default_factory=lambda: per(CARDS, "80 80 24"))
    # Figure 107.
    machine_price: Table = field(default_factory=lambda: per(CONFIGURATIONS, "1106660 878760 290160 232060"))
    machine_cards: Table = field(default_factory=lambda: per(CONFIGURATIONS, "8 6 8 4"))
    card_price: Table = field(default_factory=lambda: per(CONFIGURATIONS, "10 10 1 1"))
    """万元."""
    # Figure 50: all rows that are no result of other rows, and 2N operations a token (section 2.1.3).
    users: Table = field(
        default_factory=lambda: row("multimodal", cells="0.2 0.5 1 2 4") | row("language", cells="0.2 1 2 4 8")
    )
    """亿人."""
    queries: Table = field(
        default_factory=lambda: row("multimodal", cells="20 20 20 20 20") | row("language", cells="10 10 10 10 10")
    )
    tokens_per_query: Table = field(
        default_factory=lambda: (
            row("multimodal", cells="1000 1000 1000 1000 1000") | row("language", cells="1000 1000 1000 1000 1000")
        )
    )
    answer_operations: Fraction = Fraction(2)
    peak_multiple: Table = field(
        default_factory=lambda: row("multimodal", cells="5 5 5 5 5") | row("language", cells="5 5 5 5 5")
    )
    answer_utilization: Table = field(default_factory=lambda: row(cells="0.30 0.30 0.30 0.30 0.30"))
    as_published: bool = False
    """The report's total of figure 50 is divided by the utilization once before the cards are."""
    # Figure 51.
    visitors: Fraction = Fraction(2000)
    """万人."""
    visitors_at_once: Fraction = Fraction(100)


def answers(given: Inputs) -> Answers:
    """Return every figure that follows from the inputs, by the name of its cell.

    What the report does not let one know is absent; growth from nothing, which does not exist, is None.
    """
    found: Answers = {}
    peak = _training(given, found)
    needed = _accelerators(given, peak, found)
    for chip, by_year in needed.items():
        _behind_the_chip(given, chip, by_year, found)
        _servers_and_racks(given, chip, by_year, found)
    _markets(given, needed["a100_sxm"], found)
    _cooling(given, found)
    _memory_view(given, found)
    _compute_view(given, found)
    for (machine,), price in given.machine_price.items():
        cards = given.machine_cards[machine,] * given.card_price[machine,] * WAN
        found[f"server.reference_gpu_cost_share[configuration={machine}]"] = cards / price
    money(given, found)
    return found


def _training(given: Inputs, found: Answers) -> dict[int, Fraction]:
    """Figure 49 down to the peak, in operations a second, of both families together."""
    total = dict.fromkeys(YEARS, Fraction(0))
    for family in FAMILIES:
        n = Fraction(0)
        for year in YEARS:
            n = (
                given.parameters[family, year] * YI
                if (family, year) in given.parameters
                else n + n * given.growth[family, year]
            )
            tokens = n * given.tokens_per_parameter[family,]
            one_run = given.operations * n * tokens
            runs = given.vendors[family, year] * given.at_once[family, year]
            peak = one_run * runs / (given.days[family, year] * SECONDS_PER_DAY)
            total[year] += peak
            at = f"[family={family},period={year}]"
            found[f"model.parameters{at}"] = n
            found[f"training.tokens{at}"] = tokens
            found[f"training.flop_per_token{at}"] = given.operations * n / 10**12
            found[f"training.compute_per_model{at}"] = one_run / 10**15
            found[f"training.peak_compute{at}"] = peak / 10**15
    for year, peak in total.items():
        found[f"training.peak_compute_total[period={year}]"] = peak / 10**15
    return total


def _accelerators(given: Inputs, peak: dict[int, Fraction], found: Answers) -> dict[str, dict[int, Fraction]]:
    """Cards that reach the peak at the assumed utilization, as if all were of one chip, and their yearly increase."""
    needed: dict[str, dict[int, Fraction]] = {}
    for chip in CHIPS:
        speed = {year: given.tflops[chip, year] * 10**12 for year in YEARS if (chip, year) in given.tflops}
        needed[chip] = {year: peak[year] / given.utilization[year,] / s for year, s in speed.items()}
        write(found, "accelerator.count", f"chip={chip}", needed[chip])
        write(found, "accelerator.added", f"chip={chip}", increase_of(needed[chip]))
    return needed


def _behind_the_chip(given: Inputs, chip: str, needed: dict[int, Fraction], found: Answers) -> None:
    at, more = f"chip={chip}", increase_of(needed)
    write(found, "hbm.capacity", at, needed, given.hbm_gb)
    write(found, "hbm.capacity_added", at, more, given.hbm_gb)
    write(found, "hbm.value", at, needed, given.hbm_usd)
    write(found, "hbm.value_added", at, more, given.hbm_usd)
    if (chip,) in given.price:
        write(found, "accelerator.value", at, needed, given.price[chip,])
        write(found, "accelerator.value_added", at, more, given.price[chip,])
    for (of, generation, topology), each in given.modules.items():
        if of == chip:
            where = f"{at},generation={generation},topology={topology}"
            write(found, "optics.modules", where, needed, each)
            write(found, "optics.modules_added", where, more, each)


def _servers_and_racks(given: Inputs, chip: str, needed: dict[int, Fraction], found: Answers) -> None:
    """Servers of eight cards; of the servers added in a year: power, racks, and cooling on the basis of AI racks."""
    at = f"chip={chip}"
    added = {year: more / given.per_server for year, more in increase_of(needed).items()}
    write(found, "server.count", at, needed, 1 / given.per_server)
    write(found, "server.added", at, added)
    if (chip,) not in given.server_kw:
        return
    load = {year: servers * given.server_kw[chip,] for year, servers in added.items()}
    write(found, "idc.ai_it_load_added", at, load)
    write(found, "idc.ai_racks_added", at, load, 1 / given.kw_per_ai_rack)
    write(found, "cooling.ai_market_all_air", at, load, given.air_cost)
    write(found, "cooling.ai_liquid_market", at, load, given.penetration * given.liquid_cost * WAN)
    write(found, "cooling.ai_market", at, load, _cost_per_kw(given))


def _cost_per_kw(given: Inputs) -> Fraction:
    """Return what a kW costs to cool, on average over the share that is liquid and the share that is not."""
    return given.air_cost + given.penetration * (given.liquid_cost * WAN - given.air_cost)


def _cooling(given: Inputs, found: Answers) -> None:
    """Section 6.2: 100 万架 of 2.5 kW, all air at 7000 元, or 70 % liquid at 1.5 万元."""
    load = given.racks * WAN * given.kw_per_rack
    everything = load * _cost_per_kw(given)
    liquid = load * given.penetration * given.liquid_cost * WAN
    found["idc.it_load_added"] = load
    found["cooling.market_all_air"] = load * given.air_cost
    found["cooling.market"] = everything
    found["cooling.liquid_market"] = liquid
    found["cooling.air_market"] = everything - liquid
    found["cooling.market_uplift"] = (everything - load * given.air_cost) / (load * given.air_cost)


def _markets(given: Inputs, a100: dict[int, Fraction], found: Answers) -> None:
    """Figures 7/108 and 8/109: the world market from the value of the A100s, China's as a share of it."""
    world = {year: given.world_actual[year,] * YI for year in (2021, 2022)}
    for year, count in a100.items():
        if (year,) in given.cost_share:
            world[year] = count * given.price["a100_sxm",] / given.cost_share[year,]
            if given.uses_efficiency:
                if (year,) in given.efficiency:
                    world[year] /= given.efficiency[year,]
                else:
                    del world[year]
    china = {year: given.china_actual[year,] * YI for year in (2021, 2022)}
    china |= {
        year: world[year] * given.china_share[year,] for year in YEARS if year in world and (year,) in given.china_share
    }
    for name, by_year in (("server.market", world), ("server.china_market", china)):
        write(found, name, "", by_year)
        write(found, f"{name}_growth", "", growth_of(by_year))
    write(found, "server.market_added", "", increase_of(world))


def _memory_view(given: Inputs, found: Answers) -> None:
    """Figures 43 and 51: memory of a deployed model in GB, whole cards that hold it, and cards of all deployments."""
    deployments = given.visitors * WAN / given.visitors_at_once
    found["inference.deployments"] = deployments
    for (model,), parameters in given.deployed.items():
        weights = parameters * YI * given.bytes_per_parameter / 10**9
        memory = weights + weights * given.intermediate
        found[f"inference.model_memory[deployed_model={model}]"] = weights
        found[f"inference.memory[deployed_model={model}]"] = memory
        for (card,), size in given.card_gb.items():
            full, rest = divmod(memory, size)
            cards = Fraction(full + (rest > 0))
            found[f"inference.cards[deployed_model={model},card={card}]"] = cards
            found[f"inference.deployed_cards[deployed_model={model},card={card}]"] = cards * deployments


def _compute_view(given: Inputs, found: Answers) -> None:
    """Figure 50: operations of a day's queries, over its seconds, times the peak, on cards of one chip."""
    total = dict.fromkeys(YEARS, Fraction(0))
    for family in FAMILIES:
        people = {year: given.users[family, year] * YI for year in YEARS}
        write(found, "inference.user_growth", f"family={family}", growth_of(people))
        for year in YEARS:
            at = f"[family={family},period={year}]"
            n = found[f"model.parameters{at}"]
            assert n is not None
            one_token = given.answer_operations * n
            one_query = one_token * given.tokens_per_query[family, year]
            day = one_query * given.queries[family, year] * people[year]
            peak = day / SECONDS_PER_DAY * given.peak_multiple[family, year]
            total[year] += peak
            found[f"inference.flop_per_token{at}"] = one_token / 10**12
            found[f"inference.flop_per_query{at}"] = one_query / 10**12
            found[f"inference.compute_per_day{at}"] = day / 10**18
            found[f"inference.average_compute{at}"] = day / SECONDS_PER_DAY / 10**18
            found[f"inference.peak_compute{at}"] = peak / 10**18
    if given.as_published:
        total = {year: peak / given.answer_utilization[year,] for year, peak in total.items()}
    write(found, "inference.peak_compute_total", "", total, Fraction(1, 10**15))
    for chip in CHIPS:
        speed = {year: given.tflops[chip, year] * 10**12 for year in YEARS if (chip, year) in given.tflops}
        cards = {year: total[year] / given.answer_utilization[year,] / s for year, s in speed.items()}
        write(found, "inference.accelerators", f"chip={chip}", cards)
        write(found, "inference.accelerators_added", f"chip={chip}", increase_of(cards))
        write(found, "inference.hbm_value", f"chip={chip}", cards, given.hbm_usd)
        write(found, "inference.servers", f"chip={chip}", cards, 1 / given.per_server)
        if (chip,) in given.price:
            write(found, "inference.accelerator_value", f"chip={chip}", cards, given.price[chip,])
