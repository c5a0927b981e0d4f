"""Asking one rule about one fact: which matches of its body derive it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bullwhip.datalog.aggregate import aggregate
from bullwhip.datalog.intern import Ids
from bullwhip.datalog.matching import Body, Matches, bindings
from bullwhip.datalog.predicates import Key, key_of
from bullwhip.datalog.run import head_columns
from bullwhip.datalog.safety import aggregates
from bullwhip.datalog.state import State
from bullwhip.model.inference import Aggregate, Assign, Atom, Constant, Head, InferenceRule, Skolem, Variable
from bullwhip.terms import BASE

__all__ = ["Derivation", "Node", "ask", "bound_by", "derivations", "first_derivation", "head_bindings", "made_of"]

_LOOKED_AT = 3
"""Facts about a node that are looked at for what it is made of."""
Node = tuple[Key, int]
"""A fact: its predicate and the number of its row."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """One way to derive a fact: a rule, and for each match (several for an aggregate) the facts it rests on."""

    rule: int
    matches: tuple[tuple[Node, ...], ...]
    matched: int

    @property
    def premises(self) -> tuple[Node, ...]:
        """All facts it rests on, each once."""
        return tuple(dict.fromkeys(n for m in self.matches for n in m))


def head_bindings(head: Head, ids: Sequence[int], state: State) -> dict[str, int] | None:
    """Return what a head being a fact says of its variables; None where it cannot be that fact."""
    bound: dict[str, int] = {}
    for term, known in zip(head.terms, ids, strict=True):
        match term:
            case Variable(name):
                if bound.setdefault(name, known) != known:
                    return None
            case Constant(text):
                if state.world.terms.find(text) != known:
                    return None
    return bound


def ask(state: State, rule: InferenceRule, head: Head, ids: Sequence[int]) -> Iterator[Matches]:
    """Yield the matches of a body for which a head is a fact; for an aggregate, those of its group."""
    bound = head_bindings(head, ids, state)
    if bound is None:
        return
    nodes = [(t, i) for t, i in zip(head.terms, ids, strict=True) if isinstance(t, Skolem)]
    for block in Body(rule, state.world).matches(bindings(bound)):
        for term, known in nodes:
            (column,) = head_columns([term], block, state.world)
            block = block.take(np.flatnonzero(column == known))
        if block.size:
            yield block


def made_of(state: State, term: Skolem, node: int) -> tuple[int, ...] | None:
    """Return what a node that rules have made is made of, read off a fact about it; None where there is none."""
    if not state.world.terms.texts[node].startswith(f"<{BASE}{term.kind}/"):
        return None
    for rule in state.rules:
        for head in rule.heads:
            relation = state.world.relations.get(key_of(head))
            for position, other in enumerate(head.terms):
                if not isinstance(other, Skolem) or other.kind != term.kind or relation is None:
                    continue
                rows = np.flatnonzero(relation.column(position) == node)[:_LOOKED_AT]
                for row in rows.tolist() if len(other.arguments) == len(term.arguments) else ():
                    for block in ask(state, rule, head, row_ids(state, (key_of(head), row))):
                        columns = head_columns(other.arguments, block, state.world)
                        return tuple(int(c[0]) for c in columns)
    return None


def derivations(state: State, node: Node, most: int) -> tuple[list[Derivation], bool]:
    """Return the ways to derive a fact by one rule each, in order of rules, and whether these are all."""
    key, ids = node[0], row_ids(state, node)
    found: dict[tuple[int, tuple[tuple[Node, ...], ...]], Derivation] = {}
    for number, place in state.deriving.get(key, ()):
        rule, head = state.rules[number], state.rules[number].heads[place]
        if aggregates(head):
            derivation = _group(state, number, place, ids, most, checked=True)
            if derivation is not None:
                found.setdefault((number, derivation.matches), derivation)
            continue
        for block in ask(state, rule, head, ids):
            for premises in _premises(rule, block, most + 1 - len(found)):
                found.setdefault((number, (premises,)), Derivation(number, (premises,), 1))
            if len(found) > most:
                return list(found.values())[:most], False
    return list(found.values()), True


def first_derivation(state: State, node: Node, most: int) -> Derivation | None:
    """Return the first derivation of a fact, as evaluation found it; None for a stated fact.

    Args:
        state: evaluated with explanations.
        node: the fact.
        most: how many matches of an aggregate are listed.
    """
    found = state.batch(*node)
    if found is None:
        return None
    batch, place = found
    rule = state.rules[batch.rule]
    if batch.premises is None:
        return _group(state, batch.rule, batch.head, row_ids(state, node), most)
    premises = tuple((key_of(a), int(batch.premises[i][place])) for i, a in _atoms(rule))
    return Derivation(batch.rule, (premises,), 1)


def row_ids(state: State, node: Node) -> list[int]:
    """Return the terms of a fact as ids."""
    key, row = node
    return [int(c[row]) for c in state.world.relations[key].columns()]


def _atoms(rule: InferenceRule) -> list[tuple[int, Atom]]:
    return [(i, p) for i, p in enumerate(rule.body) if isinstance(p, Atom) and not p.negated]


def _premises(rule: InferenceRule, block: Matches, most: int) -> Iterator[tuple[Node, ...]]:
    atoms = _atoms(rule)
    columns = [block.rows[i][:most].tolist() for i, _ in atoms]
    keys = [key_of(a) for _, a in atoms]
    for place in range(min(most, block.size)):
        yield tuple((k, c[place]) for k, c in zip(keys, columns, strict=True))


def _group(
    state: State, number: int, place: int, ids: Sequence[int], most: int, *, checked: bool = False
) -> Derivation | None:
    """Return the matches of a group; if checked, only where the aggregates over them are what the fact says."""
    rule, world = state.rules[number], state.world
    head = rule.heads[place]
    summed = [(t, i) for t, i in zip(head.terms, ids, strict=True) if isinstance(t, Aggregate)]
    matches: list[tuple[Node, ...]] = []
    values: list[list[Ids]] = [[] for _ in summed]
    matched = 0
    for block in ask(state, rule, head, ids):
        matched += block.size
        matches.extend(_premises(rule, block, most - len(matches)))
        for column, (term, _) in zip(values, summed, strict=True):
            column.append(block.columns[term.variable])
    if not matched:
        return None
    for column, (term, known) in zip(values, summed, strict=True):
        group, over = np.zeros(matched, np.int64), np.concatenate(column)
        bits = world.limits.bits
        if checked and aggregate(term.operator, group, 1, over, world.terms, bits, lambda *_: None)[0] != known:
            return None
    return Derivation(number, tuple(sorted(matches)), matched)


def bound_by(state: State, rule: InferenceRule, premises: Sequence[Node]) -> dict[str, str]:
    """Return every variable of a body and its term, given the facts that its atoms are."""
    texts = state.world.terms.texts
    bound: dict[str, int] = {}
    for (_, atom), node in zip(_atoms(rule), premises, strict=True):
        for term, known in zip(atom.terms, row_ids(state, node), strict=True):
            if isinstance(term, Variable):
                bound[term.name] = known
    assigned = [i for i, p in enumerate(rule.body) if isinstance(p, Assign)]
    if assigned:
        for block in Body(rule, state.world, parts=assigned).matches(bindings(bound)):
            bound = {v: int(c[0]) for v, c in block.columns.items()}
    return {name: texts[bound[name]] for name in sorted(bound)}
