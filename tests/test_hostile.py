"""Every case of the hostile corpus is refused with a place and a remedy, or answered right; nothing is evaluated."""

from __future__ import annotations

import builtins
import io
import json
import os
import re
import time
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest

from bullwhip.cli import run
from hostile_case import Case
from hostile_corpus import ANSWERED, CASES, REFUSED

_PROBLEM = re.compile(r"^(?:(\S+?)(?::(\d+)(?::(\d+))?)?: )?(BW\d{3}) ", re.MULTILINE)


def _write(case: Case, folder: Path) -> None:
    for name, content in case.files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("text was evaluated")


def _run(*arguments: str, evaluation: bool = False) -> tuple[int, str, str, float]:
    """Run the command line with every way from text to code closed."""
    out, err = io.StringIO(), io.StringIO()
    start = time.process_time()
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        if not evaluation:
            for name in ("eval", "exec", "compile"):
                stack.enter_context(mock.patch.object(builtins, name, _refuse))
            stack.enter_context(mock.patch.object(os, "system", _refuse))
        code = run(list(arguments))
    return code, out.getvalue(), err.getvalue(), time.process_time() - start


@pytest.fixture(scope="module", autouse=True)
def _warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import every module once, so that the cases time the product and not the interpreter."""
    folder = tmp_path_factory.mktemp("warm")
    _write(ANSWERED[0], folder)
    _run("--workspace", str(folder), "value", "r", "--json", evaluation=True)
    _run("--workspace", str(folder), "check", evaluation=True)


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_a_hostile_file_is_refused_with_its_code_its_place_and_a_remedy(case: Case, tmp_path: Path) -> None:
    """A refusal has the right exit code, a stable code, a line and column, and ends soon: no input hangs the reader."""
    folder = tmp_path / "workspace"
    _write(case, folder)
    before = sorted(tmp_path.rglob("*"))
    code, out, err, seconds = _run("--workspace", str(folder), *case.ask)
    found = _PROBLEM.findall(err)

    assert case.codes[0] in {f[3] for f in found}, err or out
    assert case.exit == code
    assert case.hint in err
    assert "Traceback" not in err
    assert "internal error" not in err
    assert out == ""
    assert seconds < 10
    assert sorted(tmp_path.rglob("*")) == before
    for file, line, column, which in found:
        if file in case.files and which[:3] in ("BW1", "BW2") and which != "BW107" and "no rule file" not in err:
            assert int(line or 0) > 0, f"no line in {err}"
            assert int(column or 0) > 0, f"no column in {err}"
            assert "^" in err or "the file is empty" in err or _is_blank(case.files[file], int(line)), (
                f"no caret in {err}"
            )


def _is_blank(content: str | bytes, line: int) -> bool:
    """Return whether there is no text in a line, and so no place for a caret."""
    if isinstance(content, bytes):
        return content.startswith((b"\xff\xfe", b"\xfe\xff")) or not content.strip(b"\xef\xbb\xbf")
    lines = content.splitlines()
    return line > len(lines) or not lines[line - 1].strip()


@pytest.mark.parametrize("case", ANSWERED, ids=lambda c: c.name)
def test_an_odd_but_sound_file_is_answered_exactly(case: Case, tmp_path: Path) -> None:
    """The value equals the one worked by hand, and the workspace passes its check."""
    folder = tmp_path / "workspace"
    _write(case, folder)
    code, out, err, seconds = _run("--workspace", str(folder), *case.ask, "--json")
    checked, _, problems, _ = _run("--workspace", str(folder), "check")

    assert code == 0, err
    answer = json.loads(out)
    found = answer["value"] if answer["exact"] is None else answer["exact"]  # log and exp are never called exact

    assert Fraction(found) == case.answer
    assert seconds < 10
    assert (checked, problems) == (0, "")


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    """At least 150 cases are refused or answered, 40 of them answered, and no case hides another."""
    names = [c.name for c in CASES]

    assert len(CASES) >= 150
    assert len(ANSWERED) >= 40
    assert len(set(names)) == len(names)
