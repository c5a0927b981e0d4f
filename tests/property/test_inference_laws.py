"""Laws of inference, over random programs and facts."""

from __future__ import annotations

from hypothesis import given

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.inferred import Inferred
from bullwhip.model.inference import InferenceProgram
from naive_inference import Model, naive
from random_inference import Rows as Drawn
from random_inference import facts, programs


def model(inferred: Inferred) -> Model:
    """Return all facts as sets."""
    found = {key: set(inferred.facts(*key)) for key in inferred.predicates}
    return {key: rows for key, rows in found.items() if rows}


def known(found: Model, inferred: Inferred) -> Model:
    """Return the facts of the predicates that rules mention."""
    return {key: rows for key, rows in found.items() if rows and key in inferred.predicates}


@given(programs(), facts())
def test_what_follows_is_what_the_slow_way_finds(program: InferenceProgram, drawn: Drawn) -> None:
    """The engine and loops over sets derive the same facts, with and without explanations."""
    inferred = evaluate(program, Rows(drawn))

    assert known(naive(program, drawn), inferred) == model(inferred)
    assert model(inferred) == model(evaluate(program, Rows(drawn), explain=False))
