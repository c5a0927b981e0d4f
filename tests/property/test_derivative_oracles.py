"""Gradients against oracles that share nothing with the engine: SymPy, dual numbers, complex steps, differences.

Dual numbers and complex steps run through an interpreter of their own, in exact fractions. SymPy differentiates the
closed form; its Heaviside steps are evaluated away from ties, where they are 0 or 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.errors import PropagationError
from bullwhip.propagate import Evaluation
from random_programs import (
    PIECES,
    RATIONAL,
    SMALL,
    Drawn,
    Small,
    at,
    closed,
    exact,
    has_tie,
    inputs_of,
    programs,
    reverse,
    slope,
    value_of,
)

ZERO, ONE = Fraction(0), Fraction(1)
TINY = Fraction(1, 10**40)


def forward(evaluation: Evaluation, output: int) -> dict[int, Fraction | None]:
    """Return the engine's derivatives of a cell by every input that it rests on."""
    return {p: slope(evaluation, output, p) for p in inputs_of(evaluation, output)}


def without_ties(drawn: Drawn) -> Evaluation:
    """Return the evaluation of a program whose cell has a value and stands at no kink; others are passed over."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    assume(not has_tie(evaluation, output))
    return evaluation


@pytest.mark.parametrize("operations", [RATIONAL, (*RATIONAL, *PIECES)], ids=["smooth", "kinks"])
@settings(max_examples=250)
@given(data=st.data())
def test_gradients_are_what_sympy_differentiates(operations: tuple[str, ...], data: st.DataObject) -> None:
    """On 250 random models without kinks and 250 with them, every derivative is the same fraction, both ways."""
    drawn = data.draw(programs(operations, SMALL))
    program, output = drawn
    evaluation = without_ties(drawn)
    written = closed(evaluation, output)
    names = {cell: name for name, cell in written.symbols(program).items()}
    values, found = at(evaluation, written), forward(evaluation, output)
    try:
        backward = reverse(evaluation, output, list(found))
    except PropagationError:
        assume(False)  # a branch that is not taken has no value, and so no graph of its derivative
    for p, derivative in found.items():
        name = names.get(program.cells[p].quantity)
        symbolic = ZERO
        if name is not None:  # an input may cancel out of the written form
            try:
                symbolic = exact(sympy.diff(written.sympy, sympy.Symbol(name, real=True)), values)
            except ZeroDivisionError:
                assume(False)

        assert derivative == symbolic == backward[p]


@dataclass(frozen=True)
class Dual:
    """A number with its derivative: f + f' e, where e * e is nothing."""

    real: Fraction
    other: Fraction

    def __add__(self, b: Dual) -> Dual:
        return Dual(self.real + b.real, self.other + b.other)

    def __neg__(self) -> Dual:
        return Dual(-self.real, -self.other)

    def __mul__(self, b: Dual) -> Dual:
        return Dual(self.real * b.real, self.real * b.other + self.other * b.real)

    def __truediv__(self, b: Dual) -> Dual:
        return Dual(self.real / b.real, (self.other * b.real - self.real * b.other) / b.real**2)


@dataclass(frozen=True)
class Gaussian:
    """A complex number with rational parts."""

    real: Fraction
    other: Fraction

    def __add__(self, b: Gaussian) -> Gaussian:
        return Gaussian(self.real + b.real, self.other + b.other)

    def __neg__(self) -> Gaussian:
        return Gaussian(-self.real, -self.other)

    def __mul__(self, b: Gaussian) -> Gaussian:
        return Gaussian(self.real * b.real - self.other * b.other, self.real * b.other + self.other * b.real)

    def __truediv__(self, b: Gaussian) -> Gaussian:
        size = b.real**2 + b.other**2
        top = self * Gaussian(b.real, -b.other)
        return Gaussian(top.real / size, top.other / size)


Number = Dual | Gaussian


