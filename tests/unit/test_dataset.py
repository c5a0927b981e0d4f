"""The RDF dataset of a program: nothing is lost, nothing depends on order, and any engine reads the numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pyoxigraph as ox
import pytest
import rdflib

from bullwhip.errors import LoadError
from bullwhip.numbers import fraction_text
from bullwhip.query.dataset import MODEL, build_quads, to_format, to_nquads, to_rdflib
from bullwhip.terms import BW, PREFIXES, resource
from unit.sample import sample_nquads, sample_program, vocabulary


def objects(nquads: bytes, subject: str, predicate: str) -> list[str]:
    """Return what a dataset says of a subject by a property in any graph, sorted."""
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    return sorted(
        {
            str(getattr(q.object, "value", ""))
            for q in quads
            if str(q.subject) == f"<{subject}>" and str(q.predicate) == f"<{predicate}>"
        }
    )


@pytest.fixture(scope="module")
def nquads() -> bytes:
    """The dataset of the sample."""
    return sample_nquads()


def test_order_of_records_changes_nothing(nquads: bytes) -> None:
    """A program whose records come in reverse order has the same N-Quads, byte for byte."""
    program = sample_program()
    chain = program.chain
    turned = replace(
        program,
        claims=program.claims[::-1],
        documents=program.documents[::-1],
        quantities=dict(reversed(list(program.quantities.items()))),
        chain=replace(chain, supplies=chain.supplies[::-1], tiers=chain.tiers[::-1], edges=chain.edges[::-1]),
    )
    expected = to_nquads(build_quads(program, vocabulary()))

    assert expected == to_nquads(build_quads(turned, dict(reversed(vocabulary().items()))))


def test_lines_are_sorted_and_unique(nquads: bytes) -> None:
    """N-Quads are sorted lines, none of them twice."""
    lines = nquads.splitlines()

    assert sorted(set(lines)) == lines


def test_claims_lie_in_the_graph_of_their_document() -> None:
    """Every claim is described in the graph of the document that prints it, and nowhere else."""
    program = sample_program()
    quads = build_quads(program, {})
    kind = ox.NamedNode(f"{BW}Claim")
    found = {
        (str(getattr(q.subject, "value", "")), str(getattr(q.graph_name, "value", "")))
        for q in quads
        if q.object == kind
    }

    assert {(resource("claim", c.id), resource("document", c.document)) for c in program.claims} == found


@pytest.mark.parametrize("claim", [c for c in sample_program().claims if c.value is not None], ids=lambda c: c.id)
def test_exact_values_survive(nquads: bytes, claim: object) -> None:
    """The exact text of a printed value, however large, is in the dataset, and so is the print itself."""
    from bullwhip.model.claim import Claim

    assert isinstance(claim, Claim)
    assert claim.value is not None
    node = resource("claim", claim.id)

    assert [fraction_text(claim.value)] == objects(nquads, node, f"{BW}exactValue")
    assert [claim.lexical] == objects(nquads, node, f"{BW}lexical")


def test_large_numbers_can_be_compared(nquads: bytes) -> None:
    """A count of 3.15e25 passes a numeric filter: values are doubles, which no engine lets overflow."""
    store = ox.Store()
    store.load(nquads, format=ox.RdfFormat.N_QUADS)
    query = f"SELECT ?c {{ ?c <{BW}value> ?v FILTER(?v > 1e20) }}"
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)

    assert [resource("claim", "c6")] == [str(getattr(s["c"], "value", "")) for s in solutions]


def test_a_number_beyond_doubles_keeps_its_text() -> None:
    """A value that no double can hold is stored as exact text alone."""
    program = sample_program()
    huge = replace(program.claims[0], value=Fraction(10) ** 400)
    found = to_nquads(build_quads(replace(program, claims=(huge,)), {}))

    assert [] == objects(found, resource("claim", "c1"), f"{BW}value")
    assert ["1" + "0" * 400] == objects(found, resource("claim", "c1"), f"{BW}exactValue")


def test_ranges_and_texts_are_no_values(nquads: bytes) -> None:
    """A range has ends, a text has words, and neither gets a value that nobody printed."""
    ends = [objects(nquads, resource("claim", "c4"), f"{BW}{n}") for n in ("exactLow", "exactHigh", "exactValue")]

    assert [["40"], ["42"], []] == ends
    assert ["若干"] == objects(nquads, resource("claim", "c5"), f"{BW}text")


@pytest.mark.parametrize(
    ("claim", "unit"),
    [("c3", PREFIXES["unit"] + "PERCENT"), ("c1", resource("unit", "vendor")), ("c7", resource("unit", "亿 USD"))],
)
def test_units_are_shared_where_they_are_the_same(nquads: bytes, claim: str, unit: str) -> None:
    """A unit is the QUDT one where it is exactly that, else one of our own."""
    assert [unit] == objects(nquads, resource("claim", claim), f"{PREFIXES['qudt']}hasUnit")


def test_a_scaled_unit_says_what_it_scales(nquads: bytes) -> None:
    """亿 USD is 100,000,000 of the QUDT unit for the US dollar."""
    unit = resource("unit", "亿 USD")

    assert ["100000000"] == objects(nquads, unit, f"{BW}scale")
    assert [PREFIXES["unit"] + "CCY_USD"] == objects(nquads, unit, f"{PREFIXES['qudt']}scalingOf")


def test_a_year_is_an_integer_and_two_dates(nquads: bytes) -> None:
    """A year period can be compared without xsd:gYear, which not every engine orders."""
    node = resource("claim", "c1")
    found = [objects(nquads, node, f"{BW}{name}") for name in ("year", "periodStart", "periodEnd")]

    assert [["2023"], ["2023-01-01"], ["2023-12-31"]] == found


def test_a_quarter_has_its_days_and_kind_and_no_year() -> None:
    """A period that is no year is said by its days, and by whose calendar it is counted."""
    program = sample_program()
    first = replace(program.claims[0], period="FY24Q4", period_start="2024-04-01", period_end="2024-06-30")
    claims = (replace(first, period_kind="fiscal"), *program.claims[1:])
    quads = to_nquads(build_quads(replace(program, claims=claims), vocabulary()))
    node = resource("claim", "c1")
    found = [objects(quads, node, f"{BW}{name}") for name in ("year", "periodStart", "periodEnd", "periodKind")]

    assert [[], ["2024-04-01"], ["2024-06-30"], ["fiscal"]] == found


def test_edges_go_both_ways_and_pulls_are_no_supply(nquads: bytes) -> None:
    """Supply has its inverse, a complement has none, and demand runs along both."""
    chip, hbm, cooling = (resource("tier", t) for t in ("ai_chip", "hbm", "liquid_cooling"))

    assert [chip] == objects(nquads, hbm, f"{BW}supplies")
    assert [hbm] == objects(nquads, chip, f"{BW}demandsFrom")
    assert [] == objects(nquads, cooling, f"{BW}supplies")
    assert [cooling] == objects(nquads, chip, f"{BW}pulls")
    assert sorted([cooling, hbm]) == objects(nquads, chip, f"{BW}drivesDemandFor")


def test_selection_names_what_it_rests_on_and_what_lost(nquads: bytes) -> None:
    """A quantity points at the claim selected for it and at the one passed over."""
    vendors = resource("quantity", "model.vendors")

    assert [resource("claim", "c1")] == objects(nquads, vendors, f"{BW}restsOn")
    assert [resource("claim", "c2")] == objects(nquads, vendors, f"{BW}passesOver")


def test_rules_stand_beside_what_they_define(nquads: bytes) -> None:
    """A rule defines its quantity, keeps its expression as authored, and sits on its edge."""
    rule = resource("rule", "hbm.capacity")
    names = ("defines", "expression", "edgeFrom", "edgeTo")
    found = [objects(nquads, rule, f"{BW}{name}") for name in names]

    assert [
        [resource("quantity", "hbm.capacity")],
        ["accelerator.count * accelerator.memory"],
        [resource("tier", "ai_chip")],
        [resource("tier", "hbm")],
    ] == found


def test_claims_say_what_they_are_about(nquads: bytes) -> None:
    """A claim points at its entity and its measure, a relation at both its ends, a mention at its topic."""
    claim, relation = resource("claim", "c1"), resource("relation", "r1")

    assert [resource("topic", "models")] == objects(nquads, claim, f"{BW}entity")
    assert [resource("measure", "vendors")] == objects(nquads, claim, f"{BW}concept")
    assert [resource("company", "nvidia")] == objects(nquads, relation, f"{BW}fromEntity")
    assert [resource("tier", "hbm")] == objects(nquads, relation, f"{BW}toEntity")
    assert ["80"] == objects(nquads, relation, f"{BW}exactValue")


def test_a_variant_names_its_family_and_its_maker(nquads: bytes) -> None:
    """A product says what it is a variant of, who makes it, in which form, and every spelling it has."""
    variant = resource("product", "card_sxm")

    assert [resource("product", "card")] == objects(nquads, variant, f"{PREFIXES['dct']}isVersionOf")
    assert [resource("company", "nvidia")] == objects(nquads, variant, f"{BW}madeBy")
    assert ["SXM"] == objects(nquads, variant, f"{BW}formFactor")
    assert ["卡"] == objects(nquads, variant, f"{PREFIXES['skos']}altLabel")


def test_relations_and_mentions_lie_in_the_graph_of_their_document(nquads: bytes) -> None:
    """Retracting a document retracts the relations it states and the companies it mentions."""
    kinds = {ox.NamedNode(f"{BW}{name}") for name in ("Relation", "Mention")}
    quads = ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
    kind = ox.NamedNode(f"{PREFIXES['rdf']}type")
    found = {str(getattr(q.graph_name, "value", "")) for q in quads if q.predicate == kind and q.object in kinds}

    assert {resource("document", "003")} == found


def test_scenarios_say_what_they_change(nquads: bytes) -> None:
    """A scenario lists its settings as written and the variants it chooses."""
    scenario = resource("scenario", "more")
    [setting] = objects(nquads, scenario, f"{BW}hasSetting")

    assert ["20 vendor"] == objects(nquads, setting, f"{BW}amount")
    assert [resource("variant", "hbm.capacity~half")] == objects(nquads, scenario, f"{BW}choosesVariant")


def test_every_term_in_use_is_defined(nquads: bytes) -> None:
    """Every class and property of ours that the dataset uses is defined in core.ttl with labels and a definition."""
    core = rdflib.Graph().parse(data=vocabulary()["core.ttl"], format="turtle")
    used = {
        str(term.value)
        for q in ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
        for term in (q.predicate, q.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(BW) and not term.value.endswith("Shape")
    }
    defined = {
        str(s)
        for s in core.subjects(rdflib.SKOS.definition, None)
        if {"en", "zh"} <= {getattr(label, "language", None) for label in core.objects(s, rdflib.RDFS.label)}
    }

    assert set() == used - defined


def test_every_property_has_domain_and_range() -> None:
    """Every property of the vocabulary says what it is said of and what it says."""
    core = rdflib.Graph().parse(data=vocabulary()["core.ttl"], format="turtle")
    properties = {
        *core.subjects(rdflib.RDF.type, rdflib.OWL.ObjectProperty),
        *core.subjects(rdflib.RDF.type, rdflib.OWL.DatatypeProperty),
    }
    complete = {p for p in properties if (p, rdflib.RDFS.domain, None) in core and (p, rdflib.RDFS.range, None) in core}

    assert properties == complete


@pytest.mark.parametrize("form", ["trig", "nquads"])
def test_formats_say_the_same(nquads: bytes, form: str) -> None:
    """What TriG and N-Quads hold is the same set of quads."""
    kind = ox.RdfFormat.TRIG if form == "trig" else ox.RdfFormat.N_QUADS
    back = ox.parse(to_format(nquads, form), format=kind)

    assert canonical(ox.parse(nquads, format=ox.RdfFormat.N_QUADS)) == canonical(back)


def test_turtle_merges_the_graphs(nquads: bytes) -> None:
    """Turtle holds every triple of every graph once."""
    triples = ox.parse(to_format(nquads, "turtle"), format=ox.RdfFormat.TURTLE)
    merged = {q.triple for q in ox.parse(nquads, format=ox.RdfFormat.N_QUADS)}

    assert canonical(ox.Quad(*t) for t in merged) == canonical(triples)


def canonical(quads: object) -> set[str]:
    """Return quads as text under canonical names of blank nodes."""
    dataset = ox.Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(q) for q in dataset}


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib calls what it deprecates itself
def test_rdflib_gets_every_literal_as_written(nquads: bytes) -> None:
    """The rdflib dataset holds as many quads, and its literals keep their lexical form."""
    dataset = to_rdflib(nquads)
    value = dataset.value(rdflib.URIRef(resource("claim", "c7")), rdflib.URIRef(f"{BW}value"))

    assert nquads.count(b"\n") == sum(1 for _ in dataset.quads())
    assert "276.6" == str(value)


def test_broken_ontology_is_refused_with_its_place() -> None:
    """A Turtle file that does not parse is refused with file, line and column."""
    with pytest.raises(LoadError, match=r"core\.ttl:1:\d+: BW103"):
        build_quads(sample_program(), {"core.ttl": b"<a> <b> ] ."})


def test_the_model_graph_holds_no_claims(nquads: bytes) -> None:
    """Retracting a document's graph retracts all it claims: the model's graph describes none of them."""
    graphs = {
        str(getattr(q.graph_name, "value", ""))
        for q in ox.parse(nquads, format=ox.RdfFormat.N_QUADS)
        if str(getattr(q.subject, "value", "")).startswith(resource("claim", ""))
    }

    assert MODEL not in graphs
