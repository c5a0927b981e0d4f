"""Reads one part of a printed period: a year, half, quarter, month, day, or some months or quarters of one year."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bullwhip.reading.calendar import Span, month_span

__all__ = ["Part", "PartError", "read_part", "read_rest"]

_MONTHS = {
    m: i for i, m in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}


_CHINESE = {ord(c): str(i) for i, c in enumerate("〇一二三四五六七八九")} | {ord("零"): "0"}


class PartError(ValueError):
    """A text has the form of a period but is none, or more than one."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Part:
    """Months `first` to `last` of one year, or a day."""

    year: int
    grain: Literal["year", "half", "quarter", "month", "day", "range"]
    first: int
    """First month; of a fiscal year, counted from its beginning."""
    last: int
    fiscal: bool = False
    day: int = 0

    @property
    def label(self) -> str:
        """The part in one spelling."""
        name = f"FY{self.year}" if self.fiscal else str(self.year)
        if self.grain == "year":
            return name
        if self.grain == "half":
            return f"{name}H{(self.last + 5) // 6}"
        if self.grain == "quarter":
            return f"{name}Q{self.last // 3}"
        if self.grain == "day":
            return f"{self.year:04}-{self.first:02}-{self.day:02}"
        if self.grain == "month":
            return f"{self.year:04}-{self.first:02}"
        if self.fiscal:
            return f"{name}Q{(self.first + 2) // 3}..Q{self.last // 3}"
        return f"{self.year:04}-{self.first:02}..{self.year:04}-{self.last:02}"

    def quarters(self) -> tuple[int, int]:
        """Return the first and the last quarter, for a part made of quarters."""
        return (self.first + 2) // 3, self.last // 3

    def span(self) -> Span:
        """Return the first and last day, counted by the calendar."""
        if self.grain == "day":
            day = date(self.year, self.first, self.day)
            return day, day
        return month_span(self.year, self.first)[0], month_span(self.year, self.last)[1]


_YEAR = (
    r"(?:(?P<fy>FY|F)|(?P<cy>CY))?'?(?P<y>[0-9]{4}|[0-9]{2})(?:/(?P<y2>[0-9]{4}|[0-9]{2}))?(?P<nian>年)?(?P<fy2>FY)?"
)
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"{_YEAR}"), "year"),
    (re.compile(rf"{_YEAR}[-'. ]?(?P<u>[QH])(?P<n>[0-9])"), "part"),
    (re.compile(rf"(?P<u>[QH])(?P<n>[0-9])(?:[-' ]|(?=F|[0-9]{{4}})){_YEAR}"), "part"),
    (re.compile(rf"(?P<n>[0-9])(?P<u>[QH])[-' ]?{_YEAR}"), "part"),
    (re.compile(r"(?P<fy>F)(?P<n>[0-9])(?P<u>[QH])'?(?P<y>[0-9]{2})"), "part"),
    (re.compile(rf"{_YEAR}Q(?P<n>[0-9])[-~至到]Q?(?P<n2>[0-9])"), "quarters"),
    (re.compile(r"(?P<y>[0-9]{4})(?P<sep>[-./])(?P<m>[0-9]{1,2})"), "month"),
    (re.compile(r"(?P<y>[0-9]{4}|[0-9]{2})年(?P<m>[0-9]{1,2})月"), "month"),
    (re.compile(r"(?P<y>[0-9]{4})M(?P<m>[0-9]{1,2})"), "month"),
    (re.compile(r"MON(?P<m>[0-9][0-9]),? ?(?P<y>[0-9]{4})|(?P<y2>[0-9]{4})-?MON(?P<m2>[0-9][0-9])"), "named"),
    (re.compile(r"(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"), "day"),
    (re.compile(r"(?P<y>[0-9]{4}|[0-9]{2})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})[日号]"), "day"),
    (re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"), "day"),
    (re.compile(r"MON(?P<m>[0-9][0-9]) ?(?P<d>[0-9]{1,2}),? ?(?P<y>[0-9]{4})"), "day"),
    (re.compile(r"(?P<d>[0-9]{1,2})MON(?P<m>[0-9][0-9]),? ?(?P<y>[0-9]{4})"), "day"),
    (re.compile(r"(?P<y>[0-9]{4}|[0-9]{2})(?:年|M)(?P<m>[0-9]{1,2})月?[-~至到]M?(?P<m2>[0-9]{1,2})月?"), "months"),
    (re.compile(r"(?P<n>[0-9]{1,2})M'?(?P<y>[0-9]{4}|[0-9]{2})|(?P<y2>[0-9]{4}) (?P<n2>[0-9]{1,2})M"), "cumulative"),
)
_WORDS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(r"财政年度|财年"), "FY"),
    (re.compile(r"前[三3]个?季度|第?[一1][-~至到]第?[三3]季度"), "Q1-Q3"),
    (re.compile(r"前[两二2]个?季度"), "H1"),
    (re.compile(r"第?[一1]季度?"), "Q1"),
    (re.compile(r"第?[二2]季度?"), "Q2"),
    (re.compile(r"第?[三3]季度?"), "Q3"),
    (re.compile(r"第?[四4]季度?"), "Q4"),
    (re.compile(r"上半年度?"), "H1"),
    (re.compile(r"下半年度?"), "H2"),
    (re.compile(r"年度|年全年|全年(?=$)"), "年"),
    (re.compile(r"(?i)\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?![a-z])"), None),
    (re.compile(r"(?i)(?:f(?:iscal)? ?y(?:ear)?|fiscal) ?(?=[0-9])"), "FY"),
    (re.compile(r"(?i)\bcy ?(?=[0-9])"), "CY"),
    (re.compile(r"(?<=[0-9])fy(?![a-z])"), "FY"),
    (re.compile(r"q(?=[0-9])"), "Q"),
    (re.compile(r"h(?=[0-9])"), "H"),
    (re.compile(r"(?<=[0-9])q(?= ?'?(?:FY)?[0-9])"), "Q"),
    (re.compile(r"(?<=[0-9])h(?= ?'?(?:FY)?[0-9])"), "H"),
    (re.compile(r"(?<![0-9]) | (?![0-9])"), ""),
)


