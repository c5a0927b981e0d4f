"""What follows from base facts: read, counted, written as quads, and asked why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from bullwhip.datalog.base import Base
from bullwhip.datalog.facts import Facts, Rows
from bullwhip.datalog.limits import Limits
from bullwhip.datalog.matching import Undefined
from bullwhip.datalog.predicates import RDF_TYPE, Key, canonical, iri, is_of_graph
from bullwhip.datalog.proofs import first_proof, several_proofs
from bullwhip.datalog.state import State, after, derive
from bullwhip.datalog.why_not import why_not
from bullwhip.errors import Problem, QueryError
from bullwhip.model.inference import InferenceProgram
from bullwhip.model.proof import Fact, Proof, WhyNot

__all__ = ["Inferred", "infer"]


@dataclass(frozen=True, slots=True)
class Inferred:
    """Everything that follows from base facts by the rules of a program."""

    state: State = field(repr=False)

    @property
    def predicates(self) -> tuple[Key, ...]:
        """All predicates that rules read or derive, by name and number of arguments, in order."""
        return tuple(sorted({*self.state.world.relations, *self.state.base.tables}))

    @property
    def undefined(self) -> tuple[Undefined, ...]:
        """Where a rule did not match because a guard or an assignment had no value, such as a division by zero."""
        return self.state.world.undefined()

    def count(self, predicate: str, arity: int | None = None, *, derived: bool = False) -> int:
        """Return how many facts a predicate has.

        Args:
            predicate: its name.
            arity: how many arguments; may be left out where there is one predicate of the name.
            derived: whether to count only what rules add to the base facts.
        """
        total = 0
        for key, chosen in self._places(predicate, arity):
            first = self.state.stated(key) if derived else 0
            total += len(chosen) if not derived else int((chosen >= first).sum())
        return total

    def facts(self, predicate: str, arity: int | None = None, *, derived: bool = False) -> Iterator[tuple[str, ...]]:
        """Yield the facts of a predicate as terms, in order of the terms' texts; the arguments are those of `count`."""
        terms = self.state.world.terms
        for key, rows in self._places(predicate, arity):
            if derived:
                rows = rows[rows >= self.state.stated(key)]
            columns = [c[rows] for c in self.state.world.relations[key].columns()]
            if key[0] != canonical(predicate):
                columns = columns[:1]  # a class that stands as rdf:type
            rank = terms.rank()
            order = np.lexsort([rank[c] for c in reversed(columns)]) if columns else np.arange(len(rows))
            yield from terms.rows([c[order] for c in columns], len(rows))

    def holds(self, predicate: str, terms: tuple[str, ...]) -> bool:
        """Return whether a fact is stated or follows."""
        key, full = self._fact(predicate, terms)
        return self.state.row_of(key, full) is not None

    def nquads(self, graph: str) -> bytes:
        """Return what is derived of classes and properties as quads of one graph, in order of bytes.

        Args:
            graph: the IRI of the graph.

        Raises:
            QueryError: BW606, if a derived triple would have a literal as its subject.
        """
        lines: list[str] = []
        for key in self.predicates:
            name, arity = key
            if not is_of_graph(name) or arity > 2:
                continue
            middle = f"<{iri(name)}>" if arity == 2 else f"<{iri(RDF_TYPE[0])}> <{iri(name)}>"
            relation = self.state.world.relations[key]
            first = self.state.stated(key)
            for row in self.state.world.terms.rows([c[first:] for c in relation.columns()], relation.size - first):
                if row[0].startswith('"'):
                    raise QueryError(_literal_subject(self.state, key, row))
                lines.append(f"{row[0]} {middle}{' ' + row[1] if arity == 2 else ''} <{graph}> .\n")
        lines.sort()
        return "".join(lines).encode()

    def update(self, added: Facts | None = None, removed: Facts | None = None) -> Inferred:
        """Return what follows after base facts are added and removed; only strata that read of it are run again."""
        return Inferred(after(self.state, added or Rows(), removed or Rows()))

    # -- why

    def proof(self, predicate: str, terms: tuple[str, ...]) -> Proof | None:
        """Return the proof of a fact that evaluation found first, one of least depth; None where it does not hold.

        Raises:
            QueryError: BW606, if no explanations were kept.
        """
        node = self._node(predicate, terms)
        return None if node is None else first_proof(self.state, node)

    def proofs(self, predicate: str, terms: tuple[str, ...], most: int) -> tuple[tuple[Proof, ...], bool]:
        """Return different proofs of a fact, smaller ones first, and whether there are no others."""
        node = self._node(predicate, terms)
        return ((), True) if node is None else several_proofs(self.state, node, most)

    def why_not(self, predicate: str, terms: tuple[str, ...], most: int = 5) -> WhyNot:
        """Return the smallest changes under which a fact would hold that does not, fewest first.

        Args:
            predicate: its name.
            terms: its terms; they need not occur anywhere.
            most: how many answers are wanted.
        """
        key, full = self._fact(predicate, terms)
        return why_not(self.state, Fact(key[0], full), most)

    def _node(self, predicate: str, terms: tuple[str, ...]) -> tuple[Key, int] | None:
        key, full = self._fact(predicate, terms)
        row = self.state.row_of(key, full)
        if row is None:
            return None
        if not self.state.explain:
            raise QueryError(Problem("BW606", "no explanations were kept", hint="evaluate with explain=True"))
        return key, row

    # -- which predicate is meant

    def _places(self, predicate: str, arity: int | None) -> Iterator[tuple[Key, np.ndarray]]:
        """Yield a predicate and the rows that are asked for: for a class those of rdf:type, where classes stand so."""
        name = canonical(predicate)
        key = self._key(name, arity)
        relation = self.state.world.relations.get(key)
        if relation is not None:
            yield key, np.arange(relation.size)
        elif arity in (1, None) and is_of_graph(name) and RDF_TYPE in self.state.world.relations:
            typed = self.state.world.relations[RDF_TYPE]
            found = self.state.world.terms.find(f"<{iri(name)}>")
            yield RDF_TYPE, np.flatnonzero(typed.column(1) == (-1 if found is None else found))

    def _key(self, name: str, arity: int | None) -> Key:
        if arity is not None:
            return name, arity
        known = [k for k in self.predicates if k[0] == name]
        if len(known) > 1:
            counts = " and ".join(str(k[1]) for k in known)
            raise QueryError(Problem("BW606", f"{name} is used with {counts} arguments", hint="say how many are meant"))
        return known[0] if known else (name, 0)

    def _fact(self, predicate: str, terms: tuple[str, ...]) -> tuple[Key, tuple[str, ...]]:
        name = canonical(predicate)
        if (name, len(terms)) not in self.state.world.relations and len(terms) == 1 and is_of_graph(name):
            return RDF_TYPE, (*terms, f"<{iri(name)}>")
        return (name, len(terms)), terms


def _literal_subject(state: State, key: Key, row: tuple[str, ...]) -> Problem:
    number = state.row_of(key, row)
    found = state.batch(key, number or 0)
    rule = f"rule {state.rules[found[0].rule].id!r}" if found else "a rule"
    return Problem("BW606", f"{rule} derives the triple {row[0]} {key[0]} …; the subject of a triple is no literal")


def infer(program: InferenceProgram, base: Base, *, explain: bool, limits: Limits) -> Inferred:
    """Evaluate a program over base facts that are read already; see `evaluate`."""
    return Inferred(derive(program, base, explain=explain, limits=limits))
