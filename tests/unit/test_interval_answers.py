"""Intervals worked by hand: every operation, open and closed ends, infinite ends, and the way back from a result."""

from __future__ import annotations

from fractions import Fraction
from math import inf

import pytest

from bullwhip.compile.printed import expand_printed
from bullwhip.expr.grammar import parse
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.interval import INTERVAL_OPERATIONS, Extended, Interval
from bullwhip.propagate.intervals import range_of, required
from bullwhip.propagate.slopes import is_fractional_linear, slope

TWO, THREE, HALF = Fraction(2), Fraction(3), Fraction(1, 2)

WORKED: tuple[tuple[str, Fraction | None, str, str], ...] = (
    # operation, exponent, arguments, range
    ("+", None, "[1,2] [3,4)", "[4,6)"),
    ("+", None, "(1,2] [3,oo)", "(4,oo)"),
    ("+", None, "(-oo,2] [1,1] (0,1]", "(-oo,4]"),
    ("*", None, "[2,3) [4,5]", "[8,15)"),
    ("*", None, "[-2,3] [4,5]", "[-10,15]"),
    ("*", None, "[-2,-1] [-3,4]", "[-8,6]"),
    ("*", None, "[0,1) (2,3)", "[0,3)"),  # zero is reached, whatever it is multiplied by
    ("*", None, "(0,1) [2,3]", "(0,3)"),
    ("*", None, "[0,2] [1,oo)", "[0,oo)"),
    ("*", None, "[0,0] [1,oo)", "[0,0]"),
    ("*", None, "(-1,1) (-1,1)", "(-1,1)"),
    ("*", None, "[-1,1) [-1,1)", "(-1,1]"),  # 1 is -1 * -1, -1 would need the 1 that is left out
    ("*", None, "[-2,-1] [1,oo)", "(-oo,-1]"),
    ("*", None, "[1,2] [3,4] [-1,1]", "[-8,8]"),
    ("/", None, "[6,6] [3,3]", "[2,2]"),
    ("/", None, "[1,2] [4,8]", "[1/8,1/2]"),
    ("/", None, "[1,2] (0,4]", "[1/4,oo)"),
    ("/", None, "[1,2] [-1,1]", "(-oo,oo)"),
    ("/", None, "[1,2] [2,oo)", "(0,1]"),
    ("/", None, "[-2,-1] [2,4)", "[-1,-1/4)"),
    ("/", None, "[0,2] (0,4]", "[0,oo)"),
    ("/", None, "[1,2] [-4,0)", "(-oo,-1/4]"),
    ("/", None, "[1,1] [0,0]", "BW401"),
    ("^", TWO, "[-2,1]", "[0,4]"),
    ("^", TWO, "(-2,1]", "[0,4)"),
    ("^", TWO, "[1,2)", "[1,4)"),
    ("^", TWO, "[-3,-2)", "(4,9]"),
    ("^", THREE, "[-2,1)", "[-8,1)"),
    ("^", -TWO, "[-1,2]", "[1/4,oo)"),
    ("^", Fraction(-1), "[2,4)", "(1/4,1/2]"),
    ("^", HALF, "[4,9)", "[2,3)"),
    ("^", HALF, "[-1,1/4]", "[0,1/2]"),  # roots are of what is not negative
    ("^", HALF, "[-1,4]", "[0,2]"),
    ("^", HALF, "[-1,0]", "[0,0]"),
    ("^", -HALF, "[1/4,4]", "[1/2,2]"),
    ("^", HALF, "[-4,-1]", "BW402"),
    ("^", Fraction(-1), "[0,0]", "BW401"),
    ("abs", None, "[-2,1]", "[0,2]"),
    ("abs", None, "(-2,1]", "[0,2)"),
    ("abs", None, "[-2,2)", "[0,2]"),
    ("abs", None, "(-2,2)", "[0,2)"),
    ("abs", None, "[-3,-1)", "(1,3]"),
    ("abs", None, "[1,2)", "[1,2)"),
    ("abs", None, "[-1,0]", "[0,1]"),
    ("abs", None, "(-oo,1]", "[0,oo)"),
    ("min", None, "[1,3] [2,4)", "[1,3]"),
    ("min", None, "[1,5] [2,4)", "[1,4)"),
    ("min", None, "(1,3] [1,3)", "[1,3)"),
    ("max", None, "(1,3] [1,3)", "(1,3]"),
    ("max", None, "[1,3] [2,4) [0,2]", "[2,4)"),
    ("floor", None, "[1.5,2]", "[1,2]"),
    ("floor", None, "[1.5,2)", "[1,1]"),
    ("floor", None, "(1,2.5)", "[1,2]"),
    ("floor", None, "(-1,1)", "[-1,0]"),
    ("floor", None, "(-oo,1.5]", "(-oo,1]"),
    ("ceil", None, "(1,2]", "[2,2]"),
    ("ceil", None, "[1,2)", "[1,2]"),
    ("ceil", None, "(1,2)", "[2,2]"),
    ("ceil", None, "(0.5,oo)", "[1,oo)"),
    ("sign", None, "[-1,2]", "[-1,1]"),
    ("sign", None, "(0,2]", "[1,1]"),
    ("sign", None, "[0,2]", "[0,1]"),
    ("sign", None, "[-2,0)", "[-1,-1]"),
    ("sign", None, "(-oo,0]", "[-1,0]"),
    ("sign", None, "[1/2,oo)", "[1,1]"),
    ("sign", None, "(1/2,3/4)", "[1,1]"),
    ("exp", None, "[0,0]", "[1,1]"),
    ("exp", None, "(-oo,0)", "[0,1)"),
    ("log", None, "[1,1]", "[0,0]"),
    ("log", None, "[-1,1]", "(-oo,0]"),
    ("log", None, "(0,1)", "(-oo,0)"),
    ("log", None, "[-2,0]", "BW402"),
)


