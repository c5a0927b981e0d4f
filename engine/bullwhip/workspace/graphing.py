"""Writers of the chain as a graph for other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["cytoscape", "dot", "gexf", "graphml", "mermaid"]


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


def gexf(workspace: Workspace, asked: Asked) -> bytes:
    """Return the chain with its quantities as GEXF."""
    from bullwhip.export.graphs import to_gexf

    program = workspace.program
    return to_gexf(program.chain, program.quantities, about(workspace, drivers=False)).encode()


def cytoscape(workspace: Workspace, asked: Asked) -> bytes:
    """Return the chain with its quantities as Cytoscape JSON."""
    from bullwhip.export.graphs import to_cytoscape

    program = workspace.program
    return to_cytoscape(program.chain, program.quantities, about(workspace, drivers=False)).encode()


def mermaid(workspace: Workspace, asked: Asked) -> bytes:
    """Return the tiers as Mermaid text."""
    from bullwhip.export.mermaid import to_mermaid

    lines = tuple(about(workspace, drivers=False).lines())
    return to_mermaid(workspace.program.chain, asked.lingua, lines).encode()
