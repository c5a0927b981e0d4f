"""The graph that shapes are held against: every literal as it was written, though a store keeps only what it means.

A store rewrites `"01"^^xsd:integer` to `1` and `"7"^^xsd:int` to an integer. While core constraints are asked, such a
literal stands in the store under a datatype of its own, which no query takes for a number; queries of constraints in
SPARQL see the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

import pyoxigraph as ox

from bullwhip.query.shapes.terms import OX_STRING, XSD, Term
from bullwhip.store.interface import Store

__all__ = ["Graph", "Quads", "Stored"]

Row = tuple[Term | None, ...]

_WRITTEN = "urn:bullwhip:as-written:"
_DIRECT = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "double": re.compile(r"-?(?:0|[1-9][0-9]{0,13})(?:\.[0-9]{0,13}[1-9])?(?<![.-]0)|0"),
}
"""What a store certainly keeps as it is; of all else it is asked."""


class Graph(Protocol):
    """What a check asks a graph."""

    def rows(self, query: str) -> Iterator[Row]:
        """Answer a query of a core constraint."""

    def solutions(self, query: str) -> Iterator[dict[str, Term]]:
        """Answer a query of a constraint in SPARQL, by variable; what is unbound is left out."""

    @property
    def shapes_graph(self) -> str:
        """The IRI of the graph with the shapes; empty where queries cannot see it."""

    def write(self, term: Term) -> str:
        """Return a term as `rows` must be given it."""


class Stored:
    """A store as it is: its literals are what it made of them."""

    def __init__(self, store: Store, shapes_graph: str = "") -> None:
        """Look at a store; `shapes_graph` is the IRI of the graph that holds the shapes."""
        self.store, self.shapes_graph = store, shapes_graph

    def rows(self, query: str) -> Iterator[Row]:
        """Answer a query."""
        yield from cast(Iterator[Row], self.store.query(query).rows)  # RDF 1.1: no triples as terms

    def solutions(self, query: str) -> Iterator[dict[str, Term]]:
        """Answer a query, by variable."""
        answer = self.store.query(query)
        for row in answer.rows:
            yield {n: cast(Term, t) for n, t in zip(answer.columns, row, strict=True) if t is not None}

    def write(self, term: Term) -> str:
        """Return a term in SPARQL."""
        return str(term)


class Quads:
    """Quads in a store of their own; the union of their graphs is checked."""

    def __init__(self, quads: Iterable[ox.Quad], shapes_graph: str = "") -> None:
        """Load quads; `shapes_graph` is the IRI of the graph that holds the shapes."""
        self.shapes_graph = shapes_graph
        given = list(quads)
        self.store = ox.Store()
        self.store.bulk_extend(given)
        self._kept: dict[ox.Literal, bool] = {}
        self._swaps = self._rewritten(given)
        self._written = False

    def _rewritten(self, quads: list[ox.Quad]) -> list[tuple[ox.Quad, ox.Quad, bool]]:
        """Return the quads that the store rewrites: as it has them, as they must stand, and if both were said."""
        odd = [q for q in quads if isinstance(q.object, ox.Literal) and not self._keeps(q.object)]
        given = set(quads) if odd else set()
        swaps = []
        for quad in odd:
            assert isinstance(quad.object, ox.Literal)  # noqa: S101
            plain = ox.Quad(quad.subject, quad.predicate, _rewritten(quad.object), quad.graph_name)
            marked = ox.Quad(quad.subject, quad.predicate, _marked(quad.object), quad.graph_name)
            swaps.append((plain, marked, plain in given))
        return swaps

    def _keeps(self, literal: ox.Literal) -> bool:
        datatype = literal.datatype.value
        if literal.language is not None or datatype == OX_STRING:
            return True
        known = self._kept.get(literal)
        if known is None:
            direct = _DIRECT.get(datatype)
            known = bool(direct and direct.fullmatch(literal.value)) or _rewritten(literal) == literal
            self._kept[literal] = known
        return known

    def _stand(self, written: bool) -> None:
        """Put literals as they were written, or as they are meant, where queries find them."""
        if self._written == written:
            return
        self._written = written
        for plain, marked, both in self._swaps:
            if written:
                self.store.add(marked)
                if not both:
                    self.store.remove(plain)
            else:
                self.store.remove(marked)
                self.store.add(plain)

    def rows(self, query: str) -> Iterator[Row]:
        """Answer a query; literals come as they were written."""
        self._stand(written=True)
        for row in cast(ox.QuerySolutions, self.store.query(query, use_default_graph_as_union=True)):
            terms = cast(Row, tuple(row))
            yield tuple(map(_unmarked, terms)) if self._swaps else terms

    def solutions(self, query: str) -> Iterator[dict[str, Term]]:
        """Answer a query, by variable; literals come as the store has them."""
        self._stand(written=False)
        answer = cast(ox.QuerySolutions, self.store.query(query, use_default_graph_as_union=True))
        names = [v.value for v in answer.variables]
        for row in answer:
            yield {n: cast(Term, t) for n, t in zip(names, row, strict=True) if t is not None}

    def write(self, term: Term) -> str:
        """Return a term in SPARQL."""
        return str(term if not isinstance(term, ox.Literal) or self._keeps(term) else _marked(term))


_SCRATCH = ox.NamedNode("urn:x")


def _rewritten(literal: ox.Literal) -> ox.Literal:
    """Return what a store makes of a literal."""
    store = ox.Store()
    store.add(ox.Quad(_SCRATCH, _SCRATCH, literal))
    return cast(ox.Literal, next(iter(store)).object)


def _marked(literal: ox.Literal) -> ox.Literal:
    return ox.Literal(literal.value, datatype=ox.NamedNode(_WRITTEN + literal.datatype.value))


def _unmarked(term: Term | None) -> Term | None:
    if isinstance(term, ox.Literal) and term.datatype.value.startswith(_WRITTEN):
        return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype.value[len(_WRITTEN) :]))
    return term
