"""Says what checks across records need: wholes, totals, the year before, rounding, bounds and dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction

import pyoxigraph as ox

from bullwhip.model.chain import Share
from bullwhip.model.claim import Claim
from bullwhip.model.period import read_year
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import fraction_text
from bullwhip.query.things import Statement
from bullwhip.terms import PREFIXES, resource
from bullwhip.units import Vocabulary, show

__all__ = ["NO_UNIT", "bounds", "measure_dimensions", "rounding", "totals", "whole", "years_before"]

NO_UNIT = "no number is printed"
"""Why a claim without a number has no unit; a number always has one."""

_PRINTED = re.compile(r"\d[\d,]*(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?")
_SUM = re.compile(r"sum\([a-z_0-9]+\)|[a-z_0-9]+(?: \+ [a-z_0-9]+)+")


def rounding(claim: Claim) -> Fraction | None:
    """Return half a unit of the last place that a claim prints, in its printed unit; None where that is unclear."""
    number = next((v for v in (claim.value, claim.low, claim.high) if v is not None), None)
    if number is None:
        return None
    places = {
        len(m[1] or "") - int(m[2] or 0)
        for m in _PRINTED.finditer(claim.lexical)
        if Fraction(m[0].replace(",", "")) == abs(number)
    }
    return Fraction(10) ** -places.pop() / 2 if len(places) == 1 else None


def whole(share: Share, claim: Claim | None) -> str:
    """Return what a share is a share of, in one text; empty where its claim is unknown."""
    if claim is None:
        return ""
    index = ",".join(f"{d}={m}" for d, m in share.index)
    parts = (claim.document, claim.locator, share.tier, share.quantity, index, claim.measure, claim.period)
    return " | ".join(part for part in parts if part)


def totals(program: CompiledProgram) -> Iterator[tuple[Claim, Claim]]:
    """Yield every printed total with each part of the same document that its derivation adds up to it."""
    claims = {c.id: c for c in program.claims}
    for derivation in program.derivations:
        if derivation.as_published or not _SUM.fullmatch(derivation.expression):
            continue
        for instance in derivation.instances:
            parts = [claims.get(read.claim) for read in instance.reads]
            total = claims.get(instance.result.claim)
            if total is None or len(parts) < 2:
                continue
            if all(part is not None and part.document == total.document for part in parts):
                yield from ((total, part) for part in parts if part is not None)


def years_before(program: CompiledProgram) -> Iterator[tuple[Claim, Claim]]:
    """Yield every amount of a table with that of the year before, where there is one of each; no ratios.

    Counted things are amounts: cards of a year stand beside those of the year before, a percentage does not.
    """
    timed = {m.id for m in program.chain.measures if m.timed}
    series: dict[tuple[str, ...], dict[int, list[Claim]]] = {}
    for c in program.claims:
        year = read_year(c.period)
        amount = c.counted or c.dimension != "dimensionless"
        if c.entity and c.concept in timed and year and c.value is not None and amount:
            key = (c.document, c.locator, c.entity, c.concept, c.part, c.dimension, c.counted, c.subject, c.measure)
            series.setdefault(key, {}).setdefault(year, []).append(c)
    for years in series.values():
        for year, found in years.items():
            before = years.get(year - 1, [])
            if len(found) == 1 and len(before) == 1:
                yield found[0], before[0]


def measure_dimensions(program: CompiledProgram) -> Iterator[Statement]:
    """Yield the dimensions that the figures of each measure may have; of money any currency, which is not listed."""
    counted = {name for name, _, _ in program.header.counts}
    vocabulary = Vocabulary.with_counts({name: spellings for name, _, spellings in program.header.counts})
    for measure in program.chain.measures:
        node = ox.NamedNode(resource("measure", measure.id))
        for unit in measure.units:
            if unit == "money":
                continue
            dimension = () if unit == "count" else vocabulary.parse(unit).dimension
            yield node, "bw:allowsDimension", show(tuple(d for d in dimension if d[0] not in counted))


def bounds(limits: Mapping[str, Fraction | None]) -> Iterator[tuple[str, ox.Literal]]:
    """Yield the bounds that are known as decimals, by property.

    >>> [(name, value.value) for name, value in bounds({"bw:least": Fraction(0), "bw:most": None})]
    [('bw:least', '0')]
    """
    for name, limit in limits.items():
        text = "" if limit is None else fraction_text(limit)
        if text and "/" not in text:
            yield name, ox.Literal(text, datatype=ox.NamedNode(f"{PREFIXES['xsd']}decimal"))
