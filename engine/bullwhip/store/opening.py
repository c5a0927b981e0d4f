"""Opens a store by where it is: a folder, for reading only, or the URL of an endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bullwhip.errors import LoadError, Problem
from bullwhip.store.interface import Store
from bullwhip.store.oxigraph import OxigraphStore

if TYPE_CHECKING:
    from bullwhip.store.transport import Limits

__all__ = ["open_store"]


def open_store(where: str, *, update: str = "", graph_store: str = "", limits: Limits | None = None) -> Store:
    """Return the store in a folder, or at a URL.

    Args:
        where: a folder that `bullwhip build` has written, or the URL that an endpoint takes queries at.
        update: of an endpoint, where updates are sent; found by the usual paths when empty.
        graph_store: of an endpoint, where graphs are written, likewise.
        limits: of an endpoint, on time, size and tries.

    Raises:
        LoadError: BW526 when there is no store.
        UsageError: BW002 for a malformed URL, BW004 when httpx is not installed.
    """
    if "://" in where:
        from bullwhip.store.remote import RemoteStore

        return RemoteStore(where, update=update, graph_store=graph_store, limits=limits)
    path = Path(where)
    if not path.is_dir():
        hint = "write one with bullwhip build, or give a URL with http:// or https://"
        raise LoadError(Problem("BW526", f"there is no folder {where!r}", hint=hint))
    return OxigraphStore.open(path)
