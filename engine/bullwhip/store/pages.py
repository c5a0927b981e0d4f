"""Graphs as an endpoint takes them: N-Triples without blank nodes, in pages that end at line ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from bullwhip.store.answers import skolem
from bullwhip.store.nquads import sorted_lines

__all__ = ["LINES", "PAGE", "insert", "pages", "triples_of"]

PAGE = 1_000_000
"""The most bytes that are sent at once; what one line needs is sent in any case."""

LINES = 1_000
"""The most triples of one update: a server may compile it, and Virtuoso refuses what becomes too long then."""


def triples_of(quads: Iterable[ox.Quad]) -> bytes:
    r"""Return the triples of quads as sorted N-Triples; blank nodes become IRIs, the same in every page.

    >>> a, p = ox.NamedNode("urn:a"), ox.NamedNode("urn:p")
    >>> triples_of([ox.Quad(a, p, ox.BlankNode("x"), a)]).decode()
    '<urn:a> <urn:p> <https://w3id.org/bullwhip/id/blank/x> .\n'
    """
    triples = [ox.Triple(skolem(q.subject), q.predicate, skolem(q.object)) for q in quads]
    return sorted_lines(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")


def pages(text: bytes, size: int = PAGE, lines: int | None = None) -> Iterator[bytes]:
    r"""Yield text in pages of whole lines.

    >>> list(pages(b"aa\nb\nccccc\n", 5)), list(pages(b"a\nb\nc\n", lines=2))
    ([b'aa\nb\n', b'ccccc\n'], [b'a\nb\n', b'c\n'])
    """
    page: list[bytes] = []
    length = 0
    for line in text.splitlines(keepends=True):
        if page and (length + len(line) > size or len(page) == lines):
            yield b"".join(page)
            page, length = [], 0
        page.append(line)
        length += len(line)
    if page:
        yield b"".join(page)


def insert(graph: str, page: bytes) -> bytes:
    """Return the update that adds N-Triples to a graph; they are part of the language as they stand."""
    return b"INSERT DATA { GRAPH %s {\n%s} }" % (str(ox.NamedNode(graph)).encode(), page)
