"""Exposure under one scenario: what every driver reaches, as rows of companies with weights, marks and totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.model.answer import Exposure, ExposureRow, PathStep
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.propagate import KINK, Evaluation, Passes, driver_cells
from bullwhip.query.exposure import NONE, Reached, Roster, ordered, reached_paths, sizing_cells
from bullwhip.query.totals import Counting, counted, totals
from bullwhip.workspace.answering import moved_cells
from bullwhip.workspace.naming import Selection, select_cells
from bullwhip.workspace.weighing import Revenues

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Exposing", "notes"]


@dataclass
class Exposing:
    """Exposure under one scenario: what is read once, and passes that every driver shares.

    Attributes:
        workspace: the workspace.
        periods: the periods that are asked for; cells without period always count.
        chosen: members to read alternatives at, by dimension.
        company: keep to one company, or empty.
    """

    workspace: Workspace
    periods: Sequence[int]
    chosen: Mapping[str, str] = field(default_factory=dict)
    company: str = ""
    roster: Roster = field(init=False)
    counting: Counting = field(init=False)
    _revenues: Revenues | None = None
    _passes: Passes = field(init=False)
    _targets: dict[int, set[int]] = field(init=False)
    _drivers: tuple[str, ...] = ()
    _ways: dict[str, dict[str, tuple[PathStep, ...] | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the program and evaluate all that sizes a tier of a company."""
        program = self.program
        self.roster = Roster.of(program)
        self.counting = Counting(self.roster, self.evaluation.variants)
        supplied = {tier for firm, tier in self.roster.supplies if self.company in ("", firm)}
        self._targets = {
            period: {
                p
                for p in sizing_cells(program, period, self.chosen)
                if program.quantities[program.cells[p].quantity].tier in supplied
            }
            for period in self.periods
        }
        self._passes = Passes(self.evaluation, sorted({p for some in self._targets.values() for p in some}))

    @property
    def program(self) -> CompiledProgram:
        """The compiled program."""
        return self.workspace.program

    @property
    def evaluation(self) -> Evaluation:
        """The program under the scenario of the workspace."""
        return self.workspace.evaluation

    def reached(self, driver: str, moved: Sequence[int]) -> dict[int, Reached]:
        """Return the quantities that a driver reaches, by position of their cells.

        Args:
            driver: the id of its quantity, where paths begin.
            moved: positions of the cells that move.
        """
        program, evaluation = self.program, self.evaluation
        found = {}
        for p, response in self._passes.proportional(moved).items():
            quantity = program.quantities[program.cells[p].quantity]
            formula = dict(quantity.variants).get(evaluation.variants.get(quantity.id, ""), quantity.expression)
            failed = p in self._passes.failures
            effect, elasticity = (None, None) if failed else (response.derivative, response.elasticity)
            kink = response.is_kink and not failed
            found[p] = Reached(
                p, None if failed else evaluation.value(p), elasticity, None if effect is None else effect / 100,
                self._path(driver, quantity.id), formula,
                (response.left.elasticity, response.right.elasticity) if kink else None,
                KINK if kink else self._passes.why(p, Fraction(0) if elasticity is not None else effect, elasticity),
                response.exact and evaluation.is_exact(p),
            )  # fmt: skip
        return found

    def _path(self, driver: str, quantity: str) -> tuple[PathStep, ...]:
        """Return the shortest way along rules; one search for a quantity answers for all drivers."""
        known = self._ways.setdefault(quantity, {})
        if driver not in known:
            names = dict.fromkeys([driver, *self._drivers])
            ways = reached_paths(self.program, [[n] for n in names], quantity, self.evaluation.variants)
            known.update(zip(names, ways, strict=True))
        return known[driver] or ()

    def rows(self, driver: str, reached: Mapping[int, Reached], period: int, name: str = "") -> list[ExposureRow]:
        """Return the rows of a driver at a period, in no order, with weights.

        Args:
            driver: the id of its quantity.
            reached: what it reaches.
            period: one of the periods asked for.
            name: what it is called in the rows, with members; the id when empty.
        """
        targets, label = self._targets[period], self.program.quantities[driver].label
        here = [r for p, r in reached.items() if p in targets]
        rows = self.roster.rows(here, name or driver, label, self.company)
        return [self._weighed(r, period) for r in rows]

    def _weighed(self, row: ExposureRow, period: int) -> ExposureRow:
        if not row.has_amount:
            return row
        if self._revenues is None:
            self._revenues = Revenues.of(self.program, self.workspace.policy)
        return replace(row, weight=self._revenues.weight(row, period))

    def is_undefined(self, position: int) -> bool:
        """Return whether a cell has no value at all, such as a quotient by zero."""
        return position in self._passes.failures

    def every_driver(self) -> dict[str, list[int]]:
        """Return the cells that move with every driver, all its members and periods together."""
        groups = driver_cells(self.evaluation)
        self._drivers = tuple(groups)
        return {name: [p for cells in some.values() for p in cells] for name, some in groups.items()}

    def answer(
        self, driver: str, rows: list[ExposureRow], period: int, by: str, top: int | None = None, *, summed: bool = True
    ) -> Exposure:
        """Return an answer from its rows: ordered, with totals where they are wanted, cut to so many."""
        quantity = self.program.quantities[driver.partition("[")[0]]
        found = ordered(counted(rows, self.counting), by)
        selection = select_cells(self.program, driver)
        said = notes(self.program, found, by) if rows else self._base_years(driver, selection, period)
        return Exposure(
            quantity.id, quantity.label, selection.members, period, self.workspace.scenario_id,
            self.workspace.as_of_date, found[:top], said, by, totals(found, by, self.counting)[:top] if summed else (),
        )  # fmt: skip

    def _base_years(self, driver: str, selection: Selection, period: int) -> tuple[str, ...]:
        """Return why a quantity with base years reaches nobody in a year that a rule computes, or nothing."""
        cells = self.program.cells
        base = {cells[p].period for p in moved_cells(self.evaluation, driver)}
        if (
            selection.period is not None
            or period in base
            or period not in {cells[p].period for p in selection.positions}
        ):
            return ()
        id_ = selection.quantity.id
        years = ", ".join(str(y) for y in sorted(y for y in base if y is not None))
        named = index_text(id_, selection.members, period)
        return (f"{id_} moves in its base years ({years}); {named} moves in {period}",)


