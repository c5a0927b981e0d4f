"""Opens RDF files that a person names: regular files only, within limits, and whole where that can be known."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bullwhip.errors import LoadError, Place, Problem, UsageError, did_you_mean
from bullwhip.store.rdf_input import FORMATS, Form, Limits
from bullwhip.terms import resource

__all__ = ["RdfFile", "form_of", "graph_of", "read_file", "require_file"]

_KERNEL = tuple(Path(p) for p in ("/proc", "/sys", "/dev"))
"""Where a file is no file: its content is made up as it is read, and may be a secret."""


@dataclass(frozen=True, slots=True)
class RdfFile:
    """The bytes of a file, what they are read as, and the graph of what names none."""

    name: str
    data: bytes
    form: Form
    graph: str
    base: str = ""
    """What relative IRIs are resolved against; they are refused where it is empty."""

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def form_of(path: Path, wanted: str = "") -> Form:
    """Return the format of a file: the one that is asked for, or that of its ending.

    Raises:
        UsageError: BW001 for a format that is not read, BW002 where the ending names none.

    >>> form_of(Path("a.ttl")), form_of(Path("a.txt"), "ntriples")
    ('turtle', 'ntriples')
    """
    endings = {ending: form for form, known in FORMATS.items() for ending in known}
    if wanted:
        known = {form: form for form in FORMATS} | endings
        if wanted.lower() not in known:
            hint = did_you_mean(wanted, FORMATS, "formats") or f"formats: {', '.join(FORMATS)}"
            raise UsageError(Problem("BW001", f"no format {wanted!r}", hint=hint))
        return known[wanted.lower()]
    ending = path.suffix.lower().lstrip(".")
    if ending not in endings:
        message = f"the ending of {path.name!r} names no format that is read"
        hint = f"--format is one of {', '.join(FORMATS)}"
        raise UsageError(Problem("BW002", message, Place(str(path)), hint))
    return endings[ending]


def graph_of(path: Path) -> str:
    """Return the graph of a file that names none: its name without ending, so that a new edition takes its place.

    >>> graph_of(Path("in/prices 2024.ttl"))
    'https://w3id.org/bullwhip/id/graph/file/prices%202024'
    """
    return resource("graph/file", path.stem)


def read_file(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a regular file.

    A link counts as the file that it names where that lies in the folder of the link or below; pipes, devices,
    folders and what the kernel makes up are refused. A hash that lies beside the file is compared with.

    Raises:
        LoadError: BW101 where it is no regular file, BW107 where it is too large, BW539 where it is not the file that
            `FILE.sha256` says.
    """
    require_file(path)
    place = Place(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise LoadError(Problem("BW101", f"cannot be read: {error.strerror}", place)) from None
    try:
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # put in its place since
                raise LoadError(Problem("BW101", "not a regular file", place))
            data = _read(file, limits.size)
    except OSError as error:
        raise LoadError(Problem("BW101", f"cannot be read: {error.strerror}", place)) from None
    if len(data) > limits.size:
        message = f"a file of more than {limits.size:,} bytes"
        raise LoadError(Problem("BW107", message, place, "split it, or raise --max-bytes"))
    _compare(path, data)
    return data


def require_file(path: Path) -> None:
    """Refuse what is no regular file.

    Raises:
        LoadError: BW101.
    """
    problem = _strange(path)
    if problem:
        raise LoadError(Problem("BW101", problem[0], Place(str(path)), problem[1]))


def _read(file: BinaryIO, most: int) -> bytes:
    """Return what a file holds, and a little more than the limit of one that holds more or grows as it is read."""
    parts, left = [], most + 1
    while left > 0 and (part := file.read(min(left, 1 << 24))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _strange(path: Path) -> tuple[str, str] | None:
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError) as error:
        folder = path.parent if path.parent.is_dir() else None
        hint = did_you_mean(path.name, (p.name for p in folder.iterdir())) if folder else "its folder does not exist"
        missing = isinstance(error, FileNotFoundError)
        return ("no such file" if missing else "cannot be followed to a file"), hint
    if any(target.is_relative_to(folder) for folder in _KERNEL):
        return "not a regular file", "copy what it says to a file first"
    if path.is_symlink() and not target.is_relative_to(path.parent.resolve()):
        return f"a link to {target}, outside of its folder", "name the file itself"
    if stat.S_ISDIR(mode):
        return "a folder, and a file was expected", "name its files"
    return None if stat.S_ISREG(mode) else ("not a regular file", "copy what it says to a file first")


def _compare(path: Path, data: bytes) -> None:
    """Hold a file against the hash beside it, as `sha256sum FILE > FILE.sha256` writes it."""
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file():
        return
    with beside.open("rb") as file:
        said = file.read(4096).decode("utf-8", "replace").strip().partition("\n")[0]
    digest = re.match(r"\\?([0-9a-fA-F]{64})(?:\s|$)", said)
    if digest is None:
        message = f"{said[:80]!r} is no SHA-256"
        hint = f"write it by: sha256sum {path.name} > {beside.name}"
        raise LoadError(Problem("BW539", message, Place(str(beside), 1, 1, said[:400]), hint))
    found = hashlib.sha256(data).hexdigest()
    if found != digest[1].lower():
        message = f"the file has the SHA-256 {found[:16]}…, {beside.name} says {digest[1].lower()[:16]}…"
        hint = "it is cut, damaged or another edition; fetch it again, or remove the hash beside it"
        raise LoadError(Problem("BW539", message, Place(str(path)), hint))
