"""The shipped shapes on a made-up chain: compiled to SPARQL against pyshacl on rdflib, in the same run.

Run it by hand: `python tests/bench/shapes.py`; docs/benchmarks.md keeps a result. It exits with 1 when a report differs
or a limit is missed. Ours reads the shapes and loads the store anew each time; for pyshacl both graphs stand ready. A
second row is of SHACL Core alone, without constraints in SPARQL. Seconds are of CPU in this process.
"""

from __future__ import annotations

import gc
import sys
import time
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl

sys.path.insert(0, str(Path(__file__).parents[1]))

from ratios import Row, report

from bullwhip.query.shacl import validate
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.outcome import ShapeResult, outcome
from bullwhip.query.shapes.peer import results_of, to_graph
from bullwhip.resources import data
from synthetic import plan, quads

__all__ = ["measure"]

KINDS = ("shipped shapes", "core alone")
FLAWS = 40
"""Of whole claims, one in so many breaks a shape."""


def cpu(run: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """Return the least CPU seconds of some runs, and what the last of them gives."""
    least, result = float("inf"), None
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        result = run()
        least = min(least, time.process_time() - start)
    return least, result


def core_only(shapes: bytes) -> bytes:
    """Return shapes without their constraints in SPARQL."""
    triples = list(ox.parse(shapes, format=ox.RdfFormat.TURTLE))
    left = [t.triple for t in triples if not t.predicate.value.endswith("shacl#sparql")]
    text = ox.serialize(left, format=ox.RdfFormat.TURTLE)
    assert text is not None
    return text


def by_pyshacl(graph: ShapesGraph, dataset: list[ox.Quad]) -> tuple[float, tuple[ShapeResult, ...]]:
    """Return the seconds of pyshacl, and its results."""
    shapes, triples = to_graph(graph.triples()), to_graph(dataset)

    def run() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rdflib calls what it deprecates itself
            return pyshacl.validate(triples, shacl_graph=shapes, inplace=True, inference="none")[1]

    took, found = cpu(run)
    return took, outcome(graph, results_of(found, graph)).results


def measure(triples: int, repeats: int = 3, kinds: Collection[str] = KINDS) -> list[Row]:
    """Return all figures for a made-up chain of so many triples, a fortieth of its claims with a flaw."""
    vocabulary = {name: (data("ontology") / name).read_bytes() for name in ("core.ttl", "shapes.ttl")}
    dataset: list[ox.Quad] = list(
        ox.parse("".join(quads(plan(triples, whole=True, flaws=FLAWS))).encode(), format=ox.RdfFormat.N_QUADS)
    )
    dataset += [
        ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode("urn:vocabulary"))
        for q in ox.parse(vocabulary["core.ttl"], format=ox.RdfFormat.TURTLE)
    ]
    rows = []
    for name in kinds:
        shapes = vocabulary["shapes.ttl"] if name == KINDS[0] else core_only(vocabulary["shapes.ttl"])
        took, ours = cpu(lambda shapes=shapes: validate(dataset, {"shapes.ttl": shapes}), repeats)  # type: ignore[misc]
        peer, theirs = by_pyshacl(ShapesGraph.of_files({"shapes.ttl": shapes}), dataset)
        if ours.fallback or ours.results != theirs:
            sys.exit(f"{name}: the reports differ")
        note = f"{len(dataset):,} quads, {len(theirs)} results in both; {took:.2f} s against {peer:.1f} s"
        rows.append(
            Row(f"{name}: pyshacl's time over ours", "pyshacl on rdflib Memory", peer / took, least=5, note=note)
        )
    return rows


if __name__ == "__main__":
    report(measure(int(sys.argv[1]) if sys.argv[1:] else 100_000))
