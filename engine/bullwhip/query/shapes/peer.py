"""pyshacl, for shapes that are not compiled, and as the oracle of the tests."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.paths import Path, read_path
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.terms import Term
from bullwhip.query.shapes.terms import sh as shacl

__all__ = ["check_with_pyshacl", "results_of", "to_graph", "to_node"]


def to_node(term: Any) -> Node:
    """Return a term of rdflib, with every literal as written."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value.endswith("#string")
    return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)


def to_graph(triples: Iterable[ox.Triple | ox.Quad]) -> rdflib.Graph:
    """Return the union of triples and quads as one graph."""
    graph = rdflib.Graph()
    memo: dict[Any, Node] = {}
    for t in triples:
        nodes = []
        for term in (t.subject, t.predicate, t.object):
            if term not in memo:
                memo[term] = to_node(term)
            nodes.append(memo[term])
        graph.add((nodes[0], nodes[1], nodes[2]))
    return graph


def _term(node: Node | None) -> Term | None:
    if node is None:
        return None
    if isinstance(node, rdflib.URIRef):
        return ox.NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)  # noqa: S101
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))


def check_with_pyshacl(shapes: ShapesGraph, data: rdflib.Graph) -> list[Result]:
    """Return every result of every shape on a graph, without their details.

    Args:
        shapes: the shapes.
        data: the union of all graphs.

    Raises:
        TypeError: when pyshacl gives no report.
    """
    import pyshacl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rdflib calls what it deprecates itself
        _, report, _ = pyshacl.validate(
            data, shacl_graph=to_graph(shapes.triples()), inplace=True, do_owl_imports=False, meta_shacl=False,
            advanced=False, js=False, inference="none",
        )  # fmt: skip
    return results_of(report, shapes)


def results_of(report: Any, shapes: ShapesGraph) -> list[Result]:
    """Return the results of a report of pyshacl, without their details.

    Raises:
        TypeError: when pyshacl gave no report.
    """
    if not isinstance(report, rdflib.Graph):
        raise TypeError(str(report))
    heads = [r for head in report.subjects(RDF.type, SH.ValidationReport) for r in report.objects(head, SH.result)]
    return [_result(report, shapes, node) for node in heads]


def _result(report: rdflib.Graph, shapes: ShapesGraph, node: Node) -> Result:
    def one(name: rdflib.URIRef) -> Term | None:
        return _term(report.value(node, name))

    focus, shape, severity = one(SH.focusNode), one(SH.sourceShape), one(SH.resultSeverity)
    assert focus is not None and shape is not None  # noqa: S101, PT018  every result has both
    path = one(SH.resultPath)
    if isinstance(path, ox.BlankNode):  # a report copies only the top of a path
        path = shapes.value(shape, str(SH.path))
    read = (
        None if path is None else Path("iri", path.value) if isinstance(path, ox.NamedNode) else read_path(shapes, path)
    )
    component = str(report.value(node, SH.sourceConstraintComponent))
    return Result(
        focus, read, one(SH.value), shape, severity or shacl("Violation"), component, one(SH.sourceConstraint)
    )
