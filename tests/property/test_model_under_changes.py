"""Whatever inputs are changed, the workspace and the independent model give the same fractions in every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.model.quantity import index_text
from independent import CARDS, CHIPS, CONFIGURATIONS, DEPLOYED, FAMILIES, YEARS, Inputs, answers
from independent_money import APIS, CLOUD_YEARS, COMPANIES, GRID_YEARS, ORIGINS, RUNS, ZONES

Key = tuple[str | int, ...]

POSITIVE = st.fractions(min_value=Fraction(1, 50), max_value=5000, max_denominator=60)
NOT_NEGATIVE = st.just(Fraction(0)) | POSITIVE
SHARE = st.fractions(min_value=0, max_value=1, max_denominator=400)
POSITIVE_SHARE = st.fractions(min_value=Fraction(1, 400), max_value=1, max_denominator=400)
GROWTH = st.fractions(min_value=Fraction(-9, 10), max_value=3, max_denominator=100)

AXES: dict[str, tuple[str | int, ...]] = {
    "family": FAMILIES,
    "chip": CHIPS,
    "deployed_model": DEPLOYED,
    "card": CARDS,
    "configuration": CONFIGURATIONS,
    "generation": ("200g", "800g"),
    "run": RUNS,
    "api": APIS,
    "zone": ZONES,
    "origin": ORIGINS,
    "company": COMPANIES,
    "period": YEARS,
}


@dataclass(frozen=True)
class Lever:
    """A driver of the workspace, and the field of the independent model that means the same."""

    quantity: str
    field: str
    values: st.SearchStrategy[Fraction]
    axes: tuple[str, ...] = ()
    units: tuple[str, ...] = ("",)
    """Ways to write the unit in which the independent model counts; the first may be none, the workspace's own."""
    years: tuple[int, ...] = YEARS
    each_year: bool = False
    """Whether a rule defines the quantity in some years, so that a year has to be named."""


PUE = st.fractions(min_value=1, max_value=2, max_denominator=100)

