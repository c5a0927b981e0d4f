"""Proofs of facts: the one that evaluation found, or several different ones, smallest first."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bullwhip.datalog.asking import Derivation, Node, bound_by, derivations, first_derivation, row_ids
from bullwhip.datalog.state import State
from bullwhip.datalog.written import fact_of, guard_of
from bullwhip.model.inference import Assign, Atom, Compare
from bullwhip.model.proof import Fact, Match, Proof, Step

__all__ = ["first_proof", "several_proofs"]

_LISTED = 1_000
"""Matches of an aggregate that a step lists."""
_FACTS = 300
"""Facts whose other derivations are looked for."""
_EACH = 50
"""Derivations looked for of each."""
_TRIES = 4_000
"""Partial proofs looked at."""


def first_proof(state: State, node: Node) -> Proof:
    """Return the proof of a fact from the first derivations: one of least depth."""
    chosen: dict[Node, Derivation | None] = {}
    todo = [node]
    while todo:
        current = todo.pop()
        if current not in chosen:
            chosen[current] = first_derivation(state, current, _LISTED)
            derivation = chosen[current]
            todo.extend(derivation.premises if derivation else ())
    return _proof(state, node, chosen)


def _proof(state: State, root: Node, chosen: Mapping[Node, Derivation | None]) -> Proof:
    """Return a proof from one derivation for each fact: every fact before what it rests on."""
    order = _order(root, chosen)
    number = {node: i for i, node in enumerate(order)}
    return Proof(tuple(_step(state, node, chosen[node], number) for node in order))


def _order(root: Node, chosen: Mapping[Node, Derivation | None]) -> list[Node]:
    done: list[Node] = []
    seen = {root}
    work: list[tuple[Node, list[Node]]] = [(root, _below(chosen[root]))]
    while work:
        node, rest = work[-1]
        if not rest:
            done.append(node)
            work.pop()
            continue
        following = rest.pop()
        if following not in seen:
            seen.add(following)
            work.append((following, _below(chosen[following])))
    return done[::-1]


def _below(derivation: Derivation | None) -> list[Node]:
    return list(derivation.premises) if derivation else []


def _step(state: State, node: Node, derivation: Derivation | None, number: Mapping[Node, int]) -> Step:
    texts = state.world.terms.texts
    fact = Fact(node[0][0], tuple(texts[i] for i in row_ids(state, node)))
    if derivation is None:
        graphs = state.base.tables[node[0]].graphs(node[1])
        return Step(fact, graphs=tuple(texts[g] for g in graphs))
    matches = tuple(_match(state, derivation.rule, premises, number) for premises in derivation.matches)
    return Step(fact, state.rules[derivation.rule].id, matches, derivation.matched)


def _match(state: State, rule_number: int, premises: Sequence[Node], number: Mapping[Node, int]) -> Match:
    rule = state.rules[rule_number]
    bound = bound_by(state, rule, premises)
    return Match(
        tuple(bound.items()), tuple(number[p] for p in premises),
        tuple(guard_of(p, bound) for p in rule.body if isinstance(p, Compare | Assign)),
        tuple(fact_of(p, bound) for p in rule.body if isinstance(p, Atom) and p.negated),
    )  # fmt: skip


# -- several proofs


@dataclass(frozen=True, slots=True)
class _Graph:
    """The derivations of a fact and of all that they rest on; None among them is being stated."""

    ways: Mapping[Node, Sequence[Derivation | None]]
    least: Mapping[Node, int]
    """For each fact the steps of its smallest proof, counting shared ones each time."""
    complete: bool


def several_proofs(state: State, node: Node, most: int) -> tuple[tuple[Proof, ...], bool]:
    """Return different proofs of a fact, smaller ones first, and whether there are no others.

    Two proofs differ where some fact in both is derived in different ways. No fact rests on itself. Size is counted
    with shared parts each time they are used.
    """
    graph = _explored(state, node)
    found: list[Proof] = []
    waiting: list[tuple[int, int, tuple[Node, ...], dict[Node, Derivation | None]]] = [
        (graph.least[node], 0, (node,), {})
    ]
    tries = made = 0
    while waiting and len(found) < most:
        size, _, todo, chosen = heapq.heappop(waiting)
        tries += 1
        if tries > _TRIES:
            return tuple(found), False
        if not todo:
            found.append(_proof(state, node, chosen))
            continue
        current, rest = todo[0], todo[1:]
        for way in graph.ways[current]:
            below = way.premises if way else ()
            if any(p not in graph.least or _rests_on(p, current, chosen) for p in below):
                continue
            made += 1
            grown = size - graph.least[current] + 1 + sum(graph.least[p] for p in below)
            new = tuple(p for p in below if p not in chosen and p not in rest)
            heapq.heappush(waiting, (grown, made, new + rest, {**chosen, current: way}))
    return tuple(found), graph.complete and not waiting


def _rests_on(node: Node, goal: Node, chosen: Mapping[Node, Derivation | None]) -> bool:
    """Return whether a fact is another, or rests on it by what is chosen so far."""
    todo, seen = [node], {node}
    while todo:
        current = todo.pop()
        if current == goal:
            return True
        for below in _below(chosen.get(current)):
            if below not in seen:
                seen.add(below)
                todo.append(below)
    return False


def _explored(state: State, root: Node) -> _Graph:
    """Return all derivations below a fact; beyond a number of facts, only the first of each."""
    ways: dict[Node, list[Derivation | None]] = {}
    complete = True
    todo = [root]
    for node in todo:  # grows as it goes
        if node in ways:
            continue
        first = first_derivation(state, node, _LISTED)
        ways[node] = [first]
        if len(ways) <= _FACTS:
            others, all_of_them = derivations(state, node, _EACH)
            complete = complete and all_of_them
            ways[node] += [w for w in others if w != first]
        else:
            complete = False
        todo.extend(p for way in ways[node] if way for p in way.premises)
    return _Graph(ways, _least(ways), complete)


def _least(ways: Mapping[Node, Sequence[Derivation | None]]) -> dict[Node, int]:
    """Return the steps of the smallest proof of each fact (Knuth's generalisation of Dijkstra's algorithm)."""
    least: dict[Node, int] = {}
    users: dict[Node, list[tuple[Node, int]]] = {}
    open_premises: dict[tuple[Node, int], int] = {}
    cost: dict[tuple[Node, int], int] = {}
    heap: list[tuple[int, Node]] = []
    for node, choices in ways.items():
        for place, way in enumerate(choices):
            premises = way.premises if way else ()
            cost[node, place], open_premises[node, place] = 1, len(premises)
            for premise in premises:
                users.setdefault(premise, []).append((node, place))
            if not premises:
                heapq.heappush(heap, (1, node))
    while heap:
        size, node = heapq.heappop(heap)
        if node in least:
            continue
        least[node] = size
        for user in users.get(node, ()):
            cost[user] += size
            open_premises[user] -= 1
            if not open_premises[user] and user[0] not in least:
                heapq.heappush(heap, (cost[user], user[0]))
    return least
