"""Reads the sheets of a workbook that a person may have changed: as cells with their places, judging no names.

A workbook comes from outside: it is opened only as a regular file within limits, after every part has been unpacked
once within limits, and never with macros or links to other files. Nothing in it is calculated.
"""

from __future__ import annotations

import io
import os
import stat
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bullwhip.errors import LoadError, Place, Problem

__all__ = ["RawCell", "RawRow", "RawWorkbook", "read_workbook_file"]

MAX_BYTES = 50_000_000
"""Size of the file."""
MAX_PARTS = 1_000
MAX_UNPACKED = 300_000_000
"""Size of all parts together."""
MAX_RATIO = 200
"""How many times its packed size a part of more than a megabyte may unpack to."""
MAX_TAGS = 4_000_000
"""Beginnings and ends of elements in a part: an element that is read takes a hundred times the bytes of its text."""
MAX_ROWS = 200_000
"""Rows of a sheet that are read; one below that holds anything is refused, and not left out."""
_LAST_ROW = 1_048_576
"""Of any spreadsheet."""
_COLUMNS = 60
_MEGABYTE = 1_000_000
_OTHER = {
    b"\xd0\xcf\x11\xe0": "an old or encrypted workbook",
    b"%PDF": "a PDF",
}
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, TypeError, LookupError, AttributeError, SyntaxError,
    ArithmeticError, AssertionError, NotImplementedError,
)  # fmt: skip
_STAMP = "readme"
_TABLES = {"drivers": ("cell", "value", "unit", "status", "as exported"), "variants": ("rule", "chosen")}
"""By sheet the headings that are read, each the last line of its cell."""


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as it lies in the file."""

    place: str
    """Sheet and cell, e.g. `drivers!F12`."""
    value: Any
    """A text, number, truth value or date; None where it is empty; of a formula its last value."""
    formula: str = ""

    @property
    def text(self) -> str:
        """The value as a text; empty where there is none."""
        return "" if self.value is None else str(self.value).strip()


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of a table, by heading."""

    number: int
    cells: dict[str, RawCell]


@dataclass(frozen=True)
class RawWorkbook:
    """What a workbook says of itself, and the rows that can be edited."""

    path: str
    stamp: dict[str, str]
    drivers: tuple[RawRow, ...]
    variants: tuple[RawRow, ...] = field(default=())


def read_workbook_file(path: Path) -> RawWorkbook:
    """Return the editable rows of a workbook.

    Raises:
        LoadError: BW101 for what is no regular file, BW107 beyond a size, BW561 for what is no plain workbook, BW562
            for one that bullwhip did not write.
    """
    data = _bytes(path)
    _check_parts(data, path)
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what openpyxl leaves out is not read here
            formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            values = load_workbook(io.BytesIO(data), read_only=True, keep_links=False, data_only=True)
            return _read(formulas, values, path)
    except LoadError:
        raise
    except RecursionError:
        raise _refused(path, "is nested too deeply") from None
    except _BROKEN as error:  # openpyxl raises what its parsers happen to raise
        raise _refused(path, f"cannot be read: {type(error).__name__}: {str(error)[:200]}") from None


def _bytes(path: Path) -> bytes:
    place = Place(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LoadError(Problem("BW101", f"cannot be read: {reason}", place)) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise LoadError(Problem("BW101", "not a regular file", place, "name a workbook, FILE.xlsx"))
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise LoadError(Problem("BW101", f"cannot be read: {error.strerror}", place)) from None
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise LoadError(Problem("BW107", f"a workbook of more than {MAX_BYTES:,} bytes", place))
    return data


def _refused(path: Path, message: str, hint: str = "save it as .xlsx, without macros and links") -> LoadError:
    return LoadError(Problem("BW561", message, Place(str(path)), hint))


def _check_parts(data: bytes, path: Path) -> None:
    """Unpack every part once, within limits, and refuse what a plain workbook does not have."""
    kind = next((name for start, name in _OTHER.items() if data.startswith(start)), "")
    if kind or not data.startswith(b"PK"):
        raise _refused(path, f"is no workbook: it is {kind or 'no .xlsx file'}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_names(parts, path)
            total = 0
            for part in parts:
                total += _unpacked(archive, part, MAX_UNPACKED - total, path)
    except (*_BROKEN, RuntimeError) as error:  # RuntimeError: a part is encrypted
        raise _refused(path, f"is no workbook: {str(error)[:200]}") from None


def _check_names(parts: list[zipfile.ZipInfo], path: Path) -> None:
    names = [p.filename for p in parts]
    if len(names) > MAX_PARTS:
        raise LoadError(Problem("BW107", f"a workbook of more than {MAX_PARTS:,} parts", Place(str(path))))
    if len({n.casefold() for n in names}) < len(names):
        raise _refused(path, "holds a part twice")
    for name in names:
        low = name.casefold()
        if "vbaproject" in low or "macrosheets" in low or (low.endswith(".bin") and "printersettings" not in low):
            raise _refused(path, f"holds macros or other programs ({name})")
        if "externallinks/" in low:
            raise _refused(path, f"links to another file ({name})")
    if "[content_types].xml" not in {n.casefold() for n in names}:
        raise _refused(path, "is no workbook: it has no list of parts")


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int, path: Path) -> int:
    """Return the size of a part, having read it: what its header says is not relied on."""
    size, tags, tail = 0, 0, b""
    limit = max(_MEGABYTE, MAX_RATIO * max(part.compress_size, 1))
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 16):
            size += len(chunk)
            if size > room or size > limit:
                message = f"unpacks to more than {min(room, limit):,} bytes ({part.filename})"
                raise LoadError(Problem("BW107", message, Place(str(path)), "this is no workbook that was typed"))
            tags += chunk.count(b"<")
            if tags > MAX_TAGS:
                raise LoadError(
                    Problem("BW107", f"holds more than {MAX_TAGS:,} tags ({part.filename})", Place(str(path)))
                )
            seen = tail + chunk
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"<\x00!\x00" in seen or b"\x00<\x00!" in seen:
                raise _refused(path, f"declares a document type ({part.filename})")
            tail = chunk[-9:]
    return size


