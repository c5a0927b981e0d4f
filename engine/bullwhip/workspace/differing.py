"""Differences between two sides: names them, lays them beside each other, and puts the answer together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from bullwhip.analysis.attribution import Split, UnsplitError, split
from bullwhip.analysis.sides import By, Laid, Pair, Player, between_evaluations, between_periods
from bullwhip.errors import Problem, PropagationError, UsageError, did_you_mean
from bullwhip.model.attribution import Change, Choice, Difference, Moved, Term
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation
from bullwhip.workspace.answering import cell_sources
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["BY", "difference"]

BY: tuple[By, ...] = ("driver", "cell", "quantity")
"""What may move as one: a driver over all its periods, each cell, or a quantity with all its members."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_Kind = Literal["scenarios", "periods", "vintages"]
_Sides = tuple[Evaluation, Evaluation]


def difference(workspace: Workspace, a: str, b: str, names: Sequence[str], period: int | None, by: str) -> Difference:
    """Return what differs between two sides and what changes with it; the changes of named quantities are split.

    Args:
        workspace: the workspace; its scenario and settings hold on both sides, unless the sides are scenarios.
        a: a scenario, a period or a date.
        b: another one of the same kind.
        names: quantities whose difference is split over what differs; without any, every change is listed unsplit.
        period: of timed quantities, for scenarios and dates; the default period when absent.
        by: `driver`, `cell` or `quantity`.

    Raises:
        UsageError: BW001 or BW002 for sides that do not exist or do not fit.
        PropagationError: BW417 for a named quantity that does not exist on both sides.
    """
    if by not in BY:
        raise UsageError(
            Problem("BW002", f"{by!r} is nothing that moves as one", hint=f"choose one of {', '.join(BY)}")
        )
    kinds = _kind(workspace.program, a), _kind(workspace.program, b)
    if kinds[0] != kinds[1]:
        message = f"{a!r} is one of the {kinds[0]} and {b!r} one of the {kinds[1]}"
        raise UsageError(Problem("BW002", message, hint="compare two scenarios, two periods or two dates"))
    ends = _opened(workspace, kinds[0], a, b)
    if kinds[0] == "periods":
        years = int(a), int(b)
        pairs = _named_periods(ends[0], names, years) if names else _all_periods(ends[0], years)
    else:
        header = workspace.program.header
        at = period if period is not None else header.default_period
        if header.periods and at not in header.periods:
            hint = f"periods: {header.periods[0]} to {header.periods[-1]}"
            raise UsageError(Problem("BW001", f"{at} is not a period", hint=hint))
        pairs = [(p, p) for p in _named(workspace.program, names, period, at)]
    if names:
        changes = [_change(ends, pair, by) for pair in pairs]
    else:
        changes = sorted((_change(ends, p, None) for p in pairs if _changes(ends, p)), key=_rank)
    both = _all_periods(ends[0], (int(a), int(b))) if kinds[0] == "periods" else []
    return Difference(kinds[0], a, b, by, _drivers(ends, both), _choices(ends), tuple(changes))


def _kind(program: CompiledProgram, side: str) -> _Kind:
    if _DATE.fullmatch(side):
        return "vintages"
    periods = [str(p) for p in program.header.periods]
    if side in periods:
        return "periods"
    scenarios = ["base", *program.scenarios]
    if side in scenarios:
        return "scenarios"
    hint = did_you_mean(side, [*scenarios, *periods], "scenarios and periods")
    shown = f"scenarios: {', '.join(scenarios)}; or two periods, or two dates as YYYY-MM-DD"
    raise UsageError(Problem("BW001", f"{side!r} is no scenario, period or date", hint=hint or shown))


def _opened(workspace: Workspace, kind: _Kind, a: str, b: str) -> _Sides:
    if kind == "periods":
        return workspace.evaluation, workspace.evaluation
    if kind == "scenarios":
        return workspace.scenario(a).evaluation, workspace.scenario(b).evaluation
    return workspace.known_on(a).evaluation, workspace.known_on(b).evaluation


# -- which cells ------------------------------------------------------------------------------------------------------


