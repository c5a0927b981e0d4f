"""Units: a closed vocabulary, exact factors, and dimensions in which every counted thing is its own (convention §8).

A unit text such as `TFLOP/(s*accelerator)`, `亿 USD` or `kW/rack` is read to a factor and a dimension. Nothing is
guessed: a name is in the vocabulary or it is refused. SI prefixes attach only to units that declare them, the scales
万 亿 万亿 百万 only to counted things and money; they are scales of input and output, never of a stored value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.errors import did_you_mean
from bullwhip.numbers import NumberFormatError, read_decimal

__all__ = [
    "BASE_UNITS",
    "DIMENSIONLESS",
    "SCALES",
    "SI_PREFIXES",
    "Dimension",
    "Unit",
    "UnitError",
    "Vocabulary",
    "divide",
    "multiply",
    "named",
    "power",
    "show",
]

Dimension = tuple[tuple[str, Fraction], ...]
"""Exponents of base dimensions, sorted by name, none of them zero; `()` is dimensionless."""

DIMENSIONLESS: Dimension = ()

SI_PREFIXES = {
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
    "Z": 21,
    "m": -3,
    "u": -6,
    "n": -9,
    "p": -12,
    "c": -2,
}
"""Prefix to its power of ten."""

SCALES = {
    "万亿": 12,
    "千亿": 11,
    "百亿": 10,
    "十亿": 9,
    "亿": 8,
    "千万": 7,
    "百万": 6,
    "十万": 5,
    "万": 4,
    "千": 3,
    "百": 2,
}
"""Scale to its power of ten."""

_WRITTEN = {
    "thousand": "千", "million": "百万", "billion": "十亿", "trillion": "万亿",
    "mn": "百万", "bn": "十亿", "tn": "万亿",
}  # fmt: skip
"""Words that documents print for a scale, and the scale; `read unit` knows them, a unit of ours is written one way."""

_GROUPED = re.compile(r"\s*([+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)(?![0-9,])")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?:e[0-9]{1,2})?)(?![0-9.])|(?P<name>[^\W\d]\w*|%|¥|\$)|(?P<op>\*|/|\^|\(|\)|·|-)|(?P<bad>\S))"
)
_MAX_TEXT, _MAX_DEPTH, _MAX_POWER = 80, 8, 6


class UnitError(ValueError):
    """A unit text is malformed or names something outside the vocabulary; the message says which."""

    def __init__(self, message: str, hint: str = "", unknown: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: 1 of it is `factor` of the coherent unit of its dimension."""

    text: str
    factor: Fraction
    dimension: Dimension

    def convertible(self, other: Unit) -> bool:
        """Return whether a value in this unit can be given in the other."""
        return self.dimension == other.dimension


def multiply(a: Dimension, b: Dimension) -> Dimension:
    """Return the dimension of a product."""
    exponents = dict(a)
    for name, exponent in b:
        exponents[name] = exponents.get(name, Fraction(0)) + exponent
    return tuple(sorted((n, e) for n, e in exponents.items() if e))


def power(a: Dimension, exponent: Fraction) -> Dimension:
    """Return the dimension of a power."""
    return tuple((n, e * exponent) for n, e in a) if exponent else DIMENSIONLESS


def divide(a: Dimension, b: Dimension) -> Dimension:
    """Return the dimension of a quotient."""
    return multiply(a, power(b, Fraction(-1)))


def show(dimension: Dimension) -> str:
    """Return a dimension as text for a message.

    >>> show((("accelerator", Fraction(-1)), ("flop", Fraction(1)), ("time", Fraction(-1))))
    'flop/(accelerator*time)'
    """

    def factor(name: str, exponent: Fraction) -> str:
        return name if exponent == 1 else f"{name}^{exponent}"

    above = [factor(n, e) for n, e in dimension if e > 0]
    below = [factor(n, -e) for n, e in dimension if e < 0]
    if not above and not below:
        return "dimensionless"
    denominator = f"({'*'.join(below)})" if len(below) > 1 else "".join(below)
    return "*".join(above) + (f"/{denominator}" if below else "") if above else f"1/{denominator}"


def named(text: str, dimension: Dimension) -> str:
    """Return a unit with its dimension for a message; once where they are the same word.

    >>> named("CNY", (("money_cny", Fraction(1)),)), named("cup", (("cup", Fraction(1)),))
    ('CNY = money_cny', 'cup')
    """
    said = show(dimension)
    return text if text == said else f"{text} = {said}"


