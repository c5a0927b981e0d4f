"""The benchmark of generated rules runs on small models, and what it counts holds; nothing is timed here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent / "bench"))

from rules import COMMANDS, Row, gradients, stages


@pytest.mark.parametrize("n", [100, 1_000])
def test_value_and_gradient_cost_four_values_at_most(n: int) -> None:
    """The graph of a value and its derivatives by all drivers has at most four times the parts of the value's."""
    program, times = stages(n)
    counted = gradients(n, program, times["compile"])[0]
    assert 1 < counted.value <= 4
    assert ["load", "validate", "compile"] == list(times)


def test_a_row_says_what_it_may_be() -> None:
    """A row shows its figure and its threshold; one without has none."""
    assert "| a | 0.5 × | ≤ 0.5 |" == Row("a", 0.5, 0.5, "×").text
    assert Row("b", 12.0).text.endswith("|  |")
    assert {"value", "explain"} <= set(COMMANDS)
