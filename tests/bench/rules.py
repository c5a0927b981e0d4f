"""Times models of 100, 1,000 and 10,000 generated rules against peers in the same run, and counts their gradients.

Run it by hand: `PYTHONPATH=engine:tests python tests/bench/rules.py`; it fails above a threshold. docs/benchmarks.md
keeps a result. Seconds are of CPU, so that other work on the machine counts little.
"""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bullwhip.compile import compile_program
from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.load import load
from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation, gradient
from bullwhip.validate import validate
from relations import drivers, expressions, last, workspace_files

SIZES = (100, 1_000, 10_000)
COMMANDS = {
    "value": ["value", "{last}"],
    "sensitivity to all drivers": ["sensitivity", "{last}"],
    "explain": ["explain", "{last}"],
}


@dataclass(frozen=True)
class Row:
    """A measured figure and what it may be at most."""

    name: str
    value: float
    limit: float | None = None
    unit: str = "s"

    @property
    def text(self) -> str:
        """The row of a table."""
        limit = "" if self.limit is None else f"≤ {self.limit:g}"
        return f"| {self.name} | {self.value:.3g} {self.unit} | {limit} |"


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Return the least CPU time of some runs."""
    least = float("inf")
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def parsing(n: int) -> list[Row]:
    """Compare the grammar with `sympy.parse_expr` on the expressions of n rules."""
    from sympy import Symbol
    from sympy.parsing.sympy_parser import parse_expr

    texts = expressions(n)
    kept = [t for t in texts if "where" not in t]  # the peer reads none; it is left out for both
    theirs = [t.replace("rule.", "rule_").replace("driver.", "driver_") for t in kept]
    symbols = {f"{name}{k}": Symbol(f"{name}{k}") for name in ("rule_r", "driver_d") for k in range(n + 1)}
    peer = seconds(lambda: [parse_expr(t, local_dict=symbols, evaluate=False) for t in theirs], 1)
    own = seconds(lambda: [parse(t) for t in kept])
    return [Row(f"parsing {len(kept)} expressions / sympy.parse_expr", own / peer, 0.5, "×")]


def reading(n: int) -> list[Row]:
    """Compare the YAML reader with PyYAML's safe loaders on the rule files of n rules."""
    import yaml

    files = {k: v for k, v in workspace_files(n).items() if k.endswith(".yaml")}
    own = seconds(lambda: [read_yaml(k, v) for k, v in files.items()])
    pure = seconds(lambda: [yaml.load(v, yaml.SafeLoader) for v in files.values()], 1)
    rows = [Row(f"reading {n} rules / yaml.SafeLoader, pure Python", own / pure, 0.5, "×")]
    if hasattr(yaml, "CSafeLoader"):
        fast = seconds(lambda: [yaml.load(v, yaml.CSafeLoader) for v in files.values()])
        rows.append(Row(f"reading {n} rules / yaml.CSafeLoader, which keeps no places", own / fast, None, "×"))
    return rows


def stages(n: int) -> tuple[CompiledProgram, dict[str, float]]:
    """Return the compiled program of n rules and the seconds that each stage took."""
    files = workspace_files(n)
    times: dict[str, float] = {}

    def lap(name: str, start: float) -> float:
        now = time.process_time()
        times[name] = now - start
        return now

    start = time.process_time()
    raw = load(files, "")
    start = lap("load", start)
    checked = validate(raw)
    start = lap("validate", start)
    program = compile_program(checked)
    lap("compile", start)
    return program, times


def gradients(n: int, program: CompiledProgram, compiling: float) -> list[Row]:
    """Count the parts of value and gradient to all drivers, and time building the gradient against the value."""
    definition = Evaluation(program).definition
    output = program.cells[program.positions(last(n))[0]].node
    inputs = [program.cells[program.positions(d)[0]].node for d in drivers(n)]
    graph = Dag(list(program.dag.nodes))
    graph.num(1)
    start = time.process_time()
    found = gradient(graph, output, inputs, definition)
    building = time.process_time() - start
    value, both = (len(graph.cone(outputs, definition)) for outputs in ([output], [output, *found.values()]))
    parts = f"parts of value and gradient / of value ({value:,})"
    return [
        Row(f"{n} rules, {len(inputs)} drivers: {parts}", both / value, 4, "×"),
        Row(f"{n} rules: building the gradient / building the value", building / max(compiling, 1e-4), 2, "×"),
    ]


def command(folder: Path, cache: Path, *arguments: str) -> float:
    """Return the CPU seconds of a whole command."""
    environment = os.environ | {"BULLWHIP_CACHE": str(cache)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = [sys.executable, "-m", "bullwhip", "--workspace", str(folder), *arguments]
    subprocess.run(line, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def commands(n: int) -> list[Row]:
    """Time commands as processes: the first without a cache, then from the cache."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "model", Path(name) / "cache"
        for path, data in workspace_files(n).items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        question = [a.format(last=last(n)) for a in COMMANDS["value"]]
        rows.append(Row(f"bullwhip value of {n} rules, cold", command(folder, cache, *question), 15))
        for label, arguments in COMMANDS.items():
            asked = [a.format(last=last(n)) for a in arguments]
            limit = 0.5 if label == "value" else 10
            times = [command(folder, cache, *asked) for _ in range(5 if label == "value" else 1)]
            rows.append(Row(f"bullwhip {label} of {n} rules, from the cache", min(times), limit))
    return rows


def measure(sizes: tuple[int, ...] = SIZES) -> list[Row]:
    """Return all rows; the middle size stands against the peers."""
    rows = [*parsing(sizes[1]), *reading(sizes[1])]
    each: dict[int, float] = {}
    for n in sizes:
        program, times = stages(n)
        each[n] = sum(times.values()) / n
        shown = ", ".join(f"{stage} {s:.2f}" for stage, s in times.items())
        rows.append(Row(f"{n} rules: {shown}", sum(times.values())))
        rows += gradients(n, program, times["compile"])
    rows.append(Row(f"a rule among {sizes[2]} / a rule among {sizes[1]}", each[sizes[2]] / each[sizes[1]], 2, "×"))
    return [*rows, *commands(sizes[2])]


def main() -> int:
    """Print the table; return 1 when a threshold is passed."""
    rows = measure()
    sys.stdout.write("| what | measured | at most |\n|---|---|---|\n" + "\n".join(r.text for r in rows) + "\n")
    beyond = [r.name for r in rows if r.limit is not None and r.value > r.limit]
    sys.stderr.write("".join(f"above its threshold: {name}\n" for name in beyond))
    return int(bool(beyond))


if __name__ == "__main__":
    sys.exit(main())
