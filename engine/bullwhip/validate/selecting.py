"""Finds the printed figures that a selector of a derivation names.

A selector names table cells by `table`, `row`, `column` and `part`, or statements of running text by `subject`,
`measure` and what else is needed. What a read leaves out is taken from the cell of its result.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bullwhip.errors import Place
from bullwhip.model.claim import Claim
from bullwhip.model.period import read_year

__all__ = ["CELL_KEYS", "PLACEHOLDER", "TEXT_KEYS", "Figures", "Selector"]

CELL_KEYS = ("table", "row", "column", "part")
TEXT_KEYS = ("subject", "measure", "period", "locator", "basis", "by", "status", "line", "printed_unit")

PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""What stands for one of several values; printed braces as in `10^{21}` hold no name."""


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

    def listed(self) -> list[tuple[str, str]]:
        """Return the rows and columns of the figures that a read adds up; an empty text where there is no list."""
        return list(product(self.lists.get("rows", ("",)), self.lists.get("columns", ("",))))

    def placeholders(self) -> list[str]:
        """Return the names in braces that its texts hold, in order."""
        texts = [*self.fixed.values(), *(text for several in self.lists.values() for text in several)]
        return list(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))

    def filled(self, values: Mapping[str, str]) -> Selector:
        """Return the selector with its placeholders replaced."""

        def fill(text: str) -> str:
            return PLACEHOLDER.sub(lambda m: values.get(m[1], m[0]), text) if "{" in text else text

        fixed = {k: fill(v) for k, v in self.fixed.items()}
        return replace(self, fixed=fixed, lists={k: tuple(fill(v) for v in vs) for k, vs in self.lists.items()})


class Figures:
    """The claims of a workspace, found by where they are printed or by what they state."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.rows: dict[tuple[str, str], dict[str, None]] = {}
        """Document and locator to the rows of the table, in the order of print."""
        self.cells: dict[tuple[str, str, str, str, str], list[Claim]] = {}
        self.lines: dict[tuple[str, str, str, str], list[Claim]] = {}
        """The cells of a row or column, so that a placeholder for it does not search the table each time."""
        self.columns: dict[tuple[str, str], dict[str, None]] = {}
        self.statements: dict[tuple[str, str, str], list[Claim]] = {}
        for c in claims:
            if c.table:
                self.rows.setdefault((c.document, c.locator), {}).setdefault(c.row)
                self.columns.setdefault((c.document, c.locator), {}).setdefault(c.column)
                self.lines.setdefault((c.document, c.locator, "row", c.row), []).append(c)
                self.lines.setdefault((c.document, c.locator, "column", c.column), []).append(c)
                self.cells.setdefault((c.document, c.locator, c.row, c.column, c.part), []).append(c)
            else:
                self.statements.setdefault((c.document, c.subject, c.measure), []).append(c)

    def results(self, selector: Selector, document: str) -> list[Claim]:
        """Return the claims that a result selector names, in the order of print."""
        document = selector.fixed.get("report", document)
        if selector.is_text:
            return self._stated(selector, document)
        table = selector.fixed.get("table", "")
        fixed, lists = selector.fixed, {k: frozenset(v) for k, v in selector.lists.items()}
        if "row" in fixed:
            candidates = self.lines.get((document, table, "row", fixed["row"]), [])
        elif "column" in fixed:
            candidates = self.lines.get((document, table, "column", fixed["column"]), [])
        else:
            candidates = [c for row in self.rows.get((document, table), ())
                          for c in self.lines[document, table, "row", row]]  # fmt: skip
        return [
            c
            for c in candidates
            if fixed.get("column", c.column) == c.column
            and fixed.get("part", "") == c.part
            and ("rows" not in lists or c.row in lists["rows"])
            and ("columns" not in lists or c.column in lists["columns"])
            and c.row not in lists.get("except_rows", ())
            and c.column not in lists.get("except_columns", ())
        ]

    def missing(self, selector: Selector, document: str, table: str) -> list[tuple[str, str, Iterable[str]]]:
        """Return what a selector names and nobody prints: what it is, its text, and what there is of that.

        A cell may be missing where row and column exist; a row or column that no figure stands in is misspelt.

        Args:
            selector: with its placeholders filled.
            document: the document of the derivation.
            table: the table of the result, where the selector names none.
        """
        document = selector.fixed.get("report", document)
        if selector.is_text:
            if self._stated(selector, document):
                return []
            said = ", ".join(f"{k} {v!r}" for k, v in selector.fixed.items() if k != "report")
            subject = selector.fixed.get("subject", "")
            about = [m for d, s, m in self.statements if (d, s) == (document, subject)]
            return [("statement", said, about or [s for d, s, _ in self.statements if d == document])]
        table = selector.fixed.get("table", table)
        if (document, table) not in self.rows:
            return [("table", repr(table), [t for d, t in self.rows if d == document])]
        lists = selector.lists
        found: list[tuple[str, str, Iterable[str]]] = []
        for what, known in (("row", self.rows[document, table]), ("column", self.columns[document, table])):
            named = [*lists.get(f"{what}s", ()), *lists.get(f"except_{what}s", ())]
            named += [selector.fixed[what]] if what in selector.fixed else []
            found += [(what, repr(text), known) for text in named if text not in known]
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
