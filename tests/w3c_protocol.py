"""The W3C test suites of SPARQL 1.1 Protocol and Graph Store Protocol: finds them and reads their requests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDFS
from rdflib.term import Node

__all__ = ["Case", "Exchange", "cases", "folder"]

_MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
_HT = rdflib.Namespace("http://www.w3.org/2011/http#")
_CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
_UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
_STATUS = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


def folder() -> Path | None:
    """Return where the suites lie: in $BULLWHIP_CONFORMANCE, or beside the project; None where they are missing."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "conformance"
    found = Path(os.environ.get("BULLWHIP_CONFORMANCE") or beside) / "sparql11"
    return found if found.is_dir() else None


@dataclass(frozen=True)
class Exchange:
    """One request, and what is expected of the answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[str]
    """Codes, or a class such as `2xx`."""
    boolean: bool | None = None
    form: str = ""
    """`boolean`, `tabular` or `RDF`."""
    location: str = ""
    """What the header Location is called in later requests."""
    graph: tuple[str, bytes] | None = None
    """Media type and text of a graph that the answer is isomorphic to."""


@dataclass(frozen=True)
class Case:
    """One test: requests one after the other."""

    name: str
    exchanges: tuple[Exchange, ...]
    graphs: dict[str, Path] = field(default_factory=dict)
    """What has to be there before, by name of the graph."""


def cases(manifest: str) -> Iterator[Case]:
    """Yield the tests of a manifest, by its path in the suite."""
    root = folder()
    if root is None:
        return
    path = root / manifest
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    for test in _items(graph, graph.value(rdflib.URIRef(path.as_uri()), _MF.entries)):
        data = {
            str(graph.value(d, RDFS.label)): path.parent / str(graph.value(d, _UT.graph)).rpartition("/")[2]
            for d in graph.objects(test, _UT.graphData)
        }
        requests = graph.value(graph.value(test, _MF.action), _HT.requests)
        exchanges = tuple(_exchange(graph, r) for r in _items(graph, requests))
        yield Case(str(test).rpartition("#")[2], exchanges, data)


def _exchange(graph: rdflib.Graph, request: Node) -> Exchange:
    response = graph.value(request, _HT.resp)
    named = [str(s).rpartition("#")[2] for s in graph.objects(response, _MF.expectedStatus)]
    boolean = graph.value(response, _MF.expectedBoolean)
    expected = _text(graph, response)
    kind = _headers(graph, response).get("content-type", "text/turtle").partition(";")[0]
    return Exchange(
        str(graph.value(request, _HT.methodName)),
        str(graph.value(request, _HT.absolutePath)),
        _headers(graph, request),
        _text(graph, request),
        frozenset(_STATUS.get(s, s.removeprefix("StatusCode")) for s in named),
        None if boolean is None else str(boolean) == "true",
        str(graph.value(response, _MF.expectedFormat) or ""),
        str(graph.value(response, _MF.expectedLocation) or ""),
        (kind, expected) if expected else None,
    )


def _headers(graph: rdflib.Graph, node: Node | None) -> dict[str, str]:
    fields = _items(graph, graph.value(node, _HT.headers))
    return {str(graph.value(f, _HT.fieldName)): str(graph.value(f, _HT.fieldValue)) for f in fields}


def _items(graph: rdflib.Graph, head: Node | None) -> list[Node]:
    return [] if head is None else list(Collection(graph, head))


def _text(graph: rdflib.Graph, node: Node | None) -> bytes:
    body = graph.value(node, _HT.body)
    coding = str(graph.value(body, _CNT.characterEncoding) or "UTF-8")
    return str(graph.value(body, _CNT.chars) or "").encode(coding)
