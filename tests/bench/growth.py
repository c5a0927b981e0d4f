"""How everything grows with the graph, from 100 k to 5 M triples: loading, queries, inference, conflicts, search.

Run it by hand: `python tests/bench/growth.py`; docs/benchmarks.md keeps a result. Each size is measured in a process of
its own, in CPU seconds. An exponent of 1 is growth with the number of triples; the command exits with 1 above 1.3.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import cast

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parents[1]))

from inference import exposure_rules
from ratios import seconds
from shapes_of_queries import SHAPES
from store import memory

from bullwhip.audit.observations import Observations
from bullwhip.datalog.base import Base, read_base
from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import StoredQuads
from bullwhip.query.search import SearchIndex, store_entries
from bullwhip.query.sparql import run
from bullwhip.store.oxigraph import OxigraphStore
from synthetic import plan, write

__all__ = ["MOST", "exponent", "measure", "table"]

MOST = 1.3
"""The greatest exponent of what must grow with the graph."""

UNITS = {
    "loading": "s", "memory": "MB", "median query": "ms", "all queries": "s", "facts of the rules read": "s",
    "exposure with explanations": "s", "claims read": "s", "columns of claims": "s", "contradictions": "ms",
    "index of names": "s", "search of two characters": "ms",
}  # fmt: skip
"""What is measured, and in what; a look-up in an index is not bound to grow with the graph."""


def measure(size: int) -> dict[str, float]:
    """Return all figures of a made-up chain of so many triples, always with fifty drivers."""
    with tempfile.TemporaryDirectory() as folder:  # a text made here would leave memory behind that the store reuses
        path = Path(folder) / "chain.nq"
        write(path, plan(size, drivers=50))
        before = memory()
        loading, store = seconds(lambda: OxigraphStore.of(path.read_bytes()))
    found = {"loading": loading, "memory": memory() - before}
    asked = []
    for shape in SHAPES:
        terms = {name: ox.NamedNode(iri) for name, iri in shape.parameters}
        asked.append(seconds(lambda s=shape, t=terms: run(store, s.text, t), 3, 0.5)[0])  # type: ignore[misc]
    found |= {"median query": statistics.median(asked) * 1000, "all queries": sum(asked)}
    program = exposure_rules()
    found["facts of the rules read"], base = seconds(lambda: read_base(program, StoredQuads(store)))
    run_again = 3 if size <= 1_000_000 else 1
    found["exposure with explanations"], _ = seconds(lambda: evaluate(program, cast(Base, base)), run_again)
    found["claims read"], claims = seconds(lambda: Observations.read(store))
    found["columns of claims"], columns = seconds(claims.columns)
    found["contradictions"] = seconds(columns.disagreeing, 3)[0] * 1000
    found["index of names"], index = seconds(lambda: SearchIndex(store_entries(store)))
    found["search of two characters"] = seconds(lambda: index.find("液冷"), 20, 0.1)[0] * 1000
    return found


def exponent(sizes: list[int], values: list[float]) -> float:
    """Return by which power of the size values grow, from the first to the last; nan where one is too small to see.

    >>> exponent([10, 1000], [1.0, 100.0]), exponent([10, 1000], [0.0, 100.0])
    (1.0, nan)
    """
    if values[0] <= 0 or values[-1] <= 0:
        return math.nan
    return round(math.log(values[-1] / values[0]) / math.log(sizes[-1] / sizes[0]), 2)


def table(sizes: list[int], found: list[dict[str, float]]) -> tuple[str, list[str]]:
    """Return the table, and what grows faster than it may."""
    lines = [f"| | {' | '.join(f'{size:,} triples' for size in sizes)} | exponent |", "|---" * (len(sizes) + 2) + "|"]
    above = []
    for what, unit in UNITS.items():
        values = [figures[what] for figures in found]
        power = exponent(sizes, values)
        above += [what] if power > MOST else []
        cells = [f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}" for value in values]
        lines.append(f"| {what} | {' | '.join(cells)} | {power:.2f} |")
    return "\n".join(lines) + "\n", above


def main() -> None:
    """Print the table; exit with 1 when something grows faster than it may."""
    sizes, found = [100_000, 1_000_000, 5_000_000], []
    for size in sizes:
        done = subprocess.run([sys.executable, __file__, str(size)], check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout))
    text, above = table(sizes, found)
    sys.stdout.write(f"{text}\nload average {os.getloadavg()[0]:.1f} at the end, on {os.cpu_count()} cores\n")
    if above:
        sys.exit(f"grows faster than with the power {MOST}: {', '.join(above)}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
