"""Where everything of the chain map stands: rectangles for tiers and companies, lines of text, in pixels.

Columns are centred on one line. Between the panels of a column, above and below it, lie slots through which edges
pass that skip the column; a slot is as high as its edges need. So no edge crosses a tier, and nothing overlaps.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bullwhip.export.map_content import CompanyEntry, MapContent, TierEntry
from bullwhip.export.text_width import MIN_EMS, clip, text_width, wrap

__all__ = [
    "DENSITIES",
    "HEADING",
    "LANE",
    "NAME",
    "SHARE",
    "SMALL",
    "ColumnBox",
    "CompanyBox",
    "Density",
    "Line",
    "PanelBox",
    "Rect",
    "place_columns",
    "slot_centres",
]

NAME, SHARE, HEADING, SMALL = 11.0, 11.0, 13.0, 11.0
"""Font sizes."""

LANE = 8.0
"""Distance of two edges that pass through the same slot."""

BADGE = 20.0
"""Room for the position in the order of release, before the heading."""

_ROW, _ROW_GAP, _PAD, _INSET, _SHARE_GAP = 18.0, 4.0, 9.0, 6.0, 8.0
_SUB_GAP, _SLOT = 6.0, 18.0
_MIN_BOX, _MAX_UNIQUE = 92.0, 330.0
_ELLIPSIS_EMS = 1.0


@dataclass(frozen=True, slots=True)
class Density:
    """How densely a map is set."""

    rows: int
    """A tier with more companies flows into two sub-columns."""
    name: float
    """The widest name that is not clipped."""
    heading: float
    """The widest line of a heading that is not broken."""
    gutter: float = 1.0
    """The part of the full room between columns."""


DENSITIES = (
    Density(14, 128.0, 190.0),
    Density(14, 110.0, 150.0, 0.8),
    Density(32, 128.0, 150.0, 0.8),
    Density(32, 112.0, 130.0, 0.7),
    Density(32, 100.0, 112.0, 0.6),
    Density(32, 88.0, 100.0, 0.55),
    Density(32, 76.0, 96.0, 0.5),
    Density(40, 64.0, 92.0, 0.5),
)
"""From loose to dense; a map takes the first that fits the page."""


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower side."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: where its baseline begins, and how it is set."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    muted: bool = False
    figure: bool = False
    """Whether it is the figure of a tier."""


@dataclass(frozen=True, slots=True)
class CompanyBox:
    """A company's box, and how much room its name has in it."""

    entry: CompanyEntry
    rect: Rect
    name_width: float


@dataclass(frozen=True, slots=True)
class PanelBox:
    """A tier's panel with its heading and the boxes of its companies."""

    entry: TierEntry
    column: int
    rect: Rect
    lines: tuple[Line, ...]
    boxes: tuple[CompanyBox, ...]


@dataclass(frozen=True, slots=True)
class ColumnBox:
    """A column: its sides, and its panels from top to bottom."""

    x: float
    width: float
    panels: tuple[PanelBox, ...]

    @property
    def right(self) -> float:
        """The right side."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class _Measure:
    """The widths of a column: of a company's box, and of the inside of a panel."""

    box: float
    inside: float
    subs: int
    """Sub-columns of companies."""


def place_columns(
    content: MapContent,
    left: float,
    top: float,
    gutters: Sequence[float],
    lanes: Mapping[tuple[int, int], int],
    density: Density = DENSITIES[0],
) -> tuple[ColumnBox, ...]:
    """Return the columns, centred on one horizontal line.

    Args:
        content: what is shown.
        left: left side of the first column.
        top: where the highest column, with the edges that pass above it, begins.
        gutters: the room after each column.
        lanes: how many edges pass through slot `s` of column `c`, by `(c, s)`; slot 0 is above the first panel.
        density: how densely names and headings are set.
    """
    measures = [_measure(column, density) for column in content.columns]
    flat: list[list[PanelBox]] = []
    x = left
    sides: list[float] = []
    for at, (column, measure) in enumerate(zip(content.columns, measures, strict=True)):
        flat.append(_stack(column, at, x, measure, lanes))
        sides.append(x)
        x += measure.inside + 2 * _PAD + gutters[at]
    heights = [panels[-1].rect.bottom for panels in flat]
    above = max(h / 2 + lanes.get((at, 0), 0) * LANE for at, h in enumerate(heights))
    return tuple(
        ColumnBox(
            side,
            measure.inside + 2 * _PAD,
            tuple(_moved(panel, round(top + above - height / 2)) for panel in panels),
        )
        for side, measure, panels, height in zip(sides, measures, flat, heights, strict=True)
    )


def slot_centres(column: ColumnBox) -> tuple[float, ...]:
    """Return the middle of each slot of a column, from above its first panel to below its last."""
    panels = column.panels
    between = [(a.rect.bottom + b.rect.y) / 2 for a, b in itertools.pairwise(panels)]
    return (panels[0].rect.y - _SLOT, *between, panels[-1].rect.bottom + _SLOT)


