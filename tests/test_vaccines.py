"""A vaccine cold chain, written from the documentation alone: every answer is worked once more by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from bullwhip import Workspace, cli
from documents import ROOT
from independent_vaccines import ANTIGENS, BASE, VIALS, YEARS, births, elasticity, model

FOLDER = str(ROOT / "tests" / "golden" / "vaccines")
QUERY = str(ROOT / "tests" / "golden" / "vaccine_losses.rq")
ELASTICITIES = {
    **{f"clinic.coverage[antigen={a}]": (("coverage", a),) for a in ANTIGENS},
    **{f"clinic.schedule[antigen={a}]": (("schedule", a),) for a in ANTIGENS},
    **{f"dose.price[antigen={a}]": (("price", a, 2025),) for a in ANTIGENS},
    "clinic.births": ("births_2023",),
}
"""Drivers in which the vaccine market is a line, and the inputs that move with them."""


@pytest.fixture(scope="module")
def vaccines() -> Workspace:
    """Return the workspace."""
    return Workspace.open(FOLDER)


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """Return the JSON answer of a command on the workspace."""
    cli.run(["--workspace", FOLDER, *words, "--json"])
    return json.loads(capsys.readouterr().out)


def cell(quantity: str, vial: str) -> str:
    """Return the name of a quantity at a size of vial, where it has one."""
    if quantity.startswith(("clinic.births", "clinic.administered")):
        return quantity
    return quantity.replace("]", f",vial={vial}]") if "[" in quantity else f"{quantity}[vial={vial}]"


def named(quantity: str, index: dict[str, str]) -> str:
    """Return a quantity with its index, as answers write it."""
    return quantity + (f"[{','.join(f'{d}={m}' for d, m in index.items())}]" if index else "")


def test_the_workspace_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`check` finds nothing."""
    assert 0 == cli.run(["--workspace", FOLDER, "check"])
    assert "23 drivers, 20 rules, 220 cells, 70 claims of 2 documents, 13 companies" in capsys.readouterr().out


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("vial", VIALS)
def test_every_quantity_is_what_straight_loops_give(vaccines: Workspace, vial: str, year: int) -> None:
    """All quantities of the chain, exactly: large vials meet the capacity in every year, small ones in 2023 only."""
    expected = model(BASE, vial, year)

    assert expected == {q: vaccines.demand(cell(q, vial), period=year).value for q in expected}


def test_a_scenario_sets_values_and_lifts_the_capacity() -> None:
    """80 % of children get the hexavalent vaccine, births stand still in 2025, and plants fill what is needed."""
    moved = {**BASE, ("coverage", "hexavalent"): Fraction(80, 100), ("growth", 2025): Fraction(0)}
    expected = model(moved, "ten", 2026, limited=False)
    scenario = Workspace.open(FOLDER, scenario="outreach")

    assert expected == {q: scenario.demand(cell(q, "ten"), period=2026).value for q in expected}


def test_what_was_known_before_the_second_document() -> None:
    """Until October 2024 60 % were expected."""
    early = Workspace.open(FOLDER, as_of="2024-06-30")
    expected = model({**BASE, ("coverage", "hexavalent"): Fraction(60, 100)}, "single", 2025)["fill.market"]

    assert expected == early.demand("fill.market[vial=single]", period=2025).value


