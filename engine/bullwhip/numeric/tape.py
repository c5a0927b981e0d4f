"""Tapes: the cone of chosen cells as one straight list of float operations, which every numeric evaluator runs."""

from __future__ import annotations

from collections.abc import Sequence

from bullwhip.numeric.lowering import lower
from bullwhip.numeric.naming import cell_name
from bullwhip.numeric.ops import Op, Tape
from bullwhip.propagate import Evaluation

__all__ = ["Op", "Tape", "compile_tape"]


def compile_tape(evaluation: Evaluation, outputs: Sequence[int], inputs: Sequence[int]) -> Tape:
    """Return the tape that computes some cells from others.

    Args:
        evaluation: the program under its scenario; it gives the value of everything that does not vary.
        outputs: positions of the cells to compute, in each their quantity's unit.
        inputs: positions of the cells that vary; a cell with a rule is cut from it.

    Raises:
        NumericError: BW421 when an output needs an input that has no value and does not vary, BW423 when a cell is
            given twice as an input.
    """
    program = evaluation.program
    nodes = [program.cells[p].node for p in outputs]
    return lower(evaluation, nodes, tuple(inputs), tuple(cell_name(program, p) for p in outputs))