def _named(program: CompiledProgram, names: Sequence[str], period: int | None, at: int) -> list[int]:
    """Return the cells of names, at the period asked for; without names all that rules define."""
    if not names:
        cells = enumerate(program.cells)
        return [p for p, c in cells if program.quantities[c.quantity].expression and c.period in (None, at)]
    found: list[int] = []
    for name in names:
        selection = select_cells(program, name, period)
        if selection.period is None and selection.quantity.timed:
            selection = select_cells(program, name, at)
        found += selection.positions
    return list(dict.fromkeys(found))


def _positions(program: CompiledProgram) -> dict[tuple[str, object, int | None], int]:
    return {(c.quantity, c.index, c.period): p for p, c in enumerate(program.cells)}


def _named_periods(evaluation: Evaluation, names: Sequence[str], years: tuple[int, int]) -> list[Pair]:
    program = evaluation.program
    position = _positions(program)
    found: list[Pair] = []
    for name in names:
        selection = select_cells(program, name)
        quantity = selection.quantity
        if not quantity.timed:
            hint = "it has one value for all time; between scenarios or dates it can differ"
            raise PropagationError(Problem("BW417", f"{quantity.id!r} has no periods", hint=hint))
        if selection.period is not None:
            message = f"{name!r} names a period, and so do the two sides"
            raise UsageError(Problem("BW002", message, hint="leave the period out of the name"))
        for index in dict.fromkeys(program.cells[p].index for p in selection.positions):
            ends = [position.get((quantity.id, index, year)) for year in years]
            for year, end in zip(years, ends, strict=True):
                if end is None:
                    known = sorted(c.period for c in program.cells if c.quantity == quantity.id and c.period)
                    message = f"{index_text(quantity.id, index, year)} does not exist"
                    hint = f"it exists in {known[0]} to {known[-1]}; compare two of these"
                    raise PropagationError(Problem("BW417", message, hint=hint))
            found.append((ends[0] or 0, ends[1] or 0))
    return found


def _all_periods(evaluation: Evaluation, years: tuple[int, int]) -> list[Pair]:
    position = _positions(evaluation.program)
    return [
        (p, position[c.quantity, c.index, years[1]])
        for p, c in enumerate(evaluation.program.cells)
        if c.period == years[0] and (c.quantity, c.index, years[1]) in position
    ]


# -- changes ----------------------------------------------------------------------------------------------------------


def _change(ends: _Sides, pair: Pair, by: By | None) -> Change:
    """Return a quantity on both sides; its difference is split unless `by` is None."""
    program = ends[0].program
    one, two = (program.cells[p] for p in pair)
    quantity = program.quantities[one.quantity]
    find = _value if by is None else Evaluation.value  # what was asked for by name says why it is undefined
    a, b = (find(e, p) for e, p in zip(ends, pair, strict=True))
    missing = [
        () if v is not None else tuple(program.cells[u].name for u in e.unknown(p))
        for e, p, v in zip(ends, pair, (a, b), strict=True)
    ]
    exact = all(e.is_exact(p) for e, p in zip(ends, pair, strict=True))
    change = Change(
        one.quantity, quantity.label, one.index, one.period, two.period, quantity.unit, a, b, exact,
        missing[0], missing[1],
    )  # fmt: skip
    if by is None:
        return change
    if a is None or b is None:
        sides = " and ".join(name for name, value in (("A", a), ("B", b)) if value is None)
        return replace(change, note=f"unknown on side {sides}, so there is no difference to split")
    laid = between_periods(ends[0], pair, by) if pair[0] != pair[1] else between_evaluations(*ends, pair[0], by)
    try:
        found = split(laid.tape, b - a, laid.order())
    except UnsplitError as error:
        return replace(change, note=_unsplit(laid, error))
    terms, note = _terms(ends, laid, found, b - a), _held(program, laid)
    return replace(change, terms=terms, method=found.method, orders=found.orders, note=note)


def _unsplit(laid: Laid, error: UnsplitError) -> str:
    moved = ", ".join(_player_name(laid.players[p]) for p in error.players) or "nothing"
    return f"not split: with {moved} of side B and the rest of side A there is no value ({error.reason})"


