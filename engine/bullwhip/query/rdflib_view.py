"""A store as an rdflib Dataset: nothing is copied, nothing can be written, and SPARQL texts go to the store.

What rdflib evaluates itself (prepared queries, `initBindings`, walking over triples) reads triple by triple and is slow
on many; a Dataset in rdflib's own memory is `Workspace.dataset()`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pyoxigraph as ox
from rdflib import BNode, Dataset, Graph, URIRef, Variable
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import NamespaceManager
from rdflib.query import Result
from rdflib.store import Store as RdflibBase

from bullwhip.errors import Problem, QueryError
from bullwhip.query.guard import guard
from bullwhip.store.interface import Answer, Store
from bullwhip.store.rdflib_terms import from_rdflib, to_rdflib_term
from bullwhip.terms import PREFIXES

__all__ = ["as_dataset"]


def as_dataset(store: Store) -> Dataset:
    """Return a store as a Dataset whose default graph is the union of all graphs.

    Args:
        store: any store; it has to stay open.

    >>> from bullwhip.store.oxigraph import OxigraphStore
    >>> dataset = as_dataset(OxigraphStore.of(b'<urn:a> <urn:p> "1" <urn:g> .'))
    >>> [str(row.o) for row in dataset.query("SELECT ?o { ?s ?p ?o }")]
    ['1']
    """
    dataset = Dataset(store=_View(store), default_union=True)
    dataset.namespace_manager = NamespaceManager(dataset, bind_namespaces="none")
    return dataset


class _View(RdflibBase):
    """What rdflib asks of a store, answered by one of ours."""

    context_aware = True
    graph_aware = True
    formula_aware = False
    transaction_aware = False

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._namespaces = {prefix: URIRef(namespace) for prefix, namespace in PREFIXES.items()}

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:
        """Yield the triples that fit, each once, with the graphs that say it."""
        found: dict[Any, list[Any]] = {}
        for quad in self._quads(triple_pattern, context):
            found.setdefault((quad.subject, quad.predicate, quad.object), []).append(quad.graph_name)
        for triple, graphs in found.items():
            yield tuple(map(to_rdflib_term, triple)), iter([self._graph(name) for name in graphs])

    def contexts(self, triple: Any = None) -> Generator[Graph, None, None]:
        """Yield the named graphs, or those that say a triple."""
        if triple is None:
            yield from (self._graph(ox.NamedNode(name)) for name in self._store.graphs())
        else:
            yield from (self._graph(name) for name in dict.fromkeys(q.graph_name for q in self._quads(triple, None)))

    def __len__(self, context: Any = None) -> int:
        """Return the number of triples of a graph, or of the union."""
        return sum(1 for _ in self.triples((None, None, None), context))

    def query(self, query: Any, initNs: Any, initBindings: Any, queryGraph: Any, **kwargs: Any) -> Result:  # noqa: N803
        """Run a text on the store; what is prepared, or binds variables, is left to rdflib."""
        if not isinstance(query, str) or initBindings or queryGraph != "__UNION__":
            raise NotImplementedError
        own = {p: str(n) for p, n in initNs.items() if PREFIXES.get(p) != str(n)}
        text = " ".join([*(f"PREFIX {prefix}: <{name}>" for prefix, name in sorted(own.items())), query])
        guard("query", text)
        return _result(self._store.query(text))

    def bind(self, prefix: str, namespace: URIRef, override: bool = True) -> None:
        """Keep a prefix."""
        if override or prefix not in self._namespaces:
            self._namespaces[prefix] = namespace

    def namespace(self, prefix: str) -> URIRef | None:
        """Return what a prefix stands for."""
        return self._namespaces.get(prefix)

    def prefix(self, namespace: URIRef) -> str | None:
        """Return the prefix of a namespace."""
        return next((p for p, n in self._namespaces.items() if n == namespace), None)

    def namespaces(self) -> Iterator[tuple[str, URIRef]]:
        """Yield prefixes with what they stand for."""
        yield from self._namespaces.items()

    def add(self, *_: Any, **__: Any) -> None:
        """Refuse: the Dataset is a view."""
        raise QueryError(Problem("BW525", "this Dataset is a view of a store and read-only", hint="copy it first"))

    remove = add
    addN = add  # noqa: N815  the name is rdflib's
    remove_graph = add

    def add_graph(self, graph: Graph) -> None:
        """Do nothing: rdflib says this of every graph that it looks at."""

    def _quads(self, pattern: Any, context: Any) -> Iterator[ox.Quad]:
        s, p, o = (None if term is None else from_rdflib(term) for term in pattern)
        name = getattr(context, "identifier", None)
        if name == DATASET_DEFAULT_GRAPH_ID:
            found = self._store.match(s, p, o, None)
            yield from (q for q in found if isinstance(q.graph_name, ox.DefaultGraph))
        else:
            yield from self._store.match(s, p, o, None if name is None else from_rdflib(name))

    def _graph(self, name: object) -> Graph:
        term = to_rdflib_term(name) if isinstance(name, ox.NamedNode | ox.BlankNode) else DATASET_DEFAULT_GRAPH_ID
        return Graph(store=self, identifier=term if isinstance(term, URIRef | BNode) else None)


def _term(term: object) -> Any:
    return None if term is None else to_rdflib_term(term)


def _result(answer: Answer) -> Result:
    """Return an answer as rdflib gives it."""
    rows = [tuple(map(_term, row)) for row in answer.rows]
    if answer.form == "ask":
        result = Result("ASK")
        result.askAnswer = str(rows[0][0]) == "true"
    elif answer.form == "construct":
        result = Result("CONSTRUCT")
        result.graph = Graph()
        for s, p, o in rows:
            result.graph.add((s, p, o))
    else:
        result = Result("SELECT")
        variables = result.vars = [Variable(name) for name in answer.columns]
        result.bindings = [{v: c for v, c in zip(variables, row, strict=True) if c is not None} for row in rows]
    return result
