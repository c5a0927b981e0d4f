"""Second derivatives in one forward pass behind the first ones: exact, one-sided at kinks, honest about unknowns.

Every node carries its second derivative along two directions, and that of its logarithm, the cross elasticity. The
latter often needs no value: of a product it is the sum, of a quotient the difference, of a power the multiple.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.numbers import MAX_BITS
from bullwhip.propagate.derive import elasticity_node, gradient
from bullwhip.propagate.directional import STILL, Slope, pass_along, seeds_of
from bullwhip.propagate.evaluate import Evaluation, sixty_digits

__all__ = ["Bend", "Curve", "bend", "cross_elasticity_node", "hessian_node"]

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Second derivative along two directions, and of the logarithm; None is unknown or undefined."""

    derivative: Fraction | None
    elasticity: Fraction | None


@dataclass(frozen=True, slots=True)
class Bend:
    """How the response of a cell to one move changes with another; both to the right, and both to the left."""

    right: Curve
    left: Curve
    is_kink: bool
    """Whether a first derivative or the second one differs between the sides."""
    exact: bool = True
    """False where a value or a derivative on the way was rounded to 60 digits."""

    @property
    def derivative(self) -> Fraction | None:
        """The second derivative, or None at a kink or where unknown."""
        return None if self.is_kink else self.right.derivative

    @property
    def elasticity(self) -> Fraction | None:
        """The cross elasticity, or None at a kink or where unknown."""
        return None if self.is_kink else self.right.elasticity


_FLAT, _UNKNOWN = Curve(_ZERO, _ZERO), Curve(None, None)

Moved = Mapping[int, Fraction | None]


@dataclass(frozen=True, slots=True)
class _Term:
    """What an argument of a node carries: value, both slopes, curve."""

    value: Fraction | None
    one: Slope
    two: Slope
    curve: Curve


def bend(evaluation: Evaluation, position: int, one: Moved, two: Moved, *, proportional: bool) -> Bend:
    """Return the second response of a cell to two moves of other cells.

    Args:
        evaluation: the program under its scenario.
        position: the cell.
        one: the cells of the first move with their speeds, as for `responses`; all cells of both moves are cut.
        two: those of the second move; the same cells for the second derivative along one move.
        proportional: True for moves by d ln, so that the derivative is per unit of relative change of both.
    """
    program = evaluation.program
    node = program.cells[position].node
    cells = {**one, **two}
    evaluation.run([node, *(program.cells[p].node for p in cells)])
    cut = dict(evaluation.definition)
    for p in cells:
        cut.pop(program.cells[p].node, None)
    order = program.dag.cone((node,), cut)
    seeds = [seeds_of(evaluation, moved, proportional=proportional) for moved in (one, two)]
    both = _depending(program.dag, order, cut, seeds[0]) & _depending(program.dag, order, cut, seeds[1])
    same = dict(one) == dict(two)
    sides, firsts = [], []
    exact = node not in evaluation.rounded
    for side in (1, -1):
        slopes = [pass_along(evaluation, order, cut, s, side) for s in seeds]
        walk = _Walk(evaluation, cut, (slopes[0], slopes[1]), side, same)
        start = {
            n: _seed(seeds[0][n], seeds[1][n], evaluation.values[n], proportional) for n in seeds[0] if n in seeds[1]
        }
        sides.append(walk.curve(order, both, start).get(node, _FLAT))
        firsts.append([s.get(node, STILL) for s in slopes])
        exact = exact and not walk.rounded and not any(s.rounded for found in slopes for s in found.values())
    return Bend(sides[0], sides[1], firsts[0] != firsts[1] or sides[0] != sides[1], exact)


def _depending(dag: Dag, order: list[int], cut: Mapping[int, int], seeds: Collection[int]) -> set[int]:
    found = set(seeds)
    for i in order:
        below = (cut[i],) if i in cut else arguments(dag.nodes[i])
        if any(j in found for j in below):
            found.add(i)
    return found


def _seed(one: Slope, two: Slope, value: Fraction | None, proportional: bool) -> Curve:
    """Return the curve of a cell that both moves move: straight in parallel, exponential in proportion."""
    if proportional:
        return Curve(value, _ZERO)
    known = one.elasticity is not None and two.elasticity is not None
    return Curve(_ZERO, -one.elasticity * two.elasticity if known else None)  # type: ignore[operator]


