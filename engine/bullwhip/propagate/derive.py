"""Derivatives as graphs: reverse mode over a DAG, and elasticities by the algebra of logarithmic derivatives.

Both add nodes to the DAG they are given and cost a small multiple of the graph they differentiate; neither builds an
expression. At a tie of min, max or a condition they take the branch that the value takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.expr.dag import Dag, arguments

__all__ = ["elasticity_node", "gradient"]


_Condition = tuple[str, int, int]
"""Operator and the two nodes it compares."""
_AROUND = 4
"""How many conditions around a part are minded, the innermost ones."""
_LONG = 8
"""Terms of a sum that is written in one."""
_Groups = dict[tuple[_Condition, ...], list[int]]
"""Parts of an adjoint by the conditions under each of which they are nothing."""
_APART = 4
"""How many groups are kept apart; more are added up, and only what they have in common is minded."""


def gradient(dag: Dag, output: int, inputs: Collection[int], definition: Mapping[int, int]) -> dict[int, int]:
    """Return, for each input node, the node of the derivative of `output` by it; reverse mode, all inputs at once.

    Where a condition does not take the branch that a part stands in, the part need not have a value, and neither need
    its derivative: `where(y <= 0, 0, x / y)` has the derivative 0 where y is 0.

    Args:
        dag: the graph; nodes are added to it.
        output: the node to differentiate.
        inputs: nodes to differentiate by; each is cut, so its own definition does not matter.
        definition: cell node to the node of its expression, as in `Dag.cone`.
    """
    wanted = set(inputs)
    cut = {k: v for k, v in definition.items() if k not in wanted}
    order = dag.cone((output,), cut)
    depends, fragile = _marked(dag, order, wanted, cut)
    adjoint: dict[int, _Groups] = {output: {(): [dag.num(1)]}}
    zero, bases = dag.num(0), _Bases(dag)
    found = dict.fromkeys(inputs, zero)
    for i in reversed(order):
        groups = adjoint.pop(i, None)
        if groups is None or i not in depends:
            continue
        if i in wanted:
            found[i] = _sum(dag, [p for parts in groups.values() for p in parts])
            continue
        for conditions, parts in groups.items() if len(groups) <= _APART else _joined(groups):
            total = _sum(dag, parts)
            for j, part, branch in [(cut[i], total, None)] if i in cut else _parts(dag, i, total, depends):
                if j not in depends:
                    continue
                guarded = part
                if part != total and _reads_fragile(dag, i, j, fragile):
                    for operator, left, right in conditions:
                        guarded = dag.select(operator, left, right, zero, guarded)
                around = conditions if branch is None or branch in conditions else (*conditions, branch)[-_AROUND:]
                minded = tuple(c for c in around if j not in bases.of(c)) if j in fragile else ()
                adjoint.setdefault(j, {}).setdefault(minded, []).append(guarded)
    return found


def _sum(dag: Dag, parts: list[int]) -> int:
    """Return a sum; a long one in steps, so that exact values that outgrow their limit are rounded on the way."""
    while len(parts) > _LONG:
        parts = [dag.add(*parts[k : k + 3]) for k in range(0, len(parts), 3)]
    return dag.add(*parts)


def _joined(groups: _Groups) -> list[tuple[tuple[_Condition, ...], list[int]]]:
    common = [c for c in next(iter(groups)) if all(c in conditions for conditions in groups)]
    return [(tuple(common), [p for parts in groups.values() for p in parts])]


@dataclass
class _Bases:
    """What a condition itself rests on, up to cells: where the condition holds or not, that has a value anyway."""

    dag: Dag
    known: dict[_Condition, set[int]] = field(default_factory=dict)

    def of(self, condition: _Condition) -> set[int]:
        """Return the nodes that a condition always reads."""
        found = self.known.get(condition)
        if found is None:
            found = self.known[condition] = set()
            stack = [*condition[1:]]
            while stack:
                i = stack.pop()
                if i not in found:
                    found.add(i)
                    node = self.dag.nodes[i]
                    stack.extend(node[1:3] if node[0] in ("<", "<=") else arguments(node))
        return found


def _reads_fragile(dag: Dag, i: int, j: int, fragile: Collection[int]) -> bool:
    """Return whether the partial derivative of a node by an argument may have no value; a factor reads the others."""
    node = dag.nodes[i]
    if node[0] != "*":
        return i in fragile
    return any(k in fragile for k in node[1:] if k != j) or (j in fragile and node.count(j) > 1)


def _marked(dag: Dag, order: list[int], inputs: set[int], cut: Mapping[int, int]) -> tuple[set[int], set[int]]:
    """Return the nodes that depend on an input, and those that may have no value somewhere."""
    depends: set[int] = set(inputs)
    fragile: set[int] = set()
    for i in order:
        node = dag.nodes[i]
        below = (cut[i],) if i in cut else arguments(node)
        if any(j in depends for j in below):
            depends.add(i)
        undefined = (
            (node[0] == "/" and not dag.constant(node[2]))
            or (node[0] == "^" and (node[2] < 0 or node[2].denominator != 1))
            or node[0] == "log"
        )
        if undefined or (i not in inputs and any(j in fragile for j in below)):
            fragile.add(i)
    return depends, fragile


def _parts(dag: Dag, i: int, total: int, depends: Collection[int]) -> list[tuple[int, int, _Condition | None]]:
    """Return the arguments of a node with what each gets of the node's adjoint, repeats apart.

    The condition is one where the argument gets nothing.
    """
    node = dag.nodes[i]
    operation, below = node[0], arguments(node)
    if operation == "+":
        return [(j, total, None) for j in below]
    if operation == "*":
        return [(j, part, None) for j, part in _factors(dag, total, below, depends)]
    if operation == "/":
        a, b = below
        part = dag.div(total, b)
        return [(a, part, None), (b, dag.mul(dag.num(-1), part, i), None)]
    if operation == "^":
        exponent: Fraction = node[2]
        return [(below[0], dag.mul(total, dag.num(exponent), dag.pow(below[0], exponent - 1)), None)]
    if operation in ("min", "max"):
        return [(j, part, None) for j, part in _extremes(dag, operation, total, below)]
    if operation == "abs":
        return [(below[0], dag.mul(total, dag.node("sign", below[0])), None)]
    if operation == "exp":
        return [(below[0], dag.mul(total, i), None)]
    if operation == "log":
        return [(below[0], dag.div(total, below[0]), None)]
    if operation in ("<", "<="):
        left, right, a, b = below
        zero = dag.num(0)
        return [
            (a, dag.select(operation, left, right, total, zero), ("<=" if operation == "<" else "<", right, left)),
            (b, dag.select(operation, left, right, zero, total), (operation, left, right)),
        ]
    return []  # floor, ceil, sign: flat between their jumps


def _factors(dag: Dag, total: int, below: tuple[int, ...], depends: Collection[int]) -> list[tuple[int, int]]:
    """Return for each factor that moves the product of the adjoint and all other factors; linear in their number."""
    moving = [j for j in below if j in depends]
    before = [dag.mul(total, *(j for j in below if j not in depends))]
    for j in moving[:-1]:
        before.append(dag.mul(before[-1], j))
    after = [dag.num(1)]
    for j in reversed(moving[1:]):
        after.append(dag.mul(j, after[-1]))
    return [(j, dag.mul(b, a)) for j, b, a in zip(moving, before, reversed(after), strict=True)]


def _extremes(dag: Dag, operation: str, total: int, below: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return for each argument of min or max the adjoint where it is taken, the first one at a tie."""
    zero = dag.num(0)
    rests: list[int] = [below[-1]]
    for j in reversed(below[1:-1]):  # min(a, b, c) = a where a <= min(b, c), else …
        rests.append(dag.node(operation, j, rests[-1]))
    result, reached = [], total
    for j, rest in zip(below, reversed(rests), strict=False):
        low, high = (j, rest) if operation == "min" else (rest, j)
        result.append((j, dag.select("<=", low, high, reached, zero)))
        reached = dag.select("<=", low, high, zero, reached)
    return [*result, (below[-1], reached)]


