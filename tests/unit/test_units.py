"""Laws of units: exact factors, own dimensions for counted things, one exception for everything else."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.numbers import NumberFormatError
from bullwhip.units import DIMENSIONLESS, UnitError, Vocabulary, divide, multiply, power, show

UNITS = Vocabulary.with_counts({"accelerator": ("张", "卡"), "module": (), "server": ("台",)})
NAMES = st.sampled_from(
    ["s", "h", "day", "GB", "bit", "kW", "Wh", "USD", "CNY", "万 USD", "亿 CNY", "accelerator", "万张", "module",
     "FLOP",
     "TFLOP", "%", "K", "m", "year"]
)  # fmt: skip


def _check(error: Exception) -> None:
    """A refusal says something."""
    assert str(error)


@given(NAMES, NAMES)
def test_the_unit_of_a_product_is_the_product_of_units(a: str, b: str) -> None:
    """Factor and dimension of `(a)*(b)` are those of a times those of b; likewise for the quotient."""
    left, right = UNITS.parse(a), UNITS.parse(b)
    product, quotient = UNITS.parse(f"({a})*({b})"), UNITS.parse(f"({a})/({b})")

    assert product.factor == left.factor * right.factor
    assert product.dimension == multiply(left.dimension, right.dimension)
    assert quotient.factor == left.factor / right.factor
    assert quotient.dimension == divide(left.dimension, right.dimension)


@given(NAMES, st.integers(1, 6))
def test_a_power_is_a_repeated_product(name: str, exponent: int) -> None:
    """The unit of `(a)^k` is a multiplied k times, and `(a)^-k` its inverse."""
    unit = UNITS.parse(name)
    raised, lowered = UNITS.parse(f"({name})^{exponent}"), UNITS.parse(f"({name})^-{exponent}")

    assert raised.factor == unit.factor**exponent
    assert raised.dimension == power(unit.dimension, Fraction(exponent))
    assert raised.factor * lowered.factor == 1
    assert multiply(raised.dimension, lowered.dimension) == DIMENSIONLESS


@given(NAMES, NAMES)
def test_units_of_one_dimension_convert_there_and_back(a: str, b: str) -> None:
    """Two units convert if and only if their dimensions are equal, in both directions."""
    left, right = UNITS.parse(a), UNITS.parse(b)

    assert left.convertible(right) == right.convertible(left) == (left.dimension == right.dimension)


@given(st.text(max_size=90))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    """The parser is total."""
    try:
        unit = UNITS.parse(text)
    except UnitError as error:
        _check(error)
    else:
        assert unit.factor > 0


@given(st.text(alphabet="sGBW万亿张0123456789e.*/^-() ²２", max_size=24))
def test_any_text_of_unit_characters_is_a_unit_or_a_unit_error(text: str) -> None:
    """The parser is total on texts that nearly are units."""
    try:
        assert UNITS.parse(text).factor > 0
    except UnitError as error:
        _check(error)


@given(st.text(max_size=200))
def test_any_amount_is_read_or_refused(text: str) -> None:
    """An amount is a number with an optional unit, or one of two exceptions."""
    try:
        number, _ = UNITS.split_amount(text)
    except (NumberFormatError, UnitError) as error:
        _check(error)
    else:
        assert isinstance(number, Fraction)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("1", "1"), ("%", "1/100"), ("kW*h", "3600000000"), ("kWh", "3600000000"), ("GB", "8000000000"),
        ("Gbit", "1000000000"), ("万张", "10000"), ("亿 USD", "100000000"), ("万亿 USD", "1000000000000"),
        ("day", "86400"),
        ("1000 W", "1000000"), ("kW", "1000000"), ("TFLOPS", "1000000000000"), ("美元/台", "1"), ("1/h", "1/3600"),
    ],
)  # fmt: skip
def test_factors_are_the_ones_worked_by_hand(text: str, factor: str) -> None:
    """A unit is its factor times the coherent unit; the coherent mass is the gram, so a watt is 1000."""
    assert UNITS.parse(text).factor == Fraction(factor)


@pytest.mark.parametrize(
    ("a", "b"),
    [("FLOP", "FLOP/s"), ("USD", "CNY"), ("accelerator", "module"), ("accelerator", "1"), ("year", "day"),
     ("GB", "GB/s"),
     ("kW", "kWh"), ("FLOP", "OP"), ("month", "year")],
)  # fmt: skip
def test_what_looks_alike_is_not_convertible(a: str, b: str) -> None:
    """Counts and rates, currencies, counted things and calendar spans stay apart."""
    assert not UNITS.parse(a).convertible(UNITS.parse(b))


@pytest.mark.parametrize(
    "text",
    ["", " ", "gpus", "usd", "Usd", "KW", "kUSD", "亿GB", "万万张", "张张", "s/", "/s", "s//h", "s/h/m", "s/h*m",
     "s^0", "s^7",
     "s^1.5", "s^^2", "(s", "s)", "()", "0 s", "1e999 s", "1.2.3 s", "２ s", "s²", "s;h", "9" * 61, "s" * 81,
     "(" * 9 + "s" + ")" * 9],
)  # fmt: skip
def test_what_is_no_unit_is_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnitError):
        UNITS.parse(text)


@pytest.mark.parametrize("name", ["W", "bit", "USD", "time", "money_usd", "data", "min", "美元", "GB"])
def test_a_counted_thing_never_takes_the_name_of_a_unit_or_dimension(name: str) -> None:
    """A counted thing named like a base dimension would add up with it."""
    with pytest.raises(UnitError, match="already taken"):
        Vocabulary.with_counts({name: ()})


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [("5", "5", None), ("-0.5 %", "-1/2", "%"), ("1.5 万 CNY/kW", "3/2", "万 CNY/kW"), ("3EUR", "3", "EUR"),
     ("2/3 1/s", "2/3", "1/s"), ("7 m^2", "7", "m^2"), ("7 s^-2", "7", "s^-2"), ("1e3 亿 USD", "1000", "亿 USD")],
)  # fmt: skip
def test_an_amount_is_a_number_and_a_unit(text: str, number: str, unit: str | None) -> None:
    """The number ends where the unit begins, powers and reciprocals included."""
    found, of = UNITS.split_amount(text)

    assert (found, None if of is None else of.text) == (Fraction(number), unit)


@pytest.mark.parametrize("text", ["kaccelerator", "Maccelerator", "kmodule", "kUSD", "kday", "ks", "万s", "亿GB"])
def test_a_prefix_goes_with_what_takes_it(text: str) -> None:
    """SI prefixes stand before units of measurement that declare them, and scales before money and counted things."""
    with pytest.raises(UnitError):
        UNITS.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [("GB/s*h", "ambiguous after '/'"), ("GB/s h", "ambiguous after '/'"), ("GB/s/h", "two divisions in a row"),
     ("GB/(s", "not closed"), ("GB)", "unexpected '\\)'"), ("GB^7", "from 1 to 6"), ("GB^0", "from 1 to 6"),
     ("0 s", "contains a zero"), ("((((((((( s", "nests deeper than 8"), ("", "a unit is missing"),
     ("GB*", "the end was found"), ("万GB", "does not go with 'GB'"), ("9" * 81, "at most 80"),
     ("GB§", "cannot read '§'"), ("万gbb", "no unit 'gbb'")],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(text: str, why: str) -> None:
    """Each rule of unit texts has its own message."""
    with pytest.raises(UnitError, match=why):
        UNITS.parse(text)


@pytest.mark.parametrize("text", ["1 234", "1 234 USD", "1 234.5", "1 (2)", "5 USD 2", "5 2/3", "1 1000 W", "2 3 s"])
def test_an_amount_holds_one_number(text: str) -> None:
    """A space is no thousands separator, and a second number is no factor of a unit."""
    with pytest.raises(NumberFormatError, match="holds two numbers"):
        UNITS.split_amount(text)


@pytest.mark.parametrize("text", ["5 万%", "5 % 万", "1 万 万", "1 % %", "3 亿 百万 USD"])
def test_an_amount_holds_one_scale(text: str) -> None:
    """Two scales in a row are more often a slip than a product."""
    with pytest.raises(UnitError, match="are two scales"):
        UNITS.split_amount(text)


def test_a_dimension_is_shown_with_its_denominator_in_parentheses() -> None:
    """Messages show dimensions that read back the right way."""
    assert show(UNITS.parse("TFLOP/(s*accelerator)").dimension) == "flop/(accelerator*time)"
    assert show(DIMENSIONLESS) == "dimensionless"
