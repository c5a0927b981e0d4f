"""A table of all cells by all drivers holds the numbers that asking cell by cell gives."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relations
from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Entry, Evaluation, SensitivityTable, responses, sensitivity_table
from bullwhip.workspace.answering import sensitivities
from documents import ROOT
from random_programs import PIECES, RATIONAL, SMALL, WHOLE, Drawn, programs


def entry(evaluation: Evaluation, position: int, driver: int) -> Entry:
    """Return one answer by forward passes of its own, to both sides; notes are left to other laws."""
    parallel = responses(evaluation, (position,), {driver: Fraction(1)}, proportional=False)[position]
    relative = responses(evaluation, (position,), {driver: None}, proportional=True)[position]
    sides = (
        (parallel.left.derivative, relative.left.elasticity),
        (parallel.right.derivative, relative.right.elasticity),
    )
    if not (parallel.is_kink or relative.is_kink):
        return Entry(parallel.derivative, relative.elasticity, "")
    return Entry(parallel.derivative, relative.elasticity, "", *sides)


@settings(max_examples=100)
@given(st.one_of(programs((*RATIONAL, *PIECES), WHOLE, 8), programs((*RATIONAL, *PIECES), SMALL, 8)), st.booleans())
def test_entries_are_the_answers_of_single_passes(drawn: Drawn, drop: bool) -> None:
    """Kinks, zeros and unknown inputs included, on programs of any operations; a cell without value has no answer."""
    program, _ = drawn
    if drop:
        program = replace(program, given={p: g for p, g in program.given.items() if p != 0})
    evaluation = Evaluation(program)
    table = sensitivity_table(evaluation, None)
    drivers = [p for p, c in enumerate(program.cells) if c.definition < 0]
    for position, cell in enumerate(program.cells):
        for driver in drivers:
            found = table[cell.name, program.cells[driver].name]
            try:
                expected = entry(evaluation, position, driver)
            except PropagationError as error:
                expected = Entry(None, None, error.problems[0].message)
            if expected.note and (cell.name, program.cells[driver].name) in table.entries:
                assert expected == found
            if expected.note:
                continue
            assert expected == found._replace(note="")
            assert bool(found.note) == (found.derivative is None or found.elasticity is None)


def compared(table: SensitivityTable, workspace: Workspace, step: int = 1) -> int:
    """Compare every so manieth cell of a table with what `sensitivity` answers; return how many numbers there were."""
    count = 0
    for position in list(table.cells.values())[::step]:
        for s in sensitivities(workspace.evaluation, (position,), [], "base", forms=False):
            found = table[workspace.program.cells[position].name, index_text(s.driver, s.driver_index)]
            assert found.exact or not s.exact
            if s.exact:
                assert (s.derivative, s.elasticity, s.left, s.right) == (
                    found.derivative,
                    found.elasticity,
                    found.left,
                    found.right,
                )
            count += 1
    return count


@pytest.mark.parametrize(("name", "least"), [("", 200), ("solar", 12), ("wind", 40), ("batteries", 300)])
def test_a_table_holds_what_sensitivity_answers(name: str, least: int) -> None:
    """All drivers of shipped and golden cells, unknown ones and kinks included."""
    workspace = Workspace.open(str(ROOT / "tests" / "golden" / name) if name else None)
    table = sensitivity_table(workspace.evaluation, workspace.program.header.default_period)

    assert compared(table, workspace, 1 if name in ("solar", "wind") else 12) > least


def test_a_table_of_generated_rules_holds_what_sensitivity_answers() -> None:
    """Members, periods, lags and kinks, in rules without any meaning."""
    workspace = relations.workspace(100, 1, periods=2, members=3)
    table = sensitivity_table(workspace.evaluation, relations.FIRST + 1)

    assert compared(table, workspace, 4) > 300


def test_members_together_are_the_sum_of_members_apart() -> None:
    """A driver named without members moves all of them: derivatives and elasticities add up."""
    workspace = Workspace.open()
    table = sensitivity_table(workspace.evaluation, 2025)
    parts = [d for d in table.drivers if d.startswith("model.parameters[")]
    cells = [c for c, d in table if d == "model.parameters" and table[c, d].derivative is not None]

    assert len(parts) > 1
    assert len(cells) > 10
    for cell in cells:
        whole, apart = table[cell, "model.parameters"], [table[cell, d] for d in parts]
        assert sum((e.derivative for e in apart if e.derivative is not None), Fraction(0)) == whole.derivative
        if whole.elasticity is not None and all(e.elasticity is not None for e in apart):
            assert sum((e.elasticity for e in apart if e.elasticity is not None), Fraction(0)) == whole.elasticity


def test_what_a_driver_does_not_move_answers_zero_and_what_does_not_exist_nothing() -> None:
    """No dependence is a known zero; a name that is no cell or no driver is refused."""
    table = sensitivity_table(Workspace.open().evaluation, 2025)

    assert Entry(Fraction(0), Fraction(0), "") == table["cooling.liquid_market", "model.vendors"]
    assert ("cooling.liquid_market", "model.vendors") not in list(table)
    assert table.get(("cooling.liquid_market", "nothing")) is None


def test_an_entry_that_is_not_known_says_why() -> None:
    """Missing inputs are named, and a kink is told from an unknown."""
    table = sensitivity_table(Workspace.open().evaluation, 2025)
    unknown = [e for e in table.values() if e.derivative is None and e.left is None]

    assert unknown
    assert all(e.note.startswith(("unknown for want of ", "at a jump")) for e in unknown)
