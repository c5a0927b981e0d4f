"""A tape cut into pieces that a compiler can chew, and the rows of memory in which values pass from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bullwhip.numeric.ops import Tape

__all__ = ["LIBRARY", "Plan", "plan"]

LIBRARY = frozenset({"exp", "log", "pow"})
"""Operations that NumPy does for every backend, so that their last bit is the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a tape is run in pieces."""

    groups: tuple[tuple[range, ...], ...]
    """Runs of compiled segments, each a range of slots, between single slots that NumPy does."""
    library: tuple[int, ...]
    """The slot after each group but the last."""
    rows: dict[int, int]
    """The row of a slot that is read outside the segment it is made in."""
    height: int
    """How many rows there are."""


def plan(tape: Tape, longest: int) -> Plan:
    """Cut a tape into segments of at most so many operations.

    >>> from bullwhip.numeric.ops import Op
    >>> ops = (Op("+", (0, 0), 0, 0), Op("exp", (1,), 0, 0), Op("*", (2, 2), 0, 0))
    >>> tape = Tape((0,), ("x",), ("y",), (3,), (), (), ops, 1, ("y",))
    >>> plan(tape, 100)
    Plan(groups=((range(1, 2),), (range(3, 4),)), library=(2,), rows={1: 0, 2: 0}, height=1)
    """
    stop = tape.first_op + len(tape.ops)
    library = tuple(slot for slot, op in tape.numbered() if op.name in LIBRARY)
    bounds = [tape.first_op - 1, *library, stop]
    groups = []
    for before, after in pairwise(bounds):
        starts = range(before + 1, after, longest)
        groups.append(tuple(range(s, min(s + longest, after)) for s in starts))
    return Plan(tuple(groups), library, *_rows(tape, groups, library))


def _rows(tape: Tape, groups: Sequence[tuple[range, ...]], library: Sequence[int]) -> tuple[dict[int, int], int]:
    """Give a row to each slot that crosses a border, and the same row again after its last reader."""
    pieces: list[range] = []
    for k, group in enumerate(groups):
        pieces += group
        if k < len(library):
            pieces.append(range(library[k], library[k] + 1))
    results = {s for s in tape.results if s >= tape.first_op}
    piece = {slot: k for k, p in enumerate(pieces) for slot in p}
    last: dict[int, int] = {}
    for slot, op in tape.numbered():
        for a in op.arguments:
            if a >= tape.first_op and piece[a] != piece[slot]:
                last[a] = piece[slot]
    for slot in library:
        if slot in results:
            last.setdefault(slot, piece[slot])
    ending: dict[int, list[int]] = {}
    for slot, k in last.items():
        ending.setdefault(k, []).append(slot)
    rows: dict[int, int] = {}
    free: list[int] = []
    height = 0
    for k, p in enumerate(pieces):
        apart = len(p) == 1 and p[0] in library
        if apart:  # NumPy may write over what it reads; a segment may not, as it goes lane by lane over several
            free.extend(rows[s] for s in ending.get(k, ()) if s in rows)
        for slot in p:
            if slot in last:
                if not free:
                    free.append(height)
                    height += 1
                rows[slot] = free.pop()
        if not apart:
            free.extend(rows[s] for s in ending.get(k, ()))
        elif p[0] in last and last[p[0]] == k:
            free.append(rows[p[0]])
    return rows, height
