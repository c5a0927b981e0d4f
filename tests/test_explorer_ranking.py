"""The ranking of the page: rows that hold the money of others, and totals of companies, as the engine answers them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import bullwhip
from bullwhip import Workspace
from bullwhip.model.answer import ExposureRow
from bullwhip.model.exposure import Total
from bullwhip.workspace.modelling import model_json

ROOT = Path(__file__).parent
FOLDER = Path(bullwhip.__file__).parent / "explorer"
CASES = {
    "": ("model.parameters", "accelerator.price", "server.china_share"),
    "golden/solar": ("module.price", "plant.installed"),
}


def _near(value: object) -> object:
    """Return a number as it is compared: the page has doubles."""
    return pytest.approx(float(value), rel=1e-9) if isinstance(value, Fraction) else value


def _row(row: ExposureRow) -> dict[str, Any]:
    return {
        "rank": row.rank, "company": row.company, "tier": row.tier, "elasticity": _near(row.elasticity),
        "value_per_percent": _near(row.value), "value_low": _near(row.value_range[0] if row.value is None else None),
        "value_high": _near(row.value_range[1] if row.value is None else None),
        "counted_in": " ".join(c.quantity for c in row.counted_in),
        "counted_as": " ".join(c.reason for c in row.counted_in),
    }  # fmt: skip


def _total(total: Total) -> dict[str, Any]:
    pairs = {"value": total.value, "known": total.known, "at_most": total.at_most, "weight_effect": total.weight_effect}
    ends = {f"{name}_{end}": _near(pair[k]) for name, pair in pairs.items() for k, end in enumerate(("low", "high"))}
    names = ("parts", "left_out", "unknown", "bounded", "approximate")
    return ends | {name: " ".join(getattr(total, name)) for name in names} | {
        "rank": total.rank, "company": total.company, "driver": total.driver, "currency": total.currency,
        "at_least": str(total.at_least).lower(), "elasticity": _near(total.elasticity), "path_length": total.reach,
    }  # fmt: skip


def _files(workspace: Workspace, drivers: Sequence[str], folder: Path) -> list[dict[str, Any]]:
    """Return what the page offers as files for some drivers."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here: the totals are read in the browser tests")
    model = folder / "model.json"
    model.write_bytes(model_json(workspace))
    command = [node, str(ROOT / "ranking_files.mjs"), str(FOLDER), str(model), *drivers]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (0, "") == (done.returncode, done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("folder", CASES)
def test_files_of_the_ranking_hold_the_rows_and_totals_of_the_engine(folder: str, tmp_path: Path) -> None:
    """Every row says whose money it is part of, and why; every total what it holds, leaves out and does not know."""
    workspace = Workspace.open(ROOT / folder) if folder else Workspace.open()
    for driver, found in zip(CASES[folder], _files(workspace, CASES[folder], tmp_path), strict=True):
        answer = workspace.exposure(driver, by="elasticity")
        expected = [_row(row) for row in answer.rows]
        assert expected == [{key: row[key] for key in expected[0]} for row in found["rows"]]
        sums = [_total(total) for total in answer.totals]
        assert sums == [{key: total[key] for key in sums[0]} for total in found["totals"]]
        assert [bool(row.counted_in) for row in answer.rows] == [bool(said) for said in found["said"]]


def test_a_mark_says_which_money_and_why(tmp_path: Path) -> None:
    """The reason stands in words: bought for a quantity, or a part of it, by its name."""
    (found,) = _files(Workspace.open(), ["model.parameters"], tmp_path)
    said = {(row["tier"], text) for row, text in zip(found["rows"], found["said"], strict=True) if text}

    assert said == {
        ("ai_chip", "bought for AI-server market of China, world AI-server market"),
        ("ai_server", "part of world AI-server market"),
        ("hbm", "bought for value of the accelerators required, AI-server market of China, world AI-server market"),
        ("hbm", "bought for value of the accelerators required for inference"),
    }
