"""Laws of solving on random programs: what is found is all that there is, with kinks, jumps, steps and poles."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bullwhip.analysis.inverse import Stretch, parts_of, reached, stretches
from bullwhip.analysis.line import Line
from bullwhip.analysis.pieces import Piece, TooManyPiecesError, cut
from bullwhip.analysis.real import Real
from bullwhip.analysis.solve import solve
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag
from bullwhip.model.program import Cell
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import OPERATIONS
from bullwhip.propagate.intervals import Interval
from random_programs import PIECES, RATIONAL, SMALL, Drawn, declaration, inputs_of, programs, value_of

ALL = (*RATIONAL, *PIECES, "<", "min", "max", "floor", "ceil")
PLACES = st.fractions(min_value=-5, max_value=5, max_denominator=12)


def holds(found: list[Stretch], x: Fraction) -> bool:
    """Return whether a value of the unknown is among those found."""
    place = Real.rational(x)
    return any(
        (s.low < place or (not s.low_open and s.low.equals(place)))
        and (place < s.high or (not s.high_open and s.high.equals(place)))
        for s in found
    )


def line_of(drawn: Drawn, draw: st.DataObject) -> tuple[Evaluation, int, Line, int]:
    """Return a program along one of its inputs, and the input."""
    program, position = drawn
    evaluation = Evaluation(program)
    by = draw.draw(st.sampled_from(inputs_of(evaluation, position)))
    return evaluation, position, Line(evaluation, position, {by: (Fraction(0), Fraction(1))}), by


def pieces_of(line: Line, low: Fraction, high: Fraction) -> list[Piece]:
    """Return the pieces; programs that need another method are passed over."""
    try:
        return cut(line, low, high)
    except TooManyPiecesError:
        assume(False)
        return []


def value_at(line: Line, x: Fraction) -> Fraction | None:
    """Return the value at a place, or None where there is none, by the exact evaluator."""
    try:
        evaluation = line.at(x)
        value = evaluation.value(line.position)
    except PropagationError:
        return None
    assume(not evaluation.inexact)
    return value


@given(programs(ALL, SMALL), st.data())
@settings(max_examples=100, deadline=None)
def test_solving_undoes_evaluating(drawn: Drawn, data: st.DataObject) -> None:
    """The value of an input is among the answers to what it must be for the quantity to be what it is."""
    evaluation, position, line, by = line_of(drawn, data)
    value, x = value_of(evaluation, position), evaluation.given(by)
    assert x is not None

    found = stretches([*parts_of(pieces_of(line, x - 5, x + 5), Interval.point(value))])

    assert holds(found, x)


@given(programs(ALL, SMALL), st.data(), SMALL, SMALL, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_place_is_found_exactly_where_the_value_is_in_the_target(
    drawn: Drawn, data: st.DataObject, a: Fraction, b: Fraction, low_open: bool, high_open: bool
) -> None:
    """At any place of the range, being in the answer and having a value in the target are the same."""
    _, _, line, _ = line_of(drawn, data)
    point = a == b
    target = Interval(min(a, b), max(a, b), low_open and not point, high_open and not point)
    found = stretches([*parts_of(pieces_of(line, Fraction(-5), Fraction(5)), target)])

    for x in data.draw(st.lists(PLACES, min_size=4, max_size=8)):
        value = value_at(line, x)
        assert holds(found, x) == (value is not None and target.holds(value))


@given(programs(ALL, SMALL), st.data(), SMALL)
@settings(max_examples=100, deadline=None)
def test_every_root_gives_the_target(drawn: Drawn, data: st.DataObject, target: Fraction) -> None:
    """A rational root gives the target exactly; at one that is not, the value is as near as the root is known."""
    _, _, line, _ = line_of(drawn, data)
    for s in stretches([*parts_of(pieces_of(line, Fraction(-5), Fraction(5)), Interval.point(target))]):
        for end, left_out in ((s.low, s.low_open), (s.high, s.high_open)):
            if end.is_rational and not left_out:
                assert value_at(line, end.low) == target
            elif not left_out and s.kind in ("crosses", "touches"):
                value = value_at(line, end.rounded())
                assert value is None or abs(value - target) < Fraction(1, 10**25)


@given(programs(ALL, SMALL), st.data())
@settings(max_examples=100, deadline=None)
def test_no_value_lies_outside_what_is_said_to_be_reached(drawn: Drawn, data: st.DataObject) -> None:
    """The range of values holds the value at any place."""
    _, _, line, _ = line_of(drawn, data)
    span = reached(pieces_of(line, Fraction(-5), Fraction(5)))

    for x in data.draw(st.lists(PLACES, min_size=4, max_size=8)):
        value = value_at(line, x)
        assert value is None or (span is not None and span.holds(value))


@given(programs(("+", "-", "*", "scale", "min", "max", "abs"), SMALL, 4), st.data(), SMALL)
@settings(max_examples=40, deadline=None)
def test_a_scan_makes_nothing_up(drawn: Drawn, data: st.DataObject, target: Fraction) -> None:
    """Where exp(f) is scanned for exp(t), every place found is one at which f has the value t, to 15 digits."""
    evaluation, position, line, by = line_of(drawn, data)
    program = evaluation.program
    exact = stretches([*parts_of(pieces_of(line, Fraction(-5), Fraction(5)), Interval.point(target))])
    dag = Dag(list(program.dag.nodes))
    node = dag.node("exp", program.cells[position].node)
    cell = Cell("q.exp", (), None, dag.cell(len(program.cells)), node)
    quantities = {**program.quantities, "q.exp": declaration(cell)}
    wrapped = replace(program, dag=dag, cells=(*program.cells, cell), quantities=quantities)
    wanted = Interval.point(OPERATIONS["exp"]([target], ("exp", node)))
    over = Line(Evaluation(wrapped), len(program.cells), {by: (Fraction(0), Fraction(1))})
    assume(line.order)

    found = solve(over, Fraction(-5), Fraction(5), wanted)

    for s in found.stretches:
        near = Fraction(1, 10**15)
        places = [(e.low.rounded() - near, e.high.rounded() + near) for e in exact]
        assert all(any(a <= x <= b for a, b in places) for x in (s.low.rounded(), s.high.rounded()))
