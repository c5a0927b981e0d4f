"""Each input alone: the output at its 10th and 90th percentile, and its part of the variance near the value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bullwhip.numeric.kernel import Kernel
from bullwhip.propagate import Evaluation, responses
from bullwhip.sweep.quantiles import RATIONAL, deviation, percentile
from bullwhip.sweep.ranges import Moved, known, with_values
from bullwhip.sweep.sampling import Variable

__all__ = ["Swing", "centred", "shares", "shares_by_steps", "swings"]

_LOW, _HIGH = Fraction(1, 10), Fraction(9, 10)
_STEP = 2.0**-13
"""Of a standard deviation."""
_BEND = 0.01
"""How far the two sides of a derivative may differ before it is a kink."""


@dataclass(frozen=True, slots=True)
class Swing:
    """An output with one input at its 10th and at its 90th percentile and all others as they are."""

    at_low: Fraction | None
    at_high: Fraction | None
    exact: bool = True
    """False where a percentile or a number on the way was rounded."""

    @property
    def width(self) -> Fraction | None:
        """How far the output moves; None where it has no value at an end."""
        return None if self.at_low is None or self.at_high is None else abs(self.at_high - self.at_low)


def centred(evaluation: Evaluation, moved: Sequence[Moved]) -> Evaluation:
    """Return the program with everything that varies cut from its rule, at its value, or at its median without one."""
    values: dict[int, Fraction] = {}
    for p, distribution in (cell for m in moved for cell in m.cells):
        value = evaluation.value(p)
        values[p] = percentile(distribution, Fraction(1, 2)) if value is None else value
    return Evaluation(evaluation.program, {**evaluation.overrides, **values}, evaluation.variants)


def swings(evaluation: Evaluation, outputs: Sequence[int], moved: Sequence[Moved]) -> list[list[Swing]]:
    """Return for every output the swing of every input, in their order."""
    found: list[list[Swing]] = [[] for _ in outputs]
    for m in moved:
        ends = [with_values(evaluation, {p: percentile(d, part) for p, d in m.cells}) for part in (_LOW, _HIGH)]
        rational = all(d.kind in RATIONAL for _, d in m.cells)
        for k, p in enumerate(outputs):
            low, high = (known(end, p) for end in ends)
            found[k].append(Swing(low, high, rational and all(end.is_exact(p) for end in ends)))
    return found


def shares(evaluation: Evaluation, outputs: Sequence[int], moved: Sequence[Moved]) -> list[list[Fraction | None]]:
    """Return for every output the part of the variance from every input, as the derivatives at its value have it.

    It is the square of derivative times standard deviation, or of elasticity times relative deviation, over the sum of
    all; unknown for all inputs where one derivative is, as at a kink.
    """
    squares: list[list[Fraction | None]] = [[] for _ in outputs]
    for m in moved:
        speeds: dict[int, Fraction | None] = {p: deviation(d) for p, d in m.cells}
        answers = responses(evaluation, outputs, speeds, proportional=False)
        for k, p in enumerate(outputs):
            effect = answers[p].derivative
            squares[k].append(None if effect is None else effect * effect)
    found = []
    for row in squares:
        total = sum((s for s in row if s is not None), Fraction(0))
        unknown = total == 0 or any(s is None for s in row)
        found.append([None if unknown or s is None else s / total for s in row])
    return found


def shares_by_steps(
    evaluate: Kernel, variables: Sequence[Variable], at: Sequence[Fraction], deviations: Sequence[Sequence[Fraction]]
) -> list[list[Fraction | None]]:
    """Return the same parts by small steps of the kernel to both sides, to about 6 digits, for models of any size.

    Args:
        evaluate: the kernel.
        variables: what varies.
        at: the value of every column.
        deviations: for every variable those of its columns.
    """
    lanes = 2 * len(variables) + 1
    columns = np.repeat(np.array([[float(x)] for x in at]), lanes, axis=1)
    for k, (variable, own) in enumerate(zip(variables, deviations, strict=True)):
        for (column, _), deviation_of in zip(variable.columns, own, strict=True):
            columns[column, 2 * k + 1] += _STEP * float(deviation_of)
            columns[column, 2 * k + 2] -= _STEP * float(deviation_of)
    found = []
    for row in evaluate(columns, allow_invalid=True):
        right, left = row[1::2] - row[0], row[0] - row[2::2]
        effect = (right + left) / 2.0
        kinked = np.abs(right - left) > _BEND * np.maximum(np.abs(right), np.abs(left)) + 1e-12 * abs(row[0])
        total = float((effect * effect).sum())
        unknown = kinked.any() or not np.isfinite(total) or total == 0.0
        found.append([None if unknown else Fraction(f"{e * e / total:.6g}") for e in effect.tolist()])
    return found
