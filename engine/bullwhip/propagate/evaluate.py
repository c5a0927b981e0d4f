"""Exact evaluation of a compiled program under a scenario: rationals in, rationals out, unknown stays unknown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt
from typing import Any

from bullwhip.errors import Place, Problem, PropagationError
from bullwhip.expr.dag import INEXACT, Node, arguments
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import MAX_BITS, decimal_text

__all__ = ["MAX_ROUNDED_BITS", "OPERATIONS", "Evaluation", "UndefinedError", "bounded", "sixty_digits"]

_DIGITS = 60
"""Significant digits of results that are not rational, and of rationals that outgrow MAX_BITS."""
MAX_ROUNDED_BITS = 1_024
"""Largest numerator or denominator, in bits, of a value that rests on a rounded one: more bits would say nothing."""
_MAX_MAGNITUDE = 13_000
"""Bits of numerator or denominator beyond which a value is refused, about 3,900 digits."""


class UndefinedError(ArithmeticError):
    """A node has no value at these inputs; the code and message say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Evaluation:
    """A program with changed inputs and chosen variants, evaluated on demand; computed values are kept.

    Attributes:
        program: the compiled program; never changed.
        overrides: cell position to value, in the unit of its quantity. An overridden rule is cut: what it would have
            computed no longer matters, and everything after it, later periods included, follows the new value.
        variants: rule id to variant name.
    """

    program: CompiledProgram
    overrides: Mapping[int, Fraction] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    values: dict[int, Fraction | None] = field(default_factory=dict, repr=False)
    inexact: set[int] = field(default_factory=set, repr=False)
    """Nodes whose value was rounded to 60 digits."""
    rounded: set[int] = field(default_factory=set, repr=False)
    """The same, and every evaluated node that depends on one of them."""
    definition: dict[int, int] = field(default_factory=dict, repr=False)
    undefined: dict[int, tuple[int, UndefinedError]] = field(default_factory=dict, repr=False)
    """Nodes without a value at these inputs, with the node where that began."""
    gradient: tuple[int, Any] | None = field(default=None, repr=False)
    """The cell whose derivatives were asked for last, and its `Gradient`."""
    _below: tuple[int, frozenset[int], list[int]] = field(default=(-1, frozenset(), []), repr=False)

    def __post_init__(self) -> None:
        for position, cell in enumerate(self.program.cells):
            if cell.definition < 0 or position in self.overrides:
                continue
            chosen = dict(cell.variants).get(self.variants.get(cell.quantity, ""), cell.definition)
            self.definition[cell.node] = chosen

    def value(self, position: int) -> Fraction | None:
        """Return the value of a cell in its quantity's unit, or None when an input it needs is unknown.

        Raises:
            PropagationError: BW401, BW402 or BW403, naming the rule and its inputs.
        """
        node = self.program.cells[position].node
        if node not in self.values:
            self._run(self._cone(position)[2])
        self.run((node,))
        return self.values[node]

    def is_exact(self, position: int) -> bool:
        """Return whether the value of an evaluated cell is exact, and not rounded to 60 digits on the way."""
        return self.program.cells[position].node not in self.rounded

    def apart(self, definition: dict[int, int], nodes: Collection[int]) -> Evaluation:
        """Return an evaluation by other definitions that takes over what is known of some nodes; each goes its own way.

        Args:
            definition: cell node to the node of its expression.
            nodes: nodes that have the same value by both.
        """
        other = copy(self)
        other.definition, other.gradient, other._below = definition, None, (-1, frozenset(), [])
        other.values = {i: self.values[i] for i in nodes if i in self.values}
        other.undefined = {i: self.undefined[i] for i in nodes if i in self.undefined}
        other.inexact, other.rounded = self.inexact.intersection(nodes), self.rounded.intersection(nodes)
        return other

    def cone(self, nodes: Iterable[int]) -> list[int]:
        """Return the nodes that some nodes depend on, in order."""
        return self.program.dag.cone(nodes, self.definition)

    def below(self, position: int) -> frozenset[int]:
        """Return the nodes that a cell depends on; those of the last cell asked for are kept."""
        return self._cone(position)[1]

    def inputs(self, position: int) -> list[int]:
        """Return the positions of the input cells that a cell depends on, in order."""
        nodes = self.program.dag.nodes
        return [nodes[i][1] for i in self._cone(position)[2] if nodes[i][0] == "cell" and i not in self.definition]

    def _cone(self, position: int) -> tuple[int, frozenset[int], list[int]]:
        if self._below[0] != position:
            order = self.cone((self.program.cells[position].node,))
            self._below = position, frozenset(order), order
        return self._below

    def unknown(self, position: int) -> list[int]:
        """Return the positions of the inputs that a cell needs and that have no value."""
        return [p for p in self.inputs(position) if self.given(p) is None]

    def given(self, position: int) -> Fraction | None:
        """Return the value of an input cell: the override, else the selected fact or assumption."""
        if position in self.overrides:
            return self.overrides[position]
        given = self.program.given.get(position)
        return None if given is None else given.value

    def run(self, outputs: Iterable[int]) -> None:
        """Evaluate nodes and all that they depend on.

        A node without a value, such as a division by zero, is refused only when an output needs it: where() and
        piecewise() guard the branches that they do not take.
        """
        asked = list(outputs)
        self._run(self.cone(o for o in asked if o not in self.values))
        for o in asked:
            if o in self.undefined:
                raise PropagationError(self._problem(o, *self.undefined[o])) from None

    def _run(self, order: list[int]) -> None:
        """Evaluate nodes, those that a node reads before it."""
        nodes, values = self.program.dag.nodes, self.values
        for i in order:
            if i in values:
                continue
            node = nodes[i]
            if node[0] == "num":
                values[i] = node[1]
                continue
            values[i] = None
            try:
                values[i] = self._value(i, node)
            except UndefinedError as error:
                self.undefined[i] = (i, error)

    def _value(self, i: int, node: Node) -> Fraction | None:
        operation, values, rounded = node[0], self.values, self.rounded
        if operation == "cell":
            return self._defined(i, self.definition[i]) if i in self.definition else self.given(node[1])
        if len(node) == 3 and operation in "*/+":  # most of the work in a large model
            first, second = values[node[1]], values[node[2]]
            if first is not None and second is not None:
                if rounded and (node[1] in rounded or node[2] in rounded):
                    rounded.add(i)
                if operation == "*":
                    return self._kept(i, first * second)
                if operation == "+":
                    return self._kept(i, first + second)
                if second:
                    return self._kept(i, first / second)
        below = arguments(node)
        if rounded and not rounded.isdisjoint(below):
            rounded.add(i)
        if operation in ("<", "<="):
            return self._select(i, node)
        known = [v for v in [values[j] for j in below] if v is not None]
        if len(known) < len(below):
            broken = next((j for j in below if j in self.undefined), None)
            if broken is not None:
                self.undefined[i] = self.undefined[broken]
            return None
        if operation in "+*" and _bits(known) > _MAX_MAGNITUDE:
            known = [shortened(v) for v in known]
            self._mark(i)
        result = OPERATIONS[operation](known, node)
        if operation in ("min", "max"):
            return result  # one of its arguments, kept as that is: which one it takes is seen by equality
        if operation in INEXACT or (operation == "^" and not _is_power(result, known[0], node[2])):
            self._mark(i)
        return self._kept(i, result)

    def _kept(self, i: int, result: Fraction) -> Fraction:
        """Return the result of a node as it is kept: exact, or rounded where it is too long."""
        limit = MAX_ROUNDED_BITS if i in self.rounded else MAX_BITS
        if result.numerator.bit_length() > limit or result.denominator.bit_length() > limit:
            self._mark(i)
            return shortened(result)
        return result

    def _defined(self, i: int, definition: int) -> Fraction | None:
        if definition in self.rounded:
            self.rounded.add(i)
        if definition in self.undefined:
            self.undefined[i] = self.undefined[definition]
        return self.values[definition]

    def _mark(self, i: int) -> None:
        self.inexact.add(i)
        self.rounded.add(i)

    def _select(self, i: int, node: Node) -> Fraction | None:
        for j in node[1:3]:
            if j in self.undefined:
                self.undefined[i] = self.undefined[j]
                return None
        left, right = self.values[node[1]], self.values[node[2]]
        if left is None or right is None:
            a, b = self.values[node[3]], self.values[node[4]]
            return a if a is not None and a == b else None
        holds = left < right if node[0] == "<" else left <= right
        taken: int = node[3] if holds else node[4]
        if taken in self.undefined:
            self.undefined[i] = self.undefined[taken]
        return self.values[taken]

    def _problem(self, output: int, i: int, error: UndefinedError) -> Problem:
        """Name the rule in which a node fails, and the values it met."""
        program = self.program
        nodes = program.dag.nodes
        for cell in (program.cells[nodes[n][1]] for n in self.cone((output,)) if nodes[n][0] == "cell"):
            start = self.definition.get(cell.node)
            if start is None:
                continue
            inner = program.dag.cone((start,), {})
            if i not in inner:
                continue
            quantity = program.quantities[cell.quantity]
            name = cell.name
            read = [n for n in inner if program.dag.nodes[n][0] == "cell" and n != cell.node]
            shown = ", ".join(self._shown(n) for n in read[:6])
            return Problem(
                error.code,
                f"{error} in {name} = {quantity.expression}",
                Place(quantity.file, *quantity.written, max(1, len(quantity.expression))),
                f"with {shown}" if shown else "",
            )
        return Problem(error.code, str(error))

    def _shown(self, node: int) -> str:
        cell = self.program.cells[self.program.dag.nodes[node][1]]
        return f"{cell.name} = {_brief(self.values.get(node))}"


