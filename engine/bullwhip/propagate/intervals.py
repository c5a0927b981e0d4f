"""Exact interval arithmetic over the graph: the range of an expression when its inputs range over intervals.

Ends are rationals or infinite. The natural extension is exact where each input occurs once; inputs that occur several
times are taken at the corners of their intervals, which is exact for expressions monotone in each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import inf

from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError

__all__ = ["Extended", "Interval", "range_of", "required"]

Extended = Fraction | float
"""A rational, or an infinity; never another float."""

_MAX_CORNERS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; a point where both ends are equal.

    >>> Interval(Fraction(1), inf).holds(Fraction(7)), Interval.point(Fraction(2)).is_point
    (True, True)
    """

    low: Extended
    high: Extended

    @classmethod
    def point(cls, value: Fraction) -> Interval:
        """Return the interval of one value."""
        return cls(value, value)

    @property
    def is_point(self) -> bool:
        """Whether it is one rational."""
        return self.low == self.high

    def holds(self, value: Extended) -> bool:
        """Return whether a value lies inside."""
        return self.low <= value <= self.high

    def meets(self, other: Interval) -> bool:
        """Return whether two intervals share a point."""
        return self.low <= other.high and other.low <= self.high

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval around both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def times(self, factor: Fraction) -> Interval:
        """Return the interval scaled by a positive factor."""
        return Interval(self.low * factor, self.high * factor)


def range_of(dag: Dag, node: int, leaves: Mapping[int, Interval]) -> Interval:
    """Return the range of a node when its cells range over intervals.

    Args:
        dag: the graph.
        node: what is asked.
        leaves: cell number, as in `("cell", k)`, to its interval; cells are not looked into.

    Raises:
        UndefinedError: where the node has a value at no point of the intervals, such as a division by zero.

    >>> dag = Dag()
    >>> x, y = dag.cell(0), dag.cell(1)
    >>> range_of(dag, dag.div(x, y), {0: Interval.point(Fraction(6)), 1: Interval(Fraction(0), Fraction(2))})
    Interval(low=Fraction(3, 1), high=inf)
    """
    cone = dag.cone((node,), {})
    uses = _uses(dag, cone, node)
    repeated = [k for k, n in uses.items() if n > 1 and not leaves[k].is_point]
    if not repeated or len(repeated) > _MAX_CORNERS:
        return _natural(dag, cone, node, leaves)
    found: Interval | None = None
    undefined: UndefinedError | None = None
    for corner in product((0, 1), repeat=len(repeated)):
        ends = {k: (leaves[k].high if side else leaves[k].low) for k, side in zip(repeated, corner, strict=True)}
        if not all(isinstance(e, Fraction) for e in ends.values()):
            return _natural(dag, cone, node, leaves)
        try:
            some = _natural(dag, cone, node, {**leaves, **{k: Interval(e, e) for k, e in ends.items()}})
        except UndefinedError as error:
            undefined = error
            continue
        found = some if found is None else found.hull(some)
    if found is None:
        assert undefined is not None  # noqa: S101  there is at least one corner
        raise undefined
    return Interval(-inf, inf) if undefined else found


def required(dag: Dag, node: int, cell: int, leaves: Mapping[int, Interval], target: Interval) -> Interval | None:
    """Return what a cell would have to be for a node to lie in a target, or None where that is not known.

    The operations between the node and the cell are undone one by one, so the cell has to occur once.

    Args:
        dag: the graph.
        node: what has a target.
        cell: the cell number that is asked for.
        leaves: the intervals of the other cells.
        target: where the node has to lie.

    >>> dag = Dag()
    >>> x, y = dag.cell(0), dag.cell(1)
    >>> required(dag, dag.div(x, y), 1, {0: Interval.point(Fraction(6))}, Interval(Fraction(2), Fraction(3)))
    Interval(low=Fraction(2, 1), high=Fraction(3, 1))
    """
    cone = dag.cone((node,), {})
    if _uses(dag, cone, node).get(cell) != 1:
        return None
    holds = {i for i in cone if dag.nodes[i] == ("cell", cell)}
    for i in cone:
        if any(j in holds for j in arguments(dag.nodes[i])):
            holds.add(i)
    wanted = target
    while dag.nodes[node] != ("cell", cell):
        entry = dag.nodes[node]
        path = next(j for j in arguments(entry) if j in holds)
        try:
            rest = [range_of(dag, j, leaves) for j in arguments(entry) if j != path]
            undone = _undone(entry, path, rest, wanted)
        except UndefinedError:
            return None
        if undone is None:
            return None
        wanted, node = undone, path
    return wanted


def _undone(entry: Node, path: int, rest: list[Interval], wanted: Interval) -> Interval | None:
    """Return where an argument has to lie for an operation to lie where it is wanted."""
    if entry[0] == "+":
        others = _sum(rest, entry)
        return Interval(wanted.low - others.high, wanted.high - others.low)
    if entry[0] == "*":
        return _quotient([wanted, _product(rest, entry)], entry)
    if entry[0] == "/":
        if entry[1] == path:
            return _product([wanted, rest[0]], entry)
        return _quotient([rest[0], wanted], entry)
    if entry[0] == "^" and wanted.low >= 0:
        return _power([wanted], ("^", path, 1 / entry[2]))
    return None


