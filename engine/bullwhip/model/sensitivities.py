"""How every cell answers every driver: the entries of a table, by the names of cell and driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Entry", "SensitivityTable"]


class Entry(NamedTuple):
    """How a cell answers a driver. None is unknown or, with both sides given, at a kink; `note` says which."""

    derivative: Fraction | None
    elasticity: Fraction | None
    note: str
    """Empty where both are known; else why one is not."""
    left: tuple[Fraction | None, Fraction | None] | None = None
    """Derivative and elasticity to the left, where they differ from those to the right."""
    right: tuple[Fraction | None, Fraction | None] | None = None
    exact: bool = True
    """False where a number on the way was rounded to 60 digits."""


_STILL = Entry(Fraction(0), Fraction(0), "")


@dataclass(frozen=True)
class SensitivityTable(Mapping[tuple[str, str], Entry]):
    """The entries of a table by names of cell and driver, in their order; what does not move has none.

    A driver is named with its members, `cooling.share[zone=east]`, and moves in all its periods; without members,
    all its members move together.
    """

    entries: Mapping[tuple[str, str], Entry]
    cells: Mapping[str, int]
    """Position of every cell of the table by its name."""
    drivers: Mapping[str, tuple[int, ...]]
    """Positions of the cells that move with each driver, by its name."""

    def __getitem__(self, key: tuple[str, str]) -> Entry:
        """Return an entry; a cell that does not depend on a driver answers with zeros.

        Raises:
            KeyError: where there is no such cell or driver.
        """
        found = self.entries.get(key)
        if found is not None:
            return found
        if key[0] not in self.cells or key[1] not in self.drivers:
            raise KeyError(key)
        return _STILL

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Iterate over the names of cells and drivers that move them."""
        return iter(self.entries)

    def __len__(self) -> int:
        """Return how many pairs of a cell and a driver that moves it there are."""
        return len(self.entries)
