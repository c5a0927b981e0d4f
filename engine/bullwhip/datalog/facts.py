"""Base facts: what the rules read from the graph, and nothing else of it.

A predicate of the graph has one row for each quad, with the graph that states it; a relation of the program has the
rows that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from bullwhip.datalog.predicates import RDF_TYPE, Key, canonical, iri, is_of_graph

if TYPE_CHECKING:
    import pyoxigraph as ox

__all__ = ["Facts", "NQuads", "Quads", "Rows", "Stated", "StoredQuads"]

_MANY = 10
"""Predicates above which all lines are gone through once."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Rows of one predicate as columns of terms, with the graph that states each row (empty: the default graph)."""

    columns: tuple[list[str], ...]
    graphs: list[str]

    @staticmethod
    def none(arity: int) -> Stated:
        """Return no rows."""
        return Stated(tuple([] for _ in range(arity)), [])

    def add(self, terms: Sequence[str], graph: str) -> None:
        """Add a row."""
        for column, term in zip(self.columns, terms, strict=True):
            column.append(term)
        self.graphs.append(graph)


class Facts(Protocol):
    """A source of base facts; the same row may come several times."""

    def read(self, predicates: Sequence[Key]) -> Mapping[Key, Stated]:
        """Return the rows of each predicate."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Facts given one by one: rows of terms by predicate.

    A row of the graph has one term for a class, two for a property, three for a property and the graph that states it.

    >>> facts = Rows({"edge": [("<a>", "<b>")], "bw:feeds": [("<a>", "<b>", "<g>")]})
    >>> facts.read([("bw:feeds", 2)])["bw:feeds", 2]
    Stated(columns=(['<a>'], ['<b>']), graphs=['<g>'])
    """

    rows: Mapping[str, Iterable[tuple[str, ...]]] = field(default_factory=dict)

    def read(self, predicates: Sequence[Key]) -> dict[Key, Stated]:
        """Return the rows of each predicate."""
        found = {key: Stated.none(key[1]) for key in predicates}
        for name, rows in self.rows.items():
            for row in rows:
                if not is_of_graph(name):
                    if (name, len(row)) in found:
                        found[name, len(row)].add(row, "")
                elif len(row) == 1:
                    _add_quad(found, RDF_TYPE[0], row[0], f"<{iri(name)}>", "")
                else:
                    _add_quad(found, canonical(name), row[0], row[1], row[2] if len(row) > 2 else "")
        return found


def _add_quad(found: Mapping[Key, Stated], name: str, subject: str, value: str, graph: str) -> None:
    for arity in (2, 3):
        if (name, arity) in found:
            _add(found[name, arity], arity, subject, value, graph)
    if name == RDF_TYPE[0] and value.startswith("<") and (canonical(value), 1) in found:
        found[canonical(value), 1].add((subject,), graph)


def _add(stated: Stated, arity: int, subject: str, value: str, graph: str) -> None:
    """Add a quad of a property; with three arguments the graph is one, and the default graph says nothing."""
    if arity == 2:
        stated.add((subject, value), graph)
    elif arity == 3 and graph:
        stated.add((subject, value, graph), graph)


@dataclass(frozen=True, slots=True)
class NQuads:
    """N-Quads, or N-Triples, as text.

    Args:
        data: the bytes.
        as_written: that they are as pyoxigraph and the stores write them, one quad a line and one space between terms;
            they are searched line by line then, and not parsed, which is many times as fast.
        without: graphs that are left out, such as the one with what was inferred before.
    """

    data: bytes
    as_written: bool = False
    without: frozenset[str] = frozenset()
    """IRIs of graphs."""

    def read(self, predicates: Sequence[Key]) -> dict[Key, Stated]:
        """Return the rows of each predicate."""
        if self.as_written and len(predicates) > _MANY:
            return self._scan(predicates)
        if self.as_written:
            return {key: self._search(key) for key in predicates}
        import pyoxigraph as ox

        return Quads(ox.parse(self.data, format=ox.RdfFormat.N_QUADS), self.without).read(predicates)

    def _scan(self, predicates: Sequence[Key]) -> dict[Key, Stated]:
        """Go through all lines once, which is faster than a search for each of many predicates."""
        found = {key: Stated.none(key[1]) for key in predicates}
        properties, classes = _wanted(found)
        rdf_type = f"<{iri(RDF_TYPE[0])}>".encode()
        left_out = {f"<{g}>" for g in self.without}
        for line in BytesIO(self.data):
            parts = line.split(b" ", 2)
            if len(parts) < 3 or (parts[1] not in properties and parts[1] != rdf_type):
                continue
            subject = parts[0].decode()
            value, graph = _split(parts[2].rstrip().removesuffix(b".").rstrip().decode())
            if graph in left_out:
                continue
            if parts[1] == rdf_type and value in classes:
                classes[value].add((subject,), graph)
            for stated, arity in properties.get(parts[1], ()):
                _add(stated, arity, subject, value, graph)
        return found

    def _search(self, key: Key) -> Stated:
        name, arity = key
        stated = Stated.none(arity)
        if not is_of_graph(name):
            return stated
        predicate = f" <{iri(name)}> " if arity > 1 else f" <{iri(RDF_TYPE[0])}> <{iri(name)}> "
        left_out = {f"<{g}>" for g in self.without}
        for subject, rest in _lines_with(self.data, predicate.encode()):
            value, graph = _split(rest.decode()) if arity > 1 else ("", rest.decode())
            if graph in left_out:
                continue
            if arity == 1:
                stated.add((subject.decode(),), graph)
            else:
                _add(stated, arity, subject.decode(), value, graph)
        return stated


