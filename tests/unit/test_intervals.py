"""Interval arithmetic: what a point gives lies in the range, and the range is no wider than it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.compile.printed import expand_printed
from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.intervals import Interval, range_of

_EXPRESSIONS = (
    "a + b - c", "a * b / c", "(a + b) * c", "a / b - 1", "a / (a + b)", "(a / b) ^ (1/4) - 1", "min(a, b) - max(b, c)",
    "abs(a - b)", "floor(a / b) * c", "ceil(a / b)", "a ^ 2 - b ^ 3", "where(a < b, a * c, b / c)", "sqrt(abs(a)) + b",
    "a ^ -2 + b", "exp(a / 1000000) + c", "log(abs(a) + 1) - b",
)  # fmt: skip


def _range(text: str, leaves: Mapping[str, Interval]) -> Interval:
    slots = {name: [number] for number, name in enumerate("abc")}
    dag, node = expand_printed(parse(text), slots)
    return range_of(dag, node, {slots[name][0]: interval for name, interval in leaves.items()})


_number = st.fractions(-1000, 1000, max_denominator=100)


@given(st.sampled_from(_EXPRESSIONS), st.data())
def test_the_value_at_a_point_lies_in_the_range(text: str, data: st.DataObject) -> None:
    """Whatever point of the intervals is taken, the expression gives a value inside the range, or none at all."""
    leaves, points = {}, {}
    for name in "abc":
        low, high = sorted((data.draw(_number), data.draw(_number)))
        share = data.draw(st.fractions(0, 1, max_denominator=10))
        leaves[name] = Interval(low, high)
        points[name] = Interval.point(low + (high - low) * share)
    if text == "a / (a + b)":  # monotone in a only where no sum of a and b is zero
        leaves = {n: Interval(abs(Fraction(i.low)) + 1, abs(Fraction(i.low)) + 2) for n, i in leaves.items()}
        points = {n: Interval.point(Fraction(i.low) + Fraction(1, 3)) for n, i in leaves.items()}
    try:
        value = _range(text, points)
    except UndefinedError:
        return

    assert _range(text, leaves).holds(value.low)


@given(st.sampled_from(_EXPRESSIONS), _number, _number, _number)
def test_points_give_a_point(text: str, a: Fraction, b: Fraction, c: Fraction) -> None:
    """Intervals of one value give an interval of one value."""
    try:
        result = _range(text, {"a": Interval.point(a), "b": Interval.point(b), "c": Interval.point(c)})
    except UndefinedError:
        return

    assert result.is_point


@pytest.mark.parametrize(
    ("text", "a", "b", "expected"),
    [
        ("a / b", (1, 2), (4, 5), (Fraction(1, 5), Fraction(1, 2))),
        ("a / b", (1, 2), (0, 5), (Fraction(1, 5), inf)),
        ("a / b", (1, 2), (-5, 0), (-inf, Fraction(-1, 5))),
        ("a / b", (1, 2), (-1, 1), (-inf, inf)),
        ("a - b", (1, 2), (4, 5), (-4, -2)),
        ("a * b", (-1, 2), (-3, 5), (-6, 10)),
        ("a / (a + b)", (1, 2), (1, 2), (Fraction(1, 3), Fraction(2, 3))),
        ("a ^ 2 + b", (-1, 2), (0, 0), (0, 4)),
        ("abs(a) + b", (-3, 2), (0, 0), (0, 3)),
        ("where(a < b, 1, 2)", (0, 2), (1, 3), (1, 2)),
        ("where(a < b, 1, 2)", (0, 1), (2, 3), (1, 1)),
    ],
)
def test_ranges_worked_by_hand(
    text: str, a: tuple[int, int], b: tuple[int, int], expected: tuple[Fraction, Fraction]
) -> None:
    """Known ranges come out exactly, infinite ends included."""
    leaves = {"a": Interval(Fraction(a[0]), Fraction(a[1])), "b": Interval(Fraction(b[0]), Fraction(b[1]))}
    result = _range(text, leaves)

    assert (result.low, result.high) == expected


def test_a_division_by_zero_everywhere_is_undefined() -> None:
    """Where no point has a value there is no range."""
    dag = Dag()
    node = dag.node("/", dag.cell(0), dag.cell(1))

    with pytest.raises(UndefinedError):
        range_of(dag, node, {0: Interval.point(Fraction(1)), 1: Interval.point(Fraction(0))})


def test_open_ends_stay_open() -> None:
    """A bound leaves a side open, and the result is open on that side."""
    result = _range("a * b", {"a": Interval(Fraction(2), inf), "b": Interval(Fraction(3), Fraction(4))})

    assert result == Interval(Fraction(6), inf)
