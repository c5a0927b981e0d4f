"""Conflicts: claims on the same thing, measure and period that print different values, and broken identities.

Claims are grouped by what they are about; whether their figures can stand for the same value is decided by the
intervals of their prints (`audit/rivals.py`), for many claims in columns (`audit/columns.py`). Identities come from the
audit: a figure that does not follow from others, and shares of one whole that add up to more than it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.audit.rivals import disagree, distinct, rivals
from bullwhip.audit.verdict import AuditRow
from bullwhip.compile.select import ranked
from bullwhip.model.answer import as_number
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.shown import Shown
from bullwhip.numbers import decimal_text

__all__ = ["KINDS", "Conflict", "disputed", "find_conflicts"]

KINDS = {
    "value": "claims on the same thing, measure and period print different values",
    "identity": "a figure does not follow from the figures it is printed with",
    "whole": "shares of one whole add up to more than it",
}


@dataclass(frozen=True, slots=True)
class Conflict(Shown):
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


_MANY = 20_000
"""Claims from which columns are quicker than one group after another, and loading NumPy is paid back."""


def find_conflicts(program: CompiledProgram, rows: Iterable[AuditRow], policy: str) -> list[Conflict]:
    """Return every conflict: values first, then identities, then wholes, each in a steady order.

    Args:
        program: the program, for its claims and shares.
        rows: the audit of all figures.
        policy: criteria that select among claims.
    """
    claims = {c.id: c for c in program.claims}
    published = {d.id: d.published for d in program.documents}
    values = [
        Conflict("value", about, tuple(ranked(group, policy, published)), policy, KINDS["value"])
        for about, group in disputed(program)
    ]
    return [*values, *_identities(rows), *_wholes(program, claims)]


def disputed(program: CompiledProgram, many: int = _MANY) -> list[tuple[str, list[Claim]]]:
    """Return what claims cannot agree about, and those claims, both in order of name.

    Args:
        program: the program.
        many: number of claims from which columns are taken; the answer is the same.
    """
    counts = {count for count, *_ in program.header.counts}
    untimed = {m.id for m in program.chain.measures if not m.timed}
    if len(program.claims) >= many:
        from bullwhip.audit.columns import Columns, figures_of

        claims = list({c.id: c for c in program.claims}.values())
        columns = Columns(figures_of(claims, untimed, counts), lambda numbers: [claims[n] for n in numbers], counts)
        return [(about, [claims[n] for n in numbers]) for about, numbers in columns.disagreeing()]
    groups = rivals(program.claims, untimed)
    kept = distinct({about: [c.id for c in group] for about, group in groups.items()})
    return [(about, groups[about]) for about in kept if disagree(groups[about], counts)]


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