def _uses(dag: Dag, cone: list[int], node: int) -> dict[int, int]:
    """Return for each cell number how many ways lead from the node to it."""
    ways = dict.fromkeys(cone, 0)
    ways[node] = 1
    found: dict[int, int] = {}
    for i in reversed(cone):
        if dag.nodes[i][0] == "cell":
            found[dag.nodes[i][1]] = ways[i]
        for j in arguments(dag.nodes[i]):
            ways[j] += ways[i]
    return found


def _natural(dag: Dag, cone: list[int], node: int, leaves: Mapping[int, Interval]) -> Interval:
    values: dict[int, Interval] = {}
    undefined: dict[int, UndefinedError] = {}
    for i in cone:
        entry = dag.nodes[i]
        below = arguments(entry)
        if entry[0] in ("<", "<="):
            _select(i, entry, values, undefined)
            continue
        broken = next((j for j in below if j in undefined), None)
        if broken is not None:
            undefined[i] = undefined[broken]
            continue
        try:
            values[i] = _value(entry, [values[j] for j in below], leaves)
        except UndefinedError as error:
            undefined[i] = error
    if node in undefined:
        raise undefined[node]
    return values[node]


def _value(entry: Node, below: list[Interval], leaves: Mapping[int, Interval]) -> Interval:
    if entry[0] == "cell":
        return leaves[entry[1]]
    if entry[0] == "num":
        return Interval.point(entry[1])
    return _OPERATIONS[entry[0]](below, entry)


def _select(i: int, entry: Node, values: dict[int, Interval], undefined: dict[int, UndefinedError]) -> None:
    left, right = (values.get(j) for j in entry[1:3])
    if left is None or right is None:
        undefined[i] = next(undefined[j] for j in entry[1:3] if j in undefined)
        return
    strict = entry[0] == "<"
    certain = left.high < right.low if strict else left.high <= right.low
    impossible = left.low >= right.high if strict else left.low > right.high
    taken = [entry[3]] if certain else [entry[4]] if impossible else [entry[3], entry[4]]
    for j in taken:
        if j in undefined:
            undefined[i] = undefined[j]
            return
    values[i] = values[taken[0]] if len(taken) == 1 else values[taken[0]].hull(values[taken[1]])


def _sum(v: list[Interval], _: Node) -> Interval:
    return Interval(sum((x.low for x in v), Fraction(0)), sum((x.high for x in v), Fraction(0)))


def _times(a: Extended, b: Extended) -> Extended:
    return Fraction(0) if a == 0 or b == 0 else a * b  # a zero absorbs an infinite end: the limit is not reached


def _product(v: list[Interval], _: Node) -> Interval:
    result = v[0]
    for other in v[1:]:
        ends = [_times(a, b) for a in (result.low, result.high) for b in (other.low, other.high)]
        result = Interval(min(ends), max(ends))
    return result


def _inverse(v: Interval) -> Interval:
    if v.low == 0 == v.high:
        raise UndefinedError("BW401", "division by zero")
    if v.low < 0 < v.high:
        return Interval(-inf, inf)

    def end(x: Extended, at_zero: float) -> Extended:
        return at_zero if x == 0 else Fraction(0) if x in (inf, -inf) else 1 / x

    return Interval(end(v.high, -inf), end(v.low, inf))


def _quotient(v: list[Interval], node: Node) -> Interval:
    if v[0].is_point and v[1].is_point and v[1].low != 0:
        return Interval.point(Fraction(v[0].low) / Fraction(v[1].low))
    return _product([v[0], _inverse(v[1])], node)


def _monotone(name: str) -> Callable[[list[Interval], Node], Interval]:
    """Return the interval form of a function of one argument that never falls."""

    def apply(v: list[Interval], node: Node) -> Interval:
        return Interval(_end(name, v[0].low, node), _end(name, v[0].high, node))

    return apply


def _end(name: str, x: Extended, node: Node) -> Extended:
    if isinstance(x, Fraction):
        return OPERATIONS[name]([x], node)
    if name == "sign":
        return Fraction(1 if x > 0 else -1)
    return Fraction(0) if name == "exp" and x < 0 else x


def _log(v: list[Interval], node: Node) -> Interval:
    if v[0].high <= 0:
        raise UndefinedError("BW402", f"log() of {v[0].high}")
    return Interval(-inf if v[0].low <= 0 else _end("log", v[0].low, node), _end("log", v[0].high, node))


def _power(v: list[Interval], node: Node) -> Interval:
    exponent: Fraction = node[2]
    if exponent < 0:
        return _inverse(_power(v, ("^", node[1], -exponent)))
    base = v[0]
    if exponent.denominator == 1 and exponent % 2 == 0 and base.low < 0:
        size = _absolute(v, node)
        return _monotone("^")([size], node)
    return _monotone("^")([base], node)


def _absolute(v: list[Interval], _: Node) -> Interval:
    x = v[0]
    if x.low >= 0:
        return x
    return Interval(-x.high, -x.low) if x.high <= 0 else Interval(Fraction(0), max(-x.low, x.high))


_OPERATIONS: dict[str, Callable[[list[Interval], Node], Interval]] = {
    "+": _sum,
    "*": _product,
    "/": _quotient,
    "^": _power,
    "min": lambda v, _: Interval(min(x.low for x in v), min(x.high for x in v)),
    "max": lambda v, _: Interval(max(x.low for x in v), max(x.high for x in v)),
    "abs": _absolute,
    "sign": _monotone("sign"),
    "floor": _monotone("floor"),
    "ceil": _monotone("ceil"),
    "exp": _monotone("exp"),
    "log": _log,
}
