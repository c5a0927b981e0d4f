"""Conflicts of a workspace: asks the graph, and hands what it finds to the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.audit import audit
from bullwhip.audit.conflicts import QUERY, Conflict, find_conflicts
from bullwhip.model.policy import POLICY
from bullwhip.query.sparql import run

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["conflicts"]


def conflicts(workspace: Workspace) -> list[Conflict]:
    """Return every conflict of a workspace."""
    program = workspace.program
    table = run(workspace.store(), QUERY, {}, "conflicts")
    found = [(str(row[0]), str(row[1])) for row in table.rows]
    rows = audit(workspace.evaluation, program.claims)
    return find_conflicts(program, found, rows, workspace.policy or POLICY)
