"""Laws of proofs, over random programs and facts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.replay import replay
from bullwhip.model.inference import Atom, InferenceProgram
from bullwhip.model.proof import Fact
from inference_programs import node
from inferred_models import derived_facts, says
from naive_inference import naive
from random_inference import Rows as Drawn
from random_inference import facts, programs

FEWER = settings(max_examples=settings().max_examples // 2)
"""For laws that take several evaluations."""


@given(programs(), facts())
def test_every_proof_replays(program: InferenceProgram, drawn: Drawn) -> None:
    """Each step of the proof of each fact follows by its rule from steps after it, down to what is stated."""
    inferred = evaluate(program, Rows(drawn))

    for fact in derived_facts(inferred):
        proof = inferred.proof(fact.predicate, fact.terms)
        assert proof is not None
        assert fact == proof.fact
        assert proof.steps[0].rule
        assert () == replay(proof, program, says(inferred))
        assert all(f.terms in drawn.get(f.predicate, ()) for f in proof.stated)


@FEWER
@given(programs(), facts())
def test_several_proofs_are_different_and_replay(program: InferenceProgram, drawn: Drawn) -> None:
    """Further proofs replay as well, no two are the same, and the shortest way is never missed."""
    inferred = evaluate(program, Rows(drawn))

    for fact in derived_facts(inferred)[:12]:
        proofs, _ = inferred.proofs(fact.predicate, fact.terms, 4)
        first = inferred.proof(fact.predicate, fact.terms)
        assert first is not None
        assert proofs
        assert len(proofs) == len({p.steps for p in proofs})
        assert len(proofs) > 1 or first == proofs[0]
        assert [()] * len(proofs) == [replay(p, program, says(inferred)) for p in proofs]


@FEWER
@given(programs(aggregates=False), facts(), st.data())
def test_without_a_leaf_of_its_only_proof_a_fact_is_gone(
    program: InferenceProgram, drawn: Drawn, data: st.DataObject
) -> None:
    """Where a fact has one proof and nothing is negated, taking away any stated fact in it takes the fact away."""
    inferred = evaluate(program, Rows(drawn))
    negates = any(isinstance(p, Atom) and p.negated for r in program.rules for p in r.body)

    for fact in [] if negates else derived_facts(inferred)[:12]:
        proofs, complete = inferred.proofs(fact.predicate, fact.terms, 2)
        if len(proofs) == 1 and complete and proofs[0].stated:
            leaf = data.draw(st.sampled_from(proofs[0].stated))
            less = {n: [r for r in rows if (n, r) != (leaf.predicate, leaf.terms)] for n, rows in drawn.items()}
            assert not evaluate(program, Rows(less)).holds(fact.predicate, fact.terms)


@given(programs(aggregates=False), facts(), st.data())
def test_what_is_missing_makes_the_fact_hold(program: InferenceProgram, drawn: Drawn, data: st.DataObject) -> None:
    """Stating what an answer calls missing, and taking away stated facts in its way, makes the fact hold."""
    inferred = evaluate(program, Rows(drawn))
    keys = sorted({(h.predicate, len(h.terms)) for r in program.rules for h in r.heads if h.terms})
    if not keys:
        return
    name, arity = data.draw(st.sampled_from(keys))
    fact = Fact(name, tuple(data.draw(st.sampled_from([node(c) for c in "abcd"])) for _ in range(arity)))

    for candidate in inferred.why_not(fact.predicate, fact.terms, 3).candidates:
        rows = {n: set(r) for n, r in drawn.items()}
        for other in candidate.missing:
            assert not inferred.holds(other.predicate, other.terms)
            rows.setdefault(other.predicate, set()).add(other.terms)
        for other in candidate.blocking:
            assert inferred.holds(other.predicate, other.terms) or candidate.missing
            rows.get(other.predicate, set()).discard(other.terms)
        assert all(not g.holds for g in candidate.failing)
        stated = all(f.terms in drawn.get(f.predicate, ()) for f in candidate.blocking)
        if stated and not candidate.failing:
            assert fact.terms in naive(program, {n: sorted(r) for n, r in rows.items()})[name, arity]


@FEWER
@given(programs(aggregates=False, numbers=False), facts(), st.data())
def test_a_fact_that_went_with_a_leaf_comes_back_with_one_change(
    program: InferenceProgram, drawn: Drawn, data: st.DataObject
) -> None:
    """Where taking away one stated fact took a fact away, one change that brings it back is found."""
    inferred = evaluate(program, Rows(drawn))

    for fact in derived_facts(inferred)[:6]:
        proof = inferred.proof(fact.predicate, fact.terms)
        assert proof is not None
        if not proof.stated:
            continue
        leaf = data.draw(st.sampled_from(proof.stated))
        less = {n: [r for r in rows if (n, r) != (leaf.predicate, leaf.terms)] for n, rows in drawn.items()}
        without = evaluate(program, Rows(less))
        if not without.holds(fact.predicate, fact.terms) and leaf.predicate != "p":  # what rules derive is not stated
            answer = without.why_not(fact.predicate, fact.terms, 3)
            assert answer.candidates
            assert 1 == answer.candidates[0].size
