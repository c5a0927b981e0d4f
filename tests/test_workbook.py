"""Laws of the workbook as a file: real formulas, names, guards, inert texts, the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.errors import LimitError, UsageError
from bullwhip.export.workbook import book
from bullwhip.export.workbook.names import cell_names
from bullwhip.model.program import Cell
from bullwhip.query.exposure import Roster
from documents import ROOT
from random_programs import declaration
from workbook_files import cells, opened, random_program, values

GOLDEN = ROOT / "tests" / "golden"
NAMES = ("shipped", "solar", "vaccines", "batteries", "wind")
HOSTILE = (
    "=cmd|'/c calc'!A1", '=HYPERLINK("http://x.example","y")', "@SUM(1+1)", "+1+1", "-2+3", "{=1}", "<b>&amp;</b>",
    '"];',
    "_x0041_", "'quoted", "x" * 300,
)  # fmt: skip
"""Texts that would calculate, break out or turn the writing direction if they could."""


@cache
def workspace(name: str) -> Workspace:
    """Return the shipped workspace, or a golden one."""
    return Workspace.open(None if name == "shipped" else GOLDEN / name)


@cache
def exported(name: str) -> bytes:
    """Return the workbook of a workspace."""
    return workspace(name).export("xlsx")


@cache
def written(name: str, *, shown: bool = False) -> Any:
    """Return the workbook as openpyxl reads it: formulas, or the values written beside them."""
    return opened(exported(name), values=shown)


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_of_the_program_is_a_formula(name: str) -> None:
    """The sheet of results has a formula for each cell, and no number."""
    formulas = cells(written(name), "results")

    assert {c.name for c in workspace(name).program.cells} == formulas.keys()
    assert [] == [n for n, f in formulas.items() if not str(f).startswith("=")]


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_value_beside_each_formula_is_that_of_the_engine(name: str) -> None:
    """What a reader that does not calculate shows is right too: the nearest double, or an error."""
    shown = cells(written(name, shown=True), "results")
    known = {n: None if v is None else float(v) for n, v in values(workspace(name)).items()}

    assert known == {n: None if isinstance(v, str) else v for n, v in shown.items()}


@pytest.mark.parametrize("name", NAMES)
def test_formulas_keep_the_limits_of_a_spreadsheet(name: str) -> None:
    """None is longer than 8,192 characters, nested deeper than 64 levels, or holds a literal of over 17 digits."""
    formulas = [c.value for s in written(name) for row in s.iter_rows() for c in row if c.data_type == "f"]

    assert max(map(len, formulas)) <= 8_192
    assert max(_depth(f) for f in formulas) <= 64
    assert [] == [f for f in formulas if re.search(r"(?<![\w$])\d{16,}(?!0*\b)", re.sub(r"\d(0{3,})", "1", f))]


def _depth(formula: str) -> int:
    depth = deepest = 0
    for character in formula:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


@pytest.mark.parametrize("name", NAMES)
def test_names_are_valid_unique_and_of_every_cell(name: str) -> None:
    """A name is a word with an underscore, no reference, unique without regard to case, and of one cell each."""
    names = {n: d.attr_text for n, d in written(name).defined_names.items()}
    of_cells = [n for n, text in names.items() if text.startswith(("results!", "'results'!"))]

    assert len(workspace(name).program.cells) == len(of_cells)
    assert [] == [n for n in names if not re.fullmatch(r"[A-Za-z]\w*_\w*", n) or len(n) > 255]
    assert len(names) == len({n.casefold() for n in names})


def test_names_that_would_clash_are_told_apart() -> None:
    """Ids that differ in a dot, in case, or beyond 200 characters, and ids that look like references."""
    ids = ("a.b", "a_b", "A_B", "r1c1", "a100", "x" * 300, "x" * 301, "true")
    names = cell_names([Cell(i, (), None, 0, -1) for i in ids])

    assert ["a_b", "a_b_v2", "A_B_v3", "r1c1_", "a100_", "true_"] == [n for n in names if len(n) < 100]
    assert len({n.casefold() for n in names}) == len(ids)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_cell_that_holds_something(name: str) -> None:
    """Links from results to rules, inputs and prints, and back, point at filled cells of this file."""
    found = written(name)
    targets = [
        (sheet.title, link.ref, link.location)
        for sheet in found
        for row in sheet.iter_rows()
        for cell in row
        if (link := cell.hyperlink) is not None
    ]

    assert {"readme", "results", "rules"} <= {sheet for sheet, *_ in targets}
    assert [] == [
        t for t in targets if not t[2] or found[t[2].split("!")[0].strip("'")][t[2].split("!")[1]].value is None
    ]


def test_a_result_leads_to_its_rule_and_to_the_print_it_rests_on() -> None:
    """From accelerators required the links lead to the rule as written and to a printed figure of document 003."""
    found = written("shipped")
    row = next(r for r in found["results"].iter_rows(min_row=6) if r[0].value == "accelerator.count")
    rule, source = (found[c.hyperlink.location.split("!")[0].strip("'")] for c in (row[7], row[8]))
    at = [c.hyperlink.location.split("!")[1][1:] for c in (row[7], row[8])]

    assert "accelerator.count" == rule[f"A{at[0]}"].value
    expression = workspace("shipped").program.quantities["accelerator.count"].expression
    assert f"accelerator.count = {expression}" == rule[f"F{at[0]}"].value
    assert "003" == source[f"B{at[1]}"].value


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_and_every_input_is_there(name: str) -> None:
    """All printed figures stand with document and verdict, all inputs with unit and status."""
    found, program = written(name), workspace(name).program
    claims = [[c.value for c in row] for row in found["claims"].iter_rows(min_row=5)]
    verdicts = {r.claim.id: r.verdict for r in workspace(name).audit()}
    drivers = [[c.value for c in row] for row in found["drivers"].iter_rows(min_row=5)]
    inputs = {c.name: program.quantities[c.quantity].unit for c in program.cells if c.definition < 0}

    assert [(c.id, c.document, verdicts[c.id]) for c in program.claims] == [(r[0], r[1], r[15]) for r in claims if r[0]]
    assert inputs == {r[0]: r[6] for r in drivers}
    assert [] == [r[0] for r in drivers if not r[7]]


def test_a_value_that_is_missing_is_an_empty_cell() -> None:
    """The input has no number and no zero, and what it feeds asks whether it is a number."""
    found = written("shipped")
    rows = {r[0].value: r for r in found["drivers"].iter_rows(min_row=5)}
    cell = rows["accelerator.throughput[chip=gh200,period=2025]"][5]
    used = cells(found, "results")["accelerator.throughput[chip=gh200,period=2025]"]

    assert cell.value is None
    assert f"=IF(ISNUMBER(drivers!$F${cell.row}),drivers!$F${cell.row},NA())" == used


def test_the_same_content_gives_the_same_bytes() -> None:
    """Twice here and once in a process with another hash seed; the date inside is that of the data."""
    code = (
        "import sys, hashlib; from bullwhip import Workspace; "
        "print(hashlib.sha256(Workspace.open(sys.argv[1]).export('xlsx')).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code, str(GOLDEN / "solar")], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    }  # fmt: skip
    core = zipfile.ZipFile(BytesIO(exported("solar"))).read("docProps/core.xml").decode()
    published = max(d.published for d in workspace("solar").program.documents)

    assert 1 == len(hashes)
    assert Workspace.open(GOLDEN / "solar").export("xlsx") == exported("solar")
    assert {published} == set(re.findall(r"W3CDTF\">(\d{4}-\d\d-\d\d)", core))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace whose labels, notes and claims are hostile texts."""
    folder = tmp_path_factory.mktemp("hostile") / "solar"
    shutil.copytree(GOLDEN / "solar", folder)
    texts = iter(HOSTILE * 1_000)
    for path in sorted((folder / "rules").rglob("*.yaml")):
        lines = path.read_text(encoding="utf-8")
        label = re.compile(r"\b(zh|en): [^,}\n\"']+(?=[,}])")
        lines = label.sub(lambda m: f"{m[1]}: {_quoted(next(texts))}", lines)
        path.write_text(re.sub(r"(?m)note: .+$", lambda m: f"note: {_quoted(next(texts))}", lines), encoding="utf-8")
    return folder


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def test_texts_of_others_never_calculate(hostile: Path) -> None:
    """Hostile labels are string cells; the file has the formulas it would have without them, and no outside link."""
    data = Workspace.open(hostile).export("xlsx")
    found = opened(data)
    plain = {
        (s.title, c.coordinate): c.value
        for s in written("solar")
        for r in s.iter_rows()
        for c in r
        if c.data_type == "f"
    }
    here = {(s.title, c.coordinate): c.value for s in found for r in s.iter_rows() for c in r if c.data_type == "f"}
    texts = {c.value for s in found for r in s.iter_rows() for c in r if c.data_type == "s"}
    parts = zipfile.ZipFile(BytesIO(data))

    assert plain == here
    assert {"=cmd|'/c calc'!A1", '=HYPERLINK("http://x.example","y")', "_x0041_"} <= texts
    assert [] == [t for t in texts if re.search("[\x00-\x08‪-‮]", str(t))]
    assert [] == [n for n in parts.namelist() if "external" in n.lower() or "vba" in n.lower()]
    assert [] == [n for n in parts.namelist() if n.endswith(".rels") and b'TargetMode="External"' in parts.read(n)]


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that the writer does not take is told as a limit and not left out."""
    one = book.Book("2024-01-01", "t", "f").sheet("s")

    with pytest.raises(LimitError, match=r"BW901 more than 1,048,576 rows"):
        one.text(1_048_576, 0, "x")


def test_a_driver_or_period_that_does_not_exist_is_refused() -> None:
    """The workbook opens with a driver of the workspace, in one of its periods."""
    ws = workspace("solar")

    with pytest.raises(UsageError, match=r"BW001 no driver 'module\.pric'"):
        ws.export("xlsx", driver="module.pric")
    with pytest.raises(UsageError, match="BW001 1990 is not a period"):
        ws.export("xlsx", period=1990)
    with pytest.raises(UsageError, match="BW002 a workbook opens with one driver"):
        ws.export("xlsx", driver=["module.price", "plant.installed"])


def test_a_scenario_is_written_as_inputs_that_are_set() -> None:
    """Under a scenario the stamp names it, what it sets is an input with that status, and values follow."""
    ws = Workspace.open(GOLDEN / "solar", scenario="cheap", values=["polysilicon.demand[route=perc,period=2024]=5 t"])
    found = opened(ws.export("xlsx"))
    rows = {r[0].value: [c.value for c in r] for r in found["drivers"].iter_rows(min_row=5)}
    stamp = {r[0].value: r[1].value for r in found["readme"].iter_rows()}

    assert ("cheap", "set") == (stamp["scenario"], rows["module.price[period=2024]"][7].split()[0])
    assert 0.7 == rows["module.price[period=2024]"][5]
    assert "polysilicon.demand[route=perc,period=2024]=5 t" == stamp["set"]


def test_a_rule_that_is_set_is_an_input() -> None:
    """A computed cell with a value set on it stands among the drivers, and results refer to it."""
    name = "polysilicon.demand[route=perc,period=2024]"
    found = opened(Workspace.open(GOLDEN / "solar", values=[f"{name}=5 t"]).export("xlsx"))
    rows = {r[0].value: r for r in found["drivers"].iter_rows(min_row=5)}
    at = rows[name][5].row

    assert 5 == rows[name][5].value
    assert f"=IF(ISNUMBER(drivers!$F${at}),drivers!$F${at},NA())" == cells(found, "results")[name]


def test_long_rules_are_split_into_steps() -> None:
    """A sum of a thousand long terms becomes formulas that fit, over helper cells."""
    program = random_program(1, 1)
    many = len(program.cells)
    dag = program.dag
    node = dag.node("+", *(dag.node("*", dag.num(Fraction(k + 2)), program.cells[0].node) for k in range(2_000)))
    long = Cell("q.long", (), None, dag.cell(many), node)
    wide = replace(
        program, cells=(*program.cells, long), quantities={**program.quantities, "q.long": declaration(long)}
    )
    found = opened(Workspace(wide, {}).export("xlsx"))
    formula = cells(found, "results")["q.long"]

    assert len(formula) <= 8_192
    assert "steps!$C$" in formula
    assert sum(Fraction(k + 2) * Fraction(3, 2) for k in range(2_000)) == Workspace(wide, {}).evaluation.value(many)


def test_money_is_ranked_in_the_currency_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in millions and rows in ones stand in one order: the size of an amount counts its scale, also when live."""
    sizes = []
    for scale in (Fraction(1), Fraction(1_000_000)):
        monkeypatch.setattr(Roster, "currency", lambda _, __, scale=scale: ("CNY", scale))
        data = Workspace.open(GOLDEN / "solar").export("xlsx")
        scales = {row[20].value for row in opened(data)["exposure_rows"].iter_rows(min_row=2)}
        sizes.append([row[24].value for row in opened(data, values=True)["exposure"].iter_rows(min_row=6)])
        live = [row[24].value for row in opened(data)["exposure"].iter_rows(min_row=6)]

        assert {scale} == scales
        assert all("INDEX(exposure_rows!$U$2" in formula for formula in live)
    assert max(sizes[0]) > 0
    assert [size * 1_000_000 if size > 0 else size for size in sizes[0]] == pytest.approx(sizes[1])
