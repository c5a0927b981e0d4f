"""What the prints of an input say of its uncertainty: a range, rounding, rival claims, or nothing to draw from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bullwhip.audit.prints import is_counted, print_interval
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.uncertainty import Distribution

__all__ = ["printed_distribution"]

_ONE_SIDED = ("<", "<=", ">", ">=")


def printed_distribution(
    program: CompiledProgram, position: int, claims: Mapping[str, Claim], ranges: Mapping[int, Claim]
) -> tuple[Distribution, str] | str:
    """Return the distribution of an input cell with the claims it comes from, or why it has none.

    What a print allows is an interval, and the distribution is uniform over it: its range from end to end, each end
    rounded, or the values that round to it (convention §6.3). Claims of equal subject that print different values are
    rival values, each as likely. A bound leaves one side open, so nothing is drawn.

    Args:
        program: the compiled program.
        position: the input cell.
        claims: all claims by id.
        ranges: by cell, the claim that prints a range only, for cells without a value.
    """
    given = program.given.get(position)
    if given is None:
        claim = ranges.get(position)
        return "no value and no print" if claim is None else _of_one(program, position, claim)
    if not given.claims:
        return "an assumption; nothing is printed"
    rivals = [claims[i] for i in given.losers if claims[i].bound not in _ONE_SIDED]
    values = {given.value, *(c.model_value for c in rivals if c.model_value is not None)}
    chosen = claims[given.claims[0]]
    if len(values) > 1 and chosen.bound not in _ONE_SIDED:
        shown = "; ".join(_shown(c) for c in (chosen, *rivals))
        return Distribution("discrete", tuple(sorted(values))), f"rival claims: {shown}"
    return _of_one(program, position, chosen)


def _of_one(program: CompiledProgram, position: int, claim: Claim) -> tuple[Distribution, str] | str:
    if claim.bound in _ONE_SIDED or (claim.low is None) != (claim.high is None):
        return f"printed as a bound: {_shown(claim)}"
    if is_counted(claim, [name for name, *_ in program.header.counts]):
        return f"counted one by one: {_shown(claim)}"
    interval = print_interval(claim, "half-up")
    quantity = program.quantities[program.cells[position].quantity]
    factor = _factor(program, claim)
    if interval is None or factor is None:
        return f"no figure with a unit of its own: {_shown(claim)}"
    low, high = (e * factor for e in (interval.low, interval.high))
    if isinstance(low, float) or isinstance(high, float):
        return f"printed as a bound: {_shown(claim)}"
    low = low if quantity.low is None else max(low, quantity.low)
    high = high if quantity.high is None else min(high, quantity.high)
    if low >= high:
        return f"printed exactly: {_shown(claim)}"
    how = "range" if claim.low is not None else "about" if claim.bound == "~" else "rounding"
    return Distribution("uniform", (low, high)), f"{how} of {_shown(claim)}"


def _factor(program: CompiledProgram, claim: Claim) -> Fraction | None:
    """Return what one printed unit is in the quantity's own."""
    if claim.value and claim.model_value is not None:
        return claim.model_value / claim.value
    own = program.factors.get(claim.quantity)
    return None if claim.factor is None or not own else claim.factor / own


def _shown(claim: Claim) -> str:
    where = " ".join(p for p in (claim.document, claim.locator, claim.row or claim.subject, claim.column) if p)
    unit = "" if claim.lexical.endswith(claim.unit) else f" {claim.unit}"
    return f"{claim.bound}{claim.lexical}{unit} ({where})"
