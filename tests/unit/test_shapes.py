"""The shapes: sound graphs conform, and each kind of damage is told in Chinese and in English."""

from __future__ import annotations

from collections.abc import Callable

import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, XSD

from bullwhip.query.dataset import to_rdflib
from bullwhip.terms import PREFIXES, resource
from unit.sample import sample_nquads, vocabulary

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib and pyshacl call what they deprecate

BW = rdflib.Namespace(PREFIXES["bw"])
SH = rdflib.Namespace(PREFIXES["sh"])
SKOS = rdflib.Namespace(PREFIXES["skos"])
PROV = rdflib.Namespace(PREFIXES["prov"])
SCHEMA = rdflib.Namespace(PREFIXES["schema"])
ORG = rdflib.Namespace(PREFIXES["org"])
DCT = rdflib.Namespace(PREFIXES["dct"])
QUDT = rdflib.Namespace(PREFIXES["qudt"])

CLAIM, OTHER = rdflib.URIRef(resource("claim", "c1")), rdflib.URIRef(resource("claim", "c2"))
RULE, TIER = rdflib.URIRef(resource("rule", "hbm.capacity")), rdflib.URIRef(resource("tier", "hbm"))
COMPANY, NOWHERE = rdflib.URIRef(resource("company", "envicool")), rdflib.URIRef(resource("tier", "nowhere"))


PRODUCT, TOPIC = rdflib.URIRef(resource("product", "card_sxm")), rdflib.URIRef(resource("topic", "models"))
MEASURE, RELATION = rdflib.URIRef(resource("measure", "vendors")), rdflib.URIRef(resource("relation", "r1"))


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    """The shipped shapes."""
    return rdflib.Graph().parse(data=vocabulary()["shapes.ttl"], format="turtle")


@pytest.fixture
def graph() -> rdflib.Graph:
    """The union of the sample's graphs, free to be damaged."""
    union = rdflib.Graph()
    for triple in to_rdflib(sample_nquads()).triples((None, None, None)):
        union.add(triple)
    return union


