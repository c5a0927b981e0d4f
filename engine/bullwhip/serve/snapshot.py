"""The state that is served: a workspace, its graph as a store in memory or a store on disk, and a name for both."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from bullwhip.errors import BullwhipError, LoadError, Place, Problem
from bullwhip.serve.recipe import Recipe, named_after
from bullwhip.store.generations import data_files, is_store, read_current
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.workspace import Workspace
from bullwhip.workspace.cache import cache_folder
from bullwhip.workspace.calling import functions_of

__all__ = ["Snapshot", "fill_cache"]


class Snapshot:
    """What a process that answers has in memory."""

    def __init__(self, workspace: Workspace, store: OxigraphStore | None, folder: Path | None, name: str) -> None:
        self.workspace, self.folder, self.name = workspace, folder, name
        self._store = store
        self._before: list[OxigraphStore] = []
        self._nquads, self._copies = b"", False

    @classmethod
    def open(cls, recipe: Recipe, writable: bool = False) -> Snapshot:
        """Return what a recipe says; a store on disk is opened later, by each worker: threads of it do not survive.

        Args:
            recipe: what is served.
            writable: whether the store is to be changed; one on disk is copied into memory then.

        Raises:
            BullwhipError: with every problem found.
        """
        workspace = Workspace.open(
            recipe.workspace, scenario=recipe.scenario, values=recipe.values, as_of=recipe.as_of, policy=recipe.policy
        )
        parts = [workspace.program.key, recipe.scenario, *recipe.values, recipe.as_of, recipe.policy]
        if recipe.store is None:
            snapshot = cls(workspace, None, None, named_after(*parts))
            snapshot._nquads = workspace.nquads()
            return snapshot
        folder, said = _database(Path(recipe.store))
        snapshot = cls(workspace, None, folder, named_after(*parts, said))
        snapshot._copies = writable
        return snapshot

    def load(self) -> None:
        """Load the graph into memory, where that is where it is to be; `open` has found out that this can be done."""
        if self._copies and self.folder is not None:
            self._store = OxigraphStore.of(_copied(self.folder), "the graph", frozen=True, checked=True)
            self.folder = None
        elif self.folder is None:
            self._store = OxigraphStore.of(self._nquads, "the graph", frozen=True, checked=True)
            self._store.prepare(self._nquads)
        self._nquads = b""

    def changed(self, name: str) -> Snapshot:
        """Return what there is after the store has been changed, under a new name."""
        changed = Snapshot(self.workspace, self.store.anew(), None, name)
        changed._before = [*self._before, self.store]  # to let go of it takes long: that is done when there is time
        return changed

    @property
    def store(self) -> OxigraphStore:
        """The store that queries read."""
        if self._store is None:
            assert self.folder is not None  # noqa: S101  there is one or the other
            self._store = OxigraphStore.open(self.folder)
        return self._store

    def warming(self) -> Iterator[None]:
        """Make what many answers need, so that every worker forked from here has it; step by step."""
        functions_of(self.workspace)
        yield
        from bullwhip.serve import calls  # noqa: F401  what every call needs

        yield
        while self._before:
            self._before.pop()
            yield
        if self._store is not None:
            yield from self._store.preparing()


def fill_cache(workspace: Workspace) -> None:
    """Have what takes long to make put into the cache, for processes that may read it and not write."""
    from bullwhip.serve.calls import reply

    if cache_folder() is None:
        return
    for name, arguments in (("model", {}), ("search", {"q": "a"})):
        with contextlib.suppress(BullwhipError):  # who asks for it is told
            reply(workspace, name, arguments)


def _copied(folder: Path) -> bytes:
    """Return all quads of a database. A process of its own opens it: the threads that this needs end with it."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reader)
            with os.fdopen(writer, "wb") as file:
                file.write(OxigraphStore.open(folder).dump())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        data = file.read()
    os.waitpid(process, 0)
    return data


def _database(path: Path) -> tuple[Path, str]:
    """Return the folder of the database in a store, and a text that changes with what it holds."""
    if is_store(path):
        generation = read_current(path)
        files = generation.manifest.files
        return generation.folder, "\x1f".join(f"{name} {file.sha256}" for name, file in sorted(files.items()))
    if not (path / "CURRENT").is_file():
        hint = "write one with bullwhip build"
        raise LoadError(Problem("BW526", f"{path} holds no store", Place(str(path)), hint))
    return path, "\x1f".join(f"{p.name} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in data_files(path))
