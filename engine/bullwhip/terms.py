"""IRIs of the vocabulary, in one place."""

from __future__ import annotations

from urllib.parse import quote

__all__ = ["BASE", "BW", "PREFIXES", "resource"]

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
