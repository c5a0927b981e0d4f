"""Why a fact does not hold: known answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.inferred import Inferred
from bullwhip.datalog.limits import Limits
from bullwhip.model.proof import Fact
from bullwhip.terms import BASE
from inference_programs import integer, node, program

A, B, C, D = (node(c) for c in "abcd")
ANY = f"<{BASE}any/"
Given = Mapping[str, Sequence[tuple[str, ...]]]
RATED = "rated(new(pair, X, Y), Z) :- n(X), w(Y), v(X, Z)"
SUPPLIERS = "suppliers(T, count(X)) :- supplies(X, T)"
EXPOSURE = (
    "exposed(X, D) :- driver(D), reaches(D, S), supplies(X, S)",
    "reaches(X, Y) :- feeds(X, Y)",
    "reaches(X, Z) :- reaches(X, Y), feeds(Y, Z)",
)


def of(rows: Given, *texts: str) -> Inferred:
    """Return what follows from rows."""
    return evaluate(program(*texts), Rows(rows))


def missing(inferred: Inferred, predicate: str, *terms: str, most: int = 20) -> list[tuple[str, ...]]:
    """Return what would have to be stated, as text, for each answer without anything else."""
    answer = inferred.why_not(predicate, terms, most)
    return [tuple(map(str, c.missing)) for c in answer.candidates if not c.failing and not c.blocking]


def test_one_missing_fact_is_found_through_recursion() -> None:
    """The chain breaks at one place; what would close it there, or lead around it, is told."""
    rows: Given = {"driver": [(A,)], "feeds": [(A, B), (C, D)], "supplies": [(node("x"), D)]}

    found = missing(of(rows, *EXPOSURE), "exposed", node("x"), A)

    single = [f[0] for f in found if len(f) == 1]
    assert sorted(single) == sorted(
        [
            f"feeds({B}, {C})", f"feeds({A}, {C})", f"feeds({A}, {D})", f"feeds({B}, {D})",
            f"supplies({node('x')}, {B})",
        ]
    )  # fmt: skip
    assert all(len(f) == 1 for f in found[: len(single)])


def test_a_node_that_nothing_names_yet_can_stand_in_the_middle() -> None:
    """Where nothing on either side is known, an unnamed node joins what is missing."""
    found = missing(of({"driver": [(A,)]}, *EXPOSURE), "exposed", node("x"), A)

    assert (f"feeds({A}, {ANY}S>)", f"supplies({node('x')}, {ANY}S>)") in found


def test_a_failing_guard_is_shown_with_its_values() -> None:
    """All atoms match, and a comparison or an assignment does not give what it should."""
    inferred = of({"v": [(A, integer(2)), (B, integer(9))]}, "r(X, M) :- v(X, N), N > 5, M := N + 1")

    one = inferred.why_not("r", (A, integer(3)))
    other = inferred.why_not("r", (B, integer(11)))

    assert [(f"?N > {integer(5)}", (("N", integer(2)),), False)] == [
        (g.text, g.values, g.holds) for g in one.candidates[0].failing
    ]
    assert [(f"?M = ?N + {integer(1)}", (("M", integer(11)), ("N", integer(9))), False)] == [
        (g.text, g.values, g.holds) for g in other.candidates[0].failing
    ]


def test_a_value_that_passes_the_guard_is_proposed_for_a_missing_fact() -> None:
    """What is missing has to pass the guards; a number near those of the guard does."""
    found = missing(of({"n": [(A,)]}, "r(X) :- n(X), v(X, N), N > 5, N != 6"), "r", A)

    assert [(f"v({A}, {integer(7)})",)] == found or [(f"v({A}, {integer(11)})",)] == found


def test_a_fact_in_the_way_is_told() -> None:
    """What a negation excludes would have to go; stated in several graphs, it is one fact."""
    rows: Given = {"bw:supplies": [(A, B, "<urn:g>"), (A, B, "<urn:h>")], "bw:Company": [(A,)], "bw:Tier": [(B,)]}
    inferred = of(rows, "gap(X, Y) :- bw:Company(X), bw:Tier(Y), not bw:supplies(X, Y)")

    (candidate,) = inferred.why_not("gap", (A, B)).candidates

    assert ((Fact("bw:supplies", (A, B)),), ()) == (candidate.blocking, candidate.missing)


def test_one_fact_to_state_and_one_in_the_way_are_told_together() -> None:
    """Where a fact is missing and another excludes what it would give, neither change alone is enough."""
    inferred = of({"t": [(A,)], "p": [(A,)]}, "weak(X) :- t(X), sole(X), not printed(X)", "printed(X) :- p(X)")

    answer = inferred.why_not("weak", (A,))

    assert [((Fact("sole", (A,)),), (Fact("printed", (A,)),))] == [(c.missing, c.blocking) for c in answer.candidates]
    assert answer.complete


def test_what_binds_a_negation_can_be_missing() -> None:
    """The missing fact names what the negation then excludes; another value needs nothing taken away."""
    inferred = of({"w": [(B,), (C,)], "bad": [(B,)]}, "r(X) :- at(X, Y), w(Y), not bad(Y)")

    answer = inferred.why_not("r", (A,))

    assert ((Fact("at", (A, C)),), ()) == (answer.candidates[0].missing, answer.candidates[0].blocking)
    assert ((Fact("at", (A, B)),), (Fact("bad", (B,)),)) in [(c.missing, c.blocking) for c in answer.candidates]


def test_a_fact_that_is_needed_as_well_is_not_in_the_way() -> None:
    """Taking a fact away is tried: where the rest of the rule rests on it, that is no answer."""
    inferred = of({"w": [(A,)]}, "g(X) :- z(X), not w(X)", "z(X) :- w(X)")

    assert () == inferred.why_not("g", (A,)).candidates


def test_a_class_in_the_way_is_told() -> None:
    """A class that a graph states can be in the way as well."""
    rows: Given = {"rdf:type": [(A, "<https://w3id.org/bullwhip/ontology#Closed>", "<urn:g>")], "n": [(A,)]}
    inferred = of(rows, "open(X) :- n(X), not bw:Closed(X)")

    (candidate,) = inferred.why_not("open", (A,)).candidates

    assert (Fact("bw:Closed", (A,)),) == candidate.blocking


def test_another_result_of_an_aggregate_is_told() -> None:
    """A group has one sum; a fact with another differs in that."""
    inferred = of({"v": [(A, integer(2)), (A, integer(3))]}, "r(X, sum(N)) :- v(X, N)")

    one = inferred.why_not("r", (A, integer(6)))
    other = inferred.why_not("r", (B, integer(6)))

    assert [(f"sum(?N) = {integer(6)}", (("sum(?N)", integer(5)),))] == [
        (g.text, g.values) for g in one.candidates[0].failing
    ]
    assert [(Fact("v", (B, integer(6))),)] == [c.missing for c in other.candidates]
    assert {"text": f"sum(?N) = {integer(6)}", "values": {"sum(?N)": integer(5)}, "holds": False} in one.as_dict()[
        "candidates"
    ][0]["failing"]


def test_one_fact_is_looked_for_where_a_count_is_one_and_none_where_it_is_more() -> None:
    """A count of one lacks one match; for more, the answer says that it did not look."""
    inferred = of({"n": [(A,)]}, "c(X, count(Y)) :- n(X), e(X, Y)")

    one, two = inferred.why_not("c", (A, integer(1))), inferred.why_not("c", (A, integer(2)))

    assert [(Fact("e", (A, f"{ANY}Y>")),)] == [c.missing for c in one.candidates]
    assert ((), "facts for counts above one are not looked for") == (two.candidates, two.limit)


def test_one_missing_fact_can_serve_twice() -> None:
    """What is asked for already stands in the place of an unnamed node, so that one fact is the whole answer."""
    inferred = of({"tier": [(B,)]}, "sole(X, T) :- tier(T), supplies(X, T), suppliers(T, N), N = 1", SUPPLIERS)
    pair = of({"p": [(A, B)]}, "r(X) :- p(X, Y), q(X, Y), s(X)", "s(X) :- q(X, Z)")

    assert [(f"supplies({A}, {B})",)] == missing(inferred, "sole", A, B)[:1]
    assert [(f"q({A}, {B})",)] == missing(pair, "r", A)[:1]


def test_what_is_missing_and_what_fails_stand_in_one_answer() -> None:
    """A company that does not supply, at a tier with another supplier: both have to change."""
    inferred = of({"supplies": [(C, B)]}, "sole(X, T) :- supplies(X, T), suppliers(T, 1)", SUPPLIERS)

    answers = inferred.why_not("sole", (A, B)).candidates

    assert ((Fact("supplies", (A, B)),), ["count(?X) = " + integer(1)]) in [
        (c.missing, [g.text for g in c.failing]) for c in answers
    ]


def test_what_a_rule_excludes_by_what_other_rules_derive_is_told() -> None:
    """A derived fact in the way is named; what to change for it is a question of its own."""
    inferred = of({"n": [(A,)], "w": [(A,)]}, "open(X) :- n(X), not shut(X)", "shut(X) :- w(X)")

    (candidate,) = inferred.why_not("open", (A,)).candidates

    assert ((Fact("shut", (A,)),), ("r00",)) == (candidate.blocking, candidate.rules)


def test_long_bodies_and_wide_products_are_not_searched() -> None:
    """More atoms than are tried, or more matches than a limit allows, leave the answer incomplete."""
    atoms = ", ".join(f"e{i}(X, Y{i})" for i in range(8))
    long = of({"n": [(A,)]}, f"r(X) :- n(X), {atoms}").why_not("r", (A,))
    nodes = [(node(f"s{i}"),) for i in range(40)]
    wide = evaluate(
        program("r(X) :- n(Y), n(Z), n(W), e(X, Y, Z, W)"), Rows({"n": nodes}), limits=Limits(matches=1000)
    ).why_not("r", (A,))

    assert ("rule 'r00' has more than 7 atoms", False) == (long.limit, long.complete)
    assert "rule 'r00' has too many matches without its other atoms" in wide.limit


@pytest.mark.parametrize(
    "texts",
    [
        ("g(X) :- n(X), z(X), not hidden(X)", "hidden(X) :- z(X)"),
        ("g(X) :- r(X), z(X)", "r(X) :- n(X), not hidden(X)", "hidden(X) :- z(X)"),
        ("g(X) :- one(N), N = 1, z(X)", "one(count(X)) :- z(X)"),
    ],
)
def test_missing_facts_that_would_undo_themselves_are_no_answer(texts: tuple[str, ...]) -> None:
    """An answer is tried: stating what takes another premise away, or changes a count, does not make the fact hold."""
    inferred = of({"n": [(A,)], "z": [(B,)]}, *texts)

    assert not inferred.update(Rows({"z": [(A,)]})).holds("g", (A,))
    assert (Fact("z", (A,)),) not in [c.missing for c in inferred.why_not("g", (A,), 20).candidates if c.size == 1]


def test_what_holds_needs_no_reason() -> None:
    """Asked about a fact that holds, the answer says so."""
    answer = of({"n": [(A,)]}, "r(X) :- n(X)").why_not("r", (A,))

    assert (True, (), True) == (answer.holds, answer.candidates, answer.complete)


def test_a_predicate_without_rules_lacks_the_fact_itself() -> None:
    """Nothing derives it, so that it would have to be stated."""
    assert [(f"n({B})",)] == missing(of({"n": [(A,)]}, "r(X) :- n(X)"), "n", B)


def test_a_search_that_ends_early_says_so() -> None:
    """Where there are more ways than are looked at, the answer is not complete, and says what was left out."""
    rows: Given = {"driver": [(A,)], "feeds": [(A, node(f"s{i:03}")) for i in range(200)]}

    answer = of(rows, *EXPOSURE).why_not("exposed", (B, A), 3)

    assert (3, False) == (len(answer.candidates), answer.complete)
    assert answer.limit
    assert answer.as_dict()["limit"] == answer.limit


def test_what_a_known_node_is_made_of_is_read_off_another_fact() -> None:
    """A node that something is derived of already shows its arguments, so that other facts of it can be explained."""
    inferred = of({"n": [(A,)], "w": [(B,)], "v": [(C, D)]}, "r(new(pair, X, Y)) :- n(X), w(Y)", RATED)
    ((made,),) = inferred.facts("r")

    answer = inferred.why_not("rated", (made, C))

    assert ([(Fact("v", (A, C)),)], True) == ([c.missing for c in answer.candidates], answer.complete)


def test_what_a_new_node_is_made_of_is_not_guessed() -> None:
    """The arguments cannot be read off a node; where they are not known, the answer says that it is not complete."""
    rule = "r(new(pair, X, Y)) :- n(X), w(Y)"
    whole = of({"n": [(A,)], "w": [(B,), (C,)]}, rule)
    (wanted,) = {f[0] for f in whole.facts("r")} - {f[0] for f in of({"n": [(A,)], "w": [(C,)]}, rule).facts("r")}

    inferred = of({"n": [(A,)], "w": [(C,)], "other": [(B,)]}, rule, "seen(X) :- other(X)")

    assert () == inferred.why_not("r", (wanted,)).candidates
    assert not inferred.why_not("r", (wanted,)).complete


@pytest.mark.parametrize("others", [0, 20])
def test_every_way_to_match_the_rest_is_looked_at(others: int) -> None:
    """However many other facts there are beside them, both ways through the rest of the body lead to an answer."""
    besides = [(node(f"f{i}"), node(f"g{i}")) for i in range(others)]
    rows: Given = {"a": [(A, B), (A, C)], "b": [(B, node("y")), (C, node("z")), *besides]}

    found = missing(of(rows, "r(X) :- a(X, Y), b(Y, Z), c(Z)"), "r", A)

    assert [(f"c({node('y')})",), (f"c({node('z')})",)] == found[:2]
