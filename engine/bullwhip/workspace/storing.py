"""The store of a workspace, its graphs sent to another store, and what a store can do."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from bullwhip.model.endpoint import Diagnosis, Sent
from bullwhip.store.interface import Store
from bullwhip.store.opening import open_store
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.transport import Limits

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["diagnose_store", "opened", "push_workspace", "workspace_store"]


_NAME = "the store of the workspace"
_HASH = re.compile(r"[0-9a-f]{64}")
_KEPT = 2
"""How many stores are kept: of a workspace and, when two dates are compared, of another date."""

_stores: OrderedDict[tuple[str, str, str], Store] = OrderedDict()
_lock = RLock()


def workspace_store(workspace: Workspace) -> Store:
    """Return the graphs of a workspace as a store that nobody writes to, for all with the same content ask it."""
    key = (workspace.program.key, workspace.as_of_date, workspace.policy)
    if not _HASH.fullmatch(key[0]):  # a program that was not read from files
        return OxigraphStore.of(workspace.nquads(), _NAME, frozen=True, checked=True)
    with _lock:
        if key not in _stores:
            _stores[key] = OxigraphStore.of(workspace.nquads(), _NAME, frozen=True, checked=True)
        _stores.move_to_end(key)
        while len(_stores) > _KEPT:
            _stores.popitem(last=False)
        return _stores[key]


@contextmanager
def opened(where: str, **options: str) -> Iterator[Store]:
    """Give the store in a folder or at a URL, and close it afterwards.

    Args:
        where: a folder, or a URL.
        options: of an endpoint: `update` and `graph_store`, the URLs for writing.
    """
    store = open_store(where, limits=Limits() if "://" in where else None, **options)
    try:
        yield store
    finally:
        store.close()


def push_workspace(
    workspace: Workspace,
    target: Store,
    along: Sequence[str] = (),
    *,
    always: bool,
    progress: Callable[[int, int], None],
) -> list[Sent]:
    """Send every graph of a workspace to a store, and return what was done with each.

    Args:
        workspace: the workspace.
        target: where its graphs go.
        along: answers of the model that are sent as nodes: `sensitivities`, `exposures`.
        always: whether graphs that are there already are sent as well.
        progress: told how many triples are done of how many.
    """
    from bullwhip.store.pushing import push
    from bullwhip.workspace.needing import needed_store

    source = needed_store(workspace, along) if along else workspace.store()
    return list(push(source, target, always=always, progress=progress))


def diagnose_store(store: Store, *, write: bool) -> Diagnosis:
    """Return what a store can do; with `write` a graph of its own is written and removed."""
    from bullwhip.store.doctor import diagnose

    return diagnose(store, write=write)
