"""The console examples of README.md and docs/: found, run, and compared or rewritten."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from bullwhip import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One `$ bullwhip …` line of a page, with the output shown under it."""

    page: Path
    command: str
    shown: str


class _Stream(io.TextIOWrapper):
    """Standard output kept in memory, with the byte buffer that exports write to."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True)

    def text(self) -> str:
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode()


def run(command: str, folder: Path) -> str:
    """Return what a command line prints, data first and messages after, with tables as on a terminal.

    A trailing `| head -N` is honoured, so that a page can show the top of a long table.
    """
    line, _, head = command.partition(" | head -")
    arguments = shlex.split(line)
    assert arguments[0] == "bullwhip", command
    out, err = _Stream(), io.StringIO()
    environment = {"BULLWHIP_FORMAT": "table", "NO_COLOR": "1"}
    before = Path.cwd()
    if not (folder / "tests").exists():  # pages name the example workspaces as seen from the root
        (folder / "tests").symlink_to(ROOT / "tests")
    with mock.patch.dict(os.environ, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        os.chdir(folder)
        try:
            cli.run(arguments[1:])
        finally:
            os.chdir(before)
    text = out.text()
    if head:
        return "\n".join(text.splitlines()[: int(head)]) + "\n"
    return text + err.getvalue()


def examples() -> Iterator[Example]:
    """Yield every example of every page."""
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                if command.startswith("bullwhip "):
                    yield Example(page, command, shown)


def trimmed(text: str) -> str:
    """Return text without trailing space on lines and at the end, as pages show it."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def rewrite(folder: Path) -> None:
    """Put what the commands print now into every page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")

        def block(match: re.Match[str]) -> str:
            parts = []
            for part in re.split(r"^\$ ", match[1], flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                fresh = trimmed(run(command, folder)) if command.startswith("bullwhip ") else trimmed(shown)
                parts.append(f"$ {command}\n{fresh}\n" if fresh else f"$ {command}\n")
            return "```console\n" + "\n".join(parts) + "```"

        page.write_text(_BLOCK.sub(block, text), encoding="utf-8")
