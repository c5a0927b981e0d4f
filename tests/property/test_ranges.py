"""Ranges, swings and shares of random programs: nothing lies outside, what is called exact is reached."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bullwhip.model.uncertainty import Distribution
from bullwhip.numeric.kernel import kernel
from bullwhip.numeric.tape import compile_tape
from bullwhip.propagate import Evaluation
from bullwhip.propagate.interval import Interval
from bullwhip.sweep.quantiles import deviation
from bullwhip.sweep.ranges import Moved, known, reach_of, with_values
from bullwhip.sweep.sampling import Variable
from bullwhip.sweep.tornado import centred, shares, shares_by_steps, swings
from random_programs import PIECES, RATIONAL, SMALL, Drawn, Small, inputs_of, programs, value_of

WIDTHS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=3, max_size=3)
PARTS = st.lists(st.integers(0, 8), min_size=12, max_size=12)


def boxes(evaluation: Evaluation, output: int, widths: list[tuple[int, int]]) -> dict[int, Distribution]:
    """Return an interval around every input of an output."""
    found = {}
    for p, (below, above) in zip(inputs_of(evaluation, output), widths, strict=False):
        value = value_of(evaluation, p)
        found[p] = Distribution("uniform", (value - Fraction(below, 4), value + Fraction(above, 4)))
    return found


@given(programs((*RATIONAL, *PIECES), SMALL), WIDTHS, PARTS)
def test_no_point_of_the_box_lies_outside_the_range(
    drawn: Drawn, widths: list[tuple[int, int]], parts: list[int]
) -> None:
    """The exact value at any point of the box lies in the range, exact or outer; also beside shared inputs."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    box = boxes(evaluation, output, widths)
    moved = [Moved(tuple(box.items()))] if parts[0] % 2 and len(box) > 1 else [Moved((c,)) for c in box.items()]
    reach = reach_of(evaluation, output, moved)
    assume(reach is not None)
    assert reach is not None
    for k in range(4):
        point: dict[int, Fraction] = {}
        for i, m in enumerate(moved):
            part = Fraction(parts[(3 * k + i) % len(parts)], 8)
            point |= {p: d.parameters[0] + (d.parameters[1] - d.parameters[0]) * part for p, d in m.cells}
        value = known(with_values(evaluation, point), output)
        if value is not None:
            assert reach.low <= value <= reach.high


