"""The ways from a driver to a cell: their effects add up to the elasticity, and the strongest are the strongest."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import relations
from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.propagate import Evaluation, Ways, driver_cells, responses
from documents import ROOT
from random_programs import PIECES, RATIONAL, SMALL, Drawn, inputs_of, programs, value_of

Local = tuple[int, Fraction | None]
_MOST = 3_000
"""Ways beyond which a program is passed over, because each of them is followed here."""


def every_way(steps: dict[int, list[Local]], moved: set[int], cell: int) -> Iterator[tuple[Local, ...]]:
    """Yield every way to a cell, backwards: each cell with the local elasticity of the step that leaves it."""
    if cell in moved:
        yield ()
        return
    for read, local in steps.get(cell, ()):
        for rest in every_way(steps, moved, read):
            yield ((read, local), *rest)


def followed(ways: Ways) -> list[tuple[Fraction, tuple[int, ...]]]:
    """Return effect and cells of every way, followed one by one."""
    found = []
    for way in every_way(ways.steps, set(ways.moved), ways.target):
        effect = prod((e for _, e in way if e is not None), start=Fraction(1))
        found.append((effect, (*(cell for cell, _ in reversed(way)), ways.target)))
    return found


def elasticity(evaluation: Evaluation, position: int, moved: list[int]) -> Fraction | None:
    """Return the two-sided elasticity by one forward pass."""
    return responses(evaluation, (position,), dict.fromkeys(moved), proportional=True)[position].elasticity


@settings(max_examples=100)
@given(programs((*RATIONAL, *PIECES), SMALL, 10), st.data())
def test_all_ways_add_up_to_the_elasticity(drawn: Drawn, data: st.DataObject) -> None:
    """The sum over all ways of the products of local elasticities, way by way, on programs of any operations."""
    program, output = drawn
    evaluation = Evaluation(program)
    assume(value_of(evaluation, output) != 0)
    inputs = inputs_of(evaluation, output)
    moved = data.draw(st.lists(st.sampled_from(inputs), min_size=1, unique=True))
    ways = Ways(evaluation, moved, output)
    assume(all(e is not None for some in ways.steps.values() for _, e in some))
    assume(ways.count() < _MOST)

    assert elasticity(evaluation, output, moved) == sum((e for e, _ in followed(ways)), Fraction(0))
    assert ways.elasticity() == elasticity(evaluation, output, moved)


@settings(max_examples=60)
@given(programs((*RATIONAL, *PIECES), SMALL, 10), st.integers(1, 5))
def test_the_strongest_ways_are_those_of_all(drawn: Drawn, k: int) -> None:
    """The k strongest of all ways, each followed by itself, have the effects of the k that are found."""
    program, output = drawn
    evaluation = Evaluation(program)
    value_of(evaluation, output)
    ways = Ways(evaluation, inputs_of(evaluation, output), output)
    assume(all(e is not None for some in ways.steps.values() for _, e in some))
    assume(ways.count() < _MOST)
    every = followed(ways)
    found = ways.strongest(k)

    assert len(every) == ways.count()
    assert sorted((abs(e) for e, _ in every), reverse=True)[:k] == [
        abs(w.effect) for w in found if w.effect is not None
    ]
    assert {(w.effect, w.cells) for w in found} <= set(every)


@pytest.mark.parametrize(("seed", "kinks", "periods"), [(1, True, 0), (2, False, 0), (3, True, 2), (4, False, 3)])
def test_ways_through_generated_rules_add_up(seed: int, kinks: bool, periods: int) -> None:
    """Every driver of 40 generated rules, with lags where there are periods; ways are far too many to follow."""
    workspace = relations.workspace(40, seed, kinks, periods=periods)
    evaluation = workspace.evaluation
    target = workspace.at_period(relations.last(40), relations.FIRST + periods - 1 if periods else None)[0]
    compared = 0
    for groups in driver_cells(evaluation).values():
        moved = [p for cells in groups.values() for p in cells]
        expected = elasticity(evaluation, target, moved)
        if expected is not None:
            ways = Ways(evaluation, moved, target)
            whole = ways.elasticity()
            if ways.exact:
                assert expected == whole
                compared += 1

    assert compared > 3


@pytest.mark.parametrize("name", ["", "solar", "wind", "batteries"])
def test_paths_of_exposures_add_up(name: str) -> None:
    """Where every path is shown and known, the effects add up to the elasticity of the row."""
    workspace = Workspace.open(str(ROOT / "tests" / "golden" / name) if name else None)
    compared = 0
    for driver in list(driver_cells(workspace.evaluation))[:: 8 if name in ("", "batteries") else 1]:
        rows = workspace.exposure(driver, paths=100, top=6).rows if workspace.program.chain.companies else ()
        for row in rows:
            effects = [p.effect for p in row.paths or ()]
            if row.exact and row.path_count == len(effects) and None not in effects:
                assert row.elasticity == sum((e for e in effects if e is not None), Fraction(0))
                compared += 1

    assert compared > 3 or not workspace.program.chain.companies


@settings(max_examples=60)
@given(programs(RATIONAL, SMALL, 10))
def test_an_edge_carries_what_is_lost_without_it(drawn: Drawn) -> None:
    """The effects of all ways over an edge, followed one by one, are what the edge carries."""
    program, output = drawn
    evaluation = Evaluation(program)
    try:
        value_of(evaluation, output)
    except PropagationError:
        assume(False)
    ways = Ways(evaluation, inputs_of(evaluation, output), output)
    assume(all(e is not None for some in ways.steps.values() for _, e in some))
    assume(ways.count() < _MOST)
    every = followed(ways)

    for (source, target), loss in ways.edges().items():
        over = [
            effect
            for effect, cells in every
            if any(
                (program.cells[a].quantity, program.cells[b].quantity) == (source, target) for a, b in pairwise(cells)
            )
        ]
        assert loss == sum(over, Fraction(0))


def test_an_edge_that_a_way_takes_several_times_is_lost_once() -> None:
    """Growth by a lag passes the same edge from year to year: without it nothing of the first year is left."""
    workspace = Workspace.open()
    (row,) = workspace.exposure("model.parameters", top=1, contributions=True).rows
    edges = {(e.source, e.target): e.elasticity for e in row.edges or ()}

    assert row.elasticity == edges["model.parameters", "model.parameters"] == 2
    assert edges["model.parameters", "training.tokens"] == 1
