"""The pool: runs jobs in workers that it kills when they take too long, and starts others in their place.

Everything here happens in one event loop. A job has a worker for itself; who finds none waits in a queue of bounded
length. The limit on time is the shorter one for a job that starts while others wait: it is known when the job starts
and does not change under way.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import deque
from types import TracebackType

from bullwhip.errors import Problem, UsageError
from bullwhip.serve.jobs import GraphChange, Job, Limits, Reply, Update, problem_reply
from bullwhip.serve.nursery import Ended, Nursery, Worker
from bullwhip.serve.problems import beyond
from bullwhip.serve.snapshot import Recipe
from bullwhip.serve.wire import job_frame, read_reply

__all__ = ["Pool", "Recipe"]

_MOST_JOBS = 10_000
"""Jobs after which a worker makes place for a fresh one."""
_MOST_FAILURES = 5
"""Workers in a row that end before they are ready; then no more are started until a request comes."""


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
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._starting = 0
        self._failures = 0
        self._waiting: deque[asyncio.Future[Worker]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Open what is served; returns when the first worker is ready.

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
        worker = await self._take()
        if isinstance(worker, Worker):
            self._release(worker)

    async def close(self) -> None:
        """End all processes."""
        self._closed = True
        for waiting in self._waiting:
            waiting.cancel()
        for worker in (*self._busy, *self._idle):
            worker.kill()
        nursery, self._nursery = self._nursery, None
        if nursery is not None:
            await nursery.end()
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
            return problem_reply(403, "not allowed here", "this endpoint only reads", code="BW592")
        worker = await self._take()
        if isinstance(worker, Reply):
            return worker
        seconds = self.limits.crowded_seconds if self._waiting else self.limits.seconds
        try:
            return await self._ask(worker, frame, seconds)
        finally:
            self._release(worker)

    async def _ask(self, worker: Worker, frame: bytes, seconds: float) -> Reply:
        """Return what a worker answers in time; it is killed otherwise."""
        answer = worker.ask(frame)
        alarm = asyncio.get_running_loop().call_later(seconds, answer.cancel)
        try:
            head, body = await answer
        except asyncio.CancelledError:
            late = not worker.dead and answer.cancelled() and not _is_cancelled()
            worker.kill()
            if late:
                return self._late(seconds)
            raise
        except Ended as end:
            return self._dead(end, seconds)
        finally:
            alarm.cancel()
        if head.get("last"):
            worker.let_go()
        return read_reply(head, body)

    def _late(self, seconds: float) -> Reply:
        hint = "ask for less, or again when nobody waits" if seconds < self.limits.seconds else "ask for less at once"
        reply = problem_reply(
            503, "takes too long", f"stopped after {seconds:g} seconds", code="BW901", limit="seconds", seconds=seconds,
            hint=hint,
        )  # fmt: skip
        return Reply(reply.status, reply.media, reply.body, (("Retry-After", str(max(1, round(seconds)))),))

    def _dead(self, end: Ended, seconds: float) -> Reply:
        """Return the reply to a job whose worker has died of it."""
        if end.code == -signal.SIGXCPU:
            return self._late(seconds)
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
        if self._closed or self._nursery is None or self._nursery.gone:
            return problem_reply(503, "not running", "the process that holds the data has ended", code="BW540")
        if len(self._waiting) >= self.limits.waiting:
            reply = problem_reply(
                503, "too many wait", f"{len(self._waiting)} requests wait already", code="BW901", limit="waiting"
            )
            return Reply(reply.status, reply.media, reply.body, (("Retry-After", "1"),))
        self._failures = min(self._failures, _MOST_FAILURES - 1)
        self._fill()
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release(turn.result())
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
        if self._closed or self._nursery is None or self._nursery.gone:
            return
        self._idle = [w for w in self._idle if not w.dead]
        missing = self.limits.workers - len(self._idle) - len(self._busy) - self._starting
        for _ in range(missing if self._failures < _MOST_FAILURES else 0):
            self._starting += 1
            task = asyncio.get_running_loop().create_task(self._begin(self._nursery.fork()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _begin(self, worker: Worker) -> None:
        """Wait until a worker is ready."""
        try:
            head, _ = await asyncio.wait_for(worker.awaited, 30)
            self.confined, self._failures = head["confined"], 0
        except (Ended, TimeoutError):
            worker.kill()
            self._failures += 1
        finally:
            self._starting -= 1
        if worker.dead:
            self._fill()
            if self._failures >= _MOST_FAILURES:
                while self._waiting:
                    turn = self._waiting.popleft()
                    if not turn.done():
                        turn.set_result(worker)  # dead: who asks it is told so
        else:
            self._release(worker)

    def _refresh(self) -> None:
        """Replace workers that have nothing to do by ones that have what has been warmed since."""
        old, self._idle = self._idle, []
        for worker in old:
            worker.let_go()
        self._fill()


def _is_cancelled() -> bool:
    """Return whether the present task was asked to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
