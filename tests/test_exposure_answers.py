"""Exposures worked by hand on a small chain: value, weight, what is counted twice, totals and both rankings."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

import bakery
from bullwhip import Workspace
from bullwhip.errors import UsageError
from bullwhip.model.answer import Exposure, ExposureRow
from bullwhip.model.exposure import RANKINGS
from bullwhip.query.exposure import ordered
from bullwhip.workspace.ranking import every_exposure
from documents import ROOT

CLAIMS = "ontology/facts/901/claims.tsv"


NOTHING: tuple[Fraction | None, Fraction | None] = (None, None)


def ends(low: int | Fraction, high: int | Fraction | None = None) -> tuple[Fraction | None, Fraction | None]:
    """Return the ends of a range, or one number twice."""
    return Fraction(low), Fraction(low if high is None else high)


def rows(answer: Exposure) -> dict[tuple[str, str], ExposureRow]:
    """Return the rows of an answer by company and quantity."""
    return {(r.company, r.quantity): r for r in answer.rows}


def test_value_is_share_times_effect_in_the_unit_of_the_tier() -> None:
    """One per cent more guests: 40 % of 200 CNY of bread, 30 % of 0.004 万 CNY of flour, 10 % of 60 USD."""
    found = rows(bakery.workspace().exposure("guests.count"))

    assert {k: (r.amount, r.unit, r.currency) for k, r in found.items() if r.amount[0] is not None} == {
        ("acme", "bread.market"): ((80, 80), "CNY", "CNY"),
        ("acme", "flour.market"): ((Fraction(12, 10_000), Fraction(12, 10_000)), "万 CNY", "CNY"),
        ("acme", "cafe.market"): ((30, 30), "CNY", "CNY"),
        ("acme", "abroad.market"): ((6, 6), "USD", "USD"),
        ("loaf", "bread.market"): ((40, 60), "CNY", "CNY"),
        ("home", "bread.market"): ((10, 10), "CNY", "CNY"),
        ("home", "bread.home"): ((75, 75), "CNY", "CNY"),
    }
    assert {1} == {r.elasticity for r in found.values()}


def test_who_has_no_share_is_exposed_and_the_amount_is_unknown() -> None:
    """A miller without a printed share and a maker of ovens have an elasticity and no value, never zero."""
    found = rows(bakery.workspace().exposure("guests.count"))

    for key in (("grain", "flour.market"), ("acme", "oven.market")):
        assert (Fraction(1), "known") == (found[key].elasticity, found[key].status)
        assert NOTHING == found[key].amount
        assert found[key].weight is None


def test_weight_is_the_segment_over_the_own_revenue_of_the_year() -> None:
    """Acme sells 8,000 CNY of bread of the 16,000 that it takes in 2025; the quarter and 2024 do not count."""
    found = rows(bakery.workspace().exposure("bread.per_guest"))
    weights = {q: found["acme", q].weight for q in ("bread.market", "flour.market", "cafe.market")}

    assert {q: w.part for q, w in weights.items() if w is not None} == {
        "bread.market": (Fraction(1, 2), Fraction(1, 2)),
        "flour.market": (Fraction(1200, 16_000), Fraction(1200, 16_000)),
        "cafe.market": (Fraction(3000, 16_000), Fraction(3000, 16_000)),
    }
    bread = weights["bread.market"]
    assert bread is not None
    assert bread.source is not None
    assert ("1.6", "2025", Fraction(16_000)) == (bread.source.lexical, "2025", bread.revenue)
    assert (Fraction(1, 2), Fraction(1, 2)) == bread.effect


def test_rows_have_the_same_keys_with_and_without_a_weight() -> None:
    """Programs find every key of a weight in every row, null where there is none."""
    keys = {tuple(r.as_dict()) for r in bakery.workspace().exposure("guests.count").rows}

    assert 1 == len(keys)


def test_no_weight_without_a_print_in_the_same_currency_says_why() -> None:
    """Loaf prints in dollars, Home prints nothing, and what Acme sells abroad is in dollars."""
    found = rows(bakery.workspace().exposure("guests.count"))
    notes = {k: r.weight.note for k, r in found.items() if r.weight is not None and r.weight.source is None}

    assert notes == {
        ("loaf", "bread.market"): "its own revenue is printed in USD, the tier is in CNY; no rate joins them",
        ("home", "bread.market"): "no revenue of its own is printed for 2025",
        ("home", "bread.home"): "no revenue of its own is printed for 2025",
        ("acme", "abroad.market"): "its own revenue is printed in CNY, the tier is in USD; no rate joins them",
    }


def test_the_policy_chooses_among_prints_of_the_own_revenue() -> None:
    """The actual of the later document stands before the estimate, which is named; `earlier` turns it round."""
    for policy, lexical, loser in (("", "20000", "901 3: 1.6 万元"), ("earlier", "1.6", "902 3: 20000 元")):
        workspace = bakery.workspace(later=True)
        if policy:
            workspace = Workspace(workspace.program, workspace.files, policy=policy)
        weight = rows(workspace.exposure("bread.price"))["acme", "bread.market"].weight
        assert weight is not None
        assert weight.source is not None
        assert (lexical, (loser,)) == (weight.source.lexical, weight.source.disputed_by)


def test_more_in_a_tier_than_all_of_its_own_revenue_is_told() -> None:
    """Acme's bread is 8,000 CNY: of 16,000 it takes that fits, of 5,000 it does not, and the answer says so."""
    told = "more stands in the tier than the company's own revenue: acme (bread.market); prints do not fit"
    small = bakery.changed(CLAIMS, "3\tAcme\trevenue\t1.6", "3\tAcme\trevenue\t0.5")

    assert told not in bakery.workspace().exposure("bread.price").notes
    assert told in small.exposure("bread.price").notes


