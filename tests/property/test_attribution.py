"""Laws of attribution on random programs: the terms against a brute-force Shapley value, and what it promises.

The oracle goes through every order in which the players can step, and evaluates every mixture of both sides with the
evaluator; it shares nothing with the engine's polynomials and tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.analysis import attribution
from bullwhip.analysis.attribution import Split, Step, Tape, UnsplitError, split
from bullwhip.analysis.sides import Laid, between_evaluations
from bullwhip.errors import PropagationError
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation
from random_programs import PIECES, RATIONAL, SMALL, WHOLE, Small, Values, programs

EVERYTHING = (*RATIONAL, *PIECES, "floor", "ceil")


@dataclass(frozen=True)
class Sides:
    """Two sides of a random program, and the cell that is asked."""

    program: CompiledProgram
    output: int
    a: dict[int, Fraction]
    b: dict[int, Fraction]
    variants_a: dict[str, str]
    variants_b: dict[str, str]
    kept: dict[frozenset[str], Fraction | None] = field(default_factory=dict, compare=False, repr=False)

    def evaluation(self, players: Iterable[str]) -> Evaluation:
        """Return the mixture in which some players are at side B; a player is a cell's name or `rule` and its name."""
        moved = set(players)
        values: dict[int, Fraction] = {}
        for p, cell in enumerate(self.program.cells):
            side = self.b if cell.quantity in moved else self.a
            if p in side:
                values[p] = side[p]
        names = {*self.variants_a, *self.variants_b}
        chosen = {n: (self.variants_b if f"rule {n}" in moved else self.variants_a).get(n, "") for n in names}
        return Evaluation(self.program, values, chosen)

    def players(self) -> list[str]:
        """Return everything that differs, whether it reaches the cell or not."""
        cells = self.program.cells
        values = [c.quantity for p, c in enumerate(cells) if self.given(self.a, p) != self.given(self.b, p)]
        names = sorted({*self.variants_a, *self.variants_b})
        return values + [f"rule {n}" for n in names if self.variants_a.get(n, "") != self.variants_b.get(n, "")]

    def given(self, side: dict[int, Fraction], p: int) -> Fraction | None:
        """Return what is set at a cell, or given there."""
        given = self.program.given.get(p)
        return side.get(p, None if given is None else given.value)

    def value(self, players: Iterable[str]) -> Fraction:
        """Return the value of a mixture; examples in which it has none are passed over."""
        moved = frozenset(players)
        if moved not in self.kept:
            evaluation = self.evaluation(moved)
            try:
                value = evaluation.value(self.output)
            except PropagationError:
                value = None
            self.kept[moved] = None if evaluation.inexact else value
        found = self.kept[moved]
        assume(found is not None)
        return found or Fraction(0)

    def reversed(self) -> Sides:
        """Return the sides exchanged."""
        return Sides(self.program, self.output, self.b, self.a, self.variants_b, self.variants_a)

    def laid(self) -> Laid:
        """Return the tape of both sides."""
        ends = self.evaluation(()), self.evaluation(self.players())
        return between_evaluations(*ends, self.output)

    def terms(self) -> dict[str, Fraction]:
        """Return the engine's terms by player, those without influence left out."""
        laid = self.laid()
        found = split(laid.tape, self.value(self.players()) - self.value(()), laid.order())
        return named(laid, found)


def named(laid: Laid, found: Split) -> dict[str, Fraction]:
    """Return terms that are not zero, by player."""
    players = laid.players
    name = {k: f"rule {p.quantity}" if p.kind == "rule" else p.quantity for k, p in enumerate(players)}
    return {name[k]: amount for k, amount in found.terms.items() if amount}


