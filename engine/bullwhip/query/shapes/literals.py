"""What literals mean: well-formed or not, and compared exactly, without the limits of a store.

Numbers are compared as rationals, so no rounding decides. A time with a timezone and one without have no order.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache

import pyoxigraph as ox

from bullwhip.query.shapes.terms import OX_STRING, RDF, RDFS, XSD

__all__ = ["NUMERIC", "compare", "has_datatype", "is_well_formed"]

_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None), "long": (-(2**63), 2**63 - 1), "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-(2**7), 2**7 - 1), "nonNegativeInteger": (0, None), "positiveInteger": (1, None),
    "unsignedLong": (0, 2**64 - 1), "unsignedInt": (0, 2**32 - 1), "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 2**8 - 1), "nonPositiveInteger": (None, 0), "negativeInteger": (None, -1),
}  # fmt: skip
NUMERIC = frozenset([*_INTEGERS, "decimal", "double", "float"])
"""Names of the datatypes of numbers."""

_ZONE = r"(?P<zone>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_CLOCK = (
    r"(?:(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:\.[0-9]+)?)"
    r"|(?P<end>24:00:00(?:\.0+)?))"
)
_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_FORMS = {
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "double": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
    "boolean": r"true|false|0|1",
    "dateTime": rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}})T{_CLOCK}{_ZONE}",
    "date": rf"{_YEAR}-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){_ZONE}",
    "time": rf"{_CLOCK}{_ZONE}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-(?P<month>0[1-9]|1[0-2]){_ZONE}",
    "duration": r"(?P<sign>-)?P(?=[0-9T])(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?(?:(?P<days>[0-9]+)D)?"
                r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+(?:\.[0-9]+)?)S)?)?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
}  # fmt: skip
_PATTERNS = {name: re.compile(form) for name, form in _FORMS.items()}
_PATTERNS["float"] = _PATTERNS["double"]
_PATTERNS["dateTimeStamp"] = _PATTERNS["dateTime"]
_PATTERNS["dayTimeDuration"] = _PATTERNS["yearMonthDuration"] = _PATTERNS["duration"]
_INTEGER = re.compile(r"[+-]?[0-9]+")
_MAX_DIGITS = 2_000
"""Longer numbers are compared with nothing: a text of a million digits is no figure."""

Value = tuple[str, object, object]
"""Kind, order within the kind, and what must be equal for two values of the kind to have an order."""


def is_well_formed(literal: ox.Literal) -> bool:
    """Return whether a literal has a lexical form of its datatype; what is unknown is taken for well-formed.

    >>> byte = ox.NamedNode("http://www.w3.org/2001/XMLSchema#byte")
    >>> is_well_formed(ox.Literal("127", datatype=byte)), is_well_formed(ox.Literal("300", datatype=byte))
    (True, False)
    """
    name = _name(literal)
    return name not in _READERS or _READERS[name](literal.value) is not None


def has_datatype(literal: ox.Literal, datatype: str) -> bool:
    """Return whether a literal is a well-formed one of a datatype."""
    if datatype == RDFS + "Literal":
        return True
    return literal.datatype.value == datatype and is_well_formed(literal)


def compare(one: ox.Literal, other: ox.Literal) -> int | None:
    """Return the sign of the difference of two literals; None where they have no order.

    >>> xsd = "http://www.w3.org/2001/XMLSchema#"
    >>> tenth = ox.Literal("0.1", datatype=ox.NamedNode(xsd + "decimal"))
    >>> compare(tenth, ox.Literal("0.1", datatype=ox.NamedNode(xsd + "double")))
    -1
    >>> compare(tenth, ox.Literal("0.1")) is None
    True
    """
    first, second = _value(one), _value(other)
    if first is None or second is None or (first[0], first[2]) != (second[0], second[2]):
        return None
    if first[1] != first[1] or second[1] != second[1]:  # not a number equals nothing
        return None
    if first[1] == second[1]:
        return 0
    if first[0] == "duration":
        return None
    return -1 if first[1] < second[1] else 1  # type: ignore[operator]


def _name(literal: ox.Literal) -> str:
    datatype = literal.datatype.value
    return datatype[len(XSD) :] if datatype.startswith(XSD) else ""


@lru_cache(maxsize=65_536)
def _value(literal: ox.Literal) -> Value | None:
    if literal.datatype.value == OX_STRING:
        return "string", literal.value, ""
    if literal.datatype.value == RDF + "langString":
        return None
    reader = _READERS.get(_name(literal))
    return reader(literal.value) if reader else None


def _integer(name: str) -> Callable[[str], Value | None]:
    least, most = _INTEGERS[name]

    def read(text: str) -> Value | None:
        if not _INTEGER.fullmatch(text):
            return None
        if len(text) > _MAX_DIGITS:
            return ("number", float("nan"), "") if least is None and most is None else None
        number = int(text)
        inside = (least is None or number >= least) and (most is None or number <= most)
        return ("number", Fraction(number), "") if inside else None

    return read


def _decimal(text: str) -> Value | None:
    if not _PATTERNS["decimal"].fullmatch(text):
        return None
    return "number", Fraction(text) if len(text) <= _MAX_DIGITS else float("nan"), ""


def _double(text: str) -> Value | None:
    if not _PATTERNS["double"].fullmatch(text):
        return None
    number = float(text.lower().replace("inf", "infinity"))
    return "number", Fraction(number) if abs(number) < float("inf") else number, ""


def _boolean(text: str) -> Value | None:
    return ("boolean", text in ("true", "1"), "") if _PATTERNS["boolean"].fullmatch(text) else None


def _moment(name: str) -> Callable[[str], Value | None]:
    pattern = _PATTERNS[name]

    def read(text: str) -> Value | None:
        match = pattern.fullmatch(text)
        if match is None or len(text) > 100:
            return None
        part = match.groupdict()
        days = _days(int(part.get("year") or 2000), int(part.get("month") or 1), int(part.get("day") or 1))
        zone = part["zone"]
        if days is None or (name == "dateTimeStamp" and not zone):
            return None
        seconds = Fraction(86_400 * days)
        if part.get("end"):
            seconds += 86_400 if name != "time" else 0
        elif part.get("hour"):
            seconds += 3600 * int(part["hour"]) + 60 * int(part["minute"]) + Fraction(part["second"])
        if zone and zone != "Z":
            away = 3600 * int(zone[1:3]) + 60 * int(zone[4:6])
            seconds += -away if zone[0] == "+" else away
        return ("dateTime" if name == "dateTimeStamp" else name), seconds, bool(zone)

    return read


def _days(year: int, month: int, day: int) -> int | None:
    """Return the days since some day long ago; the calendar repeats every 400 years."""
    try:
        return date(year % 400 + 400, month, day).toordinal() + (year // 400) * 146_097
    except ValueError:
        return None


def _duration(name: str) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        match = _PATTERNS["duration"].fullmatch(text)
        if match is None or len(text) > 100 or text.endswith("T"):
            return None
        part = {k: Fraction(v) for k, v in match.groupdict().items() if v and k != "sign"}
        months = 12 * part.pop("years", Fraction()) + part.pop("months", Fraction())
        scale = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
        seconds = sum((scale[k] * v for k, v in part.items()), Fraction())
        sign = -1 if match["sign"] else 1
        date_letters, _, time_letters = text.partition("T")
        if name == "dayTimeDuration":
            return None if set(date_letters) & set("YM") else (name, sign * seconds, "")
        if name == "yearMonthDuration":
            return None if "D" in date_letters or time_letters else (name, sign * months, "")
        return "duration", (sign * months, sign * seconds), ""

    return read


def _unordered(name: str) -> Callable[[str], Value | None]:
    pattern = _PATTERNS[name]
    return lambda text: (name, text, text) if pattern.fullmatch(text) else None


_READERS: dict[str, Callable[[str], Value | None]] = {
    **{name: _integer(name) for name in _INTEGERS},
    **{name: _moment(name) for name in ("dateTime", "dateTimeStamp", "date", "time", "gYear", "gYearMonth")},
    **{name: _duration(name) for name in ("duration", "dayTimeDuration", "yearMonthDuration")},
    "decimal": _decimal, "double": _double, "float": _double, "boolean": _boolean, "hexBinary": _unordered("hexBinary"),
}  # fmt: skip
