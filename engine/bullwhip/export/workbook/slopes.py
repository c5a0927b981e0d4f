"""Elasticities by one chosen driver as spreadsheet formulas, carried forward cell by cell (convention §10).

The elasticity of a product is the sum of those of its factors, of a quotient their difference, of a power a multiple;
of a sum it is the mean weighted by the terms, and where all terms have the same, that one without any value. So an
elasticity is known in the workbook where the engine knows it. At a kink it is #N/A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bullwhip.export.workbook.formulas import LONGEST, Formulas, Text, literal
from bullwhip.expr.dag import Node, arguments

__all__ = ["Slopes"]

_SUM, _PRODUCT, _ATOM = 0, 1, 2
_INLINE = 600
_SHORT = 60
_FAR = "1E+300"


@dataclass
class Slopes:
    """Formulas for the elasticity of nodes; None stands for zero whatever the driver is."""

    formulas: Formulas
    cells: Sequence[str]
    """Reference to the elasticity of each cell, by position."""
    _texts: dict[int, Text | None] = field(default_factory=dict)

    def formula(self, node: int) -> str:
        """Return the formula of a node's elasticity, with the equals sign."""
        text = self.slope(node)
        return "=0" if text is None else f"={text.text}"

    def slope(self, node: int) -> Text | None:
        """Return the text of a node's elasticity."""
        nodes = self.formulas.dag.nodes
        for i in self.formulas.dag.cone((node,), {}):
            if i in self._texts:
                continue
            text = self._write(nodes[i])
            if text is not None and len(text.text) > (LONGEST if i == node else _INLINE):
                text = Text(self.formulas.helper(i, text.text, slope=True))
            self._texts[i] = text
        return self._texts[node]

    def _write(self, node: Node) -> Text | None:
        if node[0] == "num":
            return None
        if node[0] == "cell":
            return Text(self.cells[node[1]])
        if all(self._texts[j] is None for j in arguments(node)):
            return None
        return _WRITERS[node[0]](self, node)

    def _atom(self, node: int) -> str:
        text = self._texts[node]
        if text is None:
            return "0"
        if text.level == _ATOM and len(text.text) <= 3 * _SHORT:
            return text.text
        return self.formulas.helper(node, text.text, slope=True)

    def product_of(self, node: Node) -> Text:
        """Return the sum of the elasticities of factors."""
        parts = [t.within(_PRODUCT) for j in node[1:] if (t := self._texts[j]) is not None]
        if len(parts) == 1:
            return Text(parts[0], _PRODUCT)
        return Text(self.formulas.joined(parts, "+".join, slope=True), _SUM)

    def quotient_of(self, node: Node) -> Text:
        """Return the difference of two elasticities."""
        above, below = (self._texts[j] for j in node[1:])
        if below is None:
            return above or Text("0")
        return Text(f"{'' if above is None else above.text}-{below.within(_PRODUCT)}", _SUM)

    def power_of(self, node: Node) -> Text:
        """Return a multiple of the elasticity of the base."""
        return Text(f"{literal(node[2]).within(_ATOM)}*{self._atom(node[1])}", _PRODUCT)

    def sum_of(self, node: Node) -> Text:
        """Return the mean of the elasticities of terms, weighted by them; the common one where all are equal."""
        value, some = self.formulas, list(node[1:])
        slopes = [self._atom(j) for j in some]
        weighted = [f"{value.atom(j)}*{s}" for j, s in zip(some, slopes, strict=True) if s != "0"]
        total = value.joined([value.atom(j) for j in some], "+".join)
        mean = f"({value.joined(weighted, '+'.join, slope=True)})/({total})"
        return Text(f"IF({self._equal(slopes)},{slopes[0]},{mean})")

    def _equal(self, slopes: Sequence[str]) -> str:
        pairs = [f"{slopes[0]}={s}" for s in slopes[1:]]
        return pairs[0] if len(pairs) == 1 else self.formulas.joined(pairs, lambda p: f"AND({','.join(p)})", slope=True)

    def extreme_of(self, node: Node) -> Text:
        """Return the elasticity of what binds; of several at a tie only where they agree."""
        value, some = self.formulas, list(node[1:])
        parts = [(value.atom(j), self._atom(j)) for j in some]
        name = node[0].upper()
        extreme = value.joined([v for v, _ in parts], lambda p: f"{name}({','.join(p)})")
        if len(extreme) > _SHORT:
            extreme = value.helper(-1, extreme)
        ends = [self._furthest(end, far, parts, extreme) for end, far in (("MAX", f"-{_FAR}"), ("MIN", _FAR))]
        first = ends[0] if len(ends[0]) <= _SHORT else value.helper(-1, ends[0], slope=True)
        common = f"IF({self._equal([s for _, s in parts])},{parts[0][1]},NA())"
        return Text(f"IF(ISNUMBER({extreme}),IF({first}={ends[1]},{first},NA()),{common})")

    def _furthest(self, end: str, far: str, parts: Sequence[tuple[str, str]], extreme: str) -> str:
        """Return the largest or smallest elasticity of the arguments that are the extreme one."""
        binding = [f"IF({v}={extreme},{s},{far})" for v, s in parts]
        return self.formulas.joined(binding, lambda some: f"{end}({','.join(some)})", slope=True)

    def absolute_of(self, node: Node) -> Text:
        """Return the elasticity of the argument; at zero there is none."""
        value, slope = self.formulas.atom(node[1]), self._atom(node[1])
        return Text(f"IF({slope}=0,0,IF(ISNUMBER({value}),IF({value}=0,NA(),{slope}),{slope}))")

    def step_of(self, node: Node) -> Text:
        """Return zero between the jumps of floor and ceil, and nothing at one."""
        value, slope = self.formulas.atom(node[1]), self._atom(node[1])
        return Text(f"IF({slope}=0,0,IF({value}=INT({value}),NA(),0))")

    def sign_of(self, node: Node) -> Text:
        """Return zero away from the jump of sign."""
        value, slope = self.formulas.atom(node[1]), self._atom(node[1])
        return Text(f"IF({slope}=0,0,IF({value}=0,NA(),0))")

    def exponential_of(self, node: Node) -> Text:
        """Return the derivative of the exponent."""
        value, slope = self.formulas.atom(node[1]), self._atom(node[1])
        return Text(f"IF({slope}=0,0,{slope}*{value})")

    def logarithm_of(self, node: Node) -> Text:
        """Return the elasticity of the argument over the logarithm."""
        value, slope = self.formulas.atom(node[1]), self._atom(node[1])
        return Text(f"IF({slope}=0,0,{slope}/LN({value}))")

    def select_of(self, node: Node) -> Text:
        """Return the elasticity of the branch that is taken; at the threshold only where both agree."""
        value = self.formulas
        left, right = (value.atom(j) for j in node[1:3])
        moves = [f"{self._atom(j)}=0" for j in node[1:3] if self._texts[j] is not None]
        a, b = (self._atom(j) for j in node[3:])
        same = f"{value.atom(node[3])}={value.atom(node[4])}"
        taken = f"IF({left}{node[0]}{right},{a},{b})"
        agreed = f"IF(AND({same},{a}={b}),{a},NA())"
        nothing = ",".join([*moves, f"{a}=0", f"{b}=0"])
        unknown = f"IF(AND({nothing}),0,{agreed})"
        if not moves:
            return Text(f"IF(ISNA({left}{node[0]}{right}),{unknown},{taken})")
        still = moves[0] if len(moves) == 1 else f"AND({','.join(moves)})"
        at = f"IF({still},{taken},{agreed})"
        return Text(f"IF(ISNA({left}={right}),{unknown},IF({left}={right},{at},{taken}))")


_WRITERS: Mapping[str, Callable[[Slopes, Node], Text]] = {
    "+": Slopes.sum_of,
    "*": Slopes.product_of,
    "/": Slopes.quotient_of,
    "^": Slopes.power_of,
    "min": Slopes.extreme_of,
    "max": Slopes.extreme_of,
    "abs": Slopes.absolute_of,
    "floor": Slopes.step_of,
    "ceil": Slopes.step_of,
    "sign": Slopes.sign_of,
    "exp": Slopes.exponential_of,
    "log": Slopes.logarithm_of,
    "<": Slopes.select_of,
    "<=": Slopes.select_of,
}
