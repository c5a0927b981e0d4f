"""Derivatives of one cell by all its inputs at once, exact, in one backward pass over values (convention §10).

Where a kink, a jump or an unknown lies between the cell and an input, the derivative is left to the forward pass,
which knows about sides and unknowns (`directional`). Elsewhere both give the same rational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.expr.dag import Node, arguments
from bullwhip.numbers import MAX_BITS
from bullwhip.propagate.directional import Response, Slope, responses
from bullwhip.propagate.evaluate import MAX_ROUNDED_BITS, Evaluation, sixty_digits

__all__ = ["Gradient", "input_derivatives", "local_derivatives", "moves"]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(slots=True)
class Gradient:
    """Derivatives of a cell by its inputs, by node of the input; None where only the forward pass can tell."""

    derivatives: dict[int, Fraction | None] = field(default_factory=dict)
    exact: bool = True
    """False where a value or a derivative on the way was rounded to 60 digits."""

    def along(self, nodes: Sequence[int], speeds: Sequence[Fraction] | None = None) -> Fraction | None:
        """Return the derivative by a move of inputs, each at its speed, 1 when absent.

        None where the derivative by one of them is left to the forward pass.
        """
        total = _ZERO
        for k, n in enumerate(nodes):
            part = self.derivatives.get(n, _ZERO)
            if part is None:
                return None
            total = self.kept(total + (part if speeds is None else part * speeds[k]))
        return total

    def give(self, adjoint: dict[int, Fraction | None], j: int, own: Fraction | None, part: Fraction | None) -> None:
        """Add what a user passes on to one of its arguments; what nobody knows stays unknown."""
        if part is not None and part == 0:
            adjoint.setdefault(j, _ZERO)
            return
        before = adjoint.get(j, _ZERO)
        if own is None or part is None or before is None:
            adjoint[j] = None
            return
        passed = own if part == 1 else self.kept(own * self.kept(part))
        adjoint[j] = passed if before == 0 else self.kept(before + passed)

    def kept(self, value: Fraction) -> Fraction:
        """Return a derivative as it is kept: exact, or rounded where it is too long."""
        limit = MAX_BITS if self.exact else MAX_ROUNDED_BITS
        if value.numerator.bit_length() <= limit and value.denominator.bit_length() <= limit:
            return value
        self.exact = False
        return sixty_digits(value)


def input_derivatives(evaluation: Evaluation, position: int) -> Gradient:
    """Return the derivatives of a cell by all inputs that it depends on.

    Args:
        evaluation: the program under its scenario.
        position: the cell.

    Raises:
        PropagationError: where the cell has no value.
    """
    output = evaluation.program.cells[position].node
    evaluation.run((output,))
    nodes, definition = evaluation.program.dag.nodes, evaluation.definition
    adjoint: dict[int, Fraction | None] = {output: _ONE}
    found = Gradient(exact=output not in evaluation.rounded)
    for i in reversed(evaluation.cone((output,))):
        if i not in adjoint:
            continue
        own = adjoint.pop(i)
        node = nodes[i]
        if node[0] == "num":
            continue
        if i in definition:
            found.give(adjoint, definition[i], own, _ONE)
        elif node[0] == "cell":
            found.derivatives[i] = own
        else:
            parts = local_derivatives(evaluation, i, node) if own != 0 else [_ZERO] * len(arguments(node))
            for j, part in zip(arguments(node), parts, strict=True):
                found.give(adjoint, j, own, part)
    return found


def local_derivatives(evaluation: Evaluation, i: int, node: Node) -> list[Fraction | None]:
    """Return the derivative of an evaluated node by each argument; None where it has sides, or a value is missing."""
    operation, below = node[0], arguments(node)
    if operation == "+":
        return [_ONE] * len(below)
    values = [evaluation.values[j] for j in below]
    value = evaluation.values[i]
    if operation in ("<", "<="):
        left, right = values[:2]
        if left is None or right is None or left == right:
            return [None] * 4
        holds = left < right
        return [_ZERO, _ZERO, _ONE if holds else _ZERO, _ZERO if holds else _ONE]
    known = [v for v in values if v is not None]
    if value is None or len(known) < len(values):
        return [None] * len(below)
    if operation == "*":
        return list(_of_product(known))
    if operation == "/":
        return [_ONE / known[1], -value / known[1]]
    if operation in ("min", "max"):
        chosen = [v == value for v in known]
        return [None if sum(chosen) > 1 and c else Fraction(int(c)) for c in chosen]
    return [_of_one(operation, node, known[0], value)]


def _of_product(known: list[Fraction]) -> list[Fraction]:
    if len(known) == 2:
        return [known[1], known[0]]
    if sum(max(v.numerator.bit_length(), v.denominator.bit_length()) for v in known) > 2 * MAX_BITS:
        known = [sixty_digits(v) for v in known]  # exactly as the product itself was computed, or too long to be kept
    before, after = [_ONE], [_ONE]
    for v, w in zip(known[:-1], reversed(known[1:]), strict=True):
        before.append(before[-1] * v)
        after.append(after[-1] * w)
    return [b * a for b, a in zip(before, reversed(after), strict=True)]


def _of_one(operation: str, node: Node, argument: Fraction, value: Fraction) -> Fraction | None:
    """Return the derivative of an operation of one argument, or None at a kink or jump."""
    if operation == "^":
        exponent: Fraction = node[2]
        if argument == 0:
            return None
        return exponent * value / argument
    if operation in ("abs", "sign") and argument == 0:
        return None
    if operation == "abs":
        return _ONE if argument > 0 else -_ONE
    if operation in ("floor", "ceil"):
        return None if argument.denominator == 1 else _ZERO
    if operation == "exp":
        return value
    return _ONE / argument if operation == "log" else _ZERO


def moves(evaluation: Evaluation, position: int, cells: Sequence[int]) -> tuple[Response, Response, bool]:
    """Return how a cell answers a parallel and a proportional move of others, and whether the answers are exact.

    Inputs are answered by one backward pass for all of them, kept with the evaluation, where no kink and nothing
    unknown is in the way; everything else by a forward pass.

    Args:
        evaluation: the program under its scenario.
        position: the cell that answers.
        cells: the positions of those that move together.
    """
    program = evaluation.program
    nodes = [program.cells[c].node for c in cells]
    evaluation.run(nodes)
    value = evaluation.value(position)
    known = [v for n in nodes if n not in evaluation.definition and (v := evaluation.values[n]) is not None]
    if value and len(known) == len(nodes):
        if evaluation.gradient is None or evaluation.gradient[0] != position:
            evaluation.gradient = position, input_derivatives(evaluation, position)
        found: Gradient = evaluation.gradient[1]
        speed, relative = found.along(nodes), found.along(nodes, known)
        if speed is not None and relative is not None:
            slopes = Slope(speed, speed / value), Slope(relative, relative / value)
            return Response(slopes[0], slopes[0]), Response(slopes[1], slopes[1]), found.exact
    parallel = responses(evaluation, (position,), dict.fromkeys(cells, _ONE), proportional=False)[position]
    proportional = responses(evaluation, (position,), dict.fromkeys(cells), proportional=True)[position]
    return parallel, proportional, evaluation.is_exact(position) and parallel.exact and proportional.exact