def read_part(text: str, *, marked: bool = False) -> Part | None:
    """Return the part of a period that a text says, or None where it says none.

    Args:
        text: the part.
        marked: whether a mark such as E stood behind it, so that two digits are a year.

    Raises:
        PartError: where the text has the form of one, but names month 13 or quarter 5, or can be read in two ways.

    >>> read_part("2024年二季度").label, read_part("1H24").label, read_part("2024M1~5").label, read_part("H100")
    ('2024Q2', '2024H1', '2024-01..2024-05', None)
    """
    if len(text) > 40:
        return None
    if text[4:5] == "年":  # 二〇二四年
        text = text[:4].translate(_CHINESE) + text[4:]
    for pattern, replacement in _WORDS:
        text = pattern.sub(_month_name if replacement is None else replacement, text)
    for form, name in _FORMS:
        if match := form.fullmatch(text):
            if name == "year":
                return _as_year(match.groupdict(), marked=marked)
            return _BUILD[name](match.groupdict(), match)
    return None


def _month_name(match: re.Match[str]) -> str:
    name = match[0].rstrip(".").lower()
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    number = _MONTHS[name[:3]]
    good = name in (name[:3], full[number - 1], "sept")
    return f"MON{number:02}" if good else match[0]


def read_rest(text: str, first: Part) -> Part | None:
    """Return the end of a range that leaves out what it shares with its beginning, or None where it is none.

    >>> read_rest("Q3", read_part("2022Q1")).label, read_rest("06-30", read_part("2024-01-01")).label
    ('2022Q3', '2024-06-30')
    """
    year = f"{'FY' if first.fiscal else ''}{first.year}"
    if re.fullmatch(r"[QH][0-9]", text) and first.grain in ("quarter", "half"):
        text = year + text
    elif re.fullmatch(r"[0-9]{1,2}月?", text) and first.grain == "month":
        text = f"{year}年{text.rstrip('月')}月"
    elif (match := re.fullmatch(r"([0-9]{2})-([0-9]{2})|([0-9]{1,2})月([0-9]{1,2})日", text)) and first.grain == "day":
        text = f"{year}年{match[1] or match[3]}月{match[2] or match[4]}日"
    else:
        return None
    try:
        return read_part(text)
    except PartError:
        return None


_Groups = dict[str, str | None]


def _year_of(groups: _Groups, *, marked: bool = True) -> tuple[int, bool]:
    """Return the year and whether it is fiscal; a pair of years such as 2022/23 is the fiscal year that ends in 23."""
    fiscal = bool(groups.get("fy") or groups.get("fy2"))
    year = _full_year(groups["y"] or "", marked=marked or fiscal)
    second = groups.get("y2")
    if second is None:
        return year, fiscal
    if not fiscal:
        raise PartError("several" if len(second) == 4 else "ambiguous", "two years without a word for a fiscal year")
    last = int(second) if len(second) == 4 else year // 100 * 100 + int(second)
    if last != year + 1:
        raise PartError("several", "two years that do not follow each other")
    return last, True


