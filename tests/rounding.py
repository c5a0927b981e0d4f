"""How far floats may be from an exact evaluation: a running bound on the error of every node (Wilkinson's).

Every operation rounds once or twice; errors of arguments grow as the operation spreads them. Where terms cancel, the
bound grows beside the value, and that is all that excuses a difference. A condition, or a jump of floor, ceil and sign,
that lies within the bound of its argument may fall on either side: then nothing is said (`None`).
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite, prod

from bullwhip.expr.dag import Node, arguments
from bullwhip.propagate import Evaluation

__all__ = ["bounds", "is_close"]

UNIT = Fraction(1, 2**52)
"""Twice the error of one correct rounding: some operations round twice."""

Bound = Fraction | None


def bounds(evaluation: Evaluation, outputs: list[int]) -> dict[int, Bound]:
    """Return for nodes how far a float may be from the exact value, None where nothing can be said.

    The nodes must have been evaluated. A node without a value has the bound 0 where floats cannot miss that.
    """
    found: dict[int, Bound] = {}
    nodes = evaluation.program.dag.nodes
    for i in evaluation.cone(outputs):
        node = nodes[i]
        if i in evaluation.definition:
            found[i] = found[evaluation.definition[i]]
        elif node[0] in ("num", "cell"):
            value = evaluation.values[i]
            found[i] = Fraction(0) if value is None or _is_float(value) else UNIT * abs(value)
        else:
            found[i] = _bound(evaluation, i, node, [found[j] for j in arguments(node)])
    return {o: found[o] for o in outputs}


def is_close(expected: Fraction | None, bound: Bound, actual: float) -> bool:
    """Return whether a float is what an exact value and its bound allow; None is no value, which is NaN."""
    if bound is None:
        return True
    if expected is None:
        return actual != actual
    return isfinite(actual) and abs(Fraction(actual) - expected) <= bound


def _is_float(value: Fraction) -> bool:
    return Fraction(float(value)) == value


def _is_short(value: Fraction) -> bool:
    """Return whether a number has so few digits that a few of them can be added or multiplied without rounding."""
    return _is_float(value) and value.denominator <= 2**20 and abs(value) <= 2**20


def _bound(evaluation: Evaluation, i: int, node: Node, errors: list[Bound]) -> Bound:
    values = [evaluation.values[j] for j in arguments(node)]
    if node[0] in ("<", "<="):
        return _of_condition(node, values, errors)
    known = [v for v in values if v is not None]
    given = [e for e in errors if e is not None]
    if len(given) < len(errors):
        return None
    if len(known) < len(values):
        return Fraction(0)  # what has no value passes that on
    value = evaluation.values[i]
    if value is None:
        return Fraction(0) if node[0] in ("/", "^") and given[-1] == 0 else None
    spread = _spread(node, known, given, value)
    if spread == 0 and node[0] not in ("/", "^") and all(_is_short(v) for v in (*known, value)):
        return Fraction(0)
    return spread if spread is None else spread + len(known) * UNIT * _size(node, known, given, value)


def _spread(node: Node, values: list[Fraction], errors: list[Fraction], value: Fraction) -> Bound:
    """Return how the errors of arguments show in the result."""
    name = node[0]
    if name == "+":
        return sum(errors, Fraction(0))
    if name == "*":
        sizes = [abs(v) for v in values]
        return prod(s + e for s, e in zip(sizes, errors, strict=True)) - prod(sizes, start=Fraction(1))
    if name == "/":
        room = abs(values[1]) - errors[1]
        return (errors[0] + abs(value) * errors[1]) / room if room > 0 else None
    if name == "^":
        return _of_power(values[0], errors[0], int(node[2]))
    if name in ("min", "max"):
        return max(errors)
    if name in ("abs", "neg"):
        return errors[0]
    jump = {"floor": values[0] % 1, "ceil": -values[0] % 1, "sign": abs(values[0])}[name]
    near = min(jump, 1 - jump) if name != "sign" else jump
    return Fraction(0) if errors[0] == 0 or near > errors[0] else None


def _of_power(value: Fraction, error: Fraction, exponent: int) -> Bound:
    high, low = abs(value) + error, abs(value) - error
    if exponent > 0:
        return high**exponent - abs(value) ** exponent + 16 * UNIT * high**exponent
    if low <= 0:
        return None
    return low**exponent - abs(value) ** exponent + 16 * UNIT * low**exponent


def _size(node: Node, values: list[Fraction], errors: list[Fraction], value: Fraction) -> Fraction:
    """Return what a rounding is relative to."""
    if node[0] == "+":
        return sum((abs(v) + e for v, e in zip(values, errors, strict=True)), Fraction(0))
    if node[0] == "*":
        return prod((abs(v) + e for v, e in zip(values, errors, strict=True)), start=Fraction(1))
    return Fraction(0) if node[0] in ("min", "max", "abs", "floor", "ceil", "sign") else abs(value)


def _of_condition(node: Node, values: list[Fraction | None], errors: list[Bound]) -> Bound:
    left, right = values[:2]
    if errors[0] is None or errors[1] is None:
        return None
    if left is None or right is None:
        return Fraction(0)
    if errors[0] + errors[1] > 0 and abs(left - right) <= errors[0] + errors[1]:
        return None
    holds = left < right if node[0] == "<" else left <= right
    return errors[2] if holds else errors[3]
