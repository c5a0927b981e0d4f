"""The operations of a tape as NumPy does them, one after another on arrays of any length.

A value that does not exist is NaN from where it arises, so that it spreads through sums, extremes and conditions and is
forgotten only where a condition takes the other branch. Division by zero and new NaNs are noticed by the floating-point
flags that NumPy reads after every operation anyway, so that sound blocks pay nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bullwhip.numeric.ops import Op, Tape

__all__ = ["Columns", "Flags", "Places", "Step", "perform", "step", "trace"]

Columns = npt.NDArray[np.float64]
Places = list[Any]
Step = tuple[Any, int, int, int]
"""Operation, two argument places, place of the result. A second argument of -1: one argument. A first of -1: a
function of all places and the flags."""


def _least(a: Columns, b: Columns, out: Columns) -> None:
    np.minimum(a, b, out=out)


def _greatest(a: Columns, b: Columns, out: Columns) -> None:
    np.maximum(a, b, out=out)


_PLAIN = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "min": _least, "max": _greatest, "neg": np.negative,
    "abs": np.absolute, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil, "sign": np.sign, "exp": np.exp,
}  # fmt: skip

_DIVIDE, _INVALID = 1, 8
"""Bits of the flags that NumPy passes on (numpy.seterrcall)."""


@dataclass
class Flags:
    """What the floating-point unit has seen in a block."""

    divided: bool = False
    """By zero."""
    nan: bool = False

    def __call__(self, error: str, flag: int) -> None:
        """Take note; NumPy calls it for an operation that raised a flag."""
        del error
        self.divided |= bool(flag & _DIVIDE)
        self.nan |= bool(flag & _INVALID)


def step(op: Op, at: list[int], to: int) -> Step:
    """Return how an operation is done, with its arguments and its result at given places."""
    plain = _PLAIN.get(op.name)
    if plain is not None:
        return (plain, at[0], at[1] if len(at) == 2 else -1, to)
    if op.name == "/":
        return (_divide(at[0], at[1], to), -1, -1, to)
    if op.name == "log":
        return (_log(at[0], to), -1, -1, to)
    if op.name == "pow":
        return (_pow(at[0], at[1], to), -1, -1, to)
    compare = np.less if op.name == "<" else np.less_equal
    return (_select(compare, at, to), -1, -1, to)


def perform(one: Step, places: Places, flags: Flags) -> None:
    """Do one step."""
    operation, a, b, to = one
    if b >= 0:
        operation(places[a], places[b], places[to])
    elif a >= 0:
        operation(places[a], places[to])
    else:
        operation(places, flags)


_Special = Callable[[Places, Flags], None]


def _divide(a: int, b: int, to: int) -> _Special:
    def run(places: Places, flags: Flags) -> None:
        flags.divided = False
        np.divide(places[a], places[b], places[to])
        if flags.divided:
            np.copyto(places[to], np.nan, where=np.equal(places[b], 0))
            flags.nan = True

    return run


def _log(a: int, to: int) -> _Special:
    def run(places: Places, flags: Flags) -> None:
        outside = np.less_equal(places[a], 0)
        np.log(places[a], places[to])
        if outside.any():
            np.copyto(places[to], np.nan, where=outside)
            flags.nan = True

    return run


def _pow(a: int, exponent: int, to: int) -> _Special:
    def run(places: Places, flags: Flags) -> None:
        outside = np.less(places[a], 0)
        np.power(places[a], places[exponent], places[to])
        if outside.any():
            np.copyto(places[to], np.nan, where=outside)
            flags.nan = True

    return run


def _select(compare: Any, at: list[int], to: int) -> _Special:
    """Choose by the bits of both: `numpy.where` takes several times as long when conditions vary from lane to lane."""
    i, j, a, b = at

    def run(places: Places, flags: Flags) -> None:
        left, right = places[i], places[j]
        broken = np.logical_or(np.isnan(left), np.isnan(right)) if flags.nan else None
        mask = np.negative(compare(left, right).view(np.int8), dtype=np.int64)
        one, other = places[a].view(np.int64), places[b].view(np.int64)
        np.bitwise_and(mask, np.bitwise_xor(one, other), mask)
        np.bitwise_xor(mask, other, places[to].view(np.int64))
        if broken is not None:
            np.copyto(places[to], np.nan, where=broken)

    return run


def trace(tape: Tape, column: Columns) -> list[float]:
    """Return the value of every slot at one lane, by the same operations.

    >>> from bullwhip.numeric.ops import Op, Tape
    >>> twice = Tape((0,), ("x",), ("y",), (1,), (), (), (Op("+", (0, 0), 0, 0),), 1, ("y = x + x",))
    >>> trace(twice, np.array([3.0]))
    [3.0, 6.0]
    """
    flags = Flags()
    apart = [Op(op.name, op.arguments, k, op.rule) for k, op in enumerate(tape.ops)]
    places: Places = [np.array([v]) for v in (*column, *tape.constants, 0.0, *([0.0] * len(apart)))]
    first = tape.first_op + 1
    with np.errstate(divide="call", invalid="call", over="ignore", under="ignore", call=flags):
        flags.nan = bool(tape.faults)
        for k, op in enumerate(apart):
            at = [a if a < tape.first_op else a + 1 for a in op.arguments]
            perform(step(op, at, first + k), places, flags)
    del places[tape.first_op]
    return [float(p[0]) for p in places]
