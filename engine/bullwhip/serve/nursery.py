"""The side of the pool that talks to the process which forks: starting it, asking for workers, hearing how they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bullwhip import errors
from bullwhip.errors import BullwhipError, LoadError, Place, Problem
from bullwhip.serve.jobs import Limits
from bullwhip.serve.recipe import Recipe
from bullwhip.serve.wire import Frames, Notes, frame
from bullwhip.store.processes import worker_environment

__all__ = ["Ended", "Nursery", "Worker"]

_CHUNK = 1 << 18
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
"""A process that forks may have no threads."""


class Ended(Exception):  # noqa: N818  an end is no error of ours
    """A worker has ended; `code` is what it ended with, negative for a signal, None where nobody knows."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Worker:
    """One worker as the pool sees it: a socket to it, and a way to kill it."""

    def __init__(self, number: int, nursery: Nursery, connection: socket.socket) -> None:
        self.number, self.nursery, self.connection = number, nursery, connection
        self.process, self.watch = 0, -1
        self.jobs = 0
        self.dead = False
        self.ended: asyncio.Future[int | None] = nursery.loop.create_future()
        self._awaited: asyncio.Future[tuple[dict[str, Any], bytes]] = nursery.loop.create_future()
        self._frames = Frames()
        self._unsent = memoryview(b"")
        nursery.loop.add_reader(connection.fileno(), self._readable)

    def ask(self, job: bytes) -> asyncio.Future[tuple[dict[str, Any], bytes]]:
        """Send a frame and return the answer to come; it raises `Ended` when the worker ends first."""
        self.jobs += 1
        self._awaited = self.nursery.loop.create_future()
        if self.dead:
            self._awaited.set_exception(Ended(None))
            return self._awaited
        self._unsent = memoryview(job)
        self._send()
        return self._awaited

    @property
    def awaited(self) -> asyncio.Future[tuple[dict[str, Any], bytes]]:
        """The answer to come."""
        return self._awaited

    def kill(self) -> None:
        """End the worker at once, whatever it does."""
        if self.dead:
            return
        if self.watch >= 0:
            with contextlib.suppress(ProcessLookupError, OSError):
                signal.pidfd_send_signal(self.watch, signal.SIGKILL)
        else:
            self.nursery.tell({"kill": self.number})
        self.let_go()

    def let_go(self) -> None:
        """Close the socket; a worker that waits for a job ends then."""
        if not self.dead:
            self.dead = True
            self.nursery.loop.remove_reader(self.connection.fileno())
            self.nursery.loop.remove_writer(self.connection.fileno())
            self.connection.close()
            if not self._awaited.done():
                self._awaited.set_exception(Ended(None))
                self._awaited.exception()  # whether anybody asks for it or not

    def has_ended(self, code: int | None) -> None:
        """Note how the worker has ended."""
        if not self.ended.done():
            self.ended.set_result(code)
        if self.watch >= 0:
            os.close(self.watch)
            self.watch = -1

    def _send(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self.connection.send(self._unsent) :]
        except BlockingIOError:
            self.nursery.loop.add_writer(self.connection.fileno(), self._send)
            return
        except OSError:
            self._unsent = memoryview(b"")  # it has ended, which reading will tell
        self.nursery.loop.remove_writer(self.connection.fileno())

    def _readable(self) -> None:
        try:
            data = self.connection.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            awaited = self._awaited
            self._awaited = self.nursery.loop.create_future()
            self.let_go()
            if not awaited.done():
                self.nursery.tell_end(self, awaited)
            return
        found = self._frames.feed(data)
        if found is not None and not self._awaited.done():
            self._awaited.set_result(found)


