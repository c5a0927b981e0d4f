"""How far an input may be moved by a slider, and why so far (convention §28)."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.errors import BullwhipError
from bullwhip.export.model_graph import exact_number
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity
from bullwhip.workspace.varying import draws_of

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["slider_range", "slider_ranges"]

_WIDE = 100
"""How many times the low end the high end is from which a slider goes by factors and not by steps."""

Range = tuple[Fraction, Fraction]


def slider_ranges(workspace: Workspace) -> dict[str, list[Any]]:
    """Return low and high end of a slider for every input with a value, as columns.

    What a scenario varies goes as far as that; else, where documents print several values, as far as they and from
    half to double; else the declared range where it has two ends; else a ratio between 0 and 1 from 0 to 1; else
    from half to double. No range leaves the declared one, and none leaves out the present value or a printed one.
    """
    program = workspace.program
    varied = _varied(workspace)
    printed = _printed(program)
    found: dict[str, list[Any]] = {"cell": [], "low": [], "high": [], "log": [], "from": []}
    for position, given in sorted(program.given.items()):
        quantity = program.quantities[program.cells[position].quantity]
        value = given.value
        low, high, origin = slider_range(quantity, value, varied.get(position), printed.get(position, set()))
        if low == high:
            continue
        found["cell"].append(position)
        found["low"].append(exact_number(low))
        found["high"].append(exact_number(high))
        found["log"].append(int(low > 0 and high / low >= _WIDE))
        found["from"].append(origin)
    return found


def slider_range(
    quantity: Quantity, value: Fraction, varied: Range | None, printed: Collection[Fraction]
) -> tuple[Fraction, Fraction, str]:
    """Return low and high end of the slider of one input, and which rule they come from.

    Args:
        quantity: of the input.
        value: its present one.
        varied: how far scenarios vary it.
        printed: the values that documents print for it.
    """
    low, high, origin = _ends(quantity, value, varied, printed)
    low, high = _within(quantity, min(low, value, *printed), max(high, value, *printed), value)
    return low, high, origin


def _ends(
    quantity: Quantity, value: Fraction, varied: Range | None, printed: Collection[Fraction]
) -> tuple[Fraction, Fraction, str]:
    if varied is not None:
        return (*varied, "scenario")
    around = [value / 2, value * 2]
    if len(printed) > 1 and value:
        return min(*printed, *around), max(*printed, *around), "print"
    if quantity.low is not None and quantity.high is not None:
        return quantity.low, quantity.high, "declared"
    if quantity.kind == "ratio" and 0 <= value <= 1:
        return Fraction(0), Fraction(1), "ratio"
    if value == 0:
        return Fraction(0), Fraction(1), "rule"
    return min(around), max(around), "rule"


def _within(quantity: Quantity, low: Fraction, high: Fraction, value: Fraction) -> Range:
    """Return a range cut to the declared one, which the present value may lie outside of."""
    if quantity.low is not None:
        low = min(max(low, quantity.low), value)
    if quantity.high is not None:
        high = max(min(high, quantity.high), value)
    return low, high


def _varied(workspace: Workspace) -> dict[int, Range]:
    """Return how far scenarios vary inputs: the widest range of them, where it has two ends."""
    found: dict[int, Range] = {}
    for scenario in workspace.program.scenarios.values():
        if not scenario.vary:
            continue
        with suppress(BullwhipError):  # a scenario that cannot be drawn is refused where it is asked for
            evaluation = workspace.scenario(scenario.id).evaluation
            for draw in draws_of(evaluation, [f"{v.name}={v.text}" for v in scenario.vary], "scenario"):
                for position, distribution in draw.cells:
                    low, high = distribution.ends
                    if low is not None and high is not None and low < high:
                        before = found.get(position, (low, high))
                        found[position] = min(low, before[0]), max(high, before[1])
    return found


def _printed(program: CompiledProgram) -> dict[int, set[Fraction]]:
    """Return the values that documents print for each input, also those that lost."""
    values = {c.id: c.model_value for c in program.claims if c.quantity}
    return {
        p: {v for c in (*given.claims, *given.losers) if (v := values.get(c)) is not None}
        for p, given in program.given.items()
    }
