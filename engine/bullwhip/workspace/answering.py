"""Puts answers together: values with sources, sensitivities, explanations, exposure, receipts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bullwhip.expr.dag import Dag
from bullwhip.model.answer import Sensitivity, Source, Value, as_number, claim_source
from bullwhip.model.claim import Index
from bullwhip.model.policy import POLICY
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation, Form, elasticity_node, form, gradient, moves, symbol_names
from bullwhip.query.exposure import reached_paths
from bullwhip.workspace.naming import select_cells

__all__ = [
    "cell_sources",
    "closed_form",
    "driver_groups",
    "explanation",
    "moved_cells",
    "receipt",
    "sensitivities",
    "value",
]


def value(evaluation: Evaluation, position: int, scenario: str) -> Value:
    """Return the value of a cell with its sources, or with the inputs whose absence leaves it unknown."""
    program = evaluation.program
    cell = program.cells[position]
    quantity = program.quantities[cell.quantity]
    result = evaluation.value(position)
    missing = () if result is not None else tuple(program.cells[p].name for p in evaluation.unknown(position))
    return Value(
        cell.quantity, quantity.label, cell.index, cell.period, result, quantity.unit, evaluation.is_exact(position),
        scenario, sources(evaluation, position), missing, evaluation.variants.get(cell.quantity, ""),
    )  # fmt: skip


def sources(evaluation: Evaluation, position: int) -> tuple[Source, ...]:
    """Return where every input of a cell comes from, in order."""
    return tuple(s for p in evaluation.inputs(position) for s in cell_sources(evaluation, p))


def cell_sources(evaluation: Evaluation, position: int) -> tuple[Source, ...]:
    """Return where the value of one cell comes from: prints, an assumption or a setting; nothing for a rule."""
    program = evaluation.program
    name = program.cells[position].name
    if position in evaluation.overrides:
        quantity = program.quantities[program.cells[position].quantity]
        return (Source("set", name, note=f"set to {evaluation.overrides[position]} {quantity.unit}"),)
    given = program.given.get(position)
    if given is None:
        return ()
    if not given.claims:
        return (Source("assumption", name, note=given.note.removeprefix("assumption: ")),)
    wanted = {*given.claims, *given.losers}
    claims = {c.id: c for c in program.claims if c.id in wanted}
    published = {d.id: d.published for d in program.documents}
    disputed = tuple(
        f"{claims[i].document} {claims[i].locator}: {claims[i].lexical} {claims[i].unit}" for i in given.losers
    )
    return tuple(claim_source(claims[i], name, published[claims[i].document], disputed) for i in given.claims)


def closed_form(evaluation: Evaluation, position: int) -> Form:
    """Return a cell written out in its inputs."""
    node = evaluation.program.cells[position].node
    return form(evaluation.program, evaluation.program.dag, node, evaluation.definition)


_MAX_WRITTEN = 200_000
"""Parts of the graph, times drivers, beyond which closed forms are left out of an answer: each driver has its own."""
_UNWRITTEN = "closed forms are left out of so large an answer; name one driver"

# -- sensitivities ------------------------------------------------------------------------------------------------


Group = tuple[str, Index, list[int]]
"""A quantity at an index, and the positions of its cells that move together."""


def _driver_groups(evaluation: Evaluation, names: list[str]) -> list[Group]:
    """Return each driver and index with the cells that move together: all its periods, or the one that was named."""
    program = evaluation.program
    groups: dict[tuple[str, Index], list[int]] = {}
    for name in names:
        selection = select_cells(program, name)
        quantity = selection.quantity
        positions = list(selection.positions)
        if selection.period is None and not quantity.is_driver:
            inputs = [p for p in positions if program.cells[p].definition < 0]
            positions = inputs or positions  # a rule with base periods is driven by them; any other is cut everywhere
        for p in positions:
            groups.setdefault((quantity.id, program.cells[p].index), []).append(p)
    return [(name, index, cells) for (name, index), cells in groups.items()]


def _all_drivers(evaluation: Evaluation, positions: tuple[int, ...]) -> list[str]:
    """Return the quantities whose input cells the given cells depend on."""
    program = evaluation.program
    found = {program.cells[i].quantity for p in positions for i in evaluation.inputs(p)}
    return sorted(found)


def sensitivities(
    evaluation: Evaluation, positions: tuple[int, ...], drivers: list[str], scenario: str, *, forms: bool
) -> list[Sensitivity]:
    """Return the sensitivity of each cell to each driver index.

    The derivative is by a parallel move of the driver at all its periods, the elasticity by a proportional one; they
    are the ordinary derivative and elasticity where only one period matters. Without named drivers, indices that do
    not reach the cell are left out.
    """
    answers = []
    for p in positions:
        groups = driver_groups(evaluation, p, drivers)
        written = forms and len(groups) * len(evaluation.below(p)) <= _MAX_WRITTEN
        for group in groups:
            answer = _sensitivity(evaluation, p, *group, scenario, forms=written)
            answers.append(replace(answer, note=_join(answer.note, _UNWRITTEN)) if forms and not written else answer)
    return answers


def driver_groups(evaluation: Evaluation, position: int, drivers: list[str]) -> list[Group]:
    """Return the drivers of a cell, each with its cells that move together; without names all that reach it."""
    groups = _driver_groups(evaluation, drivers or _all_drivers(evaluation, (position,)))
    return [g for g in groups if drivers or _reaching(evaluation, position, g[2])]


def _join(*notes: str) -> str:
    return "; ".join(n for n in notes if n)


def _reaching(evaluation: Evaluation, position: int, cells: list[int]) -> list[int]:
    """Return those of the cells that the given cell depends on."""
    return [c for c in cells if evaluation.program.cells[c].node in evaluation.below(position)]


def _sensitivity(
    evaluation: Evaluation,
    position: int,
    driver: str,
    index: Index,
    cells: list[int],
    scenario: str,
    *,
    forms: bool,
) -> Sensitivity:
    program = evaluation.program
    cell = program.cells[position]
    parallel, relative, exact = moves(evaluation, position, cells)
    kink = parallel.is_kink or relative.is_kink
    derivative_form, elasticity_form = "", ""
    symbols: dict[str, str] = {}
    reach = _reaching(evaluation, position, cells)
    if forms and reach:
        derivative_form, elasticity_form, symbols = _forms(evaluation, position, reach)
    elif forms:
        derivative_form = elasticity_form = "0"
    note = "at a kink: the derivative differs to the left and to the right" if kink else ""
    return Sensitivity(
        cell.quantity, cell.index, cell.period, program.quantities[cell.quantity].unit, driver, index,
        program.quantities[driver].unit, parallel.derivative, relative.elasticity,
        (parallel.left.derivative, relative.left.elasticity) if kink else None,
        (parallel.right.derivative, relative.right.elasticity) if kink else None,
        derivative_form, elasticity_form, symbols, scenario, note, exact=exact,
    )  # fmt: skip


def _forms(evaluation: Evaluation, position: int, cells: list[int]) -> tuple[str, str, dict[str, str]]:
    program = evaluation.program
    graph = Dag(list(program.dag.nodes))
    nodes = {program.cells[c].node for c in cells}
    output = program.cells[position].node
    cut = {k: v for k, v in evaluation.definition.items() if k not in nodes}
    partial = gradient(graph, output, nodes, cut)
    derivative = form(program, graph, graph.add(*(partial[n] for n in sorted(nodes))), cut)
    relative = elasticity_node(graph, output, nodes, cut)
    elasticity = form(program, graph, relative, cut) if relative is not None else None
    names = {**derivative.symbols(program), **(elasticity.symbols(program) if elasticity else {})}
    return derivative.text, elasticity.text if elasticity else "", names


# -- explanations ---------------------------------------------------------------------------------------------------


def explanation(evaluation: Evaluation, position: int, driver: str, scenario: str) -> dict[str, Any]:
    """Return all that there is to say about one cell, as plain data."""
    program = evaluation.program
    cell = program.cells[position]
    answer = value(evaluation, position, scenario)
    written = closed_form(evaluation, position)
    quantity = program.quantities[cell.quantity]
    inputs = evaluation.inputs(position)
    names = symbol_names(program, inputs)
    symbols: list[dict[str, Any]] = []
    for p in inputs:
        c = program.cells[p]
        given = evaluation.given(p)
        symbols.append({
            "symbol": names[c.node], "quantity": c.quantity, "index": dict(c.index), "period": c.period,
            "value": as_number(given), "exact": None if given is None else str(given),
            "unit": program.quantities[c.quantity].unit,
        })  # fmt: skip
    drivers = [driver] if driver else _all_drivers(evaluation, (position,))
    groups = [[select_cells(program, name).quantity.id] for name in drivers]
    ways = reached_paths(program, groups, cell.quantity, evaluation.variants)
    paths = {name: [s.as_dict() for s in way] for name, way in zip(drivers, ways, strict=True) if way is not None}
    compared = [
        claim_source(c, cell.name, next(d.published for d in program.documents if d.id == c.document)).as_dict()
        | {"value": as_number(c.model_value)}
        for c in program.claims
        if (c.quantity, c.index, c.model_period) == (cell.quantity, cell.index, cell.period) and not c.feeds
    ]
    some = sensitivities(evaluation, (position,), [driver] if driver else [], scenario, forms=bool(driver))
    variant = evaluation.variants.get(cell.quantity, "")
    return answer.as_dict() | {
        "label": quantity.label.en or quantity.label.zh,
        "rule": dict(quantity.variants).get(variant) or quantity.expression or None,
        "rule_source": quantity.source or None,
        "rule_file": f"{quantity.file}:{quantity.line}",
        "closed_form": written.text,
        "closed_form_size": written.size,
        "latex": written.latex if written.unwritten is None else None,
        "symbols": symbols,
        "path": paths.get(driver, []) if driver else _edges(evaluation, position),
        "paths": paths,
        "sensitivities": [s.as_dict() for s in some],
        "printed": compared,
        "note": quantity.note or None,
        "variants": _variants(evaluation, position),
    }


def _variants(evaluation: Evaluation, position: int) -> list[dict[str, Any]]:
    """Return the rules on the way to a cell that a scenario computes otherwise, nearest to the inputs first."""
    program = evaluation.program
    nodes = program.dag.nodes
    order = [nodes[i][1] for i in evaluation.cone((program.cells[position].node,)) if nodes[i][0] == "cell"]
    return [
        {"quantity": name, "scenario": scenario.id, "rule": dict(program.quantities[name].variants)[variant],
         "note": program.quantities[name].note or None}
        for name in dict.fromkeys(program.cells[p].quantity for p in order)
        for scenario in program.scenarios.values()
        for changed, variant in scenario.variants
        if changed == name and evaluation.variants.get(name, "") != variant
    ]  # fmt: skip


def _edges(evaluation: Evaluation, position: int) -> list[dict[str, Any]]:
    """Return every rule edge between a cell and its inputs, inputs first."""
    program = evaluation.program
    nodes = program.dag.nodes
    order = [nodes[i][1] for i in evaluation.cone((program.cells[position].node,)) if nodes[i][0] == "cell"]
    names = dict.fromkeys(program.cells[p].quantity for p in order)
    steps = []
    for name in names:
        quantity = program.quantities[name]
        for read in quantity.reads(evaluation.variants.get(name, "")):
            if read in names and read != name:
                edge = None if quantity.edge is None else {"from": quantity.edge[0], "to": quantity.edge[1]}
                steps.append({"from": read, "to": name, "rule": name, "edge": edge})
    return steps


def moved_cells(evaluation: Evaluation, name: str) -> list[int]:
    """Return the cells that move with a driver, or with any other quantity; all its members and periods together."""
    return [c for _, _, cells in _driver_groups(evaluation, [name]) for c in cells]


def receipt(
    program: CompiledProgram, scenario: str, values: tuple[str, ...], as_of: str, policy: str
) -> dict[str, Any]:
    """Return what an answer rests on."""
    from bullwhip import __version__

    return {
        "bullwhip": __version__, "workspace": program.header.id, "inputs": program.key, "scenario": scenario,
        "set": list(values), "as_of": as_of or None, "policy": policy or POLICY,
        "documents": [d.id for d in program.documents],
    }  # fmt: skip
