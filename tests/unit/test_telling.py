"""How far a process has come is told as it goes, and ends up with the one that waits for it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from typing import Any

import pyoxigraph as ox
import pytest

from bullwhip.store import processes, telling
from bullwhip.store.telling import Telling, say


def test_what_is_read_counts_as_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Telling rises from nothing to all, and what is read comes out as it is."""
    monkeypatch.setattr(telling, "_EVERY", -1.0)
    data = b"".join(b"<urn:a> <urn:p> <urn:o%d> .\n" % i for i in range(2000))
    quads = list(ox.parse(Telling(len(data)).reading(data), format=ox.RdfFormat.N_TRIPLES))
    told = [json.loads(line) for line in capsys.readouterr().err.split("\n") if line]

    assert len(quads) == 2000
    assert [t["done"] for t in told] == sorted(t["done"] for t in told)
    assert {t["total"] for t in told} == {len(data)}
    assert told[-1]["done"] == len(data)


def test_nothing_is_told_where_nobody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    """A reader in the same process stays silent."""
    Telling(10, told=False).reading(b"1234567890").read()

    assert capsys.readouterr().err == ""


class _Process:
    """Takes three ticks to end, and says more each time."""

    def __init__(self, file: Any) -> None:
        self.file, self.ticks = file, 0

    def wait(self, seconds: float) -> int:
        if self.ticks == 3:
            return 0
        self.ticks += 1
        self.file.write(b"\n" + json.dumps({"done": self.ticks, "total": 3}).encode() + b"\nnoise {\n")
        self.file.flush()
        raise subprocess.TimeoutExpired("x", seconds)


def test_what_is_told_is_passed_on_and_what_is_none_is_not() -> None:
    """The last line that tells counts, whatever else a process writes."""
    seen: list[tuple[int, int]] = []
    with tempfile.TemporaryFile() as file:
        process: Any = _Process(file)
        code = processes._wait(process, 60, file.fileno(), lambda done, total: seen.append((done, total)))

    assert (code, seen) == (0, [(1, 3), (2, 3), (3, 3)])


def test_an_answer_is_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """Also behind a line that was not finished."""
    say({"a": 1})

    assert capsys.readouterr().err == '\n{"a": 1}\n'
