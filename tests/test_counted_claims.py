"""Claims of counted things: the graph says what they count, and sets them beside the year before."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bullwhip import Workspace

_VACCINES = Path(__file__).parent / "golden" / "vaccines"


@cache
def _workspace(folder: Path | None) -> Workspace:
    return Workspace.open(folder) if folder else Workspace.open()


@pytest.mark.parametrize(
    ("folder", "about", "amounts"),
    [
        (_VACCINES, "clinic.births[period=2023]", ["8000000 child", "8100000 child"]),
        (_VACCINES, "clinic.coverage[antigen=hexavalent]", ["0.6 dimensionless", "0.65 dimensionless"]),
        (_VACCINES, "product/hexaguard_1 shelf_life", ["24 calendar_month", "36 calendar_month"]),
        (None, "model.parameters[family=multimodal,period=2023]", ["1000000000000 param/model"]),
    ],
)
def test_an_amount_says_what_it_counts(folder: Path | None, about: str, amounts: list[str]) -> None:
    """Children are children and a ratio is a ratio; counted things beside another dimension are left out."""
    rows = [row for row in _workspace(folder).query("provenance/conflicting_claims").rows if row[0] == about]

    assert amounts == list(dict.fromkeys(str(row[1]) for row in rows))[: len(amounts)]


def test_counted_things_stand_beside_the_year_before() -> None:
    """Births of four years are three pairs; their growth, a ratio, is none."""
    rows = _workspace(_VACCINES).query("facts/series", {"entity": "tier/clinic"}).rows
    said = [(row[1], row[2], row[3], row[5]) for row in rows]

    assert [
        ("births", 2024, "7.84", "8.00"), ("births", 2025, "7.68", "7.84"), ("births", 2026, "7.76", "7.68"),
    ] == [(m, int(str(y)), now, before) for m, y, now, before in said]  # fmt: skip
