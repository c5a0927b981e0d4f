"""Differences with terms worked by hand, on the shipped chain and on the solar one, and what `diff` refuses."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import PropagationError, UsageError
from bullwhip.model.attribution import Change, Difference
from documents import ROOT
from shipped import shipped

SOLAR = ROOT / "tests" / "golden" / "solar"


@pytest.fixture(scope="module")
def solar() -> Workspace:
    """Return the example workspace."""
    return Workspace.open(str(SOLAR))


def amounts(change: Change) -> dict[str, Fraction]:
    """Return the terms by what they are due to."""
    assert change.terms is not None
    return {" ".join([t.quantity, *(m for _, m in t.index)]): t.amount for t in change.terms}


def only(difference: Difference) -> Change:
    """Return the one change of an answer."""
    (change,) = difference.changes
    return change


def test_between_periods_volume_and_price_have_their_parts(solar: Workspace) -> None:
    """Market = installed * 1.2 * price: 390 → 500 GW and 1.30 → 0.60 CNY/W, each step at the mean of the other."""
    change = only(solar.diff("2023", "2024", ["module.market"]))

    assert [change.a, change.b] == [468 * 13 * Fraction(10**8), 600 * 6 * Fraction(10**8)]
    assert amounts(change) == {
        "plant.installed": (500 - 390) * Fraction("1.2") * Fraction("0.95") * 10**9,
        "module.price": Fraction("-0.7") * 445 * Fraction("1.2") * 10**9,
    }
    assert change.method == "shapley"


def test_a_scenario_with_one_setting_is_all_due_to_it(solar: Workspace) -> None:
    """Modules at 0.70 instead of 0.60 CNY/W in 2024: 600 GW at ten cents."""
    answer = solar.diff("base", "cheap", ["module.market"])
    change = only(answer)

    assert amounts(change) == {"module.price": 600 * Fraction("0.1") * 10**9}
    (moved,) = answer.drivers

    assert (moved.quantity, moved.period_a, moved.a, moved.b) == (
        "module.price",
        2024,
        Fraction("0.6"),
        Fraction("0.7"),
    )
    assert [s.report for s in answer.drivers[0].sources_a] == ["101"]
    assert [s.kind for s in answer.drivers[0].sources_b] == ["set"]


def test_a_variant_is_a_term_of_its_own(solar: Workspace) -> None:
    """The document multiplies by 1.2 twice; a fifth more is due to that rule and to nothing else."""
    answer = solar.diff("base", "as_published", ["polysilicon.demand[route=topcon]"])
    change = only(answer)
    assert change.a is not None
    assert change.terms is not None
    (term,) = change.terms

    assert (term.kind, term.quantity, term.amount) == ("rule", "polysilicon.demand", change.a / 5)
    assert term.choice == answer.rules[0]
    assert answer.rules[0].rule_b == "module.demand * plant.loading_ratio * cell.silicon_per_power"


def test_vintages_name_the_documents_of_both_sides(solar: Workspace) -> None:
    """A later document prints 500 GW where the earlier one had 470: 30 GW with 1.2 of modules at 0.60 CNY/W."""
    first, later = sorted(d.published for d in solar.program.documents)
    answer = solar.diff(first, later, ["module.market"])

    assert answer.kind == "vintages"
    assert amounts(only(answer)) == {"plant.installed": 36 * Fraction("0.6") * 10**9}
    assert [[s.report for s in (*m.sources_a, *m.sources_b)] for m in answer.drivers] == [["101", "102"]]


def test_growth_of_the_server_market_is_parameters_and_vendors() -> None:
    """By hand: a family's demand goes with P² v; P² grows by 1.44 at 20 % a year, vendors by 8 → 10 and 20 → 25.

    A family that is 8 before is 14.4 after: of 6.4, parameters are 0.44 * (8 + 10) / 2 and vendors the rest. Of the
    market 15/17 is multimodal.
    """
    answer = shipped().diff("2024", "2025", ["server.market"])
    change = only(answer)
    assert change.a is not None
    shares = {"multimodal": Fraction(15, 17), "language": Fraction(2, 17)}

    assert {"model.vendors"} <= {m.quantity for m in answer.drivers}
    assert change.b == change.a * Fraction("1.8")
    assert amounts(change) == {
        f"{name} {family}": change.a * share * part
        for family, share in shares.items()
        for name, part in (
            ("model.parameters", Fraction("0.44") * 9 / 8),
            ("model.vendors", Fraction("0.8") - Fraction("0.44") * 9 / 8),
        )
    }


def test_a_base_year_stands_for_itself() -> None:
    """Parameters of 2023 are printed and those of 2024 grow from them: between the two they are a level."""
    change = only(shipped().diff("2023", "2024", ["model.parameters[family=language]"]))
    assert change.terms is not None

    (term,) = change.terms

    assert (term.kind, term.quantity, term.part) == ("level", "model.parameters", Fraction(1))


def test_all_differences_between_periods_add_up_and_flip() -> None:
    """Every quantity of the chain from 2024 to 2026 and back, its terms by cell."""
    workspace = shipped()
    names = sorted(
        {q.id for q in workspace.program.quantities.values() if q.expression and q.timed and not q.id.startswith("api")}
    )
    found = 0
    for name in names:
        try:
            forth = workspace.diff("2024", "2026", [name], by="cell")
        except PropagationError:
            continue  # it does not exist in one of the years
        back = workspace.diff("2026", "2024", [name], by="cell")
        for one, other in zip(forth.changes, back.changes, strict=True):
            if one.terms is None or other.terms is None:
                assert one.difference is None or one.note
                continue
            found += 1
            assert sum((t.amount for t in one.terms), Fraction(0)) == one.difference
            assert amounts(one) == {k: -v for k, v in amounts(other).items()}
    assert found > 50


def test_unknown_on_one_side_is_said_and_not_zero() -> None:
    """Before the report on capital spending nobody knew it; there is no difference, and the inputs are named."""
    answer = shipped().diff("2023-12-31", "2024-12-31", ["cloud.capex"], 2024)
    change = only(answer)

    assert (change.a, change.difference, change.terms) == (None, None, None)
    assert change.missing_a
    assert change.note == "unknown on side A, so there is no difference to split"
    assert answer.drivers[0].a is None


def test_without_names_changes_are_listed_the_greatest_first() -> None:
    """Penetration from 30 % to 70 %: air cooling falls by 4/7 and the liquid market rises by 4/3."""
    answer = shipped().diff("liquid_30", "base")
    relative = [c.relative for c in answer.changes]
    known = [abs(r) for r in relative if r is not None]

    assert sorted(known, reverse=True) == known
    assert {c.quantity: c.relative for c in answer.changes}["cooling.air_market"] == Fraction(-4, 7)
    assert [(m.quantity, m.a, m.b) for m in answer.drivers] == [
        ("cooling.liquid_penetration", Fraction(3, 10), Fraction(7, 10))
    ]
    assert [c.terms for c in answer.changes] == [None] * len(answer.changes)


def test_json_terms_add_up_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The exact texts of the terms add up to the exact text of the difference."""
    code = cli.run(["diff", "2024", "2025", "server.market", "--json"])
    (change,) = json.loads(capsys.readouterr().out)["changes"]

    assert code == 0
    assert sum(Fraction(t["amount_exact"]) for t in change["terms"]) == Fraction(change["difference_exact"])
    assert sum(Fraction(t["part_exact"]) for t in change["terms"]) == 1


