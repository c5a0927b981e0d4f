"""The made-up chain is what benchmarks take it for: the same everywhere, well-formed, complete, of the size asked."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.numbers import fraction_text
from bullwhip.query.shacl import validate
from bullwhip.query.unit_terms import UnitTerms
from bullwhip.terms import BASE, PREFIXES
from bullwhip.units import Vocabulary, show
from synthetic import Plan, document, plan, quads, triples, truth, write
from synthetic_words import BW, MEASURES, Unit

SMALL = plan(4_000, 200)
WHOLE = plan(4_000, 90, whole=True)
RDF_TYPE = PREFIXES["rdf"] + "type"
ROOT = Path(__file__).parents[1]


def _parsed(drawn: Plan) -> list[ox.Quad]:
    return list(ox.parse("".join(quads(drawn)).encode(), format=ox.RdfFormat.N_QUADS))


def _values(parsed: list[ox.Quad]) -> dict[str, dict[str, list[str]]]:
    """Return what is said by subject and predicate."""
    said: dict[str, dict[str, list[str]]] = {}
    for q in parsed:
        assert not isinstance(q.subject, ox.Triple)
        assert not isinstance(q.object, ox.Triple)
        said.setdefault(q.subject.value, {}).setdefault(q.predicate.value, []).append(q.object.value)
    return said


def _of(said: dict[str, dict[str, list[str]]], kind: str) -> dict[str, dict[str, list[str]]]:
    return {s: facts for s, facts in said.items() if BW + kind in facts.get(RDF_TYPE, [])}


def test_the_same_arguments_give_the_same_bytes() -> None:
    """A small instance has one digest on every machine and Python."""
    digest = hashlib.sha256("".join(quads(SMALL)).encode()).hexdigest()

    assert digest == "e3f555c3d500354a42562b9384ff535d8fbe55b1e1f2d04a5146c029dbf3cc0a"


def test_another_seed_gives_other_bytes() -> None:
    """The seed changes what is said, and not how much of it."""
    first, second = ("".join(quads(plan(4_000, 200, seed=s))) for s in (1, 2))

    assert first != second
    assert abs(first.count("\n") - second.count("\n")) < 40


@pytest.mark.parametrize(
    ("size", "observations", "whole"),
    [(20_000, None, False), (100_000, None, False), (100_000, 1_000, False), (60_000, None, True)],
)
def test_the_size_is_the_one_asked_for(size: int, observations: int | None, whole: bool) -> None:
    """The number of lines is within four percent of what is asked for, and within two from 60,000 on."""
    lines = sum(text.count("\n") for text in quads(plan(size, observations, whole=whole)))

    assert abs(lines - size) <= size * (0.04 if size < 60_000 else 0.02)


@pytest.mark.parametrize("drawn", [SMALL, WHOLE])
def test_every_line_says_something_new_and_every_thing_is_described(drawn: Plan) -> None:
    """Nothing is said twice in a graph, and every thing that is named has a type and is said somewhere."""
    parsed = _parsed(drawn)
    assert len(parsed) == len({str(q) for q in parsed})

    said = _values(parsed)
    named = {q.object.value for q in parsed if isinstance(q.object, ox.NamedNode) and q.object.value.startswith(BASE)}

    assert {n for n in named if RDF_TYPE not in said.get(n, {})} == set()
    assert {s for s, facts in said.items() if RDF_TYPE not in facts} == set()


def test_a_document_is_a_graph_of_its_own() -> None:
    """The graph of a document can be made alone, and what it says stands in no other graph."""
    lines = "".join(quads(SMALL)).splitlines(keepends=True)
    for number in (0, SMALL.documents - 1):
        name = f" <{BASE}document/{number:04d}> .\n"

        assert document(SMALL, number).decode() == "".join(line for line in lines if line.endswith(name))


def test_triples_are_quads_without_graphs() -> None:
    """N-Triples and N-Quads say the same."""
    flat = {str(t) for t in ox.parse("".join(triples(SMALL)).encode(), format=ox.RdfFormat.N_TRIPLES)}

    assert flat == {str(ox.Quad(q.subject, q.predicate, q.object)) for q in _parsed(SMALL)}


def test_the_units_are_those_of_the_vocabulary() -> None:
    """Factor, dimension and term of every unit are what the engine says of it."""
    vocabulary = Vocabulary.with_counts({})
    terms = UnitTerms(vocabulary)
    said = {str(q) for q in _parsed(SMALL)}
    for m in MEASURES:
        for unit in m.units:
            read = vocabulary.parse(unit.id)

            assert (read.factor, show(read.dimension)) == (Fraction(unit.factor[0], 10 ** unit.factor[1]), m.dimension)
            assert terms.iri(unit.id) == unit.iri
            for subject, predicate, value in terms.describe(unit.id):
                term = value if isinstance(value, ox.NamedNode | ox.Literal) else ox.Literal(value)
                prefix, _, name = predicate.partition(":")
                quad = ox.Quad(subject, ox.NamedNode(PREFIXES[prefix] + name), term, ox.NamedNode(f"{BASE}graph/model"))
                assert str(quad) in said


@pytest.mark.parametrize("drawn", [SMALL, WHOLE])
def test_a_claim_says_one_figure_in_two_ways(drawn: Plan) -> None:
    """The amount in coherent units is the printed figure times the factor of its unit, written as the engine does."""
    units = {unit.iri: unit for m in MEASURES for unit in m.units}
    claims = _of(_values(_parsed(drawn)), "Claim")
    assert len(claims) == drawn.observations
    for facts in claims.values():
        unit: Unit = units[facts[PREFIXES["qudt"] + "hasUnit"][0]]
        exact = [Fraction(v) for k in ("Value", "Low", "High") for v in facts.get(f"{BW}exact{k}", [])]
        *amounts, _ = facts[BW + "coherentAmount"][0].split()
        printed = [Fraction(part) for part in facts[BW + "lexical"][0].lstrip("-").split("-")]

        assert amounts == [fraction_text(v * unit.factor[0] / 10 ** unit.factor[1]) for v in exact]
        assert printed == [abs(v) for v in exact]


def test_most_claims_print_the_true_value() -> None:
    """About eleven in twelve prints lie within a twentieth of the truth, and the others do not."""
    drawn = plan(20_000)
    said = _values(_parsed(drawn))
    companies = list(_of(said, "Company"))
    names = {m.id: k for k, m in enumerate(MEASURES)}
    far = 0
    for facts in _of(said, "Claim").values():
        about, measure, span = facts[BW + "comparableAs"][0].split()
        digits, places = truth(drawn.seed, companies.index(BASE + about), names[measure], int(span[:4]))
        true = Fraction(digits) / Fraction(10) ** places
        far += abs(Fraction(facts[BW + "coherentAmount"][0].split()[0]) - true) > abs(true) / 20

    assert 0.05 < far / drawn.observations < 0.15


def test_every_market_depends_on_a_driver() -> None:
    """Following dependsOn ends at drivers, every driver is followed to, and tiers are in layers: no circles."""
    said = _values(_parsed(plan(60_000, 500)))
    drivers = set(_of(said, "Driver"))
    reached: dict[str, set[str]] = {d: {d} for d in drivers}
    quantities = _of(said, "Quantity")
    for _ in range(12):
        for name, facts in quantities.items():
            for cause in facts.get(BW + "dependsOn", []):
                reached.setdefault(name, set()).update(reached.get(cause, set()))
    order = {s: int(facts[BW + "order"][0]) for s, facts in _of(said, "Tier").items()}

    assert all(reached[q] for q in quantities)
    assert all(any(d in causes for q, causes in reached.items() if q != d) for d in drivers)
    assert all(order[t] == order[up] + 1 for t, f in said.items() if t in order for up in f.get(BW + "supplies", []))


def test_the_last_tiers_have_one_supplier_each() -> None:
    """A twentieth of the tiers has a single supplier, and no other tier has fewer than two."""
    drawn = plan(100_000, 1_000)
    statements = _of(_values(_parsed(drawn)), "Supply").values()
    suppliers: dict[str, set[str]] = {}
    for facts in statements:
        suppliers.setdefault(facts[BW + "tier"][0], set()).add(facts[BW + "company"][0])
    single = drawn.tiers // 20
    counts = sorted(len(names) for names in suppliers.values())

    assert (len(counts), counts[single - 1]) == (drawn.tiers, 1)
    assert counts[single] > 1


def test_another_industry_differs_in_labels_only() -> None:
    """What things are called changes with the industry, and nothing else does."""
    graphs = [quads(plan(4_000, 200, industry=i)) for i in ("compute", "dairy")]
    cut = [[line for text in g for line in text.splitlines() if '"@zh' not in line] for g in graphs]
    differing = [(a, b) for a, b in zip(*cut, strict=True) if a != b]

    assert {a.split()[1] for a, _ in differing} == {f"<{BW}segment>"}


def test_whole_claims_conform_to_the_shapes_but_for_their_flaws() -> None:
    """Without flaws the shapes find nothing, and with flaws one result for each of them."""
    files = [ROOT / "ontology" / "core.ttl", ROOT / "ontology" / "shapes.ttl"]
    shapes = {f"ontology/{f.name}": f.read_bytes() for f in files}
    for flaws in (0, 20):
        drawn = plan(2_500, 80, whole=True, flaws=flaws)
        found = validate(_parsed(drawn), shapes).results
        expected = ["claim.figure", "claim.status", "claim.unit", "number.exact-value"] if flaws else []

        assert sorted(r.shape for r in found) == expected


def test_writing_streams_what_is_said(tmp_path: Path) -> None:
    """The file has the lines of the dataset in order, whichever form it is written in."""
    path = tmp_path / "chain.nt"

    assert write(path, SMALL, graphs=False) == "".join(triples(SMALL)).count("\n")
    assert path.read_text(encoding="utf-8") == "".join(triples(SMALL))
