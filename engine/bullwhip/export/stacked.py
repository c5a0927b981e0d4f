"""Tables too wide for a terminal: the long columns stand under their row, each on lines of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Cells", "fold", "stack"]

_GAP = "   "
_INDENT = "    "
_HANGING = _INDENT + "  "
_KEPT = 2
"""The first columns name the row and stay in it as long as others can go, unless they are half a line and more."""
_MAX_LINES = 3
"""Lines that a row takes on average at most before a column of it is moved."""
_LONG = 20
"""Letters of a word above which it may be broken."""
_WORD = re.compile(r"[!-~]+")
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of a table with its texts."""

    title: str
    texts: tuple[str, ...]
    numeric: bool
    unbroken: bool
    """Whether a line break would damage its texts: numbers and identifiers."""


def stack(columns: Sequence[Cells], width: int, color: bool) -> str | None:
    """Return a table with columns moved under their rows, or None where a plain table is readable.

    Args:
        columns: the columns, equally long.
        width: cells per line.
        color: whether to write ANSI styles.

    >>> texts = Cells("why", ("a long explanation of what is in the row",), False, False)
    >>> print(stack([Cells("id", ("hbm",), False, True), Cells("n", ("60",), True, True), texts], 22, False), end="")
    id     n
    ────────
    hbm   60
        why: a long
          explanation of
          what is in the
          row
    """
    kept, moved = list(range(len(columns))), list[int]()
    while not _readable([columns[at] for at in kept], width):
        texts = [at for at in kept if not columns[at].numeric]
        movable = [at for at in texts if at >= _KEPT or _natural(columns[at]) > width // 2] or kept[1:]
        if len(kept) == 1 or not movable:
            break
        widest = max(movable, key=lambda at: (_natural(columns[at]), at))
        kept.remove(widest)
        moved.append(widest)
    if not moved:
        return None
    return _write([columns[at] for at in kept], [columns[at] for at in sorted(moved)], width, color)


def _natural(column: Cells) -> int:
    from rich.cells import cell_len

    return max(cell_len(text) for text in (column.title, *column.texts))


def _longest_word(column: Cells) -> int:
    """Return how wide the longest word is; Chinese text can be broken anywhere, and so can words beyond reason."""
    return min(
        max((len(word) for text in (column.title, *column.texts) for word in _WORD.findall(text)), default=0), _LONG
    )


def _widths(columns: Sequence[Cells], width: int) -> list[int]:
    """Return a width for every column: what it needs, or an equal share of the room where it can fold."""
    widths = [_natural(column) for column in columns]
    room = width - len(_GAP) * (len(columns) - 1) - sum(w for w, c in zip(widths, columns, strict=True) if c.unbroken)
    folding = sorted((at for at, c in enumerate(columns) if not c.unbroken), key=lambda at: widths[at])
    for done, at in enumerate(folding):
        widths[at] = min(widths[at], max(room // (len(folding) - done), 0))
        room -= widths[at]
    return widths


def _readable(columns: Sequence[Cells], width: int) -> bool:
    """Return whether the columns fit, and their rows are not much taller than they have to be."""
    from rich.cells import cell_len

    widths = _widths(columns, width)
    if sum(widths) + len(_GAP) * (len(columns) - 1) > width:
        return False
    if any(got < _longest_word(c) for c, got in zip(columns, widths, strict=True)):
        return False
    rows = len(columns[0].texts) if columns else 0
    lines = sum(
        max((-(-cell_len(c.texts[at]) // got) for c, got in zip(columns, widths, strict=True) if got), default=1)
        for at in range(rows)
    )
    return lines <= _MAX_LINES * rows


def _write(kept: Sequence[Cells], moved: Sequence[Cells], width: int, color: bool) -> str:
    widths = _widths(kept, width)
    ruler = "─" * (sum(widths) + len(_GAP) * (len(kept) - 1))
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if color else ("", "", "")
    heading = [f"{bold}{line}{plain}" for line in _row([c.title for c in kept], kept, widths)]
    lines = [*heading, ruler]
    for at in range(len(kept[0].texts)):
        lines += _row([c.texts[at] for c in kept], kept, widths)
        for column in moved:
            if column.texts[at]:
                first, *rest = fold(f"{column.title}: {column.texts[at]}", width - len(_HANGING), column.unbroken)
                label, colon, text = first.partition(": ")
                lines += [f"{_INDENT}{dim}{label}{colon}{plain}{text}", *(_HANGING + line for line in rest)]
    return "".join(line.rstrip() + "\n" for line in lines)


def _row(texts: Sequence[str], columns: Sequence[Cells], widths: Sequence[int]) -> list[str]:
    """Return one row in as many lines as its tallest cell."""
    from rich.cells import cell_len

    folded = [fold(t, w, c.unbroken) for t, c, w in zip(texts, columns, widths, strict=True)]
    lines = []
    for at in range(max(map(len, folded))):
        parts = []
        for column, cell, width in zip(columns, folded, widths, strict=True):
            text = cell[at] if at < len(cell) else ""
            space = " " * (width - cell_len(text))
            parts.append(space + text if column.numeric else text + space)
        lines.append(_GAP.join(parts).rstrip())
    return lines


def fold(text: str, width: int, unbroken: bool = False) -> list[str]:
    """Return a text in lines of a width, broken between words where possible; at least one line.

    >>> fold("a long explanation", 12), fold("硅料需求", 4), fold("", 9), fold("an identifier", 4, unbroken=True)
    (['a long', 'explanation'], ['硅料', '需求'], [''], ['an identifier'])
    """
    from rich.console import Console
    from rich.text import Text

    if unbroken:
        return [text]
    console = Console(width=max(width, 2), color_system=None, legacy_windows=False, _environ={})
    return [line.plain.rstrip() for line in Text(text).wrap(console, max(width, 2), overflow="fold")] or [""]
