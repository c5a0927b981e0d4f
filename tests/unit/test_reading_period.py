"""Laws of the reader of periods: known prints by hand, fiscal calendars by published dates, total on any text."""

from __future__ import annotations

import itertools
import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.load.tables import read_table
from bullwhip.model.period import read_year
from bullwhip.reading.calendar import FiscalCalendar, month_span, read_rule
from bullwhip.reading.outcome import MISSING, REFUSED, Missing, Refusal
from bullwhip.reading.period import Period, read_period
from bullwhip.resources import data

# print | label | first day | last day | status
CALENDAR = """
2024 | 2024 | 2024-01-01 | 2024-12-31 |
２０２４ | 2024 | 2024-01-01 | 2024-12-31 |
2024年 | 2024 | 2024-01-01 | 2024-12-31 |
2024年度 | 2024 | 2024-01-01 | 2024-12-31 |
24年 | 2024 | 2024-01-01 | 2024-12-31 |
CY24 | 2024 | 2024-01-01 | 2024-12-31 |
二〇二四年 | 2024 | 2024-01-01 | 2024-12-31 |
二零二四年上半年 | 2024H1 | 2024-01-01 | 2024-06-30 |
2024 年 8 月 18 日 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
2024年一至三季度 | 2024-01..2024-09 | 2024-01-01 | 2024-09-30 |
Q3'24-Q1'25 | 2024Q3..2025Q1 | 2024-07-01 | 2025-03-31 |
2024A | 2024 | 2024-01-01 | 2024-12-31 | A
2024E | 2024 | 2024-01-01 | 2024-12-31 | E
2024e | 2024 | 2024-01-01 | 2024-12-31 | E
2024F | 2024 | 2024-01-01 | 2024-12-31 | F
2024(E) | 2024 | 2024-01-01 | 2024-12-31 | E
2024年预测 | 2024 | 2024-01-01 | 2024-12-31 | E
24E | 2024 | 2024-01-01 | 2024-12-31 | E
23A | 2023 | 2023-01-01 | 2023-12-31 | A
24Q2 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2024Q2 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2024 Q2 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2024-Q2 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2Q24 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2Q2024 | 2024Q2 | 2024-04-01 | 2024-06-30 |
Q2 2024 | 2024Q2 | 2024-04-01 | 2024-06-30 |
Q2'24 | 2024Q2 | 2024-04-01 | 2024-06-30 |
24年Q2 | 2024Q2 | 2024-04-01 | 2024-06-30 |
24年二季度 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2024年第二季度 | 2024Q2 | 2024-04-01 | 2024-06-30 |
2024年2季度 | 2024Q2 | 2024-04-01 | 2024-06-30 |
24Q2E | 2024Q2 | 2024-04-01 | 2024-06-30 | E
4Q23A | 2023Q4 | 2023-10-01 | 2023-12-31 | A
99Q4 | 1999Q4 | 1999-10-01 | 1999-12-31 |
24Q1 (calendar; NVIDIA FY25Q1) | 2024Q1 | 2024-01-01 | 2024-03-31 |
2024H1 | 2024H1 | 2024-01-01 | 2024-06-30 |
24H1 | 2024H1 | 2024-01-01 | 2024-06-30 |
1H24 | 2024H1 | 2024-01-01 | 2024-06-30 |
2H2024 | 2024H2 | 2024-07-01 | 2024-12-31 |
2024年上半年 | 2024H1 | 2024-01-01 | 2024-06-30 |
24年下半年 | 2024H2 | 2024-07-01 | 2024-12-31 |
2024-05 | 2024-05 | 2024-05-01 | 2024-05-31 |
2024.05 | 2024-05 | 2024-05-01 | 2024-05-31 |
2024/05 | 2024-05 | 2024-05-01 | 2024-05-31 |
2024年5月 | 2024-05 | 2024-05-01 | 2024-05-31 |
24年5月 | 2024-05 | 2024-05-01 | 2024-05-31 |
2024M5 | 2024-05 | 2024-05-01 | 2024-05-31 |
May 2024 | 2024-05 | 2024-05-01 | 2024-05-31 |
August 2015 | 2015-08 | 2015-08-01 | 2015-08-31 |
2024-02 | 2024-02 | 2024-02-01 | 2024-02-29 |
2023-02 | 2023-02 | 2023-02-01 | 2023-02-28 |
2024-08-18 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
20240818 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
2024/8/18 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
2024年8月18日 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
August 18, 2024 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
18 August 2024 | 2024-08-18 | 2024-08-18 | 2024-08-18 |
2024-02-29 | 2024-02-29 | 2024-02-29 | 2024-02-29 |
2024M1~5 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2024M1-5 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2024年1-5月 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2024年1至5月 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2024年1月至5月 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2024年1月-2024年5月 | 2024-01..2024-05 | 2024-01-01 | 2024-05-31 |
2023-01~03 | 2023-01..2023-03 | 2023-01-01 | 2023-03-31 |
2024-01..07 | 2024-01..2024-07 | 2024-01-01 | 2024-07-31 |
2024年前三季度 | 2024-01..2024-09 | 2024-01-01 | 2024-09-30 |
2022Q1-Q3 | 2022-01..2022-09 | 2022-01-01 | 2022-09-30 |
9M24 | 2024-01..2024-09 | 2024-01-01 | 2024-09-30 |
2023-2027 | 2023..2027 | 2023-01-01 | 2027-12-31 |
2023年-2027年 | 2023..2027 | 2023-01-01 | 2027-12-31 |
2023至2027年 | 2023..2027 | 2023-01-01 | 2027-12-31 |
2024E-2026E | 2024..2026 | 2024-01-01 | 2026-12-31 | E
24E-26E | 2024..2026 | 2024-01-01 | 2026-12-31 | E
20Q1..24Q1 | 2020Q1..2024Q1 | 2020-01-01 | 2024-03-31 |
24H2-25H1 | 2024H2..2025H1 | 2024-07-01 | 2025-06-30 |
2014-2024M1~5 | 2014..2024-05 | 2014-01-01 | 2024-05-31 |
2020-2022H1 | 2020..2022H1 | 2020-01-01 | 2022-06-30 |
2020-10..2024-03 | 2020-10..2024-03 | 2020-10-01 | 2024-03-31 |
2024-01-01..06-30 | 2024-01-01..2024-06-30 | 2024-01-01 | 2024-06-30 |
2024-07-29..2024-08-16 | 2024-07-29..2024-08-16 | 2024-07-29 | 2024-08-16 |
2024年1月1日至6月30日 | 2024-01-01..2024-06-30 | 2024-01-01 | 2024-06-30 |
十四五 | 2021..2025 | 2021-01-01 | 2025-12-31 |
“十三五”期间 | 2016..2020 | 2016-01-01 | 2020-12-31 |
2022末 | 2022-end | 2022-12-31 | 2022-12-31 |
2025年底 | 2025-end | 2025-12-31 | 2025-12-31 |
2024年末 | 2024-end | 2024-12-31 | 2024-12-31 |
2023 end | 2023-end | 2023-12-31 | 2023-12-31 |
2024年6月末 | 2024-06-end | 2024-06-30 | 2024-06-30 |
24Q2末 | 2024Q2-end | 2024-06-30 | 2024-06-30 |
2019- | 2019.. | 2019-01-01 | |
24Q3+ | 2024Q3.. | 2024-07-01 | |
2024-07+ | 2024-07.. | 2024-07-01 | |
from 24Q2 | 2024Q2.. | 2024-04-01 | |
2024年以来 | 2024.. | 2024-01-01 | |
自2024年起 | 2024.. | 2024-01-01 | |
to 2024-06 | ..2024-06 | | 2024-06-30 |
截至2024年6月 | ..2024-06 | | 2024-06-30 |
"""

