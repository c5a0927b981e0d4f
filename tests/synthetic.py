"""A supply chain of any size as RDF, made up and always the same: for benchmarks and tests of what grows.

`python tests/synthetic.py 1000000 chain.nq` writes about a million quads in the vocabulary of `query/dataset.py`;
`--triples` leaves the graphs out. The same arguments give the same bytes. Things have invented names, and labels in two
languages with the words of an industry in them. The model stands in one named graph, every document in its own:

* tiers in ten layers, each supplying two tiers of the layer above; a market at each tier, by a rule of the markets it
  supplies; drivers that some markets depend on; companies, a tenth of them parts of others, and products;
* documents with their locators, supply statements, and claims. A claim prints the one true value of its company,
  measure and year, in one of the units of the measure, rounded to two to four digits or cut; one in twelve prints a
  wrong one. So most claims on the same thing differ in what they print and agree in what it stands for.

Lean claims hold what queries need, in twelve triples; whole ones everything that `query/dataset.py` writes, in about
thirty with a locator of their own, and conform to the shapes. A million triples hold 76,000 lean claims.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from synthetic_words import (
    BASE,
    CHARACTERS,
    INDUSTRIES,
    MEASURES,
    MONEY,
    PREFIXES,
    SYLLABLES,
    UNIT,
    XSD,
    YEARS,
    Measure,
    Unit,
)  # fmt: skip

LAYERS = 10
DRIVEN = 4
"""Layers whose markets depend on a driver of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything there is."""

    observations: int
    companies: int
    tiers: int
    drivers: int
    documents: int
    whole: bool = False
    flaws: int = 0
    industry: str = "compute"
    seed: int = 1


def plan(triples: int, observations: int | None = None, *, whole: bool = False, flaws: int = 0,
         drivers: int | None = None, industry: str = "compute", seed: int = 1) -> Plan:  # fmt: skip
    """Return a plan for about so many triples, within two percent from 20,000 on.

    Args:
        triples: how many are aimed at.
        observations: number of claims; by default 76 in 1,000 triples, or 30 whole ones. With fewer of them there are
            more companies, so that the size stays.
        whole: whether claims say everything that a workspace's claims say.
        flaws: of whole claims, one in so many breaks a shape: no status, no figure as printed, two units, or a number
            that is none; 0 for none.
        drivers: number of drivers; by default one in 20,000 triples, 8 at least and 60 at most.
        industry: a name of `INDUSTRIES`.
        seed: another one gives other things and values of the same kind.

    >>> plan(1_000_000).observations, plan(1_000_000, whole=True).observations
    (76000, 30000)
    """
    claims = triples * (30 if whole else 76) // 1000 if observations is None else observations
    drivers = max(8, min(60, triples // 20_000)) if drivers is None else drivers
    tiers, documents = max(40, triples // 4_000), max(10, triples // 5_000)
    fixed = claims * (28.02 if whole else 12.15) + documents * 15 + tiers * 35 + drivers * 16 + 150
    return Plan(
        claims, max(20, round((triples - fixed) / 29.2)), tiers, drivers, documents, whole, flaws, industry, seed
    )


def _name(number: int) -> str:
    """Return the invented name of a thing.

    >>> _name(0), _name(12_345)
    ('bababa', 'binela')
    """
    parts = []
    for _ in range(3):
        number, digit = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[digit])
    return "".join(reversed(parts)) + ("" if number == 0 else SYLLABLES[number])


def _iri(kind: str, name: str) -> str:
    return f"<{BASE}{kind}/{name}>"


def _text(value: str, language: str = "") -> str:
    return f'"{value}"@{language}' if language else f'"{value}"'


def _typed(value: object, kind: str) -> str:
    return f'"{value}"^^<{XSD}{kind}>'


_TERMS: dict[str, str] = {}


def _term(curie: str) -> str:
    if curie not in _TERMS:
        prefix, _, name = curie.partition(":")
        _TERMS[curie] = f"<{PREFIXES[prefix]}{name}>"
    return _TERMS[curie]


def _said(subject: str, graph: str, *facts: tuple[str, str]) -> str:
    """Return what is said of a thing as lines of N-Quads."""
    return "".join(f"{subject} {_term(p)} {value} {graph} .\n" for p, value in facts)


def _mixed(*numbers: int) -> int:
    """Return 64 bits that depend on all of some numbers and look like none of them."""
    state = 0
    for number in numbers:
        state = (state + number + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 31
    return state


def _decimal(number: int, places: int) -> str:
    """Return a whole number divided by a power of ten as a decimal without zeros at its end.

    >>> _decimal(1250, 3), _decimal(-5, 2), _decimal(7, -2)
    ('1.25', '-0.05', '700')
    """
    sign, digits = "-" if number < 0 else "", str(abs(number) * 10 ** max(0, -places))
    if places > 0:
        digits = digits.rjust(places + 1, "0")
        digits = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return sign + digits if digits != "0" else "0"


def truth(seed: int, company: int, measure: int, year: int) -> tuple[int, int]:
    """Return the true value of something in coherent units, as whole number and number of decimal places."""
    drawn = _mixed(seed, company, measure, year)
    digits = 100_000 + drawn % 900_000
    if MEASURES[measure].signed and (drawn >> 40) % 7 == 0:
        digits = -digits
    return digits, -MEASURES[measure].scale


def _printed(value: tuple[int, int], unit: Unit, digits: int, *, cut: bool) -> tuple[int, int]:
    """Return a value in a unit with so many digits, as whole number and number of decimal places printed."""
    top, bottom = abs(value[0]) * 10 ** unit.factor[1], unit.factor[0] * 10 ** max(0, value[1])
    top *= 10 ** max(0, -value[1])
    places = 0
    while top * 10**places < bottom * 10 ** (digits - 1):
        places += 1
    top *= 10**places
    number = top // bottom if cut else (2 * top + bottom) // (2 * bottom)
    return (-number if value[0] < 0 else number), places


class _Model:
    """Things of a plan by number, and what is said of them in the graph of the model."""

    def __init__(self, drawn: Plan) -> None:
        self.plan = drawn
        self.random = random.Random(f"{drawn.seed}/model").random  # noqa: S311  the same on every Python
        self.words = INDUSTRIES[drawn.industry].split()
        self.graph = _iri("graph", "model")

    def below(self, end: int) -> int:
        """Return a drawn number below an end."""
        return int(self.random() * end)

    def labels(self, zh: str, en: str) -> tuple[tuple[str, str], tuple[str, str]]:
        """Return the two names of a thing."""
        return ("skos:prefLabel", _text(zh, "zh")), ("skos:prefLabel", _text(en, "en"))

    def word(self, number: int) -> str:
        """Return a word of the industry."""
        return self.words[number % len(self.words)]

    def everything(self) -> Iterator[str]:
        """Yield what is said, a thing at a time."""
        yield from self.vocabulary()
        for number in range(self.plan.drivers):
            yield self.driver(number)
        for number in range(self.plan.tiers):
            yield self.tier(number)
        for number in range(self.plan.companies):
            yield self.company(number)

    def vocabulary(self) -> Iterator[str]:
        """Yield roles, statuses, measures, and the units that QUDT does not have."""
        named = ("role", "supplier", "供应商"), ("status", "actual", "实际"), ("status", "estimate", "预测")
        for kind, name, zh in named:
            facts = (("rdf:type", _term(f"bw:{kind.capitalize()}")), ("dct:identifier", _text(name)))
            yield _said(_iri(kind, name), self.graph, *facts, *self.labels(zh, name))
        for m in MEASURES:
            facts = (("rdf:type", _term("bw:Measure")), ("dct:identifier", _text(m.id)))
            rest = (("bw:isTimed", _typed("true", "boolean")), ("bw:allowsUnit", _text(m.allows)))
            fits = () if m.allows == "money" else (("bw:allowsDimension", _text(m.dimension)),)
            yield _said(_iri("measure", m.id), self.graph, *facts, *self.labels(m.zh, m.en), *rest, *fits)
        factor = _iri("factor", "CNY%5E1")
        facts = (("rdf:type", _term("qudt:FactorUnit")), ("qudt:hasUnit", f"<{UNIT}CCY_CNY>"))
        yield _said(factor, self.graph, *facts, ("qudt:exponent", _typed(1, "integer")))
        for unit in MONEY:
            yield _said(
                f"<{unit.iri}>", self.graph,
                ("rdf:type", _term("bw:Unit")), ("dct:identifier", _text(unit.id)),
                ("bw:factor", _text(str(unit.factor[0]))), ("qudt:hasFactorUnit", factor),
                ("bw:scale", _typed(unit.factor[0], "decimal")),
                ("qudt:scalingOf", f"<{UNIT}CCY_CNY>"),
            )  # fmt: skip

    def quantity(self, name: str, zh: str, en: str) -> tuple[tuple[str, str], ...]:
        """Return what every quantity says."""
        facts = (("rdf:type", _term("bw:Quantity")), ("dct:identifier", _text(name)), *self.labels(zh, en))
        return *facts, ("bw:unitText", _text("CNY")), ("qudt:hasUnit", f"<{UNIT}CCY_CNY>"), ("bw:kind", _text("flow"))

    def driver(self, number: int) -> str:
        """Return what is said of a driver."""
        name = f"{_name(number)}.pull"
        facts = self.quantity(name, f"{self.word(number)}需求{number}", f"pull of {name}")
        rest = (("rdf:type", _term("bw:Driver")), ("bw:isTimed", _typed("true", "boolean")))
        assumed = [("rdf:type", _term("bw:Assumption")), ("bw:forQuantity", _iri("quantity", name))]
        assumed += [("bw:cell", _text(f"{name}[period=2025]")), ("bw:modelPeriod", _typed(2025, "integer"))]
        assumed += [("bw:exactValue", _text(str(number + 1))), ("bw:value", _typed(f"{number + 1}.0", "double"))]
        lines = _said(_iri("quantity", name), self.graph, *facts, *rest)
        return lines + _said(_iri("assumption", name), self.graph, *assumed)

    def tier(self, number: int) -> str:
        """Return what is said of a tier, its market and its rule: it supplies two tiers of the layer above."""
        layer, at, name = number % LAYERS, _iri("tier", _name(number)), _name(number)
        zh, en = f"{self.word(number)}{CHARACTERS[number % len(CHARACTERS)]}{number // len(CHARACTERS)}", f"tier {name}"
        facts = [("rdf:type", _term("bw:Tier")), ("dct:identifier", _text(name)), *self.labels(zh, en)]
        demand = str(layer == 0).lower()
        facts += [("bw:order", _typed(layer + 1, "integer")), ("bw:isDemand", _typed(demand, "boolean"))]
        above = self.above(number)
        lines = _said(at, self.graph, *facts, *(("bw:supplies", _iri("tier", _name(a))) for a in above))
        for a in above:
            lines += _said(_iri("tier", _name(a)), self.graph, ("bw:demandsFrom", at), ("bw:drivesDemandFor", at))
        width, drivers, column = -(-self.plan.tiers // LAYERS), self.plan.drivers, number // LAYERS
        driven = range((layer * width + column) % drivers, drivers, DRIVEN * width) if layer < DRIVEN else ()
        inputs = [*(f"{_name(a)}.market" for a in above), *(f"{_name(d)}.pull" for d in driven)]
        market = f"{name}.market"
        facts = [
            *self.quantity(market, f"{zh}市场", f"market of {en}"),
            ("bw:atTier", at),
            ("bw:sizes", _text("revenue")),
        ]
        facts += [("bw:isTimed", _typed("true", "boolean")), ("bw:isPrimary", _typed("true", "boolean"))]
        facts += [("bw:dependsOn", _iri("quantity", i)) for i in inputs]
        lines += _said(_iri("quantity", market), self.graph, *facts)
        facts = [
            ("rdf:type", _term("bw:Rule")),
            ("dct:identifier", _text(market)),
            *self.labels(f"{zh}市场", f"market of {en}"),
        ]
        facts += [("bw:defines", _iri("quantity", market)), ("bw:expression", _text(" + ".join(inputs)))]
        facts += [("bw:unitText", _text("CNY")), ("qudt:hasUnit", f"<{UNIT}CCY_CNY>")]
        facts += [("bw:edgeFrom", _iri("tier", _name(a))) for a in above[:1]]
        facts += [("bw:edgeTo", at) for _ in above[:1]]
        return lines + _said(_iri("rule", market), self.graph, *facts)

    def above(self, number: int) -> list[int]:
        """Return the two tiers that a tier supplies, in the layer above its own."""
        layer, column = number % LAYERS, number // LAYERS
        if layer == 0:
            return []
        width = (self.plan.tiers - layer) // LAYERS  # so many columns are complete above
        drawn = [column, _mixed(self.plan.seed, number) % max(1, width)]
        return [LAYERS * c + layer - 1 for c in dict.fromkeys(drawn)]

    def company(self, number: int) -> str:
        """Return what is said of a company and of its product."""
        name, node = _name(number), _iri("company", _name(number))
        first, second = (CHARACTERS[self.below(len(CHARACTERS))] for _ in range(2))
        zh = f"{first}{second}{self.word(self.below(97))}"
        facts = [
            ("rdf:type", _term("bw:Company")),
            ("dct:identifier", _text(name)),
            *self.labels(f"{zh}股份", f"{name} corp"),
        ]
        facts.append(("schema:tickerSymbol", _text(f"{number:06d}.SZ")))
        if number % 10 == 9:
            parent = _iri("company", _name(self.below(number)))
            facts += [("org:subOrganizationOf", parent), ("rdf:type", _term("bw:CompanyUnit"))]
        product, form = _iri("product", f"{name}_one"), ("rdf:type", _term("bw:Product"))
        about = [form, ("dct:identifier", _text(f"{name}_one")), *self.labels(f"{zh}{number}型", f"{name} one")]
        about += [("bw:madeBy", node), ("bw:atTier", _iri("tier", _name(self.below(self.plan.tiers))))]
        return _said(node, self.graph, *facts) + _said(product, self.graph, *about)


class _Document:
    """One document: its graph depends on the plan and its own number only."""

    def __init__(self, drawn: Plan, number: int) -> None:
        self.plan, self.number, self.name = drawn, number, f"{number:04d}"
        self.graph = _iri("document", self.name)
        self.random = random.Random(f"{drawn.seed}/document/{number}").random  # noqa: S311  the same on every Python
        self.published = f"{2023 + self.below(3)}-{1 + self.below(12):02d}-{1 + self.below(28):02d}"
        self.word = INDUSTRIES[drawn.industry].split()[number % 19]

    def below(self, end: int) -> int:
        """Return a drawn number below an end."""
        return int(self.random() * end)

    def part(self, total: int) -> range:
        """Return the numbers of the things, out of a total, that this document speaks of."""
        return range(total * self.number // self.plan.documents, total * (self.number + 1) // self.plan.documents)

    def everything(self) -> Iterator[str]:
        """Yield what the document says, a thing at a time."""
        title = (
            ("dct:title", _text(f"{self.word}行业跟踪之{self.number}", "zh")),
            ("dct:title", _text(f"Survey {self.number}", "en")),
        )
        facts = (
            ("rdf:type", _term("bw:Document")),
            ("rdf:type", _term("prov:Entity")),
            ("dct:identifier", _text(self.name)),
        )
        labels = (
            ("skos:prefLabel", title[0][1]),
            ("skos:prefLabel", title[1][1]),
            ("skos:notation", _text(f"survey-{self.name}")),
        )
        yield _said(self.graph, self.graph, *facts, *title, *labels, ("dct:issued", _typed(self.published, "date")))
        place = self.locator("list")
        yield self.place(place, "list")
        for number in self.part(3 * self.plan.companies):
            yield self.supply(number, place)
        claims = self.part(self.plan.observations)
        tables = [*range(claims.start, claims.stop, 20), claims.stop]
        for table, (first, last) in enumerate(pairwise(tables), 1):
            if not self.plan.whole:
                yield self.place(self.locator(f"{table}"), f"表{table}")
            for number in range(first, last):
                yield self.claim(number, table)

    def locator(self, name: str) -> str:
        """Return a place of the document."""
        return _iri("locator", f"{self.name}~{name}")

    def place(self, node: str, text: str, *more: tuple[str, str]) -> str:
        """Return what is said of a place."""
        facts = (("rdf:type", _term("bw:Locator")), ("dct:isPartOf", self.graph), ("bw:place", _text(text)))
        return _said(node, self.graph, *facts, *more)

    def supply(self, number: int, place: str) -> str:
        """Return a supply statement; the last tiers have one supplier each, the others many."""
        single = self.plan.tiers // 20
        company = number % self.plan.companies
        tier = self.plan.tiers - 1 - number if number < single else self.below(self.plan.tiers - single)
        return _said(
            _iri("supply", f"{_mixed(self.plan.seed, 2, number):016x}"), self.graph,
            ("rdf:type", _term("bw:Supply")), ("bw:company", _iri("company", _name(company))),
            ("bw:tier", _iri("tier", _name(tier))), ("bw:role", _iri("role", "supplier")),
            ("bw:segment", _text(self.word)), ("prov:wasDerivedFrom", place),
        )  # fmt: skip

    def claim(self, number: int, table: int) -> str:
        """Return a claim, in whole mode with its place."""
        company, which, year = self.below(self.plan.companies), self.below(len(MEASURES)), YEARS[self.below(len(YEARS))]
        measure = MEASURES[which]
        unit = measure.units[self.below(len(measure.units))]
        digits, form = 2 + self.below(3), self.random()
        value = truth(self.plan.seed, company, which, year)
        if form < 1 / 12:
            value = (value[0] * (105 + self.below(50)) // 100, value[1])
        number_printed, places = _printed(value, unit, digits, cut=form > 0.9)
        estimate = year >= int(self.published[:4]) or self.below(8) == 0
        identifier = f"{_mixed(self.plan.seed, 3, number):016x}"
        name, span = _name(company), f"{year}-01-01/{year}-12-31"
        place = self.locator(f"{table}-{number}" if self.plan.whole else f"{table}")
        facts = [
            ("rdf:type", _term("bw:Claim")), ("dct:identifier", _text(identifier)), ("prov:wasDerivedFrom", place),
            ("bw:entity", _iri("company", name)), ("bw:concept", _iri("measure", measure.id)),
            ("bw:year", _typed(year, "integer")), ("qudt:hasUnit", f"<{unit.iri}>"),
            ("bw:status", _iri("status", "estimate" if estimate else "actual")),
            ("bw:comparableAs", _text(f"company/{name} {measure.id} {span}")),
            *_figure(number_printed, places, unit, measure, form),
        ]  # fmt: skip
        if not self.plan.whole:
            return _said(_iri("claim", identifier), self.graph, *facts)
        facts += [
            ("rdf:type", _term("qb:Observation")), ("bw:subject", _text(f"{name} corp")),
            ("bw:measure", _text(measure.zh)), ("bw:unitText", _text(unit.text)), *_doubles(facts),
            ("bw:period", _text(str(year))), ("bw:periodStart", _typed(span[:10], "date")),
            ("bw:periodEnd", _typed(span[11:], "date")), ("bw:periodKind", _text("calendar")),
            ("bw:asOf", _typed(self.published, "date")),
        ]  # fmt: skip
        if self.plan.flaws and number % self.plan.flaws == self.plan.flaws - 1:
            facts = _spoilt(facts, number // self.plan.flaws % 4)
        rest = (
            ("bw:row", _text(f"{name} corp")),
            ("bw:column", _text(f"{measure.zh}{year}")),
            ("bw:line", _typed(number + 1, "integer")),
        )
        return self.place(place, f"表{table}", *rest) + _said(_iri("claim", identifier), self.graph, *facts)


def _figure(number: int, places: int, unit: Unit, measure: Measure, form: float) -> list[tuple[str, str]]:
    """Return what a claim prints and what it is in coherent units; a few are about, and a few are ranges."""
    top, more = unit.factor
    digits = str(abs(number)).rjust(places + 1, "0")
    lexical = ("-" if number < 0 else "") + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)
    coherent, exact = _decimal(number * top, places + more), _decimal(number, places)
    if 0.10 < form < 0.11 and number > 0:
        end = number + max(1, number // 8)
        amount = f"{coherent} {_decimal(end * top, places + more)} {measure.dimension}"
        ends = [("bw:exactLow", _text(exact)), ("bw:exactHigh", _text(_decimal(end, places)))]
        return [
            ("bw:lexical", _text(f"{lexical}-{_decimal(end, places)}")),
            *ends,
            ("bw:coherentAmount", _text(amount)),
        ]
    facts = [("bw:lexical", _text(lexical)), ("bw:exactValue", _text(exact))]
    about = [("bw:bound", _text("~"))] if 0.11 < form < 0.13 else []
    return [*facts, *about, ("bw:coherentAmount", _text(f"{coherent} {measure.dimension}"))]


def _doubles(facts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the numbers among what a claim says as doubles beside their exact texts."""
    exact = [(p.removeprefix("bw:exact").lower(), float(value.strip('"'))) for p, value in facts if "bw:exact" in p]
    return [(f"bw:{name}", _typed(repr(value), "double")) for name, value in exact]


