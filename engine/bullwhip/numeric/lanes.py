"""What every kernel checks: columns that fit, and lanes that have no value, told with the rule where that began."""

from __future__ import annotations

from itertools import islice

import numpy as np
import numpy.typing as npt

from bullwhip.errors import NumericError, Problem
from bullwhip.numeric.ops import SELECTS, Op, Tape
from bullwhip.numeric.steps import Columns, trace

__all__ = ["fitting", "invalid_lanes", "output", "refuse_columns", "settle"]


def fitting(tape: Tape, columns: object) -> Columns:
    """Return columns as a float64 matrix with one row for each input.

    Raises:
        NumericError: BW423 for another shape or type.
    """
    found = np.asarray(columns)
    if found.dtype.kind not in "fiu" or found.ndim != 2 or found.shape[0] != len(tape.inputs):
        wanted = f"a number for each of {len(tape.inputs)} inputs in every lane: shape ({len(tape.inputs)}, lanes)"
        raise NumericError(Problem("BW423", f"columns of {found.dtype} in shape {found.shape}", hint=wanted))
    return found.astype(np.float64, copy=False)


def output(tape: Tape, lanes: int, out: Columns | None) -> Columns:
    """Return the matrix to write to.

    Raises:
        NumericError: BW423 when the one that is given does not fit.
    """
    shape = (len(tape.results), lanes)
    if out is None:
        return np.empty(shape)
    if out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous or not out.flags.writeable:
        raise NumericError(
            Problem("BW423", f"out of {out.dtype} in shape {out.shape}", hint=f"C-contiguous float64 of shape {shape}")
        )
    return out


def refuse_columns(tape: Tape, columns: Columns) -> None:
    """Raise for the first number that is not finite; return when all are.

    Raises:
        NumericError: BW423, naming input and lane.
    """
    for k, row in enumerate(columns):
        finite = np.isfinite(row)
        if not finite.all():
            lane = int(np.argmin(finite))
            message = f"{tape.input_names[k]} is {row[lane]} in lane {lane:,}"
            raise NumericError(Problem("BW423", message, hint="give finite numbers; what is missing is not a number"))


def invalid_lanes(result: Columns) -> npt.NDArray[np.bool_]:
    """Return in which lanes some output is not finite."""
    return np.asarray(~np.isfinite(result).all(axis=0))


def settle(tape: Tape, columns: Columns, result: Columns, allow_invalid: bool) -> None:
    """Make outputs that are not finite NaN, or refuse them.

    Raises:
        NumericError: BW422 unless `allow_invalid`.
    """
    bad = invalid_lanes(result)
    if not bad.any():
        return
    if allow_invalid:
        result[~np.isfinite(result)] = np.nan
        return
    lane = int(np.argmax(bad))
    column, outputs = columns[:, lane].astype(np.float64), result[:, lane]
    which = int(np.argmin(np.isfinite(outputs)))
    what, hint = _reason(tape, column, tape.results[which])
    count = int(bad.sum())
    have = "has" if count == 1 else "have"
    message = f"{count:,} of {bad.size:,} lanes {have} no value of {tape.output_names[which]}; lane {lane:,}: {what}"
    raise NumericError(Problem("BW422", message, hint=hint))


def _reason(tape: Tape, column: Columns, slot: int) -> tuple[str, str]:
    """Follow a value that is not finite to where that began; return what happened there, and with what."""
    values = trace(tape, column)
    while (op := _op(tape, slot)) is not None:
        broken = [a for a in _read(op, values) if not np.isfinite(values[a])]
        if not broken:
            break
        slot = broken[0]
    shown = _inputs_of(tape, slot)
    hint = ", ".join(f"{tape.input_names[k]} = {column[k]:.10g}" for k in islice(shown, 6))
    if op is None:
        return dict(tape.faults).get(slot, "a constant beyond the range of a double"), hint
    return f"{_fault(op, values)} in {tape.rules[op.rule]}", f"with {hint}"


def _op(tape: Tape, slot: int) -> Op | None:
    return tape.ops[slot - tape.first_op] if slot >= tape.first_op else None


def _read(op: Op, values: list[float]) -> tuple[int, ...]:
    """Return the arguments that an operation rests on: a condition takes one branch."""
    if op.name not in SELECTS:
        return op.arguments
    i, j, a, b = op.arguments
    holds = values[i] < values[j] if op.name == "<" else values[i] <= values[j]
    return (i, j, a if holds else b)


def _fault(op: Op, values: list[float]) -> str:
    if op.name == "/" and values[op.arguments[1]] == 0:
        return "division by zero"
    if op.name == "log":
        return f"log() of {values[op.arguments[0]]:.10g}"
    if op.name in ("pow", "sqrt"):
        return f"a power of {values[op.arguments[0]]:.10g}"
    return "a number beyond the range of a double"


def _inputs_of(tape: Tape, slot: int) -> list[int]:
    """Return the numbers of the inputs that a slot depends on."""
    found: set[int] = set()
    stack = [slot]
    while stack:
        s = stack.pop()
        if s in found:
            continue
        found.add(s)
        op = _op(tape, s)
        stack.extend(op.arguments if op is not None else ())
    return sorted(s for s in found if s < len(tape.inputs))
