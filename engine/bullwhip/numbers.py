"""Exact numbers: written decimals to rationals and back, within stated limits.

A number enters as the rational that its decimal digits say and leaves as the shortest text that says the same.
Nothing here guesses: a text that is not a plain decimal is refused.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

__all__ = [
    "DECIMAL_PATTERN",
    "MAX_BITS",
    "NumberFormatError",
    "decimal_text",
    "fraction_text",
    "nearest_double",
    "read_decimal",
    "round_half_up",
]

MAX_BITS = 4096
"""Largest numerator or denominator, in bits, that a value may reach (docs/convention.md §7)."""

_DECIMAL = re.compile(r"([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?")
_FRACTION = re.compile(r"([+-]?\d+)/(\d+)")
DECIMAL_PATTERN = f"{_DECIMAL.pattern}|{_FRACTION.pattern}"
"""The texts that `read_decimal` reads, as a regular expression, but for limits and fractions over zero."""
_MAX_LENGTH = 60
_MAX_EXPONENT = 300


class NumberFormatError(ValueError):
    """A text is not a plain decimal number; the message says what was found."""


def read_decimal(text: str) -> Fraction:
    """Return the exact value of a plain decimal: digits, optional point, optional exponent, optional sign.

    ASCII digits only; no separators, no percent sign, no scale word, no `inf` or `nan`. `p/q` of two integers
    is allowed, because that is how exact values are printed.

    Raises:
        NumberFormatError: if the text is anything else, is longer than 60 characters, or has |exponent| > 300.

    >>> read_decimal("0.1"), read_decimal("-2.50e3"), read_decimal("2/3")
    (Fraction(1, 10), Fraction(-2500, 1), Fraction(2, 3))
    >>> read_decimal("1,000")
    Traceback (most recent call last):
    bullwhip.numbers.NumberFormatError: '1,000' is not a plain decimal number
    """
    if len(text) > _MAX_LENGTH:
        raise NumberFormatError(f"a number of {len(text)} characters; at most {_MAX_LENGTH} are read")
    if not text.isascii():
        raise NumberFormatError(f"{text!r} is not a plain decimal number")
    ratio = _FRACTION.fullmatch(text)
    if ratio:
        if int(ratio[2]) == 0:
            raise NumberFormatError(f"{text!r} divides by zero")
        return Fraction(int(ratio[1]), int(ratio[2]))
    match = _DECIMAL.fullmatch(text)
    if not match:
        raise NumberFormatError(f"{text!r} is not a plain decimal number")
    sign, whole, decimals, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    if abs(exponent) > _MAX_EXPONENT:
        raise NumberFormatError(f"exponent {exponent} is beyond ±{_MAX_EXPONENT}")
    value = Fraction(int(whole + decimals)) * Fraction(10) ** (exponent - len(decimals))
    return -value if sign == "-" else value


def fraction_text(value: Fraction) -> str:
    """Return an exact text: a decimal where the value has a finite one of at most 40 digits, else `p/q`.

    >>> fraction_text(Fraction(5, 4)), fraction_text(Fraction(2, 3)), fraction_text(Fraction(10) ** 25)
    ('1.25', '2/3', '10000000000000000000000000')
    """
    denominator, twos, fives = value.denominator, 0, 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    places = max(twos, fives)
    if denominator != 1 or places > 40:
        return f"{_digits(value.numerator)}/{_digits(value.denominator)}"
    digits = _digits(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    text = digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"
    return f"-{text}" if value < 0 else text


def _digits(value: int) -> str:
    """Return the decimal digits of an integer of any size; `str` refuses more than 4,300."""
    return format(Decimal(value), "f")


def nearest_double(value: Fraction) -> float | None:
    """Return the nearest double, or None where there is none: beyond their range, or so small that only zero is left.

    >>> nearest_double(Fraction(1, 4)), nearest_double(Fraction(10) ** 400), nearest_double(Fraction(1, 10**400))
    (0.25, None, None)
    """
    try:
        nearest = float(value)
    except OverflowError:
        return None
    return nearest if nearest or not value else None


def round_half_up(value: Fraction, places: int) -> Fraction:
    """Return the value rounded half away from zero to a number of decimal places (may be negative).

    >>> round_half_up(Fraction("2.345"), 2), round_half_up(Fraction("-0.5"), 0)
    (Fraction(47, 20), Fraction(-1, 1))
    """
    scale = Fraction(10) ** places
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    result = Fraction(whole) / scale
    return -result if value < 0 else result


def decimal_text(value: Fraction, significant: int = 6) -> str:
    """Return a rounded text for people: grouped thousands, at most `significant` significant digits, no trailing zeros.

    >>> decimal_text(Fraction(8718134679, 10000)), decimal_text(Fraction(1, 3)), decimal_text(Fraction(10) ** 25)
    ('871,813', '0.333333', '1e25')
    """
    if value == 0:
        return "0"
    magnitude = _floor_log10(abs(value))
    if magnitude >= 15 or magnitude < -4:
        mantissa = round_half_up(value / Fraction(10) ** magnitude, significant - 1)
        if abs(mantissa) >= 10:
            mantissa, magnitude = mantissa / 10, magnitude + 1
        return f"{fraction_text(mantissa)}e{magnitude}"
    places = max(0, significant - 1 - magnitude)
    text = fraction_text(round_half_up(value, places))
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    grouped = f"{int(whole):,}"
    return f"{sign}{grouped}.{decimals}" if decimals else f"{sign}{grouped}"


def _floor_log10(value: Fraction) -> int:
    """Return the exponent e with 10^e <= value < 10^(e+1), for a positive value, without floating point."""
    guess = len(_digits(value.numerator)) - len(_digits(value.denominator))
    return guess if Fraction(10) ** guess <= value else guess - 1
