"""`bullwhip query`: what is listed, documented, completed and written, and what is refused with the nearest name."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.shell_completion import BashComplete, ShellComplete, ZshComplete

from bullwhip import cli
from bullwhip.cli import group
from bullwhip.export.results import to_csv

SOLAR = str(Path(__file__).parent / "golden" / "solar")
INJECTED = '? } # "'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for a cache that all tests of this file share, so that the chain is compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _cache(folder: Path, _no_cache: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLWHIP_CACHE", str(folder))


@pytest.fixture
def evil(tmp_path: Path) -> str:
    """Return a query whose answer a spreadsheet would calculate."""
    path = tmp_path / "evil.rq"
    path.write_text('SELECT ?t { VALUES ?t { "=1+1" "@x" "＝1" "-12.5" "-x" "a,\\"b\\"\\nc" } } ORDER BY ?t', "utf-8")
    return str(path)


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    """Return what a command that succeeds writes."""
    assert 0 == cli.run(["query", *arguments])
    shown = capsys.readouterr()
    return shown.out, shown.err


def ids(text: str) -> list[str]:
    """Return the first column of a table without its heading."""
    return [line.split("\t")[0] for line in text.splitlines()[1:]]


def test_queries_are_listed_by_folder_and_by_what_they_speak_of(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name all are listed, a folder keeps to its own, and a text to those that hold it, in any language."""
    everything = ids(ask(capsys)[0])

    assert len(everything) >= 25
    assert [n for n in everything if n.startswith("chain/")] == ids(ask(capsys, "chain")[0])
    assert ids(ask(capsys, "chain/")[0]) == ids(ask(capsys, "chain")[0])
    assert {"chain/shares", "chain/shares_of_a_whole"} <= set(ids(ask(capsys, "--find", "份额")[0]))
    assert ["chain/shares"] == ids(ask(capsys, "chain", "--find", "Printed MARKET")[0])
    assert "no query speaks of" in ask(capsys, "--find", "zzz")[1]


def test_a_query_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """--help-query shows parameters with how many values they take, choices, columns with meaning, and an example."""
    shown = ask(capsys, "facts/what_a_report_believes", "--help-query")[0]

    assert "parameter document, id of a document: the document" in shown
    assert "parameter status, what kind of statement a claim is, any number:" in shown
    assert "one of actual, estimate, specification" in shown
    assert "column    lexical: as printed" in shown
    assert "--param document=003 --param status=estimate" in shown


@pytest.mark.parametrize("name", ["chain/tiers", "facts/documents"])
def test_a_limit_keeps_the_first_rows_and_says_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The rows shown are the first of all, and stderr tells how many are left out."""
    whole, limited = ask(capsys, name)[0], ask(capsys, name, "--limit", "2")
    rows = whole.splitlines()

    assert rows[:3] == limited[0].splitlines()
    assert f"{len(rows) - 3} more rows" == limited[1].strip()


def test_every_format_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Tab-separated text, CSV, JSON and SPARQL results hold the same cells; unbound ones are empty, null or absent."""
    tsv = [line.split("\t") for line in ask(capsys, "chain/tiers", "--format", "tsv")[0].splitlines()]
    rows = list(csv.reader(io.StringIO(ask(capsys, "chain/tiers", "--format", "csv")[0], newline="")))
    plain = json.loads(ask(capsys, "chain/tiers", "--format", "json")[0])
    standard = json.loads(ask(capsys, "chain/tiers", "--format", "sparql-json")[0])
    columns = standard["head"]["vars"]
    bindings = [[b[c]["value"] if c in b else None for c in columns] for b in standard["results"]["bindings"]]

    assert tsv == rows
    assert [plain["columns"], *([c or "" for c in row] for row in plain["rows"])] == rows
    assert bindings == plain["rows"]
    assert (len(bindings), []) == (plain["total"], plain["warnings"])
    assert {"type": "literal", "value": "晶圆代工", "xml:lang": "zh"} == standard["results"]["bindings"][0]["label_zh"]


