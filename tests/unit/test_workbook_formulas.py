"""Formulas of the graph's operations: the precedence of a spreadsheet cannot matter, and its pitfalls are avoided."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bullwhip.export.workbook.book import cached, number_format, reference
from bullwhip.export.workbook.formulas import Formulas, literal
from bullwhip.export.workbook.slopes import Slopes
from bullwhip.expr.dag import Dag

D = Dag()
X, Y, Z = (D.cell(k) for k in range(3))
TWO, HALF, MINUS = D.num(2), D.num(Fraction(1, 2)), D.num(-1)
CASES = {
    "a minus is not squared": (D.neg(D.pow(X, Fraction(2))), "-(x_^2)"),
    "a negative base is bracketed": (D.pow(D.neg(X), Fraction(2)), "((-x_)^2)"),
    "powers of powers keep their order": (D.pow(D.pow(X, Fraction(3)), Fraction(2)), "((x_^3)^2)"),
    "a negative power": (D.pow(X, Fraction(-1)), "(x_^(-1))"),
    "a square root": (D.pow(X, Fraction(1, 2)), "SQRT(x_)"),
    "an odd root of a negative number is an error": (D.pow(X, Fraction(1, 3)), "IF(x_<0,SQRT(-1),x_^(1/3))"),
    "a difference of a difference": (D.add(X, D.neg(D.add(Y, D.neg(Z)))), "x_-(y_-z_)"),
    "a quotient of a quotient": (D.div(X, D.div(Y, Z)), "x_/(y_/z_)"),
    "a quotient of a product": (D.div(X, D.times(Y, Z)), "x_/(y_*z_)"),
    "a product of a sum": (D.times(D.add(X, Y), Z), "(x_+y_)*z_"),
    "a product with a quotient behind": (D.times(X, D.div(Y, Z)), "x_*(y_/z_)"),
    "a negative factor in the middle": (D.times(X, MINUS), "x_*(-1)"),
    "a constant in front": (D.times(D.num(-3), X), "-3*x_"),
    "a fraction as a factor": (D.times(X, D.num(Fraction(1, 3))), "x_*(1/3)"),
    "the least": (D.node("min", X, Y, D.num(0)), "MIN(x_,y_,0)"),
    "a logarithm is natural": (D.node("log", X), "LN(x_)"),
    "a floor of a negative": (D.node("floor", X), "INT(x_+ABS(x_)*1E-13)"),
    "a ceiling of a negative": (D.node("ceil", X), "-INT(ABS(x_)*1E-13-x_)"),
    "a ceiling in a power": (D.pow(D.node("ceil", X), Fraction(2)), "((-INT(ABS(x_)*1E-13-x_))^2)"),
    "a strict condition": (D.select("<", X, Y, Z, TWO), "IF(ISNA(x_<y_),IF(z_=2,z_,NA()),IF(x_<y_,z_,2))"),
    "a unit that every part is in is left out": (
        D.times(D.num(9), D.node("min", D.div(X, D.num(9)), D.div(Y, D.num(9)))),
        "MIN(x_,y_)",
    ),
    "a unit that one part is in stays": (
        D.times(D.num(9), D.node("min", D.div(X, D.num(9)), D.div(Y, D.num(8)))),
        "9*MIN(x_/9,y_/8)",
    ),
    "a divisor that every part has is left out": (
        D.div(D.node("min", D.times(D.num(9), X), D.times(D.num(9), Y)), D.num(9)),
        "MIN(x_,y_)",
    ),
    "a divisor that one part has stays": (
        D.div(D.node("min", D.times(D.num(9), X), D.times(D.num(8), Y)), D.num(9)),
        "MIN(9*x_,8*y_)/9",
    ),
    "a condition": (D.select("<=", X, Y, Z, TWO), "IF(ISNA(x_<=y_),IF(z_=2,z_,NA()),IF(x_<=y_,z_,2))"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_operation_is_written_so_that_precedence_cannot_matter(case: str) -> None:
    """Each formula is the one that is worked out by hand."""
    node, text = CASES[case]

    assert f"={text}" == Formulas(D, ["x_", "y_", "z_"]).formula(node)


SLOPES = {
    "of a product their sum": (D.times(X, Y), "ex+ey"),
    "of a quotient their difference": (D.div(X, Y), "ex-ey"),
    "below the bar alone": (D.div(D.num(3), Y), "-ey"),
    "above the bar alone": (D.div(X, D.num(3)), "ex"),
    "of a power a multiple": (D.pow(X, Fraction(-2)), "(-2)*ex"),
    "of a logarithm": (D.node("log", X), "IF(ex=0,0,ex/LN(x_))"),
    "of an exponential": (D.node("exp", X), "IF(ex=0,0,ex*x_)"),
    "of a sum the mean by the terms": (D.add(X, Y), "IF(ex=ey,ex,(x_*ex+y_*ey)/(x_+y_))"),
    "of a number nothing": (D.num(7), "0"),
}


@pytest.mark.parametrize("case", SLOPES)
def test_an_elasticity_follows_from_those_of_the_parts(case: str) -> None:
    """Each formula is the rule of differentiation by logarithms, worked out by hand."""
    node, text = SLOPES[case]

    assert f"={text}" == Slopes(Formulas(D, ["x_", "y_", "z_"]), ["ex", "ey", "ez"]).formula(node)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"), ("7/20", "0.35"), ("-1/3", "-1/3"), ("123456789012345", "123456789012345"),
        ("1000000000000000000000", "1000000000000000000000"), ("1234567890123456789", "1.2345678901234568E+18"),
        ("1/12345678901234567", "8.100000072900002E-17"),
    ],
)  # fmt: skip
def test_a_constant_of_more_than_15_digits_is_a_quotient_or_the_nearest_double(value: str, text: str) -> None:
    """What a spreadsheet would cut off is not written as digits; a fraction stays one."""
    assert text == literal(Fraction(value)).text


def test_what_no_double_holds_is_an_error_and_never_zero() -> None:
    """Beyond the range of doubles a literal is an error, and so is the value written beside a formula."""
    assert "SQRT(-1)" == literal(Fraction(10) ** 400 + 1).text
    assert "NA()" == literal(Fraction(1, 10**400 + 1)).text
    assert ("#NUM!", "#NUM!", 0) == (cached(Fraction(10) ** 400), cached(Fraction(1, 10**400)), cached(Fraction(0)))
    assert ("#N/A", "#DIV/0!") == (cached(None), cached(None, failed=True))


def test_many_arguments_are_split() -> None:
    """A minimum of a thousand becomes minima of at most 200, each in a cell."""
    dag = Dag()
    cells = [dag.cell(k) for k in range(1_000)]
    formulas = Formulas(dag, [f"name_{k}" for k in range(1_000)])
    text = formulas.formula(dag.node("min", *cells))

    assert "=MIN(steps!$C$6,steps!$C$7,steps!$C$8,steps!$C$9,steps!$C$10)" == text
    assert [200] * 5 == [h.formula.count("name_") for h in formulas.helpers]


def test_references_and_formats() -> None:
    """Columns count in letters beyond Z; formats follow the size of what stands in a row."""
    assert ["$A$1", "$Z$1", "$AA$1", "$AAA$1"] == [reference(0, k) for k in (0, 25, 26, 702)]
    assert ["0", "#,##0.00", "0.000E+00"] == [number_format([Fraction(v)]) for v in ("7", "1234.5", "1/100000")]