@st.composite
def sides(draw: st.DrawFn, operations: tuple[str, ...] = EVERYTHING, most: int = 5, values: Values = SMALL) -> Sides:
    """Draw a program with other inputs, set cells and a variant on side B."""
    program, output = draw(programs(operations, values))
    cells = list(program.cells)
    rules = [p for p, c in enumerate(cells) if c.definition >= 0]
    chosen: dict[str, str] = {}
    p = draw(st.sampled_from(rules))
    earlier = [c.node for c in cells[:p]]
    varied = draw(st.booleans())
    if earlier and varied:
        cells[p] = replace(cells[p], variants=(("other", draw(st.sampled_from(earlier))),))
        chosen = {cells[p].quantity: "other"}
    program = replace(program, cells=tuple(cells))
    a = draw(st.dictionaries(st.sampled_from(rules), values, max_size=1))
    inputs = [p for p, c in enumerate(cells) if c.definition < 0]
    b = {p: draw(values) for p in inputs} | draw(st.dictionaries(st.sampled_from(rules), values, max_size=1))
    both = Sides(program, output, a, b, {}, chosen)
    assume(1 <= len(both.players()) <= most)
    return both


@settings(max_examples=200)
@given(sides())
def test_terms_are_the_mean_over_all_orders(both: Sides) -> None:
    """Every term is what its player adds, averaged over every order in which the players can step."""
    players = both.players()
    expected = dict.fromkeys(players, Fraction(0))
    for line in permutations(players):
        for k, player in enumerate(line):
            expected[player] += both.value(line[: k + 1]) - both.value(line[:k])
    expected = {p: amount / factorial(len(players)) for p, amount in expected.items() if amount}

    assert expected == both.terms()


@pytest.mark.parametrize("limit", [0, 1, 12])
@given(both=sides(most=8))
def test_terms_add_up_and_reversal_flips_every_sign(limit: int, both: Sides) -> None:
    """At every size, above the limit of tables too, and with kinks and jumps."""
    kept, attribution.MAX_TABLE = attribution.MAX_TABLE, limit
    try:
        forth, back = both.terms(), both.reversed().terms()
    except UnsplitError:
        assume(False)
    finally:
        attribution.MAX_TABLE = kept

    assert sum(forth.values(), Fraction(0)) == both.value(both.players()) - both.value(())
    assert forth == {p: -amount for p, amount in back.items()}


@given(sides())
def test_every_mixture_of_the_tape_is_the_evaluation_of_its_settings(both: Sides) -> None:
    """The tape with some players at B has the value of the program under the settings mixed alike."""
    laid = both.laid()
    name = [f"rule {p.quantity}" if p.kind == "rule" else p.quantity for p in laid.players]
    for mask in range(1 << len(name)):
        moved = [k for k in range(len(name)) if mask >> k & 1]

        assert laid.tape.corner(moved) == both.value(name[k] for k in moved)


@given(sides(), SMALL, SMALL)
def test_a_player_that_moves_nothing_has_no_term(both: Sides, one: Fraction, two: Fraction) -> None:
    """An input that is multiplied by nothing adds nothing, whatever it does."""
    laid = both.laid()
    before = named(laid, split(laid.tape, both.value(both.players()) - both.value(()), laid.order()))
    tape, last = laid.tape, len(laid.tape.steps) - 1
    null = tape.add(Step(("leaf",), (), 99, (one, two)))
    nothing = tape.add(Step(("*",), (null, tape.constant(Fraction(0)))))
    tape.add(Step(("+",), (last, nothing)))
    found = split(tape, both.value(both.players()) - both.value(()), [*laid.order(), 99])

    assert found.terms.pop(99) == 0
    assert named(laid, found) == before


def tape_of(operation: str, ends: list[tuple[int, int]]) -> Tape:
    """Return one operation over as many players as there are ends."""
    tape = Tape()
    leaves = [tape.add(Step(("leaf",), (), k, (Fraction(a), Fraction(b)))) for k, (a, b) in enumerate(ends)]
    tape.add(Step((operation,), tuple(leaves)))
    return tape


