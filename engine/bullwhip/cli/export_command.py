"""`bullwhip export`: the chain map, graphs and RDF as files."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bullwhip.cli.options import selecting
from bullwhip.cli.output import note
from bullwhip.errors import Place, Problem, UsageError, did_you_mean
from bullwhip.workspace import Workspace
from bullwhip.workspace.exporting import FORMATS, write_file


@click.command("export", short_help="Write the chain map, graphs or RDF to a file.")
@click.argument("form", metavar="FORMAT")
@click.option("-o", "--output", metavar="FILE", help="The file to write; - or nothing is standard output.")
@click.option(
    "--language",
    type=click.Choice(("zh", "en", "both")),
    default="both",
    help="Language of labels in pictures.",
)
@click.option("--period", type=int, metavar="YEAR", help="Period of the figures in pictures, and of answers.")
@click.option("--scenario", default="base", metavar="ID", help="The scenario of those.")
@click.option(
    "--with", "along", multiple=True, metavar="ANSWERS",
    help="Write sensitivities or exposures of the period and scenario along, in RDF; repeatable.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace FILE where it exists.")
@selecting
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    form: str,
    output: str | None,
    language: str,
    period: int | None,
    along: tuple[str, ...],
    force: bool,
) -> None:
    """Write FORMAT: svg (chain map), dot, graphml, turtle, trig, nquads; rules-sparql, rules-nemo, rules-clingo.

    A file is written beside its name and renamed into place, so that a failure leaves nothing half-written.
    """
    if form not in FORMATS:
        hint = did_you_mean(form, FORMATS, "formats") or f"formats: {', '.join(FORMATS)}"
        raise UsageError(Problem("BW001", f"no format {form!r}", hint=hint))
    if output not in (None, "-") and Path(output or "").exists() and not force:
        raise UsageError(Problem("BW003", "the file exists", Place(str(output)), "add --force to replace it"))
    data = workspace.export(form, language=language, period=period, along=along)
    if output in (None, "-"):
        sys.stdout.buffer.write(data)
        return
    write_file(Path(str(output)), data)
    note(f"wrote {output}, {len(data):,} bytes")
