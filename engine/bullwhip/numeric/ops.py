"""The records of a tape, its operations, and how registers are given out.

Values are numbered by *slot*: the inputs first, then the constants, then one slot for each operation in order. What no
input moves is computed exactly and rounded to the nearest double once (convention §19).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["OPERATIONS", "SELECTS", "Entry", "Op", "Tape", "allocate"]

OPERATIONS: dict[str, int] = {
    "+": 2, "-": 2, "*": 2, "/": 2, "min": 2, "max": 2, "pow": 2, "<": 4, "<=": 4,
    "neg": 1, "abs": 1, "sqrt": 1, "floor": 1, "ceil": 1, "sign": 1, "exp": 1, "log": 1,
}  # fmt: skip
"""Operations of a tape with the number of their arguments. `("<", i, j, a, b)` is a where i < j, else b. The second
argument of `pow` is a constant; whole powers are multiplications, halves go by `sqrt`."""

Entry = tuple[str, tuple[int, ...], int]
"""Operation, slots, rule: an operation before it has a register."""

SELECTS = frozenset({"<", "<="})


@dataclass(frozen=True, slots=True)
class Op:
    """One operation of a tape."""

    name: str
    arguments: tuple[int, ...]
    """Slots."""
    register: int
    """Where the result is kept until its last use."""
    rule: int
    """Number of the rule in `Tape.rules` that it belongs to."""


@dataclass(frozen=True, slots=True)
class Tape:
    """What an evaluator runs: operations over float slots, from inputs that vary to outputs."""

    inputs: tuple[int, ...]
    """Positions of the cells that vary, in the order of the columns."""
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    results: tuple[int, ...]
    """The slot of each output."""
    constants: tuple[float, ...]
    """NaN stands for a part without a value that no input moves; it matters only where a branch takes it."""
    faults: tuple[tuple[int, str], ...]
    """Why a constant is NaN, by its slot."""
    ops: tuple[Op, ...]
    registers: int
    """How many registers the operations need."""
    rules: tuple[str, ...]
    """The rules as text, for messages."""
    base: tuple[float, ...] = ()
    """The present value of each input; NaN where it has none."""

    @property
    def first_op(self) -> int:
        """The slot of the first operation."""
        return len(self.inputs) + len(self.constants)

    def numbered(self) -> Iterator[tuple[int, Op]]:
        """Give each operation with its slot."""
        return enumerate(self.ops, self.first_op)


def allocate(
    ops: Sequence[tuple[str, tuple[int, ...], int]], first: int, results: Sequence[int]
) -> tuple[list[int], int]:
    """Return a register for each operation, and how many there are; one is free again after its last use.

    An operation may write over an argument that dies with it, but not over a divisor, which is looked at once more.

    >>> allocate([("+", (0, 1), 0), ("*", (2, 0), 0), ("neg", (3,), 0)], 2, [4])
    ([0, 0, 0], 1)
    """
    last: dict[int, int] = {}
    for slot, (_, arguments, _) in enumerate(ops, first):
        for a in arguments:
            last[a] = slot
    kept = set(results)
    free: list[int] = []
    register: dict[int, int] = {}
    total = 0
    for slot, (name, arguments, _) in enumerate(ops, first):
        dying = [a for a in dict.fromkeys(arguments) if a in register and last[a] == slot and a not in kept]
        reread = arguments[1:] if name == "/" else ()
        early = [a for a in dying if a not in reread]
        free.extend(register[a] for a in early)
        if free:
            register[slot] = free.pop()
        else:
            register[slot] = total
            total += 1
        free.extend(register[a] for a in dying if a not in early)
        if slot not in last and slot not in kept:
            free.append(register[slot])
    return [register[slot] for slot in range(first, first + len(ops))], total
