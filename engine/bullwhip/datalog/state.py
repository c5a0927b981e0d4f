"""A program evaluated: base facts, relations, derivations; and the same after a change of base facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bullwhip.datalog.base import Base, changed, ids_of
from bullwhip.datalog.facts import Facts, Rows
from bullwhip.datalog.limits import Limits
from bullwhip.datalog.matching import World
from bullwhip.datalog.predicates import Key, key_of, predicates_of, with_plain_types
from bullwhip.datalog.relation import Relation
from bullwhip.datalog.run import Batch, History, grow, run
from bullwhip.datalog.stratify import Stratum, program_problems, strata
from bullwhip.errors import ValidationError
from bullwhip.model.inference import Atom, InferenceProgram, InferenceRule

__all__ = ["State", "after", "derive", "follows"]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that follows from base facts, and how."""

    program: InferenceProgram
    rules: tuple[InferenceRule, ...]
    """In order of id, as evaluated."""
    order: tuple[Stratum, ...]
    base: Base
    world: World
    history: History
    explain: bool
    deriving: Mapping[Key, tuple[tuple[int, int], ...]]
    """For each predicate the rules that derive it, and which of their heads does."""

    def stated(self, key: Key) -> int:
        """Return how many rows of a predicate are base facts; they come first."""
        table = self.base.tables.get(key)
        return 0 if table is None else table.size

    def batch(self, key: Key, row: int) -> tuple[Batch, int] | None:
        """Return the derivation of a row and its place in there; None for a base fact."""
        batches = self.history.get(key, [])
        low, high = 0, len(batches)
        while low < high:
            middle = (low + high) // 2
            if batches[middle].first <= row:
                low = middle + 1
            else:
                high = middle
        return (batches[low - 1], row - batches[low - 1].first) if low and row >= self.stated(key) else None

    def row_of(self, key: Key, terms: Sequence[str]) -> int | None:
        """Return the row of a fact, or None where it does not hold."""
        ids = [self.world.terms.find(t) for t in terms]
        if any(i is None for i in ids) or key not in self.world.relations:
            return None
        return self.world.relations[key].row([i for i in ids if i is not None])


def derive(program: InferenceProgram, base: Base, *, explain: bool, limits: Limits) -> State:
    """Evaluate a program over base facts.

    Raises:
        ValidationError: BW601 to BW604, if the program cannot be evaluated.
        LimitError: BW605, if a limit is reached.
    """
    problems = program_problems(program)
    if problems:
        raise ValidationError(problems)
    rules = with_plain_types(program.rules)
    order = strata(rules)
    terms = base.terms.copy()
    world = World(terms, {key: table.relation() for key, table in base.tables.items()}, limits)
    history = run(rules, order, world, explain=explain)
    return State(program, rules, order, Base(terms, base.tables), world, history, explain, _deriving(rules))


def after(state: State, added: Facts, removed: Facts, only: frozenset[Key] | None = None) -> State:
    """Return the state after base facts are added and removed; strata that read nothing of it are taken over.

    Args:
        state: the state before; it stays as it is.
        added: facts that are stated now.
        removed: facts that no longer are; a fact that several graphs state is there while one does.
        only: predicates that are wanted; strata that they do not need are left out.
    """
    keys = predicates_of(state.rules)
    plus, minus = added.read(keys), removed.read(keys)
    base, touched = changed(Base(state.world.terms.copy(), state.base.tables), plus, minus)
    wanted = None if only is None else _needed(state, only)
    dirty = set(touched)
    todo: list[Stratum] = []
    for stratum in state.order:
        reads = {key_of(p) for i in stratum.rules for p in state.rules[i].body if isinstance(p, Atom)}
        if (stratum.keys | reads) & dirty and (wanted is None or stratum.keys & wanted):
            todo.append(stratum)
            dirty |= stratum.keys
    relations = {
        key: relation if key not in dirty else _fresh(base, key) for key, relation in state.world.relations.items()
    }
    relations.update({key: _fresh(base, key) for key in base.tables if key not in relations})
    kept = {key: batches for key, batches in state.history.items() if key not in dirty}
    derived = sum(relations[key].size - _stated(base, key) for key in kept)
    notes = _notes(state, todo)
    world = World(base.terms, relations, state.world.limits, notes)
    history = run(state.rules, todo, world, explain=state.explain, derived=derived)
    return replace(state, base=base, world=world, history={**kept, **history})


def follows(state: State, added: Facts, key: Key, terms: Sequence[str]) -> bool:
    """Return whether a fact would hold if base facts were added.

    Where nothing that grows is negated or summed up, only what is new is derived, and no further than to the fact.
    """
    plus = added.read(predicates_of(state.rules))
    made = Base(state.world.terms.copy(), state.base.tables)
    relations = dict(state.world.relations)
    wanted = _needed(state, frozenset({key}))
    order = [s for s in state.order if s.keys & wanted]
    for grown in sorted({*plus, *(k for s in order for k in s.keys)}):
        relations[grown] = state.world.relation(grown).copy()
    before: dict[Key, int] = {}
    for grown, stated in plus.items():
        columns = ids_of(stated, made.terms)[:-1]
        size = relations[grown].size
        if len(relations[grown].add(columns, len(stated.graphs))):
            before[grown] = size
    goal = [made.terms.id(t) for t in terms]
    world = World(made.terms, relations, state.world.limits)
    found = grow(state.rules, order, world, before, lambda: world.relation(key).row(goal) is not None)
    if found is None:
        return after(state, added, Rows(), frozenset({key})).row_of(key, terms) is not None
    return found


def _deriving(rules: Sequence[InferenceRule]) -> dict[Key, tuple[tuple[int, int], ...]]:
    found: dict[Key, tuple[tuple[int, int], ...]] = {}
    for number, rule in enumerate(rules):
        for place, head in enumerate(rule.heads):
            found[key_of(head)] = (*found.get(key_of(head), ()), (number, place))
    return found


def _notes(state: State, todo: Sequence[Stratum]) -> dict[tuple[str, str], dict[tuple[tuple[str, str], ...], None]]:
    again = {state.rules[i].id for s in todo for i in s.rules}
    return {k: dict(v) for k, v in state.world.notes.items() if k[0] not in again}


def _fresh(base: Base, key: Key) -> Relation:
    table = base.tables.get(key)
    return Relation(key[1]) if table is None else table.relation()


def _stated(base: Base, key: Key) -> int:
    table = base.tables.get(key)
    return 0 if table is None else table.size


def _needed(state: State, only: frozenset[Key]) -> frozenset[Key]:
    """Return the predicates that some predicates are derived from, and these."""
    found = set(only)
    for stratum in reversed(state.order):
        if stratum.keys & found:
            found |= {key_of(p) for i in stratum.rules for p in state.rules[i].body if isinstance(p, Atom)}
    return frozenset(found)