@dataclass(frozen=True, slots=True)
class _Name:
    factor: Fraction
    dimension: Dimension
    si: bool = False
    scale: bool = False


_BASE: tuple[tuple[str, str, bool, bool], ...] = (
    # dimension, unit, takes SI prefixes, takes Chinese scales
    ("time", "s", False, False),
    ("mass", "g", True, False),
    ("length", "m", True, False),
    ("temperature", "K", False, False),
    ("current", "A", False, False),
    ("data", "bit", True, False),
    ("flop", "FLOP", True, True),
    ("operation", "OP", True, True),
    ("calendar_year", "year", False, False),
    ("calendar_month", "month", False, False),
    ("money_usd", "USD", False, True),
    ("money_cny", "CNY", False, True),
    ("money_eur", "EUR", False, True),
    ("money_jpy", "JPY", False, True),
    ("money_twd", "TWD", False, True),
    ("money_hkd", "HKD", False, True),
    ("money_gbp", "GBP", False, True),
    ("money_krw", "KRW", False, True),
)
BASE_UNITS: dict[str, str] = {dimension: name for dimension, name, *_ in _BASE}
"""Base dimension to its coherent unit; a counted thing is its own."""

_DEFINED: tuple[tuple[str, str, bool, bool], ...] = (
    ("min", "60 s", False, False),
    ("h", "3600 s", False, False),
    ("day", "86400 s", False, False),
    ("week", "604800 s", False, False),
    ("J", "1000 g*m^2/s^2", True, False),
    ("W", "J/s", True, True),
    ("Wh", "W*h", True, True),
    ("V", "W/A", True, False),
    ("Hz", "1/s", True, False),
    ("B", "8 bit", True, False),
    ("bps", "bit/s", True, False),
    ("t", "1000000 g", False, True),
    ("kt", "1000 t", False, False),  # by name, not by prefix: in trade mt is a tonne, not a thousandth of one
    ("Mt", "1000000 t", False, False),
    ("Gt", "1000000000 t", False, False),
    ("ha", "10000 m^2", False, True),
    ("L", "0.001 m^3", False, True),
    ("%", "0.01", False, False),
    ("pp", "0.01", False, False),
)
_ALIASES = {
    "美元": "USD", "$": "USD", "元": "CNY", "人民币": "CNY", "RMB": "CNY", "¥": "CNY", "日元": "JPY", "欧元": "EUR",
    "新台币": "TWD", "港元": "HKD", "秒": "s", "分钟": "min", "小时": "h", "天": "day", "日": "day", "周": "week",
    "吨": "t", "平方米": "m^2", "瓦": "W", "千瓦": "kW", "兆瓦": "MW", "千瓦时": "kWh", "度": "kWh", "pct": "%",
    "FLOPS": "FLOP/s", "TFLOPS": "TFLOP/s", "PFLOPS": "PFLOP/s", "EFLOPS": "EFLOP/s", "ZFLOPS": "ZFLOP/s",
    "GFLOPS": "GFLOP/s", "TOPS": "TOP/s",
}  # fmt: skip
"""Other spellings in use, each of exactly one unit. A rate stays a rate: TFLOPS is TFLOP/s and never TFLOP."""


