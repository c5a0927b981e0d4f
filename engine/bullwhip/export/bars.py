"""Bars side by side in one unit: the swings of a quantity by its drivers, and exposures of companies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.export.chainmap import PALETTE
from bullwhip.export.escape import xml_text
from bullwhip.export.picture import Heading, framed, number, text
from bullwhip.model.about import About

__all__ = ["Bar", "bars"]

_DOWN, _UP = PALETTE[6], PALETTE[0]
_WIDTH, _LABEL, _VALUE, _ROW, _MARGIN = 1000.0, 330.0, 96.0, 26.0, 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: a name, and where its bar begins and ends."""

    name: str
    detail: str
    """Beneath the name's tooltip: what it is in full."""
    start: Fraction
    end: Fraction
    start_text: str
    """At the start; empty where the bar begins at the axis."""
    end_text: str
    open_end: bool = False
    """Whether the end is one that a print leaves open; its bar is dashed."""


def bars(heading: Heading, about: About, axis: Fraction, axis_text: str, rows: Sequence[Bar]) -> str:
    """Return a picture of bars.

    Args:
        heading: what stands above and below.
        about: what the picture says of itself.
        axis: the value at which the line stands that bars begin at or pass.
        axis_text: its name.
        rows: from top to bottom; at least one.
    """
    ends = [axis, *(e for r in rows for e in (r.start, r.end))]
    low, high = min(ends), max(ends)
    span = high - low or Fraction(1)
    room = _WIDTH - 2 * _MARGIN - _LABEL - 2 * _VALUE

    def at(value: Fraction) -> float:
        return _MARGIN + _LABEL + _VALUE + room * float((value - low) / span)

    body = [text(at(axis), 10.0, axis_text, anchor="middle", bold=True)]
    for row_number, row in enumerate(rows):
        body.append(_row(row, 22.0 + row_number * _ROW, at, axis))
    bottom = 22.0 + len(rows) * _ROW
    line = number(at(axis))
    body.append(f'<path d="M{line} 16 V{number(bottom)}" stroke="#1a222b" stroke-width="1"/>')
    return framed(heading, about, _WIDTH, body, math.ceil(bottom))


def _row(row: Bar, y: float, at: Callable[[Fraction], float], axis: Fraction) -> str:
    parts = [f"<g><title>{_tip(row)}</title>"]
    free = 0.0 if row.start_text else at(min(row.start, row.end)) - _MARGIN - 12.0  # nothing stands before its bar
    parts.append(text(_MARGIN, y + 15.0, row.name, 12.0, room=max(_LABEL - 8.0, free)))
    for end, other, color in ((row.start, axis, _DOWN), (row.end, axis, _UP)):
        a, b = sorted((at(end), at(other)))
        if b > a:
            dash = ' stroke-dasharray="3 2"' if row.open_end else ""
            parts.append(
                f'<rect class="bar" x="{number(a)}" y="{number(y + 2)}" width="{number(b - a)}" height="18" '
                f'fill="{color}" fill-opacity="0.75" stroke="{color}"{dash}/>'
            )
    for end, words in ((row.start, row.start_text), (row.end, row.end_text)):
        if words:
            left = end < (row.start + row.end) / 2
            x = at(end) - 5.0 if left else at(end) + 5.0
            parts.append(text(x, y + 15.0, words, anchor="end" if left else ""))
    return "".join([*parts, "</g>"])


def _tip(row: Bar) -> str:
    """Return the tooltip of a row."""
    return xml_text(f"{row.name} · {row.detail}: {row.start_text} → {row.end_text}")
