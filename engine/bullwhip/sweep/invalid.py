"""Lanes without a value, by reason: which operation of which rule first had none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from bullwhip.numeric.ops import SELECTS, Op, Tape

__all__ = ["reasons"]

Floats = NDArray[np.float64]
_LANES = 256

_FUNCTIONS: Mapping[str, Callable[..., Floats]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "min": np.minimum, "max": np.maximum,
    "pow": np.power, "neg": np.negative, "abs": np.absolute, "sqrt": np.sqrt, "floor": np.floor, "ceil": np.ceil,
    "sign": np.sign, "exp": np.exp, "log": np.log,
}  # fmt: skip


def reasons(tape: Tape, columns: Floats, output: int) -> Counter[str]:
    """Return why lanes have no value of an output, with how many each.

    Args:
        tape: what was run.
        columns: the inputs of the lanes without a value, `(inputs, lanes)`.
        output: number of the output.
    """
    found: Counter[str] = Counter()
    for start in range(0, columns.shape[1], _LANES):
        found += _of_few(tape, columns[:, start : start + _LANES], tape.results[output])
    return found


def _of_few(tape: Tape, columns: Floats, result: int) -> Counter[str]:
    """Follow every slot, and for every lane the operation in which its value broke; 0 is none."""
    lanes = columns.shape[1]
    faults = dict(tape.faults)
    labels = [""]
    values: list[Floats] = list(columns)
    broken: list[NDArray[np.int64]] = [np.zeros(lanes, np.int64) for _ in columns]
    for slot, constant in enumerate(tape.constants, len(tape.inputs)):
        values.append(np.full(lanes, constant))
        broken.append(np.zeros(lanes, np.int64))
        if not np.isfinite(constant):
            labels.append(faults.get(slot, "a constant beyond the range of a double"))
            broken[-1][:] = len(labels) - 1
    with np.errstate(all="ignore"):
        for op in tape.ops:
            value, where = _step(op, values, broken)
            new = ~np.isfinite(value) & (where == 0)
            for kind in dict.fromkeys(_kinds(op, values, new)):
                labels.append(f"{kind} in {tape.rules[op.rule]}")
                where = np.where(new & (np.array(_kind_of(op, values)) == kind), len(labels) - 1, where)
            values.append(np.where(where > 0, np.nan, value))
            broken.append(where)
    counted = Counter(labels[int(k)] for k in broken[result])
    counted.pop("", None)
    rest = lanes - counted.total()
    if rest:
        counted["a number beyond the range of a double"] += rest
    return counted


def _step(op: Op, values: list[Floats], broken: list[NDArray[np.int64]]) -> tuple[Floats, NDArray[np.int64]]:
    read = [values[a] for a in op.arguments]
    if op.name not in SELECTS:
        where = np.zeros_like(broken[op.arguments[0]])
        for a in op.arguments:
            where = np.where(where == 0, broken[a], where)
        return _FUNCTIONS[op.name](*read), where
    i, j, a, b = op.arguments
    holds = read[0] < read[1] if op.name == "<" else read[0] <= read[1]
    where = np.where(
        broken[i] > 0, broken[i], np.where(broken[j] > 0, broken[j], np.where(holds, broken[a], broken[b]))
    )
    return np.where(holds, read[2], read[3]), where


def _kinds(op: Op, values: list[Floats], new: NDArray[np.bool_]) -> list[str]:
    return [k for k, is_new in zip(_kind_of(op, values), new, strict=True) if is_new] if new.any() else []


def _kind_of(op: Op, values: list[Floats]) -> list[str]:
    """Return for every lane what the operation would have failed of."""
    first, last = values[op.arguments[0]], values[op.arguments[-1]]
    beyond = "a number beyond the range of a double"
    if op.name == "/":
        return ["division by zero" if x == 0 else beyond for x in last]
    if op.name == "log":
        return ["log() of a number that is not positive" if x <= 0 else beyond for x in first]
    if op.name in ("pow", "sqrt"):
        return ["division by zero" if x == 0 else "a power of a negative number" if x < 0 else beyond for x in first]
    return [beyond] * len(first)
