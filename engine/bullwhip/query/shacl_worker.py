"""A process of its own that runs pyshacl: shapes and a dataset come in on stdin, results go out on stdout, as JSON.

It is killed when it takes too long, so a pattern that backtracks without end does no harm. It reads what it is given
and nothing else: imports are off, and connections, other programs and writing to files are refused.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import logging
import sys
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

import pyoxigraph as ox
import rdflib
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SH
from rdflib.plugins.sparql.processor import SPARQLProcessor, prepareQuery
from rdflib.query import Processor
from rdflib.term import Node

__all__ = ["CachingProcessor", "check", "main", "read_graph"]

_REFUSED = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.bind",
    "subprocess.Popen",
    "os.system",
    "os.fork",
)
_CONSTRAINTS = (SH.property, SH.sparql, SH.node)
_MAX_MEMORY = 8 * 2**30
_KEPT = 200_000
"""Results that are handed on; a graph with more is broken beyond listing."""


class CachingProcessor(SPARQLProcessor):
    """Reads each query once: a constraint in SPARQL is asked again at every focus node."""

    def query(self, strOrQuery: Any, *arguments: Any, **others: Any) -> Any:  # noqa: N803  rdflib's name
        """Answer a query."""
        prepared = _prepared(strOrQuery) if isinstance(strOrQuery, str) else strOrQuery
        return super().query(prepared, *arguments, **others)


@lru_cache(maxsize=256)
def _prepared(text: str) -> Any:
    return prepareQuery(text)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop what validation has no business with."""
    writes = event == "open" and isinstance(arguments[1], str) and not set(arguments[1]).isdisjoint("wax+")
    if writes or event in _REFUSED:
        raise PermissionError(f"{event} is refused while shapes are checked")


def read_graph(data: bytes, form: ox.RdfFormat, prefix: str = "") -> Graph:
    """Return the union of a dataset, or the triples of a file, with every literal as written."""
    graph = Graph()
    memo: dict[Any, Node] = {}

    def convert(term: Any) -> Any:
        node = memo.get(term)
        if node is None:
            node = memo[term] = _term(term, prefix)
        return node

    for item in ox.parse(data, format=form, base_iri="urn:shapes:"):
        graph.add((convert(item.subject), convert(item.predicate), convert(item.object)))
    return graph


