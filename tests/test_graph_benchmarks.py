"""The benchmarks of the graph in small: they run, the peers give the same answers, and nothing is timed here."""

from __future__ import annotations

import sys
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))
ratios: Any = import_module("ratios")


def test_contradictions_run() -> None:
    """The same groups are found in SPARQL and in columns, and every ratio is a number."""
    rows = import_module("contradictions").measure(12_000, 900)

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 4


def test_the_store_runs() -> None:
    """Our store in memory and on disk, the bare engine and rdflib answer every query alike."""
    bench = import_module("store")
    rows = bench.measure(6_000)

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 13 + len(bench.SHAPES)


def test_every_query_shape_has_an_answer() -> None:
    """No benchmark asks a query that finds nothing, and two industries give answers of the same size."""
    bench = import_module("store")
    counts = []
    for industry in ("compute", "dairy"):
        drawn = bench.plan(30_000, industry=industry)
        store = bench.OxigraphStore.of("".join(import_module("synthetic").quads(drawn)).encode())
        terms = [{name: bench.ox.NamedNode(iri) for name, iri in shape.parameters} for shape in bench.SHAPES]
        tables = [bench.run(store, s.text, t) for s, t in zip(bench.SHAPES, terms, strict=True)]
        counts.append({s.name: len(t.terms) for s, t in zip(bench.SHAPES, tables, strict=True)})
    assert min(counts[0].values()) > 0

    word = "labels with 液冷"
    assert {k: v for k, v in counts[0].items() if k != word} == {k: v for k, v in counts[1].items() if k != word}
    assert counts[1][word] == 0


def test_the_pool_runs() -> None:
    """Point queries, runaway queries and updates are measured through the pool; over HTTP only by hand."""
    rows = import_module("endpoint").measure(5, 2, 0)

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 6


def test_inference_runs() -> None:
    """Rules, SPARQL by layers, by rounds and by a path, and SHACL rules derive the same facts."""
    pytest.importorskip("pyshacl", reason="pyshacl is in the extra `shapes`")
    rows = import_module("inference").measure(8_000, 3_000, (6_000, 9_000))

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 10


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (("a", "b", 5.0, "×", 4.0, None), True),
        (("a", "b", 3.0, "×", 4.0, None), False),
        (("a", "b", 3.0, "ms", None, 4.0), True),
        (("a", "b", 5.0, "ms", None, 4.0), False),
        (("a", "b", 5.0, "ms"), True),
    ],
)
def test_a_limit_that_is_missed_fails_the_command(row: tuple[Any, ...], holds: bool) -> None:
    """The table is printed either way; the command ends with 1 and names the row."""
    if holds:
        ratios.report([ratios.Row(*row)])
    else:
        with pytest.raises(SystemExit, match="limits missed: a"):
            ratios.report([ratios.Row(*row)])


def test_search_runs() -> None:
    """Every word is found in as many things as CONTAINS finds."""
    rows = import_module("search").measure(8_000, 200)

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 2


def test_growth_runs_and_tells_what_grows_too_fast() -> None:
    """All figures are measured; one that grows with a power above the limit is named."""
    bench = import_module("growth")
    found = bench.measure(8_000)
    assert list(found) == list(bench.UNITS)
    assert all(isfinite(value) for value in found.values())

    small = dict.fromkeys(found, 2.0)
    text, above = bench.table([10, 100], [small, {k: v * (100 if k == "memory" else 10) for k, v in small.items()}])

    assert above == ["memory"]
    assert text.count("\n") == 2 + len(found)


def test_functions_run() -> None:
    """The function in SPARQL gives in rdflib what it gives in ours."""
    rows = import_module("functions").measure(200)

    assert all(isfinite(row.figure) for row in rows)
    assert len(rows) == 2