def test_money_of_one_tier_in_another_is_marked() -> None:
    """Flour is bought out of bread and bread out of coffee houses; ovens are a complement, dollars another money."""
    found = rows(bakery.workspace().exposure("guests.count"))
    marked = {k: [(c.quantity, c.reason) for c in r.counted_in] for k, r in found.items() if r.counted_in}
    bought = ("cafe.market", "bought")

    assert marked == {
        ("acme", "bread.market"): [bought],
        ("loaf", "bread.market"): [bought],
        ("home", "bread.market"): [bought],
        ("home", "bread.home"): [("bread.market", "part"), bought],
        ("acme", "flour.market"): [("bread.home", "bought"), ("bread.market", "bought"), bought],
    }


def test_two_tiers_that_rest_on_a_driver_alone_are_apart() -> None:
    """Cloud providers buy servers and buildings out of one budget: neither pays the other."""
    from bullwhip.query.exposure import Roster
    from bullwhip.query.totals import Counting

    program = Workspace.open().program
    counting = Counting(Roster.of(program), {})

    assert "" == counting.reason("cloud.ai_server_spending", "cloud.idc_spending")
    assert "bought" == counting.reason("cloud.hbm_value", "cloud.ai_server_spending")
    assert "" == counting.reason("inference.hbm_value", "accelerator.value")
    assert "part" == counting.reason("server.china_market", "server.market")


def test_totals_add_what_is_apart_and_say_what_was_left_out_or_is_unknown() -> None:
    """Acme's bread is the most that is apart; its ovens are unknown and move the same way; dollars stand alone."""
    answer = bakery.workspace().exposure("guests.count")
    found = {(t.company, t.currency): t for t in answer.totals}
    acme = found["acme", "CNY"]

    assert acme.at_least
    assert [NOTHING, ends(80), ends(122)] == [acme.value, acme.known, acme.at_most]
    assert (("bread.market",), ("cafe.market", "flour.market"), ("oven.market",)) == (
        acme.parts,
        acme.left_out,
        acme.unknown,
    )
    assert (
        "left out, because it can be the same money: cafe.market, flour.market; "
        "at least this, from the known parts; unknown: oven.market"
    ) == acme.note
    assert [ends(75), ends(85)] == [found["home", "CNY"].value, found["home", "CNY"].at_most]
    assert ends(40, 60) == found["loaf", "CNY"].value
    assert ends(6) == found["acme", "USD"].known
    assert NOTHING == found["grain", ""].value
    assert "exposed, amount unknown" == found["grain", ""].note


def test_segments_that_are_apart_add_up() -> None:
    """Without bread and coffee houses, Acme's flour and ovens are two segments of one money: 12 and 9 CNY."""
    text = "3\tAcme\trevenue\t1.6"
    added = "2\tAcme\tshare of ovens\t30\t\t\t\t\t%\t2024\tA\t\t\t38\n" + text
    workspace = bakery.changed(CLAIMS, text, added)
    document = "ontology/facts/901/document.yaml"
    some = dict(workspace.files)
    share = "{subject: Acme, measure: share of ovens, company: acme, tier: oven, of: oven.market}"
    some[document] += f"  - {share}\n".encode()
    dropped = [line for line in some[document].decode().splitlines() if "company: acme" in line]
    kept = [line for line in dropped if "tier: mill" in line or "tier: oven" in line]
    lines = [line for line in some[document].decode().splitlines() if line not in dropped or line in kept]
    some[document] = ("\n".join(lines) + "\n").encode()
    vendors = "ontology/facts/901/vendors.tsv"
    some[vendors] = b"".join(
        line for line in some[vendors].splitlines(True) if b"Acme" not in line or b"mill" in line or b"oven" in line
    )
    answer = bakery.opened(some).exposure("guests.count")
    total = next(t for t in answer.totals if t.company == "acme")

    assert ends(21) == total.value
    assert (["flour.market", "oven.market"], "") == (sorted(total.parts), total.note)
    assert (Fraction(21, 160), Fraction(21, 160)) == total.weight_effect


