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
    "SCREEN",
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

_ROW, _ROW_GAP, _SUB_GAP = 18.0, 4.0, 6.0
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
    pad: float = 9.0
    """Room inside a panel."""
    inset: float = 6.0
    """Room before and after the text in a box."""
    share_gap: float = 8.0
    """Room between a name and its share."""
    slot: float = 18.0
    """Room between two panels of a column, and beside the outer ones."""
    lane: float = LANE
    """Distance of two edges that pass through the same slot."""
    least: float = 92.0
    """The narrowest box."""
    most: float = 330.0
    """How wide boxes may become so that no two names of a tier are clipped to the same text."""
    lines: int = 2
    """Lines of a heading."""
    figures: int = 3
    """Lines of a figure."""
    bend: float = 30.0
    """How far an edge between two tiers of one column swings out."""


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

SCREEN = Density(99, 78.0, 104.0, 0.46, 5.0, 4.0, 4.0, 10.0, 5.0, 40.0, 150.0, 4, 2, 14.0)
"""For the explorer: every name at 11 pixels beside the sliders, on a screen of 1,680 by 1,000."""


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
    density: Density


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
        x += measure.inside + 2 * density.pad + gutters[at]
    heights = [panels[-1].rect.bottom for panels in flat]
    above = max(h / 2 + lanes.get((at, 0), 0) * density.lane for at, h in enumerate(heights))
    return tuple(
        ColumnBox(
            side,
            measure.inside + 2 * density.pad,
            tuple(_moved(panel, round(top + above - height / 2)) for panel in panels),
        )
        for side, measure, panels, height in zip(sides, measures, flat, heights, strict=True)
    )


def slot_centres(column: ColumnBox, slot: float = DENSITIES[0].slot) -> tuple[float, ...]:
    """Return the middle of each slot of a column, from above its first panel to below its last, `slot` beside those."""
    panels = column.panels
    between = [(a.rect.bottom + b.rect.y) / 2 for a, b in itertools.pairwise(panels)]
    return (panels[0].rect.y - slot, *between, panels[-1].rect.bottom + slot)


def _measure(column: Sequence[TierEntry], density: Density) -> _Measure:
    subs = 2 if any(len(entry.companies) > density.rows for entry in column) else 1
    box = max((_box_width(entry.companies, density) for entry in column if entry.companies), default=density.least)
    inside = subs * box + (subs - 1) * _SUB_GAP
    for entry in column:
        first, *rest = entry.heading
        inside = max(
            inside,
            min(density.heading, _badge(entry) + text_width(first, HEADING, bold=True)),
            *(min(density.heading, text_width(text, SMALL)) for text in (*rest, entry.value)),
        )
    inside = float(math.ceil(inside))
    return _Measure((inside - (subs - 1) * _SUB_GAP) / subs, inside, subs, density)


def _badge(entry: TierEntry) -> float:
    return BADGE if entry.place == "ordered" else 0.0


def _box_width(companies: Sequence[CompanyEntry], density: Density) -> float:
    """Return the width at which names read in full, within bounds, and no two names are clipped to the same text."""
    wide = max(_needed(company, density) for company in companies)
    width = max(density.least, wide)
    names = {c.name for c in companies}
    while width < density.most and len({_clipped(c, width, density) for c in companies}) < len(names):
        width += 12.0
    return width


def _needed(company: CompanyEntry, density: Density) -> float:
    least = (MIN_EMS + _ELLIPSIS_EMS) * NAME
    name = max(least, min(density.name, text_width(company.name, NAME)))
    return name + _share_room(company, density) + 2 * density.inset + 1.0


def _share_room(company: CompanyEntry, density: Density) -> float:
    return text_width(company.share, SHARE) + density.share_gap if company.share else 0.0


def _name_width(company: CompanyEntry, box: float, density: Density) -> float:
    return box - 2 * density.inset - _share_room(company, density)


def _clipped(company: CompanyEntry, box: float, density: Density) -> str:
    return clip(company.name, NAME, _name_width(company, box, density))


def _stack(
    column: Sequence[TierEntry], at: int, x: float, measure: _Measure, lanes: Mapping[tuple[int, int], int]
) -> list[PanelBox]:
    """Return the panels of a column from y = 0 downwards."""
    panels: list[PanelBox] = []
    y = 0.0
    for slot, entry in enumerate(column):
        if slot:
            y += measure.density.slot + lanes.get((at, slot), 0) * measure.density.lane
        panel = _panel(entry, at, x, y, measure)
        panels.append(panel)
        y = panel.rect.bottom
    return panels


def _panel(entry: TierEntry, at: int, x: float, y: float, measure: _Measure) -> PanelBox:
    pad = measure.density.pad
    lines, below = _heading(entry, x + pad, y + pad, measure.inside, measure.density)
    subs = measure.subs if len(entry.companies) > 1 else 1
    rows = math.ceil(len(entry.companies) / subs)
    boxes: list[CompanyBox] = []
    for number, company in enumerate(entry.companies):
        sub, row = divmod(number, rows)
        left, top = x + pad + sub * (measure.box + _SUB_GAP), below + 5.0 + row * (_ROW + _ROW_GAP)
        boxes.append(
            CompanyBox(company, Rect(left, top, measure.box, _ROW), _name_width(company, measure.box, measure.density))
        )
    bottom = max((box.rect.bottom for box in boxes), default=below - 2.0) + pad
    return PanelBox(entry, at, Rect(x, y, measure.inside + 2 * pad, bottom - y), lines, tuple(boxes))


def _heading(entry: TierEntry, x: float, y: float, width: float, density: Density) -> tuple[tuple[Line, ...], float]:
    """Return the lines of a heading, and the lower side of the last one."""
    first, *rest = entry.heading
    badge = _badge(entry)
    lines: list[Line] = []
    for text in wrap(first, HEADING, width - badge, density.lines, bold=True):
        lines.append(Line(x + badge, y + 12.0, text, HEADING, bold=True))
        y += 17.0
    for line in (t for text in rest for t in wrap(text, SMALL, width, 2)):
        lines.append(Line(x, y + 11.0, line, SMALL, muted=True))
        y += 14.0
    for line in wrap(entry.value, SMALL, width, density.figures):
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
