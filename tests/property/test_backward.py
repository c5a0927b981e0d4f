"""The backward pass over values says what the forward pass says, or leaves the answer to it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from bullwhip.propagate import Evaluation, input_derivatives, moves, responses
from random_programs import PIECES, RATIONAL, SMALL, WHOLE, Drawn, inputs_of, programs, value_of
from relations import last, program

FORWARD = {"parallel": (Fraction(1), False), "proportional": (None, True)}


def forward(evaluation: Evaluation, position: int, cells: list[int]) -> list[object]:
    """Return what the forward pass says of a parallel and of a proportional move."""
    return [
        responses(evaluation, (position,), dict.fromkeys(cells, speed), proportional=proportional)[position]
        for speed, proportional in FORWARD.values()
    ]


@settings(max_examples=150, deadline=None)
@given(programs((*RATIONAL, *PIECES, "abs", "floor", "ceil", "<"), SMALL | WHOLE))
def test_backward_is_forward(drawn: Drawn) -> None:
    """By each input, and by all of them together, both passes give the same rationals to both sides."""
    evaluation = Evaluation(drawn[0])
    value_of(evaluation, drawn[1])
    inputs = inputs_of(evaluation, drawn[1])
    for cells in (*([p] for p in inputs), inputs):
        assert forward(evaluation, drawn[1], cells) == list(moves(evaluation, drawn[1], cells)[:2])


@settings(max_examples=100, deadline=None)
@given(programs(("+", "-", "*", "/"), SMALL))
def test_a_smooth_program_needs_no_forward_pass(drawn: Drawn) -> None:
    """Without kinks and unknowns, the backward pass answers for every input."""
    evaluation = Evaluation(drawn[0])
    value_of(evaluation, drawn[1])
    found = input_derivatives(evaluation, drawn[1])
    assert found.exact
    for p in inputs_of(evaluation, drawn[1]):
        slope = responses(evaluation, (drawn[1],), {p: Fraction(1)}, proportional=False)[drawn[1]]
        assert slope.derivative == found.along([drawn[0].cells[p].node])


@pytest.mark.parametrize("kinks", [True, False])
def test_both_passes_round_within_fifty_digits(kinks: bool) -> None:
    """Of six hundred rules, where values and derivatives are rounded on the way, both passes agree to 50 digits."""
    model = program(600, 2, kinks)
    evaluation = Evaluation(model)
    (position,) = model.positions(last(600))
    for driver in ("driver.d1", "driver.d30", "driver.d60"):
        cells = list(model.positions(driver))
        *answers, exact = moves(evaluation, position, cells)
        assert not exact
        for expected, found in zip(forward(evaluation, position, cells), answers, strict=True):
            a, b = expected.derivative, found.derivative  # type: ignore[attr-defined]
            assert abs(a - b) <= abs(a) / 10**50
