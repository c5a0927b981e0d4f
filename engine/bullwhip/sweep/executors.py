"""Who runs the blocks: this thread, threads, processes, a Dask cluster, or what else submits as concurrent.futures."""

from __future__ import annotations

import os
import re
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from bullwhip.errors import Problem, PropagationError, UsageError, did_you_mean

__all__ = ["EXECUTORS", "Interrupted", "Progress", "Running", "SerialExecutor", "ordered", "running"]

_ADDRESS = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
EXECUTORS = ("threads", "serial", "processes")
"""Executors on this machine; `dask://host:port` is one elsewhere."""

Progress = Callable[[int, int], None]
"""Told how much is done of how much."""

_T = TypeVar("_T")
_CONNECT = "10s"
_AHEAD = 2
"""Blocks under way for each worker: one that runs and one that waits for it."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a sweep, with how many samples had been done of how many."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done:,} of {total:,} samples done")
        self.done, self.total = done, total


class SerialExecutor(Executor):
    """Runs a task when it is submitted, in this thread.

    >>> SerialExecutor().submit(max, 2, 3).result()
    3
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a task and return it as done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  it is raised again where the result is asked for
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Running:
    """An executor at work."""

    executor: Executor
    workers: int
    broken: tuple[type[BaseException], ...] = (BrokenExecutor, CancelledError)
    """What it raises when workers are lost."""


@contextmanager
def running(name: str = "threads", workers: int | None = None) -> Iterator[Running]:
    """Start an executor, and end it with what was not begun left undone.

    Args:
        name: one of EXECUTORS, or `dask://host:port`.
        workers: how many; as many as there are processors when absent. A cluster has its own.

    Raises:
        UsageError: BW002 for a name that is none, BW004 without the package for a cluster.
        PropagationError: BW434 for a cluster that does not answer.

    >>> with running("serial") as one:
    ...     list(ordered(one, abs, 3))
    [0, 1, 2]
    """
    count = workers or os.cpu_count() or 1
    if name.startswith("dask://"):
        with _cluster(name.removeprefix("dask://")) as found:
            yield found
        return
    executor: Executor
    if name == "serial":
        executor, count = SerialExecutor(), 1
    elif name == "threads":
        executor = ThreadPoolExecutor(count)
    elif name == "processes":
        from multiprocessing import get_context

        # a fresh process: a fork of one with threads may hang, and workers leave Ctrl-C to this one
        executor = ProcessPoolExecutor(count, get_context("spawn"), _leave_interrupts)
    else:
        hint = did_you_mean(name, EXECUTORS) or f"executors: {', '.join(EXECUTORS)}, dask://HOST:PORT"
        raise UsageError(Problem("BW002", f"no executor {name!r}", hint=hint))
    try:
        yield Running(executor, count)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[Running]:
    if not _ADDRESS.fullmatch(address):
        hint = "write dask://HOST:PORT, e.g. dask://localhost:8786"
        raise UsageError(Problem("BW002", f"{address!r} is no address of a Dask scheduler", hint=hint))
    try:
        import distributed
    except ImportError:
        hint = "install bullwhip[cluster], or take the executor threads"
        raise UsageError(Problem("BW004", "a Dask cluster needs the package distributed", hint=hint)) from None
    dask: Any = distributed  # its functions carry no types
    try:
        client = dask.Client(f"tcp://{address}", timeout=_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        hint = "start it with `dask scheduler` and `dask worker`, each with this version of bullwhip installed"
        message = f"no Dask scheduler answers at {address!r}: {type(error).__name__}"
        raise PropagationError(Problem("BW434", message, hint=hint)) from None
    try:
        workers = sum(client.nthreads().values())
        if not workers:
            hint = f"start one with `dask worker tcp://{address}`"
            raise PropagationError(Problem("BW434", f"the Dask cluster at {address} has no workers", hint=hint))
        yield Running(client.get_executor(), workers, (BrokenExecutor, CancelledError, dask.KilledWorker))
    finally:
        client.close()


def ordered(running: Running, task: Callable[[int], _T], count: int) -> Iterator[_T]:
    """Give the results of a task for 0, 1, … in this order; only so many are under way that workers never wait.

    Args:
        running: who does it.
        task: a function that other processes can be sent.
        count: how often.

    Raises:
        PropagationError: BW434 when workers are lost.
    """
    pending: deque[Future[_T]] = deque()
    submitted = 0
    try:
        while submitted < count or pending:
            while submitted < count and len(pending) < _AHEAD * running.workers:
                pending.append(running.executor.submit(task, submitted))
                submitted += 1
            yield pending.popleft().result()
    except running.broken as error:
        hint = "a worker may have run out of memory; take fewer workers"
        raise PropagationError(Problem("BW434", f"workers were lost: {type(error).__name__}", hint=hint)) from None
    finally:
        for future in pending:
            future.cancel()
