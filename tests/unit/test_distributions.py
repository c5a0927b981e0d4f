"""Distributions as typed: what is read, what is refused and where, and what stands back in the answer."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from bullwhip.model.amount import AmountError, read_amount
from bullwhip.model.quantity import Quantity
from bullwhip.model.uncertainty import Distribution, read_distribution, read_rank
from bullwhip.units import Vocabulary
from unit.sample import sample_program

F = Fraction


def share() -> Quantity:
    """Return a quantity between 0 and 1."""
    quantity: Quantity = sample_program().quantities["hbm.capacity"]
    return replace(quantity, unit="1", low=F(0), high=F(1))


def read(text: str, quantity: Quantity | None = None) -> Distribution:
    """Return a distribution as typed for a quantity."""
    of = quantity or share()
    vocabulary = Vocabulary.with_counts({"vendor": ()})
    own = vocabulary.parse(of.unit)

    def amount(part: str) -> Fraction:
        return read_amount(part, of, own, vocabulary)

    def spread(part: str) -> Fraction:
        return read_amount(part, of, own, vocabulary, ranged=False)

    return read_distribution(text, amount, spread, (of.low, of.high))


@pytest.mark.parametrize(
    ("text", "kind", "parameters"),
    [
        ("0.2..0.4", "uniform", (F(1, 5), F(2, 5))),
        ("20 % .. 40 %", "uniform", (F(1, 5), F(2, 5))),
        ("20..40 %", "uniform", (F(1, 5), F(2, 5))),
        ("uniform(0.2, 40 %)", "uniform", (F(1, 5), F(2, 5))),
        ("normal(30 %, 5 %)", "normal", (F(3, 10), F(1, 20))),
        (" triangular( 0.1 ,0.2, 1 )", "triangular", (F(1, 10), F(1, 5), F(1))),
        ("lognormal(0.3, 0.25)", "lognormal", (F(3, 10), F(1, 4))),
        ("discrete(0.4, 0.1)", "discrete", (F(1, 10), F(2, 5))),
        ("±10%", "relative", (F(1, 10),)),
        ("+-2.5 %", "relative", (F(1, 40),)),
    ],
)
def test_a_distribution_is_read_exactly(text: str, kind: str, parameters: tuple[Fraction, ...]) -> None:
    """Every way to write one gives the kind and the exact parameters in the quantity's own unit."""
    found = read(text)

    assert (kind, parameters) == (found.kind, found.parameters)


@pytest.mark.parametrize(
    ("text", "code", "says", "caret"),
    [
        ("gauss(1, 2)", "BW431", "'gauss(1, 2)' is not a distribution", 0),
        ("0.3", "BW431", "is not a distribution", 0),
        ("", "BW431", "is not a distribution", 0),
        ("normal(0.3)", "BW431", "normal with 1 parameters", 0),
        ("normal(0.3, 0)", "BW431", "SD of normal(0.3, 0) must be more than 0", 0),
        ("normal(0.3, -1)", "BW431", "must be more than 0", 0),
        ("lognormal(0, 0.2)", "BW431", "MEDIAN and SIGMA", 0),
        ("lognormal(0.3, 20 %)", "BW431", "'20 %' is not a plain decimal", 15),
        ("lognormal(0.3, 1000)", "BW431", "SIGMA of lognormal(0.3, 1000) is too large", 0),
        ("normal(0.3, 9999e299)", "BW431", "a parameter of normal is beyond ±1e300", 0),
        ("0.4..0.2", "BW431", "do not rise", 0),
        ("0.4..0.4", "BW431", "do not rise", 0),
        ("triangular(0.1, 0.5, 0.4)", "BW431", "do not rise", 0),
        ("discrete(0.1)", "BW431", "discrete with 1 parameters", 0),
        ("discrete(0.1, 0.1)", "BW431", "names a value twice", 0),
        ("±10", "BW431", "'±10' is not a relative range", 0),
        ("±0%", "BW431", "is not a relative range", 0),
        ("0.2..1.4", "BW209", "1.4 is outside 0 … 1", 5),
        ("normal(0.3, 2 GW)", "BW205", "GW = ", 12),
        ("triangular(0.1, x, 0.4)", "BW112", "'x' does not begin", 16),
        ("normal(__import__('os').system('true'), 1)", "BW112", "does not begin with a plain decimal", 7),
    ],
)
def test_a_distribution_that_cannot_be_is_refused(text: str, code: str, says: str, caret: int) -> None:
    """A refusal has its code, says what was found, and points at the part that is wrong."""
    with pytest.raises(AmountError) as caught:
        read(text)

    assert (code, caret) == (caught.value.code, caught.value.start)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["0.2..0.4", "normal(0.3, 0.05)", "discrete(0.1, 0.4)", "lognormal(0.3, 0.25)"])
def test_what_is_read_is_written_back(text: str) -> None:
    """The text of a distribution is what was typed, with the limits at which it is cut off."""
    limits = "" if text[0].isdigit() or text.startswith("discrete") else " within 0 … 1"

    assert f"{text}{limits}" == read(text).text()


def test_a_relative_range_lies_around_the_value_and_inside_the_limits() -> None:
    """±10 % of a value is so much of it to both sides, cut at the declared range; also of a negative one."""
    tenth = read("±10%")

    assert Distribution("uniform", (F(9, 20), F(11, 20))) == tenth.around(F(1, 2), F(0), F(1))
    assert Distribution("uniform", (F(9, 10), F(1))) == tenth.around(F(1), F(0), F(1))
    assert Distribution("uniform", (F(-11), F(-9))) == tenth.around(F(-10), None, None)


@pytest.mark.parametrize("text", ["1", "-1", "1.2", "x", ""])
def test_a_rank_correlation_lies_between_its_ends(text: str) -> None:
    """What is not a number between -1 and 1 is no correlation of two inputs."""
    with pytest.raises(AmountError):
        read_rank(text)
