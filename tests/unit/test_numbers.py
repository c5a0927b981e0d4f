"""Laws of exact numbers: what is written is what is meant, and what is printed reads back."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.numbers import NumberFormatError, decimal_text, fraction_text, read_decimal, round_half_up

FRACTIONS = st.fractions(min_value=-(10**12), max_value=10**12, max_denominator=10**9)


def _check(error: Exception) -> None:
    """A refusal says something."""
    assert str(error)


@given(FRACTIONS)
def test_a_printed_number_reads_back_as_itself(value: Fraction) -> None:
    """`read_decimal` inverts `fraction_text`."""
    assert read_decimal(fraction_text(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_written_decimal_is_the_rational_its_digits_say(value: object) -> None:
    """A decimal text has the exact value of its digits."""
    assert read_decimal(str(value)) == Fraction(str(value))


@given(st.text(max_size=70))
def test_any_text_is_read_or_refused_with_one_exception(text: str) -> None:
    """The reader is total: a rational, or NumberFormatError, and never anything else."""
    try:
        value = read_decimal(text)
    except NumberFormatError as error:
        _check(error)
    else:
        assert isinstance(value, Fraction)
        assert text.isascii()


@given(st.text(alphabet="0123456789+-.eE/_,% ", max_size=20))
def test_whatever_is_read_is_a_plain_decimal_or_a_ratio(text: str) -> None:
    """No separator, percent sign or space passes."""
    try:
        read_decimal(text)
    except NumberFormatError:
        return
    assert not set(text) & set("_,% ")


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1,000", "1_000", "70%", "NaN", "inf", "0x1", "0o7", "1e", "e1", ".5", "5.", "1/0", "1/2/3",
     "1/-2",
     "+-1", "--1", "２", "١", "1²", "−1", "1e301", "1e-301", "9" * 61, "1\n"],
)  # fmt: skip
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    """Everything that another reader might guess at is refused."""
    with pytest.raises(NumberFormatError):
        read_decimal(text)


@given(FRACTIONS, st.integers(0, 6))
def test_rounding_moves_by_at_most_half_a_unit_and_is_odd(value: Fraction, places: int) -> None:
    """|round(x) - x| <= half of the last place, and round(-x) = -round(x)."""
    unit = Fraction(1, 10**places)
    rounded = round_half_up(value, places)

    assert abs(rounded - value) <= unit / 2
    assert (rounded / unit).denominator == 1
    assert round_half_up(-value, places) == -rounded


@given(FRACTIONS.filter(lambda v: v != 0))
def test_a_text_for_people_is_within_its_digits(value: Fraction) -> None:
    """Six significant digits are within half of the sixth."""
    shown = read_decimal(decimal_text(value, 6).replace(",", ""))

    assert abs(shown - value) <= abs(value) / 10**5


@pytest.mark.parametrize("value", [Fraction(10) ** 6000, -(Fraction(10) ** 6000), 1 / Fraction(7) ** 6000])
def test_very_long_numbers_have_a_text(value: Fraction) -> None:
    """More digits than `str` of an integer allows are no error."""
    assert len(fraction_text(value)) > 4300
    assert "e" in decimal_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("999999999999999", "999,999,999,999,999"), ("100000000000000", "100,000,000,000,000"), ("1e15", "1e15"),
     ("-1e15", "-1e15"), ("1234567e15", "1.23457e21"), ("9.9999996e20", "1e21"), ("-9.9999996e20", "-1e21"),
     ("0.0001", "0.0001"), ("0.00009", "9e-5"), ("0.00099999996", "0.001"), ("0", "0"), ("1", "1"),
     ("999999.6", "1,000,000"), ("0.12345678", "0.123457"), ("-0.12345678", "-0.123457"), ("1234.5", "1,234.5"),
     ("1/3", "0.333333")],
)  # fmt: skip
def test_a_number_is_shown_with_six_digits(value: str, text: str) -> None:
    """Thousands are grouped up to 1e15; small and large ones get an exponent; whole digits stay; ten tenths are one."""
    assert decimal_text(Fraction(value)) == text