PERCENT = ("", "percent")
CLOUD, GRID = tuple(CLOUD_YEARS), tuple(GRID_YEARS)
LEVERS = (
    Lever("model.vendors", "vendors", NOT_NEGATIVE, ("family", "period"), ("", "vendor")),
    Lever("model.models_per_vendor", "at_once", POSITIVE, ("family", "period"), ("", "model/vendor")),
    Lever("model.parameters", "parameters", POSITIVE, ("family", "period"), ("亿", "亿 param/model")),
    Lever("model.parameter_growth", "growth", GROWTH, ("family", "period"), PERCENT, YEARS[1:]),
    Lever("training.tokens_per_parameter", "tokens_per_parameter", POSITIVE, ("family",)),
    Lever("training.days", "days", POSITIVE, ("family", "period"), ("", "day", "天")),
    Lever("training.utilization", "utilization", POSITIVE_SHARE, ("period",), PERCENT),
    Lever("accelerator.throughput", "tflops", POSITIVE, ("chip", "period"), ("", "TFLOP/(s*accelerator)")),
    Lever("accelerator.price", "price", NOT_NEGATIVE, ("chip",), ("", "USD/accelerator", "USD/张")),
    Lever("server.gpu_cost_share", "cost_share", POSITIVE_SHARE, ("period",), PERCENT),
    Lever("server.efficiency_gain", "efficiency", POSITIVE, ("period",), PERCENT),
    Lever("server.china_share", "china_share", SHARE, ("period",), PERCENT, (2021, 2022, *YEARS)),
    Lever("server.accelerators_per_server", "per_server", POSITIVE, units=("", "accelerator/server", "张/台")),
    Lever("hbm.capacity_per_accelerator", "hbm_gb", NOT_NEGATIVE, units=("", "GB/accelerator")),
    Lever("hbm.value_per_accelerator", "hbm_usd", NOT_NEGATIVE, units=("", "USD/accelerator", "美元/颗")),
    Lever("idc.racks_added", "racks", POSITIVE, units=("万", "万 rack", "万架")),
    Lever("idc.power_per_rack", "kw_per_rack", POSITIVE, units=("", "kW/rack", "kW/架")),
    Lever("idc.power_per_ai_rack", "kw_per_ai_rack", POSITIVE, units=("", "kW/rack")),
    Lever("server.power", "server_kw", NOT_NEGATIVE, ("chip",), ("", "kW/server")),
    Lever("cooling.air_cost_per_kw", "air_cost", POSITIVE, units=("", "CNY/kW", "元/kW")),
    Lever("cooling.liquid_cost_per_kw", "liquid_cost", NOT_NEGATIVE, units=("万", "万 CNY/kW", "万元/kW")),
    Lever("cooling.liquid_penetration", "penetration", SHARE, units=PERCENT),
    Lever("inference.deployed_parameters", "deployed", POSITIVE, ("deployed_model",), ("亿", "亿 param/model")),
    Lever("inference.bytes_per_parameter", "bytes_per_parameter", POSITIVE, units=("", "B/param")),
    Lever("inference.intermediate_multiple", "intermediate", NOT_NEGATIVE),
    Lever("card.memory", "card_gb", POSITIVE, ("card",), ("", "GB/accelerator")),
    Lever("inference.users", "users", NOT_NEGATIVE, ("family", "period"), ("亿", "亿 person", "亿人")),
    Lever("inference.queries_per_user", "queries", NOT_NEGATIVE, ("family", "period"), ("", "query/(person*day)")),
    Lever("inference.tokens_per_query", "tokens_per_query", POSITIVE, ("family", "period"), ("", "token*model/query")),
    Lever("inference.peak_multiple", "peak_multiple", POSITIVE, ("family", "period")),
    Lever("inference.utilization", "answer_utilization", POSITIVE_SHARE, ("period",), PERCENT),
    Lever("inference.flop_per_parameter_token", "answer_operations", POSITIVE, units=("", "FLOP/(param*token)")),
    Lever("inference.peak_visitors", "visitors", NOT_NEGATIVE, units=("万", "万 person", "万人")),
    Lever("inference.visitors_per_deployment", "visitors_at_once", POSITIVE, units=("", "person/model")),
    Lever("cloud.operating_cash_flow", "cash", NOT_NEGATIVE, ("period",), ("亿", "亿 USD"), CLOUD, each_year=True),
    Lever("cloud.capex", "capex", NOT_NEGATIVE, ("period",), ("亿", "亿 USD", "亿美元"), CLOUD, each_year=True),
    Lever("cloud.buybacks", "buybacks", NOT_NEGATIVE, ("period",), ("亿", "亿 USD"), CLOUD, each_year=True),
    Lever("cloud.dividends", "dividends", NOT_NEGATIVE, ("period",), ("亿", "亿 USD"), CLOUD, each_year=True),
    Lever("cloud.operating_cash_flow_growth", "cash_growth", GROWTH, ("period",), PERCENT, CLOUD[4:]),
    Lever("cloud.capex_growth", "capex_growth", GROWTH, ("period",), PERCENT, CLOUD[4:]),
    Lever("cloud.buyback_share", "buyback_share", SHARE, ("period",), PERCENT, CLOUD[4:]),
    Lever("cloud.dividend_share", "dividend_share", SHARE, ("period",), PERCENT, CLOUD[4:]),
    Lever("cloud.ai_server_share", "server_share", SHARE, units=PERCENT),
    Lever("cloud.idc_share", "building_share", SHARE, units=PERCENT),
    Lever("grid.state_grid_investment", "state_grid", NOT_NEGATIVE, ("period",), ("亿", "亿 CNY", "亿元"), GRID),
    Lever(
        "grid.southern_grid_investment",
        "southern_grid",
        NOT_NEGATIVE,
        ("period",),
        ("亿", "亿元"),
        GRID,
        each_year=True,
    ),
    Lever("grid.southern_grid_growth", "southern_growth", GROWTH, ("period",), PERCENT, GRID[8:]),
    Lever("grid.distribution_share", "distribution_share", SHARE, ("period",), PERCENT, GRID),
    Lever("grid.smart_share", "smart_share", SHARE, ("period",), PERCENT, GRID),
    Lever("idc.pue_limit", "pue_limit", PUE, ("zone",)),
    Lever("idc.case_it_load", "case_load", NOT_NEGATIVE, units=("", "kW")),
    Lever("idc.case_pue_before", "case_before", PUE),
    Lever("idc.case_pue_after", "case_after", PUE),
    Lever("cooling.construction_share", "cooling_in_building", POSITIVE_SHARE, units=PERCENT),
    Lever("cooling.policy_penetration", "policy_penetration", SHARE, units=PERCENT),
    Lever("accelerator.origin_share", "origin_share", SHARE, ("origin", "period"), PERCENT),
    Lever("export.h20_shipments", "h20_shipments", NOT_NEGATIVE, units=("", "accelerator", "颗")),
    Lever("export.h20_price", "h20_price", NOT_NEGATIVE, units=("", "USD/accelerator")),
    Lever("run.parameters", "run_parameters", POSITIVE, ("run",), ("亿", "亿 param/model")),
    Lever("run.tokens", "run_tokens", POSITIVE, ("run",), ("亿", "亿 token")),
    Lever("run.accelerators", "run_cards", POSITIVE, ("run",), ("", "accelerator")),
    Lever("run.throughput", "run_tflops", POSITIVE, ("run",), ("", "TFLOP/(s*accelerator)")),
    Lever("run.cost", "run_cost", NOT_NEGATIVE, ("run",), ("万", "万 USD/model")),
    Lever("run.next_multiple", "next_multiple", NOT_NEGATIVE),
    Lever("api.input_price", "price_read", NOT_NEGATIVE, ("api",), ("", "CNY/(百万 token*model)")),
    Lever("api.output_price", "price_written", NOT_NEGATIVE, ("api",), ("", "CNY/(百万 token*model)")),
    Lever("api.input_price_before", "old_price_read", POSITIVE, ("api",)),
    Lever("api.output_price_before", "old_price_written", POSITIVE, ("api",)),
    Lever("optics.speed", "line_rate", POSITIVE, ("generation",), ("", "Gbit/(s*module)")),
    Lever("optics.modules_400g_per_800g", "two_for_one", NOT_NEGATIVE),
    Lever("company.revenue", "revenue", POSITIVE, ("company", "period"), ("亿", "亿 CNY"), YEARS[:4]),
    Lever("company.net_profit", "profit", GROWTH, ("company", "period"), ("亿", "亿 CNY"), YEARS[:4]),
    Lever("server.reference_price", "machine_price", POSITIVE, ("configuration",), ("", "CNY/server")),
    Lever("server.reference_cards", "machine_cards", POSITIVE, ("configuration",), ("", "accelerator/server")),
    Lever("server.reference_card_price", "card_price", POSITIVE, ("configuration",), ("万", "万 CNY/accelerator")),
)


