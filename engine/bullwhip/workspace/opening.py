"""Opens a workspace: finds its folders, reads its files, and compiles them unless the cache already has the program."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bullwhip.errors import Place, Problem, UsageError
from bullwhip.model.program import CheckedProgram, CompiledProgram
from bullwhip.resources import data
from bullwhip.workspace.cache import engine_key, read_plan, write_plan

__all__ = ["check_files", "input_folders", "open_files", "open_program"]


def _folders(path: Path | None) -> tuple[Path, Path | None, Path | None]:
    if path is None:
        return data("rules"), data("ontology"), data("queries")
    try:
        exists = path.exists()
    except OSError as error:
        raise UsageError(Problem("BW101", f"the workspace cannot be read: {error.strerror}")) from None
    if not exists:
        raise UsageError(
            Problem("BW101", f"the workspace {path} does not exist", hint="name a folder that holds rules/")
        )
    if not (path / "rules").is_dir():
        message = f"{path} holds no folder rules/"
        raise UsageError(
            Problem(
                "BW101",
                message,
                hint="a workspace is a folder with rules/, and ontology/ and queries/ beside it",
            )
        )
    ontology, queries = path / "ontology", path / "queries"
    return path / "rules", ontology if ontology.is_dir() else None, queries if queries.is_dir() else data("queries")


def input_folders(path: Path | None) -> tuple[Path, ...]:
    """Return the folders that a workspace is read from: rules, and ontology and queries where there are any."""
    return tuple(folder for folder in _folders(path) if folder is not None)


def open_files(path: Path | None) -> tuple[dict[str, bytes], str]:
    """Return every input file of a workspace by name, and the content hash of all of them and of the engine."""
    from bullwhip.workspace.files import read_all

    rules, ontology, queries = _folders(path)
    return read_all(rules, ontology, queries, engine_key())


def open_program(path: Path | None) -> tuple[CompiledProgram, dict[str, bytes]]:
    """Return the compiled program of a workspace, from the cache where nothing has changed, and its files."""
    files, key = open_files(path)
    program = read_plan(key)
    if program is None:
        from bullwhip.compile import compile_program

        with _collector_paused():
            program = compile_program(check_files(files, key))
            write_plan(program)
    return program, files


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking records, of which nearly all stay, again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def check_files(files: dict[str, bytes], key: str) -> CheckedProgram:
    """Load and validate files."""
    from bullwhip.load import load
    from bullwhip.validate import validate

    return validate(load(files, key))


def missing_file(name: str) -> UsageError:
    """Return the error for a file argument that does not exist."""
    return UsageError(Problem("BW101", "no such file", Place(name)))
