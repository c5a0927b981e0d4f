"""Second derivatives and cross elasticities obey the laws of calculus, on random programs.

Everything is compared as exact fractions: the forward pass behind the slopes, the adjoint of the adjoint in the graph,
SymPy differentiating the closed form twice, and differences of exact gradients.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag
from bullwhip.model.answer import Sensitivity
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import MAX_BITS
from bullwhip.propagate import Bend, Evaluation, bend, cross_elasticity_node, hessian_node, responses
from bullwhip.propagate.second import Moved
from bullwhip.workspace.curving import with_second_order
from random_programs import (
    RATIONAL,
    SMALL,
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
    slope,
    value_of,
)
from shipped import every_value, shipped

ONE = Fraction(1)


def by(evaluation: Evaluation, output: int, p: int, q: int, *, proportional: bool = False) -> Bend:
    """Return the second response of a cell to two inputs."""
    return bend(evaluation, output, {p: ONE}, {q: ONE}, proportional=proportional)


def in_graph(evaluation: Evaluation, output: int, p: int, q: int, *, proportional: bool = False) -> Fraction | None:
    """Return the same by the adjoint of the adjoint, evaluated on a copy of the graph."""
    program = evaluation.program
    graph = Dag(list(program.dag.nodes))
    make = cross_elasticity_node if proportional else hessian_node
    ends = [[program.cells[x].node] for x in (p, q)]
    node = make(graph, program.cells[output].node, ends[0], ends[1], evaluation.definition)
    assert node is not None
    copy = Evaluation(replace(program, dag=graph), evaluation.overrides, evaluation.variants)
    copy.run((node,))
    return copy.values[node]


@settings(max_examples=100)
@given(programs(RATIONAL, SMALL))
def test_forward_adjoint_and_symbolic_second_derivatives_agree(drawn: Drawn) -> None:
    """Every entry of the Hessian: the forward pass, the adjoint of the adjoint, and SymPy's derivative, twice."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    written = closed(evaluation, output)
    names = {cell: name for name, cell in written.symbols(program).items()}
    values = at(evaluation, written)
    for p, q in combinations_with_replacement(inputs_of(evaluation, output), 2):
        found = by(evaluation, output, p, q)
        symbols = [names.get(program.cells[x].quantity) for x in (p, q)]
        symbolic = Fraction(0)
        if None not in symbols:  # an input may cancel out of the written form
            twice = sympy.diff(written.sympy, *(sympy.Symbol(str(s), real=True) for s in symbols))
            symbolic = exact(twice, values)

        assert found.derivative == in_graph(evaluation, output, p, q) == symbolic
        assert not found.is_kink


@given(programs(RATIONAL, SMALL))
def test_the_hessian_is_symmetric(drawn: Drawn) -> None:
    """The order in which two drivers are taken does not matter, neither for derivatives nor for elasticities."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    for p, q in combinations_with_replacement(inputs_of(evaluation, output), 2):
        for proportional in (False, True):
            there = by(evaluation, output, p, q, proportional=proportional)

            assert there == by(evaluation, output, q, p, proportional=proportional)


@given(programs(RATIONAL, SMALL))
def test_a_cross_elasticity_is_the_change_of_an_elasticity(drawn: Drawn) -> None:
    """By derivatives: x y H / f less both elasticities multiplied; for one input twice, and the elasticity itself."""
    program, output = drawn
    evaluation = Evaluation(program)
    f = value_of(evaluation, output)
    assume(f != 0)
    for p, q in combinations_with_replacement(inputs_of(evaluation, output), 2):
        x, y = evaluation.given(p), evaluation.given(q)
        second, one, two = (
            by(evaluation, output, p, q).derivative,
            slope(evaluation, output, p),
            slope(evaluation, output, q),
        )
        assert x is not None
        assert y is not None
        assert second is not None
        assert one is not None
        assert two is not None
        expected = x * y * second / f - (x * one / f) * (y * two / f) + (x * one / f if p == q else 0)

        assert by(evaluation, output, p, q, proportional=True).elasticity == expected
        try:
            graph = in_graph(evaluation, output, p, q, proportional=True)
        except PropagationError:
            continue  # the form divides by an intermediate value that is zero here
        if x and y:
            assert graph == expected


@st.composite
def cubics(draw: st.DrawFn) -> tuple[CompiledProgram, int]:
    """Draw a polynomial of the third degree in two inputs, each monomial in a cell of its own."""
    small = Small()
    x, y = small.input(draw(SMALL)), small.input(draw(SMALL))
    terms = []
    for i in range(4):
        for j in range(4 - i):
            factors = (small.dag.num(draw(SMALL)), small.dag.pow(x, Fraction(i)), small.dag.pow(y, Fraction(j)))
            terms.append(small.cell(small.dag.mul(*factors)))
    small.cell(small.dag.add(*terms))
    return small.program(), len(small.cells) - 1


@given(cubics(), st.fractions(min_value=Fraction(1, 9), max_value=9, max_denominator=9))
def test_central_differences_of_gradients_are_exact_for_cubics(drawn: Drawn, h: Fraction) -> None:
    """The gradient of a cubic is quadratic, so no step is too large."""
    program, output = drawn
    evaluation = Evaluation(program)
    for p in (0, 1):
        x = evaluation.given(p)
        assert x is not None
        ends = [Evaluation(program, {p: x + side * h}) for side in (1, -1)]
        for q in (0, 1):
            above, below = (slope(e, output, q) for e in ends)
            assert above is not None
            assert below is not None

            assert (above - below) / (2 * h) == by(evaluation, output, p, q).derivative


@given(homogeneous())
def test_euler_holds_to_the_second_order(drawn: tuple[CompiledProgram, int, Fraction]) -> None:
    """Of degree k: x'Hx is k (k - 1) f, Hx is k - 1 times the gradient, and the logarithm is straight; at kinks too."""
    program, output, degree = drawn
    evaluation = Evaluation(program)
    value = value_of(evaluation, output)
    inputs = inputs_of(evaluation, output)
    given_at = {p: evaluation.given(p) or Fraction(0) for p in inputs}
    ray: Moved = given_at
    along = bend(evaluation, output, ray, ray, proportional=False)
    relative = bend(evaluation, output, dict.fromkeys(inputs), dict.fromkeys(inputs), proportional=True)

    assert along.derivative == degree * (degree - 1) * value
    assert relative.derivative == degree**2 * value
    if value:
        assert relative.elasticity == 0
    if has_tie(evaluation, output):
        return
    for p in inputs:
        first = slope(evaluation, output, p)
        assert first is not None
        entries = [by(evaluation, output, p, q).derivative for q in inputs]

        assert (degree - 1) * first == sum(
            (given_at[q] * e for q, e in zip(inputs, entries, strict=True) if e is not None), Fraction(0)
        )


