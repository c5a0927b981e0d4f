"""Checks a workspace, or one file on top of it, without the cache and without writing anything."""

from __future__ import annotations

from pathlib import Path

from bullwhip.errors import Problem
from bullwhip.workspace.opening import check_files, missing_file, open_files

__all__ = ["check_path"]


def check_path(path: Path | None, workspace: Path | None) -> tuple[str, tuple[Problem, ...]]:
    """Return a one-line summary and the warnings of a sound workspace.

    Args:
        path: a workspace folder, a single rule file, or None for the workspace itself.
        workspace: the workspace that a single rule file is added to; the shipped one when None.

    Raises:
        BullwhipError: with every problem found.
    """
    from bullwhip.compile import compile_program

    if path is None or path.is_dir():
        files, key = open_files(path or workspace)
    else:
        if not path.is_file():
            raise missing_file(str(path))
        files, key = open_files(workspace)
        name = f"rules/{path.name}"
        replaced = [n for n in files if n.rsplit("/", 1)[-1] == path.name and n.startswith("rules/")]
        for old in replaced:
            del files[old]
        files[replaced[0] if len(replaced) == 1 else name] = path.read_bytes()
    checked = check_files(files, key)
    program = compile_program(checked)
    drivers = sum(q.is_driver for q in checked.quantities.values())
    summary = (
        f"sound: {drivers} drivers, {len(checked.quantities) - drivers} rules, {len(program.cells)} cells, "
        f"{len(checked.claims)} claims of {len(checked.documents)} documents, {len(checked.chain.companies)} companies"
    )
    return summary, checked.warnings
