"""`bottleneck` on a small wind workspace worked by hand, and its laws on random programs."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip import Workspace, cli
from bullwhip.analysis.binding import Choice, choices
from bullwhip.analysis.limits import nearest, prices
from bullwhip.analysis.line import Line
from bullwhip.analysis.pieces import cut
from bullwhip.analysis.solve import switches
from bullwhip.cli.kink_lines import kink_lines
from bullwhip.errors import PropagationError, UsageError
from bullwhip.expr.dag import Dag, arguments
from bullwhip.model.bottleneck import Bottleneck, Limit
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError
from documents import ROOT
from random_programs import SMALL, STEP, Drawn, Small, programs

WIND = str(ROOT / "tests" / "golden" / "wind")
LINEAR = ("+", "-", "scale", "neg", "min", "max", "abs", "min", "max")
F = Fraction


@pytest.fixture(scope="module")
def wind() -> Workspace:
    """Return the wind workspace."""
    return Workspace.open(WIND)


def binding(b: Bottleneck) -> list[str]:
    """Return what binds and matters, tier by tier, without its period."""
    tight = [limit.name for c in b.caps for limit in c.limits if limit.binds and (limit.more or limit.less)]
    return [n.replace(f"[period={b.period}]", "") for n in tight]


def limit_of(b: Bottleneck, name: str) -> Limit:
    """Return the argument of a name, with its period."""
    return next(limit for c in b.caps for limit in c.limits if limit.name == name)


def test_another_tier_binds_every_year(wind: Workspace) -> None:
    """Orders in 2024, towers in 2025, plate in 2026, ore in 2027; shipments follow from what binds at the bottom."""
    found = {b.period: binding(b)[0] for b in wind.bottlenecks("turbine.shipments")}
    values = [b.value for b in wind.bottlenecks("turbine.shipments")]

    assert {2024: "turbine.orders", 2025: "tower.capacity*tower.yield", 2026: "plate.capacity",
            2027: "ore.mined/plate.ore"} == found  # fmt: skip
    assert [F(1000), F(380_000, 350), F(520_000) / F("1.1") / 350, F(1_050_000) / F("1.6") / F("1.1") / 350] == values


def test_slack_is_what_is_left(wind: Workspace) -> None:
    """In 2025 orders need 420 kt of tower, of which 380 kt are made and 436.4 kt could be rolled for."""
    (b,) = wind.bottlenecks("turbine.shipments", 2025)
    orders, plate = limit_of(b, "turbine.orders[period=2025]"), limit_of(b, "plate.supply[period=2025]/tower.plate")

    assert (F(1200) - F(380_000, 350), F(1200 * 350, 380_000) - 1) == (orders.slack, orders.slack_relative)
    assert (F(480_000) / F("1.1") - 380_000, F(0), F(0)) == (plate.slack, plate.more, plate.less)
    assert (False, False) == (orders.binds, plate.binds)


def test_the_price_holds_up_to_the_switch_and_not_beyond(wind: Workspace) -> None:
    """1 t more of towers is 1/350 turbine, up to 420 kt of towers, where the orders bind."""
    (b,) = wind.bottlenecks("turbine.shipments", 2025)
    towers = limit_of(b, "tower.capacity[period=2025]*tower.yield")
    assert towers.above is not None
    assert towers.value is not None
    assert b.value is not None
    assert towers.more is not None
    end = towers.above.place.value

    def shipped(tonnes: Fraction) -> Fraction | None:
        return wind.with_values(f"tower.capacity[period=2025]={tonnes / F('0.95')} t").demand(
            "turbine.shipments", 2025
        ).value  # fmt: skip

    assert (F(1, 350), F(1, 350), F(420_000)) == (towers.more, towers.less, end)
    for tonnes in (towers.value + 1, (towers.value + end) / 2, end):
        assert b.value + towers.more * (tonnes - towers.value) == shipped(tonnes)
    assert F(1200) == shipped(end + 1000)


def test_a_tie_has_one_sided_prices(wind: Workspace) -> None:
    """With towers for exactly the orders, more of either alone ships nothing more, and less of either ships less."""
    tied = wind.with_values(f"tower.capacity[period=2025]={F(420_000) / F('0.95')} t")
    (b,) = tied.bottlenecks("turbine.shipments", 2025)
    orders, towers = (
        limit_of(b, n) for n in ("turbine.orders[period=2025]", "tower.supply[period=2025]/turbine.steel")
    )

    assert (True, F(0), F(1)) == (orders.binds, orders.more, orders.less)
    assert (True, F(0), F(1)) == (towers.binds, towers.more, towers.less)


def test_the_bottleneck_moves_along_a_driver(wind: Workspace) -> None:
    """Towers bind up to 420 kt / 95 %; beyond 436.4 kt / 95 % plate would be the limit of towers."""
    (b,) = wind.bottlenecks("turbine.shipments", 2025, driver="tower.capacity")

    assert [F(420_000) / F("0.95"), F(480_000) / F("1.1") / F("0.95")] == [s.place.value for s in b.switches]
    assert ["turbine.orders[period=2025]", "plate.supply[period=2025]/tower.plate"] == [s.after for s in b.switches]


def test_a_floor_is_a_cap_from_below(wind: Workspace) -> None:
    """In 2024 the ore price is its floor, which binds; in 2025 it is 0.8 * 420 * 1.1 * 1.6."""
    found = {b.period: b for b in wind.bottlenecks("ore.price")}

    assert "ore.floor_price" == binding(found[2024])[0]
    assert F("0.8") * 420 * F("1.1") * F("1.6") == found[2025].value
    assert ["CNY/t", "CNY/t"] == [c.unit for b in (found[2024], found[2025]) for c in b.caps]


def test_without_a_name_the_final_quantities_answer(wind: Workspace) -> None:
    """No rule reads revenue and the ore price; shipments are on the way to revenue."""
    assert ["ore.price", "turbine.revenue"] == sorted({b.quantity for b in wind.bottlenecks()})


def test_a_quantity_without_caps_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing caps a product: the table is empty and a note says why."""
    code = cli.run(["bottleneck", "server.market"])

    captured = capsys.readouterr()
    assert "no minimum, maximum or condition caps it" in captured.err
    assert (0, 1) == (code, len(captured.out.splitlines()))


