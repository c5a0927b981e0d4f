"""Reads the chain from Turtle: tiers with labels and order, edges of supply and of complementary demand."""

from __future__ import annotations

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Edge, Tier
from bullwhip.model.label import Label
from bullwhip.terms import BASE, BW, PREFIXES

__all__ = ["read_chain"]

MAX_BYTES = 2_000_000
_TIER = f"{BASE}tier/"


def read_chain(name: str, data: bytes) -> tuple[tuple[Tier, ...], tuple[Edge, ...], list[Problem]]:
    """Return the tiers and edges of a Turtle file, and the problems found.

    `a bw:supplies b` is an edge from a to b. `a bw:pulls b` says that demand at a causes demand at b without b being
    part of a; it is an edge from b to a, because demand runs against edges.
    """
    import pyoxigraph as ox

    if len(data) > MAX_BYTES:
        message = f"a file of {len(data):,} bytes; at most {MAX_BYTES:,} are read"
        return (), (), [Problem("BW107", message, Place(name))]
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return (), (), [Problem("BW102", f"byte 0x{data[error.start]:02x} is not UTF-8", Place(name, line))]
    try:
        triples = [q.triple for q in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)]
    except SyntaxError as error:
        lines = text.splitlines()
        number, column = error.lineno or 0, error.offset or 0
        shown = lines[number - 1] if 0 < number <= len(lines) else ""
        return (), (), [Problem("BW103", f"not well-formed Turtle: {error.msg}", Place(name, number, column, shown))]
    facts: dict[tuple[str, str], list[object]] = {}
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            facts.setdefault((triple.subject.value, triple.predicate.value), []).append(triple.object)
    return _chain(name, text, facts)


def _chain(
    name: str, text: str, facts: dict[tuple[str, str], list[object]]
) -> tuple[tuple[Tier, ...], tuple[Edge, ...], list[Problem]]:
    problems: list[Problem] = []
    kind, label = f"{PREFIXES['rdf']}type", f"{PREFIXES['skos']}prefLabel"
    tiers = {}
    for (subject, predicate), objects in facts.items():
        if predicate == kind and any(getattr(o, "value", "") == f"{BW}Tier" for o in objects):
            tier = subject.removeprefix(_TIER)
            labels = {getattr(o, "language", None): getattr(o, "value", "") for o in facts.get((subject, label), [])}
            if not labels.get("zh") and not labels.get("en"):
                problems.append(Problem("BW109", f"the tier {tier!r} has no skos:prefLabel", _place(name, text, tier)))
            order = [getattr(o, "value", "") for o in facts.get((subject, f"{BW}order"), [])]
            number = int(order[0]) if order and order[0].isdigit() else None
            demand = any(getattr(o, "value", "") == "true" for o in facts.get((subject, f"{BW}isDemand"), []))
            tiers[tier] = Tier(tier, Label(labels.get("zh") or "", labels.get("en") or ""), number, demand)
    edges = set()
    for (subject, predicate), objects in facts.items():
        if predicate not in (f"{BW}supplies", f"{BW}pulls"):
            continue
        for item in objects:
            ends = subject.removeprefix(_TIER), str(getattr(item, "value", "")).removeprefix(_TIER)
            for end in ends:
                if end not in tiers:
                    hint = did_you_mean(end, tiers, "tiers")
                    message = f"an edge names {end!r}, which is not a tier"
                    problems.append(Problem("BW212", message, _place(name, text, end), hint))
            edges.add(Edge(*ends) if predicate == f"{BW}supplies" else Edge(ends[1], ends[0]))
    ordered = sorted(tiers.values(), key=lambda t: (t.order if t.order is not None else 999, t.id))
    return tuple(ordered), tuple(sorted(edges, key=lambda e: (e.source, e.target))), problems


def _place(name: str, text: str, word: str) -> Place:
    """Return the first place that names a thing; Turtle triples carry no positions of their own."""
    for number, line in enumerate(text.splitlines(), 1):
        column = line.find(word)
        if column >= 0:
            return Place(name, number, column + 1, line, len(word))
    return Place(name)
