"""Totals in the page are those of the engine, whatever holds the money of what."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

import bullwhip
from bullwhip import Workspace
from bullwhip.model.answer import ExposureRow
from bullwhip.model.exposure import Total
from bullwhip.query.totals import Counting, counted, totals

TOTALS = Path(bullwhip.__file__).parent / "explorer" / "totals.js"


@dataclass(frozen=True)
class Held:
    """Which quantities hold the money of which, by chance."""

    pairs: frozenset[tuple[str, str]]

    def reason(self, one: str, other: str) -> str:
        """Return `bought` where the other holds the one."""
        return "bought" * ((one, other) in self.pairs)


def rows_of(generator: random.Random, sample: ExposureRow) -> tuple[list[ExposureRow], Counting]:
    """Return rows of one company with amounts, ranges, bounds and unknowns, and what holds what of them."""
    count = generator.randint(1, 9)
    names = [f"q{k}" for k in range(count)]
    some = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :] if generator.random() < 0.35]
    rows = []
    for k, name in enumerate(names):
        amount = Fraction(generator.randint(-40, 90), generator.choice((1, 2, 4)))
        kind = generator.choice(("value", "value", "value", "range", "bound", "unknown", "volume"))
        ends = {"range": (amount, amount + 5), "bound": (amount, None)}.get(kind, (None, None))
        rows.append(
            replace(
                sample, company="c", driver="driver", quantity=name, tier=f"t{k % 4}", index=(), position=k,
                elasticity=generator.choice((Fraction(1), Fraction(-2), None)), scale=Fraction(1), weight=None,
                value=amount if kind == "value" else None, value_range=ends, currency="" if kind == "volume" else "USD",
                share_bound="~" if generator.random() < 0.2 else "",
            )
        )  # fmt: skip
    held = cast(Counting, Held(frozenset(some)))
    return counted(rows, held), held


def as_page(row: ExposureRow, names: list[str]) -> dict[str, Any]:
    """Return a row as the page has it; quantities are numbered by name."""
    low, high = (None if end is None else float(end) for end in row.value_range)
    return {
        "company": row.company, "driver": 0, "quantity": names.index(row.quantity), "tier": row.tier,
        "cell": row.position, "elasticity": None if row.elasticity is None else float(row.elasticity), "scale": 1,
        "value": None if row.value is None else float(row.value), "valueLow": low, "valueHigh": high,
        "currency": row.currency, "bound": row.share_bound, "path": [*row.path], "weight": None,
        "countedIn": [[names.index(c.quantity), c.reason] for c in row.counted_in],
    }  # fmt: skip


def as_page_total(total: Total) -> dict[str, Any]:
    """Return a total as the page has it; rows are numbered."""

    def numbers(names: tuple[str, ...]) -> list[int]:
        return [int(name[1:]) for name in names]

    return {
        "currency": total.currency, "parts": numbers(total.parts), "leftOut": numbers(total.left_out),
        "unknown": numbers(total.unknown), "bounded": numbers(total.bounded),
        "approximate": numbers(total.approximate), "atLeast": total.at_least,
        "known": [None if end is None else float(end) for end in total.known],
        "value": [None if end is None else float(end) for end in total.value],
    }  # fmt: skip


def test_totals_of_random_rows(tmp_path: Path) -> None:
    """The greatest sum of rows that hold no money of each other, what is left out, unknown, bounded: all the same."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here: totals of the shipped workspace are compared in the browser tests")
    generator = random.Random(5)  # noqa: S311  not for secrets
    sample = replace(Workspace.open().exposure("model.parameters", top=1).rows[0], path=())
    cases, expected = [], []
    for _ in range(400):
        rows, held = rows_of(generator, sample)
        names = [r.quantity for r in rows]
        cases.append([as_page(r, names) for r in rows])
        expected.append([as_page_total(t) for t in totals(rows, "value", held)])
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")

    script = Path(__file__).parent / "totals_compare.mjs"
    done = subprocess.run([node, str(script), str(file), str(TOTALS)], capture_output=True, text=True, check=True)

    found = [[{k: t[k] for k in want} for t, want in zip(ts, w, strict=True)]
             for ts, w in zip(json.loads(done.stdout), expected, strict=True)]  # fmt: skip
    assert found == expected
    assert sum(bool(t["leftOut"]) for some in expected for t in some) > 50