@given(programs(RATIONAL, SMALL), WIDTHS)
def test_an_exact_range_ends_at_corners_of_the_box(drawn: Drawn, widths: list[tuple[int, int]]) -> None:
    """Where both ends are proven, they are the least and the greatest value over all corners."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    box = boxes(evaluation, output, widths)
    reach = reach_of(evaluation, output, [Moved((c,)) for c in box.items()])
    assume(reach is not None and reach.exact)
    assert reach is not None
    corners = product(*([(p, e) for e in d.parameters] for p, d in box.items()))
    values = [known(with_values(evaluation, dict(corner)), output) for corner in corners]

    given_values = [v for v in values if v is not None]
    assert (reach.low, reach.high) == (min(given_values), max(given_values))


@given(st.fractions(), st.fractions(), st.integers(1, 10**60), st.booleans())
def test_a_shortened_interval_holds_the_interval(low: Fraction, more: Fraction, scale: int, turn: bool) -> None:
    """Ends move outward only, by less than one part in 2^62, and never over zero; their rationals are short."""
    low, high = sorted((low / scale, (low + more) * scale / 7))
    true = Interval(-high, -low) if turn else Interval(low, high)
    short = true.shortened()

    assert short.low <= true.low
    assert true.high <= short.high
    for end, near in ((true.low, short.low), (true.high, short.high)):
        assert isinstance(end, Fraction)
        assert isinstance(near, Fraction)
        assert abs(near - end) * 2**62 <= abs(end)
        assert near.denominator.bit_length() <= 128 + max(0, end.denominator.bit_length() - end.numerator.bit_length())


def simple() -> tuple[Evaluation, list[int]]:
    """Return y = a² b / c and z = a - a b, with a, b, c = 2, 3, 4."""
    small = Small()
    a, b, c = (small.input(Fraction(v)) for v in (2, 3, 4))
    dag = small.dag
    small.cell(dag.div(dag.mul(dag.pow(a, Fraction(2)), b), c))
    small.cell(dag.add(a, dag.neg(dag.mul(a, b))))
    return Evaluation(small.program()), [3, 4]


def uniform(low: int, high: int) -> Distribution:
    """Return a uniform distribution."""
    return Distribution("uniform", (Fraction(low), Fraction(high)))


def test_a_range_is_exact_where_each_derivative_keeps_its_sign() -> None:
    """The one rises in a and b and falls in c; the other falls in both over this box, though a stands in it twice."""
    evaluation, (y, z) = simple()
    moved = [Moved(((p, d),)) for p, d in enumerate((uniform(1, 3), uniform(2, 5), uniform(2, 8)))]

    found = [reach_of(evaluation, p, moved) for p in (y, z)]
    assert [(Fraction(1, 4), Fraction(45, 2), True), (Fraction(-12), Fraction(-1), True)] == [
        (r.low, r.high, r.exact) for r in found if r is not None
    ]


def test_a_range_is_only_a_bound_where_a_derivative_changes_its_sign() -> None:
    """Over a box around zero a square is not monotone: the range is called outer and still holds every value."""
    evaluation, (y, _) = simple()
    reach = reach_of(evaluation, y, [Moved(((0, uniform(-1, 2)),))])

    assert reach is not None
    assert not reach.exact
    assert reach.low <= 0 < 3 <= reach.high


def test_inputs_that_move_as_one_are_proven_only_where_they_pull_one_way() -> None:
    """Two inputs moved by one probability pull the output to both sides, so its ends are not those of the box."""
    evaluation, (y, _) = simple()
    shared = reach_of(evaluation, y, [Moved(((0, uniform(1, 3)), (2, uniform(2, 8))))])
    apart = reach_of(evaluation, y, [Moved(((0, uniform(1, 3)), (1, uniform(2, 5))))])

    assert shared is not None
    assert apart is not None
    assert (False, True) == (shared.exact, apart.exact)


def test_a_range_without_end_is_infinite() -> None:
    """A normal input has no ends, and so has what rises with it."""
    evaluation, (_, z) = simple()
    reach = reach_of(evaluation, z, [Moved(((1, Distribution("normal", (Fraction(3), Fraction(1)))),))])

    assert reach is not None
    assert (float("-inf"), float("inf"), False) == (reach.low, reach.high, reach.exact)


def test_samples_lie_in_the_exact_range() -> None:
    """Float samples of the kernel stay in the exact range, to rounding."""
    evaluation, (y, _) = simple()
    parts = (uniform(1, 3), uniform(2, 5), uniform(2, 8))
    reach = reach_of(evaluation, y, [Moved(((p, d),)) for p, d in enumerate(parts)])
    random = np.random.default_rng(1).random((3, 10_000))
    columns = np.array([[float(e) for e in d.parameters] for d in parts])
    values = kernel(compile_tape(evaluation, (y,), (0, 1, 2)), "numpy")(
        columns[:, :1] + (columns[:, 1:] - columns[:, :1]) * random
    )

    assert reach is not None
    assert float(reach.low) * (1 - 1e-12) <= values.min()
    assert values.max() <= float(reach.high) * (1 + 1e-12)


def test_swings_are_exact_values_at_percentiles() -> None:
    """The swing of an input is the output at its 10th and 90th percentile, others at their values."""
    evaluation, outputs = simple()
    moved = [Moved(((0, uniform(0, 10)),)), Moved(((1, uniform(0, 20)),))]
    found = swings(centred(evaluation, moved), outputs, moved)

    assert [(Fraction(3, 4), Fraction(243, 4)), (Fraction(2), Fraction(18))] == [
        (s.at_low, s.at_high) for s in found[0]
    ]
    assert [(Fraction(-2), Fraction(-18)), (Fraction(-2), Fraction(-34))] == [(s.at_low, s.at_high) for s in found[1]]


def test_shares_are_those_of_elasticity_times_relative_deviation() -> None:
    """Near its value the variance of a²b/c splits as 4 : 1 : 1 for inputs with the same relative deviation."""
    evaluation, outputs = simple()
    moved = [
        Moved(((p, Distribution("normal", (Fraction(v), Fraction(v, 100)))),)) for p, v in enumerate((2, 3, 4))
    ]  # fmt: skip

    assert [Fraction(4, 6), Fraction(1, 6), Fraction(1, 6)] == shares(centred(evaluation, moved), outputs[:1], moved)[0]


def test_shares_by_steps_are_the_exact_ones() -> None:
    """Small steps of the kernel give the shares that exact derivatives give, also for inputs that move as one."""
    evaluation, outputs = simple()
    moved = [Moved(((0, uniform(1, 3)), (2, uniform(2, 8)))), Moved(((1, uniform(2, 5)),))]
    at = centred(evaluation, moved)
    variables = [Variable("ac", ((0, uniform(1, 3)), (2, uniform(2, 8)))), Variable("b", ((1, uniform(2, 5)),))]
    tape = compile_tape(evaluation, outputs, (0, 1, 2))
    deviations = [[deviation(d) for _, d in v.columns] for v in variables]
    found = shares_by_steps(kernel(tape, "numpy"), variables, [Fraction(v) for v in (2, 3, 4)], deviations)

    for mine, true in zip(found, shares(at, outputs, moved), strict=True):
        assert [float(x or 0) for x in mine] == [pytest.approx(float(x or 0), rel=1e-4) for x in true]


def test_shares_by_steps_are_unknown_at_a_kink() -> None:
    """Where the two sides differ there is no derivative, and no share is made up."""
    small = Small()
    a, b = small.input(Fraction(2)), small.input(Fraction(2))
    small.cell(small.dag.node("min", a, b))
    tape = compile_tape(Evaluation(small.program()), (2,), (0, 1))
    variables = [Variable(n, ((k, uniform(1, 3)),)) for k, n in enumerate("ab")]
    found = shares_by_steps(kernel(tape, "numpy"), variables, [Fraction(2)] * 2, [[Fraction(1)]] * 2)

    assert [[None, None]] == found


def test_an_input_without_value_stands_at_its_median() -> None:
    """Where nobody gives a value, the others are moved around the median of the distribution."""
    small = Small()
    a, b = small.input(None), small.input(Fraction(3))
    small.cell(small.dag.mul(a, b))
    moved = [Moved(((0, uniform(2, 6)),)), Moved(((1, uniform(0, 10)),))]
    evaluation = centred(Evaluation(small.program()), moved)

    swing = swings(evaluation, [2], moved)[0][1]

    assert (Fraction(4), Fraction(36), Fraction(32)) == (swing.at_low, swing.at_high, swing.width)


@pytest.mark.parametrize("size", [50, 400])
def test_a_model_too_large_for_exact_intervals_has_no_range(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a stated effort no range is looked for, and none is made up."""
    monkeypatch.setattr("bullwhip.sweep.ranges._EFFORT", 300)
    small = Small()
    inputs = [small.input(Fraction(1)) for _ in range(2)]
    node = inputs[0]
    for _ in range(size):
        node = small.dag.add(small.dag.mul(node, inputs[1]), inputs[0])
    small.cell(node)
    reach = reach_of(Evaluation(small.program()), 2, [Moved(((p, uniform(1, 2)),)) for p in range(2)])

    assert (size == 50) == (reach is not None)
