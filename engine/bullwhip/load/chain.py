"""Reads the chain from Turtle: tiers with labels and order, edges of supply and of complementary demand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Edge, Tier
from bullwhip.model.label import Label
from bullwhip.terms import BASE, BW, PREFIXES

if TYPE_CHECKING:
    import pyoxigraph as ox

    _Facts = dict[str, dict[str, list[ox.NamedNode | ox.Literal]]]

__all__ = ["read_chain"]

MAX_BYTES = 2_000_000

_TIER = f"{BASE}tier/"
_TYPE = f"{PREFIXES['rdf']}type"
_PROPERTIES = ("order", "isDemand", "supplies", "pulls")
_LABEL, _ALIAS = f"{PREFIXES['skos']}prefLabel", f"{PREFIXES['skos']}altLabel"


def read_chain(name: str, data: bytes) -> tuple[tuple[Tier, ...], tuple[Edge, ...], list[Problem]]:
    """Return the tiers and edges of a Turtle file, and the problems found.

    `a bw:supplies b` is an edge from a to b. `a bw:pulls b` says that demand at a causes demand at b without b being
    part of a; it is an edge from b to a, because demand runs against edges.

    Args:
        name: what messages call the file.
        data: its bytes.

    >>> tiers = b'@prefix bw: <https://w3id.org/bullwhip/ontology#> . <tier/wafer> a bw:Tier .'
    >>> [p.message for p in read_chain("chain.ttl", tiers)[2]]
    ["the tier 'wafer' has no skos:prefLabel"]
    """
    import pyoxigraph as ox

    if len(data) > MAX_BYTES:
        message = f"a file of {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        return (), (), [Problem("BW107", message, Place(name))]
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return (), (), [Problem("BW102", f"byte 0x{error.object[error.start]:02x} is not UTF-8", Place(name, line))]
    facts: _Facts = {}
    try:
        for triple in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE):
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                values = facts.setdefault(triple.subject.value, {})
                values.setdefault(triple.predicate.value, []).append(triple.object)
    except SyntaxError as error:
        lines = text.splitlines()
        number, column = error.lineno or 0, error.offset or 0
        shown = lines[number - 1] if 0 < number <= len(lines) else ""
        message = f"not well-formed Turtle: {error.msg}"
        hint = "end the statement before this line with a dot" if "A dot is expected" in str(error.msg) else ""
        return (), (), [Problem("BW103", message, Place(name, number, column, shown), hint)]
    problems = _strange(name, text, facts)
    tiers = _tiers(name, text, facts, problems)
    edges = _edges(name, text, facts, tiers, problems)
    ordered = sorted(tiers.values(), key=lambda t: (999 if t.order is None else t.order, t.id))
    return tuple(ordered), tuple(sorted(edges, key=lambda e: (e.source, e.target))), problems


def _strange(name: str, text: str, facts: _Facts) -> list[Problem]:
    """Report terms of the project's vocabulary that no chain knows: a misspelt one would be lost silently."""
    said = {p for values in facts.values() for p in values if p.startswith(BW)}
    kinds = {v.value for values in facts.values() for v in values.get(_TYPE, []) if v.value.startswith(BW)}
    problems = []
    for noun, found, known in (("property", said, _PROPERTIES), ("class", kinds, ("Tier",))):
        for term in sorted(t.removeprefix(BW) for t in found):
            if term not in known:
                place = _place(name, text, f"bw:{term}")
                hint = did_you_mean(term, known, "terms")
                problems.append(Problem("BW201", f"the chain has no {noun} bw:{term}", place, hint))
    return problems


def _tiers(name: str, text: str, facts: _Facts, problems: list[Problem]) -> dict[str, Tier]:
    tiers = {}
    for subject, said in facts.items():
        if f"{BW}Tier" not in [kind.value for kind in said.get(_TYPE, [])]:
            continue
        tier = subject.removeprefix(_TIER)
        labels = {getattr(label, "language", None): label.value for label in said.get(_LABEL, [])}
        if not labels.get("zh") and not labels.get("en"):
            problems.append(Problem("BW109", f"the tier {tier!r} has no skos:prefLabel", _place(name, text, tier)))
        order = [value.value for value in said.get(f"{BW}order", [])]
        if len(order) > 1 or not all(re.fullmatch(r"[0-9]{1,9}", o) for o in order):
            message = f"the order of the tier {tier!r} is {' and '.join(order)}, one whole number was expected"
            problems.append(Problem("BW110", message, _place(name, text, tier)))
            order = []
        demand = [value.value for value in said.get(f"{BW}isDemand", [])] == ["true"]
        label = Label(labels.get("zh") or "", labels.get("en") or "")
        aliases = tuple(sorted({alias.value for alias in said.get(_ALIAS, [])}))
        tiers[tier] = Tier(tier, label, int(order[0]) if order else None, demand, aliases)
    return tiers


def _edges(name: str, text: str, facts: _Facts, tiers: dict[str, Tier], problems: list[Problem]) -> set[Edge]:
    edges: dict[tuple[str, str], Edge] = {}
    for predicate in ("supplies", "pulls"):  # what is both is supply
        for subject, said in facts.items():
            for value in said.get(f"{BW}{predicate}", []):
                literal = hasattr(value, "datatype")
                ends = subject.removeprefix(_TIER), repr(value.value) if literal else value.value.removeprefix(_TIER)
                unknown = [end for end in dict.fromkeys(ends) if end not in tiers]
                for end in unknown:
                    message = f"an edge names {end!r}, which is not a tier"
                    hint = did_you_mean(end, tiers, "tiers")
                    problems.append(Problem("BW212", message, _place(name, text, end), hint))
                if not unknown:
                    source, target = ends if predicate == "supplies" else reversed(ends)
                    edges.setdefault((source, target), Edge(source, target, predicate == "pulls"))
    return set(edges.values())


def _place(name: str, text: str, word: str) -> Place:
    """Return the first place that names a thing; Turtle triples carry no positions of their own."""
    match = re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text)
    if match is None:
        return Place(name)
    start = text.rfind("\n", 0, match.start()) + 1
    line = text[start:].partition("\n")[0]
    return Place(name, text.count("\n", 0, start) + 1, match.start() - start + 1, line, len(word))
