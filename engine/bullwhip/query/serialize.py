"""Writes quads out and reads them back: N-Quads, Turtle, TriG, and the rdflib Dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox

from bullwhip.query.jsonld import to_jsonld
from bullwhip.store.nquads import write
from bullwhip.store.rdflib_terms import add_quads, new_dataset
from bullwhip.terms import PREFIXES

if TYPE_CHECKING:
    from rdflib import Dataset

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]")
"""Written as escapes in Turtle and TriG: the same data, but nothing on screen is steered by it."""

__all__ = ["to_format", "to_nquads", "to_rdflib"]


def to_nquads(quads: Iterable[ox.Quad]) -> bytes:
    r"""Return quads as N-Quads, each line once, in order of bytes.

    >>> name = ox.NamedNode("urn:a")
    >>> to_nquads([ox.Quad(name, name, ox.Literal("b")), ox.Quad(name, name, ox.Literal("a"))]).decode()
    '<urn:a> <urn:a> "a" .\n<urn:a> <urn:a> "b" .\n'
    """
    return write(quads)


def to_format(nquads: bytes, form: str) -> bytes:
    """Return a dataset in another format; the same dataset gives the same bytes.

    Args:
        nquads: what `to_nquads` returned.
        form: `turtle` (named graphs merged), `trig`, `jsonld` or `nquads`.
    """
    if form == "nquads":
        return nquads
    if form == "turtle":  # texts sort as their terms do, and sooner
        lines = sorted({_triple(line) for line in nquads.split(b"\n") if line})
        triples = ox.parse(b"".join(line + b" .\n" for line in lines), format=ox.RdfFormat.N_TRIPLES)
        return _text(cast(Iterable[ox.Triple], triples), ox.RdfFormat.TURTLE)
    quads = list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))
    ordered = sorted(cast(list[ox.Quad], quads), key=lambda q: (str(q.graph_name), str(q.triple)))
    return to_jsonld(ordered) if form == "jsonld" else _text(ordered, ox.RdfFormat.TRIG)


def _triple(line: bytes) -> bytes:
    """Return a line of N-Quads without its graph, if it names one, and without the full stop.

    >>> _triple(b'<urn:a> <urn:p> "x <y> .." <urn:g> .'), _triple(b'<urn:a> <urn:p> <urn:b> .')
    (b'<urn:a> <urn:p> "x <y> .."', b'<urn:a> <urn:p> <urn:b>')
    >>> _triple(b'<urn:a> <urn:p> "x y <z" .')
    b'<urn:a> <urn:p> "x y <z"'
    """
    start = line.rfind(b" <")
    named = b'"' not in line[start:] and line.count(b" ", 0, start) >= 2
    return line[:start] if named else line[: line.rindex(b".")].rstrip()


def _text(quads: Iterable[ox.Quad] | Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    text = cast(bytes, ox.serialize(quads, format=form, prefixes=PREFIXES))
    if text.isascii() or not _STEERING.search(shown := text.decode()):
        return text
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04X}", shown).encode()


def to_rdflib(nquads: bytes) -> Dataset:
    """Return a dataset as an rdflib Dataset whose default graph is the union of all graphs.

    Literals keep their lexical form: rdflib would otherwise rewrite some of them.
    """
    dataset = new_dataset()
    add_quads(dataset, cast(Iterable[ox.Quad], ox.parse(nquads, format=ox.RdfFormat.N_QUADS)))
    return dataset
