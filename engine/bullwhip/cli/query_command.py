"""`bullwhip query`: named SPARQL queries and query files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bullwhip.cli.options import json_option, selecting
from bullwhip.cli.output import Column, say, table, write_json
from bullwhip.cli.store_options import store_option
from bullwhip.errors import Problem, UsageError
from bullwhip.workspace import Workspace

if TYPE_CHECKING:
    from bullwhip.query.sparql import Table


@click.command("query", short_help="Run a named SPARQL query, or a query file.")
@click.argument("name", metavar="NAME|FILE.rq", required=False)
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the query; may be repeated.",
)
@click.option(
    "--help-query",
    "explain",
    is_flag=True,
    help="Show what the query answers, its parameters and an example.",
)
@store_option
@json_option
@selecting
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str | None,
    parameters: tuple[str, ...],
    explain: bool,
    where: str,
    as_json: bool,
) -> None:
    """Run the query NAME of the workspace, or the SPARQL in FILE.rq, over facts, chain and rules.

    Without NAME, list the queries. Parameters are bound as terms, never pasted into the text.
    """
    if name is None:
        entries = workspace.list("queries")
        if as_json:
            write_json(entries)
            return
        shown = ("id", "label_en", "label_zh", "parameters")
        table([Column(k, k, False) for k in shown], [[_text(e[k]) for k in shown] for e in entries])
        return
    text = _file(name)
    if explain:
        for line in workspace.query_help(name, text):
            say(line)
        return
    answer = _asked(workspace, where, name, dict(_pair(p) for p in parameters), text)
    if as_json:
        write_json(answer.as_dict())
        return
    table(
        [Column(c, c, False) for c in answer.columns],
        [["" if v is None else v for v in row] for row in answer.rows],
        [problem.render() for problem in answer.warnings],
    )


def _asked(workspace: Workspace, where: str, name: str, parameters: dict[str, str], text: str | None) -> Table:
    if not where:
        return workspace.query(name, parameters, text)
    from bullwhip.workspace.storing import opened

    with opened(where) as store:
        return workspace.query(name, parameters, text, store)


def _text(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value or "")


def _file(name: str) -> str | None:
    """Return the text of a query file, or None for a named query."""
    if not name.endswith(".rq"):
        return None
    path = Path(name)
    if not path.is_file():
        raise UsageError(Problem("BW101", f"no query file {name!r}", hint="a named query is given without .rq"))
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Problem("BW102", f"{name} cannot be read: {error}")) from None


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise UsageError(Problem("BW002", f"{text!r} is not of the form NAME=VALUE"))
    return key, value
