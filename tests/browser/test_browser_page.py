"""The single page from a file with the network off, hostile workspaces, the picture of the chain, and its numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import bullwhip
from browsing import TABS, Pages, look
from bullwhip import Workspace
from bullwhip.export.escape import clean_text
from bullwhip.query.exposure import sizing_cells
from bullwhip.workspace.formats import Asked
from bullwhip.workspace.modelling import explorer_model
from bullwhip.workspace.paging import page as single_page
from model_points import moved_inputs
from test_hostile_texts import labelled

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXPLORER = Path(bullwhip.__file__).parent / "explorer"
HOSTILE = (
    "</script></style><img src=x onerror='window.owned=1'><b>x</b><!--",
    "\"]}'); window.owned=1 // `${window.owned=1}` \u05d0\u05d1\u05d2 \u0627\u0628 &lt;b&gt;",
)
"""Labels that would break out of a script, a style, a tag, a quote, a template, and the direction of writing."""


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """The shipped workspace."""
    return Workspace.open()


@pytest.fixture(scope="module")
def single(pages: Pages, shipped: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the shipped workspace as one file, with the network off."""
    file = tmp_path_factory.mktemp("page") / "chain.html"
    file.write_bytes(single_page(shipped, Asked()))
    pages.offline(True)
    yield file.as_uri()
    pages.offline(False)


def test_the_file_is_small(single: str) -> None:
    """Program, model, verdicts, conflicts and font together are at most 500 KB."""
    assert 500_000 >= Path(single.removeprefix("file://")).stat().st_size


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_tab_works_from_a_file(pages: Pages, single: str, language: str) -> None:
    """Each tab shows what it is for without server and network; the one that needs a server says so."""
    shown = {
        "chain": ".map .company", "ranking": ".ranking-table tbody tr", "compare": "#compare-left",
        "audit": "table.counts", "conflicts": "ol.groups > li", "sparql": ".note",
    }  # fmt: skip
    for tab in TABS:
        page = pages.show(single, language=language, tab=tab)
        page.locator(shown[tab]).first.wait_for()

    assert "bullwhip serve" in page.locator(".note").inner_text()


def test_a_slider_works_from_a_file(pages: Pages, single: str) -> None:
    """Moving a driver moves the figures, with no server to ask."""
    page = pages.show(single, language="en", select="quantity:accelerator.count")
    before = page.get_by_test_id("value").first.inner_text()
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("ArrowRight")

    page.locator(f"[data-testid=value]:not(:text-is({json.dumps(before)}))").first.wait_for()
    assert look(page, "document.querySelector('math').getBoundingClientRect().height") > 12
    assert look(page, "document.fonts.check('16px \"bullwhip math\"')")


def test_audit_in_a_file_counts_what_it_leaves_out(pages: Pages, single: str, shipped: Workspace) -> None:
    """Figures that nothing reaches are counted, and that they are not listed is said."""
    page = pages.show(single, language="en", tab="audit", audit="not_derivable||")
    omitted = sum(row.verdict == "not_derivable" for row in shipped.audit())

    page.locator(".note", has_text=f"The {omitted} figures").wait_for()


OVERLAPS = """(() => {
  const texts = [...document.querySelectorAll('.map text')].filter(one => one.textContent.trim());
  const boxes = texts.map(one => ({ words: one.textContent, box: one.getBoundingClientRect() }));
  const wrong = [];
  for (let i = 0; i < boxes.length; i += 1) for (let j = i + 1; j < boxes.length; j += 1) {
    const [a, b] = [boxes[i].box, boxes[j].box];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 1 && high > 3) wrong.push(`${boxes[i].words} / ${boxes[j].words}`);
  }
  return wrong;
})()"""

SIZES = """(() => {
  const scale = document.querySelector('.map').getScreenCTM().a * document.querySelector('.map g').getCTM().a /
    document.querySelector('.map').getCTM().a;
  const sizes = [...document.querySelectorAll('.map text')].map(one => parseFloat(getComputedStyle(one).fontSize));
  return Math.min(...sizes) * scale;
})()"""


