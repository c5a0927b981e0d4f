"""What a printed figure can stand for: the intervals of half-up rounding and of truncation, exactly (convention §6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Literal

from bullwhip.model.claim import Claim
from bullwhip.numbers import round_half_up
from bullwhip.propagate.intervals import Interval

__all__ = ["MODES", "Mode", "Printed", "is_counted", "places_in", "places_of", "print_interval", "read_print"]

Mode = Literal["half-up", "truncation"]
MODES: tuple[Mode, Mode] = ("half-up", "truncation")

_NUMBER = re.compile(
    r"(\()?[-−]?(\d[\d,]*(?:\.(\d+))?)(?:\s*(?:[×x]|\\times)\s*10\s*\^\s*\{?\s*(-?\d+)\s*\}?|[eE]([+-]?\d+)(?!\d))?"
)
_WRITTEN_OUT = 4
"""Decimals from which a figure printed as about is a fraction written out."""
_SIGN = re.compile(r"\s*([-+−－＋–(（])\s*[0-9０-９.]")


def places_in(lexical: str, value: Fraction | None = None) -> int | None:
    """Return the decimal places of the number in a print; negative for powers of ten, None where that is unclear.

    Args:
        lexical: the print.
        value: the figure meant, where the print holds several numbers.

    >>> places_in("87.18"), places_in("9.0×10^9"), places_in("30%"), places_in("20-30")
    (2, -8, 0, None)
    >>> places_in("12 Links @ 25.0 GB/s", Fraction(25))
    1
    """
    found = list(_NUMBER.finditer(lexical))
    if len(found) > 1 and value is not None:
        meant = [m for m in found if _value(m) == abs(value)]
        found = meant if len({_places(m) for m in meant}) == 1 else []
    elif len(found) != 1:
        return None
    return _places(found[0]) if found else None


def _exponent(match: re.Match[str]) -> int:
    return int(match[4] or match[5] or 0)


def _value(match: re.Match[str]) -> Fraction:
    return Fraction(match[2].replace(",", "")) * Fraction(10) ** _exponent(match)


def _places(match: re.Match[str]) -> int:
    return len(match[3] or "") - _exponent(match)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed value with its last place, in the printed unit."""

    value: Fraction
    places: int
    sign: int = 0
    """Of a printed zero: -1 with a minus sign or accounting parentheses, 1 with a plus sign."""

    @property
    def step(self) -> Fraction:
        """One unit of the last printed place."""
        return Fraction(10) ** -self.places

    def matches(self, exact: Fraction) -> Mode | None:
        """Return how an exact value comes out as this print, or None."""
        if exact * self.sign < 0:
            return None
        if round_half_up(exact, self.places) == self.value:
            return "half-up"
        scaled = abs(exact) / self.step
        cut = self.step * (scaled.numerator // scaled.denominator)
        return "truncation" if (cut if exact >= 0 else -cut) == self.value else None

    def interval(self, mode: Mode) -> Interval:
        """Return the exact values that print like this; the end at which the next print begins is open.

        >>> Printed(Fraction("0.7"), 1).interval("half-up"), Printed(Fraction("0.7"), 1).interval("half-up").holds(
        ...     Fraction("0.75"))
        (Interval(low=Fraction(13, 20), high=Fraction(3, 4)), False)
        """
        reach = self.step / 2 if mode == "half-up" else self.step
        if self.value == 0:
            low, high = (Fraction(0) if self.sign > 0 else -reach), (Fraction(0) if self.sign < 0 else reach)
            return Interval(low, high, low_open=self.sign <= 0, high_open=self.sign >= 0)
        inner = abs(self.value) - (reach if mode == "half-up" else 0)
        outer = abs(self.value) + reach
        if self.value > 0:
            return Interval(inner, outer, high_open=True)
        return Interval(-outer, -inner, low_open=True)

    def about(self) -> Printed:
        """Return the print as rounded at its last digit that is not zero, which is what a round number says.

        >>> Printed(Fraction(800), 0).about().interval("half-up")
        Interval(low=Fraction(750, 1), high=Fraction(850, 1))
        >>> Printed(Fraction("33.3333"), 4).about().value
        Fraction(33, 1)
        """
        places = self.places
        if self.value and places >= _WRITTEN_OUT:  # about a third, as 33.3333: two digits are all that is meant
            places = next(p for p in range(-18, places + 1) if abs(self.value) * Fraction(10) ** p >= 10)
            return Printed(round_half_up(self.value, places), places, self.sign)
        while self.value and places > -18 and (self.value / Fraction(10) ** (1 - places)).denominator == 1:
            places -= 1
        return Printed(self.value, places, self.sign)

    def slips(self) -> Iterator[tuple[str, Fraction]]:
        """Yield values that a slip of the pen would have turned into this print, each with the slip's name."""
        yield from self.swapped()
        yield from self.shifted()
        yield "the sign is lost", -self.value
        yield from self.mistyped()

    def swapped(self) -> Iterator[tuple[str, Fraction]]:
        """Yield values with two neighbouring digits the other way round."""
        digits, sign = str(abs(int(self.value / self.step))), -1 if self.value < 0 else 1
        for i in range(len(digits) - 1):
            if digits[i] != digits[i + 1]:
                other = digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
                yield f"digits {digits[i + 1]}{digits[i]} printed as {digits[i : i + 2]}", sign * int(other) * self.step

    def mistyped(self) -> Iterator[tuple[str, Fraction]]:
        """Yield values with one digit other than printed."""
        digits, sign = str(abs(int(self.value / self.step))), -1 if self.value < 0 else 1
        for i, digit in enumerate(digits):
            for other in "0123456789":
                if other != digit and not (i == 0 and other == "0"):
                    changed = digits[:i] + other + digits[i + 1 :]
                    yield f"digit {other} printed as {digit}", sign * int(changed) * self.step

    def shifted(self) -> Iterator[tuple[str, Fraction]]:
        """Yield values that a slip in the scale turns into this one."""
        for power in (-1, 1, -2, 2, -4, 4, -3, 3, -8, 8):
            yield f"off by a factor of 10^{power}", self.value / Fraction(10) ** power


def read_print(claim: Claim) -> Printed | None:
    """Return the one figure of a claim with its last printed place, or None where a range or a text is printed.

    A figure whose print shows no such number, as in `200 多万`, takes the places of its written value.
    """
    if claim.value is None:
        return None
    places = places_of(claim, claim.value)
    sign = 0
    if claim.value == 0 and (mark := _SIGN.match(claim.lexical)):
        sign = 1 if mark[1] in "+＋" else -1
    return Printed(claim.value, places, sign)


def _shortest(value: Fraction) -> int:
    """Return the least number of decimal places that writes a value, at most 12."""
    return next((p for p in range(12) if (value * 10**p).denominator == 1), 12)


def is_counted(claim: Claim, counts: Collection[str]) -> bool:
    """Return whether a print counts things one by one: a whole number of a counted thing, without scale or bound.

    Such a print is no rounding: eight cards are eight cards.

    Args:
        claim: the print.
        counts: the counted things of the workspace.
    """
    named = re.findall(r"[^\W\d]\w*", claim.unit_id)
    whole = claim.value is not None and claim.value.denominator == 1 and claim.bound == ""
    return bool(named) and set(named) <= set(counts) and whole


def print_interval(claim: Claim, mode: Mode) -> Interval | None:
    """Return what a printed figure can stand for in its printed unit; None where no number is printed.

    A range is taken from end to end, each end rounded; a figure printed as about is rounded at its last digit that is
    not zero; a bound leaves one side open.
    """
    if claim.low is not None or claim.high is not None:
        everything = Interval(-inf, inf)
        low, high = (
            everything if end is None else Printed(end, places_of(claim, end)).interval(mode)
            for end in (claim.low, claim.high)
        )
        return Interval(low.low, high.high, low.low_open, high.high_open)
    printed = read_print(claim)
    if printed is None:
        return None
    if claim.bound in (">", ">="):
        return Interval(printed.value, inf)
    if claim.bound in ("<", "<="):
        return Interval(-inf, printed.value)
    return printed.about().interval("half-up") if claim.bound == "~" else printed.interval(mode)


def places_of(claim: Claim, value: Fraction) -> int:
    """Return the decimal places with which a claim prints one of its values."""
    places = places_in(claim.lexical, value)
    if places is None:
        return _shortest(value)
    return places - _taken_in(claim.lexical, value)


def _taken_in(lexical: str, value: Fraction) -> int:
    """Return the power of ten by which a value is larger than the one figure printed, as 950,000 of `95万`, or 0."""
    found = list(_NUMBER.finditer(lexical))
    printed = _value(found[0]) if len(found) == 1 else Fraction(0)
    if not value or not printed:
        return 0
    return next((k for k in range(-4, 17) if printed * Fraction(10) ** k == abs(value)), 0)
