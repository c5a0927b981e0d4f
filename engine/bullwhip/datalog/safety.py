"""Whether every variable of a rule is bound, and every part of it has a form that can be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bullwhip.datalog.predicates import is_known, is_of_graph
from bullwhip.errors import Place, Problem, did_you_mean
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
    InferenceRule,
    Skolem,
    Variable,
)
from bullwhip.terms import PREFIXES

__all__ = ["aggregates", "made_from", "unsafe"]

_ARITY = {
    "+": (2, 2),
    "-": (2, 2),
    "*": (2, 2),
    "/": (2, 2),
    "min": (1, 99),
    "max": (1, 99),
    "abs": (1, 1),
    "number": (1, 1),
}
"""Fewest and most arguments of an operation."""


def aggregates(head: Head) -> bool:
    """Return whether a head sums up several matches."""
    return any(isinstance(t, Aggregate) for t in head.terms)


def made_from(rule: InferenceRule) -> dict[str, tuple[frozenset[str], bool]]:
    """Return for each assigned variable what atoms bind of what it is made of, and whether it is a new number."""
    found: dict[str, tuple[frozenset[str], bool]] = {}
    todo = [p for p in rule.body if isinstance(p, Assign)]
    names = {p.variable for p in todo}
    while todo:
        ready = [p for p in todo if all(v in found or v not in names for v in _variables(p.expression))]
        if not ready:
            break
        for part in ready:
            sources: set[str] = set()
            is_new = isinstance(part.expression, Arithmetic)
            for name in _variables(part.expression):
                before, was_new = found.get(name, (frozenset({name}), False))
                sources |= before
                is_new = is_new or was_new
            found[part.variable] = (frozenset(sources), is_new)
        todo = [p for p in todo if p not in ready]
    return found


def _variables(expression: Expression) -> tuple[str, ...]:
    match expression:
        case Variable(name):
            return (name,)
        case Arithmetic():
            return tuple(v for a in expression.arguments for v in _variables(a))
        case _:
            return ()


def unsafe(rule: InferenceRule) -> Iterator[Problem]:
    """Yield a problem for each variable that nothing binds or two things do, and for each part of the wrong form."""
    place = Place(rule.file, rule.line) if rule.file else None
    atoms = {
        t.name for p in rule.body if isinstance(p, Atom) and not p.negated for t in p.terms if isinstance(t, Variable)
    }
    assigned = [p.variable for p in rule.body if isinstance(p, Assign)]
    for name in sorted({n for n in assigned if n in atoms or assigned.count(n) > 1}):
        message = f"variable ?{name} of rule {rule.id!r} is assigned and bound by something else as well"
        yield Problem("BW603", message, place, "assign to a variable of its own, and compare the two by =")
    bound = atoms | made_from(rule).keys()
    told: set[str] = set()
    for where, name in _needed(rule):
        if name not in bound and name not in told:
            told.add(name)
            message = f"variable ?{name} of rule {rule.id!r} stands in {where}, and nothing binds it"
            hint = "let it stand in an atom of the body that is not negated, or assign it from bound variables"
            yield Problem("BW603", message, place, hint)
    for message, hint in _forms(rule):
        yield Problem("BW604", message, place, hint)


def _needed(rule: InferenceRule) -> Iterator[tuple[str, str]]:
    """Yield every variable that something has to bind, with where it stands."""
    for part in rule.body:
        match part:
            case Atom(negated=True):
                yield from ((f"a negation of {part.predicate}", t.name) for t in part.terms if isinstance(t, Variable))
            case Compare():
                yield from (("a comparison", v) for v in (*_variables(part.left), *_variables(part.right)))
            case Assign():
                yield from ((f"the assignment of ?{part.variable}", v) for v in _variables(part.expression))
    for head in rule.heads:
        for term in head.terms:
            match term:
                case Variable(name):
                    yield f"the head {head.predicate}", name
                case Aggregate():
                    yield f"the {term.operator} of the head {head.predicate}", term.variable
                case Skolem():
                    for argument in term.arguments:
                        if isinstance(argument, Variable):
                            yield f"the new node of the head {head.predicate}", argument.name


def _forms(rule: InferenceRule) -> Iterator[tuple[str, str]]:
    """Yield what has the wrong form, with what to do."""
    if not rule.heads:
        yield f"rule {rule.id!r} derives nothing", "give it a head"
    for predicate, count, where in _uses(rule):
        if not is_known(predicate):
            prefix = predicate.partition(":")[0]
            hint = did_you_mean(prefix, PREFIXES) or f"known prefixes: {', '.join(sorted(PREFIXES))}"
            yield f"rule {rule.id!r} uses {predicate}, and there is no prefix {prefix!r}", hint
        if is_of_graph(predicate) and not 1 <= count <= 3:
            yield (
                f"rule {rule.id!r} uses {predicate} with {count} arguments; the graph has one for a class, two for a "
                "property, three with the named graph",
                "use a relation without a prefix for anything else",
            )
        elif where == "head" and is_of_graph(predicate) and count == 3:
            yield (
                f"rule {rule.id!r} derives {predicate} within a named graph; what a document says is not derived",
                "leave out the graph",
            )
    for head in rule.heads:
        for term in head.terms:
            if isinstance(term, Aggregate) and term.operator not in AGGREGATES:
                yield f"rule {rule.id!r} has the aggregate {term.operator!r}", f"use {', '.join(AGGREGATES)}"
        first = head.terms[0] if head.terms else None
        if is_of_graph(head.predicate) and isinstance(first, Constant) and first.text.startswith('"'):
            yield f"rule {rule.id!r} derives a triple about the literal {first.text}", "only nodes have triples"
    for operator, count in _operations(rule):
        least, most = _ARITY.get(operator, (0, 0))
        if not least <= count <= most:
            yield f"rule {rule.id!r} has the operation {operator!r} of {count} arguments", f"use {', '.join(_ARITY)}"


def _uses(rule: InferenceRule) -> Iterator[tuple[str, int, str]]:
    yield from ((h.predicate, len(h.terms), "head") for h in rule.heads)
    yield from ((p.predicate, len(p.terms), "body") for p in rule.body if isinstance(p, Atom))


def _operations(rule: InferenceRule) -> Iterator[tuple[str, int]]:
    todo: list[Expression] = []
    for part in rule.body:
        if isinstance(part, Compare):
            todo += [part.left, part.right]
        elif isinstance(part, Assign):
            todo.append(part.expression)
    yield from _within(todo)


def _within(expressions: Iterable[Expression]) -> Iterator[tuple[str, int]]:
    for expression in expressions:
        if isinstance(expression, Arithmetic):
            yield expression.operator, len(expression.arguments)
            yield from _within(expression.arguments)
