"""Every function of the algebra gives what was worked by hand: exactly, in its unit, or refused, or unknown."""

from __future__ import annotations

from functools import cache

import pytest

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.expr.grammar import FUNCTIONS
from shipped import opened
from worked_algebra import DIMENSIONS, TIME, Worked
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
