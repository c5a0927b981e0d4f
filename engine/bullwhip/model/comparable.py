"""What makes two claims comparable: the same cell of the model, or the same thing, measure and period."""

from __future__ import annotations

from collections.abc import Collection

from bullwhip.model.claim import Claim
from bullwhip.model.quantity import index_text
from bullwhip.numbers import fraction_text

__all__ = ["amount_text", "comparable"]


def comparable(claim: Claim, untimed: Collection[str] = ()) -> tuple[str, ...]:
    """Return what a claim is about, each in one text; claims with a text in common say the same thing or disagree.

    A claim tied to the model is about its cell, and one whose subject and measure are known is about entity, measure
    and period, whatever its document calls them; it may be about both. A share is about a share of its whole: what a
    company has of one market says nothing of what it has of another. One that is only compared with a cell without
    period, but has an entity of its own, is about that alone: utilizations of several models are no rivals for the
    one that is assumed. Any other statement is about its own words; a table cell that nobody has told the meaning of
    is about nothing that could be compared.

    Args:
        claim: the claim.
        untimed: measures that have no value per period, such as the process of a chip.
    """
    period = f"{claim.period_start}/{claim.period_end}" if claim.period_start or claim.period_end else claim.period
    known: list[str] = []
    if claim.entity and claim.concept:
        period = "" if claim.concept in untimed else period
        wholes = claim.wholes or ("",)
        known = [" ".join(part for part in (claim.entity, claim.concept, w, period) if part) for w in wholes]
    cell = index_text(claim.quantity, claim.index, claim.model_period) if claim.quantity else ""
    if known and not claim.feeds and claim.model_period is None:
        cell = ""
    if cell or known or claim.table:
        return tuple(text for text in (cell, *known) if text)
    return (" ".join(f"{claim.subject} | {claim.measure} | {period}".split()),)


def amount_text(claim: Claim) -> str:
    """Return the exact amount of a claim in coherent units with its dimension; empty where no number is printed.

    Two texts differ where the amounts do, whatever scale or place they are printed with.
    """
    if claim.factor is None:
        return ""
    ends = [v for v in (claim.value, claim.low, claim.high) if v is not None]
    return " ".join([*(fraction_text(v * claim.factor) for v in ends), claim.dimension]) if ends else ""
