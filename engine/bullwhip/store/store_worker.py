"""A process of its own that writes or scans the database of a store: a line of JSON comes in, one goes out on stderr.

What a storage engine dies of ends this process; what counts is untouched, for everything is made aside. It ends when
the process that started it does, which it knows by the end of stdin.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bullwhip.store.canonical import as_stored, dump_graph, quads_of
from bullwhip.store.generations import data_files, describe_file
from bullwhip.store.manifest import DataFile, Manifest, from_bytes
from bullwhip.store.telling import Telling, say
from bullwhip.store.worker_limits import end_with_parent

__all__ = ["main", "scan", "write"]

_Pattern = tuple[Any, Any, Any, Any]

_BULK = 50_000
"""Lines above which a graph is loaded in bulk."""


class Timer:
    """How long each step took, in milliseconds, and how far the work has come.

    Args:
        total: bytes of all that is to be done.
    """

    def __init__(self, total: int = 1) -> None:
        self.telling = Telling(total)
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    def step(self, name: str) -> None:
        """Say that a step has ended."""
        now = time.perf_counter()
        self.spent[name] = round(self.spent.get(name, 0) + 1000 * (now - self._last), 2)
        self._last = now


def write(job: Mapping[str, Any]) -> dict[str, Any]:
    """Make the database of a generation, check it by what it gives back, and return its files.

    Args:
        job: `target`, the folder to make; `base`, the folder to start from or null; `graphs`, for each graph that
            changes the texts `old` and `new` or null, and the `sha256` of what the database must give back.
    """
    timer = Timer(2 * sum(os.path.getsize(g["new"]) for g in job["graphs"].values() if g["new"]))
    target, base = Path(job["target"]), job["base"]
    if base:
        _link(Path(base), target)
    else:
        target.mkdir()
    timer.step("link")
    _change(target, job["graphs"], timer)
    for path in list(data_files(target)):  # all is in the tables: what a log says once more can only be lost
        if path.suffix == ".log":
            path.unlink()
    for path in target.glob("LOG.old.*"):
        path.unlink()
    wrong = _compare(target, job["graphs"], job["names"], timer.telling)
    timer.step("verify")
    if wrong:
        return {"wrong": wrong}
    files, new = _describe(target, Path(base) if base else None, job["known"])
    _sync([*new, target])
    timer.step("sync")
    return {"files": files, "milliseconds": timer.spent}


def _link(base: Path, target: Path) -> None:
    """Make a second name for every table, which never changes, and copy the small rest."""
    target.mkdir()
    for path in data_files(base):
        if path.suffix == ".sst":
            try:
                os.link(path, target / path.name)
                continue
            except OSError:  # a file system without links, or too many
                pass
        shutil.copyfile(path, target / path.name)


def _change(target: Path, graphs: Mapping[str, Mapping[str, Any]], timer: Timer) -> None:
    store = ox.Store(str(target))
    timer.step("open")
    if all(g["old"] is None for g in graphs.values()):
        _add(store, b"".join(Path(g["new"]).read_bytes() for g in graphs.values()), timer.telling)
    else:
        for name, graph in graphs.items():
            _replace(store, name, graph)
    timer.step("change")
    store.flush()
    timer.step("flush")


def _lines(path: str | None) -> list[bytes]:
    """Return the lines that a text makes in a database; none where it is missing or not what was written."""
    text = b""
    if path is not None:
        with contextlib.suppress(FileNotFoundError):
            text = Path(path).read_bytes()
        if hashlib.sha256(text).hexdigest() != Path(path).stem:
            return []
    return [line for line in as_stored(text).split(b"\n") if line]


def _replace(store: ox.Store, name: str, graph: Mapping[str, Any]) -> None:
    """Turn what the store holds of a graph into what it is to hold, by the difference."""
    old, new = _lines(graph["old"]), _lines(graph["new"])
    kept = set(old).intersection(new)  # none where the old text is lost: all of the graph is put in again
    if not kept:
        store.remove_graph(ox.NamedNode(name))
    else:
        for quad in quads_of(b"\n".join(line for line in old if line not in kept)):
            store.remove(quad)
    _add(store, b"".join(line + b"\n" for line in new if line not in kept))


def _add(store: ox.Store, text: bytes, telling: Telling | None = None) -> None:
    """Add lines; text that is loaded gets new names for its blank nodes, so that their lines are parsed here."""
    if text.count(b"\n") <= _BULK:
        store.extend(quads_of(text))
        return
    if b"_:" in text:
        lines = text.split(b"\n")
        store.bulk_extend(quads_of(b"\n".join(line for line in lines if b"_:" in line)))
        text = b"\n".join(line for line in lines if b"_:" not in line)
    store.bulk_load(telling.reading(text) if telling else text, format=ox.RdfFormat.N_QUADS)


def _compare(target: Path, graphs: Mapping[str, Mapping[str, Any]], names: Iterable[str], telling: Telling) -> str:
    """Return what the database gives back otherwise than it must."""
    store = ox.Store.read_only(str(target))
    found = sorted(str(getattr(g, "value", g)) for g in store.named_graphs())
    if found != sorted(names):
        return f"{len(found)} graphs are there"
    for name, graph in graphs.items():
        if graph["new"] is None:
            continue
        given = dump_graph(store, name)
        if hashlib.sha256(given).hexdigest() != graph["sha256"]:
            return f"the graph <{name}> is not what was loaded"
        telling.add(len(given))
    return ""


def _describe(target: Path, base: Path | None, known: Mapping[str, Any]) -> tuple[dict[str, Any], list[Path]]:
    """Return the files of a database and which are new; what it shares with the last one needs no reading again."""
    files, new = {}, []
    for path in data_files(target):
        if base and path.name in known and _same(path, base / path.name):
            files[path.name] = known[path.name]
        else:
            file = describe_file(path)
            files[path.name] = {"size": file.size, "sha256": file.sha256, "tail": file.tail}
            new.append(path)
    return files, new


def _same(path: Path, other: Path) -> bool:
    return other.exists() and os.path.samefile(path, other)


def _sync(paths: Iterable[Path]) -> None:
    """Have files and folders on the disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def scan(job: Mapping[str, Any]) -> dict[str, Any]:
    """Read every byte of a database and every index of it, and return what is not as its record says.

    Args:
        job: `folder` of the database, `record` and `sources`.
    """
    folder, manifest = Path(job["folder"]), from_bytes(Path(job["record"]).read_bytes())
    telling = Telling(sum(f.size for f in manifest.files.values()) + 200 * manifest.quads)
    findings = [*_wrong_files(folder, manifest, telling), *_wrong_sources(Path(job["sources"]), manifest)]
    if not any(place.startswith(str(folder)) for place, _ in findings):  # a broken index may be read for ever
        findings += _wrong_content(folder, manifest, telling)
    return {"findings": findings, "quads": manifest.quads}