@pytest.mark.parametrize("operation", ["*", "+", "min", "max"])
@given(st.integers(-5, 5), st.integers(-5, 5), st.integers(-5, 5), st.integers(2, 7))
def test_players_that_can_be_exchanged_have_the_same_term(operation: str, a: int, b: int, c: int, n: int) -> None:
    """Equal moves of inputs that enter alike are worth the same, beside another that does not move alike."""
    tape = tape_of(operation, [(a, b)] * n + [(c, 2 * c + 1)])
    first, last = tape.corner(()), tape.corner(range(n + 1))
    assert isinstance(first, Fraction)
    assert isinstance(last, Fraction)
    found = split(tape, last - first, range(n + 1))

    assert {found.terms[k] for k in range(n)} == {found.terms[0]}
    assert sum(found.terms.values(), Fraction(0)) == last - first


@settings(max_examples=40)
@given(sides(most=4), sides(most=4))
def test_terms_of_a_sum_are_the_sums_of_terms(one: Sides, other: Sides) -> None:
    """Two computations added up: each keeps its terms, also where they share players."""
    first, second = one.laid(), other.laid()
    tape = Tape(list(first.tape.steps))
    offset = len(tape.steps)
    for step in second.tape.steps:  # player k of the one is player k of the other
        tape.add(replace(step, below=tuple(j + offset for j in step.below)))
    tape.add(Step(("+",), (offset - 1, len(tape.steps) - 1)))
    parts = [s.value(s.players()) - s.value(()) for s in (one, other)]
    order = range(max(len(first.players), len(second.players)))
    try:
        kept = [split(laid.tape, d, order).terms for laid, d in zip((first, second), parts, strict=True)]
        whole = split(tape, sum(parts, Fraction(0)), order).terms
    except UnsplitError:
        assume(False)

    assert whole == {k: sum((t.get(k, Fraction(0)) for t in kept), Fraction(0)) for k in whole}
    assert set(whole) == {*kept[0], *kept[1]}


@given(sides(most=4), sides(most=4))
def test_drivers_that_never_meet_have_what_each_changes_alone(one: Sides, other: Sides) -> None:
    """Two computations without a common player, added up: the terms of each are those it has by itself."""
    first, second = one.laid(), other.laid()
    apart = len(first.players)
    tape = Tape(list(first.tape.steps))
    offset = len(tape.steps)
    for step in second.tape.steps:
        player = step.player + apart if step.player >= 0 else -1
        tape.add(replace(step, below=tuple(j + offset for j in step.below), player=player))
    tape.add(Step(("+",), (offset - 1, len(tape.steps) - 1)))
    whole = sum((s.value(s.players()) - s.value(()) for s in (one, other)), Fraction(0))
    try:
        terms = split(tape, whole, range(apart + len(second.players))).terms
        alone = one.terms(), other.terms()
    except UnsplitError:
        assume(False)

    assert named(first, Split({k: v for k, v in terms.items() if k < apart}, "")) == alone[0]
    assert named(second, Split({k - apart: v for k, v in terms.items() if k >= apart}, "")) == alone[1]


def test_a_kink_is_split_between_those_who_bend_it() -> None:
    """min(x, y), x from 1 to 5 and y from 2 to 3.

    x first: min goes 1 → 2, then y lifts it to 3. y first: 1 → 1, then x lifts it 1 → 3. So x has (1 + 2) / 2.
    """
    found = split(tape_of("min", [(1, 5), (2, 3)]), Fraction(2), [0, 1])

    assert found.terms == {0: Fraction(3, 2), 1: Fraction(1, 2)}
    assert found.method == "shapley"


def test_more_players_at_one_kink_than_are_tabulated_are_still_added_up() -> None:
    """The greatest of 15 that all rise: means over 30 orders, in which every player takes every place twice."""
    ends = [(k, 2 * k + 3) for k in range(15)]
    found = split(tape_of("max", ends), Fraction(17), range(15))
    back = split(tape_of("max", [(b, a) for a, b in ends]), Fraction(-17), range(15))

    assert (found.method, found.orders) == ("orders", 30)
    assert sum(found.terms.values(), Fraction(0)) == 17
    assert found.terms == {k: -amount for k, amount in back.terms.items()}


