"""Looks for the smallest change that turns a recomputed figure into the print: a hypothesis, never a verdict.

Tried in this order: digits swapped or a scale slipped in the print; an input dropped, applied twice, or turned upside
down; a neighbouring row or column, or another print of the same thing; another exponent; a slip in one input; a digit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from bullwhip.audit.prints import Printed, read_print
from bullwhip.audit.verdict import Hypothesis, figure_text
from bullwhip.expr.tree import Binary, Call, Expr, Negate, Number
from bullwhip.model.claim import Claim

if TYPE_CHECKING:
    from bullwhip.audit.derived import Computation

__all__ = ["Tables", "explain_print", "explain_value"]

_MAX = 5
_MAX_EDITS = 200
_OPPOSITE = {"+": "-", "-": "+", "*": "/", "/": "*"}


class Tables:
    """Claims with their neighbours: beside them in a table, or on the same subject and measure in the text."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.groups: dict[tuple[str, ...], list[Claim]] = {}
        self.grids: dict[tuple[str, ...], dict[tuple[int, int, str], list[Claim]]] = {}
        self.places: dict[tuple[str, ...], tuple[dict[str, int], dict[str, int]]] = {}
        for claim in claims:
            self.groups.setdefault(self.key(claim), []).append(claim)

    @staticmethod
    def key(claim: Claim) -> tuple[str, ...]:
        """Return what groups a claim with its neighbours."""
        if claim.table:
            return (claim.document, claim.locator)
        return (claim.document, "", claim.subject, claim.measure)

    def near(self, claim: Claim) -> list[Claim]:
        """Return the cells beside a cell in its row and column, or the statements of the same subject and measure."""
        key = self.key(claim)
        if not claim.table:
            return [c for c in self.groups[key] if c.id != claim.id and c.unit == claim.unit]
        if key not in self.grids:
            self.lay_out(key)
        (rows, columns), grid = self.places[key], self.grids[key]
        row, column = rows[claim.row], columns[claim.column]
        beside = ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column))
        return [c for at in beside for c in grid.get((*at, claim.part), ())]

    def lay_out(self, key: tuple[str, ...]) -> None:
        """Number the rows and columns of a table in the order of print; done once, as a table may be large."""
        rows = {row: i for i, row in enumerate(dict.fromkeys(c.row for c in self.groups[key]))}
        columns = {column: i for i, column in enumerate(dict.fromkeys(c.column for c in self.groups[key]))}
        grid: dict[tuple[int, int, str], list[Claim]] = {}
        for c in self.groups[key]:
            grid.setdefault((rows[c.row], columns[c.column], c.part), []).append(c)
        self.places[key], self.grids[key] = (rows, columns), grid


def explain_print(computation: Computation, printed: Printed) -> tuple[Hypothesis, ...]:
    """Return at most five hypotheses for a print that its derivation contradicts."""
    found: list[Hypothesis] = []
    point = computation.value(computation.trees[""], "")
    for hypothesis, value in _candidates(computation, printed, point):
        if value is not None and printed.matches(value) and hypothesis not in found:
            found.append(hypothesis)
        if len(found) == _MAX:
            break
    return tuple(found)


def explain_value(printed: Printed, value: Fraction) -> str:
    """Return the slip of the pen that turns a value into a print, or an empty text."""
    for slip, meant in printed.slips():
        if Printed(meant, printed.places).matches(value):
            return slip
    return ""


def _candidates(
    computation: Computation, printed: Printed, point: Fraction | None
) -> Iterator[tuple[Hypothesis, Fraction | None]]:
    """Yield hypotheses with the value that each would print, the smallest change first."""
    if point is not None:
        for slip, meant in (*printed.swapped(), *printed.shifted()):
            if Printed(meant, printed.places).matches(point):
                yield Hypothesis(slip), printed.value
        yield Hypothesis("the sign is lost"), -point
    text = computation.derivation.expression
    if printed.value:  # nearly any change of a method can give a zero
        for change, tree in islice(_edits(computation.trees[""], text), _MAX_EDITS):
            yield Hypothesis(change), computation.value(tree)
    yield from _other_figures(computation)
    for change, tree in _exponents(computation.trees[""]):
        yield Hypothesis(change), computation.value(tree)
    yield from _slipped_inputs(computation)
    if point is not None:
        for slip, meant in printed.mistyped():
            if Printed(meant, printed.places).matches(point):
                yield Hypothesis(slip), printed.value


