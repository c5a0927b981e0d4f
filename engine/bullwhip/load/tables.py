"""Reads table files: tab-separated UTF-8 text with a header line, no quoting, an empty cell where nothing is said."""

from __future__ import annotations

import re

from bullwhip.errors import Place, Problem
from bullwhip.model.source import RawTable

__all__ = ["read_table"]

MAX_BYTES = 20_000_000
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def read_table(name: str, data: bytes) -> tuple[RawTable | None, list[Problem]]:
    r"""Return the table in a file and the problems found in it.

    >>> table, problems = read_table("t.tsv", b"id\tvalue\na\t1\nb\t\n")
    >>> table.columns, table.rows, problems
    (('id', 'value'), ((2, ('a', '1')), (3, ('b', ''))), [])
    """
    if len(data) > MAX_BYTES:
        return None, [Problem("BW107", f"a table of {len(data):,} bytes; at most {MAX_BYTES:,} are read", Place(name))]
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return None, [Problem("BW102", f"byte 0x{data[error.start]:02x} is not UTF-8", Place(name, line))]
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if not lines:
        return None, [Problem("BW103", "the table has no header line", Place(name))]
    for number, content in enumerate(lines, 1):
        bad = _CONTROL.search(content)
        if bad:
            message = f"the control character U+{ord(bad[0]):04X} is not allowed"
            place = Place(name, number, bad.start() + 1, _CONTROL.sub("\ufffd", content))
            return None, [Problem("BW103", message, place, "remove it")]
    columns = tuple(lines[0].split("\t"))
    problems = [
        Problem("BW105", f"the column {c!r} appears twice", Place(name, 1, 1, lines[0]))
        for c in sorted({c for c in columns if columns.count(c) > 1})
    ]
    rows = []
    for number, content in enumerate(lines[1:], 2):
        cells = tuple(content.split("\t"))
        if len(cells) != len(columns):
            message = f"a row of {len(cells)} cells under a header of {len(columns)}"
            problems.append(Problem("BW113", message, Place(name, number, 1, content), "one tab between two cells"))
            continue
        rows.append((number, cells))
    return RawTable(name, columns, tuple(rows)), problems
