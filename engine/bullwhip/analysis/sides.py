"""Lays two sides of a question beside each other as one tape: two scenarios, two vintages, or two periods.

Scenarios and vintages share their cells, so a cell stands beside itself. Between periods a cell stands beside the same
cell as many periods later; where the rules of the two cannot be read alike, the cell itself becomes what differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from bullwhip.analysis.attribution import Step, Tape
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Node, arguments
from bullwhip.model.claim import Index
from bullwhip.model.program import Cell
from bullwhip.propagate import Evaluation

__all__ = ["By", "Laid", "Player", "between_evaluations", "between_periods"]

By = Literal["driver", "cell", "quantity"]

Pair = tuple[int, int]
"""Positions of the two cells that stand beside each other."""


@dataclass(frozen=True, slots=True)
class Player:
    """What differs between two sides and moves as one."""

    kind: Literal["driver", "rule", "level"]
    """`driver`: values of inputs or values that are set; `rule`: a rule's variant; `level`: values that the rules of
    the two sides do not give alike."""
    quantity: str
    index: Index = ()
    period: int | None = None
    """At side A, where cells stand apart."""


@dataclass
class Laid:
    """A tape with its players in a fixed order, and the cells of each."""

    tape: Tape = field(default_factory=Tape)
    players: list[Player] = field(default_factory=list)
    cells: dict[int, list[Pair]] = field(default_factory=dict)
    held: list[Pair] = field(default_factory=list)
    """Cells known on one side only; the tape holds them at that value, for the other side does without them."""

    def order(self) -> list[int]:
        """Return the players by kind and name."""
        named = [(p.kind, p.quantity, p.index, p.period or 0) for p in self.players]
        return sorted(range(len(named)), key=lambda k: named[k])


class _Layer:
    """What both ways of laying have in common: players by what moves together, and leaves."""

    def __init__(self, by: By) -> None:
        self.by = by
        self.laid = Laid()
        self._number: dict[tuple[str, Index, int | None], int] = {}

    def player(self, kind: Literal["driver", "rule", "level"], cell: Cell, pair: Pair) -> int:
        """Return the player of a cell, a new one where there is none yet."""
        index = () if kind == "rule" or self.by == "quantity" else cell.index
        period = cell.period if self.by == "cell" and kind != "rule" else None
        key = (f"rule {cell.quantity}" if kind == "rule" else cell.quantity, index, period)
        players = self.laid.players
        number = self._number.setdefault(key, len(players))
        if number == len(players):
            players.append(Player(kind, cell.quantity, index, period))
        elif kind == "level":
            players[number] = Player(kind, cell.quantity, index, period)
        self.laid.cells.setdefault(number, []).append(pair)
        return number

    def leaf(
        self, kind: Literal["driver", "level"], cell: Cell, pair: Pair, a: Fraction | None, b: Fraction | None
    ) -> int:
        """Return the step of a cell with a value on each side."""
        tape = self.laid.tape
        if a == b:
            return tape.constant(a)
        if a is None or b is None:
            self.laid.held.append(pair)
            return tape.constant(b if a is None else a)
        return tape.add(Step(("leaf",), (), self.player(kind, cell, pair), (a, b)))


def between_evaluations(a: Evaluation, b: Evaluation, position: int, by: By = "driver") -> Laid:
    """Lay a cell of two evaluations of the same cells beside itself.

    Players are the inputs whose values differ, the cells that one side sets, and the rules whose variants differ.

    Args:
        a: side A; may know other facts than side B, but has the same cells.
        b: side B.
        position: the cell.
        by: what moves as one: a driver over all its periods, a cell, or a quantity with all its members.
    """
    layer = _Layer(by)
    program = a.program
    nodes, cells, tape = program.dag.nodes, program.cells, layer.laid.tape

    def below(i: int) -> tuple[int, ...]:
        if nodes[i][0] != "cell":
            return arguments(nodes[i])
        found = _written(a, i), _written(b, i)
        if i not in a.definition and i not in b.definition:
            return ()
        return tuple(dict.fromkeys(n for n in found if n >= 0))

    step: dict[int, int] = {}
    for i in _cone(cells[position].node, below):
        node = nodes[i]
        if node[0] == "num":
            step[i] = tape.constant(node[1])
        elif node[0] == "cell":
            step[i] = _beside_itself(layer, a, b, node[1], [step[n] for n in below(i)])
        else:
            step[i] = tape.add(Step(node, tuple(step[j] for j in arguments(node))))
    _close(tape, step[cells[position].node])
    return layer.laid


def _beside_itself(layer: _Layer, a: Evaluation, b: Evaluation, position: int, written: list[int]) -> int:
    cell, pair, tape = a.program.cells[position], (position, position), layer.laid.tape
    if not written:
        return layer.leaf("driver", cell, pair, a.given(position), b.given(position))
    ruled = written[0]
    if len(written) == 2:
        ruled = tape.add(Step(("choice",), (written[0], written[1]), layer.player("rule", cell, pair)))
    set_a, set_b = cell.node not in a.definition, cell.node not in b.definition
    if not set_a and not set_b:
        return ruled
    ends = [tape.constant(e.given(position)) if is_set else ruled for e, is_set in ((a, set_a), (b, set_b))]
    return tape.add(Step(("choice",), (ends[0], ends[1]), layer.player("driver", cell, pair)))


def _written(evaluation: Evaluation, node: int) -> int:
    """Return the expression of a cell by the chosen variant of its rule, whether it is set or not; -1 for an input."""
    cell = evaluation.program.cells[evaluation.program.dag.nodes[node][1]]
    return dict(cell.variants).get(evaluation.variants.get(cell.quantity, ""), cell.definition)


def between_periods(evaluation: Evaluation, pair: Pair, by: By = "driver") -> Laid:
    """Lay a cell beside the same cell of another period.

    A cell stands beside the one as many periods later, a cell without period or at a fixed period beside itself. Where
    the two rules read alike, what they read stands beside each other in turn; where they do not, as at a base year or
    in a sum over all periods up to now, the cell is a player of its own with its two values.

    Args:
        evaluation: the program under its scenario.
        pair: positions of the two cells, of one quantity and index.
        by: what moves as one.
    """
    layer = _Layer(by)
    cells, nodes = evaluation.program.cells, evaluation.program.dag.nodes
    shift = (cells[pair[1]].period or 0) - (cells[pair[0]].period or 0)
    reads: dict[Pair, list[Pair] | None] = {}
    stack = [pair]
    while stack:
        here = stack.pop()
        if here in reads:
            continue
        reads[here] = _read_alike(evaluation, here, shift)
        stack += reads[here] or []
    step: dict[Pair, int] = {}
    done: dict[Pair, int] = {}
    for here in sorted(reads, key=lambda p: (cells[p[0]].node, cells[p[1]].node)):
        first = cells[here[0]].node
        if reads[here] is None or here[0] == here[1] or first not in evaluation.definition:
            step[here] = _unread(layer, evaluation, here)
        else:
            ends = evaluation.definition[first], evaluation.definition[cells[here[1]].node]
            step[here] = _expression(layer.laid.tape, nodes, ends, step, done)
    _close(layer.laid.tape, step[pair])
    return layer.laid


def _read_alike(evaluation: Evaluation, pair: Pair, shift: int) -> list[Pair] | None:
    """Return the cells that the rules of two cells read at the same places, or None where they differ otherwise."""
    cells, nodes = evaluation.program.cells, evaluation.program.dag.nodes
    ends = [evaluation.definition.get(cells[p].node) for p in pair]
    if pair[0] == pair[1] or ends == [None, None]:
        return []
    found: list[Pair] = []
    stack: list[tuple[int | None, int | None]] = [(ends[0], ends[1])]
    while stack:
        i, j = stack.pop()
        if i is None or j is None:
            return None
        one, two = nodes[i], nodes[j]
        if one[0] == two[0] == "cell":
            if not _stands_beside(cells[one[1]], cells[two[1]], shift):
                return None
            found.append((one[1], two[1]))
            continue
        inner = arguments(one), arguments(two)
        if _kind(one) != _kind(two) or len(inner[0]) != len(inner[1]):
            return None
        stack += zip(*inner, strict=True)
    return found


def _kind(node: Node) -> Node:
    """Return what two nodes have to share beside their arguments."""
    return node if node[0] == "num" else (node[0], node[2]) if node[0] == "^" else node[:1]


def _stands_beside(one: Cell, two: Cell, shift: int) -> bool:
    if (one.quantity, one.index) != (two.quantity, two.index):
        return False
    if one.period is None or two.period is None or one.period == two.period:
        return one.period == two.period
    return two.period - one.period == shift


def _unread(layer: _Layer, evaluation: Evaluation, pair: Pair) -> int:
    cell = evaluation.program.cells[pair[0]]
    inputs = all(evaluation.program.cells[p].node not in evaluation.definition for p in pair)
    values: list[Fraction | None] = []
    for p in pair:
        try:
            values.append(evaluation.value(p))
        except PropagationError:  # the side that needs it is asked first, and says so
            values.append(None)
    return layer.leaf("driver" if inputs else "level", cell, pair, values[0], values[1])


def _expression(tape: Tape, nodes: list[Node], ends: Pair, cells: dict[Pair, int], done: dict[Pair, int]) -> int:
    """Append the steps of two expressions that read alike; cells are there already."""
    stack = [ends]
    while stack:
        i, j = stack[-1]
        if (i, j) in done:
            stack.pop()
        elif nodes[i][0] == "num":
            done[i, j] = tape.constant(nodes[i][1])
        elif nodes[i][0] == "cell":
            done[i, j] = cells[nodes[i][1], nodes[j][1]]
        else:
            inner = list(zip(arguments(nodes[i]), arguments(nodes[j]), strict=True))
            missing = [p for p in inner if p not in done]
            stack += missing
            if not missing:
                done[i, j] = tape.add(Step(nodes[i], tuple(done[p] for p in inner)))
    return done[ends]


def _cone(output: int, below: Callable[[int], tuple[int, ...]]) -> list[int]:
    needed, stack = set(), [output]
    while stack:
        i = stack.pop()
        if i not in needed:
            needed.add(i)
            stack += below(i)
    return sorted(needed)


def _close(tape: Tape, output: int) -> None:
    """Make a step the last one."""
    if output != len(tape.steps) - 1:
        tape.add(Step(("+",), (output,)))
