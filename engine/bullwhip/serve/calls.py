"""One call of the API: arguments read, the workspace asked, the answer with its receipt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.export.tables import to_json_line
from bullwhip.serve.arguments import read_arguments
from bullwhip.serve.functions import File, Written, under
from bullwhip.serve.jobs import Reply
from bullwhip.serve.operations import OPERATIONS, Operation
from bullwhip.serve.problems import warnings
from bullwhip.workspace import Workspace

__all__ = ["NAMES", "call", "operation", "reply"]

NAMES = tuple(OPERATIONS)
"""What can be called."""


def operation(name: str) -> Operation:
    """Return the call of a name.

    Raises:
        UsageError: BW701 with the nearest names.
    """
    if name not in OPERATIONS:
        hint = did_you_mean(name, NAMES) or f"calls: {', '.join(NAMES)}"
        raise UsageError(Problem("BW701", f"the API has no call {name[:60]!r}", hint=hint))
    return OPERATIONS[name]


def call(workspace: Workspace, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a call answers: `{"answer": …, "receipt": …}`.

    Args:
        workspace: the workspace as it is served; a scenario, values, a date or a policy among the arguments stand on
            top of its own.
        name: one of `NAMES`.
        arguments: a text, or several as a list, by name of the parameter.

    Raises:
        BullwhipError: BW701 to BW703 for the arguments, and whatever the question itself raises.
        TypeError: where the answer is a file; ask `reply` for it.

    >>> call(Workspace.open(), "value", {"id": "cooling.market"})["answer"]["unit"]
    'CNY'
    """
    answer, receipt = _asked(workspace, name, arguments)
    if isinstance(answer, File):
        raise TypeError(f"{name} gives a file")
    return {"answer": json.loads(answer.text) if isinstance(answer, Written) else answer, "receipt": receipt}


def _asked(workspace: Workspace, name: str, arguments: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return answer and receipt."""
    found = operation(name)
    values = read_arguments(name, found.parameters, arguments)
    asked = under(workspace, values)
    return found.function(asked, values), asked.receipt()


def reply(workspace: Workspace, name: str, arguments: Mapping[str, Any]) -> Reply:
    """Return what a call answers as it goes to the client.

    Raises:
        BullwhipError: as `call` does; the worker makes a problem of it.
    """
    answer, receipt = _asked(workspace, name, arguments)
    if isinstance(answer, File):
        told = warnings([Problem("BW004", text) for text in answer.warnings])
        headers = (("Content-Disposition", f'attachment; filename="{answer.name}"'), *told)
        return Reply(200, answer.media, answer.body, headers)
    if isinstance(answer, Written):
        body = b'{"answer": ' + answer.text.strip() + b', "receipt": ' + to_json_line(receipt).encode().strip() + b"}\n"
    else:
        body = to_json_line({"answer": answer, "receipt": receipt}).encode()
    return Reply(200, "application/json", body)
