"""The hash-consed graph of operations: every value once, exact constants, arguments always before their users.

A node is a tuple `(op, argument, …)`. Operations:

    ("num", Fraction)                 a constant
    ("cell", k)                       the k-th cell of the program; its definition is kept beside the graph
    ("+", i, j, …)  ("*", i, j, …)    sum and product
    ("/", i, j)     ("^", i, Fraction)
    ("min", i, …)   ("max", i, …)     ("abs", i) ("floor", i) ("ceil", i) ("exp", i) ("log", i) ("sign", i)
    ("<", i, j, a, b)  ("<=", …)      a where i < j, else b

A cell is a boundary: two quantities with the same expression stay two cells, so setting one never moves the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = ["INEXACT", "Dag", "Node", "arguments"]

Node = tuple[Any, ...]

INEXACT = frozenset({"exp", "log"})
"""Operations whose result is in general not rational."""


def arguments(node: Node) -> tuple[int, ...]:
    """Return the node numbers that a node reads.

    >>> arguments(("^", 3, Fraction(2))), arguments(("num", Fraction(1)))
    ((3,), ())
    """
    if node[0] in ("num", "cell"):
        return ()
    if node[0] == "^":
        return (node[1],)
    return node[1:]


@dataclass
class Dag:
    """A growing graph; `add` returns the number of an existing equal node where there is one.

    >>> d = Dag()
    >>> x = d.cell(0)
    >>> d.mul(x, d.num(1)) == x, d.add(x, x) == d.add(x, x)
    (True, True)
    """

    nodes: list[Node] = field(default_factory=list)
    _seen: dict[Node, int] | None = field(default=None, repr=False, compare=False)
    """Number of each node; made when the first node is added, because a finished graph is only read."""

    def node(self, *node: Any) -> int:
        """Return the number of a node, adding it when it is new."""
        seen = self._seen
        if seen is None:
            seen = self._seen = {known: i for i, known in enumerate(self.nodes)}
        number = seen.get(node)
        if number is None:
            number = seen[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    def num(self, value: Fraction | int) -> int:
        """Return the node of a constant."""
        return self.node("num", Fraction(value))

    def cell(self, position: int) -> int:
        """Return the node of a cell."""
        return self.node("cell", position)

    def constant(self, i: int) -> Fraction | None:
        """Return the value of a constant node, or None."""
        node = self.nodes[i]
        return node[1] if node[0] == "num" else None

    def add(self, *terms: int) -> int:
        """Return a sum; zeros are dropped, constants are not merged, so that authored numbers stay visible."""
        kept = [t for t in terms if self.constant(t) != 0]
        if not kept:
            return self.num(0)
        return kept[0] if len(kept) == 1 else self.node("+", *kept)

    def mul(self, *factors: int) -> int:
        """Return a product; ones are dropped, a zero absorbs. For derivatives; rules keep their zeros (`times`)."""
        kept = [f for f in factors if self.constant(f) != 1]
        if any(self.constant(f) == 0 for f in kept):
            return self.num(0)
        if not kept:
            return self.num(1)
        return kept[0] if len(kept) == 1 else self.node("*", *kept)

    def times(self, *factors: int) -> int:
        """Return a product as authored: only ones are dropped; a zero hides no unknown and no division by zero."""
        kept = [f for f in factors if self.constant(f) != 1]
        return self.num(1) if not kept else kept[0] if len(kept) == 1 else self.node("*", *kept)

    def neg(self, i: int) -> int:
        """Return the negative."""
        value = self.constant(i)
        return self.num(-value) if value is not None else self.mul(self.num(-1), i)

    def div(self, i: int, j: int) -> int:
        """Return a quotient; division by the constant one is dropped."""
        divisor = self.constant(j)
        if divisor == 1 or (self.constant(i) == 0 and divisor is not None and divisor != 0):
            return i
        return self.node("/", i, j)

    def pow(self, i: int, exponent: Fraction) -> int:
        """Return a power with a constant rational exponent."""
        return self.num(1) if exponent == 0 else i if exponent == 1 else self.node("^", i, exponent)

    def select(self, operator: str, i: int, j: int, a: int, b: int) -> int:
        """Return `a where i operator j, else b` for an operator of < <=."""
        return a if a == b else self.node(operator, i, j, a, b)

    def cone(self, outputs: Iterable[int], definition: Mapping[int, int]) -> list[int]:
        """Return the nodes that outputs depend on, in order; `definition` maps a cell node to its expression node.

        A cell absent from `definition` is an input. The order is topological because arguments are always added
        before their users and definitions before their cells.
        """
        nodes = self.nodes
        needed: set[int] = set()
        stack = list(outputs)
        while stack:
            i = stack.pop()
            if i in needed:
                continue
            needed.add(i)
            node = nodes[i]
            if i in definition:
                stack.append(definition[i])
            elif node[0] not in ("num", "cell"):
                stack.extend(node[1:] if node[0] != "^" else node[1:2])
        return sorted(needed)
