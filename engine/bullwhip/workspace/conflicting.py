"""Conflicts of a workspace: among its claims, and among the figures that its audit contradicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from bullwhip.audit import AuditRow, audit
from bullwhip.audit.conflicts import Conflict, find_conflicts
from bullwhip.model.policy import POLICY
from bullwhip.workspace.listing import chosen_claims

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["conflicts", "conflicts_about"]


def conflicts(workspace: Workspace, audited: Sequence[AuditRow] | None = None) -> list[Conflict]:
    """Return every conflict of a workspace.

    Args:
        workspace: the workspace.
        audited: the verdicts on all its claims, where they are known already.
    """
    program = workspace.program
    rows = audit(workspace.evaluation, program.claims) if audited is None else audited
    return find_conflicts(program, rows, workspace.policy or POLICY)


def conflicts_about(
    workspace: Workspace, report: str = "", subject: str = "", kinds: Collection[str] = ()
) -> list[Conflict]:
    """Return the conflicts that filters choose.

    Args:
        workspace: the workspace.
        report: only those with a claim of this document.
        subject: only those about this: as printed, or an id with or without its kind.
        kinds: only these; all when empty.

    Raises:
        UsageError: BW001 for a filter that fits no claim: it would read as no conflict.
    """
    chosen_claims(workspace.program, report, "", "", "")
    chosen_claims(workspace.program, "", "", subject, "")
    return [
        c
        for c in workspace.conflicts()
        if (not kinds or c.kind in kinds)
        and (not report or report in {claim.document for claim in c.claims})
        and (not subject or any(subject in (p.subject, p.entity, p.entity.partition("/")[2]) for p in c.claims))
    ]
