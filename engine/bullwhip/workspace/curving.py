"""Adds to sensitivities how they change with every other driver: second derivatives and cross elasticities."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from bullwhip.expr.dag import Dag
from bullwhip.model.answer import Pair, SecondOrder, Sensitivity
from bullwhip.propagate import Bend, Evaluation, bend, cross_elasticity_node, form, hessian_node
from bullwhip.workspace.answering import Group, driver_groups

__all__ = ["with_second_order"]


def with_second_order(
    evaluation: Evaluation, positions: tuple[int, ...], drivers: list[str], answers: list[Sensitivity], *, forms: bool
) -> list[Sensitivity]:
    """Return sensitivities with their second order; each pair of drivers is computed once.

    Args:
        evaluation: the program under its scenario.
        positions: the cells, as for the answers.
        drivers: names of drivers, as for the answers.
        answers: the sensitivities of every cell to every driver, in that order.
        forms: whether closed forms are built.
    """
    found: list[Sensitivity] = []
    for p in positions:
        groups = driver_groups(evaluation, p, drivers)
        pairs = {
            (i, j): _second(evaluation, p, groups[i], groups[j], forms=forms)
            for i in range(len(groups))
            for j in range(i, len(groups))
        }
        for i in range(len(groups)):
            entries = [_toward(pairs[min(i, j), max(i, j)], evaluation, groups[j]) for j in range(len(groups))]
            found.append(replace(answers[len(found)], second=tuple(entries)))
    return found


def _toward(entry: SecondOrder, evaluation: Evaluation, group: Group) -> SecondOrder:
    """Return an entry, the same both ways, with the other driver of the two named."""
    name, index, _ = group
    return replace(entry, driver=name, driver_index=index, driver_unit=evaluation.program.quantities[name].unit)


def _second(evaluation: Evaluation, position: int, one: Group, two: Group, *, forms: bool) -> SecondOrder:
    parallel = bend(evaluation, position, _speeds(one), _speeds(two), proportional=False)
    relative = bend(evaluation, position, dict.fromkeys(one[2]), dict.fromkeys(two[2]), proportional=True)
    kink = parallel.is_kink or relative.is_kink
    texts: tuple[str, str, dict[str, str]] = _forms(evaluation, position, one, two) if forms else ("", "", {})
    unit = evaluation.program.quantities[two[0]].unit
    return SecondOrder(
        two[0], two[1], unit, parallel.derivative, relative.elasticity,
        _side(parallel, relative, -1) if kink else None, _side(parallel, relative, 1) if kink else None, *texts,
        _note(evaluation, position, parallel, kink=kink), parallel.exact and relative.exact,
    )  # fmt: skip


def _speeds(group: Group) -> dict[int, Fraction | None]:
    return dict.fromkeys(group[2], Fraction(1))


def _side(parallel: Bend, relative: Bend, side: int) -> Pair:
    ends = (parallel.right, relative.right) if side > 0 else (parallel.left, relative.left)
    return ends[0].derivative, ends[1].elasticity


def _note(evaluation: Evaluation, position: int, parallel: Bend, *, kink: bool) -> str:
    if kink:
        return "at a kink: left and right are with both drivers moving to that side"
    if parallel.derivative is not None:
        return ""
    if evaluation.unknown(position):
        return "unknown, for an input has no value"
    return "at a kink or jump that the two drivers may cross apart: there is no second derivative"


def _forms(evaluation: Evaluation, position: int, one: Group, two: Group) -> tuple[str, str, dict[str, str]]:
    program = evaluation.program
    graph = Dag(list(program.dag.nodes))
    output = program.cells[position].node
    first, second = ({program.cells[c].node for c in group[2]} for group in (one, two))
    cut = {k: v for k, v in evaluation.definition.items() if k not in first | second}
    derivative = form(program, graph, hessian_node(graph, output, first, second, cut), cut)
    node = cross_elasticity_node(graph, output, first, second, cut)
    elasticity = form(program, graph, node, cut) if node is not None else None
    names = {**derivative.symbols(program), **(elasticity.symbols(program) if elasticity else {})}
    return derivative.text, elasticity.text if elasticity else "", names
