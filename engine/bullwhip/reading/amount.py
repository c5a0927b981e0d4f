"""Reads one number with its scale and unit inside a text: the middle of the grammar of printed figures."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from bullwhip.reading.characters import RAISED
from bullwhip.reading.numerals import NUMERAL, read_numeral
from bullwhip.reading.outcome import Refusal
from bullwhip.reading.unit_text import match_unit
from bullwhip.reading.words import SCALES

__all__ = ["Amount", "read_amount"]

_MAX_EXPONENT = 300
_MAX_DIGITS = 60


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with scale and unit, and where it ends."""

    value: Fraction
    scale: str
    unit: str
    bound: str
    """`>` where 多 or 余 stands inside: 32万余家."""
    end: int
    signed: bool
    plain: bool
    """Whether the number is written with digits only."""
    currency: bool = False
    """Whether the unit is a currency that stands before the number."""


_MONEY_BEFORE = re.compile(
    r"(US\$|NT\$|HK\$|\$|¥|€|£|(?:USD|RMB|CNY|EUR|NTD|TWD|HKD|JPY)(?![A-Za-z])|人民币|新台币|美元)\s?"
)
_DIGITS = re.compile(r"([0-9]+(?:,[0-9]+)*)(\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_POWER = re.compile(
    r"\s?[×xX*·]\s?10\s?(?:\^|\*\*)\s?(?:\{([+-]?[0-9]{1,5})\}|\(([+-]?[0-9]{1,5})\)|([+-]?[0-9]{1,5}))(?![0-9])"
)
_TEN = re.compile(r"10\s?(?:\^|\*\*)\s?(?:\{([+-]?[0-9]{1,5})\}|\(([+-]?[0-9]{1,5})\)|([+-]?[0-9]{1,5}))(?![0-9])")
_EXPONENT = re.compile(r"([eE])([+-]?)([0-9]{1,5})(?![0-9.A-Za-z])")
_FRACTION = re.compile(r"([0-9]{1,2})\s?/\s?([0-9]{1,5})(?![0-9./])")
_OF = re.compile(
    r"(百|千|万|[二两三四五六七八九十]{1,3}|[0-9]{1,4})分之([零〇一二两三四五六七八九十百千点]+|[0-9]+(?:\.[0-9]+)?)"
)
_HALF = re.compile(r"一半|半数")
_BELOW_ONE = (2, 3, 4, 5, 6, 7, 8, 9, 10, 100, 1000, 10000)
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}
_MORE = re.compile(r"\s?(多|余|\+)(?=[万亿千百\s]|个|家|台|张|颗|片|块|名|人|位|项|款|种|次|件|倍|天|年|元|美|%|小时)")
_LOOSE = re.compile(r"(?<![A-Za-z]) | (?![A-Za-z])")
_MORE_BOUND = {"多": ">", "余": ">", "+": ">="}
_SCALE = re.compile(
    r"\s?(?:(" + "|".join(sorted((s for s in SCALES if not s.isascii()), key=len, reverse=True)) + r")"
    r"|((?:" + "|".join(sorted((s for s in SCALES if s.isascii()), key=len, reverse=True)) + r")(?![A-Za-z])))"
)
_MONEY_SCALE = {"K": "thousand", "k": "thousand", "M": "million", "m": "million", "B": "billion", "b": "billion",
                "T": "trillion"}  # fmt: skip
_NO_YUAN = ("", "元", "元人民币")


def read_amount(text: str, start: int, units: Collection[str]) -> Amount | Refusal | None:
    """Return the amount that begins at a position; a refusal where it is malformed; None where none begins there.

    >>> a = read_amount("-5.2万片/月以上", 0, ()); a.value, a.scale, a.unit, a.end
    (Fraction(-26, 5), '万', '片/月', 8)
    """
    at, sign, signed = _sign(text, start)
    money = _MONEY_BEFORE.match(text, at)
    currency = ""
    if money:
        currency, at = money[1], money.end()
        if not signed:
            at, sign, signed = _sign(text, at)
    closing = False
    if text[at : at + 1] == "(" and not signed and re.match(r"\(\s?[$¥€]?[0-9.]", text[at : at + 3]):
        closing, at, sign, signed = True, at + 1, -1, True
    number = _number(text, at)
    if number is None or isinstance(number, Refusal):
        return number
    value, at, plain = number
    return _with_unit(text, sign * value, at, (currency, closing, signed, plain), units)


