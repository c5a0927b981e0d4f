"""The algebra of units over an expression: which dimension it has, and where it does not fit (convention §8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference, references
from bullwhip.units import DIMENSIONLESS, divide, multiply, named, power, show
from bullwhip.units import Dimension as UnitDimension

__all__ = ["UnitCheck"]

_WHOLE_COUNT_ONLY = ("floor", "ceil")
_PURE = ("exp", "log")
_SHOWN = 4
"""Names of an expression whose dimensions are told."""

_PHYSICAL = frozenset({"time", "mass", "length", "temperature", "current", "data", "flop", "operation"})


class _RefusedError(Exception):
    """Stops the unit check of one expression after its first problem: later ones would be echoes."""


class UnitCheck:
    """Finds the dimension of an expression whose names have known dimensions.

    Args:
        units: dimension of every name that the expression reads.
        report: takes code, message, span of the text, and hint of a problem.
        text: the expression as written, quoted in messages.
    """

    def __init__(
        self,
        units: Mapping[str, UnitDimension],
        report: Callable[[str, str, tuple[int, int], str], None],
        text: str,
    ) -> None:
        self.units, self.report, self.text = units, report, text

    def expect(self, tree: Expr, expected: UnitDimension, declared: str) -> None:
        """Report where the dimension of an expression does not exist or is not the declared one."""
        try:
            result = self.dimension(tree)
        except _RefusedError:
            return
        if result is not None and result != expected:
            message = f"the expression gives {show(result)}, the rule declares {named(declared, expected)}"
            missing = divide(expected, result)
            hint = f"a factor of {show(missing)} is missing; " if len(missing) <= 4 else ""
            self.report("BW205", message, tree.span, hint + self._terms(tree))

    def _terms(self, tree: Expr) -> str:
        """Return what each name of an expression is, so that the wrong one shows."""
        names = list(dict.fromkeys(r.name for r in references(tree)))
        said = [f"{name} is {show(self.units[name])}" for name in names[:_SHOWN]]
        more = [f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
        return ", ".join([*said, *more]) or f"{self._words(tree)} is dimensionless"

    def dimension(self, tree: Expr) -> UnitDimension | None:
        """Return the dimension of a part; None for a literal zero, which fits everything."""
        match tree:
            case Number(value=value):
                return None if value == 0 else DIMENSIONLESS
            case Reference(name=name):
                return self.units[name]
            case Negate(argument=inner):
                return self.dimension(inner)
            case Compare(left=left, right=right):
                self._same(tree, (left, right), "the comparison")
                return DIMENSIONLESS
            case Binary():
                return self._binary(tree)
            case Call():
                return self._call(tree)

    def _binary(self, tree: Binary) -> UnitDimension | None:
        if tree.operator == "^":
            assert isinstance(tree.right, Number)  # noqa: S101  the grammar admits nothing else
            base = self.dimension(tree.left)
            if base is None:  # 0^2 is a zero of any unit, 0^0 is one
                return None if tree.right.value > 0 else DIMENSIONLESS
            return power(base, tree.right.value)
        chain: list[tuple[str, Expr]] = []
        node: Expr = tree
        operators = "+-" if tree.operator in "+-" else "*/"
        while isinstance(node, Binary) and node.operator in operators:
            chain.append((node.operator, node.right))
            node = node.left
        parts = [("+" if operators == "+-" else "*", node), *reversed(chain)]
        if operators == "+-":
            return self._same(tree, tuple(p for _, p in parts), "the sum")
        result: UnitDimension = DIMENSIONLESS
        for operator, part in parts:
            unit = self.dimension(part)
            if unit is not None:
                result = multiply(result, unit) if operator == "*" else divide(result, unit)
        return result

    def _same(self, tree: Expr, parts: tuple[Expr, ...], what: str) -> UnitDimension | None:
        common: UnitDimension | None = None
        first: Expr | None = None
        for part in parts:
            unit = self.dimension(part)
            if unit is None:
                continue
            if common is None:
                common, first = unit, part
            elif unit != common:
                assert first is not None  # noqa: S101  set together with common
                message = f"{what} mixes {show(common)} ({self._words(first)}) with {show(unit)} ({self._words(part)})"
                self.report("BW205", message, part.span, self._advice(common, unit))
                raise _RefusedError
        return common

    def _words(self, tree: Expr) -> str:
        words = self.text[tree.span[0] : tree.span[1]]
        return words if len(words) <= 60 else f"{words[:57]}…"

    def _advice(self, a: UnitDimension, b: UnitDimension) -> str:
        money = {n for n, _ in (*a, *b) if n.startswith("money_")}
        if len(money) > 1:
            return "two currencies are joined only by an exchange rate, which is a driver"
        if {("time", Fraction(-1))} == set(a) ^ set(b):
            return "one of them is per unit of time and the other is not"
        missing = divide(a, b)
        return f"a factor of {show(missing)} would make the second like the first" if len(missing) <= 4 else ""

    def _call(self, tree: Call) -> UnitDimension | None:
        name, arguments = tree.function, tree.arguments
        if name in ("min", "max"):
            return self._same(tree, arguments, f"{name}()")
        if name == "where":
            self.dimension(arguments[0])
            return self._same(tree, arguments[1:], "where()")
        if name == "piecewise":
            for condition in arguments[:-1:2]:
                self.dimension(condition)
            return self._same(tree, (*arguments[1:-1:2], arguments[-1]), "piecewise()")
        if name in ("yoy", "cagr", "index"):
            return DIMENSIONLESS
        unit = self.dimension(arguments[0])
        if name == "sqrt":
            return unit if unit is None else power(unit, Fraction(1, 2))
        if name in _PURE and unit not in (None, DIMENSIONLESS):
            message = f"{name}() of {show(unit or ())} ({self._words(arguments[0])}), which should be dimensionless"
            self.report("BW205", message, tree.span, "divide by a reference amount first")
            raise _RefusedError
        if name in _WHOLE_COUNT_ONLY and unit is not None and any(self._measured(n) for n, _ in unit):
            said = f"{show(unit)} ({self._words(arguments[0])})"
            message = f"{name}() of {said} depends on the unit it is written in, and should be dimensionless or a count"
            self.report(
                "BW205",
                message,
                tree.span,
                "only counts and pure numbers are rounded; divide by a unit amount first",
            )
            raise _RefusedError
        return DIMENSIONLESS if name in _PURE else unit

    @staticmethod
    def _measured(dimension: str) -> bool:
        return dimension in _PHYSICAL or dimension.startswith("money_") or dimension.startswith("calendar_")
