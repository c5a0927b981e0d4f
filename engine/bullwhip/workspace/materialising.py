"""Sensitivities and exposures of a workspace as quads, for engines that know nothing of algebra."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.propagate import SensitivityTable, sensitivity_table
from bullwhip.workspace.ranking import every_exposure

if TYPE_CHECKING:
    import pyoxigraph as ox

    from bullwhip.workspace.facade import Workspace

__all__ = ["KINDS", "exposure_quads", "materialised", "sensitivity_quads"]

KINDS: dict[str, str] = {
    "sensitivities": "derivative and elasticity of every cell by every driver",
    "exposures": "every exposure of a company, with path, value, share and weight",
}
"""What can be materialised, each in a graph of its own."""


def materialised(
    workspace: Workspace, kinds: Collection[str], periods: Iterable[int] = (), scenarios: Iterable[str] = ()
) -> list[ox.Quad]:
    """Return what is asked for as quads.

    Args:
        workspace: the workspace.
        kinds: some of `KINDS`.
        periods: the default period when empty.
        scenarios: the scenario of the workspace when empty.

    Raises:
        UsageError: BW001 for a kind, period or scenario that does not exist, BW002 where values are set.
    """
    for kind in kinds:
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS, "kinds") or f"kinds: {', '.join(KINDS)}"
            raise UsageError(Problem("BW001", f"nothing called {kind!r} can be written along", hint=hint))
    if workspace.values:
        hint = "name a scenario that holds the values, and export under it"
        raise UsageError(Problem("BW002", "values that are set have no name to be written along under", hint=hint))
    made = {"sensitivities": sensitivity_quads, "exposures": exposure_quads}
    return [quad for kind in KINDS if kind in kinds for quad in made[kind](workspace, list(periods), list(scenarios))]


def sensitivity_quads(
    workspace: Workspace, periods: Iterable[int] = (), scenarios: Iterable[str] = ()
) -> list[ox.Quad]:
    """Return a node for every cell of the periods and every driver that moves it, under every scenario."""
    from bullwhip.query.materialised import sensitivity_nodes

    return sensitivity_nodes(workspace.program, _tables(workspace, _periods(workspace, periods), list(scenarios)))


def exposure_quads(workspace: Workspace, periods: Iterable[int] = (), scenarios: Iterable[str] = ()) -> list[ox.Quad]:
    """Return a node for every exposure of the periods, under every scenario."""
    from bullwhip.query.exposure import Roster
    from bullwhip.query.materialised import exposure_nodes

    answers = every_exposure(workspace, _periods(workspace, periods), scenarios)
    return exposure_nodes(workspace.program, answers, Roster.of(workspace.program).supplies)


def _periods(workspace: Workspace, periods: Iterable[int]) -> list[int]:
    return list(periods) or [workspace.program.header.default_period]


def _tables(workspace: Workspace, periods: list[int], scenarios: list[str]) -> Iterator[tuple[str, SensitivityTable]]:
    for scenario in scenarios or [workspace.scenario_id]:
        under = workspace if scenario == workspace.scenario_id else workspace.scenario(scenario)
        for period in periods:
            yield scenario, sensitivity_table(under.evaluation, period)
