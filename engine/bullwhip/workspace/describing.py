"""What a workspace says of itself in every export: version, data, scenario, sources, drivers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.model.about import About, DriverValue
from bullwhip.model.label import Label
from bullwhip.model.policy import POLICY
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import decimal_text, fraction_text

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["about", "about_data", "edge_kinds", "input_hash", "members_named", "named", "short", "tier_figures"]


def about(workspace: Workspace, *, drivers: bool = True) -> About:
    """Return what an export of the workspace says of itself.

    Args:
        workspace: the workspace, under its scenario.
        drivers: whether the values of drivers belong to it; what holds no values rests on none.
    """
    said = about_data(workspace.program, workspace.files, workspace.as_of_date, workspace.policy)
    changed = replace(said, scenario=workspace.scenario_id, values=workspace.values)
    return replace(changed, drivers=_drivers(workspace)) if drivers else changed


def about_data(program: CompiledProgram, files: Mapping[str, bytes], as_of: str = "", policy: str = "") -> About:
    """Return what there is to say of the data alone, under no scenario."""
    from bullwhip import __version__

    dates = [d.published for d in program.documents if d.published]
    return About(
        program.header.id, program.header.label, __version__, input_hash(files), max(dates, default=""),
        program.documents, "base", (), as_of, policy or POLICY,
    )  # fmt: skip


def input_hash(files: Mapping[str, bytes]) -> str:
    """Return a hash of the input files alone, which changes with the data and not with the engine."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name])
    return digest.hexdigest()


def _drivers(workspace: Workspace) -> tuple[DriverValue, ...]:
    """Return the drivers that have a value; one that has none is not there."""
    program, evaluation = workspace.program, workspace.evaluation
    found = []
    for position, cell in enumerate(program.cells):
        quantity = program.quantities[cell.quantity]
        if quantity.is_driver:
            value = evaluation.value(position)
            if value is not None:
                found.append(DriverValue(cell.name, fraction_text(value), quantity.unit))
    return tuple(found)


def edge_kinds(workspace: Workspace, period: int) -> dict[tuple[str, str], str]:
    """Return what the figures of each edge rest on, by its source and target.

    It is `actual` where every input is printed as actual, `estimate` where one is an estimate, an assumption or set by
    the reader, `bare` where no rule runs along the edge. A quantity with members stands for itself by the first one,
    as on the page.
    """
    program, evaluation = workspace.program, workspace.evaluation
    estimates = {c.id for c in program.claims if c.status == "E"}
    along: dict[tuple[str, str], list[int]] = {}
    for quantity in program.quantities.values():
        if quantity.edge:
            cells = [p for p in program.positions(quantity.id) if program.cells[p].period in (None, period)]
            along.setdefault((quantity.edge[1], quantity.edge[0]), []).extend(cells[:1])

    def actual(position: int) -> bool:
        claims = program.given[position].claims if position not in evaluation.overrides else ()
        return bool(claims) and estimates.isdisjoint(claims)

    kinds = {}
    for edge in program.chain.edges:
        cells = along.get((edge.source, edge.target), [])
        inputs = {p for c in cells for p in evaluation.inputs(c) if evaluation.given(p) is not None}
        kind = "actual" if all(map(actual, inputs)) else "estimate"
        kinds[edge.source, edge.target] = kind if inputs else "bare"
    return kinds


def tier_figures(workspace: Workspace, period: int, language: str) -> dict[str, str]:
    """Return a short figure for each tier: the primary quantity that sizes it, where its value is known."""
    shown: dict[str, str] = {}
    program = workspace.program
    for position, cell in enumerate(program.cells):
        quantity = program.quantities[cell.quantity]
        if not quantity.primary or quantity.tier in shown or cell.period not in (None, period):
            continue
        value = workspace.evaluation.value(position)
        if value is not None:
            members = members_named(program, cell.index, language)
            shown[quantity.tier] = f"{short(value, language)} {quantity.unit}{members}"
    return shown


def short(value: Fraction, language: str) -> str:
    """Return a figure of four digits with the scale that readers of the language expect.

    >>> short(Fraction(160_125_588_697), "en"), short(Fraction(160_125_588_697), "zh"), short(Fraction(35), "en")
    ('160.1 bn', '1,601 亿', '35')
    """
    scales = ((10**8, " 亿"), (10**4, " 万")) if language == "zh" else ((10**9, " bn"), (10**6, " m"))
    for size, word in scales:
        if abs(value) >= size:
            return decimal_text(value / size, 4) + word
    return decimal_text(value, 4)


def named(label: Label, fallback: str, language: str) -> str:
    """Return a name in a language, or in both.

    >>> named(Label("光模块", "optical module"), "x", "both"), named(Label(), "x", "zh")
    ('光模块 optical module', 'x')
    """
    from bullwhip.export.map_content import label_lines

    return " ".join(label_lines(label, fallback, language))  # type: ignore[arg-type]


def members_named(program: CompiledProgram, index: Sequence[tuple[str, str]], language: str) -> str:
    """Return the members of a cell by what they are called, in brackets after a space; nothing where it has none.

    >>> from bullwhip import Workspace
    >>> members_named(Workspace.open().program, [("chip", "a100_sxm"), ("family", "language")], "en")
    ' (A100 SXM, ordinary (language) models)'
    """
    if not index:
        return ""
    axes = [(program.dimensions[d], m) for d, m in index]
    shown = [named(axis.member_labels[axis.members.index(m)], m, language) for axis, m in axes]
    return f" ({', '.join(shown)})"
