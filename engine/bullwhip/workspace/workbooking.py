"""A workspace as a workbook: gathers numbers, sensitivities, exposures and verdicts for the writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, PropagationError, UsageError, did_you_mean
from bullwhip.export.workbook import AS_WRITTEN, Content, Driver, Exposed, Judged, Measured, to_workbook
from bullwhip.model.answer import ExposureRow
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation
from bullwhip.propagate.directional import pass_along, seeds_of
from bullwhip.propagate.table import Passes, driver_cells
from bullwhip.query.exposure import NONE, span
from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["AS_WRITTEN", "FORMAT", "stamp_of", "workbook", "xlsx"]

FORMAT = "bullwhip-workbook/1"
"""What the stamp of a workbook begins with; a change that reading back cannot follow changes it."""
_MEASURED = 20_000
"""Lines of sensitivities beyond which no more drivers are listed."""
_LONGEST = 250
"""Characters of a driver's name: a formula compares it, and takes no longer text."""
_TARGETS = 1_000
"""Quantities whose sensitivities are listed at most."""


def xlsx(workspace: Workspace, asked: Asked) -> bytes:
    """Return the workbook that an export asks for."""
    if len(asked.drivers) > 1:
        raise UsageError(
            Problem("BW002", "a workbook opens with one driver", hint="name one; others can be chosen in it")
        )
    return workbook(workspace, asked.period, *asked.drivers)


def workbook(workspace: Workspace, period: int | None = None, driver: str = "") -> bytes:
    """Return the workspace as a workbook with live formulas (convention §27).

    Args:
        workspace: the workspace, under its scenario and values.
        period: of sensitivities and exposures; the default period when absent.
        driver: the driver that is chosen when it is opened; the one that amounts answer to most when empty.

    Raises:
        UsageError: BW001 for a period or driver that does not exist.
        LimitError: BW901 where a sheet cannot hold all rows.
    """
    from bullwhip.audit import audit

    program, evaluation = workspace.program, workspace.evaluation
    at = period if period is not None else program.header.default_period
    if program.header.periods and at not in program.header.periods:
        first, last = program.header.periods[0], program.header.periods[-1]
        raise UsageError(Problem("BW001", f"{at} is not a period", hint=f"periods: {first} to {last}"))
    failed = _evaluated(evaluation)
    drivers = list(_drivers(evaluation))
    exposures = _exposures(workspace, at)
    measured = _measured(evaluation, drivers, at)
    chosen = _named(driver, drivers) if driver else _foremost(exposures, drivers, measured)
    facts = Evaluation(program)  # prints are judged by the facts, whatever the scenario sets
    judged = {r.claim.id: Judged(r.verdict, r.explanation) for r in audit(facts, program.claims)}
    content = Content(
        program, evaluation.definition, evaluation.overrides, evaluation.variants, evaluation.values, failed, chosen,
        drivers, _slopes(evaluation, drivers, chosen), measured, exposures, judged,
        _rests_on(evaluation), at, stamp_of(workspace),
    )  # fmt: skip
    return to_workbook(content)


def stamp_of(workspace: Workspace) -> dict[str, str]:
    """Return what the numbers of a workspace come from, as texts."""
    said = about(workspace, drivers=False)
    return {
        "format": FORMAT, "bullwhip": said.version, "workspace": said.workspace, "inputs": said.inputs,
        "scenario": said.scenario, "set": "; ".join(said.values), "as_of": said.as_of, "policy": said.policy,
        "data_date": said.data_date, "documents": ", ".join(d.id for d in said.documents),
    }  # fmt: skip


def _evaluated(evaluation: Evaluation) -> frozenset[int]:
    """Evaluate every cell in every variant; return the nodes that fail."""
    for cell in evaluation.program.cells:
        for node in (cell.node, *(n for _, n in cell.variants), *((cell.definition,) if cell.definition >= 0 else ())):
            with suppress(PropagationError):
                evaluation.run((node,))
    return frozenset(evaluation.undefined)


def _drivers(evaluation: Evaluation) -> Iterator[Driver]:
    """Yield every driver, and each of its members where it has several."""
    stated = evaluation.program.cells
    for quantity, groups in driver_cells(evaluation).items():
        some = {index: tuple(p for p in cells if stated[p].definition < 0) for index, cells in groups.items()}
        everything = tuple(p for cells in some.values() for p in cells)
        if not everything:  # a rule that the scenario sets is cut; the workbook has no cell that moves it
            continue
        yield Driver(quantity, quantity, everything)
        for index, cells in some.items():
            if index and len(index_text(quantity, index)) <= _LONGEST:
                yield Driver(index_text(quantity, index), quantity, cells)


