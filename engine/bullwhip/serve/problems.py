"""Errors of the engine as replies: which status, and what a program can read of them."""

from __future__ import annotations

from typing import Any

from bullwhip.errors import BullwhipError, LimitError, Problem, QueryError, UsageError
from bullwhip.query.guard import RefusedError
from bullwhip.serve.jobs import Reply, problem_reply

__all__ = ["beyond", "reply_to", "warnings"]

_MOST_WARNINGS, _MOST_WORDS = 10, 600


def reply_to(error: BullwhipError, *, limit: int = 413, other: int = 422) -> Reply:
    """Return the reply to a job that an error ends: what was wrong, where, and what to do.

    Args:
        error: one problem or several.
        limit: the status where the job itself goes beyond a limit.
        other: the status where the request is sound and has no answer.

    >>> reply_to(QueryError(Problem("BW501", "unexpected '}'", hint="close it"))).status
    400
    """
    if isinstance(error, LimitError):
        status, title = limit, "beyond a limit"
    elif isinstance(error, RefusedError):
        status, title = 403, "not allowed here"
    elif isinstance(error, QueryError):
        status, title = 400, "the query cannot be run"
    elif isinstance(error, UsageError):
        status, title = 400, "the request cannot be read"
    else:
        status, title = other, "there is no answer" if other == 422 else "the body cannot be read"
    first, *more = error.problems
    members = _members(first)
    if more:
        members["problems"] = [_members(p) | {"detail": p.message} for p in error.problems]
    return problem_reply(status, title, first.message, **members)


def _members(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "line": place.line or None if place else None,
        "column": place.column or None if place else None,
        "hint": problem.hint or None,
    }


def beyond(what: str, hint: str = "", status: int = 507, **more: Any) -> Reply:
    """Return the reply to a job whose answer goes beyond a limit."""
    return problem_reply(status, "beyond a limit", what, code="BW901", hint=hint or None, **more)


def warnings(problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    r"""Return warnings as headers, in ASCII: what else there is stands as a backslash, u and four digits.

    >>> warnings([Problem("BW521", "一 fails", hint="the cells are empty")])
    (('Bullwhip-Warning', 'BW521 \\u4e00 fails; the cells are empty'),)
    """
    found = []
    for problem in problems[:_MOST_WARNINGS]:
        text = f"{problem.code} {problem.message}" + (f"; {problem.hint}" if problem.hint else "")
        shown = "".join(c if c.isprintable() else " " for c in text)
        found.append(("Bullwhip-Warning", shown.encode("ascii", "backslashreplace").decode()[:_MOST_WORDS]))
    return tuple(found)
