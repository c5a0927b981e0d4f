"""A workspace of another industry with clean tables, made from hidden exact figures, and errors to plant into it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

from bullwhip import Workspace
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import fraction_text, round_half_up

__all__ = ["PLANTS", "Plant", "clean_workspace", "plant"]

_YEARS = ("2021", "2022", "2023", "2024E", "2025E")
_PRODUCTS = ("espresso", "filter", "capsule", "instant")

_RULES = """\
workspace: {id: coffee, label: {zh: 咖啡, en: coffee}}
time: {first: 2021, last: 2025}
units: {cup: {zh: 杯, en: cup}}
derivations:
  revenue:
    label: {zh: 收入, en: revenue}
    report: "900"
    unit: CNY
    result: {table: T1, row: revenue}
    reads: {cups: {row: cups}, price: {row: price}}
    expression: cups * price
    source: 900/T1
  revenue_growth:
    label: {zh: 增速, en: growth}
    report: "900"
    unit: "1"
    result: {table: T1, row: growth, columns: ["2021", "2022", "2023", 2024E, 2025E]}
    reads: {now: {row: revenue}, before: {row: revenue, back: 1}}
    expression: now / before - 1
    source: 900/T1
  revenue_cagr:
    label: {zh: 复合增速, en: compound growth}
    report: "900"
    unit: "1"
    result: {table: T1, row: cagr, column: 2025E}
    reads: {last: {row: revenue, column: 2025E}, first: {row: revenue, column: "2021"}}
    expression: (last / first) ^ (1/4) - 1
    source: 900/T1
  profit:
    label: {zh: 利润, en: profit}
    report: "900"
    unit: CNY
    result: {table: T1, row: profit}
    reads: {revenue: {row: revenue}, cost: {row: cost}}
    expression: revenue - cost
    source: 900/T1
  margin:
    label: {zh: 利润率, en: margin}
    report: "900"
    unit: "1"
    result: {table: T1, row: margin}
    reads: {profit: {row: profit}, revenue: {row: revenue}}
    expression: profit / revenue
    source: 900/T1
  total:
    label: {zh: 合计, en: total}
    report: "900"
    unit: CNY
    result: {table: T2, row: total}
    reads: {part: {rows: [espresso, filter, capsule, instant]}}
    expression: sum(part, rows)
    source: 900/T2
  share:
    label: {zh: 占比, en: share}
    report: "900"
    unit: "1"
    each: {product: [espresso, filter, capsule, instant]}
    result: {table: T2, row: "share of {product}"}
    reads: {part: {row: "{product}"}, whole: {row: total}}
    expression: part / whole
    source: 900/T2
  restated:
    label: {zh: 正文收入, en: revenue in the text}
    report: "900"
    unit: CNY
    result: {subject: the market, measure: revenue, period: "2023"}
    reads: {figure: {table: T1, row: revenue, column: "2023"}}
    expression: figure
    source: 900/T1
"""

_DOCUMENT = """\
document:
  id: "900"
  title: {zh: 报告, en: A report}
  published: "2024-01-31"
