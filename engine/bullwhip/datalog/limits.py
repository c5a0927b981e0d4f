"""How far inference may go, and the errors that say where it went too far or cannot run."""

from __future__ import annotations

from dataclasses import dataclass

from bullwhip.errors import LimitError, Place, Problem
from bullwhip.model.inference import InferenceRule
from bullwhip.numbers import MAX_BITS

__all__ = ["Limits", "exceeded"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may take; the same inputs reach a limit at the same place on any machine."""

    facts: int = 20_000_000
    """Derived facts, of all predicates together."""
    matches: int = 2_000_000_000
    """Matches of one body in one round, counted at every join on the way."""
    rounds: int = 1_000_000
    """Rounds of one recursive group of predicates."""
    bits: int = MAX_BITS
    """Numerator or denominator of a number."""


def exceeded(rule: InferenceRule, found: str, limit: str) -> LimitError:
    """Return the error that names the rule at which a limit was reached.

    >>> from bullwhip.model.label import Label
    >>> print(exceeded(InferenceRule("pairs", Label(), (), (), file="rules/a.yaml", line=3), "11 facts", "10 facts"))
    rules/a.yaml:3: BW605 rule 'pairs' grows beyond a limit: 11 facts, at most 10 facts are allowed
        = join its atoms by shared variables, or narrow its body
    """
    place = Place(rule.file, rule.line) if rule.file else None
    message = f"rule {rule.id!r} grows beyond a limit: {found}, at most {limit} are allowed"
    return LimitError(Problem("BW605", message, place, "join its atoms by shared variables, or narrow its body"))
