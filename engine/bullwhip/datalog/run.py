"""Evaluation: stratum by stratum, each until nothing new follows (semi-naive), with the first derivation of each fact.

In a round every rule reads the facts of the rounds before it, and what it derives is added at the end of the round. So
the first derivation of a fact rests on facts of earlier rounds alone, is one of least depth, and depends on no order
but that of the rules' ids and of the terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bullwhip.datalog.aggregate import aggregate
from bullwhip.datalog.arithmetic import TooLargeError
from bullwhip.datalog.intern import Ids
from bullwhip.datalog.limits import exceeded
from bullwhip.datalog.matching import Body, Matches, World, bindings
from bullwhip.datalog.predicates import Key, key_of, show_key
from bullwhip.datalog.relation import Relation
from bullwhip.datalog.safety import aggregates
from bullwhip.datalog.sorting import different_rows
from bullwhip.datalog.stratify import Stratum
from bullwhip.datalog.values import skolem_term
from bullwhip.model.inference import Aggregate, Atom, Constant, Head, HeadTerm, InferenceRule, Skolem, Variable

__all__ = ["Batch", "History", "grow", "head_columns", "run"]

_LARGE = 200_000
"""Matches of one block above which what they derive is looked through for repeated facts at once."""
_MANY = 8_000_000
"""Candidates of one predicate in one round above which repeated ones are thrown away early."""


Rows: TypeAlias = NDArray[np.int32]
"""Numbers of rows; there are never 2^31 of them."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts that one rule derived in one round: which rows they are, and from which rows of its atoms."""

    first: int
    rule: int
    """Its place in order of id."""
    head: int
    premises: Mapping[int, Rows] | None
    """For each atom that is not negated, by its place in the body, a row for each fact; None for aggregates."""


History = dict[Key, list[Batch]]
"""The derivations of each predicate, in the order of their rows; base facts come before the first."""


@dataclass(slots=True)
class _Candidates:
    """What one rule derives in one round, before it is known what of it is new."""

    rule: int
    head: int
    columns: list[Ids]
    size: int
    premises: dict[int, Rows] | None