def bounded(value: Fraction) -> Fraction:
    """Return the value itself, or beyond MAX_BITS the value rounded to 60 digits.

    Raises:
        UndefinedError: BW403 beyond the exact limit.

    >>> bounded(Fraction(1, 3)), bounded(Fraction(1, 3**3000)) == Fraction(1, 3**3000)
    (Fraction(1, 3), False)
    """
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return value if bits <= MAX_BITS else shortened(value)


def shortened(value: Fraction) -> Fraction:
    """Return a rational of 60 significant digits for one that has outgrown what is kept exactly.

    Raises:
        UndefinedError: BW403 when it has outgrown what is computed with at all.
    """
    return sixty_digits(_grown(value))


def sixty_digits(value: Fraction) -> Fraction:
    """Return a rational rounded to 60 significant digits, half to even.

    >>> sixty_digits(Fraction(2, 3)) == Fraction(2 * 10**60 // 3 + 1, 10**60), sixty_digits(Fraction(1, 4))
    (True, Fraction(1, 4))
    """
    above, below = abs(value.numerator), value.denominator
    if above == 0:
        return value
    places = _DIGITS - (above.bit_length() - below.bit_length()) * 30103 // 100000  # one too many or too few at most
    while True:
        scaled, divisor = (above * 10**places, below) if places >= 0 else (above, below * 10**-places)
        digits, rest = divmod(scaled, divisor)
        if 10 ** (_DIGITS - 1) <= digits < 10**_DIGITS:
            break
        places += 1 if digits < 10 ** (_DIGITS - 1) else -1
    digits += 2 * rest > divisor or (2 * rest == divisor and digits % 2)
    digits = -digits if value < 0 else digits
    return Fraction(digits, 10**places) if places >= 0 else Fraction(digits * 10**-places)


