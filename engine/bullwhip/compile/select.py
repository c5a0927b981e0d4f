"""Chooses the value of every input cell among the claims that give one, by a stated policy (convention §5).

The policy, in order: an actual before an estimate or specification; a later document before an earlier one; a table
before running text. Claims that lose are kept beside the winner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bullwhip.compile.cells import Key
from bullwhip.errors import Problem
from bullwhip.model.claim import STATUS, Claim, Document
from bullwhip.model.program import Assumption, Given
from bullwhip.model.quantity import index_text

__all__ = ["POLICY", "select_inputs"]

POLICY = "actual over estimate; later document over earlier; table over text"


def select_inputs(
    claims: Iterable[Claim],
    assumptions: Iterable[Assumption],
    documents: Iterable[Document],
    problems: list[Problem],
) -> dict[Key, Given]:
    """Return the chosen value of every input cell that has any, with its claims and the losers.

    A tie between claims of one rank with different values is a problem: the mapping has to say which one feeds.
    """
    published = {d.id: d.published for d in documents}
    candidates: dict[Key, list[Claim]] = {}
    for claim in claims:
        if claim.feeds:
            candidates.setdefault((claim.quantity, claim.index, claim.model_period), []).append(claim)
    given: dict[Key, Given] = {}
    for key, rivals in candidates.items():
        given[key] = _choose(key, rivals, published, problems)
    for a in assumptions:
        key = (a.quantity, a.index, a.period)
        note = f"assumption: {a.note}" + (f" ({'; '.join(a.claims)})" if a.claims else "")
        if key not in given:
            given[key] = Given(a.value, (), note)
    return given


def _choose(key: Key, rivals: list[Claim], published: Mapping[str, str], problems: list[Problem]) -> Given:
    def rank(claim: Claim) -> tuple[bool, tuple[int, ...], bool]:
        date = tuple(-int(p) for p in published[claim.document].split("-") if p.isdigit())
        return claim.status != "A", date, not claim.table

    ordered = sorted(rivals, key=lambda c: (rank(c), c.id))
    best = ordered[0]
    value = best.model_value or Fraction(0)
    for other in ordered[1:]:
        if rank(other) == rank(best) and other.model_value != value:
            places = (
                f"{best.document} {best.locator} {best.lexical} and {other.document} {other.locator} {other.lexical}"
            )
            message = f"two facts of equal rank give {index_text(*key)} different values: {places}"
            problems.append(Problem("BW210", message, hint="mark one of them with `use: compare` in its document file"))
            break
    winners = tuple(c.id for c in ordered if c.model_value == value)
    losers = tuple(c.id for c in ordered if c.model_value != value)
    note = f"{STATUS[best.status]} of {best.document}, {best.locator}" + (f"; policy: {POLICY}" if losers else "")
    return Given(value, winners, note, losers)
