"""What one rule lacks to derive one fact: atoms that no fact is, guards that fail, facts that are in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

import numpy as np

from bullwhip.datalog.arithmetic import evaluate, holds
from bullwhip.datalog.asking import head_bindings, made_of
from bullwhip.datalog.intern import Ids
from bullwhip.datalog.matching import Body, Matches, bindings, reads
from bullwhip.datalog.predicates import Key, key_of
from bullwhip.datalog.run import head_columns
from bullwhip.datalog.state import State
from bullwhip.datalog.values import number_term
from bullwhip.datalog.written import fact_of, guard_of
from bullwhip.errors import LimitError
from bullwhip.model.inference import Aggregate, Arithmetic, Assign, Atom, Compare, Constant, Head, Skolem, Variable
from bullwhip.model.inference import Expression as _Expression
from bullwhip.model.proof import Fact, Guard
from bullwhip.terms import BASE

__all__ = ["UNNAMED", "Goal", "Lack", "lacks"]

Goal = tuple[Key, tuple[int, ...]]
"""A fact that does not hold, by the ids of its terms."""
UNNAMED = f"{BASE}any/"
"""What the IRIs of nodes begin with that stand for any."""
_ROWS = 60
"""Ways to match the rest of a body that are looked at for each choice of what is missing."""
_ATOMS = 7
"""Atoms of a body up to which choices of what is missing are tried."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What would have to be otherwise for a rule to derive a fact in one way."""

    rule: int
    missing: tuple[Goal, ...] = ()
    failing: tuple[Guard, ...] = ()
    blocking: tuple[Fact, ...] = ()
    atoms: tuple[int, ...] = ()
    """Which atoms of the body are missing, by their places."""

    @property
    def size(self) -> int:
        """How many things."""
        return len(self.missing) + len(self.failing) + len(self.blocking)


@dataclass(slots=True)
class _Asked:
    """One head of one rule, asked about one fact."""

    state: State
    number: int
    head: Head
    ids: Sequence[int]
    bound: dict[str, int]
    mark: str
    """Tells the unnamed nodes of this question from those of others."""
    cut: list[str] = field(default_factory=list)
    """Where something was left out."""

    @property
    def atoms(self) -> list[int]:
        return [i for i, p in enumerate(self.rule_body) if isinstance(p, Atom) and not p.negated]

    @property
    def rule_body(self) -> tuple[Atom | Compare | Assign, ...]:
        return self.state.rules[self.number].body

    def rows(self, parts: Sequence[int]) -> list[dict[str, int]]:
        """Return what matches of some parts of the body bind, in order of terms, up to a number of them."""
        body = Body(self.state.rules[self.number], self.state.world, parts=parts, keep_rows=False)
        found: set[tuple[tuple[str, int], ...]] = set()
        try:
            for block in body.matches(bindings(self.bound)):
                found.update(_rows(block))
                if len(found) > _ROWS:
                    break
        except LimitError:
            self.cut.append(f"rule {self.state.rules[self.number].id!r} has too many matches without its other atoms")
            return []
        if len(found) > _ROWS:
            self.cut.append(
                f"rule {self.state.rules[self.number].id!r} matches in more than {_ROWS} ways but for one part"
            )
        return [dict(row) for row in sorted(found)[:_ROWS]]


def _rows(block: Matches) -> Iterator[tuple[tuple[str, int], ...]]:
    """Yield what the first rows of a block bind in order of terms, one more of them than are looked at."""
    names = sorted(block.columns)
    order = np.lexsort([block.columns[n] for n in reversed(names)])[: _ROWS + 1] if names else np.arange(1)
    for row in zip(*(block.columns[n][order].tolist() for n in names), strict=True) if names else [()]:
        yield tuple(zip(names, row, strict=True))


def lacks(state: State, goal: Goal, number: int, place: int, most: int, mark: str) -> tuple[list[Lack], list[str]]:
    """Return what a rule lacks to derive a fact, with fewer things first, and where the search left something out.

    Args:
        state: in which the fact does not hold.
        goal: the fact.
        number: the rule, by its place in order of id.
        place: which of its heads.
        most: how many atoms may be missing at most.
        mark: tells the unnamed nodes of this question from those of others.
    """
    head = state.rules[number].heads[place]
    bound = head_bindings(head, goal[1], state)
    if bound is None:
        return [], []
    asked = _Asked(state, number, head, goal[1], bound, mark)
    if not _bind_nodes(asked):
        return [], []
    if any(isinstance(t, Aggregate) for t in head.terms):
        told = _other_result(asked)
        if told:
            return [told], asked.cut
        if not _bind_result(asked):
            return [], asked.cut
    found = list(_failing(asked))
    atoms = asked.atoms
    if len(atoms) > _ATOMS:
        asked.cut.append(f"rule {state.rules[number].id!r} has more than {_ATOMS} atoms")
        return found, asked.cut
    for count in range(1, min(most, len(atoms)) + 1):
        for missing in combinations(atoms, count):
            found.extend(_missing(asked, missing))
    return sorted(dict.fromkeys(found), key=lambda k: k.size), asked.cut


