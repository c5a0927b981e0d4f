"""The benchmark of evaluators runs, small, and its peers agree with what they are measured against."""

from __future__ import annotations

import importlib.util
import sys
from math import isfinite
from pathlib import Path
from types import ModuleType


def _bench() -> ModuleType:
    path = Path(__file__).parent / "bench" / "evaluators.py"
    spec = importlib.util.spec_from_file_location("bench_evaluators", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_benchmark_of_evaluators_runs() -> None:
    """Every figure that has a threshold in the full run is measured in the small one, whatever the time it takes."""
    bench = _bench()

    rows = bench.measure(bench.SMOKE)

    assert all(isfinite(row.figure) for row in rows)
    assert sum(row.limit is not None for row in rows) >= 13
