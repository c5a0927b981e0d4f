"""Kinks: what binds is what the value is, slack is the distance, and a switching point is where the branch changes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import relations
from bullwhip import cli
from bullwhip.analysis.allowance import Allowance
from bullwhip.analysis.kinks import Bound, Flip, Place, flips, kinks
from bullwhip.cli.kink_lines import kink_lines
from bullwhip.errors import PropagationError
from bullwhip.propagate import Evaluation
from bullwhip.workspace.answering import driver_groups
from bullwhip.workspace.naming import select_cells
from bullwhip.workspace.switching import kinks_of
from random_programs import PIECES, RATIONAL, SMALL, Drawn, Small, inputs_of, programs, value_of
from shipped import shipped

BENT = (*PIECES, "floor", "ceil")
REACH = Fraction(9)
NEAR = Fraction(1, 10**12)


@given(programs((*RATIONAL, *BENT), SMALL))
def test_what_binds_is_the_value_and_slack_is_the_distance_to_the_next(drawn: Drawn) -> None:
    """Of every kink that a cell rests on, recomputed from the values of its arguments."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    for b in kinks(evaluation, output):
        value, known = evaluation.values[b.node], [v for v in b.values if v is not None]
        if len(known) < len(b.values) or value is None or b.slack is None:
            continue  # a branch without a value
        if b.function in ("min", "max"):
            assert {known[k] for k in b.taken} == {value}
            others = [abs(v - value) for k, v in enumerate(known) if k != b.taken[0]]

            assert b.slack == min(others)
            assert b.next is not None
            assert abs(known[b.next] - value) == b.slack
            assert (b.slack == 0) == (len(b.taken) > 1)
        elif b.function == "where":
            assert [known[k] for k in b.taken] == [value]
        elif b.function in ("floor", "ceil"):
            assert b.slack == min(abs(known[0] - round(known[0]) + k) for k in (-1, 0, 1))
        else:
            assert b.slack == value


def decision(drawn: Drawn, bound: Bound, moved: int, x: Fraction, start: Evaluation) -> bool | None:
    """Return whether a kink takes the branch that it takes at the start, where its input is x; None if undefined."""
    program, _ = drawn
    evaluation = Evaluation(program, {moved: x})
    node = program.dag.nodes[bound.node]
    wanted = [j for j in node[1:] if isinstance(j, int)]
    wanted = wanted[:2] if bound.function == "where" else wanted
    try:
        evaluation.run((*wanted, bound.node) if bound.function != "where" else wanted)
    except PropagationError:
        return None
    inner = [evaluation.values[j] or Fraction(0) for j in wanted]
    before = [start.values[j] or Fraction(0) for j in wanted]
    if bound.function in ("floor", "ceil"):
        return evaluation.values[bound.node] == start.values[bound.node]
    if bound.function == "abs":
        return (inner[0] < 0) == (before[0] < 0)
    if bound.function == "where":
        if node[0] == "<":
            return (inner[0] < inner[1]) == (before[0] < before[1])
        return (inner[0] <= inner[1]) == (before[0] <= before[1])
    return evaluation.values[bound.node] == inner[bound.taken[0]]


def _at(evaluation: Evaluation, node: int) -> Fraction | None:
    """Return the value of a node, None where it has none."""
    try:
        evaluation.run((node,))
    except PropagationError:
        return None
    return evaluation.values[node]


def along(evaluation: Evaluation, bound: Bound, moved: int) -> Flip | None:
    """Return the switching points of a kink along one input."""
    now = evaluation.given(moved)
    assert now is not None
    return flips(evaluation, bound, {moved: (Fraction(0), Fraction(1))}, now, (-REACH, REACH), Allowance(10**9))


