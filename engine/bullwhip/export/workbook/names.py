"""Defined names of cells: valid in every spreadsheet, unique, and readable in a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bullwhip.model.program import Cell

__all__ = ["cell_names", "variant_name"]

_LONGEST = 200
"""A name may have 255 characters; some are kept for a number that tells equal beginnings apart."""
_OUTSIDE = re.compile(r"[^A-Za-z0-9_]+")


def cell_names(cells: Iterable[Cell], taken: Iterable[str] = ()) -> list[str]:
    """Return a name for each cell: its quantity, members and period, joined by underscores.

    A name holds an underscore, so that it is neither a reference such as `A100` or `R1C1` nor a word of the
    formula language; names that differ in case alone count as equal.

    Args:
        cells: the cells, in order.
        taken: names that are in use already.
    """
    used = {name.casefold() for name in taken}
    return [_unused("_".join(_parts(cell)), used) for cell in cells]


def variant_name(quantity: str) -> str:
    """Return the name of the cell that chooses the variant of a rule.

    >>> variant_name("server.market")
    'variant__server_market'
    """
    return f"variant__{_OUTSIDE.sub('_', quantity)}"[:_LONGEST]


def _parts(cell: Cell) -> list[str]:
    period = [] if cell.period is None else [str(cell.period)]
    return [cell.quantity, *(member for _, member in cell.index), *period]


def _unused(text: str, used: set[str]) -> str:
    name = _OUTSIDE.sub("_", text)[:_LONGEST]
    if not name[:1].isalpha():
        name = f"q_{name}"
    if "_" not in name:
        name += "_"
    unused, number = name, 1
    while unused.casefold() in used:
        number += 1
        unused = f"{name}_v{number}"
    used.add(unused.casefold())
    return unused