def _term(term: Any, prefix: str) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(prefix + term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    plain = term.datatype.value.endswith("#string")
    return Literal(term.value, datatype=None if plain else URIRef(term.datatype.value), normalize=False)


def _text(node: Node | None) -> str | None:
    return None if node is None else f"_:{node}" if isinstance(node, BNode) else str(node)


def _said(graph: Graph, nodes: Iterable[Node | None], what: URIRef) -> dict[str, str]:
    """Return what the first of the nodes that says anything says, by language."""
    for node in nodes:
        found = sorted(graph.objects(node, what), key=str) if node is not None else []
        if found:
            return {str(getattr(text, "language", None) or "und"): str(text) for text in found}
    return {}


def _owners(shapes: Graph, shape: Node | None) -> list[Node]:
    """Return a shape and those that it is part of, the innermost first."""
    found: list[Node] = []
    while shape is not None and shape not in found:
        found.append(shape)
        shape = next((o for p in _CONSTRAINTS for o in shapes.subjects(p, shape)), None)
    return found


def _path(graph: Graph, node: Node | None) -> str | None:
    """Return a property path as text; a list is a sequence."""
    if node is None or isinstance(node, URIRef):
        return _text(node)
    inverse = graph.value(node, SH.inversePath)
    if inverse is not None:
        return f"^{_path(graph, inverse)}"
    several = graph.value(node, SH.alternativePath)
    if several is not None:
        return "|".join(str(_path(graph, item)) for item in graph.items(several))
    if (node, RDF.first, None) in graph:
        return "/".join(str(_path(graph, item)) for item in graph.items(node))
    return "path"


_PARAMETERS = (
    "minCount", "maxCount", "datatype", "class", "nodeKind", "minInclusive", "maxInclusive", "minExclusive",
    "maxExclusive", "minLength", "maxLength", "pattern", "languageIn", "in", "hasValue", "uniqueLang", "lessThan",
    "lessThanOrEquals", "equals", "disjoint", "qualifiedMinCount", "qualifiedMaxCount",
)  # fmt: skip
"""Parameters of constraints that say by themselves what is expected."""


def _expected(shapes: Graph, shape: Node | None, component: str) -> str | None:
    """Return what a constraint asks for, as parameter and value."""
    wanted = component.rpartition("#")[2].removesuffix("ConstraintComponent")
    for name in _PARAMETERS:
        value = shapes.value(shape, SH[name]) if shape is not None else None
        if value is None or wanted[:1].lower() + wanted[1:] != name:
            continue
        is_list = (value, RDF.first, None) in shapes
        return f"sh:{name} {', '.join(map(str, shapes.items(value))) if is_list else value}"
    return None


def _results(report: Graph, shapes: Graph) -> list[dict[str, Any]]:
    found = []
    for result in report.subjects(RDF.type, SH.ValidationResult):
        if any(report.subjects(SH.result, result)):  # others are details of one of these
            found.append(_result(report, shapes, result))
    return sorted(found, key=lambda r: json.dumps(r, sort_keys=True, ensure_ascii=False))[:_KEPT]


def _result(report: Graph, shapes: Graph, result: Node) -> dict[str, Any]:
    shape, constraint = report.value(result, SH.sourceShape), report.value(result, SH.sourceConstraint)
    owners = [n for n in (constraint, *_owners(shapes, shape)) if n is not None]
    names = [str(shapes.value(n, DCTERMS.identifier) or "") for n in owners]
    named = next((str(n) for n in owners if isinstance(n, URIRef)), "shape")
    component = str(report.value(result, SH.sourceConstraintComponent))
    messages = _said(shapes, owners, SH.message)  # a report drops the language of some
    path = report.value(result, SH.resultPath)
    plain = path is None or isinstance(path, URIRef)
    return {
        "shape": next(filter(None, names), named),
        "severity": str(report.value(result, SH.resultSeverity)),
        "component": component,
        "focus": _text(report.value(result, SH.focusNode)),
        "path": _text(path) if plain else _path(shapes, _same(shapes, shape)),
        "value": _text(report.value(result, SH.value)),
        "messages": messages or _said(report, [result], SH.resultMessage),
        "expected": _expected(shapes, shape, component),
        "description": _said(shapes, owners, SH.description),
    }


def _same(shapes: Graph, shape: Node | None) -> Node | None:
    """Return the path as the shape writes it; a report copies only its top."""
    return None if shape is None else shapes.value(shape, SH.path)


def _part(shapes: Graph, data: Graph, part: int, of: int) -> list[str] | None:
    """Return the shapes that one of several workers checks, so that each has about as much to do.

    A shape without a name cannot be told to pyshacl; where one has a target, the first worker checks all (None).
    """
    weights: dict[Node, int] = {}
    for target in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf):
        for shape, what in shapes.subject_objects(target):
            pattern = (None, RDF.type, what) if target == SH.targetClass else (None, what, None)
            many = 1 if target == SH.targetNode else sum(1 for _ in data.triples(cast(Any, pattern)))
            weights[shape] = weights.get(shape, 0) + many * sum(1 for _ in shapes.predicate_objects(shape))
    implicit = [s for k in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, k)]
    weights |= {s: 1 for s in implicit if s not in weights and any(data.subjects(RDF.type, s))}
    if not all(isinstance(shape, URIRef) for shape in weights):
        return None if part == 0 else []
    ordered = sorted(weights, key=lambda shape: (-weights[shape], str(shape)))
    loads = [0] * of
    dealt: list[list[str]] = [[] for _ in range(of)]
    for shape in ordered:
        least = loads.index(min(loads))
        loads[least] += weights[shape]
        dealt[least].append(str(shape))
    return dealt[part]


def check(data: Graph, shapes: Graph, used: list[str] | None = None) -> list[dict[str, Any]]:
    """Return every result on a graph, as plain data in a steady order.

    Args:
        data: the union of all graphs; rdflib memory.
        shapes: the shapes.
        used: IRIs of those to check; all when None.
    """
    import pyshacl

    warnings.simplefilter("ignore")  # rdflib calls what it deprecates itself
    _, report, _ = pyshacl.validate(
        data, shacl_graph=shapes, use_shapes=used, inplace=True, do_owl_imports=False, meta_shacl=False,
        advanced=False, js=False, inference="none",
    )  # fmt: skip
    if not isinstance(report, Graph):
        raise TypeError(str(report))
    return _results(report, shapes)


def _limit_memory() -> None:
    """Let a shape that eats memory end its own process and no other."""
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def main() -> None:
    """Validate what stdin brings: a line of JSON with the shapes by file name, then the dataset as N-Quads."""
    line, _, nquads = sys.stdin.buffer.read().partition(b"\n")
    head = json.loads(line)
    if importlib.util.find_spec("pyshacl") is None:
        json.dump({"missing": "pyshacl"}, sys.stdout)
        return
    _limit_memory()
    logging.disable(logging.CRITICAL)
    rdflib.plugin.register("sparql", Processor, __name__, "CachingProcessor")
    shapes = Graph()
    for number, (_, text) in enumerate(sorted(head["shapes"].items())):
        shapes += read_graph(text.encode(), ox.RdfFormat.TURTLE, f"f{number}")
    data = read_graph(nquads, ox.RdfFormat.N_QUADS)
    gc.freeze()  # what is loaded stays; walking it again and again costs a tenth of the time
    used = _part(shapes, data, head["part"], head["of"])
    sys.addaudithook(_refuse)
    try:
        answer = {"results": check(data, shapes, used) if used is None or used else []}
    except Exception as error:  # noqa: BLE001  whatever a shape makes pyshacl do is told as a problem of the shape
        json.dump({"failed": f"{type(error).__name__}: {error}".split("\n")[0][:400]}, sys.stdout)
        return
    json.dump(answer, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
