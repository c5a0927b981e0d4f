"""`bullwhip read`: what a printed text says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.output import Column, table, write_json
from bullwhip.workspace.opening import open_files
from bullwhip.workspace.reading import KINDS, Readers, as_data


@click.command(
    "read",
    short_help="Read a printed number, unit, period or name.",
    context_settings={"ignore_unknown_options": True},  # a figure may begin with a minus sign
)
@click.argument("what", metavar="|".join(KINDS), type=click.Choice(KINDS))
@click.argument("text", type=click.UNPROCESSED)
@click.option("--company", default="", metavar="ID", help="Whose fiscal calendar counts, for a period.")
@click.option("--report", default="", metavar="ID", help="The document whose units count, for a unit or number.")
@json_option
@click.pass_context
def command(context: click.Context, what: str, text: str, company: str, report: str, as_json: bool) -> int:
    """Read TEXT as documents are read: a value, missing with a reason, or a refusal with a reason; never a guess.

    A name is read as a whole field; where TEXT is none but holds some, those are shown. Exit code 0: a value, a match,
    or missing; 1: refused or ambiguous.
    """
    root = context.find_root().obj
    alone = what == "number" and not report  # plain figures need no workspace
    readers = Readers({} if alone else open_files(Path(root) if root else None)[0])
    outcome = readers.read(what, text, company=company, report=report)
    found = outcome if isinstance(outcome, tuple) else (outcome,)
    answers = [as_data(each) for each in found]
    for answer in answers:
        if answer["kind"] == "match":
            answer["type"] = readers.kind_of(answer["id"])
    if as_json:
        write_json({"read": what, "text": text, **(answers[0] if len(answers) == 1 else _several(answers))})
    else:
        table([Column("key", "read", False), Column("value", what, False)], [r for a in answers for r in _rows(a)])
    return 0 if any(a["kind"] in ("value", "match", "missing") for a in answers) else 1


def _several(answers: list[dict[str, Any]]) -> dict[str, Any]:
    sure = any(a["kind"] == "match" for a in answers)
    return {"kind": "names" if sure else "ambiguous", "found": answers}


def _rows(answer: dict[str, Any]) -> list[list[str]]:
    """Return what an answer says, line by line, exact texts where there are any."""
    rows = []
    for key, value in answer.items():
        if value in (None, "", []) or key.endswith("_exact") or key == "exact":
            continue
        exact = answer.get("exact" if key == "value" else f"{key}_exact")
        rows.append([key, str(exact or (", ".join(map(str, value)) if isinstance(value, list) else value))])
    return rows
