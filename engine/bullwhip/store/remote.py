"""Another SPARQL 1.1 endpoint as a store, asked by the protocols of the W3C alone.

Queries go by POST and ask for exactly one media type; graphs are written by the Graph Store Protocol, or by SPARQL
Update where that is missing. The default graph of a query is the union of the named graphs, whatever the endpoint's own
default is: where it is another, the graphs are listed as parameters of the protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

import pyoxigraph as ox

from bullwhip.errors import LimitError, LoadError, Problem, QueryError
from bullwhip.store.answers import read_json, read_ntriples, skolem
from bullwhip.store.functions import refuse_functions
from bullwhip.store.interface import Answer, Cell, Function
from bullwhip.store.layout import Addresses, find_addresses, query_urls
from bullwhip.store.nquads import parse, parse_graph, sorted_lines, write
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.store.pages import LINES, PAGE, insert, pages, triples_of
from bullwhip.store.transport import Body, Limits, Transport
from bullwhip.terms import PREFIXES

__all__ = ["RemoteStore"]

_RESULTS = ("application/sparql-results+json", "application/json")
_TRIPLES = ("application/n-triples", "text/plain")
_PROLOGUE = " ".join(f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items())
_COUNTS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_STAGING = "urn:bullwhip:staging"

_WAYS = ("form", "direct", "get")
"""The three ways of the protocol to carry a query."""

_NOT_SO = (404, 405, 411, 415, 501)
"""What an endpoint says to a way or a path that it does not have."""

_Form = Literal["select", "ask", "construct"]


class RemoteStore:
    """A store at another place. Blank nodes are IRIs there, and blank nodes again in what comes back.

    A graph of one page is replaced in one request. A longer one is sent beside it and moved by one update, where the
    endpoint takes updates; where it takes none, an upload that breaks off leaves a part.
    """

    def __init__(
        self, url: str, *, update: str = "", graph_store: str = "", limits: Limits | None = None, **options: Any
    ) -> None:
        """Make ready to ask; nothing is sent yet.

        Args:
            url: where queries are sent; of a bare host, `/query` and `/sparql` are tried.
            update: where updates are sent; found by the usual paths beside `url` when empty.
            graph_store: where graphs are written, likewise.
            limits: on time, size and tries.
            options: of the transport, for tests.

        Raises:
            UsageError: BW002 for what is no URL, BW004 when httpx is not installed.
        """
        self.transport = Transport(url, limits, **options)
        self.name = self.transport.named(url)
        self._given = Addresses(url, update, graph_store)
        self._used: tuple[str, str] | None = None
        """The URL and the way by which queries are taken."""
        self._found: Addresses | None = None
        self._dataset: dict[str, list[str]] | None = None

    def query(self, text: str, functions: Mapping[str, Function] | None = None) -> Answer:
        """Run a query that has passed the guard."""
        refuse_functions(self.name, functions)
        form = _form(text)
        return self.ask(f"{_PROLOGUE} {text}", form, self._union())

    def ask(self, text: str, form: _Form, dataset: Mapping[str, list[str]]) -> Answer:
        """Send a query as it stands, and read the whole answer.

        Args:
            text: the query, with all it needs.
            form: what comes back.
            dataset: `default-graph-uri` and `named-graph-uri`, or nothing for the endpoint's own dataset.
        """
        types = _TRIPLES if form == "construct" else _RESULTS
        body = self._send(text, types, dataset)
        if form == "construct":
            return read_ntriples(body.content, body.framed, self.name)
        answer = read_json(body.content, form, self.name)
        most = body.headers.get("x-sparql-maxrows", "")  # Virtuoso cuts rows off and says so here alone
        rows = cast(list[tuple[Cell, ...]], answer.rows)
        if most.isdigit() and len(rows) >= int(most):
            raise LimitError(Problem("BW901", f"{self.name} gives at most {int(most):,} rows", hint="add a LIMIT"))
        return answer

    def match(self, subject: Cell, predicate: Cell, value: Cell, graph: Cell) -> Iterator[ox.Quad]:
        """Yield the quads of named graphs that fit; None fits everything."""
        if isinstance(subject, ox.Literal | ox.Triple) or not isinstance(predicate, ox.NamedNode | None):
            return
        if not isinstance(graph, ox.NamedNode | None):
            return
        wanted = {"s": subject, "p": predicate, "o": value, "g": graph}
        given = "".join(f"VALUES ?{name} {{ {skolem(t)} }} " for name, t in wanted.items() if t is not None)
        answer = self.ask(f"SELECT ?s ?p ?o ?g {{ {given} GRAPH ?g {{ ?s ?p ?o }} }}", "select", {})
        for s, p, o, g in cast(list[tuple[Any, Any, Any, Any]], answer.rows):
            yield ox.Quad(s, p, o, g)

    def graphs(self) -> Mapping[str, int]:
        """Return the named graphs with the number of their triples, in order of name."""
        rows = cast(list[tuple[Any, Any]], self.ask(_COUNTS, "select", {}).rows)
        return dict(sorted((g.value, int(n.value)) for g, n in rows if isinstance(g, ox.NamedNode)))

    def load(self, nquads: bytes) -> None:
        """Add quads, graph by graph; what breaks off leaves the pages that were sent."""
        graphs: dict[str, list[ox.Quad]] = {}
        for quad in parse(nquads):
            if not isinstance(quad.graph_name, ox.NamedNode):
                message = f"a quad without the name of a graph: {quad.triple}"
                hint = "an endpoint's default graph may be the union of all; name a graph"
                raise LoadError(Problem("BW527", message, hint=hint))
            graphs.setdefault(quad.graph_name.value, []).append(quad)
        for graph, quads in graphs.items():
            self._add(graph, triples_of(quads))

    def replace(self, graph: str, nquads: bytes) -> None:
        """Put quads of one graph in the place of what it holds."""
        text = triples_of(parse_graph(nquads, graph))
        at = self._addresses()
        if not text:
            self.drop(graph)
        elif at.graph_store and (len(text) <= PAGE or not at.update):
            first, *more = pages(text)
            self._graph_store("PUT", graph, first)
            for page in more:
                self._graph_store("POST", graph, page)
        else:
            self.drop(_STAGING)  # what an upload that broke off has left
            self._add(_STAGING, text)
            self._update(f"MOVE <{_STAGING}> TO {ox.NamedNode(graph)}".encode())

    def drop(self, graph: str) -> None:
        """Remove one graph and nothing else; a graph that is not there is no error."""
        if self._addresses().graph_store:
            self._graph_store("DELETE", graph)
        else:
            self._update(f"DROP SILENT GRAPH {ox.NamedNode(graph)}".encode())

    def dump(self, graph: str | None = None) -> bytes:
        """Return all quads of named graphs, or those of one, as N-Quads in order of bytes, each line once."""
        counts = self.graphs()
        found = []
        for name in counts if graph is None else [graph]:
            node = ox.NamedNode(name)
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}"
            rows = cast(list[tuple[Any, Any, Any]], self.ask(text, "construct", {}).rows)
            lines = OxigraphStore.of(write(ox.Quad(s, p, o, node) for s, p, o in rows)).dump()
            if lines.count(b"\n") != counts.get(name, 0):
                message = f"{self.name} gives {lines.count(10):,} of {counts.get(name, 0):,} triples of {node}"
                raise QueryError(Problem("BW524", message, hint="the endpoint may limit its answers"))
            found.append(lines)
        return sorted_lines(b"".join(found))

    def __len__(self) -> int:
        """Return the number of quads in named graphs."""
        return sum(self.graphs().values())

    def close(self) -> None:
        """Close all connections."""
        self.transport.close()

    def is_union(self) -> bool | None:
        """Return whether the endpoint's default graph shows what named graphs hold; None where they hold nothing."""
        text = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g LIMIT 100"
        graphs = [g for (g,) in self.ask(text, "select", {}).rows]
        for graph in dict.fromkeys([*graphs[:2], *graphs[-1:]]):
            text = f"SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o FILTER(ISIRI(?s) && !ISBLANK(?o)) }} }} LIMIT 1"
            for s, p, o in self.ask(text, "select", {}).rows:
                seen = self.ask(f"ASK {{ {skolem(s)} {p} {skolem(o)} }}", "ask", {})
                if cast(Any, next(iter(seen.rows))[0]).value != "true":
                    return False
        return True if graphs else None

    def _union(self) -> Mapping[str, list[str]]:
        """Return the dataset that makes the default graph the union: nothing where it is, or all graphs by name."""
        if self._dataset is None:
            union = self.is_union()
            if union is None:
                return {}
            names = [] if union else list(self.graphs())
            self._dataset = {"default-graph-uri": names, "named-graph-uri": names} if names else {}
        return self._dataset

    def _send(self, text: str, types: tuple[str, ...], dataset: Mapping[str, list[str]]) -> Body:
        """Send a query by the first way that the endpoint takes, and remember it."""
        if self._used is not None:
            url, way = self._used
            method, request = _request(way, text, dataset)
            return self.transport.read(method, url, types, **request)
        tries = [(url, way) for url in query_urls(self.transport.url) for way in _WAYS]
        for url, way in tries:
            method, request = _request(way, text, dataset)
            last = (url, way) == tries[-1]
            body = self.transport.read(method, url, types, () if last else _NOT_SO, **request)
            if body.status not in _NOT_SO:
                self._used = (url, way)
                break
        return body

    def _addresses(self) -> Addresses:
        if self._found is None:
            if self._used is None:
                self.ask("ASK {}", "ask", {})
            queries = self._used[0] if self._used else self.transport.url
            self._found = find_addresses(self.transport, queries, self._given)
        return self._found

    def _add(self, graph: str, text: bytes) -> None:
        if self._addresses().graph_store:
            for page in pages(text):
                self._graph_store("POST", graph, page)
        else:
            for page in pages(text, lines=LINES):
                self._update(insert(graph, page))

    def _graph_store(self, method: str, graph: str, page: bytes | None = None) -> None:
        request: dict[str, Any] = {"params": {"graph": graph}}
        if page is not None:
            request |= {"content": page, "headers": {"Content-Type": "application/n-triples"}}
        self._dataset = None
        self.transport.write(method, self._addresses().graph_store, (404,) if method == "DELETE" else (), **request)

    def _update(self, text: bytes) -> None:
        self._dataset = None
        headers = {"Content-Type": "application/sparql-update"}
        self.transport.write("POST", self._addresses().update, content=text, headers=headers)


def _form(text: str) -> _Form:
    """Return what a query gives, having parsed it."""
    try:
        answer = ox.Store().query(text, prefixes=PREFIXES)
    except (SyntaxError, RuntimeError, ValueError) as error:
        raise QueryError(Problem("BW501", f"the query cannot be read: {error}")) from None
    if isinstance(answer, ox.QuerySolutions):
        return "select"
    return "ask" if isinstance(answer, ox.QueryBoolean) else "construct"


def _request(way: str, text: str, dataset: Mapping[str, list[str]]) -> tuple[str, dict[str, Any]]:
    """Return method and parts of a request that carries a query in one of the ways of the protocol."""
    if way == "form":
        return "POST", {"data": {"query": text, **dataset}}
    if way == "get":
        return "GET", {"params": {"query": text, **dataset}}
    headers = {"Content-Type": "application/sparql-query; charset=utf-8"}
    return "POST", {"content": text.encode(), "params": dict(dataset), "headers": headers}
