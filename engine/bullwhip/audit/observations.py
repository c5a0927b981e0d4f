"""Claims out of a store, for the audit: what they are about and print as columns, and whole claims where it takes them.

A store holds claims as `query/dataset.py` writes them, ours or somebody else's. Each property is read in one go, which
is quicker than joining them in a query, and a claim is put together again only where its figure is no plain one. What
cannot be read is left out, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from urllib.parse import unquote

import pyoxigraph as ox

from bullwhip.audit.columns import Columns, Figures, digits_of
from bullwhip.model.claim import Claim
from bullwhip.query.unit_terms import QUDT
from bullwhip.store.interface import Store
from bullwhip.terms import PREFIXES, resource
from bullwhip.units import Vocabulary

__all__ = ["Observations", "conflicting"]

_CLAIM = resource("claim", "")
_NUMBER = r"-?[0-9]+(?:\.[0-9]+|/[1-9][0-9]*)?"
_EXACT = re.compile(_NUMBER)
_AMOUNT = re.compile(rf"({_NUMBER})(?: {_NUMBER}){{0,2}} \S+")
_LONGEST = 4_000
"""Characters of a number; what is longer is none that this product writes."""
_AT_ONCE = 200
"""Claims asked for in one query."""

_Facts = dict[str, list[str]]


def conflicting(store: Store) -> list[tuple[str, list[str]]]:
    """Return what claims of a store cannot agree about, and the ids of those claims, both in order."""
    found = Observations.read(store)
    return [(about, [found.figures.ids[n] for n in numbers]) for about, numbers in found.columns().disagreeing()]


@dataclass(frozen=True, slots=True)
class Observations:
    """The claims of a store that print a number."""

    store: Store
    figures: Figures
    iris: Sequence[str]
    """Of each claim; its id is the last part of ours, and the whole of any other."""
    units: dict[str, tuple[str, Fraction | None]]
    """Id and factor of the units that are described in the store, by IRI."""
    counts: frozenset[str]
    """The counted things of its workspace."""
    left_out: tuple[str, ...] = field(default=())
    """Claims with an amount that is no number, or is 0 of a unit that nobody knows."""

    @classmethod
    def read(cls, store: Store) -> Observations:
        """Read the claims of a store."""
        units, counts = _units(store)
        amounts = _values(store, "?s bw:coherentAmount ?o FILTER(isIRI(?s))")
        exact, low, high = (_values(store, f"?s bw:exact{end} ?o") for end in ("Value", "Low", "High"))
        wrong = {s for s, text in amounts.items() if len(text) > _LONGEST or not _AMOUNT.fullmatch(text)}
        known = {text for texts in (exact, low, high) for text in texts.values()}
        unread = {text for text in known if not _is_exact(text)}
        wrong |= {s for texts in (exact, low, high) for s, text in texts.items() if text in unread} if unread else set()
        nothing = [s for s, text in amounts.items() if text[:1] in "-0" and s not in wrong and _is_zero(text)]
        zero = "?s bw:coherentAmount ?a ; qudt:hasUnit ?o FILTER(REGEX(?a, '^-?0'))"
        unit = _values(store, zero) if nothing else {}
        wrong |= {s for s in nothing if _factor(units, unit.get(s, "")) is None}
        odd = {*_values(store, "?s bw:bound ?o"), *low, *high, *_counted(store, units, counts)}
        odd |= {*_values(store, "?s prov:wasDerivedFrom/bw:part ?o FILTER(?o IN ('low', 'high'))")}
        lexical = _values(store, "?s bw:lexical ?o")
        source = _values(store, "?s prov:wasDerivedFrom/dct:isPartOf ?o")
        iris = [s for s in amounts if s not in wrong]
        number = {s: k for k, s in enumerate(iris)}
        about = [(o, number[s]) for s, o in _pairs(store, "?s bw:comparableAs ?o") if s in number]
        prints = [("", "") if s in odd else (lexical.get(s, ""), exact.get(s, "")) for s in iris]
        read = {pair: digits_of(*pair) for pair in set(prints)}
        figures = Figures(
            [s.removeprefix(_CLAIM) for s in iris], [source.get(s, "") for s in iris], [amounts[s] for s in iris],
            [read[pair] for pair in prints], [text for text, _ in about], [k for _, k in about],
        )  # fmt: skip
        return cls(store, figures, iris, units, counts, tuple(sorted(wrong & set(amounts))))

    def columns(self) -> Columns:
        """Return the claims as columns."""
        return Columns(self.figures, self.claims, self.counts)

    def claims(self, numbers: Sequence[int]) -> list[Claim]:
        """Return claims by number, with what it takes to judge them."""
        said: dict[str, _Facts] = {}
        for first in range(0, len(numbers), _AT_ONCE):
            named = " ".join(str(ox.NamedNode(self.iris[n])) for n in numbers[first : first + _AT_ONCE])
            for pattern in ("?s ?p ?o", "?s prov:wasDerivedFrom ?place . ?place a bw:Locator ; ?p ?o"):
                text = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {named} }} {pattern} }}"
                for s, p, o in self.store.query(text).rows:
                    said.setdefault(_text(s), {}).setdefault(_text(p), []).append(_text(o))
        return [self._claim(n, said[self.iris[n]]) for n in numbers]

    def _claim(self, number: int, facts: _Facts) -> Claim:
        def one(curie: str) -> str:
            prefix, _, name = curie.partition(":")
            return min(facts.get(PREFIXES[prefix] + name, [""]))

        def exact(name: str) -> Fraction | None:
            return Fraction(text) if (text := one(f"bw:exact{name}")) else None

        value, low, high = exact("Value"), exact("Low"), exact("High")
        *amounts, dimension = self.figures.amounts[number].split()
        ends = zip((v for v in (value, low, high) if v is not None), map(Fraction, amounts), strict=False)
        unit = one("qudt:hasUnit")
        factor = next((amount / end for end, amount in ends if end), None) or _factor(self.units, unit)
        row, column, line = one("bw:row"), one("bw:column"), one("bw:line")
        return Claim(
            id=self.figures.ids[number], document=one("dct:isPartOf"), table=bool(row or column),
            locator=one("bw:place"), row=row, column=column, part=one("bw:part"), lexical=one("bw:lexical"),
            value=value, low=low, high=high, bound=one("bw:bound"), unit=one("bw:unitText"),
            unit_id=self.units.get(unit, ("", None))[0], status="", period=one("bw:period"),
            subject=one("bw:subject"), measure=one("bw:measure"), by=unquote(one("prov:wasAttributedTo")),
            basis=one("bw:basis"), line=int(line) if line.isdecimal() else 0, quantity="", index=(),
            model_period=None, model_value=None, feeds=False, factor=factor, dimension=dimension,
        )  # fmt: skip


def _pairs(store: Store, pattern: str) -> list[tuple[str, str]]:
    """Return subjects and values of a pattern, as text."""
    rows = store.query(f"SELECT ?s ?o WHERE {{ {pattern} }}").rows
    return [(s.value, o.value) for s, o in rows]  # type: ignore[union-attr]  # a triple is no claim and no number


def _values(store: Store, pattern: str) -> dict[str, str]:
    """Return the value of each subject of a pattern; of several the least."""
    pairs = _pairs(store, pattern)
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(sorted(pairs, reverse=True))


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _is_exact(text: str) -> bool:
    return len(text) <= _LONGEST and _EXACT.fullmatch(text) is not None


def _is_zero(amount: str) -> bool:
    return not any(part.strip("-0.") for part in amount.split()[:-1])


def _units(store: Store) -> tuple[dict[str, tuple[str, Fraction | None]], frozenset[str]]:
    """Return the units that a store describes, and the counted things among them, which have names in languages."""
    names = _values(store, "?s a bw:Unit ; dct:identifier ?o")
    factors = _values(store, "?s a bw:Unit ; bw:factor ?o")
    labels = _values(store, "?s a bw:Unit ; skos:prefLabel ?o")
    units = {s: (name, Fraction(t) if _is_exact(t := factors.get(s, "")) else None) for s, name in names.items()}
    return units, frozenset(name for s, name in names.items() if s in labels)


def _factor(units: dict[str, tuple[str, Fraction | None]], unit: str) -> Fraction | None:
    """Return what one of a unit is in coherent units: as the store says, or as QUDT means it."""
    if unit in units:
        return units[unit][1]
    name = unit.removeprefix(PREFIXES["unit"])
    text = next((ours for ours, term in QUDT.items() if term == name), "")
    return _vocabulary().parse(text).factor if text else None


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary.with_counts({})


def _counted(store: Store, units: dict[str, tuple[str, Fraction | None]], counts: Collection[str]) -> Iterator[str]:
    """Yield the claims in units of counted things alone, whose whole numbers are no roundings."""
    for unit, (name, _) in sorted(units.items()):
        words = set(re.findall(r"[^\W\d]\w*", name))
        if words and words <= set(counts):
            for quad in store.match(None, ox.NamedNode(f"{PREFIXES['qudt']}hasUnit"), ox.NamedNode(unit), None):
                yield _text(quad.subject)
