"""Laws of the pictures of whole workspaces: all is named, nothing overlaps, and it reads at 1680 pixels."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from fractions import Fraction
from functools import cache
from itertools import combinations

import pytest

from bullwhip import Workspace
from bullwhip.export.chainmap import chain_map
from bullwhip.model.chain import Chain, Company, Tier
from bullwhip.model.label import Label
from documents import ROOT
from unit.test_export_chainmap import SVG, Box, rectangles, share, supply, texts

WORKSPACES = ("", "solar", "vaccines", "batteries", "wind")
LANGUAGES = ("zh", "en", "both")


@cache
def workspace(name: str) -> Workspace:
    """Return the shipped workspace, or one of the golden ones."""
    return Workspace.open(ROOT / "tests" / "golden" / name if name else None)


@cache
def drawn(name: str, language: str) -> ET.Element:
    """Return the chain map of a workspace, parsed."""
    return ET.fromstring(workspace(name).export("svg", language=language))  # noqa: S314 -- our own text


def size(root: ET.Element) -> tuple[float, float]:
    """Return width and height of a picture."""
    width, height = (float(n) for n in root.get("viewBox", "").split()[2:])
    return width, height


def check_apart(root: ET.Element) -> None:
    """Check that no text meets another one or the edge of the paper, and that no text is smaller than 11 pixels."""
    written = texts(root)
    paper = Box(0, 0, *size(root), "paper")

    assert [] == [(a, b) for a, b in combinations(written, 2) if a.meets(b)]
    assert [] == [t for t in written if not paper.holds(t)]
    assert [] == [t.text for t in root.iter(f"{SVG}text") if float(t.get("font-size", "")) < 11]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WORKSPACES)
def test_a_map_reads_at_1680_pixels(name: str, language: str) -> None:
    """It is no wider, no text is smaller than 11 pixels, and no two texts, boxes or tiers meet."""
    root = drawn(name, language)

    assert size(root)[0] <= 1680
    check_apart(root)
    for kind in ("panel", "box"):
        assert [] == [(a, b) for a, b in combinations(rectangles(root, kind), 2) if a.meets(b)]


@pytest.mark.parametrize("name", WORKSPACES)
def test_every_ordered_tier_and_its_suppliers_are_named(name: str) -> None:
    """Each has its panel, each supplier its box with its Chinese name where that has four characters or less."""
    root, chain = drawn(name, "zh"), workspace(name).program.chain
    companies = {c.id: c for c in chain.companies}
    named = {t.text for t in root.iter(f"{SVG}text")}
    shown = {g.get("data-tier") for g in root.iter(f"{SVG}g")}
    suppliers = {s.company for s in chain.supplies if s.role == "supplier" and s.tier in shown}

    assert {t.id for t in chain.tiers if t.order is not None} <= shown
    assert [] == [
        c for c in suppliers if len(companies[c].label.zh) in range(1, 5) and companies[c].label.zh not in named
    ]
    assert len(rectangles(root, "box")) == len(
        {(s.company, s.tier) for s in chain.supplies if s.role == "supplier" and s.tier in shown}
    )


def test_what_is_not_drawn_is_counted() -> None:
    """Companies shown, with a share and not drawn add up to those of the workspace."""
    note = " ".join(t.text or "" for t in drawn("", "en").iter(f"{SVG}text"))

    assert "115 companies shown, 15 with a printed share; 180 more are not drawn" in note
    assert 115 + 180 == len(workspace("").program.chain.companies)


def test_an_estimated_share_is_dashed_and_an_actual_one_is_not() -> None:
    """The frame of a company whose share an estimate prints is dashed, and the legend says so; else neither."""
    companies = (Company("a", Label("甲")), Company("b", Label("乙")))
    shares = (share("a", "t", Fraction(1, 2), claim="e"), share("b", "t", Fraction(1, 4), claim="f"))
    chain = Chain((Tier("t", Label("t"), 1),), (), companies, (supply("a", "t"), supply("b", "t")), shares)

    def dashes(estimates: set[str]) -> tuple[list[str], bool]:
        root = ET.fromstring(chain_map(chain, "zh", "", "", {}, "", estimates))  # noqa: S314
        frames = [r for r in root.iter(f"{SVG}rect") if r.get("class") == "frame"]
        legend = any("预测或估计" in (t.text or "") for t in root.iter(f"{SVG}text"))
        return [r.get("stroke-dasharray", "") for r in frames], legend

    assert (["3 2", ""], True) == dashes({"e"})
    assert (["", ""], False) == dashes(set())
