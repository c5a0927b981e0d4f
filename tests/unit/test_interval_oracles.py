"""The range of an expression against what its points give: no value is left out, and none is made up."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import inf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bullwhip.compile.printed import expand_printed
from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.intervals import Interval, range_of, required

NAMES = "abc"
_NUMBERS = st.fractions(-20, 20, max_denominator=4)


def _graph(text: str) -> tuple[Dag, int]:
    return expand_printed(parse(text), {name: [number] for number, name in enumerate(NAMES)})


def _range(text: str, *leaves: Interval) -> Interval:
    dag, node = _graph(text)
    return range_of(dag, node, dict(enumerate(leaves)))


@st.composite
def _expressions(draw: st.DrawFn, depth: int = 3) -> str:
    """Write an expression in which inputs may occur several times."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return str(draw(st.sampled_from([*NAMES, *NAMES, "2", "3", "0.5"])))
    part = _expressions(depth - 1)
    kind = draw(st.sampled_from(["+", "-", "*", "/", "+", "-", "*", "/", "^2", "^3", "^-1", "call", "one", "where"]))
    if kind in "+-*/":
        return f"({draw(part)} {kind} {draw(part)})"
    if kind[0] == "^":
        return f"({draw(part)}){kind}"
    if kind == "call":
        return f"{draw(st.sampled_from(['min', 'max']))}({draw(part)}, {draw(part)})"
    if kind == "one":
        return f"{draw(st.sampled_from(['abs', 'floor', 'ceil']))}({draw(part)})"
    return f"where({draw(part)} {draw(st.sampled_from(['<', '<=']))} {draw(part)}, {draw(part)}, {draw(part)})"


@st.composite
def _intervals(draw: st.DrawFn) -> Interval:
    low, high = sorted((draw(_NUMBERS), draw(_NUMBERS)))
    if low == high:
        return Interval.point(low)
    return Interval(low, high, draw(st.booleans()), draw(st.booleans()))


def _points(interval: Interval) -> list[Fraction]:
    """Return values of an interval: its ends where they belong to it, and some between."""
    low, high = Fraction(interval.low), Fraction(interval.high)
    shares = [Fraction(0), Fraction(1, 1000), Fraction(1, 3), Fraction(1, 2), Fraction(5, 7), Fraction(1)]
    return [v for s in shares if interval.holds(v := low + (high - low) * s)]


def _values(text: str, leaves: Mapping[int, Interval]) -> list[Fraction]:
    dag, node = _graph(text)
    found = []
    for point in product(*(_points(leaves[k]) for k in range(3))):
        try:
            value = range_of(dag, node, {k: Interval.point(v) for k, v in enumerate(point)})
        except UndefinedError:
            continue
        found.append(Fraction(value.low))
    return found


@given(_expressions(), _intervals(), _intervals(), _intervals())
def test_no_value_of_any_expression_is_left_out(text: str, a: Interval, b: Interval, c: Interval) -> None:
    """Every value that points of the intervals give lies in the range, whatever occurs how often."""
    leaves = {0: a, 1: b, 2: c}
    try:
        whole = range_of(*_graph(text), leaves)
    except UndefinedError:
        assume(False)
    outside = [v for v in _values(text, leaves) if not whole.holds(v)]

    assert outside == []


@given(st.lists(st.integers(-6, 6), min_size=3, max_size=3), _NUMBERS, _NUMBERS)
def test_the_range_of_a_parabola_is_known(factors: list[int], one: Fraction, other: Fraction) -> None:
    """An input that occurs twice and does not only rise or fall gives the range between its ends and its vertex."""
    p, q, r = factors
    low, high = sorted((one, other))
    vertex = [Fraction(-q, 2 * p)] if p and low < Fraction(-q, 2 * p) < high else []
    ends = [p * x * x + q * x + r for x in (low, high, *vertex)]
    found = _range(f"a * ({p} * a + {q}) + {r}", Interval(low, high), Interval.point(low), Interval.point(low))

    assert abs(Fraction(found.low) - min(ends)) <= Fraction(1, 10**9)
    assert abs(Fraction(found.high) - max(ends)) <= Fraction(1, 10**9)
    assert found.low <= min(ends)
    assert found.high >= max(ends)


