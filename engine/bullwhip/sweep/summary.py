"""What is kept of a sweep: for each output its moments, a sketch of its values, and how many lanes had none and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bullwhip.numeric.ops import Tape
from bullwhip.sweep.invalid import reasons
from bullwhip.sweep.moments import Moments
from bullwhip.sweep.sketch import Sketch

__all__ = ["OutputSummary", "Summary", "invalid_of", "summarise"]


@dataclass(frozen=True, slots=True, eq=False)
class OutputSummary:
    """One output over many samples."""

    moments: Moments
    sketch: Sketch
    invalid: tuple[tuple[str, int], ...]
    """Why samples have no value, with how many each, in the order of the words."""

    def merge(self, other: OutputSummary) -> OutputSummary:
        """Return the summary of the samples of both."""
        return OutputSummary(
            self.moments.merge(other.moments), self.sketch.merge(other.sketch), _ordered(self.invalid, other.invalid)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Some samples of every output."""

    samples: int
    outputs: tuple[OutputSummary, ...]

    def merge(self, other: Summary) -> Summary:
        """Return the summary of the samples of both; moments to rounding, all else exactly, whatever the order."""
        merged = (a.merge(b) for a, b in zip(self.outputs, other.outputs, strict=True))
        return Summary(self.samples + other.samples, tuple(merged))

    def state(self) -> tuple[object, ...]:
        """Return all it holds, to compare bit by bit."""
        return self.samples, tuple((o.moments, o.sketch.state(), o.invalid) for o in self.outputs)


def summarise(results: NDArray[np.float64], invalid: list[Counter[str]]) -> Summary:
    """Return the summary of some samples.

    Args:
        results: `(outputs, samples)`; what is not finite is no value.
        invalid: for each output why, as `invalid_of` counts it.
    """
    outputs = []
    for row, why in zip(results, invalid, strict=True):
        known = row if not why else row[np.isfinite(row)]
        outputs.append(OutputSummary(Moments.of(known), Sketch.of(known), tuple(sorted(why.items()))))
    return Summary(results.shape[1], tuple(outputs))


def invalid_of(tape: Tape, columns: NDArray[np.float64], results: NDArray[np.float64]) -> list[Counter[str]]:
    """Return for each output why lanes have no value, with how many each."""
    found = []
    for output, row in enumerate(results):
        bad = ~np.isfinite(row)
        found.append(reasons(tape, columns[:, bad], output) if bad.any() else Counter())
    return found


def _ordered(*parts: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(dict(part))
    return tuple(sorted(total.items()))
