"""Core constraints as queries: each yields what violates it, as focus node, value and path of all nodes at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pyoxigraph as ox

from bullwhip.query.shapes.data import Graph
from bullwhip.query.shapes.literals import NUMERIC, compare, has_datatype
from bullwhip.query.shapes.nodes import Nodes, connects, either, same
from bullwhip.query.shapes.paths import Path
from bullwhip.query.shapes.records import Constraint, Shape
from bullwhip.query.shapes.terms import MAX_WAYS, OX_STRING, RDF, RDFS, SH, XSD, Term, UnsupportedError

__all__ = ["CORE", "Found", "violations"]

Found = tuple[Term, Term | None, Path | None]
"""A focus node, the value, and the path where it is not that of the shape."""

_TYPE, _SUBCLASS = f"<{RDF}type>", f"<{RDFS}subClassOf>"
_EXACT = ("integer", "decimal")
"""Numbers that a store compares with each other without rounding."""

_AT_ONCE = 30
"""Constraints that share a query."""

_ZONE = "(Z|[+-][0-9]{2}:[0-9]{2})$"


def violations(
    shape: Shape, constraints: Sequence[Constraint], focus: Nodes, graph: Graph
) -> Iterator[tuple[Constraint, Found]]:
    """Yield what violates core constraints; those that look at one value at a time are asked in one query.

    Args:
        shape: the shape that the constraints belong to.
        constraints: some of it, of kinds in `CORE`.
        focus: the nodes that the shape is held against.
        graph: where they are.
    """
    single = [c for c in constraints if c.kind in _OF_VALUES]
    for begin in range(0, len(single), _AT_ONCE):
        yield from _of_each_value(shape, single[begin : begin + _AT_ONCE], focus, graph)
    for constraint in constraints:
        if constraint.kind in _OF_SETS:
            yield from ((constraint, found) for found in _OF_SETS[constraint.kind](shape, constraint, focus, graph))


def _of_each_value(
    shape: Shape, constraints: Sequence[Constraint], focus: Nodes, graph: Graph
) -> Iterator[tuple[Constraint, Found]]:
    values = focus.along(shape.path)
    asked = [(c, *_OF_VALUES[c.kind](c, values.variable, graph)) for c in constraints]
    chosen = values.where(f"FILTER({either([f'({suspect})' for _, suspect, _ in asked])})")
    columns = [f"({suspect} AS ?c{i})" for i, (_, suspect, _) in enumerate(asked)] if len(asked) > 1 else []
    for node, value, *suspected in graph.rows(chosen.select(focus.variable, *_last(focus, values), *columns)):
        for i, (constraint, _, judge) in enumerate(asked):
            told = suspected[i] if suspected else _TRUE
            if told == _TRUE and (judge is None or judge(value)):
                yield constraint, (_term(node), value, None)


_TRUE = ox.Literal("true", datatype=ox.NamedNode(XSD + "boolean"))


def _last(focus: Nodes, values: Nodes) -> tuple[str, ...]:
    """Return what stands for the value in a row, which has two columns even where both are one variable."""
    return (values.variable,) if values != focus else (f"({focus.variable} AS ?same)",)


def _term(term: Term | None) -> Term:
    assert term is not None  # noqa: S101  a focus node is always bound
    return term


# -- of each value ----------------------------------------------------------------------------------------------------

Judge = Callable[[Term | None], bool] | None
"""Says whether a value that the query suspects does violate; None where the query is sure."""


def _class(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    below = _subclasses(_term(constraint.term), graph)
    if below is None:
        return (
            f"isLiteral({v}) || NOT EXISTS {{ {v} {_TYPE}/{_SUBCLASS}* {graph.write(_term(constraint.term))} }}",
            None,
        )
    if len(below) == 1:
        return f"NOT EXISTS {{ {v} {_TYPE} {below[0]} }}", None
    return f"NOT EXISTS {{ {v} {_TYPE} ?class FILTER(?class IN ({', '.join(below)})) }}", None


def _subclasses(top: Term, graph: Graph) -> list[str] | None:
    """Return a class and the classes below it as a query writes them; None where one has no name."""
    if isinstance(top, ox.BlankNode):
        raise UnsupportedError("a class without a name")
    rows = graph.rows(f"SELECT DISTINCT ?c WHERE {{ ?c {_SUBCLASS}+ {graph.write(top)} }}")
    found = {top, *(_term(row[0]) for row in rows)}
    if not all(isinstance(c, ox.NamedNode) for c in found):
        return None
    return sorted(map(str, found))


def _datatype(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    datatype = _term(constraint.term).value
    name = datatype.removeprefix(XSD)
    sure = f"DATATYPE({v}) = <{datatype}>"
    if datatype.startswith(XSD) and name in NUMERIC:
        sure += f" && isNumeric({v})"
    elif datatype in (XSD + "date", XSD + "dateTime", XSD + "gYear"):
        sure += f" && BOUND({v}) && YEAR({v}) = YEAR({v})"
    elif datatype == XSD + "boolean":
        sure += f" && {v} IN (true, false)"
    elif datatype not in (OX_STRING, RDF + "langString"):
        sure = "false"
    return f"!COALESCE({sure}, false)", lambda v: not (isinstance(v, ox.Literal) and has_datatype(v, datatype))


def _node_kind(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    kind = _term(constraint.term).value.removeprefix(SH)
    tests = {"IRI": "isIRI", "BlankNode": "isBlank", "Literal": "isLiteral"}
    allowed = [test for name, test in tests.items() if name in re.findall("BlankNode|IRI|Literal", kind)]
    return f"!({either([f'{test}({v})' for test in allowed])})", None


def _bound(allowed: tuple[int, ...], sign: str, constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    bound = constraint.term
    assert isinstance(bound, ox.Literal)  # noqa: S101
    datatype = bound.datatype.value
    exact = [XSD + name for name in _EXACT]
    alike = ", ".join(f"<{d}>" for d in (exact if datatype in exact else [datatype]))
    sure = f"DATATYPE({v}) IN ({alike}) && {v} {sign} {graph.write(bound)}"
    if datatype not in (*[XSD + name for name in NUMERIC], OX_STRING):
        sure += f" && {_zoned(v)} = {'true' if re.search(_ZONE, bound.value) else 'false'}"

    def judge(value: Term | None) -> bool:
        return not (isinstance(value, ox.Literal) and compare(value, bound) in allowed)

    return f"!COALESCE({sure}, false)", judge


def _zoned(v: str) -> str:
    """Return the expression that a point in time has a timezone: with one and without cannot be compared."""
    return f'REGEX(STR({v}), "{_ZONE}")'


def _length(least: bool, constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    if least and constraint.number == 0:
        return "false", None
    sign = "<" if least else ">"
    return f"isBlank({v}) || STRLEN(STR({v})) {sign} {constraint.number}", None


def _pattern(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    flags = str(constraint.terms[0]) if constraint.terms else '""'
    text = str(ox.Literal(_term(constraint.term).value))
    if next(graph.rows(f'SELECT (REGEX("", {text}, {flags}) AS ?ok) WHERE {{}}'))[0] is None:
        raise UnsupportedError(f"the pattern {text}")
    return f"isBlank({v}) || !REGEX(STR({v}), {text}, {flags})", None


def _language_in(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    if len(constraint.terms) > MAX_WAYS:
        raise UnsupportedError(f"a list of more than {MAX_WAYS} languages")
    ways = [f"langMatches(LANG({v}), {ox.Literal(tag.value)})" for tag in constraint.terms]
    return f"!isLiteral({v}) || !({either(ways)})", None


def _in(constraint: Constraint, v: str, graph: Graph) -> tuple[str, Judge]:
    if any(isinstance(t, ox.BlankNode) for t in constraint.terms):
        raise UnsupportedError("a list of sh:in with things without a name")
    if len(constraint.terms) > MAX_WAYS:
        allowed = frozenset(constraint.terms)
        return "true", lambda value: value not in allowed
    return f"!({either([same(v, graph.write(t)) for t in constraint.terms])})", None


_OF_VALUES: dict[str, Callable[[Constraint, str, Graph], tuple[str, Judge]]] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minInclusive": partial(_bound, (0, 1), ">="),
    "minExclusive": partial(_bound, (1,), ">"),
    "maxInclusive": partial(_bound, (-1, 0), "<="),
    "maxExclusive": partial(_bound, (-1,), "<"),
    "minLength": partial(_length, True),
    "maxLength": partial(_length, False),
    "pattern": _pattern,
    "languageIn": _language_in,
    "in": _in,
}

# -- of all values of a focus node ------------------------------------------------------------------------------------


def _min_count(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    path = _path(shape)
    if constraint.number > 1:
        values = focus.along(path)
        many = f"HAVING(COUNT(DISTINCT {values.variable}) >= {constraint.number})"
        enough = {row[0] for row in graph.rows(_grouped(focus, values, many))}
        yield from ((n, None, None) for n in _all(focus, graph) if n not in enough)
    elif constraint.number == 1 and path.is_plain:
        yield from _those(focus.where(f"FILTER NOT EXISTS {{ {focus.variable} {path.sparql} ?any }}"), graph)
    elif constraint.number == 1 and not path.nullable:  # a join inside EXISTS is not planned for one node
        some = set(_all(focus, graph, focus.along(path)))
        yield from ((n, None, None) for n in _all(focus, graph) if n not in some)


def _max_count(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    values = focus.along(shape.path)
    if constraint.number == 0:
        yield from ((n, None, None) for n in _column(graph.rows(values.select(focus.variable))))
    elif constraint.number == 1 and len(values.branches) == 1:
        more = f"{focus.variable} {_path(shape).sparql} ?other . FILTER(!{same(values.variable, '?other')})"
        yield from ((n, None, None) for n in _column(graph.rows(values.where(more).select(focus.variable))))
    else:
        many = f"HAVING(COUNT(DISTINCT {values.variable}) > {constraint.number})"
        yield from ((n, None, None) for n in _column(graph.rows(_grouped(focus, values, many))))


def _grouped(focus: Nodes, values: Nodes, having: str) -> str:
    return f"SELECT {focus.variable} WHERE {{ {values.pattern} }} GROUP BY {focus.variable} {having}"


def _unique_lang(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    values = focus.along(shape.path)
    v = values.variable
    texts = values.where(f'FILTER(isLiteral({v}) && LANG({v}) != "")')
    query = (
        f"SELECT {focus.variable} WHERE {{ {texts.pattern} }} GROUP BY {focus.variable} (LCASE(LANG({v})) AS ?tag) "
        f"HAVING(COUNT(DISTINCT {v}) > 1)"
    )
    yield from ((n, None, None) for n in _column(graph.rows(query)))


def _equals(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    other, values = Path("iri", _term(constraint.term).value), focus.along(shape.path)
    f, v = focus.variable, values.variable
    if shape.path is not None and not shape.path.is_plain:  # a join inside EXISTS is not planned for one node
        have = set(graph.rows(values.select(f, v)))
        want = set(graph.rows(focus.along(other).select(f, v)))
        yield from ((_term(node), value, None) for node, value in have ^ want)
        return
    missing = values.where(f"FILTER(!{connects(other, f, v)})")
    yield from _pairs(missing, focus, values, graph)
    there = focus.where(f"{f} {other.sparql} ?other . FILTER(!{connects(shape.path, f, '?other')})")
    for node, value in graph.rows(there.select(f, "?other")):
        yield _term(node), value, None


def _disjoint(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    values = focus.along(shape.path)
    both = values.where(f"FILTER EXISTS {{ {focus.variable} <{_term(constraint.term).value}> {values.variable} }}")
    yield from _pairs(both, focus, values, graph)


def _less(allowed: tuple[int, ...], sign: str, *asked: object) -> Iterator[Found]:
    shape, constraint, focus, graph = asked
    assert isinstance(shape, Shape) and isinstance(constraint, Constraint) and isinstance(focus, Nodes)  # noqa: S101, PT018
    values = focus.along(shape.path)
    f, v = focus.variable, values.variable
    alike = f"DATATYPE({v}) = DATATYPE(?other) && (isNumeric({v}) || {_zoned(v)} = {_zoned('?other')})"
    sure = f"COALESCE({v} {sign} ?other && {alike}, false)"
    pairs = values.where(f"{f} <{_term(constraint.term).value}> ?other . FILTER(!{sure})")
    for row in graph.rows(pairs.select(f, v, "?other")):  # type: ignore[attr-defined]
        node, value, other = row
        if not (isinstance(value, ox.Literal) and isinstance(other, ox.Literal) and compare(value, other) in allowed):
            yield node, value, None


def _closed(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    values = focus.along(shape.path)
    allowed = ", ".join(graph.write(t) for t in constraint.terms)
    other = f"{values.variable} ?property ?other ." + (f" FILTER(?property NOT IN ({allowed}))" if allowed else "")
    query = values.where(other).select(focus.variable, *_last(focus, values), "?property", "?other")
    for node, *_, predicate, value in graph.rows(query):
        yield _term(node), value, Path("iri", _term(predicate).value)


def _has_value(shape: Shape, constraint: Constraint, focus: Nodes, graph: Graph) -> Iterator[Found]:
    if isinstance(constraint.term, ox.BlankNode):
        raise UnsupportedError("sh:hasValue of a thing without a name")
    value = graph.write(_term(constraint.term))
    if shape.path is not None and not shape.path.is_plain:
        values = focus.along(shape.path)
        some = set(_all(focus, graph, values.where(f"FILTER({same(values.variable, value)})")))
        yield from ((n, None, None) for n in _all(focus, graph) if n not in some)
        return
    has = connects(shape.path, focus.variable, value)
    yield from _those(focus.where(f"FILTER(!{has})"), graph)


def _path(shape: Shape) -> Path:
    assert shape.path is not None  # noqa: S101  such a constraint stands on a property shape
    return shape.path


def _column(rows: Iterator[tuple[Term | None, ...]]) -> Iterator[Term]:
    return (_term(row[0]) for row in rows)


def _all(focus: Nodes, graph: Graph, among: Nodes | None = None) -> Iterator[Term]:
    """Yield nodes; those that have a value among some when given."""
    return _column(graph.rows((among or focus).select(focus.variable)))


def _those(focus: Nodes, graph: Graph) -> Iterator[Found]:
    yield from ((node, None, None) for node in _all(focus, graph))


def _pairs(chosen: Nodes, focus: Nodes, values: Nodes, graph: Graph) -> Iterator[Found]:
    for node, value in graph.rows(chosen.select(focus.variable, *_last(focus, values))):
        yield _term(node), value, None


_OF_SETS: dict[str, Callable[[Shape, Constraint, Nodes, Graph], Iterator[Found]]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "disjoint": _disjoint,
    "lessThan": partial(_less, (-1,), "<"),
    "lessThanOrEquals": partial(_less, (-1, 0), "<="),
    "closed": _closed,
    "hasValue": _has_value,
}
CORE = frozenset([*_OF_VALUES, *_OF_SETS])
"""Kinds of constraints that look at terms and not at other shapes."""
