"""Closed forms end: their size is known before, constants are bounded, nothing is simplified, solved or evaluated.

That is how no symbolic call is without a deadline (safety R9): its time is bounded by the size of what it is given.
"""

from __future__ import annotations

import ast
import time
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import bullwhip
from bullwhip import Workspace
from bullwhip.errors import BullwhipError
from bullwhip.expr.dag import Dag
from bullwhip.propagate import form, gradient
from hostile_case import STANDARD, rules
from random_programs import Small
from shipped import opened

ENGINE = Path(bullwhip.__file__).parent
TOWER = "((((2^64)^64)^64)^64)^64"


def ruled(expression: str, more: str = "") -> Workspace:
    """Return the standard workspace with the rule `r`."""
    return opened(
        {"rules/workspace.yaml": STANDARD.encode(), "rules/case.yaml": (rules(expression) + more).encode("utf-8")}
    )


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        (TOWER, "BW901"),
        (f"where(unknown < 1, {TOWER}, x)", "BW901"),
        ("((1e300 * x)^64)^64", "BW901"),
        ("where(unknown < 1, 1e300^64 * 1e300^64 * x, x)", "BW901"),
        ("where(unknown < 1, floor(exp(exp(exp(10)))), x)", "BW403"),
        ("where(x < 3, x, 1 / 0)", "BW401"),
        ("where(x < 3, x, 1 / (z - z))", "BW401"),
        ("where(x < 3, x, 0^-1)", "BW401"),
        ("where(x < 3, x, log(0))", "BW402"),
        ("where(x < 3, x, sqrt(-2))", "BW402"),
        ("where(x < 3, x, (-8)^(1/3))", "BW402"),
    ],
)
def test_a_constant_that_is_no_bearable_real_number_is_refused(expression: str, code: str) -> None:
    """Neither infinity, nor a complex number, nor a number without end reaches SymPy; the text stays as authored."""
    workspace = ruled(expression)
    start = time.process_time()
    text = workspace.demand("r").closed_form_text
    with pytest.raises(BullwhipError) as found:
        _ = workspace.demand("r").closed_form

    assert found.value.problems[0].code == code
    assert text
    assert time.process_time() - start < 2


@pytest.mark.parametrize("expression", [f"where(unknown < 1, {TOWER}, x)", "where(x < 3, x, 1 / 0)"])
def test_what_has_no_closed_form_is_still_explained(expression: str) -> None:
    """Value, text and sources are there; LaTeX is absent."""
    (explained,) = ruled(expression).explain("r")

    assert explained["latex"] is None
    assert explained["closed_form"]


def test_a_form_too_large_has_steps() -> None:
    """Squares of sums of squares would fill pages: the text has a line for each rule, and there is no expression."""
    chain = "".join(
        f"  r{k}: {{unit: '1', kind: ratio, expression: r{k - 1} * r{k - 1} + x}}\n".replace("r0", "r")
        for k in range(1, 13)
    )
    demand = ruled("x + y", chain).demand("r12")

    assert len(demand.closed_form_text.splitlines()) == 13
    with pytest.raises(BullwhipError, match=r"BW901 a closed form of [\d,]+ parts; at most 2,000"):
        _ = demand.closed_form


PRINTED = {
    "x + y - z": "x_ + y_ - z_",
    "x - (y - z)": "x_ - (y_ - z_)",
    "(x + y) * z": "(x_ + y_)*z_",
    "x / (y * z)": "x_/(y_*z_)",
    "x / y / z": "x_/(y_*z_)",
    "x * (y / z)": "x_*y_/z_",
    "-x^2": "-x_**2",
    "(-x)^3": "-x_**3",
    "x^-2": "1/x_**2",
    "x^0.5": "x_**(1/2)",
    "(x + y)^2": "(x_ + y_)**2",
    "(x * y)^0.5": "(x_*y_)**(1/2)",
    "-(x + y)": "-(x_ + y_)",
    "x - y * z": "x_ - y_*z_",
    "2 * x + 3 * x": "5*x_",
    "x + 1/3": "x_ + 1/3",
    "x / 3": "x_/3",
    "x * 9999999": "9999999*x_",
    "x * 10000000": "10**7*x_",
    "x * 100000001": "100000001*x_",
    "x * 8640000": "8640000*x_",
    "x * 86400000000000": "86400*10**9*x_",
    "x / 10000000": "x_/10**7",
    "x * -10000000": "-10**7*x_",
    "x - 10000000": "x_ - 10**7",
    "min(x, y + 1)": "Min(x_, y_ + 1)",
    "ceil(x) + floor(y)": "ceiling(x_) + floor(y_)",
    "abs(x) * exp(y) / log(z)": "Abs(x_)*exp(y_)/log(z_)",
    "where(x < y, x, y)": "Piecewise((x_, x_ < y_), (y_, True))",
    "where(x >= y, x, y)": "Piecewise((x_, y_ <= x_), (y_, True))",
    "x * y + x * z": "x_*(y_ + z_)",
    "x * y * 3 + 3 * x * z": "3*x_*(y_ + z_)",
    "x * y + 2 * x * z": "x_*(y_ + 2*z_)",
    "x / y - z / y": "(x_ - z_)/y_",
    "x * x / x": "x_",
    "x - x": "0",
    "x + 0^0.5": "x_ + 0**(1/2)",
    "x + (-2)^0.5": "x_ + (-2)**(1/2)",
    "x + 2^0.5": "x_ + 2**(1/2)",
}