def _wanted(found: Mapping[Key, Stated]) -> tuple[dict[bytes, list[tuple[Stated, int]]], dict[str, Stated]]:
    """Return where rows go by their property, as lines have it, and members by their class."""
    properties: dict[bytes, list[tuple[Stated, int]]] = {}
    classes: dict[str, Stated] = {}
    for (name, arity), stated in found.items():
        if is_of_graph(name) and arity == 1:
            classes[f"<{iri(name)}>"] = stated
        elif is_of_graph(name):
            properties.setdefault(f"<{iri(name)}>".encode(), []).append((stated, arity))
    return properties, classes


def _lines_with(data: bytes, predicate: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield subject and rest of each line whose second term, and third for a class, is this; without the full stop."""
    start = data.find(predicate)
    while start >= 0:
        line = data.rfind(b"\n", 0, start) + 1
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        # inside a literal the same bytes come after another space
        if data.find(b" ", line, start) < 0 and data[line : line + 1] != b"#":
            yield data[line:start], data[start + len(predicate) : end].rstrip().removesuffix(b".").rstrip()
        start = data.find(predicate, end)


def _split(rest: str) -> tuple[str, str]:
    """Return the value and the graph at the end of a line.

    >>> _split('"a <b> c"@en <urn:g>'), _split('"a <b> c"'), _split("<urn:x>")
    (('"a <b> c"@en', '<urn:g>'), ('"a <b> c"', ''), ('<urn:x>', ''))
    """
    value, space, last = rest.rpartition(" ")
    if space and last[0] in "<_" and '"' not in last and not rest.startswith("<<"):
        return value, last
    return rest, ""


@dataclass(frozen=True, slots=True)
class Quads:
    """Quads of pyoxigraph, read once."""

    quads: Iterable[ox.Quad | ox.Triple]
    without: frozenset[str] = frozenset()
    """IRIs of graphs."""

    def read(self, predicates: Sequence[Key]) -> dict[Key, Stated]:
        """Return the rows of each predicate."""
        found = {key: Stated.none(key[1]) for key in predicates}
        left_out = {f"<{g}>" for g in self.without}
        by_line, classes = _wanted(found)
        properties = {p[1:-1].decode(): rows for p, rows in by_line.items()}
        rdf_type = iri(RDF_TYPE[0])
        for quad in self.quads:
            predicate = quad.predicate.value
            wanted = properties.get(predicate, ())
            if not wanted and predicate != rdf_type:
                continue
            graph = _graph(quad)
            if graph in left_out:
                continue
            subject, value = str(quad.subject), str(quad.object)
            if predicate == rdf_type and value in classes:
                classes[value].add((subject,), graph)
            for stated, arity in wanted:
                _add(stated, arity, subject, value, graph)
        return found


def _graph(quad: ox.Quad | ox.Triple) -> str:
    graph = getattr(quad, "graph_name", None)
    return "" if graph is None or str(graph) == "DEFAULT" else str(graph)


class _Matching(Protocol):
    """What is asked of a store (`store.interface.Store`)."""

    def match(
        self, subject: None, predicate: ox.NamedNode, value: ox.NamedNode | None, graph: None, /
    ) -> Iterator[ox.Quad]:
        """Yield the quads that fit; None fits everything."""


@dataclass(frozen=True, slots=True)
class StoredQuads:
    """The quads of a store; only those with a predicate that the rules name are asked for."""

    store: _Matching
    without: frozenset[str] = frozenset()
    """IRIs of graphs."""

    def read(self, predicates: Sequence[Key]) -> dict[Key, Stated]:
        """Return the rows of each predicate."""
        import pyoxigraph as ox

        found: dict[Key, Stated] = {}
        for name, arity in predicates:
            if not is_of_graph(name):
                found[name, arity] = Stated.none(arity)
                continue
            predicate = ox.NamedNode(iri(name) if arity > 1 else iri(RDF_TYPE[0]))
            value = None if arity > 1 else ox.NamedNode(iri(name))
            quads = Quads(self.store.match(None, predicate, value, None), self.without)
            found.update(quads.read([(name, arity)]))
        return found