FISCAL = {
    "FY2024": "FY2024", "FY24": "FY2024", "FY 2024": "FY2024", "fiscal year 2024": "FY2024", "2024FY": "FY2024",
    "2024财年": "FY2024", "FY24E": "FY2024", "FY2023/24": "FY2024", "2022/23财年": "FY2023", "FY25Q2": "FY2025Q2",
    "FY2025 Q2": "FY2025Q2", "Q2 FY25": "FY2025Q2", "2QFY25": "FY2025Q2", "F2Q25": "FY2025Q2",
    "25财年二季度": "FY2025Q2",
    "fiscal 2025 Q2": "FY2025Q2", "FY25H1": "FY2025H1", "FY23-FY25": "FY2023..FY2025", "FY24Q1-Q3": "FY2024Q1..Q3",
    "2023Q2(公司财年口径)": "FY2023Q2",
}  # fmt: skip

DATED = {  # company and print to the days that the company published
    ("nvidia", "FY25Q2"): ("2024-04-29", "2024-07-28"), ("nvidia", "FY2025"): ("2024-01-29", "2025-01-26"),
    ("nvidia", "FY2017Q1"): ("2016-02-01", "2016-05-01"), ("nvidia", "FY2021Q4"): ("2020-10-26", "2021-01-31"),
    ("microsoft", "FY24Q4"): ("2024-04-01", "2024-06-30"), ("microsoft", "FY2024"): ("2023-07-01", "2024-06-30"),
    ("microsoft", "FY25H1"): ("2024-07-01", "2024-12-31"), ("apple", "FY23Q1"): ("2022-09-25", "2022-12-31"),
    ("apple", "FY2024"): ("2023-10-01", "2024-09-28"), ("alibaba", "FY25Q1"): ("2024-04-01", "2024-06-30"),
    ("micron", "FY2024"): ("2023-09-01", "2024-08-29"), ("micron", "FY20Q4"): ("2020-05-29", "2020-09-03"),
    ("oracle", "FY24Q3"): ("2023-12-01", "2024-02-29"), ("broadcom", "FY24Q1"): ("2023-10-30", "2024-02-04"),
    ("broadcom", "FY2024"): ("2023-10-30", "2024-11-03"), ("cisco", "FY21Q3"): ("2021-01-24", "2021-05-01"),
    ("cisco", "FY2024"): ("2023-07-30", "2024-07-27"), ("dell", "FY23Q3"): ("2022-07-30", "2022-10-28"),
    ("dell", "FY2023"): ("2022-01-29", "2023-02-03"), ("hpe", "FY24Q1"): ("2023-11-01", "2024-01-31"),
    ("lenovo", "2022/23财年"): ("2022-04-01", "2023-03-31"), ("supermicro", "FY24Q4"): ("2024-04-01", "2024-06-30"),
    ("amd", "FY24Q2"): ("2024-03-31", "2024-06-29"), ("intel", "FY22Q1"): ("2021-12-26", "2022-04-02"),
    ("tsmc", "FY24Q2"): ("2024-04-01", "2024-06-30"), ("meta", "FY2024"): ("2024-01-01", "2024-12-31"),
}  # fmt: skip

