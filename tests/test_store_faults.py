"""Stores under faults: files cut, flipped and removed, full disks, little memory, two writers, mistyped paths."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from bullwhip.cli import run
from bullwhip.errors import BullwhipError, LoadError
from bullwhip.store import writing
from bullwhip.store.generations import open_current, read_current, record_of
from bullwhip.store.store_worker import scan
from bullwhip.store.verifying import check_store
from store_faults import LONG, Layouts, content, expected, graph_text, put, sound_after


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    """Give what lays out a store for each kind of write."""
    return Layouts(tmp_path_factory)


# -- files that are cut, flipped, removed


def _damages(path: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield ways to damage a file; sizes stay where bytes are flipped."""
    data = path.read_bytes()

    def flip(at: int) -> None:
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])

    yield "removed", path.unlink
    if data:
        yield "emptied", lambda: path.write_bytes(b"")
        yield "cut", lambda: path.write_bytes(data[:-1])
        yield "grown", lambda: path.write_bytes(data + b"\0")
        places = [int(len(data) * part) for part in (0.0, 0.2, 0.5, 0.8)] + [len(data) - 1]
        for at in sorted({min(p, len(data) - 1) for p in places}):
            yield f"flipped at {at}", partial(flip, at)


def _in_a_block(path: Path, damage: str) -> bool:
    """Return whether a damage need not be seen at opening: in a text, or in a table before its last sixteenth."""
    if path.parent.name == "sources":
        return True
    size = path.stat().st_size
    return damage.startswith("flipped at ") and int(damage.split()[-1]) < size - max(1 << 16, size // 16)


def test_every_damage_of_every_file_is_found(tmp_path: Path) -> None:
    """Cut, grown, emptied, flipped, removed: opening or checking tells it, and never is anything else read."""
    store = tmp_path / "store"
    texts = {f"urn:g{i}": graph_text(f"urn:g{i}", 2500 if i else 30) for i in range(2)}
    put(store, texts)
    folder = open_current(store)
    files = [store / "current", record_of(store, 1), *(store / "sources").iterdir()]
    files += [p for p in folder.iterdir() if not p.name.startswith(("LOG", "LOCK", "IDENTITY", "OPTIONS"))]
    job = {"folder": str(folder), "record": str(record_of(store, 1)), "sources": str(store / "sources")}
    kept = tmp_path / "kept"
    missed, later = [], []
    for path in files:
        shutil.copy(path, kept)
        for name, damage in _damages(path):
            damage()
            try:
                open_current(store)
                found = bool(scan(job)["findings"])
                later.append((path, name))
            except BullwhipError as error:
                found = {p.code for p in error.problems} == {"BW532"}
            if not found:
                missed.append(f"{path.name} {name}")
            shutil.copy(kept, path)

    assert missed == []
    assert [f"{path.name} {name}" for path, name in later if not _in_a_block(path, name)] == []
    assert content(store) == expected(texts)


def test_what_holds_no_data_may_go(tmp_path: Path) -> None:
    """Logs, options and the lock of the engine are not needed to read, nor to write on."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 30)})
    for path in list(open_current(store).iterdir()):
        if path.name.startswith(("LOG", "LOCK", "IDENTITY", "OPTIONS")):
            path.unlink()

    assert check_store(store).findings == ()
    put(store, {"urn:h": graph_text("urn:h", 30)})
    assert content(store) == expected({g: graph_text(g, 30) for g in ("urn:g", "urn:h")})


def test_a_file_put_into_a_database_is_found(tmp_path: Path) -> None:
    """A write-ahead log that was not there would be read as what was written last."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 30)})
    (open_current(store) / "000099.log").write_bytes(b"planted")
    with pytest.raises(LoadError, match="BW532"):
        open_current(store)


@pytest.mark.parametrize("what", ["current", "sst"])
def test_check_tells_damage_on_the_command_line(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, the code, the file, and both ways out; a sound store gives 0."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 3000)})
    assert run(["check", str(store)]) == 0
    assert "sound: generation 1 of" in capsys.readouterr().out
    path = store / "current" if what == "current" else max(open_current(store).glob("*.sst"), key=os.path.getsize)
    data = path.read_bytes()
    path.write_bytes(data[:10] + b"\xff" + data[11:])
    code = run(["check", str(store)])

    out = capsys.readouterr().out
    assert code == 3
    assert f"{path}: BW532 the store is damaged" in out
    assert "--rebuild" in out
    assert "--rollback" in out


# -- a full disk, a small memory, a folder that cannot be written


def _limited(kind: int, most: int, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(kind, (most, most))

    return subprocess.run(
        [sys.executable, "-m", "bullwhip", *arguments], capture_output=True, text=True, check=False, preexec_fn=limit
    )


@pytest.mark.parametrize("kilobytes", [1, 40, 400] if LONG else [40])
def test_a_full_disk_leaves_the_store_as_it_was(kilobytes: int, ready: Layouts, tmp_path: Path) -> None:
    """Wherever the space ends, the message has a code, and with space the same command works."""
    arguments, old, new = ready.lay("load", tmp_path / "f")
    done = _limited(resource.RLIMIT_FSIZE, kilobytes * 1024, arguments)

    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert "BW534" in done.stderr or "BW540" in done.stderr
    assert "Traceback" not in done.stderr
    sound_after(tmp_path / "f" / "store", arguments, old, new)


def test_a_small_disk_that_fills_up_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """On a file system of 3 MB a large file is refused, and the store answers as before."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        text = graph_text("urn:g", 50)
        put(disk / "store", {"urn:g": text})
        with pytest.raises(LoadError, match=r"BW534|BW540"):
            put(disk / "store", {"urn:h": graph_text("urn:h", 30_000)})

        assert content(disk / "store") == expected({"urn:g": text})
        put(disk / "store", {"urn:g": graph_text("urn:g", 51)})
        assert content(disk / "store") == expected({"urn:g": graph_text("urn:g", 51)})
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_too_little_memory_leaves_the_store_as_it_was(ready: Layouts, tmp_path: Path) -> None:
    """The engine ends its process where threads or memory fail it; that is a problem with a code."""
    arguments, old, new = ready.lay("update", tmp_path / "m")
    done = _limited(resource.RLIMIT_AS, 230_000_000, arguments)

    assert done.returncode in (3, 4), done.stderr  # 4: too little to start with
    assert "BW540" in done.stderr or "BW901" in done.stderr
    assert "Traceback" not in done.stderr
    sound_after(tmp_path / "m" / "store", arguments, old, new)


def test_a_folder_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Reading works there; writing is refused with the code and the reason."""
    folder = Path(tempfile.mkdtemp())
    root = os.geteuid() == 0
    try:
        store = folder / "store"
        text = graph_text("urn:g", 30)
        put(store, {"urn:g": text})
        for path in [*store.rglob("*"), store]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        folder.chmod(0o755)
        if root:  # to root everything can be written
            os.seteuid(65534)
        code = run(["load", "--remove", "urn:g", "--store", str(store)])

        assert code == 3
        assert "BW534 the store cannot be written: Permission denied" in capsys.readouterr().err
        assert content(store) == expected({"urn:g": text})
    finally:
        if root:
            os.seteuid(0)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(folder)


# -- two writers, wrong paths


def test_a_second_writer_is_told_and_the_first_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BW533 names the process that writes; a lock file that lies about is no lock."""
    store = tmp_path / "store"
    put(store, {"urn:g": graph_text("urn:g", 5)})
    monkeypatch.setattr(writing, "_WAIT", 0.1)
    with writing.locked(store):
        with pytest.raises(LoadError, match=f"BW533 .*process {os.getpid()}"):
            put(store, {"urn:g": None})
        assert content(store) == expected({"urn:g": graph_text("urn:g", 5)})
    assert (store / "writer.lock").exists()
    put(store, {"urn:g": None, "urn:h": graph_text("urn:h", 1)})
    assert content(store) == expected({"urn:h": graph_text("urn:h", 1)})


@pytest.mark.parametrize("command", [["load", "FILE", "--store"], ["load", "--remove", "g", "--store"], ["check"]])
def test_a_mistyped_path_makes_no_store(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing appears at the path, and the store beside it is named."""
    put(tmp_path / "store", {"urn:g": graph_text("urn:g", 5)})
    (tmp_path / "a.nt").write_bytes(b"<urn:a> <urn:p> <urn:b> .\n")
    arguments = [a.replace("FILE", str(tmp_path / "a.nt")) for a in command]
    code = run([*arguments, str(tmp_path / "stroe")])

    error = capsys.readouterr().err
    assert code in (2, 3)
    assert "BW531 the store does not exist" in error or command == ["check"]
    assert "did you mean 'store'?" in error or command == ["check"]
    assert not (tmp_path / "stroe").exists()


def test_a_folder_with_other_things_is_not_made_a_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store is made in a new or an empty folder; what lies in another one stays."""
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "a.nt").write_bytes(b"<urn:a> <urn:p> <urn:b> .\n")
    code = run(["load", str(tmp_path / "a.nt"), "--create", "--store", str(tmp_path)])

    assert code == 3
    assert "BW531 the folder is not empty and no store" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.nt", "mine.txt"]
    assert run(["load", str(tmp_path / "a.nt"), "--create", "--store", str(tmp_path / "new")]) == 0
    assert read_current(tmp_path / "new").manifest.quads == 1