class _Walk:
    """One pass to one side over the nodes that depend on both moves."""

    def __init__(
        self,
        evaluation: Evaluation,
        cut: Mapping[int, int],
        slopes: tuple[Mapping[int, Slope], Mapping[int, Slope]],
        side: int,
        same: bool,
    ) -> None:
        self.nodes, self.values = evaluation.program.dag.nodes, evaluation.values
        self.cut, self.slopes, self.side, self.same = cut, slopes, side, same
        self.rounded = False

    def curve(self, order: list[int], both: Collection[int], start: Mapping[int, Curve]) -> dict[int, Curve]:
        curves: dict[int, Curve] = dict(start)
        for i in order:
            if i not in both or i in start:
                continue
            if i in self.cut:
                curves[i] = curves.get(self.cut[i], _FLAT)
                continue
            node = self.nodes[i]
            inner = [self.term(j, curves.get(j, _FLAT)) for j in arguments(node)]
            found = _RULES[node[0]](self, node, inner, self.values.get(i))
            curves[i] = self.kept(self.settle(i, found))
        return curves

    def term(self, i: int, curve: Curve) -> _Term:
        return _Term(self.values.get(i), self.slopes[0].get(i, STILL), self.slopes[1].get(i, STILL), curve)

    def kept(self, curve: Curve) -> Curve:
        """Return a curve as it is kept: exact, or rounded as slopes are where it is too long."""
        parts = (curve.derivative, curve.elasticity)
        if all(p is None or max(p.numerator.bit_length(), p.denominator.bit_length()) <= MAX_BITS for p in parts):
            return curve
        self.rounded = True
        return Curve(*(None if p is None else sixty_digits(p) for p in parts))

    def settle(self, i: int, curve: Curve) -> Curve:
        """Fill the one of the two that follows from the other: D = f * (E + e1 * e2)."""
        value = self.values.get(i)
        first, second = (s[i].elasticity for s in self.slopes)
        derivative, elasticity = curve.derivative, curve.elasticity
        if first is None or second is None or value is None:
            return curve
        if elasticity is None and derivative is not None and value:
            elasticity = derivative / value - first * second
        if derivative is None and elasticity is not None:
            derivative = value * (elasticity + first * second)
        return Curve(derivative, elasticity)


def _common(inner: list[_Term]) -> Fraction | None:
    """Return the cross elasticity that all arguments share, with the elasticities that they share, or None."""
    shared = {(t.one.elasticity, t.two.elasticity, t.curve.elasticity) for t in inner}
    found = next(iter(shared))
    return found[2] if len(shared) == 1 and None not in found else None


def _times(*factors: Fraction | None) -> Fraction | None:
    """Multiply; zero times unknown is zero, for a factor that does not move adds nothing."""
    if any(f == 0 for f in factors):
        return _ZERO
    result = Fraction(1)
    for f in factors:
        if f is None:
            return None
        result *= f
    return result


def _total(parts: list[Fraction | None]) -> Fraction | None:
    known = [p for p in parts if p is not None]
    return sum(known, _ZERO) if len(known) == len(parts) else None


