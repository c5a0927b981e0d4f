"""`build --with`: answers of the model in a store on disk, and what is told where they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.store.canonical import as_stored, split_graphs
from bullwhip.store.generations import read_current
from bullwhip.terms import resource
from store_faults import content

_VACCINES = Path(__file__).parent / "golden" / "vaccines"
_ASKED = ("query", "exposure/ranked_companies", "--param", "driver=clinic.wastage")


def _run(*arguments: str) -> int:
    return run(["--workspace", str(_VACCINES), *arguments])


def test_a_store_with_answers_gives_those_of_the_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The graphs are those of an export with the same answers, the rows those of the workspace itself."""
    store = str(tmp_path / "store")

    assert 0 == _run("build", "-o", store, "--with", "exposures", "--with", "sensitivities")
    exported = Workspace.open(_VACCINES).export("nquads", along=("exposures", "sensitivities"))
    lines = {line for part in split_graphs(exported).values() for line in as_stored(part).split(b"\n")}
    capsys.readouterr()

    assert [*sorted(lines - {b""}), b""] == content(tmp_path / "store").split(b"\n")
    assert 0 == _run(*_ASKED)
    here = capsys.readouterr().out
    assert 0 == _run(*_ASKED, "--store", store)
    assert here == capsys.readouterr().out


def test_a_build_without_them_takes_answers_out_again(tmp_path: Path) -> None:
    """Answers of another day would be those of other inputs."""
    store, names = str(tmp_path / "store"), [resource("graph", n) for n in ("exposures", "scenarios")]
    held = []
    for along in ([], ["--with", "exposures"], []):
        assert 0 == _run("build", "-o", store, *along)
        held.append([n for n in names if n in read_current(tmp_path / "store").manifest.graphs])

    assert [[], names, []] == held


def test_the_way_to_answers_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store without the nodes says how they get in, and a file that brings them beside the rest says it too."""
    store, file = tmp_path / "store", str(tmp_path / "e.nq")

    assert 0 == _run("build", "-o", str(store))
    assert 0 == _run("export", "nquads", "--with", "exposures", "-o", file)
    capsys.readouterr()
    assert 3 == _run(*_ASKED, "--store", str(store))
    refused = capsys.readouterr().err
    assert 3 == run(["load", file, "--store", str(store)])
    foreign = capsys.readouterr().err

    assert f"BW504 {store} holds no bw:Exposure" in refused
    assert f"= bullwhip build -o {store} --with exposures writes them along" in refused
    assert "BW541" in foreign
    assert f"= bullwhip build -o {store} brings it up to date, with answers by --with" in foreign
    assert "--remove" not in foreign
    assert "--graph" not in foreign


def test_answers_that_do_not_exist_and_a_way_back_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The nearest kind is named, and nothing is written; going back builds nothing."""
    store = tmp_path / "store"

    assert 2 == _run("build", "-o", str(store), "--with", "exposure")
    assert "did you mean 'exposures'?" in capsys.readouterr().err
    assert not store.exists()
    assert 2 == _run("build", "-o", str(store), "--rollback", "--with", "exposures")
    assert "--rollback and --with exclude each other" in capsys.readouterr().err
