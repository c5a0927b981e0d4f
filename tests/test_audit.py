"""The audit of printed figures: verdicts by exact arithmetic, planted errors found, clean tables left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip import Workspace, cli
from bullwhip.audit import AuditRow, audit
from bullwhip.audit.prints import Printed, places_in
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import fraction_text, round_half_up
from bullwhip.propagate import Evaluation


@cache
def _workspace() -> Workspace:
    return Workspace.open()


@cache
def _rows() -> tuple[AuditRow, ...]:
    return tuple(_workspace().audit("003"))


@cache
def _all_rows() -> tuple[AuditRow, ...]:
    return tuple(_workspace().audit())


def _tables(verdict: str) -> list[AuditRow]:
    return [r for r in _rows() if r.claim.table and r.verdict == verdict]


@given(st.fractions(-(10**6), 10**6), st.integers(-3, 6))
def test_a_rounded_value_matches_its_print(value: Fraction, places: int) -> None:
    """What an exact value prints as, half-up or truncated, matches that value, and its interval holds it."""
    half_up = Printed(round_half_up(value, places), places)
    step = Fraction(10) ** -places
    cut = Printed(step * int(value / step), places)

    assert half_up.matches(value) == "half-up"
    assert cut.matches(value) is not None
    assert half_up.interval("half-up").holds(value)
    assert cut.interval("truncation").holds(value)


@given(st.fractions(1, 10**6), st.integers(0, 4), st.integers(2, 50))
def test_a_value_two_places_off_does_not_match(value: Fraction, places: int, off: int) -> None:
    """A print that is two or more units of its last place away from the value matches in no mode."""
    printed = Printed(round_half_up(value, places) + off * Fraction(10) ** -places, places)

    assert printed.matches(value) is None


@pytest.mark.parametrize(
    ("lexical", "places"),
    [("87.18", 2), ("9.0×10^9", -8), ("1.3×10^{10}", -9), ("35%", 0), ("1,234.5", 1), ("20-30", None), ("扭亏", None)],
)
def test_places_are_read_from_the_print(lexical: str, places: int | None) -> None:
    """The last printed place is known where one number is printed, and unknown otherwise."""
    assert places_in(lexical) == places


def test_the_model_reproduces_its_tables_but_for_one_growth_and_one_total() -> None:
    """Of the figures in tables of report 003 that rules give, all come out but one growth and one total."""
    rules = _workspace().program.quantities
    modelled = [r for r in _rows() if r.claim.table and r.rule in rules]
    wrong = [
        (r.claim.locator, r.claim.row, r.claim.column, r.claim.lexical) for r in modelled if r.verdict == "contradicted"
    ]

    totals = zip(range(2023, 2028), ("246914", "787037", "1888889", "4533333", "10880000"), strict=True)

    assert wrong == [
        ("图表7", "市场增速（%）", "2022", "29.8"),
        ("图表108", "市场增速（%）", "2022", "29.8"),
        *(("图表50", "峰值算力总量 (PFLOPS)", f"{year}E", total) for year, total in totals),
    ]
    assert sum(r.verdict == "reproduced" for r in _rows() if r.claim.table and r.claim.quantity in rules) >= 219


def test_a_rule_that_is_set_judges_no_print() -> None:
    """A cell that is set has no rule to compare its print with; what it feeds is judged by the value set."""
    rows = _workspace().with_values("server.market[period=2025]=100000000000 USD").audit()

    (cell,) = _workspace().cells("server.market", 2025)
    name = _workspace().program.cells[cell]
    explanations = {r.explanation for r in rows if (r.claim.quantity, r.claim.model_period) == (name.quantity, 2025)}
    assert len(rows) == len(_all_rows())
    assert "set by hand or by the scenario: no rule gives it here" in explanations


def test_a_wrong_method_of_the_document_is_named() -> None:
    """The totals of figure 50 that divide by the utilization are explained by what the document computes."""
    rows = [r for r in _rows() if r.claim.locator == "图表50" and r.verdict == "contradicted"]

    assert [r.published for r in rows] == [True] * 5
    assert ["the document computes sum(inference.peak_compute, family)" in r.explanation for r in rows] == [True] * 5


def test_a_figure_computed_from_rounded_figures_is_judged_on_them() -> None:
    """China's 560.5 for 2025 comes out of the printed 1601.3 and 35.0, not of the model, and the row says so."""
    row = next(r for r in _rows() if r.claim.locator == "图表109" and r.claim.lexical == "560.5")

    assert row.verdict == "reproduced"
    assert row.recomputed == Fraction("560.455")
    assert row.explanation == "from the printed server.china_share, server.market, by half-up"