def _bind_nodes(asked: _Asked) -> bool:
    """Bind what the new nodes of the fact are made of, where that is known; return whether the rule can make them."""
    for term, known in zip(asked.head.terms, asked.ids, strict=True):
        arguments = made_of(asked.state, term, known) if isinstance(term, Skolem) else None
        if arguments is None or not isinstance(term, Skolem):
            continue
        for argument, value in zip(term.arguments, arguments, strict=True):
            if isinstance(argument, Constant):
                if asked.state.world.terms.find(argument.text) != value:
                    return False
            elif asked.bound.setdefault(argument.name, value) != value:
                return False
    return True


# -- aggregates


def _other_result(asked: _Asked) -> Lack | None:
    """Return that a group has another result than the fact says."""
    rule, world = asked.state.rules[asked.number], asked.state.world
    if next(iter(Body(rule, world).matches(bindings(asked.bound))), None) is None:
        return None
    terms = asked.head.terms
    relation = world.relation(key_of(asked.head))
    fixed = {p: i for p, (t, i) in enumerate(zip(terms, asked.ids, strict=True)) if not isinstance(t, Aggregate)}
    same = np.ones(relation.size, np.bool_)
    for position, known in fixed.items():
        same &= relation.column(position) == known
    guards = []
    for position, (term, known) in enumerate(zip(terms, asked.ids, strict=True)):
        if isinstance(term, Aggregate):
            text = f"{term.operator}(?{term.variable})"
            actual = [world.terms.texts[i] for i in np.unique(relation.column(position)[same]).tolist()]
            wanted = world.terms.texts[known]
            guards.append(Guard(f"{text} = {wanted}", tuple((text, a) for a in actual), holds=False))
    return Lack(asked.number, failing=tuple(guards))


def _bind_result(asked: _Asked) -> bool:
    """Bind what is aggregated as if one match alone gave the result; return whether that can be."""
    for term, known in zip(asked.head.terms, asked.ids, strict=True):
        if not isinstance(term, Aggregate):
            continue
        if term.operator == "count":
            if asked.state.world.terms.texts[known] != number_term(Fraction(1)):
                asked.cut.append("facts for counts above one are not looked for")
                return False
        elif asked.bound.setdefault(term.variable, known) != known:
            return False
    return True


# -- all atoms match, but something else is in the way


def _failing(asked: _Asked) -> Iterator[Lack]:
    for row in asked.rows(asked.atoms):
        bound = dict(row)
        failing, blocking = _in_the_way(asked, bound)
        if failing or blocking:
            yield Lack(asked.number, (), tuple(failing), tuple(blocking))


def _in_the_way(asked: _Asked, bound: dict[str, int]) -> tuple[list[Guard], list[Fact]]:
    """Return the guards that fail and the facts that a negation excludes, at one match of the atoms."""
    failing, blocking = [], []
    todo = [p for p in asked.rule_body if not isinstance(p, Atom) or p.negated]
    texts = asked.state.world.terms.texts
    while todo:
        ready = [p for p in todo if reads(p) <= bound.keys()]
        if not ready:
            break
        for part in ready:
            todo.remove(part)
            if isinstance(part, Atom):
                fact = fact_of(part, {v: texts[i] for v, i in bound.items()})
                if asked.state.row_of(key_of(part), fact.terms) is not None:
                    blocking.append(fact)
                continue
            if not _passes(asked, part, bound):
                failing.append(guard_of(part, {v: texts[i] for v, i in bound.items()}, holds=False))
    if not _nodes_fit(asked, bound):
        return [], []
    return failing, blocking


def _passes(asked: _Asked, part: Compare | Assign, bound: dict[str, int]) -> bool:
    """Return whether a guard holds; what it assigns is bound, unless the fact says otherwise."""
    columns = {v: np.array([i], np.int64) for v, i in bound.items()}
    terms, bits = asked.state.world.terms, asked.state.world.limits.bits

    def value(expression: _Expression) -> Ids:
        return evaluate(expression, columns, 1, terms, bits, lambda *_: None)

    if isinstance(part, Compare):
        return bool(holds(part, value(part.left), value(part.right), terms, lambda *_: None)[0])
    found = int(value(part.expression)[0])
    if found < 0:
        return False
    return bound.setdefault(part.variable, found) == found


def _nodes_fit(asked: _Asked, bound: dict[str, int]) -> bool:
    """Return whether new nodes of the head are those of the fact."""
    columns = {v: np.array([i], np.int64) for v, i in bound.items()}
    for term, known in zip(asked.head.terms, asked.ids, strict=True):
        if isinstance(term, Skolem):
            if any(isinstance(a, Variable) and a.name not in bound for a in term.arguments):
                return False
            (column,) = head_columns([term], Matches(1, columns, {}), asked.state.world)
            if int(column[0]) != known:
                return False
    return True


# -- atoms that no fact is


