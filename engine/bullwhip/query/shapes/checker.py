"""Holds shapes against a graph: results of those with targets, and which nodes conform to those that others name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress

import pyoxigraph as ox

from bullwhip.query.shapes.core import CORE, Found, violations
from bullwhip.query.shapes.data import Graph
from bullwhip.query.shapes.nodes import Nodes
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.records import Constraint, Result, Shape, Targets
from bullwhip.query.shapes.sparql import answers
from bullwhip.query.shapes.terms import MAX_WAYS, RDF, RDFS, Term, UnsupportedError

__all__ = ["check"]

_TYPE, _SUBCLASS = f"<{RDF}type>", f"<{RDFS}subClassOf>"

_LOGICAL = ("node", "not", "and", "or", "xone")
_MAX_CLASSES = 20
"""Subclasses of which each is a branch of its own."""
_MAX_NAMED = 2_000
"""Nodes that a query names one by one; more are found again."""


def _values(names: Sequence[str]) -> str:
    return f"VALUES ?n0 {{ {' '.join(names)} }}"


def check(shapes: Shapes, graph: Graph, within: str = "") -> list[Result]:
    """Return every result of every compiled shape that has targets; what is not compiled is noted in the shapes.

    Args:
        shapes: the shapes.
        graph: what they are held against.
        within: IRI of a named graph: only nodes of which it says something are looked at, and what constraints in
            SPARQL find among them from elsewhere; all when empty.

    Raises:
        ShapeError: when a query of a constraint cannot be run.
    """
    checker = _Checker(shapes, graph)
    found: list[Result] = []
    for node in shapes.roots:
        try:
            found += checker.of_root(shapes[node], within)
        except UnsupportedError as error:
            shapes.left[node] = str(error)
    return found


class _Checker:
    """Shapes, a graph, and what was already found."""

    def __init__(self, shapes: Shapes, graph: Graph) -> None:
        self.shapes, self.graph = shapes, graph
        self.subjects: dict[str, frozenset[Term]] = {}
        self.counted: dict[Nodes, Nodes] = {}
        self.known: dict[tuple[Term, Nodes], frozenset[Term]] = {}

    def of_root(self, shape: Shape, within: str) -> list[Result]:
        """Return the results of a shape with targets."""
        focus = self.targeted(shape.targets)
        if not within:
            return list(self.results(shape, focus))
        asks = [c.kind == "query" for c in shape.constraints]
        across = replace(shape, constraints=tuple(compress(shape.constraints, asks)))
        alone = replace(shape, constraints=tuple(c for c in shape.constraints if c.kind != "query"))
        inside = self.inside(within)
        there = focus.where(f"FILTER EXISTS {{ GRAPH <{within}> {{ {focus.variable} ?said ?so }} }}")
        every = (r for r in self.results(across, focus) if r.focus in inside or r.value in inside)
        return [*every, *self.results(alone, there)]

    def inside(self, name: str) -> frozenset[Term]:
        """Return the nodes of which a named graph says something."""
        if name not in self.subjects:
            rows = self.graph.rows(f"SELECT DISTINCT ?s WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
            self.subjects[name] = frozenset(row[0] for row in rows if row[0] is not None)
        return self.subjects[name]

    def targeted(self, targets: Targets) -> Nodes:
        """Return the nodes that a shape is about."""
        branches = [b for c in targets.classes for b in self._instances(c)]
        if targets.nodes:
            branches.append(_values([self._named(t) for t in targets.nodes]))
        branches += [f"?n0 <{p}> ?t0 ." for p in targets.subjects_of]
        branches += [f"?t0 <{p}> ?n0 ." for p in targets.objects_of]
        if len(branches) > MAX_WAYS:
            raise UnsupportedError(f"a shape of more than {MAX_WAYS} targets")
        return Nodes(tuple(dict.fromkeys(branches)))

    def _instances(self, top: Term) -> list[str]:
        rows = self.graph.rows(f"SELECT DISTINCT ?c WHERE {{ ?c {_SUBCLASS}+ {self._named(top)} }}")
        below = sorted({str(top), *(str(row[0]) for row in rows)})
        if any(c.startswith("_:") for c in below):
            return [f"?n0 {_TYPE}/{_SUBCLASS}* {self._named(top)} ."]
        if len(below) > _MAX_CLASSES:
            return [f"?n0 {_TYPE} ?k0 . VALUES ?k0 {{ {' '.join(below)} }}"]
        return [f"?n0 {_TYPE} {c} ." for c in below]

    def _named(self, term: Term) -> str:
        text = self.graph.write(term)
        if text.startswith("_:"):
            raise UnsupportedError("a target without a name")
        return text

    def results(self, shape: Shape, focus: Nodes) -> Iterator[Result]:
        """Yield the results of a shape, and of the property shapes that belong to it, on some nodes."""
        if not shape.is_active:
            return
        found = [
            Result(node, path or shape.path, value, shape.node, shape.severity, constraint.component)
            for constraint, (node, value, path) in self._found(shape, focus)
        ]
        for constraint in shape.constraints:
            if constraint.kind == "query":
                found += answers(shape, constraint, focus, self.graph)
        times = self._ways(focus) if found and focus.depth else {}
        for result in found:
            yield from [result] * times.get(result.focus, 1)
        for constraint in shape.constraints:
            if constraint.kind == "property":
                yield from self.results(self.shapes[constraint.shapes[0]], focus.along(shape.path))

    def _ways(self, focus: Nodes) -> Mapping[Term, int]:
        """Return on how many ways each node is reached: what is wrong with it is a result on each of them."""
        way = [f"?n{step}" for step in range(focus.depth + 1)]
        return Counter(node for *_, node in self.graph.rows(focus.select(*way)) if node is not None)

    def _found(self, shape: Shape, focus: Nodes) -> Iterator[tuple[Constraint, Found]]:
        """Yield what violates the constraints of a shape but for those in SPARQL and its property shapes."""
        yield from violations(shape, [c for c in shape.constraints if c.kind in CORE], focus, self.graph)
        for constraint in shape.constraints:
            if constraint.kind.startswith("qualified"):
                yield from ((constraint, found) for found in self._qualified(shape, constraint, focus))
            elif constraint.kind in _LOGICAL:
                yield from ((constraint, found) for found in self._logical(shape, constraint, focus))

    def unfit(self, node: Term, focus: Nodes) -> frozenset[Term]:
        """Return those of some nodes that do not conform to a shape."""
        key = (node, focus)
        if key not in self.known:
            active = self.shapes[node].is_active
            self.known[key] = frozenset(self._unfit(self.shapes[node], focus)) if active else frozenset()
        return self.known[key]

    def _unfit(self, shape: Shape, focus: Nodes) -> Iterator[Term]:
        focus = self._counted(focus)
        if not focus.branches:
            return
        yield from (node for _, (node, _, _) in self._found(shape, focus))
        for constraint in shape.constraints:
            if constraint.kind == "property":
                unfit = self.unfit(constraint.shapes[0], focus.along(shape.path))
                yield from (f for f, _ in self._pairs(shape, focus, unfit))
            elif constraint.kind == "query":
                yield from (r.focus for r in answers(shape, constraint, focus, self.graph))

    def _counted(self, focus: Nodes) -> Nodes:
        """Return nodes at the end of paths by name, where they are few and have names: the paths are walked once."""
        if not focus.depth:
            return focus
        if focus not in self.counted:
            rows = self.graph.rows(focus.select(focus.variable))
            self.counted[focus] = self._by_name(frozenset(row[0] for row in rows), focus)  # type: ignore[misc]
        return self.counted[focus]

    def _by_name(self, nodes: frozenset[Term], otherwise: Nodes) -> Nodes:
        """Return some nodes by name, or a larger set when they are many or some have no name."""
        if len(nodes) > _MAX_NAMED or any(isinstance(n, ox.BlankNode) for n in nodes):
            return otherwise
        return Nodes((_values(sorted(map(self.graph.write, nodes))),) if nodes else ())

    def _pairs(self, shape: Shape, focus: Nodes, bad: frozenset[Term]) -> Iterator[tuple[Term, Term]]:
        """Yield focus nodes with those of their values that are among some nodes."""
        if bad:
            yield from ((f, v) for f, v in self._values(shape, focus) if v in bad)

    def _values(self, shape: Shape, focus: Nodes) -> Iterator[tuple[Term, Term]]:
        """Yield all focus nodes with their values."""
        values = focus.along(shape.path)
        if shape.path is None:
            for row in self.graph.rows(focus.select(focus.variable)):
                yield row[0], row[0]  # type: ignore[misc]
        else:
            yield from self.graph.rows(values.select(focus.variable, values.variable))  # type: ignore[misc]

    def _logical(self, shape: Shape, constraint: Constraint, focus: Nodes) -> Iterator[Found]:
        """Yield the values that do not conform to a shape, to one, or to exactly one, or that conform to none."""
        values = focus.along(shape.path)
        if constraint.kind in ("not", "xone"):
            every = [self.unfit(node, values) for node in constraint.shapes]
            wanted = 1 if constraint.kind == "xone" else 0
            for node, value in self._values(shape, focus):
                if sum(value not in unfit for unfit in every) != wanted:
                    yield node, value, None
            return
        bad: frozenset[Term] | None = None
        for node in constraint.shapes:
            if constraint.kind != "or":
                bad = (bad or frozenset()) | self.unfit(node, values)
            elif bad is None:
                bad = self.unfit(node, values)
            else:  # only what no shape before fits
                bad &= self.unfit(node, self._by_name(bad, values))
        yield from ((f, v, None) for f, v in self._pairs(shape, focus, bad or frozenset()))

    def _qualified(self, shape: Shape, constraint: Constraint, focus: Nodes) -> Iterator[Found]:
        """Yield focus nodes with too few or too many values that conform to one shape and to none of its siblings."""
        values = focus.along(shape.path)
        unfit = self.unfit(constraint.shapes[0], values)
        others = [self.unfit(node, values) for node in constraint.siblings]
        fits = Counter(
            f for f, v in self._values(shape, focus) if v not in unfit and all(v in other for other in others)
        )
        if constraint.kind == "qualifiedMaxCount":
            yield from ((node, None, None) for node, many in fits.items() if many > constraint.number)
        elif constraint.number:
            for node, _ in self._values(replace(shape, path=None), focus):
                if fits[node] < constraint.number:
                    yield node, None, None
