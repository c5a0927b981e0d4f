"""What the tests ask of everything that follows."""

from __future__ import annotations

from collections.abc import Callable

from bullwhip.datalog.inferred import Inferred
from bullwhip.model.proof import Fact
from naive_inference import Model

__all__ = ["derived_facts", "known", "model", "says"]


def model(inferred: Inferred) -> Model:
    """Return all facts as sets; each is there once."""
    lists = {key: list(inferred.facts(*key)) for key in inferred.predicates}
    found = {key: set(rows) for key, rows in lists.items()}
    assert all(len(found[key]) == len(rows) == inferred.count(*key) for key, rows in lists.items())
    return {key: rows for key, rows in found.items() if rows}


def known(found: Model, inferred: Inferred) -> Model:
    """Return the facts of the predicates that rules mention."""
    return {key: rows for key, rows in found.items() if rows and key in inferred.predicates}


def says(inferred: Inferred) -> Callable[[Fact], bool]:
    """Return what holds, as the replay of proofs asks for it."""
    return lambda fact: inferred.holds(fact.predicate, fact.terms)


def derived_facts(inferred: Inferred) -> list[Fact]:
    """Return all facts that are not stated, in order."""
    return [Fact(k[0], f) for k in inferred.predicates for f in inferred.facts(*k, derived=True)]
