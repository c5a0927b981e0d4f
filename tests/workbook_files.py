"""Workbooks for tests: opened, edited, and recalculated by LibreOffice from wrong values."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.export.workbook.book import Sheet
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram, Scenario
from bullwhip.propagate.directional import responses
from random_programs import Small

__all__ = [
    "cells",
    "edited",
    "elasticities",
    "moved",
    "opened",
    "random_program",
    "recalculated",
    "typed_over",
    "values",
    "wrong_values",
]

SOFFICE = shutil.which("soffice")
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""A profile that calculates every formula when a workbook is opened; otherwise the values in the file are shown."""


@contextmanager
def wrong_values() -> Iterator[None]:
    """Write -1 as the value of every formula, so that only calculating gives another one."""
    written = Sheet.formula

    def wrong(
        self: Sheet, row: int, column: int, formula: str, value: float | str, style: str = "result", form: str = ""
    ) -> None:
        del value
        written(self, row, column, formula, -1.0, style, form)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sheet, "formula", wrong)
        yield


def opened(data: bytes | Path, *, values: bool = False) -> Any:
    """Return a workbook as openpyxl reads it: formulas, or the values in the file."""
    return openpyxl.load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data, data_only=values)


def edited(
    data: bytes, changes: Mapping[str, Any], variants: Mapping[str, str] | None = None, driver: str = ""
) -> bytes:
    """Return a workbook in which values of drivers, variants and the chosen driver were typed over."""
    book = opened(data)
    rows = {row[0].value: row for row in book["drivers"].iter_rows(min_row=5)}
    for name, value in changes.items():
        rows[name][5].value = value
    for row in book["variants"].iter_rows(min_row=5) if variants else ():
        row[3].value = (variants or {}).get(row[0].value, row[3].value)
    if driver:
        book["elasticity"]["A3"].value = driver
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def recalculated(folder: Path, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return workbooks with the values that LibreOffice computes; one run for all.

    The test is skipped where there is no LibreOffice.
    """
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    profile, source, target = (folder / name for name in ("profile", "in", "out"))
    for one in (profile / "user", source, target):
        one.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS)
    for name, data in files.items():
        (source / f"{name}.xlsx").write_bytes(data)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "xlsx"]
    paths = [str(source / f"{name}.xlsx") for name in files]
    done = subprocess.run(
        [*command, "--outdir", str(target), *paths], capture_output=True, text=True, timeout=240, check=False,
        env=environment | {"HOME": str(folder)},
    )  # fmt: skip
    found = {name: target / f"{name}.xlsx" for name in files}

    assert all(path.is_file() for path in found.values()), done.stderr[-2000:]
    return {name: openpyxl.load_workbook(path, data_only=True, read_only=True) for name, path in found.items()}


def cells(book: Any, sheet: str) -> dict[str, Any]:
    """Return what the grid of a sheet shows, by name of the cell: quantity, members and period."""
    rows = [[c.value for c in row] for row in book[sheet].iter_rows(min_row=5)]
    periods = {k: str(text).strip() for k, text in enumerate(rows[0]) if k >= 10 and text is not None}
    found = {}
    for row in rows[1:]:
        members = str(row[1] or "").replace(", ", ",")
        for k, value in enumerate(row[9:], 9):
            if value is not None:
                inside = ",".join(p for p in (members, f"period={periods[k]}" if k in periods else "") if p)
                found[f"{row[0]}[{inside}]" if inside else str(row[0])] = value
    return found


def values(workspace: Workspace) -> dict[str, Fraction | None]:
    """Return the value of every cell as the engine computes it; None where it has none, for whatever reason."""
    found: dict[str, Fraction | None] = {}
    for position, cell in enumerate(workspace.program.cells):
        found[cell.name] = None
        with suppress(PropagationError):
            found[cell.name] = workspace.evaluation.value(position)
    return found


def elasticities(workspace: Workspace, moved: list[int]) -> dict[str, Fraction | None]:
    """Return the elasticity of every cell to a proportional move of some."""
    cells = workspace.program.cells
    speeds = dict.fromkeys(moved)
    try:
        answers = responses(workspace.evaluation, range(len(cells)), speeds, proportional=True)
        return {cell.name: answers[position].elasticity for position, cell in enumerate(cells)}
    except PropagationError:  # some have no value: each by itself
        pass
    found: dict[str, Fraction | None] = {}
    for position, cell in enumerate(cells):
        found[cell.name] = None
        with suppress(PropagationError):
            answer = responses(workspace.evaluation, (position,), speeds, proportional=True)
            found[cell.name] = answer[position].elasticity
    return found


def moved(workspace: Workspace, driver: str) -> list[int]:
    """Return the positions of the input cells of a driver."""
    cells = workspace.program.cells
    return [p for p, c in enumerate(cells) if c.quantity == driver and c.definition < 0]


def typed_over(workspace: Workspace, changes: Mapping[str, Any], variants: Mapping[str, str]) -> Workspace:
    """Return a workspace as `--set` and a scenario with variants would give it."""
    scenario = Scenario("typed", Label(), (), tuple(variants.items()))
    program = replace(workspace.program, scenarios={**workspace.program.scenarios, "typed": scenario})
    texts = [f"{name}={format(Decimal(repr(value)), 'f')}" for name, value in changes.items()]
    return Workspace(program, workspace.files, "typed", texts)


_OPERATIONS = ("+", "+", "*", "*", "/", "^", "min", "max", "abs", "floor", "ceil", "exp", "log", "<", "<=", "sign")
_EXPONENTS = tuple(map(Fraction, ("2", "-1", "1/2", "-3", "1/3", "3/2", "2/3")))


def random_program(seed: int, models: int) -> CompiledProgram:
    """Return many small models of every operation, with ties, unknowns and divisions by zero; all read `q.n1`."""
    generator, small = random.Random(seed), Small()  # noqa: S311  not for secrets
    common = small.input(Fraction(3, 2))
    for _ in range(models):
        drawn = [Fraction(generator.randint(-6, 12), generator.choice((1, 1, 2, 3, 7, 10))) for _ in range(4)]
        pool = [
            common,
            *(small.input(generator.choice([*drawn, None, Fraction(0)])) for _ in range(generator.randint(2, 4))),
        ]
        for _ in range(generator.randint(3, 12)):
            node = _node(generator, small, pool)
            pool.append(small.cell(node) if generator.random() < 0.7 else node)
        small.cell(pool[-1])
    return small.program()


def _node(generator: random.Random, small: Small, pool: list[int]) -> int:
    def one() -> int:
        if generator.random() < 0.2:
            return small.dag.num(Fraction(generator.randint(-3, 9), generator.choice((1, 2, 3, 10))))
        return generator.choice(pool)

    operation = generator.choice(_OPERATIONS)
    of: Callable[..., int] = small.dag.node
    if operation == "^":
        return of("^", generator.choice(pool), generator.choice(_EXPONENTS))
    if operation in ("abs", "floor", "ceil", "exp", "log", "sign"):
        return of(operation, generator.choice(pool))
    count = 4 if operation in ("<", "<=") else 2 if operation == "/" else generator.randint(2, 3)
    return of(operation, *(one() for _ in range(count)))
