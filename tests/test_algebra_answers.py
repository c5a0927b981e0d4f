"""Every function of the algebra gives what was worked by hand: exactly, in its unit, or refused, or unknown."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.expr.grammar import FUNCTIONS
from shipped import opened
from worked_algebra import DIMENSIONS, TIME, Worked, rule
from worked_numbers import NUMBERS

WORKED = (*TIME, *DIMENSIONS, *NUMBERS)
CASES = [(worked, cell) for worked in WORKED for cell in worked.answers]


@cache
def _opened(worked: Worked) -> Workspace:
    return opened({"rules/workspace.yaml": worked.text.encode()})


def _found(workspace: Workspace, cell: str) -> str:
    """Return a value as text, `unknown`, or the code of a refusal."""
    try:
        (answer,) = workspace.value(cell)
    except PropagationError as error:
        return error.problems[0].code
    return "unknown" if answer.value is None else str(answer.value)


@pytest.mark.parametrize(("worked", "cell"), CASES, ids=lambda v: v.name if isinstance(v, Worked) else v)
def test_the_answer_is_the_one_worked_by_hand(worked: Worked, cell: str) -> None:
    """Each cell has the number, the refusal or the gap that its working gives."""
    assert _found(_opened(worked), cell) == worked.answers[cell]


def test_every_function_is_worked() -> None:
    """No function of the grammar is without an answer worked by hand."""
    text = "".join(w.text for w in WORKED)

    assert [name for name in FUNCTIONS if f"{name}(" not in text] == []


APPROXIMATE = {
    "sqrt(two)": "1.4142135623730950488016887242096980785696718753769",
    "three^0.5": "1.7320508075688772935274463415058723669428052538103",
    "two^(2/3)": "1.5874010519681994747517056392723082603914933278998",
    "half^(1/3)": "0.79370052598409973737585281963615413019574666394993",
    "(two / three)^-0.5": "1.2247448713915890490986420373529456959829737403283",
    "exp(1)": "2.7182818284590452353602874713526624977572470936999",
    "exp(-half)": "0.60653065971263342360379953499118045344191813548719",
    "log(two)": "0.69314718055994530941723212145817656807550013436026",
    "log(half)": "-0.69314718055994530941723212145817656807550013436026",
}
"""Known constants, to 50 digits."""


@pytest.mark.parametrize("expression", APPROXIMATE)
def test_what_is_not_rational_has_fifty_right_digits(expression: str) -> None:
    """Roots, exponentials and logarithms are rounded far behind what is shown, and marked inexact."""
    (pure,) = [w for w in NUMBERS if w.name == "powers"]
    text = pure.text + rule("q", expression) + rule("exact", "two + 1")
    workspace = opened({"rules/workspace.yaml": text.encode()})
    (answer,), (other,) = workspace.value("q"), workspace.value("exact")
    expected = Fraction(APPROXIMATE[expression])

    assert answer.value is not None
    assert abs(answer.value / expected - 1) < Fraction(1, 10**48)
    assert (answer.exact, other.exact) == (False, True)
