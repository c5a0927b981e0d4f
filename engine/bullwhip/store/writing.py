"""Publishes generations of a store: made aside, checked, on the disk, and then switched to by a rename.

Whatever goes wrong before the switch leaves the generation that counts as it was; what a process that was killed has
left is removed by the next one that writes. One process writes at a time (docs/convention.md §24).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bullwhip import __version__
from bullwhip.errors import LoadError, Place, Problem
from bullwhip.model.storing import GraphChange, Published
from bullwhip.store.canonical import as_stored
from bullwhip.store.generations import (
    CURRENT,
    GENERATIONS,
    LOCK,
    SOURCES,
    Generation,
    check_generation,
    damaged,
    folder_of,
    is_store,
    read_current,
    read_manifest,
    read_pointer,
    record_of,
)
from bullwhip.store.manifest import DataFile, GraphRecord, Manifest, Origin, digest, to_bytes
from bullwhip.store.processes import Progress, run_worker

__all__ = ["KEPT", "Change", "locked", "publish", "roll_back"]

KEPT = 3
"""Generations that stay: the one that counts and those before it."""

_WAIT = 3.0
"""Seconds to wait for a writer that was killed to be gone."""

_SECONDS = 3600.0
_NUMBER = re.compile(r"(\d{6})(?:\.json)?")
_LARGE = 0.25
"""Part of a store above which a change is made by building all of it anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a graph is to hold."""

    text: bytes
    """Sorted N-Quads as written, each line once."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class _Plan:
    graphs: Mapping[str, GraphRecord]
    texts: Mapping[str, bytes]
    """By the hash of the text."""
    changes: tuple[GraphChange, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What goes with a process that writes a database."""

    lock: int
    spent: dict[str, float] | None
    progress: Progress | None


@contextlib.contextmanager
def locked(store: Path, create: bool = False) -> Iterator[int]:
    """Hold the lock of the one process that writes, and give its file descriptor.

    A lock that a killed process left is none: the system gives it up with the process.

    Raises:
        LoadError: BW531 where there is no store and none is to be made, BW533 when another process writes, BW534 when
            nothing can be written here.
    """
    import fcntl

    _have(store, create)
    try:
        handle = os.open(store / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _unwritten(store, error) from None
    try:
        until = time.monotonic() + _WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    who = os.pread(handle, 100, 0).decode("ascii", "replace").strip()
                    message = f"another process writes to the store{f' ({who})' if who else ''}"
                    hint = "wait until it is done; readers are not disturbed by it"
                    raise LoadError(Problem("BW533", message, Place(str(store)), hint)) from None
                time.sleep(0.05)
        with contextlib.suppress(OSError):  # for people only
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()}\n".encode(), 0)
        yield handle
    finally:
        os.close(handle)


def _have(store: Path, create: bool) -> None:
    """Make the folder of a store where that is wanted, and nothing else is there."""
    if not create and not is_store(store):
        read_pointer(store)  # tells what is there
    if not is_store(store) and store.exists() and (not store.is_dir() or any(p.name != LOCK for p in store.iterdir())):
        message = "the folder is not empty and no store" if store.is_dir() else "a file is in its place"
        raise LoadError(Problem("BW531", message, Place(str(store)), "name a new folder"))
    is_new = not store.exists()
    try:
        for folder in (store, store / GENERATIONS, store / SOURCES):
            folder.mkdir(exist_ok=True)
        if is_new:  # else all of it could be gone after a power cut
            _sync(store.parent)
    except OSError as error:
        raise _unwritten(store, error) from None


def _unwritten(store: Path, error: OSError | str) -> LoadError:
    told = error if isinstance(error, str) else error.strerror or str(error)
    hint = "the store is as it was"
    return LoadError(Problem("BW534", f"the store cannot be written: {told}", Place(str(store)), hint))


def publish(
    store: Path,
    changes: Callable[[Manifest], Mapping[str, Change | None]],
    *,
    create: bool = False,
    rebuild: bool = False,
    spent: dict[str, float] | None = None,
    progress: Progress | None = None,
) -> Published:
    """Publish a generation in which some graphs have changed, or nothing where none has.

    Args:
        store: the folder of the store.
        changes: from the record that counts to what graphs are to hold; None removes one. It is asked under the lock.
        create: whether to make a store where there is none.
        rebuild: whether to make the database anew from all texts, whatever state it is in.
        spent: filled with the milliseconds of each step of the database.
        progress: told how much is written of how much.

    Raises:
        BullwhipError: BW531 to BW534, BW540, BW901; the store is as it was then.
    """
    with locked(store, create) as lock:
        try:
            return _publish(store, changes, rebuild, _Asked(lock, spent, progress))
        except OSError as error:
            raise _unwritten(store, error) from None


def _publish(
    store: Path, changes: Callable[[Manifest], Mapping[str, Change | None]], rebuild: bool, asked: _Asked
) -> Published:
    _find_again(store)
    base, manifest = _state(store, rebuild)
    number = 1 + max([0, *(int(m[1]) for p in (store / GENERATIONS).iterdir() if (m := _NUMBER.match(p.name)))])
    _clean(store, manifest if base else None)
    plan = _plan(manifest, changes(manifest), rebuild)
    if not plan.changes and not rebuild and base:
        return _told(store, manifest, (), "unchanged")
    try:
        _write_texts(store, plan.texts)
        record = Manifest(number, manifest.generation, plan.graphs, {}, _versions())
        record = _database(store, record, base, plan, asked)
        _switch(store, record)
    finally:
        shutil.rmtree(_aside(store, number), ignore_errors=True)
    _clean(store, record)
    return _told(store, record, plan.changes, "rebuilt" if rebuild and not plan.changes else "published")


def _find_again(store: Path) -> None:
    """Let the newest sound generation count where none does: a first writer was killed before it said so."""
    if (store / CURRENT).exists():
        return
    numbers = (int(p.stem) for p in (store / GENERATIONS).glob("*.json") if p.stem.isdigit())
    for number in sorted(numbers, reverse=True):
        with contextlib.suppress(LoadError):
            check_generation(store, number)
            _point(store, number, digest(record_of(store, number).read_bytes()))
            return


def _state(store: Path, rebuild: bool) -> tuple[Generation | None, Manifest]:
    """Return the generation that counts and its record; no generation where all is made anew."""
    if not (store / CURRENT).exists() and not any((store / GENERATIONS).glob("*.json")):
        return None, Manifest(0, 0, {}, {}, {})
    if not rebuild:
        current = read_current(store)
        return current, current.manifest
    try:
        number, said = read_pointer(store)
        return None, read_manifest(store, number, said)
    except LoadError:
        return None, _last_record(store)


def _last_record(store: Path) -> Manifest:
    """Return the newest record that can be read."""
    numbers = sorted((int(p.stem) for p in (store / GENERATIONS).glob("[0-9]*.json") if p.stem.isdigit()), reverse=True)
    for number in numbers:
        with contextlib.suppress(LoadError):
            return read_manifest(store, number)
    raise damaged(store / GENERATIONS, "no record of a generation can be read; build it in another folder")


def _plan(manifest: Manifest, changes: Mapping[str, Change | None], rebuild: bool) -> _Plan:
    graphs, texts, told = dict(manifest.graphs), {}, []
    for name, change in sorted(changes.items()):
        before = graphs.pop(name, None)
        if change is None:
            if before is not None:
                told.append(GraphChange(name, "removed", before.quads))
            continue
        source = digest(change.text)
        if before is not None and before.source == source:
            graphs[name] = before
            if rebuild:  # its text in the store may be what is damaged
                texts[source] = change.text
            continue
        kept = as_stored(change.text)
        quads = kept.count(b"\n")
        graphs[name] = GraphRecord(source, change.text.count(b"\n"), digest(kept), quads, change.origin)
        texts[source] = change.text
        told.append(GraphChange(name, "added" if before is None else "replaced", quads))
    return _Plan(dict(sorted(graphs.items())), texts, tuple(told))


def _require_text(store: Path, name: str, record: GraphRecord, texts: Mapping[str, bytes]) -> None:
    if record.source in texts:
        return
    path = store / SOURCES / f"{record.source}.nq"
    try:
        same = digest(path.read_bytes()) == record.source
    except OSError as error:
        raise damaged(path, f"the text of <{name}> cannot be read: {error.strerror}; load it again") from None
    if not same:
        raise damaged(path, f"the text of <{name}> is not what was written; load it again")


def _versions() -> dict[str, str]:
    return {"bullwhip": __version__, "pyoxigraph": ox.__version__}


def _write_texts(store: Path, texts: Mapping[str, bytes]) -> None:
    for source, text in texts.items():
        _write(store / SOURCES / f"{source}.nq", text)
    _sync(store / SOURCES)


def _write(path: Path, data: bytes) -> None:
    """Write a file beside its name, have it on the disk, and rename it into place."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _aside(store: Path, number: int) -> Path:
    return store / GENERATIONS / f"{number:06}.building"


def _database(store: Path, record: Manifest, base: Generation | None, plan: _Plan, asked: _Asked) -> Manifest:
    """Make the database of a generation in a process of its own, and return the record with its files."""
    moved = sum(c.quads for c in plan.changes)
    before: Mapping[str, GraphRecord] = base.manifest.graphs if base else {}
    if base is None or moved > _LARGE * max(1, record.quads):
        base, touched, before = None, list(record.graphs), {}
        for name, graph in record.graphs.items():
            _require_text(store, name, graph, plan.texts)
    else:
        touched = [c.graph for c in plan.changes]
    target = _aside(store, record.generation)
    job = {
        "job": "write",
        "target": str(target),
        "base": str(base.folder) if base else None,
        "known": {n: _plain(f) for n, f in base.manifest.files.items()} if base else {},
        "names": sorted(record.graphs),
        "graphs": {name: _graph_job(store, before.get(name), record.graphs.get(name)) for name in touched},
    }
    answer = _ask(store, job, asked)
    if answer.get("failed"):
        raise _unwritten(store, answer["failed"])
    if answer.get("wrong"):
        raise _unwritten(store, f"what was written does not read back: {answer['wrong']}")
    if asked.spent is not None:
        asked.spent.update(answer["milliseconds"])
    os.rename(target, folder_of(store, record.generation))
    return record.with_files({name: DataFile(**f) for name, f in answer["files"].items()})


def _graph_job(store: Path, before: GraphRecord | None, after: GraphRecord | None) -> dict[str, Any]:
    old, new = (str(store / SOURCES / f"{r.source}.nq") if r else None for r in (before, after))
    return {"old": old, "new": new, "sha256": after.sha256 if after else None}


def _plain(file: DataFile) -> dict[str, Any]:
    return {"size": file.size, "sha256": file.sha256, "tail": file.tail}


def _ask(store: Path, job: Mapping[str, Any], asked: _Asked) -> Any:
    line = json.dumps(job).encode() + b"\n"
    done = run_worker(
        "store_worker",
        line,
        what="writing the store",
        name=str(store),
        seconds=_SECONDS,
        hold=True,
        keep=(asked.lock,),
        progress=asked.progress,
    )
    return done.answer


def _switch(store: Path, record: Manifest) -> None:
    """Let a generation count: from the last rename on, and on the disk in this order."""
    data = to_bytes(record)
    _sync(store / GENERATIONS)
    _write(record_of(store, record.generation), data)
    _sync(store / GENERATIONS)
    _point(store, record.generation, digest(data))


def _point(store: Path, number: int, said: str) -> None:
    _write(store / CURRENT, f"{number:06} {said}\n".encode())
    _sync(store)


def _clean(store: Path, manifest: Manifest | None) -> None:
    """Remove what killed writers left, and generations and texts that nothing needs any more.

    Without a record that can be trusted only what was never finished is removed.
    """
    for path in [*store.glob("*.tmp"), *(store / SOURCES).glob("*.tmp"), *(store / GENERATIONS).glob("*.tmp")]:
        path.unlink(missing_ok=True)
    for path in (store / GENERATIONS).glob("*.building"):
        shutil.rmtree(path, ignore_errors=True)
    if manifest is None:
        return
    kept = _kept(store, manifest)
    for path in sorted((store / GENERATIONS).iterdir()):
        match = _NUMBER.fullmatch(path.name)
        if match and int(match[1]) not in kept:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    needed = {f"{g.source}.nq" for m in kept.values() for g in m.graphs.values()}
    for path in (store / SOURCES).glob("*.nq"):
        if path.name not in needed:
            path.unlink(missing_ok=True)


def _kept(store: Path, manifest: Manifest) -> dict[int, Manifest]:
    """Return the records of the generation that counts and of those before it."""
    kept = {manifest.generation: manifest}
    while len(kept) < KEPT and manifest.previous and manifest.previous not in kept:
        try:
            manifest = read_manifest(store, manifest.previous)
        except LoadError:
            break
        kept[manifest.generation] = manifest
    return kept


def _told(store: Path, record: Manifest, changes: tuple[GraphChange, ...], done: Any) -> Published:
    counts = (record.generation, record.previous, record.quads, len(record.graphs))
    return Published(str(store), *counts, changes, done)


def roll_back(store: Path) -> Published:
    """Let the generation before the one that counts count again; the text of what is undone stays until the next write.

    Raises:
        LoadError: BW531 where there is no store, BW533, BW534, BW542 where there is no sound generation before.
    """
    with locked(store):
        for number in _before(store):
            with contextlib.suppress(LoadError):
                sound = check_generation(store, number).manifest
                try:
                    _point(store, number, digest(record_of(store, number).read_bytes()))
                except OSError as error:
                    raise _unwritten(store, error) from None
                return _told(store, sound, (), "rolled_back")
        message = "no generation before the one that counts is there and sound"
        hint = "bullwhip load --rebuild --store STORE makes it again from its texts"
        raise LoadError(Problem("BW542", message, Place(str(store)), hint))


def _before(store: Path) -> list[int]:
    """Return the generations to try, the nearest first: along the records, or by number where these are damaged."""
    try:
        number, said = read_pointer(store)
    except LoadError:
        number, said = 10**6, ""
    with contextlib.suppress(LoadError):
        return [n for n in _kept(store, read_manifest(store, number, said)) if n != number]
    numbers = {int(p.stem) for p in (store / GENERATIONS).glob("*.json") if p.stem.isdigit()}
    return sorted((n for n in numbers if n < number), reverse=True)
