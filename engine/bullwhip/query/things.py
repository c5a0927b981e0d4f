"""Says what products, topics and measures are: one statement at a time, for the graph of the model."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from bullwhip.model.chain import Chain
from bullwhip.model.entity import Measure, Product, Topic
from bullwhip.model.label import Label
from bullwhip.terms import PREFIXES, resource

__all__ = ["describe"]

Statement = tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal | str]
"""Subject, property as prefix and name, and value; a plain text is a literal."""


def _term(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def _thing(kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(resource(kind, name))


_SCHEMES = (
    ("tiers", Label("产业链层级", "tiers of the chain")),
    ("topics", Label("主题", "topics")),
    ("measures", Label("度量", "measures")),
)


def describe(chain: Chain) -> Iterator[Statement]:
    """Yield what there is to say of products, topics and measures, and which scheme each concept belongs to.

    >>> chain = Chain((), (), (), (), (), topics=(Topic("pue", Label("能效", "PUE")),))
    >>> [str(v) for s, p, v in describe(chain) if p == "skos:topConceptOf"]
    ['<https://w3id.org/bullwhip/id/scheme/topics>']
    """
    kept = {"tiers": chain.tiers, "topics": chain.topics, "measures": chain.measures}
    for name, label in _SCHEMES:
        if kept[name]:
            yield from _named(_thing("scheme", name), "skos:ConceptScheme", name, label, ())
    for tier in chain.tiers:
        node = _thing("tier", tier.id)
        yield node, "rdf:type", _term("skos:Concept")
        yield node, "skos:inScheme", _thing("scheme", "tiers")
        yield node, "skos:topConceptOf", _thing("scheme", "tiers")
    for product in chain.products:
        yield from _product(product)
    for topic in chain.topics:
        yield from _topic(topic)
    for measure in chain.measures:
        yield from _measure(measure)


def _named(
    node: ox.NamedNode, kind: str, identifier: str, label: Label, aliases: tuple[str, ...]
) -> Iterator[Statement]:
    yield node, "rdf:type", _term(kind)
    yield node, "dct:identifier", identifier
    for language, text in (("zh", label.zh), ("en", label.en)):
        if text:
            yield node, "skos:prefLabel", ox.Literal(text, language=language)
    for alias in aliases:
        yield node, "skos:altLabel", alias


def _product(product: Product) -> Iterator[Statement]:
    node = _thing("product", product.id)
    yield from _named(node, "bw:Product", product.id, product.label, _spellings(product))
    yield node, "bw:kind", product.kind
    yield node, "bw:formFactor", product.form
    if product.company:
        yield node, "bw:madeBy", _thing("company", product.company)
    if product.tier:
        yield node, "bw:atTier", _thing("tier", product.tier)
    if product.family:
        yield node, "dct:isVersionOf", _thing("product", product.family)


def _topic(topic: Topic) -> Iterator[Statement]:
    node, scheme = _thing("topic", topic.id), _thing("scheme", "topics")
    yield from _named(node, "bw:Topic", topic.id, topic.label, _spellings(topic))
    yield node, "rdf:type", _term("skos:Concept")
    yield node, "skos:inScheme", scheme
    if topic.broader:
        yield node, "skos:broader", _thing("topic", topic.broader)
    else:
        yield node, "skos:topConceptOf", scheme
    if topic.tier:
        yield node, "skos:related", _thing("tier", topic.tier)


def _measure(measure: Measure) -> Iterator[Statement]:
    node = _thing("measure", measure.id)
    yield from _named(node, "bw:Measure", measure.id, measure.label, _spellings(measure))
    yield node, "rdf:type", _term("skos:Concept")
    yield node, "skos:inScheme", _thing("scheme", "measures")
    yield node, "skos:topConceptOf", _thing("scheme", "measures")
    yield node, "bw:isTimed", ox.Literal(measure.timed)
    for unit in measure.units:
        yield node, "bw:allowsUnit", unit


def _spellings(thing: Product | Topic | Measure) -> tuple[str, ...]:
    return *thing.aliases, *(name for _, name in thing.local)
