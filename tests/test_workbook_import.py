"""Reading a workbook back: what was typed comes back exactly, everything else is told with sheet and cell."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import BullwhipError
from bullwhip.load import workbook_file
from bullwhip.workspace.importing import scenario_text
from documents import ROOT
from update_workbook import CHANGED
from workbook_files import edited, opened, typed_over, values

GOLDEN = ROOT / "tests" / "golden"


@cache
def workspace(name: str) -> Workspace:
    """Return a golden workspace."""
    return Workspace.open(GOLDEN / name)


@cache
def exported(name: str) -> bytes:
    """Return its workbook."""
    return workspace(name).export("xlsx")


def saved(data: bytes, path: Path) -> Path:
    """Write a file and return its path."""
    path.write_bytes(data)
    return path


def changed(change: Callable[[Any], None], name: str = "solar") -> bytes:
    """Return a workbook that was changed by a function."""
    book = opened(exported(name))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(data: bytes, tmp_path: Path, **asked: Any) -> list[str]:
    """Return code and place of every problem of a workbook."""
    with pytest.raises(BullwhipError) as caught:
        workspace("solar").read_workbook(saved(data, tmp_path / "m.xlsx"), **asked)
    return [f"{p.code} {str(p.place).rsplit(' ', 1)[-1].rsplit('/', 1)[-1]}" for p in caught.value.problems]


@pytest.mark.parametrize("name", ["solar", "vaccines", "batteries", "wind"])
def test_what_is_typed_comes_back_exactly(name: str, tmp_path: Path) -> None:
    """Export, type over, import: the values of `--set`, for numbers of all lengths and sizes, and nothing else."""
    ws, generator = workspace(name), random.Random(name)  # noqa: S311  not for secrets
    inputs = [c for p, c in enumerate(ws.program.cells) if c.definition < 0]
    for turn in range(3 if name == "solar" else 1):
        typed: dict[str, Any] = {}
        for cell in generator.sample(inputs, min(6, len(inputs))):
            quantity = ws.program.quantities[cell.quantity]
            low, high = float(quantity.low or 0), float(quantity.high if quantity.high is not None else 1e9)
            drawn = round(low + (high - low) * generator.random() ** 3, generator.choice((0, 1, 3, 6, 12)))
            typed[cell.name] = float(f"{drawn:.15g}")  # a spreadsheet keeps no more digits
        back = ws.read_workbook(saved(edited(exported(name), typed), tmp_path / f"turn_{turn}.xlsx"))
        exact = {n: Fraction(Decimal(repr(v))) for n, v in typed.items()}
        facts = {ws.program.cells[p].name: g.value for p, g in ws.program.given.items()}

        assert {n: v for n, v in exact.items() if facts.get(n) != v} == {s.cell: s.value for s in back.settings}
        assert len(inputs) - len(back.settings) == back.unchanged
        assert () == back.warnings
        assert values(typed_over(ws, typed, {})) == values(ws.with_values(*back.values))


@pytest.mark.parametrize("name", ["solar", "vaccines", "batteries", "wind"])
def test_a_workbook_that_was_not_changed_sets_nothing(name: str, tmp_path: Path) -> None:
    """As exported, and as openpyxl saves it again."""
    for data in (exported(name), edited(exported(name), {})):
        back = workspace(name).read_workbook(saved(data, tmp_path / "same.xlsx"))

        assert ((), (), ()) == (back.settings, back.variants, back.warnings)


def test_the_scenario_written_is_one_of_the_workspace(tmp_path: Path) -> None:
    """Put into rules/scenarios/, it is sound and gives the values of what was typed, variants included."""
    folder = tmp_path / "vaccines"
    shutil.copytree(GOLDEN / "vaccines", folder)
    typed = {"clinic.coverage[antigen=measles]": 0.75, "cold.days": 11}
    data = edited(exported("vaccines"), typed, {"fill.filled": "no_limit"})
    path = folder / "rules" / "scenarios" / "typed.yaml"
    arguments = ["--workspace", str(folder), "import", str(saved(data, tmp_path / "m.xlsx")), "-o", str(path)]

    assert 0 == cli.run(arguments)
    assert 0 == cli.run(["--workspace", str(folder), "check"])
    scenario = Workspace.open(folder, scenario="typed")
    assert values(typed_over(workspace("vaccines"), typed, {"fill.filled": "no_limit"})) == values(scenario)


def test_a_scenario_comes_back_with_the_changes(tmp_path: Path) -> None:
    """A workbook of a scenario with values set gives all of it: what it set, and what was typed over."""
    ws = Workspace.open(GOLDEN / "solar", scenario="cheap", values=["polysilicon.demand[route=perc,period=2024]=5 t"])
    data = edited(ws.export("xlsx"), {"plant.installed[period=2024]": 500.5})
    back = workspace("solar").read_workbook(saved(data, tmp_path / "m.xlsx"))
    again = workspace("solar").with_values(*back.values)

    assert 3 == len(back.settings)
    assert values(ws.with_values("plant.installed[period=2024]=500.5 GW")) == values(again)


def test_numbers_are_read_as_a_person_typed_them(tmp_path: Path) -> None:
    """0.1 is a tenth and 0.07 seven hundredths, 1e15 has its zeros, and units stand behind the digits."""
    data = edited(exported("solar"), {"module.price[period=2024]": 0.07, "plant.installed[period=2024]": 1e15})
    back = workspace("solar").read_workbook(saved(data, tmp_path / "m.xlsx"))

    assert {"0.07 CNY/W", "1000000000000000 GW"} == {s.amount for s in back.settings}
    assert Fraction(7, 100) == next(s.value for s in back.settings if s.cell == "module.price[period=2024]")


def _cell(name: str, column: int, value: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        row = next(r for r in book["drivers"].iter_rows(min_row=5) if r[0].value == name)
        row[column].value = value

    return change


PRICE = "module.price[period=2024]"
ROW = next(
    r[0].row for r in opened(exported("solar"))["drivers"].iter_rows(min_row=5) if r[0].value == PRICE
)  # fmt: skip
WRONG: dict[str, tuple[Callable[[Any], None], list[str]]] = {
    "a text": (_cell(PRICE, 5, "cheap"), [f"BW564 drivers!F{ROW}"]),
    "a number as text": (_cell(PRICE, 5, "'0.5"), [f"BW564 drivers!F{ROW}"]),
    "a date": (_cell(PRICE, 5, date(2024, 1, 2)), [f"BW564 drivers!F{ROW}"]),
    "a truth value": (_cell(PRICE, 5, True), [f"BW564 drivers!F{ROW}"]),
    "an error": (_cell(PRICE, 5, "#N/A"), [f"BW564 drivers!F{ROW}"]),
    "a formula": (_cell(PRICE, 5, "=1/2"), [f"BW565 drivers!F{ROW}"]),
    "a value taken away": (_cell(PRICE, 5, None), [f"BW566 drivers!F{ROW}"]),
    "another unit": (_cell(PRICE, 6, "USD/W"), [f"BW568 drivers!G{ROW}"]),
    "a renamed row": (_cell(PRICE, 0, "module.prise[period=2024]"), [f"BW563 drivers!A{ROW}"]),
    "a row of several cells": (_cell(PRICE, 0, "module.price"), [f"BW563 drivers!A{ROW}"]),
    "a row without a name": (_cell(PRICE, 0, None), [f"BW563 drivers!A{ROW}"]),
    "a row twice": (_cell("module.price[period=2023]", 0, PRICE), [f"BW563 drivers!A{ROW}"]),
    "what was exported": (_cell(PRICE, 12, "about 1"), [f"BW564 drivers!M{ROW}"]),
    "what was exported, in other digits": (_cell(PRICE, 12, "²/3"), [f"BW564 drivers!M{ROW}"]),
    "what was exported, over zero": (_cell(PRICE, 12, "1/0"), [f"BW564 drivers!M{ROW}"]),
    "what was exported, of a billion digits": (_cell(PRICE, 12, "1e999999999"), [f"BW564 drivers!M{ROW}"]),
    "a value outside the range": (_cell("plant.loading_ratio", 5, -1), ["BW209"]),
    "a variant that is none": (lambda b: setattr(b["variants"]["D5"], "value", "as_publishd"), ["BW563 variants!D5"]),
    "a rule without variants": (
        lambda b: setattr(b["variants"]["A5"], "value", "module.demand"),
        ["BW563 variants!A5"],
    ),
    "no stamp": (lambda b: b.remove(b["readme"]), ["BW562 m.xlsx"]),
    "no drivers": (lambda b: b.remove(b["drivers"]), ["BW562 m.xlsx"]),
    "no headings": (lambda b: b["drivers"].delete_rows(4), ["BW562 m.xlsx"]),
    "another form": (lambda b: _stamped(b, "format", "bullwhip-workbook/9"), ["BW562 m.xlsx"]),
}


def _stamped(book: Any, key: str, text: str) -> None:
    row = next(r for r in book["readme"].iter_rows() if r[0].value == key)
    row[1].value = text


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_cell(case: str, tmp_path: Path) -> None:
    """Each mistake has its code and the sheet and cell where it stands."""
    change, expected = WRONG[case]
    found = refused(changed(change), tmp_path)

    assert len(expected) == len(found)
    assert [] == [f for f, e in zip(found, expected, strict=True) if not f.startswith(e)]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """A renamed row, a text and an unknown variant are three problems of one reading."""

    def change(book: Any) -> None:
        _cell(PRICE, 5, "cheap")(book)
        _cell("module.price[period=2025]", 0, "x")(book)
        book["variants"]["D5"].value = "y"

    assert ["BW563", "BW563", "BW564"] == sorted(f[:5] for f in refused(changed(change), tmp_path))


@pytest.mark.parametrize(("digits", "changes"), [("0.333333333333333", 0), ("0.333333333333334", 1)])
def test_the_digits_that_a_spreadsheet_keeps_are_no_change(digits: str, changes: int, tmp_path: Path) -> None:
    """A third that was saved with 15 digits is as exported; another fifteenth digit was typed."""

    def change(book: Any) -> None:
        _cell(PRICE, 5, float(digits))(book)
        _cell(PRICE, 12, "1/3")(book)

    back = workspace("solar").read_workbook(saved(changed(change), tmp_path / "m.xlsx"))

    assert changes == len(back.settings)


def test_a_whole_number_beyond_all_doubles_is_told_with_its_cell(tmp_path: Path) -> None:
    """A file may hold digits that no spreadsheet writes."""
    data = _replaced(
        edited(exported("solar"), {PRICE: 0.123}), f'(<c r="F{ROW}"[^>]*>)<v>0.123</v>', rf"\1<v>1{'0' * 400}</v>"
    )

    assert [f"BW564 drivers!F{ROW}"] == refused(data, tmp_path)


def test_an_exported_value_beyond_all_doubles_differs_from_what_is_typed(tmp_path: Path) -> None:
    """What no spreadsheet could have kept is no reason to fail: the number beside it is a change."""
    book = changed(_cell(PRICE, 12, "1" + "0" * 400))
    back = workspace("solar").read_workbook(saved(book, tmp_path / "m.xlsx"))

    assert [PRICE] == [s.cell for s in back.settings]


def test_a_formula_counts_with_its_last_value_where_that_is_asked_for(tmp_path: Path) -> None:
    """With --formulas the value that the file was saved with counts; one that was never computed is told."""
    assert ["BW565"] == [f[:5] for f in refused(changed(_cell(PRICE, 5, "=1/2")), tmp_path, formulas=True)]
    data = _replaced(
        edited(exported("solar"), {PRICE: 0.123}), f'(<c r="F{ROW}"[^>]*>)<v>0.123</v>', r"\1<f>1/8</f><v>0.125</v>"
    )
    path = saved(data, tmp_path / "m.xlsx")
    back = workspace("solar").read_workbook(path, formulas=True)

    assert [("0.125 CNY/W", "=1/8")] == [(s.amount, s.formula) for s in back.settings]
    assert ["BW565"] == [f[:5] for f in refused(data, tmp_path)]


def _replaced(data: bytes, pattern: str, by: str) -> bytes:
    import re

    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    count = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/"):
                text, hits = re.subn(pattern, by, part.decode())
                part, count = text.encode(), count + hits
            target.writestr(name, part)
    assert count == 1
    return out.getvalue()


def test_another_state_of_the_workspace_is_a_warning(tmp_path: Path) -> None:
    """The changes count; what the stamp says otherwise, and inputs whose facts have changed, are told."""
    folder = tmp_path / "solar"
    shutil.copytree(GOLDEN / "solar", folder)
    rules = folder / "rules" / "demand.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\n# looked at again\n", encoding="utf-8")
    back = Workspace.open(folder).read_workbook(CHANGED)

    assert ["BW567"] == [w.code for w in back.warnings]
    assert "inputs" in back.warnings[0].message
    assert "bullwhip" not in back.warnings[0].message
    assert back.values == workspace("solar").read_workbook(CHANGED).values


def _archive(parts: dict[str, bytes]) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(exported("solar"))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet2.xml"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no archive": (lambda: b"a,b\n1,2\n", "BW561"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "BW561"),
    "nothing": (lambda: b"", "BW561"),
    "an archive cut short": (lambda: exported("solar")[:-900], "BW561"),
    "a damaged part": (lambda: exported("solar")[:3_000] + b"\0" * 500 + exported("solar")[3_500:], "BW561"),
    "an archive of something else": (lambda: _zipped({"a.txt": b"x"}), "BW561"),
    "macros": (lambda: _archive({"xl/vbaProject.bin": b"\0"}), "BW561"),
    "another file linked": (lambda: _archive({"xl/externalLinks/externalLink1.xml": b"<x/>"}), "BW561"),
    "a document type": (lambda: _archive({SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "BW561"),
    "text that is no XML": (lambda: _archive({SHEET: b"<worksheet><sheetData>"}), "BW561"),
    "a bomb": (lambda: _archive({"xl/media/zeros.xml": b"\0" * 60_000_000}), "BW107"),
    "a thousand parts": (lambda: _archive({f"xl/p{k}.xml": b"" for k in range(1_001)}), "BW107"),
}  # fmt: skip


def _zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_is_no_plain_workbook_is_refused(case: str, tmp_path: Path) -> None:
    """Whatever the file is, there is one problem with a code, and no exception of a library."""
    make, code = HOSTILE[case]

    assert [code] == [f[:5] for f in refused(make(), tmp_path)]


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """A folder, a pipe that nobody writes to, a device and a missing file are told at once."""
    pipe = tmp_path / "pipe.xlsx"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe, Path("/dev/zero"), tmp_path / "none.xlsx"):
        with pytest.raises(BullwhipError, match="BW101"):
            workspace("solar").read_workbook(path, "x")


def test_a_large_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More bytes than the limit are not read."""
    monkeypatch.setattr(workbook_file, "MAX_BYTES", 1_000)

    assert ["BW107"] == [f[:5] for f in refused(exported("solar"), tmp_path)]


