"""Kernels by cell names: cells as functions of others, for many scenarios at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError
from bullwhip.propagate import Evaluation
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.numeric.kernel import Backend, Kernel

__all__ = ["named_kernel"]


def named_kernel(
    evaluation: Evaluation,
    outputs: Iterable[str],
    inputs: Iterable[str],
    backend: Backend,
    period: int | None,
    gradient: bool,
) -> Kernel:
    """Return the kernel of the cells that names select; see `Workspace.kernel`.

    Raises:
        UsageError: BW001 or BW002 for names, backends, and more than one output of a gradient.
        NumericError: BW421 when an output needs an input that has no value and does not vary, BW423 for an input twice.
    """
    from bullwhip.numeric.gradients import gradient_tape
    from bullwhip.numeric.kernel import kernel
    from bullwhip.numeric.tape import compile_tape

    program = evaluation.program
    wanted: list[int] = []
    for name in outputs:
        selection = select_cells(program, name, period)
        if period is None and selection.period is None and selection.quantity.timed:
            selection = select_cells(program, name, program.header.default_period)
        wanted += selection.positions
    if gradient and len(wanted) != 1:
        hint = "name one cell, with its members"
        raise UsageError(Problem("BW002", f"a gradient is of one cell, not of {len(wanted)}", hint=hint))
    varying = [p for name in inputs for p in select_cells(program, name).positions]
    if not varying:
        found = dict.fromkeys(p for w in wanted for p in evaluation.inputs(w))
        varying = [p for p in found if evaluation.given(p) is not None]
    tape = gradient_tape(evaluation, wanted[0], varying) if gradient else compile_tape(evaluation, wanted, varying)
    return kernel(tape, backend)
