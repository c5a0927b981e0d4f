"""The server as an application: what answers at which path, behind the gate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bullwhip import __version__
from bullwhip.serve.api import routes as api_routes
from bullwhip.serve.gate import METHODS, Gate
from bullwhip.serve.graph_store import graph_store_endpoint
from bullwhip.serve.pages import Files, page_endpoint
from bullwhip.serve.protocol import query_endpoint, update_endpoint
from bullwhip.serve.refusals import READING, not_allowed, not_found, options
from bullwhip.serve.settings import Settings
from bullwhip.serve.workers import Workers

__all__ = ["application"]

Endpoint = Callable[[Request], Awaitable[Response]]


def application(pool: Workers, settings: Settings, files: Files | None = None) -> Starlette:
    """Return the application that answers over HTTP.

    Args:
        pool: who works; it is started and closed by whoever runs the application.
        settings: to whom it answers, and what it allows.
        files: the explorer; the shipped one when absent.
    """
    sparql, update = query_endpoint(pool, settings), update_endpoint(pool, settings)
    data, page = graph_store_endpoint(pool, settings), page_endpoint(files or Files())
    endpoints: dict[str, Endpoint] = {
        "/": page,
        "/assets/{path:path}": page,
        "/sparql": sparql,
        "/sparql/": sparql,
        "/update": update,
        "/update/": update,
        "/data": data,
        "/data/{path:path}": data,
        "/limits": _telling(lambda: settings.as_dict() | {"snapshot": pool.snapshot}),
        "/health": _telling(
            lambda: {"status": "ok", "version": __version__, "snapshot": pool.snapshot} | _confinement(pool)
        ),
    }
    routes: list[BaseRoute] = [Route(path, endpoint, methods=METHODS) for path, endpoint in endpoints.items()]
    routes += api_routes(pool)
    middleware = [Middleware(Gate, settings=settings)]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={HTTPException: _not_routed})
    app.router.redirect_slashes = False
    return app


def _confinement(pool: Workers) -> dict[str, object]:
    """Return what keeps workers from connecting, where the pool knows it: `seccomp`, `namespace`, `none`."""
    held = getattr(pool, "confined", "")
    return {"confined": held} if held else {}


def _telling(what: Callable[[], dict[str, object]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options(READING)
        if request.method not in ("GET", "HEAD"):
            raise not_allowed(request.method, READING)
        return JSONResponse(what(), headers={"Cache-Control": "no-store"})

    return endpoint


async def _not_routed(request: Request, error: Exception) -> Response:
    """Refuse what no route takes, in our own words."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        raise not_allowed(request.method, dict(error.headers or {}).get("Allow", "GET, HEAD"))
    raise not_found(request.scope["path"])
