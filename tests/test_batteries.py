"""A model of another industry, described in words: the engine and a program of straight loops agree in every figure."""

from __future__ import annotations

import random
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from bullwhip import Workspace
from documents import ROOT
from independent_batteries import BASE, CHANGES, Figures, figures
from shipped import every_value

FOLDER = str(ROOT / "tests" / "golden" / "batteries")
RUNS = 50


@pytest.fixture(scope="module")
def batteries() -> Workspace:
    """Return the workspace."""
    return Workspace.open(FOLDER)


def differing(workspace: Workspace, expected: Figures) -> list[tuple[str, Fraction | None, Decimal | None]]:
    """Return the figures that are in one of both only, or apart by more than 1e-12 of the figure."""
    found = every_value(workspace)
    apart = []
    for name in sorted(found.keys() | expected.keys()):
        one, other = found.get(name), expected.get(name)
        if one is None or other is None or abs(one - Fraction(other)) > Fraction(1, 10**12) * abs(one):
            apart.append((name, one, other))
    return apart


def test_the_model_is_of_the_size_asked_for(batteries: Workspace) -> None:
    """About 60 rules over 6 periods and 5 dimensions, and every function of the grammar in one of them."""
    rules = [q for q in batteries.program.quantities.values() if not q.is_driver]
    text = " ".join(q.expression for q in rules)

    assert (65, 6, 5) == (len(rules), len(batteries.program.header.periods), len(batteries.program.dimensions))
    assert [] == [f for f in ("min", "max", "abs", "floor", "ceil", "exp", "log", "sqrt", "sum", "where", "piecewise",
                              "lag", "delta", "yoy", "cum", "cagr", "index") if f"{f}(" not in text]  # fmt: skip


@pytest.mark.parametrize("scenario", CHANGES)
def test_every_figure_agrees(scenario: str) -> None:
    """In the base and in both scenarios."""
    changed, instead = CHANGES[scenario]
    given = BASE | {name: Decimal(text) for name, text in changed.items()}

    assert [] == differing(Workspace.open(FOLDER, scenario=scenario), figures(given, instead))


def test_every_branch_is_taken() -> None:
    """In base and scenarios together each cap binds somewhere and lies open elsewhere, and each step is reached."""
    x = [figures(BASE | {n: Decimal(t) for n, t in c.items()}, i) for c, i in CHANGES.values()]

    def seen(name: str) -> set[Decimal]:
        return {v for found in x for n, v in found.items() if n.startswith(f"{name}[")}

    assert {Decimal(0), Decimal(1)} == seen("pack.parity")
    assert 3 <= len({v for v in seen("mine.expansion") if v in (0, Decimal("0.08"), Decimal("0.2"), Decimal("0.12"))})
    for name in ("cell.missing", "line.ordered", "grid.reinforcement"):
        assert Decimal(0) in seen(name), name
        assert max(seen(name)) > 0, name
    assert {Decimal("0.8")} < seen("mix.lfp")
    assert {Decimal(58), Decimal(86)} < seen("pack.size")


def _changed(run: int) -> dict[str, str]:
    """Return every given figure moved at random, within its range; a zero and a count of years stay."""
    random_numbers = random.Random(run)  # noqa: S311  a reproducible input, no secret
    moved = {}
    for name, value in BASE.items():
        digits = random_numbers.randint(800_000, 1_200_000)
        new = value * digits / 1_000_000
        if name.startswith(("clock.years", "mix.base", "mix.sign")) or value == 0:
            continue
        moved[name] = f"{min(new, Decimal(1)) if 0 < value <= 1 else new:f}"
    return moved


@pytest.mark.parametrize("run", range(RUNS))
def test_every_figure_agrees_under_changed_inputs(run: int, batteries: Workspace) -> None:
    """All inputs are moved by up to 20 % at once; what an input is stays, and what follows agrees."""
    moved = _changed(run)
    changed, instead = CHANGES[("base", "tight", "no_learning")[run % 3]]
    workspace = batteries.scenario(("base", "tight", "no_learning")[run % 3])
    workspace = workspace.with_values(*(f"{name}={text}" for name, text in moved.items()))
    with localcontext() as context:
        context.prec = 60
        given = BASE | {n: Decimal(t) for n, t in changed.items()} | {n: Decimal(t) for n, t in moved.items()}

    assert [] == differing(workspace, figures(given, instead))
