"""`bullwhip build`: the graph of a workspace as a store on disk."""

from __future__ import annotations

from pathlib import Path

import click

from bullwhip.cli.options import json_option
from bullwhip.cli.store_lines import tell
from bullwhip.errors import Problem, UsageError


@click.command("build", short_help="Write the graph of the workspace as a store on disk.")
@click.option("-o", "--output", "store", metavar="STORE", required=True, help="The folder of the store; made if new.")
@click.option(
    "--with", "along", multiple=True, metavar="ANSWERS",
    help="Write sensitivities or exposures along, as nodes that plain SPARQL reads; repeatable.",
)  # fmt: skip
@click.option("--rebuild", is_flag=True, help="Make the database anew from all texts, whatever state it is in.")
@click.option("--rollback", is_flag=True, help="Go back to the generation before; nothing is built.")
@json_option
@click.pass_context
def command(
    context: click.Context, store: str, along: tuple[str, ...], rebuild: bool, rollback: bool, as_json: bool
) -> None:
    """Write every graph of the workspace into STORE: documents, model, ontology, and what rules infer.

    A new generation is made aside, checked, and switched to at once; readers keep the one they opened. What has not
    changed is left as it is, and graphs that files brought stay (bullwhip load).
    With --with the answers at the default period join them, until a build without it.
    """
    from bullwhip.workspace import building

    path = Path(store)
    if rollback:
        if rebuild or along:
            other = "--rebuild" if rebuild else "--with"
            raise UsageError(Problem("BW002", f"--rollback and {other} exclude each other"))
        tell(building.roll_back(path), as_json)
        return
    from bullwhip.cli.progress import progress_bar
    from bullwhip.workspace import Workspace

    workspace = Workspace.open(context.find_root().obj)
    with progress_bar("building") as progress:
        told = workspace.build(path, rebuild=rebuild, progress=progress, along=along)
    tell(told, as_json)
