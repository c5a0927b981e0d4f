"""Reads a printed unit into a unit of the vocabulary; what a document maps itself comes first."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bullwhip.errors import did_you_mean
from bullwhip.reading.characters import clean, excerpt, plain_digits
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.reading.words import MISSING_WORDS
from bullwhip.units import Unit, UnitError, Vocabulary

__all__ = ["UnitReading", "read_unit"]

UnitReading = Unit | Missing | Refusal

_SPELLINGS = {
    "美金": "美元", "US$": "USD", "NT$": "TWD", "HK$": "HKD", "NTD": "TWD", "€": "EUR", "£": "GBP", "日圆": "日元",
    "英镑": "GBP", "韩元": "KRW", "港币": "港元", "台币": "新台币", "新台币元": "新台币", "元新台币": "新台币",
    "元台币": "新台币", "人民币元": "元", "元人民币": "元", "个百分点": "pp", "百分点": "pp", "个pct": "pp",
    "个pp": "pp", "‰": "0.001", "成": "0.1", "基点": "0.01 pp", "个基点": "0.01 pp", "bp": "0.01 pp", "percent": "%",
    "倍": "1", "X": "1", "x": "1", "×": "1", "times": "1", "个月": "month", "年": "year", "个小时": "h",
    "毫秒": "0.001 s", "微秒": "0.000001 s", "days": "day", "years": "year", "months": "month", "weeks": "week",
    "hours": "h", "hour": "h", "minutes": "min", "minute": "min", "seconds": "s", "米": "m", "公里": "km",
    "千米": "km", "厘米": "cm", "毫米": "mm", "微米": "um", "μm": "um", "µm": "um", "纳米": "nm", "平方公里": "km^2",
    "立方米": "m^3", "升": "L", "克": "g", "公斤": "kg", "千克": "kg", "瓦时": "Wh", "兆瓦时": "MWh", "吉瓦": "GW",
    "字节": "B", "比特": "bit", "bits": "bit", "-bit": "bit", "bytes": "B", "Byte": "B", "Bytes": "B",
    "赫兹": "Hz", "兆赫": "MHz", "公顷": "ha",
    **{f"{p}b/s": f"{p}bit/s" for p in "kMGTP"}, **{f"{p}b": f"{p}bit" for p in "kMGTP"},
}  # fmt: skip
"""Printed spellings of units that the vocabulary has; each means one unit only."""

_AMBIGUOUS = {
    "bps": "bits per second or basis points",
    "M": "million or mega",
    "B": "bytes or billion",
    "K": "thousand or kelvin",
    "k": "thousand",
    "T": "trillion or tera",
    "G": "giga, of bytes or of bits per second",
    "月": "a duration or a month of the year",
    "日": "a duration or a day of the month",
    "分": "a point, a minute or a hundredth of a yuan",
    **{f"{p}FLOPs": "operations, or operations per second" for p in ("", "G", "T", "P", "E", "Z")},
}
"""Spellings that say nothing definite without their document."""
_EACH = {"月": "month", "日": "day", "季": "", "季度": ""}
"""Spellings behind a stroke, where they can only be durations; a quarter of a year has no unit."""
_ENGLISH = re.compile(r"(thousand|million|billion|trillion)\s?(?=\S)")
_SCALES = {"thousand": "千", "million": "百万", "billion": "十亿", "trillion": "万亿"}
_RAISED = re.compile("[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_POWER = re.compile(r"(?<![A-Za-z])([kcmμµn]?m)([23])(?![0-9A-Za-z])")
_SCALED = re.compile(r"(万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百)?(.*)", re.DOTALL)


def read_unit(text: str, vocabulary: Vocabulary, printed: Mapping[str, Unit | None] | None = None) -> UnitReading:
    """Return the unit that a printed unit is, missing, or a refusal with a hint.

    Args:
        text: the unit as printed, any text at all.
        vocabulary: the units of the workspace.
        printed: the document's own mapping, which decides; None where it says that a print has no counterpart.

    >>> units = Vocabulary.with_counts({"wafer": ("片",)})
    >>> read_unit("亿美金", units).text, read_unit("mm²", units).text, read_unit("万片/月", units).factor
    ('亿 美元', 'mm^2', Fraction(10000, 1))
    >>> read_unit("bps", units).detail, read_unit("", units).reason
    ('bits per second or basis points', 'empty')
    """
    if printed and text in printed:
        unit = printed[text]
        return Missing("no_counterpart", text) if unit is None else unit
    cleaned = clean(text)
    if isinstance(cleaned, Refusal):
        return cleaned
    missing = "empty" if not cleaned else MISSING_WORDS.get(cleaned.casefold())
    if missing and cleaned not in ("nm", "成"):
        return Missing(missing, excerpt(text))
    if printed and cleaned in printed:
        return read_unit(cleaned, vocabulary, printed)
    if cleaned.isdecimal() and cleaned != "1":
        return Refusal("unknown", excerpt(text), "a number is no unit")
    if cleaned in _AMBIGUOUS:
        hint = "say which one in the document's units"
        return Refusal("ambiguous", excerpt(text), _AMBIGUOUS[cleaned], hint)
    return _parsed(text, _rewritten(cleaned), vocabulary)


def _parsed(text: str, rewritten: str, vocabulary: Vocabulary) -> UnitReading:
    try:
        return vocabulary.parse(rewritten)
    except UnitError as error:
        known = [*vocabulary.names, *vocabulary.aliases, *_SPELLINGS]
        hint = error.hint or did_you_mean(excerpt(rewritten), known) or "say what it is in the document's units"
        return Refusal("unknown", excerpt(text), str(error), hint)


def _rewritten(text: str) -> str:
    """Return a printed unit in the spelling of the vocabulary: raised digits as powers, other spellings replaced."""
    text = _RAISED.sub(lambda m: f"^{plain_digits(m[0])}", text).replace("每", "/").replace(" per ", "/")
    text = _ENGLISH.sub(lambda m: _SCALES[m[1]], _POWER.sub(r"\1^\2", text))
    parts = re.split(r"(\s*[/*·()]\s*)", text)
    return "".join(_spelling(part, below=i > 1 and "/" in parts[i - 1]) for i, part in enumerate(parts))


def _spelling(part: str, *, below: bool) -> str:
    if below and part in _EACH:
        return _EACH[part] or part
    match = _SCALED.fullmatch(part)
    scale, name = (match[1] or "", match[2]) if match else ("", part)
    known = _SPELLINGS.get(name.strip())
    if known is None:
        return part
    return f"{scale} {known}".strip() if scale else known
