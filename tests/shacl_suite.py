"""The W3C test suite of SHACL: finds it, reads its tests, and compares a report with the one that a test expects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.compare import to_isomorphic
from rdflib.namespace import RDF, SH
from rdflib.term import Node

_MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
_SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
_BASE = "http://datashapes.org/"
_RESULT = (SH.focusNode, SH.resultSeverity, SH.value, SH.sourceShape, SH.sourceConstraintComponent, SH.resultPath)


def folder() -> Path | None:
    """Return where the suite lies: in $BULLWHIP_CONFORMANCE, or beside the project; None where it is missing."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "conformance"
    found = Path(os.environ.get("BULLWHIP_CONFORMANCE") or beside) / "shacl" / "tests"
    return found if found.is_dir() else None


@dataclass(frozen=True)
class Case:
    """One test."""

    name: str
    data: Path
    shapes: Path
    expected: rdflib.Graph | None
    """The report; None where a failure is expected."""


def cases(kind: str) -> Iterator[Case]:
    """Yield the tests of `core` or `sparql`."""
    root = folder()
    for path in sorted((root / kind).rglob("*.ttl")) if root else ():
        graph = graph_of(path)
        for test in sorted(graph.subjects(RDF.type, _SHT.Validate), key=str):
            action, result = graph.value(test, _MF.action), graph.value(test, _MF.result)
            data, shapes = (graph.value(action, _SHT[name]) for name in ("dataGraph", "shapesGraph"))
            name = f"{path.relative_to(root or path).with_suffix('')}#{str(test).rpartition('/')[2]}"
            of_data, of_shapes = (path.parent / (str(iri).rpartition("/")[2] or path.name) for iri in (data, shapes))
            yield Case(name, of_data, of_shapes, None if result == _SHT.Failure else report(graph, result))


def graph_of(path: Path) -> rdflib.Graph:
    """Return a file as a graph; blank nodes keep one name however often the file is read."""
    graph = rdflib.Graph()
    for triple in triples_of(path):
        graph.add((node(triple.subject), node(triple.predicate), node(triple.object)))
    return graph


def triples_of(path: Path) -> list[ox.Quad]:
    """Return the triples of a file, its blank nodes numbered in the order in which they come."""
    names: dict[str, ox.BlankNode] = {}

    def named(term: object) -> object:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term.value, ox.BlankNode(f"{path.stem.replace('-', '')}{len(names)}"))
        return term

    quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=_BASE + path.name)
    return [ox.Quad(named(q.subject), q.predicate, named(q.object)) for q in quads]  # type: ignore[arg-type]


def node(term: object) -> Node:
    """Return a term of rdflib."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    assert isinstance(term, ox.Literal)
    datatype = rdflib.URIRef(term.datatype.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = str(datatype).endswith("XMLSchema#string")
    return rdflib.Literal(term.value, datatype=None if plain else datatype, normalize=False)


def report(graph: rdflib.Graph, head: Node | None) -> rdflib.Graph:
    """Return a report as tests compare it: without messages and without details."""
    found = rdflib.Graph()
    for conforms in graph.objects(head, SH.conforms):
        found.add((rdflib.BNode("report"), SH.conforms, conforms))
    for result in graph.objects(head, SH.result):
        found.add((rdflib.BNode("report"), SH.result, result))
        for name in _RESULT:
            for value in graph.objects(result, name):
                found.add((result, name, value))
                if name == SH.resultPath:
                    _copy(graph, value, found)
    return found


def _copy(graph: rdflib.Graph, path: Node, found: rdflib.Graph) -> None:
    if isinstance(path, rdflib.BNode):
        for name, value in graph.predicate_objects(path):
            if (path, name, value) not in found:
                found.add((path, name, value))
                _copy(graph, value, found)


def equal(one: rdflib.Graph, other: rdflib.Graph) -> bool:
    """Return whether two reports are the same but for the names of blank nodes."""
    return bool(to_isomorphic(one) == to_isomorphic(other))
