"""Connections: what uvicorn leaves open is closed here, before and below the application.

A head that does not come to its end in time, more connections than are allowed, and bytes that are no HTTP, which are
answered like everything else: with a problem, and with nothing said of the software.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from bullwhip.serve.jobs import problem_reply
from bullwhip.serve.kept import Kept, Recorder
from bullwhip.serve.log import line
from bullwhip.serve.settings import HttpLimits

__all__ = ["connections"]

_TITLES = {
    400: "the request is not well-formed",
    408: "the request takes too long",
    413: "the request is too large",
    414: "the request is too large",
    431: "the request is too large",
    501: "the request needs what is not here",
    503: "too many connections are open",
}
_ENOUGH = 1 << 16
_MOST_PIECES = 5_000


def connections(limits: HttpLimits, kept: Kept | None = None, log: bool = False) -> type[asyncio.Protocol]:
    """Return the protocol of a connection within limits, for uvicorn to make one a client.

    Args:
        limits: what a connection may take.
        kept: answers that are known already; none are looked for when absent.
        log: whether what no application sees is told too.
    """

    class Connection(_Connection):
        _limits = limits
        _kept = kept
        _log = log

    return Connection


class _Counted(h11.Connection):
    """Refuses a body of very many chunks: each costs as much as a thousand bytes, and keeps all others waiting."""

    _pieces = 0

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Request):
            self._pieces = 0
        elif isinstance(event, h11.Data):
            self._pieces += 1
            if self._pieces > _MOST_PIECES:
                message = f"the body comes in more than {_MOST_PIECES:,} pieces"
                raise h11.RemoteProtocolError(message, error_status_hint=413)
        return event


class _Gathered:
    """A transport that sends head and body of an answer together: two packets would wake the client twice."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._kept: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not data:
            return
        if not self._kept:
            self._loop.call_soon(self._flush)
        self._kept.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH:  # more is left to the transport, which says when it has too much
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._kept:
            data, self._kept, self._size = b"".join(self._kept), [], 0
            self._transport.write(data)


class _Connection(H11Protocol):
    _limits: HttpLimits
    _kept: Kept | None = None
    _log = False
    _asked: tuple[bytes, str] | None = None
    """The request that is worked on and the state it is asked of, where its answer may be kept."""
    _waiting: asyncio.TimerHandle | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = _Counted(h11.SERVER, max_incomplete_event_size=self._limits.url)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, _Gathered(transport, self.loop)))
        if self._kept is not None:
            self.transport = cast(asyncio.Transport, Recorder(self.transport))
        if len(self.connections) > self._limits.connections:
            self._end(503, "limit: connections")
            return
        self._wait()

    def data_received(self, data: bytes) -> None:
        if self._kept is not None and self._is_answered(self._kept, data):
            return
        if self._waiting is None and self.conn.their_state is h11.IDLE:
            self._wait()
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()

    def _is_answered(self, kept: Kept, data: bytes) -> bool:
        """Return whether data was one whole request that could be answered from what is kept."""
        idle = self.cycle is None or self.cycle.response_complete
        if not idle or self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0] or self.flow.write_paused:
            return False
        found = kept.find(data, self._date())
        if found is None:
            state = kept.may_keep(data)
            self._asked = (data, state) if state else None
            cast(Recorder, self.transport).noted = [] if state else None
            return False
        self._stop_waiting()
        self._unset_keepalive_if_required()
        self.transport.write(found)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
        return True

    def _date(self) -> bytes:
        return next((value for name, value in self.server_state.default_headers if name == b"date"), b"")

    def on_response_complete(self) -> None:
        """Keep the answer, where that may be done."""
        asked, self._asked = self._asked, None
        if self._kept is not None and asked is not None:
            recorder = cast(Recorder, self.transport)
            noted, recorder.noted = recorder.noted, None
            if noted is not None and not self.transport.is_closing():
                self._kept.keep(*asked, b"".join(noted))
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; called while h11's refusal is being handled."""
        error = sys.exception()
        status = getattr(error, "error_status_hint", 400)
        if status == 431 and b"\n" not in self.conn.trailing_data[0]:
            status = 414
        self._end(status, str(error or msg).partition(": bytearray")[0][:200])

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self._limits.head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _too_slow(self) -> None:
        self._waiting = None
        if self.transport.is_closing():
            return
        if self.conn.trailing_data[0]:
            self._end(408, f"limit: {self._limits.head_seconds:g} seconds for a request line with its headers")
        else:
            self.transport.close()

    def _end(self, status: int, detail: str) -> None:
        """Answer with a problem where that can still be done, and close."""
        self._stop_waiting()
        if self._log:
            sys.stderr.write(line("-", "-", str(status), "0B", "0ms", detail) + "\n")
            sys.stderr.flush()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            code = "BW583" if status in (408, 413, 414, 431, 503) else "BW581"
            reply = problem_reply(status, _TITLES.get(status, _TITLES[400]), detail, code=code)
            headers = [
                (b"content-type", reply.media.encode()),
                (b"content-length", str(len(reply.body)).encode()),
                (b"cache-control", b"no-store"),
                (b"x-content-type-options", b"nosniff"),
                (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
                (b"connection", b"close"),
            ]
            head = f"HTTP/1.1 {status} {_TITLES.get(status, '')}\r\n".encode()
            fields = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            self.transport.write(head + fields + b"\r\n" + reply.body)
        self.transport.close()
