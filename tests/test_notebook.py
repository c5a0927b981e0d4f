"""Answers in a notebook: every form, unit and sources, every text inert; sliders that compute as the engine does."""

from __future__ import annotations

import doctest
import html.parser
import json
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from browsing import chromium, opened
from bullwhip import Workspace
from bullwhip.errors import UsageError
from bullwhip.model.label import Label
from bullwhip.model.shown import Answers
from bullwhip.notebook.sliding import changed, slider_data, slider_script, sliders
from documents import ROOT

FORMS = {"text/plain", "text/html", "text/latex", "application/json"}
ANSWERS: dict[str, Callable[[Workspace], Any]] = {
    "value": lambda ws: ws.value("fill.market"),
    "one cell": lambda ws: ws.demand("fill.market[vial=single]"),
    "sensitivity": lambda ws: ws.sensitivity("fill.market[vial=single]", ["fill.yield"]),
    "exposure": lambda ws: ws.exposure("fill.yield"),
    "company": lambda ws: ws.company_exposure("aurora"),
    "solution": lambda ws: ws.solve("fill.needed[vial=single]=100000000", "clinic.births"),
    "difference": lambda ws: ws.diff("base", "outreach", ["fill.market[vial=single]"]),
    "bottleneck": lambda ws: ws.bottlenecks("fill.filled[vial=single]", 2025),
    "explanation": lambda ws: ws.explain("fill.market[vial=single]"),
    "query": lambda ws: ws.query("chain/tiers"),
    "search": lambda ws: ws.search("vial"),
    "list": lambda ws: ws.list("companies"),
    "facts": lambda ws: ws.facts(),
    "audit": lambda ws: ws.audit(),
    "simulation": lambda ws: ws.simulate(["fill.market"], vary=("dose.price=±10%",), samples=50, backend="numpy"),
}


@cache
def workspace(name: str = "vaccines") -> Workspace:
    """Return a golden workspace."""
    return Workspace.open(ROOT / "tests" / "golden" / name)


def forms(answer: Any) -> dict[str, Any]:
    """Return what a notebook gets of an answer."""
    made: dict[str, Any] = answer._repr_mimebundle_()
    return made


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_every_form(name: str) -> None:
    """Text, HTML, LaTeX and JSON, none of them empty, and JSON that can be written."""
    made = forms(ANSWERS[name](workspace()))

    assert set(made) >= FORMS
    assert [] == [k for k in FORMS if not made[k]]
    assert json.loads(json.dumps(made["application/json"], ensure_ascii=False)) == made["application/json"]


def test_conflicts_and_facts_about_things_are_shown_too() -> None:
    """They need more than themselves to be plain data, or are long; text, HTML and LaTeX stand in any case."""
    conflicts = workspace("solar").conflicts()
    for answer in (conflicts, workspace().explain_fact("bw:suppliesTo(?seller, ?buyer)")):
        assert {"text/plain", "text/html", "text/latex"} <= set(forms(answer))

    assert conflicts[0].claims[0].lexical in forms(conflicts)["text/html"]


def test_a_value_is_shown_with_unit_and_sources() -> None:
    """The number, what it is in, and the document it rests on; what is unknown names what is missing."""
    value = workspace().value("fill.market[vial=single]", 2025)[0]
    made = forms(value)

    for text in ("3,083,389,474", "CNY", "501"):
        assert text in made["text/plain"]
        assert text in made["text/html"]
    assert value.as_dict() == made["application/json"]
    unknown = workspace("solar").value("polysilicon.demand[route=perc]", 2025)
    assert "unknown because of cell.silicon_per_power[route=perc]" in forms(unknown)["text/html"]


def test_lists_of_answers_are_lists_that_show() -> None:
    """What the façade returns is equal to a plain list, stays shown when cut, and gives single answers."""
    found = workspace().value("fill.market")

    assert isinstance(found, Answers)
    assert [*found] == found
    assert [*found[:2]] == found[:2]
    assert isinstance(found[:2], Answers)
    assert found[0] == next(iter(found))
    assert forms(found[:0])["text/plain"] == "nothing"
    assert len(forms(found)["text/plain"].splitlines()) == 2 + len(found)


def test_a_workspace_shows_its_chain_map() -> None:
    """The same picture as the export, beside what the workspace rests on."""
    made = forms(workspace())

    assert workspace().export("svg").decode() == made["image/svg+xml"] == workspace().chain_map()
    assert workspace().receipt()["inputs"][:40] in made["text/html"]


def test_a_short_closed_form_is_shown_as_a_formula() -> None:
    """One cell has its closed form as LaTeX for the notebook to set."""
    latex = forms(workspace().demand("culture.batches[vial=single]", period=2025))["text/latex"]

    assert latex.startswith("$")
    assert "culture" in latex


def test_a_notebook_takes_the_forms() -> None:
    """IPython's own formatter finds text and HTML."""
    formatters = pytest.importorskip("IPython.core.formatters")
    made, _ = formatters.DisplayFormatter().format(workspace().value("fill.market"))

    assert {"text/plain", "text/html"} <= set(made)


