"""The chain map as numbers for the explorer: the layout of the picture, set for a screen, and no tier left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bullwhip.export.chainmap import arranged, arrow_path, edge_path, map_size, panel_color
from bullwhip.export.map_content import map_content
from bullwhip.export.map_layout import NAME, SCREEN, Line, PanelBox
from bullwhip.export.text_width import clip
from bullwhip.model.chain import Chain
from bullwhip.model.label import Language

__all__ = ["map_numbers"]

_BOLD, _MUTED, _FIGURE = 1, 2, 4


def map_numbers(
    chain: Chain, language: Language, values: Mapping[str, str], estimates: Collection[str] = ()
) -> dict[str, Any]:
    """Return where everything of the chain map stands.

    Args:
        chain: tiers, edges, companies and shares.
        language: the language of the labels.
        values: by tier id a short text under its heading.
        estimates: ids of claims that are estimates.

    >>> from bullwhip.model.chain import Tier
    >>> from bullwhip.model.label import Label
    >>> shown = map_numbers(Chain((Tier("hbm", Label("HBM"), 1),), (), (), (), ()), "zh", {"hbm": "3 USD"})
    >>> [line[2] for line in shown["panels"][0]["lines"]], shown["panels"][0]["lines"][1][4]
    (['HBM', '3 USD'], 4)
    """
    content = map_content(chain, language, values, estimates, everything=True)
    columns, routes = arranged(content, densities=(SCREEN,))
    width, height = map_size(columns, routes)
    pulls = {(e.source, e.target) for e in chain.edges if e.pulls}
    ends = [(r.source.entry.tier.id, r.target.entry.tier.id) for r in routes]
    return {
        "width": _round(width), "height": _round(height),
        "columns": [{"x": _round(c.x), "width": _round(c.width)} for c in columns],
        "panels": [_panel(p) for c in columns for p in c.panels],
        "routes": [
            {"source": a, "target": b, "path": edge_path(r), "head": arrow_path(r), "pulls": (a, b) in pulls}
            for (a, b), r in zip(ends, routes, strict=True)
        ],
        "omitted": list(content.omitted),
    }  # fmt: skip


def _panel(panel: PanelBox) -> dict[str, Any]:
    rect = panel.rect
    return {
        "tier": panel.entry.tier.id, "column": panel.column, "place": panel.entry.place, "color": panel_color(panel),
        "rect": [_round(v) for v in (rect.x, rect.y, rect.width, rect.height)],
        "lines": [_line(line) for line in panel.lines],
        "boxes": [
            [b.entry.id, *(_round(v) for v in (b.rect.x, b.rect.y, b.rect.width, b.rect.height)),
             clip(b.entry.name, NAME, b.name_width), b.entry.share,
             round(float(b.entry.certain), 4), round(float(b.entry.possible), 4), int(b.entry.estimate)]
            for b in panel.boxes
        ],
    }  # fmt: skip


def _line(line: Line) -> list[Any]:
    flags = _BOLD * line.bold + _MUTED * line.muted + _FIGURE * line.figure
    return [_round(line.x), _round(line.y), line.text, line.size, flags]


def _round(value: float) -> float:
    """Return a coordinate with one decimal, as the picture has it; whole numbers without."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