def test_the_side_of_a_company_has_the_rows_of_the_side_of_its_drivers() -> None:
    """Every row of every company stands in the answer of its driver with the same numbers."""
    for workspace in (bakery.workspace(), Workspace.open()):
        period = workspace.program.header.default_period
        answers = {a.driver: a for a in every_exposure(workspace, [period])}
        for company in sorted({r.company for a in answers.values() for r in a.rows})[:5]:
            found = workspace.company_exposure(company, period).rows
            expected = [r for a in answers.values() for r in a.rows if r.company == company]
            assert len(found) == len(expected)
            theirs = {(r.driver, r.quantity, r.index): r for r in expected}
            for row in found:
                other = theirs[row.driver, row.quantity, row.index]
                assert (row.elasticity, row.amount, row.weight) == (other.elasticity, other.amount, other.weight)


def test_the_whole_table_holds_the_single_answers() -> None:
    """Every driver, period and scenario at once gives what asking one by one gives, on three chains."""
    for folder in ("solar", "batteries", ""):
        workspace = Workspace.open(str(ROOT / "tests" / "golden" / folder) if folder else None)
        periods = workspace.program.header.periods[-2 if folder else -1 :]
        scenarios = ["base", *workspace.program.scenarios][:2]
        for answer in list(every_exposure(workspace, periods, scenarios, summed=True))[
            :: 1 if folder == "solar" else 5
        ]:
            asked = workspace.scenario(answer.scenario).exposure(answer.driver, answer.period)
            assert asked.as_dict() == answer.as_dict()


def test_ranking_by_value_keeps_currencies_apart_and_scales_alike() -> None:
    """12 CNY of flour, written as 0.0012 万, stand between 30 and 10; dollars come after all CNY, unknown last."""
    answer = bakery.workspace().exposure("guests.count", by="value")

    assert [(r.company, r.quantity) for r in answer.rows] == [
        ("acme", "bread.market"),
        ("home", "bread.home"),
        ("loaf", "bread.market"),
        ("acme", "cafe.market"),
        ("acme", "flour.market"),
        ("home", "bread.market"),
        ("acme", "abroad.market"),
        ("grain", "flour.market"),
        ("acme", "oven.market"),
    ]
    assert [1, 2, 3, 4, 5, 6, 7, 8, 9] == [r.rank for r in answer.rows]
    assert ["acme", "home", "loaf", "acme", "grain"] == [t.company for t in answer.totals]


def test_ranking_by_weight_and_by_reach() -> None:
    """The share of the own revenue that moves ranks first where it is known; or the shortest way does."""
    weight = [r.quantity for r in bakery.workspace().exposure("guests.count", by="weight").rows]
    reach = [len(r.path) for r in bakery.workspace().exposure("guests.count", by="reach").rows]

    assert ["bread.market", "cafe.market", "flour.market"] == weight[:3]
    assert sorted(reach) == reach
    assert (2, 4) == (reach[0], reach[-1])


@pytest.mark.parametrize("by", RANKINGS)
def test_every_ranking_is_a_total_order(by: str) -> None:
    """However the rows come, they go into one order; no two rows are equal in it."""
    for workspace, driver in ((bakery.workspace(), "guests.count"), (Workspace.open(), "model.parameters")):
        found = workspace.exposure(driver, by=by).rows
        for seed in range(3):
            shuffled = list(found)
            Random(seed).shuffle(shuffled)  # noqa: S311  any order will do
            assert found == ordered(shuffled, by)


def test_twice_the_share_is_twice_the_value() -> None:
    """Value and weight are in proportion to the printed share; the elasticity does not know of it."""
    driver = "bread.price"
    once = rows(bakery.workspace().exposure(driver))["acme", "bread.market"]
    twice = rows(bakery.changed(CLAIMS, "share of bread\t40", "share of bread\t80").exposure(driver))[
        "acme", "bread.market"
    ]
    assert once.value is not None
    assert once.weight is not None
    assert once.weight.part[0] is not None
    assert twice.weight is not None

    assert (2 * once.value, once.elasticity) == (twice.value, twice.elasticity)
    assert 2 * once.weight.part[0] == twice.weight.part[0]