@dataclass(slots=True)
class _Run:
    rules: Sequence[InferenceRule]
    world: World
    explain: bool
    history: History = field(default_factory=dict)
    derived: int = 0

    def stratum(self, stratum: Stratum) -> int:
        """Derive everything of a stratum; return the number of rounds."""
        starts = {key: self.world.relation(key).size for key in sorted(stratum.keys)}
        self._add(c for i in stratum.rules for c in self._candidates(i, stratum, None, {}))
        rounds = 1
        while stratum.is_recursive:
            ends = {key: self.world.relation(key).size for key in starts}
            if ends == starts:
                break
            rounds += 1
            if rounds > self.world.limits.rounds:
                raise exceeded(self.rules[stratum.rules[0]], f"{rounds} rounds", f"{self.world.limits.rounds} rounds")
            self._add(c for i in stratum.rules for c in self._from_new(i, stratum, starts, ends))
            starts = ends
        return rounds

    def grow(self, stratum: Stratum, before: Mapping[Key, int], enough: Callable[[], bool]) -> None:
        """Derive what follows further from facts that have been added to what a finished stratum reads.

        Args:
            stratum: one that neither negates nor sums up what has grown.
            before: how many facts each predicate that has grown had.
            enough: ends it early where it returns True.
        """
        starts = {**{key: self.world.relation(key).size for key in sorted(stratum.keys)}, **before}
        while not enough():
            ends = {key: self.world.relation(key).size for key in starts}
            if ends == starts:
                break
            self._add(c for i in stratum.rules for c in self._from_new(i, stratum, starts, ends))
            starts = ends

    def _from_new(
        self, number: int, stratum: Stratum, starts: Mapping[Key, int], ends: Mapping[Key, int]
    ) -> Iterator[tuple[Key, _Candidates]]:
        """Yield what a rule derives from the facts of the last round: each of its atoms in turn matches only those."""
        inner = [
            (i, key_of(p)) for i, p in enumerate(self.rules[number].body)
            if isinstance(p, Atom) and not p.negated and key_of(p) in starts
        ]  # fmt: skip
        for place, key in inner:
            if starts[key] < ends[key]:
                windows = {i: (0, starts[k] if i < place else ends[k]) for i, k in inner}
                windows[place] = (starts[key], ends[key])
                yield from self._candidates(number, stratum, place, windows)

    def _candidates(
        self, number: int, stratum: Stratum, first: int | None, windows: Mapping[int, tuple[int, int]]
    ) -> Iterator[tuple[Key, _Candidates]]:
        rule = self.rules[number]
        heads = [(i, h) for i, h in enumerate(rule.heads) if key_of(h) in stratum.keys]
        plain = [(i, h) for i, h in heads if not aggregates(h)]
        summed = [(i, h) for i, h in heads if aggregates(h)]
        parts: list[list[list[Ids]]] = [[] for _ in summed]
        wanted = None if summed else frozenset(v for _, h in plain for v in _variables(h))
        body = Body(rule, self.world, keep_rows=self.explain and bool(plain), wanted=wanted)
        for block in body.matches(bindings({}), windows, first):
            for place, head in plain:
                yield key_of(head), self._plain(number, place, head, block)
            for collected, (_, head) in zip(parts, summed, strict=True):
                collected.append(head_columns(head.terms, block, self.world))
        for collected, (place, head) in zip(parts, summed, strict=True):
            if collected:
                columns = [np.concatenate(c) for c in zip(*collected, strict=True)]
                yield key_of(head), self._summed(number, place, head, columns)

    def _plain(self, number: int, place: int, head: Head, block: Matches) -> _Candidates:
        columns = head_columns(head.terms, block, self.world)
        if block.size < _LARGE:
            return _Candidates(number, place, columns, block.size, _narrow(block.rows) if self.explain else None)
        new = self.world.relation(key_of(head)).new(columns, block.size)
        premises = _narrow({i: rows[new] for i, rows in block.rows.items()}) if self.explain else None
        return _Candidates(number, place, [c[new] for c in columns], len(new), premises)

    def _summed(self, number: int, place: int, head: Head, columns: list[Ids]) -> _Candidates:
        """Return one fact for each group: the matches with the same other terms."""
        rule, world = self.rules[number], self.world
        size = len(columns[0])
        fixed = [c for c, t in zip(columns, head.terms, strict=True) if not isinstance(t, Aggregate)]
        first, groups = different_rows(fixed, size)
        result: list[Ids] = []
        for column, term in zip(columns, head.terms, strict=True):
            if not isinstance(term, Aggregate):
                result.append(column[first])
                continue
            name = term.variable
            try:
                result.append(aggregate(
                    term.operator, groups, len(first), column, world.terms, world.limits.bits,
                    lambda why, text, name=name: world.note(rule.id, why, {name: text}),  # type: ignore[misc]
                ))  # fmt: skip
            except TooLargeError as error:
                raise exceeded(rule, str(error), f"{world.limits.bits} bits") from None
        kept = np.flatnonzero(np.logical_and.reduce([c >= 0 for c in result]))
        return _Candidates(number, place, [c[kept] for c in result], len(kept), None)

    def _add(self, found: Iterable[tuple[Key, _Candidates]]) -> None:
        """Add what is new of the candidates of a round, each fact by the first rule that derives it."""
        pending: dict[Key, list[_Candidates]] = {}
        sizes: dict[Key, int] = {}
        for key, candidates in found:
            if not candidates.size:
                continue
            pending.setdefault(key, []).append(candidates)
            sizes[key] = sizes.get(key, 0) + candidates.size
            if sizes[key] > _MANY and sizes[key] > 2 * sizes.get((key[0], -1), 0):
                pending[key] = list(_kept(pending[key], self._fresh(key, pending[key])))
                sizes[key] = sizes[key[0], -1] = sum(c.size for c in pending[key])
                self._check(key, candidates.rule, self.derived + sizes[key])
        for key in sorted(pending):
            self._add_all(key, pending[key])

    def _fresh(self, key: Key, candidates: list[_Candidates]) -> Ids:
        """Return the places of candidates that are new, each once, of all lists laid end to end."""
        columns = _laid(candidates, key[1])
        return self.world.relation(key).new(columns, sum(c.size for c in candidates))

    def _add_all(self, key: Key, candidates: list[_Candidates]) -> None:
        relation = self.world.relation(key)
        first = relation.size
        new = _first_of(candidates, relation)
        self.derived += len(new)
        self._check(key, candidates[-1].rule, self.derived)
        for kept in _kept(candidates, new):
            if kept.size:
                self.history.setdefault(key, []).append(Batch(first, kept.rule, kept.head, kept.premises))
                first += kept.size

    def _check(self, key: Key, rule: int, derived: int) -> None:
        most = self.world.limits.facts
        if derived > most:
            raise exceeded(self.rules[rule], f"{derived} facts, the last of {show_key(key)}", f"{most} facts")


