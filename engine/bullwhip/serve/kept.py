"""Answers as they went out, by the bytes of the request: the same question of the same state is not worked on twice.

What is kept depends on nothing else. A request is all of its head, with every header that the gate looks at; an answer
is kept only where it has a tag, which says that it is the same each time, and is forgotten when another state is
served. So what finds an answer here would have been let through and answered alike.
"""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bullwhip.serve.log import line

__all__ = ["Kept", "Recorder"]

_MOST_REQUEST, _MOST_ANSWER, _MOST_SIZE = 16_384, 4_194_304, 33_554_432
_ASKS = (b"GET /sparql?", b"GET /data?", b"GET /api/")
_END = b"\r\n\r\n"
_DATE = re.compile(rb"\r\ndate: ([^\r\n]*)")


class Kept:
    r"""Answers to requests, the least recently used ones forgotten first.

    Args:
        state: gives the name of the state that is served.
        log: whether each answer that is found is told, as all others are.

    >>> kept = Kept(lambda: "1")
    >>> asked = b"GET /api/value?id=a HTTP/1.1\r\nHost: a\r\n\r\n"
    >>> kept.keep(asked, "1", b"HTTP/1.1 200 OK\r\ndate: then\r\netag: x\r\n\r\n1")
    >>> kept.find(asked, b"now")
    b'HTTP/1.1 200 OK\r\ndate: now\r\netag: x\r\n\r\n1'
    >>> kept.find(asked + b"GET", b"now")
    """

    def __init__(self, state: Callable[[], str], log: bool = False) -> None:
        self._state, self._log = state, log
        self._of = ""
        self._answers: OrderedDict[bytes, tuple[bytes, bytes, str]] = OrderedDict()
        """By request: what comes before and after the date, and what the log says."""
        self._told = (b"", "")
        self._size = 0

    def may_keep(self, request: bytes) -> str:
        """Return the name of the state where the answer to a request may be kept, empty where it may not."""
        whole = request.startswith(_ASKS) and request.endswith(_END) and len(request) <= _MOST_REQUEST
        return self._state() if whole and request.count(_END) == 1 else ""

    def find(self, request: bytes, date: bytes) -> bytes | None:
        """Return what answers a request, with the date of now; None where that is not known."""
        found = self._answers.get(request)
        if found is None or self._of != self._state():
            return None
        self._answers.move_to_end(request)
        if self._log:
            if date != self._told[0]:
                self._told = date, line()
            sys.stderr.write(self._told[1] + found[2])
            sys.stderr.flush()
        return date.join(found[:2])

    def keep(self, request: bytes, state: str, answer: bytes) -> None:
        """Keep an answer, where it is one that is the same each time.

        Args:
            request: all bytes of the request.
            state: what was served when it came.
            answer: all bytes that went out.
        """
        head = answer[: answer.find(_END) + 2]
        date = _DATE.search(head)
        steady = head.startswith(b"HTTP/1.1 200 ") and b"\r\netag: " in head and b"\r\nconnection: " not in head.lower()
        if date is None or not steady or len(answer) > _MOST_ANSWER or state != self._state():
            return
        if self._of != state:
            self._answers.clear()
            self._of, self._size = state, 0
        if request in self._answers:
            return
        path = request[4 : request.find(b" ", 4)].partition(b"?")[0].decode("latin-1")
        told = line("GET", path, "200", f"{len(answer) - len(head) - 2}B", "0ms").partition(" ")[2]
        self._answers[request] = answer[: date.start(1)], answer[date.end(1) :], f" {told}\n"
        self._size += len(request) + len(answer)
        while self._size > _MOST_SIZE:
            old, parts = self._answers.popitem(last=False)
            self._size -= len(old) + len(parts[0]) + len(parts[1])


class Recorder:
    """A transport that notes what is written while it is asked to."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.noted: list[bytes] | None = None

    def write(self, data: bytes) -> None:
        """Write, and note it."""
        if self.noted is not None:
            self.noted.append(bytes(data))
            if len(data) > _MOST_ANSWER:
                self.noted = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        """Return anything else as the transport has it."""
        return getattr(self._transport, name)
