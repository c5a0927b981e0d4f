"""Oxigraph as a store: in memory, or on disk and read-only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import cast

import pyoxigraph as ox

from bullwhip.errors import LoadError, Problem, QueryError
from bullwhip.store.functions import Failures, unknown_function
from bullwhip.store.generations import is_store, open_current
from bullwhip.store.interface import Answer, Cell, Function
from bullwhip.store.nquads import in_graph, parse, parse_graph, sorted_lines
from bullwhip.terms import PREFIXES

__all__ = ["OxigraphStore"]

_STAGING = ox.NamedNode("urn:bullwhip:staging")
"""Where the new quads of a graph wait until one transaction moves them."""

_REPEATED = (
    "ASK { ?s ?p ?o GRAPH ?g { ?s ?p ?o } }",
    "ASK { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h) }",
)
"""Whether a named graph says what the default graph or another one says."""

_STRING = ox.NamedNode(f"{PREFIXES['xsd']}string")
_MULTIPLE = re.compile("count|sum|avg|concat|sample|rand|uuid|bnode|construct|describe")
"""What may tell two equal solutions from one."""

_STEP = 4_000
"""How many quads are copied at once."""

_DISTINCT = re.compile(r"select\s+distinct\b")

_BOOLEAN = ox.NamedNode(f"{PREFIXES['xsd']}boolean")


class OxigraphStore:
    """A store in this process.

    Writers take turns, and a query that begins while a graph is replaced waits until it is whole; a query that has
    begun keeps what it saw.

    >>> store = OxigraphStore.of(b'<urn:a> <urn:p> "1" <urn:g> .')
    >>> list(store.query("SELECT ?o { ?s ?p ?o }").rows)
    [(<Literal value=1 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>,)]
    """

    def __init__(self, engine: ox.Store | None = None, name: str = "the store in memory", *, frozen: bool = False):
        """Use an engine's store, which may be on disk, or a new one in memory.

        Args:
            engine: the engine's own store.
            name: what messages call it.
            frozen: whether writing is refused.
        """
        self.engine = ox.Store() if engine is None else engine
        self.name = name
        self.frozen = frozen
        self._lock = RLock()
        self._in_memory = engine is None
        self._repeats: bool | None = None
        """Whether a triple may stand in several graphs; None where nobody has looked yet."""
        self._unseen: list[ox.Quad] = []
        """What has been written since."""
        self._merged: ox.Store | None = None
        """Where it does: every triple once in the default graph, and the named graphs where a query needs them."""
        self._named = False

    @classmethod
    def of(
        cls, nquads: bytes, name: str = "the store in memory", *, frozen: bool = False, checked: bool = False
    ) -> OxigraphStore:
        """Return a store in memory that holds quads.

        Args:
            nquads: the quads.
            name: what messages call the store.
            frozen: whether writing is refused.
            checked: whether IRIs have been checked, as in all that a store or `to_nquads` has written; a quarter of
                the time goes into that.

        Raises:
            LoadError: BW527 when they are not well-formed.
        """
        store = cls(name=name)
        _fill(store.engine, nquads, checked)
        store.frozen = frozen
        return store

    @classmethod
    def open(cls, path: Path) -> OxigraphStore:
        """Return a store on disk, opened for reading only: what `bullwhip build` wrote, or a database of the engine.

        Of the first the generation that counts now is opened, and stays what it is. The second must not change while
        it is open.

        Raises:
            LoadError: BW526 when the folder holds no store or a damaged one, BW532 when what was built is damaged.
        """
        name = str(path)  # as it was given: a generation within it tells the reader nothing
        if is_store(path):
            path = open_current(path)
        if not (path / "CURRENT").is_file():
            raise LoadError(Problem("BW526", f"{path} holds no store", hint="write one with bullwhip build"))
        try:
            engine = ox.Store.read_only(str(path))
        except (OSError, RuntimeError, ValueError) as error:
            message = f"the store {path} cannot be opened: {error}"
            raise LoadError(Problem("BW526", message, hint="write it again with bullwhip build")) from None
        return cls(engine, name, frozen=True)

    def anew(self) -> OxigraphStore:
        """Return a store with the same engine, which has been changed by itself: what is known of it is forgotten."""
        store = OxigraphStore(self.engine, self.name, frozen=True)
        store._repeats = self._repeats or None  # what was said twice most likely still is, and nothing is wrong if not
        return store

    def query(self, text: str, functions: Mapping[str, Function] | None = None) -> Answer:
        """Run a query that has passed the guard."""
        failures = Failures()
        called = {ox.NamedNode(iri): failures.watch(iri, f) for iri, f in (functions or {}).items()}
        try:
            with self._lock:
                engine, union = self.seen(text)
                answer = engine.query(
                    text, prefixes=PREFIXES, use_default_graph_as_union=union, custom_functions=called
                )
        except SyntaxError as error:
            raise QueryError(Problem("BW501", f"the query cannot be read: {error}")) from None
        except (RuntimeError, ValueError, OSError) as error:
            raise _failed(error, functions) from None
        if isinstance(answer, ox.QuerySolutions):
            return Answer("select", tuple(v.value for v in answer.variables), _rows(answer), failures)
        if isinstance(answer, ox.QueryBoolean):
            truth = ox.Literal("true" if answer else "false", datatype=_BOOLEAN)
            return Answer("ask", ("answer",), [(truth,)], failures)
        return Answer("construct", ("subject", "predicate", "object"), _rows(answer), failures)

    def match(self, subject: Cell, predicate: Cell, value: Cell, graph: Cell) -> Iterator[ox.Quad]:
        """Yield the quads that fit; None fits everything."""
        if isinstance(subject, ox.Literal | ox.Triple) or not isinstance(predicate, ox.NamedNode | None):
            return iter(())
        if not isinstance(graph, ox.NamedNode | ox.BlankNode | None):
            return iter(())
        found = self.engine.quads_for_pattern(subject, predicate, value, graph)
        if not isinstance(value, ox.Literal) or value.language or value.datatype == _STRING:
            return found
        kept = _kept(value)  # on disk the engine gives the neighbours of a number whose last byte is 255 too
        return (quad for quad in found if quad.object == kept)

    def graphs(self) -> Mapping[str, int]:
        """Return the named graphs with the number of their triples, in order of name."""
        found: Iterable[Iterable[Cell]] = self.engine.query(  # type: ignore[assignment]  # SELECT gives solutions
            "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        )
        counts = {cast(ox.NamedNode, row[0]).value: int(cast(ox.Literal, row[1]).value) for row in map(tuple, found)}
        return dict(sorted(counts.items()))

    def load(self, nquads: bytes) -> None:
        """Add quads; all of them or none."""
        with self._writing():
            _fill(self.engine, nquads)
            self._merged, self._repeats = None, self._repeats or None

    def replace(self, graph: str, nquads: bytes) -> None:
        """Put quads of one graph in the place of what it holds; all of them or none."""
        quads = parse_graph(nquads, graph)
        node = ox.NamedNode(graph)
        with self._writing():
            if self._in_memory or not quads:  # nothing can fail between the two
                self.engine.remove_graph(node)
                self.engine.extend(quads)
            else:
                self.engine.remove_graph(_STAGING)  # what a process that was killed has left
                self.engine.extend(ox.Quad(q.subject, q.predicate, q.object, _STAGING) for q in quads)
                self.engine.update(f"MOVE SILENT {_STAGING} TO {node}")
            self._merged = None
            self._unseen += quads

    def drop(self, graph: str) -> None:
        """Remove one graph and nothing else; a graph that is not there is no error."""
        with self._writing():
            self.engine.remove_graph(ox.NamedNode(graph))
            self._merged = None

    def dump(self, graph: str | None = None) -> bytes:
        """Return all quads, or those of one graph, as N-Quads in order of bytes, each line once."""
        if graph is None:
            return sorted_lines(self.engine.dump(format=ox.RdfFormat.N_QUADS) or b"")
        triples = self.engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph))
        return sorted_lines(in_graph(triples or b"", graph))

    def __len__(self) -> int:
        """Return the number of quads."""
        return len(self.engine)

    def close(self) -> None:
        """Let go of the files."""
        self.engine = ox.Store()
        self.frozen = True

    def prepare(self, nquads: bytes) -> None:
        """Make what a query may need that counts solutions, now and not when it comes, but for what GRAPH needs.

        Args:
            nquads: all that the store holds, each line in a named graph.
        """
        with self._lock:
            lines = {line[: line.rfind(b" <")] for line in nquads.split(b"\n") if line}
            self._repeats = len(lines) < nquads.count(b"\n")
            if self._repeats:
                self._merged, self._named = ox.Store(), False
                _fill(self._merged, b" .\n".join(lines) + b" .\n", checked=True)

    def preparing(self) -> Iterator[None]:
        """Make all that a query may need that counts solutions, in steps of some milliseconds but for the first."""
        if self._repeats is None:
            self._repeats = any(bool(self.engine.query(ask)) for ask in _REPEATED)
            yield
        if not self._repeats:
            return
        if self._merged is None:
            merged = ox.Store()
            for some in _batches(self.engine):
                merged.extend(ox.Quad(q.subject, q.predicate, q.object) for q in some)
                yield
            self._merged, self._named = merged, False
        if not self._named:
            for some in _batches(self.engine):
                self._merged.extend(q for q in some if not isinstance(q.graph_name, ox.DefaultGraph))
                yield
            self._named = True

    def seen(self, text: str) -> tuple[ox.Store, bool]:
        """Return what a query reads, and whether its default graph is the union that the engine makes.

        The engine's union gives a triple once for each graph that says it. Where there are such triples, the union is
        kept as a graph of its own, made when a query comes that could tell the difference.
        """
        if not _counts(text):
            return self.engine, True
        if self._repeats is None:
            self._repeats = any(bool(self.engine.query(ask)) for ask in _REPEATED)
        elif not self._repeats:
            self._repeats = any(self._is_repeated(quad) for quad in self._unseen)
        self._unseen = []
        if not self._repeats:
            return self.engine, True
        if self._merged is None:
            self._merged, self._named = ox.Store(), False
            self._merged.extend(ox.Quad(q.subject, q.predicate, q.object) for q in self.engine)
        if not self._named and "graph" in text.lower():
            self._merged.extend(q for q in self.engine if not isinstance(q.graph_name, ox.DefaultGraph))
            self._named = True
        return self._merged, False

    def _is_repeated(self, quad: ox.Quad) -> bool:
        found = self.engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return next(found, None) is not None and next(found, None) is not None

    def _writing(self) -> RLock:
        """Return the lock of the writers, where writing is allowed."""
        if self.frozen:
            raise QueryError(Problem("BW525", f"{self.name} is read-only"))
        return self._lock


def _batches(quads: Iterable[ox.Quad]) -> Iterator[list[ox.Quad]]:
    rest = iter(quads)
    while some := list(islice(rest, _STEP)):
        yield some


def _kept(literal: ox.Literal) -> Cell:
    """Return a literal as the engine keeps it."""
    name = ox.NamedNode("urn:x")
    store = ox.Store()
    store.add(ox.Quad(name, name, literal))
    kept: Cell = next(iter(store)).object
    return kept


def _counts(text: str) -> bool:
    """Return whether a query may see how often a solution comes: all but ASK and a single SELECT DISTINCT may.

    Words are looked for wherever they stand, so that the answer may be yes where it need not.

    >>> [_counts(q) for q in ("ASK { ?s ?p ?o }", "SELECT DISTINCT ?s { ?s ?p ?o } LIMIT 2", "SELECT ?s { ?s ?p ?o }")]
    [False, False, True]
    """
    low = text.lower()
    if _MULTIPLE.search(low):
        return True
    selects = low.count("select")
    return not (_DISTINCT.search(low) if selects == 1 else selects == 0 and "ask" in low)


def _fill(engine: ox.Store, nquads: bytes, checked: bool = False) -> None:
    """Add quads, all or none. The engine's own loader is the quicker one, but it gives blank nodes other labels."""
    lines = nquads.split(b"\n") if b"_:" in nquads else []
    blank = b"\n".join(line for line in lines if b"_:" in line)
    named = b"\n".join(line for line in lines if b"_:" not in line) if lines else nquads
    try:
        quads = list(cast(Iterable[ox.Quad], ox.parse(blank, format=ox.RdfFormat.N_QUADS)))
        engine.load(named, format=ox.RdfFormat.N_QUADS, lenient=checked)
        engine.extend(quads)
    except SyntaxError:
        parse(nquads)  # says where
        raise


def _rows(answer: Iterable[Iterable[Cell]]) -> Iterator[tuple[Cell, ...]]:
    try:
        yield from map(tuple, answer)
    except (RuntimeError, ValueError, OSError) as error:
        raise _failed(error, None) from None


def _failed(error: Exception, functions: Mapping[str, Function] | None) -> QueryError:
    unknown = re.fullmatch(r"The custom function <(.*)> is not supported", str(error))
    if unknown:
        return unknown_function(unknown[1], functions or {})
    return QueryError(Problem("BW501", f"the query fails: {error}"))
