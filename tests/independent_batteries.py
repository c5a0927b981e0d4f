"""The model of tests/golden/batteries/README.md once more, in straight loops of decimals, not through the engine.

Every figure is computed in the unit that the description gives, with 60 digits. The sizes of units are written out
where they are needed: 1 GWh is 10**6 kWh, 1 t is 1000 kg.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

__all__ = ["BASE", "CHANGES", "figures"]

Figures = dict[str, Decimal]

YEARS = (2025, 2026, 2027, 2028, 2029, 2030)
REGIONS = ("china", "europe", "america")
CHEMISTRIES = ("lfp", "nmc")
MINERALS = ("lithium", "nickel", "cobalt")
CHARGERS = ("slow", "fast")
MINES = (
    ("chile", "lithium"), ("australia", "lithium"), ("indonesia", "nickel"), ("australia", "nickel"),
    ("congo", "cobalt"), ("indonesia", "cobalt"),
)  # fmt: skip

_CONSTANT = """
subsidy.years 2; fleet.scrapping 0.06; pack.growth 0.03; mix.limit 0.8; storage.backed 0.12; storage.hours 3
cell.retirement 0.03; cell.utilization_limit 0.88; cell.margin 0.15; pack.assembly 22; plant.depreciation 0.1
charge.loss 0.11; grid.hours 8760; grid.reference 1; exchange.usd_per_eur 1.1
"""
_BY_REGION = """
car.growth 0.01 0.004 0.008; ev.ceiling 0.92 0.85 0.7; ev.steepness 0.42 0.38 0.33; ev.midpoint 0.5 3.2 5.1
subsidy.lift 0.03 0.02 0.05; pack.size_limit 58 72 86; mix.shift 0.04 0.07 0.05; engine.cost 5200 6100 5600
drive.distance 13500 11800 17600; drive.consumption 148 165 192; grid.peak_factor 2.4 2.1 2.6
grid.headroom 2 1.8 2; grid.cost 2200000000 1600000000 2500000000
car.sold@2025 26000000 15000000 18000000; fleet.ev@2025 34000000 14000000 7000000; pack.size@2025 52 64 82
mix.lfp@2025 0.66 0.12 0.09
"""
_BY_CHEMISTRY = """
mix.base 0 1; mix.sign 1 -1; cell.scrap_rate 0.05 0.07; storage.split 0.9 0.1; line.size 8 6
line.cost 480000000 440000000; learning.rate 0.18 0.16; cell.first_price 58 84; cell.first_amount 2000 2500
cell.conversion 38 41; cathode.intensity 2.1 1.75
cell.capacity@2025 900 650; cell.capacity@2026 1050 700; cell.so_far@2025 2400 2900
plant.book@2025 42000000000 39000000000
"""
_BY_MINERAL = """
mineral.sensitivity 1.6 1.1 1.4; recycling.content 5.2 24 4; recycling.rate 0.6 0.9 0.85; mine.high_price 70 18 34
mine.incentive_price 55 14 22; mine.fast 0.2 0.12 0.15; mine.slow 0.08 0.05 0.04
mineral.price@2025 62 16 26; mineral.price@2026 58 15.5 30; mine.capacity@2025 110000 330000 45000
"""
_BY_CHARGER = (
    "charge.split 0.72 0.28; point.power 7.4 120; point.hours 900 520; point.failure 0.04 0.07; point.cost 950 41000"
)
_INTENSITY = {"lfp": "0.095 0 0", "nmc": "0.1 0.68 0.09"}
_MINE = {"mine.origin_share": "0.35 0.65 0.7 0.3 0.8 0.2", "ore.grade": "0.0014 0.006 0.012 0.009 0.005 0.0011"}
_POINTS = {"china": "8500000 360000", "europe": "3400000 130000", "america": "3000000 125000"}


def _rows(text: str) -> Iterable[tuple[str, list[Decimal]]]:
    for row in text.replace("\n", ";").split(";"):
        name, *cells = row.split() or [""]
        if name:
            yield name, [Decimal(cell) for cell in cells]


def _named(name: str, **at: object) -> str:
    name, _, year = name.partition("@")
    inner = [f"{k}={v}" for k, v in at.items()] + ([f"period={year}"] if year else [])
    return f"{name}[{','.join(inner)}]" if inner else name


def _base() -> Figures:
    found: Figures = {name: cells[0] for name, cells in _rows(_CONSTANT)}
    for text, dimension, members in (
        (_BY_REGION, "region", REGIONS), (_BY_CHEMISTRY, "chemistry", CHEMISTRIES), (_BY_MINERAL, "mineral", MINERALS),
        (_BY_CHARGER, "charger", CHARGERS),
    ):  # fmt: skip
        for name, cells in _rows(text):
            for member, cell in zip(members, cells, strict=True):
                found[_named(name, **{dimension: member})] = cell
    for c, cells_of in _INTENSITY.items():
        for m, figure in zip(MINERALS, cells_of.split(), strict=True):
            found[_named("mineral.intensity", mineral=m, chemistry=c)] = Decimal(figure)
    for name, text in _MINE.items():
        for (o, m), figure in zip(MINES, text.split(), strict=True):
            found[_named(name, origin=o, mineral=m)] = Decimal(figure)
    for r, text in _POINTS.items():
        for k, figure in zip(CHARGERS, text.split(), strict=True):
            found[_named("point.stock@2025", region=r, charger=k)] = Decimal(figure)
    for year, figure in zip(YEARS, ("7.2", "7.1", "7.1", "7", "7", "6.9"), strict=True):
        found[f"exchange.cny_per_usd[period={year}]"] = Decimal(figure)
    found["clock.years[period=2025]"] = Decimal(0)
    return found


BASE: Figures = _base()
"""Every given figure, by the name of its cell."""

CHANGES: dict[str, tuple[dict[str, str], frozenset[str]]] = {
    "base": ({}, frozenset()),
    "tight": (
        {"cell.utilization_limit": "0.7", "cell.conversion[chemistry=nmc]": "55", "car.growth[region=europe]": "-0.02"},
        frozenset({"pack sizes without limit"}),
    ),
    "no_learning": (
        {"exchange.cny_per_usd[period=2028]": "6.5"},
        frozenset({"learned price is first price", "made is required"}),
    ),
}
"""Scenario to the figures it changes and the rules it replaces."""


def figures(given: Figures, instead: frozenset[str]) -> Figures:
    """Return every figure of the model, by the name of its cell, with those that are given.

    Args:
        given: what `BASE` has, changed or not.
        instead: rules that a scenario replaces, in the words of `CHANGES`.
    """
    with localcontext() as context:
        context.prec = 60
        x = dict(given)
        _Model(x, instead).run()
        return x


class _Model:
    """One run, year by year, in the order in which figures are needed."""

    def __init__(self, x: Figures, instead: frozenset[str]) -> None:
        self.x, self.instead = x, instead

    def run(self) -> None:
        for c in CHEMISTRIES:
            self.put(
                "learning.exponent", -((1 - self.at("learning.rate", chemistry=c)).ln()) / Decimal(2).ln(), chemistry=c
            )
        for y in YEARS:
            self.cars(y)
            self.charging(y)
            self.cells(y)
            self.minerals(y)
            self.prices(y)
            self.plants(y)
        for c in CHEMISTRIES:
            lines = [self.at("line.ordered", y, chemistry=c) for y in YEARS]
            self.put("line.total", sum(lines, Decimal(0)), chemistry=c)
            first, last = (self.at("cell.required", y, chemistry=c) for y in (2025, 2030))
            self.put("cell.compound_growth", ((last / first).ln() / 5).exp() - 1, chemistry=c)

    def at(self, name: str, year: int = 0, **at: str) -> Decimal:
        return self.x[_named(f"{name}@{year}" if year else name, **at)]

    def put(self, name: str, value: Decimal, year: int = 0, **at: str) -> Decimal:
        self.x[_named(f"{name}@{year}" if year else name, **at)] = value
        return value

    def start(self, name: str, year: int, **at: str) -> bool:
        """Return whether a starting value is given for this year."""
        return _named(f"{name}@{year}", **at) in self.x

    def cars(self, y: int) -> None:
        if y > 2025:
            self.put("clock.years", self.at("clock.years", y - 1) + 1, y)
        years, world, fleet_world = self.at("clock.years", y), Decimal(0), Decimal(0)
        for r in REGIONS:
            if y > 2025:
                self.put(
                    "car.sold",
                    self.at("car.sold", y - 1, region=r) * (1 + self.at("car.growth", region=r)),
                    y,
                    region=r,
                )
            power = -self.at("ev.steepness", region=r) * (years - self.at("ev.midpoint", region=r))
            share = self.put("ev.share", self.at("ev.ceiling", region=r) / (1 + power.exp()), y, region=r)
            sold = self.at("car.sold", y, region=r) * share
            if years < self.at("subsidy.years"):
                sold *= 1 + self.at("subsidy.lift", region=r)
            sold = self.put("ev.sold", min(sold, self.at("car.sold", y, region=r)), y, region=r)
            world += sold
            if y > 2025:
                before = self.at("fleet.ev", y - 1, region=r)
                scrapped = self.put("recycling.scrapped", before * self.at("fleet.scrapping"), y, region=r)
                self.put("fleet.ev", before - scrapped + sold, y, region=r)
                self.put("fleet.added", sold - scrapped, y, region=r)
            fleet_world += self.at("fleet.ev", y, region=r)
        self.put("ev.world", world, y)
        self.put("fleet.world", fleet_world, y)
        self.put("fleet.index", fleet_world / self.at("fleet.world", 2025), y)
        self.put("ev.so_far", world + (self.at("ev.so_far", y - 1) if y > 2025 else 0), y)
        if y > 2025:
            self.put("ev.growth", world / self.at("ev.world", y - 1) - 1, y)

    def charging(self, y: int) -> None:
        peaks, invested = Decimal(0), Decimal(0)
        for r in REGIONS:
            driven = self.at("fleet.ev", y, region=r) * self.at("drive.distance", region=r)
            used = driven * self.at("drive.consumption", region=r)  # Wh
            energy = self.put("charge.energy", used / 10**12 / (1 - self.at("charge.loss")), y, region=r)  # TWh
            invested += self.points(y, r, energy)
            average = energy * 1000 / self.at("grid.hours")  # GW
            peak = self.put("grid.peak", average * self.at("grid.peak_factor", region=r), y, region=r)
            peaks += peak
            if y > 2025:
                more = peak - self.at("grid.peak", y - 1, region=r) - self.at("grid.headroom", region=r)
                more = self.put("grid.reinforcement", max(more, Decimal(0)), y, region=r)
                root = (more / self.at("grid.reference")).sqrt()
                self.put("grid.investment", self.at("grid.cost", region=r) * root, y, region=r)
        self.put("storage.energy", peaks * self.at("storage.backed") * self.at("storage.hours"), y)
        if y > 2025:
            self.put("point.investment_world", invested / self.at("exchange.usd_per_eur"), y)

    def points(self, y: int, r: str, energy: Decimal) -> Decimal:
        invested = Decimal(0)
        for k in CHARGERS:
            through = self.put(
                "charge.by_kind", energy * 1000 * self.at("charge.split", charger=k), y, region=r, charger=k
            )
            one = self.at("point.power", charger=k) * self.at("point.hours", charger=k)  # kWh
            required = (through * 10**6 / one).to_integral_value(ROUND_CEILING)
            self.put("point.required", required, y, region=r, charger=k)
            if y == 2025:
                continue
            left = self.at("point.stock", y - 1, region=r, charger=k) * (1 - self.at("point.failure", charger=k))
            stock = self.put("point.stock", max(left, required), y, region=r, charger=k)
            built = self.put("point.built", stock - left, y, region=r, charger=k)
            invested += built * self.at("point.cost", charger=k)
        if y > 2025:
            self.put("point.investment", invested, y, region=r)
        return invested

    def mix(self, y: int, r: str) -> None:
        if y == 2025:
            return
        size = self.at("pack.size", y - 1, region=r) * (1 + self.at("pack.growth"))
        if "pack sizes without limit" not in self.instead:
            size = min(size, self.at("pack.size_limit", region=r))
        self.put("pack.size", size, y, region=r)
        share = self.at("mix.lfp", y - 1, region=r) + self.at("mix.shift", region=r)
        self.put("mix.lfp", max(min(share, self.at("mix.limit")), Decimal(0)), y, region=r)

    def cells(self, y: int) -> None:
        for r in REGIONS:
            self.mix(y, r)
            packs = self.at("ev.sold", y, region=r) * self.at("pack.size", y, region=r) / 10**6  # GWh
            self.put("pack.energy", packs, y, region=r)
            for c in CHEMISTRIES:
                share = self.at("mix.base", chemistry=c) + self.at("mix.sign", chemistry=c) * self.at(
                    "mix.lfp", y, region=r
                )
                self.put("cell.share", share, y, region=r, chemistry=c)
                cells = packs * share / (1 - self.at("cell.scrap_rate", chemistry=c))
                self.put("cell.for_cars", cells, y, region=r, chemistry=c)
        for c in CHEMISTRIES:
            self.supply(y, c)
        tightest = self.put("cell.tightest", min(self.at("cell.coverage", y, chemistry=c) for c in CHEMISTRIES), y)
        self.put("ev.possible", (self.at("ev.world", y) * tightest).to_integral_value(ROUND_FLOOR), y)

    def supply(self, y: int, c: str) -> None:
        world = sum((self.at("cell.for_cars", y, region=r, chemistry=c) for r in REGIONS), Decimal(0))
        self.put("cell.for_cars_world", world, y, chemistry=c)
        required = world + self.at("storage.energy", y) * self.at("storage.split", chemistry=c)
        self.put("cell.required", required, y, chemistry=c)
        size = self.at("line.size", chemistry=c)
        if not self.start("cell.capacity", y, chemistry=c):
            kept = self.at("cell.capacity", y - 1, chemistry=c) * (1 - self.at("cell.retirement"))
            self.put("cell.capacity", kept + self.at("line.ordered", y - 2, chemistry=c) * size, y, chemistry=c)
        capacity = self.at("cell.capacity", y, chemistry=c)
        lines = (max(required - capacity, Decimal(0)) / size).to_integral_value(ROUND_CEILING)
        self.put("line.ordered", lines, y, chemistry=c)
        made = min(required, capacity * self.at("cell.utilization_limit"))
        if "made is required" in self.instead:
            made = required
        self.put("cell.made", made, y, chemistry=c)
        self.put("cell.missing", required - made, y, chemistry=c)
        self.put("cell.coverage", made / required, y, chemistry=c)
        cathode = self.put(
            "cathode.demand", made * 10**6 * self.at("cathode.intensity", chemistry=c) / 1000, y, chemistry=c
        )
        if y > 2025:
            self.put("cell.so_far", self.at("cell.so_far", y - 1, chemistry=c) + made, y, chemistry=c)
            self.put("cathode.growth", cathode / self.at("cathode.demand", y - 1, chemistry=c) - 1, y, chemistry=c)

    def minerals(self, y: int) -> None:
        revenue = Decimal(0)
        for m in MINERALS:
            demand = Decimal(0)
            for c in CHEMISTRIES:
                kilograms = self.at("cell.made", y, chemistry=c) * 10**6
                demand += kilograms * self.at("mineral.intensity", mineral=m, chemistry=c) / 1000
            self.put("mineral.demand", demand, y, mineral=m)
            if not self.start("mineral.price", y, mineral=m):
                tilt = self.at("mineral.balance", y - 1, mineral=m) / self.at("mine.capacity", y - 1, mineral=m)
                change = (-self.at("mineral.sensitivity", mineral=m) * tilt).exp()
                self.put("mineral.price", self.at("mineral.price", y - 1, mineral=m) * change, y, mineral=m)
            price = self.at("mineral.price", y, mineral=m)
            if y > 2025:
                grown = self.at("mine.capacity", y - 1, mineral=m) * (1 + self.at("mine.expansion", y - 1, mineral=m))
                self.put("mine.capacity", grown, y, mineral=m)
            rate = Decimal(0)
            if price > self.at("mine.high_price", mineral=m):
                rate = self.at("mine.fast", mineral=m)
            elif price > self.at("mine.incentive_price", mineral=m):
                rate = self.at("mine.slow", mineral=m)
            self.put("mine.expansion", rate, y, mineral=m)
            if y > 2025:
                revenue += self.mined(y, m, demand) * 1000 * price
        if y > 2025:
            self.put("mineral.revenue", revenue, y)

    def mined(self, y: int, m: str, demand: Decimal) -> Decimal:
        scrapped = sum((self.at("recycling.scrapped", y, region=r) for r in REGIONS), Decimal(0))
        content = self.at("recycling.content", mineral=m) / 1000  # t
        recovered = scrapped * content * self.at("recycling.rate", mineral=m)
        self.put("recycling.recovered", recovered, y, mineral=m)
        mined = self.put("mineral.mined", max(demand - recovered, Decimal(0)), y, mineral=m)
        self.put("mineral.balance", self.at("mine.capacity", y, mineral=m) - mined, y, mineral=m)
        for o, of in MINES:
            if of == m:
                output = mined * self.at("mine.origin_share", origin=o, mineral=m)
                self.put("mine.output", output, y, origin=o, mineral=m)
                self.put(
                    "ore.moved", output / self.at("ore.grade", origin=o, mineral=m) / 10**6, y, origin=o, mineral=m
                )
        return mined

    def prices(self, y: int) -> None:
        revenue = Decimal(0)
        for c in CHEMISTRIES:
            ratio = self.at("cell.so_far", y, chemistry=c) / self.at("cell.first_amount", chemistry=c)
            learned = self.at("cell.first_price", chemistry=c)
            if "learned price is first price" not in self.instead:
                learned *= (-self.at("learning.exponent", chemistry=c) * ratio.ln()).exp()
            self.put("cell.learned_price", learned, y, chemistry=c)
            material = Decimal(0)
            for m in MINERALS:
                material += self.at("mineral.price", y, mineral=m) * self.at(
                    "mineral.intensity", mineral=m, chemistry=c
                )
            self.put("cell.material_cost", material, y, chemistry=c)
            least = (material + self.at("cell.conversion", chemistry=c)) * (1 + self.at("cell.margin"))
            price = self.put("cell.price", max(learned, least), y, chemistry=c)
            revenue += self.at("cell.made", y, chemistry=c) * 10**6 * price
        yuan = self.at("exchange.cny_per_usd", y)
        self.put("cell.revenue", revenue * yuan, y)
        lfp, nmc = (self.at("cell.price", y, chemistry=c) for c in CHEMISTRIES)
        self.put("cell.price_gap", abs(lfp - nmc), y)
        market = Decimal(0)
        for r in REGIONS:
            mixed = sum((self.at("cell.share", y, region=r, chemistry=c) * self.at("cell.price", y, chemistry=c)
                         for c in CHEMISTRIES), Decimal(0))  # fmt: skip
            price = self.put("pack.price", mixed + self.at("pack.assembly"), y, region=r)
            cost = self.put("pack.cost", self.at("pack.size", y, region=r) * price, y, region=r)
            self.put("pack.parity", Decimal(cost <= self.at("engine.cost", region=r)), y, region=r)
            market += self.put("pack.market", self.at("ev.sold", y, region=r) * cost, y, region=r)
        self.put("pack.market_world", market * yuan, y)

    def plants(self, y: int) -> None:
        if y == 2025:
            return
        for c in CHEMISTRIES:
            before = self.at("plant.book", y - 1, chemistry=c)
            lost = self.put("plant.depreciated", before * self.at("plant.depreciation"), y, chemistry=c)
            added = self.at("line.ordered", y, chemistry=c) * self.at("line.cost", chemistry=c)
            self.put("plant.book", before - lost + added, y, chemistry=c)
