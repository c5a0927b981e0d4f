"""The file that sheets are written to: formats, text that cannot calculate, numbers, formulas with their values."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from bullwhip.errors import LimitError, Problem
from bullwhip.export.escape import xlsx_text
from bullwhip.export.text_width import text_width
from bullwhip.numbers import nearest_double

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

__all__ = ["Book", "Column", "Sheet", "cached", "number_format", "reference"]

_ROWS = 1_048_576
_LINKS = 60_000
"""Links of a sheet; 65,530 are allowed."""
_HEAD = "#1F3A5F"
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _HEAD},
    "lead": {"italic": True, "font_color": "#595959"},
    "section": {"bold": True, "font_size": 12, "font_color": _HEAD, "bottom": 1, "bottom_color": _HEAD},
    "head": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": _HEAD,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#FFFFFF",
        "indent": 1,
    },
    "text": {"valign": "top", "indent": 1},
    "wrap": {"valign": "top", "text_wrap": True},
    "key": {"valign": "top", "font_name": "Consolas", "font_size": 10},
    "formula": {"valign": "top", "font_name": "Consolas", "font_size": 10, "text_wrap": True},
    "link": {"valign": "top", "font_color": "#0B5394", "underline": 1, "indent": 1},
    "input": {
        "valign": "top",
        "font_color": "#0000FF",
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D9C27A",
        "locked": False,
    },
    "unknown": {"valign": "top", "bg_color": "#FFFFFF", "border": 4, "border_color": "#C00000", "locked": False},
    "used": {"valign": "top", "font_color": "#0000FF"},
    "result": {"valign": "top", "font_color": "#000000"},
    "engine": {"valign": "top", "font_color": "#6B6B6B"},
    "live": {"valign": "top", "font_color": "#006100"},
    "count": {"num_format": "0", "align": "center", "valign": "top"},
    "shown": {"font_color": "#006100", "indent": 1},
}
"""Blue on cream is typed in, black is computed, grey is what the engine wrote, green is live by the chosen driver."""


class Column:
    """A column of a table: its heading in two lines, its width in characters."""

    def __init__(self, en: str, zh: str, width: float) -> None:
        self.heading, self.width = f"{zh}\n{en}", width


class Sheet:
    """A sheet; nothing that is written as text is ever calculated."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name, self._links = book, name, 0
        self.inner = book.inner.add_worksheet(name)

    def text(self, row: int, column: int, text: str, style: str = "text") -> None:
        """Write a text as a string cell; an empty one leaves the cell empty."""
        if text:
            self._done(self.inner.write_string(row, column, xlsx_text(text), self.book.style(style)))

    def number(
        self, row: int, column: int, value: Fraction | int | None, style: str = "result", form: str = ""
    ) -> None:
        """Write a number, the nearest double; None leaves the cell empty, and so does what no double holds."""
        shown = None if value is None else cached(Fraction(value))
        if isinstance(shown, float):
            self._done(self.inner.write_number(row, column, shown, self.book.style(style, form)))
        else:
            self._done(self.inner.write_blank(row, column, None, self.book.style(style, form)))

    def formula(
        self, row: int, column: int, formula: str, value: float | str, style: str = "result", form: str = ""
    ) -> None:
        """Write a formula with the value that it has."""
        self._done(self.inner.write_formula(row, column, formula, self.book.style(style, form), value))

    def link(self, row: int, column: int, target: str, text: str) -> None:
        """Write a link to a cell of this workbook, `sheet!A1`; beyond what a sheet can hold, its text."""
        sheet, _, cell = target.partition("!")
        self._links += 1
        if not text or self._links > _LINKS:
            self.text(row, column, text)
            return
        self.inner.write_url(row, column, f"internal:'{sheet}'!{cell}", self.book.style("link"), xlsx_text(text))

    def head(self, row: int, columns: Sequence[Column], *, frozen: int = 1, height: float = 46) -> None:
        """Write the headings of a table, freeze them, and have them on every printed page."""
        for k, column in enumerate(columns):
            self.inner.set_column(k, k, column.width)
            self.text(row, k, column.heading, "head")
        self.inner.set_row(row, height)
        self.inner.freeze_panes(row + 1, frozen)
        self.inner.repeat_rows(row)

    def keep_in_place(self) -> None:
        """Guard the sheet, without a password, against what would move cells away from the formulas that name them.

        Filtering, selecting and changing widths stay allowed, as does typing where a person is to type; sorting,
        inserting and deleting are not: a sorted sheet would give wrong numbers without a word.
        """
        allowed = dict.fromkeys(("autofilter", "format_cells", "format_columns", "format_rows"), True)
        self.inner.protect("", allowed)

    def height(self, row: int, widths: Sequence[tuple[str, float]]) -> None:
        """Make a row as high as its wrapped texts need, each with the width of its column in characters."""
        needed = (
            sum(max(1, ceil(text_width(line, 1.85) / width)) for line in text.split("\n")) for text, width in widths
        )
        self.inner.set_row(row, min(16.0 * max(needed, default=1), 400.0))

    def page(self, *, large: bool = False) -> None:
        """Set the sheet up for printing: landscape, one page wide; large ones on A3."""
        self.inner.set_landscape()
        self.inner.set_paper(8 if large else 9)
        self.inner.fit_to_pages(1, 0)
        self.inner.set_margins(0.4, 0.4, 0.6, 0.6)
        footer = xlsx_text(self.book.footer)[:90].replace("&", "&&")
        self.inner.set_footer(f"&L&8{footer}&C&8&A&R&8&P / &N")

    def _done(self, code: int) -> None:
        if code:
            message = f"more than {_ROWS:,} rows on the sheet {self.name!r}"
            hint = "a workbook cannot hold so many; export nquads"
            raise LimitError(Problem("BW901", message, hint=hint))


