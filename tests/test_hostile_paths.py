"""Hostile paths of files: refused soon, by name, with nothing changed, nothing left behind, and no traceback."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from bullwhip.cli import run
from bullwhip.errors import UsageError
from bullwhip.workspace.outputs import check_target, write_file
from documents import ROOT

SOLAR = ROOT / "tests" / "golden" / "solar"


def asked(*arguments: str) -> tuple[int, bytes, str]:
    """Return exit code, data and messages of a command line."""
    out, err = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(arguments))
    data = out.buffer
    assert isinstance(data, BytesIO)
    return code, data.getvalue(), err.getvalue()


def everything(folder: Path) -> dict[str, bytes | str | None]:
    """Return all that lies in a folder: contents of files, targets of links, None for the rest."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a workspace and with whatever an output should not be."""
    shutil.copytree(SOLAR, tmp_path / "solar")
    (tmp_path / "folder").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").write_text("kept")
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "inputs").symlink_to(tmp_path / "solar" / "rules")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


RULES = "solar/rules/workspace.yaml"
OUTPUTS: dict[str, tuple[str, bool]] = {
    # name of the case: path within the folder, or an absolute one; whether --force is given
    "a folder": ("folder", True),
    "the folder itself": (".", True),
    "a folder above": ("..", True),
    "the root": ("/", True),
    "a pipe": ("pipe", True),
    "a device of zeros": ("/dev/zero", True),
    "a full device": ("/dev/full", True),
    "the null device": ("/dev/null", True),
    "a file that exists": ("file", False),
    "a link to a file": ("link", False),
    "a link to nowhere": ("dangling", False),
    "a link in a circle": ("circle", False),
    "a link to the root": ("out", False),
    "a missing folder": ("none/x.svg", True),
    "missing folders": ("none/none/none/x.svg", True),
    "a file as a folder": ("file/x.svg", True),
    "a place that takes no files": ("/proc/x.svg", True),
    "a name with a NUL": ("x\0.svg", True),
    "a name of 300 characters": ("x" * 300, True),
    "a path of 5,000 characters": ("/".join(["x" * 200] * 25), True),
    "a name of Chinese too long in bytes": ("需" * 90, True),
    "the rules that are read": (RULES, True),
    "a new file among the rules": ("solar/rules/x.yaml", True),
    "a new file among the chain": ("solar/ontology/chain/x.ttl", True),
    "an input through dots": ("solar/../solar/rules/workspace.yaml", True),
    "an input through a link": ("inputs/workspace.yaml", True),
    "a query that is read": ("solar/queries/x.rq", True),
}


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_that_cannot_be_is_refused(name: str, place: Path) -> None:
    """Exports to such a path end with code 2, BW003 and the path; nothing in the folder has changed."""
    path, force = OUTPUTS[name]
    before = everything(place)
    target = path if path.startswith("/") else str(place / path)
    code, data, said = asked(
        "--workspace", str(place / "solar"), "export", "dot", "-o", target, *(["--force"] if force else [])
    )

    assert (2, b"") == (code, data)
    assert re.search(r"\bBW003 " if "\0" not in path else r"\bBW002 ", said)
    assert "\0" not in said
    assert before == everything(place)


def test_an_empty_name_is_no_file(place: Path) -> None:
    """An empty name is refused, by the folder that it would be."""
    code, _, said = asked("--workspace", str(place / "solar"), "export", "dot", "-o", "")

    assert (2, True) == (code, "BW003" in said)


@pytest.mark.parametrize("name", ["a folder", "a pipe", "a file that exists", "a name with a NUL", "a missing folder"])
@pytest.mark.parametrize("command", [["schema", "rules"], ["check", "SOLAR", "--shapes"]], ids=lambda c: c[0])
def test_other_commands_that_write_files_refuse_it_too(command: list[str], name: str, place: Path) -> None:
    """So do `schema -o` and `check --report`, before anything else is done."""
    path, force = OUTPUTS[name]
    before = everything(place)
    option = "-o" if command[0] == "schema" else "--report"
    arguments = [str(place / "solar") if a == "SOLAR" else a for a in command]
    code, _, said = asked(*arguments, option, str(place / path), *(["--force"] if force else []))

    assert (2, True) == (code, ("BW002" if "\0" in path else "BW003") in said)
    assert before == everything(place)


@pytest.mark.parametrize(
    "path", ["full", "file", "link", "dangling", "circle", "pipe", "/dev/zero", "x\0", "x" * 300, "file/x", "/proc/x"]
)
@pytest.mark.parametrize("command", ["init", "build"])
def test_a_folder_that_cannot_be_written_is_refused(command: str, path: str, place: Path) -> None:
    """`init` and `build` take a new or empty folder, and nothing else; what is there stays."""
    before = everything(place)
    target = path if path.startswith("/") else str(place / path)
    arguments = ["init", target] if command == "init" else ["--workspace", str(place / "solar"), "build", "-o", target]
    code, _, said = asked(*arguments)

    assert code in (2, 3)
    assert re.search(r"\bBW\d{3} ", said)
    assert before == everything(place)


INPUTS = ["folder", "pipe", "/dev/zero", "none", "x\0", "x" * 300, "dangling", "circle", "file/x", "out/none", "\udcff"]


