"""The order of a tape: few values wait in memory, as sums grow term by term and cheap values are computed again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bullwhip.numeric.ops import Entry

__all__ = ["eager_sums", "recomputed"]

_CHEAP = frozenset({"+", "-", "*", "neg"})
_FAR = 2_000
"""Operations between two uses beyond which a value has left the cache."""


def eager_sums(ops: Sequence[Entry], first: int, results: Sequence[int]) -> tuple[list[Entry], list[int]]:
    """Return operations in a new order, and the slots of results in it.

    The derivative by an input is a sum over all its uses, whose terms arise far apart. An addition whose terms nothing
    else reads moves up behind the later one: two registers become one.

    >>> ops = [("neg", (0,), 0), ("abs", (0,), 0), ("exp", (0,), 0), ("+", (1, 2), 0), ("+", (3, 4), 0)]
    >>> eager_sums(ops, 1, [5])
    ([('neg', (0,), 0), ('abs', (0,), 0), ('+', (1, 2), 0), ('exp', (0,), 0), ('+', (4, 3), 0)], [5])
    """
    uses = Counter(a for _, inner, _ in ops for a in inner)
    uses.update(results)
    reader: dict[int, int] = {}
    for slot, (name, inner, _) in enumerate(ops, first):
        if name in ("+", "-") and all(a >= first and uses[a] == 1 for a in inner):
            reader.update(dict.fromkeys(inner, slot))
    place = {s: s for s in range(first)}
    made: list[Entry] = []
    for slot in range(first, first + len(ops)):
        following: int | None = slot
        while following is not None and following not in place:
            name, inner, rule = ops[following - first]
            if any(a not in place for a in inner):
                break
            made.append((name, tuple(place[a] for a in inner), rule))
            place[following] = first + len(made) - 1
            following = reader.get(following)
    return made, [place[s] for s in results]


def recomputed(
    ops: Sequence[Entry], results: Sequence[int], first: int, far: int = _FAR
) -> tuple[list[Entry], list[int]]:
    """Return operations, and the slots of results, with cheap values computed again at their far uses.

    Reverse mode reads every value of a model once more, in reverse order. A sum or product whose arguments are kept
    until then anyway is done twice, with the same bits, and need not be kept itself.

    >>> ops = [("*", (0, 1), 0), ("neg", (2,), 0), ("neg", (3,), 0), ("+", (4, 2), 0), ("+", (5, 0), 0)]
    >>> recomputed(ops, [6], 2, far=1)[0][3:5]
    [('*', (0, 1), 0), ('+', (4, 5), 0)]
    """
    uses: dict[int, list[int]] = {slot: [slot] for slot in range(first, first + len(ops))}
    for slot, (_, inner, _) in enumerate(ops, first):
        for a in inner:
            if a >= first:
                uses[a].append(slot)
    again: set[int] = set()
    for slot, (name, inner, _) in enumerate(ops, first):
        late = [b for a, b in pairwise(uses[slot]) if b - a > far] if name in _CHEAP else []
        if late and all(a < first or (a not in again and uses[a][-1] >= late[-1]) for a in inner):
            again.add(slot)
    place = {s: s for s in range(first)}
    touched: dict[int, int] = {}
    made: list[Entry] = []
    found: dict[int, int] = {s: s for s in range(first)}
    for slot, (name, inner, rule) in enumerate(ops, first):
        for a in inner:
            if a in again and slot - touched[a] > far:
                once_more = ops[a - first]
                made.append((once_more[0], tuple(place[x] for x in once_more[1]), once_more[2]))
                place[a] = first + len(made) - 1
            touched[a] = slot
        made.append((name, tuple(place[a] for a in inner), rule))
        place[slot] = found[slot] = first + len(made) - 1
        touched[slot] = slot
    return made, [found[s] for s in results]
