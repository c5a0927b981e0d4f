"""`bullwhip sensitivity`: derivative and elasticity of a quantity to drivers."""

from __future__ import annotations

import click

from bullwhip.cli.options import computing, period_option
from bullwhip.cli.output import Column, note, table, write_json
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text
from bullwhip.workspace import Workspace

_COLUMNS = (
    Column("quantity", "quantity", False),
    Column("period", "period", True),
    Column("driver", "driver", False),
    Column("elasticity", "elasticity", True),
    Column("derivative", "derivative", True),
    Column("unit", "unit", False),
)


@click.command("sensitivity", short_help="Show derivative and elasticity of a quantity to drivers.")
@click.argument("name", metavar="ID")
@click.option(
    "--driver",
    "drivers",
    multiple=True,
    metavar="ID",
    help="A driver; may be repeated; all that reach ID when absent.",
)
@period_option
@computing
@click.pass_context
def command(
    context: click.Context,
    workspace: Workspace,
    name: str,
    drivers: tuple[str, ...],
    period: int | None,
    as_json: bool,
) -> None:
    """Show how ID answers drivers: exact derivative and elasticity, and with --json their closed forms.

    The derivative is by a parallel move of the driver in all its periods, the elasticity by a proportional one; a
    driver given as ID[period=YEAR] moves in that period only. Any quantity can stand as driver.
    """
    answers = workspace.sensitivity(name, drivers, period, forms=as_json)
    if as_json:
        found = [a.as_dict() for a in answers]
        write_json(found[0] if len(found) == 1 else found)
        return
    rows = []
    for a in answers:
        unit = f"{a.unit} per {a.driver_unit}"
        if a.left is not None and a.right is not None:
            sides = [f"{_number(x)} | {_number(y)}" for x, y in zip(a.left, a.right, strict=True)]
            derivative, elasticity = sides
        else:
            derivative, elasticity = _number(a.derivative), _number(a.elasticity)
        rows.append([
            index_text(a.quantity, a.index), str(a.period or ""), index_text(a.driver, a.driver_index),
            elasticity, derivative, unit,
        ])  # fmt: skip
    table(_COLUMNS, rows)
    if any(a.left is not None for a in answers):
        note("left | right: the driver stands at a kink")


def _number(value: object) -> str:
    from fractions import Fraction

    return decimal_text(value, 6) if isinstance(value, Fraction) else "unknown"
