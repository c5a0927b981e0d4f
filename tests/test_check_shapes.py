"""`bullwhip check --shapes`: what a person and a program get to read, and what cannot hang or be missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SH

from bullwhip.cli import run
from bullwhip.errors import LimitError
from bullwhip.query import shacl
from bullwhip.workspace.checking import check_path
from bullwhip.workspace.shapes import check_shapes

BW = rdflib.Namespace("https://w3id.org/bullwhip/ontology#")
_WORKSPACE = """workspace: {id: w}
time: {first: 2023, last: 2025}
drivers: {x: {label: {en: x}, unit: "1", kind: ratio}}
rules: {r: {label: {en: r}, unit: "1", kind: ratio, expression: x}}
"""
_PREFIXES = """@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix measure: <https://w3id.org/bullwhip/id/measure/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
"""
_DOCUMENT = """document:
  id: "900"
  slug: r
  title: {zh: 报告, en: a report}
  publisher: {en: somebody}
  published: "2024-01-01"
units: {"%": "%"}
"""
_HEAD = "locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline"
_BOUNDS = "measure:penetration bw:least 0.0 ; bw:most 1.0 ."


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with six penetrations of a market in a table, five of them impossible."""
    facts = tmp_path / "ontology" / "facts" / "900"
    for folder in (tmp_path / "rules", facts, tmp_path / "ontology" / "chain", tmp_path / "ontology" / "shapes"):
        folder.mkdir(parents=True)
    (tmp_path / "rules" / "workspace.yaml").write_text(_WORKSPACE)
    (tmp_path / "ontology" / "chain" / "chain.ttl").write_text(
        f'{_PREFIXES}tier:cooling a bw:Tier ; skos:prefLabel "{"a" * 40}!"@en , "冷却"@zh .\n'
    )
    (tmp_path / "ontology" / "measures.tsv").write_text(
        "id\tlabel_zh\tlabel_en\tunits\ttimed\taliases\npenetration\t渗透率\tpenetration\t%\t\t\n"
    )
    (tmp_path / "ontology" / "shapes" / "own.ttl").write_text(_PREFIXES + _BOUNDS)
    (facts / "document.yaml").write_text(_DOCUMENT)
    rows = [f"T1\tpenetration\t{2018 + n}\t\t{n}20\t{n}20\t\t\t\t%\tA\t{7 + n}" for n in range(6)]
    (facts / "cells.tsv").write_text("\n".join([_HEAD, *rows, ""]))
    return tmp_path


def check(workspace: Path, *options: str) -> int:
    """Run the command."""
    return run(["--workspace", str(workspace), "check", "--shapes", *options])


