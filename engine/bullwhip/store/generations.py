"""The folder of a store on disk, and how a reader comes to the generation that counts.

    STORE/current                    the number of the generation that counts, and the hash of its record
    STORE/generations/000003/        its database; never changed once it counts
    STORE/generations/000003.json    its record
    STORE/sources/<sha256>.nq        the text of each graph, as written: what a database can be made from again
    STORE/writer.lock                held by the one process that writes

A generation is made aside and counts from the moment at which `current` is renamed into place, whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bullwhip.errors import LoadError, Place, Problem, did_you_mean
from bullwhip.model.storing import MEND
from bullwhip.store.manifest import DataFile, Manifest, digest, from_bytes

__all__ = [
    "CURRENT",
    "Generation",
    "data_files",
    "describe_file",
    "folder_of",
    "is_store",
    "open_current",
    "read_current",
    "read_manifest",
    "record_of",
]

CURRENT = "current"
GENERATIONS, SOURCES, LOCK = "generations", "sources", "writer.lock"

_CURRENT = re.compile(rb"([0-9]{6}) ([0-9a-f]{64})\n")
_LEAST_TAIL = 1 << 16
_NOT_DATA = re.compile(r"LOG(\.old\..*)?|LOCK|IDENTITY|OPTIONS-.*")
"""Files of a database that hold none of its data."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The generation of a store that counts."""

    folder: Path
    """Its database."""
    manifest: Manifest


def folder_of(store: Path, number: int) -> Path:
    """Return the folder of a generation's database."""
    return store / GENERATIONS / f"{number:06}"


def record_of(store: Path, number: int) -> Path:
    """Return the file with a generation's record."""
    return store / GENERATIONS / f"{number:06}.json"


def is_store(path: Path) -> bool:
    """Return whether a folder is a store, sound or not."""
    return path.is_dir() and ((path / CURRENT).is_file() or (path / GENERATIONS).is_dir())


def open_current(path: str | os.PathLike[str]) -> Path:
    """Return the folder of the database that counts, to be opened read-only; its record has been checked.

    What is checked takes milliseconds: the record, that every file of the database is there in its full size, and the
    ends of the files, where their indexes lie. `bullwhip check STORE` reads everything.

    Args:
        path: the folder of a store.

    Raises:
        LoadError: BW531 where there is no store, BW532 where it is damaged.
    """
    return read_current(Path(path)).folder


def read_current(store: Path) -> Generation:
    """Return the generation that counts, after the checks of `open_current`.

    Raises:
        LoadError: BW531 where there is no store, BW532 where it is damaged.
    """
    for attempt in range(3):
        number, said = read_pointer(store)
        try:
            return check_generation(store, number, said)
        except LoadError:
            if attempt == 2 or read_pointer(store) == (number, said):  # a writer may have published and pruned since
                raise
    raise AssertionError("unreachable")


def read_pointer(store: Path) -> tuple[int, str]:
    """Return the number of the generation that counts and the hash of its record."""
    if not is_store(store):
        beside = [p.name for p in store.parent.iterdir() if is_store(p)] if store.parent.is_dir() else []
        kind = "is not a store" if store.exists() else "does not exist"
        hint = did_you_mean(store.name, beside) or "bullwhip build -o STORE makes one"
        raise LoadError(Problem("BW531", f"the store {kind}", Place(str(store)), hint))
    try:
        data = (store / CURRENT).read_bytes()
    except FileNotFoundError:
        raise damaged(store / CURRENT, "the file is missing: no generation was finished, or it was removed") from None
    except OSError as error:
        raise damaged(store / CURRENT, f"cannot be read: {error.strerror}") from None
    match = _CURRENT.fullmatch(data)
    if match is None:
        raise damaged(store / CURRENT, "does not name a generation and the hash of its record")
    return int(match[1]), match[2].decode()


def check_generation(store: Path, number: int, said: str = "") -> Generation:
    """Return a generation whose record and files are as they were when it was published."""
    manifest = read_manifest(store, number, said)
    folder = folder_of(store, number)
    if not folder.is_dir():
        raise damaged(folder, "the folder is missing")
    found = {p.name: p for p in data_files(folder)}
    for name, file in manifest.files.items():
        path = found.pop(name, None)
        if path is None:
            raise damaged(folder / name, "the file is missing")
        try:
            size = path.stat().st_size
            same = size == file.size and tail_hash(path, size) == file.tail
        except OSError as error:
            raise damaged(path, f"cannot be read: {error.strerror}") from None
        if size != file.size:
            raise damaged(path, f"has {size:,} bytes, {file.size:,} were written")
        if not same:
            raise damaged(path, "is not what was written")
    for name, path in found.items():
        if path.stat().st_size:
            raise damaged(folder / name, "is no file of this generation")
    return Generation(folder, manifest)


def read_manifest(store: Path, number: int, said: str = "") -> Manifest:
    """Return the record of a generation, which must have the hash that is said of it."""
    path = record_of(store, number)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise damaged(path, "the record is missing") from None
    except OSError as error:
        raise damaged(path, f"cannot be read: {error.strerror}") from None
    if said and digest(data) != said:
        raise damaged(path, "the record is not what was written")
    try:
        return from_bytes(data)
    except ValueError as error:
        raise damaged(path, f"the record cannot be read: {error}") from None


def damaged(path: Path, what: str) -> LoadError:
    """Return the error for what is not as it was written."""
    return LoadError(Problem("BW532", f"the store is damaged: {what}", Place(str(path)), MEND))


def data_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a database that hold data, by name."""
    with contextlib.suppress(FileNotFoundError):
        yield from sorted(p for p in folder.iterdir() if not _NOT_DATA.fullmatch(p.name))


def describe_file(path: Path) -> DataFile:
    """Return size and hashes of a file."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            whole.update(part)
    size = path.stat().st_size
    return DataFile(size, whole.hexdigest(), tail_hash(path, size))


def tail_hash(path: Path, size: int) -> str:
    """Return the hash of the last sixteenth of a file, and of all of a small one."""
    length = max(_LEAST_TAIL, size // 16)
    with path.open("rb") as file:
        file.seek(max(0, size - length))
        return hashlib.sha256(file.read()).hexdigest()
