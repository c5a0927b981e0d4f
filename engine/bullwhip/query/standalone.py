"""Queries as they can be sent anywhere: prefixes declared, parameters bound, nothing that only this program reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

import pyoxigraph as ox

from bullwhip.query.guard import Tokens, guard, pattern_start
from bullwhip.query.header import Term
from bullwhip.terms import BASE, PREFIXES, THINGS, shorten

__all__ = ["KNOWN", "standalone"]

KNOWN: dict[str, str] = PREFIXES | {kind: f"{BASE}{kind}/" for kind in THINGS}
"""Prefixes that a query may use: of the vocabularies, and of every kind of thing."""

_HEADER = re.compile(r"^# (?:param|example|columns?|needs)\b[^\n]*\n", re.MULTILINE)


def standalone(text: str, parameters: Mapping[str, Term | tuple[Term, ...]], name: str = "query") -> str:
    r"""Return a query that any SPARQL 1.1 engine reads.

    Args:
        text: a query, without or with its header, of which the title and what it answers stay.
        parameters: terms by variable name; of several, an answer fits any.
        name: what messages call the query.

    Raises:
        QueryError: BW501 when it cannot be read.
        LimitError: BW901 when it exceeds a limit.

    >>> print(standalone("# param n (integer): n\nSELECT ?s WHERE { ?s dct:identifier ?n }", {"n": ox.Literal(3)}))
    PREFIX dct: <http://purl.org/dc/terms/>
    PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
    SELECT ?s WHERE {
      VALUES ?n { "3"^^xsd:integer }
      ?s dct:identifier ?n }
    """
    body = _HEADER.sub("", text)
    tokens = guard(name, body)
    found = pattern_start(tokens)
    if parameters and found >= 0:
        values = [f"  VALUES ?{p} {{ {' '.join(map(_written, _several(t)))} }}" for p, t in parameters.items()]
        rest = body[found:].lstrip(" ")
        body = "\n".join([body[:found], *values, ""]) + (rest[1:] if rest.startswith("\n") else f"  {rest}")
        tokens = guard(name, body)
    missing = _used(tokens) - _declared(tokens)
    return "".join(f"PREFIX {p}: <{KNOWN[p]}>\n" for p in sorted(missing) if p in KNOWN) + body


def _used(tokens: Tokens) -> set[str]:
    return {match[0].partition(":")[0] for kind, match in tokens if kind == "name"}


def _declared(tokens: Tokens) -> set[str]:
    pairs = pairwise(tokens)
    return {match[0][:-1] for (_, before), (kind, match) in pairs if before[0].lower() == "prefix" and kind == "name"}


def _several(terms: Term | tuple[Term, ...]) -> tuple[Term, ...]:
    return terms if isinstance(terms, tuple) else (terms,)


def _written(term: Term) -> str:
    """Return a term as it is written by hand."""
    if isinstance(term, ox.NamedNode):
        return shorten(term.value)
    if isinstance(term, ox.Literal) and not term.language and term.datatype.value.startswith(PREFIXES["xsd"]):
        kind = term.datatype.value.removeprefix(PREFIXES["xsd"])
        plain = str(ox.Literal(term.value))
        return plain if kind == "string" else f"{plain}^^xsd:{kind}"
    return str(term)