def _variables(head: Head) -> Iterator[str]:
    for term in head.terms:
        for part in term.arguments if isinstance(term, Skolem) else (term,):
            if isinstance(part, Variable):
                yield part.name


def _narrow(rows: Mapping[int, Ids]) -> dict[int, Rows]:
    return {i: r.astype(np.int32) for i, r in rows.items()}


def _first_of(candidates: Sequence[_Candidates], relation: Relation) -> Ids:
    """Add candidates, one list after another, to a relation; return which of them were new."""
    return relation.add(_laid(candidates, relation.arity), sum(c.size for c in candidates))


def _laid(candidates: Sequence[_Candidates], arity: int) -> list[Ids]:
    return [np.concatenate([c.columns[p] for c in candidates]) for p in range(arity)]


def _kept(candidates: Sequence[_Candidates], places: Ids) -> Iterator[_Candidates]:
    """Yield the candidates at some places, in order, of all lists laid end to end."""
    offset = done = 0
    for candidate in candidates:
        stop = int(np.searchsorted(places, offset + candidate.size))
        own = places[done:stop] - offset
        premises = None if candidate.premises is None else {i: r[own] for i, r in candidate.premises.items()}
        yield _Candidates(candidate.rule, candidate.head, [c[own] for c in candidate.columns], len(own), premises)
        offset, done = offset + candidate.size, stop


def head_columns(terms: Sequence[HeadTerm], block: Matches, world: World) -> list[Ids]:
    """Return the terms of a head for each match; for an aggregate, what it is taken over."""
    columns = []
    for term in terms:
        match term:
            case Variable(name) | Aggregate(variable=name):
                columns.append(block.columns[name])
            case Constant(text):
                columns.append(np.full(block.size, world.terms.id(text), np.int64))
            case Skolem():
                columns.append(_new_nodes(term, block, world))
    return columns


def _new_nodes(term: Skolem, block: Matches, world: World) -> Ids:
    arguments = head_columns(term.arguments, block, world)
    first, which = different_rows(arguments, block.size)
    texts = [skolem_term(term.kind, row) for row in world.terms.rows([c[first] for c in arguments], len(first))]
    world.terms.add(texts)
    return world.terms.ids(texts)[which]


def run(
    rules: Sequence[InferenceRule], order: Sequence[Stratum], world: World, *, explain: bool, derived: int = 0
) -> History:
    """Derive the facts of strata, in their order, into the relations of a world.

    Args:
        rules: all rules, in order of id.
        order: the strata to run; everything they read is there or comes from an earlier one.
        world: with the base facts.
        explain: whether to keep the first derivation of each fact.
        derived: how many derived facts there are already, for the limit.

    Raises:
        LimitError: BW605, if a limit is reached; it names the rule.
    """
    state = _Run(rules, world, explain, derived=derived)
    for stratum in order:
        state.stratum(stratum)
    return state.history


def grow(
    rules: Sequence[InferenceRule], order: Sequence[Stratum], world: World, before: dict[Key, int],
    enough: Callable[[], bool],
) -> bool | None:  # fmt: skip
    """Derive what follows further from facts that have been added; without explanations.

    Args:
        rules: all rules, in order of id.
        order: the strata to go through, in their order, all of them finished before facts were added.
        world: with the facts that have been added.
        before: how many facts each predicate that has grown had.
        enough: ends it early where it returns True.

    Returns:
        whether it was enough; None where something that has grown is negated or summed up, so that facts may be gone.
    """
    state = _Run(rules, world, explain=False)
    for stratum in order:
        read = {key_of(p) for i in stratum.rules for p in rules[i].body if isinstance(p, Atom)}
        if not (read | stratum.keys) & before.keys():
            continue
        for i in stratum.rules:
            own = [h for h in rules[i].heads if key_of(h) in stratum.keys]
            has_grown = [p for p in rules[i].body if isinstance(p, Atom) and key_of(p) in before]
            if any(p.negated for p in has_grown) or (has_grown and any(aggregates(h) for h in own)):
                return None
        sizes = {key: world.relation(key).size for key in sorted(stratum.keys)}
        state.grow(stratum, before, enough)
        if enough():
            return True
        before.update({k: min(s, before.get(k, s)) for k, s in sizes.items() if world.relation(k).size > s})
    return enough()
