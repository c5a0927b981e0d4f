"""The audit: every printed figure that follows from others is recomputed and judged, exactly (convention §6).

A print is *reproduced* when the printed figures that it follows from, or the model, come out as printed by half-up
rounding or truncation; *within_rounding* when figures inside the rounding intervals of the printed inputs do;
*contradicted* when none does, with the smallest slip that would explain it as a hypothesis; *not_derivable* when no
rule or derivation reaches it, or an input is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bullwhip.audit.derived import Computation, best_row, computations
from bullwhip.audit.modelled import ModelAudit
from bullwhip.audit.suspects import with_suspects
from bullwhip.audit.verdict import VERDICTS, AuditRow
from bullwhip.model.claim import Claim
from bullwhip.propagate import Evaluation
from bullwhip.propagate.intervals import Interval

__all__ = ["VERDICTS", "AuditRow", "audit"]


def audit(evaluation: Evaluation, claims: Iterable[Claim]) -> list[AuditRow]:
    """Return the verdict on each of the claims, in the order of the program.

    A figure that a derivation recomputes from printed figures is judged by it, and by the model otherwise. All figures
    are judged whatever is asked for, because what is most likely wrong behind a contradiction shows in the others.
    """
    program = evaluation.program
    wanted = {c.id for c in claims}
    counts = {count for count, *_ in program.header.counts}
    derived = computations(program.derivations, {c.id: c for c in program.claims}, counts)
    by_rule = {(c.derivation.id, claim): c for claim, several in derived.items() for c in several}
    model = ModelAudit(evaluation)
    from_prints = _derived_rows(derived)
    rows = [from_prints.get(c.id) or model.judge(c) for c in program.claims]

    def required(row: AuditRow, claim: Claim) -> Interval | None:
        computation = by_rule.get((row.rule, row.claim.id))
        return None if computation is None else computation.required(claim)

    return [row for row in with_suspects(rows, required) if row.claim.id in wanted]


def _derived_rows(derived: Mapping[str, list[Computation]]) -> dict[str, AuditRow]:
    """Return the verdict on every figure that a derivation reaches, errors in what it reads taken into account."""
    rows = {claim: best_row([c.row() for c in several]) for claim, several in derived.items()}
    wrong = {
        claim: next(c for c in derived[claim] if c.derivation.id == row.rule)
        for claim, row in rows.items()
        if row.verdict == "contradicted"
    }
    for claim in wrong:
        better = [row for c in derived[claim] if (row := c.acquitted(wrong)) is not None]
        if better:
            rows[claim] = best_row(better)
    return rows