@pytest.mark.parametrize("expression", PRINTED)
def test_a_form_is_printed_for_reading(expression: str) -> None:
    """As few parentheses as precedence needs; like factors joined, common ones pulled out, round numbers as powers."""
    assert ruled(expression).demand("r").closed_form_text == PRINTED[expression]


def test_a_size_beyond_counting_is_a_limit_all_the_same() -> None:
    """Fifteen thousand doublings have a size of 4,516 digits; it is forecast as 10^15 or more."""
    small = Small()
    node = small.input(Fraction(1))
    for _ in range(15_000):
        node = small.dag.node("+", node, node)
    small.cell(node)
    written = form(small.program(), small.dag, node, {})

    assert written.size == 10**15
    assert written.unwritten is not None
    assert " 1,000,000,000,000,000 parts" in written.unwritten.message


def test_the_form_of_a_derivative_is_an_expression_too() -> None:
    """The derivative of |x| y is y sign(x), as text and in SymPy."""
    small = Small()
    x, y = small.input(Fraction(-2)), small.input(Fraction(3))
    node = small.dag.mul(small.dag.node("abs", x), y)
    small.cell(node)
    program, graph = small.program(), Dag(list(small.dag.nodes))
    written = form(program, graph, gradient(graph, node, [x], {})[x], {})
    one, two = (sympy.Symbol(s, real=True) for s in ("q_n0", "q_n1"))

    assert written.sympy == two * sympy.sign(one)
    assert written.text == "q_n1*sign(q_n0)"


CHAINS = (
    "abs(x - ?)",
    "max(x, ? - y)",
    "where(? < x, y, z)",
    "x / (y + ?)",
    "sqrt(x + ?)",
    "floor(x + ? * 0.5)",
    "x*y + ?*z",
)


@pytest.mark.parametrize("pattern", CHAINS)
@pytest.mark.parametrize("length", [20, 150, 600])
def test_a_long_chain_of_rules_is_explained(pattern: str, length: int) -> None:
    """However deep the rules stand on each other, there is an explanation; LaTeX only as deep as SymPy recurs."""
    chain = "".join(
        f"  r{k}: {{unit: '1', kind: ratio, expression: '{pattern.replace('?', f'r{k - 1}' if k > 1 else 'r')}'}}\n"
        for k in range(1, length + 1)
    )
    start = time.process_time()
    (explained,) = ruled("x + z", chain).explain(f"r{length}")

    assert (explained["latex"] is None) == (length > 50)
    assert explained["closed_form"]
    assert time.process_time() - start < 20


def nested(pattern: str, start: str, count: int) -> str:
    """Return a pattern put into itself."""
    text = start
    for _ in range(count):
        text = pattern.replace("?", text)
    return text


WORST = {
    "a long sum": "+".join(["x*y*z"] * 160),
    "a product of sums": "*".join(["(x+y*z+2)"] * 60),
    "nested quotients": nested("x/(y+?)", "z", 30),
    "nested extremes": nested("max(x, min(y, ? + z))", "z", 18),
    "many extremes": f"max({', '.join(f'x*{k}+y*z' for k in range(60))})",
    "nested conditions": nested("where(x < y + ?, z, x)", "y", 30),
    "conditions on conditions": nested("where(? < x, ?, y)", "z", 5),
    "powers of sums": nested("(x + ?)^7", "y", 30),
    "roots of sums": nested("sqrt(x + ?)", "y", 30),
    "steps of steps": nested("floor(x * ? + 0.5)", "y", 30),
    "exponentials and logarithms": nested("log(x + exp(y * ?))", "z", 18),
    "absolute values": nested("abs(x - ?)", "y", 35),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_forms_end(name: str) -> None:
    """Forms near the limits, as text, expression, LaTeX and derivative, take a few seconds at the most."""
    workspace = ruled(WORST[name])
    start = time.process_time()
    demand = workspace.demand("r")
    try:
        sympy.srepr(demand.closed_form)
        workspace.explain("r")
        workspace.sensitivity("r", ["x"])
    except BullwhipError as error:
        assert error.problems[0].code in ("BW901", "BW402", "BW403")  # noqa: PT017  any of them is an end

    assert demand.closed_form_text
    assert time.process_time() - start < 20


CONSTRUCTORS = {
    "Add", "Mul", "Min", "Max", "Abs", "sign", "floor", "ceiling", "exp", "log", "Piecewise", "Lt", "Le", "Rational",
    "Symbol", "Expr", "latex", "Tuple", "Basic", "ExprCondPair", "true",
}  # fmt: skip


def test_only_constructors_of_sympy_are_called() -> None:
    """No simplify, solve, factor, limit or evalf: nothing whose time the size of what it gets does not bound."""
    used = set()
    for file in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                lambdas = file.name == "forms.py" and node.value.id == "s"
                if node.value.id == "sympy" or (lambdas and node.attr not in ("name", "definition")):
                    used.add(node.attr)
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sympy":
                used |= {a.name for a in node.names}

    assert used <= CONSTRUCTORS
    assert used >= {"Add", "Piecewise", "latex"}
