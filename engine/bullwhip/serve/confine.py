"""What a worker is kept to: no connection, no file written, and no more memory and time than a job may take.

Connections are refused by the system itself (seccomp), whatever a parser lets through. Where that does not work the
worker gets a network of its own, in which there is nothing; where neither works `confine` says so.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
import sys
import time

from bullwhip.store.worker_limits import end_with_parent

__all__ = ["bound_memory", "bound_time", "confine", "release", "space"]

_SET_DEATH_SIGNAL, _SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 1, 38, 22, 2
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Operations of a filter: load a word, compare, look for bits, return."""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

_X86 = (0xC000003E, ((2, 1), (257, 2)), {
    "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53, "execve": 59, "rename": 82,
    "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90, "chown": 92,
    "truncate": 76, "ptrace": 101, "mknod": 133, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
    "fchmodat": 268, "mkdirat": 258, "mknodat": 259, "accept4": 288, "process_vm_readv": 310, "process_vm_writev": 311,
    "renameat2": 316, "execveat": 322, "io_uring_setup": 425, "openat2": 437,
})  # fmt: skip
_ARM = (0xC00000B7, ((56, 2),), {
    "socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203, "accept4": 242,
    "execve": 221, "execveat": 281, "mknodat": 33, "mkdirat": 34, "unlinkat": 35, "symlinkat": 36, "linkat": 37,
    "renameat": 38, "renameat2": 276, "truncate": 45, "fchmodat": 53, "fchownat": 54, "ptrace": 117,
    "process_vm_readv": 270, "process_vm_writev": 271, "io_uring_setup": 425, "openat2": 437,
})  # fmt: skip
_MACHINES = {"x86_64": _X86, "aarch64": _ARM}
"""By machine: its number in a filter; the calls that open files, and which of their arguments says for what; the calls
that are refused. Files may be opened for reading alone."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def confine(parent_dies: bool = True) -> str:
    """Keep this process from connecting, writing and starting others; return what holds it.

    Args:
        parent_dies: whether this process ends with the one that forked it.

    Returns:
        `seccomp`, `namespace` (no network, files not guarded), or `none`.
    """
    if parent_dies:
        end_with_parent()
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform != "linux":
        return "none"
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if _refuse_calls(library):
            return "seccomp"
        return "namespace" if library.unshare(_NEW_USER | _NEW_NET) == 0 else "none"
    except (OSError, AttributeError):
        return "none"


def _refuse_calls(library: ctypes.CDLL) -> bool:
    """Have the system refuse calls with EPERM, in this process and all that it forks; return whether it does."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.maxsize < 2**32:
        return False
    lines = _filter(*machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = _Program(len(lines), ctypes.cast(code, ctypes.c_void_p))
    if library.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return int(library.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0)) == 0


def _filter(architecture: int, opening: tuple[tuple[int, int], ...], calls: dict[str, int]) -> list[tuple[int, ...]]:
    """Return a filter: operation, how many lines to skip when it holds and when it does not, number."""
    refuse = -1  # the last line
    lines: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _REFUSE | errno.EPERM),
        (_LOAD, 0, 0, 0), (_AT_LEAST, refuse, 0, 0x40000000),  # the numbers of another way to call
        *((_EQUAL, refuse, 0, number) for number in sorted(calls.values())),
    ]  # fmt: skip
    for number, argument in opening:
        lines += [(_EQUAL, 0, 3, number), (_LOAD, 0, 0, 16 + 8 * argument), (_ANY_BIT, refuse, 0, _WRITES)]
        lines.append((_RETURN, 0, 0, _ALLOW))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE | errno.EPERM)]
    last = len(lines) - 1
    return [(op, last - at - 1 if yes == refuse else yes, no, number) for at, (op, yes, no, number) in enumerate(lines)]


def space() -> int:
    """Return the address space of this process in bytes, 0 where that cannot be known."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def bound_memory(added: int) -> None:
    """Let this process add so many bytes of address space and no more; what it inherited does not count."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = space() + added
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def release() -> None:
    """Lift the bounds on memory and time, for a process that goes on and forks others; it outlives its parent."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
            _, hard = resource.getrlimit(what)
            resource.setrlimit(what, (hard, hard))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, 0, 0, 0, 0)


_armed = 0.0


def bound_time(seconds: float) -> None:
    """Have the system end this process when it computes for longer from now, should nobody else do so."""
    global _armed
    wanted = time.process_time() + seconds + 1
    if wanted + 1 < _armed and wanted + seconds + 4 > _armed:
        return  # what was armed before is near enough
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(wanted + 3), hard))
        _armed = int(wanted + 3)