def _sign(text: str, at: int) -> tuple[int, int, bool]:
    if text[at : at + 1] in ("+", "-") and text[at + 1 : at + 2] not in ("", " ", "+", "-", "("):
        return at + 1, -1 if text[at] == "-" else 1, True
    return at, 1, False


def _with_unit(
    text: str, value: Fraction, at: int, state: tuple[str, bool, bool, bool], units: Collection[str]
) -> Amount | Refusal | None:
    """Read what follows the digits: 多, scale, unit, the closing parenthesis."""
    currency, closing, signed, plain = state
    if text[at : at + 1] and text[at] in RAISED:
        return Refusal("superscript", detail=text[at])
    bound = ""
    if more := _MORE.match(text, at):
        bound, at = _MORE_BOUND[more[1]], more.end(1)
    scale = ""
    if found := _SCALE.match(text, at):
        scale, at = found[1] or found[2], found.end()
        if scale == "亿" and (rest := re.match(r"([0-9]{1,4})万(?!亿)", text[at:])) and int(rest[1]) < 10_000:
            value, at = value + Fraction(int(rest[1]), 10_000) * (-1 if value < 0 else 1), at + rest.end()
    elif currency and text[at : at + 1] in _MONEY_SCALE and not text[at + 1 : at + 2].isalnum():
        scale, at = _MONEY_SCALE[text[at]], at + 1
    if not bound and (more := _MORE.match(text, at)):
        bound, at = _MORE_BOUND[more[1]], more.end(1)
    if closing and text[at : at + 1] == ")":
        closing, at = False, at + 1
        if not scale and (found := _SCALE.match(text, at)):
            scale, at = found[1] or found[2], found.end()
    unit_at = at + 1 if text[at : at + 1] == " " else at
    end = match_unit(text, unit_at, units)
    unit = _LOOSE.sub("", text[unit_at:end]) if end > unit_at else ""
    if end > unit_at:
        at = end
    if closing:
        if text[at : at + 1] != ")":
            return None
        at += 1
    return _checked(text, Amount(value, scale, unit, bound, at, signed, plain), currency)


def _checked(text: str, a: Amount, currency: str) -> Amount | Refusal | None:
    """Return the amount with its currency, unless what surrounds the number says that it is none."""
    if currency:
        unit = a.unit
        if currency in ("人民币", "RMB", "CNY", "新台币") and unit in _NO_YUAN:
            unit = ""
        if unit and not unit.startswith("/"):
            return Refusal("contradiction", detail=f"{currency} and {unit}")
        return Amount(a.value, a.scale, currency + unit, a.bound, a.end, a.signed, a.plain, currency=True)
    if a.unit not in ("", "倍") and not a.plain and "/" in text[: a.end - len(a.unit)]:
        return Refusal("several", detail=text[: a.end])  # 1/3核 may as well be one core or three
    if a.unit == "G" and a.plain and a.value in range(2, 8) and not a.scale:
        return Refusal("identifier", detail="a generation of mobile networks")
    if a.unit == "年" and a.plain and not a.scale and a.value in range(1900, 2101) and not a.bound:
        return Refusal("period")
    return a


