"""Reads what every workspace gets: the terms of the vocabulary, and the library of inference rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bullwhip.errors import LoadError, Problem
from bullwhip.load.yaml_reader import read_yaml
from bullwhip.model.source import MapNode
from bullwhip.resources import data
from bullwhip.terms import BASE, BW, PREFIXES

__all__ = ["LIBRARY", "read_library", "read_terms"]

LIBRARY = "ontology/inference.yaml"
"""What messages call the library: the inference rules about the vocabulary, which hold in any workspace."""

_OWL, _TYPE = PREFIXES["owl"], f"{PREFIXES['rdf']}type"
_KINDS = {f"{_OWL}Class": "class", f"{_OWL}ObjectProperty": "property", f"{_OWL}DatatypeProperty": "property"}


def read_library() -> tuple[tuple[str, MapNode], ...]:
    """Return the library as a rule file is read.

    Raises:
        LoadError: where this installation lacks it.
    """
    path = data("ontology") / "inference.yaml"
    try:
        content = path.read_bytes()
    except OSError:
        message = f"{LIBRARY} is missing from this installation"
        raise LoadError(Problem("BW101", message, hint="reinstall the bullwhip package")) from None
    return _library(content)


@lru_cache(maxsize=2)
def _library(content: bytes) -> tuple[tuple[str, MapNode], ...]:
    node, problems = read_yaml(LIBRARY, content)
    if problems:
        raise LoadError(problems)
    return ((LIBRARY, node),) if isinstance(node, MapNode) else ()


def read_terms(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the classes and properties that the vocabulary and the Turtle files of a workspace declare in `bw:`.

    Args:
        files: the files of a workspace; those that are not well-formed are reported elsewhere.

    >>> read_terms({})["bw:Tier"], read_terms({})["bw:supplies"]
    ('class', 'property')
    """
    found = dict(_terms((data("ontology") / "core.ttl").read_bytes()))
    for name in sorted(n for n in files if n.startswith("ontology/chain/") and b"/owl#" in files[n]):
        found.update(_terms(files[name]))
    return found


@lru_cache(maxsize=8)
def _terms(content: bytes) -> dict[str, str]:
    import pyoxigraph as ox

    found: dict[str, str] = {}
    try:
        for triple in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE):
            if triple.predicate.value == _TYPE and isinstance(triple.object, ox.NamedNode):
                kind, subject = _KINDS.get(triple.object.value), triple.subject
                if kind and isinstance(subject, ox.NamedNode) and subject.value.startswith(BW):
                    found[f"bw:{subject.value.removeprefix(BW)}"] = kind
    except SyntaxError:
        return {}
    return found
