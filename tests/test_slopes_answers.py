"""Derivatives and elasticities of one driver at a time, worked by hand: smooth, at kinks, at jumps, and of the unknown.

Each is read off twice: as a number, carried forward, and as a graph, differentiated in reverse and printed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy

from bullwhip import Workspace
from bullwhip.errors import BullwhipError
from bullwhip.model.answer import Sensitivity
from bullwhip.propagate import Evaluation, responses
from random_programs import Small, read
from shipped import opened
from worked_algebra import one, rule

VALUES = {"two": "2", "three": "3", "zero": "0", "less": "-2", "half": "0.5", "nobody": ""}
NONE = "none"

SMOOTH: tuple[tuple[str, str, str, str], ...] = (
    # expression, driver, derivative, elasticity
    ("two", "two", "1", "1"),
    ("three", "two", "0", "0"),
    ("two + three", "two", "1", "2/5"),
    ("two - three", "two", "1", "-2"),  # 2 * 1 / -1
    ("two - three", "three", "-1", "3"),
    ("two + two", "two", "2", "1"),
    ("-two", "two", "-1", "1"),
    ("two + less", "two", "1", NONE),  # the value is 0
    ("two * three", "two", "3", "1"),
    ("two * three * two", "two", "12", "2"),
    ("two * (three + two)", "two", "7", "7/5"),
    ("two / three", "two", "1/3", "1"),
    ("three / two", "two", "-3/4", "-1"),
    ("two / (two + three)", "two", "3/25", "3/5"),  # 3/(2+3)^2, times 2 over 2/5
    ("(two + three) / (two - three)", "two", "-6", "12/5"),  # -2*3/(2-3)^2, times 2 over -5
    ("(two + less) / two", "two", "1/2", NONE),  # 1 - 2/x, of value 0
    ("two / (two + less + three)", "two", "1/9", "1/3"),
    ("two / less", "less", "-1/2", "-1"),
    ("two^3", "two", "12", "3"),
    ("two^-2", "two", "-1/4", "-2"),
    ("(two + three)^2", "two", "10", "4/5"),
    ("less^2", "less", "-4", "2"),
    ("zero^2", "zero", "0", "2"),
    ("zero^1", "zero", "1", "1"),
    ("zero * three", "zero", "3", "1"),
    ("zero * three", "three", "0", "1"),  # one percent of nothing is one percent more of nothing
    ("sqrt(two * two)", "two", "1", "1"),
    ("sqrt(4.5 * half)", "half", "3/2", "1/2"),
    ("(two * 4)^(2/3)", "two", "4/3", "2/3"),
    ("abs(two)", "two", "1", "1"),
    ("abs(less)", "less", "-1", "1"),
    ("abs(two - three)", "two", "-1", "-2"),
    ("min(two, three)", "two", "1", "1"),
    ("min(two, three)", "three", "0", "0"),
    ("max(two, three)", "three", "1", "1"),
    ("max(two, three)", "two", "0", "0"),
    ("min(three, two * 4, less)", "less", "1", "1"),
    ("max(two, less, three * half)", "two", "1", "1"),
    ("min(two, two)", "two", "1", "1"),
    ("max(two, 6 / three)", "less", "0", "0"),
    ("floor(half)", "half", "0", "0"),
    ("ceil(half * three)", "half", "0", "0"),
    ("two * floor(2.5 * half)", "two", "1", "1"),
    ("exp(zero)", "zero", "1", "0"),
    ("exp(two + less) * three", "two", "3", "2"),
    ("three * exp(zero)", "three", "1", "1"),
    ("log(three - two)", "three", "1", NONE),
    ("log(half * two)", "half", "2", NONE),
    ("where(two < three, two * 2, three)", "two", "2", "1"),
    ("where(two > three, two * 2, three)", "two", "0", "0"),
    ("where(three < 3, two, 2 * two)", "two", "2", "1"),  # the condition does not move
    ("where(three <= 3, two, 2 * two)", "two", "1", "1"),
    ("where(two < three, 5, two)", "two", "0", "0"),
    ("piecewise(two < 1, 1, two < 3, two^2, two^3)", "two", "4", "2"),
)

KINKS: tuple[tuple[str, str, str, str, str, str], ...] = (
    # expression, driver, derivative to the left and to the right, elasticity to the left and to the right
    ("min(two, 2)", "two", "1", "0", "1", "0"),
    ("max(two, 2)", "two", "0", "1", "0", "1"),
    ("min(two * 3, three * 2)", "two", "3", "0", "1", "0"),
    ("max(two, 2, less)", "two", "0", "1", "0", "1"),
    ("min(2 * two, two + 2, 9)", "two", "2", "1", "1", "1/2"),
    ("abs(zero)", "zero", "-1", "1", NONE, NONE),
    ("abs(two - 2) + 5", "two", "-1", "1", "-2/5", "2/5"),
    ("5 - abs(two - 2)", "two", "1", "-1", "2/5", "-2/5"),
    ("min(-two, -2)", "two", "0", "-1", "0", "1"),  # -1 * 2 / -2
    ("where(two < 2, 5 * two, two + 8)", "two", "5", "1", "1", "1/5"),
    ("where(two <= 2, 5 * two, two + 8)", "two", "5", "1", "1", "1/5"),
    ("where(two > 2, two + 8, 5 * two)", "two", "5", "1", "1", "1/5"),
    ("where(2 < two, two + 8, 5 * two)", "two", "5", "1", "1", "1/5"),
    ("three * max(two, 2)", "two", "0", "3", "0", "1"),
)

JUMPS: tuple[tuple[str, str], ...] = (
    ("floor(two)", "two"),
    ("ceil(two)", "two"),
    ("where(two < 2, 1, 5)", "two"),
    ("where(two <= 2, 1, 5)", "two"),
    ("floor(two) + two", "two"),
    ("where(two * two <= 4, 7, where(two < 2, 7, two + 9))", "two"),
)

UNKNOWN: tuple[tuple[str, str, str, str], ...] = (
    ("two * nobody", "two", NONE, "1"),
    ("two^3 * nobody / three", "two", NONE, "3"),
    ("nobody / two", "two", NONE, "-1"),
    ("two / nobody", "two", NONE, "1"),
    ("two + nobody", "two", "1", NONE),
    ("two * three + nobody", "two", "3", NONE),
    ("nobody + 2 * nobody", "nobody", "3", "1"),
    ("two * nobody + 3 * two", "two", NONE, "1"),
    ("nobody^2", "nobody", NONE, "2"),
    ("abs(nobody)", "nobody", NONE, "1"),
    ("min(nobody, 2 * nobody)", "nobody", NONE, "1"),
    ("min(two, nobody)", "two", NONE, NONE),
    ("floor(nobody)", "nobody", NONE, NONE),
    ("exp(nobody)", "nobody", NONE, NONE),
    ("log(two * nobody)", "two", "1/2", NONE),
    ("where(nobody < 1, two, 2 * two)", "two", NONE, NONE),
    ("where(nobody < 1, two + 2, 2 * two)", "three", "0", "0"),
    ("nobody * two", "three", "0", "0"),
    ("floor(nobody * two)", "three", "0", "0"),
)


@cache
def answer(expression: str, driver: str) -> Sensitivity:
    """Return the sensitivity of a rule to a driver, with its forms."""
    drivers = "".join(one(name, value) for name, value in VALUES.items())
    used = rule("used", " + ".join(VALUES))
    body = f"workspace: {{id: w}}\ndrivers:\n{drivers}rules:\n{used}{rule('r', expression)}"
    workspace: Workspace = opened({"rules/workspace.yaml": body.encode()})
    (found,) = workspace.sensitivity("r", [driver])
    return found


def shown(value: Fraction | None) -> str:
    """Return a number as text."""
    return NONE if value is None else str(value)


def valued(text: str, symbols: dict[str, str]) -> Any:
    """Return the value of a printed form."""
    numbers = {sympy.Symbol(s, real=True): sympy.Rational(VALUES[cell] or "nan") for s, cell in symbols.items()}
    return read(text, symbols).xreplace(numbers)


@pytest.mark.parametrize(("expression", "driver", "derivative", "elasticity"), [*SMOOTH, *UNKNOWN])
def test_the_slope_is_the_one_worked_by_hand(expression: str, driver: str, derivative: str, elasticity: str) -> None:
    """Derivative and elasticity are what the working gives, or absent, and equal to both sides."""
    found = answer(expression, driver)

    assert (shown(found.derivative), shown(found.elasticity)) == (derivative, elasticity)
    assert found.left is None
    assert found.right is None


@pytest.mark.parametrize(("expression", "driver", "derivative", "elasticity"), SMOOTH)
def test_the_form_of_the_slope_has_its_value(expression: str, driver: str, derivative: str, elasticity: str) -> None:
    """The printed derivative and elasticity evaluate to the numbers."""
    found = answer(expression, driver)

    assert valued(found.derivative_form, found.symbols) == sympy.Rational(derivative)
    if elasticity != NONE and found.elasticity_form and answer(expression, driver).derivative != 0:
        assert valued(found.elasticity_form, found.symbols) == sympy.Rational(elasticity)


@pytest.mark.parametrize("case", KINKS, ids=lambda c: c[0])
def test_a_kink_has_a_slope_to_each_side(case: tuple[str, ...]) -> None:
    """The sides differ as worked, and there is no two-sided derivative; the form takes the branch of the value."""
    expression, driver, left, right, left_elasticity, right_elasticity = case
    found = answer(expression, driver)
    assert found.left is not None
    assert found.right is not None

    assert [shown(v) for v in (*found.left, *found.right)] == [left, left_elasticity, right, right_elasticity]
    assert found.derivative is None
    assert valued(found.derivative_form, found.symbols) in {
        sympy.Rational(left),
        sympy.Rational(right),
        sympy.Integer(0),
    }


@pytest.mark.parametrize(("expression", "driver"), JUMPS)
def test_a_jump_has_no_slope(expression: str, driver: str) -> None:
    """At a step, and where to first order nobody knows the branch, nothing is said to either side."""
    found = answer(expression, driver)

    assert found.derivative is None
    assert (found.left or (None, None))[0] is None or (found.right or (None, None))[0] is None


@pytest.mark.parametrize(
    ("operation", "at", "derivative", "elasticity"),
    [
        ("sign", "2", "0", "0"), ("sign", "-2", "0", "0"), ("sign", "0", NONE, NONE), ("sign", "", NONE, NONE),
        ("floor", "2.5", "0", "0"), ("floor", "2", NONE, NONE), ("floor", "", NONE, NONE), ("ceil", "-2", NONE, NONE),
    ],
)  # fmt: skip
def test_a_step_is_flat_between_its_jumps(operation: str, at: str, derivative: str, elasticity: str) -> None:
    """Also the sign, which only derivatives bring into a graph."""
    small = Small()
    x = small.input(Fraction(at) if at else None)
    small.cell(small.dag.node(operation, x))
    found = responses(Evaluation(small.program()), (1,), {0: Fraction(1)}, proportional=False)[1]

    assert (shown(found.derivative), shown(found.elasticity)) == (derivative, elasticity)


@pytest.mark.parametrize(
    ("move", "derivative", "elasticity"), [("1", "3", "1/2"), ("2", "6", "1"), ("-1", "-3", "-1/2"), ("0", "0", "0")]
)
def test_a_move_has_a_speed(move: str, derivative: str, elasticity: str) -> None:
    """Moving twice as fast answers twice as fast; the elasticity is that of the moving input, speed over value."""
    small = Small()
    x = small.input(Fraction(2))
    small.cell(small.dag.mul(x, small.dag.num(3)))
    found = responses(Evaluation(small.program()), (1,), {0: Fraction(move)}, proportional=False)[1]

    assert (shown(found.derivative), shown(found.elasticity)) == (derivative, elasticity)


def test_what_is_undefined_has_no_slope() -> None:
    """A division by zero is refused where its slope is asked, too."""
    with pytest.raises(BullwhipError, match="BW401"):
        answer("two / zero", "two")
