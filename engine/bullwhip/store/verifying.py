"""Reads all of a store: every byte against its record, every graph against its hash, every index against the graphs."""

from __future__ import annotations

import json
from pathlib import Path

from bullwhip.errors import BullwhipError, Problem
from bullwhip.model.storing import StoreCheck
from bullwhip.store.generations import SOURCES, folder_of, is_store, read_manifest, read_pointer, record_of
from bullwhip.store.processes import Progress, run_worker

__all__ = ["check_store"]


def check_store(store: Path, seconds: float = 3600, progress: Progress | None = None) -> StoreCheck:
    """Return what is wrong with the generation of a store that counts.

    It is read in a process that is killed when it takes too long: a broken index can be walked for ever.

    Args:
        store: the folder of the store.
        seconds: the limit on time.
        progress: told how much is read of how much.

    Raises:
        LoadError: BW531 where there is no store.
    """
    if not is_store(store):
        read_pointer(store)  # tells what is there
    while True:
        try:
            number, said = read_pointer(store)
            manifest = read_manifest(store, number, said)
            findings = _scan(store, number, seconds, progress)
            if not findings or read_pointer(store) == (number, said):  # else a writer has taken it away meanwhile
                return StoreCheck(str(store), number, manifest.quads, len(manifest.graphs), findings)
        except BullwhipError as error:
            return StoreCheck(str(store), 0, 0, 0, tuple(_finding(p) for p in error.problems))


def _scan(store: Path, number: int, seconds: float, progress: Progress | None) -> tuple[tuple[str, str], ...]:
    job = {
        "job": "scan",
        "folder": str(folder_of(store, number)),
        "record": str(record_of(store, number)),
        "sources": str(store / SOURCES),
    }
    line = json.dumps(job).encode() + b"\n"
    try:
        done = run_worker(
            "store_worker",
            line,
            what="reading the store",
            name=str(store),
            seconds=seconds,
            hold=True,
            progress=progress,
        )
    except BullwhipError as error:
        return tuple(_finding(p) for p in error.problems)
    if "failed" in done.answer:
        return ((job["folder"], f"cannot be read: {done.answer['failed']}"),)
    return tuple((place, what) for place, what in done.answer.get("findings", ()))


def _finding(problem: Problem) -> tuple[str, str]:
    return (str(problem.place) if problem.place else "", problem.message.removeprefix("the store is damaged: "))