def _number(text: str, at: int) -> tuple[Fraction, int, bool] | Refusal | None:
    """Return the number, where it ends, and whether it is digits only."""
    if text[at : at + 1] in _VULGAR:
        return Fraction(_VULGAR[text[at]]), at + 1, False
    if match := _OF.match(text, at):
        return _parts(match)
    if match := _HALF.match(text, at):
        return Fraction(1, 2), match.end(), False
    if match := NUMERAL.match(text, at):
        value = read_numeral(match[0])
        after = text[match.end() : match.end() + 1]
        return None if value is None or after in ("大", "般", "些", "定", "体", "第") else (value, match.end(), False)
    if match := _TEN.match(text, at):
        return _power(Fraction(1), match)
    if match := _FRACTION.match(text, at):
        return _ratio(match)
    match = _DIGITS.match(text, at)
    return _decimal(text, match) if match else None


def _decimal(text: str, match: re.Match[str]) -> tuple[Fraction, int, bool] | Refusal | None:
    whole = match[1] or "0"
    if "," in whole and not _GROUPED.fullmatch(whole):
        return Refusal("separator", detail=match[0])
    digits = whole.replace(",", "")
    if len(match[0]) > _MAX_DIGITS:
        return Refusal("limit", detail=f"{len(match[0])} digits")
    if len(digits) > 1 and digits.startswith("0"):
        return Refusal("identifier", detail=f"{match[0]} begins with a zero")
    at = match.end()
    follows = text[at : at + 2]
    if follows[:1] in (",", ".") and follows[1:].isdigit():
        return Refusal("separator", detail=f"{match[0]}{follows}")
    if len(digits) == 8 and "," not in whole and not match[2] and _is_date(digits):
        return Refusal("period", detail=digits)
    value = Fraction(digits) + (Fraction(f"0{match[2] or match[0]}") if "." in match[0] else 0)
    if text[at : at + 1] in _VULGAR and not match[2]:
        return value + Fraction(_VULGAR[text[at]]), at + 1, False
    if power := _POWER.match(text, at):
        return _power(value, power)
    if exponent := _EXPONENT.match(text, at):
        return _scientific(value, match, exponent)
    return value, at, True


def _power(value: Fraction, match: re.Match[str]) -> tuple[Fraction, int, bool] | Refusal:
    exponent = int(match[1] or match[2] or match[3])
    if abs(exponent) > _MAX_EXPONENT:
        return Refusal("limit", detail=f"10^{exponent}")
    return value * Fraction(10) ** exponent, match.end(), False


def _scientific(value: Fraction, mantissa: re.Match[str], match: re.Match[str]) -> tuple[Fraction, int, bool] | Refusal:
    """Read `3.1e23`; 24E2 and 1E10 may as well be a period or a code and are refused."""
    normal = len(mantissa[1] or "") == 1 and mantissa[1] != "0"
    sure = mantissa[2] or match[2] or (match[1] == "e" and len(match[3]) >= 2)
    if not normal or not sure:
        return Refusal("notation", detail=mantissa[0] + match[0])
    exponent = int(match[2] + match[3])
    if abs(exponent) > _MAX_EXPONENT:
        return Refusal("limit", detail=match[0])
    return value * Fraction(10) ** exponent, match.end(), False


def _ratio(match: re.Match[str]) -> tuple[Fraction, int, bool] | Refusal:
    """Read 1/3, 2/3, 1/100; what may as well be a date, a rank or two alternatives is refused."""
    above, below = match[1], int(match[2])
    known = (above, below) in (("2", 3), ("3", 4)) or (above == "1" and below in _BELOW_ONE)
    return (Fraction(int(above), below), match.end(), False) if known else Refusal("several", detail=match[0])


def _parts(match: re.Match[str]) -> tuple[Fraction, int, bool] | None:
    """Read 百分之三十, 三分之一."""
    below = {"百": Fraction(100), "千": Fraction(1000), "万": Fraction(10000)}.get(match[1]) or _either(match[1])
    above = _either(match[2])
    return None if not below or above is None else (above / below, match.end(), False)


def _either(text: str) -> Fraction | None:
    return Fraction(text) if text[0].isdigit() else read_numeral(text)


def _is_date(digits: str) -> bool:
    if not "1900" <= digits[:4] <= "2099":
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
