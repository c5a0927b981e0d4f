"""The explorer computes in the page what the engine computes: values, answers to moves, exposures, in order."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bullwhip
from bullwhip import Workspace
from bullwhip.export.escape import clean_text
from bullwhip.query.exposure import sizing_cells
from bullwhip.workspace.modelling import explorer_model, model_json
from bullwhip.workspace.slider_ranges import slider_range
from hostile_texts import LABELS
from model_points import model_cases, moved_inputs
from model_programs import program_case, tie_case
from test_hostile_texts import labelled

ROOT = Path(__file__).parent
MODEL = Path(bullwhip.__file__).parent / "explorer" / "model.js"
GOLDEN = {"solar": 80, "vaccines": 16, "batteries": 5, "wind": 80}
"""How many random points are tried exactly, by workspace; 1,000 on every one of them gave no difference."""


def compared(cases: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Return what the page's evaluator finds of cases; skipped where there is no Node to run it."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node here: the browser tests compare fewer points")
    file = folder / "cases.json"
    file.write_text(json.dumps(cases), encoding="utf-8")
    done = subprocess.run(
        [node, str(ROOT / "model_compare.mjs"), str(file), str(MODEL)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """The shipped workspace."""
    return Workspace.open()


@pytest.fixture(scope="module")
def data(shipped: Workspace) -> dict[str, Any]:
    """Its model."""
    return explorer_model(shipped)


def test_the_shipped_chain_comes_out_as_in_the_engine(shipped: Workspace, tmp_path: Path) -> None:
    """Every cell at random points, every answer of every tier to every driver, every exposure: within 1e-12."""
    cases = model_cases(shipped, 8, seed=1)

    (found,) = compared([cases], tmp_path)

    assert found["wrong"] == []
    assert found["worst"] <= 1e-12
    assert (len(cases["points"]), len(cases["moves"]) > 1500, len(cases["exposures"]) > 80) == (8, True, True)


def test_golden_chains_come_out_as_in_the_engine(tmp_path: Path) -> None:
    """So do the chains of other industries, with their kinks and unknowns."""
    cases = [model_cases(Workspace.open(ROOT / "golden" / name), n, seed=2) for name, n in GOLDEN.items()]

    found = compared(cases, tmp_path)

    assert [f["wrong"] for f in found] == [[]] * len(GOLDEN)
    assert max(f["worst"] for f in found) <= 1e-12


def test_a_thousand_points_of_every_target(shipped: Workspace, data: dict[str, Any], tmp_path: Path) -> None:
    """What sizes a tier, at 1,000 random points of all inputs, is what the kernel of the engine gives."""
    program = shipped.program
    generator = random.Random(3)  # noqa: S311  not for secrets
    sizing = sizing_cells(program, program.header.default_period, {})
    targets = [p for p in sizing if shipped.evaluation.value(p) is not None]
    changes = [moved_inputs(shipped, generator) for _ in range(1000)]
    inputs = [p for p, _ in changes[0]]
    run = shipped.kernel(
        [program.cells[p].name for p in targets], [program.cells[p].name for p in inputs], backend="numpy"
    )
    expected = run(np.array([[float(text) for _, text in row] for row in changes]).T, allow_invalid=True).T
    points = [
        {"changes": row, "variants": {}, "cells": targets, "expected": [None if v != v else v for v in values]}
        for row, values in zip(changes, expected.tolist(), strict=True)
    ]

    (found,) = compared([{"data": data, "points": points, "moves": [], "exposures": []}], tmp_path)

    assert found["wrong"] == []
    assert found["values"] == 1000 * len(targets)


def test_every_operation_comes_out_as_in_the_engine(tmp_path: Path) -> None:
    """Random programs of every operation: ties, jumps, roots, unknown inputs and divisions by zero included."""
    cases = [program_case(seed) for seed in range(150)]

    found = compared(cases, tmp_path)

    assert [(k, f["wrong"]) for k, f in enumerate(found) if f["wrong"]] == []
    assert max(f["worst"] for f in found) <= 1e-12
    assert sum(m["expected"]["kink"] for c in cases for m in c["moves"]) > 20


def test_ties_steps_and_zeros_are_where_the_engine_has_them(tmp_path: Path) -> None:
    """What is equal, whole or nothing as a rational is so in the page, though no double of it is."""
    cases = [tie_case(d) for d in range(2, 60)]

    found = compared(cases, tmp_path)

    assert [(k + 2, f["wrong"]) for k, f in enumerate(found) if f["wrong"]] == []


def test_scenarios_are_in_the_model(shipped: Workspace, data: dict[str, Any], tmp_path: Path) -> None:
    """The page reaches a scenario by its changes and variants, and gets the engine's values of it."""
    points = []
    for scenario in data["scenarios"]:
        under = shipped.scenario(scenario["id"])
        cells = [p for p, c in enumerate(shipped.program.cells) if c.definition >= 0]
        values = [under.evaluation.value(p) for p in cells]
        points.append({
            "changes": [[int(c), v] for c, v in scenario["values"].items()], "variants": scenario["variants"],
            "cells": cells, "expected": [None if v is None else float(v) for v in values],
        })  # fmt: skip

    (found,) = compared([{"data": data, "points": points, "moves": [], "exposures": []}], tmp_path)

    assert found["wrong"] == []
    assert {s["id"] for s in data["scenarios"]} == {"base", *shipped.program.scenarios}


