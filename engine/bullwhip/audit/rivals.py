"""Rivals: claims on the same thing, measure and period that do not print the same amount, and whether they disagree.

Figures of one printed cell are alternatives or ends of a range, and agree with whatever agrees with one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bullwhip.audit.prints import MODES, is_counted, print_interval
from bullwhip.model.claim import Claim
from bullwhip.model.comparable import amount_text, comparable
from bullwhip.propagate.intervals import Interval

__all__ = ["disagree", "distinct", "readings", "rivals"]


def rivals(claims: Iterable[Claim], untimed: Collection[str] = ()) -> dict[str, list[Claim]]:
    """Return the claims that are about the same and do not all print the same amount, by what they are about.

    Both stand in the order of their names, as a query over the graph gives them: `comparableAs`, then `identifier`.

    Args:
        claims: the claims; one that comes twice counts once.
        untimed: measures that have no value per period.
    """
    groups: dict[str, dict[str, Claim]] = {}
    amounts: dict[str, set[str]] = {}
    for claim in claims:
        amount = amount_text(claim)
        for about in comparable(claim, untimed) if amount else ():
            groups.setdefault(about, {})[claim.id] = claim
            amounts.setdefault(about, set()).add(amount)
    return {
        about: [groups[about][i] for i in sorted(groups[about])] for about in sorted(groups) if len(amounts[about]) > 1
    }


def distinct(members: Mapping[str, Collection[str]]) -> list[str]:
    """Return the groups whose claims are not all in another one: a cell and an entity may be two names of one thing.

    Args:
        members: ids of the claims of each group.
    """
    sets = {about: frozenset(ids) for about, ids in members.items()}
    holders: dict[str, list[str]] = {}
    for about, ids in sets.items():
        for identifier in ids:
            holders.setdefault(identifier, []).append(about)
    kept: list[str] = []
    for about, ids in sets.items():
        others = [other for other in holders[next(iter(ids))] if other != about and ids <= sets[other]]
        if all(ids == sets[other] and about < other for other in others):
            kept.append(about)
    return kept


def disagree(group: Sequence[Claim], counts: Collection[str]) -> bool:
    """Return whether two printed cells or statements of a group cannot stand for the same value.

    Figures that one sentence gives for the same words are variants, as the two sizes of a model; a table cell may hold
    several figures or the ends of a range.
    """
    prints: dict[tuple[str, ...], list[Claim]] = {}
    for c in group:
        place = (
            (c.row, c.column) if c.table else (c.subject, c.measure, c.period, c.by, str(c.line) if c.line else c.id)
        )
        prints.setdefault((c.document, c.locator, *place, c.dimension), []).append(c)
    read = [(place[-1], readings(some, counts)) for place, some in prints.items()]
    for number, (dimension, some) in enumerate(read):
        for other_dimension, others in read[number + 1 :]:
            if dimension == other_dimension and not any(a.meets(b) for a in some for b in others):
                return True
    return False


def readings(prints: Sequence[Claim], counts: Collection[str]) -> list[Interval]:
    """Return what the figures of one printed cell can stand for, in coherent units; low and high are one range."""
    found: list[Interval] = []
    ends: list[Interval] = []
    for c in prints:
        for mode in MODES:
            exact = c.value is not None and is_counted(c, counts)
            interval = Interval.point(c.value) if exact and c.value is not None else print_interval(c, mode)
            if interval is not None and c.factor is not None:
                (ends if c.part in ("low", "high") else found).append(interval.times(c.factor))
    if ends:
        whole = ends[0]
        for end in ends[1:]:
            whole = whole.hull(end)
        found.append(whole)
    return found
