"""What is known of an input that is not known exactly: its distribution, and how it moves with others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.amount import AmountError
from bullwhip.numbers import NumberFormatError, fraction_text, read_decimal

__all__ = ["KINDS", "Correlation", "Distribution", "Varied", "read_distribution", "read_rank"]

KINDS = {
    "uniform": "(LOW, HIGH)",
    "triangular": "(LOW, MODE, HIGH)",
    "normal": "(MEAN, SD)",
    "lognormal": "(MEDIAN, SIGMA)",
    "discrete": "(A, B, …)",
}
"""Every kind of distribution with its parameters; SIGMA is the standard deviation of the natural logarithm."""

_FORMS = "LOW..HIGH, ±10%, " + ", ".join(f"{kind}{form}" for kind, form in KINDS.items())
_COUNT = {"uniform": 2, "triangular": 3, "normal": 2, "lognormal": 2}
_MAX_VALUES = 64
_MOST = Fraction(10) ** 300
_MOST_SIGMA = 20
"""A tenth of the samples would lie beyond 10^11 times the median; doubles end at 10^308."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution with exact parameters in the unit of its quantity.

    >>> Distribution("normal", (Fraction(3, 10), Fraction(1, 20)), Fraction(0), Fraction(1)).text()
    'normal(0.3, 0.05) within 0 … 1'
    """

    kind: str
    """One of KINDS, or `relative`: so much to both sides of a value that is not known yet."""
    parameters: tuple[Fraction, ...]
    low: Fraction | None = None
    """The least value it is cut off at, where it would reach farther; None is none."""
    high: Fraction | None = None

    @property
    def ends(self) -> tuple[Fraction | None, Fraction | None]:
        """The least and the greatest value it can take; None where there is none."""
        if self.kind == "lognormal":
            return (Fraction(0) if self.low is None else max(self.low, Fraction(0))), self.high
        if self.kind == "normal":
            return self.low, self.high
        return min(self.parameters), max(self.parameters)

    def around(self, base: Fraction, low: Fraction | None, high: Fraction | None) -> Distribution:
        """Return a relative one as uniform around a value, no farther than a range; any other as it is.

        >>> Distribution("relative", (Fraction(1, 10),)).around(Fraction(-20), None, None).parameters
        (Fraction(-22, 1), Fraction(-18, 1))
        """
        if self.kind != "relative":
            return self
        reach = abs(base) * self.parameters[0]
        least, most = base - reach, base + reach
        return Distribution(
            "uniform", (least if low is None else max(least, low), most if high is None else min(most, high))
        )

    def text(self) -> str:
        """Return the distribution as it can be typed, with what it is cut off at."""
        if self.kind == "relative":
            return f"±{fraction_text(self.parameters[0] * 100)}%"
        written = [fraction_text(p) for p in self.parameters]
        shown = f"{written[0]}..{written[1]}" if self.kind == "uniform" else f"{self.kind}({', '.join(written)})"
        if self.low is None and self.high is None:
            return shown
        low = "-∞" if self.low is None else fraction_text(self.low)
        high = "∞" if self.high is None else fraction_text(self.high)
        return f"{shown} within {low} … {high}"


@dataclass(frozen=True, slots=True)
class Varied:
    """One distribution of a scenario: which cells, as written, and where."""

    name: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Correlation:
    """How the ranks of two inputs move together."""

    one: str
    other: str
    """Both as written: names of inputs."""
    rank: Fraction
    """Rank correlation (Spearman), between -1 and 1."""
    place: str = ""


def read_rank(text: str) -> Fraction:
    """Return a rank correlation.

    Raises:
        AmountError: BW431 for anything that is not a number between -1 and 1, both left out.

    >>> read_rank("-0.5")
    Fraction(-1, 2)
    """
    try:
        value = read_decimal(text.strip())
    except NumberFormatError as error:
        raise AmountError("BW431", str(error), "write a rank correlation such as 0.5") from None
    if not -1 < value < 1:
        message = f"a rank correlation of {fraction_text(value)}"
        raise AmountError("BW431", message, "it lies between -1 and 1; what moves as one is one input")
    return value


def read_distribution(
    text: str, amount: Callable[[str], Fraction], spread: Callable[[str], Fraction], limits: tuple[Fraction | None, ...]
) -> Distribution:
    """Read `LOW..HIGH`, `±10%`, or a kind with its parameters; nothing is evaluated.

    Args:
        text: as typed.
        amount: reads a value of the quantity, in its range; raises AmountError.
        spread: reads an amount in the quantity's unit that is no value of it, such as a standard deviation.
        limits: the quantity's declared range; normal and lognormal are cut off there.

    Raises:
        AmountError: BW431 for a distribution that cannot be read or be, else what `amount` raises, with its place.

    >>> read_distribution("triangular(1, 2, 4)", Fraction, Fraction, (None, None)).parameters
    (Fraction(1, 1), Fraction(2, 1), Fraction(4, 1))
    """
    if ".." in text:
        return _range(text, amount)
    stripped = text.strip()
    for sign in ("±", "+-", "+/-"):
        if stripped.startswith(sign):
            return _relative(stripped.removeprefix(sign))
    kind, bracket, rest = stripped.partition("(")
    kind = kind.strip()
    if kind not in KINDS or not bracket or not rest.endswith(")"):
        raise AmountError("BW431", f"{stripped!r} is not a distribution", f"write {_FORMS}")
    parts = rest[:-1].split(",")
    wanted = _COUNT.get(kind)
    if len(parts) != wanted if wanted else not 2 <= len(parts) <= _MAX_VALUES:
        raise AmountError("BW431", f"{kind} with {len(parts)} parameters", f"write {kind}{KINDS[kind]}")
    readers = {"normal": (amount, spread), "lognormal": (amount, _pure)}.get(kind, (amount,) * len(parts))
    position = text.index("(") + 1
    values = []
    for part, read in zip(parts, readers, strict=True):
        values.append(_at(text, part, position, read))
        position += len(part) + 1
    return _checked(kind, tuple(values), limits)


def _pure(text: str) -> Fraction:
    try:
        return read_decimal(text)
    except NumberFormatError as error:
        raise AmountError("BW431", str(error), "SIGMA is a pure number, e.g. 0.3 for about 30 %") from None


def _at(text: str, part: str, position: int, read: Callable[[str], Fraction]) -> Fraction:
    try:
        return read(part.strip())
    except AmountError as error:
        start = position + len(part) - len(part.lstrip())
        raise AmountError(error.code, str(error), error.hint, start, max(1, len(part.strip()))) from None


def _range(text: str, amount: Callable[[str], Fraction]) -> Distribution:
    left, _, right = text.partition("..")
    unit = right.lstrip().lstrip("+-0123456789.eE/")
    if unit.strip() and not left.strip().lstrip("+-0123456789.eE/"):
        shared = f"{left.strip()} {unit}"  # a range shares its unit, as a printed one does
        low = _at(text, left, 0, lambda _: amount(shared))
    else:
        low = _at(text, left, 0, amount)
    high = _at(text, right, len(left) + 2, amount)
    return _checked("uniform", (low, high), (None, None))


def _relative(text: str) -> Distribution:
    number, percent, rest = text.partition("%")
    try:
        value = read_decimal(number.strip()) / 100
    except NumberFormatError:
        value = Fraction(0)
    if not percent or rest.strip() or value <= 0:
        hint = "write ±10% for so much of the value itself to both sides; for ends of your own write LOW..HIGH"
        raise AmountError("BW431", f"{'±' + text!r} is not a relative range", hint)
    return Distribution("relative", (value,))


def _checked(kind: str, values: tuple[Fraction, ...], limits: tuple[Fraction | None, ...]) -> Distribution:
    if any(abs(v) > _MOST for v in values):
        raise AmountError("BW431", f"a parameter of {kind} is beyond ±1e300", "samples are doubles, which end at 1e308")
    shown = f"{kind}({', '.join(fraction_text(v) for v in values)})"
    if kind in ("uniform", "triangular"):
        if list(values) != sorted(values) or values[0] == values[-1]:
            raise AmountError("BW431", f"the parameters of {shown} do not rise", f"write {kind}{KINDS[kind]}")
        return Distribution(kind, values)
    if kind == "discrete":
        if len(set(values)) < len(values):
            raise AmountError("BW431", f"{shown} names a value twice", "each value is as likely as any other")
        return Distribution(kind, tuple(sorted(values)))
    if values[1] <= 0 or (kind == "lognormal" and values[0] <= 0):
        what = "MEDIAN and SIGMA" if kind == "lognormal" else "SD"
        raise AmountError("BW431", f"{what} of {shown} must be more than 0", f"write {kind}{KINDS[kind]}")
    if kind == "lognormal" and values[1] > _MOST_SIGMA:
        hint = f"at most {_MOST_SIGMA}; SIGMA is of the natural logarithm, 0.3 for about 30 %"
        raise AmountError("BW431", f"SIGMA of {shown} is too large", hint)
    return Distribution(kind, values, *limits)
