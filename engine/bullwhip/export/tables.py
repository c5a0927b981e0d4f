"""Tables and JSON as text: tab-separated for programs, aligned for people."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.export.escape import terminal_text, tsv_cell
from bullwhip.export.stacked import Cells, stack

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["Column", "to_json", "to_json_line", "to_terminal", "to_tsv"]

_MIN_FOLDED = 8
"""Cells that a column of running text keeps at least before the table grows beyond the terminal."""

_UNSAFE_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    key: str
    """Its name for programs."""
    title: str
    """Its heading."""
    numeric: bool
    """Whether its cells are numbers, which are aligned at the right and never broken over lines."""


def to_tsv(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> str:
    r"""Return a table as tab-separated text with a heading line, its cells made safe for spreadsheets.

    Raises:
        ValueError: if a row has more or fewer cells than there are columns.

    >>> to_tsv([Column("id", "id", False), Column("share", "share", True)], [["=x", "-0.82"]])
    "id\tshare\n'=x\t-0.82\n"
    """
    lines = [[c.title for c in columns], *_checked(columns, rows)]
    return "".join("\t".join(tsv_cell(cell) for cell in line) + "\n" for line in lines)


def to_json(value: Any) -> str:
    """Return a value as a JSON document of indented UTF-8 text, with a line end.

    Direction marks and unpaired surrogates are written as escapes: the same data, but they steer nothing on screen.

    Raises:
        TypeError: if it holds anything without a JSON form, such as a Fraction; write its exact text instead.
        ValueError: if it holds NaN or an infinity.

    >>> print(to_json({"share": "41/50"}), end="")
    {
      "share": "41/50"
    }
    """
    return _json(value, 2)


def to_json_line(value: Any) -> str:
    """Return a value as a JSON document on one line, like `to_json` in all else.

    >>> print(to_json_line({"share": "41/50", "value": None}), end="")
    {"share": "41/50", "value": null}
    """
    return _json(value, None)


def _json(value: Any, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False, default=_refuse)
    return _UNSAFE_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def to_terminal(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None, color: bool) -> str:
    """Return a table aligned for a terminal, counting Chinese characters as two cells.

    Nothing is cut off: running text folds, numbers and identifiers do not. Columns that leave no readable table
    stand under their row, and where one number or identifier alone needs more than the width, its line is longer.

    Args:
        columns: the columns.
        rows: cells by row, as text.
        width: cells per line, or None to ask the terminal.
        color: whether to write ANSI styles.

    Raises:
        ValueError: if a row has more or fewer cells than there are columns.

    >>> print(to_terminal([Column("id", "环节", False), Column("n", "n", True)], [["hbm", "60"]], 40, False), end="")
    环节    n
    ─────────
    hbm    60
    """
    import io

    from rich.console import Console

    if not columns:
        return ""
    cells = [[terminal_text(cell) for cell in row] for row in _checked(columns, rows)]
    asked = width if width is not None else shutil.get_terminal_size().columns
    stacked = stack(_by_column(columns, cells), asked, color)
    if stacked is not None:
        return stacked
    table = _table(columns, cells)
    out = io.StringIO()
    console = Console(
        file=out, width=max(asked, _least_width(columns, cells)), force_terminal=color, legacy_windows=False,
        color_system="standard" if color else None, highlight=False, markup=False, emoji=False, _environ={},
    )  # fmt: skip
    console.print(table)
    text = out.getvalue()
    return text if color else "".join(line.rstrip() + "\n" for line in text.splitlines())


def _checked(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise ValueError(f"row {number} has {len(row)} cells, the table has {len(columns)} columns")
    return rows


def _by_column(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[Cells]:
    found = []
    for at, column in enumerate(columns):
        texts = tuple(row[at] for row in cells)
        found.append(Cells(terminal_text(column.title), texts, column.numeric, _is_unbroken(column, texts)))
    return found


def _refuse(value: object) -> object:
    if isinstance(value, Fraction):
        raise TypeError(f"the Fraction {value} has no JSON form; write it with fraction_text")
    raise TypeError(f"a {type(value).__name__} has no JSON form")


def _table(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False)
    for at, column in enumerate(columns):
        keep = _is_unbroken(column, [row[at] for row in cells])
        table.add_column(
            Text(terminal_text(column.title)),
            justify="right" if column.numeric else "left",
            no_wrap=keep,
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _is_unbroken(column: Column, cells: Sequence[str]) -> bool:
    """Return whether the cells are numbers or identifiers, which a line break would damage."""
    return column.numeric or column.key == "id" or all(c.isascii() and " " not in c for c in cells)


def _least_width(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> int:
    """Return the width below which a number or identifier would be cut, for the chosen box and padding."""
    from rich.cells import cell_len

    total = 0
    for at, column in enumerate(columns):
        texts = [row[at] for row in cells]
        widest = max((cell_len(t) for t in (terminal_text(column.title), *texts)), default=0)
        total += 3 + (widest if _is_unbroken(column, texts) else min(widest, _MIN_FOLDED))
    return total
