"""Hostile texts of every origin are refused by one family of exceptions within 50 ms, or stay the text they are."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import networkx
import pyoxigraph as ox
import pytest

import hostile_expressions
import hostile_model
from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.errors import BullwhipError
from hostile_case import STANDARD, Case, rules
from hostile_texts import LABELS, OVERRIDES, QUESTIONS, REFUSED_LABELS
from shipped import opened

LIMIT = 0.05
"""CPU seconds within which a refusal stands."""
CHECKED = [c for c in (*hostile_expressions.CASES, *hostile_model.CASES) if c.ask == ("check",)]


def refused(act: Callable[[], Any]) -> BullwhipError:
    """Return the refusal of an act; the fastest of up to nine tries stays within the limit."""
    fastest = 1.0
    for _ in range(9):
        start = time.process_time()
        with pytest.raises(BullwhipError) as found:
            act()
        fastest = min(fastest, time.process_time() - start)
        if fastest < LIMIT:
            break
    assert fastest < LIMIT
    assert found.value.problems
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", str(found.value)) is None
    return found.value


@cache
def standard() -> Workspace:
    """The workspace that most hostile cases are a second file of."""
    return opened({"rules/workspace.yaml": STANDARD.encode()})


def files_of(case: Case) -> dict[str, bytes]:
    """Return the files of a case as they are read from a folder."""
    return {n: c if isinstance(c, bytes) else c.encode("utf-8") for n, c in case.files.items()}


def test_the_corpora_are_large() -> None:
    """At least 70 expressions, 30 units, 30 settings and 20 labels, each once."""
    units = [c for c in CHECKED if c.name.startswith("the unit ")]

    assert len(hostile_expressions.CASES) >= 70
    assert len(units) >= 30
    assert len(set(OVERRIDES)) == len(OVERRIDES) >= 30
    assert len(set(LABELS)) == len(LABELS) >= 20
    assert len(set(QUESTIONS)) == len(QUESTIONS) >= 20


@pytest.mark.parametrize("case", CHECKED, ids=lambda c: c.name)
def test_a_hostile_rule_is_refused_soon(case: Case) -> None:
    """An expression, a unit, a name or a scenario that does not hold up is one kind of error, within the limit."""
    files = files_of(case)
    assert case.codes[0] in {p.code for p in refused(lambda: opened(files)).problems}


@pytest.mark.parametrize("text", OVERRIDES, ids=lambda t: t[:24])
def test_a_hostile_setting_is_refused_soon(text: str) -> None:
    """What is no cell with an amount is refused, by the command line's `--set` and by a program's `with_values`."""
    assert refused(lambda: standard().with_values(text)).exit_code == 2


@pytest.mark.parametrize("text", OVERRIDES[:60:6], ids=lambda t: t[:24])
def test_a_hostile_setting_on_the_command_line(text: str, tmp_path: Path) -> None:
    """The command line says the same with a code and exit 2."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/workspace.yaml").write_text(STANDARD, encoding="utf-8")
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["--workspace", str(tmp_path), "value", "used.pure", "--set", text])

    assert (code, out.getvalue()) == (2, "")
    assert re.search(r"BW\d{3} ", err.getvalue())


ASKED: dict[str, Callable[[Workspace, str], Any]] = {
    "value": lambda w, t: w.value(t),
    "demand": lambda w, t: w.demand(t),
    "explain": lambda w, t: w.explain(t),
    "sensitivity": lambda w, t: w.sensitivity("used.pure", [t]),
    "exposure": lambda w, t: w.exposure(t),
    "scenario": lambda w, t: w.scenario(t),
    "query": lambda w, t: w.query(t),
    "list": lambda w, t: w.list(t),
    "export": lambda w, t: w.export(t),
}


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("text", QUESTIONS, ids=lambda t: t[:24])
def test_a_hostile_question_is_refused_soon(what: str, text: str) -> None:
    """No name of anything is a path, a query, a template or code."""
    assert refused(lambda: ASKED[what](standard(), text)).exit_code in (2, 3)


@pytest.mark.parametrize("text", REFUSED_LABELS)
def test_a_label_that_could_steer_a_terminal_is_refused_soon(text: str) -> None:
    """Escapes, direction marks and invisible characters do not come in by a label, however they are written."""
    body = rules("x") + f'    label: {{en: "{text}"}}\n'
    files = {"rules/workspace.yaml": STANDARD.encode(), "rules/case.yaml": body.encode()}

    assert {p.code for p in refused(lambda: opened(files)).problems} == {"BW103"}


