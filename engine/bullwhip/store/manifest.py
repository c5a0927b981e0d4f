"""The record of a generation of a store, kept outside of its database: what it must hold, to the byte.

A database that lost its last writes, or was copied in part, opens without complaint. Only a record beside it can tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["FORMAT", "DataFile", "GraphRecord", "Manifest", "Origin", "from_bytes", "to_bytes"]

FORMAT = 1
"""Raised with every change to what is written; another format is refused."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a graph comes from."""

    kind: str
    """`workspace` or `file`."""
    name: str
    """The id of the workspace, or the name of the file."""
    sha256: str
    """The hash of the inputs of the workspace, or of the file."""


@dataclass(frozen=True, slots=True)
class GraphRecord:
    """One graph: its text as written, and what the database gives back for it."""

    source: str
    """SHA-256 of its sorted N-Quads as written; the text lies in `sources/` under it."""
    statements: int
    """Lines of that text."""
    sha256: str
    """SHA-256 of its sorted N-Quads as the database gives them: numbers in their canonical form."""
    quads: int
    """Lines of those."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of the database."""

    size: int
    sha256: str
    """Hash of all of it."""
    tail: str
    """Hash of its end, where a file of the database keeps its index; checked whenever the store is opened."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds."""

    generation: int
    previous: int
    """The generation that it took the place of; 0 where it is the first."""
    graphs: Mapping[str, GraphRecord]
    files: Mapping[str, DataFile]
    versions: Mapping[str, str]

    @property
    def quads(self) -> int:
        """Quads of all graphs."""
        return sum(g.quads for g in self.graphs.values())

    def with_files(self, files: Mapping[str, DataFile]) -> Manifest:
        """Return the same record with the files of its database."""
        return replace(self, files=dict(sorted(files.items())))


def to_bytes(manifest: Manifest) -> bytes:
    """Return a record as JSON; the same record gives the same bytes."""
    data = {
        "format": FORMAT,
        "generation": manifest.generation,
        "previous": manifest.previous,
        "quads": manifest.quads,
        "versions": dict(sorted(manifest.versions.items())),
        "graphs": {name: _graph(g) for name, g in sorted(manifest.graphs.items())},
        "files": {n: {"size": f.size, "sha256": f.sha256, "tail": f.tail} for n, f in sorted(manifest.files.items())},
    }
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def _graph(record: GraphRecord) -> dict[str, Any]:
    origin = record.origin
    return {
        "quads": record.quads,
        "sha256": record.sha256,
        "statements": record.statements,
        "source": record.source,
        "origin": {"kind": origin.kind, "name": origin.name, "sha256": origin.sha256},
    }


def from_bytes(data: bytes) -> Manifest:
    """Return the record that JSON holds.

    Raises:
        ValueError: where it is none of this format.

    >>> origin = Origin("file", "a.nt", "00")
    >>> m = Manifest(1, 0, {"urn:g": GraphRecord("0a", 1, "0b", 1, origin)}, {"1.sst": DataFile(1, "0c", "0d")}, {})
    >>> from_bytes(to_bytes(m)) == m
    True
    """
    try:
        read = json.loads(data)
        if read["format"] != FORMAT:
            raise ValueError(f"it has format {read['format']!r}, {FORMAT} was expected")
        graphs = {name: GraphRecord(**(g | {"origin": Origin(**g["origin"])})) for name, g in read["graphs"].items()}
        files = {name: DataFile(**f) for name, f in read["files"].items()}
        manifest = Manifest(int(read["generation"]), int(read["previous"]), graphs, files, dict(read["versions"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not complete: {error}") from None
    if manifest.quads != read["quads"]:
        raise ValueError("its counts do not add up")
    return manifest


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes as text."""
    return hashlib.sha256(data).hexdigest()