def _exposures(workspace: Workspace, period: int) -> dict[str, tuple[Exposed, ...]]:
    """Return the rows of every driver in the order in which ties of elasticity and value are decided, with ranks."""
    chain = workspace.program.chain
    if not chain.companies:
        return {}
    from bullwhip.workspace.ranking import every_exposure

    money = {q.id for q in workspace.program.quantities.values() if q.measure == "revenue"}
    shares = {(s.company, s.tier, s.claim, s.quantity): s for s in chain.shares if s.quantity in money}

    def exposed(row: ExposureRow) -> Exposed:
        share = shares.get((row.company, row.tier, row.share_claim, row.quantity))
        ends = NONE if share is None else span(share.value, (share.low, share.high), share.limit)
        return Exposed(row, *ends)

    def order(row: ExposureRow) -> tuple[object, ...]:
        return len(row.path), row.tier, row.company, index_text(row.quantity, row.index)

    answers = every_exposure(workspace, [period])
    return {a.driver: tuple(exposed(r) for r in sorted(a.rows, key=order)) for a in answers if a.rows}


def _named(driver: str, drivers: list[Driver]) -> str:
    names = [d.name for d in drivers]
    if driver not in names:
        hint = did_you_mean(driver, names, "drivers") or "bullwhip list drivers shows every id"
        raise UsageError(Problem("BW001", f"no driver {driver!r}", hint=hint))
    return driver


def _foremost(exposures: Mapping[str, tuple[Exposed, ...]], drivers: list[Driver], measured: list[Measured]) -> str:
    """Return the driver that a workbook opens with: the one that amounts answer to most, else that moves most."""
    lines = Counter(m.driver for m in measured)

    def weight(name: str) -> tuple[Fraction | int, ...]:
        rows = [e.row for e in exposures.get(name, ())]
        strengths = [abs(r.elasticity) for r in rows if r.has_amount and r.elasticity is not None]
        return sum(strengths, Fraction(0)), len(rows), lines[name]

    return max((d.name for d in drivers), key=weight, default="")


def _slopes(evaluation: Evaluation, drivers: list[Driver], chosen: str) -> dict[int, Fraction | None]:
    """Return the elasticity of every node by a driver, where it is the same to both sides."""
    program = evaluation.program
    moved = next((d.positions for d in drivers if d.name == chosen), ())
    seeds = seeds_of(evaluation, dict.fromkeys(moved), proportional=True)
    order = program.dag.cone([c.node for c in program.cells], evaluation.definition)
    right, left = (pass_along(evaluation, order, evaluation.definition, seeds, side) for side in (1, -1))
    return {i: s.elasticity if s.elasticity == left[i].elasticity else None for i, s in right.items()}


def _targets(program: CompiledProgram, period: int) -> list[int]:
    """Return the cells whose sensitivities are listed: what sizes a tier, else what no rule reads."""
    read = {name for q in program.quantities.values() for name in q.inputs}
    rules = [q for q in program.quantities.values() if not q.is_driver]
    sizing = [q for q in rules if q.tier and q.measure] or [q for q in rules if q.id not in read] or rules
    return [p for q in sizing for p in program.positions(q.id) if program.cells[p].period in (None, period)]


def _measured(evaluation: Evaluation, drivers: list[Driver], period: int) -> list[Measured]:
    """Return derivative and elasticity of every target by every driver that reaches it."""
    program = evaluation.program
    targets = _targets(program, period)[:_TARGETS]
    passes = Passes(evaluation, targets)
    below = {p: evaluation.below(p) for p in targets}
    within = frozenset().union(*below.values())
    found: dict[int, list[Measured]] = {p: [] for p in targets}
    lines = 0
    for driver in drivers:
        moved = [m for m in driver.positions if program.cells[m].node in within]
        if not moved or lines >= _MEASURED:
            continue
        parallel, relative = passes.responses(driver.positions)
        for p in relative:
            reached = tuple(m for m in moved if program.cells[m].node in below[p])
            if not reached:
                continue
            derivative, elasticity = parallel[p].derivative, relative[p].elasticity
            note = "" if elasticity is not None else passes.why(p, derivative, elasticity)
            found[p].append(Measured(p, driver.name, derivative, elasticity, reached, note))
            lines += 1
    return [m for some in found.values() for m in some]


def _rests_on(evaluation: Evaluation) -> dict[int, tuple[str, ...]]:
    """Return the claims that every cell rests on: those of the inputs it reads, nearest first, a few of each."""
    program = evaluation.program
    nodes = program.dag.nodes
    found: dict[int, tuple[str, ...]] = {}
    by_node: dict[int, tuple[str, ...]] = {}
    for i in program.dag.cone([c.node for c in program.cells], evaluation.definition):
        if nodes[i][0] != "cell":
            continue
        position = nodes[i][1]
        if i in evaluation.definition:
            reads = [j for j in program.dag.cone((evaluation.definition[i],), {}) if nodes[j][0] == "cell"]
            claims = tuple(dict.fromkeys(c for j in reads for c in by_node.get(j, ())))[:_KEPT]
        else:
            given = None if position in evaluation.overrides else program.given.get(position)
            claims = () if given is None else given.claims
        by_node[i] = found[position] = claims
    return found


_KEPT = 40
