"""The grammar of inference rules: what is read, what is refused where, and that nothing else gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.expr.clauses import (
    Clause,
    Comparison,
    Name,
    Operation,
    Text,
    Unknown,
    parse_fact,
    parse_head,
    parse_part,
)
from bullwhip.expr.grammar import ExpressionError


def test_an_atom_has_its_predicate_and_its_terms() -> None:
    """Variables, ids, numbers, texts and the variable without a name stand as they are written."""
    found = parse_part('not a_b(?x, company:a1, -2.50, "光 \\"x\\""@zh, "2024-01-01"^^xsd:date, true, _)')

    assert isinstance(found, Clause)
    assert found.negated
    assert found.predicate.text == "a_b"
    assert [type(t).__name__ for t in found.terms] == ["Unknown", "Name", "Text", "Text", "Text", "Text", "Unknown"]
    assert [getattr(t, "text", getattr(t, "name", None)) for t in found.terms] == [
        "x", "company:a1", "-2.50", '光 "x"', "2024-01-01", "true", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("p(member:chip=a100_sxm)", "member:chip=a100_sxm"),
        ("p(quantity:hbm.value)", "quantity:hbm.value"),
        ("p(bwid:role/supplier)", "bwid:role/supplier"),
        ("p(<https://a.b/c#d>)", "<https://a.b/c#d>"),
        ("p(company:光库)", "company:光库"),
    ],
)
def test_an_id_is_read_whole(text: str, last: str) -> None:
    """Dots, slashes and equal signs inside of an id belong to it."""
    found = parse_fact(text).terms[0]

    assert isinstance(found, Name)
    assert found.text == last


def test_arithmetic_binds_as_usual() -> None:
    """Products bind before sums, equal operators from the left, parentheses before all."""
    found = parse_part("?z = ?a - ?b * 2 - (?c + 1)")

    assert isinstance(found, Comparison)
    assert _plain(found.right) == "((a - (b * 2)) - (c + 1))"


def _plain(written: Unknown | Name | Text | Operation) -> str:
    if isinstance(written, Operation):
        return f"({f' {written.operator} '.join(_plain(a) for a in written.arguments)})"
    return written.name if isinstance(written, Unknown) else written.text


def test_marks_of_chinese_typesetting_are_read_outside_of_texts_only() -> None:
    """Full-width parentheses and commas part; in a text they stay as they are."""
    found = parse_part('p（？x，"（甲，乙）"）')

    assert isinstance(found, Clause)
    assert isinstance(found.terms[1], Text)
    assert found.terms[1].text == "（甲，乙）"


def test_a_head_knows_aggregates_and_new_nodes() -> None:
    """count, sum, min, max take one variable; new a kind and terms."""
    found = parse_head("p(new(pair, ?a, ?b), sum(?x))")

    assert [t.operator for t in found.terms if isinstance(t, Operation)] == ["new", "sum"]


@pytest.mark.parametrize(
    ("text", "message", "span", "hint"),
    [
        ("p(?x", "')' was expected to close p(, the end was found", (4, 4), ""),
        ("p(x)", "a term was expected as an argument of p, 'x' was found", (2, 3), "?x"),
        ("?x == 3", "a comparison was expected, '==' was found", (3, 5), "write = for equal"),
        ("bw:Driver", "a comparison was expected, the end was found", (9, 9), "bw:Driver(?d)"),
        ("p(?x), q(?x)", "',' was not expected here", (5, 6), "each part"),
        ("p(?x) or q(?x)", "'or' was not expected here", (6, 8), "one rule for each alternative"),
        ("p(?x * 2)", "an argument of p is an expression", (5, 6), "?z = ?x * 2"),
        ('?x = "a', "'\"' is not part of a rule", (5, 6), "close the text"),
        ("p(?x).", "'.' is not part of a rule", (5, 6), "without a full stop"),
        ("foo(?x) > 2", "'>' was not expected here", (8, 9), "compare two expressions"),
        ("2 * foo(?x) > 2", "there is no function 'foo'", (4, 7), "functions: min, max, abs, number"),
        ("2 * coutn(?x) > 2", "there is no function 'coutn'", (4, 9), "functions"),
        ("2 < count(?x)", "there is no function 'count'", (4, 9), "in a head only"),
        ("min(?x) > 2", "min() takes 2 to 16 arguments, 1 were given", (0, 7), "the least"),
        ('p("a\\q")', "\\q says nothing in a text", (2, 7), "do"),
        ("p(?x", "')' was expected", (4, 4), ""),
        ("p(\u200b?x)", "the invisible character U+200B is not part of a rule", (2, 3), "remove it"),
        ('p("1"^^date)', "a datatype was expected after ^^, 'date' was found", (7, 11), "xsd:date"),
        ("not", "a relation, property or class was expected, the end was found", (3, 3), "for example"),
        ("-" * 60 + "?x > 1", "signs and parentheses nest deeper than 40", (41, 42), ""),
        ("(" * 60 + "?x", "parentheses nest deeper than 40", (40, 41), "split"),
        ("p(" + "9" * 101 + ")", "a number of 101 characters; at most 100", (2, 103), ""),
        ("p(?x)" + " " * 2000, "a part of 2005 characters; at most 2000 are read", (0, 1), "split"),
    ],
)
def test_what_is_outside_of_the_grammar_is_refused_where_it_stands(
    text: str, message: str, span: tuple[int, int], hint: str
) -> None:
    """The message says what was found and expected, the span where, the hint what to do."""
    with pytest.raises(ExpressionError) as caught:
        parse_part(text)

    assert str(caught.value).startswith(message)
    assert caught.value.span == span
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p(average(?x))", "there is no average() in a head"),
        ("p(count(?x, ?y))", "count() takes one variable"),
        ("p(sum(3))", "sum() takes one variable"),
        ("p(new(?a))", "new() begins with the kind of the new node"),
        ("p(new(Pair, ?a))", "new() begins with the kind of the new node"),
        ("p(new(pair))", "',' was expected behind the kind"),
        ("not(?x)", "a head cannot be negated"),
        ("<https://a.b/c>(?x)", "a relation, property or class was expected"),
    ],
)
def test_a_head_outside_of_the_grammar_is_refused(text: str, message: str) -> None:
    """What stands in a head is a term, an aggregate of one variable or a new node."""
    with pytest.raises(ExpressionError) as caught:
        parse_head(text)

    assert str(caught.value).startswith(message)


@given(st.text("pq?xyz_():,.<>=!\"'+-*/@^ 0123not\n\\光（，", max_size=40))
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    """No text raises anything else, and the place of a refusal lies in the text."""
    spans = []
    for read in (parse_part, parse_head, parse_fact):
        try:
            read(text)
        except ExpressionError as error:
            spans.append(error.span)

    assert all(0 <= start <= end <= max(1, len(text)) for start, end in spans)
