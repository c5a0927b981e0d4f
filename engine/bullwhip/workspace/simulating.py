"""Puts a simulation together: what varies, the plan, the sweep, and what it says of each output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.errors import LimitError, Problem, UsageError
from bullwhip.model.copula import NotDefiniteError, normal_factor
from bullwhip.model.simulation import PERCENTS, NotVaried, Part, Simulated, Simulation, VariedInput
from bullwhip.numeric.kernel import Backend
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.tape import compile_tape
from bullwhip.propagate import Evaluation
from bullwhip.sweep.executors import Progress, running
from bullwhip.sweep.nets import MAX_DIMENSIONS
from bullwhip.sweep.plan import Plan, block_size, kernel_of, run
from bullwhip.sweep.quantiles import deviation
from bullwhip.sweep.ranges import Moved, reach_of
from bullwhip.sweep.sampling import Variable
from bullwhip.sweep.sobol import Index, SobolPlan, indices, run_sobol
from bullwhip.sweep.summary import OutputSummary
from bullwhip.sweep.tornado import centred, shares, shares_by_steps, swings
from bullwhip.workspace.naming import settable
from bullwhip.workspace.varying import (
    Draw,
    correlations_of,
    draws_of,
    printed_draws,
    split_correlation,
    without_range,
)

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Request", "simulate"]

_MOST = 10**12
_EXACT_SHARES = 3_000
"""Operations times inputs up to which derivatives are exact."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a simulation."""

    samples: int = 10_000
    seed: int = 1
    vary: tuple[str, ...] = ()
    printed: bool = False
    correlate: tuple[str, ...] = ()
    sobol: bool = False
    tornado: bool = False
    backend: Backend = "auto"
    executor: str = "threads"
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class _Setup:
    """Everything settled before the first sample."""

    evaluation: Evaluation
    outputs: tuple[int, ...]
    """Those that can be computed."""
    draws: tuple[Draw, ...]
    rest: tuple[NotVaried, ...]
    ranks: dict[tuple[int, int], Fraction]

    @property
    def columns(self) -> list[int]:
        """The positions that vary, in the order of the kernel's columns."""
        return [p for d in self.draws for p, _ in d.cells]

    @property
    def moved(self) -> list[Moved]:
        """What varies, for exact questions."""
        return [Moved(d.cells) for d in self.draws]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """What varies, for samples."""
        column = {p: k for k, p in enumerate(self.columns)}
        return tuple(Variable(d.name, tuple((column[p], x) for p, x in d.cells)) for d in self.draws)


def simulate(
    workspace: Workspace, positions: Sequence[int], request: Request, progress: Progress | None = None
) -> Simulation:
    """Return the distribution of cells.

    Args:
        workspace: under its scenario.
        positions: the cells.
        request: what varies, how often, and what else is wanted.
        progress: told how many evaluations are done of how many.

    Raises:
        UsageError: BW433 when nothing varies, BW432 for correlations that contradict each other, others as `--set`.
        Interrupted: on Ctrl-C.
    """
    setup = _setup(workspace, positions, request)
    joint = tuple(sorted({k for pair in setup.ranks for k in pair}))
    _refuse(setup, request, joint)
    factor = _factor(setup, joint)
    tape = compile_tape(setup.evaluation, setup.outputs, setup.columns)
    plan = Plan(
        tape, setup.variables, joint, factor, request.samples, block_size(len(setup.outputs)), request.backend
    ).sealed()
    design = SobolPlan.of(tape, setup.variables, request.samples, request.backend) if request.sobol else None
    parts = [[Part(d.name) for d in setup.draws] for _ in setup.outputs]
    broken = [0] * len(setup.outputs)
    outputs: Sequence[OutputSummary] = ()
    if setup.outputs:
        with running(request.executor, request.workers) as executor:
            outputs = run(plan, request.seed, executor, progress).outputs
            if design is not None:
                sums = run_sobol(design, request.seed, executor, progress)
                for k in range(len(parts)):
                    broken[k] = sum(int(s.invalid[k]) for s in sums)
                    parts[k] = _with_indices(parts[k], indices(sums, k))
        _exact_parts(setup, request, bool(joint), parts, tape, plan.key)
    answers = _answers(setup, positions, outputs, parts, broken)
    ranks = tuple((setup.draws[a].name, setup.draws[b].name, r) for (a, b), r in setup.ranks.items())
    backend = kernel_of(tape, request.backend, plan.key).backend
    return Simulation(
        request.samples, request.seed, workspace.scenario_id, backend, tuple(_input(setup, d) for d in setup.draws),
        setup.rest, ranks, answers, design.rows if design is not None else 0, workspace.receipt(),
    )  # fmt: skip


