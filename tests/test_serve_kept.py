"""Answers that are kept: the same bytes for the same question of the same state, and for nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bullwhip.serve.jobs import Job, Query, Reply, problem_reply
from bullwhip.serve.kept import Kept
from bullwhip.serve.running import _server, bind
from bullwhip.serve.settings import Settings


@dataclass
class Counting:
    """Stands in for a pool, and answers with how often it was asked."""

    snapshot: str = "one"
    asked: list[Job] = field(default_factory=list)
    status: int = 200
    confined: str = "seccomp"

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def run(self, job: Job) -> Reply:
        """Answer."""
        self.asked.append(job)
        if self.status != 200:
            return problem_reply(self.status, "no")
        return Reply(200, job.results if isinstance(job, Query) else "text/plain", str(len(self.asked)).encode())


@dataclass
class Served:
    """A server in a thread, and one connection to it."""

    pool: Counting
    port: int
    client: socket.socket

    def send(self, path: str = "/sparql?query=ASK%20%7B%7D", more: str = "", times: int = 1) -> list[bytes]:
        """Send a request, or the same several times at once, and return the answers."""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{more}\r\n".encode()
        self.client.sendall(request * times)
        data, found = b"", list[bytes]()
        while len(found) < times:
            data += self.client.recv(65536)
            while (whole := re.match(rb"(?s)HTTP.*?content-length: (\d+).*?\r\n\r\n", data)) is not None:
                end = whole.end() + int(whole[1])
                if len(data) < end:
                    break
                found.append(data[:end])
                data = data[end:]
        return found


@pytest.fixture
def served() -> Iterator[Served]:
    """Return a server that keeps answers."""
    pool, listening, loop = Counting(), bind("127.0.0.1", 0), asyncio.new_event_loop()
    port = listening.getsockname()[1]
    ready = threading.Event()
    server = _server(pool, Settings(frozenset([f"127.0.0.1:{port}"])), ready.set)
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve(sockets=[listening])))
    thread.start()
    assert ready.wait(20)
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        yield Served(pool, port, client)
    server.should_exit = True
    thread.join(20)
    with contextlib.suppress(RuntimeError):
        loop.close()


def without_date(answer: bytes) -> bytes:
    """Return an answer without its date, which is that of the second."""
    return re.sub(rb"\r\ndate: [^\r]*", b"", answer)


def test_the_same_question_is_worked_on_once(served: Served) -> None:
    """The second answer is the first one, byte for byte, and nobody worked for it."""
    first, second = served.send()[0], served.send()[0]

    assert first.endswith(b"\r\n\r\n1")
    assert without_date(first) == without_date(second)
    assert len(served.pool.asked) == 1


def test_an_answer_that_is_kept_is_told_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has a line for it, without the parameters, which may be anybody's."""
    kept = Kept(lambda: "1", log=True)
    asked = b"GET /sparql?query=secret HTTP/1.1\r\nHost: a\r\n\r\n"
    kept.keep(asked, "1", b"HTTP/1.1 200 OK\r\ndate: then\r\netag: x\r\n\r\nfour")
    kept.find(asked, b"now")

    assert capsys.readouterr().err.split(" ", 1)[1] == "GET /sparql 200 4B 0ms\n"


def test_questions_at_once_are_answered_in_order(served: Served) -> None:
    """Several requests in one go are no single one: each is answered, in the order in which they came."""
    assert [a.rpartition(b"\r\n")[2] for a in served.send(times=3)] == [b"1", b"2", b"3"]


def test_another_state_is_asked_anew(served: Served) -> None:
    """After an update the question is worked on again, and its tag is another one."""
    first = served.send()[0]
    served.pool.snapshot = "two"
    second = served.send()[0]

    assert second.endswith(b"2")
    assert re.findall(rb"\r\netag: [^\r]*", first) != re.findall(rb"\r\netag: [^\r]*", second)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/sparql?query=SELECT%20(NOW()%20AS%20%3Fx)%20%7B%7D", ""),
        ("/sparql?query=SELECT%20(rand%20%23%0A()%20AS%20%3Fx)%20%7B%7D", ""),
        ("/sparql?query=ASK%20%7B%7D", "Connection: close\r\n"),
    ],
)
def test_what_may_differ_is_not_kept(served: Served, path: str, more: str) -> None:
    """A question whose answer changes with the clock is asked each time, and one that ends the connection as well."""
    served.send(path, more)
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        again = Served(served.pool, served.port, client)
        assert again.send(path, more)[0].endswith(b"2")


def test_every_header_counts(served: Served) -> None:
    """The same question for another format, or from another page, is another request."""
    served.send()
    served.send(more="Accept: text/csv\r\n")
    foreign = served.send(more="Origin: http://example.org\r\n")[0]

    assert len(served.pool.asked) == 2
    assert foreign.startswith(b"HTTP/1.1 403 ")


def test_a_failure_is_not_kept(served: Served) -> None:
    """What was refused for want of time is asked anew."""
    served.pool.status = 503
    first = served.send()[0]
    served.pool.status = 200

    assert first.startswith(b"HTTP/1.1 503 ")
    assert served.send()[0].startswith(b"HTTP/1.1 200 ")


def test_health_says_what_holds_the_workers(served: Served) -> None:
    """Whether the system itself keeps workers from connecting is no secret."""
    assert b'"confined":"seccomp"' in served.send("/health")[0]