@st.composite
def bent(draw: st.DrawFn) -> Drawn:
    """Draw a function of one input that is quadratic in pieces."""
    small = Small()
    x = small.input(draw(WHOLE))
    square = small.dag.mul(x, x)
    pool = [x, square, small.dag.add(square, small.dag.neg(x)), small.dag.num(0), small.dag.num(1)]
    for _ in range(draw(st.integers(1, 5))):
        a, b = draw(st.sampled_from(pool)), draw(st.sampled_from(pool))
        operation = draw(st.sampled_from(("+", "-", "min", "max", "abs", "<", "<=")))
        if operation in ("+", "-"):
            node = small.dag.add(a, b if operation == "+" else small.dag.neg(b))
        elif operation == "abs":
            node = small.dag.node("abs", a)
        elif operation in ("<", "<="):  # continuous: the branches meet where the condition switches
            node = small.dag.select(operation, a, b, small.dag.add(x, a), small.dag.add(x, b))
        else:
            node = small.dag.node(operation, a, b)
        pool.append(small.cell(node))
    small.cell(pool[-1])
    return small.program(), len(small.cells) - 1


@settings(max_examples=200)
@given(bent())
def test_at_a_kink_each_side_has_the_second_derivative_of_its_piece(drawn: Drawn) -> None:
    """Pieces are quadratic, so second differences over a small step are exact; an absent one is at a tie."""
    program, output = drawn
    evaluation = Evaluation(program)
    value = value_of(evaluation, output)
    assume(evaluation.inputs(output) == [0])
    x = evaluation.given(0)
    assert x is not None
    found = by(evaluation, output, 0, 0)
    first = responses(evaluation, (output,), {0: ONE}, proportional=False)[output]
    for side, curve in ((1, found.right), (-1, found.left)):
        h = side * Fraction(1, 10**9)
        near, far = (value_of(Evaluation(program, {0: x + k * h}), output) for k in (1, 2))
        if curve.derivative is None:
            assert has_tie(evaluation, output)
        else:
            assert curve.derivative == (far - 2 * near + value) / h**2
    if first.is_kink or found.right != found.left:
        assert found.derivative is None


@pytest.mark.parametrize(("operation", "right", "left"), [("min", 0, 2), ("max", 2, 0), ("abs", 2, -2)])
def test_the_bends_of_one_variable(operation: str, right: int, left: int) -> None:
    """At 0: min(x² + x, 0), max(x² + x, 0), |x² + x|: the second derivative is that of the side."""
    small = Small()
    x = small.input(Fraction(0))
    inner = small.dag.add(small.dag.mul(x, x), x)
    small.cell(
        small.dag.node("abs", inner) if operation == "abs" else small.dag.node(operation, inner, small.dag.num(0))
    )
    found = by(Evaluation(small.program()), 1, 0, 0)

    assert found.right.derivative == right
    assert found.left.derivative == left
    assert found.derivative is None


