"""Finds the printed figure that is most likely wrong behind contradictions: often an input, not the result.

A contradiction accuses its result and all that it reads. A figure that other sound computations use is cleared by
them; a figure that a single other value of would resolve every contradiction around it is the suspect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

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
        needed = some if needed is None else Interval(max(needed.low, some.low), min(needed.high, some.high))
        if needed.low > needed.high:
            return _Case(claim, len(distinct), len(holding), None)
    return _Case(claim, len(distinct), len(holding), needed)


def _accused(row: AuditRow, cases: Mapping[str, _Case]) -> AuditRow:
    """Return the row with its suspects: what resolves most contradictions and is least cleared by sound figures."""
    guess = f"; hypothesis: {row.hypotheses[0]}" if row.hypotheses else ""
    if row.published:
        return replace(row, explanation=row.explanation + guess, suspects=((row.claim, None),))
    own = [cases[i] for i in dict.fromkeys((row.claim.id, *(c.id for c in row.reads)))]

    def rank(case: _Case) -> tuple[bool, int, int]:
        resolves = case.needed is not None or case.sound == 0
        return not resolves, -case.against, case.sound

    best = min(rank(case) for case in own)
    suspects = [case for case in own if rank(case) == best]
    named = tuple((case.claim, case.needed) for case in suspects)
    if suspects[0].claim.id == row.claim.id:
        return replace(row, explanation=row.explanation + guess, suspects=named)
    text = "; suspect: " + " or ".join(_words(case, row.claim) for case in suspects[:3])
    return replace(row, explanation=row.explanation + text, suspects=named)


def _words(case: _Case, beside: Claim) -> str:
    text = figure_text(case.claim, beside)
    if case.against > 1:
        text += f", behind {case.against} contradictions"
    if case.needed is not None:
        text += f", would have to be {_span(case.needed)}"
    return text


def _span(interval: Interval) -> str:
    low, high = interval.low, interval.high
    if isinstance(low, float):
        return f"at most {_end(high)}"
    return f"at least {_end(low)}" if isinstance(high, float) else f"{_end(low)} to {_end(high)}"


def _end(value: Extended) -> str:
    return decimal_text(value, 6) if isinstance(value, Fraction) else "any"
