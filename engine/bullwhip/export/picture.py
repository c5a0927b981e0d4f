"""The frame of a chart: paper, heading, notes and metadata, as one SVG picture that is the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bullwhip.export.chainmap import FONTS, INK, MUTED
from bullwhip.export.escape import clean_text, xml_attribute, xml_text
from bullwhip.export.svg_metadata import svg_metadata
from bullwhip.export.text_width import clip, wrap
from bullwhip.model.about import About

__all__ = ["Heading", "framed", "number", "text"]

_MARGIN, _TITLE, _SUBTITLE, _NOTE = 28.0, 19.0, 12.0, 11.0


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above and below a chart."""

    title: str
    subtitle: str
    notes: Sequence[str]
    language: str
    """zh, en or both."""


def framed(heading: Heading, about: About, width: float, body: Sequence[str], height: float) -> str:
    """Return a picture with its heading, the chart, notes, and what it says of itself.

    Args:
        heading: title, subtitle and notes.
        about: what the picture says of itself.
        width: width of the picture.
        body: elements of the chart, from y = 0 downwards.
        height: how high the chart is.
    """
    head, y = list[str](), _MARGIN
    for size, lines in (
        (_TITLE, wrap(clean_text(heading.title), _TITLE, width - 2 * _MARGIN, 3, bold=True)),
        (_SUBTITLE, wrap(clean_text(heading.subtitle), _SUBTITLE, width - 2 * _MARGIN, 3)),
    ):
        for line in lines:
            y += size
            head.append(text(_MARGIN, y, line, size, bold=size == _TITLE, fill=INK if size == _TITLE else MUTED))
            y += 6.0
    top = y + 14.0
    y = top + height + 24.0
    foot = list[str]()
    for note in (*heading.notes, about.line()):
        for line in wrap(clean_text(note), _NOTE, width - 2 * _MARGIN, 8):
            foot.append(text(_MARGIN, y, line, _NOTE, fill=MUTED))
            y += 15.0
    tag, (w, h) = "en" if heading.language == "en" else "zh-Hans", (number(width), number(y - 15.0 + _MARGIN))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{tag}" xml:lang="{tag}" width="{w}" height="{h}" '
        f'viewBox="0 0 {w} {h}" font-family="{xml_attribute(FONTS)}" fill="{INK}">',
        f"<title>{xml_text(heading.title) or 'chart'}</title>",
        f"<desc>{xml_text(heading.subtitle)}</desc>",
        svg_metadata(about),
        f'<rect class="paper" width="{w}" height="{h}" fill="#ffffff"/>',
        *head,
        f'<g transform="translate(0 {number(top)})">',
        *body,
        "</g>",
        *foot,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def text(
    x: float, y: float, words: str, size: float = 11.0, *, anchor: str = "", bold: bool = False, fill: str = INK,
    room: float = 0.0,
) -> str:  # fmt: skip
    """Return a line of text, clipped where it is given room.

    >>> text(1, 2, "<b>", 11)
    '<text x="1" y="2" font-size="11">&lt;b&gt;</text>'
    """
    shown = clip(clean_text(words), size, room, bold) if room else words
    more = f' text-anchor="{anchor}"' * bool(anchor) + ' font-weight="700"' * bold
    more += f' fill="{fill}"' * (fill != INK)
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}"{more}>{xml_text(shown)}</text>'


def number(value: float) -> str:
    """Return a coordinate with at most one decimal.

    >>> number(12.0), number(0.25), number(-0.01)
    ('12', '0.2', '0')
    """
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written
