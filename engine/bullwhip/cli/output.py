"""Writes answers: a table on a terminal, tab-separated text in a pipe, JSON on request."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from bullwhip.export.stacked import fold
from bullwhip.export.tables import Column, to_json, to_terminal, to_tsv
from bullwhip.numbers import decimal_text, fraction_text

_BOUND_WORDS = ("以上", "以下", "左右", "超过", "低于", "高于", "约", "近", "达", "多")

__all__ = ["Column", "aligned", "as_printed", "money", "note", "percent", "say", "say_folded", "table", "write_json"]


def write_json(value: Any) -> None:
    """Write one JSON document."""
    sys.stdout.write(to_json(value))


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], notes: Sequence[str] = (), *, tabbed: bool = False
) -> None:
    """Write a table: aligned on a terminal, tab-separated otherwise or where `tabbed`; notes go to stderr.

    `BULLWHIP_FORMAT` set to `table` or `tsv` decides, whatever stdout is; an aligned table is then plain text.
    """
    terminal = sys.stdout.isatty()
    if aligned() and not tabbed:
        color = terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        sys.stdout.write(to_terminal(columns, rows, None if terminal else 200, color))
    else:
        sys.stdout.write(to_tsv(columns, rows))
    for text in notes:
        note(text)


def aligned() -> bool:
    """Return whether tables are aligned for people and not tab-separated for programs."""
    wanted = os.environ.get("BULLWHIP_FORMAT", "")
    return wanted == "table" or (sys.stdout.isatty() and wanted != "tsv")


def say(text: str) -> None:
    """Write a line of data."""
    sys.stdout.write(text + "\n")


def say_folded(text: str, indent: int) -> None:
    """Write a line of data; on a terminal one that is too long goes on under its own text, not under its title.

    Args:
        text: the line.
        indent: where what follows the title begins.
    """
    width = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or width < 3 * indent:
        say(text)
        return
    first, *rest = fold(text[indent:], width - indent)
    say(text[:indent] + first)
    for line in rest:
        say(" " * indent + line)


def note(text: str) -> None:
    """Write a line for people beside the data."""
    sys.stderr.write(text + "\n")


def as_printed(bound: str | None, lexical: str) -> str:
    """Return a figure with its bound, unless the print says the bound in its own words or marks.

    >>> as_printed("~", "700"), as_printed(">", ">5000 GB/s"), as_printed("<", "功耗低于 14W"), as_printed(None, "3")
    ('~700', '>5000 GB/s', '功耗低于 14W', '3')
    """
    says_it = any(mark in lexical for mark in "<>≤≥~≈") or any(word in lexical for word in _BOUND_WORDS)
    return lexical if says_it else (bound or "") + lexical


def percent(value: Fraction | None, low: Fraction | None = None, high: Fraction | None = None, bound: str = "") -> str:
    """Return a share as it was printed: `82%`, `60–70%`, `~50%`; empty where unknown.

    >>> percent(Fraction(82, 100)), percent(None, Fraction(6, 10), Fraction(7, 10)), percent(None)
    ('82%', '60–70%', '')
    """
    ends = [value] if value is not None else [end for end in (low, high) if end is not None]
    return f"{bound}{'–'.join(fraction_text(end * 100) for end in ends)}%" if ends else ""


def money(value: Fraction | None, low: Fraction | None = None, high: Fraction | None = None, *, bound: str = "") -> str:
    """Return an amount, a range, one end of it, or nothing where unknown; about so much where the bound is `~`.

    >>> money(Fraction(1838241758)), money(None, Fraction(10), Fraction(20)), money(None), money(None, Fraction(10))
    ('1,838,241,758', '10–20', '', '≥10')
    """
    about = bound if bound == "~" else ""
    if value is not None:
        return f"{about}{decimal_text(value, 6)}"
    if low is None or high is None:
        return (
            f"≥{decimal_text(low, 6)}" if low is not None else f"≤{decimal_text(high, 6)}" if high is not None else ""
        )
    return f"{about}{decimal_text(low, 6)}–{decimal_text(high, 6)}"
