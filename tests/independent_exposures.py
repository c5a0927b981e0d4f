"""What the shipped queries on materialised answers must give, from the answers of the workspace and no graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from bullwhip import Workspace
from bullwhip.model.answer import ExposureRow
from bullwhip.numbers import fraction_text
from bullwhip.propagate import sensitivity_table
from independent_inferences import drivers
from independent_records import Given, Records, Row, names, row

__all__ = ["ANSWERS"]


def number(value: Fraction | None) -> str | None:
    """Return a number as exact text."""
    return None if value is None else fraction_text(value)


def ends(one: Fraction | None, pair: tuple[Fraction | None, Fraction | None]) -> tuple[str | None, ...]:
    """Return a number, or where there is none the ends of its range."""
    return (number(one), None, None) if one is not None else (None, number(pair[0]), number(pair[1]))


def answers(r: Records, driver: str) -> Iterator[tuple[Workspace, ExposureRow, str]]:
    """Yield the rows of a driver with the name of the cell that answers."""
    ws: Workspace = r.kept["ws"]
    for found in ws.exposure(driver).rows:
        yield ws, found, r.program.cells[found.position].name


def ranked_companies(r: Records, given: Given) -> Iterator[Row]:
    """Rows of one driver."""
    for ws, x, cell in answers(r, given["driver"][0]):
        money = ends(x.value, x.value_range)
        yield row(
            ws.program.header.default_period, "base", x.rank, x.company, x.label.zh, x.label.en, x.ticker, x.tier, cell,
            number(x.elasticity), *ends(x.share, x.share_range), *money, x.unit if any(money) else None, len(x.path),
            x.status, x.reason,
        )  # fmt: skip


def ranked_drivers(r: Records, given: Given) -> Iterator[Row]:
    """Rows of one company by all drivers."""
    for driver in drivers(r):
        for ws, x, cell in answers(r, driver):
            if x.company == given["company"][0]:
                money = ends(x.value, x.value_range)
                yield row(
                    ws.program.header.default_period, "base", driver, *names(r.quantities[driver]), x.tier, cell,
                    number(x.elasticity), *money, x.unit if any(money) else None, len(x.path), x.status,
                )  # fmt: skip


def path_lengths(r: Records, given: Given) -> Iterator[Row]:
    """The least number of steps to each company at each tier."""
    found: dict[tuple[str, str], int] = {}
    for _, x, _ in answers(r, given["driver"][0]):
        found[x.company, x.tier] = min(len(x.path), found.get((x.company, x.tier), len(x.path)))
    for (company, tier), steps in found.items():
        c = r.companies[company]
        yield row(steps, company, *names(c), c.ticker, tier)


def sources_of_exposure(r: Records, given: Given) -> Iterator[Row]:
    """Statements, share and revenue behind the rows of a company."""
    for _, x, cell in answers(r, given["driver"][0]):
        if x.company != given["company"][0]:
            continue
        for s in r.chain.supplies:
            if (s.company, s.tier, s.role) == (x.company, x.tier, "supplier"):
                yield row(x.tier, cell, "supply", s.segment, None, s.document, s.locator, s.segment, None)
        revenue = x.weight.claim if x.weight is not None else ""
        for what, claim in (("share", x.share_claim), ("revenue", revenue)):
            if claim:
                c = r.by_id[claim]
                yield row(x.tier, cell, what, c.lexical, c.unit, c.document, c.locator, c.row, c.column)


def counted_twice(r: Records, given: Given) -> Iterator[Row]:
    """Rows whose money is in another one."""
    for _, x, cell in answers(r, given["driver"][0]):
        yield from (row(x.company, x.label.zh, x.label.en, x.tier, cell, c.quantity) for c in x.counted_in)


def what_a_driver_moves(r: Records, given: Given) -> Iterator[Row]:
    """The column of a driver in the table of sensitivities."""
    yield from _sensitivities(r, driver=given["driver"][0])


def what_moves_a_quantity(r: Records, given: Given) -> Iterator[Row]:
    """The rows of a quantity in that table."""
    yield from _sensitivities(r, quantity=given["quantity"][0])


def _sensitivities(r: Records, driver: str = "", quantity: str = "") -> Iterator[Row]:
    ws: Workspace = r.kept["ws"]
    table = sensitivity_table(ws.evaluation, ws.program.header.default_period)
    for (cell, by), entry in table.items():
        of, to = r.program.cells[table.cells[cell]].quantity, by.partition("[")[0]
        if driver not in ("", by) or quantity not in ("", of):
            continue
        left, right = (side[1] if side else None for side in (entry.left, entry.right))
        known = None not in (entry.elasticity, entry.derivative)
        status = "kink" if entry.left is not None else "known" if known else "unknown"
        units = (r.quantities[of].unit, r.quantities[to].unit, status, entry.note)
        if driver:
            sides = (number(left), number(right))
            yield row(cell, "base", number(entry.elasticity), *sides, number(entry.derivative), *units)
        else:
            yield row(cell, by, "base", number(entry.elasticity), number(entry.derivative), *units)


ANSWERS: dict[str, Callable[[Records, Given], Iterable[Row]]] = {
    "exposure/counted_twice": counted_twice,
    "exposure/path_lengths": path_lengths,
    "exposure/ranked_companies": ranked_companies,
    "exposure/ranked_drivers": ranked_drivers,
    "exposure/sources_of_exposure": sources_of_exposure,
    "exposure/what_a_driver_moves": what_a_driver_moves,
    "exposure/what_moves_a_quantity": what_moves_a_quantity,
}
"""By query: the rows it must give."""
