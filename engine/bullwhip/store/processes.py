"""Starts the processes that read RDF and write stores, and says how one of them ended.

A parser or a storage engine may end its process on a bad input, run out of memory, or never come back. It does so
apart from everything else, and what is left is a problem with a code.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from bullwhip.errors import LimitError, LoadError, Place, Problem
from bullwhip.resources import PACKAGE
from bullwhip.store.transport import TOKEN

__all__ = ["Done", "Progress", "run_worker", "worker_environment"]

Progress = Callable[[int, int], None]
"""Is told how much is done of how much."""

_TICK = 0.25
_SIGNALS = {
    "SIGSEGV": "it may be nested too deeply",
    "SIGABRT": "memory may be short",
    "SIGKILL": "memory may be short",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What a process gave."""

    answer: Any
    """The last line of stderr, read as JSON."""
    output: bytes


def run_worker(
    module: str,
    job: bytes,
    *,
    what: str,
    name: str,
    seconds: float,
    hold: bool = False,
    keep: Sequence[int] = (),
    progress: Progress | None = None,
) -> Done:
    """Run a module of the package as a process and return its answer.

    Args:
        module: its name in `bullwhip.store`.
        job: what it reads on stdin.
        what: what it is for, such as "reading RDF".
        name: the file or store that messages name.
        seconds: the limit on time; the process is killed then.
        hold: whether stdin stays open, so that its end tells the process that this one has ended.
        keep: file descriptors that it inherits, such as that of a lock.
        progress: told how much is done of how much.

    Raises:
        LimitError: BW901 when the time is up.
        LoadError: BW540 when the process dies.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as said:
        try:
            process = _start(module, output, said, keep)
        except OSError as error:
            raise _died(what, name, f"cannot be started: {error.strerror}", "") from None
        try:
            _feed(process, job, closing=not hold)
            code = _wait(process, seconds, said.fileno(), progress)
        except subprocess.TimeoutExpired:
            message = f"{what} takes more than {seconds:g} seconds"
            raise LimitError(Problem("BW901", message, Place(name), "it was stopped; nothing has changed")) from None
        finally:
            process.kill()
            process.wait()
            if process.stdin:
                with contextlib.suppress(OSError):
                    process.stdin.close()
        output.seek(0)
        return Done(_answer(_tail(said.fileno(), 4_000_000), code, what, name), output.read())


def _start(module: str, output: IO[bytes], said: IO[bytes], keep: Sequence[int]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", f"bullwhip.store.{module}"]  # -P: nothing is imported from the folder
    environment = worker_environment()
    return subprocess.Popen(  # noqa: S603  this interpreter and this package
        command, stdin=subprocess.PIPE, stdout=output, stderr=said, env=environment, pass_fds=tuple(keep)
    )


def worker_environment() -> dict[str, str]:
    """Return the environment of a process of ours: this package found, the same on every run, and no token in it."""
    paths = [str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    kept = {name: value for name, value in os.environ.items() if name != TOKEN}
    return kept | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0", "PYTHONIOENCODING": "utf-8"}


def _wait(process: subprocess.Popen[bytes], seconds: float, said: int, progress: Progress | None) -> int:
    """Wait for a process to end, and pass on how far it says it has come."""
    if progress is None:
        return process.wait(seconds)
    until = time.monotonic() + seconds
    while True:
        try:
            return process.wait(max(0.0, min(_TICK, until - time.monotonic())))
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                raise
        for line in reversed(_tail(said, 2000).split(b"\n")):
            with contextlib.suppress(ValueError, TypeError, KeyError):
                told = json.loads(line)
                progress(told["done"], told["total"])
                break


def _tail(handle: int, most: int) -> bytes:
    """Return the end of a file without moving in it: the process that writes it shares the position."""
    size = os.fstat(handle).st_size
    return os.pread(handle, most, max(0, size - most))


def _feed(process: subprocess.Popen[bytes], job: bytes, closing: bool) -> None:
    """Hand a job over; a process that ends before it has read all has its reasons, which are told elsewhere."""
    assert process.stdin  # noqa: S101  it was asked for
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(job)
        process.stdin.flush()
    if closing:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _answer(said: bytes, code: int, what: str, name: str) -> Any:
    lines = said.decode("utf-8", "replace").strip().split("\n")
    answer: Any = None
    with contextlib.suppress(ValueError):
        answer = json.loads(lines[-1])
    if code == 0 and isinstance(answer, dict) and not answer.get("memory"):
        return answer
    if isinstance(answer, dict) and answer.get("memory"):
        reason, hint = "runs out of memory", "split the file, or give the process more memory"
    elif code < 0:
        ended = signal.Signals(-code).name
        reason, hint = f"ended with {ended}", _SIGNALS.get(ended, "")
    else:
        told = next((line for line in reversed(lines) if line.strip()), "")
        reason, hint = f"failed: {told[:300]}" if told else f"ended with code {code}", ""
    raise _died(what, name, reason, hint)


def _died(what: str, name: str, reason: str, hint: str) -> LoadError:
    tail = f"{hint}; nothing has changed" if hint else "nothing has changed"
    return LoadError(Problem("BW540", f"the process for {what} {reason}", Place(name), tail))