NAMES = """[...document.querySelectorAll('.map .company')].map(
  one => [one.dataset.key, one.querySelector('.who').textContent])"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_chain_is_named_without_overlap(pages: Pages, single: str, shipped: Workspace, language: str) -> None:
    """At 1680 by 1000 every tier and company is named, no label stands on another, and none is below 11 pixels."""
    page = pages.show(single, language=language)
    page.locator(".map .company").first.wait_for()
    chain = shipped.program.chain

    assert look(page, OVERLAPS) == []
    assert look(page, SIZES) >= 10.99
    assert page.locator(".map .heading").count() == len(chain.tiers)


def test_names_of_four_characters_are_whole(pages: Pages, single: str, shipped: Workspace) -> None:
    """A Chinese company name of up to four characters is never cut short."""
    page = pages.show(single, language="zh")
    page.locator(".map .company").first.wait_for()
    found = look(page, NAMES)
    labels = {company.id: company.label.zh for company in shipped.program.chain.companies}
    cut = [
        (key, words)
        for key, words in found
        if len(labels[key.removeprefix("company:").partition("@")[0]]) <= 4 and "…" in words
    ]

    assert len(found) > 100
    assert cut == []


def test_a_thousand_random_points_come_out_as_in_python(pages: Pages, single: str, shipped: Workspace) -> None:
    """What sizes a tier, at 1,000 random points of all drivers, is what the engine's kernel gives, to 1e-12."""
    program = shipped.program
    generator = random.Random(7)  # noqa: S311  not for secrets
    sizing = sizing_cells(program, program.header.default_period, {})
    targets = [p for p in sizing if shipped.evaluation.value(p) is not None]
    changes = [moved_inputs(shipped, generator) for _ in range(1000)]
    inputs = [p for p, _ in changes[0]]
    names = [program.cells[p].name for p in targets], [program.cells[p].name for p in inputs]
    values = np.array([[float(text) for _, text in row] for row in changes])
    expected = shipped.kernel(*names, backend="numpy")(values.T, allow_invalid=True).T
    page = pages.show(single, language="en")
    found = np.array(_computed(page, explorer_model(shipped), inputs, values.tolist(), targets), dtype=float)

    both = np.isfinite(expected) & np.isfinite(found)
    assert (np.isfinite(expected) == np.isfinite(found)).all()
    assert np.max(np.abs(found[both] / expected[both] - 1)) <= 1e-12


def _computed(
    page: Page, data: dict[str, Any], inputs: list[int], points: list[list[float]], targets: list[int]
) -> Any:
    """What the page's own evaluator gives at points."""
    from bullwhip.export.script_modules import join_modules

    sources = {path.name: path.read_text(encoding="utf-8") for path in EXPLORER.glob("*.js")}
    sources["entry.js"] = "import { Model } from './model.js';\nexport { Model };\n"
    script = join_modules(sources, "entry.js")
    last = script.rpartition("const m")[2].partition(" ")[0]
    asked = json.dumps({"data": data, "inputs": inputs, "points": points, "targets": targets}, ensure_ascii=False)
    return look(
        page,
        f"""(() => {{
      {script}
      const asked = {asked};
      const model = new m{last}.Model(asked.data);
      return asked.points.map(point => {{
        const values = model.evaluate(new Map(asked.inputs.map((cell, at) => [cell, point[at]])));
        return asked.targets.map(cell => values.of(cell));
      }});
    }})()""",
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_are_text(pages: Pages, text: str, tmp_path: Path) -> None:
    """Labels that would be markup or script are shown as what they are in every tab, and nothing of them runs."""
    file = tmp_path / "hostile.html"
    file.write_bytes(single_page(labelled(text), Asked()))
    for tab in TABS:
        page = pages.show(file.as_uri(), language="en", tab=tab, select="quantity:r")
        page.wait_for_timeout(100)

        assert 0 == page.locator("img, b, iframe, script[src], [onerror], [onload]").count()
        assert None is look(page, "window.owned ?? null")
        if tab == "chain":
            assert clean_text(text)[:20] in look(page, "document.querySelector('.panel-in').textContent")
