"""A document comes and goes as a whole: its folder adds and removes its graph, and what is selected from it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.resources import data
from bullwhip.terms import BW, resource
from bullwhip.workspace.inferring import INFERRED, with_inferred

DOCUMENTS = ("000", "001", "002", "003", "004")
_ENTRY = re.compile(r"(?m)^(?=  [a-z])")
SELECTED = (f"<{BW}restsOn>", f"<{BW}passesOver>")
"""What the graph of the model says of claims: those that a quantity rests on, and those that lost."""
STAMPED = ("<http://purl.org/dc/terms/source>", "<http://purl.org/dc/terms/modified>", "<https://schema.org/sha256>")
"""What it says of itself: the documents, the date of the latest of them, and a hash of all files."""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped workspace, read without the cache."""
    monkeypatch.setenv("BULLWHIP_CACHE", "off")
    for kind in ("rules", "ontology", "queries"):
        shutil.copytree(data(kind), tmp_path / kind)
    return tmp_path


@pytest.fixture(scope="module")
def whole() -> bytes:
    """The graph of the shipped workspace."""
    return Workspace.open().nquads()


def stated(nquads: bytes) -> list[bytes]:
    """Return the lines of all graphs but that of what is inferred."""
    derived = f" <{INFERRED}> .".encode()
    return [line for line in nquads.splitlines(keepends=True) if not line.rstrip().endswith(derived)]


def remove(workspace: Path, document: str) -> None:
    """Remove the folder of a document; the derivations that read it stay, and are left out."""
    shutil.rmtree(workspace / "ontology" / "facts" / document)


def test_loading_twice_gives_the_same_bytes(copy: Path, whole: bytes) -> None:
    """A copy of the workspace, loaded twice, has the graph of the original, byte for byte."""
    assert whole == Workspace.open(copy).nquads()
    assert whole == Workspace.open(copy).nquads()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_removing_a_document_removes_exactly_what_it_claims(document: str, copy: Path, whole: bytes) -> None:
    """All of its graph goes, no other stated one changes; the model's loses only what it selected among its claims."""
    mine = f" <{resource('document', document)}> .".encode()
    remove(copy, document)
    before, after = (set(stated(n)) for n in (whole, Workspace.open(copy).nquads()))
    gone = {line for line in before - after if not line.rstrip().endswith(mine)}

    assert set() == {line for line in after if line.rstrip().endswith(mine)}
    assert set() == {line.split(b" ")[1].decode() for line in gone} - {*SELECTED, *STAMPED}
    assert {b"<" + resource("graph", "model").encode() + b">"} >= {line.split(b" ")[-2] for line in gone}
    assert set() == {line.split(b" ")[1].decode() for line in after - before} - {*SELECTED, *STAMPED}


@pytest.mark.parametrize("document", ["000", "003"])
def test_without_a_document_only_what_follows_from_the_others_is_inferred(document: str, copy: Path) -> None:
    """The graph of what is inferred is that of the stated graphs that are left, whatever was there before."""
    remove(copy, document)
    workspace = Workspace.open(copy)
    left = b"".join(stated(workspace.nquads()))

    assert workspace.nquads() == with_inferred(workspace.program.inference, left)


def test_a_document_that_comes_back_gives_back_the_same_bytes(copy: Path, whole: bytes, tmp_path: Path) -> None:
    """Removing a document and adding it again leaves the graph as it was."""
    kept = tmp_path / "kept"
    shutil.copytree(copy / "ontology" / "facts" / "000", kept)
    remove(copy, "000")
    without = Workspace.open(copy).nquads()
    shutil.copytree(kept, copy / "ontology" / "facts" / "000")

    assert without != whole
    assert whole == Workspace.open(copy).nquads()
