"""What is said where units do not fit: both dimensions, and the term that has the wrong one."""

from __future__ import annotations

import pytest

from bullwhip.expr.grammar import parse
from bullwhip.units import Vocabulary
from bullwhip.validate.unit_check import UnitCheck

VOCABULARY = Vocabulary.with_counts({"card": (), "model": ()})
UNITS = {
    "n": "card", "m": "model", "power": "kW/card", "usd": "USD", "cny": "CNY", "fx": "CNY/USD", "work": "TFLOP",
    "speed": "TFLOP/s", "share": "1", "days": "day", "mem": "GB",
}  # fmt: skip

CASES = [
    ("n + m", "card", ["card (n)", "model (m)"]),
    ("n * share - m * 2", "card", ["card (n * share)", "model (m * 2)"]),
    ("min(n, m)", "card", ["min() mixes card (n)", "model (m)"]),
    ("max(1, n)", "card", ["dimensionless (1)", "card (n)"]),
    ("where(n < m, 1, 2)", "1", ["the comparison mixes card (n)", "model (m)"]),
    ("where(share < 1, n, m)", "card", ["where() mixes card (n)", "model (m)"]),
    ("piecewise(share < 1, n, share < 2, m, 0)", "card", ["piecewise() mixes card (n)", "model (m)"]),
    ("usd + cny", "USD", ["money_usd (usd)", "money_cny (cny)", "exchange rate"]),
    ("work + speed", "TFLOP", ["flop (work)", "flop/time (speed)", "per unit of time"]),
    ("usd / fx", "CNY", ["gives money_usd^2/money_cny", "declares CNY = money_cny", "usd is money_usd",
                         "fx is money_cny/money_usd"]),
    ("n", "model", ["gives card", "declares model", "n is card"]),
    ("n * power", "card", ["gives length^2*mass/time^3", "declares card", "power is length^2*mass/(card*time^3)"]),
    ("speed", "TFLOP", ["gives flop/time", "declares TFLOP = flop", "factor of time is missing", "speed is flop/time"]),
    ("5", "card", ["gives dimensionless", "declares card", "5 is dimensionless"]),
    ("exp(n)", "1", ["exp() of card (n)", "dimensionless"]),
    ("log(usd / 2)", "1", ["log() of money_usd (usd / 2)", "dimensionless"]),
    ("floor(usd)", "USD", ["floor() of money_usd (usd)", "dimensionless or a count"]),
    ("ceil(mem)", "GB", ["ceil() of data (mem)", "dimensionless or a count"]),
    ("sqrt(n)", "card", ["gives card^1/2", "declares card", "n is card"]),
    ("n * m * usd * cny * work", "1", ["gives", "declares 1 = dimensionless", "n is card, m is model", "and 1 more"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "declared", "parts"), CASES, ids=[c[0] for c in CASES])
def test_a_mismatch_names_both_dimensions_and_the_term(text: str, declared: str, parts: list[str]) -> None:
    """One problem, BW205, with every part in its message or remedy."""
    said: list[tuple[str, str]] = []

    def report(code: str, message: str, span: tuple[int, int], hint: str = "") -> None:
        said.append((code, f"{message}; {hint}"))

    units = {name: VOCABULARY.parse(unit).dimension for name, unit in UNITS.items()}
    UnitCheck(units, report, text).expect(parse(text), VOCABULARY.parse(declared).dimension, declared)

    ((code, message),) = said
    assert (code, [p for p in parts if p not in message]) == ("BW205", []), message
