"""Derivatives, elasticities and closed forms obey the laws of calculus, on random programs.

Everything is compared as exact fractions. Three ways to a derivative are set beside each other: the engine's forward
pass, its reverse pass, and SymPy on the closed form; a fourth, the difference quotient, needs no calculus at all.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag
from bullwhip.model.codec import encode
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation, elasticity_node, responses
from random_programs import (
    PIECES,
    RATIONAL,
    SMALL,
    STEP,
    WHOLE,
    Drawn,
    Small,
    at,
    closed,
    exact,
    has_tie,
    homogeneous,
    inputs_of,
    programs,
    read,
    reverse,
    slope,
    value_of,
)


@given(programs(RATIONAL, SMALL))
def test_forward_reverse_and_symbolic_derivatives_agree(drawn: Drawn) -> None:
    """One number by one input: the forward pass, the reverse pass and SymPy's derivative of the closed form."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    inputs = inputs_of(evaluation, output)
    written = closed(evaluation, output)
    names = {name: cell for cell, name in written.symbols(program).items()}
    values = at(evaluation, written)
    forward = {p: slope(evaluation, output, p) for p in inputs}

    symbolic = dict.fromkeys(inputs, Fraction(0))
    for p in inputs:
        name = names.get(program.cells[p].quantity)
        if name is not None:  # an input may cancel out of the written form
            symbolic[p] = exact(sympy.diff(written.sympy, sympy.Symbol(name, real=True)), values)

    assert forward == reverse(evaluation, output, inputs)
    assert forward == symbolic


@given(programs(RATIONAL, SMALL, 4), st.data())
def test_difference_quotients_tend_to_the_derivative(drawn: Drawn, data: st.DataObject) -> None:
    """Richardson's extrapolation of central differences at 1e-15 is within 1e-30 of the derivative."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    moved = data.draw(st.sampled_from(inputs_of(evaluation, output)))
    x = evaluation.given(moved)
    assert x is not None

    def central(h: Fraction) -> Fraction:
        above, below = (value_of(Evaluation(program, {moved: x + s * h}), output) for s in (1, -1))
        return (above - below) / (2 * h)

    derivative = slope(evaluation, output, moved)

    assert derivative is not None
    assert abs((4 * central(STEP / 2) - central(STEP)) / 3 - derivative) <= STEP**2 * (1 + abs(derivative))


@given(programs(RATIONAL, SMALL))
def test_an_elasticity_is_the_derivative_times_x_over_f(drawn: Drawn) -> None:
    """Forward and as a graph; where the value is zero there is none."""
    program, output = drawn
    evaluation = Evaluation(program)
    f = value_of(evaluation, output)
    assume(f != 0)
    graph = Dag(list(program.dag.nodes))
    copy = Evaluation(replace(program, dag=graph))

    for p in inputs_of(evaluation, output):
        x, derivative = evaluation.given(p), slope(evaluation, output, p)
        assert x is not None
        assert derivative is not None
        node = elasticity_node(graph, program.cells[output].node, {program.cells[p].node}, evaluation.definition)
        forward = responses(evaluation, (output,), {p: None}, proportional=True)[output]

        assert (forward.derivative, forward.elasticity) == (derivative * x, derivative * x / f)
        assert node is not None
        try:
            copy.run((node,))
        except PropagationError:
            continue  # the form divides by an intermediate sum that is zero here
        if x != 0:
            assert copy.values[node] == derivative * x / f


@given(programs((*RATIONAL, *PIECES, "floor", "ceil"), SMALL))
def test_a_closed_form_is_the_value_step_by_step(drawn: Drawn) -> None:
    """The expression, its text as SymPy reads it, and the form in named steps all evaluate to the program's value."""
    program, output = drawn
    evaluation = Evaluation(program)
    value = value_of(evaluation, output)
    written, steps = closed(evaluation, output), closed(evaluation, output, limit=0)
    values = at(evaluation, written)

    assert exact(written.sympy, values) == value
    assert exact(read(written.text, values), values) == value
    given_at = {program.cells[p].quantity: evaluation.given(p) for p in evaluation.inputs(output)}
    known = {s: v for s, name in steps.symbols(program).items() if (v := given_at.get(name)) is not None}
    for line in steps.text.splitlines():
        name, equals, text = line.rpartition(" = ")
        try:
            last = exact(read(text, steps.symbols(program)), known)
        except ZeroDivisionError:
            continue  # a branch that is not taken
        if equals:
            known[name] = last
    assert last == value


