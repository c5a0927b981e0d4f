"""The answer of a check as plain data: what each result says, what was expected, and the report as a graph."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import pyoxigraph as ox

from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.report import expected, messages, owners, report_triples, said
from bullwhip.query.shapes.terms import DCT, SH, Term
from bullwhip.terms import PREFIXES

__all__ = ["Outcome", "ShapeResult", "outcome"]

_KEPT = 200_000
"""Results that are handed on; a graph with more is broken beyond listing."""


@dataclass(frozen=True, slots=True)
class ShapeResult:
    """One result; IRIs and texts as they stand in the graph."""

    shape: str
    """The dct:identifier of the constraint or of its shape, or an IRI where there is none."""
    severity: str
    component: str
    focus: str
    path: str | None
    value: str | None
    messages: Mapping[str, str]
    """By language; `und` where none is said."""
    expected: str | None
    """A parameter and its value, such as `sh:minCount 1`."""
    description: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What shapes found."""

    results: tuple[ShapeResult, ...]
    """Each once, in a steady order."""
    report: bytes
    """The sh:ValidationReport as Turtle; every result, also of those that are the same on several ways."""
    fallback: str = ""
    """What of the shapes is not compiled, so that another engine checked it; empty otherwise."""


def outcome(graph: ShapesGraph, results: Iterable[Result], fallback: str = "") -> Outcome:
    """Return results in words.

    Args:
        graph: the shapes.
        results: what they found.
        fallback: what of the shapes another engine checked.
    """
    every = sorted(results, key=_order)
    distinct = {
        json.dumps(asdict(one), sort_keys=True, ensure_ascii=False): one for one in (_told(graph, r) for r in every)
    }
    triples = report_triples(graph, every)
    report = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={n: PREFIXES[n] for n in ("bw", "sh", "xsd")})
    return Outcome(tuple(distinct[text] for text in sorted(distinct))[:_KEPT], report or b"", fallback)


def _order(result: Result) -> tuple[str, ...]:
    path = result.path.text if result.path else ""
    return (str(result.shape), result.component, str(result.focus), path, str(result.value), str(result.constraint))


def _told(graph: ShapesGraph, result: Result) -> ShapeResult:
    holders = owners(graph, result)
    names = [t.value for n in holders for t in graph.objects(n, DCT + "identifier")[:1]]
    named = next((n.value for n in holders if isinstance(n, ox.NamedNode)), "shape")
    return ShapeResult(
        shape=names[0] if names else named,
        severity=_text(result.severity) or "",
        component=result.component,
        focus=_text(result.focus) or "",
        path=result.path.text if result.path else None,
        value=_text(result.value),
        messages=_by_language(messages(graph, result)),
        expected=expected(graph, result),
        description=_by_language(said(graph, holders, SH + "description")),
    )


def _text(term: Term | None) -> str | None:
    return None if term is None else str(term) if isinstance(term, ox.BlankNode) else term.value


def _by_language(texts: Iterable[ox.Literal]) -> dict[str, str]:
    return {text.language or "und": text.value for text in texts}
