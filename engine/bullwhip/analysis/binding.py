"""Which argument each minimum, maximum and condition takes that a quantity rests on, at the values of an evaluation."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import arguments
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation, Form

__all__ = ["CHOOSING", "Choice", "argument_text", "choices", "core", "owner_of"]

CHOOSING = ("min", "max", "abs", "<", "<=")
"""Operations that take one of several branches."""
_LONGEST = 160


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


def owner_of(evaluation: Evaluation, position: int, node: int) -> int:
    """Return the position of the cell in whose rule a node stands that a cell rests on; the cell itself otherwise."""
    cone = evaluation.cone((evaluation.program.cells[position].node,))
    return _owners(evaluation, cone, {node}).get(node, position)


def core(program: CompiledProgram, node: int) -> int:
    """Return a node without the factor that converts its units: `10**6 * a` in a rule over tonnes is `a`.

    Args:
        program: gives the graph and the factors of units.
        node: an argument of an operation.
    """
    dag = program.dag
    entry = dag.nodes[node]
    if entry[0] == "*" and len(entry) == 3 and dag.constant(entry[1]) is not None:
        factor, inner = dag.constant(entry[1]), entry[2]
    elif entry[0] == "/" and (divisor := dag.constant(entry[2])):
        factor, inner = 1 / divisor, entry[1]
    else:
        return node
    return inner if factor == _factor(program, inner) else node


def _factor(program: CompiledProgram, node: int) -> Fraction | None:
    """Return the factor to coherent units of a product of cells, each in its own unit; None of anything else."""
    entry = program.dag.nodes[node]
    if entry[0] == "cell":
        return program.factors[program.cells[entry[1]].quantity]
    if entry[0] == "num":
        return Fraction(1)
    inner = [_factor(program, j) for j in arguments(entry)]
    known = [f for f in inner if f is not None]
    if len(known) < len(inner) or entry[0] not in ("*", "/", "^", "+"):
        return None
    if entry[0] == "*":
        return Fraction(prod(known))
    if entry[0] == "/":
        return known[0] / known[1]
    if entry[0] == "^":
        return Fraction(known[0] ** int(entry[2])) if entry[2].denominator == 1 else None
    return known[0] if len(set(known)) == 1 else None


def argument_text(program: CompiledProgram, node: int) -> str:
    """Return an argument as an expression in the cells that it reads, without the factor that converts its units."""
    dag = program.dag
    inner = core(program, node)
    cells = [i for i in dag.cone((inner,), {}) if dag.nodes[i][0] == "cell"]
    names = {}
    for i in cells:
        cell = program.cells[dag.nodes[i][1]]
        names[i] = cell.name
    text = Form(dag, inner, {}, names, len(cells)).text
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
