"""The benchmarks of sweeps in small: they run, and what is no time holds; nothing is timed here."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))
bench: Any = import_module("sweep")


def test_sobol_indices_agree_with_salib() -> None:
    """For the same rows every index lies within the confidence interval of the peer's."""
    pytest.importorskip("SALib", reason="SALib is in the extra `bench`")
    ratio, within, _ = bench.compare_sobol(8192)

    assert ratio > 0
    assert within <= 1.0


def test_memory_does_not_grow_with_samples() -> None:
    """Eight times the samples allocate no more at once, because none are kept."""
    few, many = (bench.peak(n * bench.block_size(1)) for n in (2, 16))

    assert many < bench.LIMITS["memory"] * few


def test_the_overhead_of_an_executor_is_measured() -> None:
    """A plan of three blocks gives the ratio of threads to a plain loop, whatever it is."""
    plan = bench.heavy(200, 3 * bench.block_size(1))

    assert bench.overhead(plan, "threads", 3)[0] > 0
