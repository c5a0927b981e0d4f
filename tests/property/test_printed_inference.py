"""Three engines, one answer: rules run by ours, as SPARQL to a fixpoint, and as an answer set program."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bullwhip.datalog.stratify import program_problems
from bullwhip.errors import UsageError
from bullwhip.export.rules_logic import clingo_name, clingo_term, nemo_name, to_clingo, to_nemo
from bullwhip.export.rules_sparql import to_sparql
from bullwhip.model.inference import (
    Aggregate,
    Arithmetic,
    Assign,
    Atom,
    Compare,
    Constant,
    Head,
    HeadTerm,
    InferenceProgram,
    InferenceRule,
    Part,
    Skolem,
    Term,
    Variable,
)
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, literal
from printed_inference import by_clingo, by_nemo, by_sparql, by_us

THINGS = [Constant(f"<urn:{c}>") for c in "abcde"]
NUMBERS = [Constant(literal(str(n), datatype=f"{PREFIXES['xsd']}integer")) for n in (-1, 0, 1, 2, 3)]
TEXTS = [Constant('"t"'), Constant('"光"@zh')]
STATED = [("bw:C", 1), ("bw:p", 2), ("bw:q", 2), ("bw:n", 2), ("bw:p", 3)]
DERIVED = [("r", 1), ("r", 2), ("s", 2), ("t", 3), ("bw:D", 1), ("bw:q", 2), ("bw:d", 2)]
NAMES = [Variable(n) for n in ("x", "y", "z", "a_1")]


@st.composite
def graphs(draw: st.DrawFn) -> bytes:
    """Return a few quads in two graphs; `bw:n` has numbers, the others things and texts too."""
    lines = set()
    for _ in range(draw(st.integers(0, 14))):
        graph = draw(st.sampled_from(["<urn:g>", "<urn:h>"]))
        subject = draw(st.sampled_from(THINGS)).text
        name, arity = draw(st.sampled_from(STATED[:4]))
        if arity == 1:
            lines.add(f"{subject} <{PREFIXES['rdf']}type> <{PREFIXES['bw']}C> {graph} .")
            continue
        values = NUMBERS if name == "bw:n" else [*THINGS, *THINGS, *TEXTS, *NUMBERS[:1]]
        value = draw(st.sampled_from(values)).text
        lines.add(f"{subject} <{PREFIXES['bw']}{name[3:]}> {value} {graph} .")
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def _terms(draw: st.DrawFn, arity: int, names: list[Variable]) -> tuple[Term, ...]:
    choice = st.one_of(st.sampled_from(names), st.sampled_from(names), st.sampled_from([*THINGS[:2], NUMBERS[2]]))
    return tuple(draw(choice) for _ in range(arity))


@st.composite
def rules(draw: st.DrawFn, number: int) -> InferenceRule:
    """Return a rule whose variables are bound; whether the program has an order is seen later."""
    body: list[Part] = []
    for _ in range(draw(st.integers(1, 3))):
        name, arity = draw(st.sampled_from([*STATED, *DERIVED]))
        body.append(Atom(name, _terms(draw, arity, NAMES)))
    bound = sorted({t.name for a in body if isinstance(a, Atom) for t in a.terms if isinstance(t, Variable)})
    assume(bound)
    variables = [Variable(n) for n in bound]
    extra = draw(st.sampled_from(["", "", "not", "=", "!=", "<", "number", "order"]))
    if extra == "not":
        name, arity = draw(st.sampled_from([*STATED, *DERIVED]))
        body.append(Atom(name, _terms(draw, arity, variables), negated=True))
    elif extra in ("=", "!="):
        other = draw(st.sampled_from([*variables, *THINGS[:2], NUMBERS[1], TEXTS[1]]))
        body.append(Compare(extra, draw(st.sampled_from(variables)), other))  # type: ignore[arg-type]
    elif extra in ("<", "order"):
        operator = draw(st.sampled_from(["<", "<=", ">", ">="]))
        body.append(Compare(operator, draw(st.sampled_from(variables)), draw(st.sampled_from(NUMBERS))))  # type: ignore[arg-type]
    elif extra == "number":
        operator = draw(st.sampled_from(["+", "-", "*", "min", "max", "abs"]))
        others: list[Term] = [*variables, NUMBERS[3]]
        inputs: tuple[Term, ...] = (draw(st.sampled_from(variables)), draw(st.sampled_from(others)))
        body.append(Assign("v", Arithmetic(operator, inputs[:1] if operator == "abs" else inputs)))
        variables.append(Variable("v"))
    numeric = {
        a.terms[1].name for a in body if isinstance(a, Atom) and a.predicate == "bw:n" and not a.negated
        and isinstance(a.terms[1], Variable)
    }  # fmt: skip
    return InferenceRule(f"rule_{number}", Label(), (_head(draw, variables, sorted(numeric)),), tuple(body))


def _head(draw: st.DrawFn, variables: list[Variable], numeric: list[str]) -> Head:
    name, arity = draw(st.sampled_from(DERIVED))
    terms: list[HeadTerm] = [draw(st.sampled_from(variables)) for _ in range(arity)]
    kind = draw(st.sampled_from(["", "", "", "new", "count", "sum", "min"]))
    if kind == "new":
        terms[0] = Skolem("pair", tuple(draw(st.lists(st.sampled_from(variables), min_size=1, max_size=2))))
    elif kind and arity > 1:
        over = variables if kind == "count" else [Variable(n) for n in numeric]
        over = [v for v in over if v not in terms[:-1]]
        if over:
            terms[-1] = Aggregate(kind, draw(st.sampled_from(over)).name)  # type: ignore[arg-type]
    return Head(name, tuple(terms))


@st.composite
def programs(draw: st.DrawFn) -> InferenceProgram:
    """Return a program that has an order of evaluation, and no triple about a text."""
    found = InferenceProgram(tuple(draw(rules(n)) for n in range(draw(st.integers(1, 5)))))
    assume(not program_problems(found))
    return found


def x(*names: str) -> tuple[Variable, ...]:
    """Return variables."""
    return tuple(Variable(n) for n in names)


CLOSURE = InferenceProgram((
    InferenceRule("a", Label(), (Head("s", x("x", "y")), Head("bw:d", x("x", "y"))), (Atom("bw:p", x("x", "y")),)),
    InferenceRule("b", Label(), (Head("s", x("x", "z")),), (Atom("s", x("x", "y")), Atom("bw:p", x("y", "z")))),
    InferenceRule("c", Label(), (Head("r", x("x", "y")),), (Atom("s", x("x", "y")), Atom("bw:d", x("x", "y"), True))),
    InferenceRule("d", Label(), (Head("t", (*x("x"), Aggregate("count", "y"), *x("x"))),),
                  (Atom("s", x("x", "y")),)),
    InferenceRule("e", Label(), (Head("r", x("x", "m")),),
                  (Atom("t", x("x", "n", "x")), Assign("m", Arithmetic("*", (Variable("n"), NUMBERS[3]))),
                   Compare(">", Variable("m"), NUMBERS[2]), Compare("!=", Variable("x"), THINGS[1]))),
))  # fmt: skip
CHAIN = b"".join(
    f"<urn:{a}> <{PREFIXES['bw']}p> <urn:{b}> <urn:{g}> .\n".encode() for a, b, g in ("abg", "bcg", "cdh", "dbh", "abh")
)

_SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@_SLOW
@given(programs(), graphs())
@example(CLOSURE, CHAIN)
def test_sparql_to_a_fixpoint_derives_the_same(program: InferenceProgram, nquads: bytes) -> None:
    """Every fact, and no other: recursion, negation, aggregates, whole numbers, new nodes."""
    ours = {k: {f for f in facts if ":" not in k[0] or f[0][0] != '"'} for k, facts in by_us(program, nquads).items()}

    assert ours == by_sparql(program, nquads)


@_SLOW
@given(programs(), graphs())
@example(CLOSURE, CHAIN)
def test_an_answer_set_solver_derives_the_same(program: InferenceProgram, nquads: bytes) -> None:
    """Every fact, and no other."""
    pytest.importorskip("clingo")

    assert by_us(program, nquads) == by_clingo(program, nquads)


def test_nemo_derives_the_same() -> None:
    """A program with recursion, negation, whole numbers and a count; it fails by itself on some random ones."""
    pytest.importorskip("nmo_python")

    assert by_us(CLOSURE, CHAIN) == by_nemo(CLOSURE, CHAIN)


@given(st.lists(st.text("ab_:-1.é", min_size=1, max_size=4), min_size=2, max_size=2, unique=True), st.integers(1, 3))
def test_different_predicates_have_different_names(names: list[str], arity: int) -> None:
    """No two predicates meet under one name, whatever characters they have."""
    one, other = ((n, arity) for n in names)

    assert clingo_name(one) != clingo_name(other)
    assert nemo_name(one) != nemo_name(other)


@given(st.lists(st.text('"\\a\n<>^^0', max_size=4), min_size=2, max_size=2, unique=True))
def test_different_terms_are_different_texts(texts: list[str]) -> None:
    """No two terms meet in one."""
    one, other = (clingo_term(literal(t)) for t in texts)

    assert one != other


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Assign("v", Arithmetic("/", (Variable("y"), NUMBERS[3]))), "a division"),
        (Assign("v", Arithmetic("number", (Variable("y"),))), "number()"),
    ],
)
def test_what_cannot_be_said_exactly_is_refused(part: Part, words: str) -> None:
    """A division, and numbers read from texts, are said by none of them; the rule is named with its place."""
    rule = InferenceRule(
        "half", Label(), (Head("r", x("x", "v")),), (Atom("bw:n", x("x", "y")), part), file="a", line=3
    )

    for write in (to_sparql, to_clingo, to_nemo):
        with pytest.raises(UsageError) as caught:
            write(InferenceProgram((rule,)))
        assert caught.value.problems[0].code == "BW514"
        assert words in caught.value.problems[0].message
        assert "a:3: BW514" in str(caught.value)


def test_a_decimal_is_refused_where_only_whole_numbers_are_counted() -> None:
    """Clingo and Nemo would leave out the matches."""
    half = Constant(literal("0.5", datatype=f"{PREFIXES['xsd']}decimal"))
    rule = InferenceRule(
        "half", Label(), (Head("r", x("x")),), (Atom("bw:n", x("x", "y")), Compare(">", x("y")[0], half))
    )

    for write in (to_clingo, to_nemo):
        with pytest.raises(UsageError, match="not whole"):
            write(InferenceProgram((rule,)))
    assert "0.5" in to_sparql(InferenceProgram((rule,)))
