"""Where to look closer: a quantity in doubles at many thousands of places, to find changes of side that are narrow.

Nothing is answered from it: what it points at is looked at again by exact evaluation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.analysis.line import Line
from bullwhip.errors import NumericError
from bullwhip.propagate.intervals import Interval

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Doubles = npt.NDArray[np.float64]

__all__ = ["COUNT", "suspected"]

COUNT = 16_384
"""Places in equal steps, and as many in equal ratios."""
_ZOOMS, _CLOSE, _FINE = 3, 32, 256
_MOST = 400
"""Places that are looked at exactly at most."""


def suspected(line: Line, low: Fraction, high: Fraction, target: Interval) -> list[Fraction]:
    """Return places in a range next to which the quantity seems to change sides of a target, in order.

    Between places at which it comes near the target and turns back, it is looked at again in finer steps. Nothing is
    returned where doubles cannot say anything.

    Args:
        line: the quantity along the unknown.
        low: the low end of the range.
        high: the high end.
        target: what the sides are of.
    """
    import numpy as np

    try:
        look = _Look(line, target)
        a, b = float(low), float(high)
    except (NumericError, OverflowError):
        return []
    grid = np.unique(np.concatenate([np.linspace(a, b, COUNT), *_ratios(a, b)]))
    found = look.changes(grid)
    around = [grid]
    for _ in range(_ZOOMS):
        around = [np.linspace(x, y, _FINE) for g in around for x, y in look.turns(g)][:_CLOSE]
        found += [x for g in around for x in look.changes(g)]
    inside = sorted({Fraction(x) for x in found} - {low, high})
    return [x for x in inside if low < x < high][:_MOST]


def _ratios(a: float, b: float) -> list[Doubles]:
    """Return places in equal ratios on both sides of zero, as far as the range has them."""
    import numpy as np

    far = max(abs(a), abs(b))
    near = min(abs(a), abs(b)) if a * b > 0 else far * 1e-9
    if not near or far == near:
        return []
    ladder = np.geomspace(near, far, COUNT)
    return [side[(side > a) & (side < b)] for side in (-ladder, ladder)]


class _Look:
    """A quantity in doubles, and on which side of a target it is."""

    def __init__(self, line: Line, target: Interval) -> None:
        from bullwhip.numeric.kernel import kernel
        from bullwhip.numeric.tape import compile_tape

        self.kernel: Any = kernel(compile_tape(line.source, [line.position], list(line.moved)), "numpy")
        self.ends = [(float(start), float(step)) for start, step in line.moved.values()]
        self.low, self.high = float(target.low), float(target.high)

    def values(self, grid: Doubles) -> Doubles:
        """Return the quantity at places; not a number where it has no value."""
        import numpy as np

        columns = np.array([start + step * grid for start, step in self.ends])
        found: Doubles = self.kernel(columns, allow_invalid=True)[0]
        return found

    def sides(self, values: Doubles) -> Doubles:
        """Return -1 below, 0 in and 1 above the target, and 2 where there is no value."""
        import numpy as np

        found: Doubles = np.where(
            np.isnan(values), 2.0, np.where(values < self.low, -1.0, np.where(values > self.high, 1.0, 0.0))
        )
        return found

    def changes(self, grid: Doubles) -> list[float]:
        """Return both places around each change of side."""
        import numpy as np

        (at,) = np.nonzero(np.diff(self.sides(self.values(grid))))
        return [float(x) for k in at[:_MOST] for x in grid[k : k + 2]]

    def turns(self, grid: Doubles) -> list[tuple[float, float]]:
        """Return the neighbours of places that are nearest to the target and on the same side, the nearest first."""
        import numpy as np

        values = self.values(grid)
        sides = self.sides(values)
        away = np.where(sides < 0, self.low - values, np.where(sides == 1, values - self.high, np.inf))
        inner, same = away[1:-1], (sides[1:-1] == sides[:-2]) & (sides[1:-1] == sides[2:])
        (at,) = np.nonzero(same & (inner <= away[:-2]) & (inner <= away[2:]) & (inner < np.inf))
        order = at[np.argsort(inner[at], kind="stable")][:_CLOSE]
        return [(float(grid[k]), float(grid[k + 2])) for k in order]