REFUSALS = {
    "no_period": ("24E2", "2024E2", "2024Q5", "FY25Q5", "2024H3", "2024-13", "2024年13月", "13月", "2024-02-30",
                  "1750", "2100", "H100", "H200",
                  "002371", "N7P", "PCIe4.0", "202405", "1e3", "GB200", "2024年中", "2024Q", "2018底前核准",
                  "2024年5", "A100",
                  "30%", "2024E/A/F", "2023A-2026E", "9999", "0000", "1M", "12M", "2023-24", "大于50%", "MI300X"),
    "ambiguous": ("24", "2024-1-5", "2011/12", "2023/24", "2024.5", "2024/5", "75Q1", "2024-2023", "2023-2023",
                  "24Q2-24Q1", "2023-FY25"),
    "several": ("2024/2025", "24Q3,24Q4", "24Q3、24Q4", "2024或2025"),
    "no_year": ("上半年", "二季度", "Q2", "H1", "5月", "1-9月", "前三季度"),
    "relative": ("今年", "去年", "报告期", "近期", "过去10年", "未来五年", "目前", "8y",
                 "今年 (2022 or 2023, ambiguous)", "next months"),
    "characters": ("2024\u200b", "20\u202e24", "2024\n2025"),
    "too_long": ("2024" * 100,),
}  # fmt: skip

ROWS = [[cell.strip() for cell in line.split("|")] for line in CALENDAR.strip().split("\n")]