def test_elasticities_of_the_market(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines by finite steps; wastage w / (1 - w), two years of growth g / (1 + g) each, and no capacity."""
    rows = asked(capsys, "sensitivity", "fill.market[vial=single,period=2025]")
    found = {named(r["driver"], r["driver_index"]): Fraction(r["elasticity_exact"]) for r in rows}
    lines = {name: elasticity("fill.market", keys, "single") for name, keys in ELASTICITIES.items()}

    assert found == {
        **lines,
        "clinic.wastage[vial=single]": Fraction(5, 95),
        "clinic.birth_growth": 2 * Fraction(-2, 98),
        "fill.capacity": Fraction(0),
    }


def test_what_is_capped_answers_to_the_capacity_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Large vials need more doses than can be filled, so that only the capacity moves what is filled."""
    rows = asked(capsys, "sensitivity", "fill.filled[vial=ten,period=2025]")

    assert {"fill.capacity"} == {r["driver"] for r in rows if r["elasticity"] != 0}
    assert [1] == [r["elasticity"] for r in rows if r["driver"] == "fill.capacity"]


def test_exposure_is_share_times_what_a_percent_moves(capsys: pytest.CaptureFixture[str]) -> None:
    """Points, ranges, a bound and no shares; one percent of 5 % wastage is one nineteenth of a percent of doses."""
    rows = asked(capsys, "exposure", "--driver", "clinic.wastage")["rows"]
    size = {q: v / 19 / 100 for q, v in model(BASE, "single", 2025).items()}
    points = {
        (r["company"], r["quantity"]): Fraction(r["value_exact"])
        for r in rows
        if r["value_exact"] and r["share_bound"] is None
    }
    ranges = {r["company"]: (r["value_low"], r["value_high"]) for r in rows if r["value_low"] is not None}

    assert {"1/19"} == {r["elasticity_exact"] for r in rows}
    assert points == {
        ("fjord", "fill.market"): size["fill.market"] * Fraction(30, 100),
        ("aurora", "fill.market"): size["fill.market"] * Fraction(10, 100),
        ("aurora", "bulk.market"): size["bulk.market"] * Fraction(50, 100),
        ("clearglass", "vial.market"): size["vial.market"] * Fraction(55, 100),
        ("polarline", "cold.market"): size["cold.market"] * Fraction(60, 100),
        ("tundra", "cold.market"): size["cold.market"] * Fraction(45, 100),
    }
    assert ranges == {
        "meridian": (float(size["fill.market"] * Fraction(25, 100)), float(size["fill.market"] * Fraction(30, 100))),
        "shardless": (float(size["vial.market"] * Fraction(30, 100)), float(size["vial.market"] * Fraction(40, 100))),
        "boxwell": (float(size["package.market"] * Fraction(50, 100)), None),
    }
    assert {"aurora_fill", "cellnest", "rubra", "frostbox"} == {
        r["company"] for r in rows if r["value"] is None and r["value_low"] is None
    }


def test_bulk_is_paid_out_of_vaccines(capsys: pytest.CaptureFixture[str]) -> None:
    """Aurora makes bulk and vaccines: what fillers pay for bulk is in what they sell, and a total takes it once."""
    answer = asked(capsys, "exposure", "--company", "aurora")
    marked = {r["quantity"]: [c["quantity"] for c in r["counted_in"]] for r in answer["rows"]
              if r["driver"] == "clinic.births"}  # fmt: skip
    (total,) = [r for r in answer["totals"] if r["driver"] == "clinic.births"]
    sold, bulk = (model(BASE, "single", 2025)[q] / 100 for q in ("fill.market", "bulk.market"))

    assert {"fill.market": [], "bulk.market": ["fill.market"]} == marked
    assert (sold / 10, sold / 10 + bulk / 2) == (Fraction(total["value_exact"]), Fraction(total["at_most_exact"]))


def test_weight_is_of_the_revenue_printed_for_the_year(capsys: pytest.CaptureFixture[str]) -> None:
    """30 % of the market over the 2,400 million that Fjord expects; a percent of births is a percent of that."""
    (row,) = asked(capsys, "exposure", "--driver", "clinic.births", "--top", "1")["rows"]
    weight = model(BASE, "single", 2025)["fill.market"] * Fraction(30, 100) / 2_400_000_000

    assert ("fjord", weight, weight) == (
        row["company"],
        Fraction(row["weight_exact"]),
        Fraction(row["weight_effect_exact"]),
    )


def test_the_wastage_at_which_plants_suffice(capsys: pytest.CaptureFixture[str]) -> None:
    """Doses given over one minus wastage are the capacity of 70 million."""
    given = sum(births(BASE, 2025) * BASE["coverage", a] * BASE["schedule", a] for a in ANTIGENS)
    answer = asked(capsys, "solve", "fill.needed[vial=ten,period=2025]=70000000", "--for", "clinic.wastage[vial=ten]")

    assert [1 - given / 70_000_000] == [Fraction(r["exact"]) for r in answer["roots"]]


def test_a_difference_is_split_evenly_over_both_orders(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two drivers each gets the mean of what it does first and what it does last."""
    coverage: dict[Any, Fraction] = {("coverage", "hexavalent"): Fraction(80, 100)}
    growth: dict[Any, Fraction] = {("growth", 2025): Fraction(0)}
    none, one, other, both = (
        model({**BASE, **x}, "single", 2025)["fill.market"] for x in ({}, coverage, growth, coverage | growth)
    )
    (change,) = asked(capsys, "diff", "base", "outreach", "fill.market[vial=single]")["changes"]

    assert {t["quantity"]: Fraction(t["amount_exact"]) for t in change["terms"]} == {
        "clinic.coverage": (one - none + both - other) / 2,
        "clinic.birth_growth": (other - none + both - one) / 2,
    }


def test_the_planted_figure_is_contradicted_and_what_follows_from_it() -> None:
    """3187 is printed as 3817; both growth rates around it only hold with 3187."""
    rows = [r for r in Workspace.open(FOLDER).audit() if r.verdict == "contradicted"]

    assert {(r.claim.row, r.claim.column): r.recomputed for r in rows} == {
        ("vaccine market", "2024E"): model(BASE, "single", 2024)["fill.market"] / 1_000_000,
        ("growth", "2024E"): Fraction(3817, 3100) * 100 - 100,
        ("growth", "2025E"): Fraction(3083, 3817) * 100 - 100,
    }
    assert [True] * 3 == ["digits 18 printed as 81" in r.explanation or "suspect: 3817" in r.explanation for r in rows]


def test_conflicts_are_those_that_were_written(vaccines: Workspace) -> None:
    """An actual goes before a later estimate, a later estimate before an earlier one; 60 and 45 % are more than all."""
    found = {c.about: [x.lexical for x in c.claims] for c in vaccines.conflicts() if c.kind == "value"}
    wholes = [sorted(x.lexical for x in c.claims) for c in vaccines.conflicts() if c.kind == "whole"]

    assert found == {
        "clinic.births[period=2023]": ["8.00", "8.1"],
        "clinic.coverage[antigen=hexavalent]": ["65", "60"],
        "company/meridian revenue 2023-01-01/2023-12-31": ["2.1", "1950"],
        "product/hexaguard_1 shelf_life": ["36", "24"],
    }
    assert [["45", "60"]] == wholes


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("stages_before(tier:clinic, ?n)", {"stages_before(tier:clinic, 7)"}),
        ("stages_before(tier:fill_finish, ?n)", {"stages_before(tier:fill_finish, 4)"}),
        ("travels(tier:stopper, ?to)", {f"travels(tier:stopper, tier:{t})" for t in
                                        ("fill_finish", "packaging", "cold_logistics", "clinic")}),
        ("weak_link(?c, ?t)", {"weak_link(company:rubra, tier:stopper)",
                               "weak_link(company:frostbox, tier:freezer)"}),
        ("bw:suppliesTo(?a, ?b)", {"bw:suppliesTo(company:clearglass, company:fjord)",
                                   "bw:suppliesTo(company:clearglass, company:meridian)",
                                   "bw:suppliesTo(company:rubra, company:aurora_fill)"}),
    ],
)  # fmt: skip
def test_rules_of_the_workspace_derive(capsys: pytest.CaptureFixture[str], question: str, expected: set[str]) -> None:
    """A count, a recursion, a negation, and printed relations that say supply."""
    assert expected == {f["text"] for f in asked(capsys, "explain", question)["facts"]}


def test_a_risk_is_a_thing_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """One company alone supplies what others build on; its one risk arrives at four tiers."""
    facts = asked(capsys, "explain", "risk(?r, ?c, ?to)")["facts"]

    assert (4, 1) == (len(facts), len({f["terms"][0] for f in facts}))
    assert {"Rubra Stoppers"} == {f["says_en"].removeprefix("an outage at ").partition(" arrives")[0] for f in facts}


def test_a_proof_ends_at_the_print_and_at_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """Rubra alone is listed for stoppers on line 64, and no share of it is printed."""
    (proof,) = asked(capsys, "explain", "weak_link(rubra, tier:stopper)")["proofs"]
    (absent,) = proof["steps"][0]["matches"][0]["absent"]
    sources = {(s["source"]["document"], s["source"]["locator"], s["source"]["line"])
               for s in proof["steps"] if not s["rule"] and s["source"]}  # fmt: skip

    assert ("share_printed", {("501", "Vendors", 64)}) == (absent["predicate"], sources)


def test_why_not_names_the_share_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Cellnest alone grows cells, and 40 % of the harvest is printed to be its own."""
    code = cli.run(["--workspace", FOLDER, "explain", "weak_link(cellnest, tier:cell_culture)"])

    assert (1, True) == (code, "share_printed(company:cellnest, tier:cell_culture)" in capsys.readouterr().out)


def test_a_query_of_ones_own_asks_facts_and_algebra(capsys: pytest.CaptureFixture[str]) -> None:
    """Losses as printed beside the elasticity of the doses needed, w / (1 - w), and these doses exactly."""
    rows = asked(capsys, "query", QUERY, "--param", "driver=clinic.wastage")["rows"]
    needed = {v: str(model(BASE, v, 2025)["fill.needed"]) for v in VIALS}

    assert rows == [
        ["clinic.wastage[vial=single]", "5", "501", str(5 / 95), needed["single"]],
        ["clinic.wastage[vial=ten]", "25", "501", str(25 / 75), needed["ten"]],
    ]


def test_a_shipped_query_runs_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Who supplies Fjord: as printed, and through tiers."""
    rows = asked(capsys, "query", "inferred/suppliers_of_company", "--param", "company=fjord")["rows"]

    assert {"aurora": "false", "clearglass": "true", "rubra": "false", "shardless": "false"} == {
        r[0]: r[-1] for r in rows
    }


def test_shapes_find_the_shares_above_one(capsys: pytest.CaptureFixture[str]) -> None:
    """60 and 45 % of cold transport; the shape of the workspace finds every tier with both labels."""
    results = asked(capsys, "check", "--shapes")["shapes"]["results"]

    assert [("share.whole", "45 %"), ("share.whole", "60 %")] == sorted((r["shape"], r["value"]) for r in results)