@dataclass(frozen=True)
class Change:
    """One input set: as the workspace reads it, and what it is to the independent model."""

    text: str
    apply: Callable[[Inputs], Inputs]


def set_field(field: str, keys: tuple[Key, ...], value: Fraction) -> Callable[[Inputs], Inputs]:
    """Return a change of a field, at some of its keys where it is a table."""

    def apply(inputs: Inputs) -> Inputs:
        before = getattr(inputs, field)
        after = {**before, **dict.fromkeys(keys, value)} if isinstance(before, Mapping) else value
        arguments: dict[str, Any] = {field: after}
        return replace(inputs, **arguments)

    return apply


@st.composite
def changes(draw: st.DrawFn, levers: tuple[Lever, ...] = LEVERS) -> Change:
    """Draw a lever, the members and year it is moved at (any may be left open), a value, and a way to write it."""
    lever = draw(st.sampled_from(levers))
    chosen: dict[str, str | int] = {}
    for axis in lever.axes:
        members = lever.years if axis == "period" else AXES[axis]
        open_ended = st.nothing() if axis == "period" and lever.each_year else st.none()
        member = draw(open_ended | st.sampled_from(members))
        if member is not None:
            chosen[axis] = member
    domain = [
        (chosen[axis],) if axis in chosen else (lever.years if axis == "period" else AXES[axis]) for axis in lever.axes
    ]
    if lever.quantity == "model.parameters" and "period" not in chosen:
        domain[-1] = YEARS[:1]  # a rule with a base year is set there, and the change carries forward
    value = draw(lever.values)
    unit = draw(st.sampled_from(lever.units))
    written = f"{value * 100} %" if unit == "percent" else f"{value} {unit}"
    at = ",".join(f"{axis}={member}" for axis, member in chosen.items())
    name = f"{lever.quantity}[{at}]" if at else lever.quantity
    return Change(f"{name}={written}", set_field(lever.field, tuple(product(*domain)), value))


@cache
def shipped() -> Workspace:
    """The shipped workspace, opened once."""
    return Workspace.open()


Outcome = Fraction | str

ROOTS = {"inference.peak_compute_cagr": ("inference.peak_compute_total", 2023, 2027)}
"""Growth a year over several years, of what and between which years: no fraction, and tested by its power."""


def computed(workspace: Workspace) -> dict[str, Outcome]:
    """Return the value of every cell that a rule defines, base years included, by name."""
    program = workspace.program
    return {
        index_text(c.quantity, c.index, c.period): outcome(workspace, p)
        for p, c in enumerate(program.cells)
        if program.quantities[c.quantity].expression and c.quantity not in ROOTS
    }


def outcome(workspace: Workspace, position: int) -> Outcome:
    """Return a value, or the word for its absence."""
    try:
        value = workspace.evaluation.value(position)
    except PropagationError as error:
        return " ".join(p.code for p in error.problems)
    return "unknown" if value is None else value


def expected(workspace: Workspace, inputs: Inputs) -> dict[str, Outcome]:
    """Return what the independent model says of the same cells."""
    found: dict[str, Outcome] = {k: "BW401" if v is None else v for k, v in answers(inputs).items()}
    names = [
        index_text(c.quantity, c.index, c.period)
        for c in workspace.program.cells
        if workspace.program.quantities[c.quantity].expression and c.quantity not in ROOTS
    ]
    assert found.keys() <= set(names)
    return {name: found.get(name, "unknown") for name in names}