def _edits(tree: Expr, text: str) -> Iterator[tuple[str, Expr]]:
    """Yield expressions with one input dropped, then one applied twice, then one operation turned round."""

    def words(part: Expr) -> str:
        return text[part.span[0] : part.span[1]].strip("() ")

    places = [(node, rebuild) for node, rebuild in _places(tree) if isinstance(node, Binary) and node.operator != "^"]
    for node, rebuild in places:
        yield f"without {words(node.right)}", rebuild(node.left)
        if node.operator in "+*":
            yield f"without {words(node.left)}", rebuild(node.right)
    for node, rebuild in places:
        if not isinstance(node.right, Number):
            yield f"{words(node.right)} applied twice", rebuild(replace(node, left=node))
    for node, rebuild in places:
        yield (
            f"{words(node.left)} {_OPPOSITE[node.operator]} {words(node.right)} instead of {node.operator}",
            rebuild(replace(node, operator=_OPPOSITE[node.operator])),
        )
        if node.operator in "-/":
            yield (
                f"{words(node.right)} and {words(node.left)} exchanged",
                rebuild(replace(node, left=node.right, right=node.left)),
            )


def _exponents(tree: Expr) -> Iterator[tuple[str, Expr]]:
    """Yield expressions with a neighbouring exponent, as a growth rate over one year more or less."""
    for node, rebuild in _places(tree):
        if not (isinstance(node, Binary) and node.operator == "^" and isinstance(node.right, Number)):
            continue
        power = node.right.value
        if power.denominator > 1:
            others = [Fraction(1, power.denominator + k) for k in (-1, 1) if power.denominator + k > 0]
        else:
            others = [power + k for k in (-1, 1)]
        for other in others:
            yield f"exponent {other} instead of {power}", rebuild(replace(node, right=replace(node.right, value=other)))


_Rebuild = Callable[[Expr], Expr]


def _places(tree: Expr) -> Iterator[tuple[Expr, _Rebuild]]:
    """Yield every part of a tree with a function that rebuilds the tree around another part."""
    yield tree, lambda part: part
    for child, around in _children(tree):
        for node, rebuild in _places(child):
            yield node, _chained(around, rebuild)


def _chained(outer: _Rebuild, inner: _Rebuild) -> _Rebuild:
    return lambda part: outer(inner(part))


def _children(tree: Expr) -> list[tuple[Expr, _Rebuild]]:
    """Return the direct parts of a tree, each with a function that puts another part in its place."""
    match tree:
        case Negate(argument=inner):
            return [(inner, lambda part: replace(tree, argument=part))]
        case Binary(left=left, right=right):
            return [(left, lambda part: replace(tree, left=part)), (right, lambda part: replace(tree, right=part))]
        case Call(arguments=arguments):
            return [(a, _argument_of(tree, i)) for i, a in enumerate(arguments)]
        case _:
            return []


def _argument_of(tree: Call, i: int) -> _Rebuild:
    return lambda part: replace(tree, arguments=(*tree.arguments[:i], part, *tree.arguments[i + 1 :]))


def _other_figures(computation: Computation) -> Iterator[tuple[Hypothesis, Fraction | None]]:
    """Yield values with one figure read from a neighbouring cell, or from another print of the same statement."""
    for number, figure in enumerate(computation.instance.reads):
        claim = computation.claims[figure.claim]
        for other in computation.tables.near(claim):
            if other.value is not None and other.value != claim.value and other.id != computation.result.id:
                result = computation.result
                change = f"with {figure_text(other, result)} in place of {figure_text(claim, result)}"
                value = computation.value(computation.trees[""], "", {number: other.value * figure.factor})
                yield Hypothesis(change, claim.id), value


def _slipped_inputs(computation: Computation) -> Iterator[tuple[Hypothesis, Fraction | None]]:
    """Yield values with a slip in one input: two digits swapped, a scale, a digit."""
    own = read_print(computation.result)
    for figure in computation.instance.reads:
        claim = computation.claims[figure.claim]
        printed, needed = read_print(claim), computation.required(claim, exact=True)
        if printed is None or needed is None or own is None:
            continue
        for slip, meant in (*printed.swapped(), *printed.shifted(), *printed.mistyped()):
            if needed.holds(meant):
                yield Hypothesis(f"{slip} in {figure_text(claim, computation.result)}", claim.id), own.value
