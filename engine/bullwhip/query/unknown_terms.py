"""Names of our vocabulary in a query that it does not have: a pattern with one fits nothing, without a word."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from bullwhip.errors import Problem, did_you_mean
from bullwhip.query.guard import guard, place_of
from bullwhip.terms import BW, PREFIXES

__all__ = ["unknown_terms"]


def unknown_terms(name: str, text: str, known: Collection[str]) -> Iterator[tuple[str, Problem]]:
    """Yield the IRIs in our vocabulary's namespace that it does not declare, each once, with what to say of it.

    Args:
        name: what messages call the query.
        text: a query that may run.
        known: the names that are declared, such as `bw:Tier`.

    >>> [(i.rpartition("#")[2], p.hint) for i, p in unknown_terms("q", "ASK { ?a bw:Teir ?b }", ["bw:Tier"])]
    [('Teir', "did you mean 'bw:Tier'?")]
    """
    prefixes, told, before = dict(PREFIXES), set[str](), ""
    tokens = guard(name, text)
    for number, (kind, match) in enumerate(tokens):
        written = match[0]
        if before == "prefix" and kind == "name":
            prefixes[written[:-1]] = tokens[number + 1][1][0][1:-1] if number + 1 < len(tokens) else ""
        elif kind in ("name", "iri"):
            prefix, _, local = written.partition(":")
            iri = written[1:-1] if kind == "iri" else prefixes.get(prefix, "") + local
            ours = f"bw:{iri.removeprefix(BW)}"
            declares = number > 1 and tokens[number - 2][1][0].lower() == "prefix"
            if iri.startswith(BW) and iri != BW and not declares and ours not in known and iri not in told:
                told.add(iri)
                place = replace(place_of(name, text, match.start()), length=len(written))
                hint = did_you_mean(ours, known) or "ontology/core.ttl declares the names in bw:"
                yield iri, Problem("BW201", f"the vocabulary has no {ours!r}, nothing fits it", place, hint, "warning")
        before = written.lower()
