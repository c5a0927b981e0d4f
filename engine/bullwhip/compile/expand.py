"""Expands a rule's expression at one cell: names become cells, sugar becomes arithmetic, units become factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from bullwhip.compile.cells import Key, periods_of
from bullwhip.expr.dag import Dag
from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference, references
from bullwhip.model.quantity import Dimension, Quantity, index_text
from bullwhip.units import Unit

__all__ = ["Expander", "MissingCellError"]


class MissingCellError(Exception):
    """An expression reaches a cell that does not exist; `span` says where in its text, `hint` what to do."""

    def __init__(self, message: str, span: tuple[int, int], hint: str) -> None:
        super().__init__(message)
        self.span = span
        self.hint = hint


class Expander:
    """Builds the DAG of one expression at a time.

    A reference enters multiplied by the factor of its unit, and the whole is divided by the factor of the rule's
    unit, so that every cell holds its value in its own unit and every closed form shows the factors it uses.
    """

    def __init__(
        self,
        quantities: Mapping[str, Quantity],
        dimensions: Mapping[str, Dimension],
        units: Mapping[str, Unit],
        periods: tuple[int, ...],
        dag: Dag,
        node_of: Callable[[Key], int | None],
    ) -> None:
        self.quantities, self.dimensions, self.units = quantities, dimensions, units
        self.periods, self.dag, self.node_of = periods, dag, node_of
        self.members: dict[str, str] = {}
        self.period: int | None = None

    def expand(self, key: Key, tree: Expr) -> int:
        """Return the node that defines a cell."""
        name, index, self.period = key
        self.members = dict(index)
        factor = self.units[name].factor
        node, scale = self._scaled(tree)
        return self._times(node, scale / factor)

    def _times(self, node: int, scale: Fraction) -> int:
        if scale == 1:
            return node
        if scale.numerator == 1:
            return self.dag.div(node, self.dag.num(scale.denominator))
        return self.dag.times(self.dag.num(scale), node)

    def _scaled(self, tree: Expr) -> tuple[int, Fraction]:
        """Return a node and the factor that its value still has to be multiplied by.

        Products and quotients pass their factors up, so that `kW` times `CNY/kW` shows no factor at all; everything
        else settles its factors below.
        """
        if isinstance(tree, Reference):
            return self._reference(tree, tree.lag), self.units[tree.name].factor
        if isinstance(tree, Negate):
            node, scale = self._scaled(tree.argument)
            return self.dag.neg(node), scale
        if isinstance(tree, Binary) and tree.operator in "*/":
            parts: list[tuple[str, Expr]] = []
            inner: Expr = tree
            while isinstance(inner, Binary) and inner.operator in "*/":
                parts.append((inner.operator, inner.right))
                inner = inner.left
            node, scale = self._scaled(inner)
            for operator, part in reversed(parts):
                other, other_scale = self._scaled(part)
                if operator == "*":
                    node, scale = self.dag.times(node, other), scale * other_scale
                else:
                    node, scale = self.dag.div(node, other), scale / other_scale
            return node, scale
        if isinstance(tree, Binary) and tree.operator in "+-":
            return self._sum(self._terms(tree))
        if isinstance(tree, Call) and tree.function == "sum":
            return self._sum([("+", *pair) for pair in self._members_of_sum(tree)])
        return self._settled(tree), Fraction(1)

    def _terms(self, tree: Expr) -> list[tuple[str, int, Fraction]]:
        parts: list[tuple[str, Expr]] = []
        inner = tree
        while isinstance(inner, Binary) and inner.operator in "+-":
            parts.append((inner.operator, inner.right))
            inner = inner.left
        return [(operator, *self._scaled(part)) for operator, part in [("+", inner), *reversed(parts)]]

    def _sum(self, terms: list[tuple[str, int, Fraction]]) -> tuple[int, Fraction]:
        """Add terms; where all carry the same factor it stays outside the sum."""
        scales = {scale for _, node, scale in terms if self.dag.constant(node) != 0}
        common = scales.pop() if len(scales) == 1 else Fraction(1)
        nodes = []
        for operator, node, scale in terms:
            settled = node if self.dag.constant(node) == 0 else self._times(node, scale / common)
            nodes.append(settled if operator == "+" else self.dag.neg(settled))
        return self.dag.add(*nodes), common

    def _node(self, tree: Expr) -> int:
        """Return a node whose value needs no further factor."""
        return self._times(*self._scaled(tree))

    def _settled(self, tree: Expr) -> int:
        dag = self.dag
        match tree:
            case Number(value=value):
                return dag.num(value)
            case Binary(left=left, right=Number(value=exponent)):
                base = self._node(left)
                return base if exponent == 1 else dag.node("^", base, exponent)
            case Call(function="min" | "max" as function, arguments=arguments):
                return dag.node(function, *(self._node(a) for a in arguments))
            case Call(function="abs" | "floor" | "ceil" | "exp" | "log" as function, arguments=(argument,)):
                return dag.node(function, self._node(argument))
            case Call(function="sqrt", arguments=(argument,)):
                return dag.pow(self._node(argument), Fraction(1, 2))
            case Call(function="where" | "piecewise", arguments=arguments):
                return self._select(arguments)
            case Call():
                return self._over_time(tree)
            case _:
                raise AssertionError(f"not an expression: {tree}")  # the grammar admits nothing else

    def _select(self, arguments: tuple[Expr, ...]) -> int:
        result = self._node(arguments[-1])
        for condition, value in zip(arguments[-3::-2], arguments[-2::-2], strict=True):
            assert isinstance(condition, Compare)  # noqa: S101  the grammar admits nothing else
            left, right = self._node(condition.left), self._node(condition.right)
            if condition.operator in (">", ">="):
                left, right = right, left
            operator = "<" if condition.operator in ("<", ">") else "<="
            result = self.dag.select(operator, left, right, self._node(value), result)
        return result

    def _members_of_sum(self, tree: Call) -> list[tuple[int, Fraction]]:
        inner, over = tree.arguments[0], tree.over
        saved_period, parts = self.period, []
        if over == "period":
            for period in self._periods_in(inner):
                self.period = period
                parts.append(self._scaled(inner))
            self.period = saved_period
            return parts
        for member in self._members_in(inner, over):
            self.members[over] = member
            parts.append(self._scaled(inner))
        del self.members[over]
        return parts

    def _members_in(self, tree: Expr, over: str) -> tuple[str, ...]:
        """Return the members that a sum runs over: those of the index set of what it adds up.

        Where several quantities in it have index sets, they have to agree; else a member would drop out in silence.
        """
        every = self.dimensions[over].members
        narrowed: tuple[str, set[str]] | None = None
        for reference in references(tree):
            target, chosen = self.quantities[reference.name], dict(reference.select)
            if not target.where or over not in target.dimensions or over in chosen:
                continue
            known = {**self.members, **chosen}
            fitting = {
                dict(index)[over] for index in target.where if all(known.get(d, m) == m for d, m in index if d != over)
            }
            if narrowed is not None and narrowed[1] != fitting:
                message = f"{narrowed[0]!r} and {target.id!r} exist at different members of {over!r}"
                raise MissingCellError(message, reference.span, "add them up in two sums, or give them one where list")
            if not fitting:
                message = f"{target.id!r} exists at no member of {over!r} here"
                raise MissingCellError(message, reference.span, f"the where list of {target.id!r} leaves them out")
            narrowed = target.id, fitting
        return every if narrowed is None else tuple(m for m in every if m in narrowed[1])

    def _periods_in(self, tree: Expr) -> list[int]:
        ranges = [
            {p for p in periods_of(self.quantities[r.name], self.periods) if p is not None}
            for r in references(tree)
            if self.quantities[r.name].timed
        ]
        return sorted(set.intersection(*ranges)) if ranges else list(self.periods)

    def _over_time(self, tree: Call) -> int:
        """Expand lag, delta, yoy, cum, cagr and index, all of which look at other periods of one quantity."""
        reference = tree.arguments[0]
        assert isinstance(reference, Reference)  # noqa: S101  the grammar admits nothing else
        numbers = [a.value for a in tree.arguments[1:] if isinstance(a, Number)]
        factor = self.units[reference.name].factor
        dag = self.dag

        def at(period: int | None) -> int:
            return self._reference(replace(reference, select=(*reference.select, ("period", str(period))), lag=0), 0)

        now = (self.period or 0) - reference.lag
        match tree.function:
            case "lag":
                return self._times(at(now - int(numbers[0])), factor)
            case "delta":
                return self._times(dag.add(at(now), dag.neg(at(now - 1))), factor)
            case "yoy":
                return dag.add(dag.div(at(now), at(now - 1)), dag.num(-1))
            case "cum":
                at(now)  # refused before the first period: nothing has been added up yet
                first = periods_of(self.quantities[reference.name], self.periods)[0]
                return self._times(dag.add(*(at(p) for p in range(first or 0, now + 1))), factor)
            case "cagr":
                start, end = int(numbers[0]), int(numbers[1])
                ratio = dag.div(at(end), at(start))
                return dag.add(dag.pow(ratio, Fraction(1, end - start)), dag.num(-1))
            case _:
                return dag.div(at(now), at(int(numbers[0])))

    def _reference(self, reference: Reference, lag: int) -> int:
        target = self.quantities[reference.name]
        chosen = dict(reference.select)
        index = tuple((d, chosen.get(d) or self.members[d]) for d in target.dimensions)
        period: int | None = None
        if target.timed:
            period = int(chosen["period"]) if "period" in chosen else (self.period or 0) - lag
        node = self.node_of((target.id, index, period))
        if node is None:
            hint = "declare since: a later period, or given: the periods whose value is a fact"
            if target.where and index not in target.where:
                hint = f"the where list of {target.id!r} leaves it out"
            raise MissingCellError(f"{index_text(target.id, index, period)} does not exist", reference.span, hint)
        return node
