"""The benchmark of generated rules runs on small models, and what it counts holds; nothing is timed here."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "bench"))

bench: Any = import_module("rules")


@pytest.mark.parametrize("n", [100, 1_000])
def test_value_and_gradient_cost_four_values_at_most(n: int) -> None:
    """The graph of a value and its derivatives by all drivers has at most four times the parts of the value's."""
    program, times = bench.stages(n)
    counted = bench.gradients(n, program, times["compile"])[0]
    assert 1 < counted.value <= 4
    assert ["load", "validate", "compile"] == list(times)


def test_a_row_says_what_it_may_be() -> None:
    """A row shows its figure and its threshold; one without has none."""
    assert "| a | 0.5 × | ≤ 0.5 |" == bench.Row("a", 0.5, 0.5, "×").text
    assert bench.Row("b", 12.0).text.endswith("|  |")
    assert {"value", "explain"} <= set(bench.COMMANDS)
