"""What the independent model counts with: printed rows as fractions, and answers by the name of their cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

__all__ = ["SECONDS_PER_DAY", "WAN", "YI", "Answers", "Table", "growth_of", "increase_of", "per", "row", "write"]

Table = Mapping[tuple[str | int, ...], Fraction]
"""Values by member and year; what the reports do not print is absent."""

Answers = dict[str, Fraction | None]
"""Figures by the name of their cell; None where a figure does not exist, such as growth from nothing."""

YI, WAN = Fraction(10**8), Fraction(10**4)
SECONDS_PER_DAY = 24 * 60 * 60


def row(*head: str | int, first: int = 2023, cells: str) -> dict[tuple[str | int, ...], Fraction]:
    """Return a printed row: its cells, one for each year from the first on."""
    return {(*head, first + k): Fraction(text) for k, text in enumerate(cells.split())}


def per(members: Iterable[str], cells: str) -> dict[tuple[str | int, ...], Fraction]:
    """Return a printed figure for each member; a dash leaves one out."""
    return {(m,): Fraction(text) for m, text in zip(members, cells.split(), strict=True) if text != "-"}


def increase_of(by_year: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Return the rise over the year before, where there is one."""
    return {year: value - by_year[year - 1] for year, value in by_year.items() if year - 1 in by_year}


def growth_of(by_year: Mapping[int, Fraction]) -> dict[int, Fraction | None]:
    """Return the rise over the year before as a share of it; None from nothing."""
    rises = increase_of(by_year)
    return {year: rise / by_year[year - 1] if by_year[year - 1] else None for year, rise in rises.items()}


def write(
    found: Answers,
    quantity: str,
    at: str,
    by_year: Mapping[int, Fraction] | Mapping[int, Fraction | None],
    factor: Fraction = Fraction(1),
) -> None:
    """Note down a figure for each year, by the name of its cell."""
    for year, value in by_year.items():
        name = f"{quantity}[{at},period={year}]" if at else f"{quantity}[period={year}]"
        found[name] = None if value is None else value * factor