@pytest.fixture(scope="module")
def calendars() -> dict[str, FiscalCalendar]:
    """The shipped fiscal calendars."""
    table, problems = read_table("calendars.tsv", (data("ontology") / "calendars.tsv").read_bytes())
    assert table is not None
    assert problems == []
    found = {}
    for _, (company, rule, quarter, since, _) in table.rows:
        calendar = read_rule(company, rule, int(quarter or 0), int(since))
        assert calendar is not None
        found[company] = calendar
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[0])
def test_a_calendar_period_has_the_days_worked_by_hand(row: list[str]) -> None:
    """Label, first day, last day and mark are the ones written beside the print."""
    text, label, start, end, status = row
    found = read_period(text)

    assert isinstance(found, Period)
    assert (found.label, found.status, found.kind) == (label, status, "calendar")
    assert [str(d or "") for d in (found.start, found.end)] == [start, end]
    assert bool(found.note) == (not start or not end)


@pytest.mark.parametrize("text", FISCAL)
def test_a_fiscal_period_without_its_calendar_has_no_dates_and_says_why(text: str) -> None:
    """The calendar year is never taken in place of a fiscal one."""
    found = read_period(text)

    assert isinstance(found, Period)
    assert (found.label, found.kind, found.start, found.end) == (FISCAL[text], "fiscal", None, None)
    assert "fiscal calendar" in found.note
    assert found.year is None


@pytest.mark.parametrize(("company", "text"), DATED)
def test_a_fiscal_period_has_the_days_that_its_company_published(
    company: str, text: str, calendars: dict[str, FiscalCalendar]
) -> None:
    """The shipped calendars give the days of published quarters and years, those of 53 weeks among them."""
    found = read_period(text, calendars[company])

    assert isinstance(found, Period)
    assert (str(found.start), str(found.end)) == DATED[company, text]
    assert found.note == ""


@pytest.mark.parametrize(("reason", "text"), [(r, t) for r, texts in REFUSALS.items() for t in texts])
def test_what_is_no_period_or_not_a_definite_one_is_refused(reason: str, text: str) -> None:
    """Nothing is guessed, and the reason is the right one."""
    found = read_period(text)

    assert isinstance(found, Refusal)
    assert reason == found.reason


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), (" ", "empty"), ("-", "dash"), ("n/a", "not_applicable")])
def test_no_period_is_missing(text: str, reason: str) -> None:
    """A dash or nothing is missing and not refused."""
    assert Missing(reason, text) == read_period(text)


def test_a_year_before_the_rule_is_known_has_no_dates(calendars: dict[str, FiscalCalendar]) -> None:
    """A calendar counts from the year from which its rule is known to hold."""
    found = read_period("FY2015", calendars["broadcom"])

    assert isinstance(found, Period)
    assert (found.start, found.note) == (None, "the fiscal calendar of broadcom is known from 2016 only")


def test_a_quarter_of_a_long_year_needs_the_long_quarter() -> None:
    """Where it is not known which quarter has 14 weeks, the year has dates and its quarters have none."""
    calendar = read_rule("x", "last sunday of 01")
    year, quarter, plain = (read_period(t, calendar) for t in ("FY2021", "FY2021Q3", "FY2020Q3"))

    assert isinstance(year, Period)
    assert isinstance(quarter, Period)
    assert isinstance(plain, Period)
    assert (str(year.start), str(year.end)) == ("2020-01-27", "2021-01-31")
    assert (quarter.start, quarter.end) == (None, None)
    assert plain.start is not None


def test_the_basis_of_a_quarter_is_not_taken_for_a_calendar(calendars: dict[str, FiscalCalendar]) -> None:
    """A quarter said to be counted by fiscal year may carry the number of either year, so it has no dates."""
    found = read_period("2023Q2(公司财年口径)", calendars["nvidia"])

    assert isinstance(found, Period)
    assert (found.kind, found.start) == ("fiscal", None)


@pytest.mark.parametrize(
    "rule", ["", "06-31", "13-31", "02-29", "last funday of 01", "last sunday of 00", "sunday nearest 1-31", "x" * 999]
)
def test_a_rule_that_cannot_be_read_is_none(rule: str) -> None:
    """A calendar is never made of half a rule."""
    assert read_rule("x", rule) is None


