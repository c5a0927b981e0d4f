"""Chooses the value of every input cell among the claims that give one, by a stated policy (convention §5).

A policy is a list of criteria, the first one decides first: `actual,later,table` takes an actual before an estimate or
specification, then a later document before an earlier one, then a table before running text. Claims that lose are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bullwhip.compile.cells import Key
from bullwhip.errors import Problem, did_you_mean
from bullwhip.model.claim import STATUS, Claim, Document
from bullwhip.model.policy import CRITERIA, POLICY
from bullwhip.model.program import Assumption, Given
from bullwhip.model.quantity import index_text

__all__ = ["check_policy", "ranked", "select_inputs"]


def check_policy(policy: str, documents: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a policy.

    Args:
        policy: criteria, separated by commas.
        documents: ids of documents that may be named.

    >>> [p.message for p in check_policy("actual,newest", [])]
    ["no criterion 'newest' for a policy"]
    """
    known = [*(c for c in CRITERIA if c != "document:ID"), *(f"document:{d}" for d in documents)]
    return [
        Problem("BW002", f"no criterion {c!r} for a policy", hint=did_you_mean(c, known, "criteria"))
        for c in (part.strip() for part in policy.split(","))
        if c not in known
    ]


def select_inputs(
    claims: Iterable[Claim],
    assumptions: Iterable[Assumption],
    documents: Iterable[Document],
    problems: list[Problem],
    policy: str = POLICY,
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
        given[key] = _choose(key, rivals, published, problems, policy)
    for a in assumptions:
        key = (a.quantity, a.index, a.period)
        note = f"assumption: {a.note}" + (f" ({'; '.join(a.claims)})" if a.claims else "")
        if key not in given:
            given[key] = Given(a.value, (), note)
    return given


def _rank(claim: Claim, criterion: str, published: Mapping[str, str]) -> tuple[int, ...]:
    """Return where a claim stands by one criterion; the least comes first."""
    if criterion in ("actual", "estimate"):
        return (int((claim.status == "A") != (criterion == "actual")),)
    if criterion in ("table", "text"):
        return (int(claim.table != (criterion == "table")),)
    if criterion in ("later", "earlier"):
        date = tuple(int(p) for p in published[claim.document].split("-") if p.isdigit())
        return tuple(-p for p in date) if criterion == "later" else date
    return (int(claim.document != criterion.partition(":")[2]),)


def ranked(claims: Iterable[Claim], policy: str, published: Mapping[str, str]) -> list[Claim]:
    """Return claims in the order in which a policy prefers them; equal ones by id.

    Args:
        claims: on one thing.
        policy: criteria, separated by commas.
        published: document id to its date.
    """
    criteria = _criteria(policy)
    return sorted(claims, key=lambda c: ([_rank(c, criterion, published) for criterion in criteria], c.id))


def _criteria(policy: str) -> list[str]:
    """Return the criteria of a policy, those of the default policy behind them where they do not contradict it."""
    own = [c.strip() for c in policy.split(",")]
    opposite = {"actual": "estimate", "later": "earlier", "table": "text"}
    return [*own, *(c for c in POLICY.split(",") if c not in own and opposite[c] not in own)]


def _choose(key: Key, rivals: list[Claim], published: Mapping[str, str], problems: list[Problem], policy: str) -> Given:
    criteria = _criteria(policy)

    def rank(claim: Claim) -> tuple[tuple[int, ...], ...]:
        return tuple(_rank(claim, c, published) for c in criteria)

    ordered = ranked(rivals, policy, published)
    best = ordered[0]
    value = best.model_value or Fraction(0)
    for other in ordered[1:]:
        if rank(other) == rank(best) and other.model_value != value:
            places = (
                f"{best.document} {best.locator} {best.lexical} and {other.document} {other.locator} {other.lexical}"
            )
            message = f"two facts of equal rank give {index_text(*key)} different values: {places}"
            hint = "mark one of them with `use: compare` in its document file"
            if policy != POLICY:
                hint = f"add criteria that decide between them, e.g. {policy},{POLICY}"
            problems.append(Problem("BW210", message, hint=hint))
            break
    winners = tuple(c.id for c in ordered if c.model_value == value)
    losers = tuple(c.id for c in ordered if c.model_value != value)
    note = f"{STATUS[best.status]} of {best.document}, {best.locator}" + (f"; policy: {policy}" if losers else "")
    return Given(value, winners, note, losers)