@settings(max_examples=200)
@given(programs((*RATIONAL, *BENT), SMALL), st.data())
def test_up_to_a_switching_point_the_branch_stays_and_behind_it_is_another(drawn: Drawn, data: st.DataObject) -> None:
    """Looked at in between, just behind, and, where no point is said, all over the range."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    moved = data.draw(st.sampled_from(inputs_of(evaluation, output)))
    now = evaluation.given(moved)
    assert now is not None
    whole = [b for b in kinks(evaluation, output) if program.cells[b.cell].definition == b.node and b.taken]
    assume(whole)
    bound = data.draw(st.sampled_from(whole))
    found = along(evaluation, bound, moved)
    assume(found is not None)
    assert found is not None
    assume(not found.note)  # steps that crowd towards a pole are not followed
    for place, end in ((found.below, -REACH), (found.above, REACH)):
        stop = end if place is None else place.value
        for k in range(12):  # off the simple fractions, where a branch may be another one at a single point
            x = now + (stop - now) * Fraction(100 * k + 37, 1237)
            assert decision(drawn, bound, moved, x, evaluation) is not False
        if place is not None:
            step = NEAR if end > 0 else -NEAR
            assert decision(drawn, bound, moved, stop + step, evaluation) is not True
            before = stop if stop == now else stop - step  # from the place itself, where the driver stands at it
            sides = [_at(Evaluation(program, {moved: s}), bound.node) for s in (before, stop + step)]
            if place.jump is not None and sides[0] is not None and sides[1] is not None:
                assert place.jump == (abs(sides[0] - sides[1]) > Fraction(1, 10**6))


def test_a_kink_beyond_another_is_followed() -> None:
    """max(min(x, 2), y) with y = 1, x = 0: x binds from 1 on; with y = 3 it never does."""
    small = Small()
    x, y = small.input(Fraction(0)), small.input(Fraction(1))
    inner = small.cell(small.dag.node("min", x, small.dag.num(2)))
    small.cell(small.dag.node("max", inner, y))
    program = small.program()
    reached, never = Evaluation(program), Evaluation(program, {1: Fraction(3)})

    assert along(reached, kinks(reached, 3)[1], 0) == Flip(None, Place(Fraction(1), True, False))
    assert along(never, kinks(never, 3)[1], 0) == Flip(None, None)


def test_a_switching_point_that_is_no_fraction_is_marked() -> None:
    """min(x², 2) flips at the root of two, and max(exp(x), 3) at log 3, found by narrowing down."""
    small = Small()
    x = small.input(Fraction(1))
    small.cell(small.dag.node("min", small.dag.mul(x, x), small.dag.num(2)))
    small.cell(small.dag.node("max", small.dag.node("exp", x), small.dag.num(3)))
    evaluation = Evaluation(small.program())
    root, log = (along(evaluation, kinks(evaluation, k)[0], 0) for k in (1, 2))
    assert root is not None
    assert log is not None
    assert root.above is not None
    assert log.above is not None

    assert abs(root.above.value**2 - 2) < Fraction(1, 10**50)
    assert abs(log.above.value - Fraction("1.0986122886681098")) < Fraction(1, 10**15)
    assert [root.above.exact, log.above.exact, log.below] == [False, False, None]


def test_steps_that_crowd_towards_a_pole_end_the_search() -> None:
    """max(floor(1 / x), -1), where x is above 0: there is a step at every 1 / n, so none is the first behind 0."""
    small = Small()
    x, zero = small.input(Fraction(0)), small.dag.num(0)
    steps = small.dag.node("floor", small.dag.div(small.dag.num(1), x))
    inner = small.cell(small.dag.select("<=", x, zero, zero, steps))
    small.cell(small.dag.node("max", inner, small.dag.num(-1)))
    evaluation = Evaluation(small.program())
    found = along(evaluation, kinks(evaluation, 2)[-1], 0)

    assert found == Flip(None, None, "not followed over more than 200 pieces")


def test_at_a_tie_both_bind_and_the_driver_stands_at_its_switching_point() -> None:
    """max(x, 3 - x) at x = 1.5."""
    small = Small()
    x = small.input(Fraction(3, 2))
    small.cell(small.dag.node("max", x, small.dag.add(small.dag.num(3), small.dag.neg(x))))
    evaluation = Evaluation(small.program())
    (bound,) = kinks(evaluation, 1)

    assert (bound.taken, bound.slack) == ((0, 1), Fraction(0))
    assert along(evaluation, bound, 0) == Flip(Place(Fraction(3, 2), True, False), None)


def test_cards_flip_by_hand() -> None:
    """A model of 700 GB takes 9 cards of 80 GB: 10 below 700/9 GB a card, 8 from 87.5 on."""
    (answer,) = shipped().sensitivity(
        "inference.cards[deployed_model=gpt3,card=a100_80gb]", ["card.memory[card=a100_80gb]"]
    )
    (kink,) = answer.kinks
    (point,) = kink.switching

    assert (kink.function, kink.slack, kink.relative, kink.jump) == ("ceil", Fraction(1, 4), Fraction(1, 35), True)
    assert (point.now, point.below, point.above) == (Fraction(80), Fraction(700, 9), Fraction(175, 2))


def test_more_than_can_be_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the kinks are named all the same, and the answer says that nothing was looked for."""
    monkeypatch.setattr("bullwhip.workspace.switching._MAX_STEPS", 0)
    name = "inference.cards[deployed_model=gpt3,card=a100_80gb]"
    (answer,) = shipped().sensitivity(name, ["card.memory[card=a100_80gb]"])
    (kink,) = answer.kinks

    assert (kink.slack, kink.switching) == (Fraction(1, 4), ())
    assert kink.note == "no switching points are looked for at 1 kinks along 1 drivers; name a driver"


