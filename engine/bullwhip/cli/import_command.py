"""`bullwhip import`: a workbook that was exported and changed, read back as a scenario."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import note, write_json
from bullwhip.errors import Place, Problem, UsageError
from bullwhip.workspace import Workspace
from bullwhip.workspace.outputs import check_target, write_file


@click.command("import", short_help="Read a changed workbook back as a scenario.")
@click.argument("file", metavar="FILE.xlsx")
@click.option("-o", "--output", metavar="FILE", help="The scenario file to write; - or nothing is standard output.")
@click.option("--id", "name", default="", metavar="ID", help="Id of the scenario; after -o, else after FILE.")
@click.option("--formulas", is_flag=True, help="Take the last value of formulas that were typed over a driver.")
@click.option("--force", is_flag=True, help="Replace the scenario file where it exists.")
@json_option
@selecting
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    file: str,
    output: str | None,
    name: str,
    formulas: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Read what was changed in FILE.xlsx, which `export xlsx` wrote, as a scenario on top of the facts.

    Unchanged cells are left out; every problem is told with sheet and cell, and nothing is written unless all is well.
    Put the file into rules/scenarios/ of the workspace to use it. The exit code is 1 where nothing was changed.
    """
    from bullwhip.workspace.importing import scenario_text

    path = None if output in (None, "-") else Path(str(output))
    if path is not None:
        check_target(path, force=force)
        _check_replaced(path)
        name = name or path.name.split(".")[0]
    back = workspace.read_workbook(file, name, formulas=formulas)
    for warning in back.warnings:
        note(warning.render())
    changed = bool(back.settings or back.variants)
    if as_json:
        write_json(back.as_dict())
    elif changed and path is None:
        sys.stdout.write(scenario_text(back))
    if changed and path is not None:
        write_file(path, scenario_text(back).encode())
        note(f"wrote {output}: {_count(len(back.settings), 'value')}, {_count(len(back.variants), 'variant')}")
    if not changed:
        note(f"nothing was changed; all {back.unchanged:,} inputs are as they were exported")
        context.exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _check_replaced(path: Path) -> None:
    """Refuse to replace what is no scenario, also with --force."""
    if path.is_file() and "scenario:" not in path.read_text(encoding="utf-8", errors="replace").splitlines():
        hint = "name another file; --force replaces scenarios only"
        raise UsageError(Problem("BW003", "the file is no scenario", Place(str(path)), hint))
