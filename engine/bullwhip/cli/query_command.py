"""`bullwhip query`: named SPARQL queries and query files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bullwhip.cli.options import computing
from bullwhip.cli.output import Column, note, say, table, write_json
from bullwhip.cli.store_options import store_option
from bullwhip.errors import Problem, UsageError
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import plain_table

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from bullwhip.query.sparql import Table

_FORMATS = ("tsv", "csv", "json", "sparql-json")


def _offer_names(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from bullwhip.cli.completing import complete_names

    return complete_names(context, begun)


def _offer_parameters(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from bullwhip.cli.completing import complete_parameters

    return complete_parameters(context, begun)


class _Command(click.Command):
    """A command that offers values to shells for which `NAME=VALUE` is three words."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        given = ctx.params.get("parameters") or ()
        if given and "=" not in given[-1]:
            from bullwhip.cli.completing import complete_values

            return complete_values(ctx, given[-1], incomplete)
        return super().shell_complete(ctx, incomplete)


@click.command("query", cls=_Command, short_help="Run a named SPARQL query, or a query file.")
@click.argument("name", metavar="NAME|FOLDER|FILE.rq", required=False, shell_complete=_offer_names)
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=_offer_parameters,
    help="A parameter of the query; repeated, several values of one that takes several.",
)
@click.option("--find", metavar="TEXT", default="", help="List the queries that speak of TEXT.")
@click.option(
    "--help-query",
    "explain",
    is_flag=True,
    help="Show what the query answers, its parameters, columns and an example.",
)
@store_option
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Show the first N rows.")
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Write the answer so and not as a table.")
@computing
def command(
    workspace: Workspace,
    name: str | None,
    parameters: tuple[str, ...],
    find: str,
    explain: bool,
    where: str,
    limit: int | None,
    form: str | None,
    as_json: bool,
) -> None:
    """Run the query NAME of the workspace, or the SPARQL in FILE.rq, over facts, chain and rules.

    Without NAME, list the queries; with a FOLDER, those in it. Parameters are bound as terms, never pasted into the
    text. --scenario and --set change what the functions bw:value, bw:derivative and bw:elasticity give, and no fact.
    """
    form = "json" if as_json else form
    listed = _listed(workspace, name, find)
    if listed is not None:
        _list(listed, form)
        return
    text = _file(name or "")
    if explain:
        for line in workspace.query_help(name or "", text):
            say(line)
        return
    _write(_asked(workspace, where, name or "", _values(parameters), text), limit, form)


def _listed(workspace: Workspace, name: str | None, find: str) -> list[dict[str, Any]] | None:
    """Return the queries that are to be listed, or None where one is to be run."""
    entries = workspace.list("queries")
    folder = (name or "").rstrip("/") + "/"
    inside = [e for e in entries if name is None or e["id"].startswith(folder)]
    if not find and (name is not None and (not inside or name in {e["id"] for e in entries})):
        return None
    if find:
        from bullwhip.reading.characters import folded

        inside = [e for e in inside if folded(find) in folded(" ".join(_text(v) for v in e.values()))]
        if not inside:
            note(f"no query speaks of {find!r}; bullwhip query lists them all")
    return inside


def _list(entries: list[dict[str, Any]], form: str | None) -> None:
    if form == "json":
        write_json(entries)
        return
    shown = ("id", "label_en", "label_zh", "parameters")
    table([Column(k, k, False) for k in shown], [[_text(e[k]) for k in shown] for e in entries])


def _write(answer: Table, limit: int | None, form: str | None) -> None:
    """Write an answer, and to stderr what is left out of it and what went wrong in functions."""
    rows = answer.rows if limit is None else answer.rows[:limit]
    if form == "json":
        write_json(plain_table(answer, limit))
    elif form == "sparql-json":
        from bullwhip.export.results import to_sparql_json

        write_json(to_sparql_json(answer.columns, answer.terms[: len(rows)]))
    elif form == "csv":
        from bullwhip.export.results import to_csv

        sys.stdout.write(to_csv(answer.columns, rows))
    else:
        cells = [["" if v is None else v for v in row] for row in rows]
        table([Column(c, c, False) for c in answer.columns], cells, tabbed=form == "tsv")
    if len(rows) < len(answer.rows):
        note(f"{len(answer.rows) - len(rows):,} more rows")
    for problem in answer.warnings if form != "json" else ():
        note(problem.render())


def _asked(workspace: Workspace, where: str, name: str, parameters: dict[str, list[str]], text: str | None) -> Table:
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
    try:
        if not path.is_file():  # a pipe or device would hang the reader
            raise UsageError(Problem("BW101", f"no query file {name!r}", hint="a named query is given without .rq"))
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(Problem("BW102", f"{name} cannot be read: {error}")) from None


def _values(pairs: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the values of each parameter, in the order given."""
    found: dict[str, list[str]] = {}
    for text in pairs:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(Problem("BW002", f"{text!r} is not of the form NAME=VALUE"))
        found.setdefault(key, []).append(value)
    return found