def _missing(asked: _Asked, missing: tuple[int, ...]) -> Iterator[Lack]:
    """Yield ways in which all but some atoms match, also where a negation excludes what then matches."""
    body = asked.rule_body
    rest = [i for i in range(len(body)) if i not in missing]
    yield from _unmatched(asked, missing, rest, excluded=False)
    matched = [i for i in rest if not (isinstance(p := body[i], Atom) and p.negated)]
    if matched != rest:
        yield from _unmatched(asked, missing, matched, excluded=True)


def _unmatched(asked: _Asked, missing: tuple[int, ...], rest: Sequence[int], *, excluded: bool) -> Iterator[Lack]:
    """Yield ways in which some parts match and some atoms are missing, those that negations exclude or the others."""
    atoms = [p for i in missing if isinstance(p := asked.rule_body[i], Atom)]
    for row in asked.rows(rest):
        bound = {**asked.bound, **row}
        unknown = sorted({t.name for a in atoms for t in a.terms if isinstance(t, Variable)} - bound.keys())
        filled = _filled(asked, bound, unknown)
        if filled is None:
            continue
        goals = tuple(dict.fromkeys((key_of(a), _ground(asked, a, filled)) for a in atoms))
        blocking = tuple(_excluding(asked, filled)) if excluded else ()
        if bool(blocking) == excluded and not any(_known(asked.state, g) for g in goals):
            yield Lack(asked.number, goals, blocking=blocking, atoms=missing)


def _excluding(asked: _Asked, bound: dict[str, int]) -> Iterator[Fact]:
    """Yield the facts that negations exclude, once everything else is bound."""
    texts = asked.state.world.terms.texts
    for part in asked.rule_body:
        if isinstance(part, Atom) and part.negated and reads(part) <= bound.keys():
            fact = fact_of(part, {v: texts[i] for v, i in bound.items()})
            if asked.state.row_of(key_of(part), fact.terms) is not None:
                yield fact


def _ground(asked: _Asked, atom: Atom, bound: dict[str, int]) -> tuple[int, ...]:
    terms = asked.state.world.terms
    return tuple(terms.id(t.text) if isinstance(t, Constant) else bound[t.name] for t in atom.terms)


def _known(state: State, goal: Goal) -> bool:
    relation = state.world.relations.get(goal[0])
    return relation is not None and relation.row(goal[1]) is not None


def _filled(asked: _Asked, bound: dict[str, int], unknown: list[str]) -> dict[str, int] | None:
    """Return bindings with something for each variable that nothing binds; None where no guess passes the guards."""
    terms = asked.state.world.terms
    guards = [p for p in asked.rule_body if not isinstance(p, Atom) and not reads(p) <= bound.keys()]
    full = dict(bound)
    for name in unknown:
        full[name] = terms.id(f"<{UNNAMED}{name}{asked.mark}>")
    arguments = {
        a.name for t in asked.head.terms if isinstance(t, Skolem) for a in t.arguments if isinstance(a, Variable)
    }
    if arguments & set(unknown):
        asked.cut.append(f"what the new node of rule {asked.state.rules[asked.number].id!r} is made of was not found")
        return None
    if _all_pass(asked, guards, full):
        return full if _nodes_fit(asked, full) else None
    guarded = [n for n in unknown if any(n in reads(p) for p in guards)]
    if len(guarded) == 1:
        for guess in _guesses(asked, guards, bound):
            tried = {**full, guarded[0]: terms.id(number_term(guess))}
            if _all_pass(asked, guards, tried) and _nodes_fit(asked, tried):
                return tried
    asked.cut.append(f"values that pass the guards of rule {asked.state.rules[asked.number].id!r} were not found")
    return None


def _all_pass(asked: _Asked, guards: Sequence[Compare | Assign], full: dict[str, int]) -> bool:
    """Try the guards, what is assigned before what reads it; bindings grow by what is assigned."""
    todo = list(guards)
    while todo:
        ready = [p for p in todo if reads(p) <= full.keys()]
        if not ready or not all(_passes(asked, p, full) for p in ready):
            return False
        todo = [p for p in todo if p not in ready]
    return True


def _guesses(asked: _Asked, guards: Sequence[Compare | Assign], bound: dict[str, int]) -> Iterator[Fraction]:
    """Yield numbers near those that the guards speak of."""
    texts: list[int] = []
    todo: list[_Expression] = []
    for part in guards:
        todo += [part.left, part.right] if isinstance(part, Compare) else [Variable(part.variable), part.expression]
    for expression in todo:  # grows as it goes
        match expression:
            case Arithmetic(arguments=arguments):
                todo.extend(arguments)
            case Constant(text):
                texts.append(asked.state.world.terms.id(text))
            case Variable(name) if name in bound:
                texts.append(bound[name])
    keys = [asked.state.world.terms.value(i).key for i in dict.fromkeys(texts)]
    numbers = [k for k in keys if isinstance(k, Fraction)]
    for step in (0, 1, -1):
        yield from (n + step for n in numbers)
    for one, other in combinations(numbers, 2):
        yield from (one + other, one - other, other - one, one * other, *((one / other,) if other else ()))
        yield from ((other / one,) if one else ())
