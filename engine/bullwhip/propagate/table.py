"""Derivatives and elasticities of every cell by every driver at once: one forward pass a driver over what it moves.

`moves` answers one cell and all its inputs; a table of all cells takes one pass a driver instead, because there are
fewer drivers than cells, and a pass touches only what depends on its driver. Both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Node, arguments
from bullwhip.model.claim import Index
from bullwhip.model.quantity import index_text
from bullwhip.model.sensitivities import Entry, SensitivityTable
from bullwhip.propagate.directional import SIDED, STILL, Response, Slope, kept_fraction, node_slope, seeds_of
from bullwhip.propagate.evaluate import Evaluation
from bullwhip.propagate.reverse import local_derivatives

__all__ = ["KINK", "Entry", "Passes", "SensitivityTable", "driver_cells", "sensitivity_table"]

_NAMED = 6
"""How many missing inputs a note names."""
KINK = "at a kink: the derivative differs to the left and to the right"


def driver_cells(evaluation: Evaluation) -> dict[str, dict[Index, list[int]]]:
    """Return the cells that move with each driver, by quantity and index, in order of id.

    A driver is a quantity without rule, or one with base years or with values set by a scenario, which is driven by
    those cells alone.
    """
    program = evaluation.program
    names = {c.quantity for c in program.cells if c.node not in evaluation.definition}
    found: dict[str, dict[Index, list[int]]] = {}
    for name in sorted(names):
        cells = program.positions(name)
        inputs = [p for p in cells if program.cells[p].definition < 0]
        groups = found.setdefault(name, {})
        for p in sorted(inputs or cells, key=lambda p: _place(evaluation, p)):
            groups.setdefault(program.cells[p].index, []).append(p)
    return found


def _place(evaluation: Evaluation, position: int) -> tuple[list[int], int]:
    program, cell = evaluation.program, evaluation.program.cells[position]
    return [program.dimensions[d].members.index(m) for d, m in cell.index], cell.period or 0


@dataclass
class Passes:
    """Forward passes over one evaluation that touch only what moves."""

    evaluation: Evaluation
    targets: Sequence[int]
    """Positions of the cells whose answers are wanted."""
    failures: dict[int, str] = field(default_factory=dict)
    """Why a target has no value at all, such as a division by zero."""
    _cone: frozenset[int] = frozenset()
    _users: dict[int, list[int]] = field(default_factory=dict)
    _missing: dict[int, str] = field(default_factory=dict)
    _parts: dict[int, list[Fraction | None]] = field(default_factory=dict)
    """Local derivatives of nodes by their arguments, which every pass uses."""
    _at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Evaluate what the targets rest on, and note who reads what."""
        evaluation, cells = self.evaluation, self.evaluation.program.cells
        order = evaluation.cone(cells[p].node for p in self.targets)
        self._cone = frozenset(order)
        self._at = {cells[p].node: p for p in self.targets}
        nodes = evaluation.program.dag.nodes
        for i in order:
            below = (evaluation.definition[i],) if i in evaluation.definition else arguments(nodes[i])
            for j in below:
                self._users.setdefault(j, []).append(i)
        with suppress(PropagationError):  # raised after everything is evaluated
            evaluation.run(cells[p].node for p in self.targets)
        for p in self.targets:
            if cells[p].node in evaluation.undefined:
                self.failures[p] = self._failure(p)

    def _failure(self, position: int) -> str:
        try:
            self.evaluation.value(position)
        except PropagationError as error:
            return error.problems[0].message
        return ""

    def missing(self, position: int) -> str:
        """Return the inputs without value that a cell needs, as text; empty where there are none."""
        if position not in self._missing:
            program = self.evaluation.program
            names = [program.cells[p].name for p in self.evaluation.unknown(position)]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            self._missing[position] = ", ".join(names[:_NAMED]) + more
        return self._missing[position]

    def touched(self, moved: Iterable[int]) -> list[int]:
        """Return the nodes below a target that depend on cells, the cells included, in order."""
        stack = [n for n in (self.evaluation.program.cells[p].node for p in moved) if n in self._cone]
        found: set[int] = set()
        while stack:
            i = stack.pop()
            if i not in found:
                found.add(i)
                stack.extend(self._users.get(i, ()))
        return sorted(found)

    def responses(self, moved: Sequence[int]) -> tuple[dict[int, Response], dict[int, Response]]:
        """Return the responses of all targets that depend on cells, to a parallel and to a proportional move of them.

        Args:
            moved: positions of the cells that move.
        """
        cells, values = self.evaluation.program.cells, self.evaluation.values
        within = self._within(moved)
        touched = self.touched(within)
        relative = self._pass(within, touched, proportional=True)
        speed = values[cells[within[0]].node] if len(within) == 1 else None
        if speed is None or speed <= 0:
            return self._pass(within, touched, proportional=False), relative
        return {p: r.slower(speed) for p, r in relative.items()}, relative  # one cell: the same move at another speed

    def proportional(self, moved: Sequence[int]) -> dict[int, Response]:
        """Return the responses of all targets that depend on cells to a proportional move of them."""
        within = self._within(moved)
        return self._pass(within, self.touched(within), proportional=True)

    def why(self, position: int, derivative: Fraction | None, elasticity: Fraction | None) -> str:
        """Say why the derivative or the elasticity of a target is not known; nothing where both are."""
        if position in self.failures:
            return self.failures[position]
        if derivative is not None and elasticity is not None:
            return ""
        missing = self.missing(position)
        if missing:
            return f"unknown for want of {missing}"
        if derivative is not None and self.evaluation.value(position) == 0:
            return "the value is 0, so it has no elasticity"
        return "at a jump: there is no derivative"

    def _within(self, moved: Sequence[int]) -> list[int]:
        return [p for p in moved if self.evaluation.program.cells[p].node in self._cone]

    def _pass(self, moved: Iterable[int], touched: list[int], *, proportional: bool) -> dict[int, Response]:
        """Return the response of every touched target to a move.

        Where everything is known, only derivatives are carried, along local ones that all passes share.
        """
        evaluation = self.evaluation
        nodes, definition, values = evaluation.program.dag.nodes, evaluation.definition, evaluation.values
        moving = dict.fromkeys(moved, None if proportional else Fraction(1))
        seeds = seeds_of(evaluation, moving, proportional=proportional)
        found: dict[int, Response] = {}
        plain: dict[int, Fraction] = {}
        rounded: set[int] = set()
        for i in touched:
            node = nodes[i]
            below = (definition[i],) if i in definition else arguments(node)
            if i in seeds:
                _keep(found, plain, i, Response(seeds[i], seeds[i]), values[i])
                continue
            if not rounded.isdisjoint(below):
                rounded.add(i)
            if i in definition:
                if below[0] in plain:
                    plain[i] = plain[below[0]]
                else:
                    found[i] = found[below[0]]
                continue
            if values[i] and all(j in plain or j not in found for j in below):
                derivative = self._sum(i, node, below, plain)
                if derivative is not None:
                    plain[i] = kept_fraction(derivative)
                    if plain[i] is not derivative:
                        rounded.add(i)
                    continue
            found[i] = self._sided(i, node, below, found, plain)
            if found[i].right.rounded or found[i].left.rounded:
                rounded.add(i)
        return self._answers(touched, found, plain, rounded)

    def _sum(self, i: int, node: Node, below: tuple[int, ...], plain: Mapping[int, Fraction]) -> Fraction | None:
        """Return a derivative by the local ones, or None where one of them has sides or is unknown."""
        parts = self._parts.get(i)
        if parts is None:
            parts = self._parts[i] = local_derivatives(self.evaluation, i, node)
        total = Fraction(0)
        for j, part in zip(below, parts, strict=True):
            if j in plain:
                if part is None:
                    return None
                total += plain[j] if part == 1 else part * plain[j]
        return total

    def _sided(
        self,
        i: int,
        node: Node,
        below: tuple[int, ...],
        found: Mapping[int, Response],
        plain: Mapping[int, Fraction],
    ) -> Response:
        """Return the response of a node at a kink or beside something unknown."""
        values = self.evaluation.values
        known = [values[j] for j in below]
        inner = [found.get(j) or _response(plain.get(j), values[j]) for j in below]
        right = node_slope(node, known, [r.right for r in inner], values[i], 1)
        if node[0] not in SIDED and all(r.right is r.left for r in inner):
            return Response(right, right)
        return Response(right, node_slope(node, known, [r.left for r in inner], values[i], -1))

    def _answers(
        self, touched: list[int], found: Mapping[int, Response], plain: Mapping[int, Fraction], rounded: set[int]
    ) -> dict[int, Response]:
        answers = {}
        for i in touched:
            position = self._at.get(i)
            if position is not None:
                response = found.get(i) or _response(plain[i], self.evaluation.values[i])
                answers[position] = Response(response.right, response.left, i not in rounded)
        return answers


