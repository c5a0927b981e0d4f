"""The vaccine chain of tests/golden/vaccines once more, in plain fractions and loops, not through the engine.

Every number here is typed from what the two invented documents print and what the rules say in words:
children born times coverage times doses a child are doses given; opened and thrown away doses come on top; plants
fill no more than they can; vials, stoppers, bulk, cartons, cold transport and freezers follow from what is filled.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

ANTIGENS = ("measles", "polio", "hexavalent")
VIALS = ("single", "ten")
YEARS = (2023, 2024, 2025, 2026)

BASE: dict[Any, Fraction] = {
    "births_2023": Fraction(8_000_000),
    ("growth", 2024): Fraction(-2, 100),
    ("growth", 2025): Fraction(-2, 100),
    ("growth", 2026): Fraction(1, 100),
    ("coverage", "measles"): Fraction(90, 100),
    ("coverage", "polio"): Fraction(95, 100),
    ("coverage", "hexavalent"): Fraction(65, 100),  # the later document; the earlier one prints 60 %
    ("schedule", "measles"): Fraction(2),
    ("schedule", "polio"): Fraction(4),
    ("schedule", "hexavalent"): Fraction(3),
    ("wastage", "single"): Fraction(5, 100),
    ("wastage", "ten"): Fraction(25, 100),
    ("doses", "single"): Fraction(1),
    ("doses", "ten"): Fraction(10),
    ("capacity", 2023): Fraction(60_000_000),
    ("capacity", 2024): Fraction(65_000_000),
    ("capacity", 2025): Fraction(70_000_000),
    ("capacity", 2026): Fraction(72_000_000),
    "fill_yield": Fraction(9, 10),
    ("vial_price", "single"): Fraction(80, 100),
    ("vial_price", "ten"): Fraction(160, 100),
    "stoppers": Fraction(1),
    "stopper_price": Fraction(15, 100),
    "volume": Fraction(5, 10_000),  # 0.5 mL in litres
    "overfill": Fraction(10, 100),
    "bulk_price": Fraction(3000),
    "recovery": Fraction(20, 100),
    "batch": Fraction(2000),
    "carton_vials": Fraction(50),
    "carton_price": Fraction(3),
    "cold_days": Fraction(30),
    "cold_cost": Fraction(80, 100),
    "freezer_cartons": Fraction(400),
    "freezer_price": Fraction(36_000),
}
PRICES = {"measles": "12.0 12.0 12.5 13.0", "polio": "20.0 20.0 20.0 21.0", "hexavalent": "150 148 145 140"}
for _antigen, _row in PRICES.items():
    BASE.update({("price", _antigen, year): Fraction(text) for year, text in zip(YEARS, _row.split(), strict=True)})


def births(x: Mapping[Any, Fraction], year: int) -> Fraction:
    """Return the children born in a year, carried forward from 2023."""
    number = x["births_2023"]
    for y in range(2024, year + 1):
        number *= 1 + x["growth", y]
    return number


def model(x: Mapping[Any, Fraction], vial: str, year: int, *, limited: bool = True) -> dict[str, Fraction]:
    """Return every quantity of the chain for one size of vial in one year."""
    given = {a: births(x, year) * x["coverage", a] * x["schedule", a] for a in ANTIGENS}
    doses = {a: given[a] / (1 - x["wastage", vial]) for a in ANTIGENS}
    needed = sum(doses.values(), Fraction(0))
    filled = min(needed, x["capacity", year]) if limited else needed
    vials = filled / x["doses", vial] / x["fill_yield"]
    bulk = filled * x["volume"] * (1 + x["overfill"]) / x["fill_yield"]
    harvest = bulk / x["recovery"]
    cartons = filled / x["doses", vial] / x["carton_vials"]
    freezers = cartons * x["cold_days"] / 365 / x["freezer_cartons"]
    return {
        "clinic.births": births(x, year),
        **{f"clinic.administered[antigen={a}]": given[a] for a in ANTIGENS},
        **{f"clinic.doses[antigen={a}]": doses[a] for a in ANTIGENS},
        "fill.needed": needed,
        "fill.filled": filled,
        "fill.shortage": needed - filled,
        "fill.market": sum((doses[a] * x["price", a, year] for a in ANTIGENS), Fraction(0)) * filled / needed,
        "vial.demand": vials,
        "vial.market": vials * x["vial_price", vial],
        "stopper.market": vials * x["stoppers"] * x["stopper_price"],
        "bulk.volume": bulk,
        "bulk.market": bulk * x["bulk_price"],
        "culture.volume": harvest,
        "culture.batches": Fraction(-((-harvest) // x["batch"])),
        "package.cartons": cartons,
        "package.market": cartons * x["carton_price"],
        "cold.market": cartons * x["cold_days"] * x["cold_cost"],
        "freezer.count": freezers,
        "freezer.market": freezers * x["freezer_price"],
    }


def elasticity(quantity: str, keys: tuple[Any, ...], vial: str, year: int = 2025) -> Fraction:
    """Return the elasticity to a common relative move of inputs: exact where the quantity is a line in that move.

    A move by one millionth to both sides gives the slope of a line exactly, and anything else shows as two slopes.
    """
    base, step = model(BASE, vial, year)[quantity], Fraction(1, 1_000_000)
    up, down = (model({**BASE, **{k: BASE[k] * (1 + s) for k in keys}}, vial, year)[quantity] for s in (step, -step))
    assert up - base == base - down, "no line"
    return (up - base) / step / base
