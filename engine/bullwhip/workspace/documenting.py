"""What the documentation of a rule set says of every quantity: its rule, its figures, and where each comes from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.errors import PropagationError
from bullwhip.export.rules_page import Documented, Figure, RuleSet
from bullwhip.model.answer import Source
from bullwhip.model.claim import STATUS
from bullwhip.model.program import Cell
from bullwhip.model.quantity import Quantity
from bullwhip.resources import PACKAGE
from bullwhip.workspace.answering import cell_sources
from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["documented"]


def documented(workspace: Workspace, period: int | None = None) -> RuleSet:
    """Return all quantities of a workspace by the files that declare them, with figures under its scenario.

    Args:
        workspace: the workspace.
        period: the period of what rules give; the default period when absent.
    """
    program = workspace.program
    at = program.header.default_period if period is None else period
    feeds: dict[str, list[str]] = {}
    for reader in program.quantities.values():
        for read in {*reader.reads(), *(n for _, some in reader.variant_inputs for n in some)}:
            feeds.setdefault(read, []).append(reader.id)
    tiers = {t.id: t.label for t in program.chain.tiers}
    sections: dict[str, list[Documented]] = {}
    for quantity in program.quantities.values():
        scenarios: dict[str, list[str]] = {}
        for scenario in program.scenarios.values():
            for name, variant in scenario.variants:
                if name == quantity.id:
                    scenarios.setdefault(variant, []).append(scenario.id)
        sections.setdefault(quantity.file, []).append(
            Documented(
                quantity, tuple(feeds.get(quantity.id, ())), _figures(workspace, quantity, at), scenarios
            )
        )  # fmt: skip
    ordered = tuple((file, tuple(some)) for file, some in sections.items())
    return RuleSet(about(workspace, drivers=False), at, ordered, program.dimensions, tiers, _font())


def _figures(workspace: Workspace, quantity: Quantity, period: int) -> tuple[Figure, ...]:
    """Return the figures of all inputs of a quantity, and of what its rule gives at the period."""
    program, evaluation = workspace.program, workspace.evaluation
    found = []
    for p in program.positions(quantity.id):
        cell = program.cells[p]
        is_input = cell.node not in evaluation.definition
        if not is_input and cell.period not in (None, period):
            continue
        try:
            value = evaluation.value(p)
        except PropagationError:
            value = None
        sources = cell_sources(evaluation, p) if is_input else ()
        if not sources:
            found.append(Figure(cell.index, cell.period, value, "", "", "", ""))
        for source in sources:
            found.append(_figure(cell, source, evaluation.given(p) if is_input else value))
    return tuple(found)


def _figure(cell: Cell, source: Source, value: Fraction | None) -> Figure:
    status = STATUS.get(source.status, source.kind if source.kind != "claim" else "")
    where = " ".join(t for t in (source.report, source.locator, source.row, source.column) if t) or source.note
    unit = "" if source.lexical.endswith(source.unit) else f" {source.unit}"
    printed = f"{source.bound}{source.lexical}{unit}" if source.kind == "claim" else ""
    return Figure(cell.index, cell.period, value, status, where, printed, "; ".join(source.disputed_by))


def _font() -> bytes:
    """Return the font for mathematics that the explorer brings, or nothing where it is not there."""
    file = PACKAGE / "explorer" / "vendor" / "math.woff2"
    return file.read_bytes() if file.is_file() else b""
