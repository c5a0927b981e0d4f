"""Shapes that blow up closed forms are answered in named steps: the text grows with the graph, not with its paths."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest

from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.expr.tree import Binary, Expr, Negate, Number, Reference
from bullwhip.propagate import Evaluation, elasticity_node, form, gradient, responses
from bullwhip.propagate.forms import MAX_SIZE, Form
from random_programs import Small
from relations import last, workspace

SHAPES = ("diamond", "quotient", "min", "condition", "branch", "quadratic", "affine", "root", "step")


def chain(shape: str, length: int) -> Small:
    """Return a chain of cells in which each reads the one before it more than once."""
    small = Small()
    p, q, y = (small.input(Fraction(k, 4)) for k in (6, 5, 3))
    dag = small.dag
    for k in range(length):
        small_number = dag.num(Fraction(k + 1, length))
        node = {
            "diamond": lambda y: dag.add(dag.mul(y, p), dag.pow(y, Fraction(2))),
            "quotient": lambda y: dag.div(y, dag.add(p, y)),
            "min": lambda y: dag.node("min", dag.mul(y, p), dag.add(y, q), dag.mul(q, y)),
            "condition": lambda y: dag.select("<", y, dag.mul(p, small_number), dag.mul(y, q), dag.add(y, p)),  # noqa: B023
            "branch": lambda y: dag.select("<", p, small_number, dag.mul(y, q), dag.add(y, p)),  # noqa: B023
            "quadratic": lambda y: dag.add(dag.mul(y, y), small_number),  # noqa: B023
            "affine": lambda y: dag.add(dag.mul(y, p), small_number),  # noqa: B023
            "root": lambda y: dag.add(dag.mul(y, p), dag.pow(y, Fraction(1, 2))),
            "step": lambda y: dag.node("abs", dag.add(dag.node("floor", dag.mul(y, p)), dag.neg(y))),
        }[shape](y)
        y = small.cell(node)
    return small


def forms(small: Small, driver: int, limit: int = 2_000) -> tuple[Form, Form, Form | None]:
    """Return the forms of the last cell, of its derivative and of its elasticity by an input."""
    program = small.program()
    definition = Evaluation(program).definition
    output, by = small.cells[-1].node, {small.cells[driver].node}
    graph = Dag(list(program.dag.nodes))
    derivative = gradient(graph, output, by, definition)[small.cells[driver].node]
    relative = elasticity_node(graph, output, by, definition)
    others = [None if n is None else form(program, graph, n, definition, limit) for n in (derivative, relative)]
    assert others[0] is not None
    return form(program, program.dag, output, definition, limit), others[0], others[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_blown_up_form_is_answered_in_steps(shape: str) -> None:
    """Three hundred cells, whose form would have up to 2^300 parts, are answered within a second and 2 MB each."""
    start = time.process_time()
    for written in forms(chain(shape, 300), 0):
        if written is not None:
            assert len(written.text) < 2_000_000
            assert written.size <= MAX_SIZE
    assert time.process_time() - start < 3


@pytest.mark.parametrize("shape", SHAPES)
def test_latex_of_the_largest_closed_forms_is_quick(shape: str) -> None:
    """For every length at which a form is still closed, SymPy builds and prints it within a second."""
    for length in range(1, 60):
        written = forms(chain(shape, length), 0)[0]
        if written.unwritten is not None:
            break
        start = time.process_time()
        assert written.latex
        assert time.process_time() - start < 1 + (length == 1)  # the first one imports SymPy


@pytest.mark.parametrize("shape", ["diamond", "quotient", "quadratic", "affine"])
@pytest.mark.parametrize("driver", [0, 2])
def test_the_steps_are_the_derivative(shape: str, driver: int) -> None:
    """Computed line by line, a form in steps gives the value and derivative that the graph gives, exactly."""
    small = chain(shape, 7)
    value, derivative, _ = forms(small, driver, limit=0)
    evaluation = Evaluation(small.program())
    position = len(small.cells) - 1
    known = {f"q_n{k}": v for k in range(3) if (v := evaluation.value(k)) is not None}
    expected = responses(evaluation, (position,), {driver: Fraction(1)}, proportional=False)[position].derivative
    assert evaluation.value(position) == computed(value.text, known)
    assert expected == computed(derivative.text, known)


def test_large_parts_with_several_users_are_steps() -> None:
    """A derivative is no cell; where its text would double with every rule, its parts are named."""
    _, derivative, _ = forms(chain("diamond", 40), 0)
    assert {"step", "q"} == {name.partition("_")[0] for name, _ in derivative.steps}
    short, long = (len(forms(chain("diamond", n), 0)[1].text) for n in (40, 80))
    assert long < 2.5 * short


def computed(text: str, known: dict[str, Fraction]) -> Fraction:
    """Return the value of a form in steps; every step uses only what stands before it."""
    values = dict(known)
    *steps, result = text.splitlines()
    for line in steps:
        name, _, right = line.partition(" = ")
        assert name not in values
        values[name] = of(tree(right), values)
    return of(tree(result), values)


def tree(text: str) -> Expr:
    """Return the tree of a line, read by the grammar of rules: forms write ** for ^."""
    return parse(text.replace("**", "^"))


def of(expression: Expr, values: dict[str, Fraction]) -> Fraction:
    """Return the value of a tree."""
    match expression:
        case Number(value=value):
            return value
        case Reference(name=name):
            return values[name]
        case Negate(argument=inner):
            return -of(inner, values)
        case Binary(operator=operator, left=left, right=right):
            a, b = of(left, values), of(right, values)
            if operator == "^":
                return Fraction(a ** int(b))
            return {"+": a + b, "-": a - b, "*": a * b}[operator] if operator != "/" else a / b
        case _:
            raise AssertionError(expression)


def test_a_model_of_two_thousand_rules_is_explained() -> None:
    """Explain and sensitivity answer for the last rule, whose closed form nobody could write out."""
    opened = workspace(2_000)
    (answer,) = opened.explain(last(2_000))
    assert answer["latex"] is None
    assert answer["closed_form_size"] == MAX_SIZE
    assert len(answer["closed_form"].splitlines()) >= 2_000
    assert len(answer["sensitivities"]) == 200
    written = opened.sensitivity(last(2_000))
    assert all(s.derivative is not None and s.derivative_form == "" and "name one driver" in s.note for s in written)
    (one,) = opened.sensitivity(last(2_000), ["driver.d7"])
    assert one.derivative_form
