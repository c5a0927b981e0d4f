"""Results as plain data, on the way from one process to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pyoxigraph as ox

from bullwhip.query.shapes.paths import Path
from bullwhip.query.shapes.records import Result
from bullwhip.query.shapes.terms import Term

__all__ = ["from_plain", "to_plain"]


def to_plain(results: Iterable[Result]) -> dict[str, Any]:
    """Return results as numbers and texts; each term is written once.

    >>> a = ox.NamedNode("urn:a")
    >>> [one] = from_plain(to_plain([Result(a, None, ox.Literal("b"), a, a, "urn:c")]))
    >>> one.value
    <Literal value=b datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>
    """
    terms: dict[Term, int] = {}

    def number(term: Term | None) -> int | None:
        return None if term is None else terms.setdefault(term, len(terms))

    rows = [
        [
            number(r.focus), _path(r.path), number(r.value), number(r.shape), number(r.severity), r.component,
            number(r.constraint), {name: number(t) for name, t in sorted(r.solution.items())}, number(r.message),
        ]
        for r in results
    ]  # fmt: skip
    return {"terms": [str(term) for term in terms], "rows": rows}


def from_plain(plain: Mapping[str, Any]) -> list[Result]:
    """Return the results again."""
    said = "".join(f"<urn:x> <urn:x> {text} .\n" for text in plain["terms"])
    terms = [cast(Term, t.object) for t in ox.parse(said, format=ox.RdfFormat.N_TRIPLES)]

    def term(number: int | None) -> Any:
        return None if number is None else terms[number]

    return [
        Result(
            term(focus), _read(path), term(value), term(shape), term(severity), component, term(constraint),
            {name: term(n) for name, n in solution.items()}, term(message),
        )
        for focus, path, value, shape, severity, component, constraint, solution, message in plain["rows"]
    ]  # fmt: skip


def _path(path: Path | None) -> list[Any] | None:
    return None if path is None else [path.kind, path.iri, [_path(part) for part in path.parts]]


def _read(plain: list[Any] | None) -> Path | None:
    return None if plain is None else Path(plain[0], plain[1], tuple(cast(Path, _read(part)) for part in plain[2]))
