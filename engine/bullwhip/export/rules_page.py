"""The documentation of a rule set as one page: every quantity with its formula, unit, sources and place; no scripts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree

from bullwhip.export.escape import clean_text
from bullwhip.export.formula_lines import broken
from bullwhip.export.formulas import equation
from bullwhip.export.mathml import Names, math_element, named_in
from bullwhip.export.rules_style import STYLE, WORDS
from bullwhip.expr.grammar import parse
from bullwhip.model.about import About
from bullwhip.model.claim import Index
from bullwhip.model.label import Label, Language
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.numbers import decimal_text

__all__ = ["Documented", "Figure", "RuleSet", "rules_page"]

_SOURCED = ("at", "value", "status", "printed", "from", "disputed")
_CLASSES = {"at": "at", "value": "number", "printed": "printed"}
"""Columns of figures that are set otherwise than text."""

_WIDTH = 43.0
"""Widest line of a formula, in ems: what fits a sheet of paper."""

Tag = ElementTree.Element
Child = Tag | str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """What a cell of a quantity is, and where that comes from."""

    index: Index
    period: int | None
    value: Fraction | None
    status: str
    """Printed as actual, estimate or specification; empty for an assumption and for what a rule gives."""
    source: str
    printed: str
    """As printed, or empty."""
    disputed: str
    """What other documents print, or empty."""


@dataclass(frozen=True, slots=True)
class Documented:
    """A quantity with all that its entry says."""

    quantity: Quantity
    feeds: tuple[str, ...]
    """Quantities whose rules read it."""
    figures: tuple[Figure, ...]
    scenarios: Mapping[str, Sequence[str]]
    """By variant the scenarios that choose it."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All quantities of a workspace, by the files that declare them."""

    about: About
    period: int | None
    sections: tuple[tuple[str, tuple[Documented, ...]], ...]
    dimensions: Mapping[str, Dimension]
    tiers: Mapping[str, Label]
    font: bytes
    """A font with a table of mathematics, as WOFF2, or empty."""

    @property
    def quantities(self) -> dict[str, Quantity]:
        """All quantities by id."""
        return {d.quantity.id: d.quantity for _, some in self.sections for d in some}


def rules_page(rules: RuleSet, language: str) -> str:
    """Return the page.

    Args:
        rules: what is documented.
        language: zh, en or both.
    """
    languages: dict[str, tuple[Language, ...]] = {"zh": ("zh",), "en": ("en",)}
    page = _Page(rules, languages.get(language, ("zh", "en"))).document()
    return "<!DOCTYPE html>\n" + ElementTree.tostring(page, encoding="unicode", method="html") + "\n"


def _h(tag: str, attributes: Mapping[str, str] | None = None, *children: Child) -> Tag:
    """Return an element; texts in it are escaped when it is written, and marks that turn the direction go."""
    element = ElementTree.Element(tag, {k: clean_text(v) for k, v in (attributes or {}).items()})
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            if len(element):
                element[-1].tail = (element[-1].tail or "") + clean_text(child)
            else:
                element.text = (element.text or "") + clean_text(child)
        else:
            element.append(child)
    return element


