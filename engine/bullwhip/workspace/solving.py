"""Solves for a driver: chooses the cells that move and the range to search, and puts the answer into words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from bullwhip.analysis.binding import argument_text, choices, owner_of
from bullwhip.analysis.inverse import Stretch
from bullwhip.analysis.line import Line
from bullwhip.analysis.real import Real
from bullwhip.analysis.solve import Solved, Switch
from bullwhip.analysis.solve import solve as solve_line
from bullwhip.errors import Problem, PropagationError, UsageError
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity
from bullwhip.model.solution import Binding, Bounds, Place, Root, Solution, Switching
from bullwhip.numbers import NumberFormatError, decimal_text, fraction_text, read_decimal
from bullwhip.propagate import Evaluation
from bullwhip.propagate.intervals import Extended
from bullwhip.workspace.naming import Selection, select_cells, wrong
from bullwhip.workspace.targeting import Target, ends_of, target_of, target_of_claim

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["FAR", "Unknown", "bindings_of", "moves_of", "search_range", "solve", "switching"]

Unknown = Literal["", "value", "factor"]
"""What is solved for: one value of all cells that move, or a common factor; empty where that is plain."""
FAR = Fraction(1000)
"""How far around the base a driver without declared range is searched."""
_ANYWHERE = Fraction(10) ** 15
_LONGEST = 58


# -- the cells that move ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moves:
    """The cells that one unknown moves, and the quantity along it."""

    line: Line
    selection: Selection
    unknown: Unknown
    base: Fraction | None
    """The unknown as it is: the value that all cells have, or 1 for a factor."""


def moves_of(evaluation: Evaluation, position: int, driver: str, unknown: Unknown) -> Moves:
    """Return the cells of a driver that reach a cell, as one unknown.

    Args:
        evaluation: the program under its scenario.
        position: the cell that is asked for.
        driver: the driver or other quantity as typed; with a period it moves in that one only.
        unknown: value, factor, or empty for the value where all cells that reach the quantity have the same.

    Raises:
        UsageError: BW411 where nothing of the driver reaches the cell, BW412 where it is not plain what moves.
    """
    program = evaluation.program
    selection = select_cells(program, driver)
    cells = list(selection.positions)
    if selection.period is None and not selection.quantity.is_driver:
        cells = [p for p in cells if program.cells[p].definition < 0] or cells
    line = Line(evaluation, position, dict.fromkeys(cells, (Fraction(0), Fraction(1))))
    reaching = [p for p in cells if program.cells[p].node in line.seeds]
    if not reaching:
        raise UsageError(_unreached(evaluation, position, driver))
    bases = {p: evaluation.value(p) for p in reaching}
    if unknown == "factor":
        return _factor(evaluation, position, selection, bases)
    if len(set(bases.values())) > 1 and unknown != "value":
        raise UsageError(_ambiguous(program, driver, bases))
    base = next(iter(bases.values())) if len(set(bases.values())) == 1 else None
    line = Line(evaluation, position, dict.fromkeys(reaching, (Fraction(0), Fraction(1))))
    return Moves(line, selection, "value", base)


def _factor(evaluation: Evaluation, position: int, selection: Selection, bases: dict[int, Fraction | None]) -> Moves:
    program = evaluation.program
    known = {p: (Fraction(0), v) for p, v in bases.items() if v is not None}
    if len(known) < len(bases):
        lost = ", ".join(program.cells[p].name for p, v in bases.items() if v is None)
        hint = "a factor scales what is known; leave --scale out and name one cell to solve for its value"
        raise UsageError(Problem("BW412", f"{lost} has no value that a factor could scale", hint=hint))
    return Moves(Line(evaluation, position, known), selection, "factor", Fraction(1))


def _unreached(evaluation: Evaluation, position: int, driver: str) -> Problem:
    program = evaluation.program
    drivers = sorted({program.cells[i].quantity for i in evaluation.inputs(position)})
    shown = ", ".join(drivers[:8]) + (", …" if len(drivers) > 8 else "")
    hint = f"drivers that reach it: {shown}" if drivers else "nothing reaches it: it is an input itself"
    return Problem("BW411", f"{driver!r} does not reach {program.cells[position].name}", hint=hint)


def _ambiguous(program: CompiledProgram, driver: str, bases: dict[int, Fraction | None]) -> Problem:
    shown = "; ".join(
        f"{program.cells[p].name} is {'unknown' if v is None else decimal_text(v)}" for p, v in list(bases.items())[:6]
    )
    hint = (
        "choose one with ID[dimension=member,period=YEAR], move all by a common factor with --scale, or set all to one "
        "value with --level"
    )
    return Problem("BW412", f"{driver!r} stands for {len(bases)} cells with different values: {shown}", hint=hint)


# -- the range that is searched --------------------------------------------------------------------------------------


def search_range(program: CompiledProgram, moves: Moves, within: str = "") -> tuple[Fraction, Fraction, str]:
    """Return the range of the unknown that is searched, and why it is this one.

    Args:
        program: gives the declared range of the driver and the units.
        moves: what moves.
        within: `LOW..HIGH[ UNIT]` as typed; of a factor without unit.

    Raises:
        UsageError: BW415 for a range that is none, and as the amounts in it are.
    """
    quantity = moves.selection.quantity
    if within:
        first, last = ends_of(program, quantity, within, 0) if moves.unknown == "value" else _plain(within)
        if not (isinstance(first, Fraction) and isinstance(last, Fraction) and first < last):
            raise wrong(within, f"{within!r} is no range to search", "write LOW..HIGH with LOW < HIGH", code="BW415")
        return first, last, "as asked"
    if moves.unknown == "factor":
        return _factor_range(quantity, moves)
    low, high, base = quantity.low, quantity.high, moves.base
    if low is not None and high is not None and low < high:
        return low, high, f"the declared range of {quantity.id}"
    around = (-_ANYWHERE, _ANYWHERE) if not base else tuple(sorted((base / FAR, base * FAR)))
    start = around[0] if low is None else low
    end = around[1] if high is None else high
    if start >= end:
        start, end = (start, start + _ANYWHERE) if high is None else (end - _ANYWHERE, end)
    why = "a thousandth to a thousand times the base" if base else "no base to search around"
    if low is not None or high is not None:
        why += f", within the declared range of {quantity.id}"
    return start, end, why


def _plain(text: str) -> tuple[Extended, Extended]:
    first, _, second = text.partition("..")
    try:
        return read_decimal(first.strip()), read_decimal(second.strip())
    except NumberFormatError as error:
        raise wrong(text, str(error), "write LOW..HIGH, two plain numbers", code="BW415") from None


def _factor_range(quantity: Quantity, moves: Moves) -> tuple[Fraction, Fraction, str]:
    low, high = 1 / FAR, FAR
    for _, base in moves.line.moved.values():
        for end in (quantity.low, quantity.high):
            if base and end is not None and end / base > 0:
                allowed_above = (end == quantity.high) == (base > 0)
                low, high = (low, min(high, end / base)) if allowed_above else (max(low, end / base), high)
    return low, high, "a thousandth to a thousand times the base, within the declared range"


# -- answers ---------------------------------------------------------------------------------------------------------


def solve(
    workspace: Workspace, target: str, driver: str, period: int | None, claim: str, unknown: Unknown, within: str
) -> list[Solution]:
    """Return what a driver must be for each cell that is asked for; see `Workspace.solve`."""
    wanted = target_of_claim(workspace, target, claim) if claim else target_of(workspace.program, target)
    positions = workspace.at_period(wanted.name, period)
    answers, unreached, nowhere = [], [], []
    for p in positions:
        try:
            answer = _Answer(workspace, wanted, p, driver, unknown, within)
        except UsageError as error:
            if error.problems[0].code != "BW411":
                raise
            unreached.append(error)
            continue
        nowhere += answer.lost
        answers.append(answer)
    if not answers:
        raise unreached[0]
    if len(nowhere) == len(answers):
        raise PropagationError(nowhere)
    return [a.solution() for a in answers]


class _Answer:
    """One cell solved for one driver."""

    def __init__(
        self, workspace: Workspace, target: Target, position: int, driver: str, unknown: Unknown, within: str
    ) -> None:
        self.workspace, self.target, self.position = workspace, target, position
        self.evaluation = workspace.evaluation
        self.program = workspace.program
        self.moves = moves_of(self.evaluation, position, driver, unknown)
        self.low, self.high, self.why = search_range(self.program, self.moves, within)
        line = self.moves.line
        self.solved: Solved = solve_line(line, self.low, self.high, target.interval, self.moves.base)
        self.lost = [self.nowhere()] if self.solved.span is None else []
        """Why the quantity has no value at any value of the driver."""

    def nowhere(self) -> Problem:
        """Say why the quantity has no value at any value of the driver."""
        line = self.moves.line
        missing = [self.program.cells[p].name for p in line.still.unknown(self.position) if p not in line.moved]
        name = self.program.cells[self.position].name
        if missing:
            hint = "set them with --set, or solve for one of them"
            shown = ", ".join(missing[:6]) + (", …" if len(missing) > 6 else "")
            return Problem("BW413", f"{name} is unknown whatever the driver is: nobody states {shown}", hint=hint)
        message = f"{name} has no value at any value of the driver in {self.span()}"
        return Problem("BW416", message, hint="search elsewhere with --within LOW..HIGH")

    def span(self) -> str:
        """Return the searched range as text."""
        return f"{decimal_text(self.low)} … {decimal_text(self.high)}"

    def solution(self) -> Solution:
        """Return the answer."""
        solved, moves = self.solved, self.moves
        cell = self.program.cells[self.position]
        reached = solved.span
        target = self.target.interval
        moved = list(moves.line.moved)
        return Solution(
            cell.quantity, cell.index, cell.period, self.program.quantities[cell.quantity].unit,
            Bounds(target.low, target.high, target.low_open, target.high_open), self.target.claim, self.base(),
            moves.selection.quantity.id, self.program.cells[moved[0]].index if len(moved) == 1 else
            moves.selection.members, moves.selection.quantity.unit if moves.unknown == "value" else "1",
            moves.unknown, tuple(self.program.cells[p].name for p in moved), moves.base, Bounds(self.low, self.high),
            self.why, None if reached is None else Bounds(reached.low, reached.high, reached.low_open,
            reached.high_open, exact=False), tuple(self.root(s) for s in solved.stretches),
            tuple((_place(j.place, moves.line), j.left, j.right) for j in solved.jumps), solved.method, solved.pieces,
            self.workspace.scenario_id, tuple(self.notes()),
        )  # fmt: skip

    def base(self) -> Fraction | None:
        """Return the quantity as it is, or None where it has no value."""
        try:
            return self.evaluation.value(self.position)
        except PropagationError:
            return None

    def notes(self) -> list[str]:
        """Return what a reader has to know beside the answer."""
        found = [problem.message for problem in self.lost]
        if self.solved.method == "scan" and not self.lost:
            found.append(f"the range was scanned: {self.solved.why}; what leaves no trace between two places is missed")
        if self.moves.line.rounded:
            found.append("a number that the quantity rests on was rounded to 60 digits, so the answer is not exact")
        return found

    def root(self, stretch: Stretch) -> Root:
        """Return a stretch with what holds there."""
        low, high = self.end(stretch.low), self.end(stretch.high)
        inside = low.value if stretch.is_point else (low.value + high.value) / 2
        check = self.moves.line.value(inside) if stretch.is_point else None
        exact = self.moves.line.was_exact and low.exact and not self.moves.line.rounded
        return Root(
            low, high, stretch.low_open, stretch.high_open, stretch.kind if stretch.is_point else "range", check,
            exact, tuple(self.settings(inside)) if stretch.is_point else (),
            tuple(bindings_of(self.moves.line.at(inside), self.position)), tuple(self.changed(stretch.low)),
        )  # fmt: skip

    def end(self, x: Real) -> Place:
        """Return an end of an answer; the ends of the range are exact, whatever was rounded between them."""
        is_given = x.is_exact and x.rounded() in (self.low, self.high)
        return Place(x.rounded()) if is_given else _place(x, self.moves.line)

    def settings(self, x: Fraction) -> list[str]:
        """Return what to set for a value of the unknown, in digits that can be typed."""
        found = []
        for p, (start, step) in self.moves.line.moved.items():
            text = fraction_text(start + step * x)
            if len(text) > _LONGEST:
                text = f"{float(start + step * x)!r}"
            found.append(f"{self.program.cells[p].name}={text}")
        return found

    def changed(self, place: Real) -> list[Switching]:
        """Return the places between the base and a root at which another argument is taken, on the way to the root."""
        base = self.moves.base
        if base is None or not self.low <= base <= self.high:
            return []
        here = Real.rational(base)
        low, high = (here, place) if here < place else (place, here)
        met = [s for s in self.solved.switches if not s.place < low and not high < s.place]
        return [switching(self.evaluation, self.moves.line, s) for s in met]


def switching(evaluation: Evaluation, line: Line, s: Switch) -> Switching:
    """Return a switch in words.

    Args:
        evaluation: the program under its scenario.
        line: the cell along which it was found.
        s: the switch.
    """
    program = evaluation.program
    node = program.dag.nodes[s.node]
    options = node[3:] if node[0] in ("<", "<=") else node[1:]
    names = [argument_text(program, j) for j in options]
    if node[0] == "abs":
        names = [names[0], f"-({names[0]})"]
    function = "where" if node[0] in ("<", "<=") else node[0]
    owner = owner_of(evaluation, line.position, s.node)
    return Switching(_place(s.place, line), program.cells[owner].name, function, names[s.before], names[s.after])


def _place(x: Real, line: Line) -> Place:
    """Return a place on a line; it is not exact where a number that decides it was rounded."""
    return Place(x.rounded(), x.is_exact and not line.rounded, x.width)


def bindings_of(evaluation: Evaluation, position: int) -> list[Binding]:
    """Return which arguments bind in every minimum, maximum and condition that a cell rests on."""
    found = []
    for c in choices(evaluation, position):
        names = [argument_text(evaluation.program, j) for j in c.options]
        if c.function == "abs":
            names = [names[0], f"-({names[0]})"]
        taken = tuple(names[k] for k in c.taken)
        others = tuple(n for k, n in enumerate(names) if k not in c.taken)
        found.append(Binding(evaluation.program.cells[c.cell].name, c.function, taken, others))
    return found
