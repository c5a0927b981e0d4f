"""The pool: runs jobs in workers that it kills when they take too long, and starts others in their place.

Everything here happens in one event loop. A job has a worker for itself; who finds none waits in a queue of bounded
length. While others wait, a job that has run for longer than the shorter limit makes room for them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import signal
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from bullwhip.errors import BullwhipError, Problem, UsageError
from bullwhip.serve.jobs import GraphChange, Job, Limits, Reply, Update, problem_reply
from bullwhip.serve.nursery import Ended, Nursery, Worker
from bullwhip.serve.problems import beyond
from bullwhip.serve.recipe import Recipe, named_after
from bullwhip.serve.wire import job_frame, read_reply

__all__ = ["Pool", "Recipe"]

_MOST_JOBS = 10_000
"""Jobs after which a worker makes place for a fresh one."""
_MOST_START = 30
"""Seconds until a process that was forked is ready."""
_MOST_FAILURES = 5
"""Workers in a row that end before they are ready; then no more are started until a request comes."""


@dataclass(eq=False, slots=True)
class _AtWork:
    """A job that a worker has."""

    answer: asyncio.Future[Any]
    long: bool = False
    """Whether it has run for longer than the shorter limit."""
    ended: bool = False
    """Whether it is ended because others wait."""


class Pool:
    """Workers on a snapshot.

    >>> async def main() -> int:
    ...     async with Pool(Recipe(), Limits()) as pool:
    ...         reply = await pool.run(Query("ASK {}", results="application/sparql-results+json"))
    ...         return reply.status
    >>> from bullwhip.serve.jobs import Query
    >>> asyncio.run(main())
    200
    """

    def __init__(self, recipe: Recipe, limits: Limits, writable: bool = False) -> None:
        """Say what is served and within which limits; `start` starts it.

        Args:
            recipe: what is served.
            limits: what a job may cost.
            writable: whether updates are run, on a copy in memory.
        """
        self.recipe, self.limits, self.writable = recipe, limits, writable
        self.snapshot = ""
        """Name of the state that is served; another one after each update."""
        self.confined = ""
        """What keeps workers from connecting: `seccomp`, `namespace`, `none`; empty until one has started."""
        self._nursery: Nursery | None = None
        self._old: list[Nursery] = []
        """Those of states before, of which a worker may still be at work."""
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._at_work: list[_AtWork] = []
        """Those that keep others waiting, the one that began first at the front."""
        self._starting = 0
        self._failures = 0
        self._waiting: deque[asyncio.Future[Worker | None]] = deque()
        """Each is given a worker, or None where none can be started."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._reviving = False
        self._changing = asyncio.Lock()
        self._changes = 0
        self._salt = secrets.token_hex(8)
        """Names of later states are of this pool alone: an update may take the time or a random number."""

    async def start(self) -> None:
        """Open what is served; the first workers are ready a moment after that, and jobs wait for them.

        Raises:
            BullwhipError: with every problem of the workspace or store.
            UsageError: BW591 where the system cannot fork.
        """
        if not hasattr(os, "fork"):
            raise UsageError(Problem("BW591", "this system cannot fork processes", hint="serve needs Linux or macOS"))
        self._nursery = Nursery.start(self.recipe, self.limits, self.writable, self._refresh)
        try:
            self.snapshot = await self._nursery.opened
        except BaseException:
            await self.close()
            raise
        self._fill()

    async def close(self) -> None:
        """End all processes."""
        self._closed = True
        for waiting in self._waiting:
            waiting.cancel()
        for worker in (*self._busy, *self._idle):
            worker.kill()
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            nursery.opened.cancel()  # whoever still waits for it is not to be told that it failed
        for each in (*self._old, *([nursery] if nursery else [])):
            await each.end()
        for task in self._tasks:
            task.cancel()

    async def __aenter__(self) -> Pool:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def run(self, job: Job) -> Reply:
        """Return the reply to a job. When the caller is cancelled, so is the job: its worker is killed.

        Args:
            job: what is asked.
        """
        try:
            frame = job_frame(job)
        except UnicodeEncodeError:
            return problem_reply(400, "the request cannot be read", "half of a surrogate pair is no text", code="BW501")
        if isinstance(job, Update | GraphChange):
            return await self._change(frame)
        worker = await self._take()
        if isinstance(worker, Reply):
            return worker
        try:
            reply, last = await self._ask(worker, frame, yields=True)
            if last:
                worker.let_go()
            return reply
        finally:
            self._release(worker)

    async def _change(self, frame: bytes) -> Reply:
        """Change the store in a copy of the process that holds it, and go on with the copy where that succeeds."""
        if not self.writable:
            return problem_reply(403, "not allowed here", "this endpoint only reads", code="BW592")
        if self._changes > self.limits.waiting:
            return _full(self._changes)
        self._changes += 1
        try:
            async with self._changing:
                if self._nursery is None or self._nursery.gone:
                    return _gone()
                name = named_after(self.snapshot, self._salt, hashlib.sha256(frame).hexdigest())
                candidate = self._nursery.fork(change=name)
                try:
                    reply, _ = await self._ask(candidate, frame, yields=False)
                    if 200 <= reply.status < 300:
                        await self._go_on_with(candidate, name)
                    return reply
                finally:
                    candidate.kill()
        finally:
            self._changes -= 1

    async def _go_on_with(self, candidate: Worker, name: str) -> None:
        """Fork from a process that has changed the store; those who are at work finish on the state before."""
        old = self._nursery
        new = Nursery.of(candidate, self._refresh)
        try:
            await asyncio.wait_for(asyncio.shield(new.opened), _MOST_START)
        except BaseException:
            self._spawn(new.end())
            raise
        self._nursery, self.snapshot = new, name
        if old is not None:
            self._old = [*(o for o in self._old if not o.has_ended), old]
            old.retire()
        self._refresh()

    async def _ask(self, worker: Worker, frame: bytes, *, yields: bool) -> tuple[Reply, bool]:
        """Return what a worker answers in time, and whether it has had enough; it is killed when it is late.

        Args:
            worker: who is asked.
            frame: what is asked.
            yields: whether others wait for this worker, so that it may have to make room for them.
        """
        loop = asyncio.get_running_loop()
        work = _AtWork(worker.ask(frame))
        alarms = [loop.call_later(self.limits.seconds, work.answer.cancel)]
        if yields:
            self._at_work.append(work)
            alarms.append(loop.call_later(self.limits.crowded_seconds, self._is_long, work))
        try:
            head, body = await work.answer
        except asyncio.CancelledError:
            late = not worker.dead and work.answer.cancelled() and not _is_cancelled()
            worker.kill()
            if late:
                return self._late(crowded=work.ended), True
            raise
        except Ended as end:
            return self._dead(end), True
        finally:
            for alarm in alarms:
                alarm.cancel()
            if yields:
                self._at_work.remove(work)
        return read_reply(head, body), bool(head.get("last"))

    def _is_long(self, work: _AtWork) -> None:
        work.long = True
        self._make_room()

    def _make_room(self) -> None:
        """End jobs that have run for longer than the shorter limit, the longest first, one for each that waits."""
        coming = self._starting + sum(work.ended for work in self._at_work)
        for work in self._at_work:
            if len(self._waiting) <= coming:
                return
            if work.long and not work.ended and not work.answer.done():
                work.ended = True
                work.answer.cancel()
                coming += 1

    def _late(self, *, crowded: bool = False) -> Reply:
        seconds = self.limits.crowded_seconds if crowded else self.limits.seconds
        detail, hint = f"stopped after {seconds:g} seconds", "ask for less at once"
        if crowded:
            detail, hint = f"{detail} or more, while others wait", "ask for less, or again when nobody waits"
        reply = problem_reply(
            503, "takes too long", detail, code="BW901", limit="seconds", seconds=seconds, hint=hint,
        )  # fmt: skip
        return Reply(reply.status, reply.media, reply.body, (("Retry-After", str(max(1, round(seconds)))),))

    def _dead(self, end: Ended) -> Reply:
        """Return the reply to a job whose worker has died of it."""
        if end.code is None:
            return _gone()
        if end.code == -signal.SIGXCPU:
            return self._late()
        if end.code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGKILL, -signal.SIGBUS):
            detail = f"the process ended of it: more than {self.limits.memory / 1e6:,.0f} MB of memory, or too deep"
            return beyond(detail, "ask for less at once, and nest less")
        return problem_reply(500, "the process ended", f"a worker ended with {end.code}", code="BW540")

    # -- workers ------------------------------------------------------------------------------------------------------

    async def _take(self) -> Worker | Reply:
        """Return a worker, after waiting where all have work, or the refusal where too many wait already."""
        while self._idle:
            worker = self._idle.pop()
            if not worker.dead:
                self._busy.add(worker)
                return worker
        if self._closed or self._nursery is None:
            return _gone()
        if len(self._waiting) >= self.limits.waiting:
            return _full(len(self._waiting))
        self._failures = min(self._failures, _MOST_FAILURES - 1)
        turn: asyncio.Future[Worker | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._fill()
        self._make_room()
        try:
            return await turn or _gone()
        except asyncio.CancelledError:
            given = turn.result() if turn.done() and not turn.cancelled() else None
            if given is not None:
                self._release(given)
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if self._closed and not _is_cancelled():
                return problem_reply(503, "not running", "the server stops", code="BW540")
            raise

    def _release(self, worker: Worker) -> None:
        """Give a worker to who waits longest, or keep it for the next; a dead or old one is replaced."""
        self._busy.discard(worker)
        if not worker.dead and (worker.jobs >= _MOST_JOBS or worker.nursery is not self._nursery):
            worker.let_go()
        if not worker.dead and not worker.awaited.done():
            worker.kill()
        if not worker.dead:
            self._hand_out(worker)
        else:
            self._fill()

    def _hand_out(self, worker: Worker) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._busy.add(worker)
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def _fill(self) -> None:
        """Start as many workers as are missing."""
        if self._closed or self._nursery is None:
            return
        if self._nursery.gone:
            if self._waiting and not self._reviving and self._failures < _MOST_FAILURES:
                self._reviving = True
                self._spawn(self._revive())
            return
        self._idle = [w for w in self._idle if not w.dead]
        missing = self.limits.workers - len(self._idle) - len(self._busy) - self._starting
        for _ in range(missing if self._failures < _MOST_FAILURES else 0):
            self._starting += 1
            self._spawn(self._begin(self._nursery.fork()))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # kept, or it may be collected
        task.add_done_callback(self._tasks.discard)

    async def _begin(self, worker: Worker) -> None:
        """Wait until a worker is ready."""
        await worker.nursery.loaded
        try:
            head, _ = await asyncio.wait_for(worker.awaited, _MOST_START)
            self.confined, self._failures = head["confined"], 0
        except (Ended, TimeoutError):
            worker.kill()
            self._failures += 1
        finally:
            self._starting -= 1
        if worker.dead:
            self._fill()
            self._make_room()
            if self._failures >= _MOST_FAILURES:
                self._give_up()
        else:
            self._release(worker)

    def _give_up(self) -> None:
        """Tell all who wait that there will be no worker."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)

    async def _revive(self) -> None:
        """Open what is served anew, after the process that held it has ended; what updates had changed is lost."""
        try:
            async with self._changing:
                if self._nursery is not None:
                    await self._nursery.end()
                nursery = Nursery.start(self.recipe, self.limits, self.writable, self._refresh)
                self._old = [*self._old, nursery]  # so that it is ended in any case
                self.snapshot = await nursery.opened
                self._old.remove(nursery)
                self._nursery = nursery
        except BullwhipError:
            self._failures += 1
            self._give_up()
        finally:
            self._reviving = False
        self._refresh()

    def _refresh(self) -> None:
        """Replace workers that have nothing to do by ones that have what has been warmed since."""
        old, self._idle = self._idle, []
        for worker in old:
            worker.let_go()
        self._fill()


def _full(waiting: int) -> Reply:
    detail = f"{waiting} requests wait already"
    reply = problem_reply(503, "too many wait", detail, code="BW901", limit="waiting", hint="ask again in a moment")
    return Reply(reply.status, reply.media, reply.body, (("Retry-After", "1"),))


def _gone() -> Reply:
    return problem_reply(503, "not running", "the process that holds the data has ended", code="BW540")


def _is_cancelled() -> bool:
    """Return whether the present task was asked to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