class _Page:
    """Builds the page in one or two languages."""

    def __init__(self, rules: RuleSet, languages: tuple[Language, ...]) -> None:
        self.rules = rules
        self.languages = languages
        self.quantities = rules.quantities
        self.names = {code: Names(self.quantities, rules.dimensions, code) for code in languages}

    def word(self, key: str) -> str:
        """Return a word of the page in its languages."""
        return " · ".join(dict.fromkeys(WORDS[key][0 if code == "zh" else 1] for code in self.languages))

    def label(self, label: Label, fallback: str = "") -> str:
        """Return a label in the languages of the page."""
        texts = [clean_text(label.text(code)).strip() for code in self.languages]
        return " · ".join(dict.fromkeys(t for t in texts if t)) or fallback

    def document(self) -> Tag:
        """Return the page as an element."""
        about = self.rules.about
        title = f"{self.label(about.label, about.workspace)}: {self.word('title')}"
        style = STYLE
        if self.rules.font:
            data = base64.b64encode(self.rules.font).decode()
            style = f'@font-face{{font-family:"bullwhip math";src:url("data:font/woff2;base64,{data}")}}\n{STYLE}'
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; base-uri 'none'; form-action 'none'"
        head = _h(
            "head", None, _h("meta", {"charset": "utf-8"}),
            _h("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
            _h("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
            _h("meta", {"name": "generator", "content": f"bullwhip {about.version}"}), _h("title", None, title),
        )  # fmt: skip
        written = ElementTree.SubElement(head, "style")
        written.text = style
        body = _h("body", None, self._header(title), self._index(), *self._sections(), self._footer())
        return _h("html", {"lang": "zh-Hans" if "zh" in self.languages else "en"}, head, body)

    def _header(self, title: str) -> Tag:
        about = self.rules.about
        rules = sum(not q.is_driver for q in self.quantities.values())
        count = f"{rules} {self.word('rules')}, {len(self.quantities) - rules} {self.word('drivers')}"
        at = f"{self.rules.period}" if self.rules.period is not None else ""
        said = [f"bullwhip {about.version}", f"{self.word('inputs')} {about.inputs[:12]}",
                f"{self.word('data_of')} {about.data_date}" if about.data_date else "",
                f"{self.word('scenario')} {about.scenario}", *about.values,
                f"{self.word('figures_of')} {at}" if at else ""]  # fmt: skip
        documents = [
            _h("li", {"id": f"d-{d.id}"}, _h("code", None, d.id), " ",
               " · ".join(t for t in (self.label(d.publisher), self.label(d.title), d.published) if t))
            for d in about.documents
        ]  # fmt: skip
        return _h(
            "header", None, _h("h1", None, title), _h("p", {"class": "stamp"}, " · ".join(s for s in said if s)),
            _h("p", None, count), _h("h2", None, self.word("documents")) if documents else None,
            _h("ul", {"class": "documents"}, *documents) if documents else None,
        )  # fmt: skip

    def _index(self) -> Tag:
        columns = [
            _h("li", None, _h("h3", None, _h("code", None, file)),
               _h("ul", None, *(_h("li", None, self._link(d.quantity.id)) for d in some)))
            for file, some in self.rules.sections
        ]  # fmt: skip
        return _h("nav", {"aria-label": self.word("index")}, _h("h2", None, self.word("index")),
                  _h("ul", {"class": "index"}, *columns))  # fmt: skip

    def _link(self, name: str) -> Tag:
        quantity = self.quantities[name]
        return _h("a", {"href": f"#{name}", "title": name}, self.label(quantity.label, name))

    def _sections(self) -> Iterable[Tag]:
        for file, some in self.rules.sections:
            yield _h("section", None, _h("h2", None, _h("code", None, file)), *(self._entry(d) for d in some))

    def _entry(self, documented: Documented) -> Tag:
        quantity = documented.quantity
        heading = _h(
            "h3", None, self.label(quantity.label, quantity.id), " ", _h("code", None, quantity.id), " ",
            _h("span", {"class": "unit"}, f"[{quantity.unit}]"),
        )  # fmt: skip
        parts: list[Child] = [heading]
        if quantity.expression:
            parts += self._formulas(quantity, quantity.expression)
            for name, text in quantity.variants:
                users = ", ".join(documented.scenarios.get(name, ()))
                said = f"{self.word('variant')} {name}" + (f" ({self.word('scenario')} {users})" if users else "")
                parts += [_h("p", {"class": "variant"}, said), *self._formulas(quantity, text)]
            parts.append(self._legend(quantity))
        parts += [_h("p", {"class": "note"}, quantity.note) if quantity.note else None, self._facts(documented)]
        parts.append(self._figures(documented))
        return _h("article", {"id": quantity.id}, *parts)

    def _formulas(self, quantity: Quantity, text: str) -> list[Child]:
        """Return a rule as a formula in each language, and as it is typed."""
        laid = equation(quantity.id, parse(text), quantity.dimensions)
        shown: list[Child] = []
        for code in self.languages:
            lines = broken(laid, self.names[code], _WIDTH)
            math = math_element(lines, self.names[code], namespace=False)
            shown.append(_h("div", {"class": "formula", "lang": "zh-Hans" if code == "zh" else "en"}, math))
        return [*shown, _h("pre", None, f"{quantity.id} = {text}")]

    def _legend(self, quantity: Quantity) -> Tag:
        """Return what the names of all formulas of a quantity stand for."""
        texts = (quantity.expression, *(text for _, text in quantity.variants))
        laid = [equation(quantity.id, parse(text)) for text in texts]
        names = dict.fromkeys(name for part in laid for name in named_in(part) if name != quantity.id)
        rows = [
            _h("tr", None, _h("td", None, self._link(n)), _h("td", None, _h("code", None, n)),
               _h("td", None, f"[{self.quantities[n].unit}]"),
               _h("td", None, self.word("driver" if self.quantities[n].is_driver else "rule")))
            for n in names
        ]  # fmt: skip
        return _h("table", {"class": "legend"}, _h("caption", None, self.word("reads")), _h("tbody", None, *rows))

    def _facts(self, documented: Documented) -> Tag:
        quantity = documented.quantity
        axes = [self.label(self.rules.dimensions[d].label, d) for d in quantity.dimensions]
        tier = self._tier(quantity.tier)
        said: list[tuple[str, Child]] = [
            ("kind", self.word(quantity.kind)),
            ("dimensions", ", ".join([*axes, *([self.word("period")] if quantity.timed else [])])),
            ("base", ", ".join(str(p) for p in quantity.given)),
            ("bounds", _bounds(quantity)),
            ("tier", f"{tier} ({self.word(quantity.measure)})" if quantity.tier and quantity.measure else tier),
            ("edge", " → ".join(self._tier(end) for end in quantity.edge) if quantity.edge else ""),
            ("feeds", self._links(documented.feeds) if documented.feeds else ""),
            ("source", quantity.source),
            ("place", f"{quantity.file}:{quantity.line}"),
        ]
        shown = ((self.word(key), value) for key, value in said if value != "")
        return _h("dl", None, *(e for word, value in shown for e in (_h("dt", None, word), _h("dd", None, value))))

    def _tier(self, tier: str) -> str:
        return self.label(self.rules.tiers[tier], tier) if tier in self.rules.tiers else tier

    def _at(self, figure: Figure) -> str:
        """Return members and period by their labels."""
        members = [self.member(d, m) for d, m in figure.index]
        return ", ".join([*members, *([str(figure.period)] if figure.period is not None else [])])

    def member(self, dimension: str, member: str) -> str:
        """Return the label of a member in the languages of the page."""
        return " · ".join(dict.fromkeys(names.member(dimension, member) for names in self.names.values()))

    def _links(self, names: Sequence[str]) -> Tag:
        parts: list[Child] = []
        for name in names:
            parts += [", ", self._link(name)] if parts else [self._link(name)]
        return _h("span", None, *parts)

    def _figures(self, documented: Documented) -> Tag | None:
        if not documented.figures:
            return None
        sourced = any(f.source or f.status for f in documented.figures)
        keys = _SOURCED if sourced else _SOURCED[:2]
        head = _h("tr", None, *(_h("th", {"scope": "col", "class": _CLASSES.get(k, "")}, self.word(k)) for k in keys))
        rows = []
        for f in documented.figures:
            value = self.word("unknown") if f.value is None else decimal_text(f.value, 7)
            status = self.word(f.status) if f.status else ""
            texts = (self._at(f), value, status, f.printed, f.source, f.disputed)
            cells = (_h("td", {"class": _CLASSES.get(k, "")}, t) for k, t in zip(keys, texts, strict=False))
            rows.append(_h("tr", None, *cells))
        caption = _h("caption", None, self.word("given" if documented.quantity.is_driver else "values"))
        return _h("table", {"class": "figures"}, caption, _h("thead", None, head), _h("tbody", None, *rows))

    def _footer(self) -> Tag:
        return _h("footer", None, *(_h("p", None, line) for line in self.rules.about.lines()))


def _bounds(quantity: Quantity) -> str:
    low, high = ("" if end is None else decimal_text(end, 6) for end in (quantity.low, quantity.high))
    return f"{low} … {high}" if low or high else ""
