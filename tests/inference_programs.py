"""Small programs of inference written short, for the tests.

`rule("far", "path(X, Z) :- path(X, Y), edge(Y, Z).")`: capitals are variables, `<…>` and `"…"` terms as N-Triples
writes them, digits integers or decimals, other words IRIs of their own. In a body `not` negates, `X < Y` compares and
`X := Y + 1` assigns; in a head `count(X)` aggregates and `new(kind, X)` is a node.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from bullwhip.model.inference import (
    AGGREGATES,
    Aggregate,
    Arithmetic,
    Assign,
    Atom,
    Compare,
    Constant,
    Expression,
    Head,
    HeadTerm,
    InferenceProgram,
    InferenceRule,
    Part,
    Skolem,
    Term,
    Variable,
)
from bullwhip.model.label import Label

__all__ = ["XSD", "integer", "node", "program", "rule"]

XSD = "http://www.w3.org/2001/XMLSchema#"
_Read = TypeVar("_Read")
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?|<[^<>\s=]+>|:-|:=|[!<>]=|\d+(?:\.\d+)?|[\w:]+|.)')


def integer(value: int) -> str:
    """Return an integer as a term."""
    return f'"{value}"^^<{XSD}integer>'


def node(name: str) -> str:
    """Return a node as a term."""
    return f"<urn:{name}>"


def program(*texts: str) -> InferenceProgram:
    """Return the program of rules, named r00, r01, … in the order given."""
    return InferenceProgram(tuple(rule(f"r{i:02}", text) for i, text in enumerate(texts)))


def rule(name: str, text: str) -> InferenceRule:
    """Return a rule; several heads are separated by commas."""
    reader = _Reader(text)
    heads = reader.several(reader.head)
    body = reader.several(reader.part) if reader.take(":-") else ()
    return InferenceRule(name, Label(), heads, body, file="rules.yaml", line=1)


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(text.strip().removesuffix("."))

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[ahead] if ahead < len(self.tokens) else ""

    def pop(self) -> str:
        return self.tokens.pop(0)

    def take(self, token: str) -> bool:
        if self.peek() == token:
            self.pop()
            return True
        return False

    def several(self, read: Callable[[], _Read]) -> tuple[_Read, ...]:
        found = [read()]
        while self.take(","):
            found.append(read())
        return tuple(found)

    def arguments(self, read: Callable[[], _Read]) -> tuple[_Read, ...]:
        assert self.pop() == "("
        if self.take(")"):
            return ()
        found = self.several(read)
        assert self.pop() == ")"
        return found

    def head(self) -> Head:
        return Head(self.pop(), self.arguments(self.head_term))

    def head_term(self) -> HeadTerm:
        if self.peek() in AGGREGATES and self.peek(1) == "(":
            operator = self.pop()
            (variable,) = self.arguments(self.pop)
            return Aggregate(operator, variable)  # type: ignore[arg-type]  # one of them
        if self.peek() == "new" and self.peek(1) == "(":
            self.pop()
            kind, *arguments = self.arguments(self.term)
            assert isinstance(kind, Constant)
            return Skolem(kind.text[5:-1], tuple(arguments))
        return self.term()

    def term(self) -> Term:
        token = self.pop()
        if token[0] in '<"':
            return Constant(token)
        if token[0].isdigit():
            return Constant(f'"{token}"^^<{XSD}{"decimal" if "." in token else "integer"}>')
        return Variable(token) if token[0].isupper() else Constant(node(token))

    def part(self) -> Part:
        if self.take("not"):
            return Atom(self.pop(), self.arguments(self.term), negated=True)
        if self.peek(1) == "(" and self.peek() not in ("min", "max", "abs", "number"):
            return Atom(self.pop(), self.arguments(self.term))
        left = self.expression()
        comparison = self.pop()
        if comparison == ":=":
            assert isinstance(left, Variable)
            return Assign(left.name, self.expression())
        return Compare(comparison, left, self.expression())  # type: ignore[arg-type]  # one of them

    def expression(self) -> Expression:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = Arithmetic(self.pop(), (left, self.product()))
        return left

    def product(self) -> Expression:
        left = self.factor()
        while self.peek() in ("*", "/"):
            left = Arithmetic(self.pop(), (left, self.factor()))
        return left

    def factor(self) -> Expression:
        if self.take("("):
            inner = self.expression()
            assert self.pop() == ")"
            return inner
        if self.peek(1) == "(":
            return Arithmetic(self.pop(), self.arguments(self.expression))
        return self.term()
