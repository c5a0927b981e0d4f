"""Times numeric evaluation against named peers in one run: ratios of CPU time, the least of several runs of each.

Run it by hand: `python tests/bench/evaluators.py`; it fails when a ratio is above its threshold, and docs/benchmarks.md
keeps a result. The peer of generated models is straight-line NumPy: the operations as written, one after another on
whole arrays, each dropped after its last use. That of the shipped model is SymPy: its closed form, `diff` and
`lambdify(cse=True)`.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

import relations
from bullwhip import Workspace
from bullwhip.expr.dag import Dag, arguments
from bullwhip.numeric.gradients import gradient_tape
from bullwhip.numeric.kernel import kernel
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.steps import Columns
from bullwhip.numeric.tape import compile_tape
from bullwhip.propagate import Evaluation, form, gradient

CHAIN = "optics.modules[chip=a100_sxm,generation=200g,topology=fat_tree,period=2025]"
"""A cell of the shipped model with many drivers."""
STREAM = 8_192
"""Lanes at a time where only a summary is kept."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with what it is measured against."""

    what: str
    peer: str
    figure: float
    limit: float | None
    unit: str = "×"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    scenarios: int
    streamed: int
    gradients: tuple[int, ...]
    large: int
    repeats: int


FULL = Size(1_000_000, 200_000, (100, 1_000, 10_000), 10_000, 5)
SMOKE = Size(2_000, 20_000, (20, 60), 150, 2)


