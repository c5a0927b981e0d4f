"""What a store of quads can do; the queries, rules and checks of the product need no more than this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import pyoxigraph as ox

__all__ = ["Answer", "Cell", "Function", "Store"]

Cell = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
"""A term of an answer; None where it is unbound."""

Function = Callable[..., Cell]
"""A function that a query may call, from terms to a term."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query, in terms; ASK gives one row with a boolean, CONSTRUCT and DESCRIBE one row a triple."""

    form: Literal["select", "ask", "construct"]
    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


class Store(Protocol):
    """A store of quads. The default graph of a query is the union of all its graphs, each triple once."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def query(self, text: str, functions: Mapping[str, Function] | None = None) -> Answer:
        """Run a query that has passed the guard.

        Args:
            text: SPARQL 1.1, with the prefixes of `terms.PREFIXES` declared.
            functions: by IRI; a store that cannot call them refuses.
        """

    def match(self, subject: Cell, predicate: Cell, value: Cell, graph: Cell) -> Iterator[ox.Quad]:
        """Yield the quads that fit; None fits everything."""

    def graphs(self) -> Mapping[str, int]:
        """Return the named graphs with the number of their triples, in order of name."""

    def load(self, nquads: bytes) -> None:
        """Add quads; all of them or none."""

    def replace(self, graph: str, nquads: bytes) -> None:
        """Put quads of one graph in the place of what it holds; all of them or none."""

    def drop(self, graph: str) -> None:
        """Remove one graph and nothing else."""

    def dump(self, graph: str | None = None) -> bytes:
        """Return all quads, or those of one graph, as N-Quads in order of bytes, each line once."""

    def __len__(self) -> int:
        """Return the number of quads."""

    def close(self) -> None:
        """Let go of files and connections."""
