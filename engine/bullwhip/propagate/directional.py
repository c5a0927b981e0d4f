"""Directional derivatives in one forward pass: exact, one-sided at kinks, and honest about unknowns (convention §10).

Every node carries its derivative along the direction and its elasticity, the derivative of its logarithm. The
elasticity often needs no value: of a product it is the sum, of a quotient the difference, of a power the multiple, and
of a sum whose terms all have the same elasticity, that elasticity. So a quantity with an unknown coefficient still has
a known elasticity, while its amount stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.expr.dag import Node, arguments
from bullwhip.numbers import MAX_BITS
from bullwhip.propagate.evaluate import Evaluation, sixty_digits

__all__ = [
    "SIDED",
    "STILL",
    "Response",
    "Slope",
    "kept_fraction",
    "node_response",
    "node_slope",
    "pass_along",
    "responses",
    "seeds_of",
]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Slope:
    """Derivative along a direction, and elasticity; None is unknown or undefined."""

    derivative: Fraction | None
    elasticity: Fraction | None
    rounded: bool = False
    """Whether it was rounded to 60 digits at this node."""

    @property
    def is_zero(self) -> bool:
        """Whether nothing moves."""
        return self.derivative == 0 and self.elasticity == 0

    def slower(self, factor: Fraction) -> Slope:
        """Return the slope at a speed divided by a factor."""
        derivative = None if self.derivative is None else self.derivative / factor
        return Slope(derivative, self.elasticity, self.rounded)


@dataclass(frozen=True, slots=True)
class Response:
    """How a cell answers a move of the inputs, to either side; equal sides unless the move starts at a kink."""

    right: Slope
    left: Slope
    exact: bool = True
    """False where a derivative or elasticity on the way was rounded to 60 digits."""

    @property
    def derivative(self) -> Fraction | None:
        """The two-sided derivative, or None at a kink or where unknown."""
        return self.right.derivative if self.right.derivative == self.left.derivative else None

    @property
    def elasticity(self) -> Fraction | None:
        """The two-sided elasticity, or None at a kink or where unknown."""
        return self.right.elasticity if self.right.elasticity == self.left.elasticity else None

    def slower(self, factor: Fraction) -> Response:
        """Return the response to the same move of inputs at a speed divided by a factor above zero.

        Elasticities stay, as they are per relative change.
        """
        right = self.right.slower(factor)
        return Response(right, right if self.left is self.right else self.left.slower(factor), self.exact)

    @property
    def is_kink(self) -> bool:
        """Whether the two sides differ."""
        return self.right != self.left


SIDED = frozenset({"min", "max", "abs", "<", "<="})
"""Operations at which a move to the left can differ from one to the right."""
STILL = Slope(_ZERO, _ZERO)
UNKNOWN = Slope(None, None)


def responses(
    evaluation: Evaluation,
    positions: Iterable[int],
    moved: Mapping[int, Fraction | None],
    *,
    proportional: bool,
) -> dict[int, Response]:
    """Return the response of cells to a move of other cells.

    Args:
        evaluation: the program under its scenario.
        positions: the cells whose response is wanted.
        moved: positions of the cells that move; they are cut, so what defines them does not matter. The value is the
            speed of each, ignored for a proportional move.
        proportional: True moves every one of them in proportion to its own value (by d ln), so that the derivative is
            per unit of relative change; False moves it by its speed.
    """
    wanted = list(positions)
    nodes = [evaluation.program.cells[p].node for p in wanted]
    evaluation.run([*nodes, *(evaluation.program.cells[p].node for p in moved)])
    seeds = seeds_of(evaluation, moved, proportional=proportional)
    cut = {k: v for k, v in evaluation.definition.items() if k not in seeds}
    order = evaluation.program.dag.cone(nodes, cut)
    right = pass_along(evaluation, order, cut, seeds, 1)
    sided = any(evaluation.program.dag.nodes[i][0] in SIDED for i in order)
    left = pass_along(evaluation, order, cut, seeds, -1) if sided else right
    exact = not any(s.rounded for s in (*right.values(), *left.values()))
    return {p: Response(right[n], left[n], exact) for p, n in zip(wanted, nodes, strict=True)}


def seeds_of(evaluation: Evaluation, moved: Mapping[int, Fraction | None], *, proportional: bool) -> dict[int, Slope]:
    """Return the slopes of the cells that move, by node; the cells are evaluated already."""
    seeds: dict[int, Slope] = {}
    for position, speed in moved.items():
        node = evaluation.program.cells[position].node
        value = evaluation.values[node]
        if proportional:
            seeds[node] = Slope(value, Fraction(1))
        else:
            seeds[node] = Slope(speed, None if speed is None or not value else speed / value)
    return seeds


def node_response(evaluation: Evaluation, position: int, node: int) -> Response:
    """Return the response of a cell to a move of one node, wherever it is used; what the node rests on stays.

    Args:
        evaluation: the program under its scenario.
        position: the cell whose response is wanted.
        node: the node that moves, such as an argument of a minimum.
    """
    output = evaluation.program.cells[position].node
    evaluation.run((output, node))
    value = evaluation.values[node]
    seeds = {node: Slope(Fraction(1), 1 / value if value else None)}
    order = evaluation.cone((output,))
    right, left = (pass_along(evaluation, order, evaluation.definition, seeds, side) for side in (1, -1))
    return Response(right[output], left[output], not any(s.rounded for s in (*right.values(), *left.values())))


def pass_along(
    evaluation: Evaluation, order: list[int], cut: Mapping[int, int], seeds: Mapping[int, Slope], side: int
) -> dict[int, Slope]:
    """Return the slopes of nodes to one side (1 or -1), from those of the cells that move; the others stand still.

    Args:
        evaluation: the program, evaluated at the nodes.
        order: the nodes, those that a node reads before it.
        cut: cell node to the node of its expression, without the cells that move.
        seeds: the slopes of the cells that move, by node.
        side: 1 to the right, -1 to the left.
    """
    slopes: dict[int, Slope] = {}
    nodes, values = evaluation.program.dag.nodes, evaluation.values
    for i in order:
        node = nodes[i]
        if i in seeds:
            slopes[i] = seeds[i]
        elif node[0] == "cell":
            slopes[i] = slopes[cut[i]] if i in cut else STILL
        elif node[0] == "num":
            slopes[i] = STILL
        else:
            inner = [slopes[j] for j in arguments(node)]
            found = [values.get(j) for j in arguments(node)]
            slopes[i] = node_slope(node, found, inner, values.get(i), side)
    return slopes


def node_slope(
    node: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int
) -> Slope:
    """Return the slope of an operation to one side, from the values and slopes of its arguments and its own value."""
    if all(s.is_zero for s in inner):
        return STILL
    return _kept(_RULES[node[0]](node, found, inner, value, side))


def _kept(slope: Slope) -> Slope:
    """Return a slope as it is kept: exact, or rounded as values are where it is too long."""
    parts = (slope.derivative, slope.elasticity)
    if all(p is None or kept_fraction(p) is p for p in parts):
        return slope
    derivative, elasticity = (None if p is None else sixty_digits(p) for p in parts)
    return Slope(derivative, elasticity, rounded=True)


def kept_fraction(value: Fraction) -> Fraction:
    """Return a derivative itself, or rounded to 60 digits where it is too long to be kept."""
    if value.numerator.bit_length() <= MAX_BITS and value.denominator.bit_length() <= MAX_BITS:
        return value
    return sixty_digits(value)


def _settle(derivative: Fraction | None, elasticity: Fraction | None, value: Fraction | None) -> Slope:
    """Fill the one of the two that follows from the other and the value."""
    if elasticity is None and derivative is not None and value:
        elasticity = derivative / value
    if derivative is None and elasticity is not None and value is not None:
        derivative = elasticity * value
    return Slope(derivative, elasticity)


def _common(inner: list[Slope]) -> Fraction | None:
    """Return the elasticity that all arguments share, or None."""
    first = inner[0].elasticity
    return first if all(s.elasticity == first for s in inner) else None


def _add(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del found, side
    parts = [s.derivative for s in inner]
    derivative = None if any(p is None for p in parts) else sum((p for p in parts if p is not None), _ZERO)
    if derivative is None or value is None:
        return Slope(derivative, _common(inner))
    return _settle(derivative, None if value else _common(inner), value)


def _mul(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del side
    elasticities = [s.elasticity for s in inner]
    elasticity = (
        None if any(e is None for e in elasticities) else sum((e for e in elasticities if e is not None), _ZERO)
    )
    derivative: Fraction | None = _ZERO
    for k, slope in enumerate(inner):
        if slope.derivative == 0:
            continue
        others = [v for j, v in enumerate(found) if j != k]
        if slope.derivative is None or any(v is None for v in others):
            derivative = None
            break
        term = slope.derivative
        for v in others:
            term *= v if v is not None else 1
        derivative = term + (derivative or _ZERO)
    return _settle(derivative, elasticity, value)


def _div(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del side
    a, b = inner
    elasticity = None if a.elasticity is None or b.elasticity is None else a.elasticity - b.elasticity
    top, bottom = found
    derivative = None
    if bottom and a.derivative is not None and b.derivative == 0:
        derivative = a.derivative / bottom
    elif bottom and top is not None and a.derivative is not None and b.derivative is not None:
        derivative = (a.derivative * bottom - top * b.derivative) / bottom**2
    return _settle(derivative, elasticity, value)


def _pow(node: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del side
    exponent: Fraction = node[2]
    elasticity = None if inner[0].elasticity is None else exponent * inner[0].elasticity
    derivative, base = None, found[0]
    if base and value is not None and inner[0].derivative is not None:
        derivative = exponent * value / base * inner[0].derivative
    elif base == 0 and exponent >= 1 and inner[0].derivative is not None:
        derivative = inner[0].derivative if exponent == 1 else _ZERO
    return _settle(derivative, elasticity, value)


def _extreme(node: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    if value is None or any(v is None for v in found):
        return Slope(None, _common(inner))
    active = [s for s, v in zip(inner, found, strict=True) if v == value]
    speeds = [s.derivative for s in active]
    if any(d is None for d in speeds):
        return UNKNOWN
    known = [d for d in speeds if d is not None]
    least = (node[0] == "min") == (side > 0)  # moving left turns the least into the greatest
    derivative = min(known) if least else max(known)
    return _settle(derivative, None, value)


def _abs(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    if found[0] is None:
        return Slope(None, inner[0].elasticity)
    if found[0] != 0:
        sign = 1 if found[0] > 0 else -1
        return _settle(None if inner[0].derivative is None else sign * inner[0].derivative, inner[0].elasticity, value)
    return Slope(None if inner[0].derivative is None else side * abs(inner[0].derivative), None)


def _step(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    """Floor, ceil and sign are flat between their jumps and have no derivative at one."""
    del value, side
    argument = found[0]
    if argument is None or inner[0].derivative is None or argument.denominator == 1:
        return UNKNOWN
    return STILL


def _sign(node: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del node, value, side, inner
    return UNKNOWN if found[0] is None or found[0] == 0 else STILL


def _exp(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del found, side
    speed = inner[0].derivative
    return Slope(None if speed is None or value is None else value * speed, speed)


def _log(_: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    del found, side
    speed = inner[0].elasticity
    return _settle(speed, None, value)


def _select(node: Node, found: list[Fraction | None], inner: list[Slope], value: Fraction | None, side: int) -> Slope:
    left, right, a, b = found
    if left is None or right is None:
        return inner[2] if inner[2] == inner[3] and a == b else UNKNOWN
    if left != right or (inner[0].is_zero and inner[1].is_zero):
        holds = left < right if node[0] == "<" else left <= right
        return inner[2] if holds else inner[3]
    if inner[0].derivative is None or inner[1].derivative is None or a is None or a != b:
        return UNKNOWN  # at the switching point of a jump
    drift = side * (inner[0].derivative - inner[1].derivative)
    if drift == 0:  # the sides touch: to first order nobody knows which comes next
        return inner[2] if inner[2] == inner[3] else UNKNOWN
    del value
    return inner[2] if drift < 0 else inner[3]


_RULES = {
    "+": _add,
    "*": _mul,
    "/": _div,
    "^": _pow,
    "min": _extreme,
    "max": _extreme,
    "abs": _abs,
    "floor": _step,
    "ceil": _step,
    "sign": _sign,
    "exp": _exp,
    "log": _log,
    "<": _select,
    "<=": _select,
}
