"""Rules as mathematics: the tree of an expression laid out in MathML Core elements, as authored, language left open.

A rule is shown as it was written: its names, its numbers and its order; nothing is simplified. The layout holds
names as names, so that one layout serves both languages and every writer: MathML here, nested lists for the explorer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference

__all__ = ["ELEMENTS", "Element", "Member", "Name", "Part", "Word", "as_lists", "equation", "equation_sides", "layout"]

ELEMENTS = frozenset({
    "mfrac", "mi", "mn", "mo", "mrow", "msqrt", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
})  # fmt: skip
"""The elements that formulas are made of; the explorer builds no others."""

_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = 1, 2, 3, 4, 5
_SIGNS = {"<=": "≤", ">=": "≥"}
_CASES = frozenset({"where", "piecewise"})
_SUMS = frozenset({"sum", "cum"})
_LOOSE = _CASES | {"index", "log"}
"""Calls that an exponent behind them would not clearly be of."""
_SCIENTIFIC = re.compile(r"([0-9.]+)e([+-]?)0*([0-9]+)")


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity, called by its label in the language of the reader."""

    id: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a dimension, or the dimension itself where `member` is empty."""

    dimension: str
    member: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the notation in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element of MathML Core with its parts."""

    tag: str
    parts: tuple[Part, ...]
    attributes: tuple[tuple[str, str], ...] = ()


Part = Element | Name | Member | Word | str

_IF, _ELSE = Word("若", "if"), Word("其他", "otherwise")


def layout(tree: Expr) -> Element:
    """Return the layout of an expression.

    >>> from bullwhip.expr.grammar import parse
    >>> layout(parse("a.b / 2")).tag
    'mfrac'
    """
    return _element(_laid(tree, 0))


def equation_sides(
    name: str, tree: Expr, dimensions: Iterable[str] = (), chosen: Mapping[str, str] | None = None
) -> tuple[Part, Part]:
    """Return the two sides of `name = expression`, the name with its dimensions, or members of them, as indices."""
    indices: list[Part] = []
    for dimension in dimensions:
        indices += [_mo(",")] if indices else []
        indices.append(Element("mi", (Member(dimension, (chosen or {}).get(dimension, "")),)))
    left: Part = Element("mi", (Name(name),))
    return Element("msub", (left, _row(*indices))) if indices else left, layout(tree)


def equation(name: str, tree: Expr, dimensions: Iterable[str] = ()) -> Element:
    """Return `name = expression` as one row."""
    left, right = equation_sides(name, tree, dimensions)
    return _row(left, _mo("="), right)


def as_lists(part: Part, number: Callable[[str], int], member: Callable[[str, str], tuple[int, int]]) -> Any:
    """Return a layout as nested lists for JSON: `[tag, part, …]`, texts as they are, names as numbers.

    Args:
        part: the layout.
        number: the number of a quantity.
        member: the numbers of a dimension and of its member, -1 for the dimension itself.

    >>> from bullwhip.expr.grammar import parse
    >>> as_lists(layout(parse("a.b / 2")), lambda name: 7, lambda d, m: (0, 0))
    ['mfrac', ['mi', 7], ['mn', '2']]
    """
    match part:
        case Name(id=name):
            return number(name)
        case Member(dimension=dimension, member=name):
            return {"m": list(member(dimension, name))}
        case Word(zh=zh, en=en):
            return {"w": [zh, en]}
        case Element(tag=tag, parts=parts, attributes=attributes):
            inner = [as_lists(p, number, member) for p in parts]
            return [tag, {"a": dict(attributes)}, *inner] if attributes else [tag, *inner]
    return part


def _mo(text: str, **attributes: str) -> Element:
    return Element("mo", (text,), tuple(attributes.items()))


def _row(*parts: Part) -> Element:
    """Return parts side by side; one element alone is itself."""
    only = parts[0] if len(parts) == 1 else None
    return only if isinstance(only, Element) else Element("mrow", parts)


def _element(part: Part) -> Element:
    return part if isinstance(part, Element) else _row(part)


def _bracketed(inner: Part, left: str = "(", right: str = ")") -> Element:
    return _row(_mo(left), inner, _mo(right))


