"""Asks an application without a network: one request in, one answer out, and workers that only remember."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from bullwhip.serve.app import application
from bullwhip.serve.jobs import Job, Query, Reply
from bullwhip.serve.pages import Files
from bullwhip.serve.settings import HttpLimits, Settings, hosts_of
from serving import TOKEN, Answer

__all__ = ["HOST", "StandIn", "ask", "settings"]

HOST = "127.0.0.1:7077"


@dataclass
class StandIn:
    """Workers that keep every job, and answer by a function."""

    reply: Callable[[Job], Reply] = lambda job: Reply(200, getattr(job, "results", "") or "application/json", b"{}")
    snapshot: str = "one"
    jobs: list[Job] = field(default_factory=list)
    cancelled: list[Job] = field(default_factory=list)
    endless: bool = False
    """Whether a job goes on until it is stopped."""

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def run(self, job: Job) -> Reply:
        """Remember a job and answer it."""
        self.jobs.append(job)
        try:
            if self.endless:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.append(job)
            raise
        return self.reply(job)

    @property
    def query(self) -> Query:
        """The one query that was asked."""
        (job,) = self.jobs
        assert isinstance(job, Query)
        return job


def settings(token: str = "", **http: Any) -> Settings:
    """Return settings of a server that is asked as `HOST`."""
    return Settings(hosts_of("127.0.0.1", 7077), http=HttpLimits(**http), token=token)


def ask(
    workers: StandIn,
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    *,
    on: Settings | None = None,
    gone: bool = False,
    stalls: bool = False,
    authorized: bool = False,
    files: Files | None = None,
) -> Answer:
    """Return the answer of an application to a request.

    Args:
        workers: who works for it.
        method: of the request.
        target: path and parameters.
        headers: besides `Host`.
        body: of the request, with its length.
        on: of the server; one that only reads when absent.
        gone: whether the client goes as soon as it has sent the request.
        stalls: whether it stops reading the answer.
        authorized: whether the request brings the token, to a server that writes.
        files: the explorer; the shipped one when absent.
    """
    fields = {"Host": HOST} | ({"Content-Length": str(len(body))} if body or method in ("POST", "PUT") else {})
    fields |= ({"Authorization": f"Bearer {TOKEN}"} if authorized else {}) | dict(headers or {})
    path, _, parameters = target.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "root_path": "", "query_string": parameters.encode(), "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 7077),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()],
    }  # fmt: skip
    app = application(workers, on or settings(TOKEN if authorized else ""), files)
    return asyncio.run(_asked(app, scope, body, gone, stalls))


async def _asked(app: Any, scope: dict[str, Any], body: bytes, gone: bool, stalls: bool) -> Answer:
    coming: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    coming += [{"type": "http.disconnect"}] if gone else []
    sent: list[MutableMapping[str, Any]] = []
    answered = asyncio.Event()

    async def receive() -> MutableMapping[str, Any]:
        if coming:
            return coming.pop(0)
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if stalls and message["type"] == "http.response.body":
            await asyncio.Event().wait()
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    await app(scope, receive, send)
    if not sent:
        return Answer(0)
    headers: dict[str, str] = {}
    for name, value in ((n.decode(), v.decode("latin-1")) for n, v in sent[0]["headers"]):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Answer(sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:]))
