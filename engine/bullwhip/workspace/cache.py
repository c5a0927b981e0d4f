"""The compiled-program cache: one file per content hash, checked on reading, written atomically, safe to delete."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from bullwhip.model.codec import FORMAT, from_bytes, to_bytes
from bullwhip.model.program import CompiledProgram
from bullwhip.resources import PACKAGE, data

__all__ = ["cache_folder", "engine_key", "read_blob", "read_plan", "write_blob", "write_plan"]

_KEPT = 24


def cache_folder() -> Path | None:
    """Return the cache folder, or None when `BULLWHIP_CACHE` is set to `off`.

    `BULLWHIP_CACHE` names another folder; otherwise it is `bullwhip` under `XDG_CACHE_HOME` or `~/.cache`.
    """
    chosen = os.environ.get("BULLWHIP_CACHE", "")
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "bullwhip"


def engine_key() -> str:
    """Return what identifies this engine: version, size and time of source files, shipped files."""
    from bullwhip import __version__

    parts = [f"{__version__} {FORMAT}"]
    for folder, _, names in sorted(os.walk(PACKAGE)):
        for name in sorted(names):
            if name.endswith(".py"):
                status = os.stat(os.path.join(folder, name))
                parts.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    for name in ("core.ttl", "inference.yaml", "shapes.ttl"):  # what every workspace gets beside its own files
        parts.append(hashlib.sha256((data("ontology") / name).read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_blob(key: str, kind: str) -> bytes | None:
    """Return a cached file's content, or None when it is absent or damaged."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        data = (folder / f"{key[:40]}.{kind}").read_bytes()
    except OSError:
        return None
    digest, _, body = data.partition(b"\n")
    return body if digest.decode("ascii", "replace") == hashlib.sha256(body).hexdigest() else None


def write_blob(key: str, kind: str, body: bytes) -> None:
    """Write a cache file beside and rename it into place; a cache that cannot be written is no error."""
    folder = cache_folder()
    if folder is None:
        return
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body)
        os.replace(temporary, folder / f"{key[:40]}.{kind}")
        _prune(folder)


def _prune(folder: Path) -> None:
    """Keep the newest files only."""
    files = sorted(folder.glob("*.*"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)


def read_plan(key: str) -> CompiledProgram | None:
    """Return the compiled program of a content hash, or None."""
    body = read_blob(key, "plan")
    if body is None:
        return None
    program = from_bytes(body)
    return program if program.key == key else None


def write_plan(program: CompiledProgram) -> None:
    """Keep a compiled program under its content hash."""
    write_blob(program.key, "plan", to_bytes(program))