def _add(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, node
    return Curve(_total([t.curve.derivative for t in inner]), None if value else _common(inner))


def _mul(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, node, value
    parts: list[Fraction | None] = []
    for k, t in enumerate(inner):
        rest = [u.value for j, u in enumerate(inner) if j != k]
        parts.append(_times(t.curve.derivative, *rest))
        for m, u in enumerate(inner):
            if m != k:
                others = [w.value for j, w in enumerate(inner) if j not in (k, m)]
                parts.append(_times(t.one.derivative, u.two.derivative, *others))
    return Curve(_total(parts), _total([t.curve.elasticity for t in inner]))


def _div(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, node
    a, b = inner
    ends = (a.curve.elasticity, b.curve.elasticity)
    elasticity = None if ends[0] is None or ends[1] is None else ends[0] - ends[1]
    if not b.value:
        return Curve(None, elasticity)
    if b.one.derivative == b.two.derivative == b.curve.derivative == 0:
        return Curve(None if a.curve.derivative is None else a.curve.derivative / b.value, elasticity)
    slopes = [a.one.derivative, a.two.derivative, b.one.derivative, b.two.derivative]
    if value is None or None in (*slopes, a.curve.derivative, b.curve.derivative):
        return Curve(None, elasticity)
    a1, a2, b1, b2 = (s or _ZERO for s in slopes)
    first, second = (a1 - value * b1) / b.value, (a2 - value * b2) / b.value
    top = (a.curve.derivative or _ZERO) - first * b2 - second * b1 - value * (b.curve.derivative or _ZERO)
    return Curve(top / b.value, elasticity)


def _pow(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk
    p, (t,) = node[2], inner
    elasticity = None if t.curve.elasticity is None else p * t.curve.elasticity
    if t.value is None or value is None:
        return Curve(None, elasticity)
    if t.value:
        first, second = p * value / t.value, p * (p - 1) * value / t.value**2
    elif p == 1 or p >= 2:
        first, second = Fraction(p == 1), Fraction(2 if p == 2 else 0)
    else:
        return Curve(None, elasticity)
    product = _times(t.one.derivative, t.two.derivative)
    return Curve(_total([_times(first, t.curve.derivative), _times(second, product)]), elasticity)


def _chosen(walk: _Walk, candidates: list[_Term], sign: int) -> Curve:
    """Return the curve of the candidate that is least (or greatest) next, where the first two derivatives say it."""
    kinds = {(t.one.derivative, t.two.derivative, t.curve.derivative) for t in candidates}
    if len(kinds) == 1:
        return candidates[0].curve
    if not walk.same:
        return _UNKNOWN
    ranked = []
    for t in candidates:
        if t.one.derivative is None or t.curve.derivative is None:
            return _UNKNOWN
        ranked.append((sign * walk.side * t.one.derivative, sign * t.curve.derivative))
    return candidates[ranked.index(min(ranked))].curve


def _extreme(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    if value is None or any(t.value is None for t in inner):
        return Curve(None, _common(inner))
    found = _chosen(walk, [t for t in inner if t.value == value], 1 if node[0] == "min" else -1)
    return Curve(found.derivative, None)


def _abs(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del node, value
    (t,) = inner
    if t.value is None:
        return Curve(None, t.curve.elasticity)
    if t.value:
        sign = 1 if t.value > 0 else -1
        return Curve(_times(Fraction(sign), t.curve.derivative), t.curve.elasticity)
    if not walk.same or t.one.derivative is None or t.curve.derivative is None:
        return _UNKNOWN
    ahead = walk.side * t.one.derivative or t.curve.derivative
    return Curve(t.curve.derivative if ahead >= 0 else -t.curve.derivative, None)


def _step(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, value
    (t,) = inner
    at_jump = t.value is None or (t.value == 0 if node[0] == "sign" else t.value.denominator == 1)
    return _UNKNOWN if at_jump else _FLAT


def _exp(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, node
    (t,) = inner
    speed = _total([t.curve.derivative, _times(t.one.derivative, t.two.derivative)])
    return Curve(_times(value, speed), t.curve.derivative)


def _log(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del walk, node, value
    return Curve(inner[0].curve.elasticity, None)


def _select(walk: _Walk, node: Node, inner: list[_Term], value: Fraction | None) -> Curve:
    del value
    left, right, a, b = inner
    alike = a.value == b.value and (a.one, a.two, a.curve) == (b.one, b.two, b.curve)
    if left.value is None or right.value is None:
        return a.curve if alike else _UNKNOWN
    still = all(t.one.is_zero and t.two.is_zero and t.curve == _FLAT for t in (left, right))
    if left.value != right.value or still:
        holds = left.value < right.value if node[0] == "<" else left.value <= right.value
        return a.curve if holds else b.curve
    if alike:
        return a.curve
    if not walk.same or a.value is None or a.value != b.value:
        return _UNKNOWN  # a jump, or two moves that may cross the boundary apart
    ends = (left.one.derivative, right.one.derivative, left.curve.derivative, right.curve.derivative)
    if None in ends:
        return _UNKNOWN
    l1, r1, l2, r2 = (e or _ZERO for e in ends)
    drift = walk.side * (l1 - r1) or l2 - r2
    return _UNKNOWN if drift == 0 else (a if drift < 0 else b).curve


_RULES: dict[str, Callable[[_Walk, Node, list[_Term], Fraction | None], Curve]] = {
    "+": _add,
    "*": _mul,
    "/": _div,
    "^": _pow,
    "min": _extreme,
    "max": _extreme,
    "abs": _abs,
    "floor": _step,
    "ceil": _step,
    "sign": _step,
    "exp": _exp,
    "log": _log,
    "<": _select,
    "<=": _select,
}


def hessian_node(
    dag: Dag, output: int, one: Collection[int], two: Collection[int], definition: Mapping[int, int]
) -> int:
    """Return the node of the second derivative of `output` by two parallel moves: the adjoint of the adjoint.

    Args:
        dag: the graph; nodes are added to it.
        output: the node to differentiate.
        one: nodes that the first move moves; each is cut.
        two: nodes that the second move moves; each is cut.
        definition: cell node to the node of its expression.

    >>> dag = Dag()
    >>> x = dag.cell(0)
    >>> square = dag.pow(x, Fraction(2))
    >>> dag.nodes[hessian_node(dag, square, [x], [x], {})]
    ('num', Fraction(2, 1))
    """
    both = {*one, *two}
    cut = {k: v for k, v in definition.items() if k not in both}
    first = gradient(dag, output, both, cut)
    slope = dag.add(*(first[n] for n in sorted(one)))
    second = gradient(dag, slope, both, cut)
    return dag.add(*(second[n] for n in sorted(two)))


def cross_elasticity_node(
    dag: Dag, output: int, one: Collection[int], two: Collection[int], definition: Mapping[int, int]
) -> int | None:
    """Return the node of how the elasticity to one move changes with another proportional move, or None.

    Args:
        dag: the graph; nodes are added to it.
        output: the node.
        one: nodes that the first move moves; each is cut.
        two: nodes that the second move moves; each is cut.
        definition: cell node to the node of its expression.
    """
    both = {*one, *two}
    cut = {k: v for k, v in definition.items() if k not in both}
    elasticity = elasticity_node(dag, output, set(one), cut)
    if elasticity is None:
        return None
    slope = gradient(dag, elasticity, both, cut)
    return dag.add(*(dag.mul(n, slope[n]) for n in sorted(two)))
