"""Writes a file so that it is there whole or not at all, and never in the place of what a workspace is read from."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bullwhip.errors import Place, Problem, UsageError

__all__ = ["check_target", "write_file"]

_LONGEST = 200
"""Characters of a path that a message shows."""


def check_target(path: Path, inputs: Iterable[Path] = (), *, force: bool = False) -> None:
    """Refuse a path that is no place for an output, before any work is done.

    Args:
        path: where the output is to go.
        inputs: folders and files that are read and so never replaced, not even by force.
        force: whether a regular file that exists may be replaced.

    Raises:
        UsageError: BW003 for a folder, a pipe or device, an input, a file that exists, or a missing folder.
    """
    try:
        place = path.resolve()
        found = _kind(path)
        parent = place.parent
        is_missing = not parent.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        raise _refusal(path, f"cannot be written: {_reason(error)}", "choose another name") from None
    if found == "folder":
        raise _refusal(path, "is a folder", "name a file in it")
    if found == "other":
        raise _refusal(path, "is no regular file", "write to standard output, with -o -, to feed a pipe or device")
    for source in inputs:
        source = source.resolve()
        if place == source or source in place.parents:
            raise _refusal(path, f"lies in what the workspace is read from ({source})", "write it elsewhere")
    if is_missing:
        raise _refusal(path, "cannot be written: No such file or directory", f"make the folder {path.parent} first")
    if found in ("file", "link") and not force:
        what = "the file exists" if found == "file" else "a symbolic link exists"
        raise _refusal(path, what, "add --force to replace it")


def write_file(path: Path, data: bytes) -> None:
    """Write a file beside its name, flush it to disk, and rename it into place.

    A symbolic link is replaced itself; what it leads to is not touched.

    Raises:
        UsageError: BW003 where that fails; then nothing has changed.
    """
    try:
        found = _kind(path)
        if found in ("folder", "other"):
            raise _refusal(path, f"cannot be written: it is {'a folder' if found == 'folder' else 'no regular file'}")
        handle, temporary = tempfile.mkstemp(dir=path.parent or Path(), prefix=".bullwhip-")
    except (OSError, ValueError, RuntimeError) as error:
        raise _refusal(path, f"cannot be written: {_reason(error)}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError | ValueError):
            raise _refusal(path, f"cannot be written: {_reason(error)}") from None
        raise


def _kind(path: Path) -> str:
    """Return what a path names: nothing, link, file, folder or other."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return "nothing"
    if stat.S_ISLNK(mode):
        return "link"
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)


def _refusal(path: Path, message: str, hint: str = "") -> UsageError:
    return UsageError(Problem("BW003", message, Place(_shown(path)), hint))


def _shown(path: Path) -> str:
    text = str(path).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
