"""What carries an exposure: its strongest paths, what each edge passes on, and what each document decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from bullwhip.compile import reselect
from bullwhip.errors import CompileError
from bullwhip.model.answer import ExposureRow, PathStep
from bullwhip.model.exposure import EdgeEffect, PathEffect, SourceEffect
from bullwhip.model.policy import POLICY
from bullwhip.model.program import CompiledProgram, Given
from bullwhip.propagate import Way, Ways
from bullwhip.workspace.answering import cell_sources
from bullwhip.workspace.exposing import Exposing

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["explained", "on"]

_NONE: tuple[Fraction | None, Fraction | None] = (None, None)


def on(workspace: Workspace, program: CompiledProgram) -> Workspace:
    """Return a workspace on another selection of its facts."""
    own = workspace
    return type(own)(program, own.files, own.scenario_id, own.values, own.as_of_date, own.policy)


def explained(
    exposing: Exposing, rows: Iterable[ExposureRow], moved: Mapping[str, Sequence[int]], paths: int, contributions: bool
) -> tuple[ExposureRow, ...]:
    """Return rows with what carries them.

    Args:
        exposing: where the rows come from, at one period.
        rows: the rows to explain.
        moved: positions of the cells that move with each driver of the rows.
        paths: how many paths at most; none are looked for when 0.
        contributions: whether edges are cut and documents left out.
    """
    ways: dict[tuple[str, int], Ways] = {}
    without = _Without(exposing, moved)
    found = []
    for row in rows:
        key = row.driver, row.position
        failed = exposing.is_undefined(row.position)
        if key not in ways and not failed:
            ways[key] = Ways(exposing.evaluation, moved[row.driver], row.position)
        if paths:
            some = () if failed else _paths(exposing.program, ways[key], paths)
            row = replace(row, paths=some, path_count=0 if failed else ways[key].count())
        if contributions:
            edges = () if failed else tuple(_edges(exposing.program, row, ways[key]))
            row = replace(row, edges=edges, documents=tuple(without.effects(row)))
        found.append(row)
    return tuple(found)


def _paths(program: CompiledProgram, ways: Ways, k: int) -> tuple[PathEffect, ...]:
    found = ways.strongest(k)
    return tuple(_path(program, way, exact=ways.exact) for way in found)


def _path(program: CompiledProgram, way: Way, *, exact: bool) -> PathEffect:
    cells = [program.cells[p] for p in way.cells]
    steps = tuple(
        PathStep(before.name, after.name, after.quantity, program.quantities[after.quantity].edge)
        for before, after in pairwise(cells)
    )
    return PathEffect(steps, way.elasticities, way.effect, exact)


def _edges(program: CompiledProgram, row: ExposureRow, ways: Ways) -> Iterator[EdgeEffect]:
    """Yield what each edge carries, the most first."""
    losses = sorted(ways.edges().items(), key=lambda e: (e[1] is None, -abs(e[1] or Fraction(0)), e[0]))
    for (source, target), loss in losses:
        share = loss / row.elasticity if loss is not None and row.elasticity else None
        value = None if share is None or row.value is None else share * row.value
        yield EdgeEffect(source, target, program.quantities[target].edge, loss, share, value, ways.exact)


@dataclass
class _Without:
    """The same answers without one document, each document left out once."""

    exposing: Exposing
    moved: Mapping[str, Sequence[int]]
    _answers: dict[str, Exposing | str] = field(default_factory=dict)
    _rows: dict[tuple[str, str], list[ExposureRow]] = field(default_factory=dict)

    def effects(self, row: ExposureRow) -> Iterator[SourceEffect]:
        """Yield what a row becomes without each document that it rests on, in the order of the documents."""
        rests = self._documents(row)
        for document in (d.id for d in self.exposing.program.documents):
            if document in rests:
                yield self._effect(row, document, rests[document])

    def _documents(self, row: ExposureRow) -> dict[str, list[int]]:
        """Return the documents behind a row, each with the inputs that take their value from it."""
        exposing = self.exposing
        claims = {c.id: c.document for c in exposing.program.claims}
        found: dict[str, list[int]] = {s.report: [] for s in row.sources if s.report}
        if row.weight is not None and row.weight.source is not None:
            found.setdefault(row.weight.source.report, [])
        read = _read_assumptions(exposing.program)
        for p in exposing.evaluation.inputs(row.position):
            given = exposing.program.given.get(p)
            if given is None or p in exposing.evaluation.overrides:
                continue
            for document in {claims[c] for c in given.claims} or read.get(p, frozenset()):
                found.setdefault(document, []).append(p)
        return found

    def _effect(self, row: ExposureRow, document: str, inputs: list[int]) -> SourceEffect:
        other = self._exposing(document)
        if isinstance(other, str):
            return SourceEffect(document, None, None, _NONE, False, (), other)
        key = document, row.driver
        if key not in self._rows:
            name = row.driver.partition("[")[0]
            (period,) = other.periods
            reached = other.reached(name, self.moved[row.driver])
            self._rows[key] = other.rows(name, reached, period, row.driver)
        same = [r for r in self._rows[key] if (r.company, r.tier, r.quantity) == (row.company, row.tier, row.quantity)]
        left = next((r for r in same if r.index == row.index), same[0] if same else None)
        lost = tuple((self.exposing.program.cells[p].name, _stands_in(other, p)) for p in inputs)
        if left is None:
            return SourceEffect(document, None, None, _NONE, True, lost)
        note = left.reason if left.elasticity is None else ""
        if row.has_amount and not left.has_amount:
            share = left.share is None and left.share_range == _NONE
            note = "no share of it is printed elsewhere" if share else note or "the amount is unknown"
        return SourceEffect(document, left.elasticity, left.value, left.value_range, False, lost, note)

    def _exposing(self, document: str) -> Exposing | str:
        """Return the answers without a document, or why there are none."""
        if document not in self._answers:
            exposing = self.exposing
            workspace = exposing.workspace
            try:
                program = reselect(workspace.program, "", workspace.policy or POLICY, [document])
            except CompileError as error:
                self._answers[document] = error.problems[0].message
            else:
                self._answers[document] = Exposing(
                    on(workspace, program), exposing.periods, exposing.chosen, exposing.company
                )
        return self._answers[document]


def _read_assumptions(program: CompiledProgram) -> dict[int, frozenset[str]]:
    """Return the documents that assumptions are read from, by position of their cells."""
    position = {(c.quantity, c.index, c.period): p for p, c in enumerate(program.cells)}
    documents = {d.id for d in program.documents}
    return {
        position[a.quantity, a.index, a.period]: frozenset({c.partition("/")[0] for c in a.claims} & documents)
        for a in program.assumptions
        if (a.quantity, a.index, a.period) in position
    }


def _stands_in(other: Exposing, position: int) -> str:
    """Return what gives an input its value where a document is left out."""
    given: Given | None = other.program.given.get(position)
    if given is None:
        return "nothing"
    return cell_sources(other.evaluation, position)[0].text()
