"""A quantity as a function of one unknown: the graph evaluated over quotients of polynomials, branch by branch.

At a place on the line every condition, minimum and step is decided exactly, so what is read there is one quotient of
polynomials; its *borders* are the polynomials at whose roots a decision can change or a divisor is zero. It holds from
the next root below to the next root above.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.analysis.allowance import VISIT, Allowance
from bullwhip.analysis.polynomial import Polynomial, TooLargeError, at
from bullwhip.analysis.rational import ARITHMETIC, Rational
from bullwhip.analysis.real import Real
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import INEXACT, Node, arguments
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError

__all__ = ["Gap", "Line", "Reading"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a node has no value as a quotient of polynomials; the code is empty where it has one of another form."""

    code: str
    message: str


Found = Rational | Gap | None
"""A function, a gap, or None where an input is unknown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a quantity is at a place, and as far as the borders let it."""

    output: Found
    functions: Mapping[int, Found]
    """The same for every node that depends on the unknown."""
    branch: Mapping[int, int]
    """Which argument each minimum, maximum and condition takes that the output rests on; of abs, 1 turns the sign."""
    ties: Mapping[int, tuple[int, ...]]
    """Other arguments that are as good at this very place."""
    borders: tuple[Polynomial, ...]


_ONE = Fraction(1)
_PAIR, _WORD = 15, 32
"""Steps of a pair of terms of two polynomials; bits of a coefficient that make it a step more."""


