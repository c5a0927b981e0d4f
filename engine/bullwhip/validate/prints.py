"""Checks that the figures of a row are what its print says, where the print can be read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction

from bullwhip.errors import Place, Problem
from bullwhip.numbers import fraction_text
from bullwhip.reading.number import Value, try_number

__all__ = ["check_print", "disagreement"]

Figures = tuple[Fraction | None, Fraction | None, Fraction | None, str]
"""Value, low, high and bound of a row."""


def check_print(
    lexical: str, figures: Figures, units: Collection[str], place: Callable[[str], Place], problems: list[Problem]
) -> None:
    """Report BW219 where the reader of numbers reads another figure in the print than the row states.

    Args:
        lexical: the figure as printed.
        figures: what the row states.
        units: the units that the document prints.
        place: where a column of the row stands.
        problems: is appended to.
    """
    found = try_number(lexical, units)
    if isinstance(found, Value):
        message = disagreement(found, figures)
        if message:
            hint = "correct the figure, or the print in the lexical column"
            problems.append(Problem("BW219", f"{lexical!r} reads {found}, {message}", place("lexical"), hint))


def disagreement(found: Value, figures: Figures) -> str:
    """Return how the figures of a row differ from those of its print, or nothing.

    A row may state a figure with the scale of its print or without it, a decrease without its sign, one end of a range
    in each of two rows, and no bound.

    >>> from bullwhip.reading.number import read_number
    >>> disagreement(read_number("近95万架"), (Fraction(950000), None, None, "~"))
    ''
    >>> disagreement(read_number("40-42%"), (Fraction(43), None, None, ""))
    'the row says 43'
    """
    value, low, high, bound = figures
    if found.value is not None and found.value == value and found.bound == bound and low is high is None:
        return ""
    if bound and bound != found.bound:
        return f"the row says {bound}"
    stated = [f for f in (value, low, high) if f is not None]
    printed = [f for f in (found.value, found.low, found.high) if f is not None]
    scales = {Fraction(1), found.factor} if not found.scale else {Fraction(1), found.factor, _scale(found)}
    readings = {
        sign * f * s for f in printed for s in scales for sign in ((1, -1) if found.sense == "change" else (1,))
    }
    for figure in stated:
        if figure not in readings:
            return f"the row says {fraction_text(figure)}"
    return "" if stated else "the row says no figure"


def _scale(found: Value) -> Fraction:
    return Value(Fraction(1), scale=found.scale).factor
