"""Checks a dataset by shapes, in processes of their own that are killed when they take too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bullwhip.errors import LimitError, Place, Problem, UsageError, ValidationError
from bullwhip.resources import PACKAGE

__all__ = ["SECONDS", "ShapeResult", "validate"]

SECONDS = 300
"""How long a check may take; the shipped graph takes a twentieth of it."""

_WORKERS = 2
_SHIPPED = ("core.ttl", "shapes.ttl")


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One result as the engine gives it; IRIs and texts as they stand in the graph."""

    shape: str
    """The dct:identifier of the constraint or of its shape, or an IRI where there is none."""
    severity: str
    component: str
    focus: str
    path: str | None
    value: str | None
    messages: Mapping[str, str]
    """By language; `und` where none is said."""
    expected: str | None
    """A parameter and its value, such as `sh:minCount 1`."""
    description: Mapping[str, str]


def validate(nquads: bytes, shapes: Mapping[str, bytes], seconds: float = SECONDS) -> list[ShapeResult]:
    """Return every result of every shape on the union of all graphs of a dataset, in a steady order.

    Args:
        nquads: the dataset.
        shapes: Turtle files with shapes, by name.
        seconds: the limit on time.

    Raises:
        UsageError: BW004 when pyshacl is not installed.
        ValidationError: BW220 when a shape cannot be used.
        LimitError: BW901 when the time is up.
    """
    texts = {name: data.decode("utf-8") for name, data in sorted(shapes.items())}
    with ThreadPoolExecutor(_WORKERS) as pool:
        answers = list(pool.map(lambda part: _ask(texts, part, nquads, seconds), range(_WORKERS)))
    found: set[str] = set()
    for answer in answers:
        if "missing" in answer:
            hint = "pip install 'bullwhip[shapes]'"
            raise UsageError(Problem("BW004", "checking by shapes needs the package pyshacl", hint=hint))
        if "failed" in answer:
            own = [name for name in texts if not name.endswith(_SHIPPED)]
            place = Place(own[0]) if len(own) == 1 else None
            raise ValidationError(Problem("BW220", f"a shape cannot be used: {answer['failed']}", place))
        found.update(json.dumps(r, sort_keys=True, ensure_ascii=False) for r in answer["results"])
    return [ShapeResult(**json.loads(text)) for text in sorted(found)]


def _ask(texts: Mapping[str, str], part: int, nquads: bytes, seconds: float) -> dict[str, Any]:
    """Return the answer of one worker, which checks its part of the shapes."""
    head = json.dumps({"shapes": texts, "part": part, "of": _WORKERS}).encode()
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-P", "-m", "bullwhip.query.shacl_worker"]  # -P: nothing is imported from the folder
    try:
        done = subprocess.run(  # noqa: S603  this interpreter and this package
            command, input=head + b"\n" + nquads, capture_output=True, timeout=seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"checking by shapes takes more than {seconds:g} seconds"
        hint = "a pattern of a shape may backtrack without end"
        raise LimitError(Problem("BW901", message, hint=hint)) from None
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:400]
        return {"failed": last or f"the engine ended with code {done.returncode}"}
    return answer
