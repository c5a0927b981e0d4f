"""Parts of rules as text, the way rules write them."""

from __future__ import annotations

from collections.abc import Mapping

from bullwhip.datalog.arithmetic import of_expression
from bullwhip.model.inference import Arithmetic, Assign, Atom, Compare, Constant, Expression, Term, Variable
from bullwhip.model.proof import Fact, Guard

__all__ = ["expression_text", "fact_of", "guard_of", "text_of"]


def expression_text(expression: Expression) -> str:
    """Return an expression as text.

    >>> expression_text(Arithmetic("*", (Arithmetic("+", (Variable("a"), Variable("b"))), Constant('"2"'))))
    '(?a + ?b) * "2"'
    """
    match expression:
        case Variable(name):
            return f"?{name}"
        case Constant(text):
            return text
    parts = [expression_text(a) for a in expression.arguments]
    if expression.operator not in ("+", "-", "*", "/"):
        return f"{expression.operator}({', '.join(parts)})"
    wrapped = [
        f"({p})" if isinstance(a, Arithmetic) and a.operator in ("+", "-", "*", "/") else p
        for p, a in zip(parts, expression.arguments, strict=True)
    ]
    return f" {expression.operator} ".join(wrapped)


def text_of(part: Compare | Assign) -> str:
    """Return a guard or an assignment as text."""
    if isinstance(part, Assign):
        return f"?{part.variable} = {expression_text(part.expression)}"
    return f"{expression_text(part.left)} {part.operator} {expression_text(part.right)}"


def guard_of(part: Compare | Assign, bound: Mapping[str, str], *, holds: bool = True) -> Guard:
    """Return a guard with the terms of its variables; a variable that has none is left out."""
    if isinstance(part, Assign):
        names = (part.variable, *of_expression(part.expression))
    else:
        names = (*of_expression(part.left), *of_expression(part.right))
    return Guard(text_of(part), tuple((n, bound[n]) for n in dict.fromkeys(names) if n in bound), holds)


def fact_of(atom: Atom, bound: Mapping[str, str]) -> Fact:
    """Return an atom with its variables replaced."""
    return Fact(atom.predicate, tuple(_text(t, bound) for t in atom.terms))


def _text(term: Term, bound: Mapping[str, str]) -> str:
    return term.text if isinstance(term, Constant) else bound[term.name]
