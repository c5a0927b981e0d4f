"""Derivatives, elasticities and closed forms obey the laws of calculus, on random programs and on the shipped chain.

Everything is compared as exact fractions. Three ways to a derivative are set beside each other: the engine's forward
pass, its reverse pass, and SymPy on the closed form; a fourth, the difference quotient, needs no calculus at all.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag, arguments
from bullwhip.model.chain import Chain
from bullwhip.model.codec import encode
from bullwhip.model.label import Label
from bullwhip.model.program import Cell, CompiledProgram, Given, Header
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.propagate import Evaluation, Form, elasticity_node, form, gradient, responses

CHIPS = ("a100_sxm", "h100_sxm", "gh200")
FAMILIES = ("multimodal", "language")
YEARS = (2023, 2024, 2025, 2026, 2027)

# -- small programs -------------------------------------------------------------------------------------------------


@dataclass
class Small:
    """A program under construction, one cell at a time."""

    dag: Dag = field(default_factory=Dag)
    cells: list[Cell] = field(default_factory=list)
    given: dict[int, Given] = field(default_factory=dict)

    def cell(self, definition: int) -> int:
        """Add a cell, an input where the definition is -1, and return its node."""
        node = self.dag.cell(len(self.cells))
        self.cells.append(Cell(f"q.n{len(self.cells)}", (), None, node, definition))
        return node

    def input(self, value: Fraction | None) -> int:
        """Add an input and return its node; None is an unknown one."""
        if value is not None:
            self.given[len(self.cells)] = Given(value, (), "")
        return self.cell(-1)

    def program(self) -> CompiledProgram:
        """Return the program as the compiler would."""
        quantities = {c.quantity: declaration(c) for c in self.cells}
        header = Header("small", Label(), (), 0, ())
        factors = dict.fromkeys(quantities, Fraction(1))
        return CompiledProgram(
            "", header, {}, quantities, factors, self.dag, tuple(self.cells), self.given, (), {}, (), (), (),
            Chain((), (), (), (), ()),
        )  # fmt: skip


def declaration(cell: Cell) -> Quantity:
    """Return the declaration of a cell of a small program."""
    return Quantity(
        id=cell.quantity, label=Label(), unit="1", kind="stock", dimensions=(), timed=False, where=(), since=None,
        until=None, given=(), low=None, high=None, expression="" if cell.definition < 0 else "…", variants=(),
        edge=None, tier="", measure="", primary=False, note="", source="", file="", line=1, written=(1, 1, "…"),
    )  # fmt: skip


Values = st.SearchStrategy[Fraction]
Drawn = tuple[CompiledProgram, int]
"""A program and the cell to look at."""

SMALL = st.fractions(min_value=-4, max_value=4, max_denominator=5)
WHOLE = st.sampled_from((0, 1, -1)).map(Fraction)
RATIONAL = ("+", "-", "*", "*", "/", "^", "neg")
PIECES = ("+", "-", "scale", "neg", "min", "max", "abs", "<", "<=", "bend <", "bend <=")


@st.composite
def programs(draw: st.DrawFn, operations: tuple[str, ...], values: Values, steps: int = 6) -> Drawn:
    """Draw a program: inputs first, then cells that read any earlier nodes; return it with its last cell."""
    small = Small()
    pool = [small.input(draw(values)) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, steps))):
        node = draw_node(draw, small, pool, draw(st.sampled_from(operations)), values)
        pool.append(small.cell(node) if draw(st.booleans()) else node)
    small.cell(pool[-1])
    return small.program(), len(small.cells) - 1


def draw_node(draw: st.DrawFn, small: Small, pool: list[int], operation: str, values: Values) -> int:
    """Return a new node over nodes of the pool and constants."""
    dag = small.dag

    def argument() -> int:
        return draw(st.sampled_from(pool)) if draw(st.integers(0, 3)) else dag.num(draw(values))

    if operation == "^":
        return dag.pow(draw(st.sampled_from(pool)), Fraction(draw(st.sampled_from((-2, -1, 2, 3)))))
    if operation == "neg":
        return dag.neg(draw(st.sampled_from(pool)))
    if operation == "scale":
        return dag.mul(dag.num(draw(values)), draw(st.sampled_from(pool)))
    if operation in ("<", "<="):
        return dag.select(operation, argument(), argument(), argument(), argument())
    if operation in ("abs", "floor", "ceil"):
        return dag.node(operation, draw(st.sampled_from(pool)))
    first, second = draw(st.sampled_from(pool)), argument()
    if operation == "+":
        return dag.add(first, second)
    if operation == "-":
        return dag.add(first, dag.neg(second))
    if operation.startswith("bend"):  # continuous: the branches meet where the condition switches
        base = draw(st.sampled_from(pool))
        gap = dag.add(first, dag.neg(second))
        return dag.select(operation.removeprefix("bend "), first, second, dag.add(base, gap), base)
    if operation == "*":
        return dag.mul(first, second)
    return dag.div(first, second) if operation == "/" else dag.node(operation, first, second)


def value_of(evaluation: Evaluation, position: int) -> Fraction:
    """Return a cell's value; examples in which it is undefined or rounded on the way are passed over."""
    try:
        value = evaluation.value(position)
    except PropagationError:
        assume(False)
    assume(value is not None and not evaluation.inexact)
    return value if value is not None else Fraction(0)


def inputs_of(evaluation: Evaluation, position: int) -> list[int]:
    """Return the inputs that a cell depends on; examples without any are passed over."""
    found = evaluation.inputs(position)
    assume(found)
    return found


