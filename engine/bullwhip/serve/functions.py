"""The functions behind the API's calls: from the values of parameters to plain data, one for each call."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bullwhip.audit import VERDICTS
from bullwhip.audit.conflicts import KINDS as _CONFLICTS
from bullwhip.errors import Problem, UsageError
from bullwhip.model.exposure import RANKINGS as _RANKINGS
from bullwhip.model.search import KINDS as FOUND
from bullwhip.serve.arguments import PREFIX
from bullwhip.workspace import Workspace, plain
from bullwhip.workspace.conflicting import conflicts_about
from bullwhip.workspace.exporting import format_of
from bullwhip.workspace.formats import FORMATS, OPTIONS
from bullwhip.workspace.listing import KINDS as LISTED
from bullwhip.workspace.naming import read_date

__all__ = ["CONFLICTS", "EXPORTED", "FORMATS", "FOUND", "LISTED", "RANKINGS", "VERDICTS", "File", "Written"]

CONFLICTS = tuple(_CONFLICTS)
RANKINGS = tuple(_RANKINGS)
EXPORTED = tuple(option.removeprefix("--") for option in OPTIONS.values())
"""What an export can be asked for beside its format."""

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is a file."""

    name: str
    media: str
    body: bytes
    warnings: tuple[str, ...] = ()
    """What is not as it should be in it, such as a font that is missing."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer that is JSON already."""

    text: bytes


def under(workspace: Workspace, a: Arguments) -> Workspace:
    """Return the workspace under the scenario, values, date and policy that are asked for.

    Raises:
        UsageError: as they are read.
    """
    if a.get("policy"):
        workspace = _chosen(workspace, a.get("as_of") or "", a["policy"])
    elif a.get("as_of"):
        workspace = workspace.known_on(a["as_of"])
    if a.get("scenario"):
        workspace = workspace.scenario(a["scenario"])
    return workspace.with_values(*a["set"]) if a.get("set") else workspace


def _chosen(workspace: Workspace, date: str, policy: str) -> Workspace:
    """Return a workspace with its claims chosen by a policy, and known on a date where one is given."""
    from bullwhip.compile import reselect

    if date and workspace.as_of_date:
        return workspace.known_on(date)  # which refuses: it is opened as known on a date
    at = read_date(date) or workspace.as_of_date
    program = reselect(workspace.program, at, policy)
    return Workspace(program, workspace.files, workspace.scenario_id, workspace.values, at, policy)


def exposure(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return plain.stamped(workspace, workspace.exposure(a["driver"], a["period"], **_asked(a)))


def company(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return plain.stamped(workspace, workspace.company_exposure(a["company"], a["period"], **_asked(a)))


def _asked(a: Arguments) -> dict[str, Any]:
    chosen = {}
    for text in a["at"]:
        dimension, equals, member = text.partition("=")
        if not equals or not dimension or not member:
            message = f"at={text!r} is not of the form DIMENSION=MEMBER"
            raise UsageError(Problem("BW703", message, hint="e.g. at=chip=h100_sxm"))
        chosen[dimension] = member
    return {"chosen": chosen} | {name: a[name] for name in ("top", "by", "paths", "contributions")}


def value(workspace: Workspace, a: Arguments) -> Any:
    return plain.one_or_all(workspace.value(a["id"], a["period"]))


def sensitivity(workspace: Workspace, a: Arguments) -> Any:
    return plain.one_or_all(workspace.sensitivity(a["id"], a["driver"], a["period"], second=a["second"]))


def explain(workspace: Workspace, a: Arguments) -> Any:
    answers = workspace.explain(a["id"], a["driver"] or "", a["period"])
    return answers[0] if len(answers) == 1 else list(answers)


def explain_fact(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return workspace.explain_fact(a["fact"], proofs=a["proofs"]).as_dict()


def solve(workspace: Workspace, a: Arguments) -> Any:
    answers = workspace.solve(
        a["target"] or "", a["for"], a["period"], claim=a["claim"] or "", unknown=a["unknown"] or "",
        within=a["within"] or "",
    )  # fmt: skip
    return plain.one_or_all(answers)


def bottleneck(workspace: Workspace, a: Arguments) -> Any:
    answers = workspace.bottlenecks(a["id"] or "", a["period"], driver=a["driver"] or "", within=a["within"] or "")
    return plain.one_or_all(answers, named=bool(a["id"]))


def diff(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return plain.differing(workspace, workspace.diff(a["a"], a["b"], a["id"], a["period"], a["by"]), a["top"])


def audit(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return plain.audited(workspace.audit(a["report"] or "", a["locator"] or ""), a["verdict"])


def conflicts(workspace: Workspace, a: Arguments) -> list[dict[str, Any]]:
    return plain.disputed(workspace, conflicts_about(workspace, a["report"] or "", a["subject"] or "", a["kind"]))


def facts(workspace: Workspace, a: Arguments) -> list[dict[str, Any]]:
    return list(workspace.facts(*(a[name] or "" for name in ("report", "locator", "subject", "quantity"))))


def search(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return workspace.search(a["q"], a["kind"], limit=a["limit"], claims=a["claims"]).as_dict()


def listed(workspace: Workspace, a: Arguments) -> list[dict[str, Any]]:
    return list(workspace.list(a["kind"]))


def describe(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return workspace.describe(a["id"], limit=a["limit"])


def queries(workspace: Workspace, a: Arguments) -> list[dict[str, Any]]:
    return plain.query_texts(workspace)


def model(workspace: Workspace, a: Arguments) -> Written:
    from bullwhip.workspace.modelling import model_json

    return Written(model_json(workspace, a["period"]))


def export(workspace: Workspace, a: Arguments) -> File:
    form = format_of(a["format"])
    asked = {"along" if name == "with" else name: a[name] for name in EXPORTED}
    asked |= {name: "" for name, value in asked.items() if value is None and name not in ("language", "period")}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        body = workspace.export(a["format"], **asked)
    return File(_file_name(workspace.program.header.id, a["format"], form.suffix), form.media, body,
                tuple(str(w.message) for w in told))  # fmt: skip


def _file_name(workspace: str, form: str, suffix: str) -> str:
    """Return a name that any system takes, and that says no more than letters, digits and dashes do.

    >>> _file_name('a"b', "svg", "svg"), _file_name("solar", "turtle", "ttl")
    ('a-b.svg', 'solar-turtle.ttl')
    """
    stem = workspace if form == suffix else f"{workspace}-{form}"
    return f"{re.sub('[^A-Za-z0-9_-]', '-', stem)}.{suffix}"


def query(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    return plain.plain_table(workspace.query(a["name"], a[PREFIX]), a["limit"])


def query_text(workspace: Workspace, a: Arguments) -> dict[str, Any]:
    from bullwhip.workspace.query_texts import query_text

    return query_text(workspace, a["name"] or "", a[PREFIX])
