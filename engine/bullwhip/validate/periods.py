"""Reads fiscal calendars and the words that look like names, and finds the period of every printed row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Company
from bullwhip.model.claim import Claim
from bullwhip.model.source import RawTable
from bullwhip.reading.calendar import FiscalCalendar, read_rule
from bullwhip.reading.name import Aliases, Match, find_names
from bullwhip.reading.period import Period, read_period
from bullwhip.validate.catalogue import spellings as everywhere

__all__ = ["Periods", "product_spellings", "read_calendars", "read_common_words", "spellings"]

_BEGINNINGS = frozenset("0123456789０１２３４５６７８９FCQHfcqh十“")
_KINDS = ("word", "case", "phrase", "name")


def read_calendars(
    table: RawTable | None, companies: tuple[Company, ...], problems: list[Problem]
) -> dict[str, FiscalCalendar]:
    """Return the fiscal calendar of each company that has one: its own, or that of its nearest parent."""
    parents = {c.id: c.parent for c in companies}
    found: dict[str, FiscalCalendar] = {}
    for row, place in _rows(table, ("company", "year_ends"), problems):
        company, rule = row["company"], row["year_ends"]
        if company not in parents:
            hint = did_you_mean(company, parents)
            problems.append(Problem("BW215", f"no company {company!r} for a fiscal calendar", place, hint))
            continue
        if company in found:
            problems.append(Problem("BW202", f"the calendar of {company!r} is declared twice", place))
            continue
        numbers = [row.get(c, "") or "0" for c in ("long_quarter", "since")]
        good = all(n.isascii() and n.isdecimal() and len(n) <= 4 for n in numbers) and numbers[0] in "01234"
        calendar = read_rule(company, rule, *map(int, numbers)) if good else None
        if calendar is None:
            hint = "e.g. 06-30, last saturday of 09, thursday nearest 08-31; a quarter from 1 to 4; a first year"
            problems.append(
                Problem("BW110", f"the fiscal calendar {rule!r} of {company!r} cannot be read", place, hint)
            )
            continue
        found[company] = calendar
    for company in parents:
        above, steps = company, 0
        while above and above not in found and steps < 10:
            above, steps = parents.get(above, ""), steps + 1
        if above in found:
            found.setdefault(company, found[above])
    return found


def read_common_words(table: RawTable | None, problems: list[Problem]) -> dict[str, str] | None:
    """Return what is an ordinary word, and how; None where the workspace says nothing of words."""
    if table is None:
        return None
    words: dict[str, str] = {}
    for row, place in _rows(table, ("text", "kind"), problems):
        if row["kind"] not in _KINDS or not row["text"]:
            problems.append(Problem("BW110", f"kind {row['kind']!r} is not one of {', '.join(_KINDS)}", place))
        elif row["text"] in words:
            problems.append(Problem("BW202", f"the word {row['text']!r} is declared twice", place))
        words[row["text"]] = row["kind"]
    return words


def _rows(
    table: RawTable | None, columns: tuple[str, ...], problems: list[Problem]
) -> Iterator[tuple[dict[str, str], Place]]:
    if table is None:
        return
    missing = [c for c in columns if c not in table.columns]
    if missing:
        message = f"the table has no column {', '.join(missing)}"
        problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
        return
    for number, cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        yield row, Place(table.file, number, 1, "\t".join(cells), max(1, len(row[columns[0]])))


def spellings(companies: Iterable[Company]) -> list[tuple[str, str]]:
    """Return every spelling of every company with its id."""
    return [(name, c.id) for c in companies for name in (c.label.zh, c.label.en, *c.aliases)]


def product_spellings(table: RawTable | None, documents: Collection[str]) -> list[tuple[str, str]]:
    """Return every spelling of every product that holds in all documents; a damaged table is told elsewhere."""
    if table is None or "id" not in table.columns:
        return []
    rows = [dict(zip(table.columns, cells, strict=True)) for _, cells in table.rows]
    named = (
        (r["id"], (r.get("label_zh", ""), r.get("label_en", ""), *everywhere(r.get("aliases", ""), documents)[0]))
        for r in rows
    )
    return [(name, product) for product, some in named for name in some if name]


class Periods:
    """Finds the periods of claims; a fiscal one is dated by the calendar of the one company that the claim is about."""

    def __init__(
        self,
        companies: Iterable[Company] = (),
        calendars: Mapping[str, FiscalCalendar] | None = None,
        words: Mapping[str, str] | None = None,
        makers: Mapping[str, str] | None = None,
    ) -> None:
        """Use companies with their calendars, the words that are no names, and the company of each product."""
        self._companies, self._calendars, self._words = companies, calendars or {}, words
        self._makers = makers or {}
        self._aliases: Aliases | None = None
        self._read: dict[str, Period | None] = {}
        self._headers: dict[str, str] = {}

    def dated(self, claim: Claim) -> Claim:
        """Return a claim with the first day, the last day and the kind of its period.

        A table cell that says no period takes the one that stands in its column header or is its row.
        """
        text = claim.period
        if not text and claim.table:
            text = self.in_header(claim.column) or (claim.row if self._alone(claim.row) else "")
        period = self.period(text) if text else None
        if period is not None and period.kind == "fiscal":
            kind, _, name = claim.entity.partition("/")
            company = name if kind == "company" else self._makers.get(name, "") if kind == "product" else ""
            period = self._fiscal(text, period, company, (claim.subject, claim.row, claim.by))
        if period is None:
            return claim
        start, end = ("" if day is None else day.isoformat() for day in (period.start, period.end))
        return replace(
            claim, period=str(period.year or text), period_start=start, period_end=end, period_kind=period.kind
        )

    def period(self, text: str) -> Period | None:
        """Return the period that a text says, a fiscal one without days, or None."""
        if text not in self._read:
            found = read_period(text)
            self._read[text] = found if isinstance(found, Period) else None
        return self._read[text]

    def _fiscal(self, text: str, period: Period, company: str, about: tuple[str, ...]) -> Period:
        """Return a fiscal period with its days: by a company, else by the one that the nearest text names."""
        calendar = self._calendars.get(company) if company else self._calendar(about)
        dated = read_period(text, calendar)
        return dated if isinstance(dated, Period) else period

    def in_header(self, header: str) -> str:
        """Return the one period in a column header such as `PE/2024E`, as printed, or nothing.

        >>> Periods().in_header("营业收入（亿元）/23Q2"), Periods().in_header("A100 / 2 x 400G")
        ('23Q2', '')
        """
        if header not in self._headers:
            parts = [header] if self._alone(header) else [p.strip() for p in header.split("/")]
            found = [p for p in parts if self._alone(p)]
            self._headers[header] = found[0] if len(found) == 1 else ""
        return self._headers[header]

    def _alone(self, text: str) -> Period | None:
        """Return the period that a header or a part of one is; most begin with a letter that no period begins with."""
        return self.period(text) if text[:1] in _BEGINNINGS else None

    def _calendar(self, about: tuple[str, ...]) -> FiscalCalendar | None:
        """Return the calendar of the first text that names exactly one company for sure, where that one has one."""
        if self._aliases is None:
            self._aliases = Aliases(spellings(self._companies), self._words)
        for text in about:
            ids = {m.id for m in find_names(text, self._aliases) if isinstance(m, Match)}
            if ids:
                return self._calendars.get(ids.pop()) if len(ids) == 1 else None
        return None