def test_rows_beyond_the_limit_are_refused_and_not_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change further down than is read would be lost without a word."""
    monkeypatch.setattr(workbook_file, "MAX_ROWS", 8)

    assert ["BW107"] == [f[:5] for f in refused(exported("solar"), tmp_path)]


def test_a_row_of_very_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty cells of four bytes are objects of hundreds when they are read: a small file would fill the memory."""
    monkeypatch.setattr(workbook_file, "MAX_TAGS", 20_000)
    sheet = zipfile.ZipFile(io.BytesIO(exported("solar"))).read(SHEET)
    wide = sheet.replace(b"<sheetData>", b'<sheetData><row r="1">' + b"<c/>" * 20_000 + b"</row>")

    assert () == workspace("solar").read_workbook(saved(exported("solar"), tmp_path / "m.xlsx")).settings
    assert ["BW107"] == [f[:5] for f in refused(_archive({SHEET: wide}), tmp_path)]


def test_labels_of_a_workbook_cannot_leave_their_place(tmp_path: Path) -> None:
    """A file name with quotes and braces is text in the scenario that is written."""
    path = tmp_path / 'a"}: {b.xlsx'
    back = workspace("solar").read_workbook(saved(CHANGED.read_bytes(), path), "mine")
    import yaml

    read = yaml.safe_load(scenario_text(back))["scenario"]
    assert read["note"].startswith('Read back from a"}: {b.xlsx')
    assert {"label", "note", "set", "variants"} == set(read)


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON on request; nothing changed is exit code 1; files that are no scenarios are never replaced."""
    start = ["--workspace", str(GOLDEN / "solar"), "import"]
    same, out = saved(exported("solar"), tmp_path / "same.xlsx"), tmp_path / "out.yaml"

    assert 0 == cli.run([*start, str(CHANGED), "--json"])
    read = json.loads(capsys.readouterr().out)
    assert ["drivers!F", "drivers!F"] == [s["at"][:9] for s in read["set"]]
    assert {"polysilicon.demand": "as_published"} == read["variants"]
    assert 1 == cli.run([*start, str(same), "-o", str(out)])
    assert "nothing was changed" in capsys.readouterr().err
    assert not out.exists()
    assert 0 == cli.run([*start, str(CHANGED), "-o", str(out)])
    assert "wrote" in capsys.readouterr().err
    assert 2 == cli.run([*start, str(CHANGED), "-o", str(out)])
    assert 0 == cli.run([*start, str(CHANGED), "-o", str(out), "--force"])
    rules = saved(b"rules: {}\n", tmp_path / "rules.yaml")
    assert 2 == cli.run([*start, str(CHANGED), "-o", str(rules), "--force"])
    assert b"rules: {}\n" == rules.read_bytes()
    assert 2 == cli.run([*start, str(CHANGED), "--id", "Not an id"])


def test_the_workbook_in_the_docs_is_current() -> None:
    """The changed workbook that pages read back is one of this version; tests/update_workbook.py renews it."""
    assert () == workspace("solar").read_workbook(CHANGED).warnings