def _planted(claim: Claim, factor: Fraction) -> Claim:
    """Return a claim whose figure is off by a factor, printed with the same places."""
    places = places_in(claim.lexical)
    assert places is not None
    assert claim.value is not None
    wrong = round_half_up(claim.value * factor, places)
    if abs(wrong - claim.value) < 3 * Fraction(10) ** -places:  # less could be rounding
        wrong = claim.value + 3 * Fraction(10) ** -places
    modelled = None if claim.model_value is None else wrong * claim.model_value / claim.value
    lexical = fraction_text(wrong) if places >= 0 else claim.lexical
    return replace(claim, value=wrong, lexical=lexical, model_value=modelled)


@cache
def _modelled() -> CompiledProgram:
    """Return the program with the claims of the model's tables only, and without derivations."""
    program = _workspace().program
    return replace(program, claims=tuple(c for c in program.claims if c.quantity), derivations=())


@pytest.mark.parametrize("factor", [Fraction(11, 10), Fraction(99, 100), Fraction(10), Fraction(1, 2)])
def test_errors_planted_into_modelled_figures_are_found_and_nothing_else(factor: Fraction) -> None:
    """At least 95 % of single wrong cells in clean tables are found, and no other cell is accused."""
    program = _modelled()
    rows = audit(Evaluation(program), program.claims)
    before = {r.claim.id for r in rows if r.verdict == "contradicted"}
    # The cards of figure 50 follow from the wrong total printed above them, so each is judged by prints alone. Figures
    # with a derivation are judged by it, which may know that a round share beside them is no rounded one.
    derived = {i.result.claim for d in _workspace().program.derivations for i in d.instances}
    sound = [r for r in rows if r.verdict == "reproduced" and r.claim.table and r.claim.id not in derived]
    clean = [r.claim for r in sound if "inference." not in r.rule]
    chosen = clean[:: 1 + len(clean) // 60]
    found = 0
    for claim in chosen:
        wrong = _planted(claim, factor)
        changed = replace(program, claims=tuple(wrong if c.id == claim.id else c for c in program.claims))
        same_table = [c for c in changed.claims if (c.document, c.locator) == (claim.document, claim.locator)]
        flagged = {r.claim.id for r in audit(Evaluation(changed), same_table) if r.verdict == "contradicted"}

        assert flagged - before <= {claim.id}
        found += claim.id in flagged

    assert found / len(chosen) >= 0.95


@pytest.mark.parametrize("factor", [Fraction(13, 10), Fraction(10)])
def test_errors_planted_into_any_derived_figure_are_found_and_named(factor: Fraction) -> None:
    """At least 95 % of wrong cells anywhere in the shipped tables are found, and named as wrong where they are."""
    program = _workspace().program
    before = {r.claim.id for r in _all_rows() if r.verdict == "contradicted"}
    clean = [
        r.claim
        for r in _all_rows()
        if r.verdict == "reproduced"
        and r.claim.table
        and not r.claim.bound
        and all(c.document == r.claim.document for c in r.reads)  # prints of another document are conflicts
    ]
    clean = [c for c in clean if c.value and places_in(c.lexical) is not None]
    chosen = clean[:: 1 + len(clean) // 30]
    found = named = 0
    for claim in chosen:
        wrong = _planted(claim, factor)
        changed = replace(program, claims=tuple(wrong if c.id == claim.id else c for c in program.claims))
        accused = [r for r in audit(Evaluation(changed), changed.claims) if r.verdict == "contradicted"]
        accused = [r for r in accused if r.claim.id not in before]
        found += bool(accused)
        named += any(s.id == claim.id for r in accused for s, _ in r.suspects)

    assert found / len(chosen) >= 0.95
    assert named / len(chosen) >= 0.95


def test_contradictions_carry_a_hypothesis_and_exit_one(capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with code 1 when anything is contradicted, and its JSON has summary and rows."""
    code = cli.run(["audit", "--report", "003", "--locator", "图表108", "--json"])
    answer = json.loads(capsys.readouterr().out)

    keys = {
        "report",
        "locator",
        "row",
        "column",
        "printed",
        "recomputed",
        "verdict",
        "quantity",
        "index",
        "rule",
        "explanation",
    }
    assert code == 1
    assert answer["summary"]["contradicted"] == 1
    assert all(keys <= set(r) for r in answer["rows"])


def test_an_audit_leaves_the_workspace_alone() -> None:
    """Auditing twice gives the same rows, and values are what they were."""
    first = [r.as_dict() for r in _workspace().audit("003", "图表49")]
    before = _workspace().value("server.market")[3].value
    second = [r.as_dict() for r in _workspace().audit("003", "图表49")]

    assert first == second
    assert _workspace().value("server.market")[3].value == before
