"""The store of a workspace: its graphs in memory, built once for one content."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bullwhip.store.interface import Store
from bullwhip.store.oxigraph import OxigraphStore

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["workspace_store"]


def workspace_store(workspace: Workspace) -> Store:
    """Return the graphs of a workspace as a store that nobody writes to, for others ask it too."""
    return _store(workspace.nquads())


@lru_cache(maxsize=1)
def _store(nquads: bytes) -> OxigraphStore:
    return OxigraphStore.of(nquads, "the store of the workspace", frozen=True)
