"""Answers to queries as files: CSV and the SPARQL 1.1 results in JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from bullwhip.export.escape import tsv_cell

__all__ = ["to_csv", "to_sparql_json"]

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    r"""Return a table as CSV (RFC 4180) with a heading line, its cells made safe for spreadsheets.

    A text that a spreadsheet would calculate gets an apostrophe in front, a number never does; line breaks within a
    cell become spaces.

    >>> to_csv(["id", "n"], [["=x", "-1.5"], ['a "b", c', None]])
    'id,n\r\n\'=x,-1.5\r\n"a ""b"", c",\r\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([tsv_cell(column) for column in columns])
    writer.writerows([tsv_cell(cell or "") for cell in row] for row in rows)
    return out.getvalue()


def to_sparql_json(columns: Sequence[str], terms: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return an answer as the SPARQL 1.1 Query Results JSON Format says, as plain data.

    Args:
        columns: the variables.
        terms: rows of terms; None where a variable is unbound, which leaves it out of its row.

    >>> import pyoxigraph as ox
    >>> to_sparql_json(["x"], [[ox.Literal(7)]])["results"]["bindings"][0]["x"]["datatype"].rpartition("#")[2]
    'integer'
    """
    bindings = [
        {column: _term(term) for column, term in zip(columns, row, strict=True) if term is not None} for row in terms
    ]
    return {"head": {"vars": list(columns)}, "results": {"bindings": bindings}}


def _term(term: Any) -> dict[str, Any]:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        told = {"type": "literal", "value": term.value}
        if term.language:
            return told | {"xml:lang": term.language}
        return told if term.datatype.value == _STRING else told | {"datatype": term.datatype.value}
    parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
    return {"type": "triple", "value": {name: _term(part) for name, part in parts.items()}}
