"""Splits a difference over the players that change, exactly: the Shapley value, and above its limit balanced orders.

A *tape* is a computation with two ends. Each of its leaves and choices belongs to a player, and a player is at end A or
at end B; with all players at A it computes the one value, with all at B the other. The Shapley value of a player is the
mean of what its step from A to B adds, over all orders in which the players can step (docs/decisions/0011).

It is computed without going through the orders. Let F(t) be the expected value when every player has stepped with
probability t, independently; the Shapley value of a player is the integral of the derivative of F by its own
probability, from 0 to 1. F adds up over sums and multiplies over factors that share no player, so only steps that mix
players in another way are tabulated over the subsets of their own players.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bullwhip.analysis.integrals import Polynomial, add, bernstein, integral, multiply, subtract
from bullwhip.expr.dag import Node
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError, bounded

__all__ = ["MAX_TABLE", "Split", "Step", "Tape", "UnsplitError", "split"]

MAX_TABLE = 12
"""Players over whose subsets one step is tabulated: 4,096 values."""
_MAX_CORNERS = 20_000
"""Evaluations that the mean over balanced orders may take."""

_ROUNDING = 10**40
"""Part of a value down to which a rest counts as rounding."""

Outcome = Fraction | UndefinedError | None
"""A value, None where an input is unknown, or why there is no value."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a tape.

    `node` names the operation as in the graph, or is `("leaf",)` with the two values in `ends`, or `("choice",)` with
    the steps of both ends in `below`; a constant is a leaf without player.
    """

    node: Node
    below: tuple[int, ...] = ()
    player: int = -1
    ends: tuple[Fraction | None, Fraction | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Split:
    """The term of each player that has one, and how they were found."""

    terms: dict[int, Fraction]
    method: str
    """`shapley`, or `orders` where too many players meet in one step."""
    orders: int = 0
    """How many orders were averaged, for `orders`."""


class UnsplitError(ArithmeticError):
    """A mixture of both ends that the split needs has no value; the players at end B say which."""

    def __init__(self, players: Sequence[int], reason: str) -> None:
        super().__init__(reason)
        self.players, self.reason = tuple(players), reason


class _TooManyError(ArithmeticError):
    """A step would need a table over more players than are tabulated."""


@dataclass
class Tape:
    """Steps in order, each reading earlier ones; the last one is the value."""

    steps: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> int:
        """Append a step and return its number."""
        self.steps.append(step)
        return len(self.steps) - 1

    def constant(self, value: Fraction | None) -> int:
        """Append a constant, None for an unknown one, and return its number."""
        return self.add(Step(("leaf",), ends=(value, value)))

    def corner(self, players: Iterable[int]) -> Outcome:
        """Return the value with some players at end B and all others at A."""
        moved = frozenset(players)
        values: list[Outcome] = []
        for step in self.steps:
            end = int(step.player in moved)
            if step.node[0] == "leaf":
                values.append(step.ends[end])
            elif step.node[0] == "choice":
                values.append(values[step.below[end]])
            else:
                values.append(_apply(step.node, [values[j] for j in step.below]))
        return values[-1]


def _apply(node: Node, below: Sequence[Outcome]) -> Outcome:
    """Return the outcome of an operation, as `Evaluation` computes it."""
    if node[0] in ("<", "<="):
        return _select(node[0], below)
    known: list[Fraction] = []
    for value in below:
        if isinstance(value, UndefinedError):
            return value
    for value in below:
        if not isinstance(value, Fraction):
            return None
        known.append(value)
    try:
        return bounded(OPERATIONS[node[0]](known, node))
    except UndefinedError as error:
        return error


def _select(operator: str, below: Sequence[Outcome]) -> Outcome:
    left, right, a, b = below
    for value in (left, right):
        if isinstance(value, UndefinedError):
            return value
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return a if isinstance(a, Fraction) and a == b else None
    return a if (left < right if operator == "<" else left <= right) else b


def split(tape: Tape, difference: Fraction, order: Sequence[int]) -> Split:
    """Return terms that add up to the difference of both ends exactly, and change sign when the ends are exchanged.

    Args:
        tape: the computation.
        difference: its value at end B less that at end A, as evaluated.
        order: all players, in the order from which balanced orders are made; only above the limit does it matter, and
            for which of equal terms takes what rounding leaves.

    Raises:
        UnsplitError: if a mixture of both ends has no value.

    >>> tape = Tape()
    >>> x = tape.add(Step(("leaf",), player=0, ends=(Fraction(2), Fraction(3))))
    >>> y = tape.add(Step(("leaf",), player=1, ends=(Fraction(10), Fraction(20))))
    >>> _ = tape.add(Step(("*",), (x, y)))
    >>> split(tape, Fraction(40), [0, 1]).terms == {0: Fraction(15), 1: Fraction(25)}
    True
    """
    diagonals = _Diagonals(tape)
    for found in (diagonals.shapley, diagonals.tabulated):
        try:
            terms = found()
        except _TooManyError:
            continue
        rest = difference - sum(terms.values(), Fraction(0))
        if rest == 0 or _is_rounding(tape, rest):
            return Split(_with_rest(terms, rest, order), "shapley")
    means = _balanced(tape, [p for p in order if p in diagonals.support[-1]])
    rest = difference - sum(means.terms.values(), Fraction(0))
    return replace(means, terms=_with_rest(means.terms, rest, order))


def _is_rounding(tape: Tape, rest: Fraction) -> bool:
    """Return whether a rest is what rounding to 60 digits leaves, which depends on the way a value is computed."""
    ends = [tape.corner(()), tape.corner(step.player for step in tape.steps)]
    return abs(rest) * _ROUNDING <= max((abs(e) for e in ends if isinstance(e, Fraction)), default=Fraction(0))


def _with_rest(terms: dict[int, Fraction], rest: Fraction, order: Sequence[int]) -> dict[int, Fraction]:
    """Return terms with the rest in the greatest one, the same one when the ends are exchanged."""
    if rest == 0 or not terms:
        return terms
    greatest = max((p for p in order if p in terms), key=lambda p: abs(terms[p]))  # the first one of equals
    return terms | {greatest: terms[greatest] + rest}


def _balanced(tape: Tape, order: Sequence[int]) -> Split:
    """Average over the rotations of an order and their reversals: every player takes every place equally often."""
    n = len(order)
    count = max(1, min(n, _MAX_CORNERS // (2 * n)))
    kept: dict[frozenset[int], Fraction] = {}

    def value(moved: Sequence[int]) -> Fraction:
        key = frozenset(moved)
        if key not in kept:
            kept[key] = _known(tape.corner(key), sorted(key))
        return kept[key]

    terms = dict.fromkeys(order, Fraction(0))
    for k in range(count):
        start = k * n // count
        rotated = [*order[start:], *order[:start]]
        for line in (rotated, rotated[::-1]):
            for place, player in enumerate(line):
                terms[player] += value(line[: place + 1]) - value(line[:place])
    return Split({p: t / (2 * count) for p, t in terms.items()}, "orders", 2 * count)


def _known(value: Outcome, players: Sequence[int]) -> Fraction:
    if isinstance(value, Fraction):
        return value
    raise UnsplitError(players, "unknown" if value is None else str(value))


@dataclass(frozen=True, slots=True)
class _Diagonal:
    """F(t), and its derivative by the probability of each player."""

    value: Polynomial
    partial: dict[int, Polynomial]


class _Diagonals:
    """The expected value of every step when each player has stepped with probability t."""

    def __init__(self, tape: Tape) -> None:
        self.steps = tape.steps
        self.support: list[frozenset[int]] = []
        self._tables: dict[int, list[Outcome]] = {}
        for step in tape.steps:
            own = frozenset((step.player,)) if step.player >= 0 else frozenset()
            self.support.append(own.union(*(self.support[j] for j in step.below)))

    def shapley(self) -> dict[int, Fraction]:
        """Return the Shapley value of every player of the last step, tabulating only what has to be."""
        found: dict[int, _Diagonal] = {}
        for i in self._needed():
            found[i] = self._diagonal(i, found)
        return {p: integral(found[max(found)].partial[p]) for p in sorted(self.support[-1])}

    def tabulated(self) -> dict[int, Fraction]:
        """Return the same from a table over all players at once."""
        last = len(self.steps) - 1
        whole = self._from_table(sorted(self.support[last]), self._table(last))
        return {p: integral(q) for p, q in sorted(whole.partial.items())}

    def _needed(self) -> list[int]:
        """Return the steps whose expected value is needed, in order: those below a table are not."""
        needed, stack = set(), [len(self.steps) - 1]
        while stack:
            i = stack.pop()
            if i not in needed:
                needed.add(i)
                stack += self._parts(i)
        return sorted(needed)

    def _parts(self, i: int) -> tuple[int, ...]:
        step = self.steps[i]
        if step.node[0] == "+":
            return step.below
        if step.node[0] == "choice":
            inner = self.support[step.below[0]] | self.support[step.below[1]]
            return step.below if step.player not in inner else ()
        if step.node[0] == "*":
            return tuple(group[0] for group in self._clusters(step.below) if len(group) == 1)
        if step.node[0] == "/" and not self.support[step.below[0]] & self.support[step.below[1]]:
            return step.below[:1]
        return ()

    def _clusters(self, below: tuple[int, ...]) -> list[list[int]]:
        """Group factors that share players, directly or through each other."""
        groups: list[tuple[list[int], frozenset[int]]] = []
        for j in below:
            mine, players = [j], self.support[j]
            for group in [g for g in groups if g[1] & players]:
                groups.remove(group)
                mine, players = group[0] + mine, group[1] | players
            groups.append((mine, players))
        return [members for members, _ in groups]

    def _diagonal(self, i: int, found: dict[int, _Diagonal]) -> _Diagonal:
        step, parts = self.steps[i], self._parts(i)
        operation = step.node[0]
        if operation == "leaf":
            a, b = (_known(end, ()) for end in step.ends)
            return _Diagonal([a, b - a], {step.player: [b - a]}) if step.player >= 0 else _Diagonal([a], {})
        if operation == "+":
            return _sum([found[j] for j in parts])
        if operation == "choice" and parts:
            return _chosen(step.player, found[parts[0]], found[parts[1]])
        if operation == "*":
            factors = []
            for group in self._clusters(step.below):
                if len(group) == 1:
                    factors.append(found[group[0]])
                else:
                    factors.append(self._over_subsets(("*",), tuple(group)))
            return _product(factors)
        if operation == "/" and parts:
            return _product([found[parts[0]], self._over_subsets(("^", 0, Fraction(-1)), step.below[1:])])
        return self._from_table(sorted(self.support[i]), self._table(i))

    def _over_subsets(self, node: Node, below: tuple[int, ...]) -> _Diagonal:
        players = sorted(frozenset().union(*(self.support[j] for j in below)))
        return self._from_table(players, self._tabulate(players, node, below))

    def _from_table(self, players: list[int], table: list[Outcome]) -> _Diagonal:
        n = len(players)
        values = [_known(v, [p for k, p in enumerate(players) if m >> k & 1]) for m, v in enumerate(table)]
        sizes = [Fraction(0)] * (n + 1)
        for m, v in enumerate(values):
            sizes[m.bit_count()] += v
        partial: dict[int, Polynomial] = {}
        for k, p in enumerate(players):
            steps = [Fraction(0)] * n
            for m, v in enumerate(values):
                if not m >> k & 1:
                    steps[m.bit_count()] += values[m | 1 << k] - v
            partial[p] = bernstein(steps)
        return _Diagonal(bernstein(sizes), partial)

    def _table(self, i: int) -> list[Outcome]:
        """Return the value of a step for every subset of its players at end B, by the bits of its number."""
        stack = [i]
        while stack:
            j = stack[-1]
            missing = [b for b in self.steps[j].below if b not in self._tables]
            if missing and j not in self._tables:
                stack += missing
                continue
            stack.pop()
            if j in self._tables:
                continue
            step, players = self.steps[j], sorted(self.support[j])
            if step.node[0] == "leaf":
                self._tables[j] = list(step.ends) if players else [step.ends[0]]
            else:
                self._tables[j] = self._tabulate(players, step.node, step.below, step.player)
        return self._tables[i]

    def _tabulate(self, players: list[int], node: Node, below: tuple[int, ...], chooser: int = -1) -> list[Outcome]:
        if len(players) > MAX_TABLE:
            raise _TooManyError
        place = {p: k for k, p in enumerate(players)}
        columns = [self._spread(j, place) for j in below]
        if node[0] == "choice":
            bit = 1 << place[chooser]
            return [columns[1][m] if m & bit else columns[0][m] for m in range(1 << len(players))]
        if not players:
            return [_apply(node, [c[0] for c in columns])]
        return [_apply(node, values) for values in zip(*columns, strict=True)]

    def _spread(self, j: int, place: dict[int, int]) -> list[Outcome]:
        """Return the table of a step over more players than its own."""
        table, own = self._table(j), sorted(self.support[j])
        bits = {1 << place[p]: 1 << k for k, p in enumerate(own)}
        masks = [0] * (1 << len(place))
        for m in range(1, len(masks)):
            low = m & -m
            masks[m] = masks[m ^ low] | bits.get(low, 0)
        return [table[k] for k in masks]


def _sum(parts: list[_Diagonal]) -> _Diagonal:
    value: Polynomial = []
    partial: dict[int, Polynomial] = {}
    for part in parts:
        value = add(value, part.value)
        for p, q in part.partial.items():
            partial[p] = add(partial.get(p, []), q)
    return _Diagonal(value, partial)


def _product(factors: list[_Diagonal]) -> _Diagonal:
    """Multiply factors that share no player."""
    result = factors[0]
    for factor in factors[1:]:
        partial = {p: multiply(q, factor.value) for p, q in result.partial.items()}
        partial |= {p: multiply(q, result.value) for p, q in factor.partial.items()}
        result = _Diagonal(multiply(result.value, factor.value), partial)
    return result


def _chosen(player: int, a: _Diagonal, b: _Diagonal) -> _Diagonal:
    """Return what is `a` until a player that neither holds has stepped, and then `b`."""
    stay, step = [Fraction(1), Fraction(-1)], [Fraction(0), Fraction(1)]
    partial = {
        p: add(multiply(stay, a.partial.get(p, [])), multiply(step, b.partial.get(p, [])))
        for p in sorted({*a.partial, *b.partial})
    }
    partial[player] = subtract(b.value, a.value)
    return _Diagonal(add(multiply(stay, a.value), multiply(step, b.value)), partial)
