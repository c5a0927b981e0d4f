"""The workbook calculates: LibreOffice gets the engine's numbers from formulas whose written values are wrong."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.errors import LoadError
from documents import ROOT
from workbook_files import (
    cells,
    edited,
    elasticities,
    moved,
    random_program,
    recalculated,
    typed_over,
    values,
    wrong_values,
)

NAMES = ("shipped", "random", "solar", "vaccines", "batteries", "wind")
CHANGES = {"clinic.coverage[antigen=measles]": 0.75, "fill.capacity[period=2025]": 2.5e8, "cold.days": 11}
"""What is typed over in the workbook of vaccines; in the other one an input is deleted."""
EMPTIED = "vial.doses[vial=single]"
CHOSEN = "fill.yield"


@cache
def workspace(name: str) -> Workspace:
    """Return the shipped workspace, a golden one, or random models."""
    if name == "random":
        return Workspace(random_program(20261126, 150), {})
    return Workspace.open(None if name == "shipped" else ROOT / "tests" / "golden" / name)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that LibreOffice works in; what it saves is in `out`."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture(scope="module")
def calculated(office: Path) -> dict[str, Any]:
    """Return all workbooks, calculated from wrong values in one run."""
    with wrong_values():
        files = {name: workspace(name).export("xlsx") for name in NAMES}
    files["edited"] = edited(files["vaccines"], CHANGES, {"fill.filled": "no_limit"}, CHOSEN)
    files["emptied"] = edited(files["vaccines"], {EMPTIED: None})
    return recalculated(office, files)


def differences(shown: dict[str, Any], known: dict[str, Fraction | None]) -> list[str]:
    """Return the cells that do not show what is known, to nine digits; what is unknown has to show an error."""
    found = []
    for name, value in known.items():
        told = shown.get(name)
        if value is None:
            right = isinstance(told, str) and told.startswith("#")
        else:
            exact = float(value)
            right = isinstance(told, int | float) and abs(told - exact) <= 1e-9 * abs(exact) + 1e-14
        if not right:
            found.append(f"{name}: {told}, not {None if value is None else float(value)}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_recalculates_to_the_value_of_the_engine(name: str, calculated: dict[str, Any]) -> None:
    """Each cell of the program has a formula that gives its value, and an error where it has none."""
    known = values(workspace(name))
    shown = cells(calculated[name], "results")

    assert known.keys() == shown.keys()
    assert [] == differences(shown, known)


@pytest.mark.parametrize("name", NAMES)
def test_elasticities_recalculate_to_those_of_the_engine(name: str, calculated: dict[str, Any]) -> None:
    """For the driver that is chosen each cell has the engine's elasticity, where the engine has one."""
    driver = calculated[name]["elasticity"]["A3"].value
    known = elasticities(workspace(name), moved(workspace(name), driver))

    assert {name: e for name, e in known.items() if e is not None}
    assert [] == differences(
        cells(calculated[name], "elasticity"), {name: e for name, e in known.items() if e is not None}
    )


def test_what_is_typed_over_moves_what_rests_on_it(calculated: dict[str, Any]) -> None:
    """Changed values and a chosen variant give what the engine gives for them, elasticities to another driver too."""
    ws = typed_over(workspace("vaccines"), CHANGES, {"fill.filled": "no_limit"})
    known = values(ws)

    assert known != values(workspace("vaccines"))
    assert [] == differences(cells(calculated["edited"], "results"), known)
    slopes = elasticities(ws, moved(ws, CHOSEN))
    assert [] == differences(
        cells(calculated["edited"], "elasticity"), {n: e for n, e in slopes.items() if e is not None}
    )


def test_what_another_program_saved_is_read_back(calculated: dict[str, Any], office: Path) -> None:
    """LibreOffice writes cells in its own way; the changes, and nothing else, come back from its file."""
    assert calculated
    back = workspace("vaccines").read_workbook(office / "out" / "edited.xlsx")

    assert {n: Fraction(str(v)) for n, v in CHANGES.items()} == {s.cell: s.value for s in back.settings}
    assert (("fill.filled", "no_limit"),) == back.variants
    with pytest.raises(LoadError, match=r"BW566 'vial\.doses\[vial=single\]' was emptied"):
        workspace("vaccines").read_workbook(office / "out" / "emptied.xlsx")


def test_an_input_that_is_deleted_is_unknown_and_never_zero(calculated: dict[str, Any]) -> None:
    """What rests on it shows #N/A, everything else its value."""
    ws = workspace("vaccines")
    position = ws.cells(EMPTIED)[0]
    resting = {c.name for p, c in enumerate(ws.program.cells) if position in ws.evaluation.inputs(p)} | {EMPTIED}
    shown = cells(calculated["emptied"], "results")

    assert len(resting) > 20
    assert {"#N/A"} == {shown[name] for name in resting}
    assert [] == differences(shown, {n: v for n, v in values(ws).items() if n not in resting})


@pytest.mark.parametrize("name", ["shipped", "solar", "vaccines"])
def test_companies_are_ranked_as_the_engine_ranks_them(name: str, calculated: dict[str, Any]) -> None:
    """Order, elasticity, share and money of every row are those of `exposure`; no row is too much."""
    book = calculated[name]
    answer = workspace(name).exposure(book["elasticity"]["A3"].value)
    rows = [[c.value for c in row[:13]] for row in book["exposure"].iter_rows(min_row=6)]
    shown = [row for row in rows if row[1] not in (None, "")]

    assert [r.company for r in answer.rows] == [row[1] for row in shown]
    assert [[r.tier, r.elasticity, r.market, r.share, r.value] for r in answer.rows] == [
        [row[5], *(_near(v, e) for v, e in zip((row[7], row[8], row[10], row[12]), wanted, strict=True))]
        for row, wanted in zip(shown, [(r.elasticity, r.market, r.share, r.value) for r in answer.rows], strict=True)
    ]


def _near(shown: Any, exact: Fraction | None) -> Any:
    """Return the exact number where the shown one is it to nine digits."""
    if isinstance(shown, int | float) and exact is not None and abs(shown - float(exact)) <= 1e-9 * abs(float(exact)):
        return exact
    return None if shown in (None, "") else shown


def test_another_driver_ranks_other_companies(calculated: dict[str, Any]) -> None:
    """The ranking follows the driver that is chosen in the workbook."""
    ws = typed_over(workspace("vaccines"), CHANGES, {"fill.filled": "no_limit"})
    rows = [[c.value for c in row[:2]] for row in calculated["edited"]["exposure"].iter_rows(min_row=6)]

    assert [r.company for r in ws.exposure(CHOSEN).rows] == [row[1] for row in rows if row[1] not in (None, "")]


@pytest.mark.parametrize("name", NAMES)
def test_live_sensitivities_are_those_written_by_the_engine(name: str, calculated: dict[str, Any]) -> None:
    """Where a line is of the chosen driver, its live figures are the engine's figures beside them."""
    rows = [[c.value for c in row] for row in calculated[name]["sensitivities"].iter_rows(min_row=6)]
    live = [r for r in rows if isinstance(r[10], int | float)]

    assert [] == [r for r in live if abs(r[10]) > 1e-9 * max(1, abs(r[5]))]
    assert [] == [
        r for r in live
        if isinstance(r[9], int | float) and r[6] is not None and abs(r[9] - r[6]) > 1e-9 * abs(r[6])
    ]  # fmt: skip
    if name != "random":
        assert live