def elasticity_node(dag: Dag, output: int, inputs: Collection[int], definition: Mapping[int, int]) -> int | None:
    """Return the node of the elasticity of `output` to a common proportional move of `inputs`, or None.

    Products add elasticities, quotients subtract them, sums weigh them; the result stays close to the rules as they
    are written. None where the form would need one that is not defined.
    """
    cut = {k: v for k, v in definition.items() if k not in inputs}
    elasticity: dict[int, int] = {}
    one, zero = dag.num(1), dag.num(0)
    for i in dag.cone((output,), cut):
        if i in inputs:
            elasticity[i] = one
            continue
        node = dag.nodes[i]
        below = (cut[i],) if i in cut else arguments(node)
        inner = [elasticity[j] for j in below]
        if all(e == zero for e in inner):
            elasticity[i] = zero
        elif i in cut:
            elasticity[i] = inner[0]
        else:
            found = _log_derivative(dag, i, inner)
            if found is None:
                return None
            elasticity[i] = found
    return elasticity[output]


def _log_derivative(dag: Dag, i: int, inner: list[int]) -> int | None:
    node = dag.nodes[i]
    operation, below = node[0], arguments(node)
    zero = dag.num(0)
    if operation == "+":
        if all(e == inner[0] for e in inner):
            return inner[0]
        weighted = [_times(dag, e, j) for e, j in zip(inner, below, strict=True) if e != zero]
        return dag.div(dag.add(*weighted), i)
    if operation == "*":
        return _plus(dag, inner)
    if operation == "/":
        return _plus(dag, [inner[0], _times(dag, dag.num(-1), inner[1])])
    if operation == "^":
        return _times(dag, dag.num(node[2]), inner[0])
    if operation in ("min", "max"):
        result = inner[-1]
        rest = below[-1]
        for j, e in zip(reversed(below[:-1]), reversed(inner[:-1]), strict=True):
            low, high = (j, rest) if operation == "min" else (rest, j)
            result = dag.select("<=", low, high, e, result)
            rest = dag.node(operation, j, rest)
        return result
    if operation == "abs":
        return inner[0]
    if operation == "exp":
        return _times(dag, below[0], inner[0])
    if operation == "log":
        return dag.div(inner[0], i)
    if operation in ("<", "<="):
        return dag.select(operation, below[0], below[1], inner[2], inner[3])
    return zero if operation in ("floor", "ceil", "sign") else None


def _times(dag: Dag, a: int, b: int) -> int:
    """Multiply, folding constants: elasticities of monomials come out as plain numbers."""
    x, y = dag.constant(a), dag.constant(b)
    return dag.num(x * y) if x is not None and y is not None else dag.mul(a, b)


def _plus(dag: Dag, terms: list[int]) -> int:
    constants = [c for c in (dag.constant(t) for t in terms) if c is not None]
    total = sum(constants, Fraction(0))
    rest = [t for t in terms if dag.constant(t) is None]
    return dag.add(*rest, dag.num(total)) if rest else dag.num(total)