# -- labels in outputs ------------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """Return a YAML or Turtle text."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def labelled(text: str) -> Workspace:
    """Return a chain of two tiers in which everything that has a label has this one."""
    label, one, two = quoted(text), quoted(f"{text} 1"), quoted(f"{text} 2")
    rule_file = f"""\
workspace: {{id: w, label: {{en: {label}}}}}
time: {{first: 2023, last: 2024, default: 2024}}
dimensions: {{fam: {{label: {{zh: {label}}}, members: {{a: {{en: {label}}}}}}}}}
drivers:
  x: {{unit: "1", kind: ratio, label: {{en: {label}}}, note: {label}, assume: [{{value: "2", note: {label}}}]}}
rules:
  r: {{unit: "1", kind: ratio, label: {{zh: {label}, en: {label}}}, note: {label}, foreach: [fam], tier: two,
      measure: volume, primary: true, edge: {{from: one, to: two}}, source: {label}, expression: x * 2}}
"""
    chain = f"""\
@prefix bw: <https://w3id.org/bullwhip/ontology#> .
@prefix tier: <https://w3id.org/bullwhip/id/tier/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
tier:one a bw:Tier ; bw:order 2 ; bw:isDemand true ; skos:prefLabel {one}@zh , {one}@en .
tier:two a bw:Tier ; bw:order 1 ; bw:supplies tier:one ; skos:prefLabel {two}@zh , {two}@en .
"""
    document = f"""\
document: {{id: "101", title: {{zh: {label}}}, published: "2024-01-01", publisher: {{en: {label}}}}}
units: {{}}
segments: {{s: {{tier: two, role: supplier}}}}
"""
    return opened(
        {
            "rules/workspace.yaml": rule_file.encode(),
            "ontology/chain/a.ttl": chain.encode(),
            "ontology/companies.tsv": f"id\tlabel_zh\tlabel_en\nc\t{text} 3\t{text} 3\n".encode(),
            "ontology/facts/101/document.yaml": document.encode(),
            "ontology/facts/101/vendors.tsv": f"locator\tsegment\tcompany\n1\ts\t{text} 3\n".encode(),
        }
    )


def plain(text: str) -> str:
    """Return a text without the differences that an output may make: space, and the mark before a formula."""
    return re.sub(r"[\s'\u00a0\u3000]", "", text)


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_label_stays_a_text_in_markup(text: str) -> None:
    """SVG and GraphML parse, hold no element but their own, and GraphML gives back the label."""
    svg, harmless = (ET.fromstring(labelled(t).export("svg")) for t in (text, "plain"))  # noqa: S314
    graph = networkx.parse_graphml(labelled(text).export("graphml").decode())

    assert {e.tag for e in svg.iter()} == {e.tag for e in harmless.iter()}
    assert {k for e in svg.iter() for k in e.attrib} == {k for e in harmless.iter() for k in e.attrib}
    assert plain(text) in {plain(str(v)) for _, data in graph.nodes(data=True) for v in data.values()}


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_label_stays_a_text_in_a_dot_file(text: str) -> None:
    """Outside its quoted strings, the DOT file is the same whatever the labels are."""

    def outside(written: str) -> str:
        return re.sub(r'"(?:[^"\\]|\\.)*"', '""', written)

    assert outside(labelled(text).export("dot").decode()) == outside(labelled("plain").export("dot").decode())


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_label_stays_a_text_in_rdf(text: str) -> None:
    """Turtle, TriG and N-Quads hold the same number of statements whatever the labels are, and the label as it was."""
    for form, syntax in (
        ("turtle", ox.RdfFormat.TURTLE),
        ("trig", ox.RdfFormat.TRIG),
        ("nquads", ox.RdfFormat.N_QUADS),
    ):
        quads, harmless = (list(ox.parse(labelled(t).export(form), syntax)) for t in (text, "plain"))
        literals = {q.object.value for q in quads if isinstance(q.object, ox.Literal)}

        assert len(quads) == len(harmless)
        assert plain(text) in {plain(v) for v in literals}


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_label_stays_a_text_in_tables_and_terminals(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Tables have the cells they have with harmless labels, no formula, no escape and no style."""
    monkeypatch.chdir(tmp_path)
    for name, content in labelled(text).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for form in ("tsv", "table"):
        monkeypatch.setenv("BULLWHIP_FORMAT", form)
        for command in (["list", "tiers"], ["list", "companies"], ["value", "r"], ["explain", "r[fam=a]"]):
            out = StringIO()
            with redirect_stdout(out):
                code = run(["--workspace", str(tmp_path), *command])
            lines = out.getvalue().splitlines()

            assert code == 0
            assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out.getvalue()) is None
            if form == "tsv" and command[0] != "explain":
                assert {line.count("\t") for line in lines} == {lines[0].count("\t")}
                assert [
                    c for line in lines for c in line.split("\t") if c.lstrip()[:1] in ("=", "@") or c == "+1+1"
                ] == []


def answers(workspace: Workspace) -> Iterator[Any]:
    """Yield answers that hold labels."""
    yield workspace.exposure("x").as_dict()
    yield workspace.explain("r[fam=a]")
    yield workspace.query("chain/tiers") if "queries/chain/tiers.rq" in workspace.files else ()


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_label_changes_no_number(text: str) -> None:
    """What is computed is the same under any label."""
    ((found, explained, _), (expected, _, _)) = (tuple(answers(labelled(t))) for t in (text, "plain"))

    assert [(r["elasticity"], r["company"]) for r in found["rows"]] == [
        (r["elasticity"], r["company"]) for r in expected["rows"]
    ]
    assert explained[0]["exact"] == "4"
    assert plain(explained[0]["note"]) == plain(text)