def fastest(repeats: int, *runs: Callable[[], object]) -> list[float]:
    """Return the least CPU seconds of each of some runs, taken in turn."""
    least = [float("inf")] * len(runs)
    for _ in range(repeats):
        for k, run in enumerate(runs):
            start = time.process_time()
            run()
            least[k] = min(least[k], time.process_time() - start)
    return least


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of one run, and what it gives."""
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


@dataclass
class Model:
    """A model with the cell that is asked and its inputs."""

    evaluation: Evaluation
    output: int
    inputs: list[int]

    def columns(self, lanes: int, seed: int = 0) -> Columns:
        """Return scenarios within a tenth of the base."""
        base = np.array([[float(self.evaluation.given(p) or 0)] for p in self.inputs])
        return base * np.random.default_rng(seed).uniform(0.9, 1.1, (len(self.inputs), lanes))

    def value(self) -> Tape:
        """Return the tape of the value."""
        return compile_tape(self.evaluation, [self.output], self.inputs)

    def gradient(self) -> Tape:
        """Return the tape of the value and all its derivatives."""
        return gradient_tape(self.evaluation, self.output, self.inputs)


def generated(n: int) -> Model:
    """Return a generated model of n relations, asked for its last."""
    evaluation = Evaluation(relations.program(n))
    output = next(p for p, c in enumerate(evaluation.program.cells) if c.quantity == relations.last(n))
    return Model(evaluation, output, evaluation.inputs(output))


def chain() -> Model:
    """Return the shipped model."""
    workspace = Workspace.open()
    (output,) = workspace.cells(CHAIN)
    return Model(workspace.evaluation, output, workspace.evaluation.inputs(output))


_NAMES = {
    "+": "add", "*": "multiply", "/": "divide", "min": "minimum", "max": "maximum", "<": "less", "<=": "less_equal",
}  # fmt: skip


def straight(model: Model, library: Any = np) -> Callable[[Columns], Any]:
    """Return the model as NumPy, or a library with its functions, does it without a tape."""
    functions = {name: getattr(library, long) for name, long in _NAMES.items()}
    evaluation, dag = model.evaluation, model.evaluation.program.dag
    node = evaluation.program.cells[model.output].node
    cone = evaluation.cone((node,))
    column = {evaluation.program.cells[p].node: k for k, p in enumerate(model.inputs)}
    below = {i: (evaluation.definition[i],) if i in evaluation.definition else arguments(dag.nodes[i]) for i in cone}
    last = {j: i for i in cone for j in below[i]}
    ending = {i: [j for j in set(below[i]) if last[j] == i] for i in cone}

    def run(columns: Columns) -> Any:
        values: dict[int, Any] = {}
        for i in cone:
            entry, read = dag.nodes[i], [values[j] for j in below[i]]
            if i in column:
                values[i] = columns[column[i]]
            elif entry[0] == "num":
                values[i] = float(entry[1])
            elif entry[0] == "cell":
                values[i] = read[0]
            elif entry[0] in ("<", "<="):
                values[i] = library.where(functions[entry[0]](read[0], read[1]), read[2], read[3])
            else:
                total = read[0]
                for other in read[1:]:
                    total = functions[entry[0]](total, other)
                values[i] = total
            del read
            for j in ending[i]:
                del values[j]
        return values[node]

    return run


def values(size: Size) -> list[Row]:
    """Measure the value of the model of 100 relations."""
    model = generated(100)
    tape, columns, peer = model.value(), model.columns(size.scenarios), straight(model)
    slow, fast = kernel(tape, "numpy"), kernel(tape, "fast")
    _same(slow(columns), fast(columns), peer(columns)[np.newaxis])
    s, f, p = fastest(size.repeats, lambda: slow(columns), lambda: fast(columns), lambda: peer(columns))
    what = f"value, 100 relations, {size.scenarios:,} scenarios"
    name = "straight-line NumPy"
    return [Row(f"{what}, NumPy", name, s / p, 0.6), Row(f"{what}, compiled", name, f / p, 0.06)]


def closed(model: Model, gradients: bool) -> Callable[[Columns], Any]:
    """Return the SymPy peer: closed form, derivatives by `diff`, `lambdify` with common subexpressions."""
    import sympy

    evaluation = model.evaluation
    program = evaluation.program
    written = form(program, program.dag, program.cells[model.output].node, evaluation.definition)
    names = {name: symbol for symbol, name in written.symbols(program).items()}
    tape = model.value()
    kept = [k for k, name in enumerate(tape.input_names) if name in names]
    free = {s.name: s for s in written.sympy.free_symbols}
    symbols = [free[names[tape.input_names[k]]] for k in kept]
    wanted = [written.sympy, *(sympy.diff(written.sympy, s) for s in symbols)] if gradients else written.sympy
    made = sympy.lambdify(symbols, wanted, "numpy", cse=True)
    return lambda columns: made(*columns[kept])


def shipped(size: Size) -> list[Row]:
    """Measure value and gradient of a cell of the shipped model."""
    model = chain()
    columns = model.columns(size.scenarios)
    tape, peer = model.value(), closed(model, False)
    slow, fast = kernel(tape, "numpy"), kernel(tape, "fast")
    _same(slow(columns), fast(columns), peer(columns)[np.newaxis])
    s, f, p = fastest(size.repeats, lambda: slow(columns), lambda: fast(columns), lambda: peer(columns))
    what = f"value on the shipped chain, {len(model.inputs)} drivers, {size.scenarios:,} scenarios"
    rows = [
        Row(f"{what}, NumPy", "lambdify(cse=True)", s / p, 1.5),
        Row(f"{what}, compiled", "lambdify(cse=True)", f / p, 0.5),
    ]
    part = columns[:, : size.scenarios // 4]
    built, peer = timed(lambda: closed(model, True))
    tape = model.gradient()
    mine, slow = timed(lambda: kernel(model.gradient(), "numpy"))
    quick, fast = timed(lambda: kernel(model.gradient(), "fast"))
    _same(slow(part), fast(part))
    s, f, p = fastest(size.repeats, lambda: slow(part), lambda: fast(part), lambda: peer(part))
    what = f"all derivatives on the shipped chain, {part.shape[1]:,} scenarios, building included"
    name = "diff + lambdify(cse=True)"
    return [
        *rows,
        Row(f"{what}, NumPy", name, (mine + s) / (built + p), 1.0),
        Row(f"{what}, compiled", name, (quick + f) / (built + p), 1.0),
        Row(f"{what}, NumPy, evaluation only", name, s / p, None),
        Row(f"{what}, compiled, evaluation only", name, f / p, None),
    ]


def gradients(n: int, repeats: int) -> list[Row]:
    """Measure the gradient of a generated model against its value."""
    model = generated(n)
    program, definition = model.evaluation.program, model.evaluation.definition
    node = program.cells[model.output].node
    graph = Dag(list(program.dag.nodes))
    built, found = timed(lambda: gradient(graph, node, [program.cells[p].node for p in model.inputs], definition))
    nodes = len(graph.cone((node, *found.values()), definition)) / len(graph.cone((node,), definition))
    tape, wider = model.value(), model.gradient()
    one, all_of_them = kernel(tape, "numpy"), kernel(wider, "numpy")
    columns = model.columns(one.lanes if n > 1_000 else 4 * one.lanes)  # type: ignore[attr-defined]
    v, g = fastest(repeats, lambda: one(columns), lambda: all_of_them(columns))
    what = f"value and {len(model.inputs):,} derivatives, {n:,} relations"
    return [
        Row(f"{what}: nodes", "nodes of the value", nodes, 4),
        Row(f"{what}: operations of the tape", "those of the value", len(wider.ops) / len(tape.ops), 4),
        Row(f"{what}: NumPy", "the value", g / v, 6),
        Row(f"{what}: building the graph", "a relation", built / n * 1e6, None, "µs"),
    ]


def large(size: Size) -> list[Row]:
    """Measure compiling a large model, and the memory that a stream of scenarios takes."""
    model = generated(size.large)
    tape = model.value()
    built, fast = timed(lambda: kernel(tape, "fast"))
    slow = kernel(tape, "numpy")
    n = size.large
    rows = [Row(f"compiling {n:,} relations", "", built, 10, "s CPU")]
    peaks = []
    seconds: dict[str, float] = {}
    for lanes in (2 * STREAM, size.streamed):
        for run in (slow, fast):
            start = time.process_time()
            total = 0.0
            for block in range(0, lanes, STREAM):
                total += float(run(model.columns(min(STREAM, lanes - block), block)).sum())
            seconds[run.backend] = (time.process_time() - start) / lanes
            assert np.isfinite(total)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return [
        *rows,
        Row(
            f"peak memory, {n:,} relations, {size.streamed:,} scenarios, both backends",
            "",
            peaks[1],
            1024,
            "MB",
        ),
        Row(f"growth of that since {2 * STREAM:,} scenarios", "", peaks[1] - peaks[0], 16, "MB"),
        *(
            Row(f"a scenario of {n:,} relations, drawing included, {b}", "", s * 1e6, None, "µs")
            for b, s in seconds.items()
        ),
    ]


def jitted() -> list[Row]:
    """Measure compiling 1,000 relations against `jax.jit`, where JAX is installed."""
    if find_spec("jax") is None:
        return []
    import jax  # type: ignore[import-not-found,unused-ignore]

    jax.config.update("jax_enable_x64", True)
    model = generated(1_000)
    tape, peer = model.value(), straight(model, jax.numpy)
    columns = model.columns(1_024)
    kernel(generated(10).value(), "fast")  # neither import is part of compiling
    mine, fast = timed(lambda: kernel(tape, "fast"))
    fast(columns)
    theirs, _ = timed(lambda: jax.jit(peer)(columns).block_until_ready())
    return [Row("compiling 1,000 relations", "jax.jit", mine / theirs, 0.05)]


def _same(first: Columns, *others: Any) -> None:
    """Stop when two ways of computing disagree: a wrong kernel is not fast."""
    for other in others:
        np.testing.assert_allclose(first, other, rtol=1e-9)


def measure(size: Size) -> list[Row]:
    """Return all figures."""
    memory = large(size)  # first: the peak is that of the process
    rows = [*values(size), *shipped(size)]
    for n in size.gradients:
        rows += gradients(n, size.repeats)
    return [*rows, *memory, *jitted()]


def main() -> None:
    """Print the table; exit with 1 when a figure is above its threshold."""
    rows = measure(FULL)
    write = sys.stdout.write
    write("| what | against | measured | at most |\n|---|---|---|---|\n")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g} {row.unit}"
        write(f"| {row.what} | {row.peer} | {row.figure:.3g} {row.unit} | {limit} |\n")
    if find_spec("jax") is None:
        write("\njax is not installed; its row is left out.\n")
    above = [row.what for row in rows if row.limit is not None and row.figure > row.limit]
    if above:
        sys.exit(f"above the threshold: {'; '.join(above)}")


if __name__ == "__main__":
    main()
