"""Nodes of the graph as Python expressions over fractions; exact where the arguments are, in floats where they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.expr.dag import Dag

__all__ = ["HELPERS", "Shown", "Writer"]

_ATOM, _POWER, _UNARY, _PRODUCT, _SUM, _TEST = 6, 5, 4, 3, 2, 1

HELPERS = {
    "_exact": '''\
def _exact(x):
    """Return a whole number as a fraction, so that dividing it stays exact; a float stays one."""
    return Fraction(x) if isinstance(x, int) else x
''',
    "_power": '''\
def _power(base, top, bottom):
    """Return base ** (top / bottom): exact where that is a fraction, else of 60 digits."""
    if isinstance(base, float):
        return base ** (top / bottom)
    if base < 0:
        raise ValueError("a root of a negative number")
    parts = []
    for part in (base.numerator, base.denominator):
        low, high = 0, 1 << (part.bit_length() // bottom + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**bottom <= part else (low, middle - 1)
        parts.append(low)
    if parts[0] ** bottom == base.numerator and parts[1] ** bottom == base.denominator:
        return Fraction(parts[0], parts[1]) ** top
    with localcontext() as context:
        context.prec = 60
        return Fraction((Decimal(base.numerator) / base.denominator) ** (Decimal(top) / bottom))
''',
    "_exp": '''\
def _exp(x):
    """Return the exponential, of 60 digits where x is exact."""
    if isinstance(x, float):
        return math.exp(x)
    with localcontext() as context:
        context.prec = 60
        return Fraction((Decimal(x.numerator) / x.denominator).exp())
''',
    "_log": '''\
def _log(x):
    """Return the natural logarithm, of 60 digits where x is exact."""
    if isinstance(x, float):
        return math.log(x)
    if x <= 0:
        raise ValueError("a logarithm of a number that is not above zero")
    with localcontext() as context:
        context.prec = 60
        return Fraction((Decimal(x.numerator) / x.denominator).ln())
''',
}
"""Functions that a written one may need, by name; they do what the engine does."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A node as text: how closely it binds, and whether it may be a whole number of Python's `int`."""

    text: str
    binds: int
    whole: bool = False

    def within(self, least: int) -> str:
        """Return the text, in parentheses where it binds less closely."""
        return f"({self.text})" if self.binds < least else self.text


@dataclass
class Writer:
    """Writes nodes; cells are called by their names.

    Attributes:
        dag: the graph.
        names: cell node to what is written for it.
        used: helpers that are written.
        whole: cell nodes that may be whole numbers.
    """

    dag: Dag
    names: Mapping[int, str]
    used: set[str]
    whole: set[int]

    def shown(self, i: int) -> Shown:
        """Return the text of a node."""
        node = self.dag.nodes[i]
        operation = node[0]
        if operation == "cell":
            return Shown(self.names[i], _ATOM, i in self.whole)
        if operation == "num":
            return _number(node[1])
        if operation == "^":
            return self._power(self.shown(node[1]), node[2])
        if operation == "+":
            return self._sum(node[1:])
        return _WRITERS[operation](self, [self.shown(j) for j in node[1:]])

    def exact(self, shown: Shown, least: int) -> str:
        """Return the text for a place where a whole number would give a float."""
        if not shown.whole:
            return shown.within(least)
        self.used.add("_exact")
        return f"_exact({shown.text})"

    def _sum(self, terms: tuple[int, ...]) -> Shown:
        parts, whole = [], True
        for k, term in enumerate(terms):
            positive = self._negated(term) if k else None
            shown = positive or self.shown(term)
            whole = whole and shown.whole
            parts.append((" - " if positive else " + " if k else "") + shown.within(_PRODUCT))
        return Shown("".join(parts), _SUM, whole)

    def _negated(self, i: int) -> Shown | None:
        """Return what a node is the negative of, or None."""
        node = self.dag.nodes[i]
        if node[0] == "num" and node[1] < 0:
            return _number(-node[1])
        if node[0] == "*" and len(node) == 3 and self.dag.constant(node[1]) == -1:
            return self.shown(node[2])
        return None

    def _power(self, base: Shown, exponent: Fraction) -> Shown:
        if exponent.denominator != 1:
            self.used.add("_power")
            return Shown(f"_power({self.exact(base, 0)}, {exponent.numerator}, {exponent.denominator})", _ATOM)
        inner = self.exact(base, _ATOM) if exponent < 0 else base.within(_ATOM)
        return Shown(f"{inner}**{exponent}", _POWER, base.whole and exponent > 0)

    def helper(self, name: str, argument: Shown) -> Shown:
        """Return a call of a helper."""
        self.used.add(name)
        return Shown(f"{name}({self.exact(argument, 0)})", _ATOM)