def test_a_report_names_cell_line_and_expectation(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A violation ends with exit code 1; file, line, document, table, row, column, value and expectation are told."""
    code = check(workspace)
    lines = capsys.readouterr().out.splitlines()

    assert lines[:6] == [
        "ontology/facts/900/cells.tsv:3: violation · 违反 measure.bounds: "
        "the figure lies outside what its measure can be · 数值超出该度量可能的范围",
        "    report · 文献 900, table · 表 T1, row · 行 penetration, column · 列 2019",
        f"    node · 节点: T1 / penetration / 2019  <{_node(workspace, 3)}>",
        "    path · 属性: bw:coherentAmount",
        "    found · 实际: 120 %",
        "    expected · 应为: between bw:least and bw:most of the measure · 在 bw:least 与 bw:most 之间",
    ]
    assert lines[-1] == "graph: 5 violations, 0 warnings · 图谱：5 处违反，0 处警告"
    assert code == 1


def _node(workspace: Path, line: int) -> str:
    checked = check_path(None, workspace)
    return f"https://w3id.org/bullwhip/id/claim/{checked.program.claims[line - 2].id}"


@pytest.mark.parametrize(("language", "word"), [("zh", "同类另有 2 处"), ("en", "and 2 more")])
def test_similar_cases_are_collapsed(
    language: str, word: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three cases of a kind are shown and the rest counted, in the language asked for; --all shows every one."""
    check(workspace, "--language", language)
    short = capsys.readouterr().out
    check(workspace, "--language", language, "--all")
    full = capsys.readouterr().out

    assert (short.count("cells.tsv:"), full.count("cells.tsv:")) == (3, 5)
    assert f"    … {word} (--all)" in short.splitlines()
    assert word not in full
    assert ("违反" in full, "violation" in full) == (language == "zh", language == "en")


def test_json_holds_every_case_in_total_order(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The answer is the same on every run, and its cases are ordered by check, document and line."""
    check(workspace, "--json")
    first = capsys.readouterr().out
    check(workspace, "--json")
    answer = json.loads(first)

    assert first == capsys.readouterr().out
    assert answer["ok"] is False
    assert {k: answer["shapes"][k] for k in ("conforms", "violations", "warnings", "infos")} == {
        "conforms": False, "violations": 5, "warnings": 0, "infos": 0,
    }  # fmt: skip
    assert [3, 4, 5, 6, 7] == [r["line"] for r in answer["shapes"]["results"]]
    assert [("900", "T1", "penetration", str(2018 + n), None) for n in range(1, 6)] == [
        tuple(r[k] for k in ("document", "locator", "row", "column", "part")) for r in answer["shapes"]["results"]
    ]


def test_warnings_alone_are_no_failure(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shape of the workspace that warns, without id and in one language, is told and gives exit code 0."""
    (workspace / "ontology" / "shapes" / "own.ttl").write_text(
        f"{_PREFIXES}bw:OwnShape a sh:NodeShape ; sh:targetClass bw:Tier ;\n"
        '    sh:message "a tier has an order" ;\n'
        "    sh:property [ sh:path bw:order ; sh:severity sh:Warning ; sh:minCount 1 ] ."
    )
    code = check(workspace)
    head = capsys.readouterr().out.splitlines()[0]

    assert head == "ontology/chain/chain.ttl:7: warning · 警告 bw:OwnShape: a tier has an order"
    assert code == 0


def own_shape(workspace: Path, *clauses: str) -> None:
    """Give the workspace a shape of tiers."""
    text = f"{_PREFIXES}bw:OwnShape a sh:NodeShape ; sh:targetClass bw:Tier ;\n    {' ; '.join(clauses)} ."
    (workspace / "ontology" / "shapes" / "own.ttl").write_text(text)


def test_a_pattern_takes_the_time_of_its_text(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pattern on which backtracking never ends is answered, and the tier whose names it does not fit is named."""
    own_shape(workspace, 'sh:property [ sh:path skos:prefLabel ; sh:languageIn ( "en" "zh" ) ; sh:pattern "^(a+)+$" ]')
    code = check(workspace, "--language", "en")

    assert capsys.readouterr().out.count("violation bw:OwnShape: does not satisfy the shape bw:OwnShape") == 2
    assert code == 1


def test_what_is_not_compiled_reaches_a_limit(workspace: Path) -> None:
    """A pattern that looks ahead goes to pyshacl; BW901 comes when the time is up, and the process is gone with it."""
    own_shape(workspace, 'sh:property [ sh:path skos:prefLabel ; sh:pattern "^(?=a)(a+)+$" ]')
    checked = check_path(None, workspace)

    with pytest.raises(LimitError, match="BW901 checking by shapes takes more than 5 seconds"):
        check_shapes(checked.program, checked.files, seconds=5)


@pytest.mark.parametrize("clause", ["SERVICE <http://127.0.0.1:9/>", "GRAPH <file:///etc/passwd>"])
def test_a_query_of_a_shape_reads_nothing_but_the_graph(
    clause: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A constraint that would ask another server, or read a file, is refused (BW220)."""
    (workspace / "ontology" / "shapes" / "own.ttl").write_text(
        f"{_PREFIXES}bw:OwnShape a sh:NodeShape ; sh:targetClass bw:Tier ; sh:sparql [\n"
        f'    sh:message "m"@en ; sh:select "SELECT $this WHERE {{ {clause} {{ $this ?p ?o }} }}" ] .'
    )
    code = check(workspace)
    captured = capsys.readouterr()

    assert captured.err.startswith("ontology/shapes/own.ttl: BW220 a shape cannot be used")
    assert (code, captured.out) == (3, "")


def test_a_missing_package_is_told_with_its_remedy(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """BW004 says what is not compiled and what to install, and ends with exit code 2; other shapes do not need it."""
    monkeypatch.setattr(shacl, "_ask", lambda *_: {"missing": "pyshacl"})
    shipped = check(workspace)
    capsys.readouterr()
    own_shape(workspace, 'sh:property [ sh:path skos:prefLabel ; sh:pattern "(?=a)" ]')
    code = check(workspace)

    assert capsys.readouterr().err.splitlines() == [
        'BW004 the pattern "(?=a)" is not compiled: checking by it needs the package pyshacl',
        "    = pip install 'bullwhip[shapes]'",
    ]
    assert (shipped, code) == (1, 2)


# -- for programs -----------------------------------------------------------------------------------------------------


def test_a_report_is_written_in_the_vocabulary_of_shacl(workspace: Path, tmp_path: Path) -> None:
    """--report writes a sh:ValidationReport with a result a case, always the same bytes, and replaces no file."""
    file = tmp_path / "report.ttl"
    code = check(workspace, "--report", str(file))
    first = file.read_bytes()
    again = check(workspace, "--report", str(file), "--force")
    graph = rdflib.Graph().parse(data=first)
    [report] = graph.subjects(RDF.type, SH.ValidationReport)

    assert (1, 1, first) == (code, again, file.read_bytes())
    assert (5, False) == (len(set(graph.objects(report, SH.result))), bool(graph.value(report, SH.conforms)))
    assert {BW.coherentAmount} == set(graph.objects(None, SH.resultPath))
    assert {"en", "zh"} == {getattr(text, "language", None) for text in graph.objects(None, SH.resultMessage)}
    assert 2 == check(workspace, "--report", str(file))


def test_sarif_points_at_the_lines(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each case is a result at its file and line, of a rule with the id of the check; fingerprints know no lines."""
    code = check(workspace, "--sarif")
    sarif = json.loads(capsys.readouterr().out)
    facts = workspace / "ontology" / "facts" / "900" / "cells.tsv"
    lines = facts.read_text().split("\n")
    facts.write_text("\n".join([lines[0], lines[6], *lines[1:6], ""]))
    check(workspace, "--sarif")
    moved = json.loads(capsys.readouterr().out)
    [run], [later] = sarif["runs"], moved["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"]]

    assert ("2.1.0", 1) == (sarif["version"], code)
    assert ["measure.bounds"] == [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {("measure.bounds", 0, "error")} == {(r["ruleId"], r["ruleIndex"], r["level"]) for r in run["results"]}
    assert [3, 4, 5, 6, 7] == [p["region"]["startLine"] for p in places]
    assert {"ontology/facts/900/cells.tsv"} == {p["artifactLocation"]["uri"] for p in places}
    assert {r["partialFingerprints"]["bullwhip/v1"] for r in run["results"]} == {
        r["partialFingerprints"]["bullwhip/v1"] for r in later["results"]
    }


def test_problems_of_files_are_in_sarif_too(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the checks of the files refuse is a result with its code, line and column."""
    rules = workspace / "rules" / "workspace.yaml"
    rules.write_text(rules.read_text().replace("expression: x", "expression: y"))
    code = run(["--workspace", str(workspace), "check", "--sarif"])
    [result] = [r for r in json.loads(capsys.readouterr().out)["runs"][0]["results"] if r["level"] == "error"]

    assert (3, "BW201") == (code, result["ruleId"])
    assert {"startLine": 4, "startColumn": 65, "endColumn": 66} == result["locations"][0]["physicalLocation"]["region"]


def test_one_document_is_checked_alone(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--document looks at nothing but what the document speaks of; the document must exist, and shapes be asked for."""
    with (workspace / "ontology" / "shapes" / "own.ttl").open("a") as file:
        file.write(
            "bw:OwnShape a sh:NodeShape ; sh:targetClass bw:Tier ; sh:property [ sh:path bw:order ; sh:minCount 1 ] ."
        )
    found = []
    for options in ([], ["--document", "900"]):
        check(workspace, "--json", *options)
        found.append([r["shape"] for r in json.loads(capsys.readouterr().out)["shapes"]["results"]])
    wrong = check(workspace, "--document", "90")
    alone = run(["--workspace", str(workspace), "check", "--document", "900"])
    errors = capsys.readouterr().err

    assert [["bw:OwnShape", *["measure.bounds"] * 5], ["measure.bounds"] * 5] == found
    assert (2, 2) == (wrong, alone)
    assert "BW001 no document '90'" in errors
    assert "BW002 --document and --report need --shapes" in errors


def test_a_misspelt_thing_is_told_with_the_nearest(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value of the wrong class comes with the thing of that class which has nearly its name, in both languages."""
    chain = workspace / "ontology" / "chain" / "chain.ttl"
    chain.write_text(chain.read_text() + "tier:server a bw:Tier ; skos:prefLabel 'server'@en , '服务器'@zh .\n")
    own_shape(workspace, "sh:property [ sh:path bw:near ; sh:class bw:Tier ]")
    (workspace / "ontology" / "shapes" / "near.ttl").write_text(f"{_PREFIXES}tier:server bw:near tier:coolin .")
    check(workspace, "--json")
    [found] = json.loads(capsys.readouterr().out)["shapes"]["results"]

    assert ("did you mean tier/cooling?", "是否应为 tier/cooling？") == (found["fix_en"], found["fix_zh"])


def test_what_pyshacl_checks_is_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A shape that is not compiled is checked by pyshacl, others are not; both faces say so, and why."""
    (workspace / "ontology" / "shapes" / "other.ttl").write_text(
        f"{_PREFIXES}bw:OtherShape sh:targetClass bw:Tier ; sh:property [\n"
        '    sh:path skos:prefLabel ; sh:pattern "^(?=冷)" ; sh:severity sh:Warning ] .'
    )
    code = check(workspace)
    text = capsys.readouterr()
    check(workspace, "--json")
    answer = json.loads(capsys.readouterr().out)["shapes"]

    assert ('the pattern "^(?=冷)" is not compiled: pyshacl checked these shapes\n', 1) == (text.err, code)
    assert ('the pattern "^(?=冷)"', 5, 1) == tuple(answer[k] for k in ("not_compiled", "violations", "warnings"))
    assert ("bw:OtherShape", "tier/cooling") == tuple(
        answer["results"][-1][k].removeprefix("https://w3id.org/bullwhip/id/") for k in ("shape", "node")
    )


def test_a_query_of_the_workspace_that_does_not_end_reaches_a_limit(workspace: Path) -> None:
    """A constraint in SPARQL that a workspace brings runs apart, and is stopped when the time is up."""
    many = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(12))
    own_shape(workspace, f'sh:sparql [ sh:select "SELECT $this WHERE {{ $this a ?k . {many} FILTER(?c0 = 7) }}" ]')
    checked = check_path(None, workspace)

    with pytest.raises(LimitError, match="BW901 checking by shapes takes more than 3 seconds"):
        check_shapes(checked.program, checked.files, seconds=3)


def test_a_store_is_checked_by_the_same_shapes(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store built from a workspace gives its results, but for the lines; a document must be one of its graphs."""
    store = str(tmp_path / "store")
    assert 0 == run(["--workspace", str(workspace), "build", "--output", store])
    capsys.readouterr()
    codes = [check(workspace, "--json")]
    of_files = json.loads(capsys.readouterr().out)["shapes"]
    codes.append(check(workspace, store, "--json", "--document", "900"))
    of_store = json.loads(capsys.readouterr().out)["shapes"]
    for result in (*of_files["results"], *of_store["results"]):
        del result["file"], result["line"]
    for found in (of_files, of_store):
        found["results"].sort(key=lambda result: result["node"])

    assert ([1, 1], of_files) == (codes, of_store)
    assert 2 == check(workspace, store, "--document", "90")