def _wrong_files(folder: Path, manifest: Manifest, telling: Telling) -> list[tuple[str, str]]:
    findings = []
    for name, said in manifest.files.items():
        path = folder / name
        try:
            found: DataFile | None = describe_file(path)
        except OSError as error:
            findings.append((str(path), f"cannot be read: {error.strerror}"))
            continue
        if found != said:
            findings.append((str(path), "is not what was written"))
        telling.add(said.size)
    return findings


def _wrong_sources(sources: Path, manifest: Manifest) -> list[tuple[str, str]]:
    findings = []
    for name, graph in manifest.graphs.items():
        path = sources / f"{graph.source}.nq"
        try:
            same = hashlib.sha256(path.read_bytes()).hexdigest() == graph.source
        except OSError as error:
            findings.append((str(path), f"the text of <{name}> cannot be read: {error.strerror}"))
            continue
        if not same:
            findings.append((str(path), f"the text of <{name}> is not what was written"))
    return findings


def _wrong_content(folder: Path, manifest: Manifest, telling: Telling) -> list[tuple[str, str]]:
    """Compare each graph with its hash, then every index with the quads of all graphs."""
    store = ox.Store.read_only(str(folder))
    place = str(folder)
    found = sorted(str(getattr(g, "value", g)) for g in store.named_graphs())
    findings = [(place, f"the graph <{g}> is missing") for g in sorted(set(manifest.graphs) - set(found))]
    findings += [(place, f"the graph <{g}> is in no record") for g in sorted(set(found) - set(manifest.graphs))]
    for name, graph in manifest.graphs.items():
        if name in found and hashlib.sha256(dump_graph(store, name)).hexdigest() != graph.sha256:
            findings.append((place, f"the graph <{name}> does not hold what its record says"))
        telling.add(100 * graph.quads)
    if next(iter(store.quads_for_pattern(None, None, None, ox.DefaultGraph())), None) is not None:
        findings.append((place, "the default graph is not empty"))
    return findings or [(place, what) for what in _wrong_indexes(store)]


_SAMPLED = 2_000
"""Terms of a kind that an index is asked for."""


def _wrong_indexes(store: ox.Store) -> list[str]:
    """Return the indexes that do not give what the walk over all quads gave.

    Where there are many terms some of them are asked for, evenly chosen: every byte has been compared by now, so that
    only what was wrong when it was written is left to be found.
    """
    counted: dict[str, Counter[_Pattern]] = {
        name: Counter() for name in ("subject", "predicate", "object", "graph and predicate", "graph and object")
    }
    for quad in store:
        subject, predicate, value, graph = quad.subject, quad.predicate, quad.object, quad.graph_name
        counted["subject"][subject, None, None, None] += 1
        counted["predicate"][None, predicate, None, None] += 1
        counted["object"][None, None, value, None] += 1
        counted["graph and predicate"][None, predicate, None, graph] += 1
        counted["graph and object"][None, None, value, graph] += 1
    wrong = []
    for name, patterns in counted.items():
        for pattern in list(patterns)[:: 1 + len(patterns) // _SAMPLED]:
            found = sum(1 for _ in _matching(store, pattern))
            if found != patterns[pattern]:
                wrong.append(f"the index by {name} gives {found:,} quads in the place of {patterns[pattern]:,}")
                break
    return wrong


def _matching(store: ox.Store, pattern: _Pattern) -> Iterator[ox.Quad]:
    """Yield what fits a pattern; on disk an integer whose last byte is 255 brings its neighbours with it."""
    value = pattern[2]
    for quad in store.quads_for_pattern(*pattern):
        if value is None or quad.object == value:
            yield quad


def _watch() -> None:
    """End with the process that started this one."""
    sys.stdin.buffer.read()
    os._exit(1)


def main() -> None:
    """Do the job that stdin brings."""
    end_with_parent()
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_watch, daemon=True).start()
    answer: dict[str, Any]
    try:
        answer = write(job) if job["job"] == "write" else scan(job)
    except MemoryError:
        answer = {"memory": True}
    except OSError as error:
        answer = {"failed": str(error.strerror or error), "errno": error.errno or 0}
    with contextlib.suppress(BrokenPipeError):
        say(answer)
    os._exit(0)  # threads of the storage engine and the one that watches need not be waited for


if __name__ == "__main__":
    main()
