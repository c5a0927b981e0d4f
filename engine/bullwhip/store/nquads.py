"""N-Quads as stores take and give them: lines in order of bytes, read with labels of blank nodes kept."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from bullwhip.errors import LoadError, Place, Problem

__all__ = ["in_graph", "parse", "parse_graph", "sorted_lines", "write"]


def sorted_lines(data: bytes) -> bytes:
    r"""Return lines in order of bytes, each once, without empty ones.

    >>> sorted_lines(b"b\n\na\nb\n")
    b'a\nb\n'
    """
    lines = sorted(set(data.split(b"\n")) - {b""})
    return b"\n".join(lines) + b"\n" if lines else b""


def write(quads: Iterable[ox.Quad]) -> bytes:
    r"""Return quads as sorted N-Quads.

    >>> name = ox.NamedNode("urn:a")
    >>> write([ox.Quad(name, name, ox.Literal("b")), ox.Quad(name, name, ox.Literal("a"))]).decode()
    '<urn:a> <urn:a> "a" .\n<urn:a> <urn:a> "b" .\n'
    """
    return sorted_lines(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def in_graph(ntriples: bytes, graph: str) -> bytes:
    r"""Return N-Triples, as the engine writes them, as N-Quads of one graph.

    >>> in_graph(b'<urn:a> <urn:p> "1" .\n', "urn:g")
    b'<urn:a> <urn:p> "1" <urn:g> .\n'
    """
    return ntriples.replace(b" .\n", f" {ox.NamedNode(graph)} .\n".encode())


def parse(nquads: bytes, name: str = "N-Quads") -> list[ox.Quad]:
    """Return the quads of a text, labels of blank nodes kept.

    Raises:
        LoadError: BW527 at the first line that is not well-formed.
    """
    try:
        return [quad for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS) if isinstance(quad, ox.Quad)]
    except SyntaxError as error:
        line, column = error.lineno or 0, error.offset or 0
        message = f"not N-Quads: {str(error.msg).rpartition(': ')[2]}"
        text = nquads.split(b"\n", line)[line - 1].decode("utf-8", "replace") if line else ""
        raise LoadError(Problem("BW527", message, Place(name, line, column, text[:1000]))) from None


def parse_graph(nquads: bytes, graph: str, name: str = "N-Quads") -> list[ox.Quad]:
    """Return the quads of a text that all stand in one graph.

    Raises:
        LoadError: BW527 where one does not, or is not well-formed.
    """
    quads = parse(nquads, name)
    wanted = ox.NamedNode(graph)
    for quad in quads:
        if quad.graph_name != wanted:
            found = "no graph" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
            message = f"a quad of {found} where those of {wanted} are expected: {quad.triple}"
            raise LoadError(Problem("BW527", message, Place(name), "give only the quads of the graph that is replaced"))
    return quads
