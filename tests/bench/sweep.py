"""Sweeps against a named peer in the same run: Sobol indices, overhead of executors, memory, and equal bits.

Run it by hand: `python tests/bench/sweep.py`; docs/benchmarks.md keeps a result. `--smoke` takes small sizes. It exits
with 1 when a limit is passed.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from bullwhip import Workspace
from bullwhip.model.uncertainty import Distribution
from bullwhip.numeric.kernel import kernel
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.tape import compile_tape
from bullwhip.sweep.executors import running
from bullwhip.sweep.plan import Plan, block_size, kernel_of, run, run_block
from bullwhip.sweep.sampling import Variable, chunks, columns_of
from bullwhip.sweep.sobol import Index, SobolPlan, indices, run_sobol

LIMITS = {"Sobol": 0.3, "overhead": 1.05, "memory": 1.1}
OUTPUT = "server.market[period=2025]"


def problem() -> tuple[Tape, tuple[Variable, ...]]:
    """Return the market of the shipped chain and all its inputs, each varied by a tenth of its value."""
    workspace = Workspace.open()
    evaluation = workspace.evaluation
    output = workspace.cells(OUTPUT)[0]
    inputs = evaluation.inputs(output)
    variables = []
    for k, p in enumerate(inputs):
        value = evaluation.given(p) or Fraction(1)
        variables.append(Variable(f"x{k}", ((k, Distribution("uniform", (value * 9 / 10, value * 11 / 10))),)))
    return compile_tape(evaluation, (output,), inputs), tuple(variables)


def best(function: Callable[[], Any], runs: int) -> float:
    """Return the least seconds of several runs."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def by_salib(tape: Tape, variables: tuple[Variable, ...], rows: int) -> tuple[dict[str, Any], float]:
    """Return SALib's indices and the seconds it takes to sample and analyse, evaluation left out."""
    design: Any = import_module("SALib.sample.sobol")  # no types
    analysis: Any = import_module("SALib.analyze.sobol")
    ends = [[float(e) for e in v.columns[0][1].parameters] for v in variables]
    asked = {"num_vars": len(variables), "names": [v.name for v in variables], "bounds": ends}
    start = time.perf_counter()
    points = design.sample(asked, rows, calc_second_order=False, seed=1)
    sampled = time.perf_counter() - start
    values = kernel(tape, "numpy")(np.ascontiguousarray(points.T))[0]
    start = time.perf_counter()
    found = analysis.analyze(asked, values, calc_second_order=False, num_resamples=100, seed=1)
    return found, sampled + time.perf_counter() - start


def by_bullwhip(tape: Tape, variables: tuple[Variable, ...], rows: int) -> tuple[list[Index], float]:
    """Return the indices and the seconds of the whole: sampling, evaluation, estimates."""
    start = time.perf_counter()
    with running("serial") as executor:
        found = indices(run_sobol(SobolPlan.of(tape, variables, rows, "numpy"), 1, executor), 0)
    assert found is not None
    return found, time.perf_counter() - start


def compare_sobol(rows: int) -> tuple[float, float, float]:
    """Return seconds over SALib's seconds, and the greatest distance of an index, in SALib's interval and at all."""
    tape, variables = problem()
    by_bullwhip(tape, variables, 128)
    ours, mine = by_bullwhip(tape, variables, rows)
    theirs, peer = by_salib(tape, variables, rows)
    apart, within = 0.0, 0.0
    for k, index in enumerate(ours):
        for name, value in (("S1", index.first), ("ST", index.total)):
            distance = abs(value - float(theirs[name][k]))
            apart = max(apart, distance)
            within = max(within, distance / max(float(theirs[f"{name}_conf"][k]), 1e-9))
    return mine / peer, within, apart


def heavy(operations: int, samples: int) -> Plan:
    """Return a plan whose tape has so many operations on four inputs."""
    from bullwhip.numeric.ops import Op

    ops = tuple(Op(("+", "*", "min", "max")[k % 4], (4 + k - 1 if k else 0, k % 4), 0, 0) for k in range(operations))
    tape = Tape((0, 1, 2, 3), ("a", "b", "c", "d"), ("y",), (3 + operations,), (), (), ops, 1, ("y",))
    unit = Distribution("uniform", (Fraction(1, 2), Fraction(1)))
    variables = tuple(Variable(n, ((k, unit),)) for k, n in enumerate("abcd"))
    return Plan(tape, variables, (), (), samples, block_size(1), "numpy").sealed()


