"""Conflicts of a workspace: among its claims, and among the figures that its audit contradicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.audit import audit
from bullwhip.audit.conflicts import Conflict, find_conflicts
from bullwhip.model.policy import POLICY

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["conflicts"]


def conflicts(workspace: Workspace) -> list[Conflict]:
    """Return every conflict of a workspace."""
    program = workspace.program
    rows = audit(workspace.evaluation, program.claims)
    return find_conflicts(program, rows, workspace.policy or POLICY)
