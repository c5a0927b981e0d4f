"""Checks a graph by shapes: compiled ones at once, what may run away in a process that is killed in time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import LimitError, Place, Problem, UsageError, ValidationError
from bullwhip.query.serialize import to_nquads
from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Graph, Quads, Stored
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.outcome import Outcome, outcome
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.terms import ShapeError
from bullwhip.query.shapes.wire import from_plain
from bullwhip.store.interface import Store
from bullwhip.store.processes import worker_environment

__all__ = ["SECONDS", "validate", "validate_store"]

SECONDS = 300
"""How long a check in a process of its own may take."""

_SHIPPED = ("core.ttl", "shapes.ttl")


def validate(
    quads: Iterable[ox.Quad], shapes: Mapping[str, bytes], seconds: float = SECONDS, within: str = ""
) -> Outcome:
    """Return what shapes find on the union of all graphs of a dataset.

    Shapes are compiled. What a workspace brings that may run long, and what is not compiled, runs in a process apart.

    Args:
        quads: the dataset.
        shapes: Turtle files with shapes, by name.
        seconds: the limit on the time of that process.
        within: IRI of a graph: only nodes of which it says something are looked at; all when empty.

    Raises:
        UsageError: BW004 when shapes are not compiled and pyshacl is not installed.
        ValidationError: BW220 when a shape cannot be used.
        LimitError: BW901 when the time is up.
    """
    given = list(quads)
    return _validate(lambda: Quads(given), lambda: to_nquads(given), shapes, seconds, within)


def validate_store(store: Store, shapes: Mapping[str, bytes], seconds: float = SECONDS, within: str = "") -> Outcome:
    """Return what shapes find on the union of all graphs of a store; literals are what it has made of them.

    Args:
        store: a store in which a blank node keeps its name from one query to the next.
        shapes: as of `validate`.
        seconds: likewise.
        within: likewise.

    Raises:
        BullwhipError: as `validate`.
    """
    return _validate(lambda: Stored(store), store.dump, shapes, seconds, within)


def _validate(
    data: Callable[[], Graph], dump: Callable[[], bytes], shapes: Mapping[str, bytes], seconds: float, within: str
) -> Outcome:
    """Return what shapes find on a graph; it is written out only where another process must look at it."""
    graph = ShapesGraph.of_files(shapes)
    head = {"shapes": {n: data.decode() for n, data in sorted(shapes.items())}, "within": within, "left": []}
    try:
        compiled = Shapes(graph)
        if all(graph.files.get(node, "").endswith(_SHIPPED) for node in compiled.lasting()):
            found, left = check(compiled, data(), within), {str(n): why for n, why in compiled.left.items()}
        else:
            found, left = _elsewhere(head, dump(), shapes, seconds)
    except ShapeError as error:
        raise _unusable(str(error), graph.files.get(error.node) if error.node is not None else None, shapes) from None
    if left:
        found += _elsewhere(head | {"left": left}, dump(), shapes, seconds)[0]
    return outcome(graph, found, ", ".join(sorted(set(left.values()))))


def _unusable(message: str, file: str | None, shapes: Mapping[str, bytes]) -> ValidationError:
    """Return the problem of a shape, at the file it stands in, or at the only one it can stand in."""
    own = [name for name in shapes if not name.endswith(_SHIPPED)]
    name = file or (own[0] if len(own) == 1 else "")
    return ValidationError(Problem("BW220", f"a shape cannot be used: {message}", Place(name) if name else None))


def _elsewhere(
    head: Mapping[str, Any], nquads: bytes, shapes: Mapping[str, bytes], seconds: float
) -> tuple[list[Result], dict[str, str]]:
    """Return what a process of its own finds, and which shapes are left to pyshacl.

    Our engine looks at all shapes; pyshacl, where some are already left to it, at these.
    """
    answer = _ask(json.dumps(head).encode() + b"\n" + nquads, seconds)
    if "missing" in answer:
        reasons = ", ".join(sorted(set(head["left"].values())))
        message = f"{reasons} is not compiled: checking by it needs the package pyshacl"
        raise UsageError(Problem("BW004", message, hint="pip install 'bullwhip[shapes]'"))
    if "failed" in answer:
        raise _unusable(answer["failed"], answer.get("file"), shapes)
    return from_plain(answer["results"]), answer["left"]


def _ask(question: bytes, seconds: float) -> dict[str, Any]:
    """Return the answer of the process."""
    command = [sys.executable, "-P", "-m", "bullwhip.query.shacl_worker"]  # -P: nothing is imported from the folder
    try:
        done = subprocess.run(  # noqa: S603  this interpreter and this package
            command, input=question, capture_output=True, timeout=seconds, env=worker_environment(), check=False
        )
    except subprocess.TimeoutExpired:
        message = f"checking by shapes takes more than {seconds:g} seconds"
        hint = "a query or a pattern of a shape may run without end"
        raise LimitError(Problem("BW901", message, hint=hint)) from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:400]
        return {"failed": last or f"the engine ended with code {done.returncode}"}
    return answer
