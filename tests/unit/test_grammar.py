"""Laws of the expression grammar: total, bounded, exact about places, and with the precedence of arithmetic."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.expr.grammar import FUNCTIONS, RESERVED, ExpressionError, parse
from bullwhip.expr.tree import Binary, Call, Expr, Negate, Number, Reference, references, walk

PIECES = st.lists(
    st.sampled_from(
        ["x", "hbm.value", "t", "1", "2.5", "1e3", "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", "<", ">=",
         "==", "**",
         "min", "sum", "where", "piecewise", "lag", "yoy", "cagr", "[t-1]", "[fam=a]", "period", " ", "%", "，", "×",
         "2024"]
    ),
    max_size=30,
)  # fmt: skip


def _check_refusal(text: str, error: ExpressionError) -> None:
    start, end = error.span
    assert str(error)
    assert 0 <= start <= end <= max(1, len(text))


@given(st.text(max_size=120))
def test_any_text_is_a_tree_or_an_expression_error(text: str) -> None:
    """The parser is total, and its spans lie within the text."""
    try:
        parse(text)
    except ExpressionError as error:
        _check_refusal(text, error)


@given(PIECES)
def test_any_row_of_tokens_is_a_tree_or_an_expression_error(pieces: list[str]) -> None:
    """The parser is total on texts that nearly are expressions, and every node lies within the text."""
    text = "".join(pieces)
    try:
        tree = parse(text)
    except ExpressionError as error:
        _check_refusal(text, error)
        return
    for node in walk(tree):
        assert 0 <= node.span[0] < node.span[1] <= len(text)
        if isinstance(node, Reference):
            assert text[node.span[0] :].startswith(node.name)


def _value(tree: Expr) -> Fraction:
    """Evaluate a tree of literals: a second opinion on precedence."""
    match tree:
        case Number(value=value):
            return value
        case Negate(argument=inner):
            return -_value(inner)
        case Binary(operator="+", left=a, right=b):
            return _value(a) + _value(b)
        case Binary(operator="-", left=a, right=b):
            return _value(a) - _value(b)
        case Binary(operator="*", left=a, right=b):
            return _value(a) * _value(b)
        case Binary(operator="/", left=a, right=b):
            return _value(a) / _value(b)
        case Binary(operator="^", left=a, right=Number(value=exponent)):
            return _value(a) ** int(exponent)
        case _:
            raise AssertionError(tree)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", "-4"), ("(-2)^2", "4"), ("2^-1", "1/2"), ("2^-1*4", "2"), ("8-3-2", "3"), ("8-(3-2)", "7"),
        ("12/2/3", "2"),
        ("12/2*3", "18"), ("12/(2*3)", "2"), ("2+3*4", "14"), ("2*3^2", "18"), ("-3*-2", "6"), ("--3", "3"),
        ("1--1", "2"),
        ("+5", "5"), ("0.1+0.2", "3/10"), ("1e3/1e-3", "1000000"), ("（1＋2）＊3", "9"), ("1\n+\t2", "3"),
        ("2^+3", "8"),
        ("-2^-2", "-1/4"), ("1/2^2", "1/4"),
    ],
)  # fmt: skip
def test_precedence_is_that_of_arithmetic(text: str, value: str) -> None:
    """Power binds before sign, sign before product, product before sum; equals go left to right."""
    assert _value(parse(text)) == Fraction(value)


@given(st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 9)), min_size=1, max_size=30))
def test_a_row_of_operations_is_what_exact_arithmetic_says(steps: list[tuple[str, int]]) -> None:
    """Sums of products agree with a second, simpler evaluator."""
    text = "1" + "".join(f"{o}{n}" for o, n in steps)
    total, term, sign = Fraction(0), Fraction(1), 1
    for operator, number in steps:
        if operator == "*":
            term *= number
        elif operator == "/":
            term /= number
        else:
            total, term, sign = total + sign * term, Fraction(number), 1 if operator == "+" else -1

    assert _value(parse(text)) == total + sign * term


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x + y % 2", "%"), ("x ** 2", "**"), ("x == y", "=="), ("a + 显存", "显"), ("x + '1'", "'"), ("1,000", ","),
        ("x[t+1]", "+"), ("mx(a, b)", "mx"), ("x + min", "min"), ("2x", "x"), ("x × y", "×"), ("9^9^9", "9^9"),
        ("x^65", "65"), ("where(x, 1, 2)", "x"), ("delta(x*2)", "x*2"), ("lag(x, 1+1)", "1+1"), ("X", "X"),
        ("x.__class__", "x.__class__"),
        ("1.2.3", "1.2.3"), ("x[t-0]", "0"),
    ],
)  # fmt: skip
def test_a_place_points_at_the_offending_characters(text: str, found: str) -> None:
    """The span of a refusal is the piece of text that is wrong."""
    with pytest.raises(ExpressionError) as refusal:
        parse(text)

    assert text[slice(*refusal.value.span)] == found


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_refuses_a_wrong_number_of_arguments(name: str) -> None:
    """Too few and too many arguments are refused, naming the function."""
    least, most, _ = FUNCTIONS[name]
    for count in (least - 1, most + 1):
        arguments = (
            ", ".join(["x < 1"] + ["x"] * (count - 1)) if name in ("where", "piecewise") else ", ".join(["x"] * count)
        )
        with pytest.raises(ExpressionError):
            parse(f"{name}({arguments})")


@pytest.mark.parametrize("name", sorted(RESERVED - {"period"}))
def test_a_reserved_word_is_no_quantity(name: str) -> None:
    """Functions and the time index cannot be read as names."""
    with pytest.raises(ExpressionError, match="reserved"):
        parse(f"{name} + 1")


@pytest.mark.parametrize(
    "name", ["e", "i", "pi", "oo", "nan", "inf", "lambda", "import", "if", "eval", "n.s", "period_x"]
)
def test_a_name_of_another_language_is_an_ordinary_name(name: str) -> None:
    """No name is captured by a constant or keyword of Python or SymPy."""
    tree = parse(f"{name} * 2")

    assert [r.name for r in references(tree)] == [name]


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "x+" * 100_000 + "x", "-" * 2000, "x" * 2000, "9" * 2000, "[" * 2000, "min(" * 400, "x^" * 1000,
     "x[t-" * 500, "^".join(["9"] * 900), "," * 2000, " " * 2000, "(" * 1999 + "x", "1e" * 1000, "." * 2000],
)  # fmt: skip
def test_a_long_text_is_refused_at_once(text: str) -> None:
    """No text takes longer than a second of work, whatever it says."""
    start = time.process_time()
    with pytest.raises(ExpressionError):
        parse(text)

    assert time.process_time() - start < 1


def test_a_call_keeps_its_dimension_apart_from_its_arguments() -> None:
    """`sum(x, fam)` has one argument and runs over `fam`."""
    tree = parse("sum(x * y, fam)")

    assert isinstance(tree, Call)
    assert (len(tree.arguments), tree.over) == (1, "fam")


@pytest.mark.parametrize(
    "name", [n for n, (least, _, _) in FUNCTIONS.items() if n not in ("sum", "where", "piecewise")]
)
def test_a_function_takes_as_many_arguments_as_it_says(name: str) -> None:
    """One argument fewer than the least and one more than the most are refused; the bounds themselves are not."""
    least, most, _ = FUNCTIONS[name]
    numbers = ["2023", "2024"]
    for count in {least - 1, least, most, most + 1}:
        written = f"{name}({', '.join(['x', *numbers, *['y'] * 64][:count])})"
        if least <= count <= most:
            assert len(parse(written).arguments) == count  # type: ignore[union-attr]
        else:
            with pytest.raises(ExpressionError):
                parse(written)


@pytest.mark.parametrize(
    ("text", "span"),
    [("x", (0, 1)), (" -x", (1, 3)), ("--x", (0, 3)), ("x + y", (0, 5)), ("x * y / z", (0, 9)), ("x^2", (0, 3)),
     ("min(x, y)", (0, 9)), ("x[t-1]", (0, 6)), ("(x) + 1", (1, 7)), ("12.5", (0, 4))],
)  # fmt: skip
def test_a_part_knows_where_it_stands(text: str, span: tuple[int, int]) -> None:
    """The span of a tree is that of its text."""
    assert parse(text).span == span


def test_the_functions_take_what_they_take() -> None:
    """Names and numbers of arguments are part of the language: changing one is a change of every workspace."""
    assert {name: (least, most) for name, (least, most, _) in FUNCTIONS.items()} == {
        "min": (2, 64), "max": (2, 64), "abs": (1, 1), "floor": (1, 1), "ceil": (1, 1), "exp": (1, 1), "log": (1, 1),
        "sqrt": (1, 1), "sum": (2, 2), "where": (3, 3), "piecewise": (3, 63), "lag": (2, 2), "delta": (1, 1),
        "yoy": (1, 1), "cum": (1, 1), "cagr": (3, 3), "index": (2, 2),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x[Fam=a]", "a selector was expected"), ("x[1=a]", "a selector was expected"), ("x[_a=b]", "a selector"),
        ("x[]", "a selector was expected"), ("x[fam]", "'=' was expected after"),
        ("x[fam=A]", "member id"),
        ("x[fam=a", "to close the bracket"), ("x[fam=a,]", "a selector was expected"), ("x[t-0]", "from 1 to 99"),
        ("x[t-100]", "from 1 to 99"), ("x[t+1]", "a lead"), ("x[t-1,t-2]", "selected twice"), ("X", "is not an id"),
        ("min", "is a reserved word"), ("t", "is a reserved word"), ("a" * 101, "at most 100"),
        ("mx(x)", "no function"),
        ("(x", "to close the parenthesis"), ("x^y", "must be a number"), ("x^2^2", "tower"), ("x^65", "beyond"),
        ("x^(1/13)", "finer than 1/12"), ("- - -x", "a run of signs"), ("x**2", r"'\*\*'"), ("", "the end was found"),
        ("cagr(x, 1)", "3 arguments"), ("lag(x + 1, 1)", "takes a quantity"), ("lag(x, y)", "takes whole numbers"),
        ("lag(x, 1.5)", "takes whole numbers"), ("where(x, 1, 2)", "a condition was expected"),
        ("piecewise(x < 1, 2, x < 3, 4)", "otherwise"), ("sum(x, 2)", "an expression and a dimension"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong(text: str, why: str) -> None:
    """Each rule of the grammar has its own message."""
    with pytest.raises(ExpressionError, match=why):
        parse(text)
