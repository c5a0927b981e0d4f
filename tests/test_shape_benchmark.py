"""The benchmark of shapes in a small form: it runs, and holds both reports side by side."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))
bench: Any = import_module("shapes")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib calls what it deprecates itself
CORE = bench.KINDS[1:]


def test_both_engines_report_the_same_of_a_made_up_chain() -> None:
    """A row has its limit and the results that both engines found."""
    [row] = bench.measure(9_000, repeats=1, kinds=CORE)

    assert ("core alone: pyshacl's time over ours", 5) == (row.what, row.least)
    assert ", 6 results in both; " in row.note


def test_a_report_that_differs_stops_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that only one engine finds is no figure but an error."""
    monkeypatch.setattr(bench, "results_of", lambda report, graph: [])

    with pytest.raises(SystemExit, match="the reports differ"):
        bench.measure(3_000, repeats=1, kinds=CORE)
