"""The canonical text of a graph: sorted N-Quads, each line once, and what a database makes of it.

A database keeps numbers, dates and durations by value: `"32.60"^^xsd:decimal` comes back as `"32.6"`. The text as
written is kept beside it; both have a hash of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import pyoxigraph as ox

from bullwhip.terms import PREFIXES

__all__ = ["as_stored", "dump_graph", "line_end", "quads_of", "split_graphs"]

_TYPED = re.compile(rb'("(?:[^"\\]|\\.)*"\^\^<' + re.escape(PREFIXES["xsd"]).encode() + rb"[A-Za-z]+>)( <[^>]*> \.)$")
_NAME = ox.NamedNode("urn:x-literal")


def line_end(graph: str) -> bytes:
    """Return how every line of a graph ends.

    >>> line_end("urn:g")
    b' <urn:g> .'
    """
    return f" <{graph}> .".encode()


def split_graphs(nquads: bytes) -> dict[str, bytes]:
    r"""Return the lines of each graph of sorted N-Quads, in order of graph names.

    Raises:
        ValueError: where a line is in no named graph.

    >>> split_graphs(b'<urn:a> <urn:p> "x" <urn:g> .\n')
    {'urn:g': b'<urn:a> <urn:p> "x" <urn:g> .\n'}
    """
    graphs: dict[str, list[bytes]] = {}
    for line in nquads.split(b"\n"):
        if line:
            start = line.rfind(b" <")
            if line.count(b" ", 0, start) < 2:
                raise ValueError(f"a line is in no named graph: {line[:200].decode('utf-8', 'replace')}")
            graphs.setdefault(line[start + 2 : -3].decode(), []).append(line)
    return {name: b"\n".join(sorted(set(lines))) + b"\n" for name, lines in sorted(graphs.items())}


def as_stored(text: bytes) -> bytes:
    """Return the sorted lines that a database gives back for those of one graph.

    >>> xsd = PREFIXES["xsd"]
    >>> line = f'<urn:a> <urn:p> "32.60"^^<{xsd}decimal> <urn:g> .'.encode()
    >>> as_stored(line)[16:22]
    b'"32.6"'
    """
    if b"^^<" not in text:
        return text
    lines = text.split(b"\n")
    found = {line: match for line in lines if (match := _TYPED.search(line))}
    given = _stored_literals(match[1] for match in found.values())
    changed = {line: line[: m.start()] + given[m[1]] + m[2] for line, m in found.items() if given[m[1]] != m[1]}
    if not changed:
        return text
    return b"\n".join(sorted({changed.get(line, line) for line in lines if line})) + b"\n"


def _stored_literals(written: Iterable[bytes]) -> Mapping[bytes, bytes]:
    """Return what a store gives back for literals."""
    distinct = sorted(set(written))
    data = b"".join(b"<urn:%d> <urn:p> %s .\n" % (number, text) for number, text in enumerate(distinct))
    store = ox.Store()
    store.load(data, format=ox.RdfFormat.N_TRIPLES)
    return {distinct[int(cast(ox.NamedNode, q.subject).value[4:])]: str(q.object).encode() for q in store}


def quads_of(text: bytes) -> Iterator[ox.Quad]:
    """Yield the quads of N-Quads with blank nodes named as written; loading text into a store would rename them."""
    yield from cast(Iterator[ox.Quad], ox.parse(text, format=ox.RdfFormat.N_QUADS))


def dump_graph(store: ox.Store, graph: str) -> bytes:
    """Return the sorted lines of a graph that a store holds."""
    triples = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph))
    end = line_end(graph)
    lines = sorted({line[:-2] + end for line in (triples or b"").split(b"\n") if line})
    return b"\n".join(lines) + b"\n" if lines else b""
