"""Conflicts: claims on the same thing, measure and period that print different values, and broken identities.

Groups are found by a query over the graph; whether their figures can stand for the same value is decided by the
intervals of their prints. Several figures of one printed cell are alternatives or ends of a range, and agree with
whatever agrees with one of them. Identities come from the audit: a figure that does not follow from others, and
shares of one whole that add up to more than it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.audit.prints import MODES, is_counted, print_interval
from bullwhip.audit.verdict import AuditRow
from bullwhip.compile.select import ranked
from bullwhip.model.answer import as_number
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import decimal_text
from bullwhip.propagate.intervals import Interval

__all__ = ["KINDS", "QUERY", "Conflict", "find_conflicts"]

KINDS = {
    "value": "claims on the same thing, measure and period print different values",
    "identity": "a figure does not follow from the figures it is printed with",
    "whole": "shares of one whole add up to more than it",
}

QUERY = """
SELECT ?about ?id WHERE {
  {
    SELECT ?about WHERE { ?any a bw:Claim ; bw:comparableAs ?about ; bw:coherentAmount ?amount }
    GROUP BY ?about HAVING (COUNT(DISTINCT ?amount) > 1)
  }
  ?claim a bw:Claim ; bw:comparableAs ?about ; bw:coherentAmount ?any_amount ; dct:identifier ?id .
}
ORDER BY ?about ?id
"""
"""Claims that are about the same and do not print the same amount."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A group of claims that cannot all be right."""

    kind: str
    about: str
    claims: tuple[Claim, ...]
    """The one that the policy selects comes first; of an identity the result comes first."""
    policy: str
    """Criteria by which the first is selected; empty for an identity."""
    note: str
    rule: str = ""
    """Of an identity: the rule or derivation."""

    @property
    def differs_in(self) -> tuple[str, ...]:
        """What else the claims differ in, which may explain the values: document, status, basis, source."""
        kept = {
            "document": {c.document for c in self.claims}, "status": {c.status for c in self.claims},
            "basis": {c.basis for c in self.claims}, "by": {c.by for c in self.claims},
        }  # fmt: skip
        return tuple(name for name, values in kept.items() if len(values) > 1)

    def as_dict(self, published: Mapping[str, str]) -> dict[str, Any]:
        """Return plain data for JSON.

        Args:
            published: document id to its date.
        """
        first = self.claims[0]
        return {
            "kind": self.kind, "about": self.about, "subject": first.subject, "measure": first.measure,
            "period": first.period or None, "quantity": first.quantity or None, "entity": first.entity or None,
            "concept": first.concept or None, "differs_in": list(self.differs_in), "note": self.note,
            "rule": self.rule or None, "policy": self.policy or None,
            "claims": [
                {
                    "report": c.document, "locator": c.locator, "row": c.row or None, "column": c.column or None,
                    "part": c.part or None, "subject": c.subject, "measure": c.measure, "printed": c.bound + c.lexical,
                    "value": as_number(c.value), "low": as_number(c.low), "high": as_number(c.high), "unit": c.unit,
                    "status": c.status, "status_label": STATUS[c.status], "basis": c.basis or None, "by": c.by or None,
                    "as_of": published.get(c.document), "line": c.line, "claim": c.id,
                    "selected": bool(self.policy) and c.id == first.id,
                }
                for c in self.claims
            ],
        }  # fmt: skip


def find_conflicts(
    program: CompiledProgram, found: Iterable[tuple[str, str]], rows: Iterable[AuditRow], policy: str
) -> list[Conflict]:
    """Return every conflict: values first, then identities, then wholes, each in a steady order.

    Args:
        program: the program, for its claims and shares.
        found: what `QUERY` gives: what claims are about, and their ids.
        rows: the audit of all figures.
        policy: criteria that select among claims.
    """
    claims = {c.id: c for c in program.claims}
    published = {d.id: d.published for d in program.documents}
    groups: dict[str, list[Claim]] = {}
    for about, identifier in found:
        groups.setdefault(about, []).append(claims[identifier])
    counts = {count for count, *_ in program.header.counts}
    values = [
        Conflict("value", about, tuple(ranked(group, policy, published)), policy, KINDS["value"])
        for about, group in _distinct(groups).items()
        if _disagree(group, counts)
    ]
    return [*values, *_identities(rows), *_wholes(program, claims)]


