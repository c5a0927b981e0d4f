"""The benchmarks of sweeps in small: what docs/benchmarks.md promises of ratios holds with room to spare."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))
bench: Any = import_module("sweep")


def test_sobol_indices_take_less_than_three_tenths_of_salib_and_agree() -> None:
    """Fewer seconds than 0.3 of SALib's for the same rows, and every index within its confidence interval."""
    pytest.importorskip("SALib")
    ratio, within, _ = bench.compare_sobol(8192)

    assert ratio < bench.LIMITS["Sobol"]
    assert within <= 1.0


def test_memory_does_not_grow_with_samples() -> None:
    """Eight times the samples allocate no more at once, because none are kept."""
    few, many = (bench.peak(n * bench.block_size(1)) for n in (2, 16))

    assert many < bench.LIMITS["memory"] * few


def test_an_executor_costs_little_beside_its_blocks() -> None:
    """One thread takes hardly longer than a loop over the same blocks; the bound leaves room for a busy machine."""
    plan = bench.heavy(200, 3 * bench.block_size(1))

    assert bench.overhead(plan, "threads", 3)[0] < 1.3
