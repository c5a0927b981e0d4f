"""Times the shipped knowledge: loading, validation and audit, cold and from the cache, as whole processes.

The peer in the same run is rdflib parsing the same graph from its N-Quads. Run it by hand:
`python tests/bench/knowledge.py`; docs/benchmarks.md keeps a result. `--smoke` runs each case once.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
LIMITS = {"audit, cold": 10.0, "audit, from the cache": 1.0}
"""Wall seconds that the two central cases may take on two cores."""

CASES: dict[str, tuple[list[str], bool]] = {
    "check (load, validate, compile)": (["-m", "bullwhip", "check"], False),
    "audit, cold": (["-m", "bullwhip", "audit", "--json"], False),
    "audit, from the cache": (["-m", "bullwhip", "audit", "--json"], True),
    "conflicts, cold": (["-m", "bullwhip", "conflicts", "--json"], False),
    "conflicts, from the cache": (["-m", "bullwhip", "conflicts", "--json"], True),
    "facts, from the cache": (["-m", "bullwhip", "facts", "--json"], True),
}


def wall(arguments: list[str], cache: str) -> float:
    """Return the wall seconds of one process; 0 and 1 are both good ends."""
    environment = os.environ | {"BULLWHIP_CACHE": cache}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=environment, check=False, capture_output=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def main() -> None:
    """Print the table; exit with 1 when a limit is passed."""
    runs = 1 if "--smoke" in sys.argv else RUNS
    late = []
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write("| command | wall s, median | least | most |\n|---|---|---|---|\n")
        cases = dict(CASES)
        graph = Path(folder) / "graph.nq"
        wall(["-m", "bullwhip", "export", "nquads", "-o", str(graph)], "off")
        parse = f"import rdflib; rdflib.Dataset().parse({str(graph)!r}, format='nquads')"
        cases["rdflib parses the graph (peer)"] = (["-c", parse], True)
        for name, (arguments, warm) in cases.items():
            cache = str(Path(folder) / "cache") if warm else "off"
            if warm:
                wall(arguments, cache)
            times = sorted(wall(arguments, cache) for _ in range(runs))
            median = statistics.median(times)
            late += [name] if median > LIMITS.get(name, float("inf")) else []
            sys.stdout.write(f"| {name} | {median:.2f} | {times[0]:.2f} | {times[-1]:.2f} |\n")
    if late:
        raise SystemExit(f"over the limit: {', '.join(late)}")


if __name__ == "__main__":
    main()
