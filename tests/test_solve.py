"""`solve` on the shipped chain: answers worked by hand, identities on every driver, and what it refuses."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.audit.prints import read_print
from bullwhip.errors import UsageError
from documents import ROOT

SOLAR = str(ROOT / "tests" / "golden" / "solar")
PRINT = "003/图表49/A100 需求总量(万张) (只考虑 A100 的情况下)/2025E"
COUNT = "accelerator.count[chip=a100_sxm]"


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


def test_break_even_of_the_utilization(shipped: Workspace) -> None:
    """Twice 10^7 accelerators need 0.3 * 1020/91 * 10^6 / (2 * 10^7) = 153/910 of their peak."""
    (answer,) = shipped.solve(f"{COUNT}=2000 万", "training.utilization", 2025)
    (root,) = answer.roots

    assert (Fraction(153, 910), True, "crosses") == (root.low.value, root.low.exact, root.kind)
    assert (Fraction(20_000_000), True) == (root.check, root.check_exact)
    assert ("training.utilization[period=2025]",) == answer.moved


def test_liquid_cooling_penetration_for_a_market(shipped: Workspace) -> None:
    """30 % penetration is 112.5 亿, so 150 亿 needs 40 %; at most 150 亿 allows all up to that."""
    (exactly,) = shipped.solve("cooling.liquid_market=150 亿 CNY", "cooling.liquid_penetration")
    (at_most,) = shipped.solve("cooling.liquid_market=..150 亿 CNY", "cooling.liquid_penetration")

    assert [Fraction("0.4")] == [r.low.value for r in exactly.roots]
    assert [(Fraction(0), Fraction("0.4"), False, False, "range")] == [
        (r.low.value, r.high.value, r.low_open, r.high_open, r.kind) for r in at_most.roots
    ]


def test_growth_over_two_years_is_a_root(shipped: Workspace) -> None:
    """Accelerators grow with the square of parameters: scaling all by the root of f scales the count by f."""
    (answer,) = shipped.solve(f"{COUNT}=2000 万", "model.parameters", 2025, unknown="factor")
    (root,) = answer.roots
    (base,) = [v.value for v in shipped.value(COUNT, 2025)]
    assert base is not None

    assert not root.low.exact
    assert abs(root.low.value**2 * base - 20_000_000) < Fraction(1, 10**45)


@pytest.mark.parametrize(
    "name", [COUNT, "server.market", "cooling.market", "hbm.value[chip=a100_sxm]", "cooling.market_uplift"]
)
def test_the_base_is_an_answer_to_the_base(shipped: Workspace, name: str) -> None:
    """For every driver that reaches a quantity, its value is an answer to what gives the quantity its value."""
    demand = shipped.demand(name)
    value, period = demand.value, demand.answer.period
    assert value is not None
    for driver in sorted({shipped.program.cells[i].quantity for i in shipped.evaluation.inputs(demand.position)}):
        for answer in shipped.solve(f"{name}={value}", driver, period, unknown="factor"):
            places = [(r.low.value, r.high.value, r.low.exact) for r in answer.roots]

            assert any((low == 1 == high and exact) or low < 1 < high for low, high, exact in places), driver


def test_what_to_set_gives_the_target(shipped: Workspace) -> None:
    """The settings of an answer, typed as they are, give the value that was wanted."""
    for target, driver in (
        (f"{COUNT}=3000 万", "training.utilization"),
        ("server.market=1000 亿 USD", "accelerator.price[chip=a100_sxm]"),
        ("cooling.market=400 亿 CNY", "cooling.liquid_cost_per_kw"),
    ):
        (answer,) = shipped.solve(target, driver, 2025)
        for root in answer.roots:
            name = target.partition("=")[0] if "[" not in target else COUNT

            assert root.check == shipped.with_values(*root.settings).demand(name, 2025).value


def test_a_print_stands_for_all_that_prints_like_it(shipped: Workspace) -> None:
    """Inside the range that a print gives the model prints as printed; past its ends it does not."""
    (answer,) = shipped.solve("", "training.utilization", claim=PRINT)
    (root,) = answer.roots
    (claim,) = [c for c in shipped.program.claims if c.lexical == "1120.88" and c.quantity == "accelerator.count"]
    printed = read_print(claim)
    assert printed is not None

    def prints(x: Fraction) -> bool:
        value = shipped.with_values(f"training.utilization={x}").demand(COUNT, 2025).value
        return value is not None and printed.matches(value / 10_000) == "half-up"

    step = (root.high.value - root.low.value) / 1000
    assert (True, False) == (root.low_open, root.high_open)
    assert [False, True, True, False] == [
        prints(x) for x in (root.low.value, root.low.value + step, root.high.value, root.high.value + step)
    ]


def test_a_rule_can_be_the_driver(shipped: Workspace) -> None:
    """Cut from its rule, the number of accelerators must be 7 million for servers of 1000 亿 USD: price over share."""
    (answer,) = shipped.solve("server.market=1000 亿 USD", "accelerator.count", 2025)

    assert [Fraction(7_000_000)] == [r.low.value for r in answer.roots]


def test_members_without_a_value_do_not_hide_the_others() -> None:
    """Of two routes one has no printed coefficient: it is told, and the other is solved: 1 Mt / (1.2 * 2 g/W)."""
    answers = Workspace.open(SOLAR).solve("polysilicon.demand=1000000 t", "plant.installed", 2024)

    assert [[], [Fraction(1250, 3)]] == [[r.low.value for r in a.roots] for a in answers]
    assert "nobody states cell.silicon_per_power[route=perc]" in answers[0].notes[0]


def test_json_has_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """The keys that other programs rely on, of the answer, its roots, ranges and jumps."""

    def ask(*arguments: str) -> Any:
        assert 0 == cli.run(["solve", *arguments, "--json"])
        return json.loads(capsys.readouterr().out)

    one = ask("cooling.liquid_market=150 亿 CNY", "--for", "cooling.liquid_penetration")
    some = ask("cooling.liquid_market=100..150 亿 CNY", "--for", "cooling.liquid_penetration")

    keys = {"quantity", "index", "period", "unit", "target", "claim", "base", "driver", "driver_index", "driver_unit"}
    keys |= {"unknown", "moved", "driver_base", "searched", "reached", "roots", "ranges", "jumps", "method", "scenario"}
    assert keys - set(one) == set()
    assert ("0.4", 0.4, 0) == (one["roots"][0]["exact"], one["roots"][0]["value"], one["roots"][0]["width"])
    assert {"kind", "check", "check_exact", "set", "binding", "switches"} - set(one["roots"][0]) == set()
    assert ["4/15"] == [r["low_exact"] for r in some["ranges"]]


def test_no_answer_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no value of the driver gives the target the exit code is 1, and the answer says what is reached."""
    code = cli.run(["solve", f"{COUNT}=200 万", "--for", "training.utilization"])

    captured = capsys.readouterr()
    assert 1 == code
    assert "it reaches ≥ 3,362,637.363" in captured.err


