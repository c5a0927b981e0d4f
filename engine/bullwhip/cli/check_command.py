"""`bullwhip check`: every problem of a workspace at once."""

from __future__ import annotations

from pathlib import Path

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import say, write_json
from bullwhip.errors import BullwhipError, Problem
from bullwhip.workspace.checking import check_path


@click.command("check", short_help="Check a workspace or a rule file and report every problem.")
@click.argument("path", required=False, metavar="[PATH]")
@json_option
@click.pass_context
def command(context: click.Context, path: str | None, as_json: bool) -> int:
    """Check PATH: a workspace folder, or one rule file on top of the current workspace; the workspace when absent.

    Nothing is written and no cache is used. Exit code 0: sound; 1: warnings only; 3: problems; 2: PATH is wrong.
    """
    root = context.find_root().obj
    problems: tuple[Problem, ...]
    summary = ""
    code = 0
    try:
        summary, problems = check_path(Path(path) if path else None, Path(root) if root else None)
        code = 1 if problems else 0
    except BullwhipError as error:
        if not as_json:
            raise
        problems, code = error.problems, error.exit_code
    if as_json:
        write_json({"ok": code == 0, "summary": summary or None, "problems": [p.as_dict() for p in problems]})
        return code
    for problem in problems:
        say(problem.render())
    say(summary)
    return code
