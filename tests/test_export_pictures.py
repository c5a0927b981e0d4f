"""Laws of the pictures of whole workspaces: all is named, nothing overlaps, and it reads at 1680 pixels."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.errors import BullwhipError, UsageError
from bullwhip.export import raster
from bullwhip.export.chainmap import chain_map
from bullwhip.export.pdf_order import ordered_pdf
from bullwhip.model.chain import Chain, Company, Edge, Tier
from bullwhip.model.label import Label
from bullwhip.numbers import fraction_text
from bullwhip.workspace.describing import about, edge_kinds
from bullwhip.workspace.flowing import flows
from bullwhip.workspace.swinging import read_part, swings
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
    moved = [g for g in root.iter(f"{SVG}g") if g.get("transform")]
    down = float(moved[0].get("transform", "").split()[1].rstrip(")")) if moved else 0.0
    inside = [t for g in moved for t in texts(g)]
    written = [t for t in texts(root) if t not in inside]
    written += [t._replace(top=t.top + down, bottom=t.bottom + down) for t in inside]
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


def test_edges_say_what_they_rest_on() -> None:
    """An edge is solid where its figures are actual, dashed where an estimate is in them, dotted without a rule."""
    tiers = tuple(Tier(t, Label(t), i) for i, t in enumerate("abcd", 1))
    chain = Chain(tiers, (Edge("a", "b"), Edge("b", "c"), Edge("c", "d")), (), (), ())
    kinds = {("a", "b"): "actual", ("b", "c"): "estimate", ("c", "d"): "bare"}
    root = ET.fromstring(chain_map(chain, "en", "", "", {}, "", (), kinds))  # noqa: S314
    edges = [g for g in root.iter(f"{SVG}g") if g.find(f"{SVG}path") is not None]
    legend = " ".join(t.text or "" for t in root.iter(f"{SVG}text"))
    dashes = {g[0].text: g[1].get("stroke-dasharray") for g in edges}

    assert {"a → b": None, "b → c": "6 3", "c → d": "1.5 3"} == dashes
    assert "Dashed edges" in legend
    assert "Dotted edges" in legend


def test_what_a_reader_sets_makes_an_edge_an_estimate() -> None:
    """Every edge has a kind; one whose inputs are printed as actual is so until one of them is set."""
    shipped, edge = workspace(""), ("smart_grid", "power_grid")
    found = edge_kinds(shipped, 2023)

    assert {(e.source, e.target) for e in shipped.program.chain.edges} == set(found)
    assert ("actual", "bare") == (found[edge], found["switch", "idc"])
    assert "estimate" == edge_kinds(shipped.with_values("grid.smart_share[period=2023]=20 %"), 2023)[edge]


# -- charts -----------------------------------------------------------------------------------------------------------


CHARTS = (
    ("", "sankey", {"of": "server.market"}),
    ("vaccines", "sankey", {"of": "fill.market[vial=single]"}),
    ("batteries", "sankey", {"of": "mineral.revenue"}),
    ("", "tornado", {"of": "server.market"}),
    ("solar", "tornado", {"of": "module.market", "swing": "25 %"}),
    ("", "bars", {"driver": "model.parameters"}),
)


def test_the_drawings_are_apart() -> None:
    """In every chart and language no text meets another one or leaves the paper, and none is smaller than 11 pixels."""
    for name, form, asked in CHARTS:
        for language in LANGUAGES:
            check_apart(ET.fromstring(workspace(name).export(form, language=language, **asked)))  # noqa: S314


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_drawings_call_things_by_their_names(language: str) -> None:
    """Members, markets, and reasons why something is not drawn, stand in the words of the language and not as ids."""
    market = {"of": "server.market"}
    bars: dict[str, Any] = {"driver": "model.parameters"}
    for form, more in (("svg", {}), ("sankey", market), ("tornado", market), ("bars", bars)):
        root = ET.fromstring(workspace("").export(form, language=language, **more))  # noqa: S314
        said = [t for t in ("".join(e.itertext()) for e in root.iter(f"{SVG}text")) if "bullwhip" not in t]
        assert any("A100 SXM" in t for t in said)
        assert [] == [t for t in said if re.search(r"a100_sxm|chip=|hbm\.value|accelerator\.value", t)]
        if language == "zh":
            assert [] == [t for t in said if re.search(r"unknown amount|smaller|stands for", t)]


@pytest.mark.parametrize(
    ("name", "of"),
    [("", "server.market"), ("", "accelerator.value[chip=a100_sxm]"), ("vaccines", "fill.market[vial=single]"),
     ("vaccines", "vial.market[vial=single]"), ("batteries", "mineral.revenue"), ("solar", "module.market")],
)  # fmt: skip
def test_bands_add_up_to_their_stage_exactly(name: str, of: str) -> None:
    """What flows out of a stage is all of it, what flows in too where anything does; parts are values of the model."""
    there = workspace(name)
    found = flows(there, of, None, "en")
    values = {v for p in range(len(there.program.cells)) if (v := there.evaluation.value(p)) is not None}

    assert found.stages[0].value == there.demand(of).value
    for stage in found.stages:
        assert stage.value in values
        for bands in (stage.into, stage.out):
            assert sum(b.value for b in bands) in ((0, stage.value) if not bands else (stage.value,))
            assert min((b.value for b in bands), default=1) > 0
        assert [b.value for b in stage.out if b.stage >= 0] == [
            found.stages[b.stage].value for b in stage.out if b.stage >= 0
        ]


def test_a_sum_flows_in_by_its_addends() -> None:
    """A quantity that adds up members has a band for each, whatever its unit is."""
    found = flows(workspace(""), "training.peak_compute_total", None, "en").stages[0]

    assert ["PFLOP/s"] * len(found.into) == [b.figure.split()[-1] for b in found.into]
    assert len(found.into) == 2
    assert sum(b.value for b in found.into) == found.value


def test_a_scaled_sum_of_products_flows_in_by_member() -> None:
    """Sales of three minerals, each demand times price, are three bands with the names of the members."""
    found = flows(workspace("batteries"), "mineral.revenue", None, "en").stages[0]

    assert ["lithium", "nickel", "cobalt"] == [b.name for b in found.into]
    assert sum(b.value for b in found.into) == found.value


def test_a_picture_that_would_not_be_true_is_refused() -> None:
    """Parts of more than the whole, an unknown quantity, and one that no driver moves, are BW552 and no picture."""
    market = "server.market"
    for there, form, asked, message in (
        (workspace("").with_values("server.gpu_cost_share=100 %", "hbm.value_per_accelerator=99999"), "sankey",
         {"of": market}, "more than it"),
        (workspace("vaccines"), "sankey", {"of": "cold.market[vial=single]"}, "shares printed at cold_logistics"),
        (workspace("vaccines"), "sankey", {"of": "package.market[vial=single]"}, "where package.market"),
        (workspace("wind"), "sankey", {"of": "turbine.revenue"}, "where turbine.revenue.* goes or comes from"),
        (workspace(""), "sankey", {"of": "switch.ports[chip=a100_sxm]"}, "is unknown for want of"),
        (workspace(""), "tornado", {"of": "switch.ports[chip=a100_sxm]"}, "is unknown for want of"),
    ):  # fmt: skip
        with pytest.raises(BullwhipError, match=message) as found:
            there.export(form, **asked)
        assert ["BW552"] == [p.code for p in found.value.problems]


def test_a_swing_is_the_quantity_computed_anew() -> None:
    """Both ends of a bar are what `with_values` gives, and bars come widest first."""
    there = workspace("solar")
    found = swings(there, "module.market", [], None, "25 %", "en")
    price = next(s for s in found.shown if s.driver == "module.price")
    base = there.value("module.price", there.program.header.default_period)[0]
    assert base.value is not None
    again = [
        there.with_values(f"module.price={fraction_text(base.value * part)} {base.unit}").demand("module.market").value
        for part in (Fraction(3, 4), Fraction(5, 4))
    ]

    assert again == [price.low, price.high]
    widths = [abs(s.high - s.low) for s in found.shown]
    assert sorted(widths, reverse=True) == widths


def test_a_driver_moves_no_further_than_its_declared_range() -> None:
    """A share near its end is moved to the end, and marked."""
    there = workspace("").with_values("server.gpu_cost_share=95 %")
    found = swings(there, "server.market", ["server.gpu_cost_share"], None, "10 %", "en").shown[0]
    value = there.demand("server.market").value
    assert value is not None

    assert found.clipped
    assert value * Fraction(95, 100) == found.high


def test_a_driver_moves_down_to_its_declared_range_and_no_further() -> None:
    """A ratio that cannot be below one goes down to one, up as far as asked."""
    there = workspace("solar")
    found = swings(there, "module.demand", ["plant.loading_ratio"], None, "25 %", "en").shown[0]
    value = there.demand("module.demand").value
    assert value is not None

    assert found.clipped
    assert (value * Fraction(5, 6), value * Fraction(5, 4)) == (found.low, found.high)


def test_bars_come_widest_first_to_whichever_side() -> None:
    """What makes a quantity smaller stands among what makes it larger by the size of its swing."""
    found = [s.high - s.low for s in swings(workspace(""), "server.market", [], None, "10 %", "en").shown]

    assert min(found) < 0 < max(found)
    assert sorted(map(abs, found), reverse=True) == [abs(f) for f in found]


@pytest.mark.parametrize("text", ["0", "100 %", "-5", "ten", "1e9", "10 % %"])
def test_a_swing_is_a_percentage(text: str) -> None:
    """What is no percentage between 0 and 100 is refused."""
    with pytest.raises(UsageError):
        read_part(text)


# -- PNG and PDF ------------------------------------------------------------------------------------------------------


def test_a_png_is_the_picture_and_says_what_it_is() -> None:
    """It is twice as large as the picture, the same bytes each time, and its text chunk is what the picture says."""
    png = workspace("solar").export("png")
    again = workspace("solar").export("png")
    width, height = struct.unpack(">II", png[16:24])
    at = png.index(b"iTXtbullwhip\0") - 4
    length = struct.unpack(">I", png[at : at + 4])[0]
    said = json.loads(png[at + 8 + len(b"bullwhip\0\0\0\0\0") : at + 8 + length])

    assert png == again
    assert (2 * size(drawn("solar", "both"))[0], 2 * size(drawn("solar", "both"))[1]) == (width, height)
    assert about(workspace("solar")).as_dict() == said


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_a_pdf_has_its_texts_as_texts(tmp_path: Path) -> None:
    """Names in Chinese and English are found in it, as are its properties, and it is the same bytes each time."""
    pdf = workspace("").export("pdf")
    (tmp_path / "map.pdf").write_bytes(pdf)
    words = subprocess.run(
        ["pdftotext", str(tmp_path / "map.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode()
    more = subprocess.run(["pdfinfo", str(tmp_path / "map.pdf")], capture_output=True, check=True).stdout.decode()

    assert {"英维克", "NVIDIA", "82%"} <= set(re.split(r"[\s]", words))
    assert about(workspace("")).line() in more
    assert pdf == workspace("").export("pdf")


def test_what_the_packages_lack_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without vl-convert the message names the extra; without a Chinese font it names packages and draws."""
    monkeypatch.setattr(raster, "cjk_font", lambda: None)
    with pytest.warns(UserWarning, match=r"BW551 .*\n.*fonts-noto-cjk"):
        assert workspace("solar").export("png").startswith(b"\x89PNG")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match=r"BW004 .*\n.*bullwhip\[charts\]"):
        workspace("solar").export("pdf")


def test_another_kind_of_pdf_stays_as_it_is() -> None:
    """What is no PDF with one classic table of objects is not touched."""
    for other in (b"", b"%PDF-1.7\nstartxref\n0\n%%EOF", b"%PDF-1.7\nxref\n0 1\nstartxref\n9\n%%EOF\n"):
        assert other == ordered_pdf(other, {"Title": "x"})


@pytest.mark.parametrize(
    ("form", "asked", "message"),
    [
        ("png", {"picture": "sankey"}, "sankey needs --of"),
        ("png", {"picture": "map", "of": "x"}, "svg has no place for --of"),
        ("png", {"picture": "sankee", "of": "x"}, "did you mean 'sankey'"),
        ("sankey", {}, "sankey needs --of"),
        ("bars", {"driver": ["a", "b"]}, "about one driver"),
        ("svg", {"language": "de"}, "no language 'de'"),
        ("tornado", {"of": "server.market", "picture": "map"}, "tornado has no place for --picture"),
    ],
)
def test_what_a_picture_has_no_place_for_is_refused(form: str, asked: dict[str, Any], message: str) -> None:
    """Options of other formats, and the lack of needed ones, are refused by name."""
    with pytest.raises(UsageError, match=message):
        workspace("").export(form, **asked)
