"""Whether an expression rises or falls in an input all over a box: interval bounds on its slope, from the bottom up.

A bound is never too narrow: where nothing is known, as across a jump of a condition or a division by zero, it reaches
to both infinities.
Steps of floor, ceil and sign only rise, so their slope is anything from zero up.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import inf

from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.interval import INTERVAL_OPERATIONS, Interval

__all__ = ["is_fractional_linear", "slope"]

_ZERO, _ONE = Interval.point(Fraction(0)), Interval.point(Fraction(1))
_MINUS = Interval.point(Fraction(-1))
_UP, _ANY = Interval(Fraction(0), inf), Interval(-inf, inf)


def slope(
    dag: Dag, cone: list[int], node: int, values: Mapping[int, Interval], cell: int, *, short: bool = False
) -> Interval:
    """Return an interval that holds every slope of a node in a cell.

    Args:
        dag: the graph.
        cone: the nodes below `node`, in order.
        node: what is asked.
        values: the range of each node over the box; a node without one has no value there.
        cell: the cell number.
        short: whether slopes are widened a little to ends that are short rationals.

    >>> from bullwhip.propagate.interval import Interval
    >>> dag = Dag()
    >>> x = dag.cell(0)
    >>> values = {x: Interval(Fraction(1), Fraction(2)), dag.mul(x, x): Interval(Fraction(1), Fraction(4))}
    >>> slope(dag, [x, dag.mul(x, x)], dag.mul(x, x), values, 0)
    Interval(low=Fraction(2, 1), high=Fraction(4, 1))
    """
    found: dict[int, Interval] = {}
    for i in cone:
        entry = dag.nodes[i]
        below = arguments(entry)
        if all(found[j] == _ZERO for j in below):
            found[i] = _ONE if entry == ("cell", cell) else _ZERO
            continue
        try:
            inner = _slope(entry, [values[j] for j in below], [found[j] for j in below], values[i])
            found[i] = inner.shortened() if short else inner
        except (KeyError, UndefinedError):
            found[i] = _ANY
    return found[node]


def is_fractional_linear(dag: Dag, cone: list[int], node: int, cell: int) -> bool:
    """Return whether a node is a quotient of two expressions that are linear in a cell.

    Such a node only rises or only falls in the cell wherever it has no pole, whichever of both it is.

    >>> dag = Dag()
    >>> x, y = dag.cell(0), dag.cell(1)
    >>> node = dag.div(x, dag.add(x, y))
    >>> is_fractional_linear(dag, dag.cone((node,), {}), node, 0), is_fractional_linear(dag, [x], dag.mul(x, x), 0)
    (True, False)
    """
    degrees: dict[int, tuple[int, int] | None] = {}
    for i in cone:
        entry = dag.nodes[i]
        degrees[i] = (1, 0) if entry == ("cell", cell) else _degree(entry, [degrees[j] for j in arguments(entry)])
    degree = degrees.get(node)
    return degree is not None and max(degree) <= 1


def _degree(entry: Node, below: list[tuple[int, int] | None]) -> tuple[int, int] | None:
    """Return the degrees of numerator and denominator, or None where a node is no quotient of polynomials."""
    known = [d for d in below if d is not None]
    if len(known) < len(below):
        return None
    above, beneath = sum(p for p, _ in known), sum(q for _, q in known)
    if above == beneath == 0:
        return (0, 0)
    match entry[0]:
        case "+":
            return max(p + beneath - q for p, q in known), beneath
        case "*":
            return above, beneath
        case "/":
            return known[0][0] + known[1][1], known[0][1] + known[1][0]
        case "^" if entry[2].denominator == 1:
            p, q = known[0] if entry[2] > 0 else reversed(known[0])
            return p * abs(int(entry[2])), q * abs(int(entry[2]))
        case _:
            return None


def _times(*factors: Interval) -> Interval:
    return INTERVAL_OPERATIONS["*"](list(factors), ("*",))


def _plus(*terms: Interval) -> Interval:
    return INTERVAL_OPERATIONS["+"](list(terms), ("+",))


def _over(one: Interval, other: Interval) -> Interval:
    return INTERVAL_OPERATIONS["/"]([one, other], ("/",))


def _slope(entry: Node, v: list[Interval], d: list[Interval], value: Interval) -> Interval:
    """Return the slope of a node from the ranges and slopes of its arguments and its own range."""
    match entry[0]:
        case "+":
            return _plus(*d)
        case "*":
            return _plus(*(_times(d[k], *v[:k], *v[k + 1 :]) for k in range(len(v)) if d[k] != _ZERO))
        case "/" if _crosses_zero(v[1]):
            return _ANY
        case "/":
            return _over(_plus(d[0], _times(_MINUS, value, d[1])), v[1])
        case "^":
            exponent: Fraction = entry[2]
            if exponent < 0 and _crosses_zero(v[0]):
                return _ANY
            return _times(Interval.point(exponent), INTERVAL_OPERATIONS["^"](v, ("^", entry[1], exponent - 1)), d[0])
        case "min" | "max":
            return _hull([d[k] for k in range(len(v)) if _may_be_taken(v, k, lowest=entry[0] == "min")])
        case "abs":
            return (
                d[0]
                if v[0].low >= 0
                else _times(_MINUS, d[0])
                if v[0].high <= 0
                else _hull([d[0], _times(_MINUS, d[0])])
            )
        case "exp":
            return _times(value, d[0])
        case "log":
            return _over(d[0], Interval(max(v[0].low, Fraction(0)), v[0].high))
        case "<" | "<=":
            return _hull(d[2:]) if d[0] == _ZERO == d[1] else _ANY
        case _:  # floor, ceil, sign
            return _times(_UP, d[0])


def _crosses_zero(v: Interval) -> bool:
    return v.low < 0 < v.high


def _hull(some: list[Interval]) -> Interval:
    whole = some[0]
    for other in some[1:]:
        whole = whole.hull(other)
    return whole


def _may_be_taken(v: list[Interval], k: int, *, lowest: bool) -> bool:
    """Return whether an argument is the least or the greatest anywhere."""
    return all(v[k].low <= x.high if lowest else v[k].high >= x.low for x in v)
