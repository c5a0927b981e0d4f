"""Why a fact does not hold: the smallest changes under which it would.

The search goes from the fact downwards. Each rule that could derive it lacks something: atoms that no fact is, guards
that fail, facts that a negation excludes. What is missing and can be stated is a change; what only rules can derive is
asked in turn. Partial answers with fewer changes go first, and of those, answers of different forms before answers that
differ in their terms alone. What is found is tried: the missing facts are added, stated
facts in the way are removed, and the program is evaluated again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bullwhip.datalog.abduce import UNNAMED, Goal, Lack, lacks
from bullwhip.datalog.facts import Rows
from bullwhip.datalog.predicates import RDF_TYPE, Key, canonical, iri, is_of_graph
from bullwhip.datalog.state import State, after, follows
from bullwhip.model.proof import Candidate, Fact, Guard, WhyNot

__all__ = ["why_not"]

_STEPS = 300
"""Partial answers looked at."""
_CHANGES = 3
"""Changes that an answer may have."""
_TRIED = 40
"""Answers tried by evaluating again."""


@dataclass(slots=True)
class _Partial:
    """A part of an answer: what is to change, and which facts still have to be derived."""

    missing: tuple[Goal, ...] = ()
    failing: tuple[Guard, ...] = ()
    blocking: tuple[Fact, ...] = ()
    todo: tuple[Goal, ...] = ()
    below: dict[Goal, tuple[Goal, ...]] = field(default_factory=dict)
    """For each fact that is to be derived, what it would rest on."""
    rules: tuple[str, ...] = ()
    variant: int = 0
    """How many answers of the same form, with other terms, come before it."""

    @property
    def size(self) -> int:
        """The fewest changes that it can end with."""
        return len(self.missing) + len(self.failing) + len(self.blocking) + bool(self.todo)


def why_not(state: State, fact: Fact, most: int) -> WhyNot:
    """Return the smallest changes under which a fact would hold, fewest first.

    Args:
        state: everything that follows.
        fact: what does not.
        most: how many answers are wanted.
    """
    key = canonical(fact.predicate), len(fact.terms)
    if state.row_of(key, fact.terms) is not None:
        return WhyNot(fact, holds=True)
    goal: Goal = key, tuple(state.world.terms.id(t) for t in fact.terms)
    return _Search(state, fact, goal, most).run()


@dataclass(slots=True)
class _Search:
    state: State
    fact: Fact
    goal: Goal
    most: int
    cut: dict[str, None] = field(default_factory=dict)
    known: dict[tuple[Goal, int, int], list[Lack]] = field(default_factory=dict)
    found: list[Candidate] = field(default_factory=list)
    tried: set[Candidate] = field(default_factory=set)
    further: int = 3
    """How many answers that do not work are followed further."""

    def run(self) -> WhyNot:
        start = _Partial(todo=(self.goal,))
        if self.goal[0] not in self.state.deriving:
            start = _Partial(missing=(self.goal,))
        waiting: list[tuple[int, int, int, int, _Partial]] = [(start.size, 0, 0, 0, start)]
        steps = made = 0
        while waiting and len(self.found) < self.most:
            *_, partial = heapq.heappop(waiting)
            steps += 1
            if steps > _STEPS or len(self.tried) >= _TRIED:
                self.cut[f"the search ended after {steps - 1} partial answers"] = None
                break
            if not partial.todo:
                self._try(partial)
                continue
            for grown in self._grown(partial):
                if grown.size <= _CHANGES:
                    made += 1
                    far = len(grown.rules)
                    heapq.heappush(waiting, (grown.size, far + grown.variant, far, made, grown))
                else:
                    self.cut[f"answers with more than {_CHANGES} changes are not looked for"] = None
        complete = not self.cut and not waiting
        limit = "; ".join(self.cut) if self.cut else "" if complete else f"there may be more than {self.most} answers"
        return WhyNot(self.fact, False, tuple(sorted(self.found, key=lambda c: c.size)), complete, limit)

    def _grown(self, partial: _Partial) -> Iterator[_Partial]:
        """Yield what a partial answer becomes by each way to derive the first fact that is to be derived."""
        goal, rest = partial.todo[0], partial.todo[1:]
        room = _CHANGES - partial.size + 1
        alike: dict[tuple[int, int, tuple[int, ...]], int] = {}
        for number, place in self.state.deriving.get(goal[0], ()):
            found = self._lacks(goal, number, place, room, len(partial.rules))
            for lack in (v for k in found for v in self._variants(partial, k)):
                rule = self.state.rules[number].id
                form = number, place, lack.atoms
                alike[form] = alike.get(form, -1) + 1
                below = {**partial.below, goal: lack.missing}
                if any(_rests_on(g, goal, below) for g in lack.missing):
                    continue
                grown = _Partial(
                    partial.missing, (*partial.failing, *lack.failing), (*partial.blocking, *lack.blocking), rest,
                    below, (*partial.rules, rule), partial.variant + alike[form],
                )  # fmt: skip
                yield from self._stated_or_derived(grown, [g for g in lack.missing if g not in partial.below])

    def _lacks(self, goal: Goal, number: int, place: int, room: int, depth: int) -> list[Lack]:
        asked = goal, number, place
        if asked not in self.known:
            self.known[asked], cut = lacks(self.state, goal, number, place, _CHANGES, f".{depth}" if depth else "")
            self.cut.update(dict.fromkeys(cut))
        return [k for k in self.known[asked] if len(k.failing) + len(k.blocking) <= room]

    def _variants(self, partial: _Partial, lack: Lack) -> Iterator[Lack]:
        """Yield a lack, and with what is asked for already in the place of its unnamed nodes where that fits."""
        for known in (*partial.below, *partial.missing, *partial.todo):
            for goal in lack.missing:
                pairs = list(zip(goal[1], known[1], strict=True)) if goal[0] == known[0] else []
                named = {a: b for a, b in pairs if a != b}
                if named and all(self._is_unnamed(a) for a in named):
                    missing = tuple((k, tuple(named.get(i, i) for i in ids)) for k, ids in lack.missing)
                    yield replace(lack, missing=tuple(dict.fromkeys(missing)))
        yield lack

    def _is_unnamed(self, term: int) -> bool:
        return self.state.world.terms.texts[term].startswith(f"<{UNNAMED}")

    def _stated_or_derived(self, partial: _Partial, goals: Sequence[Goal]) -> Iterator[_Partial]:
        """Yield a partial answer for each choice of which missing facts are stated and which derived."""
        if not goals:
            yield partial
            return
        goal, rest = goals[0], goals[1:]
        derivable = goal[0] in self.state.deriving
        if not derivable or is_of_graph(goal[0][0]):
            missing = partial.missing if goal in partial.missing else (*partial.missing, goal)
            yield from self._stated_or_derived(_with(partial, missing, partial.todo), rest)
        if derivable:
            todo = partial.todo if goal in partial.todo else (*partial.todo, goal)
            yield from self._stated_or_derived(_with(partial, partial.missing, todo), rest)

    # -- trying

    def _try(self, partial: _Partial) -> None:
        """Keep an answer if the fact holds under it, and none of its parts is enough."""
        texts = self.state.world.terms.texts
        missing = tuple(sorted(Fact(g[0][0], tuple(texts[i] for i in g[1])) for g in partial.missing))
        blocking = tuple(dict.fromkeys(partial.blocking))
        answer = Candidate(
            missing, tuple(dict.fromkeys(partial.failing)), blocking, tuple(dict.fromkeys(partial.rules))
        )
        same = Candidate(answer.missing, answer.failing, answer.blocking)
        if same in self.tried or any(_within(f, answer) for f in self.found):
            return
        self.tried.add(same)
        if self._works(answer):
            self.found.append(answer)
        elif not answer.blocking and self.further > 0:
            self.further -= 1
            self._continue(answer)

    def _continue(self, answer: Candidate) -> None:
        """Ask again where an answer takes something else away: what is still lacking once its facts are stated."""
        added = after(self.state, Rows(_rows(answer.missing)), Rows(), frozenset({self.goal[0]}))
        goal = self.goal[0], tuple(added.world.terms.id(t) for t in self.fact.terms)
        inner = _Search(added, self.fact, goal, 1, further=0)
        rest = inner.run().candidates
        whole = [
            Candidate(
                tuple(sorted({*answer.missing, *r.missing})), r.failing, r.blocking,
                tuple(dict.fromkeys((*answer.rules, *r.rules))),
            )
            for r in rest
        ]  # fmt: skip
        self.found.extend(w for w in whole if w.size <= _CHANGES and not any(_within(f, w) for f in self.found))

    def _works(self, answer: Candidate) -> bool:
        """Evaluate again with what an answer changes; guards that fail cannot be changed, they were evaluated."""
        if answer.failing:
            return True
        removed: dict[str, list[tuple[str, ...]]] = {}
        for fact in answer.blocking:
            key: Key = canonical(fact.predicate), len(fact.terms)
            row = self.state.row_of(key, fact.terms)
            if row is None or row >= self.state.stated(key):
                return True  # only rules derive it; what to change there is a question of its own
            name, lines = self._lines(key, row, fact)
            removed.setdefault(name, []).extend(lines)
        added = _rows(answer.missing)
        if not removed:
            return follows(self.state, Rows(added), self.goal[0], self.fact.terms)
        changed = after(self.state, Rows(added), Rows(removed), frozenset({self.goal[0]}))
        return changed.row_of(self.goal[0], self.fact.terms) is not None

    def _lines(self, key: Key, row: int, fact: Fact) -> tuple[str, list[tuple[str, ...]]]:
        """Return a stated fact once for each graph that states it, under the predicate of its triples."""
        name, arity = key
        if not is_of_graph(name) or arity == 3:
            return name, [fact.terms]
        texts = self.state.world.terms.texts
        graphs = [texts[g] for g in self.state.base.tables[key].graphs(row)]
        if arity == 1:
            return RDF_TYPE[0], [(*fact.terms, f"<{iri(name)}>", g) for g in graphs]
        return name, [(*fact.terms, g) for g in graphs]


def _rows(facts: Sequence[Fact]) -> dict[str, list[tuple[str, ...]]]:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for fact in facts:
        rows.setdefault(fact.predicate, []).append(fact.terms)
    return rows


def _with(partial: _Partial, missing: tuple[Goal, ...], todo: tuple[Goal, ...]) -> _Partial:
    return _Partial(missing, partial.failing, partial.blocking, todo, partial.below, partial.rules, partial.variant)


def _rests_on(goal: Goal, root: Goal, below: Mapping[Goal, tuple[Goal, ...]]) -> bool:
    """Return whether a fact is another or would rest on it."""
    todo, seen = [goal], {goal}
    while todo:
        current = todo.pop()
        if current == root:
            return True
        fresh = [g for g in below.get(current, ()) if g not in seen]
        seen.update(fresh)
        todo.extend(fresh)
    return False


def _within(small: Candidate, large: Candidate) -> bool:
    """Return whether everything that one answer changes, another changes too."""
    return (
        set(small.missing) <= set(large.missing)
        and set(small.failing) <= set(large.failing)
        and set(small.blocking) <= set(large.blocking)
    )
