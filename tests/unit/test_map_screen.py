"""The chain map as the explorer draws it: set for a screen."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.export.map_layout import DENSITIES
from bullwhip.export.map_numbers import map_numbers
from bullwhip.model.label import Language
from bullwhip.workspace.describing import tier_figures

BESIDE_SLIDERS = 1680 - 238
"""How wide the map may be on a screen of 1,680 beside the sliders of the explorer."""


@pytest.fixture(scope="module", params=["zh", "en"])
def shown(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The map of the shipped chain in a language."""
    language: Language = request.param
    workspace = Workspace.open()
    return map_numbers(workspace.program.chain, language, tier_figures(workspace, 2025, language))


def test_everything_is_drawn(shown: dict[str, Any]) -> None:
    """Every tier with suppliers has a panel, whether an edge ties it to the rest or not."""
    chain = Workspace.open().program.chain
    supplied = {s.tier for s in chain.supplies if s.role == "supplier"}
    assert set() == supplied - {panel["tier"] for panel in shown["panels"]}
    assert [] == shown["omitted"]


def test_it_reads_beside_the_sliders(shown: dict[str, Any]) -> None:
    """The whole map stands beside the sliders at its own size, at which no text is below 11 pixels."""
    panels = [panel["rect"] for panel in shown["panels"]]
    left, right = min(x for x, *_ in panels), max(x + width for x, _, width, _ in panels)
    assert right - left <= BESIDE_SLIDERS
    assert 11.0 <= min(line[3] for panel in shown["panels"] for line in panel["lines"])


def test_nothing_overlaps(shown: dict[str, Any]) -> None:
    """No two panels and no two boxes cover the same place."""
    rects = [panel["rect"] for panel in shown["panels"]]
    boxes = [box[1:5] for panel in shown["panels"] for box in panel["boxes"]]
    assert [] == [pair for some in (rects, boxes) for pair in combinations(some, 2) if _overlap(*pair)]


def test_names_of_four_characters_are_whole(shown: dict[str, Any]) -> None:
    """No two companies of a tier are clipped to the same text."""
    for panel in shown["panels"]:
        names = [box[5] for box in panel["boxes"]]
        assert sorted(set(names)) == sorted(names)


def test_pictures_are_set_wider() -> None:
    """The picture that stands alone keeps its own settings."""
    assert {9.0} == {density.pad for density in DENSITIES}


def _overlap(one: list[float], other: list[float]) -> bool:
    (ax, ay, aw, ah), (bx, by, bw, bh) = one, other
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah
