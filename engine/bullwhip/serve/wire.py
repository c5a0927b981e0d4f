"""Jobs and replies between processes: a length, a header in JSON, and bytes; no object is ever rebuilt from them.

A *frame* is eight bytes with the two lengths, then the header, then the body. A *note* is one line of JSON between the
pool and the process that forks workers; file descriptors travel beside it, in the order of the notes that name them.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bullwhip.serve.jobs import Call, GraphChange, GraphRead, Job, Query, Reply, Update

__all__ = ["Frames", "Notes", "frame", "job_frame", "read_frame", "read_job", "read_reply", "reply_frame", "write_all"]

_LENGTHS = struct.Struct("!II")
_CHUNK = 1 << 18
_MOST_NOTE = 1 << 20


def frame(head: Mapping[str, Any], body: bytes = b"") -> bytes:
    """Return a frame."""
    said = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((_LENGTHS.pack(len(said), len(body)), said, body))


class Frames:
    """Puts frames together from the parts in which they arrive.

    >>> frames = Frames()
    >>> frames.feed(frame({"a": 1}, b"xy")[:9]), frames.feed(frame({"a": 1}, b"xy")[9:])
    (None, ({'a': 1}, b'xy'))
    """

    def __init__(self) -> None:
        self._parts = bytearray()

    def feed(self, data: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Take what has arrived; return a frame where it is whole. The other side sends no second one before."""
        parts = self._parts
        parts += data
        if len(parts) < _LENGTHS.size:
            return None
        head, body = _LENGTHS.unpack_from(parts)
        start = _LENGTHS.size + head
        if len(parts) < start + body:
            return None
        view = memoryview(parts)
        found = json.loads(bytes(view[_LENGTHS.size : start])), bytes(view[start : start + body])
        view.release()
        self._parts = bytearray()
        return found


def read_frame(handle: int) -> tuple[dict[str, Any], bytes] | None:
    """Wait for a frame on a file descriptor; None where the other side has closed it."""
    frames = Frames()
    while data := os.read(handle, _CHUNK):
        found = frames.feed(data)
        if found is not None:
            return found
    return None


def write_all(handle: int, data: bytes) -> None:
    """Write all of it to a file descriptor."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def job_frame(job: Job) -> bytes:
    """Return a job as a frame.

    Raises:
        UnicodeEncodeError: where its text has a half of a surrogate pair, which is no character.
    """
    match job:
        case Query():
            head = {
                "kind": "query", "base": job.base, "results": job.results, "graph": job.graph,
                "default_graphs": job.default_graphs, "named_graphs": job.named_graphs,
            }  # fmt: skip
            return frame(head, job.text.encode())
        case Update():
            graphs = {"using_graphs": job.using_graphs, "using_named_graphs": job.using_named_graphs}
            return frame({"kind": "update", "base": job.base} | graphs, job.text.encode())
        case GraphRead():
            return frame({"kind": "read"} | asdict(job))
        case GraphChange():
            head = {"kind": "change", "action": job.action, "graph": job.graph, "media": job.media, "base": job.base}
            return frame(head, job.body)
        case Call():
            return frame({"kind": "call", "name": job.name, "arguments": dict(job.arguments)})


def read_job(head: Mapping[str, Any], body: bytes) -> Job:
    """Return the job of a frame.

    >>> frames = Frames()
    >>> read_job(*frames.feed(job_frame(Query("ASK {}", named_graphs=("urn:g",)))))
    Query(text='ASK {}', base='', default_graphs=None, named_graphs=('urn:g',), results='', graph='')
    """
    fields: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in head.items() if k != "kind"}
    match head["kind"]:
        case "query":
            return Query(body.decode(), **fields)
        case "update":
            return Update(body.decode(), **fields)
        case "read":
            return GraphRead(**fields)
        case "change":
            return GraphChange(**fields, body=body)
        case _:
            return Call(head["name"], head["arguments"])


def reply_frame(reply: Reply, **more: Any) -> bytes:
    """Return a reply as a frame; `more` is for the pool."""
    return frame({"status": reply.status, "media": reply.media, "headers": reply.headers} | more, reply.body)


def read_reply(head: Mapping[str, Any], body: bytes) -> Reply:
    """Return the reply of a frame."""
    return Reply(head["status"], head["media"], body, tuple((name, value) for name, value in head["headers"]))


class Notes:
    """Notes over one socket, and the file descriptors that come with them."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._text = b""
        self._handles: deque[int] = deque()

    def send(self, note: Mapping[str, Any], *handles: int) -> None:
        """Send a note, and file descriptors with it."""
        line = json.dumps(note).encode() + b"\n"
        sent = socket.send_fds(self.connection, [line], handles) if handles else 0
        self.connection.sendall(line[sent:])

    def receive(self) -> list[dict[str, Any]] | None:
        """Return the notes that have arrived, once there are some; None where the other side has gone."""
        try:
            data, handles, _, _ = socket.recv_fds(self.connection, _CHUNK, 64)
        except BlockingIOError:
            return []
        except OSError:
            return None
        self._handles.extend(handles)
        if not data:
            return None
        *lines, self._text = (self._text + data).split(b"\n")
        return [json.loads(line) for line in lines] if len(self._text) <= _MOST_NOTE else None

    def handle(self) -> int:
        """Return the next file descriptor that came along."""
        return self._handles.popleft()
