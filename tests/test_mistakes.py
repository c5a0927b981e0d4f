"""Typical mistakes in the files of a fresh workspace: each is told once, where it stands, with what to do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pytest

from bullwhip.compile import compile_program
from bullwhip.errors import BullwhipError, Problem
from bullwhip.workspace.opening import check_files
from bullwhip.workspace.starting import starter_files
from documents import ROOT

D, R, S = "rules/drivers.yaml", "rules/rules.yaml", "rules/scenarios/no_limit.yaml"


@dataclass(frozen=True)
class Mistake:
    """One text put in the place of another, once, and what is said about it."""

    name: str
    file: str
    right: str
    wrong: str
    caret: str
    """The text at which the caret stands: the first such one from the change on, else the last before it."""
    code: str
    says: str
    hint: str
    others: int = 0
    """Problems that come with it."""


def _read() -> list[Mistake]:
    """Return the rows of mistakes.tsv; line ends, tabs and marks are written as in Python."""
    header, *rows = (ROOT / "tests" / "mistakes.tsv").read_text(encoding="utf-8").splitlines()
    columns = [f.name for f in fields(Mistake)]
    assert columns == header.split("\t")
    found = []
    for row in rows:
        cells: dict[str, Any] = dict(zip(columns, _written(row).split("\x1f"), strict=True))
        found.append(Mistake(**cells | {"others": int(cells["others"])}))
    return found


def _written(row: str) -> str:
    """Return a row with its columns parted by a separator that no cell holds."""
    text = row.replace("\t", "\x1f")
    for escape, character in (("\\n", "\n"), ("\\t", "\t"), ("\\ufeff", "\ufeff")):
        text = text.replace(escape, character)
    return text


MISTAKES = _read()

HARMLESS = {
    "Windows line ends": (R, "\n", "\r\n", -1),
    "a byte order mark": (R, "# A rule", "\ufeff# A rule", 1),
    "full-width parentheses": (
        R,
        "min(roastery.demand, roastery.capacity)",
        "min（roastery.demand，roastery.capacity）",
        1,
    ),
    "a line more": (S, "scenario:\n", "scenario:\n\n\n", 1),
    "a quoted number": (D, "value: 350,", 'value: "350",', 1),
    "Chinese unit": (D, "unit: cup/(cafe*day)", "unit: 杯/(家*天)", 1),
}
"""What looks like a mistake and is none: file, text, what stands for it, how often (-1 is everywhere)."""


def problems(files: dict[str, bytes]) -> tuple[Problem, ...]:
    """Return every problem of the files."""
    try:
        compile_program(check_files(files, ""))
    except BullwhipError as error:
        return error.problems
    return ()


def changed(file: str, right: str, wrong: str, count: int = 1) -> tuple[dict[str, bytes], str, int]:
    """Return the files with a text changed, the text of the changed file, and where the change begins."""
    files = starter_files("en")
    text = files[file].decode()
    assert right in text, right
    start = text.index(right)
    files[file] = text.replace(right, wrong, count).encode()
    return files, files[file].decode(), start


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.name)
def test_a_mistake_is_told_once_where_it_stands_with_what_to_do(mistake: Mistake) -> None:
    """The first problem has code, line, column, message and remedy; nothing that only follows from it is said."""
    files, text, start = changed(mistake.file, mistake.right, mistake.wrong)

    found = problems(files)

    first = next(p for p in found if p.code == mistake.code)
    at = text.find(mistake.caret, start)
    at = text.rindex(mistake.caret) if at < 0 else at
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    assert mistake.says in first.message
    assert mistake.hint in first.hint
    if mistake.caret:
        assert f"{mistake.file}:{line}:{column}" == str(first.place)
    assert mistake.others + 1 == len(found), [p.render() for p in found]


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_a_mistake_is_none(name: str) -> None:
    """Line ends, marks at the beginning, full-width punctuation in expressions and quotes change nothing."""
    file, right, wrong, count = HARMLESS[name]

    assert () == problems(changed(file, right, wrong, count)[0])


def test_several_mistakes_are_told_at_once() -> None:
    """One run names mistakes in rule, scenario, document, table and chain files, in order of file and line."""
    files = starter_files("en")
    wanted = []
    for name in ("key", "kind", "variant in a scenario", "company of a share", "status", "property", "unit"):
        mistake = next(m for m in MISTAKES if m.name == name)
        text = files[mistake.file].decode()
        files[mistake.file] = text.replace(mistake.right, mistake.wrong, 1).encode()
        wanted.append(mistake.code)

    found = problems(files)

    assert sorted(wanted) == sorted(p.code for p in found if p.code != "BW212")
    places = [(p.place.file, p.place.line, p.place.column) for p in found if p.place is not None]
    assert sorted(places) == places
