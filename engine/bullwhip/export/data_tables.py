"""Tables of data with typed columns, written as CSV in one archive, or as Parquet.

A number is written twice: so that programs and spreadsheets take it for a number, and exactly as text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from bullwhip.errors import Problem, UsageError
from bullwhip.export.escape import clean_text, tsv_cell
from bullwhip.export.tables import to_json_line
from bullwhip.model.about import About
from bullwhip.numbers import fraction_text, nearest_double

__all__ = ["DataColumn", "DataTable", "Kind", "archive", "to_csv", "to_parquet"]

Kind = Literal["text", "number", "integer", "flag", "date"]
Cell = str | Fraction | int | bool | None


@dataclass(frozen=True, slots=True)
class DataColumn:
    """A column: its name and what its cells are."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class DataTable:
    """A table: None is a missing cell; texts and dates are as they are in the workspace."""

    name: str
    columns: tuple[DataColumn, ...]
    rows: Sequence[Sequence[Cell]]

    def header(self) -> list[str]:
        """Return the names of the columns as they are written: a number has a second one.

        >>> DataTable("t", (DataColumn("a"), DataColumn("b", "number")), ()).header()
        ['a', 'b', 'b_exact']
        """
        return [
            name for c in self.columns for name in ((c.name, f"{c.name}_exact") if c.kind == "number" else (c.name,))
        ]


def to_csv(table: DataTable, *, excel: bool = False) -> bytes:
    r"""Return a table as CSV (RFC 4180) in UTF-8; every text stands in quotes, so that no other separator splits it.

    A missing cell is empty, an empty text is two quotes. No text begins a formula of a spreadsheet; numbers are never
    touched.

    Args:
        table: the table.
        excel: whether a mark by which Excel knows UTF-8 stands first, and exact fractions get an apostrophe, since it
            would take 1/2 for a day.

    >>> to_csv(DataTable("t", (DataColumn("a"), DataColumn("b", "number")), (("=1+1", Fraction(1, 2)),)))
    b'"a","b","b_exact"\r\n"\'=1+1",0.5,"0.5"\r\n'
    """
    lines = [[_quoted(name) for name in table.header()]]
    for row in table.rows:
        cells = list[str]()
        for column, cell in zip(table.columns, row, strict=True):
            if isinstance(cell, Fraction):
                exact = fraction_text(cell)
                cells += [_decimal(cell, exact), _quoted(f"'{exact}" if excel and "/" in exact else exact)]
            else:
                cells += [_plain(cell)] + [""] * (column.kind == "number")
        lines.append(cells)
    text = "".join(",".join(line) + "\r\n" for line in lines)
    return ("\ufeff" * excel + text).encode()


def _plain(cell: str | int | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return _quoted(tsv_cell(cell)) if isinstance(cell, str) else str(cell)


def _quoted(text: str) -> str:
    return '"' + clean_text(text).replace('"', '""') + '"'


def _decimal(value: Fraction, exact: str) -> str:
    """Return a number as a plain decimal: all digits where it has few enough, else the nearest double, if any."""
    if "/" not in exact and len(exact) <= 17:
        return exact
    nearest = nearest_double(value)
    return "" if nearest is None else repr(nearest)


def archive(tables: Sequence[DataTable], *, excel: bool = False) -> bytes:
    """Return tables as CSV files in a ZIP archive; the same tables give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for table in tables:
            member = zipfile.ZipInfo(f"{table.name}.csv", (1980, 1, 1, 0, 0, 0))
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            packed.writestr(member, to_csv(table, excel=excel))
    return out.getvalue()


def to_parquet(table: DataTable, about: About) -> bytes:
    """Return a table as Parquet: typed columns, exact texts beside doubles, and what it says of itself in its schema.

    Raises:
        UsageError: BW004 where pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        hint = "pip install 'bullwhip[parquet]'; or write csv, which needs nothing"
        raise UsageError(Problem("BW004", "Parquet needs the package pyarrow", hint=hint)) from None
    names, arrays = table.header(), list[Any]()
    for at, column in enumerate(table.columns):
        arrays += _arrays(pyarrow, column, [row[at] for row in table.rows])
    said = {"bullwhip": to_json_line(about.as_dict()).strip(), "table": table.name}
    data = pyarrow.table(arrays, names=names).replace_schema_metadata(said)
    out = io.BytesIO()
    parquet.write_table(data, out, compression="zstd")
    return out.getvalue()


def _arrays(arrow: Any, column: DataColumn, cells: Sequence[Cell]) -> list[Any]:
    if column.kind == "number":
        exact = [fraction_text(c) if isinstance(c, Fraction) else None for c in cells]
        return [arrow.array([_double(c) for c in cells], arrow.float64()), arrow.array(exact, arrow.string())]
    if column.kind == "date":
        days = [date.fromisoformat(c) if isinstance(c, str) and c else None for c in cells]
        return [arrow.array(days, arrow.date32())]
    kinds = {"text": arrow.string(), "integer": arrow.int64(), "flag": arrow.bool_()}
    cleaned = [clean_text(c) if isinstance(c, str) else c for c in cells]
    return [arrow.array(cleaned, kinds[column.kind])]


def _double(cell: Cell) -> float | None:
    return nearest_double(cell) if isinstance(cell, Fraction) else None