class Line:
    """A program in which some cells move with one unknown.

    Args:
        evaluation: the program under its scenario.
        position: the cell that is asked for.
        moved: cell position to (start, step): its value is start + step * x. What defines it is cut.
        relaxed: a node and one of its arguments, which moves there alone, as `step` times the unknown; a quantity
            along it can be read and cut, but not evaluated.
        step: what the argument is at 1.
        allowance: what reading it may cost; any amount when None.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        position: int,
        moved: Mapping[int, tuple[Fraction, Fraction]],
        relaxed: tuple[int, int] = (-1, 0),
        step: Fraction = _ONE,
        allowance: Allowance | None = None,
    ) -> None:
        self.allowance = allowance
        self.program = evaluation.program
        self.moved = dict(moved)
        self.source = evaluation
        cells = self.program.cells
        self.node = cells[position].node
        self.position = position
        seeds = {cells[p].node: Rational.variable(*v) for p, v in self.moved.items()}
        self.relaxed = relaxed
        self.argument = Rational.variable(Fraction(0), step)
        self.definition = dict(evaluation.definition)
        for i in seeds:
            self.definition.pop(i, None)
        self.seeds: dict[int, Rational] = {}
        self.order: list[int] = []
        depends: set[int] = set()
        cone = self.program.dag.cone((self.node,), self.definition)
        for i in cone:
            if i in seeds:
                self.seeds[i] = seeds[i]
            if i in seeds or i == relaxed[0] or any(j in depends for j in self.below(i)):
                depends.add(i)
                self.order.append(i)
        self.still = self.unmoved([i for i in cone if i not in depends])
        """The evaluation that gives what does not depend on the unknown."""
        self.was_exact = True
        """Whether the last value was computed without rounding to 60 digits."""
        self.cache: dict[int, Found] = {}
        self.rounded = bool(self.still.inexact)
        """Whether a number that it reads was rounded to 60 digits on the way."""

    def unmoved(self, nodes: list[int]) -> Evaluation:
        """Return an evaluation of nodes that do not depend on the unknown; what the source knows is taken over."""
        still = self.source.apart(self.definition, nodes)
        with suppress(PropagationError):  # a node without a value counts only where the quantity needs it
            still.run(nodes)
        return still

    def at(self, x: Fraction) -> Evaluation:
        """Return the program with the unknown put in."""
        values = {p: start + step * x for p, (start, step) in self.moved.items()}
        return Evaluation(self.program, {**self.source.overrides, **values}, self.source.variants)

    def value(self, x: Fraction) -> Fraction | None:
        """Return the value with the unknown put in, by exact evaluation; None where there is none.

        Only what depends on the unknown is evaluated again.
        """
        evaluation = copy(self.still)
        evaluation.inexact, evaluation.rounded = set(evaluation.inexact), set(evaluation.rounded)
        evaluation.undefined = dict(evaluation.undefined)
        evaluation.values = dict(self.still.values)
        cells = self.program.cells
        evaluation.values |= {cells[p].node: start + step * x for p, (start, step) in self.moved.items()}
        with suppress(PropagationError):
            evaluation.run((self.node,))
            self.was_exact = evaluation.inexact <= self.still.inexact
        return evaluation.values[self.node]

    def below(self, i: int) -> tuple[int, ...]:
        """Return the nodes that a node reads."""
        return (self.definition[i],) if i in self.definition else arguments(self.program.dag.nodes[i])

    def read(self, place: Real) -> Reading:
        """Return what the quantity is at a place."""
        walk = _Walk(self, place)
        for i in self.order:
            found = walk.functions[i] = walk.visit(i)
            if self.allowance is not None:
                self.allowance.spend(_steps(found))
        output = walk.get(self.node)
        live = walk.live()
        borders: dict[Polynomial, None] = {}
        for i in (i for i in self.order if i in live):
            borders.update(dict.fromkeys(walk.borders.get(i, ())))
        branch = {i: k for i, k in walk.branch.items() if i in live}
        ties = {i: t for i, t in walk.ties.items() if i in live}
        return Reading(output, walk.functions, branch, ties, tuple(b for b in borders if len(b) > 1))

    def constant(self, i: int) -> Found:
        """Return a node that does not depend on the unknown."""
        if i not in self.cache:
            if i in self.still.undefined:
                error = self.still.undefined[i][1]
                self.cache[i] = Gap(error.code, str(error))
            else:
                value = self.still.values.get(i)
                self.cache[i] = None if value is None else Rational.constant(value)
        return self.cache[i]


def _steps(found: Found) -> int:
    """Return what computing a node cost: the more, the longer its polynomials and their coefficients are."""
    if not isinstance(found, Rational):
        return VISIT
    terms = len(found.top) + len(found.bottom)
    bits = max(c.bit_length() for c in (*found.top[-1:], *found.bottom[-1:]))
    return VISIT + terms * terms * (_PAIR + bits // _WORD)


class _Walk:
    """One pass over the nodes that depend on the unknown."""

    def __init__(self, line: Line, place: Real) -> None:
        self.line, self.place = line, place
        self.nodes = line.program.dag.nodes
        self.functions: dict[int, Found] = {}
        self.branch: dict[int, int] = {}
        self.ties: dict[int, tuple[int, ...]] = {}
        self.borders: dict[int, list[Polynomial]] = {}

    def get(self, i: int) -> Found:
        return self.functions[i] if i in self.functions else self.line.constant(i)

    def visit(self, i: int) -> Found:
        if i in self.line.seeds:
            return self.line.seeds[i]
        node = self.nodes[i]
        if node[0] == "cell":
            return self.get(self.line.definition[i])
        if node[0] in ("<", "<="):
            return self.select(i, node)
        inner = [self.get(j) for j in arguments(node)]
        if i == self.line.relaxed[0]:
            inner[self.line.relaxed[1]] = self.line.argument
        gaps = [f for f in inner if isinstance(f, Gap)]
        if gaps:
            return next((g for g in gaps if g.code), gaps[0])
        known = [f for f in inner if isinstance(f, Rational)]
        if len(known) < len(inner):
            return None
        try:
            if all(f.is_constant for f in known):
                return self.settled(node, known)
            return self.operate(i, node, known)
        except TooLargeError as error:
            return Gap("", str(error))
        except UndefinedError as error:
            return Gap(error.code, str(error))

    def settled(self, node: Node, known: list[Rational]) -> Rational:
        """Return the result of an operation whose arguments are the same everywhere."""
        values = [Fraction(f.top[0] if f.top else 0, f.bottom[0]) for f in known]
        if node[0] in INEXACT or (node[0] == "^" and node[2].denominator != 1):
            self.line.rounded = True
        return Rational.constant(OPERATIONS[node[0]](values, node))

    def operate(self, i: int, node: Node, known: list[Rational]) -> Found:
        operation = node[0]
        if operation in ARITHMETIC:
            return ARITHMETIC[operation](known, node)
        if operation == "/":
            self.divided_by(i, known[1])
            return known[0] / known[1]
        if operation == "^" and node[2].denominator == 1:
            if node[2] < 0:
                self.divided_by(i, known[0])
            return known[0].power(int(node[2]))
        if operation in ("min", "max"):
            return self.extreme(i, known, 1 if operation == "min" else -1)
        if operation in ("abs", "sign"):
            return self.signed(i, operation, known[0])
        if operation in ("floor", "ceil"):
            return self.stepped(i, operation, known[0])
        return Gap("", f"it holds {'a root' if operation == '^' else f'{operation}()'}")

    def divided_by(self, i: int, divisor: Rational) -> None:
        if divisor.top:
            self.borders.setdefault(i, []).append(divisor.top)
        if self.place.sign_of(divisor.top) == 0:
            raise UndefinedError("BW401", "division by zero")

    def compare(self, i: int, difference: Rational) -> int:
        """Return the sign of a difference here, and note where it changes."""
        if not difference.top:
            return 0
        self.borders.setdefault(i, []).extend((difference.top, difference.bottom))
        return difference.sign_at(self.place)

    def extreme(self, i: int, known: list[Rational], turn: int) -> Rational:
        best, ties = 0, [0]
        for k in range(1, len(known)):
            sign = turn * self.compare(i, known[k] - known[best])
            if sign < 0:
                best, ties = k, [k]
            elif sign == 0:
                ties.append(k)
        for k in range(len(known)):  # what the best one is compared with ends where it is overtaken
            self.compare(i, known[k] - known[best])
        self.branch[i] = best
        if len(ties) > 1:
            self.ties[i] = tuple(ties[1:])
        return known[best]

    def signed(self, i: int, operation: str, f: Rational) -> Rational:
        sign = self.compare(i, f)
        if operation == "sign":
            return Rational.constant(Fraction(sign))
        self.branch[i] = int(sign < 0)
        if sign == 0 and f.top:
            self.ties[i] = (1,)
        return f if sign >= 0 else -f

    def stepped(self, i: int, operation: str, f: Rational) -> Rational:
        """Return the step taken here; the argument stays between two whole numbers as far as it goes."""
        turn = 1 if operation == "floor" else -1
        g = f if turn == 1 else -f  # ceil(f) is -floor(-f)
        step = _floor(g, self.place)
        for end in (step, step + 1):
            self.borders.setdefault(i, []).append(g.minus(Fraction(end)).top)
        self.borders[i].append(g.bottom)
        return Rational.constant(Fraction(turn * step))

    def select(self, i: int, node: Node) -> Found:
        inner = [self.get(j) for j in node[1:5]]
        if i == self.line.relaxed[0]:
            inner[self.line.relaxed[1]] = self.line.argument
        left, right, a, b = inner
        gaps = [f for f in (left, right) if isinstance(f, Gap)]
        if gaps:
            return next((g for g in gaps if g.code), gaps[0])
        if not isinstance(left, Rational) or not isinstance(right, Rational):
            return a if isinstance(a, Rational) and a == b else None
        try:
            difference = left - right
        except TooLargeError as error:
            return Gap("", str(error))
        sign = self.compare(i, difference)
        holds = sign < 0 if node[0] == "<" else sign <= 0
        self.branch[i] = 0 if holds else 1
        if sign == 0 and difference.top:
            self.ties[i] = (int(holds),)
        return a if holds else b

    def live(self) -> set[int]:
        """Return the nodes that the output rests on, branches that are not taken left out."""
        live = {self.line.node}
        for i in reversed(self.line.order):
            if i not in live or i in self.line.seeds:
                continue
            below = self.line.below(i)
            if i in self.branch and len(below) == 4 and self.nodes[i][0] in ("<", "<="):
                below = (*below[:2], below[2 + self.branch[i]])
            live.update(below)
        return live


def _floor(f: Rational, place: Real) -> int:
    """Return the greatest whole number that is not above a function at a place, exactly."""
    x = place.rounded()
    near = at(f.top, x) / (at(f.bottom, x) or 1)
    step = near.numerator // near.denominator
    while f.minus(Fraction(step)).sign_at(place) < 0:
        step -= 1
    while f.minus(Fraction(step + 1)).sign_at(place) >= 0:
        step += 1
    return step