def test_a_model_starts_under_its_own_scenario(shipped: Workspace) -> None:
    """Under a scenario and with values set, the model says which cells these change, and to what."""
    under = shipped.scenario("liquid_30").with_values("training.utilization[period=2025]=0.6")

    start = explorer_model(under)["start"]

    cells = {shipped.program.cells[int(p)].name: v for p, v in start["values"].items()}
    assert cells == {"cooling.liquid_penetration": 0.3, "training.utilization[period=2025]": 0.6}


def test_what_is_set_moves_the_page_as_it_moves_the_engine(shipped: Workspace, tmp_path: Path) -> None:
    """Under a scenario, with inputs set and rules cut, all answers agree; verdicts stay those of the facts."""
    texts = ("training.utilization=0.45", "server.market[period=2025]=1e11 USD")
    under = shipped.scenario("with_efficiency").with_values(*texts)
    changes = [[p, str(v)] for p, v in under.evaluation.overrides.items()]
    cases = model_cases(under, 0, seed=4, drivers=24)
    for case in (*cases["moves"], *cases["exposures"]):
        case["changes"], case["variants"] = changes, dict(under.evaluation.variants)

    (found,) = compared([cases], tmp_path)

    assert found["wrong"] == []
    assert found["moves"] > 100
    assert cases["data"]["audit"] == explorer_model(shipped)["audit"]


def test_the_model_is_small(shipped: Workspace) -> None:
    """The data leaves room for font, code and style in a page of 300 KB as transferred."""
    assert len(gzip.compress(model_json(shipped), 9)) < 110_000


def test_same_inputs_give_same_bytes() -> None:
    """Neither the run nor the hash seed shows in the data."""
    code = "from bullwhip import Workspace as W; from bullwhip.workspace.modelling import model_json as m; import sys; "
    code += f"sys.stdout.buffer.write(m(W.open({str(ROOT / 'golden' / 'vaccines')!r})))"
    some = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment(seed)).stdout
        for seed in ("1", "2")
    ]

    assert some[0] == some[1]
    assert json.loads(some[0])["format"] == "bullwhip-explorer/1"


def environment(seed: str) -> dict[str, str]:
    """Return this process's environment with another hash seed."""
    import os

    return {**os.environ, "PYTHONHASHSEED": seed, "BULLWHIP_CACHE": "off"}


def test_every_number_says_its_value_exactly(shipped: Workspace, data: dict[str, Any]) -> None:
    """An input's number is exactly what the engine computes with: JSON digits or a fraction as text."""
    given = data["given"]

    read = {p: Fraction(str(v)) for p, v in zip(given["cell"], given["value"], strict=True)}

    assert read == {p: g.value for p, g in shipped.program.given.items()}


def test_sliders_reach_the_present_value_and_every_print(shipped: Workspace, data: dict[str, Any]) -> None:
    """A slider goes from below to above what is given and what documents print, but not beyond the declared range."""
    ranges, given = data["ranges"], shipped.program.given
    ends = {p: (Fraction(str(low)), Fraction(str(high)))
            for p, low, high in zip(ranges["cell"], ranges["low"], ranges["high"], strict=True)}  # fmt: skip

    quantities = {p: shipped.program.quantities[shipped.program.cells[p].quantity] for p in ends}

    prints = [(p, c.model_value) for p in ends for c in shipped.program.claims if c.id in given[p].losers]
    assert [p for p, v in prints if v is not None and not ends[p][0] <= v <= ends[p][1]] == []
    assert [p for p, (low, high) in ends.items() if not low <= given[p].value <= high or low == high] == []
    assert [p for p, (low, _) in ends.items() if (q := quantities[p]).low is not None and low < q.low] == []
    assert len(ends) > 380


