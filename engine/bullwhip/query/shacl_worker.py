"""A process of its own that checks by shapes: shapes and a dataset come in on stdin, results go out on stdout, as JSON.

It is killed when it takes too long, so a query or a pattern that runs without end does no harm. It reads what it is
given and nothing else: imports are off, and connections, other programs and writing to files are refused.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Collection
from typing import Any, cast

import pyoxigraph as ox

from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Quads
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.terms import ShapeError
from bullwhip.query.shapes.wire import to_plain

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
        head: the shapes by file name, the graph to keep within, and the shapes that pyshacl is to check with the reason
            for each; without any ours checks all.
        nquads: the dataset.
    """
    if head["left"] and importlib.util.find_spec("pyshacl") is None:
        return {"missing": "pyshacl"}
    graph = ShapesGraph.of_files({name: text.encode() for name, text in head["shapes"].items()})
    quads = cast(list[ox.Quad], list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS)))
    try:
        compiled = Shapes(graph)
        if head["left"]:
            return {"results": to_plain(_left(compiled, head["left"], quads, head["within"])), "left": {}}
        found = check(compiled, Quads(quads), head["within"])
        return {"results": to_plain(found), "left": {str(node): why for node, why in compiled.left.items()}}
    except ShapeError as error:
        return {"failed": str(error), "file": graph.files.get(error.node) if error.node is not None else None}
    except Exception as error:  # noqa: BLE001  whatever a shape makes pyshacl do is told as a problem of the shape
        return {"failed": f"{type(error).__name__}: {error}".split("\n")[0][:400]}


def _left(compiled: Shapes, left: Collection[str], quads: list[ox.Quad], within: str) -> list[Result]:
    """Return what pyshacl finds by the shapes that are left to it."""
    from bullwhip.query.shapes.peer import check_with_pyshacl, to_graph

    data = to_graph(quads)
    nodes = [node for node in (*compiled.left, *compiled.roots) if str(node) in left]
    shapes = ShapesGraph(compiled.without(nodes))
    sys.addaudithook(_refuse)
    found = check_with_pyshacl(shapes, data)
    inside = {q.subject for q in quads if q.graph_name == ox.NamedNode(within)} if within else set()
    return [r for r in found if not within or r.focus in inside or r.value in inside]


def main() -> None:
    """Answer what stdin asks: a line of JSON, then the dataset as N-Quads."""
    line, _, nquads = sys.stdin.buffer.read().partition(b"\n")
    _limit_memory()
    logging.disable(logging.CRITICAL)
    json.dump(answer(json.loads(line), nquads), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
