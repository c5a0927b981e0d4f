"""Differences between periods of the shipped chain against a brute-force oracle that sets values and evaluates anew.

Where the rules of two periods read alike, the later value is what the earlier rules give from the later inputs. So the
oracle asks for the earlier cell, sets the inputs of some players to their later values, and goes through all orders.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest

from bullwhip import Workspace
from bullwhip.analysis.attribution import split
from bullwhip.analysis.sides import Laid, Pair, between_periods
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation
from shipped import shipped


def pairs(workspace: Workspace, one: int, two: int) -> list[Pair]:
    """Return the first cell of every quantity that is known in both years, beside that of the later year."""
    cells = workspace.program.cells
    position = {(c.quantity, c.index, c.period): p for p, c in enumerate(cells)}
    found: dict[str, Pair] = {}
    for p, c in enumerate(cells):
        later = position.get((c.quantity, c.index, two))
        if c.period != one or later is None or c.quantity in found:
            continue
        if None not in (workspace.evaluation.value(p), workspace.evaluation.value(later)):
            found[c.quantity] = (p, later)
    return list(found.values())


def oracle(evaluation: Evaluation, laid: Laid, pair: Pair) -> dict[int, Fraction]:
    """Return the Shapley value of every player, from every order and an evaluation of every mixture."""
    kept: dict[frozenset[int], Fraction] = {}

    def value(moved: Iterable[int]) -> Fraction:
        key = frozenset(moved)
        if key not in kept:
            values = dict(evaluation.overrides)
            for player in key:
                for before, after in laid.cells[player]:
                    later = evaluation.value(after)
                    assert later is not None
                    values[before] = later
            found = Evaluation(evaluation.program, values, evaluation.variants).value(pair[0])
            assert found is not None
            kept[key] = found
        return kept[key]

    players = range(len(laid.players))
    terms = dict.fromkeys(players, Fraction(0))
    for line in permutations(players):
        for k, player in enumerate(line):
            terms[player] += value(line[: k + 1]) - value(line[:k])
    return {p: amount / factorial(len(players)) for p, amount in terms.items()}


@pytest.mark.parametrize(("one", "two"), [(2024, 2025), (2023, 2025), (2025, 2024)])
def test_terms_between_periods_are_those_of_setting_values(one: int, two: int) -> None:
    """For every quantity of the chain with up to five players, growth rates and increments among them."""
    workspace = shipped()
    evaluation, looked_at = workspace.evaluation, set()
    for pair in pairs(workspace, one, two):
        laid = between_periods(evaluation, pair)
        a, b = (evaluation.value(p) for p in pair)
        assert a is not None
        assert b is not None
        if a == b or len(laid.players) > 5:
            continue
        looked_at.add(workspace.program.cells[pair[0]].quantity)
        found = split(laid.tape, b - a, laid.order()).terms
        cell = workspace.program.cells[pair[0]]
        expected = {p: v for p, v in oracle(evaluation, laid, pair).items() if v}

        assert expected == {p: v for p, v in found.items() if v}, index_text(cell.quantity, cell.index, cell.period)
    assert {"accelerator.count", "server.market", "inference.accelerators"} <= looked_at
    assert len(looked_at) > 20


def test_a_lag_makes_one_driver_of_two_years() -> None:
    """Growth of China's market reads two years of vendors: both move as one, and by cell each for itself."""
    workspace = shipped()
    (before,) = workspace.cells("server.china_market_growth", 2024)
    (after,) = workspace.cells("server.china_market_growth", 2025)
    once = between_periods(workspace.evaluation, (before, after))
    apart = between_periods(workspace.evaluation, (before, after), "cell")
    vendors = {
        by: sorted(
            [workspace.program.cells[p].period for p, _ in laid.cells[k]]
            for k, player in enumerate(laid.players)
            if player.quantity == "model.vendors" and player.index == (("family", "language"),)
        )
        for by, laid in (("driver", once), ("cell", apart))
    }

    assert vendors == {"driver": [[2023, 2024]], "cell": [[2023], [2024]]}
