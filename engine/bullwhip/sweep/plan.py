"""A sweep as a plan and a pure function: the summary of a block follows from plan, seed and block number alone."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b

import numpy as np

from bullwhip.numeric.kernel import Backend, Kernel, kernel
from bullwhip.numeric.ops import Tape
from bullwhip.sweep.executors import Interrupted, Progress, Running, ordered
from bullwhip.sweep.sampling import CHUNK, Variable, chunks, columns_of
from bullwhip.sweep.summary import Summary, invalid_of, summarise

__all__ = ["Plan", "block_size", "kernel_of", "run", "run_block"]

_BLOCK = 1 << 17
_VALUES = 1 << 20
"""Results that a block holds at most, all outputs together."""


def block_size(outputs: int) -> int:
    """Return how many samples a block has; it depends on the plan alone, so that results do not on the machine.

    >>> block_size(1), block_size(100)
    (131072, 8192)
    """
    return max(CHUNK, min(_BLOCK, 1 << (_VALUES // max(1, outputs)).bit_length() - 1))


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a sweep is, but for its seed."""

    tape: Tape
    """From inputs to outputs; every input is moved by one variable."""
    variables: tuple[Variable, ...]
    joint: tuple[int, ...]
    """Numbers of the variables that are correlated."""
    factor: tuple[tuple[float, ...], ...]
    """Lower triangle of the square root of their normal correlations."""
    samples: int
    block: int
    backend: Backend = "auto"
    key: str = ""
    """Content hash; what a process that runs several blocks knows the compiled kernel by."""

    def sealed(self) -> Plan:
        """Return the plan with its key."""
        return replace(self, key=blake2b(repr(replace(self, key="")).encode(), digest_size=16).hexdigest())

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.samples // self.block)

    def rows(self, block: int) -> int:
        """Return how many samples a block has; the last one has what is left."""
        return min(self.block, self.samples - block * self.block)


_KERNELS: dict[str, Kernel] = {}
_LOCK = threading.Lock()
_KEPT = 4


def kernel_of(tape: Tape, backend: Backend, key: str) -> Kernel:
    """Return the kernel of a tape, compiled once in each process."""
    with _LOCK:
        found = _KERNELS.get(f"{key} {backend}")
        if found is None:
            while len(_KERNELS) >= _KEPT:
                del _KERNELS[next(iter(_KERNELS))]
            found = _KERNELS[f"{key} {backend}"] = kernel(tape, backend)
        return found


def run_block(plan: Plan, seed: int, block: int) -> Summary:
    """Return the summary of one block.

    Args:
        plan: the sweep.
        seed: from 0 to 2^64 - 1.
        block: its number, from 0.
    """
    evaluate = kernel_of(plan.tape, plan.backend, plan.key)
    rows = plan.rows(block)
    results = np.empty((len(plan.tape.results), rows))
    invalid: list[Counter[str]] = [Counter() for _ in plan.tape.results]
    start = 0
    for drawn in chunks(plan.variables, plan.joint, plan.factor, seed, block, rows):
        columns = columns_of(plan.variables, drawn, len(plan.tape.inputs))
        found = evaluate(columns, allow_invalid=True)
        results[:, start : start + found.shape[1]] = found
        if not np.isfinite(found).all():
            for total, part in zip(invalid, invalid_of(plan.tape, columns, found), strict=True):
                total.update(part)
        start += found.shape[1]
    return summarise(results, invalid)


def run(plan: Plan, seed: int, running: Running, progress: Progress | None = None) -> Summary:
    """Return the summary of a whole sweep: the blocks merged in their order, whoever ran them.

    Args:
        plan: the sweep.
        seed: from 0 to 2^64 - 1.
        running: the executor.
        progress: told how many samples are done.

    Raises:
        Interrupted: on Ctrl-C, with the samples done.
    """
    total: Summary | None = None
    try:
        for summary in ordered(running, partial(run_block, plan, seed), plan.blocks):
            total = summary if total is None else total.merge(summary)
            if progress is not None:
                progress(total.samples, plan.samples)
    except KeyboardInterrupt:
        raise Interrupted(0 if total is None else total.samples, plan.samples) from None
    if total is None:
        raise ValueError("a sweep of no samples")
    return total