def test_json_has_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """The keys that other programs rely on, of the answer, its caps and their arguments."""
    cli.run(["--workspace", WIND, "bottleneck", "turbine.shipments", "--period", "2026", "--json"])
    answer = json.loads(capsys.readouterr().out)
    argument = answer["caps"][0]["arguments"][0]

    keys = {"quantity", "index", "period", "value", "unit", "caps", "driver", "switches", "scenario", "notes"}
    assert keys - set(answer) == set()
    assert {"cell", "function", "unit", "tight", "arguments"} - set(answer["caps"][0]) == set()
    assert ("plate.capacity[period=2026]", True, 520_000) == tuple(argument[k] for k in ("argument", "binds", "value"))
    assert {"slack", "slack_relative", "price_more", "price_less", "price_unit"} - set(argument) == set()
    assert 577_500 == argument["moves_above"]["at"]


# -- laws -----------------------------------------------------------------------------------------------------------


def value_with(evaluation: Evaluation, position: int, choice: Choice, k: int, u: Fraction) -> Fraction | None:
    """Return a cell with one argument of one choice replaced by a number, by a pass of its own over the graph."""
    dag: Dag = evaluation.program.dag
    values: dict[int, Fraction] = {}
    for i in evaluation.cone((evaluation.program.cells[position].node,)):
        node = dag.nodes[i]
        if node[0] == "num":
            values[i] = node[1]
        elif node[0] == "cell":
            below = evaluation.definition.get(i)
            found = evaluation.given(node[1]) if below is None else values.get(below)
            if found is None:
                return None
            values[i] = found
        else:
            inner = [values[j] for j in arguments(node)]
            if i == choice.node:
                inner[k] = u
            try:
                values[i] = OPERATIONS[node[0]](inner, node)
            except UndefinedError:
                return None
    return values[evaluation.program.cells[position].node]


def a_choice(drawn: Drawn, data: st.DataObject) -> tuple[Evaluation, int, Choice]:
    """Return a program with one of the minima and maxima that it rests on."""
    program, position = drawn
    evaluation = Evaluation(program)
    found = [c for c in choices(evaluation, position) if c.function in ("min", "max") and c.taken]
    assume(found)
    return evaluation, position, data.draw(st.sampled_from(found))


@given(programs(LINEAR, SMALL, 7), st.data())
@settings(deadline=None)
def test_a_price_is_the_difference_one_unit_makes(drawn: Drawn, data: st.DataObject) -> None:
    """A small step of one argument, up or down, changes the output by the step times the price to that side."""
    evaluation, position, choice = a_choice(drawn, data)
    try:
        worth = prices(evaluation, position, choice)
    except PropagationError:
        assume(False)
        return
    for k, price in enumerate(worth):
        base = choice.values[k]
        assert base is not None
        here = value_with(evaluation, position, choice, k, base)
        for step, slope in ((STEP, price.more), (-STEP, price.less)):
            there = value_with(evaluation, position, choice, k, base + step)
            assert here is not None
            assert there is not None
            assert here + step * (slope or 0) == there


