"""Derivatives as graphs: reverse mode over a DAG, and elasticities by the algebra of logarithmic derivatives.

Both add nodes to the DAG they are given and cost a small multiple of the graph they differentiate; neither builds an
expression. At a tie of min, max or a condition they take the branch that the value takes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from bullwhip.expr.dag import Dag, arguments

__all__ = ["elasticity_node", "gradient"]


def gradient(dag: Dag, output: int, inputs: Collection[int], definition: Mapping[int, int]) -> dict[int, int]:
    """Return, for each input node, the node of the derivative of `output` by it; reverse mode, all inputs at once.

    Args:
        dag: the graph; nodes are added to it.
        output: the node to differentiate.
        inputs: nodes to differentiate by; each is cut, so its own definition does not matter.
        definition: cell node to the node of its expression, as in `Dag.cone`.
    """
    cut = {k: v for k, v in definition.items() if k not in inputs}
    order = dag.cone((output,), cut)
    depends: set[int] = set(inputs)
    for i in order:
        below = (cut[i],) if i in cut else arguments(dag.nodes[i])
        if any(j in depends for j in below):
            depends.add(i)
    adjoint: dict[int, list[int]] = {output: [dag.num(1)]}
    for i in reversed(order):
        parts = adjoint.get(i)
        if parts is None or i in inputs or i not in depends:
            continue
        total = dag.add(*parts)
        adjoint[i] = [total]
        if i in cut:
            adjoint.setdefault(cut[i], []).append(total)
            continue
        for j, local in _partials(dag, i):
            if j in depends:
                adjoint.setdefault(j, []).append(dag.mul(total, local))
    return {n: dag.add(*adjoint[n]) if n in adjoint else dag.num(0) for n in inputs}


def _partials(dag: Dag, i: int) -> list[tuple[int, int]]:
    """Return the arguments of a node with the node of the partial derivative by each, repeats listed apart."""
    node = dag.nodes[i]
    operation, below = node[0], arguments(node)
    one, zero = dag.num(1), dag.num(0)
    if operation == "+":
        return [(j, one) for j in below]
    if operation == "*":
        return [(j, dag.mul(*(below[m] for m in range(len(below)) if m != k))) for k, j in enumerate(below)]
    if operation == "/":
        a, b = below
        return [(a, dag.div(one, b)), (b, dag.neg(dag.div(i, b)))]
    if operation == "^":
        exponent: Fraction = node[2]
        return [(below[0], dag.mul(dag.num(exponent), dag.pow(below[0], exponent - 1)))]
    if operation in ("min", "max"):
        parts = []
        rest: int | None = None
        for j in reversed(below):  # min(a, b, c) = a where a <= min(b, c), else …
            others = rest
            rest = j if rest is None else dag.node(operation, j, rest)
            parts.append((j, others))
        result, reached = [], one
        for j, others in reversed(parts):
            if others is None:
                result.append((j, reached))
                continue
            low, high = (j, others) if operation == "min" else (others, j)
            result.append((j, dag.select("<=", low, high, reached, zero)))
            reached = dag.select("<=", low, high, zero, reached)
        return result
    if operation == "abs":
        return [(below[0], dag.node("sign", below[0]))]
    if operation == "exp":
        return [(below[0], i)]
    if operation == "log":
        return [(below[0], dag.div(one, below[0]))]
    if operation in ("<", "<="):
        left, right, a, b = below
        return [
            (a, dag.select(operation, left, right, one, zero)),
            (b, dag.select(operation, left, right, zero, one)),
        ]
    return [(j, zero) for j in below]  # floor, ceil, sign: flat between their jumps


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
