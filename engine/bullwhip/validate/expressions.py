"""Checks every rule's expression: names, indices, periods, units, sums over alternatives (convention §2, §3, §8).

Alignment is strict. A reference may have fewer dimensions than the rule that reads it (it is the same for all members);
it may never have a dimension that the rule lacks, unless a member is chosen or the dimension is summed.
"""

from __future__ import annotations

from collections.abc import Mapping

from bullwhip.errors import Problem, did_you_mean
from bullwhip.expr.tree import Binary, Call, Compare, Expr, Negate, Number, Reference, references, walk
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.model.source import MapNode, ScalarNode
from bullwhip.validate.declarations import Declarations
from bullwhip.validate.unit_check import UnitCheck

__all__ = ["check_expressions"]


def check_expressions(
    found: Declarations,
    dimensions: Mapping[str, Dimension],
    periods: tuple[int, ...],
    problems: list[Problem],
) -> None:
    """Append a problem for everything that does not hold in any expression or variant."""
    for name in found.quantities:
        if name in found.expressions:
            _Check(found, dimensions, periods, problems, name, "expression", found.expressions[name]).run()
        for variant, tree in found.variants.get(name, {}).items():
            _Check(found, dimensions, periods, problems, name, variant, tree).run()


class _Check:
    def __init__(
        self,
        found: Declarations,
        dimensions: Mapping[str, Dimension],
        periods: tuple[int, ...],
        problems: list[Problem],
        name: str,
        key: str,
        tree: Expr,
    ) -> None:
        self.found, self.dimensions, self.periods = found, dimensions, periods
        self.problems, self.name, self.tree = problems, name, tree
        self.quantity = found.quantities[name]
        node = found.nodes[name]
        variants = node.items.get("variants")
        is_variant = tree is not found.expressions.get(name) and isinstance(variants, MapNode)
        self.node = variants.items.get(key) if is_variant else node.items.get(key)  # type: ignore[union-attr]

    def report(self, code: str, message: str, span: tuple[int, int], hint: str = "") -> None:
        place = self.node.locate(*span) if isinstance(self.node, ScalarNode) else self.found.place(self.name)
        self.problems.append(Problem(code, f"in {self.name!r}: {message}", place, hint))

    def run(self) -> None:
        before = len(self.problems)
        for reference in references(self.tree):
            self.check_name(reference)
        if len(self.problems) > before or self.found.unaligned & {self.name, *(r.name for r in references(self.tree))}:
            return
        self.check_alignment(self.tree, frozenset(self.quantity.dimensions), self.quantity.timed)
        if len(self.problems) == before:
            self.check_units()

    # -- names and indices ------------------------------------------------------------------------------------------

    def check_name(self, reference: Reference) -> None:
        target = self.found.quantities.get(reference.name)
        if target is None:
            hint = did_you_mean(reference.name, self.found.quantities) or "declare it under drivers: or rules:"
            if reference.name in self.dimensions:
                hint = f"{reference.name!r} is a dimension, not a quantity"
            self.report("BW201", f"no quantity {reference.name!r}", reference.span, hint)
            return
        for dimension, member in reference.select:
            if dimension == "period":
                self.check_fixed_period(reference, target, member)
            elif dimension not in target.dimensions:
                hint = (
                    f"its dimensions: {', '.join(target.dimensions)}" if target.dimensions else "it has no dimensions"
                )
                self.report("BW207", f"{target.id!r} has no dimension {dimension!r}", reference.span, hint)
            elif member not in self.dimensions[dimension].members:
                hint = did_you_mean(member, self.dimensions[dimension].members, "members")
                self.report("BW207", f"{member!r} is not a member of {dimension!r}", reference.span, hint)
        if reference.lag and not target.timed:
            self.report("BW207", f"{target.id!r} has no periods, so it cannot be lagged", reference.span)

    def check_fixed_period(self, reference: Reference, target: Quantity, member: str) -> None:
        if not target.timed:
            self.report("BW207", f"{target.id!r} has no periods", reference.span)
        elif not member.isdigit() or int(member) not in self.periods:
            span = f"{self.periods[0]} to {self.periods[-1]}" if self.periods else "none declared"
            self.report("BW207", f"{member!r} is not a period", reference.span, f"periods: {span}")
        if reference.lag:
            self.report("BW207", "a fixed period cannot be lagged", reference.span)

    def check_alignment(self, tree: Expr, free: frozenset[str], timed: bool) -> None:
        match tree:
            case Reference():
                self.align(tree, free, timed)
            case Negate(argument=inner):
                self.check_alignment(inner, free, timed)
            case Binary(left=left, right=right) | Compare(left=left, right=right):
                stack = [left, right]
                while stack:  # long sums lean left; walk them without deep recursion
                    node = stack.pop()
                    if isinstance(node, Binary):
                        stack += [node.left, node.right]
                    else:
                        self.check_alignment(node, free, timed)
            case Call(function="sum", arguments=(inner,), over=over):
                self.check_sum(tree, inner, over, free, timed)
            case Call(function=function, arguments=arguments):
                if function in ("delta", "yoy", "lag", "cum", "cagr", "index"):
                    self.check_time_function(tree, timed)
                    self.align(arguments[0], free, True)  # type: ignore[arg-type]
                else:
                    for argument in arguments:
                        self.check_alignment(argument, free, timed)
            case _:
                pass

    def align(self, reference: Reference, free: frozenset[str], timed: bool) -> None:
        target = self.found.quantities[reference.name]
        chosen = {d for d, _ in reference.select}
        for dimension in target.dimensions:
            if dimension not in free and dimension not in chosen:
                members = self.dimensions[dimension].members
                example = f"{reference.name}[{dimension}={members[0] if members else '…'}]"
                if self.dimensions[dimension].alternatives:
                    hint = f"choose one, e.g. {example}; its members are alternatives and cannot be summed"
                else:
                    hint = f"add {dimension!r} to foreach, choose a member ({example}), or sum(…, {dimension})"
                self.report(
                    "BW207",
                    f"{target.id!r} has the dimension {dimension!r}, {self.name!r} has not",
                    reference.span,
                    hint,
                )
        if target.timed and not timed and "period" not in chosen:
            first = self.periods[0] if self.periods else "…"
            hint = f"add period to foreach, or fix one: {reference.name}[period={first}]"
            self.report("BW207", f"{target.id!r} has periods, {self.name!r} has not", reference.span, hint)

    def check_sum(self, call: Call, inner: Expr, over: str, free: frozenset[str], timed: bool) -> None:
        if over == "period":
            if not self.varies_in_time(inner):
                self.report("BW207", "nothing inside this sum varies by period", call.span, "multiply instead")
            elif isinstance(inner, Reference):
                self.check_flow("sum() over periods", inner)
            self.check_alignment(inner, free, True)
            return
        dimension = self.dimensions.get(over)
        if dimension is None:
            hint = did_you_mean(over, [*self.dimensions, "period"], "dimensions")
            self.report("BW201", f"no dimension {over!r} to sum over", call.span, hint)
            return
        if dimension.alternatives:
            message = f"the members of {over!r} are alternatives and may not be added up"
            self.report("BW213", message, call.span, f"choose one: [{over}={dimension.members[0]}]")
            return
        if over in free:
            self.report(
                "BW207",
                f"{self.name!r} already runs over {over!r}",
                call.span,
                "drop it from foreach or drop the sum",
            )
            return
        varies = any(
            over in self.found.quantities[r.name].dimensions and over not in {d for d, _ in r.select}
            for r in references(inner)
        )
        if not varies:
            inside = [d for r in references(inner) for d in self.found.quantities[r.name].dimensions]
            hint = f"dimensions inside: {', '.join(dict.fromkeys(inside)) or 'none'}"
            self.report("BW207", f"nothing inside this sum has the dimension {over!r}", call.span, hint)
            return
        self.check_alignment(inner, free | {over}, timed)

    def check_flow(self, what: str, reference: Reference) -> None:
        """Report what is no amount per period, and so has no total over periods."""
        kind = self.found.quantities[reference.name].kind
        if kind and kind != "flow":
            example = f"{reference.name}[period={self.periods[-1]}]" if self.periods else f"{reference.name}[period=…]"
            hint = f"only flows add up over time; take one period, e.g. {example}"
            self.report("BW213", f"{what} adds up {reference.name!r}, a {kind}", reference.span, hint)

    def varies_in_time(self, tree: Expr) -> bool:
        stack = [tree]
        while stack:
            match stack.pop():
                case Reference(name=name, select=select):
                    if self.found.quantities[name].timed and "period" not in dict(select):
                        return True
                case Negate(argument=inner):
                    stack.append(inner)
                case Binary(left=left, right=right) | Compare(left=left, right=right):
                    stack += [left, right]
                case Call(function="cagr") | Call(function="sum", over="period"):
                    pass
                case Call(arguments=arguments):
                    stack += arguments
                case _:
                    pass
        return False

    def check_time_function(self, call: Call, timed: bool) -> None:
        reference = call.arguments[0]
        assert isinstance(reference, Reference)  # noqa: S101  the grammar admits nothing else
        if "period" in dict(reference.select) or (reference.lag and call.function == "cagr"):
            message = f"{call.function}() chooses the periods of {reference.name!r} itself"
            self.report("BW207", message, reference.span, "name the quantity without a period")
        if not self.found.quantities[reference.name].timed:
            self.report("BW207", f"{call.function}() needs periods, and {reference.name!r} has none", call.span)
        elif not timed and call.function != "cagr":
            self.report("BW207", f"{call.function}() needs periods, and {self.name!r} has none", call.span)
        elif call.function == "cum":
            self.check_flow("cum()", reference)
        if call.function in ("cagr", "index"):
            for argument in call.arguments[1:]:
                period = argument.value if isinstance(argument, Number) else None
                if period not in self.periods:
                    self.report("BW207", f"{period} is not a period", argument.span)
        if call.function == "cagr":
            values = [a.value for a in call.arguments[1:] if isinstance(a, Number)]
            if len(values) == 2 and values[0] >= values[1]:
                self.report("BW207", "cagr() needs a later second period", call.span)

    # -- units ------------------------------------------------------------------------------------------------------

    def check_units(self) -> None:
        if any(r.name not in self.found.units for r in references(self.tree)) or self.name not in self.found.units:
            return  # a unit that could not be read has been reported where it is declared
        units = {r.name: self.found.units[r.name].dimension for r in references(self.tree)}
        text = self.node.value if isinstance(self.node, ScalarNode) else ""
        check = UnitCheck(units, self.report, text)
        check.expect(self.tree, self.found.units[self.name].dimension, self.quantity.unit)


def unused_names(found: Declarations) -> set[str]:
    """Return the quantities that no expression or variant names; none where a rule or a name could not be read."""
    named: set[str] = set()
    for name in found.quantities:
        trees = [found.expressions.get(name), *found.variants.get(name, {}).values()]
        named |= {n.name for t in trees if t is not None for n in walk(t) if isinstance(n, Reference)}
    if found.unread or not named <= set(found.quantities):
        return set()  # what seems unused may be what was meant
    return set(found.quantities) - named