@dataclass
class Vocabulary:
    """The units that may be named: a fixed base plus the counted things that a workspace declares.

    >>> v = Vocabulary.with_counts({"accelerator": ("张",)})
    >>> v.parse("万张").factor, v.parse("TFLOP/(s*accelerator)").dimension[0]
    (Fraction(10000, 1), ('accelerator', Fraction(-1, 1)))
    >>> v.parse("gpu")
    Traceback (most recent call last):
    bullwhip.units.UnitError: no unit 'gpu'
    """

    names: dict[str, _Name] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    _parsed: dict[str, Unit] = field(default_factory=dict, repr=False)

    @classmethod
    def with_counts(cls, counts: Mapping[str, Iterable[str]]) -> Vocabulary:
        """Return the base vocabulary plus counted things, each a dimension of its own, with their other spellings.

        Args:
            counts: the unit's name to its aliases, e.g. `{"accelerator": ("张", "卡")}`.

        Raises:
            UnitError: if a name or alias is already taken.
        """
        vocabulary = cls()
        for dimension, name, si, scale in _BASE:
            vocabulary.names[name] = _Name(Fraction(1), ((dimension, Fraction(1)),), si, scale)
        for name, text, si, scale in _DEFINED:
            unit = vocabulary.parse(text)
            vocabulary.names[name] = _Name(unit.factor, unit.dimension, si, scale)
        vocabulary.aliases.update(_ALIASES)
        for name, others in counts.items():
            vocabulary._declare(name, others)
        return vocabulary

    def _declare(self, name: str, others: Iterable[str]) -> None:
        if name in {dimension for dimension, *_ in _BASE}:  # it would add up with seconds, bits or dollars
            raise UnitError(f"the unit name {name!r} is already taken by a base dimension", "", name)
        for spelling in (name, *others):
            try:
                self.parse(spelling)
            except UnitError:
                continue
            raise UnitError(f"the unit name {spelling!r} is already taken", "", name)
        self.names[name] = _Name(Fraction(1), ((name, Fraction(1)),), scale=True)
        for spelling in others:
            self.aliases[spelling] = name
        self._parsed.clear()

    def parse(self, text: str) -> Unit:
        """Read a unit text.

        Raises:
            UnitError: if the text is too long, malformed, or names an unknown unit.
        """
        unit = self._parsed.get(text)
        if unit is None:
            factor, dimension = _Parser(self, text).parse()
            unit = self._parsed[text] = Unit(text, factor, dimension)
        return unit

    def split_amount(self, text: str) -> tuple[Fraction, Unit | None]:
        """Read a number with an optional unit, as typed: `35 %`, `1.5 万 CNY/kW`, `0.7`.

        Raises:
            NumberFormatError: if the number is malformed.
            UnitError: if the unit is.
        """
        if len(text) > 2 * _MAX_TEXT:
            raise NumberFormatError(f"an amount of {len(text)} characters; at most {2 * _MAX_TEXT} are read")
        match = re.match(r"\s*([+-]?[0-9][0-9.eE+/-]*)\s*(.*?)\s*$", text)
        if not match:
            raise NumberFormatError(f"{text!r} does not begin with a plain decimal number")
        grouped = _GROUPED.match(text)
        if grouped:
            digits = grouped[1]
            raise UnitError(
                f"{digits!r} has separators", f"write {text.strip().replace(digits, digits.replace(',', ''), 1)}"
            )
        number, rest = match[1], match[2]
        while number and not number[-1].isdigit():  # `3e` of `3EUR` or a trailing operator belongs to the unit
            number, rest = number[:-1], number[-1] + rest
        return read_decimal(number), self._of_amount(rest, text) if rest else None

    def _of_amount(self, rest: str, text: str) -> Unit:
        """Read the unit behind a number, in which no second number and no second scale may hide."""
        before, scale = "", ""
        for kind, value in _Parser(self, rest).tokens:
            if kind == "number" and value != "1" and before not in ("^", "-"):
                raise NumberFormatError(f"{text!r} holds two numbers")
            if kind == "name" and self._name(value)[1] == DIMENSIONLESS:
                if scale:
                    raise UnitError(f"{scale!r} and {value!r} in {text!r} are two scales", "write the number out")
                scale = value
            before = value
        return self.parse(rest)

    def _name(self, name: str) -> tuple[Fraction, Dimension]:
        if name in self.names:
            return self.names[name].factor, self.names[name].dimension
        if name in self.aliases:
            unit = self.parse(self.aliases[name])
            return unit.factor, unit.dimension
        if name in SCALES:
            return Fraction(10) ** SCALES[name], DIMENSIONLESS
        for prefix in sorted(SCALES, key=len, reverse=True):
            if name.startswith(prefix):
                return self._scaled(name[len(prefix) :], prefix, Fraction(10) ** SCALES[prefix], scale=True)
        for prefix, exponent in SI_PREFIXES.items():
            if name.startswith(prefix) and name[len(prefix) :] in self.names and self.names[name[len(prefix) :]].si:
                return self._scaled(name[len(prefix) :], prefix, Fraction(10) ** exponent, scale=False)
        scale = _WRITTEN.get(name.lower())
        if scale:
            raise UnitError(f"no unit {name!r}", f"scales are written in Chinese: {scale} for {name}", name)
        hint = did_you_mean(name, [*self.names, *self.aliases])
        raise UnitError(f"no unit {name!r}", hint, name)

    def _scaled(self, name: str, prefix: str, factor: Fraction, *, scale: bool) -> tuple[Fraction, Dimension]:
        root = self.aliases.get(name, name)
        if scale and not (root in self.names and self.names[root].scale):
            self._name(name)  # refused where there is no such unit
            raise UnitError(
                f"the scale {prefix!r} does not go with {name!r}", "scales go with counted things and money"
            )
        base = self.names[root]
        return base.factor * factor, base.dimension