def _distinct(groups: Mapping[str, list[Claim]]) -> dict[str, list[Claim]]:
    """Return the groups whose claims are not all in another one: a cell and an entity may be two names of one thing."""
    members = {about: frozenset(c.id for c in group) for about, group in groups.items()}
    holders: dict[str, list[str]] = {}
    for about, ids in members.items():
        for identifier in ids:
            holders.setdefault(identifier, []).append(about)
    kept: dict[str, list[Claim]] = {}
    for about, ids in members.items():
        rivals = [other for other in holders[next(iter(ids))] if other != about and ids <= members[other]]
        if all(ids == members[other] and about < other for other in rivals):
            kept[about] = groups[about]
    return kept


def _disagree(group: Sequence[Claim], counts: Collection[str]) -> bool:
    """Return whether two printed cells or statements of a group cannot stand for the same value.

    Figures that one sentence gives for the same words are variants, as the two sizes of a model; a table cell may hold
    several figures or the ends of a range.
    """
    prints: dict[tuple[str, ...], list[Claim]] = {}
    for c in group:
        place = (
            (c.row, c.column) if c.table else (c.subject, c.measure, c.period, c.by, str(c.line) if c.line else c.id)
        )
        prints.setdefault((c.document, c.locator, *place, c.dimension), []).append(c)
    readings = [(place[-1], _intervals(some, counts)) for place, some in prints.items()]
    for number, (dimension, some) in enumerate(readings):
        for other_dimension, others in readings[number + 1 :]:
            if dimension == other_dimension and not any(a.meets(b) for a in some for b in others):
                return True
    return False


def _intervals(prints: Sequence[Claim], counts: Collection[str]) -> list[Interval]:
    """Return what the figures of one printed cell can stand for, in coherent units; low and high are one range."""
    found: list[Interval] = []
    ends: list[Interval] = []
    for c in prints:
        for mode in MODES:
            exact = c.value is not None and is_counted(c, counts)
            interval = Interval.point(c.value) if exact and c.value is not None else print_interval(c, mode)
            if interval is not None and c.factor is not None:
                (ends if c.part in ("low", "high") else found).append(interval.times(c.factor))
    if ends:
        whole = ends[0]
        for end in ends[1:]:
            whole = whole.hull(end)
        found.append(whole)
    return found


def _identities(rows: Iterable[AuditRow]) -> list[Conflict]:
    return [
        Conflict("identity", r.rule, (r.claim, *r.reads), "", r.explanation, r.rule)
        for r in rows
        if r.verdict == "contradicted" and r.reads
    ]


def _wholes(program: CompiledProgram, claims: Mapping[str, Claim]) -> list[Conflict]:
    """Return the shares of one tier, market, document and period that add up to more than the whole."""
    groups: dict[tuple[str, str, str, str, str, str, str], dict[str, tuple[Fraction, Claim]]] = {}
    for share in program.chain.shares:
        claim = claims.get(share.claim)
        least = share.value if share.value is not None else share.low
        if claim is None or least is None:
            continue
        index = ",".join(f"{d}={m}" for d, m in share.index)
        key = (claim.document, share.tier, share.quantity, index, claim.measure, claim.period, claim.locator)
        groups.setdefault(key, {})[share.company] = (least, claim)
    found = []
    for key, shares in sorted(groups.items()):
        total = sum((least for least, _ in shares.values()), Fraction(0))
        slack = Fraction(len(shares), 200)  # each share may have been rounded up by half a percent
        if total > 1 + slack:
            note = f"{KINDS['whole']}: {decimal_text(total * 100, 6)} %"
            about = " ".join(part for part in key[1:6] if part)
            found.append(Conflict("whole", about, tuple(c for _, c in shares.values()), "", note))
    return found
