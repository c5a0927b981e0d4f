"""One result whatever the machine: hash seeds, locales, the cache, damaged and foreign files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.model.codec import decode, encode
from shipped import checked, shipped

SHUFFLES = st.integers(0, 2**64 - 1).map(Random)  # one draw, where st.randoms() would draw every step of a shuffle
FEW = settings(max_examples=12, phases=(Phase.explicit, Phase.generate))
"""For laws whose every example reads and compiles the whole workspace: too slow to shrink."""


def run(arguments: list[str], **environment: str) -> bytes:
    """Return what the command prints in a process of its own."""
    command = [sys.executable, "-c", "from bullwhip.cli import main; main()", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["exposure", "--driver", "model.parameters", "--json"],
        ["explain", "server.china_market", "--driver", "training.utilization", "--json"],
    ],
    ids=lambda a: a[0],
)
def test_two_runs_print_the_same_bytes(arguments: list[str], tmp_path: Path) -> None:
    """Neither the hash seed nor a cache, cold or warm, changes a byte of the output."""
    first = run(arguments, PYTHONHASHSEED="0", BULLWHIP_CACHE="off")
    cache_folder = str(tmp_path / "cache")

    assert json.loads(first)
    assert run(arguments, PYTHONHASHSEED="1", BULLWHIP_CACHE=cache_folder) == first
    assert run(arguments, PYTHONHASHSEED="4242", BULLWHIP_CACHE=cache_folder) == first


def test_a_compiled_program_survives_encoding() -> None:
    """Decoding what was encoded, through JSON text, is the program again, and encodes to the same text."""
    program = shipped().program
    text = json.dumps(encode(program), ensure_ascii=False)
    again = decode(json.loads(text))

    assert again == program
    assert json.dumps(encode(again), ensure_ascii=False) == text
    assert [type(v) for v in vars_of(again)] == [type(v) for v in vars_of(program)]


def vars_of(program: Any) -> list[Any]:
    """Return the parts of a program, without what it only keeps to answer faster."""
    return [getattr(program, name) for name, field in program.__dataclass_fields__.items() if field.compare]


@FEW
@given(SHUFFLES)
def test_any_compiled_program_survives_encoding(random: Random) -> None:
    """The same holds for the program of shuffled rules and fewer claims."""
    claims = tuple(c for c in checked().claims if random.random() < 0.5)
    program = compile_program(replace(checked(), claims=claims))

    assert decode(json.loads(json.dumps(encode(program)))) == program


TINY = {
    "workspace.yaml": "workspace:\n  id: tiny\n  label: {zh: 小, en: tiny}\ntime:\n  first: 2020\n  last: 2022\n",
    "demand.yaml": """
drivers:
  base.amount:
    unit: t
    kind: stock
    assume:
      - {value: "3", note: a number to begin with}
rules:
  base.twice:
    unit: t
    kind: stock
    expression: 2 * base.amount
""",
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of one driver and one rule."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "rules").mkdir()
    for name, text in TINY.items():
        (folder / "rules" / name).write_text(text.lstrip(), encoding="utf-8")
    return folder


def damage(body: bytes, random: Random) -> bytes:
    """Return a file cut short, with a byte changed, with bytes in front, emptied, or of noise."""
    at = random.randrange(len(body))
    changed = body[:at] + bytes([body[at] ^ (1 << random.randrange(8))]) + body[at + 1 :]
    return random.choice([body[:at], changed, changed, b"\n" + body, b"", random.randbytes(200), body + b"x"])


@given(random=SHUFFLES)
def test_a_damaged_cache_file_is_rebuilt(tiny: Path, random: Random) -> None:
    """Whatever befalls the file, the answer is right and the file is whole again; a whole file is left alone."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLWHIP_CACHE", folder)
        first = Workspace.open(tiny)
        (file,) = Path(folder).glob("*.plan")
        whole, written = file.read_bytes(), file.stat().st_mtime_ns
        Workspace.open(tiny)

        assert first.demand("base.twice").value == 6
        assert file.stat().st_mtime_ns == written
        file.write_bytes(damage(whole, random))
        assert Workspace.open(tiny).program == first.program
        assert file.read_bytes() == whole


def test_a_cache_of_other_files_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changing an input changes the key: the cached program of the old files is never an answer about the new ones."""
    monkeypatch.setenv("BULLWHIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "rules").mkdir()
    for factor in (2, 5, 2):
        for name, text in TINY.items():
            (tmp_path / "rules" / name).write_text(text.lstrip().replace("2 *", f"{factor} *"), encoding="utf-8")

        assert Workspace.open(tmp_path).demand("base.twice").value == 3 * factor
    assert len(list((tmp_path / "cache").glob("*.plan"))) == 2


def test_a_plan_under_a_foreign_name_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound file of another program, put in place of this one's, is recognized and replaced."""
    monkeypatch.setenv("BULLWHIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "rules").mkdir()
    plans: dict[Path, bytes] = {}
    for factor in (2, 5):
        for name, text in TINY.items():
            (tmp_path / "rules" / name).write_text(text.lstrip().replace("2 *", f"{factor} *"), encoding="utf-8")
        Workspace.open(tmp_path)
        (new,) = set((tmp_path / "cache").glob("*.plan")) - set(plans)
        plans[new] = new.read_bytes()
    old, new = plans
    new.write_bytes(plans[old])

    assert Workspace.open(tmp_path).demand("base.twice").value == 15
    assert new.read_bytes() == plans[new]