def _laid(tree: Expr, least: int) -> Element:
    """Return the layout of an expression, in brackets where it binds less than `least`."""
    binds, inner = _shape(tree)
    return _bracketed(inner) if binds < least else inner


def _shape(tree: Expr) -> tuple[int, Element]:
    match tree:
        case Number(text=text):
            return _number(text)
        case Reference():
            return _ATOM, _reference(tree, ())
        case Negate(argument=argument):
            return _UNARY, _row(_mo("−", form="prefix"), _laid(argument, _UNARY))
        case Binary(operator="^", left=left, right=right):
            return _POWER, Element("msup", (_base(left), _laid(right, 0)))
        case Binary(operator="/", left=left, right=right):
            return _ATOM, Element("mfrac", (_laid(left, 0), _laid(right, 0)))
        case Binary(operator="*"):
            return _PRODUCT, _product(tree)
        case Binary():
            return _SUM, _total(tree)
        case Compare(operator=operator, left=left, right=right):
            return 0, _row(_laid(left, _SUM), _mo(_SIGNS.get(operator, operator)), _laid(right, _SUM))
        case Call():
            return _call(tree)


def _base(tree: Expr) -> Element:
    """Return what a power is of; in brackets where the exponent could belong to a part of it."""
    loose = isinstance(tree, Binary) or (isinstance(tree, Call) and tree.function in _LOOSE)
    return _bracketed(_laid(tree, 0)) if loose else _laid(tree, _ATOM)


def _is_open(tree: Expr, functions: frozenset[str]) -> bool:
    """Return whether the layout has no mark where it ends, so that what stands behind would read as a part of it."""
    while isinstance(tree, Negate):
        tree = tree.argument
    return isinstance(tree, Call) and tree.function in functions


def _number(text: str) -> tuple[int, Element]:
    """Return a number as written; one with an exponent as a power of ten."""
    power = _SCIENTIFIC.fullmatch(text.lower())
    if power is None:
        return _ATOM, Element("mn", (text,))
    digits, sign, exponent = power.groups()
    ten = Element("msup", (Element("mn", ("10",)), Element("mn", (("−" if sign == "-" else "") + exponent,))))
    if digits.rstrip("0").rstrip(".") == "1":
        return _POWER, ten
    return _PRODUCT, _row(Element("mn", (digits,)), _mo("×"), ten)


def _product(tree: Binary) -> Element:
    """Return a product with every sign written: names of several words would run together without it."""
    factors: list[Expr] = []
    inner: Expr = tree
    while isinstance(inner, Binary) and inner.operator == "*":
        factors.append(inner.right)
        inner = inner.left
    parts: list[Part] = [_bracketed(_laid(inner, 0)) if _is_open(inner, _SUMS | _CASES) else _laid(inner, _PRODUCT)]
    for k, factor in enumerate(reversed(factors), 1):
        nested = isinstance(factor, Binary) and factor.operator == "*"
        inside = k < len(factors) and _is_open(factor, _SUMS | _CASES)
        apart = isinstance(factor, Negate) or nested or inside
        parts += [_mo("×"), _bracketed(_laid(factor, 0)) if apart else _laid(factor, _PRODUCT)]
    return _row(*parts)


def _total(tree: Binary) -> Element:
    terms: list[tuple[str, Expr]] = []
    inner: Expr = tree
    while isinstance(inner, Binary) and inner.operator in "+-":
        terms.append((inner.operator, inner.right))
        inner = inner.left
    parts: list[Part] = [_bracketed(_laid(inner, 0)) if _is_open(inner, _CASES) else _laid(inner, _SUM)]
    for k, (operator, term) in enumerate(reversed(terms), 1):
        apart = isinstance(term, Negate) or (k < len(terms) and _is_open(term, _CASES))
        parts += [_mo("−" if operator == "-" else "+"), _bracketed(_laid(term, 0)) if apart else _laid(term, _PRODUCT)]
    return _row(*parts)