def slope(evaluation: Evaluation, position: int, by: int) -> Fraction | None:
    """Return the two-sided derivative of a cell by another, forward."""
    return responses(evaluation, (position,), {by: Fraction(1)}, proportional=False)[position].derivative


def reverse(evaluation: Evaluation, position: int, by: list[int]) -> dict[int, Fraction | None]:
    """Return the derivatives of a cell by others, in reverse, evaluated on a copy of the graph."""
    program = evaluation.program
    graph = Dag(list(program.dag.nodes))
    nodes = {p: program.cells[p].node for p in by}
    found = gradient(graph, program.cells[position].node, set(nodes.values()), evaluation.definition)
    copy = Evaluation(replace(program, dag=graph), evaluation.overrides, evaluation.variants)
    copy.run(found.values())
    return {p: copy.values[found[n]] for p, n in nodes.items()}


def closed(evaluation: Evaluation, position: int, limit: int = 2_000) -> Form:
    """Return a cell written out."""
    program = evaluation.program
    return form(program, program.dag, program.cells[position].node, evaluation.definition, limit)


def at(evaluation: Evaluation, written: Form) -> dict[str, Fraction]:
    """Return the values of the symbols of a form."""
    position = {index_text(c.quantity, c.index, c.period): p for p, c in enumerate(evaluation.program.cells)}
    values = {s: evaluation.value(position[name]) for s, name in written.symbols(evaluation.program).items()}
    return {s: v for s, v in values.items() if v is not None}


def exact(expression: Any, values: Mapping[str, Fraction]) -> Fraction:
    """Evaluate a SymPy expression in fractions, by its structure only."""
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_Rational:
        return Fraction(int(expression.p), int(expression.q))
    if expression.func is sympy.Piecewise:
        chosen = next(value for value, condition in expression.args if holds(condition, values))
        return exact(chosen, values)
    inner = [exact(a, values) for a in expression.args]
    if expression.is_Add:
        return sum(inner, Fraction(0))
    if expression.is_Mul:
        result = Fraction(1)
        for factor in inner:
            result *= factor
        return result
    if expression.is_Pow:
        assert inner[1].denominator == 1
        return Fraction(inner[0] ** int(inner[1]))
    return Fraction(FUNCTIONS[expression.func.__name__](*inner))


FUNCTIONS: dict[str, Any] = {
    "Min": min,
    "Max": max,
    "Abs": abs,
    "floor": lambda v: v // 1,
    "ceiling": lambda v: -(-v // 1),
    "sign": lambda v: (v > 0) - (v < 0),
}


def holds(condition: Any, values: Mapping[str, Fraction]) -> bool:
    """Return whether a SymPy condition holds."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.And | sympy.Or | sympy.Not):
        parts = [holds(a, values) for a in condition.args]
        return not parts[0] if isinstance(condition, sympy.Not) else CONNECTIVES[type(condition).__name__](parts)
    left, right = (exact(a, values) for a in condition.args)
    return COMPARISONS[condition.rel_op](left, right)


CONNECTIVES: dict[str, Callable[[list[bool]], bool]] = {"And": all, "Or": any}
COMPARISONS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def read(text: str, names: Mapping[str, object]) -> Any:
    """Return a form's text as SymPy reads it; the text is our own."""
    return parse_expr(text, local_dict={n: sympy.Symbol(n, real=True) for n in names})


# -- laws on random programs ----------------------------------------------------------------------------------------


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


STEP = Fraction(1, 10**15)


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


def has_tie(evaluation: Evaluation, position: int) -> bool:
    """Return whether a min, max, abs or condition on the way stands exactly at its switching point."""
    nodes, values = evaluation.program.dag.nodes, evaluation.values
    for i in evaluation.cone((evaluation.program.cells[position].node,)):
        node, below = nodes[i], [values[j] for j in arguments(nodes[i])]
        if node[0] in ("min", "max") and below.count(values[i]) > 1:
            return True
        if (node[0] == "abs" and below == [0]) or (node[0] in ("<", "<=") and below[0] == below[1]):
            return True
    return False


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


@st.composite
def homogeneous(draw: st.DrawFn) -> tuple[CompiledProgram, int, Fraction]:
    """Draw a homogeneous function of positive inputs, kinks included, and its degree."""
    small = Small()
    positive = st.fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)
    pool = [(small.input(draw(positive)), Fraction(1)) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, 7))):
        a, degree = draw(st.sampled_from(pool))
        b, other = draw(st.sampled_from(pool))
        same = draw(st.sampled_from([n for n, d in pool if d == degree]))
        operation = draw(st.sampled_from(("+", "-", "*", "/", "^", "min", "max", "abs", "<=")))
        if operation in ("+", "-"):
            node = small.dag.add(a, same if operation == "+" else small.dag.neg(same))
        elif operation in ("*", "/"):
            node = small.dag.mul(a, b) if operation == "*" else small.dag.div(a, b)
            degree = degree + other if operation == "*" else degree - other
        elif operation == "^":
            node, degree = small.dag.pow(a, Fraction(2)), 2 * degree
        elif operation == "<=":
            node = small.dag.select("<=", a, same, same, a)
        else:
            node = small.dag.node("abs", a) if operation == "abs" else small.dag.node(operation, a, same)
        pool.append((small.cell(node), degree))
    return small.program(), len(small.cells) - 1, pool[-1][1]


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


# -- laws on the shipped chain --------------------------------------------------------------------------------------


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