def test_two_drivers_that_meet_at_a_kink_have_no_mixed_derivative() -> None:
    """At x = y, max(x, y) has none by x and y; max(x, 0) * y has one to each side of x."""
    small = Small()
    x, y = small.input(Fraction(0)), small.input(Fraction(0))
    small.cell(small.dag.node("max", x, y))
    small.cell(small.dag.mul(small.dag.node("max", x, small.dag.num(0)), y))
    evaluation = Evaluation(small.program())
    apart = by(evaluation, 3, 0, 1)

    assert by(evaluation, 2, 0, 1).derivative is None
    assert [apart.right.derivative, apart.left.derivative, apart.derivative] == [Fraction(1), Fraction(0), None]


def test_an_unknown_coefficient_leaves_cross_elasticities_known() -> None:
    """With c unknown, c x² / y has no Hessian, and its elasticities change with nothing."""
    small = Small()
    c, x, y = small.input(None), small.input(Fraction(3)), small.input(Fraction(5))
    small.cell(small.dag.div(small.dag.mul(c, small.dag.pow(x, Fraction(2))), y))
    evaluation = Evaluation(small.program())
    for p, q in combinations_with_replacement((0, 1, 2), 2):
        assert by(evaluation, 3, p, q, proportional=True).elasticity == 0
    assert by(evaluation, 3, 1, 2).derivative is None
    assert by(evaluation, 3, 0, 0).derivative == 0
    assert by(evaluation, 3, 0, 1).derivative == Fraction(6, 5)


def test_exponentials_and_logarithms_bend_as_calculus_says() -> None:
    """exp(x y) and log(x y) at 1 and 1, where exp is e and all factors are whole."""
    small = Small()
    x, y = small.input(Fraction(1)), small.input(Fraction(1))
    product = small.dag.mul(x, y)
    small.cell(small.dag.node("exp", product))
    small.cell(small.dag.node("log", product))
    evaluation = Evaluation(small.program())
    e = evaluation.value(2)
    assert e is not None

    assert by(evaluation, 2, 0, 0).derivative == e
    assert by(evaluation, 2, 0, 1).derivative == 2 * e
    assert by(evaluation, 3, 0, 0).derivative == -1
    assert by(evaluation, 3, 0, 1).derivative == 0


def test_what_was_rounded_on_the_way_is_not_told_as_exact() -> None:
    """The second derivative of exp(x) at 1 is e to 60 digits, that of x^2 is 2; only the latter has an exact text."""
    small = Small()
    x = small.input(Fraction(1))
    small.cell(small.dag.node("exp", x))
    small.cell(small.dag.pow(x, Fraction(2)))
    evaluation = Evaluation(small.program())
    still = Sensitivity("q.n2", (), None, "1", "q.n1", (), "1", None, None, None, None, "", "", {}, "base")
    found = with_second_order(evaluation, (1, 2), [], [still, still], forms=False)

    assert [None, "2"] == [entry.as_dict()["derivative_exact"] for s in found for entry in s.second or ()]


def test_second_derivatives_stay_short() -> None:
    """Of thirty nested quotients it has 55,591 bits at 22/7; it is kept to 60 digits, and says so."""
    small = Small()
    y = small.input(Fraction(22, 7))
    for k in range(30):
        above = small.dag.add(small.dag.mul(y, y), small.dag.num(Fraction(1, k + 3)))
        y = small.dag.div(above, small.dag.add(y, small.dag.num(Fraction(7, 3))))
    small.cell(y)
    found = by(Evaluation(small.program()), 1, 0, 0)

    assert not found.exact
    assert found.derivative is not None
    assert found.derivative.denominator.bit_length() < MAX_BITS


def test_the_second_order_of_the_chain_by_hand() -> None:
    """Accelerators go with 1 / utilization: twice their number over its square. Cooling is linear in penetration."""
    (count,) = shipped().sensitivity("accelerator.count[chip=a100_sxm]", ["training.utilization"], second=True)
    (market,) = shipped().sensitivity("cooling.market", ["cooling.liquid_penetration"], second=True)
    assert count.second is not None
    assert market.second is not None
    value = shipped().demand("accelerator.count[chip=a100_sxm]").value
    assert value is not None

    assert count.second[0].derivative == 2 * value / Fraction("0.3") ** 2
    assert count.second[0].elasticity == 0
    assert [market.second[0].derivative, market.second[0].elasticity] == [Fraction(0), Fraction(20, 81)]


def test_second_order_closed_forms_give_their_numbers() -> None:
    """On the shipped chain the forms, as text that SymPy reads, evaluate to the numbers beside them."""
    workspace = shipped()
    drivers = ["model.vendors", "server.gpu_cost_share", "accelerator.price[chip=a100_sxm]"]
    found = workspace.sensitivity("server.market", drivers, second=True)
    values = every_value(workspace)
    for answer in found:
        assert answer.second is not None
        assert [s.driver for s in answer.second] == [a.driver for a in found]
        for entry in answer.second:
            numbers = {s: value for s, n in entry.symbols.items() if (value := values[n]) is not None}

            assert exact(read(entry.derivative_form, numbers), numbers) == entry.derivative
            assert exact(read(entry.elasticity_form, numbers), numbers) == entry.elasticity