def interval(text: str) -> Interval:
    """Read `[1,2)`."""
    low, high = text[1:-1].split(",")
    return Interval(_end(low), _end(high), text[0] == "(" and "oo" not in low, text[-1] == ")" and "oo" not in high)


def _end(text: str) -> Extended:
    return {"oo": inf, "-oo": -inf}.get(text) or Fraction(text)


def shown(found: Interval) -> str:
    """Write `[1,2)`; an infinite end is never reached."""
    low, high = ("-oo" if e == -inf else "oo" if e == inf else str(e) for e in (found.low, found.high))
    left, right = (
        "(" if found.low_open or found.low == -inf else "[",
        ")" if found.high_open or found.high == inf else "]",
    )
    return f"{left}{low},{high}{right}"


@pytest.mark.parametrize(("operation", "exponent", "arguments", "expected"), WORKED)
def test_the_range_is_the_one_worked_by_hand(
    operation: str, exponent: Fraction | None, arguments: str, expected: str
) -> None:
    """Ends are exact, and open where no point of the arguments reaches them."""
    try:
        found = shown(
            INTERVAL_OPERATIONS[operation]([interval(a) for a in arguments.split()], (operation, 0, exponent))
        )
    except UndefinedError as error:
        found = error.code

    assert found == expected


@pytest.mark.parametrize(
    ("condition", "a", "b", "expected"),
    [
        ("<", "[1,2]", "[3,4]", "[10,10]"), ("<", "[1,2)", "[2,3]", "[10,10]"), ("<", "[1,2]", "(2,3]", "[10,10]"),
        ("<", "[1,2]", "[2,3]", "[10,20]"), ("<=", "[1,2]", "[2,3]", "[10,10]"), ("<=", "[2,3]", "[1,2]", "[10,20]"),
        ("<", "[2,3]", "[1,2]", "[20,20]"), ("<=", "(2,3]", "[1,2]", "[20,20]"), ("<=", "[2,3]", "[1,2)", "[20,20]"),
        ("<", "[1,4]", "[2,3]", "[10,20]"), ("<=", "[5,6]", "[1,2]", "[20,20]"), (">", "[1,2]", "[3,4]", "[20,20]"),
    ],
)  # fmt: skip
def test_a_condition_takes_the_branches_it_can(condition: str, a: str, b: str, expected: str) -> None:
    """One branch where the condition is certain or impossible, else the hull of both."""
    dag, node = expand_printed(parse(f"where(a {condition} b, 10, 20)"), {"a": [0], "b": [1]})

    assert shown(range_of(dag, node, {0: interval(a), 1: interval(b)})) == expected


