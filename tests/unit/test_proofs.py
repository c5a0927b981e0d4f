"""Proofs with known answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pytest

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.inferred import Inferred
from bullwhip.datalog.replay import replay
from bullwhip.errors import QueryError
from bullwhip.model.proof import Fact, Match, Proof, Step
from inference_programs import integer, node, program

A, B, C, D = (node(c) for c in "abcd")
PATHS = ("path(X, Y) :- edge(X, Y)", "path(X, Z) :- path(X, Y), edge(Y, Z)")


def of(rows: Mapping[str, Sequence[tuple[str, ...]]], *texts: str) -> Inferred:
    """Return what follows from rows."""
    return evaluate(program(*texts), Rows(rows))


def proof_of(inferred: Inferred, predicate: str, *terms: str) -> Proof:
    """Return the proof of a fact that holds, after it has been replayed."""
    proof = inferred.proof(predicate, terms)
    assert proof is not None
    assert () == replay(proof, inferred.state.program, lambda f: inferred.holds(f.predicate, f.terms))
    return proof


def test_a_proof_names_rules_bindings_and_the_graphs_that_state_its_leaves() -> None:
    """From the fact down: what derives it, with every variable, to the documents."""
    rows = {"bw:feeds": [(A, B, "<urn:g2>"), (A, B, "<urn:g1>"), (B, C)]}

    proof = proof_of(of(rows, "far(X, Z) :- bw:feeds(X, Y), bw:feeds(Y, Z)"), "far", A, C)

    assert proof.as_dict() == {
        "fact": {"predicate": "far", "terms": [A, C]},
        "steps": [
            {
                "fact": {"predicate": "far", "terms": [A, C]}, "rule": "r00", "matched": 1, "graphs": [],
                "matches": [{"bindings": {"X": A, "Y": B, "Z": C}, "premises": [1, 2], "guards": [], "absent": []}],
            },
            {
                "fact": {"predicate": "bw:feeds", "terms": [A, B]}, "rule": None, "matched": 0, "matches": [],
                "graphs": ["<urn:g1>", "<urn:g2>"],
            },
            {
                "fact": {"predicate": "bw:feeds", "terms": [B, C]}, "rule": None, "matched": 0, "matches": [],
                "graphs": [""],
            },
        ],
    }  # fmt: skip


def test_guards_assignments_and_absences_are_shown_with_their_values() -> None:
    """A step says what was compared, what was computed, and what no fact is."""
    rows = {"v": [(A, integer(3))], "w": [(B, integer(3))]}

    proof = proof_of(of(rows, "r(X, M) :- v(X, N), M := N / 2 + 1, M > 2, not w(X, N)"), "r", A, _decimal("2.5"))

    (match,) = proof.steps[0].matches
    two, one = integer(2), integer(1)
    assert [f"?M = (?N / {two}) + {one}", f"?M > {two}"] == [g.text for g in match.guards]
    assert [(("M", _decimal("2.5")), ("N", integer(3))), (("M", _decimal("2.5")),)] == [g.values for g in match.guards]
    assert (Fact("w", (A, integer(3))),) == match.absent


def _decimal(text: str) -> str:
    return f'"{text}"^^<http://www.w3.org/2001/XMLSchema#decimal>'


def test_an_aggregate_lists_the_matches_of_its_group_and_no_others() -> None:
    """A sum rests on every match that adds to it."""
    rows = {"v": [(A, B, integer(3)), (A, C, integer(3)), (A, D, integer(4)), (B, C, integer(9))]}

    proof = proof_of(of(rows, "r(X, sum(N)) :- v(X, Y, N)"), "r", A, integer(10))

    assert 3 == proof.steps[0].matched
    assert [B, C, D] == [dict(m.bindings)["Y"] for m in proof.steps[0].matches]
    assert 4 == len(proof.steps)


def test_very_many_matches_of_an_aggregate_are_counted_and_not_all_listed() -> None:
    """A step stays small; it says how many matches there are."""
    rows = {"v": [(A, integer(i)) for i in range(1500)]}

    proof = proof_of(of(rows, "r(X, count(N)) :- v(X, N)"), "r", A, integer(1500))

    assert (1500, 1000) == (proof.steps[0].matched, len(proof.steps[0].matches))


def test_shared_parts_stand_once() -> None:
    """A proof that would be a tree of 2^60 leaves has 61 steps, in JSON too."""
    texts = [f"p{i + 1}(X, Y) :- p{i}(X, Y), p{i}(Y, X)" for i in range(60)]
    inferred = of({"p0": [(A, A)]}, *texts)

    proof = proof_of(inferred, "p60", A, A)

    assert 61 == len(proof.steps)
    assert len(json.dumps(proof.as_dict())) < 30_000
    assert ((proof,), True) == inferred.proofs("p60", (A, A), 5)


def test_facts_of_a_circle_are_proved_without_it() -> None:
    """Where facts could rest on each other for ever, the proof goes down to what is stated."""
    rows = {"edge": [(A, B), (B, A), (B, C)]}

    proof = proof_of(of(rows, *PATHS), "path", A, A)

    assert (Fact("edge", (A, B)), Fact("edge", (B, A))) == proof.stated


def test_all_proofs_are_found_smallest_first() -> None:
    """Two ways of different length to one fact are two proofs; a circle adds none."""
    rows = {"edge": [(A, B), (B, D), (A, D), (A, C), (C, D), (D, A)]}
    inferred = of(rows, *PATHS)

    proofs, complete = inferred.proofs("path", (A, D), 10)

    assert complete
    assert [1, 2, 2] == [len(p.stated) for p in proofs]
    assert [proofs[0]] == list(inferred.proofs("path", (A, D), 1)[0])
    assert not inferred.proofs("path", (A, D), 2)[1]


def test_a_proof_of_two_stated_facts_comes_before_a_long_chain() -> None:
    """Size counts all that a proof rests on, not how many premises the last step has."""
    chain = tuple(f"a{i}(X) :- a{i + 1}(X)" for i in range(4))
    inferred = of({"a4": [(A,)], "b": [(A,)], "c": [(A,)]}, "top(X) :- a0(X)", "top(X) :- b(X), c(X)", *chain)

    assert [3, 6] == [len(p.steps) for p in inferred.proofs("top", (A,), 5)[0]]


def test_a_shared_fact_is_derived_in_one_way_within_a_proof() -> None:
    """Where two premises rest on one fact that has two derivations, there are two proofs, not four."""
    texts = ("q(X) :- e(X)", "q(X) :- f(X)", "left(X) :- q(X)", "right(X) :- q(X)", "top(X) :- left(X), right(X)")

    proofs, complete = of({"e": [(A,)], "f": [(A,)]}, *texts).proofs("top", (A,), 9)

    assert ([["e"], ["f"]], True) == ([[f.predicate for f in p.stated] for p in proofs], complete)


def test_a_stated_fact_that_rules_derive_too_has_both_proofs() -> None:
    """Being stated is the first proof, what rules make of other facts the next."""
    inferred = of({"path": [(A, C)], "edge": [(A, B), (B, C)]}, *PATHS)

    proofs, _ = inferred.proofs("path", (A, C), 5)

    assert [("",), ("r00", "r01")] == [tuple(sorted({s.rule for s in p.steps if s.rule})) or ("",) for p in proofs]


def test_another_value_of_an_assignment_is_no_proof() -> None:
    """Only the matches that give the number of the fact prove it."""
    inferred = of({"v": [(A, integer(1)), (A, integer(2))]}, "r(X, M) :- v(X, N), M := N + 1")

    proofs, complete = inferred.proofs("r", (A, integer(3)), 5)

    assert ([(Fact("v", (A, integer(2))),)], True) == ([p.stated for p in proofs], complete)


def test_what_does_not_hold_has_no_proof() -> None:
    """Neither one nor several."""
    inferred = of({"edge": [(A, B)]}, *PATHS)

    assert inferred.proof("path", (B, A)) is None
    assert ((), True) == inferred.proofs("path", (B, A), 3)


def test_without_explanations_a_proof_is_refused() -> None:
    """What was not kept is told, and how to keep it."""
    inferred = evaluate(program(*PATHS), Rows({"edge": [(A, B)]}), explain=False)

    with pytest.raises(QueryError, match="BW606 no explanations were kept"):
        inferred.proof("path", (A, B))


def test_replay_finds_what_was_tampered_with() -> None:
    """A proof with another premise, another value or a rule that is not there does not pass."""
    texts = ("r(X, M) :- v(X, N), M := N + 1, not w(X)", "s(X, sum(M)) :- r(X, M)")
    inferred = of({"v": [(A, integer(1)), (B, integer(1))]}, *texts)
    proof = proof_of(inferred, "s", A, integer(2))

    def wrong(old: str, new: str, *, within: type = Fact, absent: bool = True) -> tuple[str, ...]:
        changed = _changed(proof, old, new, within)
        assert changed != proof or old == new
        return replay(changed, program(*texts), lambda _: not absent)

    assert () == wrong(A, A)
    assert all(wrong(*change) for change in [(A, B), (integer(2), integer(3)), ("v", "w")])
    assert all(wrong(*change, within=Step) for change in [("r01", "r00"), ("r01", "gone"), ("r00", "")])
    assert all(wrong(*change, within=Match) for change in [(A, B), (integer(1), integer(3)), ("N", "K")])
    assert wrong(A, A, absent=False)


def test_replay_checks_arithmetic_guards_new_nodes_and_extremes() -> None:
    """Every kind of part of a rule is worked out again, and told where it does not fit."""
    texts = (
        'r(new(kind, X), M) :- v(X, N), M := max(abs(N - 3), number("1/2")) / min(N, 2), M > 0.5, X != b',
        "low(min(M), max(M), count(X)) :- r(X, M)",
        "half(M) :- v(X, N), M := number(N) * 1 + 0",
    )
    inferred = of({"v": [(A, integer(1)), (C, integer(9))]}, *texts)
    (low,) = inferred.facts("low")
    proof = proof_of(inferred, "low", *low)
    proof_of(inferred, "half", integer(9))

    assert (integer(2), integer(3), integer(2)) == low
    for old, new, within in [
        (integer(2), integer(3), Fact), (integer(3), integer(2), Fact), (integer(9), integer(8), Match), (A, B, Match),
        (A, C, Fact), ("r01", "r02", Step), ("r00", "r02", Step),
    ]:  # fmt: skip
        assert replay(_changed(proof, old, new, within), program(*texts), lambda _: False)


def _changed(thing: Any, old: str, new: str, within: type, *, inside: bool = False) -> Any:
    """Return a record with one text for another, in the fields of records of one type alone."""
    if isinstance(thing, tuple):
        return tuple(_changed(t, old, new, within, inside=inside) for t in thing)
    if isinstance(thing, Proof | Step | Match | Fact):
        inside = isinstance(thing, within)
        return type(thing)(*(_changed(getattr(thing, f.name), old, new, within, inside=inside) for f in fields(thing)))
    return new if inside and thing == old else thing
