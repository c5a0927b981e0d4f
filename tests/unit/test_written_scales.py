"""Amounts as documents print them: what is not read is refused with how to write it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bullwhip.units import UnitError, Vocabulary

_VOCABULARY = Vocabulary.with_counts({"dose": ("剂",), "mn": ()})


@pytest.mark.parametrize(
    ("text", "scale"),
    [("70 million dose", "百万"), ("70 Million dose", "百万"), ("1.5 billion CNY", "十亿"), ("2 thousand dose", "千"),
     ("1 trillion USD", "万亿"), ("3 bn CNY", "十亿")],
)  # fmt: skip
def test_a_word_for_a_scale_is_refused_with_the_scale(text: str, scale: str) -> None:
    """What the hint says is read, and as the same number."""
    with pytest.raises(UnitError, match="no unit") as caught:
        _VOCABULARY.split_amount(text)
    number, word, unit = text.split()
    found, read = _VOCABULARY.split_amount(f"{number} {scale} {unit}")

    assert f"scales are written in Chinese: {scale} for {word}" == caught.value.hint
    assert read is not None
    assert (Fraction(number), word) == (found, caught.value.unknown)


def test_a_counted_thing_goes_before_a_word() -> None:
    """A workspace may count what is spelt as a scale elsewhere."""
    assert _VOCABULARY.split_amount("3 mn")[1] == _VOCABULARY.parse("mn")


@pytest.mark.parametrize(
    ("text", "written"),
    [("70,000,000 dose", "70000000 dose"), (" -1,234.5 CNY", "-1234.5 CNY"), ("1,000", "1000")],
)
def test_separators_are_refused_with_the_number_to_write(text: str, written: str) -> None:
    """The hint is the whole amount without separators, and is read."""
    with pytest.raises(UnitError, match="has separators") as caught:
        _VOCABULARY.split_amount(text)

    assert f"write {written}" == caught.value.hint
    assert Fraction(written.split()[0]) == _VOCABULARY.split_amount(written)[0]


def test_groups_that_are_none_are_no_separators() -> None:
    """`1,5` may be one and a half: nothing is said of how to write it."""
    with pytest.raises(UnitError, match="cannot read ','"):
        _VOCABULARY.split_amount("1,5 dose")