class _Tags(html.parser.HTMLParser):
    """Collects the tags and attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag}@{name}" for name, _ in attrs)}


HOSTILE = (
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', '"><svg onload=alert(1)>', "</td></table><b>",
    "\\input{/etc/passwd}", "$\\href{javascript:x}{y}$", "a\u202eb", "\x1b[31mred", "&lt;b&gt;",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_others_are_inert_in_every_form(text: str) -> None:
    """Labels, notes, ids and units bring no tag, attribute, command, escape or mark of direction along."""
    from dataclasses import replace

    ws = workspace()
    value = ws.value("fill.market[vial=single]", 2025)[0]
    source = replace(value.sources[0], report=text, locator=text, kind=text)
    answers = [
        replace(value, label=Label(text, text), unit=text, quantity=text, sources=(source,)),
        replace(ws.exposure("fill.yield"), notes=(text,), scenario=text),
        replace(ws.query("chain/tiers"), columns=(text,) * 6),
        Answers([{text: text, "label": [text]}]),
    ]
    for answer in answers:
        made = forms(answer)
        tags = _Tags(made["text/html"]).found

        assert tags <= {
            "div", "div@class", "style", "table", "table@aria-label", "caption", "thead", "tbody", "tr", "th",
            "th@scope", "th@class", "td", "td@class", "p",
        }  # fmt: skip
        assert not re.search("[\u202a-\u202e\x1b]", made["text/html"] + made["text/plain"] + made["text/latex"])
        assert not re.search(r"(?<!\\textbackslash\{\})\\(input|href)", made["text/latex"])


# -- sliders ----------------------------------------------------------------------------------------------------------


def test_sliders_are_made_for_what_moves_the_target_most() -> None:
    """At most twelve inputs with a range, strongest first; ends hold the present value; the stamp stands below."""
    data = slider_data(workspace(), ["fill.market[vial=single]"])

    assert 1 <= len(data["drivers"]) <= 12
    assert [] == [d for d in data["drivers"] if not d["low"] <= d["base"] <= d["high"]]
    assert {t["name"]: t["base"] for t in data["targets"]} == {
        "fill.market[vial=single,period=2025]": 3083389473.6842103
    }
    assert "501" in data["about"]


def test_a_widget_moves_both_ways() -> None:
    """Values set in Python are in the widget, its workspace has them exactly, and what is no number moves nothing."""
    pytest.importorskip("anywidget")
    widget = sliders(workspace(), "fill.market[vial=single]", ["fill.yield", "clinic.births"])
    before = widget.workspace.value("fill.market[vial=single]", 2025)[0].value
    widget.values = {"fill.yield": 0.9, "clinic.births[period=2023]": float("nan")}
    after = widget.workspace.value("fill.market[vial=single]", 2025)[0].value

    assert workspace().value("fill.market[vial=single]", 2025)[0].value == before
    assert workspace().with_values("fill.yield=0.9").value("fill.market[vial=single]", 2025)[0].value == after
    assert {"data", "values", "results"} <= set(widget.keys)


def test_what_has_no_slider_is_refused() -> None:
    """A computed quantity, a name that is none, and a target that nothing moves are told."""
    with pytest.raises(UsageError, match=r"BW001 no slider for 'fill\.needed'"):
        slider_data(workspace(), ["fill.market"], ["fill.needed"])
    with pytest.raises(UsageError, match=r"BW001 no quantity 'fill\.yeld'"):
        slider_data(workspace(), ["fill.market"], ["fill.yeld"])


def test_without_anywidget_its_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(sys.modules, "anywidget", None)

    with pytest.raises(UsageError, match=r"BW004 sliders need the package anywidget"):
        sliders(workspace(), "fill.market[vial=single]", ["fill.yield"])


_PAGE = """
window.state = {data: DATA, values: {}, results: {}};
window.heard = [];
const model = {
  get: (name) => window.state[name],
  set: (name, value) => { window.state[name] = value; if (name === "values") window.heard.forEach((f) => f()); },
  save_changes: () => {}, on: (_, f) => window.heard.push(f), off: () => {},
};
window.model = model;
const url = URL.createObjectURL(new Blob([SCRIPT], {type: "text/javascript"}));
window.done = import(url).then((module) => module.default.render({model, el: document.querySelector("#here")}));
"""


def test_sliders_in_a_browser_compute_as_the_engine_does() -> None:
    """Moved by hand or set from Python, the targets are the engine's to twelve digits, and labels are text."""
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    data = slider_data(workspace(), ["fill.market", "freezer.market"], ["fill.yield", "clinic.births"])
    data["drivers"][0]["label"] = "<img src=x onerror='window.broken=1'>"
    script = _PAGE.replace("DATA", json.dumps(data)).replace("SCRIPT", json.dumps(slider_script()))
    with opened(path) as browser:
        page = browser.new_page()
        page.set_content("<!doctype html><title>x</title><div id=here></div>")
        page.evaluate(f"async () => {{ {script}; await window.done; }}")
        page.locator("input[type=range]").first.evaluate("e => { e.value = 100; e.dispatchEvent(new Event('input')); }")
        moved = page.evaluate("window.state.values")
        first = page.evaluate("window.state.results")
        page.evaluate("window.model.set('values', {'fill.yield': 0.875})")
        second, shown = page.evaluate("window.state.results"), page.inner_text("output >> nth=0")
        broken = page.evaluate("window.broken")
    for values, results in ((moved, first), ({"fill.yield": 0.875}, second)):
        ws = changed(workspace(), values)
        for target in data["targets"]:
            exact = ws.evaluation.value(target["cell"])
            assert exact is not None
            assert abs(Fraction(results[target["name"]]) - exact) <= abs(exact) * Fraction(1, 10**12)

    assert list(moved) == ["fill.yield"]
    assert "0.875" == shown
    assert broken is None


@pytest.mark.parametrize("page", ["notebook.md", "workbook.md"])
def test_python_in_the_docs_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples give the results shown."""
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "docs" / page), module_relative=False)

    assert (result.failed, result.attempted > 3) == (0, True)