def test_two_dates_may_be_given_as_options(capsys: pytest.CaptureFixture[str]) -> None:
    """`--as-of` twice is the same as two dates."""
    cli.run(["diff", "--as-of", "2023-12-31", "--as-of", "2024-12-31", "cloud.capex", "--json"])
    options = capsys.readouterr().out
    cli.run(["diff", "2023-12-31", "2024-12-31", "cloud.capex", "--json"])

    assert json.loads(options)["kind"] == "vintages"
    assert options == capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("2024", "2025", ["cooling.market"]), "BW417 'cooling.market' has no periods"),
        (("2016", "2025", ["server.market"]), "BW417 server.market[period=2016] does not exist"),
    ],
)
def test_what_is_not_on_both_sides_is_refused(arguments: Any, message: str) -> None:
    """BW417 says which side lacks the quantity, and where it exists."""
    with pytest.raises(PropagationError) as caught:
        shipped().diff(*arguments)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("base", "2025"), "BW002 'base' is one of the scenarios and '2025' one of the periods"),
        (("base", "liquid_3"), "BW001 'liquid_3' is no scenario, period or date"),
        (("2024", "2025", ["server.market[period=2024]"]), "BW002 'server.market[period=2024]' names a period"),
        (("base", "liquid_30", [], 2050), "BW001 2050 is not a period"),
        (("base", "liquid_30", [], None, "company"), "BW002 'company' is nothing that moves as one"),
        (("2023-02-30", "2024-01-01"), "BW002 '2023-02-30' is not a date"),
    ],
)
def test_sides_that_do_not_fit_are_refused(arguments: Any, message: str) -> None:
    """BW001 and BW002 say what was found and what to choose."""
    with pytest.raises(UsageError) as caught:
        shipped().diff(*arguments)

    assert str(caught.value).startswith(message)


def test_a_workspace_of_one_date_has_no_other(tmp_path: Path) -> None:
    """What a date hides is gone; dates are compared from a workspace that knows everything."""
    with pytest.raises(UsageError, match="opened as known on 2023-12-31"):
        Workspace.open(as_of="2023-12-31").diff("2023-01-01", "2024-01-01")
