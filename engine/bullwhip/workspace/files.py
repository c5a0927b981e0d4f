"""Reads the input files of a workspace as bytes, within limits, and hashes them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bullwhip.errors import LoadError, Place, Problem

__all__ = ["read_all"]

_MAX_FILES = 5_000
_MAX_TOTAL = 400_000_000


def read_all(rules: Path, ontology: Path | None, queries: Path | None, engine: str) -> tuple[dict[str, bytes], str]:
    """Return all input files by name and their common hash, which changes with any byte of them and with the engine.

    Raises:
        LoadError: BW101 when a file cannot be read or is no regular file, BW107 when there are too many.
    """
    files: dict[str, bytes] = {}
    patterns = (
        ("rules", rules, ("**/*.[yY][aA][mM][lL]", "**/*.[yY][mM][lL]")),
        ("ontology", ontology, ("chain/*.ttl", "shapes/*.ttl", "*.tsv", "facts/*/document.yaml", "facts/*/*.tsv")),
        ("queries", queries, ("**/*.rq",)),
    )
    total = 0
    for kind, folder, globs in patterns:
        if folder is None:
            continue
        for path in sorted({p for g in globs for p in folder.glob(g)}):
            name = f"{kind}/{path.relative_to(folder).as_posix()}"
            if not path.is_file():  # a pipe or device would hang the reader
                raise LoadError(Problem("BW101", "not a regular file", Place(name)))
            total += path.stat().st_size
            if total > _MAX_TOTAL or len(files) >= _MAX_FILES:
                message = f"more than {_MAX_FILES:,} files or {_MAX_TOTAL:,} bytes"
                raise LoadError(Problem("BW107", message, Place(name)))
            try:
                files[name] = path.read_bytes()
            except OSError as error:
                raise LoadError(Problem("BW101", f"cannot be read: {error.strerror}", Place(name))) from error
    digest = hashlib.sha256(engine.encode())
    for name in sorted(files):
        digest.update(f"\0{name}\0{len(files[name])}\0".encode("utf-8", "surrogateescape"))
        digest.update(files[name])
    return files, digest.hexdigest()
