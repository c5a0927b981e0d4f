"""`bullwhip init`: a small workspace of an invented chain that teaches the format."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import note, say, write_json


@click.command("init", short_help="Write a small workspace that teaches the format.")
@click.argument("folder", metavar="DIR")
@click.option(
    "--language", type=click.Choice(("zh", "en", "both")), default="both", help="Language of comments in the files."
)
@json_option
def command(folder: str, language: str, as_json: bool) -> None:
    """Write a workspace into DIR, a new or empty folder: plantation to café, with rules, facts, scenario and query.

    Every key is explained where it stands; companies and figures are invented. What to ask it first is printed.
    """
    from bullwhip.workspace.starting import Language, commands, write_workspace

    files = write_workspace(Path(folder), cast(Language, language))
    asked = commands(Path(folder))
    if as_json:
        write_json({"folder": folder, "files": list(files), "commands": list(asked)})
        return
    for line in asked:
        say(line)
    note(f"wrote {folder}, {len(files)} files; try the commands above, then change the files and check again")
