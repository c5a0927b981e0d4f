"""Which programs of inference may be evaluated, and what is said of the others."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.predicates import with_plain_types
from bullwhip.datalog.stratify import program_problems, strata
from bullwhip.errors import ValidationError
from bullwhip.model.inference import Aggregate, Atom, Head, InferenceProgram, InferenceRule, Variable
from bullwhip.model.label import Label
from inference_programs import program


@pytest.mark.parametrize(
    ("texts", "code", "message"),
    [
        (
            ["win(X) :- move(X, Y), not win(Y)"],
            "BW601",
            "rule 'r00' derives in a circle through a negation: win/1 from the absence of win/1 (rule r00)",
        ),
        (
            ["a(X) :- n(X), not b(X)", "b(X) :- c(X)", "c(X) :- n(X), a(X)"],
            "BW601",
            "rule 'r00' derives in a circle through a negation: "
            "a/1 from the absence of b/1 (rule r00), from c/1 (rule r01), from a/1 (rule r02)",
        ),
        (
            ["total(X, sum(V)) :- part(X, Y), total(Y, V)"],
            "BW601",
            "rule 'r00' derives in a circle through an aggregate: total/2 from an aggregate over total/2 (rule r00)",
        ),
        (
            ["hops(Y, M) :- hops(X, N), edge(X, Y), M := N + 1"],
            "BW602",
            "rule 'r00' makes the new number ?M in a circle, which might never end: hops/2 from hops/2 (rule r00)",
        ),
        (
            ["a(X, M) :- b(X, N), M := N * 2", "b(X, M) :- a(X, M)"],
            "BW602",
            "rule 'r00' makes the new number ?M in a circle, which might never end: "
            "a/2 from b/2 (rule r00), from a/2 (rule r01)",
        ),
        (
            ["a(X, K) :- b(X, N), M := N * 2, K := M", "b(X, M) :- a(X, M)"],
            "BW602",
            "rule 'r00' makes the new number ?K in a circle, which might never end: "
            "a/2 from b/2 (rule r00), from a/2 (rule r01)",
        ),
        (
            ["thing(new(child, X)) :- thing(X)"],
            "BW602",
            "rule 'r00' makes the new node 'child' in a circle, which might never end: thing/1 from thing/1 (rule r00)",
        ),
        (["a(X, Y) :- b(X)"], "BW603", "variable ?Y of rule 'r00' stands in the head a, and nothing binds it"),
        (
            ["a(X) :- b(X), not c(X, Y)"],
            "BW603",
            "variable ?Y of rule 'r00' stands in a negation of c, and nothing binds it",
        ),
        (["a(X) :- b(X), X < Y"], "BW603", "variable ?Y of rule 'r00' stands in a comparison, and nothing binds it"),
        (
            ["a(X) :- b(X), Y := Z + 1, Z := Y - 1"],
            "BW603",
            "variable ?Z of rule 'r00' stands in the assignment of ?Y, and nothing binds it",
        ),
        (
            ["a(count(Y)) :- b(X)"],
            "BW603",
            "variable ?Y of rule 'r00' stands in the count of the head a, and nothing binds it",
        ),
        (
            ["a(new(kind, Y)) :- b(X)"],
            "BW603",
            "variable ?Y of rule 'r00' stands in the new node of the head a, and nothing binds it",
        ),
        (
            ["a(X) :- b(X, Y), Y := X + 1"],
            "BW603",
            "variable ?Y of rule 'r00' is assigned and bound by something else as well",
        ),
        (
            ["bw:x(X, Y, X, Y) :- b(X, Y)"],
            "BW604",
            "rule 'r00' uses bw:x with 4 arguments; the graph has one for a class, two for a property, "
            "three with the named graph",
        ),
        (
            ["bw:x(X, Y, X) :- b(X, Y)"],
            "BW604",
            "rule 'r00' derives bw:x within a named graph; what a document says is not derived",
        ),
        (['bw:x("a", Y) :- b(Y)'], "BW604", "rule 'r00' derives a triple about the literal \"a\""),
        (["a(X) :- nope:b(X)"], "BW604", "rule 'r00' uses nope:b, and there is no prefix 'nope'"),
        (["a(X) :- b(X), X = abs(X, X)"], "BW604", "rule 'r00' has the operation 'abs' of 2 arguments"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_with_the_reason(texts: list[str], code: str, message: str) -> None:
    """Circles are named predicate by predicate with their rules, variables with where they stand."""
    problems = program_problems(program(*texts))

    assert [(code, message)] == [(p.code, p.message) for p in problems if p.code == code][:1]
    assert all(p.place is not None and p.place.file == "rules.yaml" and p.hint for p in problems)
    with pytest.raises(ValidationError, match=code):
        evaluate(program(*texts), Rows())


@pytest.mark.parametrize(
    "texts",
    [
        ["p(X, Y) :- e(X, Y)", "p(X, Z) :- p(X, Y), p(Y, Z)", "lone(X) :- n(X), not p(X, X)"],
        ["dist(Y, M) :- dist(X, N), edge(X, Y, K), M := K * 2"],
        ["a(X) :- a(X), n(V), W := V + 1, W > 1"],
        ["a(X) :- b(X), not c(X)", "b(X) :- d(X)", "total(count(X)) :- a(X)"],
    ],
)
def test_circles_that_make_nothing_new_may_be_evaluated(texts: list[str]) -> None:
    """Recursion over what is there, numbers of what the circle does not bind, negation across strata are fine."""
    assert program_problems(program(*texts)) == ()


def test_rules_without_heads_and_unknown_aggregates_are_refused() -> None:
    """What no reader of rules would write is refused as well."""
    bare = InferenceRule("bare", Label(), (), (Atom("n", (Variable("x"),)),))
    odd = InferenceRule("odd", Label(), (Head("m", (Aggregate("mean", "x"),)),), bare.body)  # type: ignore[arg-type]

    problems = program_problems(InferenceProgram((bare, odd)))

    assert ["rule 'bare' derives nothing", "rule 'odd' has the aggregate 'mean'"] == [p.message for p in problems]
    assert all(p.place is None and p.hint for p in problems)


def test_all_problems_are_told_at_once() -> None:
    """A program with several faults has a problem for each."""
    problems = program_problems(program("a(X) :- not a(X)", "b(Y) :- c(X)", "d(M) :- d(N), M := N + 1"))

    assert ["BW603", "BW603", "BW601", "BW602"] == [p.code for p in problems]


def test_strata_come_in_an_order_that_can_be_followed() -> None:
    """Each stratum reads only itself and what comes before it."""
    rules = with_plain_types(
        program(
            "z(X) :- y(X), not x(X)", "x(X) :- w(X)", "y(X) :- w(X), y(X)", "w(X) :- n(X), v(X)", "v(X) :- w(X)"
        ).rules
    )

    order = [sorted(k[0] for k in s.keys) for s in strata(rules)]

    assert [["v", "w"], ["x"], ["y"], ["z"]] == order
    assert [True, False, True, False] == [s.is_recursive for s in strata(rules)]


def test_an_empty_program_has_nothing_to_evaluate() -> None:
    """Without rules there are no strata, and nothing follows."""
    assert program_problems(InferenceProgram()) == ()
    assert evaluate(InferenceProgram(), Rows()).predicates == ()


def test_the_checks_import_nothing_heavy() -> None:
    """Validation asks for problems without loading NumPy."""
    code = "import sys, bullwhip.datalog.stratify; print('numpy' in sys.modules)"

    assert (
        "False"
        == subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    )
