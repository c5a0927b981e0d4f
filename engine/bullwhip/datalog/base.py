"""Base facts in memory: for each predicate its rows in order, and which graphs state each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bullwhip.datalog.facts import Facts, Stated
from bullwhip.datalog.intern import Ids, Terms
from bullwhip.datalog.predicates import Key, predicates_of, with_plain_types
from bullwhip.datalog.relation import Relation
from bullwhip.model.inference import Arithmetic, Assign, Atom, Compare, Constant, InferenceProgram, InferenceRule

__all__ = ["Base", "Table", "constants", "ids_of", "read_base"]


@dataclass(frozen=True, slots=True)
class Table:
    """What is stated of one predicate, sorted: a column for each argument, then the graph (the empty text: none)."""

    columns: tuple[Ids, ...]
    starts: Ids
    """Where the lines of each row begin; one row may be stated by several graphs."""

    @property
    def size(self) -> int:
        """How many different rows there are."""
        return len(self.starts)

    def relation(self) -> Relation:
        """Return the rows as a relation, numbered in order."""
        relation = Relation(len(self.columns) - 1)
        relation.add([c[self.starts] for c in self.columns[:-1]], self.size)
        return relation

    def graphs(self, row: int) -> list[int]:
        """Return the ids of the graphs that state a row."""
        stop = int(self.starts[row + 1]) if row + 1 < self.size else len(self.columns[-1])
        found: list[int] = self.columns[-1][int(self.starts[row]) : stop].tolist()
        return found


@dataclass(frozen=True, slots=True)
class Base:
    """All base facts that a program reads, and the terms they are made of."""

    terms: Terms
    tables: Mapping[Key, Table]


def constants(rules: Iterable[InferenceRule]) -> set[str]:
    """Return the texts of all constants of rules."""
    found: set[str] = set()

    def walk(thing: object) -> None:
        match thing:
            case Constant(text):
                found.add(text)
            case Arithmetic(arguments=parts) | Atom(terms=parts):
                for part in parts:
                    walk(part)
            case Compare():
                walk(thing.left)
                walk(thing.right)
            case Assign():
                walk(thing.expression)

    for rule in rules:
        for part in (*rule.body, *(t for h in rule.heads for t in h.terms)):
            walk(part)
            for argument in getattr(part, "arguments", ()):
                walk(argument)
    return found


def read_base(program: InferenceProgram, facts: Facts) -> Base:
    """Read from a source what the rules of a program mention."""
    rules = with_plain_types(program.rules)
    stated = facts.read(predicates_of(rules))
    texts = constants(rules) | {""}
    for table in stated.values():
        for column in (*table.columns, table.graphs):
            texts.update(column)
    terms = Terms(texts)
    return Base(terms, {key: sort_table(_known_ids(table, terms)) for key, table in stated.items()})


def ids_of(table: Stated, terms: Terms) -> tuple[Ids, ...]:
    """Return the columns of rows as ids, and at last the graphs; terms that have none get one."""
    for column in (*table.columns, table.graphs):
        terms.add(t for t in column if terms.find(t) is None)
    return _known_ids(table, terms)


def _known_ids(table: Stated, terms: Terms) -> tuple[Ids, ...]:
    return tuple(terms.ids(c) for c in (*table.columns, table.graphs))


def sort_table(columns: Sequence[Ids]) -> Table:
    """Return a table of the different lines, in order.

    >>> table = sort_table([np.array([2, 1, 2, 2]), np.array([8, 9, 9, 9])])
    >>> [c.tolist() for c in table.columns], table.starts.tolist(), table.graphs(1)
    ([[1, 2, 2], [9, 8, 9]], [0, 1], [8, 9])
    """
    order = np.lexsort(tuple(columns)[::-1])
    columns = [c[order] for c in columns]
    new_row = np.zeros(len(order), np.bool_)
    new_row[:1] = True
    for column in columns[:-1]:
        new_row[1:] |= column[1:] != column[:-1]
    new_line = new_row.copy()
    new_line[1:] |= columns[-1][1:] != columns[-1][:-1]
    kept = np.flatnonzero(new_line)
    return Table(tuple(c[kept] for c in columns), np.flatnonzero(new_row[kept]))


def changed(base: Base, added: Mapping[Key, Stated], removed: Mapping[Key, Stated]) -> tuple[Base, frozenset[Key]]:
    """Return the base facts after a change, and the predicates whose rows are not what they were.

    What is both removed and added is there afterwards.
    """
    terms = base.terms
    tables, touched = dict(base.tables), set()
    for key in sorted({*added, *removed}):
        old = tables.get(key)
        lines = Relation(key[1] + 1)
        if old is not None:
            gone = Relation(key[1] + 1)
            if key in removed:
                gone.add(ids_of(removed[key], terms), len(removed[key].graphs))
            index = gone.rows_index()
            kept = np.flatnonzero(~index.has(index.keys(old.columns, len(old.columns[-1]))))
            lines.add([c[kept] for c in old.columns], len(kept))
        if key in added:
            lines.add(ids_of(added[key], terms), len(added[key].graphs))
        new = tables[key] = sort_table(lines.columns())
        if old is None or not all(np.array_equal(a, b) for a, b in zip(old.columns, new.columns, strict=True)):
            touched.add(key)
    return Base(terms, tables), frozenset(touched)
