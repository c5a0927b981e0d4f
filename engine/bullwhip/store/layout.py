"""Where an endpoint takes updates and graphs: what the user names, else the usual paths beside its query URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from bullwhip.errors import Problem, QueryError, UsageError
from bullwhip.store.transport import Transport

__all__ = ["Addresses", "find_addresses", "query_urls"]

_BESIDE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "/query": (("/update",), ("/store", "/data")),  # Oxigraph; Fuseki
    "/sparql": (("/update", "/sparql"), ("/data", "/sparql-graph-crud")),  # Fuseki; Virtuoso
    "/sparql-auth": (("/sparql-auth",), ("/sparql-graph-crud-auth",)),  # Virtuoso
}
"""Where updates and graphs go beside a path of queries, and which servers have it so."""

_REPOSITORY = "/repositories/"
"""RDF4J and GraphDB: updates under `/statements`, graphs under `/rdf-graphs/service`."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of one endpoint; empty where it has none."""

    queries: str
    update: str = ""
    graph_store: str = ""


def query_urls(url: str) -> tuple[str, ...]:
    """Return where queries may go: the URL, or the usual paths of a bare host.

    >>> query_urls("http://localhost:7878")
    ('http://localhost:7878/query', 'http://localhost:7878/sparql')
    """
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query:
        return (url,)
    return tuple(parts._replace(path=path).geturl() for path in ("/query", "/sparql"))


def find_addresses(transport: Transport, queries: str, given: Addresses) -> Addresses:
    """Return where updates and graphs go; nothing is changed by asking.

    Args:
        transport: to the endpoint's host.
        queries: where queries go.
        given: what the user has named; used as it stands.

    Raises:
        UsageError: BW002 for a URL on another host.
        QueryError: BW523 where neither is found.
    """
    for url in (given.update, given.graph_store):
        if url and urlsplit(url)[:2] != urlsplit(queries)[:2]:
            raise UsageError(Problem("BW002", f"{transport.named(url)} is on another host than {queries}"))
    updates, graphs = _beside(queries)
    update = given.update or next((u for u in updates if _takes_updates(transport, u)), "")
    graph_store = given.graph_store or next((u for u in graphs if _is_graph_store(transport, u)), "")
    if not (update or graph_store):
        message = f"{transport.named(queries)} takes neither graphs nor updates at the usual paths"
        hint = "name them with --graph-store URL or --update URL; it may also want a login"
        raise QueryError(Problem("BW523", message, hint=hint))
    return Addresses(queries, update, graph_store)


def _beside(queries: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    parts = urlsplit(queries)._replace(query="", fragment="")
    if _REPOSITORY in parts.path:
        base = parts.geturl().rstrip("/")
        return (f"{base}/statements",), (f"{base}/rdf-graphs/service",)
    for ending, (updates, graphs) in _BESIDE.items():
        if parts.path.endswith(ending):
            base = parts.path.removesuffix(ending)
            return (
                tuple(parts._replace(path=base + path).geturl() for path in updates),
                tuple(parts._replace(path=base + path).geturl() for path in graphs),
            )
    return (), ()


def _takes_updates(transport: Transport, url: str) -> bool:
    """Send an update that changes nothing."""
    body = transport.write("POST", url, allowed=range(300, 600), data={"update": "INSERT DATA {}"})
    return body.status < 300


def _is_graph_store(transport: Transport, url: str) -> bool:
    """Ask for the default graph's head; the connection is closed, for some servers send a body with what has none."""
    body = transport.write("HEAD", f"{url}?default", allowed=range(300, 600), headers={"Connection": "close"})
    return body.status < 300
