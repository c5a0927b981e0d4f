"""Predicates by name and number of arguments: which are of the graph, and under which IRI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bullwhip.model.inference import Atom, Constant, Head, InferenceRule
from bullwhip.terms import PREFIXES

__all__ = [
    "RDF_TYPE",
    "Key",
    "canonical",
    "iri",
    "is_known",
    "is_of_graph",
    "key_of",
    "predicates_of",
    "show_key",
    "with_plain_types",
]

Key = tuple[str, int]
"""A predicate: its name and how many arguments it has. `bw:x` with two and with three arguments are two predicates."""

RDF_TYPE: Key = ("rdf:type", 2)


def is_of_graph(name: str) -> bool:
    """Return whether a predicate is read from the graph: its name has a prefix, or is an IRI.

    >>> is_of_graph("bw:feeds"), is_of_graph("reaches")
    (True, False)
    """
    return ":" in name


def iri(name: str) -> str:
    """Return the IRI of a predicate of the graph.

    Raises:
        KeyError: if its prefix is none of `terms.PREFIXES`.

    >>> iri("rdf:type"), iri("<urn:x>")
    ('http://www.w3.org/1999/02/22-rdf-syntax-ns#type', 'urn:x')
    """
    if name.startswith("<"):
        return name[1:-1]
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def is_known(name: str) -> bool:
    """Return whether a predicate is a relation of the program, an IRI, or has a prefix that is declared.

    >>> is_known("reaches"), is_known("bw:feeds"), is_known("nope:feeds")
    (True, True, False)
    """
    return not is_of_graph(name) or name.startswith("<") or name.partition(":")[0] in PREFIXES


def canonical(name: str) -> str:
    """Return the one name of a predicate: with a prefix where there is one for its IRI.

    >>> canonical("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"), canonical("<urn:x>"), canonical("reaches")
    ('rdf:type', '<urn:x>', 'reaches')
    """
    if not name.startswith("<"):
        return name
    text = name[1:-1]
    fitting = [(len(start), prefix) for prefix, start in PREFIXES.items() if text.startswith(start)]
    if not fitting:
        return name
    length, prefix = max(fitting)
    return f"{prefix}:{text[length:]}"


def key_of(atom: Atom | Head) -> Key:
    """Return the predicate of an atom or head."""
    return canonical(atom.predicate), len(atom.terms)


def show_key(key: Key) -> str:
    """Return a predicate as messages name it.

    >>> show_key(("reaches", 2))
    'reaches/2'
    """
    return f"{key[0]}/{key[1]}"


def with_plain_types(rules: Iterable[InferenceRule]) -> tuple[InferenceRule, ...]:
    """Return the rules in order of id; classes stand as rdf:type where a rule speaks of rdf:type itself.

    A class atom and an rdf:type atom are about the same triples, so they have to be one predicate.
    """
    ordered = tuple(sorted(rules, key=lambda r: r.id))
    if RDF_TYPE not in predicates_of(ordered):
        return ordered
    return tuple(
        replace(r, heads=tuple(_typed_head(h) for h in r.heads), body=tuple(
            _typed_atom(p) if isinstance(p, Atom) else p for p in r.body
        ))
        for r in ordered
    )  # fmt: skip


def predicates_of(rules: Iterable[InferenceRule]) -> tuple[Key, ...]:
    """Return the predicates of rules, in order."""
    found = {key_of(h) for r in rules for h in r.heads}
    found.update(key_of(p) for r in rules for p in r.body if isinstance(p, Atom))
    return tuple(sorted(found))


def _typed_head(head: Head) -> Head:
    if len(head.terms) != 1 or not is_of_graph(head.predicate):
        return head
    return Head(RDF_TYPE[0], (head.terms[0], Constant(f"<{iri(head.predicate)}>")))


def _typed_atom(atom: Atom) -> Atom:
    if len(atom.terms) != 1 or not is_of_graph(atom.predicate):
        return atom
    return Atom(RDF_TYPE[0], (atom.terms[0], Constant(f"<{iri(atom.predicate)}>")), atom.negated)
