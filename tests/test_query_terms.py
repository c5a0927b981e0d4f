"""Queries of one's own: a name that the vocabulary does not have is told, what the store knows is not."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.load.vocabulary import read_terms
from bullwhip.query.unknown_terms import unknown_terms
from bullwhip.store.oxigraph import OxigraphStore

_SOLAR = Path(__file__).parent / "golden" / "solar"
_LIBRARY = sorted((Path(__file__).parents[1] / "queries").rglob("*.rq"))
_OURS = "https://w3id.org/bullwhip/ontology#"


@cache
def _workspace() -> Workspace:
    return Workspace.open(_SOLAR)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT ?a WHERE { ?a bw:quantity ?q }", ["bw:quantity"]),
        ("SELECT ?a WHERE { ?a a bw:Teir ; bw:quantity ?q . ?b bw:quantity ?q }", ["bw:Teir", "bw:quantity"]),
        (f"SELECT ?a WHERE {{ ?a <{_OURS}quantity> ?q }}", ["bw:quantity"]),
        (f"PREFIX my: <{_OURS}> SELECT ?a WHERE {{ ?a my:quantity ?q }}", ["bw:quantity"]),
        ("PREFIX bw: <urn:x#> SELECT ?a WHERE { ?a bw:quantity ?q }", []),
        (f"PREFIX bw: <{_OURS}> SELECT ?a WHERE {{ ?a bw:forQuantity ?q }}", []),
        ('SELECT ?a WHERE { ?a bw:note "bw:quantity" } # bw:quantity', []),
        ("SELECT ?a WHERE { ?a bw:forQuantity ?q FILTER(DATATYPE(?a) = bw:rational || bw:value(?q) > 1) }", []),
        ("SELECT ?a WHERE { ?a dct:quantity ?q }", []),
    ],
)
def test_a_name_that_there_is_not_is_told_once(text: str, told: list[str]) -> None:
    """Our namespace counts, however it is abbreviated; texts, comments and other vocabularies do not."""
    answer = _workspace().query("mine.rq", text=text)
    warned = [p for p in answer.warnings if p.code == "BW201"]

    assert [f"the vocabulary has no {name!r}, nothing fits it" for name in told] == [p.message for p in warned]
    assert {"warning"} >= {p.severity for p in warned}


def test_the_nearest_name_and_the_place_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a note beside the answer and no error, in JSON one of its warnings."""
    file = tmp_path / "mine.rq"
    file.write_text("SELECT ?a WHERE {\n  ?a bw:quantity ?q }\n", encoding="utf-8")
    asked = ["--workspace", str(_SOLAR), "query", str(file)]

    assert 0 == run(asked)
    told = capsys.readouterr().err
    assert "mine.rq:2:6: warning: BW201 the vocabulary has no 'bw:quantity'" in told
    assert "'bw:forQuantity'" in told
    assert 0 == run([*asked, "--format", "json"])
    said = json.loads(capsys.readouterr().out)
    assert ([], ["BW201"]) == (said["rows"], [w["code"] for w in said["warnings"]])


def test_a_name_that_only_the_store_knows_is_not_told() -> None:
    """What somebody else's graph says in our namespace is there to be asked for."""
    text = "SELECT ?a WHERE { ?a bw:quantity ?q }"
    store = OxigraphStore.of(f"<urn:a> <{_OURS}quantity> <urn:b> <urn:g> .\n".encode())
    answer = _workspace().query("mine.rq", text=text, on=store)

    assert ((("urn:a",),), ()) == (answer.rows, answer.warnings)


@pytest.mark.parametrize("file", _LIBRARY, ids=[f"{p.parent.name}/{p.stem}" for p in _LIBRARY])
def test_shipped_queries_name_what_there_is(file: Path) -> None:
    """No query of the library asks for what the vocabulary does not have."""
    assert [] == list(unknown_terms(file.name, file.read_text(encoding="utf-8"), read_terms({})))