def _reference(reference: Reference, time: tuple[Part, ...]) -> Element:
    """Return a name with what is chosen of it as indices: members, a period, or how many periods back."""
    indices: list[tuple[Part, ...]] = []
    for dimension, member in reference.select:
        shown = Element("mn", (member,)) if dimension == "period" else Element("mi", (Member(dimension, member),))
        indices.append((shown,))
    if reference.lag:
        time = (Element("mi", ("t",)), _mo("−"), Element("mn", (str(reference.lag),)))
    if time:
        indices.append(time)
    name = Element("mi", (Name(reference.name),))
    if not indices:
        return name
    parts: list[Part] = []
    for index in indices:
        parts += [_mo(","), *index] if parts else [*index]
    return Element("msub", (name, _row(*parts)))


def _call(tree: Call) -> tuple[int, Element]:
    arguments = tree.arguments
    match tree.function:
        case "sum":
            over: Part = Element("mi", ("t",)) if tree.over == "period" else Element("mi", (Member(tree.over),))
            sigma = Element("munder", (_mo("∑", movablelimits="false"), over))
            return _PRODUCT, _row(sigma, _laid(arguments[0], _PRODUCT))
        case "where" | "piecewise":
            return _ATOM, _cases(arguments)
        case "sqrt":
            return _ATOM, Element("msqrt", (_laid(arguments[0], 0),))
        case "exp":
            return _POWER, Element("msup", (Element("mi", ("e",)), _laid(arguments[0], 0)))
        case "abs" | "floor" | "ceil" as function:
            left, right = {"abs": ("|", "|"), "floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}[function]
            return _ATOM, _bracketed(_laid(arguments[0], 0), left, right)
        case "min" | "max" | "log" as function:
            inner: list[Part] = []
            for argument in arguments:
                inner += [_mo(","), _laid(argument, 0)] if inner else [_laid(argument, 0)]
            word = "ln" if function == "log" else function
            return _ATOM, _row(Element("mi", (word,)), _bracketed(_row(*inner)))
    return _over_time(tree)


def _cases(arguments: tuple[Expr, ...]) -> Element:
    """Return the branches of a condition, one a line."""
    rows: list[tuple[Part, ...]] = []
    for condition, value in zip(arguments[:-1:2], arguments[1:-1:2], strict=True):
        rows.append((_laid(value, 0), Element("mtext", (_IF, "\u00a0")), _laid(condition, 0)))
    rows.append((_laid(arguments[-1], 0), Element("mtext", (_ELSE,))))
    lines = tuple(
        Element("mtr", (Element("mtd", (value,)), Element("mtd", tuple(condition)))) for value, *condition in rows
    )
    return _row(_mo("{", stretchy="true"), Element("mtable", lines))


def _over_time(tree: Call) -> tuple[int, Element]:
    """Return what looks at other periods of one quantity, written out."""
    reference = tree.arguments[0]
    assert isinstance(reference, Reference)  # noqa: S101  the grammar admits nothing else
    numbers = [a.text for a in tree.arguments[1:] if isinstance(a, Number)]

    def at(*time: Part) -> Element:
        return _reference(Reference(reference.name, reference.select, 0, reference.span), time)

    def back(periods: int) -> Element:
        time = [Element("mi", ("t",))]
        return at(*time, *((_mo("−"), Element("mn", (str(periods),))) if periods else ()))

    one = Element("mn", ("1",))
    match tree.function:
        case "lag":
            return _ATOM, back(reference.lag + int(numbers[0]))
        case "delta":
            return _SUM, _row(back(reference.lag), _mo("−"), back(reference.lag + 1))
        case "yoy":
            return _SUM, _row(Element("mfrac", (back(reference.lag), back(reference.lag + 1))), _mo("−"), one)
        case "cum":
            until = _row(Element("mi", ("s",)), _mo("≤"), Element("mi", ("t",)))
            sigma = Element("munder", (_mo("∑", movablelimits="false"), until))
            return _PRODUCT, _row(sigma, at(Element("mi", ("s",))))
        case "cagr":
            start, end = (Element("mn", (n,)) for n in numbers)
            ratio = _bracketed(Element("mfrac", (at(end), at(start))))
            exponent = Element("mfrac", (one, _row(end, _mo("−"), start)))
            return _SUM, _row(Element("msup", (ratio, exponent)), _mo("−"), one)
    return _ATOM, Element("mfrac", (back(reference.lag), at(Element("mn", (numbers[0],)))))
