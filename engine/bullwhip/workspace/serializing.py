"""Writers of the whole graph as RDF; what it says of itself are statements of the graph, see `querying.nquads`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["jsonld", "nquads", "trig", "turtle"]


def turtle(workspace: Workspace, asked: Asked) -> bytes:
    """Return the graph as Turtle, its named graphs merged."""
    return _written(workspace, asked, "turtle")


def trig(workspace: Workspace, asked: Asked) -> bytes:
    """Return the graph as TriG, a named graph a document."""
    return _written(workspace, asked, "trig")


def nquads(workspace: Workspace, asked: Asked) -> bytes:
    """Return the graph as sorted N-Quads."""
    return _written(workspace, asked, "nquads")


def jsonld(workspace: Workspace, asked: Asked) -> bytes:
    """Return the graph as JSON-LD, a named graph a document."""
    return _written(workspace, asked, "jsonld")


def _written(workspace: Workspace, asked: Asked, form: str) -> bytes:
    from bullwhip.query.dataset import to_format
    from bullwhip.query.serialize import to_nquads

    if not asked.along:
        return to_format(workspace.nquads(), form)
    periods = () if asked.period is None else (asked.period,)
    answers = to_nquads(workspace.materialise(asked.along, periods=periods))
    lines = sorted({*workspace.nquads().splitlines(keepends=True), *answers.splitlines(keepends=True)})
    return to_format(b"".join(lines), form)
