"""The docs say what the code does: examples run, reference pages are current, nothing is undocumented."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from bullwhip.cli import COMMANDS
from bullwhip.errors import CODES
from documents import PAGES, ROOT, Example, examples, run, trimmed
from generated import pages

EXAMPLES = list(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.page.name}: {e.command[:60]}")
def test_a_console_example_shows_what_the_command_prints(example: Example, tmp_path: Path) -> None:
    """Each command shown in README.md and docs/ prints exactly what is shown under it."""
    assert trimmed(run(example.command, tmp_path)) == trimmed(example.shown)


def test_there_are_examples_of_every_command() -> None:
    """Every command has an example with output in the README, but check (its failures are in docs), push, mcp, serve.

    An endpoint to push to is not there in a test of pages; tests/test_store_commands.py starts one. One that serves
    does not end; tests/test_serve_command.py does as the README says.
    """
    words = [e.command.split() for e in EXAMPLES if e.page.name == "README.md"]
    shown = {next(w for w in some if w in COMMANDS) for some in words}

    assert set(COMMANDS) - shown == {"check", "mcp", "push", "serve"}
    assert "\nbullwhip serve --open\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\nbullwhip push http" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_python_in_the_readme_runs() -> None:
    """The Python shown in the README gives the results shown."""
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)

    assert (result.failed, result.attempted > 5) == (0, True)


@pytest.mark.parametrize("path", sorted(pages()))
def test_a_generated_page_is_current(path: str) -> None:
    """Pages made from the code are what the code makes now; `make docs` rewrites them."""
    assert (ROOT / path).read_bytes() == pages()[path]


def test_every_code_is_used_and_every_used_code_is_declared() -> None:
    """The catalogue of error codes and the codes in the source are the same set."""
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "engine").rglob("*.py") if p.name != "errors.py"]
    used = set(re.findall(r'"(BW\d{3})', "\n".join(sources)))

    assert used == set(CODES)


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of README.md and docs/ names a file that exists."""
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")

    assert broken == []
