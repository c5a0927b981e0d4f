"""Checks a store on disk by shapes, by queries alone, and says of each result what the store itself tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.violation import ShapeReport
from bullwhip.query.shacl import validate_store
from bullwhip.query.shapes.outcome import ShapeResult
from bullwhip.store.interface import Store
from bullwhip.terms import BASE, resource
from bullwhip.workspace.opening import open_files
from bullwhip.workspace.shapes import describe, shape_files
from bullwhip.workspace.storing import opened

__all__ = ["store_shapes"]

_STEPS = 4
"""From a share to its claim, to its locator, to its document."""


def store_shapes(path: Path, workspace: Path | None, document: str = "") -> ShapeReport:
    """Return what shapes find in a store on disk; where it is written, no store can say.

    Args:
        path: the folder of the store.
        workspace: the workspace whose shapes are added to the shipped ones; None for the shipped workspace.
        document: the id of a document: only things of which it says something are looked at; all when empty.

    Raises:
        BullwhipError: BW001 for an unknown document, and as `query.shacl.validate`.
    """
    files, _ = open_files(workspace)
    with opened(str(path)) as store:
        within = _graph(store, document) if document else ""
        found = validate_store(store, shape_files(files), within=within)
        return ShapeReport(describe(found.results, _around(store, found.results)), found.report, found.fallback)


def _graph(store: Store, document: str) -> str:
    """Return the graph of a document."""
    base = resource("document", "")
    known = [name.removeprefix(base) for name in store.graphs() if name.startswith(base)]
    if document not in known:
        hint = did_you_mean(document, known, "documents") or f"documents: {', '.join(known)}"
        raise UsageError(Problem("BW001", f"the store has no document {document!r}", hint=hint))
    return resource("document", document)


def _around(store: Store, results: Iterable[ShapeResult]) -> list[ox.Quad]:
    """Return what a store says of the things that results name, and of those that these are said by and come from."""
    waiting = {name for r in results for name in (r.focus, r.value) if name and name.startswith(BASE)}
    known: set[str] = set()
    quads: list[ox.Quad] = []
    for _ in range(_STEPS):
        new = sorted(waiting - known)
        known |= waiting
        found = [q for name in new for q in store.match(ox.NamedNode(name), None, None, None)]
        quads += found
        values = (q.object.value for q in found if isinstance(q.object, ox.NamedNode))
        waiting = {value for value in values if value.startswith(BASE)}
    return quads