def test_forty_factors_are_split_without_orders() -> None:
    """Factors that share no player need no table: the Shapley value of forty equal ones is a fortieth each."""
    found = split(tape_of("*", [(1, 2)] * 40), Fraction(2**40 - 1), range(40))

    assert found.method == "shapley"
    assert set(found.terms.values()) == {Fraction(2**40 - 1, 40)}


def test_values_that_were_rounded_still_add_up() -> None:
    """Of exp() of a product only 60 digits are kept; the terms add up to the difference of what is kept."""
    small = Small()
    x, y = small.input(Fraction(1)), small.input(Fraction(2))
    small.cell(small.dag.mul(small.dag.node("exp", x), small.dag.node("exp", y), small.dag.node("log", y)))
    program = small.program()
    a, b = Evaluation(program), Evaluation(program, {0: Fraction(3), 1: Fraction(4, 3)})
    first, last = a.value(2), b.value(2)
    assert first is not None
    assert last is not None
    laid = between_evaluations(a, b, 2)

    assert sum(split(laid.tape, last - first, laid.order()).terms.values(), Fraction(0)) == last - first


@given(sides(), st.integers(-3, 3))
def test_what_rounding_leaves_is_in_the_greatest_term(both: Sides, units: int) -> None:
    """A difference that was rounded on another way than the tape is added up to all the same, and flips."""
    laid, back = both.laid(), both.reversed().laid()
    difference = both.value(both.players()) - both.value(())
    rest = units * Fraction(1, 10**60)
    assume(named(laid, split(laid.tape, difference, laid.order())))
    forth, other = (
        named(one, split(one.tape, d, one.order()))
        for one, d in ((laid, difference + rest), (back, -difference - rest))
    )

    assert sum(forth.values(), Fraction(0)) == difference + rest
    assert forth.keys() == other.keys()
    assert sum(other.values(), Fraction(0)) == -difference - rest


def test_a_mixture_without_a_value_is_named() -> None:
    """1 / (x - y): with x of side B and y of side A the divisor is zero, though it is zero on neither side."""
    small = Small()
    x, y = small.input(Fraction(1)), small.input(Fraction(2))
    small.cell(small.dag.div(small.dag.num(1), small.dag.add(x, small.dag.neg(y))))
    program = small.program()
    laid = between_evaluations(Evaluation(program), Evaluation(program, {0: Fraction(2), 1: Fraction(4)}), 2)
    with pytest.raises(UnsplitError) as caught:
        split(laid.tape, Fraction(1, 2), laid.order())

    assert [laid.players[p].quantity for p in caught.value.players] == ["q.n0"]


def test_a_value_known_on_one_side_is_held_where_the_other_does_without() -> None:
    """A cell is z where x <= 0, else x; z is known at B only. Side A never asks for it: the whole is due to x."""
    small = Small()
    x, z = small.input(Fraction(1)), small.input(None)
    small.cell(small.dag.select("<=", x, small.dag.num(0), z, x))
    program = small.program()
    a, b = Evaluation(program), Evaluation(program, {0: Fraction(-1), 1: Fraction(7)})
    laid = between_evaluations(a, b, 2)

    assert [a.value(2), b.value(2)] == [Fraction(1), Fraction(7)]
    assert laid.held == [(1, 1)]
    assert named(laid, split(laid.tape, Fraction(6), laid.order())) == {"q.n0": Fraction(6)}


WHOLE_SIDES = sides(PIECES, 4, WHOLE)


@given(WHOLE_SIDES)
def test_ties_on_either_side_are_split_as_anything_else(both: Sides) -> None:
    """Where both sides stand at kinks, terms need no derivative: they add up and flip all the same."""
    forth, back = both.terms(), both.reversed().terms()

    assert sum(forth.values(), Fraction(0)) == both.value(both.players()) - both.value(())
    assert forth == {p: -amount for p, amount in back.items()}
