"""Reads a printed number: value or range, bound, scale, unit, and whether it is a level, a change or a multiple.

A total function: every text gives a `Value`, a `Missing` or a `Refusal`, in time linear in its length. The grammar is

    words* currency? (number | accounting parentheses) scale? unit? (to number scale? unit?)? words* footnote?

and whatever does not fit it as a whole is refused. See docs/convention.md §5.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from bullwhip.numbers import fraction_text
from bullwhip.reading.amount import Amount, read_amount
from bullwhip.reading.characters import clean, excerpt
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.reading.period import looks_like_period
from bullwhip.reading.phrases import read_phrase
from bullwhip.reading.refusing import why_refused
from bullwhip.reading.unit_text import NO_UNITS, UNIT_TIMES
from bullwhip.reading.words import (
    BOUND_AFTER,
    BOUND_BEFORE,
    CHANGE,
    COMPARED,
    LEVEL,
    MISSING_WORDS,
    NEUTRAL,
    SCALES,
    SHARES,
)

__all__ = ["Reading", "Sense", "Value", "read_number", "try_number"]

Sense = Literal["level", "change", "multiple"]


@dataclass(frozen=True, slots=True)
class Value:
    """A figure as printed: digits, scale and unit apart, nothing converted."""

    value: Fraction | None
    """In the printed scale and unit; None where a range is printed."""
    low: Fraction | None = None
    high: Fraction | None = None
    bound: str = ""
    """One of `~ < <= > >=`, or empty."""
    scale: str = ""
    """万, 亿, million …, or empty."""
    unit: str = ""
    """The rest of the printed unit, e.g. 美元, %, GB/s, 倍, or empty."""
    sense: Sense = "level"
    """level; change: an increase or decrease by so much; multiple: so many times something."""
    marks: tuple[str, ...] = ()
    """Marks of footnotes that hung on the figure."""

    @property
    def factor(self) -> Fraction:
        """What one of the printed scale and part (%, ‰, pp, 成) is."""
        return Fraction(10) ** (SCALES.get(self.scale, 0) + SHARES.get(self.unit, 0))

    @property
    def printed_unit(self) -> str:
        """Scale and unit together, as tables state them: 亿美元."""
        return f"{self.scale} {self.unit}".rstrip() if self.scale.isascii() and self.scale else self.scale + self.unit

    @property
    def amount(self) -> Fraction | None:
        """The value without scale and as a part of one: 1.5 万 is 15,000, 3 % is 0.03."""
        return None if self.value is None else self.value * self.factor

    @property
    def growth(self) -> Fraction | None:
        """The relative change, where the figure is one: 增长2倍 is 2 (+200 %), 翻番 is 1 (+100 %), 是…的3倍 is 2."""
        parts = self.unit in SHARES and self.unit.rstrip("%") in ("", "成", "percent", "‰")
        if self.amount is None or (self.unit and not parts and self.unit not in UNIT_TIMES):
            return None
        if self.sense == "change":
            return self.amount if self.unit else None
        return self.amount - 1 if self.sense == "multiple" else None

    def __str__(self) -> str:
        figure = f"{_text(self.low)}–{_text(self.high)}" if self.value is None else _text(self.value)
        return f"{self.bound}{figure}{' ' if self.printed_unit else ''}{self.printed_unit}"


Reading = Value | Missing | Refusal

_PLAIN = re.compile(r"(-?(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,12})?)(%?)")
_PER = re.compile(r"([百千])分之([零〇一二两三四五六七八九十百千点]+|[0-9]+(?:\.[0-9]+)?)")
_BASES = ("去年", "去年同期", "上年", "上年同期", "前年", "原来", "原先", "此前", "上一代", "前一代", "其", "它")
_LEADS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(NEUTRAL, ("neutral", "")),
    **{w: ("bound", b) for w, b in BOUND_BEFORE.items()},
    **{w: ("change", "+" if d > 0 else "-") for w, d in CHANGE.items()},
    **dict.fromkeys(LEVEL, ("level", "")),
    **{f"{w}的": ("times", "") for w in _BASES},
    **dict.fromkeys(COMPARED, ("growth", "")),
}
_LEAD = re.compile(
    "|".join(
        re.escape(w) + ("(?= )" if w.isascii() and w[0].isalpha() else "(?![少多])" if w.endswith("至") else "")
        for w in sorted(_LEADS, key=lambda w: (-len(w), w))
    )
)
_TRAIL = re.compile("|".join(re.escape(w) for w in sorted(BOUND_AFTER, key=lambda w: (-len(w), w))))
_TIMES_OF = re.compile(r"(?:是|为|约为|相当于|达到|达)[^0-9不未没非到至]{1,20}?的(?=.*(?:倍|一半|分之|[0-9]/[0-9]))")
_MARK = re.compile(r"\s*(\[[0-9]{1,3}\]|[①-⑳]|[*†‡§]{1,3}|[⁰¹²³⁴-⁹]{1,3}|\(?注\s?[0-9]{0,2}\)?)$")
_TO = re.compile(r"\s*(?:-|—|~|至|到|\bto\b)\s*")
_STRICT = {frozenset((">", ">=")): ">=", frozenset(("<", "<=")): "<="}
_MAY_BE_PERIOD = ("identifier", "notation", "several", "separator", "contradiction", "limit")
_FLIP = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "~": "~", "": ""}


def read_number(text: str, units: Collection[str] = NO_UNITS) -> Reading:
    """Return what a printed figure says, missing with a reason, or a refusal with a reason.

    Args:
        text: the figure as printed, any text at all.
        units: printed units that the document is known to use, beside those every reader knows.

    >>> str(read_number("40.8-42亿美元")), str(read_number("超过 77,000 家")), str(read_number("(0.04)"))
    ('40.8–42 亿美元', '>77000 家', '-0.04')
    >>> read_number("增长2倍").growth, read_number("10²⁴").value == 10**24, read_number("扭亏").reason
    (Fraction(2, 1), True, 'turned_profit')
    >>> [read_number(t).reason for t in ("12³", "1,23", "24E2", "H100", "3、4", "2014-2024M1~5")]
    ['superscript', 'separator', 'notation', 'identifier', 'several', 'period']
    """
    found = try_number(text, units)
    if found is not None and not (isinstance(found, Refusal) and found.reason in _MAY_BE_PERIOD):
        return replace(found, text=excerpt(text)) if isinstance(found, Refusal) else found
    cleaned = clean(text)
    assert isinstance(cleaned, str)  # noqa: S101  what cannot be cleaned was refused above
    if looks_like_period(cleaned):
        return Refusal("period", excerpt(text))
    reason, detail = (found.reason, found.detail) if found is not None else why_refused(cleaned)
    return Refusal(reason, excerpt(text), detail)


def try_number(text: str, units: Collection[str] = NO_UNITS) -> Reading | None:
    """Return what `read_number` returns, but None where only the reason of a refusal would have to be found."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        return Value(Fraction(plain[1]), unit=plain[2])
    cleaned = clean(text)
    if isinstance(cleaned, Refusal):
        return cleaned
    folded = cleaned.casefold()
    missing = MISSING_WORDS.get(folded.replace(" ", "")) or MISSING_WORDS.get(folded) if cleaned else "empty"
    if missing and cleaned != "nm":
        return Missing(missing, excerpt(text))
    phrase = read_phrase(cleaned)
    if phrase is not None:
        value, unit, sense, bound = phrase
        return Value(value, unit=unit, sense=sense, bound=bound)
    return _Reader(_PER.sub(_as_sign, cleaned), units).read()


