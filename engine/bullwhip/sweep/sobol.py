"""First-order and total Sobol indices: which part of the variance of an output comes from which input.

A. Saltelli and others, "Variance based sensitivity analysis of model output", Computer Physics Communications 181
(2010) 259-270: the first-order index by their estimator (b), the total one by Jansen's. The two matrices are one
randomised net of twice the dimensions; independent replicates of it give the confidence intervals. Only sums are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bullwhip.numeric.kernel import Backend, Kernel
from bullwhip.numeric.ops import Tape
from bullwhip.sweep.executors import Interrupted, Progress, Running, ordered
from bullwhip.sweep.nets import net
from bullwhip.sweep.plan import kernel_of
from bullwhip.sweep.sampling import CHUNK, Variable, columns_of

__all__ = ["REPLICATES", "Index", "SobolPlan", "Sums", "indices", "run_sobol", "run_sobol_block"]

REPLICATES = 16
_STUDENT = 2.131449546
"""97.5 % quantile of Student's t with 15 degrees of freedom."""
_PART = 1 << 17

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SobolPlan:
    """A design of `rows · (variables + 2)` evaluations; rows are REPLICATES times a power of two."""

    tape: Tape
    variables: tuple[Variable, ...]
    log2: int
    """Logarithm of the rows of a replicate."""
    backend: Backend = "auto"
    key: str = ""

    @classmethod
    def of(cls, tape: Tape, variables: tuple[Variable, ...], samples: int, backend: Backend = "auto") -> SobolPlan:
        """Return the plan with at least so many rows."""
        log2 = max(3, (max(1, -(-samples // REPLICATES)) - 1).bit_length())
        plan = cls(tape, variables, log2, backend)
        return replace(plan, key=blake2b(repr(plan).encode(), digest_size=16).hexdigest())

    @property
    def rows(self) -> int:
        """Rows of each of the two matrices."""
        return REPLICATES << self.log2

    @property
    def parts(self) -> int:
        """How many blocks a replicate is divided into."""
        return max(1, (1 << self.log2) // _PART)

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return REPLICATES * self.parts


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What is kept of some rows: counts and sums over them, `(outputs,)` or `(outputs, variables)`."""

    count: NDArray[np.int64]
    """Rows whose every sample has a value."""
    invalid: NDArray[np.int64]
    """Rows left out, because one of their samples has none."""
    value: Floats
    """Sum of both matrices' results less the centre."""
    square: Floats
    move: Floats
    """Sum of f(A with one column of B) - f(A)."""
    first: Floats
    """Sum of f(B) times the move."""
    total: Floats
    """Sum of squares of the move."""

    def plus(self, other: Sums) -> Sums:
        """Return the sums over the rows of both."""
        return Sums(*(getattr(self, f) + getattr(other, f) for f in self.__slots__))


@dataclass(frozen=True, slots=True)
class Index:
    """Indices of one input for one output, each with half of its 95 % confidence interval."""

    first: float
    first_error: float
    total: float
    total_error: float


def run_sobol_block(plan: SobolPlan, seed: int, block: int) -> Sums:
    """Return the sums of one block: a pure function of plan, seed and number."""
    replicate, part = divmod(block, plan.parts)
    size = len(plan.variables)
    points = net(seed, replicate, 2 * size)
    evaluate = kernel_of(plan.tape, plan.backend, plan.key)
    centre = _centre(plan, evaluate)
    rows = (1 << plan.log2) // plan.parts
    step = min(rows, CHUNK)
    total: Sums | None = None
    for start in range(part * rows, (part + 1) * rows, step):
        found = _chunk(plan, points.points(start, step.bit_length() - 1), evaluate, centre)
        total = found if total is None else total.plus(found)
    assert total is not None  # noqa: S101  a block has at least one chunk
    return total


def _centre(plan: SobolPlan, evaluate: Kernel) -> Floats:
    """Return the outputs at the medians, from which results are counted, so that no digits are lost."""
    middle = [np.array([0.5])] * len(plan.variables)
    found = evaluate(columns_of(plan.variables, middle, len(plan.tape.inputs)), allow_invalid=True)
    return np.where(np.isfinite(found), found, 0.0)


def _chunk(plan: SobolPlan, points: Floats, evaluate: Kernel, centre: Floats) -> Sums:
    size, width = len(plan.variables), len(plan.tape.inputs)
    a, b = (columns_of(plan.variables, list(part), width) for part in (points[:size], points[size:]))
    of_a, of_b = (evaluate(m, allow_invalid=True) - centre for m in (a, b))
    sound = np.isfinite(of_a) & np.isfinite(of_b)
    outputs = of_a.shape[0]
    moves = np.empty((size, *of_a.shape))
    for k, variable in enumerate(plan.variables):
        columns = [c for c, _ in variable.columns]
        kept = a[columns]
        a[columns] = b[columns]
        moves[k] = evaluate(a, allow_invalid=True) - centre
        a[columns] = kept
        sound &= np.isfinite(moves[k])
        moves[k] -= of_a
    broken = ~sound
    for results in (of_a, of_b, *moves):
        results[broken] = 0.0
    count = sound.sum(axis=1)
    first = np.array([[float(np.dot(of_b[o], moves[k, o])) for k in range(size)] for o in range(outputs)])
    return Sums(
        count, sound.shape[1] - count, of_a.sum(axis=1) + of_b.sum(axis=1),
        (of_a * of_a).sum(axis=1) + (of_b * of_b).sum(axis=1), moves.sum(axis=2).T, first,
        (moves * moves).sum(axis=2).T,
    )  # fmt: skip


def run_sobol(plan: SobolPlan, seed: int, running: Running, progress: Progress | None = None) -> list[Sums]:
    """Return the sums of every replicate, whoever ran the blocks.

    Raises:
        Interrupted: on Ctrl-C, with the rows done.
    """
    found: list[Sums] = []
    done = 0
    rows = plan.rows // plan.blocks
    try:
        for sums in ordered(running, partial(run_sobol_block, plan, seed), plan.blocks):
            if done % plan.parts == 0:
                found.append(sums)
            else:
                found[-1] = found[-1].plus(sums)
            done += 1
            if progress is not None:
                progress(done * rows, plan.rows)
    except KeyboardInterrupt:
        raise Interrupted(done * rows, plan.rows) from None
    return found


def indices(replicates: Sequence[Sums], output: int) -> list[Index] | None:
    """Return the indices of every variable for one output, or None where it does not vary.

    The intervals are by leaving out one replicate after another (the jackknife), because a quotient of sums has an
    error from its divisor too.

    Args:
        replicates: the sums of each.
        output: its number.
    """
    kept = [np.array([getattr(r, name)[output] for r in replicates]) for name in ("count", "value", "square")]
    moves = [np.array([getattr(r, name)[output] for r in replicates]) for name in ("move", "first", "total")]
    if (kept[0] < 1).any():
        return None
    whole = _ratios([k.sum(axis=0) for k in kept], [m.sum(axis=0) for m in moves])
    without = [_ratios([k.sum(axis=0) - k[r] for k in kept], [m.sum(axis=0) - m[r] for m in moves])
               for r in range(len(replicates))]  # fmt: skip
    if whole is None or any(w is None for w in without):
        return None
    rest = np.array(without)  # replicate, first or total, variable
    size = len(replicates)
    errors = _STUDENT * np.sqrt((size - 1) / size * ((rest - rest.mean(axis=0)) ** 2).sum(axis=0))
    return [
        Index(*(float(x) for x in (f, df, t, dt)))
        for f, df, t, dt in zip(whole[0], errors[0], whole[1], errors[1], strict=True)
    ]


def _ratios(kept: list[Floats], moves: list[Floats]) -> Floats | None:
    """Return first-order and total indices from sums, `(2, variables)`; None where nothing varies."""
    count, value, square = kept
    mean = value / (2.0 * count)
    variance = square / (2.0 * count) - mean * mean
    if not variance > 0.0:
        return None
    move, first, total = moves
    return np.array([(first - mean * move) / count / variance, total / 2.0 / count / variance])
