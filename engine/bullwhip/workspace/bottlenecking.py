"""Bottlenecks of a workspace: which capacity binds when, what relaxing it is worth, and how far that goes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.analysis.binding import Choice, argument_text, choices
from bullwhip.analysis.limits import Price, measure_of, nearest, prices, slack
from bullwhip.analysis.line import Line
from bullwhip.analysis.pieces import NotCutError, cut
from bullwhip.analysis.polynomial import TooLargeError
from bullwhip.analysis.solve import Switch, switches
from bullwhip.errors import PropagationError
from bullwhip.model.bottleneck import Bottleneck, Cap, Limit
from bullwhip.model.program import CompiledProgram
from bullwhip.model.solution import Place, Switching
from bullwhip.propagate import Evaluation
from bullwhip.workspace.naming import select_cells, wrong
from bullwhip.workspace.solving import FAR, moves_of, search_range, switching

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["bottlenecks", "final_quantities"]

_CAPPING = ("min", "max", "where")


def bottlenecks(workspace: Workspace, name: str, period: int | None, driver: str, within: str) -> list[Bottleneck]:
    """Return the bottlenecks of every cell that is asked for; see `Workspace.bottlenecks`."""
    program = workspace.program
    names = [name] if name else final_quantities(program)
    positions = [p for n in names for p in select_cells(program, n).positions if _in(program, p, period)]
    if name and not positions:
        select_cells(program, name, period)
    if within and not driver:
        raise wrong(within, "a range to search, and no driver", "name the driver with --driver", code="BW002")
    if driver:
        positions = _reached(workspace.evaluation, positions, driver)
    found = [_Caps(workspace, p, driver, within, thorough=bool(name)).answer() for p in positions]
    return [b for b in found if name or b.caps]


def _reached(evaluation: Evaluation, positions: list[int], driver: str) -> list[int]:
    """Return the cells that the driver reaches; all of them where it reaches none, for the refusal to name one."""
    moved = set(select_cells(evaluation.program, driver).positions)
    cells = evaluation.program.cells
    nodes = {cells[p].node for p in moved}
    return [p for p in positions if not nodes.isdisjoint(evaluation.cone((cells[p].node,)))] or positions


def _in(program: CompiledProgram, position: int, period: int | None) -> bool:
    return period is None or program.cells[position].period in (None, period)


def final_quantities(program: CompiledProgram) -> list[str]:
    """Return the quantities with a rule that no other rule reads, in the order of the program."""
    read = {r for q in program.quantities.values() for v in ("", *dict(q.variants)) for r in q.reads(v) if r != q.id}
    return [q.id for q in program.quantities.values() if not q.is_driver and q.id not in read]


class _Caps:
    """The caps of one cell."""

    def __init__(self, workspace: Workspace, position: int, driver: str, within: str, *, thorough: bool) -> None:
        self.workspace, self.position, self.driver, self.within = workspace, position, driver, within
        self.thorough = thorough
        self.evaluation: Evaluation = workspace.evaluation
        self.program = workspace.program
        self.notes: list[str] = []

    def answer(self) -> Bottleneck:
        """Return the answer."""
        cell = self.program.cells[self.position]
        found = [c for c in choices(self.evaluation, self.position) if c.function in _CAPPING]
        try:
            value = self.evaluation.value(self.position)
        except PropagationError as error:
            value = None
            self.notes.append(error.problems[0].message)
        caps = tuple(self.cap(c) for c in found)
        unit, base, searched, along = self.along()
        return Bottleneck(
            cell.quantity, cell.index, cell.period, value, self.program.quantities[cell.quantity].unit, caps,
            self.driver, unit, base, searched, along, self.workspace.scenario_id, tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip

    def along(self) -> tuple[str, Fraction | None, tuple[Place, Place] | None, tuple[Switching, ...]]:
        """Return unit, base and range of the driver that was named, and the switches along it."""
        if not self.driver:
            return "", None, None, ()
        moves = moves_of(self.evaluation, self.position, self.driver, "")
        low, high, _ = search_range(self.program, moves, self.within)
        found = self.cut(moves.line, low, high)
        ends = Place(low), Place(high)
        return (
            moves.selection.quantity.unit,
            moves.base,
            ends,
            tuple(switching(self.evaluation, moves.line, s) for s in found),
        )

    def cut(self, line: Line, low: Fraction, high: Fraction) -> list[Switch]:
        """Return the switches in a range; none, with a note, where they cannot be found exactly."""
        try:
            return switches(cut(line, low, high))
        except (NotCutError, TooLargeError) as error:
            cell = self.program.cells[self.position]
            self.notes.append(f"where another argument binds is not known for {cell.name}: {error}")
            return []

    def cap(self, choice: Choice) -> Cap:
        """Return one choice with what its arguments are worth."""
        unit, factor = measure_of(self.program, choice)
        owner = self.program.cells[choice.cell]
        name = owner.name
        try:
            worth = prices(self.evaluation, self.position, choice)
        except PropagationError:
            worth = [Price(None, None)] * len(choice.options)
        limits = tuple(self.limit(choice, k, p, unit, factor) for k, p in enumerate(worth))
        return Cap(name, choice.function, unit, limits)

    def limit(self, choice: Choice, k: int, worth: Price, unit: str, factor: Fraction) -> Limit:
        """Return one argument of a choice."""
        value, binds = choice.values[k], k in choice.taken
        gap, relative = slack(choice, k)
        more, less = (None if d is None else d * factor for d in (worth.more, worth.less))
        own = self.program.quantities[self.program.cells[self.position].quantity].unit
        below, above = self.ends(choice, k, factor) if binds and self.thorough else (None, None)
        return Limit(
            argument_text(self.program, choice.options[k]), None if value is None else value / factor, binds,
            None if gap is None else gap / factor, relative, more, less, f"{own} per {unit}" if unit else own,
            above, below, self.evaluation.rounded.isdisjoint(choice.options), worth.exact,
        )  # fmt: skip

    def ends(self, choice: Choice, k: int, factor: Fraction) -> tuple[Switching | None, Switching | None]:
        """Return where another argument binds as one moves down and up in its choice alone, in the unit of the cap."""
        value = choice.values[k]
        if not value:
            return None, None
        base = value / factor
        node = self.program.dag.nodes[choice.node]
        argument = k + 2 if node[0] in ("<", "<=") else k
        line = Line(self.evaluation, self.position, {}, (choice.node, argument), factor)
        low, high = sorted((base / FAR, base * FAR))
        below, above = nearest(self.cut(line, low, high), base)
        return (
            None if below is None else _turned(switching(self.evaluation, line, below)),
            None if above is None else switching(self.evaluation, line, above),
        )


def _turned(s: Switching) -> Switching:
    """Return a switch as it is met from above."""
    return replace(s, before=s.after, after=s.before)