@pytest.mark.parametrize(
    ("expression", "target", "b", "expected"),
    [
        ("a + b", "[5,6)", "[1,2]", "[3,5)"), ("b - a", "[1,2]", "[4,4]", "[2,3]"),
        ("a * b", "[6,8)", "[2,2]", "[3,4)"), ("a / b", "[2,3]", "[4,5]", "[8,15]"),
        ("b / a", "[2,3]", "[6,6]", "[2,3]"),
        ("a ^ 2", "[4,9]", "[0,0]", "[2,3]"),
        ("(a + 1) * b", "[6,8]", "[2,2]", "[2,3]"), ("sqrt(a) + b", "[3,4]", "[1,1]", "[4,9]"),
        ("a ^ 2", "[-1,4]", "[0,0]", ""), ("a ^ 2", "[-1/2,4]", "[0,0]", ""), ("a * a", "[4,9]", "[0,0]", ""),
        ("min(a, b)", "[1,2]", "[3,3]", ""), ("b + 1", "[1,2]", "[1,1]", ""), ("a * b", "[1,2]", "[0,0]", ""),
    ],
)  # fmt: skip
def test_the_way_back_is_the_one_worked_by_hand(expression: str, target: str, b: str, expected: str) -> None:
    """What an input has to be for a result; nothing where it occurs twice, not at all, or is not to be undone."""
    dag, node = expand_printed(parse(expression), {"a": [0], "b": [1]})
    found = required(dag, node, 0, {1: interval(b)}, interval(target))

    assert ("" if found is None else shown(found)) == expected


@pytest.mark.parametrize(
    ("one", "other", "meet", "hull"),
    [
        ("[1,2]", "[2,3]", "[2,2]", "[1,3]"), ("[1,2)", "[2,3]", "", "[1,3]"), ("[1,3)", "(2,4]", "(2,3)", "[1,4]"),
        ("(1,2]", "[1,2)", "(1,2)", "[1,2]"), ("[1,2]", "[3,4]", "", "[1,4]"),
        ("(-oo,2]", "[0,oo)", "[0,2]", "(-oo,oo)"),
    ],
)  # fmt: skip
def test_what_two_intervals_share(one: str, other: str, meet: str, hull: str) -> None:
    """Both ways round; intervals that only touch at an end left out share nothing."""
    for a, b in ((interval(one), interval(other)), (interval(other), interval(one))):
        assert ("" if a.meet(b).empty else shown(a.meet(b))) == meet
        assert a.meets(b) == bool(meet)
        assert shown(a.hull(b)) == hull


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("[1,2]", "1 3/2 2", "1/2 5/2"), ("(1,2)", "3/2", "1 2"), ("[1,oo)", "1 100", "0"), ("[1,1]", "1", "0 2")],
)
def test_an_interval_holds_its_points(text: str, inside: str, outside: str) -> None:
    """Open ends are no points of it; scaling keeps the ends."""
    found = interval(text)

    assert [found.holds(Fraction(v)) for v in inside.split()] == [True] * len(inside.split())
    assert [found.holds(Fraction(v)) for v in outside.split()] == [False] * len(outside.split())
    assert found.is_point == (text == "[1,1]")
    assert shown(interval("[1,3)").times(TWO)) == "[2,6)"


