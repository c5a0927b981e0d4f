"""The expression tree: what a rule says, as written, before names mean anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Binary", "Call", "Compare", "Expr", "Negate", "Number", "Reference", "references", "walk"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal, exact."""

    value: Fraction
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reference:
    """A quantity, optionally at chosen members, a fixed period, or a lag in periods."""

    name: str
    select: tuple[tuple[str, str], ...]
    """Members chosen with `[dimension=member]`; `period` may be among them."""
    lag: int
    """How many periods back: `x[t-1]` has lag 1."""
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Negate:
    """Unary minus."""

    argument: Expr
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Binary:
    """`+ - * / ^`."""

    operator: str
    left: Expr
    right: Expr
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Compare:
    """`< <= > >=`; only as a condition of where() and piecewise()."""

    operator: str
    left: Expr
    right: Expr
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the grammar; `over` is the dimension of sum(…, dimension)."""

    function: str
    arguments: tuple[Expr, ...]
    over: str
    span: tuple[int, int]


Expr = Number | Reference | Negate | Binary | Compare | Call


def walk(expression: Expr) -> Iterator[Expr]:
    """Yield every node, parents first, left to right, without recursion (sums may be long)."""
    stack = [expression]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case Negate(argument=inner):
                stack.append(inner)
            case Binary(left=left, right=right) | Compare(left=left, right=right):
                stack += [right, left]
            case Call(arguments=arguments):
                stack += reversed(arguments)


def references(expression: Expr) -> tuple[Reference, ...]:
    """Return the references of an expression in order of appearance."""
    return tuple(n for n in walk(expression) if isinstance(n, Reference))
