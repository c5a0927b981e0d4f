"""IRIs of the vocabulary, in one place."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

__all__ = ["BASE", "BW", "PREFIXES", "THINGS", "expand", "literal", "resource", "shorten"]

BW = "https://w3id.org/bullwhip/ontology#"
"""Classes and properties, defined in ontology/core.ttl."""

BASE = "https://w3id.org/bullwhip/id/"
"""Things: tiers, companies, quantities, claims, documents."""

PREFIXES: dict[str, str] = {
    "bw": BW,
    "bwid": BASE,
    "dct": "http://purl.org/dc/terms/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
    "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
    "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes used in every Turtle export and declared for every query."""


def resource(kind: str, name: str) -> str:
    """Return the IRI of a thing.

    >>> resource("company", "sk_hynix")
    'https://w3id.org/bullwhip/id/company/sk_hynix'
    """
    return f"{BASE}{kind}/{quote(name, safe='._-~=,')}"


THINGS = (
    "assumption", "claim", "company", "dimension", "document", "graph", "locator", "measure", "member", "mention",
    "product", "quantity", "relation", "role", "rule", "scenario", "share", "status", "supply", "tier", "topic",
)  # fmt: skip
"""Kinds of things whose ids are written with the kind as prefix: `company:sk_hynix`."""


def expand(name: str) -> str | None:
    """Return the IRI of a name with a prefix, of the vocabularies or of a kind of thing; None for an unknown prefix.

    >>> expand("bw:Tier"), expand("role:supplier"), expand("foo:bar")
    ('https://w3id.org/bullwhip/ontology#Tier', 'https://w3id.org/bullwhip/id/role/supplier', None)
    """
    prefix, _, local = name.partition(":")
    if prefix in THINGS:
        return resource(prefix, local)
    return PREFIXES[prefix] + local if prefix in PREFIXES else None


def shorten(iri: str) -> str:
    """Return an IRI as a name with a prefix that `expand` gives back, or in angle brackets.

    >>> shorten(resource("company", "sk_hynix")), shorten("https://w3id.org/bullwhip/ontology#Tier"), shorten("urn:a")
    ('company:sk_hynix', 'bw:Tier', '<urn:a>')
    """
    if iri.startswith(BASE):
        kind, _, local = iri.removeprefix(BASE).partition("/")
        plain = unquote(local)
        if kind in THINGS and _LOCAL.fullmatch(plain) and resource(kind, plain) == iri:
            return f"{kind}:{plain}"
    for prefix, start in PREFIXES.items():
        if prefix != "bwid" and iri.startswith(start) and _LOCAL.fullmatch(iri.removeprefix(start)):
            return f"{prefix}:{iri.removeprefix(start)}"
    return f"<{iri}>"


_LOCAL = re.compile(r"[A-Za-z0-9_\u00b7-\uffff](?:[A-Za-z0-9_\u00b7-\uffff~%-]|[./=](?=[A-Za-z0-9_]))*")
_UNSEEN = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def literal(text: str, language: str = "", datatype: str = "") -> str:
    r"""Return a literal as canonical N-Triples writes it; one with neither language nor datatype is a plain text.

    >>> print(literal('a "b"'), literal("光", "zh"), literal("2", datatype=PREFIXES["xsd"] + "integer"))
    "a \"b\"" "光"@zh "2"^^<http://www.w3.org/2001/XMLSchema#integer>
    """
    written = "".join(_ESCAPED.get(c) or (f"\\u{ord(c):04X}" if _UNSEEN.fullmatch(c) else c) for c in text)
    if language:
        return f'"{written}"@{language}'
    kind = f"^^<{datatype}>" if datatype and datatype != f"{PREFIXES['xsd']}string" else ""
    return f'"{written}"{kind}'
