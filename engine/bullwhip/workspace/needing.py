"""Stores with answers of the model written along as nodes, for queries that ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bullwhip.store.interface import Store
from bullwhip.store.oxigraph import OxigraphStore

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["needed_store"]

_known: WeakKeyDictionary[Workspace, dict[tuple[str, ...], Store]] = WeakKeyDictionary()
"""Of every open workspace its stores with nodes, by what they hold."""


def needed_store(workspace: Workspace, needs: Sequence[str]) -> Store:
    """Return the graphs of a workspace and what is needed beside them, at the scenario of the workspace.

    Args:
        workspace: the workspace.
        needs: some of `bullwhip.query.header.NEEDS`.

    Raises:
        UsageError: BW002 where values are set that no scenario names.
    """
    from bullwhip.query.serialize import to_nquads
    from bullwhip.workspace.materialising import materialised

    wanted = tuple(sorted(set(needs)))
    stores = _known.setdefault(workspace, {})
    if wanted not in stores:
        nodes = to_nquads(materialised(workspace, wanted))
        name = "the store of the workspace"
        stores[wanted] = OxigraphStore.of(workspace.nquads() + nodes, name, frozen=True, checked=True)
    return stores[wanted]
