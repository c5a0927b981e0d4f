"""Units in RDF: a QUDT term only where it is exactly our unit, else factor and exponents that multiply back to it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bullwhip import Workspace
from bullwhip.numbers import read_decimal
from bullwhip.query.unit_terms import QUDT, UnitTerms
from bullwhip.terms import BW, PREFIXES, resource
from bullwhip.units import DIMENSIONLESS, Dimension, Vocabulary, multiply, power
from documents import ROOT

ROOTS = [ROOT, ROOT / "starter", ROOT / "tests" / "golden" / "solar", ROOT / "tests" / "golden" / "batteries"]
UNIT = PREFIXES["unit"]


def _multipliers() -> dict[str, Fraction]:
    """Return what QUDT says its units are of the SI unit, by local name (release of August 2026, CC BY 4.0)."""
    lines = (ROOT / "tests" / "qudt_multipliers.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {name: read_decimal(text) for name, text in (line.split("\t") for line in lines)}


def _terms(*counted: str) -> UnitTerms:
    return UnitTerms(Vocabulary.with_counts(dict.fromkeys(counted, ())))


def _used(root: str) -> tuple[UnitTerms, list[str]]:
    """Return the terms of a workspace and every unit that a quantity, claim or relation in it has."""
    program = Workspace.open(root).program
    texts = {q.unit for q in program.quantities.values()} | {c.unit_id for c in program.claims}
    texts |= {r.unit_id for r in program.chain.relations} | {name for name, *_ in program.header.counts}
    return UnitTerms.of(program.header), sorted(texts - {""})


@pytest.mark.parametrize("text", QUDT)
def test_a_qudt_unit_is_exactly_ours(text: str) -> None:
    """Its multiplier to SI is our factor, with the gram as a thousandth of the kilogram, bits and money as they are."""
    unit = Vocabulary.with_counts({}).parse(text)
    mass = dict(unit.dimension).get("mass", Fraction(0))

    assert _multipliers()[QUDT[text]] == unit.factor / Fraction(1000) ** int(mass)


@pytest.mark.parametrize(
    ("text", "name"),
    [("Gbit/s", "GigaBIT-PER-SEC"), ("kW*h", "KiloW-HR"), ("1000 W", "KiloW"), ("百万 W", "MegaW"),
     ("TFLOPS", "TeraFLOPS"), ("美元", "CCY_USD"), ("吨", "TONNE"), ("0.01", "PERCENT")],
)  # fmt: skip
def test_another_spelling_is_the_same_term(text: str, name: str) -> None:
    """What is equal in size and dimension is one resource."""
    assert UNIT + name == _terms().iri(text)


@pytest.mark.parametrize("text", ["pp", "year", "month", "FLOP", "card", "亿 USD", "TFLOP/(s*card)", "万 t", "score"])
def test_a_unit_that_qudt_has_not_is_our_own(text: str) -> None:
    """A year of the calendar is no 31,557,600 s, a point no percent; a word outside the vocabulary is only named."""
    assert resource("unit", text) == _terms("card").iri(text)


@pytest.mark.parametrize("root", ROOTS, ids=lambda p: p.name)
def test_every_unit_in_use_can_be_had_back_from_its_triples(root: object) -> None:
    """Either QUDT says what it is, or its factor and the exponents of its factor units are those of the unit."""
    terms, texts = _used(str(root))
    differing = []
    for text in texts:
        said = list(terms.describe(text))
        if terms.iri(text).startswith(UNIT):
            assert said == []
            continue
        about: dict[tuple[str, str], list[object]] = {}
        for subject, predicate, value in said:
            about.setdefault((subject.value, predicate), []).append(getattr(value, "value", value))
        node, unit = terms.iri(text), terms.vocabulary.parse(text)
        dimension: Dimension = DIMENSIONLESS
        for factor in about.get((node, "qudt:hasFactorUnit"), []):
            (base,), (exponent,) = about[str(factor), "qudt:hasUnit"], about[str(factor), "qudt:exponent"]
            dimension = multiply(dimension, power(_base(terms, str(base)), Fraction(int(str(exponent)))))
        base_unit = (node, "qudt:hasFactorUnit") not in about
        (exact,) = about[node, "bw:factor"]
        if (read_decimal(str(exact)), _base(terms, node) if base_unit else dimension) != (unit.factor, unit.dimension):
            differing.append(text)

    assert [] == differing


def _base(terms: UnitTerms, iri: str) -> Dimension:
    """Return the dimension of a base unit, or of a plain number, by its IRI."""
    names = [*terms.vocabulary.names, *(name for name, *_ in terms.counts)]
    found = [terms.vocabulary.parse(n).dimension for n in names if terms.iri(n) == iri]
    return found[0] if found else DIMENSIONLESS


def test_counted_things_have_names_in_the_graph() -> None:
    """A counted thing is a unit with its labels and other spellings."""
    data = Workspace.open(str(ROOT / "starter")).nquads().decode()
    node = f"<{resource('unit', 'cup')}>"
    lines = {
        line.split(" <https://w3id.org/bullwhip/id/graph/")[0] for line in data.splitlines() if line.startswith(node)
    }

    assert f'{node} <{PREFIXES["skos"]}prefLabel> "cup"@en' in lines
    assert f'{node} <{PREFIXES["skos"]}altLabel> "杯"' in lines
    assert f'{node} <{BW}factor> "1"' in lines


def test_every_named_unit_is_in_the_docs() -> None:
    """docs/units.md has a row for each name of the vocabulary, and names each QUDT term."""
    page = (ROOT / "docs" / "units.md").read_text(encoding="utf-8")

    assert [] == [n for n in Vocabulary.with_counts({}).names if f"| `{n}` |" not in page]
    assert [] == [q for q in QUDT.values() if f"unit:{q}`" not in page]
