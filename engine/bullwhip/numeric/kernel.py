"""Kernels: a tape made ready to run over columns of scenarios; which backend does it, and what all of them promise."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal, Protocol

from bullwhip.errors import Problem, UsageError
from bullwhip.numeric.blocked import BlockedKernel
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.steps import Columns

__all__ = ["BACKENDS", "Backend", "Columns", "Kernel", "kernel"]

Backend = Literal["auto", "numpy", "fast"]
BACKENDS: tuple[Backend, ...] = ("auto", "numpy", "fast")


class Kernel(Protocol):
    """A function over columns; safe to call from several threads at once."""

    @property
    def tape(self) -> Tape:
        """What it runs."""
        ...

    @property
    def backend(self) -> str:
        """`numpy` or `fast`."""
        ...

    def __call__(self, columns: Columns, *, allow_invalid: bool = False, out: Columns | None = None) -> Columns:
        """Evaluate the tape at every lane.

        Args:
            columns: shape (inputs, lanes), finite, each row in the unit of its input.
            allow_invalid: whether lanes without a value, or beyond the range of a double, give NaN in the outputs
                concerned instead of being refused.
            out: where to write; shape (outputs, lanes), C-contiguous float64, not overlapping `columns`.

        Returns:
            Shape (outputs, lanes), the same bits whatever the backend, the block size and the number of threads.

        Raises:
            NumericError: BW422 with the number of such lanes and the first rule that fails, BW423 for columns that do
                not fit or are not finite.
        """
        ...


def kernel(tape: Tape, backend: Backend = "auto") -> Kernel:
    """Return a kernel of a tape.

    Args:
        tape: what to run.
        backend: `numpy`; `fast`, compiled by llvmlite; or `auto`, the fast one where llvmlite is installed.

    Raises:
        UsageError: BW002 for an unknown backend, BW004 for `fast` without llvmlite.
    """
    if backend not in BACKENDS:
        raise UsageError(Problem("BW002", f"no backend {backend!r}", hint=f"backends: {', '.join(BACKENDS)}"))
    installed = find_spec("llvmlite") is not None
    if backend == "fast" and not installed:
        hint = "install bullwhip[fast], or take the backend numpy"
        raise UsageError(Problem("BW004", "compiled evaluation needs the package llvmlite", hint=hint))
    if backend == "numpy" or not installed:
        return BlockedKernel(tape)
    from bullwhip.numeric.fast import FastKernel

    return FastKernel(tape)