def _measure(column: Sequence[TierEntry], density: Density) -> _Measure:
    subs = 2 if any(len(entry.companies) > density.rows for entry in column) else 1
    box = max((_box_width(entry.companies, density.name) for entry in column if entry.companies), default=_MIN_BOX)
    inside = subs * box + (subs - 1) * _SUB_GAP
    for entry in column:
        first, *rest = entry.heading
        inside = max(
            inside,
            min(density.heading, _badge(entry) + text_width(first, HEADING, bold=True)),
            *(min(density.heading, text_width(text, SMALL)) for text in (*rest, entry.value)),
        )
    inside = float(math.ceil(inside))
    return _Measure((inside - (subs - 1) * _SUB_GAP) / subs, inside, subs)


def _badge(entry: TierEntry) -> float:
    return BADGE if entry.place == "ordered" else 0.0


def _box_width(companies: Sequence[CompanyEntry], most: float) -> float:
    """Return the width at which names read in full, within bounds, and no two names are clipped to the same text."""
    wide = max(_needed(company, most) for company in companies)
    width = max(_MIN_BOX, wide)
    names = {c.name for c in companies}
    while width < _MAX_UNIQUE and len({_clipped(c, width) for c in companies}) < len(names):
        width += 12.0
    return width


def _needed(company: CompanyEntry, most: float) -> float:
    least = (MIN_EMS + _ELLIPSIS_EMS) * NAME
    return max(least, min(most, text_width(company.name, NAME))) + _share_room(company) + 2 * _INSET + 1.0


def _share_room(company: CompanyEntry) -> float:
    return text_width(company.share, SHARE) + _SHARE_GAP if company.share else 0.0


def _name_width(company: CompanyEntry, box: float) -> float:
    return box - 2 * _INSET - _share_room(company)


def _clipped(company: CompanyEntry, box: float) -> str:
    return clip(company.name, NAME, _name_width(company, box))


def _stack(
    column: Sequence[TierEntry], at: int, x: float, measure: _Measure, lanes: Mapping[tuple[int, int], int]
) -> list[PanelBox]:
    """Return the panels of a column from y = 0 downwards."""
    panels: list[PanelBox] = []
    y = 0.0
    for slot, entry in enumerate(column):
        if slot:
            y += _SLOT + lanes.get((at, slot), 0) * LANE
        panel = _panel(entry, at, x, y, measure)
        panels.append(panel)
        y = panel.rect.bottom
    return panels


def _panel(entry: TierEntry, at: int, x: float, y: float, measure: _Measure) -> PanelBox:
    lines, below = _heading(entry, x + _PAD, y + _PAD, measure.inside)
    subs = measure.subs if len(entry.companies) > 1 else 1
    rows = math.ceil(len(entry.companies) / subs)
    boxes: list[CompanyBox] = []
    for number, company in enumerate(entry.companies):
        sub, row = divmod(number, rows)
        rect = Rect(x + _PAD + sub * (measure.box + _SUB_GAP), below + 5.0 + row * (_ROW + _ROW_GAP), measure.box, _ROW)
        boxes.append(CompanyBox(company, rect, _name_width(company, measure.box)))
    bottom = max((box.rect.bottom for box in boxes), default=below - 2.0) + _PAD
    return PanelBox(entry, at, Rect(x, y, measure.inside + 2 * _PAD, bottom - y), lines, tuple(boxes))


def _heading(entry: TierEntry, x: float, y: float, width: float) -> tuple[tuple[Line, ...], float]:
    """Return the lines of a heading, and the lower side of the last one."""
    first, *rest = entry.heading
    badge = _badge(entry)
    lines: list[Line] = []
    for text in wrap(first, HEADING, width - badge, 2, bold=True):
        lines.append(Line(x + badge, y + 12.0, text, HEADING, bold=True))
        y += 17.0
    for line in (t for text in rest for t in wrap(text, SMALL, width, 2)):
        lines.append(Line(x, y + 11.0, line, SMALL, muted=True))
        y += 14.0
    for line in wrap(entry.value, SMALL, width, 3):
        lines.append(Line(x, y + 11.0, line, SMALL, figure=True))
        y += 14.0
    return tuple(lines), y


def _moved(panel: PanelBox, by: float) -> PanelBox:
    def move(rect: Rect) -> Rect:
        return Rect(rect.x, rect.y + by, rect.width, rect.height)

    return PanelBox(
        panel.entry,
        panel.column,
        move(panel.rect),
        tuple(replace(t, y=t.y + by) for t in panel.lines),
        tuple(CompanyBox(b.entry, move(b.rect), b.name_width) for b in panel.boxes),
    )
