"""Servers of `bullwhip serve` for tests, and a client that sends any bytes at all."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

__all__ = ["TOKEN", "Answer", "Server", "serving"]

TOKEN = "a-token-that-only-tests-know"  # noqa: S105


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    """0 where the connection was closed without an answer."""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    url: str
    """With a slash at its end."""

    @property
    def port(self) -> int:
        """The port."""
        return int(self.url.rstrip("/").rpartition(":")[2])

    def send(self, *pieces: bytes, pause: float = 0.0, timeout: float = 20.0) -> Answer:
        """Send bytes as they are, HOST written for the right one, and return the first answer."""
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as client:
            for piece in pieces:
                try:
                    client.sendall(piece.replace(b"HOST", self.name.encode()))
                except OSError:  # closed already: what it said before is what counts
                    break
                time.sleep(pause)
            return _read(client, begun, pieces[0].startswith(b"HEAD "))

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"", timeout: float = 20.0
    ) -> Answer:
        """Send a well-formed request and return the answer."""
        fields = {"Host": "HOST"} | dict(headers or {})
        if body or method in ("POST", "PUT"):
            fields.setdefault("Content-Length", str(len(body)))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        return self.send("\r\n".join(lines).encode("latin-1") + body, timeout=timeout)

    @property
    def name(self) -> str:
        """The name that a request is for."""
        return f"127.0.0.1:{self.port}"


def _read(client: socket.socket, begun: float, empty: bool) -> Answer:
    data = b""
    try:
        while b"\r\n\r\n" not in data and (piece := client.recv(65_536)):
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        if not head:
            return Answer(0, seconds=time.monotonic() - begun)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = 0 if empty else int(headers.get("content-length", "0"))
        while len(body) < length and (piece := client.recv(65_536)):
            body += piece
    except TimeoutError:
        return Answer(-1, seconds=time.monotonic() - begun)
    except ConnectionError:
        return Answer(0, seconds=time.monotonic() - begun)
    return Answer(int(first.split()[1]), headers, body[:length], time.monotonic() - begun)


@contextmanager
def serving(*options: str, workspace: str = "", seconds: float = 60.0) -> Iterator[Server]:
    """Run `bullwhip serve` on a free port of this machine.

    Args:
        options: of its command line.
        workspace: a folder; the shipped one when empty.
        seconds: how long it may take until it answers.
    """
    command = [sys.executable, "-m", "bullwhip", *(["--workspace", workspace] if workspace else [])]
    command += ["serve", "--port", "0", *options]
    environment = os.environ | {"BULLWHIP_TOKEN": TOKEN}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], seconds)
            line = process.stdout.readline() if ready else ""
            found = re.fullmatch(r"(http://\S+/)\n", line)
            assert found is not None, _errors(process)
            yield Server(process, found[1])
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _errors(process: subprocess.Popen[str]) -> str:
    process.kill()
    return process.communicate()[1][-2000:]
