"""Writes the starter workspace: a small chain that teaches the format, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import Literal

from bullwhip.errors import Place, Problem, UsageError
from bullwhip.resources import data

__all__ = ["Language", "commands", "starter_files", "write_workspace"]

Language = Literal["zh", "en", "both"]

_COMMENT = re.compile(r"^(\s*# )(en|zh): (.*\n)", re.MULTILINE)
"""A comment in one language; both stand beside each other in the shipped files."""

_ASKED = (
    "check",
    "value cafe.revenue",
    "explain roastery.roasted --period 2026",
    "value roastery.roasted --scenario no_limit",
    "exposure --driver cafe.opened",
    "audit",
    "conflicts",
    "query chain/companies --param tier=cafe",
)


def starter_files(language: Language) -> dict[str, bytes]:
    """Return the files of the starter workspace by name, with comments in one language or in both.

    >>> b"# A scenario is named" in starter_files("en")["rules/scenarios/no_limit.yaml"]
    True
    """

    def kept(match: re.Match[str]) -> str:
        return match[1] + match[3] if language in ("both", match[2]) else ""

    folder = data("starter")
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return {name: _COMMENT.sub(kept, (folder / name).read_text(encoding="utf-8")).encode() for name in names}


def commands(path: Path) -> tuple[str, ...]:
    """Return what to ask the new workspace first.

    >>> commands(Path("my coffee"))[0]
    "bullwhip --workspace 'my coffee' check"
    """
    return tuple(f"bullwhip --workspace {shlex.quote(str(path))} {asked}" for asked in _ASKED)


def write_workspace(path: Path, language: Language) -> tuple[str, ...]:
    """Write the starter workspace into a folder that is new or empty; return the names of its files.

    The files are written beside the folder first and then moved into place, so that a failure leaves nothing of it.

    Raises:
        UsageError: BW451 when there is something already, BW003 when the folder cannot be written.
    """
    try:
        _check_empty(path)
        files = starter_files(language)
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        for name, content in files.items():
            file = beside / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        beside.chmod(0o755)
        _move(beside, target)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return tuple(files)


def _check_empty(path: Path) -> None:
    hint = "name a new folder, or an empty one"
    if path.is_dir():
        found = sorted(p.name for p in path.iterdir())
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            raise UsageError(Problem("BW451", f"the folder holds {found[0]}{more}", Place(str(path)), hint))
    elif path.is_symlink() or path.exists():
        raise UsageError(Problem("BW451", "it is no folder", Place(str(path)), hint))


def _move(beside: Path, target: Path) -> None:
    """Move a finished folder into place; into an empty one piece by piece, all of them or none."""
    if not target.exists():
        beside.rename(target)
        return
    moved: list[Path] = []
    try:
        for piece in sorted(beside.iterdir()):
            if os.path.lexists(target / piece.name):
                raise FileExistsError(17, f"{piece.name} appeared meanwhile")
            piece.rename(target / piece.name)
            moved.append(target / piece.name)
    except OSError:
        for piece in moved:
            with contextlib.suppress(OSError):
                piece.rename(beside / piece.name)
        raise


def _unwritten(path: Path, error: OSError) -> UsageError:
    return UsageError(Problem("BW003", f"cannot be written: {error.strerror}", Place(str(path))))
