"""Pages that are made from the code, so that they cannot fall behind it."""

from __future__ import annotations

import click

from bullwhip import Workspace
from bullwhip.cli import COMMANDS, group
from bullwhip.errors import CODES

_CLASSES = {
    "0": "Usage (exit 2)",
    "1": "Reading files (exit 3)",
    "2": "What files say (exit 3)",
    "4": "Computing (exit 3)",
    "5": "Queries (exit 3)",
    "9": "Limits (exit 4)",
}


def errors_page() -> str:
    """Return docs/errors.md."""
    lines = ["# Errors", "", "Every message has a stable code. `tests/invalid/` has an example of each.", ""]
    for digit, title in _CLASSES.items():
        lines += [f"## {title}", "", "| code | meaning |", "|---|---|"]
        lines += [f"| {code} | {meaning} |" for code, meaning in CODES.items() if code[2] == digit]
        lines.append("")
    return "\n".join(lines)


def cli_page() -> str:
    """Return docs/cli.md."""
    context = click.Context(group, info_name="bullwhip", max_content_width=100)
    lines = [
        "# Command line",
        "",
        "Data goes to standard output, messages to standard error. A table is aligned on a terminal and tab-separated",
        "in a pipe; `--json` gives JSON (json.md). `BULLWHIP_FORMAT=table|tsv` overrides, `NO_COLOR` is honoured,",
        "`BULLWHIP_CACHE=DIR|off` moves or turns off the cache of compiled workspaces.",
        "",
        "Exit codes: 0 fine, 1 findings, 2 usage, 3 bad data or rule, 4 limit or time-out.",
        "",
        "```text",
        group.get_help(context),
        "```",
    ]
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=f"bullwhip {name}", max_content_width=100, terminal_width=100)
        lines += ["", f"## bullwhip {name}", "", "```text", command.get_help(inner), "```"]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, bytes]:
    """Return every generated file by its path in the repository."""
    return {
        "docs/errors.md": errors_page().encode(),
        "docs/cli.md": cli_page().encode(),
        "docs/chain-map.svg": Workspace.open().export("svg"),
    }
