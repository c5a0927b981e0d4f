"""Which argument each minimum, maximum and condition takes that a quantity rests on, at the values of an evaluation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag, arguments
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation, form

__all__ = ["CHOOSING", "Choice", "argument_text", "choices", "core"]

CHOOSING = ("min", "max", "abs", "<", "<=")
"""Operations that take one of several branches."""
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """A node that chooses, and what it takes."""

    node: int
    cell: int
    """Position of the cell whose rule it is in."""
    function: str
    """min, max, abs, or where for a condition."""
    options: tuple[int, ...]
    """The nodes it chooses among; abs has one, taken as it is (0) or with its sign turned (1)."""
    values: tuple[Fraction | None, ...]
    taken: tuple[int, ...]
    """Which of them it takes; several at a tie, none where that is not known."""


def choices(evaluation: Evaluation, position: int) -> list[Choice]:
    """Return every choice that a cell rests on, inputs first; branches that are not taken are left out.

    Args:
        evaluation: the program under its scenario.
        position: the cell.
    """
    program, dag = evaluation.program, evaluation.program.dag
    top = program.cells[position].node
    with suppress(PropagationError):  # a value that is undefined leaves the choices below it known
        evaluation.run((top,))
    cone = evaluation.cone((top,))
    live, found = {top}, {}
    for i in reversed(cone):
        if i not in live:
            continue
        node = dag.nodes[i]
        if node[0] not in CHOOSING:
            live.update(_below(evaluation, i))
            continue
        found[i] = _choice(evaluation, i)
        live.update(node[1:3] if node[0] in ("<", "<=") else node[1:])
        if node[0] in ("<", "<="):
            live.update(found[i].options[k] for k in found[i].taken or (0, 1))
    owners = _owners(evaluation, cone, set(found))
    return [
        Choice(i, owners[i], c.function, c.options, c.values, c.taken) for i, c in sorted(found.items()) if i in owners
    ]


def _below(evaluation: Evaluation, i: int) -> tuple[int, ...]:
    return (evaluation.definition[i],) if i in evaluation.definition else arguments(evaluation.program.dag.nodes[i])


def _choice(evaluation: Evaluation, i: int) -> Choice:
    node = evaluation.program.dag.nodes[i]
    inner = [evaluation.values.get(j) for j in node[1:]]
    if node[0] in ("min", "max"):
        value = evaluation.values.get(i)
        taken = tuple(k for k, v in enumerate(inner) if value is not None and v == value)
        return Choice(i, -1, node[0], node[1:], tuple(inner), taken)
    if node[0] == "abs":
        x = inner[0]
        sides = () if x is None else (0, 1) if x == 0 else (int(x < 0),)
        return Choice(i, -1, "abs", node[1:], (x,), sides)
    left, right = inner[:2]
    taken = () if left is None or right is None else (0 if left < right or (left == right and node[0] == "<=") else 1,)
    return Choice(i, -1, "where", node[3:], tuple(inner[2:]), taken)


def _owners(evaluation: Evaluation, cone: list[int], wanted: set[int]) -> dict[int, int]:
    """Return for each node the cell in whose rule it stands, the first one where several have the same."""
    dag = evaluation.program.dag
    owners: dict[int, int] = {}
    for i in cone:
        if i in evaluation.definition:
            for j in dag.cone((evaluation.definition[i],), {}):
                if j in wanted:
                    owners.setdefault(j, dag.nodes[i][1])
    return owners


def core(dag: Dag, node: int) -> tuple[int, Fraction]:
    """Return a cell and a factor where a node is a cell times a number, else the node itself and 1.

    >>> dag = Dag()
    >>> core(dag, dag.times(dag.num(1000), dag.cell(0)))
    (1, Fraction(1000, 1))
    """
    entry = dag.nodes[node]
    if entry[0] == "*" and len(entry) == 3:
        for constant, other in (entry[1:3], entry[:0:-1]):
            value = dag.constant(constant)
            if value is not None and dag.nodes[other][0] == "cell":
                return other, value
    if entry[0] == "/":
        value = dag.constant(entry[2])
        if value and dag.nodes[entry[1]][0] == "cell":
            return entry[1], 1 / value
    return node, Fraction(1)


def argument_text(program: CompiledProgram, node: int) -> str:
    """Return the name of an argument: the cell where it is one, else its expression in the cells that it reads."""
    found, _ = core(program.dag, node)
    entry = program.dag.nodes[found]
    if entry[0] == "cell":
        cell = program.cells[entry[1]]
        return index_text(cell.quantity, cell.index, cell.period)
    text = form(program, program.dag, node, {}).text
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
