"""Counter-based samples: every value is a function of seed, input, block and row, and of nothing that ran before.

The generator is Philox4x64-10 (J. K. Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011), whose
raw stream NumPy promises to keep. Its key is the seed and the name of the input, its counter starts at the block: an
input draws the same values whatever else varies, and a block can be drawn anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bullwhip.model.uncertainty import Distribution
from bullwhip.sweep.normal import normal_probability, normal_quantile
from bullwhip.sweep.quantiles import quantile_of

__all__ = ["CHUNK", "Variable", "chunks", "columns_of", "correlated", "uniforms"]

Floats = NDArray[np.float64]
CHUNK = 8192
"""Rows that are drawn and evaluated at once, so that they stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that varies: a stream of probabilities, and the columns that it moves."""

    name: str
    """Keys its stream."""
    columns: tuple[tuple[int, Distribution], ...]
    """Columns of the kernel with their distributions, all at the same probability: they move as one."""


def uniforms(seed: int, name: str, block: int) -> np.random.Philox:
    """Return the generator of one input in one block."""
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
    return np.random.Philox(key=np.array([seed, key], np.uint64), counter=np.array([0, 0, block, 0], np.uint64))


def _next(generator: np.random.Philox, rows: int) -> Floats:
    """Return probabilities between 0 and 1, both left out: odd multiples of 2^-53."""
    raw = generator.random_raw(rows)
    raw >>= np.uint64(12)
    u = raw.astype(np.float64)
    u += 0.5
    u *= 2.0**-52
    return u


def chunks(
    variables: Sequence[Variable],
    joint: Sequence[int],
    factor: Sequence[Sequence[float]],
    seed: int,
    block: int,
    rows: int,
) -> Iterator[list[Floats]]:
    """Give the probabilities of one block, chunk by chunk, one array for each variable.

    Args:
        variables: what varies.
        joint: the numbers of the variables that are correlated.
        factor: lower triangle of the square root of their normal correlations.
        seed: of the sweep.
        block: its number.
        rows: how many samples the block has.

    >>> one = Variable("x", ())
    >>> [part[0].shape for part in chunks([one], (), (), 7, 0, 10_000)]
    [(8192,), (1808,)]
    """
    generators = [uniforms(seed, v.name, block) for v in variables]
    for start in range(0, rows, CHUNK):
        drawn = [_next(g, min(CHUNK, rows - start)) for g in generators]
        if joint:
            correlated(drawn, joint, factor)
        yield drawn


def correlated(drawn: list[Floats], joint: Sequence[int], factor: Sequence[Sequence[float]]) -> None:
    """Replace independent probabilities by those of a Gaussian copula, in place."""
    normals = [normal_quantile(drawn[k]) for k in joint]
    for row, k in enumerate(joint):
        if any(factor[row][:row]):
            mixed = factor[row][0] * normals[0]
            for column in range(1, row + 1):
                mixed += factor[row][column] * normals[column]
            drawn[k] = np.clip(normal_probability(mixed), 2.0**-54, 1.0 - 2.0**-53)


def columns_of(variables: Sequence[Variable], drawn: Sequence[Floats], width: int) -> Floats:
    """Return the values of every column, `(width, rows)`, from the probabilities of every variable.

    >>> from fractions import Fraction
    >>> pair = Variable("x", ((0, Distribution("uniform", (Fraction(0), Fraction(8)))),))
    >>> columns_of([pair], [np.array([0.25])], 1).tolist()
    [[2.0]]
    """
    columns = np.empty((width, drawn[0].size if len(drawn) else 0))
    for variable, u in zip(variables, drawn, strict=True):
        done: dict[Distribution, int] = {}
        for column, distribution in variable.columns:
            if distribution in done:
                columns[column] = columns[done[distribution]]
                continue
            columns[column] = quantile_of(distribution)(u)
            done[distribution] = column
    return columns