@pytest.mark.parametrize(
    ("expression", "a", "expected"),
    [
        ("a", "[1,2]", "[1,1]"), ("b", "[1,2]", "[0,0]"), ("-a", "[1,2]", "[-1,-1]"), ("a + a - b", "[1,2]", "[2,2]"),
        ("a * b", "[1,2]", "[3,4]"), ("a * b * a", "[1,2]", "[6,16]"), ("a / b", "[1,2]", "[1/4,1/3]"),
        ("a ^ 2", "[1,2]", "[2,4]"), ("a ^ 2", "[-1,2]", "[-2,4]"), ("a ^ 3", "[1,2]", "[3,12]"),
        ("a ^ -1", "[1,2]", "[-1,-1/4]"), ("a ^ -1", "[-1,1]", "(-oo,oo)"), ("sqrt(a)", "[1,4]", "[1/4,1/2]"),
        ("min(a, b)", "[1,2]", "[1,1]"), ("min(a, b)", "[1,5]", "[0,1]"), ("min(a, b)", "[5,6]", "[0,0]"),
        ("max(a, b)", "[5,6]", "[1,1]"), ("max(a, b)", "[1,2]", "[0,0]"), ("max(2 * a, b)", "[1,2]", "[0,2]"),
        ("min(a, b)", "[4,5]", "[0,1]"), ("max(a, b)", "[2,3]", "[0,1]"),
        ("abs(a)", "[1,2]", "[1,1]"), ("abs(a)", "[-2,-1]", "[-1,-1]"), ("abs(a)", "[-1,1]", "[-1,1]"),
        ("abs(a)", "[0,1]", "[1,1]"), ("abs(a)", "[-1,0]", "[-1,-1]"),
        ("where(b < 9, a, 2 * a)", "[1,2]", "[1,2]"), ("where(a < 9, a, 2 * a)", "[1,2]", "(-oo,oo)"),
        ("floor(a)", "[1,2]", "[0,oo)"), ("-ceil(a)", "[1,2]", "(-oo,0]"), ("log(a)", "[1,2]", "[1/2,1]"),
        ("log(a)", "[1/4,2]", "[1/2,4]"), ("log(a)", "[-1,2]", "[1/2,oo)"),
        ("b / a", "[0,1]", "(-oo,-3]"), ("exp(a - a + b - b)", "[1,1]", "[0,0]"),
    ],
)  # fmt: skip
def test_the_slope_over_a_box_is_the_one_worked_by_hand(expression: str, a: str, expected: str) -> None:
    """With b from 3 to 4: no narrower than the slopes that there are, and no wider where each input occurs once."""
    dag, node = expand_printed(parse(expression), {"a": [0], "b": [1]})
    leaves = {0: interval(a), 1: interval("[3,4]")}
    cone = dag.cone((node,), {})
    values = {}
    for i in cone:
        try:
            values[i] = range_of(dag, i, leaves)
        except UndefinedError:
            continue

    assert shown(slope(dag, cone, node, values, 0)) == expected


@pytest.mark.parametrize(
    ("expression", "linear"),
    [
        ("a", True), ("b", True), ("a * b + 3", True), ("a / (a + b)", True), ("(a + b) / (a - b)", True),
        ("b / a", True),
        ("a * a", False), ("a ^ 2", False), ("a ^ -1", True),
        ("b ^ 2 * a", True), ("1 / a + a", False),
        ("a / b / a", True),
        ("min(a, b)", False), ("min(b, 2) * a", True), ("floor(b) + a", True), ("sqrt(a)", False),
        ("(a + 1) ^ 1", True),
        ("a ^ 0.5 * 2", False), ("sqrt(b) * a", True),
    ],
)  # fmt: skip
def test_what_is_a_quotient_of_linear_expressions(expression: str, linear: bool) -> None:
    """Degrees of numerator and denominator are counted; a product of both ways is too much."""
    dag, node = expand_printed(parse(expression), {"a": [0], "b": [1]})

    assert is_fractional_linear(dag, dag.cone((node,), {}), node, 0) == linear
