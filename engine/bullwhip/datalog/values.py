"""What a term says: an exact number, a date, a text, or nothing that has an order; and numbers as terms.

Pure Python, one term at a time. Evaluation keeps the values of the terms it meets; proofs and their replay read them
afresh.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from bullwhip.numbers import NumberFormatError, fraction_text, read_decimal
from bullwhip.terms import BASE, BW, PREFIXES

__all__ = [
    "DOUBLE",
    "NUMBER",
    "OTHER",
    "RATIONAL",
    "TEXT",
    "Value",
    "compare",
    "literal",
    "number_of_text",
    "number_term",
    "number_terms",
    "read_value",
    "skolem_term",
    "stated_number",
]

XSD = PREFIXES["xsd"]
RATIONAL = f"{BW}rational"
"""Datatype of exact numbers that are neither whole nor a decimal of at most 40 places: `"1/3"^^bw:rational`."""

NUMBER, TEXT, DOUBLE, OTHER = "number", "text", "double", "other"
"""Kinds of values; dates and times are kinds of their own, named by datatype, with `Z` where a time zone is given."""

_INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger", "long", "int",
        "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_RATIO = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
_PLAIN_NUMBER = re.compile(rf'"([+-]?[0-9]+)(?:\.([0-9]*))?"\^\^<{XSD}(integer|decimal)>')
"""What most numbers look like; read without taking the literal apart."""
_MAX_DIGITS = 4000
"""Longer numbers are not read; Python itself refuses above 4,300 digits."""
_ZONE = r"(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEARS = r"(-?(?:[1-9][0-9]{3,8}|0[0-9]{3}))"
_DATE = re.compile(rf"{_YEARS}-([0-9]{{2}})-([0-9]{{2}}){_ZONE}")
_TIME = re.compile(rf"{_YEARS}-([0-9]{{2}})-([0-9]{{2}})T([0-9]{{2}}):([0-9]{{2}}):([0-9]{{2}}(?:\.[0-9]+)?){_ZONE}")
_MONTH = re.compile(rf"{_YEARS}-([0-9]{{2}}){_ZONE}")
_YEAR = re.compile(rf"{_YEARS}{_ZONE}")
_TEMPORAL = frozenset({"date", "dateTime", "gYearMonth", "gYear"})
_ESCAPE = re.compile(r'\\(?:([tbnrf"\'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
_PLAIN = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Value(NamedTuple):
    """A kind and, where the kind has an order, what to compare by."""

    kind: str
    key: Fraction | str | None = None

    @property
    def number(self) -> Fraction | None:
        """The number, where it is one."""
        return self.key if isinstance(self.key, Fraction) and self.kind == NUMBER else None

    @property
    def is_ordered(self) -> bool:
        """Whether values of this kind have an order."""
        return self.key is not None


def literal(term: str) -> tuple[str, str, str] | None:
    """Return lexical form, datatype IRI and language of a literal; None for other terms.

    >>> literal('"ab"@en'), literal('"1"^^<urn:d>'), literal("<urn:x>")
    (('ab', '', 'en'), ('1', 'urn:d', ''), None)
    """
    if not term.startswith('"'):
        return None
    end = term.rindex('"')
    lexical, rest = term[1:end], term[end + 1 :]
    if "\\" in lexical:
        lexical = _ESCAPE.sub(lambda m: _PLAIN[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), lexical)
    if rest.startswith("^^<"):
        return lexical, rest[3:-1], ""
    return lexical, "", rest[1:]


def read_value(term: str) -> Value:
    """Return what a term says. A literal whose text does not fit its datatype is a term like any other.

    >>> read_value('"2.50"^^<http://www.w3.org/2001/XMLSchema#decimal>').key
    Fraction(5, 2)
    >>> read_value('"光模块"@zh').kind, read_value('"x"^^<http://www.w3.org/2001/XMLSchema#integer>').kind
    ('other', 'other')
    """
    plain = _PLAIN_NUMBER.fullmatch(term)
    if plain and len(term) <= _MAX_DIGITS and (plain[2] is None or plain[3] == "decimal"):
        places = plain[2] or ""
        return Value(NUMBER, Fraction(int(plain[1] + places), 10 ** len(places)))
    parts = literal(term)
    if parts is None or parts[2]:
        return Value(OTHER)
    lexical, datatype, _ = parts
    if datatype in ("", f"{XSD}string"):
        return Value(TEXT, lexical)
    if datatype in (f"{XSD}double", f"{XSD}float"):
        return Value(DOUBLE)
    number = _number(lexical, datatype)
    if number is not None:
        return Value(NUMBER, number)
    name = datatype.removeprefix(XSD)
    return _moment(name, lexical) if name in _TEMPORAL and datatype.startswith(XSD) else Value(OTHER)


def _number(lexical: str, datatype: str) -> Fraction | None:
    if len(lexical) > _MAX_DIGITS:
        return None
    if datatype in _INTEGERS:
        return Fraction(int(lexical)) if _INTEGER.fullmatch(lexical) else None
    if datatype == f"{XSD}decimal":
        return _decimal(lexical) if _DECIMAL.fullmatch(lexical) else None
    return number_of_text(lexical) if datatype == RATIONAL else None


def _decimal(lexical: str) -> Fraction:
    whole, _, places = lexical.partition(".")
    return Fraction(int(whole + places), 10 ** len(places))


def number_of_text(text: str) -> Fraction | None:
    """Return the number that a text says exactly, a decimal or `p/q`; None where it says none.

    >>> number_of_text("1/3"), number_of_text("2.5e3"), number_of_text("many")
    (Fraction(1, 3), Fraction(2500, 1), None)
    """
    if len(text) > _MAX_DIGITS:
        return None
    ratio = _RATIO.fullmatch(text)
    if ratio:
        return Fraction(int(ratio[1]), int(ratio[2])) if int(ratio[2]) else None
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    try:
        return read_decimal(text)
    except NumberFormatError:
        return None


def stated_number(term: str) -> Fraction | None:
    """Return what `number(…)` reads: a number, the exact text of one, or the written digits of a double.

    >>> stated_number('"1/3"'), stated_number('"2.5E25"^^<http://www.w3.org/2001/XMLSchema#double>')
    (Fraction(1, 3), Fraction(25000000000000000000000000, 1))
    """
    value = read_value(term)
    if value.number is not None:
        return value.number
    parts = literal(term)
    return number_of_text(parts[0]) if parts and value.kind in (TEXT, DOUBLE) else None


def _moment(name: str, lexical: str) -> Value:
    """Return a date, time, month or year, ordered by the moment at which it begins."""
    pattern = {"date": _DATE, "dateTime": _TIME, "gYearMonth": _MONTH, "gYear": _YEAR}[name]
    match = pattern.fullmatch(lexical)
    if match is None:
        return Value(OTHER)
    *fields, zone = match.groups()
    year, month, day = (int(f) for f in (*fields, "1", "1")[:3]) if name != "dateTime" else map(int, fields[:3])
    days = _days(year, month, day)
    clock = _clock(fields[3:]) if name == "dateTime" else Fraction(0)
    if days is None or clock is None:
        return Value(OTHER)
    return Value(name + ("Z" if zone else ""), days * 86_400 + clock - _offset(zone))


def _clock(fields: list[str]) -> Fraction | None:
    hours, minutes, seconds = int(fields[0]), int(fields[1]), Fraction(fields[2])
    if (hours == 24 and minutes == 0 and seconds == 0) or (hours < 24 and minutes < 60 and seconds < 60):
        return hours * 3_600 + minutes * 60 + seconds
    return None


def _offset(zone: str | None) -> int:
    if not zone or zone == "Z":
        return 0
    seconds = int(zone[1:3]) * 3_600 + int(zone[4:6]) * 60
    return -seconds if zone[0] == "-" else seconds


def _days(year: int, month: int, day: int) -> int | None:
    """Return the days since 0000-03-01 of a day in the Gregorian calendar; None where there is no such day."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        return None
    shifted = year - (month <= 2)  # years begin in March, so that the leap day is the last
    return (
        365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    )


