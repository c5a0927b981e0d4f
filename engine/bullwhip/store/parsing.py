"""Reads an RDF file in a process of its own, which is killed when it takes too long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bullwhip.errors import LoadError, Place, Problem
from bullwhip.store.processes import Progress, run_worker
from bullwhip.store.rdf_files import RdfFile
from bullwhip.store.rdf_input import Limits

__all__ = ["Parsed", "parse_file"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What an RDF file says."""

    graphs: Mapping[str, bytes]
    """Sorted N-Quads of each graph, each line once, literals as written."""
    statements: int
    """Statements in the file; one that is written twice counts twice."""
    large: int
    """Numbers that no store computes with and that were kept as text."""


def parse_file(
    file: RdfFile,
    limits: Limits | None = None,
    *,
    keep_large: bool = False,
    progress: Progress | None = None,
) -> Parsed:
    """Return what an RDF file says, graph by graph.

    Args:
        file: its bytes, format and default graph.
        limits: what it may cost.
        keep_large: whether numbers are kept that a store cannot compute with; they are refused otherwise.
        progress: told how many bytes are read of how many.

    Raises:
        LoadError: with every problem found, each with line and column; BW540 when the parser dies.
        LimitError: BW901 when the time is up.
    """
    limits = limits or Limits()
    head = {
        "name": file.name,
        "form": file.form,
        "graph": file.graph,
        "base": file.base,
        "keep_large": keep_large,
        "limits": asdict(limits),
    }
    job = json.dumps(head).encode() + b"\n" + file.data
    done = run_worker(
        "parse_worker", job, what="reading RDF", name=file.name, seconds=limits.seconds, progress=progress
    )
    problems = [
        Problem(p["code"], p["message"], Place(file.name, p["line"], p["column"], p["text"], p["length"]), p["hint"])
        for p in done.answer["problems"]
    ]
    if problems:
        raise LoadError(problems)
    graphs, start = {}, 0
    for name, size, _ in done.answer["graphs"]:
        graphs[name] = done.output[start : start + size]
        start += size
    return Parsed(graphs, done.answer["statements"], done.answer["large"])
