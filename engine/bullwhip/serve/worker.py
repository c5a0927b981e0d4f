"""A worker: takes a job, answers it, waits for the next one; forked from the process that holds the data."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from bullwhip.serve.answering import answer
from bullwhip.serve.confine import bound_memory, bound_time, confine, space
from bullwhip.serve.jobs import Limits, Reply, problem_reply
from bullwhip.serve.problems import beyond
from bullwhip.serve.snapshot import Snapshot
from bullwhip.serve.wire import frame, read_frame, read_job, reply_frame, write_all

__all__ = ["close_others", "out_of_memory", "work"]

_LOOK_AFTER, _LOOK_FROM = 0.05, 1_000_000
"""After a job that took so many seconds or gave so many bytes a worker looks how much it has grown."""


def work(handle: int, snapshot: Snapshot, limits: Limits, confined: str) -> None:
    """Answer jobs that come over a file descriptor until the other side closes it.

    Args:
        handle: one end of a socket pair.
        snapshot: what is asked.
        limits: what a job may cost.
        confined: what holds this process already, empty for nothing.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    how = confined or confine()
    bound_memory(limits.memory)
    if snapshot.folder is not None:
        len(snapshot.store.name)  # opens it, before somebody waits
    before = space()
    write_all(handle, frame({"ready": True, "confined": how}))
    while (found := read_frame(handle)) is not None:
        bound_time(limits.seconds)
        begun = time.monotonic()
        reply, last = _answered(snapshot, found, limits)
        if len(reply.body) > _LOOK_FROM or time.monotonic() - begun > _LOOK_AFTER:
            last = last or space() - before > limits.memory // 4
        del found
        write_all(handle, reply_frame(reply, last=last))
        if last:
            return


def _answered(snapshot: Snapshot, found: tuple[dict[str, Any], bytes], limits: Limits) -> tuple[Reply, bool]:
    """Return the reply, and whether this process had better not go on."""
    try:
        return answer(snapshot, read_job(*found), limits), False
    except MemoryError:
        return out_of_memory(limits), True
    except Exception as error:  # noqa: BLE001  the client is told, and this process ends
        return problem_reply(500, "an error of bullwhip", f"{type(error).__name__}: {error}"), True
    except BaseException as error:  # noqa: BLE001  what the engine raises where it would end a program of its own
        return problem_reply(500, "the engine fails", f"{type(error).__name__}: {error}"[:300]), True


def out_of_memory(limits: Limits) -> Reply:
    """Return the reply to a job that takes more memory than it may."""
    return beyond(f"more than {limits.memory / 1e6:,.0f} MB of memory", "ask for less at once")


def close_others(*kept: int) -> None:
    """Close every file descriptor but the standard ones and those kept."""
    low = 3
    for handle in sorted(kept):
        os.closerange(low, handle)
        low = handle + 1
    os.closerange(low, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") < 1 << 20 else 1 << 20)
