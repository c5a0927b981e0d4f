"""Checks a workspace, or one file on top of it, without the cache and without writing anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bullwhip.errors import BullwhipError, Problem
from bullwhip.model.program import CompiledProgram
from bullwhip.model.violation import ShapeReport
from bullwhip.workspace.opening import check_files, missing_file, open_files

__all__ = ["Checked", "check_graph", "check_path"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound workspace."""

    summary: str
    """One line."""
    warnings: tuple[Problem, ...]
    program: CompiledProgram
    files: dict[str, bytes]


def check_path(path: Path | None, workspace: Path | None) -> Checked:
    """Return what is to say of a sound workspace.

    Args:
        path: a workspace folder, a single rule file, or None for the workspace itself.
        workspace: the workspace that a single rule file is added to; the shipped one when None.

    Raises:
        BullwhipError: with every problem found.
    """
    from bullwhip.compile import compile_program

    name = shown = ""
    if path is None or path.is_dir():
        files, key = open_files(path or workspace)
    else:
        files, key, name = _with_file(path, workspace)
        shown = str(path)
    try:
        checked = check_files(files, key)
        program = compile_program(checked)
    except BullwhipError as error:
        raise type(error)([_renamed(p, name, shown) for p in error.problems]) from None
    drivers = sum(q.is_driver for q in checked.quantities.values())
    summary = (
        f"sound: {drivers} drivers, {len(checked.quantities) - drivers} rules, {len(program.cells)} cells, "
        f"{len(checked.claims)} claims of {len(checked.documents)} documents, {len(checked.chain.companies)} companies"
    )
    return Checked(summary, tuple(_renamed(p, name, shown) for p in checked.warnings), program, files)


def check_graph(checked: Checked, document: str = "") -> ShapeReport:
    """Return what the shapes find in the graph of a sound workspace.

    Args:
        checked: the workspace.
        document: the id of the document whose things are looked at; all when empty.

    Raises:
        BullwhipError: when the shapes cannot be checked, or not in time.
    """
    from bullwhip.workspace.shapes import report_shapes

    return report_shapes(checked.program, checked.files, document)


def _with_file(path: Path, workspace: Path | None) -> tuple[dict[str, bytes], str, str]:
    """Return the files of a workspace with one rule file added, or put in the place of the one of the same name."""
    if not path.is_file():
        raise missing_file(str(path))
    files, key = open_files(workspace)
    same = [n for n in files if n.startswith("rules/") and n.rsplit("/", 1)[-1] == path.name]
    name = same[0] if len(same) == 1 else f"rules/{path.name}"
    files[name] = path.read_bytes()
    return files, key, name


def _renamed(problem: Problem, name: str, shown: str) -> Problem:
    """Show the file of a problem under the path that the user gave."""
    if not name or problem.place is None or problem.place.file != name:
        return problem
    return replace(problem, place=replace(problem.place, file=shown))
