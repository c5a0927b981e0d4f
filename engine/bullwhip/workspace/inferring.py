"""What follows from the graph of a workspace by its inference rules: as a named graph of it, and with proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bullwhip.datalog.facts import NQuads
from bullwhip.model.inference import InferenceProgram
from bullwhip.terms import resource

if TYPE_CHECKING:
    from bullwhip.datalog.inferred import Inferred
    from bullwhip.workspace.facade import Workspace

__all__ = ["INFERRED", "inferred", "stated", "with_inferred"]

INFERRED = resource("graph", "inferred")
"""The graph of what inference rules derive of classes and properties."""

_KNOWN: WeakKeyDictionary[Workspace, Inferred] = WeakKeyDictionary()
"""What has been derived already, for as long as somebody holds the workspace."""


def with_inferred(program: InferenceProgram, nquads: bytes) -> bytes:
    """Return a graph with what rules derive from it as one more named graph, each line once, in order of bytes.

    Args:
        program: the rules.
        nquads: the graph, one quad a line, in order, as stores write it.

    Raises:
        QueryError: BW606, if a rule derives a triple about a text or number.
    """
    from bullwhip.datalog.evaluate import evaluate

    if not program.rules:
        return nquads
    derived = evaluate(program, NQuads(nquads, as_written=True), explain=False).nquads(INFERRED)
    lines = sorted({*nquads.splitlines(keepends=True), *derived.splitlines(keepends=True)})
    return b"".join(lines)


def stated(workspace: Workspace) -> NQuads:
    """Return the facts of a workspace without what rules derive."""
    return NQuads(workspace.nquads(), as_written=True, without=frozenset({INFERRED}))


def inferred(workspace: Workspace) -> Inferred:
    """Return what follows by the inference rules, with proofs; derived once for each opened workspace."""
    found = _KNOWN.get(workspace)
    if found is None:
        from bullwhip.datalog.evaluate import evaluate

        found = _KNOWN[workspace] = evaluate(workspace.program.inference, stated(workspace))
    return found
