"""The gate: what a request must be before anything is done for it, and what every answer says to a browser.

It stands around the whole application, on bare ASGI: each check looks at the head of a request alone. What is refused
gets a problem, and its body is not read but for as much as lets the client see the answer.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from bullwhip.serve.jobs import Reply
from bullwhip.serve.log import line
from bullwhip.serve.refusals import Refused, malformed, not_allowed, not_found, too_large
from bullwhip.serve.responding import ClientGoneError
from bullwhip.serve.settings import Settings

__all__ = ["Gate"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
_ONCE = {
    "host", "content-length", "content-type", "content-encoding", "transfer-encoding", "authorization", "origin",
    "expect", "upgrade", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest",
}  # fmt: skip
_PATH = re.compile(r"/(?:[A-Za-z0-9_~:@!$&'()*+,;=.-]+/)*(?:[A-Za-z0-9_~:@!$&'()*+,;=.-]+)?")
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_LINGER_BYTES, _LINGER_SECONDS = 4 << 20, 1.0
_CHUNK = 1 << 18
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class Gate:
    """Lets requests to an application pass that are well-formed, from here, and within limits."""

    def __init__(self, app: Application, settings: Settings) -> None:
        """Stand around `app`."""
        self._app = app
        self._settings = settings
        self._origins = {f"{scheme}://{host}" for host in settings.hosts for scheme in ("http", "https")}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        answering = _Answering(scope, receive, send, self._settings)
        try:
            answering.closes = True  # what is wrong by its head says nothing of where the next request begins
            self._check(scope)
            answering.closes = False
            await self._app(scope, answering.receive, answering.send)
        except Refused as refused:
            await answering.reply(refused.reply)
        except ClientGoneError:
            answering.status = 499
        except asyncio.CancelledError:  # the server has been told to stop, and waits no longer
            stopping = Refused(503, "BW589", "the server stops", "ask again when it runs", {"Retry-After": "5"})
            await answering.reply(stopping.reply)
            raise
        except Exception as error:  # noqa: BLE001  nothing else stands between a bug and the client
            answering.wrong(error)
            detail = "this is a bug; the server tells more with BULLWHIP_DEBUG=1"
            await answering.reply(Refused(500, "BW589", "the server has failed to answer", detail).reply)
        finally:
            answering.tell()

    def _check(self, scope: MutableMapping[str, Any]) -> None:
        """Refuse a request by its head."""
        http = self._settings.http
        fields: list[tuple[bytes, bytes]] = scope["headers"]
        if scope["http_version"] not in ("1.0", "1.1"):
            raise malformed("HTTP/1.1 is spoken here", 505)
        if len(fields) > http.headers:
            raise too_large("header fields", http.headers, "of them", status=431)
        if sum(len(name) + len(value) + 4 for name, value in fields) > http.header_size:
            raise too_large("header fields", http.header_size, "bytes", status=431)
        if len(scope["raw_path"]) + len(scope["query_string"]) > http.url:
            raise too_large("the URL", http.url, "bytes", status=414)
        headers: dict[str, str] = {}
        for name, value in fields:
            key = name.decode("latin-1").lower()
            if key in _ONCE and key in headers:
                raise malformed(f"the header {key} comes twice")
            headers.setdefault(key, value.decode("latin-1"))
        self._check_source(scope, headers)
        _check_target(scope, headers["host"])
        self._check_body(scope, headers)

    def _check_source(self, scope: MutableMapping[str, Any], headers: dict[str, str]) -> None:
        """Refuse what does not name this server, and what a page of another origin sends."""
        host = headers.get("host", "").lower()
        if host not in self._settings.hosts:
            detail = f"the request is for {host[:100]!r}, this server is {', '.join(sorted(self._settings.hosts))}"
            hint = "bullwhip serve --allow-host NAME answers to another name"
            raise Refused(421, "BW582", "the request is for another server", detail, hint=hint)
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in self._origins:
            raise _foreign(f"the page of {origin[:100]!r} may not ask this server")
        site = headers.get("sec-fetch-site", "none")
        followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if site not in ("same-origin", "none") and not (
            followed and scope["method"] in ("GET", "HEAD") and scope["path"] == "/" and origin is None
        ):
            raise _foreign(f"a page of another site may not ask this server ({site[:20]!r})")

    def _check_body(self, scope: MutableMapping[str, Any], headers: dict[str, str]) -> None:
        """Refuse bodies where there are none, and those that are larger than any may be, or packed."""
        if scope["method"] not in METHODS:
            raise not_allowed(scope["method"], ", ".join(METHODS))
        if headers.get("upgrade", "").lower() == "websocket":
            raise malformed("there are no web sockets here")
        if "expect" in headers:
            raise Refused(417, "BW584", "no expectation is met", "send the body without asking first")
        if "transfer-encoding" in headers and ("content-length" in headers or scope["http_version"] == "1.0"):
            raise malformed("a body has Transfer-Encoding, of HTTP/1.1, or Content-Length, and not both")
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused(415, "BW584", "the body is packed", "send it as it is, without Content-Encoding")
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or len(length) > 20:
            raise malformed("Content-Length is no number")
        if scope["method"] not in ("POST", "PUT") and (length.strip("0") or "transfer-encoding" in headers):
            raise malformed(f"{scope['method']} takes no body")
        limit = max(self._settings.limits.body, self._settings.limits.text)
        if int(length) > limit:
            raise too_large("the body", limit, "bytes", "body")


def _check_target(scope: MutableMapping[str, Any], host: str) -> None:
    """Refuse a path that is no plain one: nothing here has a name that needs to be encoded."""
    raw = scope["raw_path"].decode("latin-1")
    own = f"http://{host}/"
    if raw.lower().startswith(own.lower()):  # a target may be the whole URL (RFC 9112, §3.2.2)
        raw = scope["path"] = raw[len(own) - 1 :]
        scope["raw_path"] = raw.encode("latin-1")
    if not raw.startswith("/"):
        raise malformed("the target of the request is no path")
    if not _PATH.fullmatch(raw) or _DOTS.search(raw):
        raise not_found(raw)


def _foreign(detail: str) -> Refused:
    return Refused(403, "BW582", "the request comes from another site", detail)


class _Answering:
    """One answer: headers for browsers, the body in pieces, what is left of a request, a line for the log."""

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, settings: Settings) -> None:
        self._scope, self._receive, self._send, self._settings = scope, receive, send, settings
        self._begun = time.monotonic()
        self.closes = False
        self._whole = False
        self._started = False
        self.status = 0
        self._size = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            self._whole = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started, self.status = True, message["status"]
            media = next((v for k, v in message["headers"] if k == b"content-type"), b"")
            policy = _PAGE if media.startswith(b"text/html") else _NOTHING
            own = (*_ALWAYS, (b"content-security-policy", policy.encode()))
            await self._send({**message, "headers": [*message["headers"], *own, *self._closing()]})
            return
        body = message.get("body", b"")
        self._size += len(body)
        if len(body) <= _CHUNK:
            await self._send(message)
            return
        for start in range(0, len(body), _CHUNK):  # a client that stops reading is left, and not waited for
            piece = {"type": message["type"], "body": body[start : start + _CHUNK], "more_body": True}
            await asyncio.wait_for(self._send(piece), self._settings.http.stall_seconds)
        await self._send({"type": message["type"], "body": b"", "more_body": bool(message.get("more_body"))})

    def _closing(self) -> list[tuple[bytes, bytes]]:
        """Return the header that ends the connection where a body has not been read: it is not read on for nothing."""
        unread = self._has_body() and not self._whole
        return [(b"connection", b"close")] if unread or self.closes else []

    def _has_body(self) -> bool:
        fields = dict(self._scope["headers"])
        return b"transfer-encoding" in fields or fields.get(b"content-length", b"0").strip(b"0") != b""

    async def reply(self, reply: Reply) -> None:
        """Send a problem, unless an answer has begun."""
        if self._started:
            return
        fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers]
        fields += [
            (b"content-type", reply.media.encode()),
            (b"content-length", str(len(reply.body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await self.send({"type": "http.response.start", "status": reply.status, "headers": fields})
        await self.send({"type": "http.response.body", "body": reply.body, "more_body": True})
        await self._linger()
        await self.send({"type": "http.response.body", "body": b""})

    async def _linger(self) -> None:
        """Read a little of what is left: a connection that ends with unread data can take the answer with it."""
        read = 0
        try:
            async with asyncio.timeout(_LINGER_SECONDS):
                while self._has_body() and not self._whole and read < _LINGER_BYTES:
                    read += len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass

    def wrong(self, error: Exception) -> None:
        """Tell of a bug."""
        import os
        import traceback

        if os.environ.get("BULLWHIP_DEBUG"):
            sys.stderr.write("".join(traceback.format_exception(error)))
        sys.stderr.write(line("error", type(error).__name__, str(error)) + "\n")

    def tell(self) -> None:
        """Write a line of the log."""
        if self._settings.log:
            spent = f"{(time.monotonic() - self._begun) * 1000:.0f}ms"
            path = self._scope.get("raw_path", b"").decode("latin-1")
            sys.stderr.write(line(self._scope["method"], path, str(self.status), f"{self._size}B", spent) + "\n")
            sys.stderr.flush()