_ONCE = (
    "a + b - c", "a - b * c", "a * b / c", "(a + b) / c", "a / b - c", "min(a, b) - c", "max(a, b) * c",
    "abs(a) - b * c", "a ^ 2 - b + c", "floor(a) + ceil(b) * c", "where(a < b, 1, 2) + c", "where(a <= b, 1, 2) * c",
)  # fmt: skip
_TWICE = ("(a - b) / b + 0 * c", "a / (a + b) * c", "a * b + a * c", "(a + b) / (a / c + b / c)", "a * (1 - b) - b * c")


@given(st.sampled_from((*_ONCE, *_TWICE)), st.data())
def test_every_end_is_reached_or_left_out(text: str, data: st.DataObject) -> None:
    """An open end is approached and not reached; a closed one is reached, at least where each input occurs once."""
    whole = [data.draw(st.integers(1, 9)) for _ in NAMES]
    leaves = {}
    for k, low in enumerate(whole):
        high = low + data.draw(st.integers(1, 4))
        leaves[k] = Interval(Fraction(low), Fraction(high), data.draw(st.booleans()), data.draw(st.booleans()))
    found = range_of(*_graph(text), leaves)
    tiny = Fraction(1, 10**12)
    inner: dict[int, list[Fraction]] = {}
    for k, interval in leaves.items():
        first, last = Fraction(interval.low), Fraction(interval.high)
        inner[k] = [v for v in (first, first + tiny, last - tiny, last) if interval.holds(v)]
    dag, node = _graph(text)
    values = [
        Fraction(range_of(dag, node, {k: Interval.point(v) for k, v in enumerate(point)}).low)
        for point in product(*(inner[k] for k in range(3)))
    ]

    assert abs(min(values) - Fraction(found.low)) < Fraction(1, 10**6)
    assert abs(max(values) - Fraction(found.high)) < Fraction(1, 10**6)
    assert not (found.low_open and min(values) == found.low)
    assert not (found.high_open and max(values) == found.high)
    assert text in _TWICE or (min(values) == found.low) == (not found.low_open)
    assert text in _TWICE or (max(values) == found.high) == (not found.high_open)


_BACKWARDS = (
    "a + b - c",
    "c - a",
    "a * b",
    "b / a",
    "a / b",
    "a ^ 2 * b",
    "(a - b) / c",
    "a ^ 3 + b",
    "sqrt(a) * b",
    "b * a ^ -1",
)


@given(st.sampled_from(_BACKWARDS), st.data())
def test_what_an_input_would_have_to_be_makes_the_expression_come_out(text: str, data: st.DataObject) -> None:
    """Every input with which some values of the others hit the target lies in what is required."""
    leaves = {k: data.draw(_intervals()) for k in (1, 2)}
    target = data.draw(_intervals())
    value = data.draw(st.fractions(0, 20, max_denominator=4))
    dag, node = _graph(text)
    needed = required(dag, node, 0, leaves, target)
    assume(needed is not None)
    assert needed is not None
    try:
        hit = any(target.holds(v) for v in _values(text, {0: Interval.point(value), **leaves}))
    except UndefinedError:
        assume(False)

    assert not hit or needed.holds(value)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (Interval(Fraction(1), Fraction(2), high_open=True), Interval(Fraction(2), Fraction(3)), False),
        (Interval(Fraction(1), Fraction(2)), Interval(Fraction(2), Fraction(3)), True),
        (Interval(Fraction(1), Fraction(2)), Interval(Fraction(2), Fraction(3), low_open=True), False),
        (Interval(Fraction(1), inf), Interval(-inf, Fraction(1)), True),
        (Interval(Fraction(1), inf, low_open=True), Interval(-inf, Fraction(1)), False),
        (Interval(-inf, inf), Interval.point(Fraction(0)), True),
    ],
)
def test_intervals_that_only_touch_share_a_point_where_both_ends_are_closed(
    one: Interval, other: Interval, share: bool
) -> None:
    """An open end is no part of an interval."""
    assert (one.meets(other), other.meets(one)) == (share, share)


def test_huge_figures_beside_a_bound_do_not_overflow() -> None:
    """A figure beyond every float is no trouble where another one is open to one side."""
    huge = Interval.point(Fraction(10) ** 400)

    assert _range("a * b + a", huge, Interval(Fraction(1), inf), huge).high == inf


def test_a_power_of_powers_is_refused_before_it_is_computed() -> None:
    """Nested powers grow beyond any memory; they end at once."""
    tower = "a"
    for _ in range(12):
        tower = f"({tower})^64"
    seven = Interval(Fraction(13, 2), Fraction(15, 2))

    with pytest.raises(UndefinedError, match="13,000 bits"):
        _range(tower, seven, seven, seven)
