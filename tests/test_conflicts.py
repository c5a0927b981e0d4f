"""Conflicts: planted ones are found and rounded restatements are not, as of a date, by a policy, in any workspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.audit.conflicts import Conflict
from bullwhip.cli import run
from bullwhip.model.claim import Claim

_RULES = """\
workspace: {id: harbour, label: {zh: 港口, en: harbour}}
time: {first: 2022, last: 2024}
units: {crane: {en: crane, aliases: [台]}}
drivers:
  berths: {unit: "1", kind: stock, foreach: [period]}
rules:
  twice: {unit: "1", kind: ratio, foreach: [period], expression: 2 * berths}
derivations:
  total:
    label: {zh: 合计, en: total}
    report: "900"
    unit: CNY
    result: {table: T, row: total}
    reads: {part: {rows: [north, south]}}
    expression: sum(part, rows)
    source: 900/T
"""
_HEAD = "locator\tsubject\tmeasure\tvalue\tlow\thigh\tbound\ttext_value\tunit\tperiod\tstatus\tby\tbasis\tline\n"
_CELLS = "locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline\n"
_DOCUMENT = """\
document: {{id: "{id}", title: {{en: A report}}, published: "{date}"}}
units: {{"": "1", "%": "%", 亿元: 亿 CNY, 万元: 万 CNY, 台: crane}}
"""


@dataclass(frozen=True)
class Statement:
    """A figure in running text."""

    document: str
    value: str
    unit: str = "亿元"
    measure: str = "turnover"
    period: str = "2023"
    status: str = "A"
    bound: str = ""
    basis: str = ""
    low: str = ""
    high: str = ""
    line: int = 1

    def text(self) -> str:
        """Return the line of a fact table."""
        return "\t".join([
            "1", "the port", self.measure, self.value, self.low, self.high, self.bound, "", self.unit, self.period,
            self.status, "", self.basis, str(self.line),
        ])  # fmt: skip


def _write(folder: Path, statements: Sequence[Statement], cells: str = "", documents: str = "") -> Path:
    (folder / "rules").mkdir(parents=True)
    rules = _RULES if cells else _RULES.partition("derivations:")[0]
    (folder / "rules" / "workspace.yaml").write_text(rules, encoding="utf-8")
    for number, document in enumerate(sorted({s.document for s in statements} | ({"900"} if cells else set())), 1):
        facts = folder / "ontology" / "facts" / document
        facts.mkdir(parents=True)
        written = _DOCUMENT.format(id=document, date=f"202{number + 1}-06-30") + documents
        (facts / "document.yaml").write_text(written, encoding="utf-8")
        lines = [s.text() for s in statements if s.document == document]
        (facts / "claims.tsv").write_text(_HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        if cells and document == "900":
            (facts / "cells.tsv").write_text(_CELLS + cells, encoding="utf-8")
    return folder


def _found(folder: Path, statements: Sequence[Statement], as_of: str = "", policy: str = "") -> list[Conflict]:
    return list(Workspace.open(_write(folder, statements), as_of=as_of, policy=policy).conflicts())


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        (Statement("900", "12.5"), Statement("901", "12.5"), False),
        (Statement("900", "12.5"), Statement("901", "13.5"), True),
        (Statement("900", "12.54"), Statement("901", "12.5"), False),
        (Statement("900", "12.56"), Statement("901", "12.5"), False),  # cut instead of rounded
        (Statement("900", "12.61"), Statement("901", "12.5"), True),
        (Statement("900", "12.5"), Statement("901", "125000", "万元"), False),
        (Statement("900", "12.5"), Statement("901", "126100", "万元"), True),
        (Statement("900", "12.5"), Statement("901", "12", bound=">"), False),
        (Statement("900", "12.5"), Statement("901", "13", bound=">"), True),
        (Statement("900", "12.5"), Statement("901", "10", bound="~"), False),
        (Statement("900", "17.5"), Statement("901", "10", bound="~"), True),
        (Statement("900", "12.5"), Statement("901", "", low="12", high="13"), False),
        (Statement("900", "15"), Statement("901", "", low="12", high="13"), True),
        (Statement("900", "12.5"), Statement("901", "13.5", period="2024"), False),
        (Statement("900", "12.5"), Statement("901", "13.5", measure="profit"), False),
        (Statement("900", "12", "台"), Statement("901", "13", "台"), True),
        (Statement("900", "12", "台"), Statement("901", "12", "台"), False),
        (Statement("900", "12"), Statement("901", "12", "%"), False),  # of two dimensions
        (Statement("900", "0"), Statement("901", "0.2"), False),
        (Statement("900", "0"), Statement("901", "-3"), True),
        (Statement("900", "1.8"), Statement("900", "3.2"), False),  # two variants in one sentence
        (Statement("900", "1.8"), Statement("900", "3.2", line=2), True),
    ],
)
def test_a_planted_conflict_is_found_and_a_restatement_is_not(
    first: Statement, second: Statement, conflict: bool, tmp_path: Path
) -> None:
    """Two statements conflict when no value prints as both, whatever scale, place or bound they are printed with."""
    found = _found(tmp_path / "w", [first, second])

    assert [c.kind for c in found] == (["value"] if conflict else [])


def test_statuses_bases_and_dates_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A group says for each claim what it rests on, and which one the policy selects."""
    statements = [
        Statement("900", "12.5", basis="audited accounts"),
        Statement("901", "14.1", status="E", basis="a survey"),
    ]
    folder = _write(tmp_path / "w", statements)
    code = run(["--workspace", str(folder), "conflicts", "--json"])
    group = json.loads(capsys.readouterr().out)[0]
    shown = [(c["report"], c["status"], c["basis"], c["as_of"], c["selected"]) for c in group["claims"]]

    assert code == 1
    assert group["differs_in"] == ["document", "status", "basis"]
    assert shown == [
        ("900", "A", "audited accounts", "2022-06-30", True),
        ("901", "E", "a survey", "2023-06-30", False),
    ]


