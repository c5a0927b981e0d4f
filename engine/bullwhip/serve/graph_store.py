"""SPARQL 1.1 Graph Store Protocol: whole graphs, read by anybody, put, merged and deleted where updates are on."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Literal
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from bullwhip.serve.asking import absolute_iri, base_of, media_type, parameters, read_body
from bullwhip.serve.jobs import GraphChange, GraphRead
from bullwhip.serve.negotiation import DATASETS, GRAPHS, canonical, choose
from bullwhip.serve.protocol import allow_writing, unacceptable
from bullwhip.serve.refusals import Refused, malformed, not_allowed, options
from bullwhip.serve.responding import answer
from bullwhip.serve.settings import Settings
from bullwhip.serve.workers import Workers

__all__ = ["graph_store_endpoint"]

_METHODS = "GET, HEAD, PUT, POST, DELETE, OPTIONS"
_BODIES = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
"""What a graph can be sent as. Formats of datasets would say another graph than the request does."""
_MULTIPART = "multipart/form-data"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")
_MOST_PARTS = 20


def graph_store_endpoint(pool: Workers, settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at `/data`, for the graph named by `?default`, `?graph=IRI`, or by the URL below `/data/`.

    Where none is named, all graphs are read at once, in a format that has names of graphs.
    """

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options(_METHODS)
        if request.method not in _METHODS.split(", "):
            raise not_allowed(request.method, _METHODS)
        if request.method in ("GET", "HEAD"):
            whole = request.scope["path"].rstrip("/") == "/data" and not request.scope["query_string"]
            graph, _ = (None, False) if whole else _graph(request, settings)
            offers = DATASETS if whole else GRAPHS
            accept = ", ".join(request.headers.getlist("accept"))
            media = choose(accept, offers)
            if not media:
                raise unacceptable(accept, offers[: 3 if whole else 6])
            return await answer(request, pool, GraphRead(graph, canonical(media, offers), whole), media)
        allow_writing(request, settings)
        graph, made = _graph(request, settings)
        return await _change(request, pool, settings, graph, made)

    return endpoint


async def _change(request: Request, pool: Workers, settings: Settings, graph: str | None, made: bool) -> Response:
    if request.method == "DELETE":
        return await answer(request, pool, GraphChange("delete", graph))
    media = media_type(request)
    many = media.name == _MULTIPART and request.method == "POST"
    if not many:
        _require_graph(media.name)
    body = await read_body(request, settings, settings.limits.body)
    bodies = _parts(body, media.boundary()) if many else [(media.name, body)]
    base = graph or base_of(request)
    action: Literal["replace", "merge"] = "replace" if request.method == "PUT" else "merge"
    for at, (form, content) in enumerate(bodies):
        response = await answer(request, pool, GraphChange(action, graph, form, content, base))
        if response.status_code >= 300:
            if at:
                response.headers["Bullwhip-Warning"] = f"{at} of {len(bodies)} parts have been merged before"
            return response
    if made and graph is not None:
        response.status_code = 201
        response.headers["Location"] = graph
    return response


def _require_graph(media: str) -> None:
    if media not in _BODIES:
        detail = f"{media!r} is not among {', '.join(_BODIES)}"
        raise Refused(415, "BW584", "the media type of the body is not taken here", detail)


def _parts(body: bytes, boundary: str) -> list[tuple[str, bytes]]:
    """Return the parts of a form with their media types (RFC 7578); each is a graph."""
    if not _BOUNDARY.fullmatch(boundary):
        raise malformed("a form in parts names what separates them, in up to 70 characters")
    _, *parts = (b"\r\n" + body).split(f"\r\n--{boundary}".encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--") or len(parts) > _MOST_PARTS + 1:
        raise malformed(f"the form has no end, no part, or more than {_MOST_PARTS} parts")
    found = []
    for part in parts[:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        named = re.search(rb"(?im)^content-type:[ \t]*([^\s;]+)", head)
        if not blank or named is None:
            raise malformed("a part of the form does not say its Content-Type")
        media = named[1].decode("latin-1").lower()
        _require_graph(media)
        found.append((media, content))
    return found


def _graph(request: Request, settings: Settings) -> tuple[str | None, bool]:
    """Return the graph that a request is about, None for the default one, and whether its name is made here."""
    given = parameters(request.scope["query_string"], settings)
    named = [value for key, value in given if key == "graph"]
    default = [value for key, value in given if key == "default"]
    path: str = request.scope["path"]
    direct = path.removeprefix("/data").strip("/")
    if len(named) + len(default) + bool(direct) > 1:
        raise malformed("a request is about one graph: ?default, ?graph=IRI, or the URL itself")
    if default:
        if default != [""]:
            raise malformed("default takes no value")
        return None, False
    if named:
        return absolute_iri(named[0], "graph"), False
    if direct:
        return base_of(request), False
    if request.method == "POST":
        return f"{base_of(request).rstrip('/')}/{uuid4()}", True
    raise malformed("no graph is named", hint="?default, ?graph=IRI, or the URL itself below /data/")
