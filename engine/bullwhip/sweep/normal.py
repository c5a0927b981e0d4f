"""The normal distribution over arrays: its quantile and its probability, each to about 16 digits.

Quantile: algorithm AS 241 (PPND16), M. J. Wichura, "The percentage points of the normal distribution", Applied
Statistics 37 (1988) 477-484. Probability: W. J. Cody, "Rational Chebyshev approximations for the error function",
Mathematics of Computation 23 (1969) 631-637.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

__all__ = ["normal_probability", "normal_quantile"]

Floats = NDArray[np.float64]

_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip

_ERF = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)  # fmt: skip
_ERFC = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
_FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip


def _ratio(form: tuple[Sequence[float], Sequence[float]], x: Floats) -> Floats:
    """Return the quotient of two polynomials, highest power first."""
    above, below = (np.full_like(x, side[0]) for side in form)
    for a, b in zip(form[0][1:], form[1][1:], strict=True):
        above *= x
        above += a
        below *= x
        below += b
    above /= below
    return above


def normal_quantile(u: Floats) -> Floats:
    """Return the standard normal values below which parts `u` of the distribution lie.

    Args:
        u: probabilities, each more than 0 and less than 1.

    >>> [round(float(z), 12) for z in normal_quantile(np.array([0.5, 0.975]))]
    [0.0, 1.95996398454]
    """
    q = u - 0.5
    z = _ratio(_CENTRE, 0.180625 - q * q)
    z *= q
    outer = np.flatnonzero(np.abs(q) > 0.425)
    if outer.size:
        part = u[outer]
        r = np.sqrt(-np.log(np.minimum(part, 1.0 - part)))
        found = _ratio(_MIDDLE, r - 1.6)
        far = r > 5.0
        if far.any():
            found[far] = _ratio(_TAIL, r[far] - 5.0)
        z[outer] = np.copysign(found, q[outer])
    return z


def normal_probability(z: Floats) -> Floats:
    """Return the part of the standard normal distribution that lies below each value.

    >>> [round(float(p), 12) for p in normal_probability(np.array([0.0, 1.959963984540054]))]
    [0.5, 0.975]
    """
    x = np.abs(z) / sqrt(2.0)
    tail = np.empty_like(x)  # erfc(x) / 2, the part beyond |z|
    small = x <= 0.46875
    if small.any():
        s = x[small]
        tail[small] = 0.5 - 0.5 * s * _ratio(_ERF, s * s)
    middle = ~small & (x <= 4.0)
    if middle.any():
        s = x[middle]
        tail[middle] = 0.5 * np.exp(-s * s) * _ratio(_ERFC, s)
    far = x > 4.0
    if far.any():
        s = np.minimum(x[far], 26.5)
        y = 1.0 / (s * s)
        tail[far] = 0.5 * np.exp(-s * s) / s * (1.0 / sqrt(pi) - y * _far(y))
    return np.where(z < 0.0, tail, 1.0 - tail)


def _far(y: Floats) -> Floats:
    return _ratio(_FAR, y)
