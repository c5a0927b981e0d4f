"""Small random programs, and derivatives and forms of their cells, for laws that hold for any program."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy
from hypothesis import assume
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import parse_expr

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag, arguments
from bullwhip.model.chain import Chain
from bullwhip.model.label import Label
from bullwhip.model.program import Cell, CompiledProgram, Given, Header
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.propagate import Evaluation, Form, form, gradient, responses


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
STEP = Fraction(1, 10**15)
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


def value_of(evaluation: Evaluation, position: int) -> Fraction:
    """Return a cell's value; examples in which it is undefined or rounded on the way are passed over."""
    try:
        value = evaluation.value(position)
    except PropagationError:
        assume(False)
    assume(value is not None and not evaluation.inexact)
    return value if value is not None else Fraction(0)


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
    "Heaviside": lambda v, *_: v > 0,  # SymPy's derivative of Min and Max; nobody asks for it at a tie
}


def holds(condition: Any, values: Mapping[str, Fraction]) -> bool:
    """Return whether a SymPy condition holds."""
    if condition in (sympy.true, sympy.false):
        return bool(condition)
    if isinstance(condition, sympy.ITE):
        chosen, yes, no = condition.args
        return holds(yes if holds(chosen, values) else no, values)
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