_RIVALS = (Statement("900", "12.5"), Statement("901", "13.5"), Statement("902", "14.5", status="E"))


@pytest.mark.parametrize(
    ("date", "printed"),
    [("2021-12-31", []), ("2022-06-30", []), ("2023-06-29", []), ("2023-06-30", ["13.5", "12.5"]),
     ("2024-12-31", ["13.5", "12.5", "14.5"])],
)  # fmt: skip
def test_what_was_not_yet_printed_is_in_no_conflict(date: str, printed: list[str], tmp_path: Path) -> None:
    """A conflict begins with the later document, on the day it appears."""
    found = _found(tmp_path / "w", _RIVALS, as_of=date)

    assert [c.lexical for conflict in found for c in conflict.claims] == printed


@pytest.mark.parametrize(
    ("policy", "first"),
    [("actual,later,table", "13.5"), ("later", "14.5"), ("earlier", "12.5"), ("estimate", "14.5"),
     ("actual,earlier", "12.5"), ("document:900", "12.5")],
)  # fmt: skip
def test_the_policy_selects_the_first_claim(policy: str, first: str, tmp_path: Path) -> None:
    """The claim that the policy prefers stands first, the others after it."""
    (conflict,) = _found(tmp_path / "w", _RIVALS, policy=policy)

    assert conflict.claims[0].lexical == first
    assert sorted(c.lexical for c in conflict.claims) == ["12.5", "13.5", "14.5"]


def test_an_identity_that_does_not_hold_is_a_conflict(tmp_path: Path) -> None:
    """A total that is not the sum of its parts is shown with them."""
    cells = "".join(
        f"T\t{row}\t{column}\t\t{value}\t{value}\t\t\t\t亿元\tA\t1\n"
        for row, column, value in (
            ("north", "2022", "3.0"), ("south", "2022", "4.0"), ("total", "2022", "7.0"),
            ("north", "2023", "3.5"), ("south", "2023", "4.5"), ("total", "2023", "9.0"),
        )
    )  # fmt: skip
    (conflict,) = Workspace.open(_write(tmp_path / "w", [], cells)).conflicts()

    assert (conflict.kind, conflict.rule) == ("identity", "total")
    assert [c.lexical for c in conflict.claims] == ["9.0", "3.5", "4.5"]


# -- the shipped workspace -------------------------------------------------------------------------------------------


@cache
def _shipped() -> Workspace:
    return Workspace.open()


