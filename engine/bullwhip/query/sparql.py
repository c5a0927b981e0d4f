"""Runs SPARQL on a dataset and gives the answer as a table.

A parameter is bound as a term to the variable of its name; its text never becomes part of the query. A query reads
the union of all graphs of the dataset and nothing else (docs/convention.md §13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import LimitError, Place, Problem, QueryError
from bullwhip.query.guard import Tokens, guard
from bullwhip.query.header import Term
from bullwhip.terms import PREFIXES

__all__ = ["Table", "run"]

MAX_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query, as text."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    """Text of each cell; None where the query leaves it unbound."""
    kinds: tuple[tuple[str | None, ...], ...]
    """Term kind of each cell: iri, blank, triple, or a literal's language or datatype."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"columns": list(self.columns), "rows": [list(row) for row in self.rows]}


def run(nquads: bytes, text: str, parameters: Mapping[str, Term], name: str = "query") -> Table:
    """Return the table that a query gives on a dataset.

    Rows come in the order the query asks for; without ORDER BY they are sorted, so that the answer is always the same.
    ASK gives one row, CONSTRUCT and DESCRIBE one row a triple.

    Args:
        nquads: the dataset, as `to_nquads` gives it.
        text: a SPARQL query; the prefixes of `terms.PREFIXES` are declared.
        parameters: terms by variable name.
        name: what messages call the query.

    Raises:
        QueryError: BW501 when it cannot be parsed, asks for more than reading the dataset, or fails; BW502 when it
            has no variable for a parameter.
        LimitError: BW901 when text or answer exceed a limit.
    """
    tokens = guard(name, text)
    variables = {t[0][1:] for kind, t in tokens if kind == "variable"}
    missing = [p for p in parameters if p not in variables]
    if missing:
        raise QueryError(Problem("BW502", f"the query has no variable ?{missing[0]}", Place(name)))
    try:
        ox.Store().query(text, prefixes=PREFIXES)  # the text as written, so that a message points into it
    except SyntaxError as error:
        raise QueryError(_syntax(name, text, str(error))) from None
    try:
        answer = _store(nquads).query(
            _bind(text, tokens, parameters), prefixes=PREFIXES, use_default_graph_as_union=True
        )
        return _table(name, answer, any(t[0].lower().startswith("order") for kind, t in tokens if kind == "word"))
    except (SyntaxError, RuntimeError, ValueError, OSError) as error:
        raise QueryError(Problem("BW501", f"the query fails: {error}", Place(name))) from None


@lru_cache(maxsize=1)
def _store(nquads: bytes) -> ox.Store:
    store = ox.Store()
    store.load(nquads, format=ox.RdfFormat.N_QUADS)
    return store


def _syntax(name: str, text: str, message: str) -> Problem:
    """Return a parser's message as a problem: its place, and those of its expectations that are words."""
    match = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", message, re.DOTALL)
    if match is None:
        return Problem("BW501", f"the query cannot be read: {message}", Place(name))
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    shown = lines[line - 1] if line <= len(lines) else ""
    place = Place(name, line, column, shown)
    if "Prefix not found" in match[3]:
        return Problem("BW501", "a prefix is not declared", place, f"declared are {', '.join(PREFIXES)}")
    told = re.search(r"The [^,]*|[A-Z][a-z]+ [a-z][^,\[]*", match[3])
    if told:
        return Problem("BW501", told[0].strip(), place)
    words = re.findall(r"(?<![\w\\'])[A-Z][A-Z_]{2,}(?![\w'])", match[3])
    found = repr(shown[column - 1]) if column <= len(shown) else "the end of the line"
    return Problem("BW501", f"unexpected {found}", place, f"expected here: {', '.join(words)}" if words else "")


def _bind(text: str, tokens: Tokens, parameters: Mapping[str, Term]) -> str:
    """Return the query with the parameters as VALUES at the head of its pattern.

    The engine's own substitution reaches only variables that are selected; VALUES reaches the whole pattern.
    """
    if not parameters:
        return text
    depth, found, after_where = 0, -1, False
    for kind, match in tokens:
        if kind == "word" and depth == 0 and match[0].lower() == "where":
            after_where = True
        if match[0] == "{" and depth == 0 and (found < 0 or after_where):
            found, after_where = match.end(), False
        depth += (kind == "open") - (kind == "close")
    if found < 0:
        return text
    values = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in parameters.items())
    return f"{text[:found]}{values} {text[found:]}"


def _table(name: str, answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, ordered: bool) -> Table:
    if isinstance(answer, ox.QueryBoolean):
        return Table(("answer",), ((str(bool(answer)).lower(),),), (("boolean",),))
    solutions: Iterable[Iterable[object]] = answer
    columns: tuple[str, ...] = ("subject", "predicate", "object")
    if isinstance(answer, ox.QuerySolutions):
        columns = tuple(v.value for v in answer.variables)
    rows = []
    for solution in solutions:
        rows.append([_cell(term) for term in solution])
        if len(rows) > MAX_ROWS:
            raise LimitError(Problem("BW901", f"more than {MAX_ROWS:,} rows", Place(name), "add a LIMIT"))
    if not ordered:
        rows.sort(key=lambda row: [(text is not None, text or "", kind or "") for text, kind in row])
    return Table(columns, tuple(tuple(t for t, _ in r) for r in rows), tuple(tuple(k for _, k in r) for r in rows))


def _cell(term: object) -> tuple[str | None, str | None]:
    if term is None:
        return None, None
    if isinstance(term, ox.NamedNode):
        return term.value, "iri"
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}", "blank"
    if isinstance(term, ox.Literal):
        return term.value, term.language or term.datatype.value.rpartition("#")[2]
    return str(term), "triple"