def interpreted(drawn: Drawn, make: Callable[[Fraction, Fraction], Any], moved: int, step: Fraction) -> Any:
    """Evaluate a cell over other numbers, one input a step off the real line; kinks go by real parts."""
    program, output = drawn
    nodes, cells = program.dag.nodes, program.cells
    done: dict[int, Any] = {}

    def value(i: int) -> Any:
        if i not in done:
            done[i] = compute(nodes[i])
        return done[i]

    def compute(node: tuple[Any, ...]) -> Any:
        operation = node[0]
        if operation == "num":
            return make(node[1], ZERO)
        if operation == "cell":
            cell = cells[node[1]]
            if cell.definition >= 0:
                return value(cell.definition)
            return make(program.given[node[1]].value, step if node[1] == moved else ZERO)
        if operation in ("<", "<="):
            left, right = value(node[1]).real, value(node[2]).real
            return value(node[3] if (left < right or (operation == "<=" and left == right)) else node[4])
        if operation == "^":
            power = make(ONE, ZERO)
            for _ in range(abs(int(node[2]))):
                power = power * value(node[1])
            return power if node[2] > 0 else make(ONE, ZERO) / power
        inner = [value(j) for j in node[1:]]
        if operation in ("min", "max"):
            return (min if operation == "min" else max)(inner, key=lambda v: v.real)
        if operation == "abs":
            return inner[0] if inner[0].real >= 0 else -inner[0]
        result = inner[0]
        for other in inner[1:]:
            result = result + other if operation == "+" else result * other if operation == "*" else result / other
        return result

    return value(cells[output].node)


@settings(max_examples=200)
@given(programs((*RATIONAL, *PIECES), SMALL))
def test_gradients_are_those_of_dual_numbers(drawn: Drawn) -> None:
    """Exactly, with kinks: a second way forward that carries one derivative in its numbers."""
    evaluation = without_ties(drawn)
    for p, derivative in forward(evaluation, drawn[1]).items():
        found = interpreted(drawn, Dual, p, ONE)

        assert (found.real, found.other) == (evaluation.value(drawn[1]), derivative)


@settings(max_examples=200)
@given(programs((*RATIONAL, *PIECES), SMALL))
def test_gradients_are_those_of_a_complex_step(drawn: Drawn) -> None:
    """The imaginary part over a step of 1e-40 is off by the step squared and no more: nothing cancels."""
    evaluation = without_ties(drawn)
    for p, derivative in forward(evaluation, drawn[1]).items():
        assert derivative is not None
        found = interpreted(drawn, Gaussian, p, TINY)

        assert abs(found.other / TINY - derivative) <= Fraction(1, 10**70) * (1 + abs(derivative))


@st.composite
def quadratics(draw: st.DrawFn) -> Drawn:
    """Draw a polynomial of the second degree in three inputs."""
    small = Small()
    inputs = [small.input(draw(SMALL)) for _ in range(3)]
    pairs = [(a, b) for k, a in enumerate([small.dag.num(1), *inputs]) for b in inputs[max(0, k - 1) :]]
    terms = [small.cell(small.dag.mul(small.dag.num(draw(SMALL)), a, b)) for a, b in pairs]
    small.cell(small.dag.add(*terms))
    return small.program(), len(small.cells) - 1


@given(quadratics(), st.fractions(min_value=Fraction(1, 9), max_value=99, max_denominator=9))
def test_central_differences_of_quadratics_are_exact(drawn: Drawn, h: Fraction) -> None:
    """With any step; and so are dual numbers and both passes, all five at once."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    assume(not evaluation.inexact)
    for p in inputs_of(evaluation, output):
        x = evaluation.given(p)
        assert x is not None
        above, below = (value_of(Evaluation(program, {p: x + side * h}), output) for side in (1, -1))
        ways = [(above - below) / (2 * h), interpreted(drawn, Dual, p, ONE).other, reverse(evaluation, output, [p])[p]]

        assert ways == [slope(evaluation, output, p)] * 3
