"""The ways along which a move of cells reaches another cell, with what passes along each, exactly.

A way leads from cell to cell, each read by the rule of the next. The local elasticity of a step is that of a cell to
one that its rule reads, all else held; the effect of a way is their product. Where all of them are known the effects
of all ways add up to the elasticity, by the chain rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import nsmallest

from bullwhip.expr.dag import arguments
from bullwhip.propagate.directional import STILL, Slope, kept_fraction, node_slope
from bullwhip.propagate.evaluate import Evaluation
from bullwhip.propagate.reverse import local_derivatives

__all__ = ["Way", "Ways"]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a cell that moves to the target: positions of cells, and the local elasticity of each step."""

    cells: tuple[int, ...]
    elasticities: tuple[Fraction | None, ...]
    effect: Fraction | None
    """Their product; None where one of them is unknown or differs to both sides."""


@dataclass
class Ways:
    """All ways from cells that move in proportion to a target cell.

    Attributes:
        evaluation: the program under its scenario.
        moved: positions of the cells that move; they are cut from their rules.
        target: position of the cell that answers.
        steps: position of a cell to the cells that its rule reads and that move, with the local elasticity to each.
            Steps along which nothing passes, such as to the branch of a minimum that is not taken, are left out.
        exact: False where a number was too long to be kept and was rounded to 60 digits.
    """

    evaluation: Evaluation
    moved: Collection[int]
    target: int
    steps: dict[int, list[tuple[int, Fraction | None]]] = field(init=False)
    exact: bool = True

    def __post_init__(self) -> None:
        """Find the steps between cells, inputs first."""
        evaluation, program = self.evaluation, self.evaluation.program
        nodes = program.dag.nodes
        evaluation.run([program.cells[p].node for p in (self.target, *self.moved)])
        starts = {program.cells[p].node for p in self.moved}
        cut = {k: v for k, v in evaluation.definition.items() if k not in starts}
        moving = set(starts)
        self.steps = {}
        for i in program.dag.cone((program.cells[self.target].node,), cut):
            if nodes[i][0] == "cell" and i not in starts and i in cut:
                inner = program.dag.cone((cut[i],), {})
                reads = [j for j in inner if j in moving]
                found = [(nodes[j][1], e) for j, e in self._locals(i, cut[i], inner, reads) if e != 0]
                if found:
                    self.steps[nodes[i][1]] = found
                    moving.add(i)

    def _locals(
        self, cell: int, definition: int, inner: list[int], reads: list[int]
    ) -> list[tuple[int, Fraction | None]]:
        """Return the local elasticities of a cell to the cells that it reads, by node."""
        values = self.evaluation.values
        if not reads:
            return []
        value = values[cell]
        derivatives = self._backward(definition, inner, reads) if value else None
        found: list[tuple[int, Fraction | None]] = []
        for j in reads:
            by, own = derivatives.get(j) if derivatives is not None else None, values[j]
            if by is not None and own is not None and value:
                found.append((j, self._kept(by * own / value)))
            else:
                found.append((j, self._forward(definition, inner, j)))
        return found

    def _backward(self, definition: int, inner: list[int], reads: list[int]) -> dict[int, Fraction | None]:
        """Return the derivatives of an expression by the cells that it reads; None has sides or is unknown."""
        nodes = self.evaluation.program.dag.nodes
        adjoint: dict[int, Fraction | None] = {definition: _ONE}
        for i in reversed(inner):
            own = adjoint.get(i, _ZERO)
            below = arguments(nodes[i])
            if own == 0 or not below:
                continue
            for j, part in zip(below, local_derivatives(self.evaluation, i, nodes[i]), strict=True):
                if part == 0:
                    continue
                before = adjoint.get(j, _ZERO)
                unknown = own is None or part is None or before is None
                adjoint[j] = None if unknown else self._kept((before or _ZERO) + (own or _ZERO) * (part or _ZERO))
        return {j: adjoint.get(j, _ZERO) for j in reads}

    def _forward(self, definition: int, inner: list[int], read: int) -> Fraction | None:
        """Return the elasticity of an expression to one cell, which often needs no value; None where sides differ."""
        nodes, values = self.evaluation.program.dag.nodes, self.evaluation.values
        sides = []
        for side in (1, -1):
            slopes: dict[int, Slope] = {}
            for i in inner:
                below = arguments(nodes[i])
                if i == read:
                    slopes[i] = Slope(values[i], _ONE)
                elif not below:
                    slopes[i] = STILL
                else:
                    known = [values.get(j) for j in below]
                    slopes[i] = node_slope(nodes[i], known, [slopes[j] for j in below], values.get(i), side)
            sides.append(slopes[definition])
        return sides[0].elasticity if sides[0].elasticity == sides[1].elasticity else None

    def elasticity(self, passes: Callable[[int, int], bool] = lambda read, cell: True) -> Fraction | None:
        """Return the sum of the effects of all ways, or None where one of them is unknown.

        Args:
            passes: whether a step from the first cell to the second counts; the others carry nothing.
        """
        return self._sums(passes).get(self.target, _ZERO)

    def _sums(self, passes: Callable[[int, int], bool] = lambda read, cell: True) -> dict[int, Fraction | None]:
        """Return for every cell the sum of the effects of all ways that lead to it."""
        sums: dict[int, Fraction | None] = dict.fromkeys(self.moved, _ONE)
        for cell, reads in self.steps.items():
            total: Fraction | None = _ZERO
            for read, local in reads:
                before = sums.get(read, _ZERO)
                if before == 0 or not passes(read, cell):
                    continue
                unknown = total is None or local is None or before is None
                total = None if unknown else self._kept((total or _ZERO) + (local or _ZERO) * (before or _ZERO))
            sums[cell] = total
        return sums

    def _rests(self) -> dict[int, Fraction | None]:
        """Return for every cell the sum of the effects of all ways from it to the target."""
        rests: dict[int, Fraction | None] = {self.target: _ONE}
        for cell, reads in reversed(self.steps.items()):
            after = rests.get(cell, _ZERO)
            for read, local in reads:
                before = rests.get(read, _ZERO)
                if after != 0:
                    unknown = after is None or local is None or before is None
                    passed = (before or _ZERO) + (local or _ZERO) * (after or _ZERO)
                    rests[read] = None if unknown else self._kept(passed)
        return rests

    def count(self) -> int:
        """Return how many ways there are along which anything passes."""
        counts = dict.fromkeys(self.moved, 1)
        for cell, reads in self.steps.items():
            counts[cell] = sum(counts.get(read, 0) for read, _ in reads)
        return counts.get(self.target, 0)

    def strongest(self, k: int) -> list[Way]:
        """Return the ways along which most passes, by the size of their effect; unknown ones last, shorter first.

        Args:
            k: how many at most.
        """
        best: dict[int, list[Way]] = {p: [Way((p,), (), _ONE)] for p in sorted(self.moved)}
        for cell, reads in self.steps.items():
            longer = (self._longer(way, cell, local) for read, local in reads for way in best.get(read, ()))
            best[cell] = nsmallest(k, longer, key=self._order)
        return best.get(self.target, [])

    def _longer(self, way: Way, cell: int, local: Fraction | None) -> Way:
        effect = None if way.effect is None or local is None else self._kept(way.effect * local)
        return Way((*way.cells, cell), (*way.elasticities, local), effect)

    def _kept(self, value: Fraction) -> Fraction:
        """Return a number as it is kept: exact, or rounded where it is too long."""
        kept = kept_fraction(value)
        self.exact = self.exact and kept is value
        return kept

    def _order(self, way: Way) -> tuple[object, ...]:
        names = tuple(self.evaluation.program.cells[p].name for p in way.cells)
        return way.effect is None, -abs(way.effect or _ZERO), len(way.cells), names

    def _through(
        self,
        some: Iterable[tuple[int, int, Fraction | None]],
        sums: dict[int, Fraction | None],
        rests: dict[int, Fraction | None],
    ) -> Fraction | None:
        """Return what passes along steps that no way takes twice."""
        total = _ZERO
        for read, cell, local in some:
            before, after = sums.get(read, _ZERO), rests.get(cell, _ZERO)
            if before == 0 or after == 0:
                continue
            if before is None or after is None or local is None:
                return None
            total = self._kept(total + before * local * after)
        return total

    def edges(self) -> dict[tuple[str, str], Fraction | None]:
        """Return by how much the elasticity falls when a rule no longer sees a quantity move, by quantity and rule.

        What passes along several edges is lost with each of them, so the losses do not add up.
        """
        cells = self.evaluation.program.cells
        steps: dict[tuple[str, str], list[tuple[int, int, Fraction | None]]] = {}
        for cell, reads in self.steps.items():
            for read, local in reads:
                steps.setdefault((cells[read].quantity, cells[cell].quantity), []).append((read, cell, local))
        sums, rests = self._sums(), self._rests()
        whole = sums.get(self.target, _ZERO)
        losses: dict[tuple[str, str], Fraction | None] = {}
        turning = _turning(steps)
        for edge, some in steps.items():
            if _returns(turning, edge):  # a way can pass it several times, by a lag
                left = self.elasticity(lambda r, c, e=edge: (cells[r].quantity, cells[c].quantity) != e)  # type: ignore[misc]
                losses[edge] = None if whole is None or left is None else whole - left
            else:
                losses[edge] = self._through(some, sums, rests)
        return losses


def _turning(edges: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the edges that are left when those that nothing leads to or from are taken away, again and again."""
    left = set(edges)
    while True:
        ends, starts = {end for _, end in left}, {start for start, _ in left}
        kept = {(start, end) for start, end in left if start in ends and end in starts}
        if len(kept) == len(left):
            return kept
        left = kept


def _returns(edges: Collection[tuple[str, str]], edge: tuple[str, str]) -> bool:
    """Return whether edges lead back from the end of one to its beginning."""
    if edge not in edges:
        return False
    onward: dict[str, list[str]] = {}
    for start, end in edges:
        onward.setdefault(start, []).append(end)
    stack, seen = [edge[1]], set()
    while stack:
        name = stack.pop()
        if name == edge[0]:
            return True
        if name not in seen:
            seen.add(name)
            stack.extend(onward.get(name, ()))
    return False
