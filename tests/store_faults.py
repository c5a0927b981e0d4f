"""What the tests of stores on disk share: small texts, what a store holds, and processes that are killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.cli import run
from bullwhip.model.storing import Published
from bullwhip.store.canonical import as_stored
from bullwhip.store.generations import open_current, read_current, record_of
from bullwhip.store.manifest import Manifest, Origin
from bullwhip.store.store_worker import scan
from bullwhip.store.writing import Change, publish
from bullwhip.workspace.starting import write_workspace

__all__ = [
    "LONG",
    "Layouts",
    "content",
    "expected",
    "graph_text",
    "killed_at",
    "leftovers",
    "put",
    "sound_after",
    "started",
]

LONG = os.environ.get("BULLWHIP_FAULTS") == "long"
LINES = 30_000 if LONG else 3_000

_KILLED = """
import os, signal, sys
at, seen = int(sys.argv[1]), 0
def counted(function):
    def call(*arguments, **others):
        global seen
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **others)
    return call
from bullwhip.cli import run
import bullwhip.store.writing as writing
for name in ("replace", "rename", "fsync", "unlink", "chmod", "rmdir"):
    setattr(os, name, counted(getattr(os, name)))
writing.run_worker = counted(writing.run_worker)
sys.exit(run(sys.argv[2:]))
"""
"""Runs the command line and kills its process before the n-th step that changes something on the disk."""


def graph_text(graph: str, lines: Mapping[int, str] | int, prefix: str = "s") -> bytes:
    """Return sorted N-Quads of one graph: numbers from 0, or what is said by number."""
    said = {i: f'"{i}.50"^^<http://www.w3.org/2001/XMLSchema#decimal>' for i in range(lines)} if isinstance(
        lines, int
    ) else lines  # fmt: skip
    found = {f"<urn:{prefix}{i}> <urn:p{i % 3}> {value} <{graph}> .".encode() for i, value in said.items()}
    return b"\n".join(sorted(found)) + b"\n"


def put(store: Path, texts: Mapping[str, bytes | None], *, create: bool = True, rebuild: bool = False) -> Published:
    """Publish what graphs are to hold; None removes one."""
    origin = Origin("file", "test", "0")

    def changes(_: Manifest) -> Mapping[str, Change | None]:
        return {name: None if text is None else Change(text, origin) for name, text in texts.items()}

    return publish(store, changes, create=create, rebuild=rebuild)


def expected(texts: Mapping[str, bytes | None]) -> bytes:
    """Return what a store must hold of texts."""
    lines = {line for text in texts.values() if text for line in as_stored(text).split(b"\n") if line}
    return b"".join(line + b"\n" for line in sorted(lines))


def content(store: Path) -> bytes:
    """Return all that the generation that counts gives back, as sorted lines."""
    opened = ox.Store.read_only(str(open_current(store)))
    lines = (opened.dump(format=ox.RdfFormat.N_QUADS) or b"").split(b"\n")
    return b"".join(line + b"\n" for line in sorted(lines) if line)


def leftovers(store: Path) -> list[str]:
    """Return what should not lie in a store: what was never finished, and more generations than are kept."""
    names = [str(p.relative_to(store)) for p in store.rglob("*")]
    unfinished = [n for n in names if n.endswith((".tmp", ".building")) or ".building/" in n]
    folders = sorted(p.name for p in (store / "generations").iterdir() if p.is_dir())
    records = sorted(p.stem for p in (store / "generations").glob("*.json"))
    odd = [f"{folders} {records}"] if folders != records or len(folders) > 3 else []
    strays = [n for n in names if Path(n).name.startswith(("bulk-", "LOG.old"))]
    return unfinished + odd + strays


def killed_at(step: int, arguments: Sequence[str]) -> bool:
    """Run the command line, killed before a step; return whether there was that step to be killed at."""
    command = [sys.executable, "-c", _KILLED, str(step), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


def started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the command line as a group of processes of its own."""
    command = [sys.executable, "-m", "bullwhip", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=os.environ
    )


class Layouts:
    """Lays out a store before a command that writes: of a workspace, of a file that is new, of one that has changed."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self.folders = folders
        self.made: dict[str, tuple[Path, bytes | None, bytes]] = {}

    def lay(self, kind: str, folder: Path) -> tuple[list[str], bytes | None, bytes]:
        """Lay out a store in a folder, and return the command, and what the store holds before and after it.

        Args:
            kind: `build`, `load` or `update`.
            folder: where.
        """
        if kind not in self.made:
            origin = self.folders.mktemp(kind)
            self._prepare(kind, origin)
            old = held(origin / "store")
            copy = self.folders.mktemp(f"{kind}-new")
            shutil.copytree(origin, copy, dirs_exist_ok=True)
            assert run(self._arguments(kind, copy)) == 0
            self.made[kind] = origin, old, content(copy / "store")
        origin, old, new = self.made[kind]
        shutil.copytree(origin, folder, dirs_exist_ok=True)
        return self._arguments(kind, folder), old, new

    def _prepare(self, kind: str, folder: Path) -> None:
        if kind == "build":
            write_workspace(folder / "coffee", "en")
            return
        put(folder / "store", {f"urn:other{i}": graph_text(f"urn:other{i}", 100) for i in range(3)})
        lines = graph_text("urn:g", LINES, "new").replace(b" <urn:g> .", b" .").split(b"\n")
        if kind == "update":
            (folder / "prices.nt").write_bytes(b"\n".join(lines[: LINES // 2]) + b"\n")
            assert run(self._arguments(kind, folder)) == 0
        (folder / "prices.nt").write_bytes(b"\n".join(lines))

    def _arguments(self, kind: str, folder: Path) -> list[str]:
        store = str(folder / "store")
        if kind == "build":
            return ["--workspace", str(folder / "coffee"), "build", "-o", store]
        return ["load", str(folder / "prices.nt"), "--store", store]


def held(store: Path) -> bytes | None:
    """Return what a store holds; None where none was ever finished."""
    return content(store) if (store / "current").exists() else None


def sound_after(store: Path, arguments: list[str], old: bytes | None, new: bytes) -> None:
    """Hold what a killed command left against what may be there, and what the next one makes of it."""
    assert held(store) in (old, new)
    if (store / "current").exists():
        generation = read_current(store)
        record = record_of(store, generation.manifest.generation)
        job = {"folder": str(generation.folder), "record": str(record), "sources": str(store / "sources")}
        assert scan(job)["findings"] == []
    assert run(arguments) == 0
    assert content(store) == new
    assert leftovers(store) == []
