"""Expressions of the graph as spreadsheet formulas, with helper cells where a formula would become too long.

Every operation is bracketed so that the precedence of a spreadsheet cannot matter (`=-2^2` is 4 there). References are
names of cells that hold a number or an error: an input without a value is #N/A, and so is everything that rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.expr.dag import Dag, Node
from bullwhip.numbers import fraction_text, nearest_double

__all__ = ["LONGEST", "Formulas", "Helper", "Text", "literal"]

LONGEST = 8_000
"""Characters of a formula; 8,192 are allowed."""
_INLINE = 1_200
"""Characters of a part beyond which it gets a cell of its own."""
_SHORT = 60
"""Characters of a part beyond which it gets a cell of its own where it stands in a formula several times."""
_ARGUMENTS = 200
"""Arguments of a function; 255 are allowed."""
_DIGITS = 15
"""Significant digits that a spreadsheet reads in a literal."""
_SLACK = "1E-13"
"""How far below a whole number, relatively, a computed number still counts as it: doubles are not exact."""

_SUM, _PRODUCT, _ATOM = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a formula and how tightly it binds."""

    text: str
    level: int = _ATOM

    def within(self, level: int) -> str:
        """Return the text, in brackets where what surrounds it binds more tightly."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True, slots=True)
class Helper:
    """A cell of its own for a part of a formula."""

    formula: str
    node: int
    """The node whose value, or elasticity, it holds; -1 for a part of one."""
    slope: bool = False


def literal(value: Fraction) -> Text:
    """Return a constant as a spreadsheet reads it: a decimal of up to 15 digits, else a quotient.

    >>> literal(Fraction(7, 20)).text, literal(Fraction(-1, 3)).text, literal(Fraction(10) ** 40).text
    ('0.35', '-1/3', '1E+40')
    """
    sign, size = ("-", -value) if value < 0 else ("", value)
    level = _SUM if sign else _ATOM
    text = fraction_text(size)
    if "/" not in text and len(text.replace(".", "").strip("0")) <= _DIGITS:
        return Text(sign + (text if len(text) <= 2 * _DIGITS else _scientific(size)), level)
    if len(str(size.numerator)) <= _DIGITS and len(str(size.denominator)) <= _DIGITS:
        return Text(f"{sign}{size.numerator}/{size.denominator}", _SUM if sign else _PRODUCT)
    return Text(sign + _scientific(size), level)


def _scientific(size: Fraction) -> str:
    """Return the nearest double; beyond their range an error, and never a zero that is none."""
    nearest = nearest_double(size)
    if nearest is None:
        return "SQRT(-1)" if size > 1 else "NA()"
    return repr(nearest).upper()


@dataclass
class Formulas:
    """Formulas of the nodes of a graph; cells are referred to by name."""

    dag: Dag
    names: Sequence[str]
    """Name of each cell, by position."""
    sheet: str = "steps"
    """Where helper cells stand, one a row, values in column C and elasticities in column D."""
    first: int = 6
    """Row of the first helper cell, counted from 1."""
    helpers: list[Helper] = field(default_factory=list)
    _texts: dict[int, Text] = field(default_factory=dict)
    _cells: dict[int, str] = field(default_factory=dict)

    def formula(self, node: int) -> str:
        """Return the formula of a node, with the equals sign."""
        return f"={self.value(node).text}"

    def value(self, node: int) -> Text:
        """Return the text of a node's value; texts of what it reads are made before, without recursion."""
        for i in self.dag.cone((node,), {}):
            if i not in self._texts:
                text = self._write(self.dag.nodes[i])
                self._texts[i] = text if len(text.text) <= _INLINE or i == node else Text(self.helper(i, text.text))
        text = self._texts[node]
        return text if len(text.text) <= LONGEST else Text(self.helper(node, text.text))

    def atom(self, node: int) -> str:
        """Return a short text for a node that stands in a formula several times: itself, or a helper cell."""
        text = self.value(node)
        return text.text if text.level == _ATOM and len(text.text) <= 3 * _SHORT else self.helper(node, text.text)

    def helper(self, node: int, text: str, *, slope: bool = False) -> str:
        """Return a reference to a helper cell that holds a part; one for each node and kind."""
        key = -1 - node if slope else node
        if node < 0 or key not in self._cells:
            self.helpers.append(Helper(f"={text}", node, slope))
            cell = f"{self.sheet}!${'D' if slope else 'C'}${self.first + len(self.helpers) - 1}"
            if node < 0:
                return cell
            self._cells[key] = cell
        return self._cells[key]

    def joined(self, parts: Sequence[str], wrap: Callable[[Sequence[str]], str], *, slope: bool = False) -> str:
        """Return parts put together; in chunks with cells of their own where there are too many.

        Args:
            parts: the texts, each short enough for a cell.
            wrap: puts some of them together; it must be possible to put the results together likewise.
            slope: whether the parts are elasticities.
        """
        while len(parts) > _ARGUMENTS or len(wrap(parts)) > LONGEST:
            chunks: list[list[str]] = [[]]
            for part in parts:
                if len(chunks[-1]) == _ARGUMENTS or sum(len(p) + 1 for p in chunks[-1]) + len(part) > LONGEST // 2:
                    chunks.append([])
                chunks[-1].append(part)
            parts = [c[0] if len(c) == 1 else self.helper(-1, wrap(c), slope=slope) for c in chunks]
        return wrap(parts)

    def _write(self, node: Node) -> Text:
        if node[0] == "num":
            return literal(node[1])
        if node[0] == "cell":
            return Text(self.names[node[1]])
        return _WRITERS[node[0]](self, node)

    def sum_of(self, node: Node) -> Text:
        """Return a sum; what is multiplied by a negative constant is subtracted."""
        terms = [self._signed(j) for j in node[1:]]
        return Text(self.joined([s + t for s, t in terms], _added), _SUM)

    def _signed(self, j: int) -> tuple[str, str]:
        text = self._texts[j]
        if text.level == _SUM and text.text.startswith("-") and self.dag.nodes[j][0] in ("*", "num"):
            return "-", text.text[1:]
        return "+", text.text if self.dag.nodes[j][0] == "+" else text.within(_PRODUCT)

    def product_of(self, node: Node) -> Text:
        """Return a product; a leading constant of -1 becomes a sign."""
        arguments = list(node[1:])
        constant = self.dag.constant(arguments[0])
        inner = self.dag.nodes[arguments[-1]]
        if constant is not None and constant > 0 and len(arguments) == 2 and inner[0] in _LINEAR:
            bare = [self._without(j, constant, "/") for j in inner[1:]]
            if None not in bare:
                return self._together(inner[0], [t for t in bare if t is not None])
        sign = ""
        if constant is not None and constant < 0:
            sign = "-"
            factors = [] if constant == -1 else [literal(-constant).within(_PRODUCT)]
            arguments = arguments[1:]
        else:
            factors = []
        factors += [self._texts[j].within(_ATOM if factors or k else _PRODUCT) for k, j in enumerate(arguments)]
        text = self.joined(factors, "*".join)
        return Text(sign + text, _SUM if sign else _PRODUCT)

    def quotient_of(self, node: Node) -> Text:
        """Return a quotient; a conversion of units that every part above is multiplied by is left out."""
        divisor = self.dag.constant(node[2])
        inner = self.dag.nodes[node[1]]
        if divisor is not None and divisor > 0 and inner[0] in _LINEAR:
            bare = [self._without(j, divisor, "*") for j in inner[1:]]
            if None not in bare:
                return self._together(inner[0], [t for t in bare if t is not None])
        above, below = (self._texts[j] for j in node[1:])
        return Text(f"{above.within(_PRODUCT)}/{below.within(_ATOM)}", _PRODUCT)

    def _without(self, j: int, factor: Fraction, operation: str) -> Text | None:
        """Return an argument without the factor it is multiplied or divided by; None where it is not."""
        node = self.dag.nodes[j]
        if self.dag.constant(j) == 0:
            return Text("0")
        if node[0] == "+":
            parts = [self._without(k, factor, operation) for k in node[1:]]
            return None if None in parts else self._together("+", [t for t in parts if t is not None])
        if node[0] == "*" and len(node) == 3 and self.dag.constant(node[1]) == -1:
            bare = self._without(node[2], factor, operation)
            return None if bare is None else Text(f"-{bare.within(_PRODUCT)}", _SUM)
        if node[0] != operation or self._texts[j].text.startswith(self.sheet):
            return None
        if operation == "/":
            return self._texts[node[1]] if self.dag.constant(node[2]) == factor else None
        if self.dag.constant(node[1]) != factor:
            return None
        rest = [self._texts[k] for k in node[2:]]
        return rest[0] if len(rest) == 1 else Text("*".join(t.within(_ATOM) for t in rest), _PRODUCT)

    def _together(self, operation: str, parts: Sequence[Text]) -> Text:
        """Return a minimum, maximum or sum of parts."""
        if operation == "+":
            terms = [t.text if t.text.startswith("-") else f"+{t.within(_PRODUCT)}" for t in parts]
            return Text(self.joined(terms, _added), _SUM)
        name = _FUNCTIONS[operation]
        return Text(self.joined([t.text for t in parts], lambda some: f"{name}({','.join(some)})"))

    def power_of(self, node: Node) -> Text:
        """Return a power in brackets; a root of a negative number is an error, also where a spreadsheet gives one."""
        exponent: Fraction = node[2]
        if exponent.denominator == 1:
            shown = str(exponent) if exponent > 0 else f"({exponent})"
            return Text(f"({self._texts[node[1]].within(_ATOM)}^{shown})")
        base = self.atom(node[1])
        if exponent == Fraction(1, 2):
            return Text(f"SQRT({base})")
        return Text(f"IF({base}<0,SQRT(-1),{base}^({exponent}))")

    def function_of(self, node: Node) -> Text:
        """Return a function of its arguments: MIN, MAX, ABS, SIGN, EXP, LN."""
        name = _FUNCTIONS[node[0]]
        return Text(self.joined([self._texts[j].text for j in node[1:]], lambda parts: f"{name}({','.join(parts)})"))

    def floor_of(self, node: Node) -> Text:
        """Return the whole number below, also of negative numbers."""
        x = self.atom(node[1])
        return Text(f"INT({x}+ABS({x})*{_SLACK})")

    def ceil_of(self, node: Node) -> Text:
        """Return the whole number above, also of negative numbers."""
        x = self.atom(node[1])
        return Text(f"-INT(ABS({x})*{_SLACK}-{x})", _SUM)

    def select_of(self, node: Node) -> Text:
        """Return one of two; where the condition is unknown, both if they are equal."""
        condition = self.condition(node)
        a, b = (self.atom(j) if len(self._texts[j].text) > _SHORT else self._texts[j].text for j in node[3:])
        return Text(f"IF(ISNA({condition}),IF({a}={b},{a},NA()),IF({condition},{a},{b}))")

    def condition(self, node: Node) -> str:
        """Return the comparison of a condition."""
        left, right = (self.atom(j) if len(self.value(j).text) > _SHORT else self.value(j).text for j in node[1:3])
        return f"{left}{node[0]}{right}"


def _added(parts: Sequence[str]) -> str:
    """Return terms with their signs put together; a helper cell has none."""
    text = "".join(p if p[0] in "+-" else f"+{p}" for p in parts)
    return text.removeprefix("+")


_LINEAR = ("min", "max", "+")
"""Operations that a positive factor can be taken out of."""
_FUNCTIONS = {"min": "MIN", "max": "MAX", "abs": "ABS", "sign": "SIGN", "exp": "EXP", "log": "LN"}
_WRITERS: Mapping[str, Callable[[Formulas, Node], Text]] = {
    "+": Formulas.sum_of,
    "*": Formulas.product_of,
    "/": Formulas.quotient_of,
    "^": Formulas.power_of,
    **dict.fromkeys(_FUNCTIONS, Formulas.function_of),
    "floor": Formulas.floor_of,
    "ceil": Formulas.ceil_of,
    "<": Formulas.select_of,
    "<=": Formulas.select_of,
}
