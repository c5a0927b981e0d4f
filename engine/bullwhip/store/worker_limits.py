"""What a process that may die is kept to: it ends with the one that started it, and uses no more than it is given."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys

from bullwhip.store.rdf_input import Limits

__all__ = ["bound", "end_with_parent"]

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the system end this process when the one that started it ends, where it can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def bound(limits: Limits, size: int) -> None:
    """Bound memory, time and output of this process; nothing can be opened any more, no file and no connection.

    Args:
        limits: what reading a file may cost.
        size: the bytes of the file.
    """
    try:
        import resource
    except ImportError:  # not on this system
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory + 20 * size),
        (resource.RLIMIT_CPU, int(limits.seconds) + 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 4_000_000_000 + 40 * size),
    ):
        _, hard = resource.getrlimit(what)
        bounded = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bounded, bounded))
