"""Checks what scenarios set: cells that exist, amounts that fit, so that `check` finds what a run would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.amount import AmountError, read_amount
from bullwhip.model.quantity import Dimension, Quantity, parse_cell_name
from bullwhip.units import Unit, Vocabulary

__all__ = ["Setting", "check_cell", "check_setting"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of a scenario's `set`."""

    cell: str
    amount: str
    cell_place: Place
    amount_place: Place
    scenario: str


def check_setting(
    setting: Setting,
    quantities: Mapping[str, Quantity],
    dimensions: Mapping[str, Dimension],
    periods: tuple[int, ...],
    units: Mapping[str, Unit],
    vocabulary: Vocabulary,
) -> list[Problem]:
    """Return what is wrong with a setting."""
    quantity, problems = check_cell(setting, quantities, dimensions, periods)
    return problems if quantity is None else problems or _amount(setting, quantity, units, vocabulary)


def check_cell(
    setting: Setting, quantities: Mapping[str, Quantity], dimensions: Mapping[str, Dimension], periods: tuple[int, ...]
) -> tuple[Quantity | None, list[Problem]]:
    """Return the quantity that a setting names, where there is one, and what is wrong with the name."""
    try:
        name, pairs = parse_cell_name(setting.cell)
    except ValueError as error:
        return None, [Problem("BW110", f"{setting.cell!r}: {error}", setting.cell_place)]
    quantity = quantities.get(name)
    if quantity is None:
        hint = did_you_mean(name, quantities) or "bullwhip list quantities shows every id"
        return None, [Problem("BW201", f"no quantity {name!r} to set", setting.cell_place, hint)]
    return quantity, _cell(setting, quantity, pairs, dimensions, periods)


def _cell(
    setting: Setting,
    quantity: Quantity,
    pairs: tuple[tuple[str, str], ...],
    dimensions: Mapping[str, Dimension],
    periods: tuple[int, ...],
) -> list[Problem]:
    def wrong(message: str, hint: str = "") -> list[Problem]:
        return [Problem("BW207", message, setting.cell_place, hint)]

    known = [*quantity.dimensions, *(["period"] if quantity.timed else [])]
    for dimension, member in pairs:
        if dimension not in known:
            hint = did_you_mean(dimension, known) or f"its dimensions: {', '.join(known) or 'none'}"
            return wrong(f"{quantity.id!r} has no dimension {dimension!r}", hint)
        if dimension == "period":
            last = quantity.until or (periods[-1] if periods else 0)
            span = [p for p in periods if (quantity.since or 0) <= p <= last]
            if member not in {str(p) for p in span}:
                if not periods:
                    continue  # a time axis that is wrong has been reported
                hint = f"its periods: {span[0]} to {span[-1]}" if span else "it has no periods"
                return wrong(f"{member!r} is not a period of {quantity.id!r}", hint)
        elif member not in dimensions[dimension].members:
            hint = did_you_mean(member, dimensions[dimension].members, "members")
            return wrong(f"{member!r} is not a member of {dimension!r}", hint)
    chosen = {p for p in pairs if p[0] != "period"}
    if quantity.where and not any(chosen <= set(index) for index in quantity.where):
        return wrong(f"{setting.cell} does not exist", f"the where list of {quantity.id!r} leaves it out")
    if not quantity.is_driver and quantity.timed and len(quantity.given) != 1 and "period" not in {d for d, _ in pairs}:
        hint = f"name one, e.g. {quantity.id}[period={quantity.since or periods[0]}]"
        return wrong(f"{quantity.id!r} is defined by a rule in each period", hint)
    return []


def _amount(setting: Setting, quantity: Quantity, units: Mapping[str, Unit], vocabulary: Vocabulary) -> list[Problem]:
    own = units.get(quantity.id)
    if own is None:
        return []  # a unit that could not be read has been reported where it is declared
    try:
        read_amount(setting.amount, quantity, own, vocabulary)
    except AmountError as error:
        return [Problem(error.code, f"in {setting.cell}: {error}", setting.amount_place, error.hint)]
    return []
