"""The command and the Python face of the readers: outcomes, exit codes, and texts that a shell may well pass."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

import bullwhip
from bullwhip import Workspace, cli
from bullwhip.reading.name import Match
from bullwhip.reading.number import Value
from bullwhip.reading.period import Period
from bullwhip.units import Unit


def _read(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = cli.run(["read", *arguments, "--json"])
    captured = capsys.readouterr()

    assert captured.err == ""
    return code, json.loads(captured.out)


@pytest.mark.parametrize(
    ("arguments", "code", "kind", "says"),
    [
        (("number", "-3.2%"), 0, "value", {"value": -3.2, "exact": "-3.2", "unit": "%", "amount_exact": "-0.032"}),
        (("number", "−3.2%"), 0, "value", {"exact": "-3.2"}),
        (("number", "40.8-42亿美元"), 0, "value", {"value": None, "low_exact": "40.8", "high": 42}),
        (("number", "40.8-42亿美元"), 0, "value", {"printed_unit": "亿美元", "amount_high": 4200000000}),
        (("number", "10²⁴"), 0, "value", {"exact": "1" + "0" * 24}),
        (("number", "增长2倍"), 0, "value", {"sense": "change", "growth": 2}),
        (("number", "扭亏"), 0, "missing", {"reason": "turned_profit"}),
        (("number", ""), 0, "missing", {"reason": "empty"}),
        (("number", "-"), 0, "missing", {"reason": "dash"}),
        (("number", "12³"), 1, "refusal", {"reason": "superscript"}),
        (("number", "5 GPU"), 1, "refusal", {"reason": "words"}),
        (("number", "5 GPU", "--report", "004"), 0, "value", {"value": 5, "unit": "GPU"}),
        (("period", "24Q2"), 0, "value", {"period": "2024Q2", "start": "2024-04-01"}),
        (("period", "2024H1"), 0, "value", {"end": "2024-06-30", "period_kind": "calendar"}),
        (("period", "FY25Q2"), 0, "value", {"start": None, "period_kind": "fiscal"}),
        (("period", "FY25Q2", "--company", "nvidia"), 0, "value", {"start": "2024-04-29", "end": "2024-07-28"}),
        (("period", "FY25Q2", "--company", "英伟达"), 0, "value", {"end": "2024-07-28"}),
        (("period", "FY25Q2", "--company", "inspur"), 0, "value",
         {"start": None, "note": "no fiscal calendar of inspur is known"}),
        (("period", "24E2"), 1, "refusal", {"reason": "no_period"}),
        (("unit", "亿美金"), 0, "value", {"factor": "100000000", "dimension": "money_usd"}),
        (("unit", "亿个"), 1, "refusal", {"reason": "ambiguous"}),
        (("unit", "亿个", "--report", "003"), 0, "value", {"factor": "100000000", "dimension": "dimensionless"}),
        (("unit", "℃", "--report", "003"), 0, "missing", {"reason": "no_counterpart"}),
        (("name", "曙光"), 0, "match", {"id": "sugon", "type": "company"}),
        (("name", "部分领域曙光初现"), 1, "refusal", {"reason": "no_name"}),
        (("name", "人工智能的浪潮"), 1, "ambiguous", {"ids": ["inspur"]}),
        (("name", "x\ud800y"), 1, "refusal", {"reason": "characters"}),
    ],
)  # fmt: skip
def test_an_outcome_has_its_kind_and_exit_code(
    arguments: tuple[str, ...], code: int, kind: str, says: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0 is a value, a match or missing, 1 refused or ambiguous; JSON says which, and what was read."""
    result, answer = _read(capsys, *arguments)

    assert (code, kind) == (result, answer["kind"])
    assert says == {key: answer[key] for key in says}
    assert (answer["read"], answer["text"]) == arguments[:2]


def test_names_in_a_sentence_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """A text that holds several names gives all of them, the doubtful ones too."""
    code, answer = _read(capsys, "name", "英伟达发布新品，人工智能的浪潮")

    assert (code, answer["kind"]) == (0, "names")
    assert [(f["kind"], f["name"]) for f in answer["found"]] == [("match", "英伟达"), ("ambiguous", "浪潮")]


def test_a_table_shows_exact_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the answer is a table of keys and exact values."""
    code = cli.run(["read", "number", "约1/3"])
    lines = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())

    assert code == 0
    assert (lines["kind"], lines["value"], lines["bound"]) == ("value", "1/3", "~")


def test_python_reads_as_the_command_does() -> None:
    """`Workspace.read` gives the outcomes as records; figures and periods need no workspace."""
    ws = Workspace.open()
    number, unit, name = ws.read("number", "1.5万"), ws.read("unit", "万美元"), ws.read("name", "英伟达")
    period = ws.read("period", "FY24Q4", company="microsoft")

    assert number == bullwhip.read_number("1.5万") == Value(Fraction("1.5"), scale="万")
    assert isinstance(unit, Unit)
    assert isinstance(name, Match)
    assert isinstance(period, Period)
    assert (unit.factor, name.id, str(period.end)) == (Fraction(10_000), "nvidia", "2024-06-30")
    assert bullwhip.read_period("24Q2") == ws.read("period", "24Q2")