def test_what_is_reached_has_no_exact_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """The ends of what is reached can lie at rounded places, so no exact text is given for them."""
    cli.run(["solve", f"{COUNT}=200 万", "--for", "training.utilization", "--json"])
    reached = json.loads(capsys.readouterr().out)["reached"]

    assert (None, None) == (reached["low_exact"], reached["high_exact"])
    assert 3362637 < reached["low"] < 3362638


def test_of_many_conditions_the_table_shows_those_nearest_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """A table of a large model names four of its eighty conditions, and how many more there are."""
    batteries = str(ROOT / "tests" / "golden" / "batteries")
    cli.run(["--workspace", batteries, "solve", "cell.revenue=1.2万亿 CNY", "--for", "exchange.cny_per_usd"])

    row = capsys.readouterr().out.splitlines()[1]
    assert "cell.price[chemistry=nmc,period=2028]: cell.learned_price" in row
    assert " more before them, in --json" in row
    assert len(row) < 1000


POLE = """\
workspace: {id: w}
drivers:
  a.x: {unit: "1", kind: ratio, range: ["1", "2"]}
  a.y: {unit: "1", kind: ratio}
rules:
  a.root: {unit: "1", kind: ratio, expression: log(a.x - 3)}
  a.sum: {unit: "1", kind: ratio, expression: a.x + a.y}
"""


@pytest.mark.parametrize(
    ("target", "driver", "others", "says"),
    [
        ("hbm.value=1 亿 USD", "cooling.liquid_penetration", {}, "BW411 'cooling.liquid_penetration' does not reach"),
        (f"{COUNT}=2000 万", "model.parameters", {}, "BW412 'model.parameters' stands for 2 cells with different"),
        ("", "training.utilization", {"claim": "003/图表49/nothing/2025E"}, "BW001 no claim is printed at"),
        ("server.market", "training.utilization", {"claim": PRINT}, "BW414 the figure at"),
        (f"{COUNT}=2", "training.utilization", {"claim": PRINT}, "BW002 a value and a claim both say"),
        ("cooling.liquid_market=2..1 CNY", "cooling.liquid_penetration", {}, "BW415 '2..1 CNY' is no range"),
        ("cooling.liquid_market=2..1", "cooling.liquid_penetration", {}, "write LOW..HIGH with LOW <= HIGH"),
        ("cooling.liquid_market=.. CNY", "cooling.liquid_penetration", {}, "BW002 'CNY' does not begin"),
        ("cooling.liquid_market=1", "cooling.liquid_penetration", {"within": "1..0"}, "BW415 '1..0' is no range"),
        ("cooling.liquid_market=1", "cooling.liquid_penetration", {"within": "0.."}, "BW415 '0..' is no range to"),
        (f"{COUNT}=1", "model.parameters", {"unknown": "factor", "within": "a..1"}, "BW415 'a' is not a plain"),
        ("cooling.liquid_market", "cooling.liquid_penetration", {}, "BW002 a value is missing"),
        ("cooling.liquid_market=1 USD", "cooling.liquid_penetration", {}, "give the value in CNY"),
        ("cooling.liquid_market=1", "cooling.liquid", {}, "did you mean"),
    ],
)
def test_a_wrong_question_is_refused_with_what_to_do(
    target: str, driver: str, others: dict[str, Any], says: str, shipped: Workspace
) -> None:
    """Each wrong question is a usage error with its code."""
    with pytest.raises(UsageError) as raised:
        shipped.solve(target, driver, **others)

    assert says in str(raised.value)
    assert 2 == raised.value.exit_code


def test_two_unknowns_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A factor and a level at once are a usage error."""
    code = cli.run(["solve", "a.b=1", "--for", "a", "--scale", "--level"])

    assert "exclude each other" in capsys.readouterr().err
    assert 2 == code


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("a.sum=1", "BW413 a.sum is unknown whatever the driver is: nobody states a.y"),
        ("a.root=1", "BW416 a.root has no value at any value of the driver in 1 … 2"),
    ],
)
def test_a_quantity_without_any_value_is_refused(
    target: str, says: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """An input that nobody states, or a function that is undefined all over the range, is told as such."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "workspace.yaml").write_text(POLE)

    code = cli.run(["--workspace", str(tmp_path), "solve", target, "--for", "a.x"])

    assert says in capsys.readouterr().err
    assert 3 == code
