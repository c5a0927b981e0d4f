"""Printed figures as the fact tables hold them: read from the TSV files, with the last place that each one prints."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path

__all__ = ["REPORTS", "Figure", "Key", "Report", "places_of", "report"]

REPORTS = ("000", "001", "002", "003", "004")

Key = tuple[str, ...]

_FACTS = Path(__file__).resolve().parents[2] / "ontology" / "facts"
_NUMBER = re.compile(r"\d[\d,]*(?:\.(\d+))?(?:\s*[×x]\s*10\s*\^\s*\{?\s*(-?\d+)\s*\}?|[eE]([+-]?\d+))?")

_WHOLE_AFTER_ALL = {("001", "R&D ratio (整体法)"), ("003", "年复合增长率")}
"""Percentages of running text that do print the `.0` which the tables hold for every whole percentage."""

_ZEROS_PRINTED = {
    ("001", "数据知识产权ABN", "coupon"): "2.80",
    ("002", "上证指数", "change"): "-0.40",
    ("002", "创业板指", "change"): "-4.10",
    ("002", "海光信息", "change in period"): "3.40",
    ("002", "申万计算机指数", "premium percentile, 10 years"): "0.00",
    ("002", "海康威视", "overseas revenue"): "141.80",
    ("002", "海康威视", "finance expense"): "-2.50",
    ("003", "海底数据中心", "单舱 PUE"): "1.10",
}
"""Figures of running text whose last printed zeros the tables drop."""


def places_of(print_: str) -> int | None:
    """Return the decimal places of the only number in a print, negative for powers of ten, None where it has several.

    >>> places_of("87.18"), places_of("1.3×10^{10}"), places_of("<b>26</b>"), places_of("16GB/32GB")
    (2, -9, 0, None)
    """
    found = list(_NUMBER.finditer(print_))
    if len(found) != 1:
        return None
    return len(found[0][1] or "") - int(found[0][2] or found[0][3] or 0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure: a table cell, or a statement of running text."""

    report: str
    table: bool
    place: Key
    """locator, row, column, part of a cell; locator, subject, measure, period of a statement."""
    line: int
    print_: str
    """As printed, or as near to it as the tables hold it."""
    value: Fraction | None
    low: Fraction | None
    high: Fraction | None
    places: int
    bound: str
    unit: str

    @property
    def key(self) -> Key:
        """Return what tells the figure from all others of the five reports."""
        ends = "" if self.low is None else f"{self.low}..{self.high}"
        kind = "cell" if self.table else "text"
        return (self.report, kind, *self.place, str(self.line), ends if self.value is None else str(self.value))

    @property
    def number(self) -> Fraction:
        """Return the value, which the caller knows to be there."""
        if self.value is None:
            raise ValueError(f"{self.report} {self.place} prints no single number")
        return self.value

    @property
    def step(self) -> Fraction:
        """Return one unit of the last printed place."""
        return Fraction(10) ** -self.places

    def __str__(self) -> str:
        return f"{self.report} {' | '.join(p for p in self.place if p)} = {self.print_}"


@dataclass(frozen=True)
class Report:
    """The figures of one report, found by where they are printed."""

    name: str
    figures: tuple[Figure, ...]
    _found: dict[Key, list[Figure]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for figure in self.figures:
            self._found.setdefault((str(figure.table), *figure.place[:3]), []).append(figure)

    def cell(self, locator: str, row: str, column: str, part: str = "", print_: str = "") -> Figure:
        """Return a figure of a table; part or print choose where a cell holds several."""
        found = self._found.get((str(True), locator, row, column), [])
        named = [f for f in found if f.place[3] == part] if part or not print_ else found
        found = [f for f in named or found if not print_ or f.print_ == print_]
        if len(found) != 1:
            raise KeyError((self.name, locator, row, column, part, print_, f"{len(found)} figures"))
        return found[0]

    def row(self, locator: str, row: str) -> dict[str, Figure]:
        """Return the figures of a row, which has one in each column, by column."""
        cells = {f.place[2]: f for f in self.figures if f.table and f.place[:2] == (locator, row)}
        if not cells:
            raise KeyError((self.name, locator, row))
        return cells

    def text(self, subject: str, measure: str, period: str | None = None, locator: str = "", nth: int = 0) -> Figure:
        """Return a statement of running text by subject and measure, and where that is not enough by more."""
        found = [
            f
            for f in self.figures
            if not f.table
            and f.place[1:3] == (subject, measure)
            and period in (None, f.place[3])
            and f.place[0].startswith(locator)
        ]
        if nth >= len(found):
            raise KeyError((self.name, subject, measure, period, locator, nth))
        return found[nth]

    def texts(self, subject: str, measure: str, period: str | None = None) -> list[Figure]:
        """Return every statement with this subject and measure."""
        return [
            f
            for f in self.figures
            if not f.table and f.place[1:3] == (subject, measure) and period in (None, f.place[3])
        ]

    def rows(self, locator: str) -> list[str]:
        """Return the row names of a table, in order."""
        return list(dict.fromkeys(f.place[1] for f in self.figures if f.table and f.place[0] == locator))


@cache
def report(name: str) -> Report:
    """Read one report from its two tables.

    >>> report("003").cell("图表49", "H100 需求总量(万张) (只考虑 H100 的情况下)", "2023E").number
    Fraction(4359, 50)
    """
    folder = _FACTS / name
    cells = [_cell(name, row) for row in _read(folder / "cells.tsv")]
    statements = [_statement(name, row) for row in _read(folder / "claims.tsv")]
    return Report(name, tuple(cells + statements))


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _cell(name: str, row: dict[str, str]) -> Figure:
    print_ = row["lexical"]
    places = places_of(print_)
    if places is None:
        places = places_of(row["value"].removesuffix(".0")) or 0
    place = (row["locator"], row["row"], row["column"], row["part"])
    return _figure(name, True, place, row, print_, places)


def _statement(name: str, row: dict[str, str]) -> Figure:
    value = row["value"]
    print_ = row.get("lexical", "") or _ZEROS_PRINTED.get((name, row["subject"], row["measure"]), value)
    if row["unit"] == "%" and (name, row["measure"]) not in _WHOLE_AFTER_ALL:
        print_ = print_.removesuffix(".0")
    place = (row["locator"], row["subject"], row["measure"], row["period"])
    return _figure(name, False, place, row, print_ or row["text_value"], places_of(print_) or 0)


def _figure(name: str, table: bool, place: Key, row: dict[str, str], print_: str, places: int) -> Figure:
    number = {k: Fraction(row[k]) if row[k] else None for k in ("value", "low", "high")}
    return Figure(
        name, table, place, int(row["line"]), print_, number["value"], number["low"], number["high"], places,
        row["bound"], row["unit"],
    )  # fmt: skip
