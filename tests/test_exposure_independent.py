"""Exposures of the shipped chain against the independent model: shares from the report, responses by moving inputs.

A response is the exact difference of two figures of the independent model, whose input was moved up and down by the
same part: for polynomials of degree two at most, that is the derivative. Where a figure falls in an input, its inverse
moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.model.answer import ExposureRow
from independent import Inputs, answers

DRIVERS: dict[str, tuple[str, int]] = {
    "model.parameters": ("parameters", 1),
    "model.vendors": ("vendors", 1),
    "model.models_per_vendor": ("at_once", 1),
    "training.tokens_per_parameter": ("tokens_per_parameter", 1),
    "training.days": ("days", -1),
    "training.utilization": ("utilization", -1),
    "accelerator.throughput": ("tflops", -1),
    "accelerator.price": ("price", 1),
    "server.gpu_cost_share": ("cost_share", -1),
    "server.china_share": ("china_share", 1),
    "cooling.liquid_penetration": ("penetration", 1),
}
"""Drivers, the input of the independent model that each is, and whether figures rise or fall in it."""

SHARES: dict[tuple[str, str], tuple[str, str]] = {
    ("nvidia", "accelerator.value"): ("0.82", "0.82"),
    ("aws", "accelerator.value"): ("0.08", "0.08"),
    ("xilinx", "accelerator.value"): ("0.04", "0.04"),
    ("amd", "accelerator.value"): ("0.02", "0.02"),
    ("intel", "accelerator.value"): ("0.02", "0.02"),
    ("google", "accelerator.value"): ("0.02", "0.02"),
    ("sk_hynix", "hbm.value"): ("0.6", "0.7"),
    ("inspur", "server.market"): ("0.151", "0.151"),
    ("dell", "server.market"): ("0.141", "0.141"),
    ("hpe", "server.market"): ("0.077", "0.077"),
    ("lenovo", "server.market"): ("0.056", "0.056"),
    ("h3c", "server.market"): ("0.047", "0.047"),
    ("inspur", "server.china_market"): ("0.47", "0.47"),
    ("h3c", "server.china_market"): ("0.11", "0.11"),
    ("nettrix", "server.china_market"): ("0.09", "0.09"),
}
SHARES |= {(firm, "inference.accelerator_value"): s for (firm, of), s in SHARES.items() if of == "accelerator.value"}
SHARES |= {(firm, "inference.hbm_value"): s for (firm, of), s in SHARES.items() if of == "hbm.value"}
"""Printed shares of a market, least and greatest, as read from figures 110 and 111 and section 2.3.1."""

STEP = Fraction(1, 1000)


def moved(name: str, factor: Fraction) -> Inputs:
    """Return the inputs with one of them scaled, in all members and years."""
    given: Any = getattr(Inputs(), name)
    scaled = {k: v * factor for k, v in given.items()} if isinstance(given, Mapping) else given * factor
    changed: dict[str, Any] = {name: scaled}
    return replace(Inputs(), **changed)


@cache
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


@cache
def response(driver: str) -> dict[str, tuple[Fraction, Fraction]]:
    """Return value and elasticity of every figure to a proportional move of a driver."""
    name, way = DRIVERS[driver]
    up, down = (1 + STEP, 1 - STEP) if way > 0 else (1 / (1 + STEP), 1 / (1 - STEP))
    now, more, less = (answers(moved(name, f)) for f in (Fraction(1), up, down))
    found = {}
    for cell, value in now.items():
        high, low = more.get(cell), less.get(cell)
        if value and high is not None and low is not None:
            found[cell] = value, way * (high - low) / (2 * STEP * value)
    return found


def cell_of(row: ExposureRow, period: int) -> list[str]:
    """Return the names by which the independent model can call the cell of a row."""
    pairs = [f"{d}={m}" for d, m in row.index]
    plain = f"{row.quantity}[{','.join(pairs)}]" if pairs else row.quantity
    return [f"{row.quantity}[{','.join([*pairs, f'period={period}'])}]", plain]


@pytest.mark.parametrize("driver", DRIVERS)
def test_exposures_are_those_of_the_independent_model(driver: str) -> None:
    """Elasticity, change and value of every row whose market the report derives, in two years."""
    workspace = shipped()
    compared = valued = 0
    for period in (2024, 2025):
        for row in workspace.exposure(driver, period).rows:
            known = next((response(driver)[c] for c in cell_of(row, period) if c in response(driver)), None)
            if known is None:
                continue
            market, elasticity = known
            assert (market, elasticity) == (row.market, row.elasticity)
            assert row.effect == elasticity * market / 100
            shares = SHARES.get((row.company, row.quantity))
            if shares is not None:
                ends = sorted(Fraction(s) * elasticity * market / 100 for s in shares)
                assert tuple(ends) == row.amount
                valued += 1
            else:
                assert (None, None) == row.amount
            compared += 1

    assert compared > 10
    assert valued > 2 or driver == "cooling.liquid_penetration"


def test_totals_are_those_of_the_independent_model() -> None:
    """What Inspur sells in China is part of what it sells: the larger one stands, and both are the bound."""
    answer = shipped().company_exposure("inspur", 2025)
    total = next(t for t in answer.totals if t.driver == "model.parameters")
    world, china = (response("model.parameters")[f"server.{m}[period=2025]"] for m in ("market", "china_market"))
    parts = [Fraction(s) * v * e / 100 for s, (v, e) in (("0.151", world), ("0.47", china))]

    assert (max(parts), max(parts)) == total.value
    assert (sum(parts), sum(parts)) == total.at_most
    assert (("server.china_market",), ("server.market",)) == (total.parts, total.left_out)