def _full_year(text: str, *, marked: bool = True) -> int:
    year = int(text)
    if len(text) == 4:
        if not 1900 <= year <= 2099:
            raise PartError("no_period", f"the year {year} is outside 1900 to 2099")
        return year
    if not marked:
        raise PartError("ambiguous", "two digits that need not be a year")
    if 50 <= year < 90:
        raise PartError("ambiguous", f"the century of {text}")
    return year + (2000 if year < 50 else 1900)


def _as_year(groups: _Groups, *, marked: bool) -> Part:
    second = groups["y2"] or ""
    if re.fullmatch("0[1-9]|1[0-2]", second) and len(groups["y"] or "") == 4 and not groups["fy"] and not groups["fy2"]:
        return _as_month(groups | {"m": second, "sep": "/"})
    year, fiscal = _year_of(groups, marked=marked or bool(groups["nian"] or groups["cy"]))
    return Part(year, "year", 1, 12, fiscal)


def _as_part(groups: _Groups, match: re.Match[str]) -> Part:
    year, fiscal = _year_of(groups)
    number, quarter = int(groups["n"] or 0), groups["u"] == "Q"
    if not 1 <= number <= (4 if quarter else 2):
        raise PartError("no_period", f"a {'quarter' if quarter else 'half'} {number}")
    months = 3 if quarter else 6
    return Part(year, "quarter" if quarter else "half", months * (number - 1) + 1, months * number, fiscal)


def _as_quarters(groups: _Groups, match: re.Match[str]) -> Part:
    year, fiscal = _year_of(groups)
    first, last = int(groups["n"] or 0), int(groups["n2"] or 0)
    if not 1 <= first < last <= 4:
        raise PartError("no_period", f"quarters {first} to {last}")
    return Part(year, "range", 3 * first - 2, 3 * last, fiscal)


def _as_month(groups: _Groups, match: re.Match[str] | None = None) -> Part:
    text, separator = groups["m"] or "", groups.get("sep")
    year = _full_year(groups["y"] or "")
    if separator and separator != "-" and len(text) == 1:
        raise PartError("ambiguous", f"{year}{separator}{text} need not be a month")
    if separator == "/" and int(text) == year % 100 + 1:
        raise PartError("ambiguous", f"{year}/{text} is a month or a fiscal year")
    return Part(year, "month", _month(text), _month(text))


def _as_named(groups: _Groups, match: re.Match[str]) -> Part:
    month = _month(groups["m"] or groups["m2"] or "")
    return Part(_full_year(groups["y"] or groups["y2"] or ""), "month", month, month)


def _as_day(groups: _Groups, match: re.Match[str]) -> Part:
    year, month, day = _full_year(groups["y"] or ""), _month(groups["m"] or ""), int(groups["d"] or 0)
    if groups.get("sep") == "-" and len(groups["m"] or "") == 1 and month < day <= 12:
        raise PartError("ambiguous", f"{match[0]} is a day or some months")
    try:
        date(year, month, day)
    except ValueError:
        raise PartError("no_period", f"a day {day} in month {month} of {year}") from None
    return Part(year, "day", month, month, False, day)


def _as_months(groups: _Groups, match: re.Match[str]) -> Part:
    first, last = _month(groups["m"] or ""), _month(groups["m2"] or "")
    if first >= last:
        raise PartError("no_period", f"months {first} to {last}")
    return Part(_full_year(groups["y"] or ""), "range", first, last)


def _as_cumulative(groups: _Groups, match: re.Match[str]) -> Part:
    """Read 9M24, the first nine months."""
    months = int(groups["n"] or groups["n2"] or 0)
    if months not in (3, 6, 9, 12):
        raise PartError("ambiguous", f"{months} months")
    return Part(_full_year(groups["y"] or groups["y2"] or ""), "range", 1, months)


def _month(text: str) -> int:
    if not 1 <= int(text) <= 12:
        raise PartError("no_period", f"a month {int(text)}")
    return int(text)


_BUILD: dict[str, Callable[[_Groups, re.Match[str]], Part]] = {
    "part": _as_part, "quarters": _as_quarters, "month": _as_month, "named": _as_named,
    "day": _as_day, "months": _as_months, "cumulative": _as_cumulative,
}  # fmt: skip