def test_a_spreadsheet_calculates_nothing(evil: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In CSV a text that begins like a formula gets an apostrophe, a number stays one, a line break is a space."""
    rows = list(csv.reader(io.StringIO(ask(capsys, evil, "--format", "csv")[0], newline="")))

    assert {"'=1+1", "'@x", "'＝1", "-12.5", "'-x", 'a,"b" c'} == {row[0] for row in rows[1:]}
    assert "'\tx" not in to_csv(["a"], [["\t=x"]])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["conflicts"], "did you mean 'provenance/conflicting_claims'?"),
        (["chain/teirs"], "did you mean 'chain/tiers'"),
        (["stale"], "did you mean 'facts/stale_estimates'?"),
        (["companies/products", "--param", "company=英伟达"], "did you mean 'nvidia'?"),
        (["companies/products", "--param", "company=nvidai"], "did you mean 'nvidia' or"),
        (["companies/relations", "--param", "entity=英伟达"], "did you mean 'company/nvidia'?"),
        (["chain/shares", "--param", "tier=液冷"], "did you mean 'liquid_cooling'?"),
        (["chain/shares", "--param", "teir=hbm"], "did you mean 'tier'?"),
        (["chain/shares", "--param", "tier=hbm", "--param", "tier=idc"], "takes one value, 2 are given"),
        (["chain/shares", "--param", "tier"], "is not of the form NAME=VALUE"),
        (["chain/shares"], "for example tier=ai_server"),
        (["facts/stale_estimates", "--param", "day=2025-02-29"], "is not a day, YYYY-MM-DD"),
        (["chain/tiers", "--format", "xml"], "'tsv', 'csv', 'json', 'sparql-json'"),
        (["provenance/sources_behind_cell", "--param", "cell=model.parameters[family=language,period=2003]"],
         "did you mean 'model.parameters[family=language,period=2023]'"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_with_what_to_do(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever names nothing is answered with the nearest that there is: ids, and names in both languages."""
    assert cli.run(["query", *arguments]) in (2, 3)
    shown = capsys.readouterr()

    assert says in shown.err
    assert "" == shown.out


def test_a_value_full_of_sparql_names_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A value is looked up or bound as a term; what it holds is never read as a part of the query."""
    assert 3 == cli.run(["query", "chain/shares", "--param", f"tier={INJECTED}"])
    assert "there is no tier" in capsys.readouterr().err
    assert 0 == cli.run(["query", "model/quantities_without_claim", "--param", f"kind={INJECTED}"])
    assert 1 == len(capsys.readouterr().out.splitlines())


def offered(shell: type[ShellComplete], words: list[str], begun: str) -> list[str]:
    """Return what a shell is offered for the word that is begun."""
    return [item.value for item in shell(group, {}, "bullwhip", "_BULLWHIP_COMPLETE").get_completions(words, begun)]


@pytest.mark.parametrize(
    ("words", "begun", "expected"),
    [
        (["query"], "chain/shares", ["chain/shares", "chain/shares_of_a_whole"]),
        (["--workspace", SOLAR, "query"], "", ["module_makers"]),
        (["query", "chain/shares", "--param"], "", ["tier="]),
        (["query", "chain/shares", "--param"], "tier=li", ["tier=liquid_cooling"]),
        (["query", "chain/shares", "--param"], "teir=li", []),
        (["query", "facts/what_a_report_believes", "--param"], "status=e", ["status=estimate"]),
        (["query", "facts/what_a_report_believes", "--param", "status=estimate", "--param"], "d", ["document="]),
        (["query", "chain/shares", "--param", "tier", "="], "li", ["liquid_cooling"]),
        (["query", "chain/shares", "--param", "tier", "="], "hb", ["hbm"]),
        (["--workspace", "/nonexistent", "query"], "c", []),
    ],
)
def test_a_shell_is_offered_names_parameters_and_values(words: list[str], begun: str, expected: list[str]) -> None:
    """Queries, parameters and the ids a parameter may be are completed; what cannot be read offers nothing."""
    for shell in (ZshComplete, BashComplete):
        assert expected == offered(shell, words, begun)
