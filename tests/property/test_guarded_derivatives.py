"""Derivatives of parts that a condition guards: nothing that is not taken needs a value."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.errors import PropagationError
from bullwhip.propagate import Evaluation
from random_programs import SMALL, Drawn, Small, reverse, slope, value_of


def guarded(x: int, y: int) -> Evaluation:
    """Return where(y <= 0, 0, 3 * (x / y)) at x and y."""
    small = Small()
    a, b = small.input(Fraction(x)), small.input(Fraction(y))
    share = small.cell(small.dag.div(a, b))
    zero = small.dag.num(0)
    small.cell(small.dag.select("<=", b, zero, zero, small.dag.mul(small.dag.num(3), share)))
    return Evaluation(small.program())


@pytest.mark.parametrize(("at", "expected"), [((5, 0), {0: 0, 1: 0}), ((8, 2), {0: Fraction(3, 2), 1: -6})])
def test_a_guarded_quotient_has_a_derivative_on_both_sides(at: tuple[int, int], expected: dict[int, Fraction]) -> None:
    """Where the guard holds it is 0, and no division by zero."""
    assert reverse(guarded(*at), 3, [0, 1]) == expected


def test_a_guard_around_a_guard_is_minded() -> None:
    """The outer condition protects the quotient; the inner one says something else."""
    small = Small()
    x, y = small.input(Fraction(1)), small.input(Fraction(0))
    dag = small.dag
    inner = dag.select("<", x, dag.num(2), dag.div(x, y), x)
    small.cell(dag.select("<=", y, dag.num(0), x, dag.mul(inner, inner)))

    assert reverse(Evaluation(small.program()), 2, [0, 1]) == {0: 1, 1: 0}


def test_what_one_use_guards_another_may_need() -> None:
    """A quotient that is also used outside of its guard is undefined there, and so is its derivative."""
    small = Small()
    x, y = small.input(Fraction(1)), small.input(Fraction(0))
    dag = small.dag
    share = dag.div(x, y)
    small.cell(dag.add(dag.select("<=", y, dag.num(0), dag.num(0), share), share))

    with pytest.raises(PropagationError, match="BW401"):
        reverse(Evaluation(small.program()), 2, [0, 1])


@st.composite
def guarded_programs(draw: st.DrawFn) -> Drawn:
    """Draw a program whose quotients, roots and logarithms stand behind conditions, some of them shared."""
    small = Small()
    dag = small.dag
    zero = dag.num(0)
    pool = [small.input(draw(SMALL)) for _ in range(draw(st.integers(2, 3)))]
    for _ in range(draw(st.integers(2, 6))):
        x, y, other = (draw(st.sampled_from(pool)) for _ in range(3))
        part = draw(st.sampled_from(("x/y", "x/y", "y^-2", "x*y", "x+y", "min")))
        broken = {
            "x/y": lambda x, y: dag.div(x, y),
            "y^-2": lambda x, y: dag.pow(y, Fraction(-2)),
            "x*y": lambda x, y: dag.mul(x, dag.div(x, y)),
            "x+y": lambda x, y: dag.add(x, y),
            "min": lambda x, y: dag.node("min", x, dag.div(x, y)),
        }[part](x, y)
        if draw(st.booleans()):
            broken = small.cell(broken)
        if draw(st.booleans()):
            broken = dag.add(dag.mul(broken, x), broken)
        guard = draw(st.sampled_from(("y <= 0", "0 < y", "not y < 0")))
        if guard == "y <= 0":
            node = dag.select("<=", y, zero, other, broken)
        elif guard == "0 < y":
            node = dag.select("<", zero, y, broken, other)
        else:
            node = dag.select("<", y, zero, broken, dag.select("<=", y, zero, x, other))
        pool.append(small.cell(node) if draw(st.booleans()) else node)
    small.cell(dag.add(*pool[-2:]))
    return small.program(), len(small.cells) - 1


@given(guarded_programs())
def test_guarded_derivatives_agree_forward_and_in_reverse(drawn: Drawn) -> None:
    """Wherever the value exists, the reverse pass exists; away from ties it equals the forward one."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    inputs = evaluation.inputs(output)
    nodes, values = program.dag.nodes, evaluation.values
    bends = [nodes[i] for i in evaluation.cone((program.cells[output].node,)) if nodes[i][0] in ("<", "<=", "min")]

    found = reverse(evaluation, output, inputs)

    assert None not in found.values()
    if all(values[b[1]] != values[b[2]] for b in bends):
        assert found == {p: slope(evaluation, output, p) for p in inputs}
