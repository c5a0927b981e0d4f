"""Verdicts: a printed figure against what it is recomputed from (convention §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bullwhip.audit.prints import MODES, Mode, Printed, print_interval
from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.claim import Claim
from bullwhip.model.shown import Shown
from bullwhip.numbers import decimal_text
from bullwhip.propagate.intervals import Interval

__all__ = ["UNDEFINED", "VERDICTS", "AuditRow", "Hypothesis", "Judgement", "comes_out", "figure_text", "judge"]

UNDEFINED = "the computation has no value at the printed figures"
VERDICTS = ("reproduced", "within_rounding", "contradicted", "not_derivable")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A slip that would explain a contradicted print."""

    text: str
    blames: str = ""
    """Id of the read that slipped; empty where the result or the method did."""


@dataclass(frozen=True, slots=True)
class AuditRow(Shown):
    """A printed figure with its verdict."""

    claim: Claim
    verdict: str
    recomputed: Fraction | None
    """In the printed unit."""
    explanation: str
    """What is computed from which figures, and how it compares; with hypothesis or suspect where it contradicts."""
    rule: str = ""
    """Id of the rule or derivation that recomputes it."""
    reads: tuple[Claim, ...] = ()
    """The printed figures it is recomputed from."""
    hypotheses: tuple[Hypothesis, ...] = ()
    """Slips that would explain a contradicted print, the smallest first."""
    corrected: tuple[str, ...] = ()
    """Ids of reads that are taken as recomputed, because their prints are contradicted."""
    published: bool = False
    """Whether the method that the document uses instead reproduces a contradicted print."""
    suspects: tuple[tuple[Claim, Interval | None], ...] = ()
    """Of a contradicted row: the figures that are most likely wrong, all equally, among the result and its reads;
    each with what it would have to be, in its printed unit, where one value resolves all contradictions."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        c = self.claim
        stands = print_interval(c, "half-up") if self.verdict != "not_derivable" else None
        return {
            "report": c.document, "locator": c.locator, "row": c.row or None, "column": c.column or None,
            "part": c.part or None, "subject": c.subject, "measure": c.measure, "printed": c.lexical, "unit": c.unit,
            "recomputed": as_number(self.recomputed), "recomputed_exact": exact_text(self.recomputed),
            "verdict": self.verdict, "quantity": c.quantity or self.rule or None,
            "index": dict(c.index) if c.quantity else None,
            "period": c.model_period if c.quantity else c.period or None,
            "rule": self.rule or None, "explanation": self.explanation, "hypotheses": [h.text for h in self.hypotheses],
            "reads": [_place(r) for r in self.reads],
            "suspects": [{**_place(s), **_ends(needed, "needed")} for s, needed in self.suspects],
            **_ends(stands, "printed"),
            "claim": c.id,
        }  # fmt: skip


def _place(c: Claim) -> dict[str, Any]:
    return {
        "report": c.document, "locator": c.locator, "row": c.row or c.subject, "column": c.column or c.measure,
        "part": c.part or None, "printed": c.bound + c.lexical, "unit": c.unit, "claim": c.id,
    }  # fmt: skip


def _ends(interval: Interval | None, name: str) -> dict[str, Any]:
    ends = (None, None) if interval is None else (interval.low, interval.high)
    low, high = (float(e) if isinstance(e, Fraction) else None for e in ends)
    return {f"{name}_low": low, f"{name}_high": high}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict on one computation, before it is put into words with names."""

    verdict: str
    how: str


def figure_text(claim: Claim, beside: Claim) -> str:
    """Return a printed figure and where it stands, leaving out what is the same as for the figure beside it.

    A statement is named by its subject and measure, a table cell by row and column.
    """
    places = [(claim.document, beside.document), (claim.locator, beside.locator)]
    if claim.table:
        same_table = claim.table == beside.table and places[0][0] == places[0][1] and places[1][0] == places[1][1]
        places += [(claim.row, beside.row if same_table else ""), (claim.column, beside.column if same_table else "")]
        places.append((claim.part, beside.part if same_table else ""))
    else:
        places += [(claim.subject, beside.subject), (claim.measure, beside.measure), (claim.period, beside.period)]
    where = ", ".join(here for here, there in places if here and here != there)
    return f"{claim.bound}{claim.lexical} ({where})" if where else f"{claim.bound}{claim.lexical}"


def comes_out(claim: Claim, printed: Printed, exact: Fraction) -> str:
    """Return how a value comes out as printed, for an explanation; an empty text where it does not.

    A bound holds or is the value itself: a value below 5 that rounds to 5 is not over 5.
    """
    bound, value = claim.bound, printed.value
    if bound not in ("<", "<=", ">", ">="):
        mode = printed.matches(exact)
        return f"by {mode}" if mode else ""
    if exact == value:
        return "it is the printed bound"
    return f"the printed bound holds for {decimal_text(exact, 8)}" if (exact < value) == (bound[0] == "<") else ""


def judge(
    claim: Claim, printed: Printed, point: Fraction | None, range_by: Callable[[Mode], Interval | None]
) -> Judgement:
    """Return the verdict on a printed figure.

    Args:
        claim: the printed figure.
        printed: its value and last place.
        point: what the printed inputs give, in the printed unit; None where they give no single value.
        range_by: the range of values when inputs printed by a mode of rounding range over what they can stand for,
            in the printed unit; None where it cannot be computed.
    """
    if point is not None:
        how = comes_out(claim, printed, point)
        if how:
            return Judgement("reproduced", how)
    reachable = point is not None
    for mode in MODES:
        reached, own = range_by(mode), print_interval(claim, mode)
        reachable = reachable or reached is not None
        if reached is not None and own is not None and own.meets(reached):
            return Judgement("within_rounding", f"inside the rounding intervals of the printed inputs, by {mode}")
    return Judgement("contradicted", "") if reachable else Judgement("not_derivable", UNDEFINED)
