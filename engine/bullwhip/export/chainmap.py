"""The chain map: the tiers in the order of value release, their suppliers and printed shares, as one SVG picture.

Pure Python, no font is measured, nothing is random and nothing depends on the day or the machine: the same chain
gives the same bytes. Companies without a printed share have no number; a missing share is not a zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from bullwhip.export.escape import clean_text, xml_attribute, xml_text
from bullwhip.export.map_content import OTHER_MARKET, MapContent, MapLanguage, map_content
from bullwhip.export.map_layout import (
    BADGE,
    DENSITIES,
    NAME,
    SHARE,
    ColumnBox,
    CompanyBox,
    Density,
    Line,
    PanelBox,
    place_columns,
)
from bullwhip.export.map_routes import ARROW, Route, choose_slots, count_lanes, gutter_loads, route_edges
from bullwhip.export.svg_metadata import svg_metadata
from bullwhip.export.text_width import clip, wrap
from bullwhip.model.about import About
from bullwhip.model.chain import Chain
from bullwhip.model.label import Language

__all__ = ["PALETTE", "arranged", "arrow_path", "chain_map", "edge_path", "map_size", "panel_color"]

PALETTE = (
    "#4a5fb0", "#1f77a8", "#16807a", "#3c7f3a", "#857012", "#a85c22", "#b04a5a", "#96458f", "#6a55a8", "#3f6c8f",
)  # fmt: skip
"""One colour per column; white text on it reads at 4.5 : 1 or better, and so does it on white."""

BESIDE, DEMAND, INK, MUTED = "#66707a", "#48525c", "#1a222b", "#56616d"

FONTS = (
    "'Helvetica Neue', Arial, 'Liberation Sans', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)

PAGE = 1680.0
"""How wide a map becomes before it is set more densely: at this width, its smallest text is read on a screen."""

_MARGIN, _MIN_WIDTH, _TITLE, _SUBTITLE, _FOOT = 28.0, 480.0, 19.0, 12.0, 11.0

_FOOT_LINES = 12

_LEGEND = {
    "zh": (
        "自左至右为价值释放的次序（数字）；虚线框在次序之外，最右为需求来源。箭头为供给方向。"
        "百分数与底色为文献印出的份额；没有印出的不写数字。"
    ),
    "en": (
        "Left to right: order of value release (numbers); dashed: beside that order; far right: sources of demand. "
        "Arrows: direction of supply. Percentages and shading: shares as the documents print them; "
        "where none is printed there is no number."
    ),
}
_LEGEND_OTHER = {"zh": "†：与同环节其他份额口径不同。", "en": "†: share of another market than the tier's others."}
_LEGEND_ESTIMATE = {
    "zh": "虚线公司框：份额为预测或估计。",
    "en": "Dashed box of a company: its share is an estimate.",
}
_EDGES = {"estimate": "6 3", "bare": "1.5 3"}
_NO_KINDS: Mapping[tuple[str, str], str] = {}
_LEGEND_EDGES = {
    "estimate": {
        "zh": "虚线边：其数字含预测或假设。",
        "en": "Dashed edges: an estimate or assumption is in their figures.",
    },
    "bare": {"zh": "点线边：没有算式。", "en": "Dotted edges: no rule runs along them."},
}
_LEGEND_COUNT = {
    "zh": "图中公司 {shown} 家，{printed} 家有印出的份额；另有 {left} 家未画出：它们不是图中环节的供应商。",
    "en": "{shown} companies shown, {printed} with a printed share; {left} more are not drawn: "
    "they supply none of the tiers shown.",
}
_LEGEND_OMITTED = {"zh": "未画出（没有边与其余相连）：", "en": "Not drawn, no edge ties them to the rest: "}


def chain_map(
    chain: Chain,
    language: MapLanguage,
    title: str,
    subtitle: str,
    values: Mapping[str, str],
    stamp: str | About,
    estimates: Collection[str] = (),
    edges: Mapping[tuple[str, str], str] = _NO_KINDS,
) -> str:
    """Return the chain map as an SVG document.

    Args:
        chain: tiers, edges, companies and shares.
        language: the language of the labels; `both` writes Chinese and English.
        title: heading of the picture.
        subtitle: line beneath it; may be empty.
        values: by tier id a short text under its heading, e.g. `1,601 亿 USD, 2025E`.
        stamp: last line of the picture: model version, data date, sources; at length in its metadata where it is
            known what the map says of itself.
        estimates: ids of claims that are estimates; the boxes of shares that they print are dashed.
        edges: by source and target what the figures of an edge rest on: `actual` is drawn solid, `estimate` dashed,
            `bare`, no rule at all, dotted; where nothing is said an edge is solid.

    >>> from bullwhip.model.chain import Tier
    >>> from bullwhip.model.label import Label
    >>> svg = chain_map(Chain((Tier("hbm", Label("HBM"), 1),), (), (), (), ()), "zh", "算力链", "", {}, "v1")
    >>> svg.startswith("<svg "), svg.count('class="tier"')
    (True, 1)
    """
    content = map_content(chain, language, values, estimates)
    line = stamp if isinstance(stamp, str) else stamp.line()
    title, subtitle, line = (clean_text(text).strip() for text in (title, subtitle, line))
    columns, routes = arranged(content)
    width = max(_MIN_WIDTH, float(round(_rightmost(columns, routes) + _MARGIN)))
    head, top = _head(title, subtitle, width - 2 * _MARGIN)
    columns, routes = arranged(content, top)
    bottom = max([top, *_lowest(columns, routes)]) + 26.0
    drawn = [edges.get((r.source.entry.tier.id, r.target.entry.tier.id), "") for r in routes]
    foot, height = _foot(_legend(content, language, drawn), line, bottom, width - 2 * _MARGIN)
    parts = [
        _open(title, language, width, height, content),
        *(() if isinstance(stamp, str) else (svg_metadata(stamp),)),
        *(_text(line) for line in head),
        *(_edge(route, kind) for route, kind in zip(routes, drawn, strict=True)),
        *(_panel(panel) for column in columns for panel in column.panels),
        *(_text(line) for line in foot),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def arranged(
    content: MapContent, top: float = 0.0, densities: Sequence[Density] = DENSITIES
) -> tuple[tuple[ColumnBox, ...], tuple[Route, ...]]:
    """Return columns and edges, as loosely set as a page of `PAGE` allows, else as densely as it goes."""
    if not content.columns:
        return (), ()
    for density in densities:
        columns, routes = _set(content, top, density)
        if _rightmost(columns, routes) + _MARGIN <= PAGE:
            break
    return columns, routes


def _set(content: MapContent, top: float, density: Density) -> tuple[tuple[ColumnBox, ...], tuple[Route, ...]]:
    """Return columns and edges: placed once to see which gaps the edges take, and again with room for them."""
    edges = content.edges
    columns = place_columns(content, _MARGIN, top, [60.0] * len(content.columns), {}, density)
    slots = choose_slots(columns, edges, density)
    gutters = [density.gutter * min(58.0, 36.0 + 3.0 * load) for load in gutter_loads(columns, edges)]
    columns = place_columns(content, _MARGIN, top, gutters, count_lanes(slots), density)
    return columns, route_edges(columns, edges, slots, density)


def map_size(columns: Sequence[ColumnBox], routes: Sequence[Route]) -> tuple[float, float]:
    """Return how wide and how high the map itself is, without heading and legend."""
    return _rightmost(columns, routes) + _MARGIN, max([0.0, *_lowest(columns, routes)]) + _MARGIN


def _rightmost(columns: Sequence[ColumnBox], routes: Sequence[Route]) -> float:
    bends = [x for route in routes for segment in route.segments for x, _ in segment]
    return max([0.0, *(column.right for column in columns), *bends])


def _lowest(columns: Sequence[ColumnBox], routes: Sequence[Route]) -> list[float]:
    panels = [panel.rect.bottom for column in columns for panel in column.panels]
    return panels + [y for route in routes for segment in route.segments for _, y in segment]


def _head(title: str, subtitle: str, width: float) -> tuple[list[Line], float]:
    """Return the lines above the map, and where the map begins."""
    lines, y = list[Line](), _MARGIN
    for text in wrap(title, _TITLE, width, 3, bold=True):
        y += _TITLE
        lines.append(Line(_MARGIN, y, text, _TITLE, bold=True))
        y += 7.0
    for text in wrap(subtitle, _SUBTITLE, width, 3):
        y += _SUBTITLE
        lines.append(Line(_MARGIN, y, text, _SUBTITLE, muted=True))
        y += 5.0
    return lines, y + 20.0


def _legend(content: MapContent, language: MapLanguage, edges: Collection[str]) -> list[str]:
    marked = any(c.share.endswith(OTHER_MARKET) for e in content.entries for c in e.companies)
    languages: tuple[Language, ...] = ("zh", "en") if language == "both" else (language,)
    estimated = any(c.estimate for e in content.entries for c in e.companies)
    lines = []
    for code in languages:
        more = [_LEGEND_OTHER[code]] * marked + [_LEGEND_ESTIMATE[code]] * estimated
        more += [_LEGEND_EDGES[kind][code] for kind in _EDGES if kind in edges]
        if content.counts.shown:
            more.append(_LEGEND_COUNT[code].format(**asdict(content.counts)))
        lines.append(" ".join([_LEGEND[code], *more]))
    if content.omitted:
        separator = ", " if language == "en" else "、"
        lines.append(_LEGEND_OMITTED[languages[0]] + separator.join(content.omitted))
    return lines


def _foot(legend: Sequence[str], stamp: str, y: float, width: float) -> tuple[list[Line], float]:
    """Return the lines below the map, and the height of the picture."""
    lines = list[Line]()
    for text in (part for whole in (*legend, stamp) for part in wrap(whole, _FOOT, width, _FOOT_LINES)):
        lines.append(Line(_MARGIN, y, text, _FOOT, muted=True))
        y += 15.0
    return lines, y - 15.0 + _MARGIN


def _open(title: str, language: MapLanguage, width: float, height: float, content: MapContent) -> str:
    tag = "en" if language == "en" else "zh-Hans"
    names = ", ".join(" ".join(entry.heading) for entry in content.entries)
    companies = sum(len(entry.companies) for entry in content.entries)
    described = f"{len(content.entries)} tiers, {companies} company boxes, {len(content.edges)} edges: {names}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{tag}" xml:lang="{tag}" '
        f'width="{_num(width)}" height="{_num(height)}" viewBox="0 0 {_num(width)} {_num(height)}" '
        f'font-family="{xml_attribute(FONTS)}" fill="{INK}">\n'
        f"<title>{xml_text(title) or 'chain map'}</title>\n<desc>{xml_text(described)}</desc>\n"
        f'<rect class="paper" width="{_num(width)}" height="{_num(height)}" fill="#ffffff"/>'
    )


def _panel(panel: PanelBox) -> str:
    color, rect = panel_color(panel), panel.rect
    dash = ' stroke-dasharray="4 3"' if panel.entry.place == "beside" else ""
    name = " ".join((*panel.entry.heading, panel.entry.value)).strip()
    parts = [
        f'<g class="tier" data-tier="{xml_attribute(panel.entry.tier.id)}"><title>{xml_text(name)}</title>',
        f'<rect class="panel" x="{_num(rect.x)}" y="{_num(rect.y)}" width="{_num(rect.width)}" '
        f'height="{_num(rect.height)}" rx="6" fill="{_tint(color, 0.05)}" stroke="{_tint(color, 0.35)}"{dash}/>',
    ]
    if panel.entry.place == "ordered":
        first = panel.lines[0]
        x, y = first.x - BADGE + 7.5, first.y - 4.5
        parts.append(f'<circle cx="{_num(x)}" cy="{_num(y)}" r="7.5" fill="{color}"/>')
        parts.append(
            f'<text x="{_num(x)}" y="{_num(y + 3.9)}" font-size="11" font-weight="700" text-anchor="middle" '
            f'fill="#ffffff">{panel.entry.tier.order}</text>'
        )
    parts += [_text(line) for line in panel.lines]
    parts += [_company(box, color) for box in panel.boxes]
    return "\n".join([*parts, "</g>"])


def _company(box: CompanyBox, color: str) -> str:
    entry, rect = box.entry, box.rect
    x, y, height = _num(rect.x), _num(rect.y), _num(rect.height)
    dash = ' stroke-dasharray="3 2"' if entry.estimate else ""
    parts = [f"<g><title>{xml_text(entry.details)}</title>"]
    parts.append(
        f'<rect class="box" x="{x}" y="{y}" width="{_num(rect.width)}" height="{height}" rx="3" fill="#ffffff"/>'
    )
    for extent, strength in ((entry.possible, 0.14), (entry.certain, 0.28)):
        if extent:
            bar = f'<rect class="bar" x="{x}" y="{y}" width="{_num(rect.width * float(extent))}" height="{height}" '
            parts.append(f'{bar}rx="3" fill="{_tint(color, strength)}"/>')
    parts.append(
        f'<rect class="frame" x="{x}" y="{y}" width="{_num(rect.width)}" height="{height}" rx="3" fill="none" '
        f'stroke="{_tint(color, 0.7)}"{dash}/>'
    )
    parts.append(_text(Line(rect.x + 6.0, rect.y + 13.0, clip(entry.name, NAME, box.name_width), NAME)))
    if entry.share:
        parts.append(
            f'<text x="{_num(rect.right - 6.0)}" y="{_num(rect.y + 12.8)}" font-size="{_num(SHARE)}" '
            f'text-anchor="end">{xml_text(entry.share)}</text>'
        )
    return "".join([*parts, "</g>"])


def _edge(route: Route, kind: str) -> str:
    dash = f' stroke-dasharray="{_EDGES[kind]}"' if kind in _EDGES else ""
    color = _tint(panel_color(route.source), 0.6)
    names = f"{' '.join(route.source.entry.heading)} → {' '.join(route.target.entry.heading)}"
    return (
        f"<g><title>{xml_text(names)}</title>"
        f'<path class="edge" d="{edge_path(route)}" fill="none" stroke="{color}" stroke-width="1.3"{dash}/>'
        f'<path class="head" d="{arrow_path(route)}" fill="{color}"/></g>'
    )


def edge_path(route: Route) -> str:
    """Return the course of an edge as the path of a picture."""
    (x, y), *_ = route.segments[0]
    return f"M{_num(x)} {_num(y)}" + "".join(
        f" C{' '.join(f'{_num(px)} {_num(py)}' for px, py in segment[1:])}" for segment in route.segments
    )


def arrow_path(route: Route) -> str:
    """Return the arrow head of an edge as the path of a picture."""
    tip_x, tip_y = route.tip
    back = tip_x - ARROW - 1.0 if route.rightward else tip_x + ARROW + 1.0
    return f"M{_num(tip_x)} {_num(tip_y)} L{_num(back)} {_num(tip_y - 3.2)} L{_num(back)} {_num(tip_y + 3.2)} Z"


def _text(line: Line) -> str:
    weight = ' font-weight="700"' if line.bold else ""
    fill = f' fill="{MUTED}"' if line.muted else ""
    size = f'font-size="{_num(line.size)}"'
    return f'<text x="{_num(line.x)}" y="{_num(line.y)}" {size}{weight}{fill}>{xml_text(line.text)}</text>'


def panel_color(panel: PanelBox) -> str:
    """Return the colour of a tier: that of its column, or of what stands beside the order."""
    if panel.entry.place == "ordered":
        return PALETTE[panel.column % len(PALETTE)]
    return DEMAND if panel.entry.place == "demand" else BESIDE


def _tint(color: str, strength: float) -> str:
    """Return a colour mixed with white.

    >>> _tint("#000000", 0.2), _tint("#4a5fb0", 1)
    ('#cccccc', '#4a5fb0')
    """
    parts = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in parts)


def _num(value: float) -> str:
    """Return a coordinate with at most one decimal.

    >>> _num(12.0), _num(0.25), _num(-0.01)
    ('12', '0.2', '0')
    """
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
