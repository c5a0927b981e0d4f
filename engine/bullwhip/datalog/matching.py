"""Matches of a body, set at a time: atoms joined in turn, guards applied as soon as their variables are bound.

The next atom is the one that is expected to leave the fewest rows: by its size, how many of its arguments are bound,
and whether it shares a variable with what was joined before. Matches that would not fit into memory are split into
blocks, and each block is joined to its end before the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bullwhip.datalog.arithmetic import TooLargeError, evaluate, holds, of_expression
from bullwhip.datalog.intern import Ids, Terms
from bullwhip.datalog.limits import Limits, exceeded
from bullwhip.datalog.predicates import Key, key_of
from bullwhip.datalog.relation import Relation, expand
from bullwhip.datalog.sorting import different_rows
from bullwhip.model.inference import Assign, Atom, Compare, Constant, InferenceRule, Part, Variable

__all__ = ["Body", "Matches", "Undefined", "World", "bindings", "reads"]

_BLOCK = 2_000_000
"""Matches held at once."""
_MANY = 50_000
"""Rows from which on repeated ones are looked for between two joins."""
_FEW = 8
"""Rows for which a missing index may not be worth building: the columns are searched from end to end."""
_EXAMPLES = 3


@dataclass(slots=True)
class Undefined:
    """Where a guard or an assignment of a rule had no value, so that the rule did not match."""

    rule: str
    reason: str
    count: int
    """Different combinations of the terms that it reads."""
    examples: list[tuple[tuple[str, str], ...]]
    """Variables and terms of a few of them."""


@dataclass(slots=True)
class World:
    """All relations as they are now, and what evaluation shares."""

    terms: Terms
    relations: dict[Key, Relation]
    limits: Limits
    notes: dict[tuple[str, str], dict[tuple[tuple[str, str], ...], None]] = field(default_factory=dict)

    def relation(self, key: Key) -> Relation:
        """Return the relation of a predicate, an empty one where there are no facts."""
        found = self.relations.get(key)
        if found is None:
            found = self.relations[key] = Relation(key[1])
        return found

    def note(self, rule: str, reason: str, bound: Mapping[str, str]) -> None:
        """Remember that something had no value."""
        self.notes.setdefault((rule, reason), {})[tuple(bound.items())] = None

    def undefined(self) -> tuple[Undefined, ...]:
        """Return what had no value, by rule and reason."""
        return tuple(
            Undefined(rule, reason, len(rows), sorted(rows)[:_EXAMPLES])
            for (rule, reason), rows in sorted(self.notes.items())
        )


@dataclass(slots=True)
class Matches:
    """Rows of bound variables, and for each joined atom (by its place in the body) the row of its relation."""

    size: int
    columns: dict[str, Ids]
    rows: dict[int, Ids]

    def take(self, places: Ids) -> Matches:
        """Return some of the rows."""
        return Matches(
            len(places), {v: c[places] for v, c in self.columns.items()}, {a: r[places] for a, r in self.rows.items()}
        )


def bindings(bound: Mapping[str, int]) -> Matches:
    """Return one row that binds variables to terms; with none, what every body starts from."""
    return Matches(1, {v: np.array([i], np.int64) for v, i in bound.items()}, {})


class Body:
    """The body of a rule, to be matched against a world.

    Args:
        rule: the rule.
        parts: the parts of its body to match, by their places; by default all.
        keep_rows: whether matches say which rows they come from.
        wanted: variables that are wanted; of matches that agree in these, one is enough. By default every match counts.
    """

    __slots__ = ("_budget", "_keep_rows", "_wanted", "_windows", "_world", "parts", "rule")

    def __init__(
        self,
        rule: InferenceRule,
        world: World,
        *,
        parts: Sequence[int] | None = None,
        keep_rows: bool = True,
        wanted: frozenset[str] | None = None,
    ) -> None:
        self.rule = rule
        places = range(len(rule.body)) if parts is None else parts
        self.parts: dict[int, Part] = {i: rule.body[i] for i in places}
        self._world = world
        self._keep_rows = keep_rows
        self._wanted = wanted
        self._windows: Mapping[int, tuple[int, int]] = {}
        self._budget = world.limits.matches

    def matches(
        self, start: Matches, windows: Mapping[int, tuple[int, int]] | None = None, first: int | None = None
    ) -> Iterator[Matches]:
        """Yield all matches, in blocks, that extend the given bindings.

        Args:
            start: what is bound already.
            windows: for the atom at a place, the rows (from, up to) among which it may match; by default all.
            first: the atom to begin with.
        """
        self._windows = windows or {}
        self._budget = self._world.limits.matches
        todo = dict(self.parts)
        if first is None:
            yield from self._go(start, todo)
            return
        del todo[first]
        for block in self._join(start, first, todo):
            yield from self._go(block, todo)

    def _go(self, matches: Matches, todo: dict[int, Part]) -> Iterator[Matches]:
        matches, todo = self._filter(matches, todo)
        if not matches.size:
            return
        matches = self._without_repeats(matches, todo)
        atoms = [i for i, p in todo.items() if isinstance(p, Atom) and not p.negated]
        if not atoms:
            yield matches
            return
        best = min(atoms, key=lambda i: (*self._cost(i, matches), i))
        rest = {i: p for i, p in todo.items() if i != best}
        for block in self._join(matches, best, rest):
            yield from self._go(block, rest)

    def _without_repeats(self, matches: Matches, todo: Mapping[int, Part]) -> Matches:
        """Forget variables that nothing reads any more, and then rows that are the same."""
        if self._wanted is None:
            return matches
        columns = {v: c for v, c in matches.columns.items() if self._is_read(v, todo)}
        if len(columns) == len(matches.columns):
            return matches
        matches = Matches(matches.size, columns, matches.rows)
        if matches.size < _MANY or not any(isinstance(p, Atom) and not p.negated for p in todo.values()):
            return matches
        return matches.take(np.sort(different_rows(list(columns.values()), matches.size)[0]))

    def _is_read(self, variable: str, todo: Mapping[int, Part]) -> bool:
        return self._wanted is None or variable in self._wanted or any(variable in reads(p) for p in todo.values())

    def _cost(self, place: int, matches: Matches) -> tuple[bool, float]:
        """Return whether an atom shares nothing with what is bound, and how many rows it may have for each."""
        atom = self._atom(place)
        bound = sum(isinstance(t, Constant) or t.name in matches.columns for t in atom.terms)
        shared = not matches.columns or any(isinstance(t, Variable) and t.name in matches.columns for t in atom.terms)
        low, high = self._window(place)
        size = max(0, high - low)
        expected = float(size) ** ((len(atom.terms) - bound) / max(1, len(atom.terms)))
        return not (shared or size <= 1 or bound == len(atom.terms)), expected

    def _atom(self, place: int) -> Atom:
        atom = self.parts[place]
        assert isinstance(atom, Atom)  # noqa: S101  # places of atoms only
        return atom

    def _window(self, place: int) -> tuple[int, int]:
        found = self._windows.get(place)
        return found if found is not None else (0, self._world.relation(key_of(self._atom(place))).size)

    # -- atoms

    def _join(self, matches: Matches, place: int, rest: Mapping[int, Part]) -> Iterator[Matches]:
        atom = self._atom(place)
        relation = self._world.relation(key_of(atom))
        low, high = self._window(place)
        keys = {
            p: self._column(t, matches) for p, t in enumerate(atom.terms)
            if isinstance(t, Constant) or t.name in matches.columns
        }  # fmt: skip
        if self._is_only_asked_for(atom, keys, rest) and (low, high) == (0, relation.size):
            yield from self._semijoin(matches, atom, place, keys)
            return
        whole = not keys and matches.size == 1
        if whole and high - low <= _BLOCK:
            if high > low:
                self._spend(high - low)
                yield self._bind(_spread(matches, high - low), atom, place, relation, np.arange(low, high), keys)
            return
        for left, right in self._pairs(relation, keys, matches.size, low, high):
            if low > 0 or high < relation.size:
                inside = (right >= low) & (right < high)
                left, right = left[inside], right[inside]
            if len(left):
                rows = matches.take(left) if not whole else _spread(matches, len(left))
                yield self._bind(rows, atom, place, relation, right, keys)

    def _is_only_asked_for(self, atom: Atom, keys: Mapping[int, Ids], rest: Mapping[int, Part]) -> bool:
        """Return whether it is enough that some row fits an atom: nothing reads what it binds."""
        new = [t.name for p, t in enumerate(atom.terms) if p not in keys and isinstance(t, Variable)]
        return len(set(new)) == len(new) and not any(self._is_read(v, rest) for v in new)

    def _semijoin(self, matches: Matches, atom: Atom, place: int, keys: Mapping[int, Ids]) -> Iterator[Matches]:
        """Keep the rows that some row of a relation fits, with the first that does."""
        relation = self._world.relation(key_of(atom))
        found = np.full(matches.size, -1)
        if not keys:
            found[:] = 0 if relation.size else -1
        else:
            index = relation.index(tuple(keys))
            for low, counts, rows in index.find(index.keys([keys[p] for p in keys], matches.size)):
                fresh = np.flatnonzero((found < 0) & (counts > 0))
                found[fresh] = rows[low[fresh]]
        self._spend(matches.size)
        kept = np.flatnonzero(found >= 0)
        if len(kept):
            matches = matches.take(kept)
            if self._keep_rows:
                matches.rows[place] = found[kept]
            yield matches

    def _column(self, term: Variable | Constant, matches: Matches) -> Ids:
        if isinstance(term, Variable):
            return matches.columns[term.name]
        found = self._world.terms.find(term.text)
        return np.full(matches.size, -1 if found is None else found, np.int64)

    def _pairs(
        self, relation: Relation, keys: Mapping[int, Ids], size: int, low: int, high: int
    ) -> Iterator[tuple[Ids, Ids]]:
        """Yield places on the left and rows on the right that agree, in blocks."""
        positions = tuple(keys)
        if not keys:
            yield from self._product(size, low, high)
        elif size <= _FEW and not relation.is_worth_an_index(positions):
            for place in range(size):
                fits = np.ones(relation.size, np.bool_)
                for position, column in keys.items():
                    fits &= relation.column(position) == column[place]
                rows = np.flatnonzero(fits)
                self._spend(len(rows))
                yield np.full(len(rows), place, np.int64), rows
        else:
            index = relation.index(positions)
            wanted = index.keys([keys[p] for p in positions], size)
            for begin, counts, rows in index.find(wanted):
                for start, stop in self._blocks(counts):
                    left, right = expand(begin[start:stop], counts[start:stop], rows)
                    yield left + start, right

    def _product(self, size: int, low: int, high: int) -> Iterator[tuple[Ids, Ids]]:
        rows = np.arange(low, max(low, high))
        for start, stop in self._blocks(np.full(size, len(rows), np.int64)):
            yield np.repeat(np.arange(start, stop), len(rows)), np.tile(rows, stop - start)

    def _blocks(self, counts: Ids) -> Iterator[tuple[int, int]]:
        """Yield ranges of the left side that join few enough rows."""
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        self._spend(total)
        start = 0
        while start < len(counts):
            before = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(np.searchsorted(ends, before + _BLOCK, "right")))
            yield start, stop
            start = stop

    def _spend(self, matches: int) -> None:
        self._budget -= matches
        if self._budget < 0:
            most = self._world.limits.matches
            raise exceeded(self.rule, f"{most - self._budget} matches of its body", f"{most} matches")

    def _bind(
        self, matches: Matches, atom: Atom, place: int, relation: Relation, rows: Ids, keys: Mapping[int, Ids]
    ) -> Matches:
        """Bind the variables of an atom to what stands in its rows."""
        for position, term in enumerate(atom.terms):
            if position in keys or not isinstance(term, Variable):
                continue
            column = relation.column(position)[rows]
            if term.name in matches.columns:  # it stands twice in this atom
                equal = np.flatnonzero(matches.columns[term.name] == column)
                matches, rows = matches.take(equal), rows[equal]
            else:
                matches.columns[term.name] = column
        if self._keep_rows:
            matches.rows[place] = rows
        return matches

    # -- guards

    def _filter(self, matches: Matches, todo: dict[int, Part]) -> tuple[Matches, dict[int, Part]]:
        """Apply everything whose variables are bound, until nothing more is."""
        todo = dict(todo)
        again = True
        while again and matches.size:
            again = False
            for place, part in list(todo.items()):
                if not (reads(part) <= matches.columns.keys()):
                    continue
                match part:
                    case Compare():
                        matches = self._compare(matches, part)
                    case Assign():
                        matches = self._assign(matches, part)
                    case Atom(negated=True):
                        matches = self._without(matches, part)
                    case _:
                        continue
                del todo[place]
                again = True
        return matches, todo

    def _evaluate(self, matches: Matches, part: Compare | Assign) -> list[Ids]:
        sides = (part.expression,) if isinstance(part, Assign) else (part.left, part.right)
        world = self._world
        try:
            return [
                evaluate(
                    side, matches.columns, matches.size, world.terms, world.limits.bits,
                    lambda why, at: world.note(self.rule.id, why, at),
                )
                for side in sides
            ]  # fmt: skip
        except TooLargeError as error:
            raise exceeded(self.rule, str(error), f"{world.limits.bits} bits") from None

    def _compare(self, matches: Matches, part: Compare) -> Matches:
        left, right = self._evaluate(matches, part)

        def note(why: str, one: str, other: str) -> None:
            self._world.note(self.rule.id, why, {"left": one, "right": other})

        return matches.take(np.flatnonzero(holds(part, left, right, self._world.terms, note)))

    def _assign(self, matches: Matches, part: Assign) -> Matches:
        (column,) = self._evaluate(matches, part)
        if part.variable in matches.columns:  # bound from outside, when the rule is asked for one fact
            return matches.take(np.flatnonzero((column >= 0) & (column == matches.columns[part.variable])))
        matches = Matches(matches.size, {**matches.columns, part.variable: column}, matches.rows)
        return matches if (column >= 0).all() else matches.take(np.flatnonzero(column >= 0))

    def _without(self, matches: Matches, atom: Atom) -> Matches:
        """Keep the rows that no fact of a negated atom matches."""
        relation = self._world.relation(key_of(atom))
        if not relation.size:
            return matches
        columns = [self._column(t, matches) for t in atom.terms]
        index = relation.rows_index()
        return matches.take(np.flatnonzero(~index.has(index.keys(columns, matches.size))))


def _spread(matches: Matches, size: int) -> Matches:
    """Return the one row, so many times."""
    return Matches(
        size, {v: np.repeat(c, size) for v, c in matches.columns.items()},
        {a: np.repeat(r, size) for a, r in matches.rows.items()},
    )  # fmt: skip


def reads(part: Part) -> set[str]:
    """Return the variables of a part; of an assignment, those that have to be bound before it."""
    match part:
        case Compare():
            return {*of_expression(part.left), *of_expression(part.right)}
        case Assign():
            return set(of_expression(part.expression))
        case Atom():
            return {t.name for t in part.terms if isinstance(t, Variable)}
