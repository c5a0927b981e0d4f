"""Reads Chinese numerals that say one definite number; colloquial and approximate ones are not read."""

from __future__ import annotations

import re
from fractions import Fraction

__all__ = ["NUMERAL", "read_numeral"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000}

NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千点]+")
"""What may be a numeral below ten thousand; 万 and 亿 are scales and stand outside."""


def read_numeral(text: str) -> Fraction | None:
    """Return the number that a numeral below ten thousand says, or None where it says none or more than one.

    >>> read_numeral("三十五"), read_numeral("十"), read_numeral("一百零五"), read_numeral("二点五")
    (Fraction(35, 1), Fraction(10, 1), Fraction(105, 1), Fraction(5, 2))
    >>> read_numeral("两三"), read_numeral("十四五"), read_numeral("百"), read_numeral("一百二")
    (None, None, None, None)
    """
    if len(text) > 20:
        return None
    whole, point, decimals = text.partition("点")
    value = _whole(whole)
    if value is None or not point:
        return value
    if not decimals or any(c not in _DIGITS or c == "两" for c in decimals):
        return None
    return value + Fraction(int("".join(str(_DIGITS[c]) for c in decimals)), 10 ** len(decimals))


def _whole(text: str) -> Fraction | None:
    if len(text) == 1 and text in _DIGITS:
        return Fraction(_DIGITS[text])
    if text.startswith("十"):
        text = "一" + text
    total, digit, last, gap = 0, None, 10_000, False
    for character in text:
        if character in ("零", "〇"):
            if digit is not None or last == 10_000 or gap:
                return None
            gap = True
        elif character in _DIGITS:
            if digit is not None:
                return None  # 两三: about two or three
            digit = _DIGITS[character]
        else:
            place = _PLACES.get(character, 0)
            if digit is None or not 0 < place < last or (total and place < last // 10 and not gap):
                return None  # 百: no definite number; 五百三千: out of order
            total, digit, last, gap = total + digit * place, None, place, False
    if digit is None:
        return Fraction(total) if total and not gap else None
    if last > 10 and not gap:
        return None  # 一百二 is 120 to some and 102 to others
    return Fraction(total + digit)
