"""Runs SPARQL on a dataset and gives the answer as a table.

A parameter is bound as a term to the variable of its name; its text never becomes part of the query. A query reads
the union of all graphs of the dataset and nothing else (docs/convention.md §13).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import LimitError, Place, Problem, QueryError, did_you_mean
from bullwhip.model.shown import Shown
from bullwhip.query.guard import Tokens, guard, pattern_start
from bullwhip.query.header import Term
from bullwhip.store.functions import short
from bullwhip.store.interface import Cell, Function, Store
from bullwhip.terms import PREFIXES

__all__ = ["Table", "bound", "run", "syntax_problem"]

MAX_ROWS = 1_000_000


@dataclass(frozen=True)
class Table(Shown):
    """The answer to a query: terms, and as text."""

    columns: tuple[str, ...]
    terms: Sequence[tuple[Cell, ...]]
    """One tuple a row; None where the query leaves a cell unbound."""
    warnings: tuple[Problem, ...] = ()
    """What failed in functions that the query calls (BW521), and names in our vocabulary that there are not (BW201)."""

    @cached_property
    def rows(self) -> tuple[tuple[str | None, ...], ...]:
        """Text of each cell; None where it is unbound."""
        return tuple([tuple([_text(term) for term in row]) for row in self.terms])

    @cached_property
    def kinds(self) -> tuple[tuple[str | None, ...], ...]:
        """Term kind of each cell: iri, blank, triple, or a literal's language or datatype."""
        return tuple([tuple([_kind(term) for term in row]) for row in self.terms])

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "warnings": [p.as_dict() for p in self.warnings],
        }


def run(
    store: Store,
    text: str,
    parameters: Mapping[str, Term | tuple[Term, ...]],
    name: str = "query",
    functions: Mapping[str, Function] | None = None,
) -> Table:
    """Return the table that a query gives on a store.

    Rows come in the order the query asks for; without ORDER BY they are sorted, so that the answer is always the same.
    ASK gives one row, CONSTRUCT and DESCRIBE one row a triple.

    Args:
        store: where to ask.
        text: a SPARQL query; the prefixes of `terms.PREFIXES` are declared.
        parameters: terms by variable name; of several, an answer fits any.
        name: what messages call the query.
        functions: what the query may call, by IRI.

    Raises:
        QueryError: BW501 when it cannot be parsed, asks for more than reading the dataset, or fails; BW502 when it
            has no variable for a parameter; BW525 when it calls a function that the store has not.
        LimitError: BW901 when text or answer exceed a limit.
    """
    tokens = _tokens(name, text)
    if parameters:
        variables = {t[0][1:] for kind, t in tokens if kind == "variable"}
        missing = [p for p in parameters if p not in variables]
        if missing:
            raise QueryError(Problem("BW502", f"the query has no variable ?{missing[0]}", Place(name)))
    try:
        answer = store.query(_bind(text, tokens, parameters), _called(tokens, functions) if functions else None)
        terms = list(islice(answer.rows, MAX_ROWS + 1))
    except QueryError as error:
        raise _explained(error, name, text, functions or {}) from None
    if len(terms) > MAX_ROWS:
        raise LimitError(Problem("BW901", f"more than {MAX_ROWS:,} rows", Place(name), "add a LIMIT"))
    ordered = any(kind == "word" and t[0].lower().startswith("order") for kind, t in tokens)
    if len(terms) > 1 and not (ordered and answer.form == "select"):
        terms.sort(key=_place_in_order)
    return Table(answer.columns, terms, tuple(answer.warnings))


_tokens = lru_cache(maxsize=64)(guard)


def _called(tokens: Tokens, functions: Mapping[str, Function]) -> dict[str, Function]:
    """Return those functions that a query calls: their names stand before a bracket."""
    prefixes = dict(PREFIXES)
    called = {}
    for (_, before), (kind, match), (_, after) in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before[0].lower() == "prefix" and kind == "name":
            prefixes[match[0][:-1]] = after[0][1:-1]
        elif after[0] == "(" and kind in ("name", "iri"):
            prefix, _, local = match[0].partition(":")
            iri = match[0][1:-1] if kind == "iri" else prefixes.get(prefix, "") + local
            if iri in functions:
                called[iri] = functions[iri]
    return called


def _explained(error: QueryError, name: str, text: str, functions: Mapping[str, Function]) -> QueryError:
    """Return an error with its place: the text as written is parsed once more, so that a message points into it."""
    try:
        ox.Store().query(text, prefixes=PREFIXES)
    except SyntaxError as syntax:
        return QueryError(syntax_problem(name, text, str(syntax)))
    except (RuntimeError, ValueError):
        pass  # what the store has said already
    return QueryError([
        replace(p, place=p.place or Place(name), hint=p.hint or _functions_near(p, functions)) for p in error.problems
    ])  # fmt: skip


def _functions_near(problem: Problem, functions: Mapping[str, Function]) -> str:
    """Return a hint for a function that there is not; the store knows only those that a query calls by name."""
    missing = problem.message.removeprefix("no function ")
    names = sorted(map(short, functions)) if missing != problem.message else []
    return (did_you_mean(missing, names) or f"functions: {', '.join(names)}") if names else ""


def syntax_problem(name: str, text: str, message: str) -> Problem:
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
    words = re.findall(r"(?<![\w\\'])(?![A-F]{4}\b)[A-Z][A-Z_]{2,}(?![\w'])", match[3])  # FFFD is a character
    found = repr(shown[column - 1]) if column <= len(shown) else "the end of the line"
    return Problem("BW501", f"unexpected {found}", place, f"expected here: {', '.join(words)}" if words else "")


def _bind(text: str, tokens: Tokens, parameters: Mapping[str, Term | tuple[Term, ...]]) -> str:
    """Return the query with the parameters as VALUES at the head of its pattern.

    The engine's own substitution reaches only variables that are selected; VALUES reaches the whole pattern.
    """
    found = pattern_start(tokens) if parameters else -1
    if found < 0:
        return text
    values = "".join(
        f" VALUES ?{name} {{ {' '.join(map(str, terms if isinstance(terms, tuple) else (terms,)))} }}"
        for name, terms in parameters.items()
    )
    return f"{text[:found]}{values} {text[found:]}"


def bound(text: str, parameters: Mapping[str, Term | tuple[Term, ...]], name: str = "query") -> str:
    """Return a query with its parameters bound, as `run` sends it.

    >>> bound("SELECT * { ?s ?p ?o }", {"s": ox.NamedNode("urn:a")})
    'SELECT * { VALUES ?s { <urn:a> }  ?s ?p ?o }'
    """
    return _bind(text, _tokens(name, text), parameters)


def _place_in_order(row: tuple[Cell, ...]) -> list[tuple[bool, str, str]]:
    return [(term is not None, _text(term) or "", _kind(term) or "") for term in row]


def _text(term: Cell) -> str | None:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term.value
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    return None if term is None else str(term)


def _kind(term: Cell) -> str | None:
    if isinstance(term, ox.NamedNode):
        return "iri"
    if isinstance(term, ox.Literal):
        return term.language or term.datatype.value.rpartition("#")[2]
    if isinstance(term, ox.BlankNode):
        return "blank"
    return None if term is None else "triple"