class Nursery:
    """One process that forks, and its workers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, connection: socket.socket, on_warm: Callable[[], None]) -> None:
        self.loop, self.connection, self.on_warm = loop, connection, on_warm
        self.notes = Notes(connection)
        self.workers: dict[int, Worker] = {}
        self.gone = False
        self.retired = False
        self.has_ended = False
        self.process: subprocess.Popen[bytes] | None = None
        self.watch = -1
        self.opened: asyncio.Future[str] = loop.create_future()
        self.loaded: asyncio.Future[None] = loop.create_future()
        """Done when it forks, or never will: until then it loads, which takes as long as there is to load."""
        self._count = 0
        connection.setblocking(False)
        loop.add_reader(connection.fileno(), self._readable)

    @classmethod
    def start(cls, recipe: Recipe, limits: Limits, writable: bool, on_warm: Callable[[], None]) -> Nursery:
        """Start the process; `opened` gives the name of its snapshot when it is ready."""
        ours, its = socket.socketpair()
        job = json.dumps({"recipe": asdict(recipe), "limits": asdict(limits), "writable": writable})
        nursery = cls(asyncio.get_running_loop(), ours, on_warm)
        nursery.process = subprocess.Popen(  # noqa: S603  this interpreter and this package
            [sys.executable, "-P", "-m", "bullwhip.serve.zygote", str(its.fileno()), job],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, close_fds=True, pass_fds=(its.fileno(),),
            env=worker_environment() | _ONE_THREAD,
        )  # fmt: skip
        its.close()
        return nursery

    @classmethod
    def of(cls, worker: Worker, on_warm: Callable[[], None]) -> Nursery:
        """Return a worker that has changed the store as what workers are forked from; `opened` when it is ready."""
        own = worker.nursery
        own.workers.pop(worker.number, None)
        own.loop.remove_reader(worker.connection.fileno())
        worker.dead = True
        nursery = cls(own.loop, worker.connection, on_warm)
        nursery.watch, worker.watch = worker.watch, -1
        nursery._has_loaded()
        worker.connection.send(frame({"go": True}))
        return nursery

    def fork(self, change: str = "") -> Worker:
        """Ask for a worker; `awaited` of it is done when it is ready for a job.

        Args:
            change: where the worker is to change the store: the name of the state that follows. It takes its one job
                at once.
        """
        ours, its = socket.socketpair()
        ours.setblocking(False)
        self._count += 1
        worker = self.workers[self._count] = Worker(self._count, self, ours)
        self.tell({"change": self._count, "name": change} if change else {"fork": self._count}, its.fileno())
        its.close()
        return worker

    def tell(self, note: dict[str, Any], *handles: int) -> None:
        """Send a note; the process that is gone hears nothing."""
        if not self.gone:
            with contextlib.suppress(OSError):
                self.notes.send(note, *handles)

    def tell_end(self, worker: Worker, awaited: asyncio.Future[tuple[dict[str, Any], bytes]]) -> None:
        """Fail what was awaited of a worker, as soon as it is known how it has ended."""

        def told(code: int | None) -> None:
            if not awaited.done():
                awaited.set_exception(Ended(code))

        if worker.ended.done():
            told(worker.ended.result())
            return
        worker.ended.add_done_callback(lambda ended: told(ended.result()))
        self.loop.call_later(0.5, told, None)

    def retire(self) -> None:
        """Have the process end when the last of its workers has."""
        self.retired = True
        self._end_retired()

    def _end_retired(self) -> None:
        if self.retired and not self.workers and not self.gone:
            self._last = self.loop.create_task(self.end())  # kept, or it may be collected

    def close(self) -> None:
        """End the process and its workers."""
        if self.gone:
            return
        self.gone = True
        self.loop.remove_reader(self.connection.fileno())
        self.connection.close()
        for worker in list(self.workers.values()):
            worker.let_go()
            worker.has_ended(None)
        self.workers.clear()
        if not self.opened.done():
            self.opened.set_exception(_lost())
            self.opened.exception()  # whether anybody asks for it or not
        self._has_loaded()

    async def end(self) -> None:
        """End the process and its workers, and wait until it is gone."""
        self.close()
        for _ in range(200):
            if self.has_ended or self._is_over():
                break
            await asyncio.sleep(0.005)
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        if self.watch >= 0:
            with contextlib.suppress(ProcessLookupError, OSError):
                signal.pidfd_send_signal(self.watch, signal.SIGKILL)
            os.close(self.watch)
            self.watch = -1
        self.has_ended = True

    def _is_over(self) -> bool:
        if self.process is not None:
            return self.process.poll() is not None
        if self.watch < 0 or not select.select([self.watch], [], [], 0)[0]:
            return self.watch < 0
        with contextlib.suppress(ChildProcessError):  # it is a child of ours only where we are the first process
            os.waitid(os.P_PIDFD, self.watch, os.WEXITED | os.WNOHANG)
        return True

    def _has_loaded(self) -> None:
        if not self.loaded.done():
            self.loaded.set_result(None)

    def _readable(self) -> None:
        notes = self.notes.receive()
        if notes is None:
            self.close()
            return
        for note in notes:
            self._hear(note)

    def _hear(self, note: dict[str, Any]) -> None:
        if "forked" in note:
            watch = self.notes.handle() if note.get("watch") else -1
            worker = self.workers.get(note["forked"])
            if worker is None:
                if watch >= 0:
                    os.close(watch)
                return
            worker.process, worker.watch = note["process"], watch
            if worker.dead:  # it was killed before it was known
                with contextlib.suppress(ProcessLookupError, OSError):
                    signal.pidfd_send_signal(watch, signal.SIGKILL)
        elif "ended" in note or "failed" in note:
            worker = self.workers.pop(note["ended"] if "ended" in note else note["failed"], None)
            if worker is not None:
                worker.has_ended(note.get("code"))
            self._end_retired()
        elif "ready" in note and not self.opened.done():
            self.opened.set_result(note["ready"])
        elif "loaded" in note:
            self._has_loaded()
        elif "error" in note and not self.opened.done():
            self.opened.set_exception(_error(note))
        elif "warm" in note:
            self.on_warm()


def _lost() -> LoadError:
    return LoadError(Problem("BW540", "the process that holds the data has ended", hint="see what it wrote above"))


def _error(note: dict[str, Any]) -> BullwhipError:
    """Return an error that the process had, as one of this process."""
    problems = []
    for p in note["error"]:
        place = Place(p["file"], p["line"] or 0, p["column"] or 0, p["text"]) if p["file"] else None
        problems.append(Problem(p["code"], p["message"], place, p["hint"] or ""))
    kind: type[BullwhipError] = getattr(errors, note["class"], LoadError)
    return kind(problems)