def _player_name(player: Player) -> str:
    name = index_text(player.quantity, player.index, player.period)
    return f"the rule of {name}" if player.kind == "rule" else name


def _held(program: CompiledProgram, laid: Laid) -> str:
    names = ", ".join(dict.fromkeys(program.cells[pair[0]].name for pair in laid.held))
    return f"known on one side only, and the other does without: {names}" if names else ""


def _terms(ends: _Sides, laid: Laid, found: Split, whole: Fraction) -> tuple[Term, ...]:
    """Return the terms, the greatest first; players without influence are left out."""
    program = ends[0].program
    terms = []
    for player, amount in found.terms.items():
        p = laid.players[player]
        if amount == 0:
            continue
        cells = () if p.kind == "rule" else tuple(_moved(ends, pair) for pair in _unique(laid.cells[player]))
        choice = _choice(ends, p.quantity) if p.kind == "rule" else None
        part = amount / whole if whole else None
        label = program.quantities[p.quantity].label
        terms.append(Term(p.kind, p.quantity, p.index, label, amount, part, cells, choice))
    return tuple(sorted(terms, key=lambda t: (-abs(t.amount), t.kind, t.quantity, t.index, _first(t))))


def _first(term: Term) -> int:
    return (term.cells[0].period_a or 0) if term.cells else 0


def _unique(pairs: Iterable[Pair]) -> list[Pair]:
    return sorted(dict.fromkeys(pairs))


def _changes(ends: _Sides, pair: Pair) -> bool:
    """Return whether a rule gives the cell, and its value is another one or known on one side only."""
    cell = ends[0].program.cells[pair[0]]
    return bool(ends[0].program.quantities[cell.quantity].expression) and _value(ends[0], pair[0]) != _value(
        ends[1], pair[1]
    )


def _value(evaluation: Evaluation, position: int) -> Fraction | None:
    """Return a value, None also where it is undefined."""
    try:
        return evaluation.value(position)
    except PropagationError:
        return None


def _rank(change: Change) -> tuple[int, Fraction]:
    """Order changes: from zero first, then the greatest relative change, unknown on one side last."""
    if change.difference is None:
        return 2, Fraction(0)
    return (0, Fraction(0)) if change.relative is None else (1, -abs(change.relative))


# -- what differs -----------------------------------------------------------------------------------------------------


def _moved(ends: _Sides, pair: Pair) -> Moved:
    program = ends[0].program
    one, two = (program.cells[p] for p in pair)
    a, b = (_value(e, p) for e, p in zip(ends, pair, strict=True))
    sources = [cell_sources(e, p) for e, p in zip(ends, pair, strict=True)]
    unit = program.quantities[one.quantity].unit
    return Moved(one.quantity, one.index, one.period, two.period, a, b, unit, sources[0], sources[1])


def _drivers(ends: _Sides, pairs: list[Pair]) -> tuple[Moved, ...]:
    """Return every input that differs, and every cell that one side sets; between periods those of the pairs."""
    a, b = ends
    if a is b:
        inputs = (p for p in pairs if all(a.program.cells[q].node not in a.definition for q in p))
        return tuple(m for m in (_moved(ends, p) for p in inputs) if m.a != m.b)
    found = []
    for p, cell in enumerate(a.program.cells):
        ruled = [cell.node in e.definition for e in ends]
        if ruled == [True, True]:
            continue
        if ruled[0] != ruled[1] or a.given(p) != b.given(p):
            found.append(_moved(ends, (p, p)))
    return tuple(sorted(found, key=lambda m: (m.quantity, m.index, m.period_a or 0)))


def _choices(ends: _Sides) -> tuple[Choice, ...]:
    a, b = ends
    names = sorted({*a.variants, *b.variants})
    return tuple(_choice(ends, n) for n in names if a.variants.get(n, "") != b.variants.get(n, ""))


def _choice(ends: _Sides, name: str) -> Choice:
    quantity = ends[0].program.quantities[name]
    chosen = [e.variants.get(name, "") for e in ends]
    rules = [dict(quantity.variants).get(v, quantity.expression) for v in chosen]
    return Choice(name, chosen[0], chosen[1], rules[0], rules[1])