def _bits(values: list[Fraction]) -> int:
    """Return how many bits a sum or product of values can have."""
    return sum(max(v.numerator.bit_length(), v.denominator.bit_length()) for v in values)


def _is_power(result: Fraction, base: Fraction, exponent: Fraction) -> bool:
    """Return whether a power is exact; roots of rationals seldom are."""
    return exponent.denominator == 1 or result**exponent.denominator == base**exponent.numerator


def _brief(value: Fraction | None) -> str:
    return "unknown" if value is None else decimal_text(value, 10)


def _grown(value: Fraction) -> Fraction:
    """Return a value of bearable size; sums and products are checked as they grow, so that none can hang."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_MAGNITUDE:
        raise UndefinedError("BW403", f"a number of more than {_MAX_MAGNITUDE:,} bits")
    return value


def _total(v: list[Fraction], _: Node) -> Fraction:
    total = v[0] + v[1] if len(v) > 1 else v[0]
    for term in v[2:]:
        total = _grown(total) + term
    return total


def _divide(v: list[Fraction], _: Node) -> Fraction:
    if v[1] == 0:
        raise UndefinedError("BW401", "division by zero")
    return v[0] / v[1]


def _power(v: list[Fraction], node: Node) -> Fraction:
    base, exponent = v[0], node[2]
    if base == 0 and exponent < 0:
        raise UndefinedError("BW401", "a negative power of zero")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    if bits * abs(exponent) > _MAX_MAGNITUDE:  # before it is computed: a power of powers would never end
        raise UndefinedError("BW403", f"a number of more than {_MAX_MAGNITUDE:,} bits")
    if exponent.denominator == 1:
        return Fraction(base ** int(exponent))
    if base < 0:
        raise UndefinedError("BW402", f"the power {exponent} of the negative number {base}")
    root = _exact_root(base, exponent.denominator)
    if root is not None:
        return Fraction(root ** int(exponent.numerator))
    with localcontext() as context:
        context.prec = _DIGITS
        decimal = Decimal(base.numerator) / Decimal(base.denominator)
        return Fraction(decimal ** (Decimal(exponent.numerator) / Decimal(exponent.denominator)))


def _exact_root(value: Fraction, degree: int) -> Fraction | None:
    """Return the rational root of a non-negative rational, or None when there is none."""
    roots = []
    for part in (value.numerator, value.denominator):
        root = isqrt(part) if degree == 2 else _integer_root(part, degree)
        if root**degree != part:
            return None
        roots.append(root)
    return Fraction(roots[0], roots[1])


def _integer_root(value: int, degree: int) -> int:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low


def _exp(v: list[Fraction], _: Node) -> Fraction:
    if abs(v[0]) > 10_000:
        raise UndefinedError("BW403", "exp() of a number beyond ±10,000")
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction((Decimal(v[0].numerator) / Decimal(v[0].denominator)).exp())


def _log(v: list[Fraction], _: Node) -> Fraction:
    if v[0] <= 0:
        raise UndefinedError("BW402", f"log() of {v[0]}")
    with localcontext() as context:
        context.prec = _DIGITS
        return Fraction((Decimal(v[0].numerator) / Decimal(v[0].denominator)).ln())


def _product(v: list[Fraction], _: Node) -> Fraction:
    result = v[0] * v[1] if len(v) > 1 else v[0]
    for factor in v[2:]:
        result = _grown(result) * factor
    return result


OPERATIONS: dict[str, Callable[[list[Fraction], Node], Fraction]] = {
    "+": _total,
    "*": _product,
    "/": _divide,
    "^": _power,
    "min": lambda v, _: min(v),
    "max": lambda v, _: max(v),
    "abs": lambda v, _: abs(v[0]),
    "sign": lambda v, _: Fraction((v[0] > 0) - (v[0] < 0)),
    "floor": lambda v, _: Fraction(v[0].numerator // v[0].denominator),
    "ceil": lambda v, _: Fraction(-(-v[0].numerator // v[0].denominator)),
    "exp": _exp,
    "log": _log,
}
