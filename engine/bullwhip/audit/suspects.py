"""Finds the printed figure that is most likely wrong behind contradictions: often an input, not the result.

A contradiction accuses its result and all that it reads. A figure that other sound computations use is cleared by
them; a figure that a single other value of would resolve every contradiction around it is the suspect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bullwhip.audit.prints import read_print
from bullwhip.audit.verdict import AuditRow, figure_text
from bullwhip.model.claim import Claim
from bullwhip.numbers import decimal_text
from bullwhip.propagate.intervals import Extended, Interval

__all__ = ["Required", "with_suspects"]

Required = Callable[[AuditRow, Claim], Interval | None]
"""What a figure would have to be, in its printed unit, for a row to hold; None where that is not known."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A figure and the computations it takes part in."""

    claim: Claim
    against: int
    """How many computations contradict it; one that is printed at several places counts once."""
    sound: int
    """How many other computations hold with it."""
    needed: Interval | None
    """One value range that would resolve every contradiction and disturb nothing, or None."""


def with_suspects(rows: Sequence[AuditRow], required: Required) -> list[AuditRow]:
    """Return the rows, each contradicted one with the figures that are most likely wrong.

    Args:
        rows: verdicts on all figures.
        required: see `Required`.
    """
    against: dict[str, list[AuditRow]] = {}
    holding: dict[str, list[AuditRow]] = {}
    for row in rows:
        if row.verdict == "not_derivable":
            continue
        for identifier in {c.id for c in (row.claim, *row.reads)}:
            wrong = row.verdict == "contradicted" or identifier in row.corrected
            (against if wrong else holding).setdefault(identifier, []).append(row)
    cases: dict[str, _Case] = {}
    for row in rows:
        if row.verdict == "contradicted":
            for claim in (row.claim, *row.reads):
                if claim.id not in cases:
                    cases[claim.id] = _case(claim, against[claim.id], holding.get(claim.id, []), required)
    return [_accused(row, cases) if row.verdict == "contradicted" else row for row in rows]


def _case(claim: Claim, against: list[AuditRow], holding: list[AuditRow], required: Required) -> _Case:
    distinct = {(r.rule, r.claim.subject, r.claim.measure, r.claim.period, r.claim.value) for r in against}
    needed: Interval | None = None
    for row in (*against, *holding):
        some = required(row, claim)
        if some is None:  # nobody knows what this row would ask of it
            return _Case(claim, len(distinct), len(holding), None)
        needed = some if needed is None else needed.meet(some)
        if needed.empty:
            return _Case(claim, len(distinct), len(holding), None)
    return _Case(claim, len(distinct), len(holding), needed)


def _accused(row: AuditRow, cases: Mapping[str, _Case]) -> AuditRow:
    """Return the row with its suspects: what resolves most contradictions and is least cleared by sound figures.

    A hypothesis is told only where it blames a suspect: one that sound computations clear explains nothing.
    """
    if row.published:
        text = f"{row.explanation}; hypothesis: {row.hypotheses[0].text}"
        return replace(row, explanation=text, suspects=((row.claim, None),))
    own = [cases[i] for i in dict.fromkeys((row.claim.id, *(c.id for c in row.reads)))]

    def rank(case: _Case) -> tuple[bool, int, int]:
        resolves = case.needed is not None or case.sound == 0
        return not resolves, -case.against, case.sound

    best = min(rank(case) for case in own)
    suspects = [case for case in own if rank(case) == best]
    named = tuple((case.claim, case.needed) for case in suspects)
    ids = {case.claim.id for case in suspects}
    likely = [h for h in row.hypotheses if (h.blames or row.claim.id) in ids]
    ordered = (*likely, *(h for h in row.hypotheses if h not in likely))
    others = [case for case in suspects if case.claim.id != row.claim.id]
    text = row.explanation
    if row.claim.id in ids and likely:
        text += f"; hypothesis: {likely[0].text}"
    elif others:
        either = "suspect: this figure or " if row.claim.id in ids else "suspect: "
        text += f"; {either}" + " or ".join(_words(case, row.claim) for case in others[:3])
    return replace(row, explanation=text, hypotheses=ordered, suspects=named)


def _words(case: _Case, beside: Claim) -> str:
    text = figure_text(case.claim, beside)
    if case.against > 1:
        text += f", behind {case.against} contradictions"
    if case.needed is not None:
        text += f", would have to be {_span(case.needed, case.claim)}"
    return text


def _span(interval: Interval, claim: Claim) -> str:
    """Return an interval as text: the figures with the places of the print that lie in it, where there are any."""
    low, high = interval.low, interval.high
    printed = read_print(claim)
    if printed is not None and isinstance(low, Fraction) and isinstance(high, Fraction):
        first, last = -((-low) // printed.step) * printed.step, high // printed.step * printed.step
        if first == last:
            return decimal_text(first, 12)
        if first < last:
            return f"{decimal_text(first, 12)} to {decimal_text(last, 12)}"
    if isinstance(low, float):
        return f"at most {_end(high)}"
    return f"at least {_end(low)}" if isinstance(high, float) else f"{_end(low)} to {_end(high)}"


def _end(value: Extended) -> str:
    return decimal_text(value, 6) if isinstance(value, Fraction) else "any"