units: {"%": "%", 亿元: 亿 CNY, 亿杯: 亿 cup, 元/杯: CNY/cup}
"""


@dataclass(frozen=True)
class _Cell:
    table: str
    row: str
    column: str
    value: Fraction
    places: int
    unit: str


def clean_workspace(folder: Path, seed: int) -> CompiledProgram:
    """Write and open a workspace whose tables print hidden exact figures, each rounded by itself."""
    random = Random(seed)  # noqa: S311  not a secret
    (folder / "rules").mkdir(parents=True)
    (folder / "rules" / "workspace.yaml").write_text(_RULES, encoding="utf-8")
    facts = folder / "ontology" / "facts" / "900"
    facts.mkdir(parents=True)
    (facts / "document.yaml").write_text(_DOCUMENT, encoding="utf-8")
    cells = [*_market(random), *_products(random)]
    lines = ["locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline"]
    for cell in cells:
        text = _text(cell.value, cell.places)
        status = "E" if cell.column.endswith("E") else "A"
        lines.append(f"{cell.table}\t{cell.row}\t{cell.column}\t\t{text}\t{text}\t\t\t\t{cell.unit}\t{status}\t1")
    (facts / "cells.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    stated = next(c for c in cells if (c.row, c.column) == ("revenue", "2023"))
    head = "locator\tsubject\tmeasure\tvalue\tlow\thigh\tbound\ttext_value\tunit\tperiod\tstatus\tby\tbasis\tline\n"
    claim = f"1\tthe market\trevenue\t{_text(stated.value, 1)}\t\t\t\t\t亿元\t2023\tA\t\t\t2\n"
    (facts / "claims.tsv").write_text(head + claim, encoding="utf-8")
    return Workspace.open(folder).program


def _text(value: Fraction, places: int) -> str:
    whole, _, decimals = fraction_text(round_half_up(value, places)).partition(".")
    return f"{whole}.{decimals.ljust(places, '0')}" if places else whole


def _market(random: Random) -> list[_Cell]:
    cells = []
    revenues: list[Fraction] = []
    for column in _YEARS:
        cups, price = Fraction(random.randint(20_000, 90_000), 1000), Fraction(random.randint(9_000, 30_000), 1000)
        cost = cups * price * Fraction(random.randint(40, 90), 100)
        revenue = cups * price
        revenues.append(revenue)
        for row, value, places, unit in (
            ("cups", cups, 2, "亿杯"), ("price", price, 2, "元/杯"), ("revenue", revenue, 1, "亿元"),
            ("cost", cost, 1, "亿元"), ("profit", revenue - cost, 1, "亿元"),
            ("margin", (revenue - cost) / revenue * 100, 1, "%"),
        ):  # fmt: skip
            cells.append(_Cell("T1", row, column, value, places, unit))
        if len(revenues) > 1:
            cells.append(_Cell("T1", "growth", column, (revenue / revenues[-2] - 1) * 100, 1, "%"))
    growth = Fraction(float(revenues[-1] / revenues[0]) ** 0.25 - 1).limit_denominator(10**9)
    cells.append(_Cell("T1", "cagr", "2025E", growth * 100, 1, "%"))
    return cells


def _products(random: Random) -> list[_Cell]:
    cells = []
    for column in _YEARS:
        parts = [Fraction(random.randint(10_000, 400_000), 1000) for _ in _PRODUCTS]
        for product, part in zip(_PRODUCTS, parts, strict=True):
            cells.append(_Cell("T2", product, column, part, 1, "亿元"))
            cells.append(_Cell("T2", f"share of {product}", column, part / sum(parts) * 100, 1, "%"))
        cells.append(_Cell("T2", "total", column, sum(parts, Fraction(0)), 1, "亿元"))
    return cells


@dataclass(frozen=True)
class Plant:
    """A kind of error: a slip of the pen in one cell, or one factor gone wrong in what is printed."""

    name: str
    factor: Fraction = Fraction(1)
    swap: bool = False

    def value(self, claim: Claim, places: int) -> Fraction:
        """Return the wrong figure, with the places of the print."""
        assert claim.value is not None
        if not self.swap:
            return round_half_up(claim.value * self.factor, places)
        digits = str(abs(int(claim.value * 10**places)))
        at = next((i for i in range(len(digits) - 1) if digits[i] != digits[i + 1]), None)
        if at is None:
            return claim.value
        wrong = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        return Fraction(int(wrong), 10**places) * (-1 if claim.value < 0 else 1)


PLANTS = (
    Plant("digits swapped", swap=True),
    Plant("a decimal point slipped", Fraction(10)),
    Plant("a decimal point slipped back", Fraction(1, 10)),
    Plant("a tenth too much", Fraction(11, 10)),
    Plant("a factor of one half", Fraction(1, 2)),
    Plant("a share forgotten", Fraction(13, 10)),
    Plant("a scale slipped", Fraction(10_000)),
)
"""What is planted."""


def plant(claim: Claim, kind: Plant, places: int) -> tuple[Fraction, str] | None:
    """Return the wrong figure and its print, or None where it is too near the right one to be told from rounding."""
    assert claim.value is not None
    wrong = kind.value(claim, places)
    if abs(wrong - claim.value) < 12 * Fraction(1, 10**places):
        return None
    return wrong, _text(wrong, places)