def compare(comparison: str, left: Value, right: Value, same: bool) -> bool | str:
    """Return whether a comparison holds, or why it neither holds nor fails.

    Args:
        comparison: one of `= != < <= > >=`.
        left: what the left term says.
        right: what the right term says.
        same: whether both are one term.

    >>> compare("=", read_value('"1"^^<http://www.w3.org/2001/XMLSchema#integer>'), Value(NUMBER, Fraction(1)), False)
    True
    >>> compare("<", Value(TEXT, "a"), Value(NUMBER, Fraction(1)), False)
    'text and number have no common order'
    """
    if left.kind == right.kind and left.is_ordered:
        return _COMPARISONS[comparison](left.key, right.key)
    kinds = {left.kind, right.kind}
    if kinds <= {NUMBER, DOUBLE}:
        return "a double is not exact; read it with number()"
    if comparison in ("=", "!=") and not (len(kinds) == 2 and len({k.removesuffix("Z") for k in kinds}) == 1):
        return same == (comparison == "=")
    names = ("a term without order" if k == OTHER else k.removesuffix("Z") for k in (left.kind, right.kind))
    return " and ".join(names) + " have no common order"


def number_term(value: Fraction) -> str:
    """Return a number as a term: an integer, a decimal of at most 40 places, or a rational.

    >>> number_term(Fraction(10) ** 25)
    '"10000000000000000000000000"^^<http://www.w3.org/2001/XMLSchema#integer>'
    >>> number_term(Fraction(5, 4)), number_term(Fraction(1, 3))  # doctest: +ELLIPSIS
    ('"1.25"^^<...#decimal>', '"1/3"^^<...#rational>')
    """
    text = fraction_text(value)
    if "/" in text:
        return f'"{text}"^^<{RATIONAL}>'
    return f'"{text}"^^<{XSD}{"decimal" if "." in text else "integer"}>'


