"""How the edges of the chain map run: out of a panel's side, through the gaps of the columns between, into a panel.

An edge bends only in the gutters between columns and is level where it passes a column, so it never crosses a tier.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bullwhip.export.map_layout import DENSITIES, ColumnBox, Density, PanelBox, slot_centres

__all__ = ["ARROW", "Route", "Segment", "choose_slots", "count_lanes", "gutter_loads", "route_edges"]

ARROW = 6.0
"""Length of an arrow head."""

_PORT = 11.0
_PORT_MARGIN = 8.0

Edge = tuple[str, str]
Slots = Mapping[Edge, tuple[tuple[int, int], ...]]
"""By edge the columns it passes, from its source on, and the slot it takes in each."""

Segment = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""A cubic Bézier curve; a level line is one too."""


@dataclass(frozen=True, slots=True)
class Route:
    """The course of an edge: curves that join, and the tip of its arrow head."""

    source: PanelBox
    target: PanelBox
    segments: tuple[Segment, ...]
    tip: tuple[float, float]
    rightward: bool
    """Where the arrow head points."""


def choose_slots(columns: Sequence[ColumnBox], edges: Sequence[Edge], density: Density = DENSITIES[0]) -> Slots:
    """Return for every edge the slots nearest to the straight line between its ends."""
    panels = _panels(columns)
    chosen: dict[Edge, tuple[tuple[int, int], ...]] = {}
    for edge in edges:
        source, target = panels[edge[0]], panels[edge[1]]
        start, end = source.column, target.column
        step = 1 if end >= start else -1
        passed: list[tuple[int, int]] = []
        y = _middle(source)
        for at in range(start + step, end, step):
            straight = y + (_middle(target) - y) / abs(end - at + step)
            centres = slot_centres(columns[at], density.slot)
            slot = min(range(len(centres)), key=lambda s: (abs(centres[s] - straight), s))
            passed.append((at, slot))
            y = centres[slot]
        chosen[edge] = tuple(passed)
    return chosen


def count_lanes(slots: Slots) -> Counter[tuple[int, int]]:
    """Return how many edges pass through each slot."""
    return Counter(place for passed in slots.values() for place in passed)


def gutter_loads(columns: Sequence[ColumnBox], edges: Sequence[Edge]) -> tuple[int, ...]:
    """Return how many edges bend in the gutter after each column."""
    panels = _panels(columns)
    loads = [0] * len(columns)
    for source, target in edges:
        first, last = sorted((panels[source].column, panels[target].column))
        for at in range(first, max(last, first + 1)):
            loads[at] += 1
    return tuple(loads)


def route_edges(
    columns: Sequence[ColumnBox], edges: Sequence[Edge], slots: Slots, density: Density = DENSITIES[0]
) -> tuple[Route, ...]:
    """Return the course of every edge, through the slots chosen for it."""
    panels = _panels(columns)
    heights = _lane_heights(columns, edges, slots, panels, density)
    ports = _ports(edges, slots, heights, panels)
    routes: list[Route] = []
    for edge in edges:
        source, target = panels[edge[0]], panels[edge[1]]
        start, end = ports[edge, "out"], ports[edge, "in"]
        if source.column == target.column:
            routes.append(_loop(source, target, start, end, density.bend))
            continue
        rightward = source.column < target.column
        points = [(source.rect.right if rightward else source.rect.x, start)]
        for place in slots[edge]:
            column, y = columns[place[0]], heights[edge, place[0]]
            sides = (column.x, column.right)
            points += [(x, y) for x in (sides if rightward else sides[::-1])]
        tip = (target.rect.x if rightward else target.rect.right, end)
        points.append((tip[0] - ARROW if rightward else tip[0] + ARROW, end))
        routes.append(Route(source, target, _segments(points), tip, rightward))
    return tuple(routes)


def _panels(columns: Sequence[ColumnBox]) -> dict[str, PanelBox]:
    return {panel.entry.tier.id: panel for column in columns for panel in column.panels}


def _middle(panel: PanelBox) -> float:
    return panel.rect.y + panel.rect.height / 2


def _lane_heights(
    columns: Sequence[ColumnBox],
    edges: Sequence[Edge],
    slots: Slots,
    panels: Mapping[str, PanelBox],
    density: Density,
) -> dict[tuple[Edge, int], float]:
    """Return the height of every edge in every column it passes; lanes of a slot in the order of the edges' ends."""
    lanes: dict[tuple[int, int], list[Edge]] = {}
    for edge in edges:
        for place in slots[edge]:
            lanes.setdefault(place, []).append(edge)
    heights: dict[tuple[Edge, int], float] = {}
    for (at, slot), users in lanes.items():
        users.sort(key=lambda e: (_middle(panels[e[0]]) + _middle(panels[e[1]]), edges.index(e)))
        centres = slot_centres(columns[at], density.slot)
        if slot == 0:
            first = centres[0] - (len(users) - 1) * density.lane
        elif slot == len(centres) - 1:
            first = centres[slot]
        else:
            first = centres[slot] - (len(users) - 1) * density.lane / 2
        for number, edge in enumerate(users):
            heights[edge, at] = first + number * density.lane
    return heights


def _ports(
    edges: Sequence[Edge], slots: Slots, heights: Mapping[tuple[Edge, int], float], panels: Mapping[str, PanelBox]
) -> dict[tuple[Edge, str], float]:
    """Return where every edge leaves and enters: spread over the panel's side, in the order of where it comes from."""
    sides: dict[tuple[str, str], list[tuple[float, int, Edge, str]]] = {}
    for number, edge in enumerate(edges):
        source, target = panels[edge[0]], panels[edge[1]]
        passed = slots[edge]
        beyond_source = heights[edge, passed[0][0]] if passed else _middle(target)
        beyond_target = heights[edge, passed[-1][0]] if passed else _middle(source)
        out_side = "right" if source.column <= target.column else "left"
        in_side = "left" if source.column < target.column else "right"
        sides.setdefault((edge[0], out_side), []).append((beyond_source, number, edge, "out"))
        sides.setdefault((edge[1], in_side), []).append((beyond_target, number, edge, "in"))
    ports: dict[tuple[Edge, str], float] = {}
    for (tier, _), users in sides.items():
        users.sort()
        rect = panels[tier].rect
        gap = min(_PORT, (rect.height - 2 * _PORT_MARGIN) / max(len(users) - 1, 1))
        first = rect.y + rect.height / 2 - gap * (len(users) - 1) / 2
        for number, (_, _, edge, end) in enumerate(users):
            ports[edge, end] = first + number * gap
    return ports


def _segments(points: Sequence[tuple[float, float]]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        middle = (ax + bx) / 2
        segments.append(((ax, ay), (middle, ay), (middle, by), (bx, by)))
    return tuple(segments)


def _loop(source: PanelBox, target: PanelBox, start: float, end: float, swing: float) -> Route:
    """Return the course of an edge between two tiers of one column: out and back in the gutter at its right."""
    a, b = source.rect.right, target.rect.right
    bend = max(a, b) + swing
    return Route(source, target, (((a, start), (bend, start), (bend, end), (b + ARROW, end)),), (b, end), False)
