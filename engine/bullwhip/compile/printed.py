"""Expands the expression of a derivation over the printed figures it reads: each figure is a cell of a small graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from bullwhip.compile.expand import Expander
from bullwhip.expr.dag import Dag
from bullwhip.expr.tree import Call, Expr, Reference, references
from bullwhip.units import DIMENSIONLESS, Unit

__all__ = ["expand_printed"]


def expand_printed(tree: Expr, slots: Mapping[str, Sequence[int]]) -> tuple[Dag, int]:
    """Return a graph and the node of an expression over printed figures.

    Args:
        tree: the expression; its names are keys of `slots`.
        slots: name to the cell numbers of its figures, one or several; values are taken in coherent units, so no
            factors enter.

    >>> from bullwhip.expr.grammar import parse
    >>> dag, node = expand_printed(parse("sum(part, rows) / whole"), {"part": [0, 1], "whole": [2]})
    >>> dag.nodes[node]
    ('/', 2, 3)
    """
    expander = _PrintExpander(slots)
    return expander.dag, expander.expand(("", (), None), tree)


class _PrintExpander(Expander):
    """Reads printed figures where the expander of rules reads cells of quantities."""

    def __init__(self, slots: Mapping[str, Sequence[int]]) -> None:
        plain = Unit("1", Fraction(1), DIMENSIONLESS)
        super().__init__({}, {}, dict.fromkeys(("", *slots), plain), (), Dag(), lambda key: None)
        self.slots = slots
        self.member = 0

    def _reference(self, reference: Reference, lag: int) -> int:
        numbers = self.slots[reference.name]
        return self.dag.cell(numbers[self.member if len(numbers) > 1 else 0])

    def _members_of_sum(self, tree: Call) -> list[tuple[int, Fraction]]:
        inner = tree.arguments[0]
        parts = []
        for self.member in range(max((len(self.slots[r.name]) for r in references(inner)), default=1)):
            parts.append(self._scaled(inner))
        self.member = 0
        return parts
