"""The vocabulary of SHACL as it is looked up, and the errors of reading shapes."""

from __future__ import annotations

import pyoxigraph as ox

from bullwhip.terms import PREFIXES

__all__ = [
    "DCT",
    "MAX_WAYS",
    "NIL",
    "OX_STRING",
    "RDF",
    "RDFS",
    "SH",
    "XSD",
    "ShapeError",
    "Term",
    "UnsupportedError",
    "sh",
]

Term = ox.NamedNode | ox.BlankNode | ox.Literal
"""A term of a graph."""

SH = PREFIXES["sh"]
XSD = PREFIXES["xsd"]
DCT = PREFIXES["dct"]
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
MAX_WAYS = 200
"""Branches and alternatives of one query; an engine that takes them apart one inside the other dies of thousands."""
NIL = ox.NamedNode(RDF + "nil")
OX_STRING = f"{XSD}string"


class ShapeError(Exception):
    """A shape that no engine can use, with the reason."""

    def __init__(self, message: str, node: Term | None = None) -> None:
        super().__init__(message)
        self.node = node


class UnsupportedError(Exception):
    """A shape that is not compiled, with the reason."""


def sh(name: str) -> ox.NamedNode:
    """Return a term of SHACL.

    >>> sh("path").value
    'http://www.w3.org/ns/shacl#path'
    """
    return ox.NamedNode(SH + name)
