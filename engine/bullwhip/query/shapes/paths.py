"""Property paths: read from a shapes graph, written as SPARQL, as text for people, and as RDF for reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.terms import MAX_WAYS, NIL, RDF, ShapeError, Term, UnsupportedError, sh

__all__ = ["Path", "read_path"]

_ENDS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Path:
    """One property path."""

    kind: str
    """`iri`, `/`, `|`, `^`, `*`, `+` or `?`."""
    iri: str = ""
    parts: tuple[Path, ...] = ()

    @property
    def text(self) -> str:
        """The path as people read it, its IRIs in full.

        >>> a = Path("iri", "urn:a")
        >>> Path("/", parts=(Path("^", parts=(a,)), Path("*", parts=(Path("|", parts=(a, a)),)))).text
        '^urn:a/(urn:a|urn:a)*'
        """
        return self._written("{}")

    @property
    def sparql(self) -> str:
        """The path as SPARQL.

        >>> Path("^", parts=(Path("iri", "urn:a"),)).sparql
        '^<urn:a>'
        """
        return self._written("<{}>")

    def _written(self, form: str) -> str:
        if self.kind == "iri":
            return form.format(self.iri)
        inner = [part._written(form) for part in self.parts]
        if self.kind in ("/", "|"):
            bound = [
                f"({t})" if p.kind == "|" and self.kind == "/" else t for p, t in zip(self.parts, inner, strict=True)
            ]
            return self.kind.join(bound)
        text = inner[0] if self.parts[0].kind == "iri" else f"({inner[0]})"
        return f"^{text}" if self.kind == "^" else f"{text}{self.kind}"

    @property
    def is_plain(self) -> bool:
        """Whether it is one property, in whichever direction."""
        return self.kind == "iri" or (self.kind == "^" and self.parts[0].kind == "iri")

    @property
    def is_forward(self) -> bool:
        """Whether it goes a known number of steps, from subjects to values: it has few answers."""
        return self.is_plain or (self.kind == "/" and all(part.kind == "iri" for part in self.parts))

    @property
    def nullable(self) -> bool:
        """Whether a node is its own value, whatever the graph says."""
        if self.kind in ("*", "?"):
            return True
        if self.kind == "|":
            return any(part.nullable for part in self.parts)
        return self.kind != "iri" and all(part.nullable for part in self.parts)

    @property
    def steps(self) -> Path | None:
        """The path without its empty way; None where it has no other.

        An engine answers a path of no steps only for nodes that the graph mentions, so that it is written apart.
        """
        if self.kind == "iri":
            return self
        if self.kind == "?":
            return self.parts[0].steps
        if self.kind in ("*", "+"):
            inner = self.parts[0].steps
            return None if inner is None else Path("+", parts=(inner,))
        if self.kind == "^":
            inner = self.parts[0].steps
            return None if inner is None else Path("^", parts=(inner,))
        ways = tuple(w for w in self._ways() if w is not None)
        return None if not ways else ways[0] if len(ways) == 1 else Path("|", parts=ways)

    def _ways(self) -> Iterator[Path | None]:
        """Yield the ways through alternatives or through a sequence in which some parts may be left out."""
        if self.kind == "|":
            yield from (part.steps for part in self.parts)
            return
        first, rest = self.parts[0], self.parts[1:]
        after = Path("/", parts=rest) if len(rest) > 1 else rest[0]
        here, there = first.steps, after.steps
        if here is not None and there is not None:
            tail = there.parts if there.kind == "/" else (there,)
            yield Path("/", parts=(here, *tail))
        if after.nullable:
            yield here
        if first.nullable:
            yield there

    def triples(self, name: str) -> tuple[Term, list[ox.Triple]]:
        """Return the node of a copy of the path in RDF, and the triples that say it; `name` begins its blank nodes."""
        if self.kind == "iri":
            return ox.NamedNode(self.iri), []
        said: list[ox.Triple] = []
        heads = []
        for i, part in enumerate(self.parts):
            head, more = part.triples(f"{name}n{i}")
            heads.append(head)
            said += more
        if self.kind in ("/", "|"):
            node: Term = NIL
            for i, head in enumerate(reversed(heads)):
                cell = ox.BlankNode(f"{name}c{i}")
                said += [
                    ox.Triple(cell, ox.NamedNode(RDF + "first"), head),
                    ox.Triple(cell, ox.NamedNode(RDF + "rest"), node),
                ]
                node = cell
            if self.kind == "/":
                return node, said
            heads = [node]
        names = {"|": "alternativePath", "^": "inversePath"} | {v: k for k, v in _ENDS.items()}
        own = ox.BlankNode(name)
        return own, [*said, ox.Triple(own, sh(names[self.kind]), heads[0])]


def read_path(graph: ShapesGraph, node: Term, depth: int = 0) -> Path:
    """Return the path that a node of a shapes graph stands for.

    Raises:
        ShapeError: when it is not well-formed.
        UnsupportedError: when it is too long for a query.
    """
    if isinstance(node, ox.NamedNode) and node != NIL and not graph.objects(node, RDF + "first"):
        return Path("iri", node.value)
    if isinstance(node, ox.Literal) or depth > _MAX_DEPTH:
        raise ShapeError("a property path is not well-formed", node)
    if graph.objects(node, RDF + "first"):
        parts = tuple(read_path(graph, item, depth + 1) for item in graph.items(node))
        if len(parts) < 2:
            raise ShapeError("a sequence path has fewer than two steps", node)
        if len(parts) > _MAX_DEPTH:
            raise UnsupportedError(f"a path of more than {_MAX_DEPTH} steps")
        return Path("/", parts=parts)
    inverse = graph.objects(node, sh("inversePath").value)
    if inverse:
        return Path("^", parts=(read_path(graph, inverse[0], depth + 1),))
    several = graph.objects(node, sh("alternativePath").value)
    if several:
        ways = tuple(read_path(graph, item, depth + 1) for item in graph.items(several[0]))
        if len(ways) < 2:
            raise ShapeError("an alternative path has fewer than two ways", node)
        if len(ways) > MAX_WAYS:
            raise UnsupportedError(f"a path of more than {MAX_WAYS} ways")
        return Path("|", parts=ways)
    for name, mark in _ENDS.items():
        inner = graph.objects(node, sh(name).value)
        if inner:
            return Path(mark, parts=(read_path(graph, inner[0], depth + 1),))
    raise ShapeError("a property path is not well-formed", node)
