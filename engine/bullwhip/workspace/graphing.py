"""Writers of the chain as a graph for other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["dot", "graphml"]


def dot(workspace: Workspace, asked: Asked) -> bytes:
    """Return the chain as Graphviz text."""
    from bullwhip.export.graphs import to_dot

    program = workspace.program
    lines = about(workspace, drivers=False).lines()
    return to_dot(program.chain, program.quantities, asked.lingua, tuple(lines)).encode()


def graphml(workspace: Workspace, asked: Asked) -> bytes:
    """Return the chain with its quantities as GraphML."""
    from bullwhip.export.graphs import to_graphml

    program = workspace.program
    return to_graphml(program.chain, program.quantities, about(workspace, drivers=False)).encode()
