"""A share that is printed with a bound bounds the exposure: value, weight, totals, ranking, nodes and table."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pyoxigraph as ox
import pytest

import bakery
from bullwhip import Workspace
from bullwhip.cli import main
from bullwhip.cli.exposure_lines import columns, row_cells
from bullwhip.model.answer import ExposureRow, Pair
from bullwhip.query.materialised import exposure_nodes
from bullwhip.terms import PREFIXES
from documents import ROOT

CLAIMS = "ontology/facts/901/claims.tsv"
ACME = "Acme\tshare of bread\t40\t\t\t"
NONE: Pair = (None, None)


def bounded(sign: str) -> Workspace:
    """Return the bakery where Acme has 40 % of the bread with a sign before it."""
    return bakery.changed(CLAIMS, ACME, f"{ACME}{sign}")


def acme(workspace: Workspace, **asked: Any) -> ExposureRow:
    """Return the row of Acme and bread: one per cent of guests moves 200 CNY of bread."""
    (row,) = [
        r
        for r in workspace.exposure("guests.count", **asked).rows
        if (r.company, r.quantity) == ("acme", "bread.market")
    ]
    return row


@pytest.mark.parametrize(
    ("sign", "value", "ends", "exact"),
    [
        (">", None, (80, None), None),
        (">=", None, (80, None), None),
        ("<", None, (0, 80), None),
        ("<=", None, (0, 80), None),
        ("~", 80, NONE, "80"),
        ("", 80, NONE, "80"),
    ],
)
def test_a_bound_of_the_share_bounds_the_value(
    sign: str, value: int | None, ends: tuple[int | None, int | None], exact: str | None
) -> None:
    """At least has an open end, at most begins at nothing, about is said; none of them is called exact but the last."""
    row = acme(bounded(sign))
    told = row.as_dict()

    assert (value, ends) == (row.value, row.value_range)
    assert (exact, sign or None, 0.4, sign or None) == (
        told["value_exact"],
        told["value_bound"],
        told["share"],
        told["share_bound"],
    )


def test_a_range_with_one_end_is_a_bound() -> None:
    """A claim that prints only the lower end of a share says at least."""
    row = acme(bakery.changed(CLAIMS, "Acme\tshare of bread\t40\t\t", "Acme\tshare of bread\t\t40\t"))

    assert (Fraction(80), None) == row.value_range
    assert ">=" == row.value_bound


def test_a_lower_bound_of_what_falls_is_an_upper_end() -> None:
    """One per cent more of 75 % takes 150 CNY off what is left of the bread: Home loses at least half of them."""
    files = bakery.files()
    rules = files["rules/rules.yaml"].replace(
        b"bread.market * bread.home_share", b"'bread.market * (1 - bread.home_share)'"
    )
    claims = files[CLAIMS].replace(b"Home\tshare at home\t50\t\t\t", b"Home\tshare at home\t50\t\t\t>")
    answer = bakery.opened(files | {"rules/rules.yaml": rules, CLAIMS: claims}).exposure("bread.home_share")
    (row,) = [r for r in answer.rows if r.quantity == "bread.home" and r.company == "home"]
    (total,) = [t for t in answer.totals if t.company == "home"]

    assert None is row.value
    assert (None, Fraction(-75)) == row.value_range
    assert (NONE, (Fraction(-75), Fraction(-75)), True) == (total.value, total.known, total.at_least)


def test_weight_has_the_ends_of_the_bound() -> None:
    """8,000 CNY of the 16,000 that Acme takes in are at least, or at most, the half."""
    more, less = acme(bounded(">")).weight, acme(bounded("<")).weight
    assert more is not None
    assert less is not None

    assert ((Fraction(1, 2), None), (Fraction(1, 2), None)) == (more.part, more.effect)
    assert ((Fraction(0), Fraction(1, 2)), (Fraction(0), Fraction(1, 2))) == (less.part, less.effect)


def test_a_total_with_a_lower_bound_is_at_least_that() -> None:
    """The bound stands as what is known; value, at most and weight are not known, and the note says why."""
    (total,) = [t for t in bounded(">").exposure("guests.count").totals if (t.company, t.currency) == ("acme", "CNY")]
    told = total.as_dict()

    assert (NONE, NONE, NONE) == (total.value, total.at_most, total.weight_effect)
    assert (None, ["bread.market"]) == (told["value_exact"], told["bounded"])
    assert "printed as at least so much: bread.market" in total.note


def test_what_is_about_is_said_in_the_total() -> None:
    """The sum holds the printed figure and names the part."""
    (total,) = [t for t in bounded("~").exposure("guests.count").totals if (t.company, t.currency) == ("acme", "CNY")]

    assert (("bread.market",), ()) == (total.approximate, total.bounded)
    assert "printed as about so much: bread.market" in total.note


def test_ranking_goes_by_what_is_sure() -> None:
    """At least 80 stands where 80 stands; at most 80 is sure of nothing and stands behind every other amount."""
    places = {
        sign: [(r.company, r.quantity) for r in bounded(sign).exposure("guests.count", by="value").rows if r.has_amount]
        for sign in ("", ">", "<")
    }
    cny = [k for k in places["<"] if k[1] != "abroad.market"]

    assert places[""] == places[">"]
    assert ("acme", "bread.market") == cny[-1]


@pytest.mark.parametrize(
    ("sign", "share", "value", "weight"),
    [(">", ">40%", "≥80 CNY", "≥50%"), ("<", "<40%", "0–80 CNY", "0–50%"), ("~", "~40%", "~80 CNY", "~50%")],
)
def test_the_table_shows_the_bound(sign: str, share: str, value: str, weight: str) -> None:
    """Share, value and weight each carry it, and a note names the company."""
    workspace = bounded(sign)
    answer = workspace.exposure("guests.count")
    shown = columns(answer.rows, of_company=False, short=True)
    cells = dict(zip([c.key for c in shown], row_cells(acme(workspace), shown, short=True), strict=True))

    assert (share, value, weight) == (cells["share"], cells["value"], cells["weight"])
    assert 1 == len([n for n in answer.notes if "printed with a bound: acme (bread.market)" in n])


def test_nodes_hold_the_end_that_is_known() -> None:
    """A node of a lower bound has the least value, no exact one, no greatest, and says the bound."""
    workspace = bounded(">")
    supplies: dict[tuple[str, str], list[Any]] = {}
    for supply in workspace.program.chain.supplies:
        supplies.setdefault((supply.company, supply.tier), []).append(supply)
    quads = exposure_nodes(workspace.program, [workspace.exposure("guests.count")], supplies)
    (node,) = {q.subject for q in quads if q.predicate.value == PREFIXES["bw"] + "bound"}
    said = {
        q.predicate.value.removeprefix(PREFIXES["bw"]): q.object.value
        for q in quads
        if q.subject == node and isinstance(q.object, ox.Literal)
    }

    assert (">", "80", "0.4") == (said["bound"], said["exactValuePerPercentLow"], said["exactShareLow"])
    assert not {"exactValuePerPercent", "valuePerPercent", "exactValuePerPercentHigh", "exactShare"} & set(said)


def test_the_drivers_of_a_company_heed_the_bound() -> None:
    """Boxwell has more than half of the cartons: no driver gives it a value, and every total is at least something."""
    answer = Workspace.open(ROOT / "tests/golden/vaccines").company_exposure("boxwell")
    moved = [t for t in answer.totals if t.elasticity]

    assert {None} == {r.value for r in answer.rows if r.elasticity}
    assert {(True, NONE)} == {(t.at_least, t.value) for t in moved}
    assert {0} == {r.value for r in answer.rows if r.elasticity == 0}


def test_the_command_says_at_least(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of the totals says so in its note."""
    place = str(ROOT / "tests/golden/vaccines")
    with pytest.raises(SystemExit) as ended:
        main(["--workspace", place, "exposure", "--driver", "clinic.births", "--totals"])

    assert 0 == ended.value.code
    note = "at least this, from the known parts; printed as at least so much: package.market"
    assert note in capsys.readouterr().out
