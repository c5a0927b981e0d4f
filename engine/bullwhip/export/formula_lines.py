"""Long formulas over several lines: browsers do not break them, so they are broken here, before an operator."""

from __future__ import annotations

from typing import TypeGuard

from bullwhip.export.formulas import Element, Part
from bullwhip.export.mathml import Names
from bullwhip.export.text_width import text_width

__all__ = ["broken", "ems"]

_OPERATORS = frozenset("=+−×<>≤≥")
_SMALLER = 0.71
"""How large an index is beside its base."""
_INDENT = 1.5
_BRANCH = 0.5
"""How much of a line the value of a branch takes, and its condition."""


def ems(part: Part, names: Names) -> float:
    """Return about how wide a layout is, in the size of its letters."""
    if not isinstance(part, Element):
        return text_width(names.text(part), 1.0)
    inner = [ems(p, names) for p in part.parts]
    match part.tag:
        case "mfrac" | "munder" | "mtable":
            return max(inner, default=0.0) + 0.2
        case "mtr":
            return sum(inner) + len(inner) - 1
        case "msub" | "msup":
            return inner[0] + _SMALLER * inner[1]
        case "mo":
            return inner[0] + (0.6 if part.parts[0] in _OPERATORS else 0.1)
    return sum(inner)


def broken(part: Part, names: Names, width: float) -> Part:
    """Return a layout in lines of at most so many ems, broken before signs, also in fractions and branches.

    >>> from bullwhip.export.formulas import layout
    >>> from bullwhip.expr.grammar import parse
    >>> tree = layout(parse("first.long_name + second.long_name"))
    >>> broken(tree, Names({}, {}, "en"), 12).tag, broken(tree, Names({}, {}, "en"), 40).tag
    ('mtable', 'mrow')
    """
    if not isinstance(part, Element) or ems(part, names) <= width:
        return part
    if part.tag == "mfrac":
        return Element("mfrac", tuple(broken(p, names, width) for p in part.parts))
    if part.tag in ("mtable", "mtr"):
        room = width * _BRANCH if part.tag == "mtr" else width
        return Element(part.tag, tuple(broken(p, names, room) for p in part.parts), part.attributes)
    if part.tag == "mtd":
        return Element("mtd", (broken(Element("mrow", part.parts), names, width),), part.attributes)
    if part.tag != "mrow":
        return part
    lines: list[list[Part]] = [[]]
    used = 0.0
    for group in _groups(_flat(part), names, width - _INDENT):
        need = sum(ems(p, names) for p in group)
        if lines[-1] and used + need > width:
            lines.append([])
            used = _INDENT
            group = [_infix(group[0]), *group[1:]]
        lines[-1] += [broken(p, names, width - _INDENT) for p in group]
        used += need
    if len(lines) == 1:
        return Element("mrow", tuple(lines[0]))
    rows = tuple(
        Element("mtr", (Element("mtd", tuple(line), (("class", "formula-more"),) if k else ()),))
        for k, line in enumerate(lines)
    )
    return Element("mtable", rows, (("class", "formula-lines"), ("displaystyle", "true")))


def _flat(part: Element) -> list[Part]:
    """Return the parts of a row, those of a sum or product at its end taken up into it."""
    parts = list(part.parts)
    last = parts[-1]
    if isinstance(last, Element) and last.tag == "mrow" and _sign(parts[-2] if len(parts) > 1 else "") == "=":
        return parts[:-1] + list(last.parts)
    return parts


def _groups(parts: list[Part], names: Names, width: float) -> list[list[Part]]:
    """Return parts in groups that stay together, each begun by its sign; what is too wide is split on."""
    groups: list[list[Part]] = [[]]
    for part in parts:
        if _sign(part) in _OPERATORS and groups[-1] and not _is_prefix(part):
            groups.append([])
        groups[-1].append(part)
    found = []
    for group in groups:
        inner = [p for part in group for p in (part.parts if _is_open(part) else (part,))]
        wide = sum(ems(p, names) for p in group) > width
        found += _groups(inner, names, width) if wide and len(inner) > len(group) else [group]
    return found


def _is_open(part: Part) -> TypeGuard[Element]:
    """Return whether a part is a row that begins and ends without a bracket."""
    return isinstance(part, Element) and part.tag == "mrow" and _sign(part.parts[0]) not in ("(", "{", "|", "⌊", "⌈")


def _infix(part: Part) -> Part:
    """Return a sign at the beginning of a line with the room around it that it has within one."""
    if isinstance(part, Element) and part.tag == "mo":
        return Element("mo", part.parts, (("form", "infix"),))
    return part


def _sign(part: Part) -> str:
    text = part.parts[0] if isinstance(part, Element) and part.tag == "mo" else ""
    return text if isinstance(text, str) and text else "none"


def _is_prefix(part: Part) -> bool:
    return isinstance(part, Element) and ("form", "prefix") in part.attributes
