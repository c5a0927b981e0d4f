"""Solving against answers worked by hand, against roots that are known by construction, and against SymPy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.analysis.inverse import Stretch
from bullwhip.analysis.line import Line
from bullwhip.analysis.pieces import cut
from bullwhip.analysis.polynomial import ONE, Polynomial, at, times
from bullwhip.analysis.real import Real, roots
from bullwhip.analysis.solve import Solved, solve
from bullwhip.expr.dag import Dag
from bullwhip.propagate import Evaluation
from bullwhip.propagate.intervals import Interval
from random_programs import Small

Build = Callable[[Dag, int], int]
F = Fraction
NUMBERS = st.fractions(-6, 6, max_denominator=7)


def line(build: Build, given_value: Fraction | None = None) -> Line:
    """Return a function of one input as the compiler would build it."""
    small = Small()
    x = small.input(given_value or F(1))
    small.cell(build(small.dag, x))
    return Line(Evaluation(small.program()), 1, {0: (F(0), F(1))})


def solved(build: Build, target: Interval | int | Fraction, low: int = -10, high: int = 10) -> Solved:
    """Return where a function has a value or lies in an interval."""
    wanted = target if isinstance(target, Interval) else Interval.point(F(target))
    return solve(line(build), F(low), F(high), wanted, F(1))


def shown(found: Solved) -> list[str]:
    """Return what is found in short: `2 crosses`, `[0, 1)`."""
    return [_shown(s) for s in found.stretches]


def _shown(s: Stretch) -> str:
    low, high = (f"{e.low}" if e.is_exact else f"~{float(e.rounded()):.6g}" for e in (s.low, s.high))
    return f"{low} {s.kind}" if s.is_point else f"{'(['[not s.low_open]}{low}, {high}{')]'[not s.high_open]}"


def polynomial(d: Dag, x: int, chosen: list[Fraction]) -> int:
    """Return the product of (x - root)."""
    return d.times(d.num(1), *(d.add(x, d.num(-r)) for r in chosen)) if chosen else d.num(1)


CASES: dict[str, tuple[Build, Interval | int | Fraction, list[str]]] = {
    "a line": (lambda d, x: d.add(d.times(d.num(3), x), d.num(1)), 7, ["2 crosses"]),
    "a quotient": (lambda d, x: d.div(d.num(12), x), 4, ["3 crosses"]),
    "a square": (lambda d, x: d.pow(x, F(2)), 9, ["-3 crosses", "3 crosses"]),
    "a square that touches": (lambda d, x: d.pow(x, F(2)), 0, ["0 touches"]),
    "a square without": (lambda d, x: d.pow(x, F(2)), -1, []),
    "a root of two": (lambda d, x: d.pow(x, F(2)), 2, ["~-1.41421 crosses", "~1.41421 crosses"]),
    "a constant": (lambda d, x: d.add(x, d.neg(x)), 1, []),
    "zero is zero": (lambda d, x: d.add(x, d.neg(x)), 0, ["[-10, 10]"]),
    "one but at a pole": (lambda d, x: d.div(x, x), 1, ["[-10, 0)", "(0, 10]"]),
    "the end of the range": (lambda d, x: x, 10, ["10 end"]),
    "beyond the range": (lambda d, x: x, 11, []),
    "a cap": (lambda d, x: d.node("min", x, d.num(3)), 2, ["2 crosses"]),
    "a cap that is reached": (lambda d, x: d.node("min", x, d.num(3)), 3, ["[3, 10]"]),
    "beyond the cap": (lambda d, x: d.node("min", x, d.num(3)), 4, []),
    "a tent at its top": (lambda d, x: d.node("min", x, d.add(d.num(6), d.neg(x))), 3, ["3 touches"]),
    "a tent": (lambda d, x: d.node("min", x, d.add(d.num(6), d.neg(x))), 1, ["1 crosses", "5 crosses"]),
    "a distance": (lambda d, x: d.node("abs", d.add(x, d.num(-2))), 3, ["-1 crosses", "5 crosses"]),
    "a step": (lambda d, x: d.node("floor", x), 2, ["[2, 3)"]),
    "a step up": (lambda d, x: d.node("ceil", x), 2, ["(1, 2]"]),
    "between steps": (lambda d, x: d.node("floor", x), F(5, 2), []),
    "a condition": (lambda d, x: d.select("<", x, d.num(4), x, d.num(7)), 7, ["[4, 10]"]),
    "a condition with its end": (lambda d, x: d.select("<=", x, d.num(4), d.num(7), x), 7, ["[-10, 4]", "7 crosses"]),
    "a jump with the value at it": (
        lambda d, x: d.select("<=", x, d.num(4), x, d.add(x, d.num(5))), 4, ["4 jump"],
    ),
    "an irrational bend": (
        lambda d, x: d.node("min", d.pow(x, F(2)), d.num(2)), 2, ["[-10, ~-1.41421]", "[~1.41421, 10]"],
    ),
    "a band": (lambda d, x: d.pow(x, F(2)), Interval(F(1), F(4)), ["[-2, -1]", "[1, 2]"]),
    "an open band": (lambda d, x: x, Interval(F(1), F(4), True, True), ["(1, 4)"]),
    "half open": (lambda d, x: d.neg(x), Interval(F(1), F(4), high_open=True), ["(-4, -1]"]),
    "at least": (lambda d, x: d.div(d.num(1), x), Interval(F(1, 2), inf), ["(0, 2]"]),
    "a cubic": (lambda d, x: polynomial(d, x, [F(1), F(2), F(3)]), 0, ["1 crosses", "2 crosses", "3 crosses"]),
    "division by zero in a branch that is not taken": (
        lambda d, x: d.select("<", d.num(0), x, d.div(d.num(6), x), d.num(0)), 3, ["2 crosses"],
    ),
    "an exponential": (lambda d, x: d.node("exp", x), 2, ["~0.693147 crosses"]),
    "a logarithm": (lambda d, x: d.node("log", x), 0, ["~1 crosses"]),
    "a square root": (lambda d, x: d.pow(x, F(1, 2)), 2, ["4 crosses"]),
    "many steps": (lambda d, x: d.node("floor", d.times(d.num(10**6), x)), 5, ["[1/200000, 3/500000)"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_the_one_worked_by_hand(name: str) -> None:
    """Every value is found, exactly where it is rational, with its ends and with how the target is met there."""
    build, target, expected = CASES[name]

    assert expected == shown(solved(build, target))


def test_a_value_between_two_steps_is_jumped_over() -> None:
    """No x has floor(x) = 5/2; the answer says that the value jumps over it at 3, from 2 to 3."""
    (jump,) = solved(lambda d, x: d.node("floor", x), F(5, 2)).jumps

    assert (F(3), True, F(2), F(3)) == (jump.place.low, jump.place.is_exact, jump.left, jump.right)


def test_nothing_is_jumped_over_at_a_pole() -> None:
    """1/x goes from minus to plus infinity at 0, and passes 0 nowhere."""
    found = solved(lambda d, x: d.div(d.num(1), x), 0)

    assert ((), ()) == (found.stretches, found.jumps)


def test_nothing_is_jumped_over_at_a_pole_that_is_no_fraction() -> None:
    """1/(x^2 - 2) goes through infinity at the root of 2, whose 60 digits lie beside it."""
    found = solved(lambda d, x: d.div(d.num(1), d.add(d.pow(x, F(2)), d.num(-2))), 1, 0, 10)

    assert (["~1.73205 crosses"], ()) == (shown(found), found.jumps)


def test_a_scan_crosses_the_target_right_beside_where_there_is_no_value() -> None:
    """The root of x - 10007/10000 is 10^-4 a hundred-millionth above where it begins."""
    found = solved(lambda d, x: d.pow(d.add(x, d.num(F(-10007, 10**4))), F(1, 2)), F(1, 10**4), 0, 10)

    assert (["100070001/100000000 crosses"], ()) == (shown(found), found.jumps)


def test_looking_along_a_line_leaves_the_evaluation_as_it_was() -> None:
    """The root of 2 is rounded; that of 4, which the evaluation gives, stays exact beside it."""
    small = Small()
    x = small.input(F(4))
    small.cell(small.dag.pow(x, F(1, 2)))
    evaluation = Evaluation(small.program())
    evaluation.value(1)
    along = Line(evaluation, 1, {0: (F(0), F(1))})
    along.value(F(2))

    assert (False, True) == (along.was_exact, evaluation.is_exact(1))


def test_a_scan_finds_what_is_narrow() -> None:
    """The dip exp((x - c)^2 - 10^-9) = 1 is 63 millionths wide in a range of 100, and is found on both sides of c."""
    c, wide = F(12345678, 10**7), 10**9
    found = solved(lambda d, x: d.node("exp", d.add(d.pow(d.add(x, d.num(-c)), F(2)), d.num(F(-1, wide)))), 1, -50, 50)

    assert 2 == len(found.stretches)
    for stretch, sign in zip(found.stretches, (-1, 1), strict=True):
        assert abs((stretch.low.rounded() - c) ** 2 * wide - 1) < F(1, 10**30)
        assert (stretch.low.rounded() - c) * sign > 0


def test_what_is_reached_tells_open_ends() -> None:
    """The share x / (1 + x) on 0 … 10 reaches 0 and 10/11; 1/x reaches 1/10 there and goes up without end."""
    share = solved(lambda d, x: d.div(x, d.add(d.num(1), x)), 2, 0)
    inverse = solved(lambda d, x: d.div(d.num(1), x), -1, 0)
    step = solved(lambda d, x: d.select("<", x, d.num(5), x, d.num(0)), -1, 0)

    assert Interval(F(0), F(10, 11)) == share.span
    assert Interval(F(1, 10), inf, high_open=True) == inverse.span
    assert Interval(F(0), F(5), high_open=True) == step.span


def test_a_switch_is_where_another_argument_binds() -> None:
    """min(2 x, x + 3) follows 2 x up to 3, and x + 3 from there."""
    found = solved(lambda d, x: d.node("min", d.times(d.num(2), x), d.add(x, d.num(3))), 8)

    assert [(F(3), 0, 1)] == [(s.place.low, s.before, s.after) for s in found.switches]
    assert ["5 crosses"] == shown(found)


def test_an_unknown_input_leaves_everything_unknown_but_what_does_not_need_it() -> None:
    """With y unknown, x * y is unknown at every x, and where(x < 1, x, y) is known below 1."""

    def program(build: Callable[[Dag, int, int], int]) -> Line:
        small = Small()
        x, y = small.input(F(1)), small.input(None)
        small.cell(build(small.dag, x, y))
        return Line(Evaluation(small.program()), 2, {0: (F(0), F(1))})

    target = Interval.point(F(1, 2))
    product = solve(program(lambda d, x, y: d.times(x, y)), F(0), F(2), target)
    guarded = solve(program(lambda d, x, y: d.select("<", x, d.num(1), x, y)), F(0), F(2), target)

    assert (None, []) == (product.span, shown(product))
    assert ["1/2 crosses"] == shown(guarded)


@given(st.lists(NUMBERS, max_size=7), NUMBERS)
@settings(max_examples=100, deadline=None)
def test_all_chosen_roots_are_found(chosen: list[Fraction], shift: Fraction) -> None:
    """A product of (x - root), moved by a number, has that number at exactly the chosen roots, rational as they are."""
    found = solved(lambda d, x: d.add(polynomial(d, x, chosen), d.num(shift)), shift)
    times_chosen = {r: chosen.count(r) for r in chosen}

    assert [
        f"{r} {'touches' if n % 2 == 0 else 'crosses'}" for r, n in sorted(times_chosen.items())
    ] == shown(found)  # fmt: skip


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=7))
@settings(max_examples=100, deadline=None)
def test_the_number_of_roots_is_sympys(coefficients: list[int]) -> None:
    """SymPy counts as many real roots, and they are at the same places."""
    x = sympy.Symbol("x")
    form = sum(c * x**k for k, c in enumerate(coefficients))
    assume(form.is_polynomial(x) and form.has(x))
    theirs = sorted(set(sympy.real_roots(sympy.Poly(form, x))), key=float)
    while coefficients and coefficients[-1] == 0:
        coefficients = coefficients[:-1]
    ours = roots(tuple(coefficients), F(-1000), F(1000))

    assert [float(sympy.N(r, 30)) for r in theirs] == pytest.approx([float(r.rounded()) for r in ours], abs=1e-12)
    assert [F(int(r.p), int(r.q)) for r in theirs if r.is_Rational] == [r.low for r in ours if r.is_rational]


@given(st.lists(st.fractions(-3, 3, max_denominator=4), min_size=1, max_size=3), NUMBERS, NUMBERS)
@settings(max_examples=30, deadline=None)
def test_sympy_solves_to_the_same(chosen: list[Fraction], a: Fraction, b: Fraction) -> None:
    """Of a rational form of one unknown, SymPy's real solutions in the range are the ones found."""
    assume(a != 0)
    x = sympy.Symbol("x", real=True)
    rational = [sympy.Rational(v.numerator, v.denominator) for v in (*chosen, a, b)]
    form = sympy.Mul(*(x - r for r in rational[:-2])) / (x + rational[-2])
    theirs = [r for r in sympy.solve(form - rational[-1], x) if r.is_real and -10 <= r <= 10]

    def build(d: Dag, node: int) -> int:
        return d.div(polynomial(d, node, chosen), d.add(node, d.num(a)))

    ours = [s.low for s in solved(build, b).stretches]
    assert sorted(float(r) for r in theirs) == pytest.approx([float(r.rounded()) for r in ours], abs=1e-12)


