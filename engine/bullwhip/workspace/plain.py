"""Answers as plain data, as `--json` writes them and the API gives them: one shape for both (docs/json.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from bullwhip.audit import AuditRow
    from bullwhip.audit.conflicts import Conflict
    from bullwhip.model.attribution import Difference
    from bullwhip.query.sparql import Table
    from bullwhip.workspace.facade import Workspace

__all__ = ["audited", "differing", "disputed", "one_or_all", "plain_table", "query_texts", "stamped"]


class _Answer(Protocol):
    def as_dict(self) -> dict[str, Any]: ...


def one_or_all(answers: Sequence[_Answer], *, named: bool = True) -> dict[str, Any] | list[dict[str, Any]]:
    """Return the answer where there is one, and a list of them otherwise, or where nothing was `named`."""
    found = [a.as_dict() for a in answers]
    return found[0] if named and len(found) == 1 else found


def stamped(workspace: Workspace, answer: _Answer) -> dict[str, Any]:
    """Return an answer with what it rests on."""
    return answer.as_dict() | {"receipt": workspace.receipt()}


def audited(rows: Sequence[AuditRow], verdicts: Collection[str] = ()) -> dict[str, Any]:
    """Return verdicts counted and listed.

    Args:
        rows: every verdict; all are counted.
        verdicts: which are listed; all when empty.
    """
    from bullwhip.audit import VERDICTS

    summary = {v: sum(r.verdict == v for r in rows) for v in VERDICTS}
    return {"summary": summary, "rows": [r.as_dict() for r in rows if not verdicts or r.verdict in verdicts]}


def disputed(workspace: Workspace, found: Sequence[Conflict]) -> list[dict[str, Any]]:
    """Return conflicts with the date of every document."""
    published = {d.id: d.published for d in workspace.program.documents}
    return [conflict.as_dict(published) for conflict in found]


def differing(workspace: Workspace, answer: Difference, top: int | None = None) -> dict[str, Any]:
    """Return a difference with its receipt, the first `top` changes and drivers of it."""
    found = stamped(workspace, answer)
    return found | {"changes": found["changes"][:top], "drivers": found["drivers"][:top]}


def plain_table(answer: Table, limit: int | None = None) -> dict[str, Any]:
    """Return the first rows of the answer to a query, and how many there are in all."""
    found = answer.as_dict()
    return found | {"rows": found["rows"][:limit], "total": len(found["rows"])}


def query_texts(workspace: Workspace) -> list[dict[str, Any]]:
    """Return every named query with its text and with what its parameters may be."""
    from bullwhip.query.header import CHOICES, TYPES, read_headers

    headers = {h.id: h for h in read_headers(workspace.files)}
    return [
        entry
        | {
            "text": workspace.files[f"queries/{entry['id']}.rq"].decode("utf-8"),
            "needs": list(headers[entry["id"]].needs),
            "inputs": [
                {"name": p.name, "type": p.type, "kind": TYPES[p.type], "says": p.description, "default": p.default,
                 "optional": p.optional, "several": p.several, "choices": list(CHOICES.get(p.type, ())) or None}
                for p in headers[entry["id"]].parameters
            ],
        }
        for entry in workspace.list("queries")
    ]  # fmt: skip
