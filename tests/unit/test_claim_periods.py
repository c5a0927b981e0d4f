"""Claims carry the days of their period, and figures that are not what their print says are told."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bullwhip import Workspace
from bullwhip.errors import Problem
from bullwhip.model.chain import Company
from bullwhip.model.claim import Claim
from bullwhip.model.label import Label
from bullwhip.model.source import RawTable
from bullwhip.reading.calendar import FiscalCalendar
from bullwhip.reading.number import Value, read_number
from bullwhip.validate.periods import Periods, read_calendars, read_common_words
from bullwhip.validate.prints import disagreement

FIRMS = (
    Company("microsoft", Label("微软", "Microsoft")),
    Company("github", Label("", "GitHub"), parent="microsoft"),
    Company("nobody", Label("某公司", "Nobody")),
)
CLAIM = Claim(
    "", "900", True, "T1", "", "", "", "1", Fraction(1), None, None, "", "", "", "A", "", "", "", "", "", 1, "", (),
    None, None,
    False,
)  # fmt: skip


def calendars(*rows: tuple[str, ...]) -> tuple[dict[str, FiscalCalendar], list[Problem]]:
    """Return the calendars of a table and its problems."""
    problems: list[Problem] = []
    table = RawTable("ontology/calendars.tsv", ("company", "year_ends", "long_quarter"), tuple(enumerate(rows, 2)))
    return read_calendars(table, FIRMS, problems), problems


PERIODS = Periods(FIRMS, calendars(("microsoft", "06-30", ""))[0])


@pytest.mark.parametrize(
    ("column", "period", "start", "end"),
    [
        ("营业收入（亿元）/23Q2", "23Q2", "2023-04-01", "2023-06-30"), ("PE/2024E", "2024", "2024-01-01", "2024-12-31"),
        ("2023A/EPS (元)", "2023", "2023-01-01", "2023-12-31"), ("2024H1", "2024H1", "2024-01-01", "2024-06-30"),
        ("20Q1", "20Q1", "2020-01-01", "2020-03-31"), ("2025E", "2025", "2025-01-01", "2025-12-31"),
        ("1M", "", "", ""), ("大于50%", "", "", ""), ("A100 80GB / GPT-3", "", "", ""),
        ("训练/推理 / H100 SXM", "", "", ""),
        ("2023/2024", "", "", ""), ("2023A/2024E", "", "", ""), ("年份", "", "", ""),
    ],
)  # fmt: skip
def test_a_cell_takes_the_one_period_of_its_column_header(column: str, period: str, start: str, end: str) -> None:
    """A header with one period gives it, one with none or two gives none."""
    found = PERIODS.dated(replace(CLAIM, column=column))

    assert (found.period, found.period_start, found.period_end) == (period, start, end)
    assert found.period_kind == ("calendar" if period else "")


def test_a_row_that_is_a_period_gives_it_where_the_column_has_none() -> None:
    """The column header comes before the row."""
    row = PERIODS.dated(replace(CLAIM, row="2024Q1", column="表述"))
    both = PERIODS.dated(replace(CLAIM, row="2024Q1", column="2023"))

    assert (row.period, row.period_end) == ("2024Q1", "2024-03-31")
    assert (both.period, both.period_end) == ("2023", "2023-12-31")


@pytest.mark.parametrize(
    ("subject", "by", "start"),
    [
        ("Microsoft Azure AI", "", "2024-04-01"), ("微软", "", "2024-04-01"), ("GitHub Copilot", "", "2024-04-01"),
        ("某产品", "微软", "2024-04-01"), ("Nobody", "微软", ""), ("某产品", "某券商", ""),
        ("Microsoft, Nobody", "", ""),
    ],
)  # fmt: skip
def test_a_fiscal_period_is_dated_by_the_one_company_it_is_about(subject: str, by: str, start: str) -> None:
    """The subject decides before the speaker, a subsidiary counts as its parent, and two companies give no date."""
    found = PERIODS.dated(replace(CLAIM, table=False, subject=subject, by=by, period="FY24Q4"))

    assert (found.period, found.period_start, found.period_kind) == ("FY24Q4", start, "fiscal")


@pytest.mark.parametrize(
    ("entity", "start"),
    [
        ("company/microsoft", "2024-04-01"),
        ("product/word", "2024-04-01"),
        ("product/other", ""),
        ("company/nobody", ""),
    ],
)
def test_what_a_claim_is_about_decides_before_its_words(entity: str, start: str) -> None:
    """A company, or the maker of a product, dates a fiscal period; one without a calendar leaves it without days."""
    periods = Periods(FIRMS, PERIODS._calendars, None, {"word": "microsoft", "other": "nobody"})
    found = periods.dated(replace(CLAIM, table=False, subject="微软", entity=entity, period="FY24Q4"))

    assert (found.period_start, found.period_kind) == (start, "fiscal")


def test_an_open_period_has_one_day_and_a_text_that_is_none_has_none() -> None:
    """What is known is kept; what is no period stays as it is printed."""
    since, soon = (PERIODS.dated(replace(CLAIM, table=False, period=p)) for p in ("24Q3+", "近期"))

    assert (since.period_start, since.period_end, since.period_kind) == ("2024-07-01", "", "calendar")
    assert (soon.period, soon.period_start, soon.period_end, soon.period_kind) == ("近期", "", "", "")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("nobdy", "06-30", ""), "BW215"), (("nobody", "06-31", ""), "BW110"), (("nobody", "06-30", "5"), "BW110"),
        (("nobody", "last sunday of 01", "x"), "BW110"), (("microsoft", "12-31", ""), "BW202"),
    ],
)  # fmt: skip
def test_a_wrong_calendar_is_told(row: tuple[str, ...], code: str) -> None:
    """Unknown companies, rules that cannot be read and second calendars are problems with a place."""
    found, problems = calendars(("microsoft", "06-30", ""), row)

    assert [code] == [p.code for p in problems]
    assert problems[0].place is not None
    assert problems[0].place.line == 3
    assert set(found) == {"microsoft", "github"}


def test_wrong_words_are_told() -> None:
    """A word of no known kind, and one that is declared twice, are problems."""
    problems: list[Problem] = []
    rows = ((2, ("曙光", "word")), (3, ("浪潮", "noun")), (4, ("曙光", "word")))
    read_common_words(RawTable("ontology/common_words.tsv", ("text", "kind"), rows), problems)

    assert [p.code for p in problems] == ["BW110", "BW202"]


AGREE = (
    ("近95万架", "950000", "", "", ""), ("2.6 亿美元", "2.6", "", "", ""), ("降价87.5%", "87.5", "", "", ""),
    ("(15)", "-15", "", "", ""),
    ("10-20 公里", "10", "", "", ""), ("10-20 公里", "20", "", "", ""), ("21-30", "", "21", "30", ""),
    ("≤100W", "100", "", "", "<="),
    ("超过 50%", "50", "", "", ""), ("1/5", "0.2", "", "", ""), ("1.0×10^4", "10000", "", "", ""),
)  # fmt: skip
DIFFER = (
    ("276.6", "276.7", "", "", ""), ("2.6 亿美元", "26", "", "", ""), ("(15)", "15", "", "", ""),
    ("-3.2%", "3.2", "", "", ""),
    ("40.8-42亿美元", "41", "", "", ""), ("21-30", "", "21", "31", ""), ("≤100W", "100", "", "", ">="),
    ("100W", "100", "", "", "~"),
    ("10²⁴", "1024", "", "", ""), ("30%", "", "", "", ""), ("1,234", "1.234", "", "", ""), ("增长2倍", "3", "", "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("case", "agrees"), [(c, True) for c in AGREE] + [(c, False) for c in DIFFER])
def test_a_row_is_compared_with_its_print(case: tuple[str, ...], agrees: bool) -> None:
    """A row may take in the scale, leave out a bound or the sign of a decrease, and state one end of a range."""
    text, *numbers, bound = case
    found = read_number(text)
    value, low, high = (Fraction(n) if n else None for n in numbers)

    assert isinstance(found, Value)
    assert agrees == (disagreement(found, (value, low, high, bound)) == "")


def test_the_shipped_claims_have_their_periods() -> None:
    """Quarters, halves and fiscal quarters of the documents have their days; nearly all printed periods are read."""
    claims = Workspace.open().program.claims
    printed = [c for c in claims if c.period]
    spans = {(c.period, c.period_start, c.period_end, c.period_kind) for c in printed}

    assert {
        ("24Q2", "2024-04-01", "2024-06-30", "calendar"), ("2024H1", "2024-01-01", "2024-06-30", "calendar"),
        ("FY24Q4", "2024-04-01", "2024-06-30", "fiscal"), ("2024-01-01..06-30", "2024-01-01", "2024-06-30", "calendar"),
    } <= spans  # fmt: skip
    assert sum(c.period_kind == "" for c in printed) < len(printed) / 20
