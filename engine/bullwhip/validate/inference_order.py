"""Checks all inference rules together: every relation is derived, and no circle runs through what may not be in one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bullwhip.datalog.stratify import makes
from bullwhip.errors import Place, Problem
from bullwhip.model.inference import (
    Aggregate,
    Arithmetic,
    Assign,
    Atom,
    Head,
    InferenceProgram,
    InferenceRule,
    Skolem,
    Variable,
)
from bullwhip.validate.inference_body import Spot

__all__ = ["check_order", "check_used"]

Key = tuple[str, int]
"""A predicate and its number of arguments: with its graph a property is read as it is stated, whatever is derived."""

_TYPE: Key = ("rdf:type", 2)


@dataclass(frozen=True, slots=True)
class _Edge:
    """One relation is read where another one is derived."""

    source: Key
    target: Key
    rule: InferenceRule
    why: str
    """Why no circle may run through it: `not`, `aggregate`, `arithmetic`, `new`; empty where one may."""
    spot: Spot
    atom: Atom | None = None
    """The atom, where a circle through it is only wrong if new terms are made without end."""
    head: Head | None = None


def check_used(program: InferenceProgram, places: Mapping[str, Place], problems: list[Problem]) -> None:
    """Report relations that no rule derives: they would hold nowhere. A property may be stated by the graph instead."""
    derived = {head.predicate for rule in program.rules for head in rule.heads}
    for relation in program.relations:
        if ":" not in relation.id and relation.id not in derived:
            message = f"no rule derives {relation.id!r}, so that it never holds"
            hint = "write a rule with it under then:, or leave the relation out"
            problems.append(Problem("BW229", message, places[relation.id], hint))


def check_order(
    program: InferenceProgram, spots: Mapping[str, tuple[Sequence[Spot], Sequence[Spot]]], problems: list[Problem]
) -> None:
    """Report circles through negation and aggregates (BW227), and through arithmetic and new nodes (BW228)."""
    is_typed = any(_TYPE in (*map(key, r.heads), *map(key, _atoms(r))) for r in program.rules)
    edges = [e for rule in program.rules for e in _edges(rule, *spots[rule.id], is_typed=is_typed)]
    following: dict[Key, list[_Edge]] = {}
    for edge in edges:
        following.setdefault(edge.source, []).append(edge)
    told: set[frozenset[str]] = set()
    for edge in edges:
        if not edge.why:
            continue
        way = _way(following, edge.target, edge.source)
        if way is None or (edge.atom is not None and not _is_endless(edge, following, is_typed=is_typed)):
            continue
        names = [name for name, _ in way]
        if frozenset({edge.why, *names}) not in told:
            told.add(frozenset({edge.why, *names}))
            problems.append(_problem(edge, names))


def _problem(edge: _Edge, way: Sequence[str]) -> Problem:
    source, target = edge.source[0], edge.target[0]
    circle = " → ".join((source, *way))
    through = {"not": "a negation", "aggregate": "an aggregate", "arithmetic": "arithmetic", "new": "a new node"}
    message = f"inference rule {edge.rule.id!r} closes a circle through {through[edge.why]}: {circle}"
    if edge.why in ("not", "aggregate"):
        hint = f"{source} has to be complete before {target} is derived from what it lacks or adds up"
        return Problem("BW227", message, edge.spot.place, hint)
    hint = "it might never end; compute outside of the circle, or out of what atoms outside of it bind"
    return Problem("BW228", message, edge.spot.place, hint)


def key(part: Atom | Head) -> Key:
    """Return the predicate of an atom or head."""
    return part.predicate, len(part.terms)


def _atoms(rule: InferenceRule) -> list[Atom]:
    return [p for p in rule.body if isinstance(p, Atom)]


def _typed(found: Key, *, is_typed: bool) -> Key:
    """Return a class as `rdf:type` where some rule speaks of that: both are about the same triples."""
    return _TYPE if is_typed and found[1] == 1 and ":" in found[0] else found


def _edges(rule: InferenceRule, heads: Sequence[Spot], parts: Sequence[Spot], *, is_typed: bool) -> Iterator[_Edge]:
    for head, head_spot in zip(rule.heads, heads, strict=True):
        for part, part_spot in zip(rule.body, parts, strict=True):
            if not isinstance(part, Atom):
                continue
            source, target = (_typed(key(p), is_typed=is_typed) for p in (part, head))
            if part.negated:
                yield _Edge(source, target, rule, "not", part_spot)
            elif any(isinstance(t, Aggregate) for t in head.terms):
                yield _Edge(source, target, rule, "aggregate", head_spot)
            else:
                yield _Edge(source, target, rule, _growth(rule, head), head_spot, part, head)


def _growth(rule: InferenceRule, head: Head) -> str:
    """Return what new terms a head makes, if any: out of arithmetic or as new nodes."""
    if any(isinstance(t, Skolem) for t in head.terms):
        return "new"
    made = {p.variable for p in rule.body if isinstance(p, Assign) and isinstance(p.expression, Arithmetic)}
    assigned = {p.variable for p in rule.body if isinstance(p, Assign)}
    return "arithmetic" if made and any(isinstance(t, Variable) and t.name in assigned for t in head.terms) else ""


def _is_endless(edge: _Edge, following: Mapping[Key, Sequence[_Edge]], *, is_typed: bool) -> bool:
    """Return whether new terms are made out of what only the circle binds, so that there may always be another one."""
    inner: set[str] = set()
    outer: set[str] = set()
    for atom in _atoms(edge.rule):
        if atom.negated:
            continue
        found = _typed(key(atom), is_typed=is_typed)
        inside = _way(following, edge.target, found) is not None and _way(following, found, edge.target) is not None
        (inner if inside else outer).update(t.name for t in atom.terms if isinstance(t, Variable))
    return edge.head is not None and bool(makes(edge.rule, edge.head, inner - outer))


def _way(following: Mapping[Key, Sequence[_Edge]], start: Key, end: Key) -> tuple[Key, ...] | None:
    """Return the shortest way from one predicate to another along rules, both included, or None."""
    came: dict[Key, Key | None] = {start: None}
    queue = deque([start])
    while queue:
        name = queue.popleft()
        if name == end:
            way: list[Key] = []
            at: Key | None = name
            while at is not None:
                way.insert(0, at)
                at = came[at]
            return tuple(way)
        for edge in following.get(name, ()):
            if edge.target not in came:
                came[edge.target] = name
                queue.append(edge.target)
    return None