def _read(formulas: Any, values: Any, path: Path) -> RawWorkbook:
    stamp = _stamp(values, path)
    tables: dict[str, tuple[RawRow, ...]] = {}
    for sheet, headings in _TABLES.items():
        if sheet in values.sheetnames:
            tables[sheet] = tuple(_rows(formulas[sheet], values[sheet], sheet, headings, path))
    if "drivers" not in tables:
        raise _foreign(path, "has no sheet `drivers`")
    return RawWorkbook(str(path), stamp, tables["drivers"], tables.get("variants", ()))


def _foreign(path: Path, message: str) -> LoadError:
    hint = "bullwhip export xlsx writes one; its sheets, headings and stamp have to stay"
    return LoadError(Problem("BW562", message, Place(str(path)), hint))


def _stamp(values: Any, path: Path) -> dict[str, str]:
    """Return what the workbook says of itself: keys in column A and texts in column B of its first sheet."""
    if _STAMP not in values.sheetnames:
        raise _foreign(path, f"has no sheet `{_STAMP}`")
    sheet = values[_STAMP]
    sheet.reset_dimensions()
    stamp: dict[str, str] = {}
    for row in sheet.iter_rows(max_row=200, max_col=2, values_only=True):
        key, text = (*row, None, None)[:2]
        if isinstance(key, str) and key not in stamp:
            stamp[key] = "" if text is None else str(text)
    if "format" not in stamp:
        raise _foreign(path, "has no stamp of a version")
    return stamp


def _rows(formulas: Any, values: Any, sheet: str, headings: tuple[str, ...], path: Path) -> Iterator[RawRow]:
    """Yield the rows below the headings that hold anything in the columns that are read."""
    for one in (formulas, values):
        one.reset_dimensions()
    columns: dict[str, int] = {}
    both = zip(_cells(formulas), _cells(values), strict=False)
    for number, (written, known) in enumerate(both, 1):
        if not columns:
            columns = _columns(known, headings)
            if not columns and number > 20:
                break
            continue
        cells = {
            name: _cell(sheet, number, at, written, known)
            for name, at in columns.items()
            if at < len(known) or at < len(written)
        }
        if any(c.value is not None or c.formula for c in cells.values()):
            if number > MAX_ROWS:
                raise LoadError(
                    Problem("BW107", f"more than {MAX_ROWS:,} rows on the sheet `{sheet}`", Place(str(path)))
                )
            yield RawRow(number, {n: cells.get(n, RawCell(_at(sheet, number, at), None)) for n, at in columns.items()})
    if not columns:
        raise _foreign(path, f"has no headings {', '.join(headings)} on the sheet `{sheet}`")


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    return iter(sheet.iter_rows(max_row=_LAST_ROW, max_col=_COLUMNS))


def _columns(row: tuple[Any, ...], headings: tuple[str, ...]) -> dict[str, int]:
    """Return where each heading stands, where this row holds them all; the last line of a heading counts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        if isinstance(cell.value, str):
            found.setdefault(cell.value.rsplit("\n", 1)[-1].strip(), at)
    return {h: found[h] for h in headings} if all(h in found for h in headings) else {}


def _cell(sheet: str, number: int, at: int, written: tuple[Any, ...], known: tuple[Any, ...]) -> RawCell:
    value = known[at].value if at < len(known) else None
    source = written[at] if at < len(written) else None
    formula = ""
    if source is not None and getattr(source, "data_type", "") == "f":
        formula = str(getattr(source.value, "text", source.value) or "=")
    return RawCell(_at(sheet, number, at), value, formula)


def _at(sheet: str, number: int, at: int) -> str:
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{sheet}!{letters}{number}"