def overhead(plan: Plan, executor: str, runs: int) -> tuple[float, float]:
    """Return seconds of a sweep with one worker over those of a loop over its blocks, and seconds of a block."""

    def loop() -> Any:
        total = run_block(plan, 1, 0)
        for block in range(1, plan.blocks):
            total = total.merge(run_block(plan, 1, block))
        return total

    with running(executor, 1) as ready:
        run(plan, 1, ready)
        pairs = [(best(lambda: run(plan, 1, ready), 1), best(loop, 1)) for _ in range(runs)]
    swept, looped = (min(p[k] for p in pairs) for k in range(2))
    return swept / looped, looped / plan.blocks


def peak(samples: int) -> int:
    """Return the most bytes that a sweep of the shipped chain has allocated at once."""
    tape, variables = problem()
    plan = Plan(tape, variables, (), (), samples, block_size(1), "numpy").sealed()
    with running("serial") as executor:
        run_block(plan, 1, 0)
        tracemalloc.start()
        run(plan, 1, executor)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return found


def same_bits(samples: int) -> dict[str, bool]:
    """Return for each executor and number of workers whether the summary has the bits of the serial run."""
    tape, variables = problem()
    plan = Plan(tape, variables, (), (), samples, block_size(1), "auto").sealed()
    with running("serial") as executor:
        expected = run(plan, 1, executor).state()
    found = {}
    for name, workers in (("threads", 1), ("threads", 2), ("threads", 4), ("processes", 2)):
        with running(name, workers) as executor:
            found[f"{name} {workers}"] = run(plan, 1, executor).state() == expected
    distributed: Any = import_module("distributed")  # no types
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        running(f"dask://{cluster.scheduler_address.removeprefix('tcp://')}") as executor,
    ):
        found["dask 2"] = run(plan, 1, executor).state() == expected
    return found


def costs(samples: int) -> dict[str, float]:
    """Return nanoseconds a sample of drawing, evaluating and summarising, on the shipped chain."""
    tape, variables = problem()
    plan = Plan(tape, variables, (), (), samples, block_size(1), "auto").sealed()
    evaluate = kernel_of(tape, "auto", plan.key)
    blocks = [columns_of(variables, u, len(tape.inputs)) for u in chunks(variables, (), (), 1, 0, samples)]
    drawn = best(
        lambda: [columns_of(variables, u, len(tape.inputs)) for u in chunks(variables, (), (), 1, 0, samples)], 3
    )
    evaluated = best(lambda: [evaluate(c, allow_invalid=True) for c in blocks], 3)
    whole = best(lambda: run_block(plan, 1, 0), 3)
    return {
        f"drawing {len(variables)} inputs": drawn / samples * 1e9,
        f"evaluating ({evaluate.backend})": evaluated / samples * 1e9,
        "moments and percentiles": (whole - drawn - evaluated) / samples * 1e9,
    }


def main() -> None:
    """Print the tables; exit with 1 when a limit is passed."""
    smoke = "--smoke" in sys.argv
    rows, late = [], []

    def tell(what: str, ratio: float, limit: float, note: str) -> None:
        rows.append(f"| {what} | {ratio:.3f} | {limit} | {note} |\n")
        if ratio > limit:
            late.append(what)

    ratio, within, apart = compare_sobol(2048 if smoke else 32_768)
    tell("Sobol indices of 19 inputs / SALib sample + analyze", ratio, LIMITS["Sobol"], "ours with evaluation")
    tell("greatest distance of an index / SALib's 95 % interval", within, 1.0, f"{apart:.5f} at most")
    plan = heavy(1000, (4 if smoke else 6) * block_size(1))
    for executor in ("threads",) if smoke else ("threads", "processes"):
        ratio, block = overhead(plan, executor, 2 if smoke else 3)
        tell(
            f"sweep, {executor}, one worker / loop over its blocks", ratio, LIMITS["overhead"], f"{block:.2f} s a block"
        )
    few, many = (peak(n * block_size(1)) for n in (1, 6 if smoke else 20))
    tell("memory of 20 times the samples", many / few, LIMITS["memory"], f"{many / 1e6:.1f} MB")
    equal = same_bits(2 * block_size(1))
    tell("executors with other bits than serial", sum(not e for e in equal.values()), 0, ", ".join(equal))
    sys.stdout.write("| what | ratio | limit | |\n|---|---|---|---|\n" + "".join(rows))
    sys.stdout.write("\n| part of a sample | ns |\n|---|---|\n")
    for name, nanoseconds in costs(block_size(1)).items():
        sys.stdout.write(f"| {name} | {nanoseconds:.0f} |\n")
    if late:
        sys.exit(f"over the limit: {', '.join(late)}")


if __name__ == "__main__":
    main()
