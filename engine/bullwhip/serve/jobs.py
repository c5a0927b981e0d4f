"""What is asked of a worker and what comes back: plain records that cross between processes as JSON and bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Call", "GraphChange", "GraphRead", "Job", "Limits", "Query", "Reply", "Update", "problem_reply"]

PROBLEM = "application/problem+json"
"""Media type of a reply that is no answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may take; what is beyond is refused with a problem, never cut short."""

    seconds: float = 10.0
    """Time of one query or call, from the moment a worker has it."""
    crowded_seconds: float = 3.0
    """The same while others wait: a job that has run for longer makes room for them."""
    memory: int = 1_500_000_000
    """Address space that a worker may add, in bytes."""
    rows: int = 100_000
    """Rows of an answer, or triples of a graph."""
    size: int = 50_000_000
    """Bytes of an answer."""
    text: int = 100_000
    """Bytes of a query."""
    body: int = 1_000_000
    """Bytes of any other request body."""
    workers: int = 2
    waiting: int = 16
    """Requests that wait for a worker; the next one is refused with 503 and Retry-After."""


@dataclass(frozen=True, slots=True)
class Query:
    """A SPARQL query that only reads."""

    text: str
    base: str = ""
    default_graphs: tuple[str, ...] | None = None
    """IRIs of the graphs that make up the default graph; None is the union of all."""
    named_graphs: tuple[str, ...] | None = None
    results: str = ""
    """Media type for rows and truth values that the client accepts best; empty when it accepts none."""
    graph: str = ""
    """Media type for triples; empty when it accepts none."""


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL update, on the copy that the endpoint holds."""

    text: str
    base: str = ""
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphRead:
    """A whole graph, by IRI; None is the default graph."""

    graph: str | None
    media: str
    whole: bool = False
    """All graphs with their names, and not one graph."""


@dataclass(frozen=True, slots=True)
class GraphChange:
    """A graph put, merged or removed."""

    action: Literal["replace", "merge", "delete"]
    graph: str | None
    media: str = ""
    body: bytes = b""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A question to the façade; `bullwhip.serve.calls` knows the names and reads the arguments, which are texts."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


Job = Query | Update | GraphRead | GraphChange | Call


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the client."""

    status: int
    media: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def problem_reply(status: int, title: str, detail: str = "", **more: Any) -> Reply:
    """Return a problem (RFC 9457) as a reply.

    Args:
        status: the status code of HTTP.
        title: what went wrong, the same for every occurrence.
        detail: what went wrong here.
        more: further members, such as `code` (BW…), `line`, `column`, `hint`; None is left out.

    >>> problem_reply(503, "the query takes too long", code="BW901").status
    503
    """
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail or None} | more
    text = json.dumps({key: value for key, value in body.items() if value is not None}, ensure_ascii=False)
    return Reply(status, PROBLEM, text.encode())