def _refuse(setup: _Setup, request: Request, joint: tuple[int, ...]) -> None:
    """Refuse Sobol indices where they would say nothing or be too many."""
    if request.sobol and joint:
        names = ", ".join(setup.draws[k].name for k in joint)
        hint = (
            "leave out --sobol, or the correlations: the variance of one of several that move together is not its own"
        )
        raise UsageError(Problem("BW002", f"Sobol indices of inputs that are correlated: {names}", hint=hint))
    if request.sobol and 2 * len(setup.draws) > MAX_DIMENSIONS:
        message = f"Sobol indices of {len(setup.draws):,} inputs; at most {MAX_DIMENSIONS // 2:,}"
        raise LimitError(Problem("BW901", message, hint="vary fewer inputs"))


def _with_indices(parts: list[Part], found: list[Index] | None) -> list[Part]:
    return parts if found is None else [
        replace(p, first=i.first, first_error=i.first_error, total=i.total, total_error=i.total_error)
        for p, i in zip(parts, found, strict=True)
    ]  # fmt: skip


def _exact_parts(
    setup: _Setup, request: Request, correlated: bool, parts: list[list[Part]], tape: Tape, key: str
) -> None:
    """Add the tornado and the shares of the variance near the value, which need inputs that do not move together."""
    if not (request.tornado or request.sobol):
        return
    at = centred(setup.evaluation, setup.moved)
    if request.tornado:
        for k, row in enumerate(swings(at, setup.outputs, setup.moved)):
            parts[k] = [
                replace(p, at_low=s.at_low, at_high=s.at_high, exact=s.exact)
                for p, s in zip(parts[k], row, strict=True)
            ]
    if not correlated:
        for k, near in enumerate(_shares(setup, at, tape, request.backend, key)):
            parts[k] = [replace(p, share=s) for p, s in zip(parts[k], near, strict=True)]


def _shares(setup: _Setup, at: Evaluation, tape: Tape, backend: Backend, key: str) -> list[list[Fraction | None]]:
    """Return the shares of the variance near the values: exactly, or by steps where exact derivatives grow too long."""
    if len(tape.ops) * len(setup.draws) <= _EXACT_SHARES:
        return shares(at, setup.outputs, setup.moved)
    deviations = [[deviation(d) for _, d in draw.cells] for draw in setup.draws]
    middle = [at.value(p) or Fraction(0) for p in setup.columns]
    return shares_by_steps(kernel_of(tape, backend, key), setup.variables, middle, deviations)


# -- what varies ------------------------------------------------------------------------------------------------------


def _setup(workspace: Workspace, positions: Sequence[int], request: Request) -> _Setup:
    if not 1 <= request.samples <= _MOST or not 0 <= request.seed < 2**64:
        hint = f"samples from 1 to {_MOST:,}, a seed from 0 to 2^64 - 1"
        raise UsageError(Problem("BW002", f"{request.samples:,} samples with seed {request.seed}", hint=hint))
    evaluation, program = workspace.evaluation, workspace.program
    scenario = program.scenarios.get(workspace.scenario_id)
    own = draws_of(evaluation, request.vary, "vary")
    taken = {p for d in own for p, _ in d.cells}
    if scenario is not None:
        written, notes = [f"{v.name}={v.text}" for v in scenario.vary], [v.place for v in scenario.vary]
        for d in draws_of(evaluation, written, "scenario", notes):
            left = tuple(c for c in d.cells if c[0] not in taken)
            own += [replace(d, cells=left)] if left else []
    taken = {p for d in own for p, _ in d.cells}
    cone = _cone(evaluation, positions, taken)
    reached = [d.within(cone) for d in own]
    rest = [
        NotVaried(d.name, "reaches none of what is asked") for d, r in zip(own, reached, strict=True) if not r.cells
    ]
    draws = [d for d in reached if d.cells]
    if request.printed or not draws:
        inputs = [p for p in _inputs(evaluation, positions, taken) if p not in taken]
        printed, constant = printed_draws(evaluation, inputs)
        if not (request.printed and (draws or printed)):
            raise without_range({d.name: d.cells[0][1].text() for d in printed})
        draws, rest = [*draws, *printed], [*rest, *constant]
    varied = {p for d in draws for p, _ in d.cells}
    texts = [] if scenario is None else [
        (c.one, c.other, str(c.rank), f"{c.place}: {c.one},{c.other}") for c in scenario.correlations
        if all(varied & set(settable(program, name).positions) for name in (c.one, c.other))
    ]  # fmt: skip
    ranks = correlations_of(program, draws, [*texts, *(split_correlation(t) for t in request.correlate)])
    known = tuple(p for p in positions if not _missing(evaluation, p, varied))
    return _Setup(evaluation, known, tuple(draws), tuple(rest), ranks)


