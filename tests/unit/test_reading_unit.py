"""Laws of the reader of units: known prints by hand, the document's own mapping first, total on any text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.reading.number import Value, read_number
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.reading.unit import read_unit
from bullwhip.units import Unit, Vocabulary

UNITS = Vocabulary.with_counts({"accelerator": ("张", "卡"), "server": ("台",), "wafer": ("片",), "token": ("tokens",)})

KNOWN = {
    "亿美元": "亿 USD", "亿美金": "亿 USD", "百万美元": "百万 USD", "US$": "USD", "$": "USD", "million USD": "百万 USD",
    "亿元": "亿 CNY", "元": "CNY", "人民币元": "CNY", "亿元人民币": "亿 CNY", "万亿新台币": "万亿 TWD",
    "亿台币": "亿 TWD", "NT$": "TWD",
    "€": "EUR", "亿港币": "亿 HKD", "%": "%", "％": "%", "pp": "pp", "个百分点": "pp", "‰": "0.001", "bp": "0.01 pp",
    "个基点": "0.01 pp", "成": "0.1", "倍": "1", "X": "1", "nm": "nm", "mm²": "mm^2", "mm2": "mm^2", "平方米": "m^2",
    "cm⁻³": "cm^-3", "W/m²": "W/m^2", "s²": "s^2", "公里": "km", "米": "m", "GB": "GB", "GB/s": "GB/s",
    "Gb/s": "Gbit/s", "Gbps": "Gbit/s",
    "TFLOPS": "TFLOP/s", "EFLOPS": "EFLOP/s", "TOPS": "TOP/s", "W": "W", "kW": "kW", "kWh": "kWh", "千瓦时": "kWh",
    "元/kW": "CNY/kW", "元/百万tokens": "CNY/(百万 token)", "万片/月": "万 wafer/month", "片/月": "wafer/month",
    "张/台": "accelerator/server", "万张": "万 accelerator", "年": "year", "个月": "month", "天": "day",
    "days": "day", "亿": "亿",
    " 万 台 ": "万 server", "MHz": "MHz", "１": "1",
}  # fmt: skip

REFUSED = {
    "ambiguous": ("bps", "M", "B", "K", "T", "G", "月", "日", "分", "TFLOPs", "FLOPs"),
    "unknown": (
        "foo",
        "亿foo",
        "GB/S",
        "℃",
        "GPixel/s",
        "个",
        "2",
        "100",
        "a;b",
        "__import__('os')",
        "元/季度",
        "kUSD",
        "亿GB",
        "s/",
    ),
    "characters": ("k\u200bW", "元\x00"),
    "too_long": ("s" * 500,),
}


def exactly(text: str) -> tuple[Fraction, object]:
    """Return factor and dimension of a unit of the vocabulary."""
    unit = UNITS.parse(text)
    return unit.factor, unit.dimension


@pytest.mark.parametrize("text", KNOWN)
def test_a_printed_unit_is_the_one_worked_by_hand(text: str) -> None:
    """A print has the factor and the dimension of the unit beside it."""
    found = read_unit(text, UNITS)

    assert isinstance(found, Unit)
    assert exactly(KNOWN[text]) == (found.factor, found.dimension)


@pytest.mark.parametrize(("reason", "text"), [(r, t) for r, texts in REFUSED.items() for t in texts])
def test_what_is_no_unit_or_more_than_one_is_refused(reason: str, text: str) -> None:
    """A unit is in the vocabulary or refused with the reason; an ambiguous one says what it may be."""
    found = read_unit(text, UNITS)

    assert isinstance(found, Refusal)
    assert reason == found.reason
    assert found.message


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), ("-", "dash"), ("—", "dash"), ("N/A", "not_applicable")])
def test_no_unit_is_missing(text: str, reason: str) -> None:
    """Nothing and a dash are missing, not a plain number."""
    found = read_unit(text, UNITS)

    assert isinstance(found, Missing)
    assert reason == found.reason


def test_what_the_document_maps_comes_first() -> None:
    """A document decides what its own prints mean, also that one has no counterpart."""
    printed = {"G": UNITS.parse("GB"), "-": UNITS.parse("1"), "℃": None, "": UNITS.parse("1")}

    assert [read_unit(t, UNITS, printed) for t in ("G", "-", "", "Ｇ")] == [
        printed["G"],
        printed["-"],
        printed[""],
        printed["G"],
    ]
    assert Missing("no_counterpart", "℃") == read_unit("℃", UNITS, printed)


@given(st.text(max_size=40) | st.text("亿万元美金台币/月%‰²³mkWGBbps123 ^*()-", max_size=16))
def test_any_text_gives_one_of_three_answers(text: str) -> None:
    """The reader is total, its units are positive, and asking twice changes nothing."""
    found = read_unit(text, UNITS)

    assert isinstance(found, Unit | Missing | Refusal)
    assert found == read_unit(text, UNITS)
    assert not isinstance(found, Unit) or found.factor > 0


@given(
    st.sampled_from(["亿美元", "万元", "%", "kW", "GB/s", "万片/月", "个百分点", "百万元", "mm²"]),
    st.integers(1, 10**6),
)
def test_a_figure_times_its_unit_is_the_figure_in_the_base_unit(unit: str, number: int) -> None:
    """What the readers of numbers and units say together is the figure times the factor of its unit."""
    figure, found = read_number(f"{number}{unit}"), read_unit(unit, UNITS)

    assert isinstance(figure, Value)
    assert isinstance(found, Unit)
    assert read_unit(figure.printed_unit, UNITS) == found
    bare = read_unit(figure.unit, UNITS)
    assert isinstance(bare, Unit)
    assert number * found.factor == (figure.amount or 0) * (1 if bare.text in ("%", "pp") else bare.factor)
