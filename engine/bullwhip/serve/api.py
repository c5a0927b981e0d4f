"""The JSON API over HTTP: `/api/NAME` asks the call of that name, `/api/openapi.json` describes all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bullwhip.errors import UsageError
from bullwhip.serve.arguments import read_arguments
from bullwhip.serve.asking import parameters
from bullwhip.serve.calls import operation
from bullwhip.serve.gate import METHODS
from bullwhip.serve.jobs import Call, Reply
from bullwhip.serve.openapi import description
from bullwhip.serve.problems import reply_to
from bullwhip.serve.refusals import Refused, not_allowed, options
from bullwhip.serve.responding import answer, respond
from bullwhip.serve.settings import Settings
from bullwhip.serve.workers import Workers

__all__ = ["routes"]

_METHODS = "GET, HEAD, OPTIONS"
_READING = Settings(frozenset())
"""For the number of parameters that a URL may have."""

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(pool: Workers) -> list[BaseRoute]:
    """Return what answers below `/api/`.

    Args:
        pool: who works.
    """

    async def described(request: Request) -> Response:
        return await respond(request, Reply(200, "application/json", description()))

    async def called(request: Request) -> Response:
        name = request.path_params["name"]
        given: dict[str, list[str]] = {}
        for key, value in parameters(request.scope["query_string"], _READING):
            given.setdefault(key, []).append(value)
        try:
            found = operation(name)
        except UsageError as error:
            wrong = error.problems[0]
            raise Refused(404, wrong.code, "there is no such call", wrong.message, hint=wrong.hint) from None
        try:
            read_arguments(name, found.parameters, given)  # what is wrong with them needs no worker
        except UsageError as error:
            return await respond(request, reply_to(error))
        return await answer(request, pool, Call(name, given))

    paths = {"/api/openapi.json": described, "/api/{name:path}": called}
    return [Route(path, _reading(endpoint), methods=METHODS) for path, endpoint in paths.items()]


def _reading(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that is only read."""

    async def read(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options(_METHODS)
        if request.method not in ("GET", "HEAD"):
            raise not_allowed(request.method, _METHODS)
        return await endpoint(request)

    return read