def _cone(evaluation: Evaluation, positions: Sequence[int], cut: set[int]) -> frozenset[int]:
    """Return the positions of all cells that some cells depend on, some of them cut from their rules."""
    cells, dag = evaluation.program.cells, evaluation.program.dag
    kept = {cells[p].node for p in cut}
    definition = {n: d for n, d in evaluation.definition.items() if n not in kept}
    cone = dag.cone((cells[p].node for p in positions), definition)
    return frozenset(dag.nodes[i][1] for i in cone if dag.nodes[i][0] == "cell")


def _inputs(evaluation: Evaluation, positions: Sequence[int], cut: set[int]) -> list[int]:
    """Return the input cells among them, and those that are cut, in order."""
    cells = evaluation.program.cells
    cone = _cone(evaluation, positions, cut)
    return sorted(p for p in cone if p in cut or cells[p].node not in evaluation.definition)


def _missing(evaluation: Evaluation, position: int, varied: set[int]) -> tuple[str, ...]:
    cells = evaluation.program.cells
    needed = _inputs(evaluation, (position,), varied)
    return tuple(cells[p].name for p in needed if p not in varied and evaluation.given(p) is None)


def _factor(setup: _Setup, joint: tuple[int, ...]) -> tuple[tuple[float, ...], ...]:
    number = {k: i for i, k in enumerate(joint)}
    ranks = {(number[a], number[b]): float(r) for (a, b), r in setup.ranks.items()}
    try:
        return normal_factor(len(joint), ranks)
    except NotDefiniteError as error:
        one, other = (setup.draws[joint[k]].name for k in error.pair)
        message = f"no inputs are correlated like this: {one} and {other} contradict the others"
        hint = "weaken the correlations"
        if error.low is not None and error.high is not None:
            hint = f"beside the others their rank correlation lies between {error.low:.3f} and {error.high:.3f}"
        raise UsageError(Problem("BW432", message, hint=hint)) from None


# -- what comes out ---------------------------------------------------------------------------------------------------


def _input(setup: _Setup, draw: Draw) -> VariedInput:
    program = setup.evaluation.program
    cells = [program.cells[p] for p, _ in draw.cells]
    texts = tuple(dict.fromkeys(d.text() for _, d in draw.cells))
    first = draw.cells[0][0]
    value = setup.evaluation.value(first)
    return VariedInput(
        draw.name, tuple(c.name for c in cells), texts, program.quantities[cells[0].quantity].unit, draw.origin,
        draw.note, value, setup.evaluation.is_exact(first),
    )  # fmt: skip


def _answers(
    setup: _Setup,
    positions: Sequence[int],
    outputs: Sequence[OutputSummary],
    parts: list[list[Part]],
    broken: list[int],
) -> tuple[Simulated, ...]:
    evaluation, program = setup.evaluation, setup.evaluation.program
    found = []
    varied = set(setup.columns)
    for p in positions:
        cell = program.cells[p]
        unit = program.quantities[cell.quantity].unit
        answer = Simulated(
            cell.quantity, cell.index, cell.period, unit, evaluation.value(p), evaluation.is_exact(p),
            _missing(evaluation, p, varied),
        )  # fmt: skip
        if p in setup.outputs:
            k = setup.outputs.index(p)
            cone = _cone(evaluation, (p,), varied)
            reaching = [q for q, d in zip(parts[k], setup.draws, strict=True) if d.within(cone).cells]
            answer = _summarised(replace(answer, parts=tuple(reaching), sobol_invalid=broken[k]), outputs[k])
            reach = reach_of(evaluation, p, setup.moved)
            if reach is not None:
                kind = "exact" if reach.exact else "outer"
                answer = replace(answer, low=reach.low, high=reach.high, range_kind=kind, range_rounded=reach.rounded)
        found.append(answer)
    return tuple(found)


def _summarised(answer: Simulated, output: OutputSummary) -> Simulated:
    moments, sketch = output.moments, output.sketch
    if not moments.count:
        return replace(answer, invalid=output.invalid)
    percentiles = (min(max(sketch.percentile(p), moments.least), moments.greatest) for p in PERCENTS)
    return replace(
        answer, count=moments.count, invalid=output.invalid, mean=moments.mean, deviation=moments.deviation,
        skewness=moments.skewness, kurtosis=moments.kurtosis, least=moments.least, greatest=moments.greatest,
        percentiles=tuple(percentiles), percentile_error=sketch.error,
    )  # fmt: skip