def number_terms(numerators: Sequence[Fraction | int], denominator: int, values: Sequence[Fraction]) -> list[str]:
    """Return numbers over one denominator as terms; quickly where all are decimals.

    >>> number_terms([5, -10], 20, [Fraction(1, 4), Fraction(-1, 2)]) == [
    ...     number_term(Fraction(1, 4)), number_term(Fraction(-1, 2))]
    True
    """
    places = next((p for p in range(19) if 10**p % denominator == 0), None)
    if places is None:
        return [number_term(v) for v in values]
    scale = 10**places // denominator
    return [
        _scaled_term(n * scale, places) if type(n) is int and n.bit_length() < _MAX_DIGITS else number_term(v)
        for n, v in zip(numerators, values, strict=True)
    ]


def _scaled_term(value: int, places: int) -> str:
    """Return a whole number of tenths, hundredths, … as a term."""
    digits = str(abs(value)).rjust(places + 1, "0")
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "-" if value < 0 else ""
    if not decimals:
        return f'"{sign}{whole}"^^<{XSD}integer>'
    return f'"{sign}{whole}.{decimals}"^^<{XSD}decimal>'


def skolem_term(kind: str, arguments: tuple[str, ...]) -> str:
    """Return the IRI of a new node: of its kind, and a hash of its arguments.

    A term holds no line break, so that the joined text says which arguments there are.

    >>> skolem_term("exposure", ("<urn:c>", "<urn:d>"))
    '<https://w3id.org/bullwhip/id/exposure/ccccd4d00bd96824c9c5134ede1fdf05ff36fb20>'
    """
    from hashlib import sha256

    digest = sha256("\n".join((kind, *arguments)).encode()).hexdigest()[:40]
    return f"<{BASE}{kind}/{digest}>"
