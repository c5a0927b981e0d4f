"""Validation reports: what a shape says of a result, and the report as a graph of SHACL's own vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.terms import RDF, SH, XSD, Term, sh

__all__ = ["expected", "messages", "owners", "report_triples", "said"]

_OWNING = ("property", "sparql", "node")
_PLACE = re.compile(r"\{[?$](\w+)\}")
_TYPE = ox.NamedNode(RDF + "type")
_PARAMETERS = (
    "minCount", "maxCount", "datatype", "class", "nodeKind", "minInclusive", "maxInclusive", "minExclusive",
    "maxExclusive", "minLength", "maxLength", "pattern", "languageIn", "in", "hasValue", "uniqueLang", "lessThan",
    "lessThanOrEquals", "equals", "disjoint", "qualifiedMinCount", "qualifiedMaxCount",
)  # fmt: skip
"""Parameters of constraints that say by themselves what is expected."""


def owners(graph: ShapesGraph, result: Result) -> list[Term]:
    """Return what a result belongs to, the innermost first: a constraint, its shape, and those that it is part of."""
    found = [result.constraint] if result.constraint is not None else []
    shape: Term | None = result.shape
    while shape is not None and shape not in found:
        found.append(shape)
        shape = next((o for p in _OWNING for o in graph.subjects(SH + p, shape)), None)
    return found


def said(graph: ShapesGraph, nodes: Iterable[Term], predicate: str) -> list[ox.Literal]:
    """Return the texts of a property that the first of some nodes has; in a steady order."""
    for node in nodes:
        texts = [t for t in graph.objects(node, predicate) if isinstance(t, ox.Literal)]
        if texts:
            return sorted(texts, key=lambda t: (t.language or "", t.value))
    return []


def messages(graph: ShapesGraph, result: Result) -> list[ox.Literal]:
    """Return what is said of a result: by the query that found it, or by what it belongs to."""
    if result.message is not None:
        return [result.message]
    found = said(graph, owners(graph, result), SH + "message")
    return [_filled(text, result) for text in found] if result.solution else found


def _filled(text: ox.Literal, result: Result) -> ox.Literal:
    """Return a message with the values that it speaks of."""

    def value(match: re.Match[str]) -> str:
        term = result.solution.get(match[1])
        return match[0] if term is None else str(term.value)

    filled = _PLACE.sub(value, text.value)
    return ox.Literal(filled, language=text.language) if text.language else ox.Literal(filled)


def expected(graph: ShapesGraph, result: Result) -> str | None:
    """Return what a constraint asks for, as parameter and value."""
    wanted = result.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    name = wanted[:1].lower() + wanted[1:]
    values = graph.objects(result.shape, SH + name) if name in _PARAMETERS else []
    if not values:
        return None
    is_list = bool(graph.objects(values[0], RDF + "first"))
    items = graph.items(values[0]) if is_list else values[:1]
    return f"sh:{name} {', '.join(item.value for item in items)}"


def report_triples(graph: ShapesGraph, results: Iterable[Result]) -> list[ox.Triple]:
    """Return a sh:ValidationReport."""
    report, triples, conforms = ox.BlankNode("report"), [], True
    for number, result in enumerate(results):
        conforms = False
        node = ox.BlankNode(f"r{number}")
        triples.append(ox.Triple(report, sh("result"), node))
        triples += _result_triples(graph, result, node)
    truth = ox.Literal("true" if conforms else "false", datatype=ox.NamedNode(XSD + "boolean"))
    head = [ox.Triple(report, _TYPE, sh("ValidationReport")), ox.Triple(report, sh("conforms"), truth)]
    return [*head, *triples]


def _result_triples(graph: ShapesGraph, result: Result, node: ox.BlankNode) -> list[ox.Triple]:
    pairs: list[tuple[str, Term | None]] = [
        ("focusNode", result.focus), ("resultSeverity", result.severity), ("value", result.value),
        ("sourceShape", result.shape), ("sourceConstraintComponent", ox.NamedNode(result.component)),
        ("sourceConstraint", result.constraint), *(("resultMessage", text) for text in messages(graph, result)),
    ]  # fmt: skip
    triples = [ox.Triple(node, _TYPE, sh("ValidationResult"))]
    if result.path is not None:
        path, triples_of_path = result.path.triples(f"{node.value}path")
        triples += triples_of_path
        pairs.append(("resultPath", path))
    return triples + [ox.Triple(node, sh(name), term) for name, term in pairs if term is not None]
