"""Where every cell of the program stands: one row an index of a quantity, one column a period."""

from __future__ import annotations

from dataclasses import dataclass, field

from bullwhip.export.workbook.book import reference
from bullwhip.export.workbook.content import Content
from bullwhip.model.claim import Index
from bullwhip.model.quantity import Quantity

__all__ = ["ALWAYS", "FIRST", "Grid", "Row"]

FIRST = 5
"""The first row of cells on the sheets `results` and `elasticity`, counted from 0."""
ALWAYS = 9
"""The column of quantities that have one value for all periods; periods follow."""


@dataclass(frozen=True, slots=True)
class Row:
    """A quantity at one index: a row of the grid."""

    quantity: Quantity
    index: Index
    number: int
    cells: dict[int, int]
    """Column to position."""

    @property
    def members(self) -> str:
        """The index as it is typed."""
        return ", ".join(f"{d}={m}" for d, m in self.index)

    @property
    def name(self) -> str:
        """Quantity and members, as the drivers are named."""
        return f"{self.quantity.id}[{','.join(f'{d}={m}' for d, m in self.index)}]" if self.index else self.quantity.id


@dataclass
class Grid:
    """All rows and where each cell is; `results` and `elasticity` share it."""

    rows: list[Row] = field(default_factory=list)
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Position to row and column, counted from 0."""
    periods: tuple[int, ...] = ()
    row_of: dict[str, int] = field(default_factory=dict)
    """Quantity to its first row."""

    @classmethod
    def of(cls, content: Content) -> Grid:
        """Lay the cells of a program out, quantity by quantity along the chain, index by index."""
        program = content.program
        grid = cls(periods=tuple(program.header.periods))
        column = {period: ALWAYS + 1 + k for k, period in enumerate(grid.periods)}
        for quantity in _along_the_chain(content):
            by_index: dict[Index, dict[int, int]] = {}
            for position in program.positions(quantity.id):
                cell = program.cells[position]
                at = ALWAYS if cell.period is None else column[cell.period]
                by_index.setdefault(cell.index, {})[at] = position
            members = {d: program.dimensions[d].members for d in quantity.dimensions}
            for index in sorted(by_index, key=lambda i: [members[d].index(m) for d, m in i]):
                row = Row(quantity, index, FIRST + len(grid.rows), dict(sorted(by_index[index].items())))
                grid.rows.append(row)
                grid.row_of.setdefault(quantity.id, row.number)
                grid.places.update({p: (row.number, at) for at, p in row.cells.items()})
        return grid

    def at(self, position: int) -> str:
        """Return the reference of a cell within its sheet."""
        return reference(*self.places[position])

    @property
    def last_column(self) -> int:
        """The last column that holds cells."""
        return ALWAYS + len(self.periods)


def _along_the_chain(content: Content) -> list[Quantity]:
    """Return what is computed, tier by tier in the order of the chain, then drivers; otherwise as declared."""
    tiers = {tier.id: order for order, tier in enumerate(content.program.chain.tiers)}
    return sorted(
        content.program.quantities.values(),
        key=lambda q: (q.is_driver, tiers.get(q.tier, len(tiers)), not q.primary),
    )
