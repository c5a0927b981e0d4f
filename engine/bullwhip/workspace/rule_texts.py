"""Writers of the inference rules as programs of other engines, for cross-checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.export.escape import clean_text
from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["clingo", "nemo", "sparql"]


def sparql(workspace: Workspace, asked: Asked) -> bytes:
    """Return the inference rules as SPARQL CONSTRUCT queries."""
    from bullwhip.export.rules_sparql import to_sparql

    return _headed(workspace, "#", to_sparql(workspace.program.inference))


def nemo(workspace: Workspace, asked: Asked) -> bytes:
    """Return the inference rules as a program of Nemo."""
    from bullwhip.export.rules_logic import to_nemo

    return _headed(workspace, "%", to_nemo(workspace.program.inference))


def clingo(workspace: Workspace, asked: Asked) -> bytes:
    """Return the inference rules, with the facts they read, as a program of clingo."""
    from bullwhip.export.rule_forms import graph_keys
    from bullwhip.export.rules_logic import to_clingo
    from bullwhip.workspace.inferring import stated

    rules = workspace.program.inference
    read = stated(workspace).read(graph_keys(rules.rules))
    facts = {key: zip(*rows.columns, strict=True) for key, rows in read.items()}
    return _headed(workspace, "%", to_clingo(rules, facts))


def _headed(workspace: Workspace, mark: str, text: str) -> bytes:
    """Return a program behind comments that say where it comes from."""
    lines = about(workspace, drivers=False).lines()
    return ("".join(f"{mark} {clean_text(line)}\n" for line in lines) + text).encode()
