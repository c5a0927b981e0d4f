"""Laws of derivatives on the shipped chain, under random settings."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation
from random_programs import (
    STEP,
    at,
    closed,
    exact,
    read,
    reverse,
    slope,
    value_of,
)

CHIPS = ("a100_sxm", "h100_sxm", "gh200")
FAMILIES = ("multimodal", "language")
YEARS = (2023, 2024, 2025, 2026, 2027)


@cache
def shipped() -> Workspace:
    """The shipped workspace, opened once."""
    return Workspace.open()


POSITIVE = st.fractions(min_value=Fraction(1, 10), max_value=900, max_denominator=30)
PART = st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100)
DRIVERS: dict[str, st.SearchStrategy[Fraction]] = {
    "model.vendors": POSITIVE,
    "model.vendors[family=multimodal,period=2025]": POSITIVE,
    "model.models_per_vendor[family=language]": POSITIVE,
    "model.parameters": POSITIVE,
    "model.parameters[family=multimodal]": POSITIVE,
    "model.parameter_growth": PART,
    "model.parameter_growth[family=language,period=2025]": PART,
    "training.tokens_per_parameter[family=language]": POSITIVE,
    "training.days[family=multimodal]": POSITIVE,
    "training.utilization": PART,
    "accelerator.throughput[chip=h100_sxm]": POSITIVE,
    "accelerator.throughput[chip=gh200,period=2026]": POSITIVE,
    "accelerator.price[chip=a100_sxm]": POSITIVE,
    "server.gpu_cost_share": PART,
    "server.china_share": PART,
    "cooling.liquid_penetration": PART,
    "cooling.liquid_cost_per_kw": POSITIVE,
}


@st.composite
def settings_drawn(draw: st.DrawFn, most: int = 4) -> list[str]:
    """Draw inputs to set."""
    names = draw(st.lists(st.sampled_from(sorted(DRIVERS)), unique=True, max_size=most))
    return [f"{name}={draw(DRIVERS[name])}" for name in names]


def elasticities(workspace: Workspace, name: str, drivers: list[str], period: int) -> list[Fraction | None]:
    """Return the elasticities of one cell to drivers."""
    return [s.elasticity for s in workspace.sensitivity(name, drivers, period, forms=False)]


@settings(max_examples=20)
@given(settings_drawn())
def test_the_training_chain_has_whole_elasticities(changed: list[str]) -> None:
    """Accelerators go with the square of all parameters, with vendors, and against utilization, whatever is set."""
    workspace = shipped().with_values(*changed)
    for year in YEARS:
        for chip in CHIPS:
            name = f"accelerator.count[chip={chip}]"
            parts = {
                driver: elasticities(workspace, name, [f"{driver}[family={family}]" for family in FAMILIES], year)
                for driver in ("model.parameters", "model.vendors", "model.models_per_vendor", "training.days")
            }
            totals = {driver: sum((e for e in found if e is not None), Fraction(0)) for driver, found in parts.items()}

            assert [len(found) for found in parts.values()] == [2, 2, 2, 2]
            assert totals == {
                "model.parameters": 2, "model.vendors": 1, "model.models_per_vendor": 1, "training.days": -1,
            }  # fmt: skip
            assert elasticities(workspace, name, ["training.utilization"], year) == [-1]
            assert elasticities(workspace, name, [f"accelerator.throughput[chip={chip}]"], year) == [-1]


def known_rules(workspace: Workspace) -> list[int]:
    """Return the cells that a rule defines, that have an exact value, and that do not round to whole cards."""
    program, evaluation = workspace.program, workspace.evaluation
    return [
        p
        for p, c in enumerate(program.cells)
        if c.definition >= 0
        and c.quantity not in ("inference.cards", "inference.deployed_cards")
        and evaluation.value(p) is not None
        and evaluation.is_exact(p)
    ]


@given(settings_drawn(), st.data())
def test_on_the_chain_four_ways_to_a_derivative_agree(changed: list[str], data: st.DataObject) -> None:
    """Forward, reverse, SymPy and difference quotients, of any known cell by any input that it rests on."""
    workspace = shipped().with_values(*changed)
    evaluation = workspace.evaluation
    output = data.draw(st.sampled_from(known_rules(workspace)))
    moved = data.draw(st.sampled_from(evaluation.inputs(output)))
    written = closed(evaluation, output)
    names = {cell: name for name, cell in written.symbols(workspace.program).items()}
    cell = workspace.program.cells[moved]
    known = names.get(index_text(cell.quantity, cell.index, cell.period))  # absent where it cancels out of the form
    x, derivative = evaluation.given(moved), slope(evaluation, output, moved)
    assert x is not None
    assert derivative is not None

    def central(h: Fraction) -> Fraction:
        ends = [Evaluation(workspace.program, {**evaluation.overrides, moved: x + s * h}) for s in (1, -1)]
        above, below = (value_of(e, output) for e in ends)
        return (above - below) / (2 * h)

    step = STEP * (abs(x) or 1)

    assert reverse(evaluation, output, [moved]) == {moved: derivative}
    by_symbol = sympy.diff(written.sympy, sympy.Symbol(known, real=True)) if known else sympy.Integer(0)
    assert exact(by_symbol, at(evaluation, written)) == derivative
    assert abs((4 * central(step / 2) - central(step)) / 3 - derivative) <= STEP**2 * abs(derivative)


@given(settings_drawn(), st.sampled_from(CHIPS[:2]), st.sampled_from(YEARS), st.sampled_from(FAMILIES), POSITIVE)
def test_central_differences_are_exact_where_the_chain_is_quadratic(
    changed: list[str], chip: str, year: int, family: str, relative: Fraction
) -> None:
    """Accelerators are quadratic in the parameters of a family and linear in its vendors: no step is too large."""
    workspace = shipped().with_values(*changed)
    evaluation = workspace.evaluation
    (output,) = workspace.cells(f"accelerator.count[chip={chip}]", year)
    for name, period in (("model.parameters", 2023), ("model.vendors", year)):
        (moved,) = workspace.cells(f"{name}[family={family}]", period)
        x = evaluation.given(moved)
        assert x is not None
        ends = []
        for side in (1, -1):
            overrides = {**evaluation.overrides, moved: x * (1 + side * relative)}
            ends.append(value_of(Evaluation(workspace.program, overrides), output))

        assert (ends[0] - ends[1]) / (2 * x * relative) == slope(evaluation, output, moved)


@settings(max_examples=40)
@given(settings_drawn(), st.data())
def test_on_the_chain_forms_evaluate_to_their_numbers(changed: list[str], data: st.DataObject) -> None:
    """The three forms, as text that SymPy reads, give value, derivative and elasticity."""
    workspace = shipped().with_values(*changed)
    program, evaluation = workspace.program, workspace.evaluation
    output = data.draw(st.sampled_from(known_rules(workspace)))
    cell = program.cells[output]
    name = index_text(cell.quantity, cell.index, cell.period)
    written = closed(evaluation, output)
    values = at(evaluation, written)
    position = {index_text(c.quantity, c.index, c.period): p for p, c in enumerate(program.cells)}
    (first, *_) = answers = workspace.sensitivity(name)

    assert exact(read(written.text, values), values) == evaluation.value(output)
    assert len(answers) >= len({program.cells[p].quantity for p in evaluation.inputs(output)})
    for answer in (first, answers[-1]):
        known = {s: evaluation.value(position[n]) for s, n in answer.symbols.items()}
        numbers = {s: v for s, v in known.items() if v is not None}

        assert exact(read(answer.derivative_form, numbers), numbers) == answer.derivative
        if answer.elasticity is not None:
            assert exact(read(answer.elasticity_form, numbers), numbers) == answer.elasticity


COEFFICIENT = {
    "foundry.wafers": "foundry.wafers_per_accelerator",
    "cowos.packages": "cowos.packages_per_accelerator",
    "board.boards": "board.boards_per_accelerator",
    "switch.ports": "switch.ports_per_accelerator",
}
"""Quantities behind the chip, and the coefficient of each that no report prints."""


@given(settings_drawn(), st.sampled_from(sorted(COEFFICIENT)), st.sampled_from(CHIPS), st.sampled_from(YEARS))
def test_behind_the_chip_amounts_are_unknown_and_elasticities_known(
    changed: list[str], quantity: str, chip: str, year: int
) -> None:
    """Demand in proportion to accelerators answers every driver as accelerators do, whatever the coefficient is."""
    workspace = shipped().with_values(*changed)
    drivers = [f"model.parameters[family={f}]" for f in FAMILIES]
    drivers += ["training.utilization", "model.vendors[family=language]"]
    (answer,) = workspace.value(f"{quantity}[chip={chip}]", year)

    assert answer.value is None
    assert answer.missing
    assert elasticities(workspace, f"{quantity}[chip={chip}]", drivers, year) == elasticities(
        workspace, f"accelerator.count[chip={chip}]", drivers, year
    )
    (own,) = workspace.sensitivity(f"{quantity}[chip={chip}]", [COEFFICIENT[quantity]], year, forms=False)
    accelerators = workspace.demand(f"accelerator.count[chip={chip}]", year).value
    assert own.elasticity == 1
    assert own.derivative == accelerators


@given(settings_drawn(), POSITIVE)
def test_an_accelerator_count_that_is_set_cuts_what_is_before_it(changed: list[str], count: Fraction) -> None:
    """The market follows the count that was set and no vendors; the years around it only feel the difference."""
    before = shipped().with_values(*changed)
    after = before.with_values(f"accelerator.count[chip=a100_sxm,period=2025]={count} 万")
    vendors = [f"model.vendors[family={f}]" for f in FAMILIES]

    def known(workspace: Workspace, name: str, year: int = 2025) -> Fraction:
        value = workspace.demand(name, year).value
        assert value is not None
        return value

    price, share = known(after, "accelerator.price[chip=a100_sxm]"), known(after, "server.gpu_cost_share")
    a100, h100 = "accelerator.count[chip=a100_sxm]", "accelerator.count[chip=h100_sxm]"

    assert known(after, "server.market") == count * 10000 * price / share
    assert known(after, a100, 2026) == known(before, a100, 2026)
    assert known(after, "accelerator.added[chip=a100_sxm]") == count * 10000 - known(before, a100, 2024)
    assert known(after, h100) == known(before, h100)
    assert elasticities(after, "server.market", vendors, 2025) == [0, 0]
    assert elasticities(after, a100, vendors, 2025) == [0, 0]


@settings(max_examples=30)
@given(settings_drawn(6), st.randoms(use_true_random=False))
def test_the_order_of_settings_does_not_matter(changed: list[str], random: Any) -> None:
    """Settings of different cells may come in any order, at once or one after another, or at opening."""
    apart = list({text.partition("[")[0].partition("=")[0]: text for text in changed}.values())
    shuffled = random.sample(apart, len(apart))
    once, stepwise = shipped().with_values(*apart), shipped()
    for text in shuffled:
        stepwise = stepwise.with_values(text)

    assert every_value(once) == every_value(stepwise)


def every_value(workspace: Workspace) -> dict[str, Fraction | None]:
    """Return the value of every cell."""
    cells = enumerate(workspace.program.cells)
    return {index_text(c.quantity, c.index, c.period): workspace.evaluation.value(p) for p, c in cells}


@settings(max_examples=20)
@given(settings_drawn(), settings_drawn())
def test_workspaces_leave_no_trace_on_each_other(a: list[str], b: list[str]) -> None:
    """A, B, A again: the same answers, and the compiled program the same to the byte."""
    before = plan(shipped())
    first = every_value(shipped().with_values(*a))
    every_value(shipped().with_values(*b))
    shipped().with_values(*b).sensitivity("server.market", ["model.parameters"], 2025)

    assert every_value(shipped().with_values(*a)) == first
    assert plan(shipped()) == before


def plan(workspace: Workspace) -> list[object]:
    """Return the parts of a program that an evaluation reads, as plain data."""
    program = workspace.program
    return [len(program.dag.nodes), hash(tuple(program.dag.nodes)), program.cells, dict(program.given)]


@settings(max_examples=30)
@given(settings_drawn(), st.sampled_from((2023, 2024, 2025)))
def test_a_variant_changes_its_rule_and_what_follows_only(changed: list[str], year: int) -> None:
    """With the efficiency row the market is divided by it, and China's with it; the accelerators stay."""
    base = shipped().with_values(*changed)
    variant = shipped().scenario("with_efficiency").with_values(*changed)
    gain = base.demand("server.efficiency_gain", year).value
    assert gain is not None
    for name in ("server.market", "server.china_market"):
        plain, divided = base.demand(name, year).value, variant.demand(name, year).value
        assert divided is not None

        assert divided * gain == plain
        assert elasticities(base, name, ["server.efficiency_gain"], year) == [0]
        assert elasticities(variant, name, ["server.efficiency_gain"], year) == [-1]
    assert every_cell_but_markets(base) == every_cell_but_markets(variant)


def every_cell_but_markets(workspace: Workspace) -> dict[str, Fraction | None]:
    """Return the value of every cell that the variant does not touch."""
    return {
        n: v for n, v in every_value(workspace).items() if not n.startswith(("server.market", "server.china_market"))
    }


def test_a_penetration_scenario_is_its_setting() -> None:
    """The scenario file and the same value set by hand are one and the same, before and after other settings."""
    by_file = shipped().scenario("liquid_30")
    by_hand = shipped().with_values("cooling.liquid_penetration=30 %")

    assert every_value(by_file) == every_value(by_hand)
    assert every_value(by_file.with_values("idc.racks_added=7 万")) == every_value(
        shipped().with_values("idc.racks_added=7 万", "cooling.liquid_penetration=0.3")
    )
