"""A process of its own that checks by shapes: shapes and a dataset come in on stdin, results go out on stdout, as JSON.

It is killed when it takes too long, so a query or a pattern that runs without end does no harm. It reads what it is
given and nothing else: imports are off, and connections, other programs and writing to files are refused.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from typing import Any

import pyoxigraph as ox

from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Quads
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.outcome import outcome
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.terms import ShapeError, UnsupportedError

__all__ = ["answer", "main"]

_REFUSED = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.fork",
)
_MAX_MEMORY = 8 * 2**30


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop what validation has no business with."""
    writes = event == "open" and isinstance(arguments[1], str) and not set(arguments[1]).isdisjoint("wax+")
    if writes or event in _REFUSED:
        raise PermissionError(f"{event} is refused while shapes are checked")


def _limit_memory() -> None:
    """Let a shape that eats memory end its own process and no other."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def answer(head: dict[str, Any], nquads: bytes) -> dict[str, Any]:
    """Return what shapes find, or why they find nothing.

    Args:
        head: the shapes by file name, the graph to keep within, and why pyshacl is to check.
        nquads: the dataset.
    """
    if head["fallback"] and importlib.util.find_spec("pyshacl") is None:
        return {"missing": "pyshacl"}
    graph = ShapesGraph.of_files({name: text.encode() for name, text in head["shapes"].items()})
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    try:
        if not head["fallback"]:
            found = check(Shapes(graph), Quads(quads), head["within"])
        else:
            from bullwhip.query.shapes.peer import check_with_pyshacl, to_graph

            data = to_graph(quads)
            sys.addaudithook(_refuse)
            found = check_with_pyshacl(graph, data)
        return outcome(graph, found, head["fallback"]).as_json()
    except UnsupportedError as error:
        return {"unsupported": str(error)}
    except ShapeError as error:
        return {"failed": str(error), "file": graph.files.get(error.node) if error.node is not None else None}
    except Exception as error:  # noqa: BLE001  whatever a shape makes pyshacl do is told as a problem of the shape
        return {"failed": f"{type(error).__name__}: {error}".split("\n")[0][:400]}


def main() -> None:
    """Answer what stdin asks: a line of JSON, then the dataset as N-Quads."""
    line, _, nquads = sys.stdin.buffer.read().partition(b"\n")
    _limit_memory()
    logging.disable(logging.CRITICAL)
    json.dump(answer(json.loads(line), nquads), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
