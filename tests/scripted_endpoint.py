"""A server of the test's own process that gives the answers it is told to give: for stores that are endpoints."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bullwhip.errors import BullwhipError
from bullwhip.store.remote import RemoteStore
from bullwhip.store.transport import Limits

__all__ = ["JSON", "ROWS", "SELECT", "TRUE", "Endpoint", "Reply", "good", "raised", "scripted"]

JSON = "application/sparql-results+json"
SELECT = "SELECT ?x { ?s ?p ?x }"
ROWS = json.dumps(
    {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": str(n)}} for n in range(3)]}}
).encode()
TRUE = b'{"head": {}, "boolean": true}'

Reply = tuple[int, dict[str, str], bytes]


class Endpoint:
    """A server of this process that says what it is told to say, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.replies: list[Reply | Callable[[Any], None]] = []
        self.pauses: list[float] = []

        own = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                """Answer with the next reply; the last one is given again and again."""
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                own.asked.append((self.command, self.path, dict(self.headers), body))
                reply = own.replies.pop(0) if len(own.replies) > 1 else own.replies[0]
                if callable(reply):
                    reply(self)
                    self.close_connection = True
                    return
                status, headers, content = reply
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def __getattr__(self, name: str) -> Any:
                """Take every method of HTTP alike."""
                if name.startswith("do_"):
                    return self.do
                raise AttributeError(name)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/sparql"

    def says(self, *replies: Reply | Callable[[Any], None]) -> None:
        """Answer the next requests like this."""
        self.replies = list(replies)

    def store(self, **limits: Any) -> RemoteStore:
        """Return a store at this endpoint that pauses in no time."""
        return RemoteStore(self.url, limits=Limits(**limits), pause=self.pauses.append)


@contextmanager
def scripted() -> Iterator[Endpoint]:
    """Run an endpoint of this process."""
    found = Endpoint()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()


def good(content: bytes = ROWS, kind: str = JSON, **headers: str) -> Reply:
    """Return a sound answer."""
    return 200, {"Content-Type": kind} | headers, content


def raised(endpoint: Endpoint, error: type[BullwhipError], form: str = "select", **limits: Any) -> str:
    """Return how an answer is refused."""
    store = endpoint.store(**limits)
    try:
        with pytest.raises(error) as caught:
            store.ask(SELECT, form, {})  # type: ignore[arg-type]
    finally:
        store.close()
    return caught.value.problems[0].render()