def _keep(
    found: dict[int, Response], plain: dict[int, Fraction], i: int, response: Response, value: Fraction | None
) -> None:
    """Keep what moves by its derivative alone where the elasticity follows from it."""
    derivative = response.right.derivative
    if value and derivative is not None:
        plain[i] = derivative
    else:
        found[i] = response


def _response(derivative: Fraction | None, value: Fraction | None) -> Response:
    """Return the response of a node whose value is known and not zero; None stands still."""
    if derivative is None:
        return Response(STILL, STILL)
    slope = Slope(derivative, derivative / value if value else None)
    return Response(slope, slope)


def sensitivity_table(evaluation: Evaluation, period: int | None) -> SensitivityTable:
    """Return how every cell of a period, and every cell without period, answers every driver.

    The derivative is by a parallel move of the driver in all its periods, the elasticity by a proportional one, as
    `sensitivity` gives them. A cell without any value, such as a quotient by zero, has entries that say so.

    Args:
        evaluation: the program under its scenario.
        period: the period of timed cells; all of them when None.

    >>> from bullwhip import Workspace
    >>> table = sensitivity_table(Workspace.open().evaluation, 2025)
    >>> table["cooling.liquid_market", "cooling.liquid_penetration"].elasticity
    Fraction(1, 1)
    """
    program = evaluation.program
    targets = [p for p, c in enumerate(program.cells) if period is None or c.period in (None, period)]
    passes = Passes(evaluation, targets)
    entries: dict[tuple[str, str], Entry] = {}
    drivers: dict[str, tuple[int, ...]] = {}
    for name, groups in driver_cells(evaluation).items():
        moves = {index_text(name, index): cells for index, cells in groups.items()}
        if len(moves) > 1 or name not in moves:
            moves = {name: [p for cells in groups.values() for p in cells], **moves}
        for driver, cells in moves.items():
            drivers[driver] = tuple(cells)
            for p, entry in _column(passes, cells).items():
                entries[program.cells[p].name, driver] = entry
    named = {program.cells[p].name: p for p in targets}
    return SensitivityTable(dict(sorted(entries.items(), key=lambda e: e[0])), named, drivers)


def _column(passes: Passes, moved: list[int]) -> dict[int, Entry]:
    """Return the answers of the targets to a driver."""
    parallel, relative = passes.responses(moved)
    return {p: _entry(passes, p, parallel[p], relative[p]) for p in parallel}


def _entry(passes: Passes, position: int, parallel: Response, relative: Response) -> Entry:
    if position in passes.failures:
        return Entry(None, None, passes.failures[position])
    exact = passes.evaluation.is_exact(position) and parallel.exact and relative.exact
    if parallel.is_kink or relative.is_kink:
        left = parallel.left.derivative, relative.left.elasticity
        right = parallel.right.derivative, relative.right.elasticity
        return Entry(parallel.derivative, relative.elasticity, KINK, left, right, exact)
    derivative, elasticity = parallel.derivative, relative.elasticity
    return Entry(derivative, elasticity, passes.why(position, derivative, elasticity), exact=exact)
