"""Exposure answers: the companies of a driver, the drivers of a company, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.answer import Exposure, ExposureRow
from bullwhip.model.chain import Company
from bullwhip.model.exposure import RANKINGS, CompanyExposure
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.query.exposure import ordered
from bullwhip.query.totals import counted, totals
from bullwhip.workspace.answering import moved_cells
from bullwhip.workspace.exposing import Exposing, notes
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Asked", "company_exposure", "every_exposure", "exposure"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of an exposure."""

    top: int | None = None
    """Keep only so many rows and totals."""
    chosen: Mapping[str, str] | None = None
    """Members to read alternatives at, by dimension, e.g. `{"chip": "h100_sxm"}`."""
    by: str = "elasticity"
    """What ranks: elasticity, value, weight or reach."""
    paths: int = 0
    """How many of the strongest paths each row tells."""
    contributions: bool = False
    """Whether each row tells what every edge carries and what it becomes without each document."""


def exposure(workspace: Workspace, driver: str, period: int | None, asked: Asked) -> Exposure:
    """Return the ranked companies that a driver reaches at a period.

    Raises:
        UsageError: BW001 for a driver, period, dimension, member or ranking that does not exist.
    """
    program = workspace.program
    selection = select_cells(program, driver)
    if selection.quantity.tier == "" and not program.chain.companies:
        raise UsageError(Problem("BW001", "this workspace names no companies", hint="add ontology/companies.tsv"))
    at = _period(program, period, asked)
    exposing = Exposing(workspace, [at], asked.chosen or {})
    name = index_text(selection.quantity.id, selection.members, selection.period)
    moved = moved_cells(workspace.evaluation, driver)
    rows = exposing.rows(selection.quantity.id, exposing.reached(selection.quantity.id, moved), at, name)
    answer = exposing.answer(name, rows, at, asked.by, asked.top)
    return replace(answer, rows=_explained(exposing, answer.rows, {name: moved}, asked))


def company_exposure(workspace: Workspace, company: str, period: int | None, asked: Asked) -> CompanyExposure:
    """Return the ranked drivers that reach a company at a period.

    Raises:
        UsageError: BW001 for a company, period, dimension, member or ranking that does not exist.
    """
    program = workspace.program
    firm = _firm(program, company)
    at = _period(program, period, asked)
    exposing = Exposing(workspace, [at], asked.chosen or {}, company)
    moved = exposing.every_driver()
    rows = [r for d, cells in moved.items() for r in exposing.rows(d, exposing.reached(d, cells), at)]
    found = ordered(counted(rows, exposing.counting), asked.by)
    return CompanyExposure(
        company, firm.label, firm.ticker, at, workspace.scenario_id, workspace.as_of_date,
        asked.by, _explained(exposing, found[: asked.top], moved, asked),
        totals(found, asked.by, exposing.counting)[: asked.top],
        (*_beside(program, firm), *notes(program, found, asked.by)),
    )  # fmt: skip


def _beside(program: CompiledProgram, firm: Company) -> tuple[str, ...]:
    """Return who has rows of its own that a company's do not hold: members of a group, parts, and the parent."""
    suppliers = {s.company for s in program.chain.supplies if s.role == "supplier"}
    parts = [c.id for c in program.chain.companies if c.parent == firm.id and c.id in suppliers]
    members = [m for m in firm.members if m in suppliers]
    said = [
        f"{what} of {firm.id} have rows of their own: {', '.join(some)}"
        for what, some in (("members", members), ("parts", parts))
        if some
    ]
    if firm.parent in suppliers:
        said.append(f"{firm.parent}, of which {firm.id} is a part, has rows of its own")
    return tuple(said)


def _explained(
    exposing: Exposing, rows: tuple[ExposureRow, ...], moved: Mapping[str, Sequence[int]], asked: Asked
) -> tuple[ExposureRow, ...]:
    if not asked.paths and not asked.contributions:
        return rows
    from bullwhip.workspace.contributing import explained

    return explained(exposing, rows, moved, asked.paths, asked.contributions)


def every_exposure(
    workspace: Workspace,
    periods: Iterable[int] = (),
    scenarios: Iterable[str] = (),
    asked: Asked | None = None,
    *,
    driver: str = "",
    company: str = "",
    summed: bool = False,
) -> Iterator[Exposure]:
    """Yield the answer of every driver at every period under every scenario, scenario by scenario, period by period.

    Args:
        workspace: the workspace.
        periods: all of the workspace when empty.
        scenarios: that of the workspace when empty.
        asked: members of alternatives, what ranks, and how many rows of each answer.
        driver: keep to one driver.
        company: keep to one company.
        summed: whether answers have totals.
    """
    program = workspace.program
    wanted = list(periods) or list(program.header.periods) or [program.header.default_period]
    asked = asked or Asked()
    if company:
        _firm(program, company)
    for period in wanted:
        _period(program, period, asked)
    for scenario in list(scenarios) or [workspace.scenario_id]:
        under = workspace if scenario == workspace.scenario_id else workspace.scenario(scenario)
        exposing = Exposing(under, wanted, asked.chosen or {}, company)
        moving = {driver: moved_cells(under.evaluation, driver)} if driver else exposing.every_driver()
        reached = {n: exposing.reached(n.partition("[")[0], moved) for n, moved in moving.items()}
        for period in wanted:
            for name, some in reached.items():
                rows = exposing.rows(name.partition("[")[0], some, period, name)
                yield exposing.answer(name, rows, period, asked.by, asked.top, summed=summed)


def _firm(program: CompiledProgram, company: str) -> Company:
    firms = {c.id: c for c in program.chain.companies}
    if company not in firms:
        hint = did_you_mean(company, firms, "companies") or "bullwhip list companies shows every id"
        raise UsageError(Problem("BW001", f"no company {company!r}", hint=hint))
    return firms[company]


def _heeded(program: CompiledProgram, dimension: str) -> None:
    """Refuse a dimension that no sizing quantity has: nothing would be read otherwise for it."""
    sizing = {c.index for c in program.cells if (q := program.quantities[c.quantity]).tier and q.measure}
    dimensions = sorted({d for index in sizing for d, _ in index})
    if dimension not in dimensions:
        message = f"no quantity that sizes a tier is told apart by {dimension!r}"
        hint = f"choose a member of {' or '.join(dimensions)}" if dimensions else "leave it out"
        raise UsageError(Problem("BW001", message, hint=hint))


def _period(program: CompiledProgram, period: int | None, asked: Asked) -> int:
    """Return the period of an answer, having checked what was asked for."""
    for dimension, member in (asked.chosen or {}).items():
        if dimension not in program.dimensions:
            hint = did_you_mean(dimension, program.dimensions, "dimensions")
            raise UsageError(Problem("BW001", f"no dimension {dimension!r}", hint=hint))
        members = program.dimensions[dimension].members
        if member not in members:
            hint = did_you_mean(member, members, "members")
            raise UsageError(Problem("BW001", f"{member!r} is not a member of {dimension!r}", hint=hint))
        _heeded(program, dimension)
    if asked.by not in RANKINGS:
        hint = did_you_mean(asked.by, RANKINGS, "rankings")
        raise UsageError(Problem("BW001", f"no ranking {asked.by!r}", hint=hint))
    at = period if period is not None else program.header.default_period
    if program.header.periods and at not in program.header.periods:
        first, last = program.header.periods[0], program.header.periods[-1]
        raise UsageError(Problem("BW001", f"{at} is not a period", hint=f"periods: {first} to {last}"))
    return at