def _number(value: Fraction) -> Shown:
    if value.denominator != 1:
        return Shown(f"Fraction({value.numerator}, {value.denominator})", _ATOM)
    digits = str(abs(value.numerator))
    zeros = len(digits) - len(digits.rstrip("0"))
    sign = "-" if value < 0 else ""
    if value and zeros >= 6:
        front = digits[:-zeros]
        power = f"10**{zeros}"
        if front == "1":
            return Shown(sign + power, _UNARY if sign else _POWER, True)
        return Shown(f"{sign}{front} * {power}", _PRODUCT, True)
    return Shown(sign + digits, _UNARY if sign else _ATOM, True)


def _product(writer: Writer, parts: list[Shown]) -> Shown:
    del writer
    if parts[0].text == "-1" and len(parts) == 2:
        return Shown(f"-{parts[1].within(_POWER)}", _UNARY, parts[1].whole)
    first, *others = parts
    texts = [first.within(_PRODUCT), *(p.within(_UNARY) for p in others)]
    return Shown(" * ".join(texts), _PRODUCT, all(p.whole for p in parts))


def _quotient(writer: Writer, parts: list[Shown]) -> Shown:
    if parts[0].text.lstrip("-").isdigit():
        return Shown(f"Fraction({parts[0].text}) / {parts[1].within(_UNARY)}", _PRODUCT)
    return Shown(f"{writer.exact(parts[0], _PRODUCT)} / {parts[1].within(_UNARY)}", _PRODUCT)


def _call(name: str, *, whole: bool = False) -> Callable[[Writer, list[Shown]], Shown]:
    def write(writer: Writer, parts: list[Shown]) -> Shown:
        del writer
        return Shown(f"{name}({', '.join(p.text for p in parts)})", _ATOM, whole or any(p.whole for p in parts))

    return write


def _select(sign: str) -> Callable[[Writer, list[Shown]], Shown]:
    def write(writer: Writer, parts: list[Shown]) -> Shown:
        del writer
        left, right, one, other = parts
        test = f"{left.within(_SUM)} {sign} {right.within(_SUM)}"
        return Shown(f"{one.within(_SUM)} if {test} else {other.within(_SUM)}", _TEST, one.whole or other.whole)

    return write


def _sign(writer: Writer, parts: list[Shown]) -> Shown:
    del writer
    inner = parts[0].within(_SUM)
    return Shown(f"({inner} > 0) - ({inner} < 0)", _SUM, True)


_WRITERS: dict[str, Callable[[Writer, list[Shown]], Shown]] = {
    "*": _product,
    "/": _quotient,
    "min": _call("min"),
    "max": _call("max"),
    "abs": _call("abs"),
    "floor": _call("math.floor", whole=True),
    "ceil": _call("math.ceil", whole=True),
    "sign": _sign,
    "exp": lambda writer, parts: writer.helper("_exp", parts[0]),
    "log": lambda writer, parts: writer.helper("_log", parts[0]),
    "<": _select("<"),
    "<=": _select("<="),
}