@given(st.sampled_from(["06-30", "02-28", "last friday of 05", "saturday nearest 08-31"]), st.integers(2000, 2090))
def test_fiscal_years_and_quarters_follow_each_other(rule: str, year: int) -> None:
    """Each year begins on the day after the last; its quarters fill it, and weeks are whole."""
    calendar = read_rule("x", rule, 4)
    assert calendar is not None
    start, end = calendar.year(year)
    quarters = [calendar.quarters(year, q, q) for q in (1, 2, 3, 4)]

    assert calendar.year(year + 1)[0] == end + timedelta(days=1)
    assert [q is None for q in quarters] == [False] * 4
    days = [day for q in quarters if q is not None for day in q]
    assert (days[0], days[-1]) == (start, end)
    assert all(b - a == timedelta(days=1) for a, b in zip(days[1::2], days[2::2], strict=False))
    assert calendar.weekday is None or (end - start).days + 1 in (364, 371)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_written_day_month_quarter_and_year_are_read_back(day: date) -> None:
    """Reading is the inverse of writing, and a day lies in its month, quarter, half and year."""
    quarter, half = (day.month + 2) // 3, (day.month + 5) // 6
    texts = (str(day), f"{day:%Y%m%d}", f"{day:%Y-%m}", f"{day.year}Q{quarter}", f"{day.year}H{half}", str(day.year))
    found = [read_period(t) for t in texts]

    assert [p.label for p in found if isinstance(p, Period)] == [str(day), *texts[:1], *texts[2:]]
    spans = [(p.start, p.end) for p in found if isinstance(p, Period)]
    assert spans[0] == spans[1] == (day, day)
    assert spans[2] == month_span(day.year, day.month)
    for inner, outer in itertools.pairwise(spans):
        assert inner[0] is not None and inner[1] is not None and outer[0] is not None and outer[1] is not None  # noqa: PT018
        assert outer[0] <= inner[0] <= inner[1] <= outer[1]


@given(
    st.text(max_size=60) | st.text("0123456789FYQHMEA年月日季度上下半一二三四至~-./ ()财末底自起CYJanMay", max_size=24)
)
def test_any_text_gives_one_of_three_answers(text: str) -> None:
    """The reader is total, its reasons are declared, asking twice changes nothing, no period ends first."""
    found = read_period(text)

    assert isinstance(found, Period | Missing | Refusal)
    assert found == read_period(text)
    if isinstance(found, Period):
        assert found.start is None or found.end is None or found.start <= found.end
        assert (found.start is not None and found.end is not None) or found.note
    else:
        assert found.reason in (MISSING if isinstance(found, Missing) else REFUSED)


@given(st.text("0123456789FYQHMEA年月日季度上下半一二三四至~-./", max_size=16))
def test_a_label_reads_as_itself(text: str) -> None:
    """The one spelling of a period is a spelling of it."""
    found = read_period(text)

    if isinstance(found, Period) and not found.label.endswith("-end") and not found.label.startswith(".."):
        again = read_period(found.label.removesuffix("..") + ("+" if found.label.endswith("..") else ""))
        assert isinstance(again, Period)
        assert (again.label, again.start, again.end) == (found.label, found.start, found.end)


@pytest.mark.parametrize("text", ["2024" * 250_000, "2024-" * 39, "2024~" * 39, " " * 1_000_000, "年" * 199,
                                  "Q" * 199, "末" * 199, "from " * 39, "(" * 199, "2024年" * 39])  # fmt: skip
def test_a_hostile_text_is_answered_at_once(text: str) -> None:
    """No text takes more than a fifth of a second."""
    began = time.process_time()
    read_period(text)

    assert time.process_time() - began < 0.2


def test_years_are_plain_calendar_years_only() -> None:
    """What the model counts in years is never a part of one, nor a fiscal one."""
    texts = ("2023E", "2021", "2024年", "2022H1", "FY2024", "1750", "2023-2027", "2022末", "")

    assert [read_year(t) for t in texts] == [2023, 2021, 2024, None, None, None, None, None, None]
