"""The NumPy backend: blocks of lanes that stay in the processor's cache, registers used again, no loop over lanes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bullwhip.numeric.lanes import fitting, output, refuse_columns, settle
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.steps import Columns, Flags, Places, Step, step

__all__ = ["BlockedKernel"]

_CACHE = 1 << 23
"""Bytes of registers that stay in a cache."""
_MEMORY = 640 << 20
"""Bytes of registers that a block may take, even if it has fewer lanes then."""
_LANES = (1 << 12, 1 << 13, 1 << 14)
"""Lanes of a block: the fewest that are worth a cache, as every call costs; as many where no cache helps; the most."""


@dataclass
class BlockedKernel:
    """A tape run by NumPy, block by block."""

    tape: Tape
    lanes: int = 0
    """Lanes of a block; 0 chooses by the number of registers."""
    backend: str = "numpy"
    _steps: list[Step] = field(default_factory=list, repr=False)
    _constants: Places = field(default_factory=list, repr=False)
    _pools: threading.local = field(default_factory=threading.local, repr=False)

    def __post_init__(self) -> None:
        self.lanes = self.lanes or _lanes(self.tape.registers)
        self._steps = _steps(self.tape)
        self._constants = [np.array(c) for c in (*self.tape.constants, 0.0)]

    def __reduce__(self) -> tuple[Any, ...]:
        return (BlockedKernel, (self.tape, self.lanes))

    def __call__(self, columns: Columns, *, allow_invalid: bool = False, out: Columns | None = None) -> Columns:
        """Evaluate the tape at every lane; see `Kernel`."""
        columns = fitting(self.tape, columns)
        count = columns.shape[1]
        result = output(self.tape, count, out)
        sound = True
        flags = Flags()
        with np.errstate(divide="call", invalid="call", over="ignore", under="ignore", call=flags):
            for start in range(0, count, self.lanes):
                stop = min(start + self.lanes, count)
                sound &= self._block(columns[:, start:stop], result[:, start:stop], flags)
        if not sound:
            settle(self.tape, columns, result, allow_invalid)
        return result

    def _block(self, columns: Columns, result: Columns, flags: Flags) -> bool:
        """Run one block; return whether every output is finite."""
        flags.nan = bool(self.tape.faults)
        block = np.ascontiguousarray(columns)
        if not _all_finite(block):
            refuse_columns(self.tape, block)
        registers = self._registers()
        if columns.shape[1] < self.lanes:
            registers = [r[: columns.shape[1]] for r in registers]
        places: Places = [*block, *self._constants, *registers, *result]
        for operation, a, b, to in self._steps:
            if b >= 0:
                operation(places[a], places[b], places[to])
            elif a >= 0:
                operation(places[a], places[to])
            else:
                operation(places, flags)
        return _all_finite(result)

    def _registers(self) -> Places:
        """Return the registers of this thread."""
        found: Places | None = getattr(self._pools, "registers", None)
        if found is None:
            found = self._pools.registers = [*np.empty((self.tape.registers, self.lanes))]
        return found


def _lanes(registers: int) -> int:
    """Return how many lanes a block has.

    >>> _lanes(10), _lanes(200), _lanes(1_000), _lanes(20_000)
    (16384, 4096, 8192, 4096)
    """
    row = 8 * max(1, registers)
    few, many, most = _LANES
    lanes = _CACHE // row if _CACHE // row >= few else many
    lanes = max(1, min(lanes, most, _MEMORY // row))
    return 1 << (lanes.bit_length() - 1)


def _all_finite(block: Columns) -> bool:
    """Return whether all numbers are finite; their sum nearly always tells."""
    with np.errstate(all="ignore"):
        total = block.sum()
    return bool(np.isfinite(total)) or bool(np.isfinite(block).all())


def _steps(tape: Tape) -> list[Step]:
    """Return what a block does: places are inputs, constants and a zero, registers, outputs."""
    registers = tape.first_op + 1
    zero = tape.first_op
    place = {s: s for s in range(tape.first_op)}
    wanted: dict[int, list[int]] = {}
    for k, s in enumerate(tape.results):
        wanted.setdefault(s, []).append(registers + tape.registers + k)
    steps: list[Step] = [(np.add, s, zero, to) for s in wanted if s < tape.first_op for to in wanted[s]]
    for slot, op in tape.numbered():
        to = place[slot] = registers + op.register
        steps.append(step(op, [place[a] for a in op.arguments], to))
        steps += [(np.add, to, zero, k) for k in wanted.get(slot, ())]  # adding 0 makes -0 the one zero there is
    return steps
