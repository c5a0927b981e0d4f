"""Small wrong changes to a source text, wherever an operator, a boundary, a sign or a branch can slip."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Mutant", "mutants", "number_of_mutants"]

_OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.And: ast.Or,
    ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_CONTEXT = 40
"""Characters shown before and behind a slip."""
_SETTINGS = {"repr", "compare", "slots", "frozen", "strict"}
"""Keywords that say how a record shows or guards itself, not what it computes."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A source text with one slip."""

    line: int
    function: str
    before: str
    after: str
    """The smallest expression around the slip, before and after."""
    text: str
    """The whole source."""


def number_of_mutants(source: str) -> int:
    """Return how many mutants a source text has."""
    return sum(1 for _ in _edits(ast.parse(source), "module"))


def mutants(source: str, wanted: Collection[int] | None = None) -> Iterator[Mutant]:
    """Yield the mutants of a source text, in order: all, or those of the wanted numbers.

    Messages, annotations, decorators and assertions are left alone.

    >>> [m.after for m in mutants("def f(a): return -a if a < 0 else a")]
    ['-a if False else a', '-a if a <= 0 else a', '-a if a < 1 else a', '-a if a < -1 else a', 'a if a < 0 else a']
    """
    tree = ast.parse(source)
    for number, edit in enumerate(list(_edits(tree, "module"))):
        if wanted is None or number in wanted:
            yield edit.apply(tree)


@dataclass(frozen=True, slots=True)
class _Edit:
    """One field of one node, and what to put there."""

    node: Any
    field: str
    index: int | None
    new: Any
    around: Any
    """The node that is shown."""
    function: str

    def apply(self, tree: ast.Module) -> Mutant:
        before = _shown(self.around)
        old = self._put(self.new)
        after, text = _shown(self.around), ast.unparse(tree) + "\n"
        self._put(old)
        return Mutant(self.around.lineno, self.function, *_apart(before, after), text)

    def _put(self, new: Any) -> Any:
        if self.index is None:
            old = getattr(self.node, self.field)
            setattr(self.node, self.field, new)
            return old
        items = getattr(self.node, self.field)
        old, items[self.index] = items[self.index], new
        return old


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.If | ast.While):
        return f"{'if' if isinstance(node, ast.If) else 'while'} {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())


def _apart(before: str, after: str) -> tuple[str, str]:
    """Cut two texts down to where they differ, with some of what stands around it."""
    same = next(
        (k for k, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    start = max(0, same - _CONTEXT)

    def cut(text: str, other: str) -> str:
        end = min(len(text), same + _CONTEXT + max(0, len(text) - len(other)))
        return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"

    return cut(before, after), cut(after, before)


def _edits(tree: ast.AST, function: str, around: ast.AST | None = None) -> Iterator[_Edit]:
    for field, index, node in _children(tree):
        name = f"{function}.{node.name}".removeprefix("module.") if _is_scope(node) else function
        shown = node if isinstance(node, ast.expr) and not isinstance(around, ast.expr) else around
        if isinstance(node, ast.stmt):
            shown = node if not hasattr(node, "body") else None
        if isinstance(node, ast.If | ast.While):
            shown = node
        at = shown or node
        if hasattr(at, "lineno"):
            for new in _replaced(node):
                yield _Edit(tree, field, index, new, at if at is not node else tree, function)
            for inner_field, inner_index, new in _changed(node):
                yield _Edit(node, inner_field, inner_index, new, at, function)
        yield from _edits(node, name, shown)


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, Any]]:
    """Yield the parts of a node that compute something."""
    if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    if isinstance(node, ast.keyword) and node.arg in _SETTINGS:
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_comment", "ctx", "op", "ops"):
            continue
        if isinstance(value, ast.AST):
            yield field, None, value
        elif isinstance(value, list):
            yield from ((field, k, v) for k, v in enumerate(value) if isinstance(v, ast.AST))


def _replaced(node: Any) -> Iterator[ast.AST]:
    """Yield what could stand in a node's place: its argument without the minus or the not."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand


def _changed(node: Any) -> Iterator[tuple[str, int | None, Any]]:
    """Yield changed fields of a node."""
    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in _OPERATORS:
            yield "op", None, _OPERATORS[type(op)]()
        case ast.Compare(ops=ops):
            yield from (("ops", k, _OPERATORS[type(op)]()) for k, op in enumerate(ops))
        case ast.Constant(value=bool() as value):
            yield "value", None, not value
        case ast.Constant(value=int() as value):
            yield "value", None, value + 1
            yield "value", None, value - 1
        case ast.If() | ast.IfExp():
            yield "test", None, ast.Constant(value=False)
        case ast.Name(id=name) if name in _CALLS:
            yield "id", None, _CALLS[name]
