"""Named queries as texts to be sent to an endpoint and to be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bullwhip.query.header import read_parameters
from bullwhip.query.standalone import KNOWN, standalone
from bullwhip.workspace.parameters import known_values, suggest_value

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["STARTER", "query_text"]

STARTER = """SELECT DISTINCT ?tier ?company ?name_zh ?name_en WHERE {
  ?supply a bw:Supply ; bw:tier ?tier ; bw:company ?company ; bw:role ?role .
  ?role dct:identifier "supplier" .
  OPTIONAL { ?company skos:prefLabel ?name_zh FILTER(LANG(?name_zh) = "zh") }
  OPTIONAL { ?company skos:prefLabel ?name_en FILTER(LANG(?name_en) = "en") }
}
ORDER BY ?tier ?name_en
LIMIT 50
"""
"""What an editor shows before anything was asked: who supplies which tier."""


def query_text(
    workspace: Workspace, name: str = "", parameters: Mapping[str, str | Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return `{id, text, values, prefixes}`: a named query with its parameters bound and its prefixes declared.

    Args:
        workspace: the workspace, whose queries are known by name.
        name: id of a query, e.g. `chain/tiers`; without one the text to start from.
        parameters: values by parameter name; those of the query's example when there are none.

    Raises:
        UsageError: BW001 for a query that does not exist.
        QueryError: BW502 for a parameter that is unknown, missing or names nothing.
    """
    from bullwhip.workspace.querying import named

    text, terms, file, values = STARTER, {}, "query", {}
    if name:
        file, text, header = named(workspace, name, None)
        known = known_values(workspace.program, (p.type for p in header.parameters))
        given = parameters or header.example_values()
        values = {key: [one] if isinstance(one, str) else list(one) for key, one in given.items()}
        terms = read_parameters(header, values, known, suggest_value(workspace.program))
    return {"id": name or None, "text": standalone(text, terms, file), "values": values, "prefixes": dict(KNOWN)}
