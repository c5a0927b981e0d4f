"""Times whole commands as processes: CPU seconds, median of several runs, against bare Python in the same run.

Run it by hand: `python tests/bench/startup.py`; docs/benchmarks.md keeps a result.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 9

CASES: dict[str, tuple[list[str], bool]] = {
    "python -c pass": (["-c", "pass"], True),
    "python -c 'import sympy'": (["-c", "import sympy"], True),
    "bullwhip --help": (["-m", "bullwhip", "--help"], True),
    "bullwhip exposure, warm": (["-m", "bullwhip", "exposure", "--driver", "model.parameters", "--json"], True),
    "bullwhip exposure, cold": (["-m", "bullwhip", "exposure", "--driver", "model.parameters", "--json"], False),
    "bullwhip sensitivity of everything, warm": (["-m", "bullwhip", "sensitivity", "server.market"], True),
    "bullwhip explain with LaTeX, warm": (["-m", "bullwhip", "explain", "server.market", "--json"], True),
    "bullwhip query chain/tiers, warm": (["-m", "bullwhip", "query", "chain/tiers"], True),
    "bullwhip check": (["-m", "bullwhip", "check"], False),
}


def cpu(arguments: list[str], cache: str) -> float:
    """Return the CPU seconds of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"BULLWHIP_CACHE": cache}
    subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (arguments, warm) in CASES.items():
            cache = str(Path(folder) / "cache") if warm else "off"
            cpu(arguments, cache)
            times = sorted(cpu(arguments, cache) for _ in range(RUNS))
            rows.append((name, statistics.median(times), times[0], times[-1]))
    bare = rows[0][1]
    sys.stdout.write("| command | CPU s, median | least | most | × bare Python |\n|---|---|---|---|---|\n")
    for name, median, least, most in rows:
        sys.stdout.write(f"| `{name}` | {median:.3f} | {least:.3f} | {most:.3f} | {median / bare:.1f} |\n")


if __name__ == "__main__":
    main()
