"""Answers of the engine as bytes, whole or not at all: what is longer than allowed is an error and never cut short."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import IO, Any, cast

import pyoxigraph as ox

from bullwhip.errors import LimitError, Problem
from bullwhip.serve.jobs import Limits
from bullwhip.terms import PREFIXES

__all__ = ["GRAPHS", "RESULTS", "Sink", "serialize_graph", "serialize_rows"]

_Results, _Rdf = ox.QueryResultsFormat, ox.RdfFormat
RESULTS: dict[str, ox.QueryResultsFormat] = {
    "application/sparql-results+json": _Results.JSON,
    "application/json": _Results.JSON,
    "application/sparql-results+xml": _Results.XML,
    "application/xml": _Results.XML,
    "text/xml": _Results.XML,
    "text/csv": _Results.CSV,
    "text/tab-separated-values": _Results.TSV,
}
"""Formats of rows and truth values."""
GRAPHS: dict[str, ox.RdfFormat] = {
    "text/turtle": _Rdf.TURTLE,
    "application/x-turtle": _Rdf.TURTLE,
    "text/n3": _Rdf.TURTLE,
    "application/n-triples": _Rdf.N_TRIPLES,
    "text/plain": _Rdf.N_TRIPLES,
    "application/rdf+xml": _Rdf.RDF_XML,
    "application/xml": _Rdf.RDF_XML,
    "text/xml": _Rdf.RDF_XML,
    "application/ld+json": _Rdf.JSON_LD,
    "application/json": _Rdf.JSON_LD,
    "application/n-quads": _Rdf.N_QUADS,
    "application/trig": _Rdf.TRIG,
}
"""Formats of triples."""

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


class Sink:
    """Keeps what is written, up to a number of bytes.

    >>> sink = Sink(2)
    >>> sink.write(b"abc")
    Traceback (most recent call last):
    bullwhip.errors.LimitError: BW901 an answer of more than 2 bytes
        = add a LIMIT, or ask for less
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.data = bytearray()

    def write(self, data: bytes) -> int:
        """Keep more."""
        self.data += data
        if len(self.data) > self.most:
            raise too_much(f"an answer of more than {self.most:,} bytes")
        return len(data)

    def flush(self) -> None:
        """Do nothing: all of it is kept."""


def too_much(what: str) -> LimitError:
    """Return the error for an answer that is too long."""
    return LimitError(Problem("BW901", what, hint="add a LIMIT, or ask for less"))


def serialize_rows(answer: Any, form: ox.QueryResultsFormat, limits: Limits) -> bytes:
    """Return rows in a format.

    Raises:
        LimitError: BW901 beyond the limit on bytes or rows.
    """
    sink = Sink(limits.size)
    try:
        answer.serialize(cast(IO[bytes], sink), format=form)
    except Exception:
        if len(sink.data) > limits.size:
            raise too_much(f"an answer of more than {limits.size:,} bytes") from None
        raise
    data = bytes(sink.data)
    if len(data) > limits.rows and rows_of(data, form, limits.rows) > limits.rows:
        raise too_much(f"more than {limits.rows:,} rows")
    return data


def rows_of(data: bytes, form: ox.QueryResultsFormat, enough: int = 0) -> int:
    """Return how many rows an answer has; one that cannot have more than `enough` may be counted too high.

    >>> rows_of(b'{"results":{"bindings":[{},{"a":{"type":"literal","value":"},{"}}]}}', _Results.JSON)
    2
    """
    if form == _Results.XML:
        return data.count(b"<result>") + data.count(b"<result/>")
    if form == _Results.TSV:
        return data.count(b"\n") - 1
    if form == _Results.CSV:
        lines = data.count(b"\n")
        return (lines if lines <= enough else sum(part.count(b"\n") for part in data.split(b'"')[::2])) - 1
    most = data.count(b"},{") + 1
    if most <= enough:
        return most
    bare = _TEXT.sub(b"", data)  # what braces and commas are left belongs to the format
    return bare.count(b",{") + bare.count(b"[{")


def serialize_graph(triples: Iterable[ox.Triple | ox.Quad], form: ox.RdfFormat, limits: Limits) -> bytes:
    r"""Return triples or quads in a format, each once and in an order that the same ones always have.

    Raises:
        LimitError: BW901 beyond the limit on bytes or triples.

    >>> one = ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.NamedNode("a:o"))
    >>> serialize_graph([one, one, one], _Rdf.N_TRIPLES, Limits(rows=2))
    b'<a:s> <a:p> <a:o> .\n'
    """
    found: dict[Any, None] = {}
    for triple in triples:  # the engine says one triple again and again; only different ones count
        found[triple] = None
        if len(found) > limits.rows:
            raise too_much(f"more than {limits.rows:,} triples")
    prefixes = PREFIXES if form in (_Rdf.TURTLE, _Rdf.TRIG, _Rdf.RDF_XML, _Rdf.JSON_LD) else None
    sink = Sink(limits.size)
    try:
        ox.serialize(sorted(found, key=str), cast(IO[bytes], sink), format=form, prefixes=prefixes)
    except Exception:
        if len(sink.data) > limits.size:
            raise too_much(f"an answer of more than {limits.size:,} bytes") from None
        raise
    return bytes(sink.data)
