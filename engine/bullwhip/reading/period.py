"""Reads a printed period: a year, half, quarter, month, day or range, calendar or fiscal, with first and last day.

The one place where periods are read. A fiscal period has dates only where the fiscal calendar is known; without it the
reader says which period it is and why it has no dates, and never takes the calendar year instead (convention §5).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from bullwhip.reading.calendar import FiscalCalendar
from bullwhip.reading.characters import clean, excerpt
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.reading.parts import Part, PartError, read_part, read_rest
from bullwhip.reading.words import MISSING_WORDS

__all__ = ["Kind", "Period", "PeriodReading", "looks_like_period", "read_period"]

Grain = Literal["year", "half", "quarter", "month", "day", "moment", "range"]
Kind = Literal["calendar", "fiscal"]


@dataclass(frozen=True, slots=True)
class Period:
    """A period as printed, with its first and last day where they are known."""

    label: str
    """In one spelling: 2024, FY2024, 2024H1, 2024Q2, 2024-05, 2024-05-31, and two of them with `..` for a range."""
    grain: Grain
    kind: Kind
    start: date | None
    """First day, inclusive; None where it is not known or the period is open to the past."""
    end: date | None
    """Last day, inclusive; None where it is not known or the period is open to the future."""
    status: str = ""
    """A actual, E estimate, F forecast, where the print marks it."""
    note: str = ""
    """Why a day is missing."""

    @property
    def year(self) -> int | None:
        """The year, where the period is a plain calendar year."""
        plain = self.grain == "year" and self.kind == "calendar" and not self.label.startswith("FY")
        return self.start.year if plain and self.start is not None else None


PeriodReading = Period | Missing | Refusal

_PAST, _FUTURE = "open to the past", "open to the future"
_NO_CALENDAR = "a fiscal period without a known fiscal calendar"
_WHICH_YEAR = "by a fiscal calendar, but the year may be that of the fiscal year or that of the day"
_SINCE = re.compile(r"(?:from|自|从|since) ?(.+?)(?:起|以来|至今)?|(.+?)(?:\+|-|起|以来|至今|onwards)")
_UNTIL = re.compile(r"(?:to|until|截至|截止|至) ?(.+)")
_STATUS = re.compile(
    r"(.*[0-9年度季半月])\s?(?:\(([AEF])\)|([AEF])|\(?(预测|预计|预期|实际)值?\)?)", re.IGNORECASE | re.DOTALL
)
_STATUS_WORDS = {"预测": "E", "预计": "E", "预期": "E", "实际": "A"}
_BASIS = re.compile(r"(.+?)\s?\(([^()]*)\)")
_MOMENT = re.compile(r"(.+?)\s?(?:末|底|end|END|年末|年底)")
_SEPARATOR = re.compile(r"\.\.|\s?(?:~|至|到|—|-)\s?")
_PLAN = re.compile(r"[“\"]?十([一二三四五])?五[”\"]?(?:期间|时期|规划)?")
_LIST = re.compile(r"[,，、;/&]|和|与|\bor\b|或")
_NO_YEAR = re.compile(
    r"(?:第?[一二三四1-4]季度?|[QH][1-4]|[1-4][QH]|[上下]半年|前[三3]季度|(?:1[0-2]|0?[1-9])月(?:[0-9]{1,2}日)?|[0-9]{1,2}-[0-9]{1,2}月)[AEF]?",
    re.I,
)
_RELATIVE = re.compile(
    r".*(?:今年|去年|明年|前年|后年|本年|本期|当年|当前|目前|现在|报告期|近期|近年|近日|未来|过去|此前|之前|每年|年初|启动|下一代|次年|"
    r"上年|同期|本月|上月|本季|上季|last|next|current|this|ago|later|future|future|period|each|every|[0-9]\s?y(?:ears?)?$).*",
    re.IGNORECASE,
)


def read_period(text: str, calendar: FiscalCalendar | None = None) -> PeriodReading:
    """Return the period that a text says, missing with a reason, or a refusal with a reason.

    Args:
        text: the period as printed, any text at all.
        calendar: the fiscal calendar of the company that the period is about, where it is known.

    >>> p = read_period("24Q2"); p.label, str(p.start), str(p.end), p.kind
    ('2024Q2', '2024-04-01', '2024-06-30', 'calendar')
    >>> p = read_period("FY25Q2"); p.label, p.start, p.note
    ('FY2025Q2', None, 'a fiscal period without a known fiscal calendar')
    >>> from bullwhip.reading.calendar import read_rule
    >>> str(read_period("FY25Q2", read_rule("nvidia", "last sunday of 01", 4)).end)
    '2024-07-28'
    >>> read_period("2014-2024M1~5").label, read_period("2024E").status, read_period("24E2").reason
    ('2014..2024-05', 'E', 'no_period')
    """
    cleaned = clean(text)
    if isinstance(cleaned, Refusal):
        return cleaned
    if not cleaned or cleaned.casefold() in MISSING_WORDS:
        return Missing(MISSING_WORDS.get(cleaned.casefold(), "empty"), excerpt(text))
    if not any(c.isdigit() or c in "十二" for c in cleaned):
        return _refuse(cleaned)
    try:
        found = _read(cleaned, calendar)
    except PartError as error:
        return Refusal(error.reason, excerpt(text), str(error))
    return found if found is not None else _refuse(cleaned)


def looks_like_period(text: str) -> bool:
    """Return whether a text is a period, for readers of other things.

    >>> looks_like_period("2024年5月"), looks_like_period("45%")
    (True, False)
    """
    return isinstance(read_period(text), Period)


def _refuse(text: str) -> Refusal:
    if _NO_YEAR.fullmatch(text):
        return Refusal("no_year", excerpt(text))
    if _RELATIVE.fullmatch(text):
        return Refusal("relative", excerpt(text))
    if _LIST.search(text) and all(_is_part(p) for p in _LIST.split(text)):
        return Refusal("several", excerpt(text))
    return Refusal("no_period", excerpt(text))


def _is_part(text: str) -> bool:
    try:
        return read_part(text.strip()) is not None
    except PartError:
        return False


def _read(text: str, calendar: FiscalCalendar | None) -> Period | None:
    """Return the period of a text with its mark of status, its basis in parentheses, or an open end."""
    if match := _STATUS.fullmatch(text):
        mark = (match[2] or match[3] or _STATUS_WORDS[match[4]]).upper()
        found = _closed(match[1], calendar, mark=mark)
        return replace(found, status=mark) if found else None
    if match := _BASIS.fullmatch(text):
        fiscal = "财年" in match[2] or "fiscal" in match[2].casefold()
        if match[2].casefold().startswith(("calendar", "自然年", "日历年")):
            return _closed(match[1], calendar)
        found = _closed(match[1], None, as_fiscal=True) if fiscal else None
        return replace(found, note=_WHICH_YEAR) if found else None
    found = _closed(text, calendar)
    if found:
        return found
    if match := _SINCE.fullmatch(text):
        since = _closed(match[1] or match[2], calendar)
        if since:
            note = since.note or _FUTURE
            return replace(since, label=f"{since.label}..", grain="range", end=None, note=note)
    if match := _UNTIL.fullmatch(text):
        until = _closed(match[1], calendar)
        if until:
            return replace(until, label=f"..{until.label}", grain="range", start=None, note=until.note or _PAST)
    return None


def _closed(text: str, calendar: FiscalCalendar | None, *, as_fiscal: bool = False, mark: str = "") -> Period | None:
    """Return a period with two ends: one part, its last day, or a range."""
    part = read_part(text, marked=bool(mark))
    if part is not None:
        return _period(part, calendar, as_fiscal)
    if (match := _MOMENT.fullmatch(text)) and (part := read_part(match[1])) is not None:
        whole = _period(part, calendar, as_fiscal)
        return replace(whole, label=f"{whole.label}-end", grain="moment", start=whole.end)
    if match := _PLAN.fullmatch(text):
        year = 2001 + 5 * " 一二三四五".index(match[1] or " ")  # 十一五, the eleventh, is 2006 to 2010
        return Period(f"{year}..{year + 4}", "range", "calendar", date(year, 1, 1), date(year + 4, 12, 31))
    found = []
    for separator in _SEPARATOR.finditer(text):
        head = text[: separator.start()]
        first = _part_or_none(read_part, head)
        if first is None and mark and head.upper().endswith(mark):  # 2024E-2026E
            first = _part_or_none(_read_marked, head[:-1])
        if first is None:
            continue
        tail = text[separator.end() :]
        last = _part_or_none(_read_marked if mark else read_part, tail) or read_rest(tail, first)
        if last is not None:
            found.append((first, last))
    if len(found) != 1:
        return None
    return _range(_period(found[0][0], calendar, as_fiscal), _period(found[0][1], calendar, as_fiscal))


def _read_marked(text: str) -> Part | None:
    return read_part(text, marked=True)


def _part_or_none(read: Callable[[str], Part | None], text: str) -> Part | None:
    try:
        return read(text)
    except PartError:
        return None


def _range(first: Period, last: Period) -> Period:
    if first.kind != last.kind:
        raise PartError("ambiguous", "one end is a fiscal period and the other is not")
    before = first.start is None or last.start is None or first.start < last.start
    if not before or first.label == last.label or (first.end and last.end and first.end > last.end):
        raise PartError("ambiguous", "the end does not lie after the beginning")
    label = f"{first.label.partition('..')[0]}..{last.label.rpartition('..')[2]}"
    return Period(label, "range", first.kind, first.start, last.end, "", first.note or last.note)


def _period(part: Part, calendar: FiscalCalendar | None, as_fiscal: bool) -> Period:
    label = part.label
    if as_fiscal and not part.fiscal:
        part = replace(part, fiscal=True)
        label = part.label
    if not part.fiscal:
        return Period(label, part.grain, "calendar", *part.span())
    if part.grain in ("month", "day"):
        raise PartError("ambiguous", "a month of a fiscal year")
    if calendar is None:
        return Period(label, part.grain, "fiscal", None, None, "", _NO_CALENDAR)
    if part.year < calendar.since:
        note = f"the fiscal calendar of {calendar.company} is known from {calendar.since} only"
        return Period(label, part.grain, "fiscal", None, None, "", note)
    span = calendar.quarters(part.year, *part.quarters())
    kind: Kind = "calendar" if calendar.is_calendar_year else "fiscal"
    if span is None:
        note = f"which quarter of a year of 53 weeks is longer is not known of {calendar.company}"
        return Period(label, part.grain, kind, None, None, "", note)
    return Period(label, part.grain, kind, *span)
