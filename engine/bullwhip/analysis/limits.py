"""What the arguments of a minimum, maximum or condition are worth: how far from binding, and the price of one more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.analysis.binding import Choice, core
from bullwhip.analysis.kinks import Bound
from bullwhip.analysis.real import Real
from bullwhip.analysis.solve import Switch
from bullwhip.expr.dag import Dag
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation
from bullwhip.propagate.directional import node_response

__all__ = ["Price", "measure_of", "nearest", "prices", "slack", "unit_of"]


_NONE = Fraction(0)
ALIKE = ("+", "-", "neg", "min", "max", "abs")
"""Operations whose result has the unit of what they read."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a quantity gains by one unit more of an argument, and loses by one less; None where that is not known."""

    more: Fraction | None
    less: Fraction | None
    exact: bool = True
    """False where a number on the way was rounded to 60 digits."""


def prices(evaluation: Evaluation, position: int, choice: Choice) -> list[Price]:
    """Return what each argument of a choice is worth to a cell, in coherent units: the one-sided derivatives.

    The argument moves in this choice alone, wherever else it is used; rules that hold the very same choice share it. So
    what does not bind is worth nothing. At a tie of a minimum more of one argument alone is worth nothing, and less of
    it costs; of a maximum it is the other way.

    Args:
        evaluation: the program under its scenario.
        position: the cell that is asked for.
        choice: one of the minima, maxima and conditions that it rests on.
    """
    if not choice.taken:
        return [Price(None, None)] * len(choice.options)
    found = node_response(evaluation, position, choice.node)
    more, less = found.right.derivative, found.left.derivative
    exact = found.exact and evaluation.is_exact(position)
    if len(choice.taken) > 1:
        more, less = (_NONE, less) if choice.function == "min" else (more, _NONE)
    return [Price(more, less, exact) if k in choice.taken else Price(_NONE, _NONE) for k in range(len(choice.options))]


def measure_of(program: CompiledProgram, choice: Choice | Bound) -> tuple[str, Fraction]:
    """Return the unit in which the arguments of a choice are shown, and its factor; an empty one where none fits.

    It is the unit of the rule where the rule is the choice and nothing else, else that of an argument that is a cell.
    """
    owner = program.cells[choice.cell]
    definitions = [owner.definition, *(node for _, node in owner.variants)]
    if any(_is_multiple(program.dag, d, choice.node) for d in definitions if d >= 0):
        return program.quantities[owner.quantity].unit, program.factors[owner.quantity]
    return unit_of(program, choice.options)


def unit_of(program: CompiledProgram, arguments: Sequence[int]) -> tuple[str, Fraction]:
    """Return the unit of the first cell that is an argument or a term of one, and its factor; else an empty one."""
    todo = list(reversed(arguments))
    while todo:
        entry = program.dag.nodes[core(program, todo.pop())]
        if entry[0] == "cell":
            quantity = program.cells[entry[1]].quantity
            return program.quantities[quantity].unit, program.factors[quantity]
        if entry[0] in ALIKE:
            todo.extend(reversed(entry[1:]))
    return "", Fraction(1)


def _is_multiple(dag: Dag, node: int, of: int) -> bool:
    """Return whether a node is another one, or that one times a number."""
    entry = dag.nodes[node]
    if node == of:
        return True
    if entry[0] == "/":
        return entry[1] == of and dag.constant(entry[2]) is not None
    return entry[0] == "*" and of in entry[1:] and all(j == of or dag.constant(j) is not None for j in entry[1:])


def slack(choice: Choice, k: int) -> tuple[Fraction | None, Fraction | None]:
    """Return how far an argument is from binding, and that over the value that binds; None where neither is known.

    Args:
        choice: a minimum or maximum.
        k: which of its arguments.

    >>> slack(Choice(0, 0, "min", (1, 2), (Fraction(4), Fraction(5)), (0,)), 1)
    (Fraction(1, 1), Fraction(1, 4))
    """
    value = choice.values[k]
    if choice.function not in ("min", "max") or not choice.taken or value is None:
        return None, None
    best = choice.values[choice.taken[0]]
    if best is None:
        return None, None
    gap = abs(value - best)
    return gap, gap / abs(best) if best else None


def nearest(switches: Sequence[Switch], base: Fraction) -> tuple[Switch | None, Switch | None]:
    """Return the nearest switch below and above a place; one at the place itself is neither."""
    here = Real.rational(base)
    below = [s for s in switches if s.place < here]
    above = [s for s in switches if here < s.place]
    return below[-1] if below else None, above[0] if above else None
