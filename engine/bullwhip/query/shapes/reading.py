"""Reads the shapes of a graph into records; what is not well-formed is refused, what is not compiled is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.paths import read_path
from bullwhip.query.shapes.records import Constraint, Query, Shape, Targets
from bullwhip.query.shapes.terms import RDF, RDFS, SH, XSD, ShapeError, Term, UnsupportedError, sh

__all__ = ["Shapes"]

_TYPE, _SUBCLASS = RDF + "type", RDFS + "subClassOf"
_TARGETS = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_REFERRING = ("property", "node", "not", "qualifiedValueShape")
_LISTING = ("and", "or", "xone")
_COUNTS = ("minCount", "maxCount", "minLength", "maxLength")
_BOUNDS = ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
_PAIRS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")
_OTHERS = ("class", "datatype", "nodeKind", "pattern", "languageIn", "uniqueLang", "closed", "hasValue", "in", "sparql")
_PARAMETERS = (*_REFERRING, *_LISTING, *_COUNTS, *_BOUNDS, *_PAIRS, *_OTHERS)
_ONLY_OF_PATHS = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")
_RESERVED = ("this", "shapesGraph", "currentShape", "path", "PATH", "value")
_MAX_COUNT, _MAX_DEPTH = 2**31, 50


class Shapes:
    """The shapes of a graph."""

    def __init__(self, graph: ShapesGraph) -> None:
        """Read the shapes that have targets, and all that they refer to.

        Raises:
            ShapeError: when one is not well-formed.
        """
        self.graph = graph
        self.shapes: dict[Term, Shape] = {}
        self.roots: list[Term] = []
        """The shapes with targets that are compiled."""
        self.left: dict[Term, str] = {}
        """Those that are not, with the reason."""
        self._components = tuple(self._read_components())
        for node in self._candidates():
            if self._targets(node):
                try:
                    self._read(node, ())
                    self.roots.append(node)
                except UnsupportedError as error:
                    self.left[node] = str(error)

    def __getitem__(self, node: Term) -> Shape:
        """Return a shape that was read."""
        return self.shapes[node]

    def without(self, left: Iterable[Term]) -> Iterator[ox.Triple]:
        """Yield the graph with no targets but those of the shapes that are left over."""
        kept = set(left)
        targets = {SH + name for name in _TARGETS}
        for t in self.graph.triples():
            aims = t.predicate.value in targets or (t.predicate.value == _TYPE and self._is_class(t.object))  # type: ignore[arg-type]
            if t.subject in kept or not aims:
                yield t

    def queries(self) -> Iterator[tuple[Term, Constraint]]:
        """Yield the constraints in SPARQL, with the node that the text stands on."""
        for shape in self.shapes.values():
            for constraint in shape.constraints:
                if constraint.kind == "query":
                    yield constraint.node or constraint.term or shape.node, constraint

    def lasting(self) -> Iterator[Term]:
        """Yield nodes of what may run long on a large graph: queries, and shapes along paths with circles or turns."""
        yield from (node for node, _ in self.queries())
        yield from (s.node for s in self.shapes.values() if s.path is not None and not s.path.is_forward)

    def _candidates(self) -> list[Term]:
        """Return the nodes that are shapes by themselves: typed, targeted, or constrained."""
        found: dict[Term, None] = {}
        for kind in ("NodeShape", "PropertyShape"):
            found |= dict.fromkeys(self.graph.subjects(_TYPE, sh(kind)))
        for name in (*_TARGETS, *_PARAMETERS):
            found |= dict.fromkeys(self.graph.having(SH + name))
        for component, parameters, *_ in self._components:
            for path, _, optional in parameters:
                if not optional:
                    found |= dict.fromkeys(n for n in self.graph.having(path) if n != component)
        return list(found)

    def _targets(self, node: Term) -> Targets:
        values = {name: self.graph.objects(node, SH + name) for name in _TARGETS}
        for name in ("targetSubjectsOf", "targetObjectsOf"):
            if not all(isinstance(v, ox.NamedNode) for v in values[name]):
                raise ShapeError(f"sh:{name} names what is no property", node)
        classes = list(values["targetClass"])
        if any(self._is_class(kind) for kind in self.graph.objects(node, _TYPE)):
            classes.append(node)
        return Targets(
            nodes=tuple(values["targetNode"]),
            classes=tuple(dict.fromkeys(classes)),
            subjects_of=tuple(v.value for v in values["targetSubjectsOf"]),
            objects_of=tuple(v.value for v in values["targetObjectsOf"]),
        )

    def _is_class(self, kind: Term) -> bool:
        return ox.NamedNode(RDFS + "Class") in self._above(kind)

    def _above(self, kind: Term) -> list[Term]:
        """Return a class and all that it is a subclass of, in the graph of the shapes."""
        found = [kind]
        for one in found:
            found += [c for c in self.graph.objects(one, _SUBCLASS) if c not in found]
        return found

    def _read(self, node: Term, within: tuple[Term, ...]) -> None:
        """Read a shape and those that it refers to.

        Raises:
            UnsupportedError: when it refers to itself.
        """
        if node in within:
            raise UnsupportedError(f"the shape {_named(node)} refers to itself")
        if len(within) > _MAX_DEPTH:
            raise ShapeError(f"shapes stand more than {_MAX_DEPTH} deep in each other", node)
        if node in self.shapes:
            return
        if isinstance(node, ox.Literal):
            raise ShapeError(f"{node} is no shape", node)
        shape = self._shape(node)
        for constraint in shape.constraints:
            for other in (*constraint.shapes, *constraint.siblings):
                self._read(other, (*within, node))
                if constraint.kind == "property" and self.shapes[other].path is None:
                    raise ShapeError(f"sh:property of {_named(node)} names {_named(other)}, which has no sh:path", node)
                if constraint.kind == "node" and self.shapes[other].path is not None:
                    raise ShapeError(f"sh:node of {_named(node)} names {_named(other)}, which has a sh:path", node)
        self.shapes[node] = shape

    def _shape(self, node: Term) -> Shape:
        paths = self.graph.objects(node, SH + "path")
        if len(paths) > 1:
            raise ShapeError(f"the shape {_named(node)} has several paths", node)
        if not paths and ox.NamedNode(SH + "PropertyShape") in self.graph.objects(node, _TYPE):
            raise ShapeError(f"the property shape {_named(node)} has no sh:path", node)
        severity = self.graph.objects(node, SH + "severity")
        active = self.graph.value(node, SH + "deactivated")
        return Shape(
            node=node,
            path=read_path(self.graph, paths[0]) if paths else None,
            severity=severity[0] if severity else sh("Violation"),
            is_active=not _truth(active, node),
            targets=self._targets(node),
            constraints=tuple(self._constraints(node, bool(paths))),
        )

    def _constraints(self, node: Term, has_path: bool) -> Iterator[Constraint]:
        for name in _PARAMETERS:
            values = self.graph.objects(node, SH + name)
            if not values or (name == "qualifiedValueShape" and not has_path):
                continue
            if name in _ONLY_OF_PATHS and not has_path:
                raise ShapeError(f"sh:{name} stands on {_named(node)}, which has no sh:path", node)
            component = f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"
            for value in values:
                yield from self._one(name, component, value, node)
            if len(values) > 1 and name in (
                *_COUNTS,
                "datatype",
                "nodeKind",
                "languageIn",
                "uniqueLang",
                "closed",
                "in",
            ):
                raise ShapeError(f"the shape {_named(node)} has several values of sh:{name}", node)
        for custom in self._components:
            yield from self._custom(custom, node, has_path)

    def _one(self, name: str, component: str, value: Term, node: Term) -> Iterator[Constraint]:
        """Yield what one value of a parameter asks for."""
        if name in _REFERRING:
            if name == "qualifiedValueShape":
                yield from self._qualified(value, node)
                return
            yield Constraint(name, component, shapes=(value,))
        elif name in _LISTING:
            yield Constraint(name, component, shapes=tuple(self._items(name, value)))
        elif name in _COUNTS:
            yield Constraint(name, component, number=_count(value, name, node))
        elif name in ("languageIn", "in"):
            yield Constraint(name, component, terms=tuple(self._items(name, value)))
        elif name == "closed":
            if _truth(value, node):
                yield Constraint(name, component, terms=tuple(self._open_properties(node)))
        elif name == "uniqueLang":
            if _truth(value, node) and value.value == "true":  # the suite takes "1" for no such constraint
                yield Constraint(name, component)
        elif name == "pattern":
            flags = [f.value for f in self.graph.objects(node, SH + "flags") if isinstance(f, ox.Literal)]
            yield Constraint(name, component, term=value, terms=tuple(ox.Literal(f) for f in flags[:1]))
        elif name == "sparql":
            yield from self._sparql(value, node)
        else:
            _fits(name, value, node)
            yield Constraint(name, component, term=value)

    def _items(self, name: str, value: Term) -> list[Term]:
        items = self.graph.items(value)
        if not items and name in _LISTING:
            raise ShapeError(f"the list of sh:{name} is empty", value)
        return list(dict.fromkeys(items)) if name == "in" else items

    def _qualified(self, value: Term, node: Term) -> Iterator[Constraint]:
        counts = {name: self.graph.value(node, SH + name) for name in ("qualifiedMinCount", "qualifiedMaxCount")}
        if not any(counts.values()):
            raise ShapeError(f"sh:qualifiedValueShape of {_named(node)} has no count", node)
        siblings: dict[Term, None] = {}
        if _truth(self.graph.value(node, SH + "qualifiedValueShapesDisjoint"), node):
            for parent in self.graph.subjects(SH + "property", node):
                for other in self.graph.objects(parent, SH + "property"):
                    siblings |= dict.fromkeys(self.graph.objects(other, SH + "qualifiedValueShape"))
            siblings.pop(value, None)
        for name, count in counts.items():
            if count is not None:
                component, number = f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent", _count(count, name, node)
                yield Constraint(name, component, shapes=(value,), siblings=tuple(siblings), number=number)

    def _open_properties(self, node: Term) -> Iterator[Term]:
        """Yield the properties that a closed shape allows."""
        for other in self.graph.objects(node, SH + "property"):
            yield from (p for p in self.graph.objects(other, SH + "path") if isinstance(p, ox.NamedNode))
        for value in self.graph.objects(node, SH + "ignoredProperties"):
            yield from (p for p in self.graph.items(value) if isinstance(p, ox.NamedNode))

    def _sparql(self, value: Term, node: Term) -> Iterator[Constraint]:
        if _truth(self.graph.value(value, SH + "deactivated"), node):
            return
        text = _text(self.graph.value(value, SH + "select"), "sh:select", node)
        yield Constraint(
            "query", f"{SH}SPARQLConstraintComponent", node=value, query=Query(text, self._prefixes(value))
        )

    def _prefixes(self, node: Term) -> tuple[tuple[str, str], ...]:
        """Return the prefixes that a query is given: those declared where it says, and the usual ones."""
        found = {"rdf": RDF, "rdfs": RDFS, "owl": "http://www.w3.org/2002/07/owl#"}
        wanted = self.graph.objects(node, SH + "prefixes")
        for one in wanted:
            wanted += [w for w in self.graph.objects(one, "http://www.w3.org/2002/07/owl#imports") if w not in wanted]
            for declared in self.graph.objects(one, SH + "declare"):
                prefix = _text(self.graph.value(declared, SH + "prefix"), "sh:prefix", node)
                found[prefix] = _text(self.graph.value(declared, SH + "namespace"), "sh:namespace", node)
        return tuple(sorted(found.items()))

    def _read_components(self) -> Iterator[tuple[Term, list[tuple[str, str, bool]], dict[str, Term]]]:
        """Yield the constraint components that the graph declares: parameters as path, name and whether optional."""
        kinds = [k for k in self.graph.having(_SUBCLASS) if sh("ConstraintComponent") in self._above(k)]
        for kind in (sh("ConstraintComponent"), *kinds):
            for node in self.graph.subjects(_TYPE, kind):
                parameters = []
                for parameter in self.graph.objects(node, SH + "parameter"):
                    path = self.graph.value(parameter, SH + "path")
                    if not isinstance(path, ox.NamedNode):
                        raise ShapeError(f"a parameter of {_named(node)} has no sh:path", node)
                    optional = _truth(self.graph.value(parameter, SH + "optional"), node)
                    parameters.append((path.value, _local(path.value), optional))
                names = ("validator", "nodeValidator", "propertyValidator")
                said = {n: found[0] for n in names if (found := self.graph.objects(node, SH + n))}
                if parameters and said:
                    yield node, sorted(parameters), said

    def _custom(
        self, custom: tuple[Term, list[tuple[str, str, bool]], dict[str, Term]], node: Term, has_path: bool
    ) -> Iterator[Constraint]:
        """Yield the constraint of a declared component, when a shape gives its parameters."""
        component, parameters, said = custom
        given = [(name, self.graph.objects(node, path), optional) for path, name, optional in parameters]
        if node == component or not all(values or optional for _, values, optional in given):
            return
        validator = said.get("propertyValidator" if has_path else "nodeValidator", said.get("validator"))
        if validator is None:
            raise ShapeError(f"{_named(component)} has no validator for {_named(node)}", node)
        if any(name in _RESERVED for _, name, _ in parameters):
            raise ShapeError(f"a parameter of {_named(component)} has the name of what is bound beforehand", node)
        ask = self.graph.value(validator, SH + "ask")
        text = _text(ask if ask is not None else self.graph.value(validator, SH + "select"), "sh:select", node)
        query = Query(
            text, self._prefixes(validator), tuple((name, values[0]) for name, values, _ in given if values),
            tuple(name for name, values, _ in given if not values), ask is not None,
        )  # fmt: skip
        yield Constraint("query", _named(component), query=query, term=validator)


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _named(node: Term) -> str:
    return (
        node.value
        if isinstance(node, ox.NamedNode)
        else "without a name"
        if isinstance(node, ox.BlankNode)
        else str(node)
    )


def _text(value: Term | None, what: str, node: Term) -> str:
    if not isinstance(value, ox.Literal):
        raise ShapeError(f"{what} is missing or no text", node)
    return value.value


def _truth(value: Term | None, node: Term) -> bool:
    if value is None:
        return False
    if not isinstance(value, ox.Literal) or value.value not in ("true", "false", "1", "0"):
        raise ShapeError(f"{value} is not true or false", node)
    return value.value in ("true", "1")


def _count(value: Term, name: str, node: Term) -> int:
    kind = value.datatype.value if isinstance(value, ox.Literal) else ""
    if not kind.startswith(XSD) or not kind.lower().endswith(("integer", "int", "long", "short", "byte")):
        raise ShapeError(f"sh:{name} is {value}, and must be a whole number", node)
    if not value.value.isascii() or not value.value.removeprefix("+").isdigit() or len(value.value) > 10:
        raise ShapeError(f"sh:{name} is {value}, and must be a whole number from 0 to {_MAX_COUNT:,}", node)
    return int(value.value)


_KINDS = ("IRI", "Literal", "BlankNode", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
_IS_OF: dict[str, tuple[Callable[[Term], bool], str]] = {
    "datatype": (lambda v: isinstance(v, ox.NamedNode), "must name a datatype"),
    "class": (lambda v: not isinstance(v, ox.Literal), "must name a class"),
    "nodeKind": (lambda v: v in [sh(k) for k in _KINDS], f"must be one of sh:{', sh:'.join(_KINDS)}"),
    **{n: (lambda v: isinstance(v, ox.NamedNode), "must name a property") for n in _PAIRS},
    **{n: (lambda v: isinstance(v, ox.Literal), "must be a literal") for n in _BOUNDS},
}


def _fits(name: str, value: Term, node: Term) -> None:
    test, words = _IS_OF.get(name, (lambda _: True, ""))
    if not test(value):
        raise ShapeError(f"sh:{name} is {value}, and {words}", node)
