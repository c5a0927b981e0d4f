"""The documentation of a rule set: every quantity with formula, unit, sources and place; nothing in it runs."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.export.formulas import ELEMENTS
from bullwhip.export.rules_page import Documented, RuleSet, rules_page
from bullwhip.export.rules_style import WORDS
from bullwhip.model.label import Label
from bullwhip.workspace.documenting import documented
from test_formulas import HOSTILE

SOLAR = Path(__file__).parent / "golden" / "solar"


class Page(HTMLParser):
    """A page as a browser reads it: elements, their attributes, and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)

    def all(self, name: str) -> list[str]:
        """Return the values of an attribute, in order."""
        return [value for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def shipped() -> RuleSet:
    """What is documented of the shipped workspace."""
    return documented(Workspace.open())


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_every_quantity_has_an_entry(shipped: RuleSet, language: str) -> None:
    """Each is in the index and has an entry; every link leads to one; the languages are those asked for."""
    page = Page(rules_page(shipped, language))

    links = {href.removeprefix("#") for href in page.all("href")}
    assert set(shipped.quantities) <= set(page.all("id"))
    assert links == set(shipped.quantities)
    text = " ".join(page.texts)
    assert ("取值与来源" in text, "values and sources" in text) == (language != "en", language != "zh")
    assert page.tags.count("math") >= sum(bool(q.expression) for q in shipped.quantities.values())


def test_an_entry_says_where_its_figures_are_printed(shipped: RuleSet) -> None:
    """A driver has each value with document, table, row and column, as printed, with status and rivals."""
    page = rules_page(shipped, "en")

    entry = page[page.index('<article id="model.parameters">') :].partition("</article>")[0]
    assert "003 图表49 多模态 | 多模态大模型平均参数数量（亿个， N ） 2023E" in entry
    assert "15000 亿个" in entry
    assert "1,500,000,000,000" in entry
    assert "estimate" in entry
    assert "003 2.1.3: 10000 亿" in entry
    assert "rules/training.yaml:" in entry


def test_the_page_stands_alone_and_nothing_in_it_runs(shipped: RuleSet) -> None:
    """No script, no address, no attribute that styles or acts; the one style is the one its policy names."""
    text = rules_page(shipped, "both")
    page = Page(text)

    style = text[text.index("<style>") + 7 : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text
    assert "default-src 'none'" in text
    assert {"script", "img", "iframe", "object", "form", "link", "svg"} & set(page.tags) == set()
    assert [n for n, _ in page.attributes if n.startswith("on") or n in ("style", "src")] == []
    assert re.findall(r"https?://", text) == []


def test_the_page_says_what_it_rests_on(shipped: RuleSet) -> None:
    """Version, hash of the data, its date, and every document."""
    text = rules_page(shipped, "en")

    assert shipped.about.inputs in text
    assert f"bullwhip {shipped.about.version}" in text
    assert [d.id for d in shipped.about.documents if d.published not in text] == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_labels_and_notes_are_text(hostile: str) -> None:
    """Whatever a label, note or unit holds, the page has the elements and attributes that it has with plain ones."""
    plain, attacked = (Page(rules_page(called(text), "both")) for text in ("plain", hostile))

    assert outside(attacked) == outside(plain)
    assert set(attacked.tags) - ELEMENTS == set(plain.tags) - ELEMENTS
    assert {n for n, _ in attacked.attributes} - {"form", "displaystyle"} == {n for n, _ in plain.attributes}


def outside(page: Page) -> list[str]:
    """Return the elements outside formulas, which are broken where names are long."""
    return [tag for tag in page.tags if tag not in ELEMENTS]


def called(text: str) -> RuleSet:
    """Return a rule set in which everything that can be called so, is."""
    rules = documented(Workspace.open(SOLAR))
    label = Label(text, f"{text} ")

    def changed(one: Documented) -> Documented:
        quantity = replace(one.quantity, label=label, note=f"n{text}", source=f"s{text}", unit=f"u{text}")
        figures = tuple(replace(f, source=f"s{text}", printed=f"p{text}") for f in one.figures)
        return replace(one, quantity=quantity, figures=figures)

    sections = tuple((file, tuple(changed(d) for d in some)) for file, some in rules.sections)
    return replace(rules, sections=sections, tiers=dict.fromkeys(rules.tiers, label))


def test_the_words_of_the_page_are_in_both_languages() -> None:
    """No word is missing in one of them."""
    assert [key for key, (zh, en) in WORDS.items() if not zh or not en] == []


def test_same_inputs_give_the_same_page(shipped: RuleSet) -> None:
    """The page has no date of today and no order by chance."""
    assert rules_page(shipped, "zh") == rules_page(documented(Workspace.open()), "zh")
