"""What a printed figure can stand for: the intervals of half-up rounding and of truncation, exactly (convention §6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from bullwhip.numbers import round_half_up

__all__ = ["Mode", "Printed", "printed_places"]

Mode = Literal["half-up", "truncation"]

_NUMBER = re.compile(r"[-−]?\d[\d,]*(?:\.(\d+))?(?:\s*[×x]\s*10\s*\^\s*\{?\s*(-?\d+)\s*\}?|[eE]([+-]?\d+))?")


def printed_places(lexical: str) -> int | None:
    """Return the decimal places of the one number in a print; negative for powers of ten, None where it has several.

    >>> printed_places("87.18"), printed_places("9.0×10^9"), printed_places("30%"), printed_places("20-30")
    (2, -8, 0, None)
    """
    found = list(_NUMBER.finditer(lexical))
    if len(found) != 1:
        return None
    exponent = int(found[0][2] or found[0][3] or 0)
    return len(found[0][1] or "") - exponent


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed value with its last place, in the printed unit."""

    value: Fraction
    places: int

    @property
    def step(self) -> Fraction:
        """One unit of the last printed place."""
        return Fraction(10) ** -self.places

    def matches(self, exact: Fraction) -> Mode | None:
        """Return how an exact value comes out as this print, or None."""
        if round_half_up(exact, self.places) == self.value:
            return "half-up"
        scaled = abs(exact) / self.step
        cut = self.step * (scaled.numerator // scaled.denominator)
        return "truncation" if (cut if exact >= 0 else -cut) == self.value else None

    def interval(self, mode: Mode) -> tuple[Fraction, Fraction]:
        """Return the closed hull of the exact values that print like this.

        >>> Printed(Fraction("0.7"), 1).interval("half-up")
        (Fraction(13, 20), Fraction(3, 4))
        """
        if mode == "half-up":
            return self.value - self.step / 2, self.value + self.step / 2
        return (self.value, self.value + self.step) if self.value >= 0 else (self.value - self.step, self.value)

    def slips(self) -> Iterator[tuple[str, Fraction]]:
        """Yield values that a slip of the pen would have turned into this print, each with the slip's name."""
        digits = str(abs(int(self.value / self.step)))
        sign = -1 if self.value < 0 else 1
        for i in range(len(digits) - 1):
            if digits[i] != digits[i + 1]:
                swapped = digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :]
                yield f"digits {digits[i]}{digits[i + 1]} swapped", sign * int(swapped) * self.step
        for i, digit in enumerate(digits):
            for other in "0123456789":
                if other != digit and not (i == 0 and other == "0"):
                    changed = digits[:i] + other + digits[i + 1 :]
                    yield f"digit {other} printed as {digit}", sign * int(changed) * self.step
        for power in (-4, -3, -2, -1, 1, 2, 3, 4):
            yield f"off by a factor of 10^{power}", self.value / Fraction(10) ** power