def test_real_numbers_are_compared_exactly() -> None:
    """The square root of two is the root of x^2 - 2 and of x^4 - 4, less than 1.41421357 and more than 1.41421356."""
    (a,) = roots((-2, 0, 1), F(0), F(2))
    (b,) = roots((-4, 0, 0, 0, 1), F(0), F(2))

    assert a.equals(b)
    assert 0 == a.compare(b)
    assert (-1, 1) == tuple(a.compare(Real.rational(F(v))) for v in ("1.41421357", "1.41421356"))
    assert [0, -1, 1] == [a.sign_of(p) for p in ((-2, 0, 1), (-3, 2), (-1, 1))]


def test_two_roots_that_nearly_meet_are_told_apart() -> None:
    """Roots 10^-30 apart are two; a root of both polynomials is one."""
    near = F(1, 10**30)
    product: Polynomial = ONE
    for r in (F(1), 1 + near):
        product = times(product, (-r.numerator, r.denominator))

    assert [F(1), 1 + near] == [r.low for r in roots(product, F(0), F(2))]
    assert 0 == at(product, 1 + near)


def test_pieces_end_where_a_choice_changes() -> None:
    """max(x, 2, -x) on -10 … 10 has three open pieces with the points -2 and 2 between them."""
    pieces = cut(line(lambda d, x: d.node("max", x, d.num(2), d.neg(x))), F(-10), F(10))

    assert [-10, -2, 2, 10] == [p.low.low for p in pieces if p.is_point]
    assert [2, 1, 0] == [next(iter(p.reading.branch.values())) for p in pieces if not p.is_point]
