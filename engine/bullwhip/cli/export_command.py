"""`bullwhip export`: pictures, graphs, tables and RDF as files."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from bullwhip.cli.options import changing
from bullwhip.cli.output import note
from bullwhip.export.escape import terminal_text
from bullwhip.workspace import Workspace
from bullwhip.workspace.exporting import format_of
from bullwhip.workspace.formats import FORMATS, PICTURES
from bullwhip.workspace.opening import input_folders
from bullwhip.workspace.outputs import check_target, write_file


def _complete(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Return the formats whose name begins so, each with its title."""
    return [CompletionItem(name, help=form.title) for name, form in FORMATS.items() if name.startswith(begun)]


class _Command(click.Command):
    """Help with every format of the table."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Formats"):
            formatter.write_dl([(name, form.title) for name, form in FORMATS.items()])


@click.command("export", cls=_Command, short_help="Write pictures, graphs, tables or RDF to a file.")
@click.argument("form", metavar="FORMAT", shell_complete=_complete)
@click.option("-o", "--output", metavar="FILE", help="The file to write; - or nothing is standard output.")
@click.option("--language", metavar="zh|en|both", help="Language of labels; both when absent.")
@click.option("--period", type=int, metavar="YEAR", help="Period of figures and answers; the default one when absent.")
@click.option("--of", "of", default="", metavar="ID", help="The quantity that the export is about.")
@click.option("--driver", multiple=True, metavar="ID", help="Drivers of a chart or table; repeatable.")
@click.option("--picture", default="", metavar="NAME", help=f"Which picture: {', '.join(PICTURES)}.")
@click.option("--table", default="", metavar="NAME", help="Which table of CSV and Parquet; values when absent.")
@click.option("--excel", is_flag=True, help="Tables with a mark by which Excel knows that they are UTF-8.")
@click.option("--swing", default="", metavar="PERCENT", help="How far a tornado moves each driver; 10 % when absent.")
@click.option(
    "--with", "along", multiple=True, metavar="ANSWERS",
    help="Write sensitivities or exposures of the period and scenario along, in RDF; repeatable.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@changing
@click.pass_context
def command(
    context: click.Context, /, workspace: Workspace, form: str, output: str | None, force: bool, **asked: Any
) -> None:
    """Write FORMAT to a file, or to standard output.

    What a format has no place for is refused. A file is written beside its name and renamed into place, so that a
    failure leaves nothing half-written; what the workspace is read from is never replaced.
    """
    format_of(form)
    path = None if output in (None, "-") else Path(str(output))
    if path is not None:
        check_target(path, _inputs(context), force=force)
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", UserWarning)
        data = workspace.export(form, **asked)
    for warning in found:
        note(str(warning.message))
    if path is None:
        sys.stdout.buffer.write(data)
        return
    write_file(path, data)
    note(f"wrote {terminal_text(str(output))}, {len(data):,} bytes")


def _inputs(context: click.Context) -> Iterable[Path]:
    """Return the folders that the workspace is read from."""
    named = context.find_root().obj
    return input_folders(Path(named) if named else None)