def _spoilt(facts: list[tuple[str, str]], kind: int) -> list[tuple[str, str]]:
    """Return what a claim says with one flaw that the shapes know."""
    if kind == 0:
        return [f for f in facts if f[0] != "bw:status"]
    if kind == 1:
        return [f for f in facts if f[0] != "bw:lexical"]
    if kind == 2:
        return [*facts, ("qudt:hasUnit", f"<{UNIT}M>")]
    return [(p, _text("unknown") if p == "bw:exactValue" else v) for p, v in facts]


def quads(drawn: Plan) -> Iterator[str]:
    """Yield the dataset as lines of N-Quads, a thing at a time: the model first, then document after document."""
    yield from _Model(drawn).everything()
    for number in range(drawn.documents):
        yield from _Document(drawn, number).everything()


def triples(drawn: Plan) -> Iterator[str]:
    """Yield the dataset as lines of N-Triples, without graphs."""
    for lines in quads(drawn):
        yield "".join(f"{line.rpartition(' <')[0]} .\n" for line in lines.splitlines())


def document(drawn: Plan, number: int) -> bytes:
    """Return the graph of one document as N-Quads."""
    return "".join(_Document(drawn, number).everything()).encode()


def write(path: Path, drawn: Plan, *, graphs: bool = True) -> int:
    """Write a dataset as N-Quads, or as N-Triples without graphs; return the number of lines."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        for lines in quads(drawn) if graphs else triples(drawn):
            file.write(lines)
            count += lines.count("\n")
    return count


def main() -> None:
    """Write a dataset as the command line says."""
    parser = argparse.ArgumentParser(
        description="Write a made-up supply chain as RDF; the same arguments give the same bytes."
    )
    parser.add_argument("triples", type=int, help="how many are aimed at")
    parser.add_argument("path", type=Path)
    parser.add_argument("--triples", dest="flat", action="store_true", help="N-Triples, without named graphs")
    parser.add_argument("--observations", type=int, help="number of claims; 76 in 1,000 triples by default")
    parser.add_argument("--whole", action="store_true", help="claims say all that a workspace's claims say")
    parser.add_argument("--flaws", type=int, default=0, help="of whole claims, one in so many breaks a shape")
    parser.add_argument("--industry", choices=sorted(INDUSTRIES), default="compute")
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    drawn = plan(a.triples, a.observations, whole=a.whole, flaws=a.flaws, industry=a.industry, seed=a.seed)
    sys.stderr.write(f"{write(a.path, drawn, graphs=not a.flat):,} lines; {drawn}\n")


if __name__ == "__main__":
    main()
