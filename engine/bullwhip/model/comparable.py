"""What makes two claims comparable: the same cell of the model, or the same thing, measure and period."""

from __future__ import annotations

from collections.abc import Collection

from bullwhip.model.claim import Claim
from bullwhip.model.quantity import index_text
from bullwhip.numbers import fraction_text

__all__ = ["amount_text", "comparable"]


def comparable(claim: Claim, untimed: Collection[str] = ()) -> str:
    """Return what a claim is about, in one text; claims with the same text say the same thing or disagree.

    A claim tied to the model is about its cell. One whose subject and measure are known is about entity, measure
    and period, whatever its document calls them. Any other statement is about its own words; a table cell that nobody
    has told the meaning of is about nothing that could be compared, and gives an empty text.

    Args:
        claim: the claim.
        untimed: measures that have no value per period, such as the process of a chip.
    """
    if claim.quantity:
        return index_text(claim.quantity, claim.index, claim.model_period)
    period = f"{claim.period_start}/{claim.period_end}" if claim.period_start or claim.period_end else claim.period
    if claim.entity and claim.concept:
        period = "" if claim.concept in untimed else period
        return " ".join(part for part in (claim.entity, claim.concept, period) if part)
    return "" if claim.table else " ".join(f"{claim.subject} | {claim.measure} | {period}".split())


def amount_text(claim: Claim) -> str:
    """Return the exact amount of a claim in coherent units with its dimension; empty where no number is printed.

    Two texts differ where the amounts do, whatever scale or place they are printed with.
    """
    if claim.factor is None:
        return ""
    ends = [v for v in (claim.value, claim.low, claim.high) if v is not None]
    return " ".join([*(fraction_text(v * claim.factor) for v in ends), claim.dimension]) if ends else ""
