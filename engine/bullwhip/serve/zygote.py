"""The process that opens the workspace once and forks workers, which so have all of it from the start.

It holds no threads, for a fork copies one thread only, and no socket but the one to the pool: it is started before
the server listens and inherits nothing. It ends when the pool does, and its workers end with it.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, cast

from bullwhip.errors import BullwhipError
from bullwhip.serve.changing import change
from bullwhip.serve.confine import bound_memory, bound_time, confine, release
from bullwhip.serve.jobs import GraphChange, Limits, Update
from bullwhip.serve.recipe import Recipe
from bullwhip.serve.snapshot import Snapshot, fill_cache
from bullwhip.serve.wire import Notes, read_frame, read_job, reply_frame, write_all
from bullwhip.serve.worker import close_others, out_of_memory, work
from bullwhip.store.worker_limits import end_with_parent

__all__ = ["Zygote", "main"]

_IDLE = 0.05
"""Seconds without a note after which there is time to warm what answers need."""


class _Succeeds(BaseException):
    """Leaves all calls of the process that was copied, for this one goes on as another."""

    def __init__(self, zygote: Zygote) -> None:
        super().__init__()
        self.zygote = zygote


class Zygote:
    """Forks on request and tells how its children end."""

    def __init__(self, notes: Notes, snapshot: Snapshot, limits: Limits, confined: str = "") -> None:
        self.notes, self.snapshot, self.limits, self.confined = notes, snapshot, limits, confined
        self.children: dict[int, int] = {}
        self.warming: Iterator[None] | None = snapshot.warming()
        self.filling = bool(confined)  # a process that is confined may not write
        self.woken, waker = os.pipe()
        os.set_blocking(waker, False)
        os.set_blocking(self.woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        gc.collect()
        gc.freeze()

    def run(self) -> None:
        """Do what notes ask until the pool has gone.

        Raises:
            _Succeeds: in the copy of this process that goes on in its place.
        """
        idle_since = time.monotonic()
        while True:
            wait = None if self.warming is None else max(0.0, idle_since + _IDLE - time.monotonic())
            readable, _, _ = select.select([self.notes.connection.fileno(), self.woken], [], [], wait)
            if self.woken in readable:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.woken, 4096)
                self._reap()
            if self.notes.connection.fileno() in readable:
                idle_since = time.monotonic()
                notes = self.notes.receive()
                if notes is None:
                    return
                for note in notes:
                    self._do(note)
            elif not readable:
                self._warm()

    def _do(self, note: dict[str, Any]) -> None:
        if "fork" in note:
            self._fork(
                note["fork"],
                self.notes.handle(),
                self._work,
            )
        elif "change" in note:
            name = note["name"]
            self._fork(note["change"], self.notes.handle(), lambda handle: self._change(handle, name))
        elif "kill" in note:
            for process, number in self.children.items():
                if number == note["kill"]:
                    os.kill(process, signal.SIGKILL)

    def _fork(self, number: int, handle: int, task: Callable[[int], None]) -> None:
        try:
            process = os.fork()
        except OSError as error:
            os.close(handle)
            self.notes.send({"failed": number, "why": str(error)})
            return
        if process == 0:
            _as_child(task, handle)
        os.close(handle)
        self.children[process] = number
        try:
            watch = os.pidfd_open(process)
        except (AttributeError, OSError):
            self.notes.send({"forked": number, "process": process})
            return
        self.notes.send({"forked": number, "process": process, "watch": True}, watch)
        os.close(watch)

    def _fill_cache(self) -> None:
        """Have a process beside put into the cache what workers, which may not write, would make again and again."""
        process = os.fork()
        if process == 0:
            end_with_parent()
            _as_child(lambda _: fill_cache(self.snapshot.workspace))
        self.children[process] = 0

    def _work(self, handle: int) -> None:
        work(handle, self.snapshot, self.limits, self.confined)

    def _change(self, handle: int, name: str) -> None:
        """Change the store, which nobody else sees; go on in place of the process that forks when the pool says so."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        how = self.confined or confine()
        bound_memory(self.limits.memory)
        bound_time(self.limits.seconds)
        found = read_frame(handle)
        if found is None:
            return
        try:
            job = cast(Update | GraphChange, read_job(*found))
            reply = change(self.snapshot, job, self.limits, name)
        except MemoryError:
            reply = out_of_memory(self.limits)
        write_all(handle, reply_frame(reply))
        if not 200 <= reply.status < 300 or read_frame(handle) is None:
            return
        release()
        notes = Notes(socket.socket(fileno=handle))
        notes.send({"ready": name})
        raise _Succeeds(Zygote(notes, self.snapshot.changed(name), self.limits, how))

    def _reap(self) -> None:
        while self.children:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            number = self.children.pop(process, None)
            if number:
                self.notes.send({"ended": number, "code": os.waitstatus_to_exitcode(status)})

    def _warm(self) -> None:
        """Do one step of what saves time later."""
        assert self.warming is not None  # noqa: S101  it is asked before
        if not self.filling:
            self.filling = True
            self._fill_cache()
        for _ in self.warming:
            return
        self.warming = None
        gc.collect()
        gc.freeze()
        self.notes.send({"warm": True})


def _as_child(task: Callable[[int], None], handle: int = 2) -> NoReturn:
    """Do a task in a process that has just been forked, and end it."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        close_others(handle)
        task(handle)
        code = 0
    except _Succeeds:
        code = -1
        raise
    except (BrokenPipeError, ConnectionResetError):
        code = 0
    except BaseException:  # noqa: BLE001  nothing may go on above the fork
        traceback.print_exc()
    finally:
        if code >= 0:
            os._exit(code)
    raise AssertionError("unreachable")


def main() -> None:
    """Open what the pool asks for, and fork until it has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    notes = Notes(socket.socket(fileno=int(sys.argv[1])))
    first = json.loads(sys.argv[2])
    recipe = Recipe(**first["recipe"] | {"values": tuple(first["recipe"]["values"])})
    try:
        snapshot = Snapshot.open(recipe, first["writable"])
    except BullwhipError as error:
        problems = [p.as_dict() | {"text": p.place.text if p.place else ""} for p in error.problems]
        notes.send({"error": problems, "class": type(error).__name__})
        return
    notes.send({"ready": snapshot.name})
    snapshot.load()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        notes.send({"loaded": True})
    zygote: Zygote | None = Zygote(notes, snapshot, Limits(**first["limits"]))
    del snapshot, notes  # what is changed later is not to be kept
    while zygote is not None:
        try:
            zygote.run()
            zygote = None
        except _Succeeds as successor:
            zygote = successor.zygote
        except (BrokenPipeError, ConnectionResetError):  # the pool has gone
            zygote = None


if __name__ == "__main__":
    main()
