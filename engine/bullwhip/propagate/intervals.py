"""Exact interval arithmetic over the graph: the range of an expression when its inputs range over intervals.

The natural extension is exact where each input occurs once. Where inputs occur several times the range is exact for
expressions monotone in each of them, and otherwise as close as halving the intervals gets; it is never too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count

from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.interval import INTERVAL_OPERATIONS, Extended, Interval
from bullwhip.propagate.slopes import is_fractional_linear, slope

__all__ = ["Extended", "Interval", "natural_ranges", "range_of", "required"]

_MAX_BOXES = 128
_multiplied, _over = INTERVAL_OPERATIONS["*"], INTERVAL_OPERATIONS["/"]


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
    natural = natural_ranges(dag, cone, node, leaves)[node]
    uses = _uses(dag, cone, node)
    repeated = [k for k, n in uses.items() if n > 1 and not leaves[k].is_point]
    if not repeated:
        return natural
    low, low_open = _Reach(dag, cone, node, repeated, high=False).farthest(leaves)
    high, high_open = _Reach(dag, cone, node, repeated, high=True).farthest(leaves)
    return Interval(low, high, low_open and low < high, high_open and low < high)


_End = tuple[Extended, bool]
"""An end, the low one or the high one with the sign turned, and whether it is left out: the least reaches farthest."""
_Box = Mapping[int, Interval]


class _Reach:
    """Finds how far down or up an expression reaches where inputs occur several times.

    The natural extension goes too far there. Inputs in which the expression rises or falls all over a box are put to
    the end that counts. Where it is not known which of both it does, both ends are tried; where it may do both, the box
    is halved. This goes on until no part can reach farther than a value that is known to be reached. When the effort
    is spent, what is left open counts as reached: a range is never too narrow.
    """

    def __init__(self, dag: Dag, cone: list[int], node: int, repeated: list[int], *, high: bool) -> None:
        self.dag, self.cone, self.node, self.repeated, self.high = dag, cone, node, repeated, high
        self.one_way = [k for k in repeated if is_fractional_linear(dag, cone, node, k)]

    def farthest(self, leaves: _Box) -> tuple[Extended, bool]:
        """Return the end of the range over a box, and whether it is left out."""
        tie = count()
        reached: list[_End] = []
        boxes: list[tuple[_End, int, _Box]] = [(self.end(leaves), next(tie), leaves)]
        for _ in range(_MAX_BOXES):
            if not boxes or (reached and min(reached) <= boxes[0][0]):
                break
            outer, _, box = heappop(boxes)
            outer, box = self.collapsed(outer, box)
            free = [k for k in self.repeated if not box[k].is_point]
            if not free or any(isinstance(e, float) for k in free for e in (box[k].low, box[k].high)):
                reached.append(outer)
                continue
            for part in self.parts(box, free):
                try:
                    end = self.end(part)
                except UndefinedError:
                    if any(
                        part[k].is_point for k in self.one_way if k in free
                    ):  # a hole at an end: what is near counts
                        reached.append(outer)
                    continue
                if all(part[k].is_point for k in self.repeated):
                    reached.append(end)
                else:
                    heappush(boxes, (max(end, outer), next(tie), part))
        end = min([*reached, *(box[0] for box in boxes[:1])], default=self.end(leaves))
        return (-end[0] if self.high else end[0]), end[1]

    def end(self, box: _Box) -> _End:
        """Return the end that counts of what the natural extension gives over a box."""
        found = natural_ranges(self.dag, self.cone, self.node, box)[self.node]
        return (-found.high, found.high_open) if self.high else (found.low, found.low_open)

    def collapsed(self, outer: _End, box: _Box) -> tuple[_End, _Box]:
        """Return a box and its end with the inputs in which the expression is monotone put to the side that counts."""
        left_out = False
        while True:
            ranges = natural_ranges(self.dag, self.cone, self.node, box)
            put: dict[int, Interval] = {}
            for k in (k for k in self.repeated if not box[k].is_point):
                found = slope(self.dag, self.cone, self.node, ranges, k)
                to_high = (found.low >= 0) == self.high
                value = box[k].high if to_high else box[k].low
                if found.low < 0 < found.high or isinstance(value, float):
                    continue
                put[k] = Interval.point(value)
                strict = found.low > 0 or found.high < 0
                left_out = left_out or (strict and (box[k].high_open if to_high else box[k].low_open))
            if not put:
                return outer, box
            try:
                end, end_open = self.end({**box, **put})
            except UndefinedError:  # on the edge of what the expression is defined on
                return outer, box
            outer, box = (end, end_open or left_out), {**box, **put}

    def parts(self, box: _Box, free: list[int]) -> list[_Box]:
        """Return both ends of a box in an input that counts at its ends, else the middle and the halves of the box."""
        one_way = next((k for k in free if k in self.one_way), None)
        if one_way is not None and self.has_no_pole(box):
            return [{**box, one_way: Interval.point(Fraction(e))} for e in (box[one_way].low, box[one_way].high)]
        middle = {k: (Fraction(box[k].low) + Fraction(box[k].high)) / 2 for k in free}
        widest = max(free, key=lambda k: box[k].high - box[k].low)
        below, above = Interval(box[widest].low, middle[widest]), Interval(middle[widest], box[widest].high)
        return [
            {**box, **{k: Interval.point(m) for k, m in middle.items()}},
            {**box, widest: below},
            {**box, widest: above},
        ]

    def has_no_pole(self, box: _Box) -> bool:
        """Return whether the expression surely stays finite in a box."""
        found = natural_ranges(self.dag, self.cone, self.node, box)[self.node]
        return isinstance(found.low, Fraction) and isinstance(found.high, Fraction)


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
        others = INTERVAL_OPERATIONS["+"](rest, entry)
        turned = Interval(-others.high, -others.low, others.high_open, others.low_open)
        return INTERVAL_OPERATIONS["+"]([wanted, turned], entry)
    if entry[0] == "*":
        return _over([wanted, _multiplied(rest, entry)], entry)
    if entry[0] == "/":
        if entry[1] == path:
            return _multiplied([wanted, rest[0]], entry)
        return _over([rest[0], wanted], entry)
    if entry[0] == "^" and wanted.low >= 0:
        return INTERVAL_OPERATIONS["^"]([wanted], ("^", path, 1 / entry[2]))
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


def natural_ranges(
    dag: Dag, cone: list[int], node: int, leaves: Mapping[int, Interval], *, short: bool = False
) -> dict[int, Interval]:
    """Return the range of every node by the natural extension, which is exact where each input occurs once.

    Args:
        dag: the graph.
        cone: the nodes below `node`, in order.
        node: what is asked.
        leaves: the interval of each cell.
        short: whether ranges are widened a little to ends that are short rationals.

    Raises:
        UndefinedError: where the node has no value.
    """
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
            value = _value(entry, [values[j] for j in below], leaves)
            values[i] = value.shortened() if short else value
        except UndefinedError as error:
            undefined[i] = error
    if node in undefined:
        raise undefined[node]
    return values


def _value(entry: Node, below: list[Interval], leaves: Mapping[int, Interval]) -> Interval:
    if entry[0] == "cell":
        return leaves[entry[1]]
    if entry[0] == "num":
        return Interval.point(entry[1])
    return INTERVAL_OPERATIONS[entry[0]](below, entry)


def _select(i: int, entry: Node, values: dict[int, Interval], undefined: dict[int, UndefinedError]) -> None:
    left, right = (values.get(j) for j in entry[1:3])
    if left is None or right is None:
        undefined[i] = next(undefined[j] for j in entry[1:3] if j in undefined)
        return
    strict = entry[0] == "<"
    certain = left.high < right.low or (left.high == right.low and (not strict or left.high_open or right.low_open))
    impossible = left.low > right.high or (left.low == right.high and (strict or left.low_open or right.high_open))
    taken = [entry[3]] if certain else [entry[4]] if impossible else [entry[3], entry[4]]
    for j in taken:
        if j in undefined:
            undefined[i] = undefined[j]
            return
    values[i] = values[taken[0]] if len(taken) == 1 else values[taken[0]].hull(values[taken[1]])
