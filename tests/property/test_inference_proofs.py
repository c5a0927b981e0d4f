"""Laws of proofs, over random programs and facts."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.replay import replay
from bullwhip.model.inference import Atom, InferenceProgram
from inferred_models import derived_facts, says
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