def test_every_field_of_the_independent_model_has_a_lever() -> None:
    """No input escapes the changes but the 6 of 6N, the market of past years, modules a card and the variant flags."""
    moved = {lever.field for lever in LEVERS}

    assert set(Inputs.__dataclass_fields__) - moved == {
        "operations", "world_actual", "china_actual", "modules", "uses_efficiency", "as_published",
    }  # fmt: skip


def test_nothing_changed_gives_equal_models() -> None:
    """As printed, every cell of the workspace is what the independent model says."""
    assert computed(shipped()) == expected(shipped(), Inputs())


@given(st.lists(changes(), min_size=1, max_size=8))
def test_changed_inputs_give_equal_models(changed: list[Change]) -> None:
    """After any changes, later ones on top of earlier ones, every cell at every period agrees exactly."""
    workspace, inputs = shipped(), Inputs()
    for change in changed:
        workspace, inputs = workspace.with_values(change.text), change.apply(inputs)

    assert computed(workspace) == expected(workspace, inputs)


@given(changes(tuple(lever for lever in LEVERS if lever.field == "parameters")), st.lists(changes(), max_size=3))
def test_a_changed_parameter_count_carries_forward(first: Change, more: list[Change]) -> None:
    """Parameters set in the base year, or any later one, grow on from there; nothing earlier moves."""
    workspace, inputs = shipped().with_values(first.text), first.apply(Inputs())
    for change in more:
        workspace, inputs = workspace.with_values(change.text), change.apply(inputs)

    assert computed(workspace) == expected(workspace, inputs)


@given(st.lists(changes(), max_size=5))
def test_changed_inputs_give_equal_models_under_the_variant(changed: list[Change]) -> None:
    """The same holds where a scenario chooses the market with the efficiency row."""
    workspace, inputs = shipped().scenario("with_efficiency"), replace(Inputs(), uses_efficiency=True)
    for change in changed:
        workspace, inputs = workspace.with_values(change.text), change.apply(inputs)

    assert computed(workspace) == expected(workspace, inputs)


@given(st.lists(changes(), max_size=5))
def test_changed_inputs_give_equal_models_by_the_arithmetic_as_published(changed: list[Change]) -> None:
    """The same holds where a scenario chooses the methods that the reports' own figures come from."""
    workspace, inputs = shipped().scenario("as_published"), replace(Inputs(), as_published=True)
    for change in changed:
        workspace, inputs = workspace.with_values(change.text), change.apply(inputs)

    assert computed(workspace) == expected(workspace, inputs)


@given(st.sampled_from(sorted(ROOTS)), st.lists(changes(), max_size=5))
def test_compound_growth_leads_from_the_first_year_to_the_last(name: str, changed: list[Change]) -> None:
    """One plus the growth a year, to the power of the years between, is the last figure over the first to 50 digits."""
    workspace = shipped().with_values(*(c.text for c in changed))
    grown, first, last = ROOTS[name]
    start, end = (workspace.demand(f"{grown}[period={year}]").value for year in (first, last))
    if start is None or end is None or start == 0:
        return
    growth = workspace.demand(name).value

    assert growth is not None
    assert abs((1 + growth) ** (last - first) * start - end) <= end / 10**50


@st.composite
def past_markets(draw: st.DrawFn) -> Change:
    """Draw the world's or China's market of 2021 or 2022, in 亿美元."""
    fields = {"server.market": "world_actual", "server.china_market": "china_actual"}
    quantity = draw(st.sampled_from(sorted(fields)))
    year, value = draw(st.sampled_from((2021, 2022))), draw(POSITIVE)
    return Change(f"{quantity}[period={year}]={value} 亿 USD", set_field(fields[quantity], ((year,),), value))


@st.composite
def module_counts(draw: st.DrawFn) -> Change:
    """Draw the optical modules of one chip."""
    key, value = draw(st.sampled_from(sorted(Inputs().modules))), draw(NOT_NEGATIVE)
    at = ",".join(f"{axis}={member}" for axis, member in zip(("chip", "generation", "topology"), key, strict=True))
    return Change(f"optics.modules_per_accelerator[{at}]={value} 只/卡", set_field("modules", (key,), value))


@given(st.lists(past_markets() | module_counts(), min_size=1, max_size=4), st.lists(changes(), max_size=3))
def test_changed_past_markets_and_modules_give_equal_models(first: list[Change], more: list[Change]) -> None:
    """Base periods of a rule and coefficients at listed indices only are inputs like any other."""
    workspace = shipped().with_values(*(c.text for c in (*first, *more)))
    inputs = Inputs()
    for change in (*first, *more):
        inputs = change.apply(inputs)

    assert computed(workspace) == expected(workspace, inputs)
