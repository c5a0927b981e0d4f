"""The benchmark of the page in small: it runs and has every figure; nothing is timed here."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

from browsing import chromium

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "bench"))


def test_the_benchmark_measures_everything() -> None:
    """Every line of the table has its figures, and what is sent for a page stays below its limit, timed or not."""
    if chromium() is None:
        pytest.skip("no Chromium on this machine: the page itself is not tested")
    bench = import_module("explorer")
    found = bench.measure(opens=1, moves=3, workspace=str(TESTS / "golden" / "solar"))

    assert list(bench.LIMITS) == list(found)
    assert [1, 1, 3, 1] == [len(values) for values in found.values()]
    assert all(value > 0 for values in found.values() for value in values)
    assert found["page, KB as sent"][0] < bench.LIMITS["page, KB as sent"]
