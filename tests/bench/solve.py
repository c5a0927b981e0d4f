"""Times break-evens of the shipped chain against sympy.solve on the closed form, in the same process.

Run it by hand: `python tests/bench/solve.py`; docs/benchmarks.md keeps a result. It fails when a break-even of degree
one takes more than a tenth of SymPy's time to solve the closed form, is not exact, or when the two disagree.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.cache import clear_cache

from bullwhip import Workspace
from bullwhip.analysis.line import Line
from bullwhip.analysis.solve import solve
from bullwhip.model.quantity import index_text
from bullwhip.propagate import form
from bullwhip.propagate.intervals import Interval

RUNS = 7
BUDGET = 0.1

CASES = (
    ("accelerator.count[chip=a100_sxm]", "training.utilization[period=2025]", Fraction(20_000_000)),
    ("server.market", "accelerator.price[chip=a100_sxm]", Fraction(10) ** 11),
    ("cooling.market", "cooling.liquid_cost_per_kw", Fraction(4) * 10**10),
    ("accelerator.count[chip=a100_sxm]", "model.vendors[family=language,period=2025]", Fraction(20_000_000)),
    ("accelerator.count[chip=a100_sxm]", "model.parameters[family=multimodal,period=2023]", Fraction(20_000_000)),
    ("accelerator.count[chip=a100_sxm]", "model.parameter_growth[family=language]", Fraction(20_000_000)),
)


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least seconds of a call, which other work on the machine disturbs least, and its last result."""
    times, result = [], None
    for _ in range(RUNS):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    return min(times), result


def rational(value: Fraction) -> Any:
    """Return a SymPy number."""
    return sympy.Rational(value.numerator, value.denominator)


def case(ws: Workspace, name: str, driver: str, target: Fraction) -> tuple[list[str], bool]:
    """Return a row of the table, and whether it keeps its promise."""
    evaluation, program = ws.evaluation, ws.program
    (position,) = ws.cells(name, 2025)
    moved = ws.cells(driver)
    base = evaluation.value(moved[0]) or Fraction(1)

    def ours() -> Any:
        line = Line(evaluation, position, dict.fromkeys(moved, (Fraction(0), Fraction(1))))
        return solve(line, base / 1000, base * 1000, Interval.point(target), base)

    seconds, found = timed(ours)
    unknown = sympy.Symbol("x", real=True)
    written = form(program, program.dag, program.cells[position].node, evaluation.definition)
    positions = {name_of(program, p): p for p in range(len(program.cells))}
    cells = {sympy.Symbol(s, real=True): positions[c] for s, c in written.symbols(program).items()}
    names = [s for s, p in cells.items() if p in moved]
    values = {s: evaluation.value(p) for s, p in cells.items()}
    numbers = {s: unknown if s in names else rational(v) for s, v in values.items() if v is not None}
    symbolic = written.sympy
    numeric = symbolic.xreplace(numbers)

    def whole() -> Any:
        clear_cache()
        new = form(program, program.dag, program.cells[position].node, evaluation.definition).sympy
        return sympy.solve(new.xreplace(numbers) - rational(target), unknown)

    def only() -> Any:
        clear_cache()
        return sympy.solve(numeric - rational(target), unknown)

    theirs, roots = timed(whole)
    bare, _ = timed(only)
    roots = [r for r in roots if r.is_real and rational(base) / 1000 <= r <= rational(base) * 1000]
    start = time.perf_counter()
    sympy.solve(symbolic.xreplace(dict.fromkeys(names, unknown)) - sympy.Symbol("t"), unknown)
    symbols = time.perf_counter() - start
    same = len(roots) == len(found.stretches) and all(
        abs(float(r) - float(s.low.rounded())) <= 1e-12 * abs(float(r))
        for r, s in zip(roots, found.stretches, strict=True)
    )
    degree = sympy.Poly(sympy.fraction(sympy.together(numeric - rational(target)))[0], unknown).degree()
    exact = all(s.low.is_exact for s in found.stretches)
    times = [f"{1000 * t:.1f}" for t in (seconds, theirs, bare, symbols)]
    ratios = [f"{seconds / t:.3f}" for t in (theirs, symbols)]
    row = [f"`{name}`", f"`{driver}`", str(degree), "exact" if exact else "60 digits", *times, *ratios]
    return row, same and (degree > 1 or (exact and seconds <= BUDGET * symbols))


def name_of(program: Any, position: int) -> str:
    """Return the name of a cell."""
    cell = program.cells[position]
    return index_text(cell.quantity, cell.index, cell.period)


def main() -> int:
    """Print the table; return 1 when a promise is broken."""
    ws = Workspace.open()
    rows = [case(ws, *c) for c in CASES]
    head = [
        "quantity, 2025", "driver", "degree", "answer", "bullwhip ms", "SymPy ms: form, numbers, solve",
        "solve with numbers alone", "solve with symbols", "× form, numbers, solve", "× solve with symbols",
    ]  # fmt: skip
    sys.stdout.write(f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n")
    for row, _ in rows:
        sys.stdout.write(f"| {' | '.join(row)} |\n")
    return 0 if all(kept for _, kept in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
