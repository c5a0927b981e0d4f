"""Chooses the media type of an answer by what a client accepts: quality first, then how exactly it was asked for."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["DATASETS", "GRAPHS", "RESULTS", "canonical", "choose", "gzip_accepted"]

_RESULTS: dict[str, str] = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "text/csv": "text/csv",
    "text/tab-separated-values": "text/tab-separated-values",
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
"""What is offered for rows and truth values, best first, and the format behind each name."""

_GRAPHS: dict[str, str] = {
    "text/turtle": "text/turtle",
    "application/n-triples": "application/n-triples",
    "application/rdf+xml": "application/rdf+xml",
    "application/ld+json": "application/ld+json",
    "application/n-quads": "application/n-quads",
    "application/trig": "application/trig",
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "text/plain": "application/n-triples",
    "text/n3": "text/turtle",
    "text/rdf+n3": "text/turtle",
    "application/turtle": "text/turtle",
    "application/x-turtle": "text/turtle",
}
"""The same for graphs. Every Turtle document is one of N3, and N-Triples were plain text once."""

_DATASETS: dict[str, str] = {
    "application/n-quads": "application/n-quads",
    "application/trig": "application/trig",
    "application/ld+json": "application/ld+json",
    "application/json": "application/ld+json",
    "text/x-nquads": "application/n-quads",
    "application/x-trig": "application/trig",
}
"""The same for all graphs at once."""

RESULTS, GRAPHS, DATASETS = tuple(_RESULTS), tuple(_GRAPHS), tuple(_DATASETS)
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")


_NAMES = {RESULTS: _RESULTS, GRAPHS: _GRAPHS, DATASETS: _DATASETS}


def canonical(media: str, offers: tuple[str, ...]) -> str:
    """Return the format behind a name, which may be an older or a wider one; of no name, none.

    >>> canonical("application/json", GRAPHS), canonical("application/json", RESULTS), canonical("", RESULTS)
    ('application/ld+json', 'application/sparql-results+json', '')
    """
    return _NAMES[offers].get(media, "")


@lru_cache(maxsize=512)
def choose(accept: str, offers: tuple[str, ...]) -> str:
    """Return the offer that a client accepts best, or an empty text where it accepts none.

    The most exact range that fits an offer gives its quality; of equal qualities the one asked for more exactly
    counts, then the order of the offers. What is no media range is passed over; no header accepts all.

    >>> choose("text/csv;q=0.5, application/*;q=0.8, application/json;q=0", RESULTS)
    'application/sparql-results+json'
    >>> choose("*/*;q=0.1, text/turtle", GRAPHS), choose("image/png", GRAPHS), choose("", GRAPHS)
    ('text/turtle', '', 'text/turtle')
    """
    if not accept.strip():
        return offers[0]
    ranges = [found for part in accept.split(",") if (found := _range(part)) is not None]
    best, chosen = (0.0, 0), ""
    for offer in offers:
        kind = offer.partition("/")[0]
        fits = [(exact, q) for media, exact, q in ranges if media in (offer, f"{kind}/*", "*/*")]
        if not fits:
            continue
        exact = max(exact for exact, _ in fits)
        quality = max(q for e, q in fits if e == exact)
        if quality > 0 and (quality, exact) > best:
            best, chosen = (quality, exact), offer
    return chosen


def _range(text: str) -> tuple[str, int, float] | None:
    """Return a media range, how exact it is, and its quality; None where it is none or asks for another charset."""
    media, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = 1.0
    for name, _, value in (p.partition("=") for p in parameters):
        if name.strip() == "q":
            if not _QUALITY.fullmatch(value.strip()):
                return None
            quality = float(value)
            break  # what follows the quality belongs to no media type
        if name.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            return None
    kind, slash, subtype = media.partition("/")
    if not slash or not kind or not subtype or (kind == "*" and subtype != "*"):
        return None
    exact = 0 if kind == "*" else 1 if subtype == "*" else 2
    return media, exact, quality


@lru_cache(maxsize=128)
def gzip_accepted(accept_encoding: str) -> bool:
    """Return whether a client takes gzip.

    >>> gzip_accepted("br, gzip;q=0.8"), gzip_accepted("gzip;q=0, *"), gzip_accepted("*"), gzip_accepted("")
    (True, False, True, False)
    """
    found: dict[str, float] = {}
    for part in accept_encoding.split(","):
        name, *parameters = (p.strip().lower() for p in part.split(";"))
        q = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        found[name] = float(q) if _QUALITY.fullmatch(q) else 0.0
    return max((found[n] for n in ("gzip", "x-gzip") if n in found), default=found.get("*", 0.0)) > 0
