"""Constraints in SPARQL: one query over all focus nodes at once where that means the same, else one a focus node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from bullwhip.query.shapes.data import Graph
from bullwhip.query.shapes.nodes import Nodes
from bullwhip.query.shapes.paths import Path
from bullwhip.query.shapes.records import Constraint, Query, Result, Shape
from bullwhip.query.shapes.rewriting import BoundQuery
from bullwhip.query.shapes.terms import OX_STRING, RDF, ShapeError, Term, UnsupportedError

__all__ = ["answers"]


def answers(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Result]:
    """Yield what a constraint in SPARQL finds on some nodes.

    Raises:
        ShapeError: when its query cannot be run, or does what such a query must not do.
        UnsupportedError: when it must be asked of nodes without a name, one by one.
    """
    query = constraint.query
    assert query is not None  # noqa: S101  it is what such a constraint is made of
    bound = BoundQuery(query, shape, graph.shapes_graph)
    seen = set()
    try:
        for solution in _solutions(bound, query, shape, focus, graph):
            key = frozenset(solution.items())
            if key not in seen:
                seen.add(key)
                yield _result(solution, shape, constraint)
    except (SyntaxError, ValueError, RuntimeError) as error:
        message = f"the query of a constraint cannot be run: {str(error).partition(': expected')[0]}"
        raise ShapeError(message, shape.node) from None


def _solutions(
    bound: BoundQuery, query: Query, shape: Shape, focus: Nodes, graph: Graph
) -> Iterator[Mapping[str, Term]]:
    """Yield the solutions of a query, each with its focus node."""
    prologue = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in query.prefixes)
    if query.asks:
        values = focus.along(shape.path)
        names = f"({focus.variable} AS ?this) ({values.variable} AS ?value)"
        nodes = f"{{ SELECT DISTINCT {names} WHERE {{ {values.pattern} }} }}"
        asked = f"SELECT ?this ?value WHERE {{ {nodes} FILTER NOT EXISTS {{ {bound.condition()} }} }}"
        yield from graph.solutions(prologue + asked)
    elif bound.is_safe:
        nodes = f"{{ SELECT DISTINCT ({focus.variable} AS ?this) WHERE {{ {focus.pattern} }} }}"
        yield from graph.solutions(prologue + bound.over(nodes))
    else:
        for found in list(graph.solutions(f"SELECT DISTINCT ({focus.variable} AS ?this) WHERE {{ {focus.pattern} }}")):
            node = found["this"]
            if isinstance(node, ox.BlankNode):
                raise UnsupportedError("a query with LIMIT or an aggregate over everything, on nodes without a name")
            for solution in graph.solutions(prologue + bound.over(f"VALUES ?this {{ {node} }}")):
                yield {"this": node, **solution}


def _result(solution: Mapping[str, Term], shape: Shape, constraint: Constraint) -> Result:
    failure, path, message = solution.get("failure"), solution.get("path"), solution.get("message")
    if isinstance(failure, ox.Literal) and failure.value in ("true", "1"):
        raise ShapeError("a constraint in SPARQL reports a failure", shape.node)
    is_text = isinstance(message, ox.Literal) and message.datatype.value in (OX_STRING, RDF + "langString")
    return Result(
        focus=solution["this"],
        path=Path("iri", path.value) if isinstance(path, ox.NamedNode) else shape.path,
        value=solution.get("value", solution["this"] if shape.path is None else None),
        shape=shape.node,
        severity=shape.severity,
        component=constraint.component,
        constraint=constraint.node,
        solution=solution,
        message=message if is_text and isinstance(message, ox.Literal) else None,
    )
