"""A tape under construction: equal operations once, constants by value, quotients by one divisor as products."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.numeric.ops import Entry

__all__ = ["Draft", "rounded"]


@dataclass
class Draft:
    """Slots are numbered inputs first, then constants and operations as they come.

    >>> draft = Draft(2)
    >>> draft.op("+", 1, 0) == draft.op("+", 0, 1), draft.constant(Fraction(1, 2)), draft.values
    (True, 3, {3: 0.5})
    """

    inputs: int
    """How many."""
    entries: list[Entry] = field(default_factory=list)
    """The operation `constant` stands for a number that is kept in `values`."""
    values: dict[int, float] = field(default_factory=dict)
    """Constants."""
    faults: dict[int, str] = field(default_factory=dict)
    """Why a constant has no value."""
    rule: int = -1
    """The rule that new operations belong to."""
    _seen: dict[object, int] = field(default_factory=dict)

    def entry(self, slot: int) -> Entry | None:
        """Return the entry of a slot, or None for an input."""
        return self.entries[slot - self.inputs] if slot >= self.inputs else None

    def constant(self, value: Fraction | float) -> int:
        """Return the slot of a constant."""
        number = rounded(value)
        slot = self._add(("constant", number), "constant", ())
        self.values[slot] = number
        return slot

    def undefined(self, why: str) -> int:
        """Return the slot of a constant without a value."""
        slot = self._add(("undefined", why), "constant", ())
        self.values[slot], self.faults[slot] = math.nan, why
        return slot

    def op(self, name: str, *inner: int) -> int:
        """Return the slot of an operation, the same one for the same operation."""
        if name in ("+", "*"):  # the same bits in either order
            inner = tuple(sorted(inner))
        return self._add((name, inner), name, inner)

    def _add(self, key: object, name: str, inner: tuple[int, ...]) -> int:
        slot = self._seen.get(key)
        if slot is None:
            slot = self._seen[key] = self.inputs + len(self.entries)
            self.entries.append((name, inner, self.rule))
        return slot

    def needed(self, wanted: Sequence[int]) -> list[int]:
        """Return the slots other than inputs that some slots depend on, in order."""
        found = set(wanted)
        for slot in range(self.inputs + len(self.entries) - 1, self.inputs - 1, -1):
            if slot in found:
                found.update(self.entries[slot - self.inputs][1])
        return sorted(s for s in found if s >= self.inputs)

    def shortened(self, wanted: Sequence[int]) -> tuple[Draft, list[int]]:
        """Return a draft of less work, and what the wanted slots are in it.

        What nothing reads is left out. Where several quotients have one divisor, they are products with its reciprocal:
        a product costs a small part of a quotient, and its error stays below two units of the last place.
        """
        needed = self.needed(wanted)
        divisors = Counter(e[1][1] for e in (self.entries[s - self.inputs] for s in needed) if e[0] == "/")
        new = Draft(self.inputs)
        place = {s: s for s in range(self.inputs)}
        for slot in needed:
            name, inner, new.rule = self.entries[slot - self.inputs]
            if slot in self.faults:
                place[slot] = new.undefined(self.faults[slot])
            elif slot in self.values:
                place[slot] = new.constant(self.values[slot])
            elif name == "/" and divisors[inner[1]] > 1 and self.values.get(inner[0]) != 1:
                place[slot] = new.op("*", place[inner[0]], new.op("/", new.constant(1.0), place[inner[1]]))
            else:
                place[slot] = new.op(name, *(place[a] for a in inner))
        return new, [place[s] for s in wanted]


def rounded(value: Fraction | float) -> float:
    """Return the nearest double; what is too large for one is infinite, as every overflow.

    >>> rounded(Fraction(1, 3)), rounded(-Fraction(10) ** 400)
    (0.3333333333333333, -inf)
    """
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
