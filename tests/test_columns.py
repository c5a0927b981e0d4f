"""Conflicts in columns: whatever decides them, one claim after another, columns or a store, finds the same."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.audit.columns import Columns, digits_of, figures_of
from bullwhip.audit.conflicts import disputed
from bullwhip.audit.observations import Observations, conflicting
from bullwhip.audit.prints import read_print
from bullwhip.audit.rivals import disagree, distinct, rivals
from bullwhip.model.claim import Claim
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from synthetic import Plan, plan, quads

ROOT = Path(__file__).parents[1]
GOLDEN = sorted(p.parent for p in (ROOT / "tests" / "golden").glob("*/rules"))
COUNTS = ("crane",)

QUERY = """
SELECT ?about ?id WHERE {
  {
    SELECT ?about WHERE { ?any a bw:Claim ; bw:comparableAs ?about ; bw:coherentAmount ?amount }
    GROUP BY ?about HAVING (COUNT(DISTINCT ?amount) > 1)
  }
  ?claim a bw:Claim ; bw:comparableAs ?about ; bw:coherentAmount ?any_amount ; dct:identifier ?id .
}
ORDER BY ?about ?id
"""
"""Claims that are about the same and do not print the same amount, as any store finds them."""


def _claim(number: int, **said: object) -> Claim:
    """Return a claim on one thing with what matters of it."""
    value = said.pop("value")
    low, high = said.pop("low", None), said.pop("high", None)
    kept: dict[str, object] = {
        "document": "900", "table": False, "locator": "1", "row": "", "column": "", "part": "", "lexical": str(value),
        "value": None if value is None else Fraction(str(value)), "low": None if low is None else Fraction(str(low)),
        "high": None if high is None else Fraction(str(high)), "bound": "", "unit": "", "unit_id": "", "status": "A",
        "period": "2023", "subject": "port", "measure": "m", "by": "", "basis": "", "line": number + 1, "quantity": "",
        "index": (), "model_period": None, "model_value": None, "feeds": False, "factor": Fraction(1),
        "dimension": "dimensionless", "entity": "company/port", "concept": "turnover",
    }  # fmt: skip
    return Claim(id=f"{number:03d}", **{**kept, **said})  # type: ignore[arg-type]


def _in_columns(claims: Sequence[Claim]) -> list[tuple[str, list[str]]]:
    columns = Columns(figures_of(claims, (), COUNTS), lambda numbers: [claims[n] for n in numbers], COUNTS)
    return [(about, [claims[n].id for n in numbers]) for about, numbers in columns.disagreeing()]


def _one_by_one(claims: Sequence[Claim]) -> list[tuple[str, list[str]]]:
    groups = rivals(claims)
    kept = distinct({about: [c.id for c in group] for about, group in groups.items()})
    return [(about, [c.id for c in groups[about]]) for about in kept if disagree(groups[about], COUNTS)]


def _decimal(digits: int, places: int) -> str:
    text = str(abs(digits)).rjust(places + 1, "0")
    return ("-" if digits < 0 else "") + (f"{text[:-places]}.{text[-places:]}" if places else text)


_DECIMALS = st.builds(_decimal, st.integers(-40, 1300), st.integers(0, 2))


@st.composite
def _claims(draw: st.DrawFn) -> list[Claim]:
    """Draw claims on few things with close figures in every form."""
    claims = []
    for number in range(draw(st.integers(2, 12))):
        text = draw(_DECIMALS)
        said: dict[str, object] = {
            "value": text,
            "lexical": draw(st.sampled_from([text, text, text, f"{text} 万", ""])),
        }
        form = draw(st.integers(0, 9))
        if form == 0:
            low, high = sorted((Fraction(text), Fraction(draw(_DECIMALS))), reverse=draw(st.booleans()))
            said |= {"value": None, "low": low, "high": high, "lexical": f"{text}-{high}"}
        elif form == 1:
            said["bound"] = draw(st.sampled_from(["~", "<", ">", "<=", ">="]))
        elif form == 2:
            said["part"] = draw(st.sampled_from(["low", "high", "1"]))
        elif form == 3:
            said["unit_id"] = "crane"
        if draw(st.integers(0, 3)) == 0:
            said |= {"table": True, "row": "r", "column": draw(st.sampled_from(["a", "b"]))}
        if draw(st.integers(0, 3)) == 0:
            said["line"] = 1
        said["document"] = draw(st.sampled_from(["900", "901", "902", "903"]))
        said["entity"] = draw(st.sampled_from(["company/port", "company/quay"]))
        said["factor"] = draw(st.sampled_from([Fraction(1), Fraction(10), Fraction(1, 3), Fraction(10) ** 30]))
        said["dimension"] = draw(st.sampled_from(["mass", "mass", "mass", "time"]))
        if draw(st.integers(0, 2)) == 0:
            said |= {"quantity": draw(st.sampled_from(["q", "r"])), "feeds": True, "model_period": 2023}
        claims.append(_claim(number, **said))
    return claims


@settings(max_examples=150, deadline=None)
@given(_claims())
def test_columns_find_what_the_rule_finds_one_by_one(claims: list[Claim]) -> None:
    """Any claims, of any form and source, disagree in columns exactly where they disagree one by one."""
    assert _in_columns(claims) == _one_by_one(claims)


@settings(max_examples=100, deadline=None)
@given(_DECIMALS, _DECIMALS, st.sampled_from([1, 10, 100]))
def test_two_plain_figures_disagree_where_no_value_prints_as_both(first: str, second: str, factor: int) -> None:
    """Two figures agree where a value near them, in steps of a twentieth of the finer, is rounded or cut to both."""
    claims = [
        _claim(0, value=first, document="900"),
        _claim(1, value=second, document="901", factor=Fraction(factor)),
    ]
    a, b = (p for p in map(read_print, claims) if p)
    step = min(a.step, b.step * factor) / 20
    near = [value + k * step for value in (a.value, b.value * factor) for k in range(-22, 23)]
    both = any(a.matches(v) and b.matches(v / factor) for v in near)

    assert bool(_in_columns(claims)) is not both


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ("9.4", "10", True),  # cut, 9.4 is anything below 9.5; 10 is rounded from 9.5 on: no value is both
        ("9.40", "9.4", False),
        ("9.5", "10", False),
        ("-9.4", "-10", True),
        ("1000000000000000", "1000000000000001", False),
        ("1000000000000000", "1000000000000002", True),
        ("1" * 40, "1" * 39 + "3", True),
        ("0", "0.9", False),
        ("0", "1", False),
        ("0", "1.4", True),
    ],
)
def test_ends_that_touch_are_decided_exactly(first: str, second: str, conflict: bool) -> None:
    """Where ends meet to the last digit, or lie beyond the digits of doubles, the open end decides."""
    claims = [_claim(k, value=text, document=f"90{k}") for k, text in enumerate((first, second))]

    assert bool(_in_columns(claims)) is conflict
    assert _in_columns(claims) == _one_by_one(claims)


def test_a_claim_that_comes_twice_counts_once() -> None:
    """The same claim twice is no rival of itself."""
    claims = [_claim(0, value="1"), _claim(0, value="1")]

    assert _in_columns(claims[:1]) == _one_by_one(claims) == []


def test_no_claims_are_no_conflict() -> None:
    """Nothing is found in nothing, nor in claims without a number."""
    assert _in_columns([]) == []
    assert _in_columns([_claim(0, value=None), _claim(1, value=None)]) == []


@pytest.mark.parametrize(
    ("lexical", "exact", "digits"),
    [
        ("12.50", "12.5", 1250), ("-3", "-3", -3), ("3", "-3", -3), ("007", "7", 0), ("1,000", "1000", 0),
        ("5", "50", 0), ("١٢", "12", 0), ("12.", "12", 0), ("9007199254740993", "9007199254740993", 0),
        ("1e3", "1000", 0),
    ],
)  # fmt: skip
def test_only_plain_decimals_are_taken_as_digits(lexical: str, exact: str, digits: int) -> None:
    """What is not one decimal that says its value is left to the reader of prints."""
    assert digits_of(lexical, exact) == digits


@pytest.mark.parametrize("folder", [None, *GOLDEN], ids=lambda f: f.name if f else "shipped")
def test_workspace_and_store_give_the_same_conflicts(folder: Path | None) -> None:
    """One by one, in columns and out of the graph the same claims disagree, grouped as a query groups them."""
    workspace = Workspace.open(folder) if folder else Workspace.open()
    program = workspace.program
    expected = disputed(program)
    store = OxigraphStore.of(workspace.nquads())
    untimed = {m.id for m in program.chain.measures if not m.timed}
    grouped = [(about, c.id) for about, group in rivals(program.claims, untimed).items() for c in group]

    assert disputed(program, 0) == expected
    assert conflicting(store) == [(about, [c.id for c in group]) for about, group in expected]
    assert [(str(a.value), str(i.value)) for a, i in store.query(QUERY).rows] == grouped  # type: ignore[union-attr]


@pytest.mark.parametrize("drawn", [plan(15_000, 1_150), plan(20_000, 600, whole=True)], ids=["lean", "whole"])
def test_a_synthetic_store_gives_what_pairs_of_its_claims_give(drawn: Plan) -> None:
    """On a made-up chain the columns find every pair of prints that no value comes out as, and nothing else."""
    found = Observations.read(OxigraphStore.of("".join(quads(drawn)).encode()))
    claims = found.claims(range(len(found.iris)))
    groups: dict[str, list[Claim]] = {}
    for about, number in zip(found.figures.abouts, found.figures.claims, strict=True):
        groups.setdefault(about, []).append(claims[number])
    naive = {
        about: sorted(c.id for c in group)
        for about, group in groups.items()
        if any(disagree(pair, ()) for pair in combinations(group, 2))
    }

    assert found.left_out == ()
    assert len(naive) > 10
    assert {a: [found.figures.ids[n] for n in numbers] for a, numbers in found.columns().disagreeing()} == naive


def test_what_cannot_be_read_is_left_out_and_told() -> None:
    """An amount that is no number, and a 0 of a unit that nobody knows, are no figures; the others are found."""
    claim = "<https://w3id.org/bullwhip/id/claim/{}> <" + PREFIXES["bw"] + "{}> {} .\n"
    said = ""
    for name, amount, exact, lexical in (
        ("a", "1 mass", "1", "1"), ("b", "3 mass", "3", "3"), ("c", "1e999999999 mass", "2", "2"),
        ("d", "0 mass", "0", "0"), ("e", "5 mass", "five", "5"),
    ):  # fmt: skip
        for key, value in (
            ("comparableAs", "x"),
            ("coherentAmount", amount),
            ("exactValue", exact),
            ("lexical", lexical),
        ):
            said += claim.format(name, key, f'"{value}"')
    found = Observations.read(OxigraphStore.of(said.encode()))

    assert [iri.rpartition("/")[2] for iri in found.left_out] == ["c", "d", "e"]
    assert conflicting(OxigraphStore.of(said.encode())) == [("x", ["a", "b"])]
