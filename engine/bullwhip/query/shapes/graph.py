"""A graph of shapes in memory: what each node says, in a steady order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from bullwhip.query.shapes.terms import NIL, RDF, ShapeError, Term

__all__ = ["ShapesGraph"]

_MAX_ITEMS = 100_000


class ShapesGraph:
    """The triples of one or several files. Blank nodes of different files are different."""

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad] = ()) -> None:
        """Hold triples; of quads, whatever their graph is."""
        self._said: dict[Term, dict[str, dict[Term, None]]] = {}
        self._asked: dict[str, dict[Term, list[Term]]] = {}
        self.files: dict[Term, str] = {}
        """The file in which something is first said of a node."""
        for t in triples:
            self.add(t.subject, t.predicate, t.object)  # type: ignore[arg-type]

    @classmethod
    def of_files(cls, files: Mapping[str, bytes]) -> ShapesGraph:
        """Return the graph of Turtle files, by name; blank nodes are numbered as they come.

        Raises:
            SyntaxError: when one is not well-formed.
        """
        graph = cls()
        for number, (name, data) in enumerate(sorted(files.items())):
            names: dict[ox.BlankNode, ox.BlankNode] = {}

            def steady(term: Term, number: int = number, names: dict[ox.BlankNode, ox.BlankNode] = names) -> Term:
                blank = isinstance(term, ox.BlankNode)
                return names.setdefault(term, ox.BlankNode(f"f{number}n{len(names)}")) if blank else term  # type: ignore[arg-type]

            for t in ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri="urn:shapes:"):
                graph.add(steady(t.subject), t.predicate, steady(t.object))
                graph.files.setdefault(steady(t.subject), name)
        return graph

    def add(self, subject: Term, predicate: ox.NamedNode, value: Term) -> None:
        """Say something."""
        values = self._said.setdefault(subject, {}).setdefault(predicate.value, {})
        if value not in values:
            values[value] = None
            self._asked.setdefault(predicate.value, {}).setdefault(value, []).append(subject)

    def triples(self) -> Iterator[ox.Triple]:
        """Yield all that is said."""
        for subject, said in self._said.items():
            for predicate, values in said.items():
                for value in values:
                    yield ox.Triple(subject, ox.NamedNode(predicate), value)  # type: ignore[arg-type]

    def objects(self, node: Term, predicate: str) -> list[Term]:
        """Return the values of a property of a node, in the order in which they were said."""
        return list(self._said.get(node, {}).get(predicate, ()))

    def subjects(self, predicate: str, value: Term) -> list[Term]:
        """Return the nodes with a value."""
        return list(self._asked.get(predicate, {}).get(value, ()))

    def having(self, predicate: str) -> list[Term]:
        """Return the nodes that have a property."""
        return [node for node, said in self._said.items() if predicate in said]

    def predicates(self, node: Term) -> list[str]:
        """Return the properties of a node."""
        return list(self._said.get(node, ()))

    def value(self, node: Term, predicate: str) -> Term | None:
        """Return the value of a property that has one at most.

        Raises:
            ShapeError: when there are several.
        """
        found = self.objects(node, predicate)
        if len(found) > 1:
            raise ShapeError(f"a shape has several values of {predicate}", node)
        return found[0] if found else None

    def items(self, node: Term) -> list[Term]:
        """Return the items of a list.

        Raises:
            ShapeError: when it is no list, or runs in a circle.
        """
        found: list[Term] = []
        while node != NIL:
            first, rest = self.objects(node, RDF + "first"), self.objects(node, RDF + "rest")
            if len(first) != 1 or len(rest) != 1 or len(found) > _MAX_ITEMS:
                raise ShapeError("a list is not well-formed", node)
            found.append(first[0])
            node = rest[0]
        return found
