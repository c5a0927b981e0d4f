"""Verdicts by exact arithmetic: does a figure come out of other printed figures, by which rounding, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from independent_audit.figures import Figure, Key

__all__ = ["Audit", "Exact", "Finding", "Slip", "matches", "root"]

Interval = tuple[Fraction, Fraction]
Formula = Callable[..., Fraction]

_MODES = (("half-up", "half-up"), ("cut", "cut"), ("half-up", "cut"), ("cut", "half-up"))
"""How the inputs were rounded, and how the figure was: first both alike, then each in its own way."""
_ABOUT = Fraction(1, 10)
"""How far a figure may be from one that is printed as about."""


@dataclass(frozen=True, slots=True)
class Exact:
    """An input taken as it stands: an assumption, a count, a price that the report sets."""

    figure: Figure | Fraction | int

    @property
    def number(self) -> Fraction:
        """Return its value."""
        return self.figure.number if isinstance(self.figure, Figure) else Fraction(self.figure)


Input = Figure | Exact | Fraction | int


@dataclass(frozen=True, slots=True)
class Slip:
    """What would explain a contradiction: the smallest change that gives the print."""

    hypothesis: str
    sure: bool = True
    """False where the report does not say clearly what it means, so that the print may be right after all."""
    accuses: tuple[Figure, ...] = ()
    """Figures of the same identity: the slip may be theirs as well."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure with its verdict."""

    figure: Figure
    verdict: str
    """reproduced, within_rounding or contradicted."""
    recomputed: Fraction | None
    """In the printed unit; None where a divisor is printed as 0."""
    how: str
    slip: Slip | None = None

    @property
    def key(self) -> Key:
        """Return the key of the figure."""
        return self.figure.key


def root(value: Fraction, degree: int) -> Fraction:
    """Return a root, cut after 40 decimal places, which is more than any print shows.

    >>> root(Fraction(16), 4), round(float(root(Fraction(2), 2)), 6)
    (Fraction(2, 1), 1.414214)
    """
    scale = 10**40
    target = value.numerator * scale**degree // value.denominator
    low, high = 0, 1 << (target.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= target else (low, middle - 1)
    return Fraction(low, scale)


def matches(figure: Figure, exact: Fraction) -> str:
    """Return how an exact value comes out as the print: half-up, cut, or not at all (empty).

    >>> from independent_audit.figures import report
    >>> matches(report("003").cell("图表81", "Overall bandwidth", "HBM2E"), Fraction("460.8"))
    'cut'
    """
    scaled, wanted = abs(exact) / figure.step, abs(figure.number) / figure.step
    if figure.number and (exact < 0) != (figure.number < 0):
        return ""
    if (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator) == wanted:
        return "half-up"
    return "cut" if scaled.numerator // scaled.denominator == wanted else ""


def _interval(value: Fraction, step: Fraction, mode: str) -> Interval:
    if mode == "half-up":
        return value - step / 2, value + step / 2
    return (value, value + step) if value >= 0 else (value - step, value)


def _input_interval(given: Input, mode: str) -> Interval:
    if isinstance(given, Figure):
        return _interval(given.number, given.step, mode)
    number = given.number if isinstance(given, Exact) else Fraction(given)
    return number, number


def _number(given: Input) -> Fraction:
    return given.number if isinstance(given, Figure | Exact) else Fraction(given)


def _range(formula: Formula, inputs: Sequence[Input], mode: str) -> Interval:
    """Return the range over the corners of the intervals: exact, as every formula here is monotone in each input."""
    sides = [dict.fromkeys(_input_interval(i, mode)) for i in inputs]
    values = [formula(*corner) for corner in product(*sides)]
    return min(values), max(values)


class Audit:
    """Collects findings; every method adds one for the figure it is given."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def follows(
        self,
        figure: Figure,
        formula: Formula,
        *inputs: Input,
        chain: Fraction | None = None,
        as_number: bool = False,
        slip: Slip | None = None,
    ) -> Finding:
        """Judge a figure that a formula gives from others.

        `chain` is its value before any rounding on the way; `as_number` takes a printed bound for its number, as where
        it is given in two units.
        """
        exact = formula(*map(_number, inputs))
        if figure.bound in ("<", "<=", ">", ">=") and not as_number:
            verdict, how = _bound(figure, exact)
        else:
            verdict, how = self._verdict(figure, formula, inputs, exact, chain)
        return self._add(figure, verdict, exact, how, slip)

    def repeats(self, figure: Figure, source: Figure, scale: Fraction | int = 1, slip: Slip | None = None) -> Finding:
        """Judge a figure that says again what another one says; `scale` turns units of one into the other."""
        if figure.value == source.number * scale:  # whatever the bounds say
            return self._add(figure, "reproduced", figure.number, "said again", slip)
        return self.follows(figure, lambda x: x * scale, source, slip=slip)

    def divides(self, figure: Figure, above: Figure, below: Figure, slip: Slip | None = None) -> Finding:
        """Judge a quotient of rounded figures, of which the lower one may be rounded to nothing."""
        exact = above.number / below.number if below.number else None
        if exact is not None and (how := matches(figure, exact)):
            return self._add(figure, "reproduced", exact, how, slip)
        for given, printed in _MODES:
            low, high = _input_interval(above, given)
            ends = [
                x * y for x in _interval(figure.number, figure.step, printed) for y in _input_interval(below, given)
            ]
            if min(ends) <= high and max(ends) >= low:
                return self._add(figure, "within_rounding", exact, f"inputs {given}, figure {printed}", slip)
        return self._add(figure, "contradicted", exact, "", slip)

    def ranges(self, figure: Figure, low: Fraction, high: Fraction, slip: Slip | None = None) -> Finding:
        """Judge a printed range by its two ends."""
        right = figure.low == low and figure.high == high
        return self._add(figure, "reproduced" if right else "contradicted", low, "both ends", slip)

    def _verdict(
        self,
        figure: Figure,
        formula: Formula,
        inputs: Sequence[Input],
        exact: Fraction,
        chain: Fraction | None,
    ) -> tuple[str, str]:
        if how := matches(figure, exact):
            return "reproduced", how
        if chain is not None and (how := matches(figure, chain)):
            return "reproduced", f"{how}, unrounded on the way"
        for given, printed in _MODES:
            low, high = _interval(figure.number, figure.step, printed)
            least, most = _range(formula, inputs, given)
            if least <= high and most >= low:
                return "within_rounding", f"inputs {given}, figure {printed}"
        if figure.bound == "~" and abs(exact - figure.number) <= _ABOUT * abs(figure.number):
            return "within_rounding", "printed as about"
        return "contradicted", ""

    def _add(self, figure: Figure, verdict: str, exact: Fraction | None, how: str, slip: Slip | None) -> Finding:
        finding = Finding(figure, verdict, exact, how, slip if verdict == "contradicted" else None)
        self.findings.append(finding)
        return finding


def _bound(figure: Figure, exact: Fraction) -> tuple[str, str]:
    above = figure.bound in (">", ">=")
    holds = exact > figure.number if above else exact < figure.number
    if holds or (exact == figure.number and figure.bound.endswith("=")):
        return "reproduced", "the bound holds"
    if exact == figure.number:
        return "within_rounding", "the bound itself"
    return "contradicted", ""