def test_a_company_in_two_halves_adds_up_to_the_whole() -> None:
    """Loaf and Home with 25 % each move as much as Acme with 50 %, driver by driver."""
    whole = bakery.changed(CLAIMS, "share of bread\t40", "share of bread\t50")
    parted = bakery.changed(CLAIMS, "Loaf\tshare of bread\t\t20\t30", "Loaf\tshare of bread\t25\t\t")
    other = bakery.changed(CLAIMS, "Home\tshare of bread\t5", "Home\tshare of bread\t25")
    for driver in ("guests.count", "bread.per_guest", "bread.price"):
        one = rows(whole.exposure(driver))["acme", "bread.market"].value
        two = rows(parted.exposure(driver))["loaf", "bread.market"].value
        three = rows(other.exposure(driver))["home", "bread.market"].value
        assert two is not None
        assert three is not None
        assert one == two + three


def test_the_unit_of_a_driver_changes_nothing() -> None:
    """Bread priced by the tonne instead of the kilogram has the same elasticities, values and weights."""
    tonne = bakery.changed("rules/drivers.yaml", "price of bread}, unit: CNY/kg", "price of bread}, unit: CNY/t")
    before, after = (w.exposure("bread.price") for w in (bakery.workspace(), tonne))

    assert [(r.company, r.quantity, r.elasticity, r.amount, r.weight) for r in before.rows] == [
        (r.company, r.quantity, r.elasticity, r.amount, r.weight) for r in after.rows
    ]


def test_a_kink_gives_both_sides_and_no_value() -> None:
    """Where guests and what can be baked bind together, the elasticity is 1 to the left and 0 to the right."""
    row = rows(bakery.capped().exposure("guests.count"))
    bread = row["acme", "bread.market"]

    assert ("kink", None, None) == (bread.status, bread.elasticity, bread.value)
    assert ends(1, 0) == bread.sides
    assert bread.reason.startswith("at a kink")
    assert [1, 0] == [bread.as_dict()[f"elasticity_{side}"] for side in ("left", "right")]


def test_an_elasticity_that_is_not_known_says_why() -> None:
    """Every row of the shipped chain is known, at a kink, or names what is missing."""
    for answer in every_exposure(Workspace.open(), [2025]):
        for row in answer.rows:
            assert (row.status == "known") == (row.elasticity is not None)
            assert row.status != "unknown" or row.reason


def test_what_does_not_exist_is_refused() -> None:
    """A company, a ranking and a period are looked up, with the nearest name."""
    workspace = bakery.workspace()
    for ask, hint in (
        (lambda: workspace.company_exposure("acne"), "did you mean 'acme'"),
        (lambda: workspace.exposure("guests.count", by="valu"), "did you mean 'value'"),
        (lambda: workspace.company_exposure("acme", 2030), "periods: 2024 to 2025"),
        (lambda: list(every_exposure(workspace, company="acne")), "did you mean 'acme'"),
    ):
        with pytest.raises(UsageError, match=hint):
            ask()


def test_a_dimension_that_no_tier_is_read_by_is_refused() -> None:
    """The antigen is summed over before any tier is sized: to choose one would change nothing."""
    workspace = Workspace.open(ROOT / "tests/golden/vaccines")

    with pytest.raises(UsageError) as caught:
        workspace.exposure("clinic.births", chosen={"antigen": "polio"})

    (problem,) = caught.value.problems
    assert ("BW001", "choose a member of vial") == (problem.code, problem.hint)
    assert {(("vial", "ten"),)} == {r.index for r in workspace.exposure("clinic.births", chosen={"vial": "ten"}).rows}


@pytest.mark.parametrize(
    ("company", "note"),
    [
        ("lotus", "members of lotus have rows of their own: fjord, meridian"),
        ("aurora", "parts of aurora have rows of their own: aurora_fill"),
        ("aurora_fill", "aurora, of which aurora_fill is a part, has rows of its own"),
    ],
)
def test_rows_of_members_parts_and_the_parent_are_pointed_to(company: str, note: str) -> None:
    """The rows of a company are its own, so the answer says where those of its members, parts and parent stand."""
    workspace = Workspace.open(ROOT / "tests/golden/vaccines")

    assert note == workspace.company_exposure(company).notes[0]
    assert not any("of their own" in n or "of its own" in n for n in workspace.company_exposure("fjord").notes)