@given(programs(LINEAR, SMALL, 7), st.data())
@settings(deadline=None)
def test_a_price_holds_up_to_the_next_switch(drawn: Drawn, data: st.DataObject) -> None:
    """Between an argument's value and the place where another one binds, the output is linear with the price."""
    evaluation, position, choice = a_choice(drawn, data)
    k = choice.taken[0]
    base, price = choice.values[k], prices(evaluation, position, choice)[k]
    assert base is not None
    line = Line(evaluation, position, {}, (choice.node, k))
    below, above = nearest(switches(cut(line, base - 50, base + 50)), base)
    here = value_with(evaluation, position, choice, k, base)
    assert here is not None
    for end, slope, farthest in ((below, price.less, base - 50), (above, price.more, base + 50)):
        to = end.place.low if end is not None else farthest
        if end is not None:
            assert end.place.is_exact
        for u in (base + (to - base) / 3, to):
            assert here + (u - base) * (slope or 0) == value_with(evaluation, position, choice, k, u)


def test_what_does_not_bind_is_worth_nothing() -> None:
    """Of min(x, y, 3) with x = 1 and y = 2 only x has a price."""
    small = Small()
    x, y = small.input(F(1)), small.input(F(2))
    small.cell(small.dag.node("min", x, y, small.dag.num(3)))
    evaluation = Evaluation(small.program())
    (choice,) = choices(evaluation, 2)

    assert [(F(1), F(1)), (F(0), F(0)), (F(0), F(0))] == [(p.more, p.less) for p in prices(evaluation, 2, choice)]


def test_cells_that_a_driver_does_not_reach_are_left_out(wind: Workspace) -> None:
    """The capacity of 2026 moves the shipments of 2026 alone; asked for in all years, the others are no error."""
    found = wind.bottlenecks("turbine.shipments", driver="plate.capacity[period=2026]")

    assert [2026] == [b.period for b in found]
    assert ["577500", "625000"] == [str(s.place.value) for s in found[0].switches]


def test_a_driver_that_reaches_nothing_is_refused(wind: Workspace) -> None:
    """The price of a turbine reaches no shipment in any year."""
    with pytest.raises(UsageError, match="BW411"):
        wind.bottlenecks("turbine.shipments", driver="turbine.price")


def test_a_range_without_a_driver_is_refused(wind: Workspace) -> None:
    """What is not used is not ignored."""
    with pytest.raises(UsageError, match="no driver"):
        wind.bottlenecks("turbine.shipments", within="1..2")


def test_the_workspace_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`check` finds nothing in the wind workspace; every figure of it is a claim with its unit."""
    assert 0 == cli.run(["--workspace", WIND, "check"])
    assert "23 claims of 1 documents" in capsys.readouterr().out


ROUNDED = """
workspace: {id: rounded}
drivers:
  a.x: {unit: "1", kind: coefficient, range: ["0", "10"], assume: [{value: "2", note: for the test}]}
rules:
  a.cap: {unit: "1", kind: coefficient, expression: exp(1)}
  a.y: {unit: "1", kind: coefficient, expression: "min(a.x, a.cap)"}
"""


def test_no_number_beside_a_rounded_one_is_told_as_exact(tmp_path: Path) -> None:
    """min(x, e) with e to 60 digits: where it switches, how far that is and where it begins to be e are rounded.

    The ends of the range that is searched are given, and stay exact.
    """
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "workspace.yaml").write_text(ROUNDED)
    ws = Workspace.open(tmp_path)
    (b,) = ws.bottlenecks("a.y", driver="a.x")
    (kink,) = ws.explain("a.y")[0]["kinks"]
    (solution,) = ws.solve("a.y=2.5..10", "a.x")
    (root,) = solution.as_dict()["ranges"]
    (limit, other) = b.as_dict()["caps"][0]["arguments"]

    assert (None, None) == (b.switches[0].as_dict()["at_exact"], limit["moves_above"]["at_exact"])
    assert (None, None) == (other["exact"], other["slack_exact"])
    assert (None, None, None) == (kink["slack_exact"], kink["relative_exact"], kink["switching"][0]["above_exact"])
    assert ["2", None] == [option["exact"] for option in kink["options"]]
    assert (None, "10") == (root["low_exact"], root["high_exact"])
    assert kink_lines(kink)[0].endswith("slack 0.718282 (35.9 %)")
