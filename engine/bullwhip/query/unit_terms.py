"""Units in RDF: the QUDT term where one is exactly ours, else a unit of our own that says its factor and exponents.

A unit of our own is the exact factor `bw:factor` times a product of base units, each a `qudt:FactorUnit` with its whole
exponent. Base units are QUDT terms where they exist; every counted thing is a base unit of its own (convention §8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

import pyoxigraph as ox

from bullwhip.model.label import Label
from bullwhip.model.program import Header
from bullwhip.numbers import fraction_text
from bullwhip.terms import PREFIXES, resource
from bullwhip.units import BASE_UNITS, SCALES, Dimension, Unit, UnitError, Vocabulary

__all__ = ["QUDT", "UnitTerms", "qudt_units"]

QUDT: dict[str, str] = {
    "1": "UNITLESS", "%": "PERCENT",
    "USD": "CCY_USD", "CNY": "CCY_CNY", "EUR": "CCY_EUR", "JPY": "CCY_JPY", "TWD": "CCY_TWD", "HKD": "CCY_HKD",
    "GBP": "CCY_GBP", "KRW": "CCY_KRW",
    "s": "SEC", "min": "MIN", "h": "HR", "day": "DAY", "week": "WK", "1/s": "PER-SEC",
    "g": "GM", "kg": "KiloGM", "mg": "MilliGM", "ug": "MicroGM", "ng": "NanoGM", "t": "TONNE", "kt": "KiloTONNE",
    "Mt": "MegaTONNE",
    "m": "M", "km": "KiloM", "cm": "CentiM", "mm": "MilliM", "um": "MicroM", "nm": "NanoM", "pm": "PicoM",
    "m/s": "M-PER-SEC",
    "m^2": "M2", "km^2": "KiloM2", "cm^2": "CentiM2", "mm^2": "MilliM2", "um^2": "MicroM2", "ha": "HA",
    "m^3": "M3", "cm^3": "CentiM3", "mm^3": "MilliM3", "L": "L", "L/s": "L-PER-SEC",
    "K": "K", "A": "A", "A*h": "A-HR", "V": "V", "kV": "KiloV", "MV": "MegaV", "mV": "MilliV", "uV": "MicroV",
    "J": "J", "kJ": "KiloJ", "MJ": "MegaJ", "GJ": "GigaJ", "TJ": "TeraJ", "PJ": "PetaJ", "EJ": "ExaJ", "mJ": "MilliJ",
    "uJ": "MicroJ", "nJ": "NanoJ", "pJ": "PicoJ",
    "W": "W", "kW": "KiloW", "MW": "MegaW", "GW": "GigaW", "TW": "TeraW", "PW": "PetaW", "mW": "MilliW", "uW": "MicroW",
    "nW": "NanoW", "pW": "PicoW",
    "Wh": "W-HR", "kWh": "KiloW-HR", "MWh": "MegaW-HR", "GWh": "GigaW-HR", "TWh": "TeraW-HR",
    "Hz": "HZ", "kHz": "KiloHZ", "MHz": "MegaHZ", "GHz": "GigaHZ", "THz": "TeraHZ",
    "bit": "BIT", "kbit": "KiloBIT", "Mbit": "MegaBIT", "Gbit": "GigaBIT", "Tbit": "TeraBIT", "Pbit": "PetaBIT",
    "B": "BYTE", "kB": "KiloBYTE", "MB": "MegaBYTE", "GB": "GigaBYTE", "TB": "TeraBYTE", "PB": "PetaBYTE",
    "EB": "ExaBYTE",
    "bps": "BIT-PER-SEC", "kbps": "KiloBIT-PER-SEC", "Mbps": "MegaBIT-PER-SEC", "Gbps": "GigaBIT-PER-SEC",
    "Tbps": "TeraBIT-PER-SEC", "Pbps": "PetaBIT-PER-SEC",
    "B/s": "BYTE-PER-SEC", "kB/s": "KiloBYTE-PER-SEC", "MB/s": "MegaBYTE-PER-SEC", "GB/s": "GigaBYTE-PER-SEC",
    "FLOP/s": "FLOPS", "MFLOP/s": "MegaFLOPS", "GFLOP/s": "GigaFLOPS", "TFLOP/s": "TeraFLOPS", "PFLOP/s": "PetaFLOPS",
    "W/m": "W-PER-M", "W/m^2": "W-PER-M2", "W/kg": "W-PER-KiloGM", "J/kg": "J-PER-KiloGM", "Wh/kg": "W-HR-PER-KiloGM",
    "kWh/m^2": "KiloW-HR-PER-M2", "kg/m^3": "KiloGM-PER-M3", "g/m^3": "GM-PER-M3", "t/ha": "TONNE-PER-HA",
}  # fmt: skip
"""Our unit to the local name of the QUDT unit that is exactly it.