def notes(program: CompiledProgram, rows: Sequence[ExposureRow], by: str) -> tuple[str, ...]:
    """Return what has to be said beside rows: what ranks them, where they read alternatives, what stands twice."""
    said = []
    weights = [r.weight for r in rows if r.weight is not None]
    if rows and by == "weight" and all(w.effect == NONE for w in weights):
        why = "; ".join(sorted({w.note for w in weights if w.note})) or "no row has an amount"
        said.append(f"no weight is known, so elasticity, value and reach rank: {why}")
    above = sorted({f"{r.company} ({r.quantity})" for r in rows if r.weight and (r.weight.part[0] or 0) > 1})
    if above:
        said.append(f"more stands in the tier than the company's own revenue: {', '.join(above)}; prints do not fit")
    alternatives = sorted({d for r in rows for d, _ in r.index if program.dimensions[d].alternatives})
    if alternatives:
        shown = ", ".join(alternatives)
        said.append(f"read at one member of each dimension of alternatives ({shown}); choose others with --at")
    held: dict[str, set[str]] = {}
    for row in rows:
        held.setdefault(row.quantity, set()).update(c.quantity for c in row.counted_in)
    pairs = [f"{one} in {' and '.join(sorted(others))}" for one, others in sorted(held.items()) if others]
    if pairs:
        said.append(f"the same money stands twice: that of {'; '.join(pairs)}")
    for sign, words in (("<", "at most"), (">", "at least"), ("~", "about")):
        some = sorted({f"{r.company} ({r.quantity})" for r in rows if r.value_bound.startswith(sign)})
        if some:
            said.append(f"{words} so much, as the share is printed with a bound: {', '.join(some)}")
    if rows:
        said.append("rows of one company add up in totals; the same money can pass several tiers")
    return tuple(said)
