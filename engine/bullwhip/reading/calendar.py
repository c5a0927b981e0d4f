"""Fiscal calendars: when the fiscal years and quarters of a company begin and end, from a written rule."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["FiscalCalendar", "Span", "month_span", "read_rule"]

Span = tuple[date, date]
"""First and last day, both inclusive."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIXED = re.compile(r"([0-9][0-9])-([0-9][0-9])")
_LAST = re.compile(rf"last ({'|'.join(_WEEKDAYS)}) of ([0-9][0-9])")
_NEAREST = re.compile(rf"({'|'.join(_WEEKDAYS)}) nearest ([0-9][0-9])-([0-9][0-9])")
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """How one company counts fiscal years; year N is the one that ends in calendar year N by the rule."""

    company: str
    month: int
    day: int
    weekday: int | None = None
    """Day of the week on which years end, 0 for Monday; None where they end on a fixed day of the month."""
    nearest: bool = False
    """Whether years end on that weekday nearest to the day, and not on the last one of the month."""
    long_quarter: int = 0
    """The quarter of 14 weeks in a year of 53; 0 where that is not known."""
    since: int = 0
    """First fiscal year for which the rule is known to hold."""

    @property
    def is_calendar_year(self) -> bool:
        """Whether fiscal years are calendar years."""
        return self.weekday is None and self.month == 12

    def year_end(self, year: int) -> date:
        """Return the last day of a fiscal year.

        >>> read_rule("nvidia", "last sunday of 01").year_end(2025)
        datetime.date(2025, 1, 26)
        """
        last = date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))
        if self.weekday is None:
            return last
        back = last - timedelta(days=(last.weekday() - self.weekday) % 7)
        return back + _WEEK if self.nearest and (last - back).days > 3 else back

    def year(self, year: int) -> Span:
        """Return the first and last day of a fiscal year."""
        return self.year_end(year - 1) + timedelta(days=1), self.year_end(year)

    def quarters(self, year: int, first: int, last: int) -> Span | None:
        """Return the first and last day of fiscal quarters `first` to `last`, or None where that is not known.

        >>> read_rule("microsoft", "06-30").quarters(2024, 4, 4)
        (datetime.date(2024, 4, 1), datetime.date(2024, 6, 30))
        """
        start, end = self.year(year)
        if self.weekday is None:
            begins = month_span(*_months_before(end, 12 - 3 * (first - 1) - 1))[0]
            return begins, month_span(*_months_before(end, 12 - 3 * last))[1]
        weeks = [13, 13, 13, 13]
        if (end - start).days + 1 > 364:
            if not self.long_quarter:
                return (start, end) if (first, last) == (1, 4) else None
            weeks[self.long_quarter - 1] += 1
        return start + _WEEK * sum(weeks[: first - 1]), start + _WEEK * sum(weeks[:last]) - timedelta(days=1)


def _months_before(day: date, months: int) -> tuple[int, int]:
    index = day.year * 12 + day.month - 1 - months
    return index // 12, index % 12 + 1


def month_span(year: int, month: int) -> Span:
    """Return the first and last day of a month.

    >>> month_span(2024, 2)[1]
    datetime.date(2024, 2, 29)
    """
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def read_rule(company: str, rule: str, long_quarter: int = 0, since: int = 0) -> FiscalCalendar | None:
    """Return the calendar that a rule says, or None where the rule cannot be read.

    Rules: `06-30` (the end of that month), `last saturday of 09`, `thursday nearest 08-31`.

    >>> read_rule("x", "06-31") is None, read_rule("x", "thursday nearest 08-31").year_end(2020)
    (True, datetime.date(2020, 9, 3))
    """
    if match := _FIXED.fullmatch(rule):
        month, day = int(match[1]), int(match[2])
        good = 1 <= month <= 12 and day == calendar.monthrange(2023, month)[1]
        return FiscalCalendar(company, month, 31 if month == 2 else day, since=since) if good else None
    if match := _LAST.fullmatch(rule):
        month = int(match[2])
        good = 1 <= month <= 12
        weekday = _WEEKDAYS.index(match[1])
        return FiscalCalendar(company, month, 31, weekday, False, long_quarter, since) if good else None
    if match := _NEAREST.fullmatch(rule):
        month, day = int(match[2]), int(match[3])
        good = 1 <= month <= 12 and day == calendar.monthrange(2023, month)[1]
        weekday = _WEEKDAYS.index(match[1])
        return FiscalCalendar(company, month, day, weekday, True, long_quarter, since) if good else None
    return None
