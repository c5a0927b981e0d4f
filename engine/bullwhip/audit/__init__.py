"""The audit: every printed figure that follows from others is recomputed and judged, exactly (convention §6).

A print is *reproduced* when the printed figures that it follows from, or the model, come out as printed by half-up
rounding or truncation; *within_rounding* when figures inside the rounding intervals of the printed inputs do;
*contradicted* when none does, with the smallest slip that would explain it as a hypothesis; *not_derivable* when no
rule or derivation reaches it, or an input is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from bullwhip.audit.derived import derived_rows
from bullwhip.audit.modelled import ModelAudit
from bullwhip.audit.verdict import VERDICTS, AuditRow
from bullwhip.model.claim import Claim
from bullwhip.propagate import Evaluation

__all__ = ["VERDICTS", "AuditRow", "audit"]


def audit(evaluation: Evaluation, claims: Iterable[Claim]) -> list[AuditRow]:
    """Return the verdict on each claim, in the order given.

    A figure that a derivation recomputes from printed figures is judged by it, and by the model otherwise.
    """
    program = evaluation.program
    wanted = list(claims)
    counts = {count for count, *_ in program.header.counts}
    derived = derived_rows(program.derivations, {c.id: c for c in program.claims}, counts)
    model = ModelAudit(evaluation)
    return [derived.get(c.id) or model.judge(c) for c in wanted]
