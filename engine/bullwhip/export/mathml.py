"""Formulas as MathML Core: built as elements, so that every name and text in them is escaped by construction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from bullwhip.export.escape import clean_text
from bullwhip.export.formulas import Element, Member, Name, Part, Word
from bullwhip.model.label import Language
from bullwhip.model.quantity import Dimension, Quantity

__all__ = ["MATHML", "Names", "math_document", "math_element", "named_in"]

MATHML = "http://www.w3.org/1998/Math/MathML"
"""The namespace of MathML."""


@dataclass(frozen=True, slots=True)
class Names:
    """What quantities, dimensions and members are called in formulas.

    Attributes:
        quantities: all quantities by id.
        dimensions: all dimensions by id.
        language: of the labels.
        ids: write ids in place of labels.
    """

    quantities: Mapping[str, Quantity]
    dimensions: Mapping[str, Dimension]
    language: Language
    ids: bool = False

    def quantity(self, name: str) -> str:
        """Return what a quantity is called; its id where it has no label."""
        quantity = self.quantities.get(name)
        label = "" if quantity is None or self.ids else clean_text(quantity.label.text(self.language)).strip()
        return label or name

    def member(self, dimension: str, member: str) -> str:
        """Return what a member is called, or the dimension where the member is empty."""
        known = self.dimensions.get(dimension)
        if known is None or self.ids:
            return member or dimension
        label = known.label
        if member in known.members and known.member_labels:
            label = known.member_labels[known.members.index(member)]
        return clean_text(label.text(self.language)).strip() or member or dimension

    def text(self, part: Part) -> str:
        """Return the text of a part that is no element."""
        match part:
            case Name(id=name):
                return self.quantity(name)
            case Member(dimension=dimension, member=member):
                return self.member(dimension, member)
            case Word(zh=zh, en=en):
                return zh if self.language == "zh" else en
            case str():
                return clean_text(part)
        return ""


def named_in(part: Part) -> Iterator[str]:
    """Yield the quantities that a layout names, in order, each time they are named."""
    if isinstance(part, Name):
        yield part.id
    elif isinstance(part, Element):
        for inner in part.parts:
            yield from named_in(inner)


def math_element(part: Part, names: Names, *, display: str = "block", namespace: bool = True) -> ElementTree.Element:
    """Return a layout as a `math` element.

    Args:
        part: the layout.
        names: what things are called.
        display: block or inline.
        namespace: whether elements carry the namespace, as in XML; HTML knows them without.

    >>> from bullwhip.export.formulas import layout
    >>> from bullwhip.expr.grammar import parse
    >>> math = math_element(layout(parse("a.b / 2")), Names({}, {}, "en"), namespace=False)
    >>> ElementTree.tostring(math, encoding="unicode")
    '<math display="block"><mfrac><mi>a.b</mi><mn>2</mn></mfrac></math>'
    """
    prefix = f"{{{MATHML}}}" if namespace else ""
    math = ElementTree.Element(f"{prefix}math", {"display": display})
    _build(math, part, names, prefix)
    return math


def _build(parent: ElementTree.Element, part: Part, names: Names, prefix: str) -> None:
    if isinstance(part, Element):
        child = ElementTree.SubElement(parent, prefix + part.tag, dict(part.attributes))
        for inner in part.parts:
            _build(child, inner, names, prefix)
        return
    text = names.text(part)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def math_document(
    equations: Sequence[tuple[Part, Part]], names: Names, annotations: Iterable[tuple[str, str]] = ()
) -> bytes:
    """Return equations as a MathML file, one a line, aligned at their signs.

    Args:
        equations: left and right side of each.
        names: what things are called.
        annotations: media type and text of what is said beside them, such as the rules as text.
    """
    ElementTree.register_namespace("", MATHML)
    prefix = f"{{{MATHML}}}"
    style = "white-space:nowrap"  # a name would go on below its cell, over what stands beside it
    math = ElementTree.Element(f"{prefix}math", {"display": "block", "style": style})
    semantics = ElementTree.SubElement(math, f"{prefix}semantics")
    lines = tuple(
        Element("mtr", (
            Element("mtd", (left,), (("style", "text-align:right"),)), Element("mtd", (Element("mo", ("=",)),)),
            Element("mtd", (right,), (("style", "text-align:left"),)),
        ))
        for left, right in equations
    )  # fmt: skip
    _build(semantics, Element("mtable", lines, (("displaystyle", "true"),)), names, prefix)
    for encoding, text in annotations:
        note = ElementTree.SubElement(semantics, f"{prefix}annotation", {"encoding": encoding})
        note.text = "\n".join(clean_text(line) for line in text.splitlines())
    written: str = ElementTree.tostring(math, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'.encode()
