"""SPARQL 1.1 Protocol: queries and updates by GET, by form and as they are, over the dataset that the request names."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from bullwhip.serve.asking import FORM, Parameters, absolute_iri, base_of, media_type, parameters, read_body
from bullwhip.serve.description import describe
from bullwhip.serve.jobs import Query, Update
from bullwhip.serve.negotiation import GRAPHS, RESULTS, canonical, choose
from bullwhip.serve.refusals import Refused, malformed, not_allowed, options, too_large
from bullwhip.serve.responding import answer
from bullwhip.serve.settings import Settings
from bullwhip.serve.workers import Workers

__all__ = ["allow_writing", "negotiated", "query_endpoint", "update_endpoint"]

Endpoint = Callable[[Request], Awaitable[Response]]
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_READS = ("default-graph-uri", "named-graph-uri")
_WRITES = ("using-graph-uri", "using-named-graph-uri")


def query_endpoint(pool: Workers, settings: Settings) -> Endpoint:
    """Return what answers at `/sparql`: queries, updates where they are on, and without either the description."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options("GET, HEAD, POST, OPTIONS")
        given = parameters(request.scope["query_string"], settings)
        if request.method in ("GET", "HEAD"):
            if _all(given, "update"):
                raise _refused("an update is sent by POST, to /update", 400)
            if not _all(given, "query"):
                if any(name in (*_READS, *_WRITES) for name, _ in given):
                    raise _refused("there is a dataset and no query")
                return await describe(request, pool, settings)
            return await _query(request, pool, settings, given)
        if request.method != "POST":
            raise not_allowed(request.method, "GET, HEAD, POST, OPTIONS")
        kind, given = await _posted(request, settings, given, (_QUERY, _UPDATE))
        return await (_query if kind == "query" else _update)(request, pool, settings, given)

    return endpoint


def update_endpoint(pool: Workers, settings: Settings) -> Endpoint:
    """Return what answers at `/update`."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options("POST, OPTIONS")
        if request.method != "POST":
            raise not_allowed(request.method, "POST, OPTIONS")
        allow_writing(request, settings)
        given = parameters(request.scope["query_string"], settings)
        _, given = await _posted(request, settings, given, (_UPDATE,))
        return await _update(request, pool, settings, given)

    return endpoint


def allow_writing(request: Request, settings: Settings) -> None:
    """Let a request pass that may write.

    Raises:
        Refused: 403 where updates are off, 401 without the token.
    """
    if not settings.writable:
        hint = "bullwhip serve --allow-update takes updates, on a copy"
        raise Refused(403, "BW585", "updates are off", "this server only reads", hint=hint)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(given.strip().encode(), settings.token.encode())
    if scheme.lower() != "bearer" or not known:
        error = ', error="invalid_token"' if given else ""
        headers = {"WWW-Authenticate": f'Bearer realm="bullwhip"{error}'}
        detail = "the token is not that of this server" if given else "there is no token"
        hint = "send Authorization: Bearer TOKEN, with the token told when the server was started"
        raise Refused(401, "BW585", "the request needs the token", detail, headers, hint=hint)


def negotiated(request: Request) -> tuple[str, str]:
    """Return the best media types for rows and for graphs; an empty one where none is accepted.

    Raises:
        Refused: 406 where both are empty.
    """
    accept = ", ".join(request.headers.getlist("accept"))
    results, graph = choose(accept, RESULTS), choose(accept, GRAPHS)
    if not results and not graph:
        raise unacceptable(accept, (*RESULTS[:4], *GRAPHS[:6]))
    return results, graph


def unacceptable(accept: str, offers: tuple[str, ...]) -> Refused:
    """Return the refusal of a request that accepts nothing of what there is."""
    detail = f"the client accepts {accept[:200]!r}, there is {', '.join(offers)}"
    return Refused(406, "BW584", "no format is accepted that there is", detail)


async def _posted(
    request: Request, settings: Settings, given: Parameters, taken: tuple[str, ...]
) -> tuple[str, Parameters]:
    """Return what kind of request was posted, and all its parameters with the text among them."""
    media = media_type(request).name
    if media not in (FORM, *taken):
        detail = f"{media!r} is not among {', '.join((FORM, *taken))}"
        raise Refused(415, "BW584", "the media type of the body is not taken here", detail)
    if media == FORM:
        body = await read_body(request, settings, settings.limits.body)
        given = (*given, *parameters(body, settings, len(given)))
        kind = "update" if _all(given, "update") or taken == (_UPDATE,) else "query"
    else:
        kind = "query" if media == _QUERY else "update"
        if kind == "update":
            allow_writing(request, settings)
        limit, option = (settings.limits.text, "text") if kind == "query" else (settings.limits.body, "body")
        try:
            text = (await read_body(request, settings, limit, option)).decode()
        except UnicodeDecodeError as error:
            raise malformed(f"the body is not UTF-8 at byte {error.start}") from None
        given = (*given, (kind, text.removeprefix("\ufeff")))
    if _all(given, "query") and _all(given, "update"):
        raise _refused("there is a query and an update")
    return kind, given


async def _query(request: Request, pool: Workers, settings: Settings, given: Parameters) -> Response:
    text = _one(given, "query")
    if len(text.encode(errors="replace")) > settings.limits.text:
        raise too_large("the query", settings.limits.text, "bytes", "text")
    if any(name in _WRITES for name, _ in given):
        raise _refused(f"{', '.join(_WRITES)} belong to an update")
    results, graph = negotiated(request)
    default, named = (tuple(absolute_iri(iri, name) for iri in _all(given, name)) for name in _READS)
    job = Query(
        text,
        base_of(request),
        None if not (default or named) else default,
        None if not (default or named) else named,
        canonical(results, RESULTS),
        canonical(graph, GRAPHS),
    )
    response = await answer(request, pool, job)
    return _renamed(response, {canonical(results, RESULTS): results, canonical(graph, GRAPHS): graph})


async def _update(request: Request, pool: Workers, settings: Settings, given: Parameters) -> Response:
    allow_writing(request, settings)
    text = _one(given, "update")
    if any(name in _READS for name, _ in given):
        raise _refused(f"{', '.join(_READS)} belong to a query")
    graphs, named = (tuple(absolute_iri(iri, name) for iri in _all(given, name)) for name in _WRITES)
    return await answer(request, pool, Update(text, base_of(request), graphs, named))


def _renamed(response: Response, names: dict[str, str]) -> Response:
    """Call the format of an answer what the client called it."""
    kind, _, rest = response.headers.get("content-type", "").partition(";")
    asked = names.get(kind, kind)
    if asked != kind and response.status_code == 200:
        response.headers["content-type"] = f"{asked};{rest}" if rest else asked
    return response


def _all(given: Parameters, name: str) -> list[str]:
    return [value for key, value in given if key == name]


def _one(given: Parameters, name: str) -> str:
    values = _all(given, name)
    if len(values) != 1:
        raise _refused(f"there has to be exactly one {name}; there are {len(values)}" if values else f"no {name}")
    return values[0]


def _refused(detail: str, status: int = 400) -> Refused:
    return Refused(status, "BW588", "the request is none of the SPARQL Protocol", detail)
