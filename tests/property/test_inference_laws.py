"""Laws of inference, over random programs and facts."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bullwhip.datalog import matching, relation, run
from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.replay import replay
from bullwhip.datalog.state import follows
from bullwhip.model.inference import Atom, Head, InferenceProgram
from inference_programs import node
from inferred_models import derived_facts, known, model, says
from naive_inference import naive
from random_inference import Rows as Drawn
from random_inference import facts, programs

FEWER = settings(max_examples=settings().max_examples // 2)
"""For laws that take several evaluations."""


@given(programs(), facts())
def test_what_follows_is_what_the_slow_way_finds(program: InferenceProgram, drawn: Drawn) -> None:
    """The engine and loops over sets derive the same facts, with and without explanations."""
    inferred = evaluate(program, Rows(drawn))

    assert known(naive(program, drawn), inferred) == model(inferred)
    assert model(inferred) == model(evaluate(program, Rows(drawn), explain=False))


@FEWER
@given(programs(), facts(), facts(), facts())
def test_a_change_gives_what_starting_anew_gives(
    program: InferenceProgram, drawn: Drawn, added: Drawn, removed: Drawn
) -> None:
    """After facts are added and removed, everything is as if evaluated over the new facts; the old state stays."""
    before = evaluate(program, Rows(drawn))
    old = model(before)
    new = {
        n: sorted((set(drawn[n]) - set(removed[n])) | set(added[n])) for n in drawn
    }  # fmt: skip

    after = before.update(Rows(added), Rows(removed))

    assert model(evaluate(program, Rows(new))) == model(after)
    assert old == model(before)
    for fact in derived_facts(after)[:8]:
        proof = after.proof(fact.predicate, fact.terms)
        assert proof is not None
        assert () == replay(proof, program, says(after))


@FEWER
@given(programs(), facts(), st.randoms(use_true_random=False))
def test_neither_order_of_rules_nor_of_facts_matters(
    program: InferenceProgram, drawn: Drawn, chance: random.Random
) -> None:
    """The same rules and facts in another order give the same facts, proofs and notes, byte for byte."""
    rules = list(program.rules)
    chance.shuffle(rules)
    mixed = {n: chance.sample(rows, len(rows)) for n, rows in chance.sample(sorted(drawn.items()), len(drawn))}

    one, other = evaluate(program, Rows(drawn)), evaluate(InferenceProgram(tuple(rules)), Rows(mixed))

    assert [list(one.facts(*k)) for k in one.predicates] == [list(other.facts(*k)) for k in other.predicates]
    assert one.undefined == other.undefined
    for fact in derived_facts(one):
        assert one.proof(fact.predicate, fact.terms) == other.proof(fact.predicate, fact.terms)


@FEWER
@given(programs(), facts())
def test_names_of_predicates_do_not_matter(program: InferenceProgram, drawn: Drawn) -> None:
    """Under other names, in another order of names, the same facts follow."""

    def renamed(name: str) -> str:
        return f"x{ord('z') - ord(name[0]):02}"

    rules = tuple(
        replace(
            r, heads=tuple(Head(renamed(h.predicate), h.terms) for h in r.heads),
            body=tuple(replace(p, predicate=renamed(p.predicate)) if isinstance(p, Atom) else p for p in r.body),
        )
        for r in program.rules
    )  # fmt: skip

    one = model(evaluate(program, Rows(drawn)))
    other = model(evaluate(InferenceProgram(rules), Rows({renamed(n): rows for n, rows in drawn.items()})))

    assert {(renamed(n), a): rows for (n, a), rows in one.items()} == other


@FEWER
@given(programs(), facts(), st.integers(1, 4))
def test_blocks_of_any_size_give_the_same(program: InferenceProgram, drawn: Drawn, size: int) -> None:
    """Matches that do not fit into one block are joined piece by piece, and repeated facts are dropped on the way."""
    whole = evaluate(program, Rows(drawn))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_BLOCK", size)
        patch.setattr(matching, "_MANY", size)
        patch.setattr(run, "_LARGE", size)
        patch.setattr(run, "_MANY", size)
        patch.setattr(relation, "_SHORT", 0)
        pieces = evaluate(program, Rows(drawn))

    assert model(whole) == model(pieces)
    for fact in derived_facts(pieces):
        proof = pieces.proof(fact.predicate, fact.terms)
        assert proof is not None
        assert () == replay(proof, program, says(pieces))


@FEWER
@given(programs(), facts(), facts(), st.data())
def test_what_would_follow_is_what_follows_after(
    program: InferenceProgram, drawn: Drawn, added: Drawn, data: st.DataObject
) -> None:
    """Asking whether a fact would follow from more facts gives what adding them gives, and changes nothing."""
    before = evaluate(program, Rows(drawn))
    old, after = model(before), before.update(Rows(added))
    whole = [(k, f) for k in after.predicates for f in after.facts(*k)]

    for key, terms in data.draw(st.lists(st.sampled_from(whole), max_size=5)) if whole else []:
        assert follows(before.state, Rows(added), key, terms)
        other = (*terms[:-1], node("d")) if terms else terms
        assert after.holds(key[0], other) == follows(before.state, Rows(added), key, other)
    assert old == model(before)
