"""Whatever is written, a rule, a setting or a unit is answered or refused by the one family of exceptions."""

from __future__ import annotations

from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.errors import BullwhipError
from bullwhip.expr.grammar import FUNCTIONS, ExpressionError, parse
from bullwhip.numbers import NumberFormatError
from bullwhip.units import UnitError, Vocabulary
from hostile_case import STANDARD, rules
from shipped import opened

NAMES = ("x", "y", "zero", "neg", "unknown", "share", "part", "n", "m", "usd", "power", "nobody", "t", "period", "fam")
PARTS = (
    *NAMES, *FUNCTIONS, "s", "f[fam=a]", "f", "s[t-1]", "s[period=2024]", "w[fam=a,alt=p]", "[t-1]", "[fam=a]", "r",
    "0", "1", "2", "-1", "0.5", "1e3", "1e300", "64", "65", "1/3", "9" * 40,
    "+", "-", "*", "/", "^", "(", ")", "[", "]", ",", "=", "<", "<=", ">", ">=", "==", "**", " ", "\t", "%", ".", "_",
    "，", "（", "）", "＋", "×", "÷", "−", "２", "台积电", "é", "\u200b", "'", '"', "#", ":", ";", "{", "}",
    "$", "&", "|", "!",
    "\\",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=25).map("".join)
LEAVES = st.sampled_from(
    ("x", "y", "zero", "neg", "unknown", "part", "s", "s[t-1]", "s[period=2024]", "f[fam=a]", "r[t-1]", "0", "1", "2",
     "0.5", "1e300", "w[fam=b,alt=q]", "sum(f, fam)", "sum(s, period)", "yoy(s)", "delta(s)", "cum(s)",
     "cagr(s, 2023, 2026)", "index(s, 2024)", "lag(s, 1)")
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.flatmap(lambda p: st.sampled_from([f"({p[0]} {o} {p[1]})" for o in "+-*/"])),
        pair.flatmap(lambda p: st.sampled_from([f"{f}({p[0]}, {p[1]})" for f in ("min", "max")])),
        inner.flatmap(lambda a: st.sampled_from([f"{f}({a})" for f in ("abs", "floor", "ceil", "exp", "log", "sqrt")])),
        inner.flatmap(lambda a: st.sampled_from([f"({a})^{e}" for e in ("0", "-1", "2", "64", "0.5", "-64", "(1/3)")])),
        inner.map(lambda a: f"-({a})"),
        st.tuples(inner, inner, inner, inner).flatmap(
            lambda p: st.sampled_from([f"where({p[0]} {c} {p[1]}, {p[2]}, {p[3]})" for c in ("<", "<=", ">", ">=")])
        ),
    )


EXPRESSIONS = st.recursive(LEAVES, _grown, max_leaves=12)
YEARLY = "    foreach: [period]\n    given: [2023]\n    assume: [{period: 2023, value: '3', note: base}]\n"


def _check(error: Exception) -> None:
    """A refusal says something, about a file or an argument where it has a place."""
    assert str(error)
    if isinstance(error, BullwhipError):
        assert all(p.place is None or p.place.file for p in error.problems)


@given(TEXTS)
def test_a_row_of_parts_is_a_tree_or_one_error(text: str) -> None:
    """The parser is total over the alphabet of the grammar and what people type beside it."""
    try:
        parse(text)
    except ExpressionError as error:
        _check(error)


@given(TEXTS)
def test_a_workspace_with_any_expression_opens_or_is_refused(text: str) -> None:
    """Whatever stands in a rule, opening gives a workspace or problems with their places."""
    files = {"rules/workspace.yaml": STANDARD.encode(), "rules/case.yaml": rules(text).encode()}
    try:
        opened(files)
    except BullwhipError as error:
        _check(error)


@given(EXPRESSIONS)
def test_any_well_formed_rule_is_answered_or_refused(text: str) -> None:
    """Value, sensitivity, explanation and a change of any sound rule end in answers or in the one exception."""
    files = {"rules/workspace.yaml": STANDARD.encode(), "rules/case.yaml": rules(text, extra=YEARLY).encode()}
    try:
        workspace = opened(files)
    except BullwhipError:
        return
    for ask in (
        lambda: workspace.value("r"),
        lambda: workspace.sensitivity("r", ["x"]),
        lambda: workspace.explain("r", period=2024),
        lambda: workspace.with_values("x=0").value("r"),
        lambda: workspace.with_values("r=1").value("r"),
        lambda: workspace.exposure("x"),
    ):
        try:
            ask()
        except BullwhipError as error:
            _check(error)


@cache
def standard() -> Workspace:
    """The standard workspace."""
    return opened({"rules/workspace.yaml": STANDARD.encode()})


SETTINGS = st.lists(
    st.sampled_from(
        ("x", "f", "s", "n", "usd", "share", "[fam=a]", "[period=2024]", "[", "]", "=", "1", "0", "2.5", "1e5", "-",
         "+", "/", "%", "万", "亿", "gpu", "USD", "CNY", "张", " ",
         "\t", "*", "^", "(", ")", "e", ".", ",", "２", "\x00", "\n")
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(SETTINGS, st.text(max_size=40)))
def test_any_setting_is_taken_or_refused(text: str) -> None:
    """What is set is one number in one unit, or refused; and what is taken can be set again as what it is."""
    try:
        changed = standard().with_values(text)
    except BullwhipError as error:
        _check(error)
        return
    assert len(set(changed.evaluation.overrides.values())) == 1


@given(st.one_of(SETTINGS, st.text(max_size=40)))
def test_any_unit_is_read_or_refused(text: str) -> None:
    """A unit has a positive factor, or is refused by the one exception of units."""
    vocabulary = Vocabulary.with_counts({"gpu": ("张",)})
    try:
        assert vocabulary.parse(text).factor > 0
    except UnitError as error:
        _check(error)
    try:
        vocabulary.split_amount(text)
    except (UnitError, NumberFormatError) as error:
        _check(error)
