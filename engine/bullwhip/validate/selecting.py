"""Finds the printed figures that a selector of a derivation names.

A selector names table cells by `table`, `row`, `column` and `part`, or statements of running text by `subject`,
`measure` and what else is needed. What a read leaves out is taken from the cell of its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bullwhip.errors import Place
from bullwhip.model.claim import Claim
from bullwhip.model.period import read_year

__all__ = ["CELL_KEYS", "TEXT_KEYS", "Figures", "Selector"]

CELL_KEYS = ("table", "row", "column", "part")
TEXT_KEYS = ("subject", "measure", "period", "locator", "basis", "by", "status", "line", "printed_unit")


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector as written."""

    place: Place
    fixed: Mapping[str, str]
    """Key to exact text: `report`, and the keys of cells or of statements."""
    lists: Mapping[str, tuple[str, ...]]
    """`rows`, `columns`, `except_rows`, `except_columns`."""
    back: int = 0
    unit: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it names statements of running text."""
        return "subject" in self.fixed or "measure" in self.fixed

    def filled(self, values: Mapping[str, str]) -> Selector:
        """Return the selector with its placeholders replaced."""

        def fill(text: str) -> str:
            for name, value in values.items():
                text = text.replace("{" + name + "}", value)
            return text

        fixed = {k: fill(v) for k, v in self.fixed.items()}
        return replace(self, fixed=fixed, lists={k: tuple(fill(v) for v in vs) for k, vs in self.lists.items()})


class Figures:
    """The claims of a workspace, found by where they are printed or by what they state."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.tables: dict[tuple[str, str], list[Claim]] = {}
        self.cells: dict[tuple[str, str, str, str, str], list[Claim]] = {}
        self.statements: dict[tuple[str, str, str], list[Claim]] = {}
        for c in claims:
            if c.table:
                self.tables.setdefault((c.document, c.locator), []).append(c)
                self.cells.setdefault((c.document, c.locator, c.row, c.column, c.part), []).append(c)
            else:
                self.statements.setdefault((c.document, c.subject, c.measure), []).append(c)

    def results(self, selector: Selector, document: str) -> list[Claim]:
        """Return the claims that a result selector names, in the order of print."""
        document = selector.fixed.get("report", document)
        if selector.is_text:
            return self._stated(selector, document)
        rows, columns = selector.lists.get("rows"), selector.lists.get("columns")
        found = []
        for c in self.tables.get((document, selector.fixed.get("table", "")), []):
            wanted = (
                selector.fixed.get("row", c.row) == c.row
                and selector.fixed.get("column", c.column) == c.column
                and selector.fixed.get("part", "") == c.part
                and (rows is None or c.row in rows)
                and (columns is None or c.column in columns)
                and c.row not in selector.lists.get("except_rows", ())
                and c.column not in selector.lists.get("except_columns", ())
            )
            if wanted:
                found.append(c)
        return found

    def read(self, selector: Selector, result: Claim, document: str, columns: tuple[str, ...]) -> list[list[Claim]]:
        """Return the prints of each figure that a read names beside a result; an empty list where nothing is printed.

        Args:
            selector: of the read.
            result: the printed result; its table, row, column and part stand for what the selector leaves out.
            document: the document of the derivation.
            columns: the result's columns in order, for `back`.
        """
        document = selector.fixed.get("report", document)
        if selector.is_text:
            return [self._stated(selector, document)]
        column = selector.fixed.get("column", result.column)
        if selector.back:
            at = columns.index(result.column) - selector.back if result.column in columns else -1
            if at < 0:
                return [[]]
            column = columns[at]
        table = selector.fixed.get("table", result.locator)
        part = selector.fixed.get("part", result.part)
        rows = selector.lists.get("rows", (selector.fixed.get("row", result.row),))
        several = selector.lists.get("columns", (column,))
        return [self.cells.get((document, table, r, c, part), []) for r in rows for c in several]

    def _stated(self, selector: Selector, document: str) -> list[Claim]:
        fixed = selector.fixed
        period = fixed.get("period")
        if period is not None:  # as the reader of claims keeps it
            period = "" if period == "-" else str(read_year(period) or period)
        return [
            c
            for c in self.statements.get((document, fixed.get("subject", ""), fixed.get("measure", "")), [])
            if (period is None or c.period == period)
            and fixed.get("locator", c.locator) == c.locator
            and fixed.get("basis", c.basis) == c.basis
            and fixed.get("by", c.by) == c.by
            and fixed.get("status", c.status) == c.status
            and fixed.get("line", str(c.line)) == str(c.line)
            and fixed.get("printed_unit", c.unit) == c.unit
        ]
