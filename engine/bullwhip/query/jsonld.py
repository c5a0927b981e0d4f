"""Quads as JSON-LD 1.1: names shortened by a context, nodes by graph, everything in a stated order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox

from bullwhip.terms import PREFIXES

__all__ = ["to_jsonld"]

_UNSAFE = re.compile("[<>&\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]")
"""Written as escapes: the same data, which ends no script element and steers nothing on screen."""

_LOCAL = re.compile(r"[A-Za-z0-9_.~=,-][A-Za-z0-9_.~=,/%-]*")
_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda pair: -len(pair[1]))
_TYPE = PREFIXES["rdf"] + "type"
_STRING = PREFIXES["xsd"] + "string"


def to_jsonld(quads: Iterable[ox.Quad]) -> bytes:
    """Return quads as one JSON-LD document; graphs, nodes and values in the order in which they come.

    >>> name = ox.NamedNode("https://schema.org/a")
    >>> json.loads(to_jsonld([ox.Quad(name, name, ox.Literal("b"), name)]))["@graph"]
    [{'@id': 'schema:a', '@graph': [{'@id': 'schema:a', 'schema:a': 'b'}]}]
    """
    graphs: dict[str, dict[str, dict[str, list[Any]]]] = {}
    short = cache(_name)  # most names come again and again
    for quad in quads:
        graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else short(quad.graph_name)
        node = graphs.setdefault(graph, {}).setdefault(short(quad.subject), {})
        predicate, thing = quad.predicate, quad.object
        if predicate.value == _TYPE and isinstance(thing, ox.NamedNode):
            node.setdefault("@type", []).append(short(thing))
        elif isinstance(thing, ox.Literal):
            node.setdefault(short(predicate), []).append(_literal(thing, short))
        else:
            node.setdefault(short(predicate), []).append({"@id": short(thing)})
    listed = list[dict[str, Any]]()
    for graph, nodes in graphs.items():
        described = [{"@id": name, **{p: _alone(v) for p, v in said.items()}} for name, said in nodes.items()]
        listed += described if graph == "" else [{"@id": graph, "@graph": described}]
    return _written({"@context": PREFIXES, "@graph": listed})


def _name(term: Any) -> str:
    """Return a node as JSON-LD names it: shortened where the context gives the same name back."""
    if isinstance(term, ox.BlankNode):
        return str(term)
    iri = str(term.value)
    for prefix, start in _LONGEST_FIRST:
        local = iri.removeprefix(start)
        if local != iri and _LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    return iri


def _literal(term: ox.Literal, short: Callable[[Any], str]) -> Any:
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype
    return term.value if datatype.value == _STRING else {"@value": term.value, "@type": short(datatype)}


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _written(document: dict[str, Any]) -> bytes:
    """Return a document with a line for each node, so that versions can be compared."""
    lines = ['{"@context": ' + json.dumps(document["@context"], ensure_ascii=False) + ",", '"@graph": [']
    graphs = []
    for graph in document["@graph"]:
        if "@graph" not in graph:
            graphs.append(json.dumps(graph, ensure_ascii=False))
            continue
        nodes = ",\n".join(json.dumps(node, ensure_ascii=False) for node in graph["@graph"])
        graphs.append(f'{{"@id": {json.dumps(graph["@id"])}, "@graph": [\n{nodes}\n]}}')
    text = "\n".join([*lines, ",\n".join(graphs), "]}"]) + "\n"
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()
