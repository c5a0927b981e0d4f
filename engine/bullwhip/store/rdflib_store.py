"""rdflib as a store: its Dataset in memory, with what it does silently otherwise switched off.

Functions belong to one query and not to the process, as rdflib's registry would have it; a query reads no file and no
URL; a function that is not there is an error and not an empty cell.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from threading import RLock
from types import MethodType
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from bullwhip.errors import Problem, QueryError
from bullwhip.store.functions import Failures, unknown_function
from bullwhip.store.interface import Answer, Cell, Function
from bullwhip.store.nquads import parse_graph, write
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.rdflib_terms import add_quads, from_rdflib, new_dataset, to_rdflib_term
from bullwhip.terms import PREFIXES

if TYPE_CHECKING:
    from rdflib import Dataset

__all__ = ["RdflibStore"]

_STAR = re.compile(r"\A[^{]*\bselect\s+(?:(?:distinct|reduced)\s+)?\*", re.IGNORECASE)

_BOOLEAN = ox.NamedNode(f"{PREFIXES['xsd']}boolean")


class RdflibStore:
    """A store in rdflib's memory: slow, and a second opinion.

    Numbers are spelled as the other stores spell them. Two things rdflib does in its own way: `xsd:gYear` literals do
    not compare, so periods are asked by `bw:year` or by days; and arithmetic has another precision.

    >>> store = RdflibStore.of(b'<urn:a> <urn:p> "1" <urn:g> .')
    >>> list(store.query("SELECT ?o { ?s ?p ?o }").rows)
    [(<Literal value=1 datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>,)]
    """

    name = "rdflib"

    def __init__(self) -> None:
        """Make an empty store."""
        self.dataset: Dataset = new_dataset()
        self._lock = RLock()

    @classmethod
    def of(cls, nquads: bytes) -> RdflibStore:
        """Return a store that holds quads.

        Raises:
            LoadError: BW527 when they are not well-formed.
            QueryError: BW525 when they hold terms of RDF 1.2.
        """
        store = cls()
        store.load(nquads)
        return store

    def query(self, text: str, functions: Mapping[str, Function] | None = None) -> Answer:
        """Run a query that has passed the guard."""
        from rdflib.plugins.sparql import SPARQL_DEFAULT_GRAPH_UNION, prepareQuery
        from rdflib.plugins.sparql.evaluate import evalQuery

        failures = Failures()
        watched = {iri: failures.watch(iri, function) for iri, function in (functions or {}).items()}
        if not SPARQL_DEFAULT_GRAPH_UNION:
            raise QueryError(Problem("BW525", "rdflib is set to read no union: SPARQL_DEFAULT_GRAPH_UNION is off"))
        try:
            query = prepareQuery(text, initNs=PREFIXES)
            if query.algebra.datasetClause:
                raise QueryError(Problem("BW501", "FROM is not allowed: a query reads the union of all graphs"))
            _bind(query.algebra, watched)
            _keep_groups(query.algebra)
            with self._lock, warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # rdflib calls what it deprecates itself
                return _answer(evalQuery(self.dataset, query, {}), failures, _STAR.search(text) is not None)
        except (QueryError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001  rdflib raises whatever goes wrong inside of it
            message = f"{type(error).__name__}: {error}"[:1000]
            raise QueryError(Problem("BW501", f"the query fails on rdflib: {message}")) from None

    def match(self, subject: Cell, predicate: Cell, value: Cell, graph: Cell) -> Iterator[ox.Quad]:
        """Yield the quads that fit; None fits everything."""
        own = str(self.dataset.default_graph.identifier)
        wanted: Any = tuple(None if t is None else to_rdflib_term(t) for t in (subject, predicate, value, graph))
        for s, p, o, g in list(self.dataset.quads(wanted)):
            terms: tuple[Any, Any, Any] = (from_rdflib(s), from_rdflib(p), from_rdflib(o))
            name = ox.DefaultGraph() if str(g) == own else ox.NamedNode(str(g))
            if graph in (None, name):  # rdflib gives every graph that says the triple, whichever is asked for
                yield ox.Quad(*terms, name)

    def graphs(self) -> Mapping[str, int]:
        """Return the named graphs with the number of their triples, in order of name."""
        own = self.dataset.default_graph.identifier
        found = {str(g.identifier): len(g) for g in self.dataset.graphs() if g.identifier != own}
        return {name: number for name, number in sorted(found.items()) if number}

    def load(self, nquads: bytes) -> None:
        """Add quads; all of them or none."""
        spelled = OxigraphStore.of(nquads)  # numbers in the spelling of the other stores
        with self._lock:
            add_quads(self.dataset, spelled.match(None, None, None, None))

    def replace(self, graph: str, nquads: bytes) -> None:
        """Put quads of one graph in the place of what it holds; all of them or none."""
        parse_graph(nquads, graph)
        fresh = RdflibStore.of(nquads)
        with self._lock:
            self.drop(graph)
            add_quads(self.dataset, fresh.match(None, None, None, None))

    def drop(self, graph: str) -> None:
        """Remove one graph and nothing else; a graph that is not there is no error."""
        from rdflib import URIRef

        with self._lock:
            self.dataset.remove_graph(URIRef(graph))

    def dump(self, graph: str | None = None) -> bytes:
        """Return all quads, or those of one graph, as N-Quads in order of bytes, each line once."""
        return write(self.match(None, None, None, None if graph is None else ox.NamedNode(graph)))

    def __len__(self) -> int:
        """Return the number of quads."""
        return sum(1 for _ in self.dataset.quads((None, None, None, None)))

    def close(self) -> None:
        """Let go of the quads."""
        self.dataset = new_dataset()


def _answer(result: Mapping[str, Any], failures: Failures, star: bool) -> Answer:
    """Return what rdflib found, read to its end: it computes while one reads.

    The columns of `SELECT *` come out of a set; they are put in order of name.
    """
    if result["type_"] == "ASK":
        truth = ox.Literal("true" if result["askAnswer"] else "false", datatype=_BOOLEAN)
        return Answer("ask", ("answer",), [(truth,)], failures)
    if result["type_"] == "SELECT":
        variables = sorted(set(result["vars_"])) if star else list(dict.fromkeys(result["vars_"]))
        rows = [tuple([from_rdflib(found.get(v)) for v in variables]) for found in result["bindings"]]
        return Answer("select", tuple(map(str, variables)), rows, failures)
    triples = sorted(result["graph"])  # a set; its order is that of the run
    return Answer(
        "construct", ("subject", "predicate", "object"), [tuple(map(from_rdflib, t)) for t in triples], failures
    )


def _parts(algebra: Any) -> Iterator[Any]:
    """Yield every part of a query."""
    from rdflib.plugins.sparql.parserutils import CompValue

    waiting: list[Any] = [algebra]
    while waiting:
        part = waiting.pop()
        if isinstance(part, CompValue):
            yield part
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list | tuple) or type(part).__name__ == "ParseResults":
            waiting += part


def _bind(algebra: Any, functions: Mapping[str, Callable[..., Cell]]) -> None:
    """Put our functions into the calls of a query; what is neither ours nor a cast to a datatype is refused."""
    for part in _parts(algebra):
        if part.name == "ServiceGraphPattern":
            raise QueryError(Problem("BW501", "SERVICE is not allowed: a query reads this dataset only"))
        if part.name != "Function":
            continue
        iri = str(part.iri)
        if iri in functions:
            part._evalfn = MethodType(_call(functions[iri]), part)
        elif not iri.startswith(PREFIXES["xsd"]):
            raise unknown_function(iri, functions)


def _keep_groups(algebra: Any) -> None:
    """Let GROUP BY give no row where there is no group: rdflib gives one in which nothing is bound."""
    from rdflib import Variable
    from rdflib.plugins.sparql.operators import Builtin_BOUND
    from rdflib.plugins.sparql.parserutils import CompValue, Expr

    for number, part in enumerate(list(_parts(algebra))):
        inner = part.get("p")
        if not isinstance(inner, CompValue) or inner.name != "AggregateJoin" or inner.p.expr is None:
            continue
        size = Variable(f"bullwhip_size_{number}")
        inner.A = [*inner.A, CompValue("Aggregate_Count", distinct="", vars="*", res=size)]
        part["p"] = CompValue("Filter", p=inner, expr=Expr("Builtin_BOUND", Builtin_BOUND, arg=size), _vars={size})


def _call(function: Callable[..., Cell]) -> Callable[[Any, Any], Any]:
    """Return a function as rdflib evaluates a call; without a value it is unbound, as on the other stores."""
    from rdflib.plugins.sparql.sparql import SPARQLError

    def evaluate(call: Any, _: Any) -> Any:
        arguments = [from_rdflib(term) for term in call.expr]
        if None in arguments:
            raise SPARQLError("an argument is unbound")
        try:
            value = function(*arguments)
        except Exception as error:
            raise SPARQLError(str(error)) from error
        if value is None:
            raise SPARQLError("no value")
        return to_rdflib_term(value)

    return evaluate