def _group_names(claim: Claim, untimed: set[str]) -> set[tuple[str, ...]]:
    """Return what a claim is about, worked out anew from its fields."""
    period = (claim.period_start, claim.period_end) if claim.period_start or claim.period_end else (claim.period,)
    names: set[tuple[str, ...]] = set()
    known = bool(claim.entity and claim.concept)
    if known:
        names.add(("thing", claim.entity, claim.concept, *(() if claim.concept in untimed else period)))
    if claim.quantity and (claim.feeds or claim.model_period is not None or not known):
        index = ",".join(f"{d}={m}" for d, m in claim.index)
        names.add(("cell", claim.quantity, index, str(claim.model_period)))
    if not names and not claim.table:
        names.add(("words", claim.subject, claim.measure, *period))
    return names


def _span(claims: Sequence[Claim]) -> tuple[Fraction, Fraction] | None:
    """Return the least and greatest amount that the figures of one place can stand for, wider than any rounding."""
    ends: list[Fraction] = []
    for claim in claims:
        values = [v for v in (claim.value, claim.low, claim.high) if v is not None]
        if claim.factor is None or not values or claim.bound:
            return None
        step = Fraction(1)
        while any((v / step).denominator != 1 for v in values):
            step /= 10
        ends += [(v + side * step) * claim.factor for v in values for side in (-2, 2)]
    return min(ends), max(ends)


def _far_apart(one: Sequence[Claim], other: Sequence[Claim]) -> bool:
    a, b = _span(one), _span(other)
    return a is not None and b is not None and (a[1] < b[0] or b[1] < a[0])


def test_the_query_finds_every_group_that_plain_grouping_finds() -> None:
    """Claims that are grouped anew from their fields and lie far apart are in a group that the query finds."""
    program = _shipped().program
    untimed = {m.id for m in program.chain.measures if not m.timed}
    groups: dict[tuple[str, ...], dict[tuple[object, ...], list[Claim]]] = {}
    for claim in program.claims:
        place = (claim.document, claim.locator, claim.row, claim.column, claim.line)
        for name in _group_names(claim, untimed):
            groups.setdefault((*name, claim.dimension), {}).setdefault(place, []).append(claim)
    found = [{c.id for c in conflict.claims} for conflict in _shipped().conflicts() if conflict.kind == "value"]
    missed = [
        (name, one[0].lexical, other[0].lexical)
        for name, places in groups.items()
        for one, other in combinations(places.values(), 2)
        if _far_apart(one, other) and not any({one[0].id, other[0].id} <= ids for ids in found)
    ]

    assert len(groups) > 2000
    assert missed == []


def test_no_group_is_part_of_another() -> None:
    """What is one thing under two names is shown once."""
    groups = [
        frozenset(c.id for c in conflict.claims) for conflict in _shipped().conflicts() if conflict.kind == "value"
    ]

    assert [g for g in groups if any(g < other for other in groups)] == []
    assert len(groups) == len(set(groups))


@pytest.mark.parametrize(
    ("subject", "printed"),
    [
        ("Amazon", {"172 亿美元", "165", "176"}),
        ("Google", {"130 亿美金", "130", "132"}),
        ("昇腾 910", {"310", "350W", "310W"}),
        ("HBM3", {"64", "16-24GB (4/8/12Hi)", "24GB(per stack)"}),
        ("海光信息", {"16.9", "20", "1688.88"}),
    ],
)
def test_known_disagreements_of_the_reports_are_groups(subject: str, printed: set[str]) -> None:
    """Capital expenditure, power, memory and forecasts on which the reports disagree stand side by side."""
    groups = [{c.lexical for c in conflict.claims} for conflict in _shipped().conflicts() if conflict.kind == "value"]

    assert any(printed <= group for group in groups), subject


@pytest.mark.parametrize(
    "printed",
    [{"1.8", "3.25"}, {"46.2%", "30.2%"}, {"120", "150"}, {"33.2", "33.3333"}],
)
def test_variants_years_and_roundings_are_no_conflict(printed: set[str]) -> None:
    """Two sizes of a model, four models, two years, and a third are no disagreement."""
    groups = [{c.lexical for c in conflict.claims} for conflict in _shipped().conflicts() if conflict.kind == "value"]

    assert [g for g in groups if printed <= g] == []
