"""What a store of quads can do; the queries, rules and checks of the product need no more than this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pyoxigraph as ox

from bullwhip.errors import Problem

__all__ = ["Answer", "Cell", "Function", "Store"]

Cell = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None
"""A term of an answer; None where it is unbound."""

Function = Callable[..., Cell]
"""A function that a query may call, from terms to a term; None, like an exception, leaves the cell unbound."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query, in terms; ASK gives one row with a boolean, CONSTRUCT and DESCRIBE one row a triple."""

    form: Literal["select", "ask", "construct"]
    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    """Read once, and in the thread that asked: what the engine gives may not leave it."""
    warnings: Sequence[Problem] = ()
    """What went wrong in functions (BW521); complete when all rows have been read."""


class Store(Protocol):
    """A store of quads. The default graph of a query is the union of all its graphs, each triple once.

    What goes in comes out in the engine's spelling of numbers (`"007"^^xsd:integer` is 7); an exact spelling is kept as
    text beside it (docs/convention.md §7). Labels of blank nodes are kept.
    """

    @property
    def name(self) -> str:
        """What messages call it."""

    def query(self, text: str, functions: Mapping[str, Function] | None = None) -> Answer:
        """Run a query that has passed the guard.

        Args:
            text: SPARQL 1.1, with the prefixes of `terms.PREFIXES` declared.
            functions: those that the text calls, by IRI; a store that cannot call them refuses.

        Raises:
            QueryError: BW501 when it cannot be parsed or run, BW525 when it asks for what the store cannot do.
        """

    def match(self, subject: Cell, predicate: Cell, value: Cell, graph: Cell) -> Iterator[ox.Quad]:
        """Yield the quads that fit; None fits everything."""

    def graphs(self) -> Mapping[str, int]:
        """Return the named graphs with the number of their triples, in order of name."""

    def load(self, nquads: bytes) -> None:
        """Add quads; all of them or none.

        Raises:
            LoadError: BW527 when they are not well-formed.
            QueryError: BW525 when the store is read-only.
        """

    def replace(self, graph: str, nquads: bytes) -> None:
        """Put quads of one graph in the place of what it holds; all of them or none.

        Raises:
            LoadError: BW527 when they are not well-formed or stand in another graph.
            QueryError: BW525 when the store is read-only.
        """

    def drop(self, graph: str) -> None:
        """Remove one graph and nothing else; a graph that is not there is no error."""

    def dump(self, graph: str | None = None) -> bytes:
        """Return all quads, or those of one graph, as N-Quads in order of bytes, each line once."""

    def __len__(self) -> int:
        """Return the number of quads."""

    def close(self) -> None:
        """Let go of files and connections."""
