"""Whether the text of a typed literal is one of its datatype, and whether a store can compute with it.

Stores disagree about literals that are not: one reads `"1_000"^^xsd:integer` as a number, another leaves the cell
empty, and neither says so. Such a text is told here, before anything is stored (docs/convention.md §24).
"""

from __future__ import annotations

import calendar
import math
import re
import struct
from decimal import Decimal

from bullwhip.terms import PREFIXES

__all__ = ["beyond", "fault"]

_XSD = PREFIXES["xsd"]
_DIGITS = 400
"""Characters of a numeral; a longer one is no figure that anybody printed."""

_ZONE = r"(?P<zone>Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_YEAR = r"(?P<year>-?(?:[1-9]\d{3,}|0\d{3}))"
_MONTH, _DAY = r"(?P<month>0[1-9]|1[0-2])", r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_SPAN = r"(?:\d+Y)?(?:\d+M)?"
_CLOCK = r"(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_INTEGER = r"[+-]?\d+"
_DOUBLE = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN"

_FORMS: dict[str, tuple[str, str]] = {
    "decimal": (r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", "digits with at most one point, such as 12.50"),
    "double": (_DOUBLE, "a number such as 1.25E3"),
    "float": (_DOUBLE, "a number such as 1.25E3"),
    "boolean": ("true|false|1|0", "true or false"),
    "date": (f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}", "a day such as 2024-06-30"),
    "dateTime": (f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}", "a time such as 2024-06-30T09:00:00Z"),
    "dateTimeStamp": (f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}(?=.*[Z0-9]){_ZONE[:-1]}", "a time with its zone"),
    "time": (f"{_TIME}{_ZONE}", "a time of day such as 09:00:00"),
    "gYear": (f"{_YEAR}{_ZONE}", "a year of four digits such as 2024"),
    "gYearMonth": (f"{_YEAR}-{_MONTH}{_ZONE}", "a month such as 2024-06"),
    "gMonth": (f"--{_MONTH}{_ZONE}", "a month such as --06"),
    "gMonthDay": (f"--{_MONTH}-{_DAY}{_ZONE}", "a day of a month such as --06-30"),
    "gDay": (f"---{_DAY}{_ZONE}", "a day such as ---30"),
    "duration": (f"-?P(?=.){_SPAN}{_CLOCK}", "a duration such as P1Y6M"),
    "yearMonthDuration": (f"-?P(?=.){_SPAN}", "a duration such as P1Y6M"),
    "dayTimeDuration": (f"-?P(?=.){_CLOCK}", "a duration such as P2DT12H"),
    "hexBinary": (r"(?:[0-9a-fA-F]{2})*", "pairs of hexadecimal digits"),
    "base64Binary": (r"(?:[A-Za-z0-9+/ ]*=?=?)", "base64 text"),
    "language": (r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*", "a language tag such as zh-CN"),
}  # fmt: skip
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_PATTERNS = {name: re.compile(form, re.ASCII) for name, (form, _) in _FORMS.items()}
_WHOLE = re.compile(_INTEGER, re.ASCII)


def fault(text: str, datatype: str) -> str | None:
    """Return what is wrong with the text of a literal, or None where it is one of its datatype.

    Args:
        text: the lexical form.
        datatype: the IRI of its datatype; those that are not of XML Schema are not judged.

    >>> xsd = PREFIXES["xsd"]
    >>> fault("1_000", f"{xsd}integer")
    "'1_000' is no xsd:integer; expected ASCII digits with at most a sign"
    >>> fault("2024-02-30", f"{xsd}date")
    "'2024-02-30' is no xsd:date; 2024-02 has 29 days"
    >>> fault("200", f"{xsd}byte")
    "'200' is no xsd:byte; expected -128 to 127"
    >>> fault("12.50", f"{xsd}decimal") is None
    True
    """
    if not datatype.startswith(_XSD):
        return None
    name = datatype[len(_XSD) :]
    shown = f"{text[:60]!r}{'…' if len(text) > 60 else ''} is no xsd:{name}"
    if name in _RANGES:
        if not _WHOLE.fullmatch(text):
            return f"{shown}; expected ASCII digits with at most a sign"
        return _outside(text, name, shown)
    if name not in _PATTERNS:
        return None
    found = _PATTERNS[name].fullmatch(text)
    if found is None:
        return f"{shown}; expected {_FORMS[name][1]}"
    return _no_day(found.groupdict(), shown)


def _outside(text: str, name: str, shown: str) -> str | None:
    low, high = _RANGES[name]
    if len(text) > _DIGITS:
        return f"{shown}; it has {len(text):,} characters, at most {_DIGITS} are read"
    value = int(text)
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    if low is None or high is None:
        return f"{shown}; expected {f'from {low}' if high is None else f'at most {high}'}"
    return f"{shown}; expected {low} to {high}"


def _no_day(parts: dict[str, str | None], shown: str) -> str | None:
    """Return that a day does not exist in its month; a month without year may be that of a leap year."""
    month, day = parts.get("month"), parts.get("day")
    if not month or not day:
        return None
    year = int((parts.get("year") or "2000")[-4:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 29 if month == "02" and leap else calendar.monthrange(2001, int(month))[1]
    if int(day) <= days:
        return None
    head = f"{parts['year']}-{month}" if parts.get("year") else f"--{month}"
    return f"{shown}; {head} has {days} days"


def beyond(text: str, datatype: str) -> str | None:
    """Return why a store cannot compute with a sound literal, or None where it can.

    Integers of a store have 64 bits, its decimals 128 with 18 places; what is larger would drop out of every sum
    without a sign. A double that says more than a double holds would be another number once it is stored.

    >>> xsd = PREFIXES["xsd"]
    >>> beyond("300000000000000000000000", f"{xsd}integer")
    '300000000000000000000000 does not fit in 64 bits'
    >>> beyond("0.1", f"{xsd}double") is None, beyond("1E400", f"{xsd}double")
    (True, '1E400 is beyond what a double holds')
    """
    if not datatype.startswith(_XSD):
        return None
    name = datatype[len(_XSD) :]
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    if name in _RANGES:
        return None if -(2**63) <= int(text) < 2**63 else f"{shown} does not fit in 64 bits"
    if name == "decimal":
        return None if _fits(text) else f"{shown} does not fit in 128 bits with 18 places"
    if name in ("double", "float"):
        return _inexact(text, name, shown)
    return None


def _fits(text: str) -> bool:
    whole, _, places = text.lstrip("+-").partition(".")
    places = places.rstrip("0")
    return len(places) <= 18 and len(whole.lstrip("0")) <= 21 and int((whole or "0") + places.ljust(18, "0")) < 2**127


def _inexact(text: str, name: str, shown: str) -> str | None:
    if "N" in text.upper().replace("+", "").replace("-", ""):
        return f"{shown} is no number"
    if len(text) > _DIGITS:
        return f"{shown} has more digits than a {name} holds"
    value = float(text)
    if name == "float" and math.isfinite(value):
        try:
            value = struct.unpack("f", struct.pack("f", value))[0]
        except OverflowError:
            value = math.inf
    written = Decimal(text)
    if math.isinf(value) or (value == 0) != (written == 0):
        return f"{shown} is beyond what a {name} holds"
    if written in (Decimal(repr(value)), Decimal(value)):
        return None
    nearest = {Decimal(f"{value:.{digits}e}") for digits in range(17 if name == "double" else 9)}
    return None if written in nearest else f"{shown} has more digits than a {name} holds"
