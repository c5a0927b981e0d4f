"""The example workspace of docs/workspace.md: another industry, answers worked by hand, errors planted and found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from bullwhip import Workspace, cli
from documents import ROOT

SOLAR = ROOT / "tests" / "golden" / "solar"
PAGE = ROOT / "docs" / "workspace.md"


@pytest.fixture(scope="module")
def solar() -> Workspace:
    """Return the example workspace."""
    return Workspace.open(str(SOLAR))


def test_the_workspace_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`check` finds nothing: what is planted is wrong in the print, not in the files."""
    assert 0 == cli.run(["--workspace", str(SOLAR), "check"])
    assert "43 claims of 2 documents, 6 companies" in capsys.readouterr().out


def test_the_planted_figures_are_contradicted_and_no_other(solar: Workspace) -> None:
    """Growth is 6084/5244 - 1; the price 0.60 for 0.90 shows in three figures; polysilicon is 564 GW * 2.0 g/W."""
    wrong = {(r.claim.row, r.claim.column): r.recomputed for r in solar.audit() if r.verdict == "contradicted"}

    assert wrong == {
        ("market growth", "2023"): Fraction(6084, 5244) * 100 - 100,
        ("price change", "2024E"): Fraction(60, 130) * 100 - 100,
        ("price change", "2025E"): Fraction(80, 60) * 100 - 100,
        ("module market", "2024E"): 564 * Fraction("0.60") * 10,
        ("silicon demand", "2024E"): 564 * Fraction("2.0") / 10,
        ("silicon demand", "2025E"): 648 * Fraction("2.0") / 10,
    }


def test_a_wrong_input_cell_is_named(solar: Workspace) -> None:
    """The price of 2024E is derived by nothing; all three figures computed from it name it as the suspect."""
    rows = [
        r for r in solar.audit() if r.verdict == "contradicted" and r.claim.row in ("price change", "module market")
    ]

    assert [1, 1, 1] == [len(re.findall(r"suspect: 0\.60 \(module price[^)]*\)", r.explanation)) for r in rows]


def test_swapped_digits_are_named(solar: Workspace) -> None:
    """61.0 is 16.0 with its digits swapped, and the rows that are computed with the figure's inputs are sound."""
    (row,) = [r for r in solar.audit() if r.claim.row == "market growth" and r.claim.column == "2023"]

    assert "digits 16 printed as 61" in row.explanation
    assert "reproduced" == next(
        r.verdict for r in solar.audit() if r.claim.row == "market growth" and r.claim.column == "2024E"
    )


def test_conflicts_cross_documents_words_and_calendars(solar: Workspace) -> None:
    """9,100 百万元 in a fiscal quarter is 91 亿元, not the 95 of the calendar quarter; form factors are kept apart."""
    found = {c.about: [x.lexical for x in c.claims] for c in solar.conflicts() if c.kind == "value"}
    wholes = [sorted(x.lexical for x in c.claims) for c in solar.conflicts() if c.kind == "whole"]

    assert found == {
        "company/beichen revenue 2023-04-01/2023-06-30": ["95", "9100"],
        "company/dawn shipments 2023-01-01/2023-12-31": ["75", "78.5"],
        "plant.installed[period=2024]": ["500", "470"],
        "product/sunrise_182 efficiency": ["22.8", "22.5"],
    }
    assert [["55", "60"]] == wholes


def test_exposure_is_share_times_market(solar: Workspace) -> None:
    """500 GW * 1.2 * 0.60 CNY/W are 360 billion CNY; one percent of 16.8 % of it is 604.8 million."""
    rows = solar.exposure("plant.installed").rows

    assert [(r.company, r.value) for r in rows] == [
        ("dawn", Fraction(604_800_000)),
        ("haidai", Fraction(500_400_000)),
        ("beichen_solar", None),
        ("silica", None),
    ]
    assert {Fraction(1)} == {r.elasticity for r in rows}


def test_what_was_known_earlier() -> None:
    """Before the second document 470 GW were expected: 470 * 1.2 * 0.60 * 16.8 % * 1 % is 568.512 million."""
    early = Workspace.open(str(SOLAR), as_of="2024-06-30").exposure("plant.installed").rows[0]

    assert ("dawn", Fraction(568_512_000)) == (early.company, early.value)


def test_the_method_of_the_document_is_a_scenario(solar: Workspace) -> None:
    """500 GW * 1.2 * 2.0 g/W are 1.2 million tonnes; the document multiplies by 1.2 twice."""
    published = Workspace.open(str(SOLAR), scenario="as_published")
    cell = "polysilicon.demand[route=topcon]"

    assert Fraction(1_200_000) == solar.demand(cell, period=2024).value
    assert Fraction(1_440_000) == published.demand(cell, period=2024).value


def test_a_unit_has_the_fiscal_year_of_its_parent(capsys: pytest.CaptureFixture[str]) -> None:
    """The first quarter of fiscal 2024 of Beichen Solar begins when that of Beichen Energy does."""
    code = cli.run(["--workspace", str(SOLAR), "read", "period", "FY24Q1", "--company", "beichen_solar"])

    assert (0, True) == (code, "2023-04-01" in capsys.readouterr().out)


def _columns(folder: Path) -> Iterator[str]:
    for table in folder.rglob("*.tsv"):
        yield from table.read_text(encoding="utf-8").partition("\n")[0].split("\t")


_NAMED = {"units", "members", "drivers", "rules", "derivations", "reads", "tables", "by_row", "by_column", "by_part",
          "segments", "dimensions", "inference", "relations"}  # fmt: skip
"""Sections whose keys are names of the workspace and not of the format."""
_FREE = {"index", "inputs", "rows", "columns", "variants", "set", "each", "entities", "concepts", "where", "periods",
         "label", "title", "publisher"}  # fmt: skip
"""Sections that hold nothing but names and texts of the workspace."""


def _keys(node: Any, section: str = "") -> Iterator[str]:
    """Yield the keys of the format in a document or rule file."""
    if isinstance(node, list):
        for item in node:
            yield from _keys(item)
    elif isinstance(node, dict):
        for key, inner in node.items():
            if section not in _NAMED:
                yield str(key)
            if key not in _FREE or section in _NAMED:
                yield from _keys(inner, "" if section in _NAMED else str(key))


@pytest.mark.parametrize("root", [ROOT, SOLAR], ids=["shipped", "example"])
def test_every_column_and_key_in_use_is_documented(root: Path) -> None:
    """What stands in the files of a workspace stands in docs/workspace.md."""
    page = re.sub(r"^```.*?^```$", "", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    files = [*(root / "rules").rglob("*.yaml"), *(root / "ontology").rglob("document.yaml")]
    words = {key for file in files for key in _keys(yaml.safe_load(file.read_text(encoding="utf-8")))}
    shown = set(re.findall(r"[a-z][a-z_]*", " ".join(re.findall(r"`[^`]+`", page))))

    assert set() == (words | set(_columns(root / "ontology"))) - shown