class _Parser:
    """Recursive descent over `unit := factor (('*' | '/' | ' ') factor)*`, with length and depth limits."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        if len(text) > _MAX_TEXT:
            raise UnitError(f"a unit of {len(text)} characters; at most {_MAX_TEXT} are read")
        self.vocabulary, self.text, self.depth = vocabulary, text, 0
        self.tokens: list[tuple[str, str]] = []
        position = 0
        stripped = text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None or match["bad"]:
                found = stripped[position:].strip()[:1]
                hint = "write straight quotes" if found in "“”‘’「」『』＂" else ""
                raise UnitError(f"cannot read {found!r} in the unit {text!r}", hint)
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind]))
            position = match.end()
        self.next = 0

    def parse(self) -> tuple[Fraction, Dimension]:
        if not self.tokens:
            raise UnitError("a unit is missing", "write 1 for a plain number")
        result = self._product()
        if self.next < len(self.tokens):
            raise UnitError(f"unexpected {self.tokens[self.next][1]!r} in the unit {self.text!r}")
        return result

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def _product(self) -> tuple[Fraction, Dimension]:
        factor, dimension = self._power()
        divided = False
        while True:
            kind, value = self._peek()
            if value in ("*", "·", "/"):
                if divided and value != "/":
                    raise UnitError(f"{self.text!r} is ambiguous after '/'", "put the denominator in parentheses")
                if divided:
                    raise UnitError(f"{self.text!r} has two divisions in a row", "put the denominator in parentheses")
                self.next += 1
                other, other_dimension = self._power()
                if value == "/":
                    divided = True
                    factor, dimension = factor / other, divide(dimension, other_dimension)
                    continue
            elif kind in ("name", "number") or value == "(":  # juxtaposition: `亿 USD`, `1000 W`
                if divided:
                    raise UnitError(f"{self.text!r} is ambiguous after '/'", "put the denominator in parentheses")
                other, other_dimension = self._power()
            else:
                return factor, dimension
            factor, dimension = factor * other, multiply(dimension, other_dimension)

    def _power(self) -> tuple[Fraction, Dimension]:
        factor, dimension = self._atom()
        if self._peek()[1] != "^":
            return factor, dimension
        self.next += 1
        negative = self._peek()[1] == "-"
        self.next += negative
        kind, value = self._peek()
        if kind != "number" or not value.isdigit() or not 0 < int(value) <= _MAX_POWER:
            raise UnitError(f"a power in {self.text!r} must be a whole number from 1 to {_MAX_POWER}")
        self.next += 1
        exponent = -int(value) if negative else int(value)
        return factor**exponent, power(dimension, Fraction(exponent))

    def _atom(self) -> tuple[Fraction, Dimension]:
        kind, value = self._peek()
        self.next += 1
        if kind == "number":
            try:
                number = read_decimal(value)
            except NumberFormatError as error:
                raise UnitError(f"in a unit, {error}") from None
            if number == 0:
                raise UnitError(f"the unit {self.text!r} contains a zero")
            return number, DIMENSIONLESS
        if kind == "name":
            return self.vocabulary._name(value)
        if value == "(":
            self.depth += 1
            if self.depth > _MAX_DEPTH:
                raise UnitError(f"the unit {self.text!r} nests deeper than {_MAX_DEPTH}")
            result = self._product()
            if self._peek()[1] != ")":
                raise UnitError(f"a parenthesis is not closed in the unit {self.text!r}")
            self.next += 1
            self.depth -= 1
            return result
        found = f"{value!r}" if value else "the end"
        raise UnitError(f"a unit name was expected, {found} was found in {self.text!r}")