A year and a month of the calendar are not the 31,557,600 s and 2,551,442.976 s of QUDT, and a point of percentage is no
percent of anything: they are our own.
"""

_NO_TERM = ("pp",)
"""Units that are equal to a QUDT unit in size and not in meaning."""

_SCALED = re.compile(rf"({'|'.join(sorted(SCALES, key=len, reverse=True))}) ?([^\s*/^()]+)")

_Said = tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal | str | int]
"""Subject, predicate as prefix:name, and value."""


Counts = tuple[tuple[str, Label, tuple[str, ...]], ...]


def qudt_units(vocabulary: Vocabulary) -> dict[tuple[Fraction, Dimension], str]:
    """Return factor and dimension to the QUDT unit that has them, where there is one only."""
    found: dict[tuple[Fraction, Dimension], list[str]] = {}
    for text, name in QUDT.items():
        unit = vocabulary.parse(text)
        found.setdefault((unit.factor, unit.dimension), []).append(name)
    return {key: names[0] for key, names in found.items() if len(names) == 1}


class UnitTerms:
    """The terms of the units of a workspace.

    >>> terms = UnitTerms(Vocabulary.with_counts({"panel": ()}))
    >>> terms.iri("Gbit/s").rsplit("/", 1)[-1], terms.iri("kW/panel").rsplit("/", 1)[-1]
    ('GigaBIT-PER-SEC', 'kW%2Fpanel')
    >>> [value for _, predicate, value in terms.describe("Mt") if predicate == "bw:factor"], terms.iri("Mt")[-9:]
    ([], 'MegaTONNE')
    >>> next(value for _, predicate, value in terms.describe("kW/panel") if predicate == "bw:factor")
    '1000000'
    """

    def __init__(self, vocabulary: Vocabulary, counts: Counts = ()) -> None:
        """Take the vocabulary, and its counted things with their names and other spellings."""
        self.vocabulary, self.counts = vocabulary, counts
        self.same = qudt_units(vocabulary)

    @classmethod
    def of(cls, header: Header) -> UnitTerms:
        """Return the terms of a workspace."""
        return cls(Vocabulary.with_counts({name: aliases for name, _, aliases in header.counts}), header.counts)

    def iri(self, text: str) -> str:
        """Return the IRI of a unit; one that the vocabulary does not know is a name and nothing more."""
        unit = self._read(text)
        name = QUDT.get(text, "")
        if not name and unit is not None and not any(word in text for word in _NO_TERM):
            name = self.same.get((unit.factor, unit.dimension), "")
        return PREFIXES["unit"] + name if name else resource("unit", text)

    def describe(self, text: str) -> Iterator[_Said]:
        """Yield what is to say of a unit of our own; of a QUDT unit nothing, QUDT says it."""
        unit, iri = self._read(text), self.iri(text)
        if iri.startswith(PREFIXES["unit"]):
            return
        node = ox.NamedNode(iri)
        yield node, "rdf:type", _term("bw", "Unit")
        yield node, "dct:identifier", text
        if unit is None:
            return
        yield node, "bw:factor", fraction_text(unit.factor)
        for base, exponent in unit.dimension:
            one = BASE_UNITS.get(base, base)
            if one == text:
                continue  # a base unit is made of nothing else
            factor = ox.NamedNode(resource("factor", f"{one}^{exponent}"))
            yield node, "qudt:hasFactorUnit", factor
            yield factor, "rdf:type", _term("qudt", "FactorUnit")
            yield factor, "qudt:hasUnit", ox.NamedNode(self.iri(one))
            yield factor, "qudt:exponent", int(exponent)
            yield from self.describe(one)
        scaled = _SCALED.fullmatch(text)
        if scaled:
            scale = str(10 ** SCALES[scaled[1]])
            yield node, "bw:scale", ox.Literal(scale, datatype=_term("xsd", "decimal"))
            yield node, "qudt:scalingOf", ox.NamedNode(self.iri(scaled[2]))
            yield from self.describe(scaled[2])

    def counted(self) -> Iterator[_Said]:
        """Yield the counted things with their names, each a base unit of its own."""
        for name, label, aliases in sorted(self.counts):
            yield from self.describe(name)
            node = ox.NamedNode(self.iri(name))
            for language, text in (("zh", label.zh), ("en", label.en)):
                if text:
                    yield node, "skos:prefLabel", ox.Literal(text, language=language)
            for alias in aliases:
                yield node, "skos:altLabel", alias

    def _read(self, text: str) -> Unit | None:
        try:
            return self.vocabulary.parse(text)
        except UnitError:
            return None


def _term(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES[prefix] + name)