@pytest.mark.parametrize(
    ("value", "varied", "printed", "bounds", "expected"),
    [
        ("3", None, [], ("", ""), ("3/2", "6", "rule")),
        ("-3", None, [], ("", ""), ("-6", "-3/2", "rule")),
        ("0", None, [], ("", ""), ("0", "1", "rule")),
        ("3", None, ["3", "9"], ("", ""), ("3/2", "9", "print")),
        ("3", ("4", "5"), [], ("", ""), ("3", "5", "scenario")),
        ("3", ("1", "5"), ["8"], ("", ""), ("1", "8", "scenario")),
        ("3", None, [], ("2", "4"), ("2", "4", "declared")),
        ("3", None, [], ("2", ""), ("2", "6", "rule")),
        ("1", None, [], ("2", ""), ("1", "2", "rule")),
        ("0.4", None, [], ("", ""), ("0", "1", "ratio")),
    ],
)
def test_how_far_a_slider_goes(
    shipped: Workspace,
    value: str,
    varied: tuple[str, str] | None,
    printed: list[str],
    bounds: tuple[str, str],
    expected: tuple[str, str, str],
) -> None:
    """Scenarios first, then prints, declared ends, ratios, half to double; the present value is always inside."""
    low, high = (Fraction(b) if b else None for b in bounds)
    kind = "ratio" if expected[2] == "ratio" else "stock"
    quantity = replace(shipped.program.quantities["training.utilization"], low=low, high=high, kind=kind)

    ends = None if varied is None else (Fraction(varied[0]), Fraction(varied[1]))
    found = slider_range(quantity, Fraction(value), ends, [Fraction(p) for p in printed])

    assert found == (Fraction(expected[0]), Fraction(expected[1]), expected[2])


def test_every_number_of_the_model_is_within_its_list(data: dict[str, Any]) -> None:
    """Cells, claims, quantities, documents and dimensions are named by places that exist."""
    claims, cells = len(data["claims"]["document"]), len(data["cells"]["quantity"])

    used = [c for key in ("claims", "losers") for some in data["given"][key] for c in some]
    used += [s["claim"] for s in data["shares"]] + [c for k in data["conflicts"] for c in k["claims"]]

    assert all(0 <= c < claims for c in used)
    assert {len(column) for column in data["claims"].values()} == {claims}
    assert all(c is None or 0 <= c < cells for c in data["claims"]["cell"])
    assert all(0 <= q < len(data["quantities"]) for q in data["cells"]["quantity"])


def texts_of(value: Any) -> list[str]:
    """Return every text of plain data, keys included."""
    if isinstance(value, dict):
        return [t for k, v in value.items() for t in (str(k), *texts_of(v))]
    if isinstance(value, list):
        return [t for v in value for t in texts_of(v)]
    return [value] if isinstance(value, str) else []


def shape_of(value: Any) -> Any:
    """Return the form of plain data without its texts and numbers."""
    if isinstance(value, dict):
        return {k: shape_of(v) for k, v in value.items()}
    return [shape_of(v) for v in value] if isinstance(value, list) else type(value).__name__


@pytest.mark.parametrize("text", LABELS, ids=lambda t: t[:24])
def test_a_hostile_label_is_a_text_of_the_model(text: str) -> None:
    """Whatever a label holds, the model has the form it has with a plain one, and the label as a text of its own."""
    attacked = json.loads(model_json(labelled(text)))
    harmless = json.loads(model_json(labelled("plain")))
    for model in (attacked, harmless):
        del model["map"], model["stamp"]["inputs"], model["stamp"]["data"]  # lines are broken where texts are long

    assert shape_of(attacked) == shape_of(harmless)
    assert clean_text(text).strip() in texts_of(attacked)
    assert [t for t in texts_of(attacked) if clean_text(t) != t] == []


def test_no_text_of_the_model_steers_anything(data: dict[str, Any]) -> None:
    """Direction marks and control characters of documents are not in the model, in the map neither."""
    assert [t for t in texts_of(data) if clean_text(t) != t] == []
