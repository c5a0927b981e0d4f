"""Gradient tapes: a cell and its derivatives by all inputs, from one graph, run in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bullwhip.expr.dag import Dag
from bullwhip.numeric.lowering import lower
from bullwhip.numeric.naming import cell_name
from bullwhip.numeric.ops import Tape
from bullwhip.propagate import Evaluation, gradient

__all__ = ["gradient_tape"]


def gradient_tape(evaluation: Evaluation, output: int, inputs: Sequence[int]) -> Tape:
    """Return the tape of a cell and of its derivative by each input, in the order of the inputs.

    The derivatives are formed exactly, in the graph (reverse mode), so that their number costs next to nothing. At a
    tie of min, max or a condition they are those of the branch that the value takes.

    Args:
        evaluation: the program under its scenario; it is not changed.
        output: position of the cell.
        inputs: positions of the cells that vary, each cut from its rule.

    Raises:
        NumericError: as `compile_tape`.
    """
    program = evaluation.program
    graph = Dag(list(program.dag.nodes))
    nodes = [program.cells[p].node for p in inputs]
    node = program.cells[output].node
    found = gradient(graph, node, nodes, evaluation.definition)
    wider = Evaluation(
        replace(program, dag=graph),
        evaluation.overrides,
        evaluation.variants,
        values=dict(evaluation.values),
        undefined=dict(evaluation.undefined),
    )
    name = cell_name(program, output)
    names = (name, *(f"d {name} / d {cell_name(program, p)}" for p in inputs))
    return lower(wider, [node, *(found[n] for n in nodes)], tuple(inputs), names)