@pytest.mark.parametrize("path", INPUTS)
@pytest.mark.parametrize("command", ["query", "check", "load", "workspace"])
def test_an_input_that_is_no_file_is_refused(command: str, path: str, place: Path) -> None:
    """What is read is a regular file or a folder of them: nothing hangs, and what is wrong is said with a code."""
    named = path if path.startswith("/") else str(place / path)
    if command == "query":  # a query file is known by its ending
        if not path.startswith("/") and (place / "pipe").exists() and path == "pipe":
            (place / "pipe").rename(place / "pipe.rq")
        named = f"{named}.rq"
    arguments = {
        "query": ["--workspace", str(place / "solar"), "query", named],
        "check": ["check", named],
        "load": ["load", named, "--store", str(place / "store")],
        "workspace": ["--workspace", named, "list", "tiers"],
    }[command]
    code, data, said = asked(*arguments)

    assert code in (2, 3)
    assert b"" == data
    assert re.search(r"\bBW\d{3} ", said)


def test_standard_output_is_no_file(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash is standard output, whatever lies in the folder; no file of that name is made."""
    monkeypatch.chdir(place)
    code, data, _ = asked("--workspace", "solar", "export", "dot", "-o", "-")

    assert (0, b"digraph") == (code, data[:7])
    assert not (place / "-").exists()


@pytest.mark.parametrize(
    "name", ["x.svg", "需求 图.svg", "-rf.svg", "a\nb.svg", "$(id).svg", "x" * 250, ".hidden", "a b'\"c"]
)
def test_an_odd_name_is_a_name(name: str, tmp_path: Path) -> None:
    """Names that a shell or a terminal would act on are written as they are, and shown without steering anything."""
    target = tmp_path / name
    code, _, said = asked("--workspace", str(SOLAR), "export", "dot", "-o", str(target))

    assert (0, [name]) == (code, [p.name for p in tmp_path.iterdir()])
    assert target.read_bytes().startswith(b"digraph")
    assert said.count("\n") == 1
    assert re.search("[\x00-\x09\x0b-\x1f\u202e]", said) is None


def test_forced_a_link_is_replaced_and_not_followed(place: Path) -> None:
    """With --force, the link itself becomes the file; what it led to is as it was."""
    code, _, _ = asked("--workspace", str(SOLAR), "export", "dot", "-o", str(place / "link"), "--force")

    assert (0, "kept", False) == (code, (place / "file").read_text(), (place / "link").is_symlink())


# -- failures on the way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stop"])
def test_a_failure_on_the_way_leaves_what_was(
    step: str, failure: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full, or somebody stops it, the old file is whole and no other one is there."""
    (tmp_path / "x").write_text("old")

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((UsageError, KeyboardInterrupt)):
        write_file(tmp_path / "x", b"new")

    assert {"x": b"old"} == everything(tmp_path)


_LIMITED = """\
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from bullwhip.cli import run
sys.exit(run(sys.argv[1:]))
"""
_KILLED = """\
import os, signal, sys
from bullwhip.cli import run
os.{step} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
sys.exit(run(sys.argv[1:]))
"""


def ran(code: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Return a process that has run a program with the engine."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, check=False)


def test_a_file_that_may_not_grow_leaves_what_was(tmp_path: Path) -> None:
    """Beyond the limit on the size of files the export is refused with a code, and the old file is whole."""
    (tmp_path / "x").write_text("old")
    done = ran(_LIMITED, "--workspace", str(SOLAR), "export", "graphml", "-o", str(tmp_path / "x"), "--force")

    assert 2 == done.returncode
    assert b"BW003 cannot be written: File too large" in done.stderr
    assert {"x": b"old"} == everything(tmp_path)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_in_the_middle_it_leaves_what_was(step: str, tmp_path: Path) -> None:
    """Killed between two steps, the old file is whole; what is half-written has another name."""
    (tmp_path / "x").write_text("old")
    code = _KILLED.format(step=step)
    done = ran(code, "--workspace", str(SOLAR), "export", "dot", "-o", str(tmp_path / "x"), "--force")

    assert -signal.SIGKILL == done.returncode
    found = everything(tmp_path)
    assert b"old" == found.pop("x")
    assert [] == [name for name in found if not name.startswith(".bullwhip-")]


def test_a_target_is_checked_before_work_is_done(tmp_path: Path) -> None:
    """The check says the same as writing would, and changes nothing."""
    checks: dict[str, Callable[[], None]] = {
        "is a folder": lambda: check_target(tmp_path),
        "lies in what": lambda: check_target(tmp_path / "a" / "x", [tmp_path / "a"]),
        "make the folder": lambda: check_target(tmp_path / "none" / "x"),
    }
    (tmp_path / "a").mkdir()
    for message, check in checks.items():
        with pytest.raises(UsageError, match=message):
            check()
    check_target(tmp_path / "x", [tmp_path / "a"])
    assert {"a": None} == everything(tmp_path)


def test_the_cases_are_many() -> None:
    """At least 31 paths are tried."""
    assert len(OUTPUTS) + len(INPUTS) + 11 >= 31
