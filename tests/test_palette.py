"""Colours of the explorer can be told apart: axe does not judge text inside pictures, so contrast is computed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bullwhip

STYLES = "".join(
    p.read_text(encoding="utf-8") for p in sorted((Path(bullwhip.__file__).parent / "explorer").glob("*.css"))
)
TEXT = 4.5
"""WCAG 2.2, 1.4.3: of text to what is behind it."""
MARK = 3.0
"""WCAG 2.2, 1.4.11: of lines and marks that say something."""
PAPERS = ("paper", "raised")
WORDS = (
    "ink", "soft", "accent", "up", "down", "warn", "code-word", "code-text", "code-name", "code-iri",
)  # fmt: skip
HUES = (*(f"hue-{n}" for n in range(10)), "hue-beside", "hue-demand")


def _themes() -> dict[str, dict[str, str]]:
    """The colours by theme and name."""
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for theme, body in re.findall(r':root\[data-theme="(\w+)"\] \{(.*?)\}', STYLES, re.DOTALL):
        found[theme] |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", body))
    return found


THEMES = _themes()


def _luminance(color: str) -> float:
    """The relative luminance of a colour, by WCAG."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_right() -> None:
    """Black on white is 21, a colour on itself 1, and the grey that is known to pass by a hair passes by a hair."""
    assert round(contrast("#000000", "#ffffff"), 6) == 21
    assert contrast("#777777", "#777777") == 1
    assert 4.54 == round(contrast("#767676", "#ffffff"), 2)


@pytest.mark.parametrize("theme", THEMES)
def test_words_can_be_read(theme: str) -> None:
    """Every colour of text stands out from every paper it is put on."""
    colors = THEMES[theme]
    pairs = [(word, paper) for word in WORDS for paper in PAPERS]
    pairs += [
        ("ink", "accent-paper"),
        ("soft", "accent-paper"),
        ("on-accent", "accent"),
        ("warn", "warn-paper"),
        ("ink", "sunken"),
    ]
    pairs += [("on-hue", hue) for hue in HUES]

    assert [] == [(a, b) for a, b in pairs if contrast(colors[a], colors[b]) < TEXT]


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme: str) -> None:
    """Lines of the chain, frames of fields and the ring of the focus stand out from the paper."""
    colors = THEMES[theme]
    marks = (*HUES, "strong-line", "focus")

    assert [] == [name for name in marks for paper in PAPERS if contrast(colors[name], colors[paper]) < MARK]


def test_both_themes_name_the_same_colours() -> None:
    """A colour that one theme lacks would be the other one's."""
    assert THEMES["light"].keys() == THEMES["dark"].keys()
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLES)) <= THEMES["light"].keys() | _others()


def _others() -> set[str]:
    """Names that are no colours."""
    return set(re.findall(r"--([\w-]+): ", STYLES))
