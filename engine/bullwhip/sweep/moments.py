"""Count, mean and the sums of powers around it, merged without loss of digits.

P. Pébay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments",
Sandia report SAND2008-6212.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["Moments"]


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments and ends of some values.

    >>> both = Moments.of(np.array([1.0, 2.0])).merge(Moments.of(np.array([3.0])))
    >>> both.count, both.mean, both.variance, both.skewness, both.least, both.greatest
    (3, 2.0, 1.0, 0.0, 1.0, 3.0)
    """

    count: int = 0
    mean: float = 0.0
    second: float = 0.0
    """Sum of squares around the mean; third and fourth likewise."""
    third: float = 0.0
    fourth: float = 0.0
    least: float = inf
    greatest: float = -inf

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Moments:
        """Return the moments of finite values."""
        if not values.size:
            return cls()
        with np.errstate(over="ignore", invalid="ignore"):  # a sum that overflows is told as unknown
            mean = float(values.mean())
            around = values - mean
            square = around * around
            second, third, fourth = (float(s.sum()) for s in (square, square * around, square * square))
        return cls(values.size, mean, second, third, fourth, float(values.min()), float(values.max()))

    def merge(self, other: Moments) -> Moments:
        """Return the moments of the values of both."""
        if not self.count or not other.count:
            return self if self.count else other
        a, b = float(self.count), float(other.count)
        n, d = a + b, other.mean - self.mean
        step = d / n
        third = self.third + other.third + d * step * step * a * b * (a - b)
        third += 3.0 * step * (a * other.second - b * self.second)
        fourth = self.fourth + other.fourth + d * step**3 * a * b * (a * a - a * b + b * b)
        fourth += 6.0 * step * step * (a * a * other.second + b * b * self.second)
        fourth += 4.0 * step * (a * other.third - b * self.third)
        return Moments(
            self.count + other.count, self.mean + b * step, self.second + other.second + d * step * a * b,
            third, fourth, min(self.least, other.least), max(self.greatest, other.greatest),
        )  # fmt: skip

    @property
    def variance(self) -> float | None:
        """The sample variance; None below two values, or where it overflows."""
        return self.second / (self.count - 1) if self.count > 1 and isfinite(self.second) else None

    @property
    def deviation(self) -> float | None:
        """The sample standard deviation."""
        return None if self.variance is None else sqrt(self.variance)

    @property
    def skewness(self) -> float | None:
        """The third standardised moment; None where all values are equal or a power overflows."""
        return self._standard(self.third, 1.5)

    @property
    def kurtosis(self) -> float | None:
        """The fourth standardised moment less 3, which is that of a normal distribution."""
        found = self._standard(self.fourth, 2.0)
        return None if found is None else found - 3.0

    def _standard(self, power_sum: float, exponent: float) -> float | None:
        if self.count < 2 or self.second <= 0.0 or not isfinite(power_sum) or not isfinite(self.second):
            return None
        spread = self.second / self.count
        try:
            return float(power_sum / self.count / spread**exponent)
        except (OverflowError, ZeroDivisionError):
            return None
