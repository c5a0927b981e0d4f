"""`bullwhip conflicts`: claims that disagree, side by side."""

from __future__ import annotations

import click

from bullwhip.audit.conflicts import KINDS
from bullwhip.cli.options import computing
from bullwhip.cli.output import Column, as_printed, note, table, write_json
from bullwhip.workspace import Workspace
from bullwhip.workspace.plain import disputed

_COLUMNS = (
    Column("group", "#", True),
    Column("kind", "kind", False),
    Column("about", "about", False),
    Column("selected", "selected", False),
    Column("printed", "printed", True),
    Column("unit", "unit", False),
    Column("status", "status", False),
    Column("as_of", "as of", False),
    Column("report", "report", False),
    Column("locator", "locator", False),
    Column("row", "row", False),
    Column("column", "column", False),
    Column("basis", "basis", False),
)


@click.command("conflicts", short_help="Show claims that disagree, and identities that do not hold.")
@click.option("--report", default="", metavar="ID", help="Only conflicts with a claim of this document.")
@click.option("--subject", default="", metavar="TEXT", help="Only those about this: as printed, or an id.")
@click.option("--kind", "wanted", multiple=True, type=click.Choice(tuple(KINDS)), help="Only these; repeatable.")
@computing
@click.pass_context
def command(
    context: click.Context, workspace: Workspace, report: str, subject: str, wanted: tuple[str, ...], as_json: bool
) -> None:
    """Show groups of claims that cannot all be right, with basis and locators.

    value: claims on the same thing, measure and period print different values; the one that the policy selects stands
    first. identity: a figure does not follow from those it is printed with (see audit). whole: shares of one whole
    add up to more than it. Exit code 1 when there is any.
    """
    from bullwhip.workspace.conflicting import conflicts_about

    published = {d.id: d.published for d in workspace.program.documents}
    found = conflicts_about(workspace, report, subject, wanted)
    if as_json:
        write_json(disputed(workspace, found))
    else:
        rows = []
        for number, conflict in enumerate(found, 1):
            for c in conflict.claims:
                chosen = "selected" if conflict.policy and c.id == conflict.claims[0].id else ""
                rows.append([
                    str(number), conflict.kind, conflict.about, chosen, as_printed(c.bound, c.lexical), c.unit,
                    c.status, published.get(c.document, ""), c.document, c.locator, c.row or c.subject,
                    c.column or c.measure, c.basis or c.by,
                ])  # fmt: skip
        table(_COLUMNS, rows)
        note(", ".join(f"{sum(c.kind == k for c in found)} {k}" for k in wanted or KINDS))
        note(f"selected by {workspace.receipt()['policy']}")
    if found:
        context.exit(1)
