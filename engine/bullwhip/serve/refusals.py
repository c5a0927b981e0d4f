"""Requests that are refused: the exception and what each answers."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bullwhip.serve.jobs import Reply, problem_reply

__all__ = ["READING", "Refused", "malformed", "not_allowed", "not_found", "options", "too_large"]

READING = "GET, HEAD, OPTIONS"
"""The methods of what is only read."""


class Refused(Exception):  # noqa: N818  an answer, not an error of ours
    """A request that gets a problem for an answer."""

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        """Take what the problem says, and the headers that belong to its status."""
        super().__init__(title)
        made = problem_reply(status, title, detail, code=code, **more)
        self.reply = Reply(made.status, made.media, made.body, tuple((headers or {}).items()))


def malformed(detail: str, status: int = 400, **more: Any) -> Refused:
    """Return the refusal of a request that is not well-formed."""
    return Refused(status, "BW581", "the request is not well-formed", detail, **more)


def too_large(what: str, limit: float, unit: str, option: str = "", status: int = 413) -> Refused:
    """Return the refusal of a request beyond a limit, which it names."""
    hint = f"started with --limit-{option} it takes more" if option else None
    title = "the request takes too long" if status == 408 else "the request is too large"
    return Refused(status, "BW583", title, f"{what}: the limit is {limit:,} {unit}", hint=hint, limit=limit)


def not_allowed(method: str, allowed: str) -> Refused:
    """Return the refusal of a method."""
    detail = f"{method} is not among {allowed}"
    return Refused(405, "BW584", "the method is not allowed here", detail, {"Allow": allowed})


def options(allowed: str) -> Response:
    """Return the answer to OPTIONS: what is allowed, to callers of the same origin."""
    return Response(None, 204, {"Allow": allowed, "Cache-Control": "no-store"})


def not_found(path: str) -> Refused:
    """Return the refusal of a path."""
    hint = "/, /sparql, /update, /data, /api/…, /api/openapi.json, /limits, /health"
    return Refused(404, "BW581", "there is nothing here", f"no resource {path[:200]!r}", hint=hint)