def violations(graph: rdflib.Graph, shapes: rdflib.Graph) -> dict[str, set[str]]:
    """Return the messages of a validation by language."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    assert isinstance(report, rdflib.Graph)
    found: dict[str, set[str]] = {}
    for message in report.objects(None, SH.resultMessage):
        found.setdefault(str(getattr(message, "language", None)), set()).add(str(message))
    return found


def share(graph: rdflib.Graph) -> rdflib.term.Node:
    """Return the share of the sample."""
    node = graph.value(None, RDF.type, BW.Share)
    assert node is not None
    return node


def supply(graph: rdflib.Graph) -> rdflib.term.Node:
    """Return a supply statement of the sample."""
    return min(graph.subjects(RDF.type, BW.Supply), key=str)


def mention(graph: rdflib.Graph) -> rdflib.term.Node:
    """Return the mention of the sample."""
    node = graph.value(None, RDF.type, BW.Mention)
    assert node is not None
    return node


def other_companies(graph: rdflib.Graph) -> list[rdflib.term.Node]:
    """Return the undamaged companies of the sample, in order: a company above itself would be another fault."""
    return sorted(set(graph.subjects(RDF.type, BW.Company)) - {COMPANY}, key=str)


def test_a_sound_graph_conforms(graph: rdflib.Graph, shapes: rdflib.Graph) -> None:
    """The dataset of the sample breaks no shape."""
    assert {} == violations(graph, shapes)


def double(text: str) -> rdflib.Literal:
    """Return a double."""
    return rdflib.Literal(text, datatype=XSD.double)


DAMAGE: dict[str, tuple[str, Callable[[rdflib.Graph], object]]] = {
    "no locator": ("comes from exactly one document", lambda g: g.remove((CLAIM, PROV.wasDerivedFrom, None))),
    "two documents": (
        "comes from exactly one document",
        lambda g: [g.add((CLAIM, PROV.wasDerivedFrom, p)) for p in list(g.objects(OTHER, PROV.wasDerivedFrom))],
    ),
    "no print": ("figure as printed", lambda g: g.remove((CLAIM, BW.lexical, None))),
    "unknown status": (
        "known status",
        lambda g: g.set((CLAIM, BW.status, rdflib.URIRef(resource("status", "rumour")))),
    ),
    "no date": ("as-of date", lambda g: g.remove((CLAIM, BW.asOf, None))),
    "no value": (
        "a value, a range or a text",
        lambda g: [g.remove((CLAIM, BW[name], None)) for name in ("value", "exactValue")],
    ),
    "decimal value": (
        "stored as xsd:double",
        lambda g: g.set((CLAIM, BW.value, rdflib.Literal("15.0", datatype=XSD.decimal))),
    ),
    "value without text": ("no exact value", lambda g: g.remove((CLAIM, BW.exactValue, None))),
    "text that is no number": (
        "decimal or fraction",
        lambda g: g.set((CLAIM, BW.exactValue, rdflib.Literal("about 15"))),
    ),
    "integer of 64 bits": ("below 2^63", lambda g: g.set((CLAIM, BW.modelPeriod, rdflib.Literal(2**63)))),
    "decimal of 20 digits": (
        "below 1.7e20",
        lambda g: g.add((CLAIM, BW.scale, rdflib.Literal("1" + "0" * 21 + ".0", datatype=XSD.decimal))),
    ),
    "year without days": ("first day", lambda g: g.remove((CLAIM, BW.periodStart, None))),
    "period of no kind": ("calendar one or a fiscal one", lambda g: g.remove((CLAIM, BW.periodKind, None))),
    "period that ends first": (
        "does not end before it begins",
        lambda g: [
            g.remove((CLAIM, BW.year, None)),
            g.set((CLAIM, BW.periodStart, rdflib.Literal("2025-01-01", datatype=XSD.date))),
        ],
    ),
    "share above one": ("between 0 and 1", lambda g: g.set((share(g), BW.value, double("41")))),
    "share below zero": ("between 0 and 1", lambda g: g.set((share(g), BW.value, double("-0.1")))),
    "share of nobody": ("a share names one company", lambda g: g.remove((share(g), BW.company, None))),
    "share without claim": ("comes from one claim", lambda g: g.remove((share(g), BW.fromClaim, None))),
    "share without number": (
        "has a value or a range",
        lambda g: [g.remove((share(g), BW[name], None)) for name in ("value", "exactValue")],
    ),
    "nameless company": ("a company needs a label", lambda g: g.remove((COMPANY, SKOS.prefLabel, None))),
    "two names in a language": (
        "at most one a language",
        lambda g: g.add((COMPANY, SKOS.prefLabel, rdflib.Literal("English", lang="en"))),
    ),
    "two tickers": ("at most one ticker", lambda g: g.add((COMPANY, SCHEMA.tickerSymbol, rdflib.Literal("000001")))),
    "two parents": (
        "one parent at most",
        lambda g: [g.add((COMPANY, ORG.subOrganizationOf, other)) for other in other_companies(g)[:2]],
    ),
    "group of nobody": ("companies as members", lambda g: g.remove((None, ORG.hasMember, None))),
    "nameless product": ("a product needs a label", lambda g: g.remove((PRODUCT, SKOS.prefLabel, None))),
    "product at two tiers": ("at one tier at most", lambda g: g.add((PRODUCT, BW.atTier, TIER))),
    "product made by a tier": ("made by one company", lambda g: g.set((PRODUCT, BW.madeBy, TIER))),
    "product in two forms": ("one form factor", lambda g: g.add((PRODUCT, BW.formFactor, rdflib.Literal("PCIe")))),
    "variant of nothing": ("variant of one product", lambda g: g.set((PRODUCT, DCT.isVersionOf, NOWHERE))),
    "topic outside a scheme": ("belongs to a concept scheme", lambda g: g.remove((TOPIC, SKOS.inScheme, None))),
    "topic under a tier": ("one broader topic", lambda g: g.set((TOPIC, SKOS.broader, TIER))),
    "nameless measure": ("a measure needs a label", lambda g: g.remove((MEASURE, SKOS.prefLabel, None))),
    "measure of unknown time": ("a value per period", lambda g: g.remove((MEASURE, BW.isTimed, None))),
    "mention of nobody": ("a mention names one company", lambda g: g.remove((mention(g), BW.company, None))),
    "mention without source": ("a mention comes from", lambda g: g.remove((mention(g), PROV.wasDerivedFrom, None))),
    "relation of no kind": ("says what it is", lambda g: g.remove((RELATION, BW.relation, None))),
    "relation from nowhere": ("is a company, a product", lambda g: g.add((RELATION, BW.fromEntity, NOWHERE))),
    "claim about a measure": ("is a company, a product", lambda g: g.set((CLAIM, BW.entity, MEASURE))),
    "claim about two things": ("about one entity", lambda g: g.add((CLAIM, BW.entity, TIER))),
    "claim of a tier": ("one known measure", lambda g: g.set((CLAIM, BW.concept, TIER))),
    "nameless tier": ("a tier needs a label", lambda g: g.remove((TIER, SKOS.prefLabel, None))),
    "tier without English": (
        "no English label",
        lambda g: g.remove((TIER, SKOS.prefLabel, rdflib.Literal("HBM", lang="en"))),
    ),
    "order zero": ("whole number from 1", lambda g: g.set((TIER, BW.order, rdflib.Literal(0)))),
    "edge to nowhere": ("is not a tier", lambda g: g.add((TIER, BW.supplies, NOWHERE))),
    "supply of nobody": ("names one company", lambda g: g.remove((supply(g), BW.company, None))),
    "supply at no tier": ("names one tier", lambda g: g.set((supply(g), BW.tier, NOWHERE))),
    "supply without role": ("known role", lambda g: g.remove((supply(g), BW.role, None))),
    "supply without source": ("comes from one document", lambda g: g.remove((supply(g), PROV.wasDerivedFrom, None))),
    "rule without expression": ("one expression", lambda g: g.remove((RULE, BW.expression, None))),
    "rule without unit": ("a rule has one unit", lambda g: g.remove((RULE, QUDT.hasUnit, None))),
    "rule that defines two": (
        "exactly one quantity",
        lambda g: g.add((RULE, BW.defines, rdflib.URIRef(resource("quantity", "model.vendors")))),
    ),
    "rule that defines what another one does": (
        "more than one rule",
        lambda g: g.set((RULE, BW.defines, rdflib.URIRef(resource("quantity", "accelerator.count")))),
    ),
    "rule on half an edge": ("has two ends", lambda g: g.remove((RULE, BW.edgeTo, None))),
    "rule on no tier": ("ends at a tier", lambda g: g.set((RULE, BW.edgeTo, NOWHERE))),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_told_in_both_languages(damage: str, graph: rdflib.Graph, shapes: rdflib.Graph) -> None:
    """Each kind of damage breaks a shape, with as many messages in Chinese as in English and none in neither."""
    words, inflict = DAMAGE[damage]
    inflict(graph)
    found = violations(graph, shapes)

    assert {"zh", "en"} == set(found)
    assert [words] == [words for message in found["en"] if words in message][:1]
    assert len(found["zh"]) == len(found["en"])


def test_every_shape_speaks_both_languages(shapes: rdflib.Graph) -> None:
    """Every message of a shape is there in Chinese and in English."""
    spoken: dict[rdflib.term.Node, list[str]] = {}
    for node, message in shapes.subject_objects(SH.message):
        spoken.setdefault(node, []).append(str(getattr(message, "language", None)))

    assert [["en", "zh"]] * len(spoken) == [sorted(languages) for languages in spoken.values()]