def _as_sign(match: re.Match[str]) -> str:
    """Return 30% for 百分之30."""
    return match[2] + ("%" if match[1] == "百" else "‰")


class _Reader:
    """One pass over a cleaned text, from left to right."""

    def __init__(self, text: str, units: Collection[str]) -> None:
        self.text, self.units, self.at = text.rstrip("。;"), units, 0
        self.bound, self.sense, self.sign = "", "level", 1
        self.directed = self.times = False

    def read(self) -> Value | Refusal | None:
        """Return the value; a refusal where the reason is known here; None where the text fits no rule."""
        refused = self.lead()
        if refused:
            return refused
        first = read_amount(self.text, self.at, self.units)
        if not isinstance(first, Amount):
            return first
        last, self.at = first, first.end
        separator = _TO.match(self.text, self.at)
        if separator and separator.end() < len(self.text):
            second = read_amount(self.text, separator.end(), self.units)
            if not isinstance(second, Amount):
                return second
            last, self.at = second, second.end
        refused = self.trail(last)
        if refused:
            return refused
        if last is first and self.text[self.at :] == "-" and not first.signed and self.at == first.end:
            return self.trailing_minus(first)
        marks = self.marks(last)
        if marks is None:
            return None
        result = self.single(first) if last is first else self.range(first, last)
        return replace(result, marks=marks) if isinstance(result, Value) else result

    def lead(self) -> Refusal | None:
        """Read the words before the figure."""
        times = _TIMES_OF.match(self.text)
        if times:
            self.at, self.times = times.end(), True
        while match := _LEAD.match(self.text, self.at):
            kind, what = _LEADS[match[0]]
            if kind == "bound":
                if not self.bounded(what):
                    return Refusal("contradiction", detail=f"{self.bound} and {match[0]}")
            elif kind == "change":
                if self.directed:
                    return Refusal("contradiction", detail=match[0])
                self.directed, self.sense, self.sign = True, "change", 1 if what == "+" else -1
            elif kind == "level":
                self.sense, self.sign, self.directed = "level", 1, True
            elif kind == "growth":
                self.sense = "change"
            elif kind == "times":
                if self.sense == "change" or self.times:
                    return Refusal("contradiction", detail=match[0])
                self.times = True
            self.at = match.end()
            while self.text[self.at : self.at + 1] == " ":
                self.at += 1
        return None

    def trail(self, last: Amount) -> Refusal | None:
        """Read the words after the figure, and the approximations inside it."""
        bounds = [last.bound] if last.bound else []
        while True:
            start = self.at
            while self.text[start : start + 1] == " ":
                start += 1
            match = _TRAIL.match(self.text, start)
            if not match:
                break
            bounds.append(BOUND_AFTER[match[0]])
            self.at = match.end()
        for bound in bounds:
            if not self.bounded(bound):
                return Refusal("contradiction", detail=f"{self.bound} and {bound}")
        return None

    def bounded(self, bound: str) -> bool:
        """Take in a bound; return False where it contradicts one that was there. 超过…以上 is at least so much."""
        merged = bound if self.bound in ("", bound) else _STRICT.get(frozenset((self.bound, bound)), "")
        self.bound = merged or self.bound
        return bool(merged)

    def marks(self, last: Amount) -> tuple[str, ...] | None:
        """Return the marks of footnotes at the end; None where anything else is left."""
        if self.at == len(self.text):
            return ()
        match = _MARK.match(self.text, self.at)
        if not match or (
            match[1][0] in "⁰¹²³⁴⁵⁶⁷⁸⁹" and (not last.unit or (last.unit[-1].isascii() and last.unit != "%"))
        ):
            return None
        return (match[1],)

    def trailing_minus(self, a: Amount) -> Value | Refusal:
        """Read `3.2-`, a negative figure in some ledgers, where nothing else is said of it."""
        if self.sense != "level" or self.bound or self.directed or a.scale or a.unit not in ("", "%"):
            return Refusal("notation", detail="a dash behind the figure")
        return Refusal("period") if _is_year(a) else Value(-a.value, unit=a.unit)

    def single(self, a: Amount) -> Value | Refusal:
        value = a.value
        if _short_year(a) and not self.said:
            return Refusal("ambiguous", detail=f"{a.value} years, or the year 20{a.value}")
        if self.sense == "change" and self.sign < 0:
            if value < 0:
                return Refusal("contradiction", detail="a decrease by a negative figure")
            if a.unit in UNIT_TIMES:
                return Refusal("notation", detail="a decrease by a number of times")
            value, self.bound = -value, _FLIP[self.bound]
        return Value(value, None, None, self.bound, a.scale, a.unit, self.final_sense(a))

    @property
    def said(self) -> bool:
        """Whether words beside the figure say that it is an amount."""
        return bool(self.bound) or self.directed or self.sense != "level"

    def final_sense(self, a: Amount) -> Sense:
        if self.sense == "change":
            return "change"
        return "multiple" if self.times or a.unit in UNIT_TIMES else "level"

    def range(self, a: Amount, b: Amount) -> Value | Refusal:
        if a.bound:
            return Refusal("contradiction", detail="a bound inside a range")
        if a.currency and not b.unit:  # $3-4bn
            b = replace(b, unit=a.unit)
        if (a.unit and not b.unit) or (a.scale and not b.scale):
            return Refusal("notation", detail="the unit stands at the lower end of a range only")
        if a.unit and b.unit and a.unit != b.unit:
            return Refusal("several", detail=f"{a.unit} and {b.unit}")
        if a.signed and not b.signed and self.text[a.end : a.end + 1] == "-":
            return Refusal("notation", detail="a range from a negative figure to one without a sign")
        low, high = a.value, b.value
        if a.scale and a.scale != b.scale:
            low *= Fraction(10) ** (SCALES[a.scale] - SCALES.get(b.scale, 0))
        if _is_year(a) and _is_year(b) and b.unit in ("", "年") and not b.scale:
            return Refusal("period")
        if _short_year(b) and a.value >= 20 and not self.said:
            return Refusal("ambiguous", detail="a number of years or years of the century")
        if low >= high:
            return Refusal("notation", detail="a range that does not rise")
        sense = self.final_sense(b)
        if self.sense == "change" and self.sign < 0:
            if low < 0 or b.unit in UNIT_TIMES:
                return Refusal("contradiction", detail="a decrease by a negative figure")
            low, high, self.bound = -high, -low, _FLIP[self.bound]
        return Value(None, low, high, self.bound, b.scale, b.unit, sense)


def _is_year(a: Amount) -> bool:
    return a.value.denominator == 1 and 1900 <= a.value <= 2100 and not a.scale and a.plain


def _short_year(a: Amount) -> bool:
    """Return whether 24年 may as well be the year 2024."""
    return a.unit == "年" and a.plain and not a.scale and not a.signed and a.value in range(20, 36)


def _text(value: Fraction | None) -> str:
    return "" if value is None else fraction_text(value)
