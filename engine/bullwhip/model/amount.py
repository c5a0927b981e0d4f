"""An amount as typed, `35 %` or `1.5 万 CNY/kW`, as a value of a quantity: one check for files and arguments."""

from __future__ import annotations

from fractions import Fraction

from bullwhip.model.quantity import Quantity
from bullwhip.numbers import NumberFormatError, fraction_text
from bullwhip.units import DIMENSIONLESS, Unit, UnitError, Vocabulary, named

__all__ = ["AmountError", "read_amount"]


class AmountError(ValueError):
    """An amount does not fit its quantity; code, message and hint say why, start and length where in the text."""

    def __init__(self, code: str, message: str, hint: str = "", start: int = 0, length: int = 0) -> None:
        super().__init__(message)
        self.code, self.hint, self.start, self.length = code, hint, start, length


def read_amount(text: str, quantity: Quantity, own: Unit, vocabulary: Vocabulary, *, ranged: bool = True) -> Fraction:
    """Return the value of an amount in the quantity's own unit.

    Args:
        text: a number with an optional unit; without one it is in the quantity's own, a bare scale multiplies it.
        quantity: what the amount is of.
        own: the quantity's unit.
        vocabulary: the units that may be named.
        ranged: whether the value has to lie in the quantity's declared range; a spread has not.

    Raises:
        AmountError: BW112 for the number, BW205 or BW206 for the unit, BW209 for the range.
    """
    text = text.strip()
    try:
        number, unit = vocabulary.split_amount(text)
    except NumberFormatError as error:
        raise AmountError("BW112", str(error), "write plain digits, e.g. 0.35 or 35 %") from None
    except UnitError as error:
        raise AmountError("BW206", str(error), error.hint) from None
    if unit is None:
        value = number
    elif unit.dimension == own.dimension:
        value = number * unit.factor / own.factor
    elif unit.dimension == DIMENSIONLESS and unit.factor >= 100:
        value = number * unit.factor  # a bare scale, 万 or 亿, counts in the quantity's own unit
    else:
        fitting = f"{quantity.id!r} in {named(quantity.unit, own.dimension)}"
        message = f"{named(unit.text, unit.dimension)} does not fit {fitting}"
        raise AmountError("BW205", message, f"give the value in {quantity.unit}")
    if ranged and (
        (quantity.low is not None and value < quantity.low) or (quantity.high is not None and value > quantity.high)
    ):
        low = "-∞" if quantity.low is None else fraction_text(quantity.low)
        high = "∞" if quantity.high is None else fraction_text(quantity.high)
        hint = f"write {fraction_text(number)} %" if unit is None and quantity.unit == "1" and 1 < number <= 100 else ""
        raise AmountError("BW209", f"{text} is outside {low} … {high}, the range of {quantity.id!r}", hint)
    return value
