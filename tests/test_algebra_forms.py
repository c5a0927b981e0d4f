"""What a closed form says is what was worked by hand: as printed text, and as an expression of SymPy."""

from __future__ import annotations

from functools import cache

import pytest
import sympy

from bullwhip import Workspace
from random_programs import read
from shipped import opened
from worked_algebra import DIMENSIONS, TIME, Worked
from worked_numbers import NUMBERS

CASES = [
    (worked, cell)
    for worked in (*TIME, *DIMENSIONS, *NUMBERS)
    for cell, answer in worked.answers.items()
    if answer != "unknown" and not answer.startswith("BW")
]


@cache
def _opened(worked: Worked) -> Workspace:
    return opened({"rules/workspace.yaml": worked.text.encode()})


@pytest.mark.parametrize(("worked", "cell"), CASES, ids=lambda v: v.name if isinstance(v, Worked) else v)
def test_the_closed_form_says_the_same(worked: Worked, cell: str) -> None:
    """The text that is printed and the expression of SymPy, at the values of the inputs, give the answer again."""
    (explained,) = _opened(worked).explain(cell)
    symbols = {s["symbol"]: s["exact"] for s in explained["symbols"]}
    values = {sympy.Symbol(s, real=True): sympy.Rational(v) for s, v in symbols.items() if v}
    expected = sympy.Rational(worked.answers[cell])

    assert read(explained["closed_form"], symbols).xreplace(values).doit() == expected
    if explained["latex"] is not None:
        assert _opened(worked).demand(cell).closed_form.xreplace(values).doit() == expected