def test_many_drivers_of_many_kinks_are_told_once_for_each_driver() -> None:
    """Where nothing is looked for, an answer has the reason as its note, and no list of all kinks."""
    answers = relations.workspace(200).sensitivity(relations.last(200), forms=False)

    assert {True} == {a.kinks == () and "no switching points are looked for at" in a.note for a in answers}


def test_a_search_stops_where_its_allowance_ends() -> None:
    """A switching point that would take too many steps is not looked for further, and the answer says so."""
    evaluation = relations.workspace(100).evaluation
    (position,) = select_cells(evaluation.program, relations.last(100)).positions
    groups = driver_groups(evaluation, position, [])
    found = [p for kink in kinks_of(evaluation, position, groups) for p in kink.switching]

    assert {True, False} == {p.note.startswith("not searched to the end") for p in found}


def _explained(capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    cli.run(["explain", "cooling.liquid_market_at_limit[zone=beijing]", *options])
    return capsys.readouterr().out


def test_explain_says_what_binds_and_where_it_flips(capsys: pytest.CaptureFixture[str]) -> None:
    """A PUE of 1.28 is 0.02 below the limit of 1.3: no policy applies until it is above, or the limit is 1.28."""
    (kink,) = json.loads(_explained(capsys, "--json"))["kinks"]
    text = _explained(capsys)
    points = {s["driver"]: (s["below_exact"], s["above_exact"]) for s in kink["switching"]}

    assert (kink["binding"], kink["slack_exact"], kink["jump"]) == (["cooling.liquid_penetration"], "0.02", None)
    assert [s["above_jump"] for s in kink["switching"]] == [None, None]  # nobody prints the share under the policy
    assert points == {"idc.case_pue_after": (None, "1.3"), "idc.pue_limit": ("1.28", None)}
    assert "cooling.liquid_penetration binds, slack 0.02" in text
    assert "idc.case_pue_after = 1.28: another branch above 1.3" in text


def test_a_slack_is_in_the_unit_of_what_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    """A capacity of 520,000 t is 105,000 t below the 625,000 t that the ore is feeds: tonnes, not grams."""
    wind = str(Path(__file__).parents[1] / "golden" / "wind")
    cli.run(["--workspace", wind, "explain", "plate.supply[period=2026]", "--json"])
    (kink,) = json.loads(capsys.readouterr().out)["kinks"]

    assert (kink["slack_exact"], kink["unit"], kink["relative_exact"]) == ("105000", "t", "21/104")
    assert [o["exact"] for o in kink["options"]] == ["520000", "625000"]
    assert "slack 105,000 t (20.2 %)" in kink_lines(kink)[0]


def test_a_slack_of_a_difference_is_in_the_unit_of_its_terms(capsys: pytest.CaptureFixture[str]) -> None:
    """Cells required less capacity is not over 0 by some GWh; in joules it would be a number of 19 digits."""
    batteries = str(Path(__file__).parents[1] / "golden" / "batteries")
    cli.run(["--workspace", batteries, "explain", "line.ordered[chemistry=lfp,period=2027]", "--json"])
    units = {k["unit"] for k in json.loads(capsys.readouterr().out)["kinks"] if k["text"].endswith(", 0")}

    assert "GWh" in units
    assert None not in units