@given(programs((*RATIONAL, *PIECES), SMALL))
def test_between_kinks_forward_and_reverse_agree(drawn: Drawn) -> None:
    """Away from ties, min, max, abs and conditions are as smooth as the branch they take."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    assume(not has_tie(evaluation, output))
    inputs = inputs_of(evaluation, output)
    try:
        backward = reverse(evaluation, output, inputs)
    except PropagationError:
        assume(False)  # a branch that is not taken has no value, and so no graph of its derivative

    assert {p: slope(evaluation, output, p) for p in inputs} == backward


@settings(max_examples=200)
@given(programs(PIECES, WHOLE, 8), st.data())
def test_at_a_kink_each_side_is_its_difference_quotient(drawn: Drawn, data: st.DataObject) -> None:
    """Pieces are straight, so a small step gives the one-sided derivative exactly; a condition may say unknown."""
    program, output = drawn
    evaluation = Evaluation(program)
    value = value_of(evaluation, output)
    direction = {p: Fraction(data.draw(st.sampled_from((1, -1, 2)))) for p in inputs_of(evaluation, output)}
    response = responses(evaluation, (output,), direction, proportional=False)[output]
    kinds = {program.dag.nodes[i][0] for i in evaluation.cone((program.cells[output].node,))}

    for side, found in ((1, response.right.derivative), (-1, response.left.derivative)):
        h = side * Fraction(1, 10**7)
        moved = {p: program.given[p].value + h * speed for p, speed in direction.items()}
        if found is None:
            assert kinds & {"<", "<="}
            assert has_tie(evaluation, output)
        else:
            assert found == (value_of(Evaluation(program, moved), output) - value) / h


@pytest.mark.parametrize(
    ("operation", "right", "left"),
    [("min", 0, 1), ("max", 1, 0), ("abs", 1, -1), ("<=", 1, 0), ("<", 1, 0)],
)
def test_the_kinks_of_one_variable(operation: str, right: int, left: int) -> None:
    """At 0: min(x, 0), max(x, 0), |x|, and x where 0 < x, else 0."""
    small = Small()
    x, zero = small.input(Fraction(0)), small.dag.num(0)
    if operation in ("<", "<="):
        node = small.dag.select(operation, zero, x, x, zero)
    else:
        node = small.dag.node(operation, x) if operation == "abs" else small.dag.node(operation, x, zero)
    small.cell(node)
    evaluation = Evaluation(small.program())
    response = responses(evaluation, (1,), {0: Fraction(1)}, proportional=False)[1]

    assert response.right.derivative == right
    assert response.left.derivative == left
    assert response.is_kink
    assert response.derivative is None


def test_a_condition_that_touches_its_switching_point_is_not_guessed() -> None:
    """0 where x*x <= 0, else x: the first derivative of x*x says nothing of which branch comes next."""
    small = Small()
    x, zero = small.input(Fraction(0)), small.dag.num(0)
    small.cell(small.dag.select("<=", small.dag.mul(x, x), zero, zero, x))
    evaluation = Evaluation(small.program())
    response = responses(evaluation, (1,), {0: Fraction(1)}, proportional=False)[1]

    assert response.right.derivative in (None, 1)
    assert response.left.derivative in (None, 1)


@st.composite
def monomials(draw: st.DrawFn) -> tuple[CompiledProgram, int, dict[int, Fraction]]:
    """Draw a product of powers of inputs, some of them unknown, with the exponent of each input."""
    small = Small()
    pool: list[tuple[int, dict[int, Fraction]]] = []
    for p in range(draw(st.integers(1, 4))):
        value = draw(st.none() | st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9))
        pool.append((small.input(value), {p: Fraction(1)}))
    for _ in range(draw(st.integers(1, 6))):
        (a, left), (b, right) = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        operation = draw(st.sampled_from(("*", "/", "^", "scale")))
        exponent = Fraction(draw(st.sampled_from((-1, 2, 3))))
        sign = {"*": 1, "/": -1}.get(operation, 0)
        if operation == "^":
            node, powers = small.dag.pow(a, exponent), {p: e * exponent for p, e in left.items()}
        elif operation == "scale":
            node, powers = small.dag.mul(small.dag.num(Fraction(7, 3)), a), left
        else:
            node = small.dag.mul(a, b) if sign > 0 else small.dag.div(a, b)
            powers = {p: left.get(p, Fraction(0)) + sign * right.get(p, Fraction(0)) for p in left | right}
        pool.append((small.cell(node), powers))
    small.cell(pool[-1][0])
    return small.program(), len(small.cells) - 1, pool[-1][1]


@given(monomials())
def test_the_elasticity_of_a_monomial_is_its_exponent_known_or_not(
    drawn: tuple[CompiledProgram, int, dict[int, Fraction]],
) -> None:
    """An unknown coefficient leaves the value unknown and every elasticity known, as a constant of the graph."""
    program, output, exponents = drawn
    evaluation = Evaluation(program)
    graph = Dag(list(program.dag.nodes))
    inputs = evaluation.inputs(output)

    assert (evaluation.value(output) is None) == any(evaluation.given(p) is None for p in inputs)
    for p in inputs:
        found = responses(evaluation, (output,), {p: None}, proportional=True)[output]
        node = elasticity_node(graph, program.cells[output].node, {program.cells[p].node}, evaluation.definition)

        assert found.elasticity == exponents[p]
        assert node is not None
        assert graph.constant(node) == exponents[p]


@given(homogeneous())
def test_euler_holds_for_homogeneous_functions(drawn: tuple[CompiledProgram, int, Fraction]) -> None:
    """When all inputs grow alike, a function of degree k grows k times as fast, even at a kink."""
    program, output, degree = drawn
    evaluation = Evaluation(program)
    value = value_of(evaluation, output)
    moved: dict[int, Fraction | None] = dict.fromkeys(inputs_of(evaluation, output))
    found = responses(evaluation, (output,), moved, proportional=True)[output]

    assert found.right.derivative == found.left.derivative == degree * value
    if value:
        assert found.elasticity == degree


@given(programs((*RATIONAL, *PIECES), SMALL), st.data())
def test_an_overridden_cell_is_cut(drawn: Drawn, data: st.DataObject) -> None:
    """A cell set to its own value changes no value; it rests on nothing but itself and no longer answers its inputs."""
    program, output = drawn
    evaluation = Evaluation(program)
    before = value_of(evaluation, output)
    inputs = inputs_of(evaluation, output)
    cut = data.draw(st.sampled_from([p for p, c in enumerate(program.cells) if c.definition >= 0]))
    kept = value_of(evaluation, cut)
    held = Evaluation(program, {cut: kept})

    assert value_of(held, output) == before
    assert held.inputs(cut) == [cut]
    assert Evaluation(program, {cut: kept + 1}).value(cut) == kept + 1
    assert [slope(held, cut, p) for p in inputs if p != cut] == [0 for p in inputs if p != cut]


@given(programs((*RATIONAL, *PIECES), SMALL), st.lists(SMALL, min_size=2, max_size=2))
def test_scenarios_leave_no_trace(drawn: Drawn, other: list[Fraction]) -> None:
    """A, then B, then A again gives A again, derivatives and forms included; the program stays the same to the byte."""
    program, output = drawn
    bytes_before = json.dumps(encode(program))

    def outcome(overrides: dict[int, Fraction]) -> object:
        evaluation = Evaluation(program, overrides)
        try:
            value = evaluation.value(output)
        except PropagationError as error:
            return [p.code for p in error.problems]
        answers = responses(evaluation, (output,), dict.fromkeys(evaluation.inputs(output)), proportional=True)
        return value, answers[output], closed(evaluation, output).text

    first = outcome({})
    for value in other:
        outcome({0: value, output: value})
        outcome({0: value})

    assert outcome({}) == first
    assert json.dumps(encode(program)) == bytes_before
