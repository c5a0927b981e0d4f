"""A Sankey picture in one unit: bands as high as what flows, and what no band accounts for as a band of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.export.chainmap import PALETTE
from bullwhip.export.escape import xml_text
from bullwhip.export.picture import Heading, framed, number, text
from bullwhip.export.text_width import clip, text_width
from bullwhip.model.about import About

__all__ = ["Band", "Stage", "sankey"]

_REST = "#8a939b"
_COLUMN, _LABEL, _BAR, _MARGIN, _HEIGHT, _GAP, _LEAST = 460.0, 354.0, 14.0, 28.0, 460.0, 10.0, 17.0


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a stage: what flows in from one side, or out to the other."""

    name: str
    value: Fraction
    figure: str
    """The value with its unit, for people."""
    rest: bool = False
    """Whether it is what no other band accounts for."""
    stage: int = -1
    """The stage that it flows into, or -1 where it ends."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A quantity with its parts; those out of it add up to it, and so do those into it where there are any."""

    name: str
    value: Fraction
    figure: str
    into: tuple[Band, ...]
    out: tuple[Band, ...]


@dataclass(slots=True)
class _Placed:
    """Where a stage stands."""

    x: float
    y: float


def sankey(heading: Heading, about: About, stages: Sequence[Stage]) -> str:
    """Return the picture of stages from left to right, the first one whole; each other is a band of one before it.

    Args:
        heading: what stands above and below; the title names the unit.
        about: what the picture says of itself.
        stages: in order; the first one is as high as the picture.
    """
    scale = Fraction(_HEIGHT) / stages[0].value  # exact, so that values beyond all doubles have a height
    left = _MARGIN + (_COLUMN if stages[0].into else 0.0)
    places, extents = {0: _Placed(left, 24.0)}, _extents(stages, scale)
    body = list[str]()
    bottom, right = max(24.0 + _HEIGHT, _into(stages[0], left, 24.0, scale, body)), left
    for at, stage in enumerate(stages):
        place = places[at]
        height = float(stage.value * scale)
        color = PALETTE[at % len(PALETTE)]
        body.append(
            f'<rect class="stage" x="{number(place.x)}" y="{number(place.y)}" width="{number(_BAR)}" '
            f'height="{number(max(height, 1.0))}" fill="{color}"/>'
        )
        if at == 0:
            title = f"{stage.name} · {stage.figure}"
            body.append(text(place.x, 12.0, title, 12.0, bold=True, room=620.0))
            right = max(right, place.x + min(text_width(title, 12.0, bold=True), 620.0))
        low, reach = _out(stage, place, scale, color, extents, places, body)
        bottom, right = max(bottom, low, place.y + height), max(right, reach)
    return framed(heading, about, max(720.0, right + _MARGIN), body, bottom)


def _into(stage: Stage, x: float, y: float, scale: Fraction, body: list[str]) -> float:
    """Draw what flows into the first stage from the left, and return how low it reaches."""
    target, source = y, y
    for band in stage.into:
        height = float(band.value * scale)
        color = _REST if band.rest else PALETTE[3]
        body.append(_ribbon(_MARGIN + _LABEL + 6.0, source, x, target, height, color, band))
        body.append(_label(_MARGIN + _LABEL, source, height, band, end=True))
        target += height
        source += max(height, _LEAST) + _GAP / 2
    return source


def _out(
    stage: Stage, place: _Placed, scale: Fraction, color: str, extents: Sequence[float], places: dict[int, _Placed],
    body: list[str],
) -> tuple[float, float]:  # fmt: skip
    """Draw what flows out of a stage to the right, and place the stages that it flows into."""
    source, target = place.y, place.y
    x, reach = place.x + _BAR, place.x
    end = x + 130.0
    for band in stage.out:
        height = float(band.value * scale)
        if band.stage >= 0:
            target += _LEAST
            places[band.stage] = _Placed(end, target)
            body.append(text(end + 2.0, target - 4.0, _named(band), room=518.0))
            reach = max(reach, end + 2.0 + min(text_width(_named(band), 11.0), 518.0))
        else:
            body.append(_label(end + 6.0, target, height, band, end=False))
        body.append(_ribbon(x, source, end, target, height, _REST if band.rest else color, band))
        source += height
        target += (extents[band.stage] if band.stage >= 0 else max(height, _LEAST)) + _GAP
        reach = max(reach, end + 290.0)
    return target, reach


def _extents(stages: Sequence[Stage], scale: Fraction) -> list[float]:
    """Return how much room each stage takes downwards, with all that flows out of it."""
    found = [0.0] * len(stages)
    for at in range(len(stages) - 1, -1, -1):  # a stage comes after the one that it is a band of
        used = sum(
            (_LEAST + found[b.stage] if b.stage >= 0 else max(float(b.value * scale), _LEAST)) + _GAP
            for b in stages[at].out
        )
        found[at] = max(float(stages[at].value * scale), used)
    return found


def _named(band: Band) -> str:
    return f"{band.name} · {band.figure}"


def _label(x: float, y: float, height: float, band: Band, *, end: bool) -> str:
    figure = f" · {band.figure}"
    words = clip(band.name, 11.0, (_LABEL if end else 284.0) - text_width(figure, 11.0)) + figure
    return text(x, y + max(height, _LEAST) / 2 + 4.0, words, anchor="end" if end else "")


def _ribbon(x: float, y: float, to_x: float, to_y: float, height: float, color: str, band: Band) -> str:
    """Return a band from one side to the other, as high at both."""
    high, middle = max(height, 0.5), (x + to_x) / 2
    path = (
        f"M{number(x)} {number(y)} C{number(middle)} {number(y)} {number(middle)} {number(to_y)} "
        f"{number(to_x)} {number(to_y)} L{number(to_x)} {number(to_y + high)} C{number(middle)} {number(to_y + high)} "
        f"{number(middle)} {number(y + high)} {number(x)} {number(y + high)} Z"
    )
    kind = "rest" if band.rest else "band"
    dash = ' stroke-dasharray="4 3"' if band.rest else ""
    return (
        f"<g><title>{xml_text(f'{_named(band)} {band.detail}'.strip())}</title>"
        f'<path class="{kind}" d="{path}" fill="{color}" fill-opacity="{"0.15" if band.rest else "0.4"}" '
        f'stroke="{color}" stroke-width="0.6"{dash}/></g>'
    )
