"""Quantile functions of distributions: from a part of the probability to the value below which it lies."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import erf, sqrt

import numpy as np
from numpy.typing import NDArray

from bullwhip.model.uncertainty import Distribution
from bullwhip.sweep.normal import normal_quantile

__all__ = ["RATIONAL", "deviation", "percentile", "quantile_of"]

Floats = NDArray[np.float64]
_POINTS = 1 << 16
RATIONAL = ("uniform", "discrete")
"""Kinds whose percentiles are rationals; those of others are rounded to 12 digits."""
_FLAT = 1e-6


def quantile_of(distribution: Distribution) -> Callable[[Floats], Floats]:
    """Return the quantile function over arrays of probabilities between 0 and 1, both left out.

    A distribution with a cut-off is truncated by its probabilities: what lies beyond it is drawn nowhere, and its
    weight is spread over the rest; values are never moved to the cut-off.

    >>> quantile_of(Distribution("uniform", (Fraction(2), Fraction(4))))(np.array([0.25, 0.5])).tolist()
    [2.5, 3.0]
    """
    p = [float(x) for x in distribution.parameters]
    match distribution.kind:
        case "uniform":
            return _uniform(*p)
        case "triangular":
            return _triangular(*p)
        case "discrete":
            values = np.array(p)
            return lambda u: values[np.minimum((u * len(values)).astype(np.int64), len(values) - 1)]
        case "normal":
            return _normal(p[0], p[1], distribution.low, distribution.high, log=False)
        case "lognormal":
            return _normal(float(np.log(p[0])), p[1], distribution.low, distribution.high, log=True)
    raise ValueError(f"{distribution.kind} has no quantiles")


def _uniform(low: float, high: float) -> Callable[[Floats], Floats]:
    width = high - low

    def quantile(u: Floats) -> Floats:
        x = u * width
        x += low
        return np.minimum(x, high, out=x)  # rounding never leads outside

    return quantile


def _triangular(low: float, mode: float, high: float) -> Callable[[Floats], Floats]:
    whole, left, right = high - low, mode - low, high - mode

    def quantile(u: Floats) -> Floats:
        below = low + np.sqrt(u * (whole * left))
        above = high - np.sqrt((1.0 - u) * (whole * right))
        return np.where(u * whole < left, below, above)

    return quantile


def _normal(
    mean: float, sd: float, low: Fraction | None, high: Fraction | None, *, log: bool
) -> Callable[[Floats], Floats]:
    def probability(end: Fraction | None, default: float) -> float:
        if end is None or (log and end <= 0):
            return default
        z = ((float(np.log(float(end))) if log else float(end)) - mean) / sd
        return 0.5 * (1.0 + erf(z / sqrt(2.0)))

    if not log and low is not None and high is not None and float(high - low) < _FLAT * sd:
        return _uniform(
            float(low), float(high)
        )  # the density is flat to 12 digits, the probabilities of the ends equal
    first, last = probability(low, 0.0), probability(high, 1.0)
    least = -np.inf if low is None else float(low)
    most = np.inf if high is None else float(high)

    def quantile(u: Floats) -> Floats:
        if (first, last) != (0.0, 1.0):
            u = np.clip(first + (last - first) * u, 2.0**-54, 1.0 - 2.0**-53)
        x = mean + sd * normal_quantile(u)
        if log:
            x = np.exp(x)
        return np.clip(x, least, most)  # what was rounded over the edge only

    return quantile


def percentile(distribution: Distribution, part: Fraction) -> Fraction:
    """Return one quantile as a rational: exactly where it is one, else to 12 digits.

    >>> percentile(Distribution("uniform", (Fraction(1), Fraction(2))), Fraction(1, 10))
    Fraction(11, 10)
    """
    if distribution.kind == "uniform":
        low, high = distribution.parameters
        return low + (high - low) * part
    if distribution.kind == "discrete":
        return distribution.parameters[min(int(part * len(distribution.parameters)), len(distribution.parameters) - 1)]
    return Fraction(f"{quantile_of(distribution)(np.array([float(part)]))[0]:.12g}")


def deviation(distribution: Distribution) -> Fraction:
    """Return the standard deviation to 12 digits.

    >>> float(deviation(Distribution("uniform", (Fraction(0), Fraction(12)))))
    3.46410161514
    """
    p = [float(x) for x in distribution.parameters]
    ends = distribution.low, distribution.high
    match distribution.kind:
        case "uniform":
            found = (p[1] - p[0]) / sqrt(12.0)
        case "triangular":
            found = sqrt((p[0] ** 2 + p[1] ** 2 + p[2] ** 2 - p[0] * p[1] - p[0] * p[2] - p[1] * p[2]) / 18.0)
        case "discrete":
            found = float(np.std(np.array(p)))
        case "normal" if ends == (None, None):
            found = p[1]
        case _:
            parts = (np.arange(_POINTS) + 0.5) / _POINTS
            found = float(np.std(quantile_of(distribution)(parts)))
    return Fraction(f"{found:.12g}")