class Book:
    """A workbook in memory; the same content gives the same bytes."""

    def __init__(self, created: str, title: str, footer: str) -> None:
        """Begin a workbook.

        Args:
            created: an ISO date that the file gives as its date.
            title: of the document.
            footer: what every printed page says at its foot.
        """
        import xlsxwriter

        self._bytes = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.inner: xlsxwriter.Workbook = xlsxwriter.Workbook(self._bytes, options)
        self.footer = footer
        self._styles: dict[tuple[str, str], Format] = {}
        day = datetime.fromisoformat(created or "2000-01-01")
        self.inner.set_properties(
            {"title": xlsx_text(title), "author": "bullwhip", "created": day, "comments": xlsx_text(footer)}
        )

    def sheet(self, name: str) -> Sheet:
        """Add a sheet."""
        return Sheet(self, name)

    def style(self, name: str, form: str = "") -> Format:
        """Return a format, made once."""
        key = name, form
        if key not in self._styles:
            self._styles[key] = self.inner.add_format(_STYLES[name] | ({"num_format": form} if form else {}))
        return self._styles[key]

    def name(self, name: str, sheet: str, cell: str) -> None:
        """Give a cell a name that formulas can use."""
        self.inner.define_name(name, f"='{sheet}'!{cell}")

    def close(self) -> bytes:
        """Return the file."""
        self.inner.close()
        return self._bytes.getvalue()


def reference(row: int, column: int) -> str:
    """Return the absolute reference of a cell; rows and columns count from 0.

    >>> reference(4, 27)
    '$AB$5'
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"${letters}${row + 1}"


def cached(value: Fraction | None, *, failed: bool = False) -> float | str:
    """Return the value that a formula is written with: a double, or the error that stands for none.

    >>> cached(Fraction(1, 4)), cached(None), cached(None, failed=True), cached(Fraction(10) ** 400)
    (0.25, '#N/A', '#DIV/0!', '#NUM!')
    """
    if value is None:
        return "#DIV/0!" if failed else "#N/A"
    nearest = nearest_double(value)
    return "#NUM!" if nearest is None else nearest


def number_format(values: Sequence[Fraction | None]) -> str:
    """Return a number format that suits values of one kind: thousands grouped, four or more digits shown.

    >>> number_format([Fraction(1234567)]), number_format([Fraction(1, 3)]), number_format([Fraction(10) ** 21])
    ('#,##0', '0.0000', '0.000E+00')
    """
    largest = max((abs(v) for v in values if v is not None), default=Fraction(0))
    if largest >= 10**13 or 0 < largest < Fraction(1, 1000):
        return "0.000E+00"
    if largest >= 1000:
        whole = all(v.denominator == 1 for v in values if v is not None)
        return "#,##0" if whole or largest >= 10**6 else "#,##0.00"
    if all(v.denominator == 1 for v in values if v is not None):
        return "0"
    return "0.0000" if largest < 100 else "#,##0.00"
