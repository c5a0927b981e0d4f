"""Whole phrases that are a figure in words: doubled, halved."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from bullwhip.reading.words import BOUND_AFTER, BOUND_BEFORE

__all__ = ["read_phrase"]

_BEFORE = "|".join(sorted((re.escape(w) for w, b in BOUND_BEFORE.items() if b in ("~", ">")), key=len, reverse=True))
_DOUBLED = re.compile(
    rf"(?:同比|环比)?(?:增长|实现|业绩)?({_BEFORE})?"
    r"(翻番|翻了?一番|翻倍|倍增|翻了?一倍|翻了?([两二三四五])番)(左右|以上)?"
)
_HALVED = re.compile(rf"(?:同比|环比)?({_BEFORE})?(减半|腰斩)")
_OVER_HALF = re.compile(r"(过|超过|超|近|约|接近|不足|不到)半(?:数)?")
_TIMES = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5}


def read_phrase(text: str) -> tuple[Fraction, str, Literal["level", "change", "multiple"], str] | None:
    """Return value, unit, sense and bound of a phrase, or None where the text is none.

    >>> read_phrase("翻两番"), read_phrase("近翻番")[3], read_phrase("过半")[3], read_phrase("3%")
    ((Fraction(4, 1), '倍', 'multiple', ''), '~', '>', None)
    """
    if len(text) > 20:
        return None
    if match := _DOUBLED.fullmatch(text):
        before, after = BOUND_BEFORE.get(match[1] or "", ""), BOUND_AFTER.get(match[4] or "", "")
        if before and after and before != after:
            return None
        return Fraction(2 ** _TIMES.get(match[3] or "", 1)), "倍", "multiple", before or after
    if match := _HALVED.fullmatch(text):
        bound = BOUND_BEFORE.get(match[1] or "", "")
        return Fraction(-50), "%", "change", {">": "<"}.get(bound, bound)
    if match := _OVER_HALF.fullmatch(text):
        return Fraction(1, 2), "", "level", BOUND_BEFORE[match[1]]
    return None
