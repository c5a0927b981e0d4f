"""Inference the slow way, to compare with: all rules over sets of tuples until nothing is new, stratum by stratum.

It shares nothing with the engine: no ids, no plans, no values; numbers are read and written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from hashlib import sha256

from bullwhip.model.inference import (
    Aggregate,
    Assign,
    Atom,
    Compare,
    Constant,
    Expression,
    Head,
    InferenceProgram,
    InferenceRule,
    Skolem,
    Variable,
)

__all__ = ["Model", "naive"]

Model = dict[tuple[str, int], set[tuple[str, ...]]]
"""The facts of each predicate, by name and number of arguments."""
Binding = dict[str, str]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBER = re.compile(r'"([^"]*)"\^\^<(?:[^>]*#)(integer|decimal|rational)>')


def number(term: str) -> Fraction | None:
    """Return the number a term says."""
    found = _NUMBER.fullmatch(term)
    return Fraction(found[1]) if found else None


def written(value: Fraction) -> str:
    """Return a number as a term: whole, finite, or a quotient."""
    if value.denominator == 1:
        return f'"{value.numerator}"^^<{_XSD}integer>'
    rest, places = value.denominator, 0
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest, count = rest // prime, count + 1
        places = max(places, count)
    if rest > 1 or places > 40:
        return f'"{value.numerator}/{value.denominator}"^^<https://w3id.org/bullwhip/ontology#rational>'
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f'"{sign}{digits[:-places]}.{digits[-places:]}"^^<{_XSD}decimal>'


def calculate(expression: Expression, bound: Binding) -> Fraction | None:
    """Return the value of an expression, or None where it has none."""
    if isinstance(expression, Variable):
        return number(bound[expression.name])
    if isinstance(expression, Constant):
        return number(expression.text)
    values = [calculate(a, bound) for a in expression.arguments]
    if any(v is None for v in values):
        return None
    numbers = [v for v in values if v is not None]
    match expression.operator:
        case "+":
            return numbers[0] + numbers[1]
        case "-":
            return numbers[0] - numbers[1]
        case "*":
            return numbers[0] * numbers[1]
        case "/":
            return numbers[0] / numbers[1] if numbers[1] else None
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "abs":
            return abs(numbers[0])
        case "number":
            return numbers[0]
    raise ValueError(expression.operator)


def term_of(expression: Expression, bound: Binding) -> str | None:
    """Return the term that an expression stands for."""
    match expression:
        case Variable(name):
            return bound[name]
        case Constant(text):
            return text
    value = calculate(expression, bound)
    return None if value is None else written(value)


def passes(part: Compare, bound: Binding) -> bool:
    """Return whether a comparison holds; of numbers, or of any terms by = and !=."""
    left, right = term_of(part.left, bound), term_of(part.right, bound)
    if left is None or right is None:
        return False
    one, other = number(left), number(right)
    if one is None or other is None:
        same = left == right
        return same if part.operator == "=" else not same if part.operator == "!=" else False
    return {
        "=": one == other, "!=": one != other, "<": one < other, "<=": one <= other, ">": one > other,
        ">=": one >= other,
    }[part.operator]  # fmt: skip


def matches(rule: InferenceRule, model: Mapping[tuple[str, int], set[tuple[str, ...]]]) -> Iterator[Binding]:
    """Yield all bindings of a body: positive atoms first, then assignments, guards and negations."""
    found: list[Binding] = [{}]
    for atom in [p for p in rule.body if isinstance(p, Atom) and not p.negated]:
        found = [
            grown for bound in found for fact in sorted(model.get((atom.predicate, len(atom.terms)), ()))
            if (grown := unified(atom, fact, bound)) is not None
        ]  # fmt: skip
    for bound in found:
        full = assigned(rule, bound)
        if full is not None and all(allowed(p, full, model) for p in rule.body):
            yield full


def unified(atom: Atom, fact: tuple[str, ...], bound: Binding) -> Binding | None:
    """Return the bindings under which an atom is a fact."""
    grown = dict(bound)
    for term, text in zip(atom.terms, fact, strict=True):
        if (term.text if isinstance(term, Constant) else grown.setdefault(term.name, text)) != text:
            return None
    return grown


def assigned(rule: InferenceRule, bound: Binding) -> Binding | None:
    """Return the bindings with everything that is assigned."""
    full, todo = dict(bound), [p for p in rule.body if isinstance(p, Assign)]
    while todo:
        for part in list(todo):
            try:
                value = term_of(part.expression, full)
            except KeyError:
                continue
            if value is None:
                return None
            full[part.variable] = value
            todo.remove(part)
    return full


def allowed(part: object, bound: Binding, model: Mapping[tuple[str, int], set[tuple[str, ...]]]) -> bool:
    """Return whether a guard or a negation lets a match pass."""
    if isinstance(part, Compare):
        return passes(part, bound)
    if isinstance(part, Atom) and part.negated:
        fact = tuple(t.text if isinstance(t, Constant) else bound[t.name] for t in part.terms)
        return fact not in model.get((part.predicate, len(part.terms)), set())
    return True


def headed(head: Head, found: list[Binding]) -> set[tuple[str, ...]]:
    """Return what a head derives from the matches of its body."""
    groups: dict[tuple[str | None, ...], list[Binding]] = {}
    for bound in found:
        groups.setdefault(tuple(fixed(t, bound) for t in head.terms), []).append(bound)
    facts = set()
    for group, members in groups.items():
        row = [f if f is not None else summed(t, members) for f, t in zip(group, head.terms, strict=True)]
        if all(r is not None for r in row):
            facts.add(tuple(r for r in row if r is not None))
    return facts


def fixed(term: object, bound: Binding) -> str | None:
    """Return a term of a head for one match; None for an aggregate."""
    match term:
        case Variable(name):
            return bound[name]
        case Constant(text):
            return text
        case Skolem(kind, arguments):
            texts = [t.text if isinstance(t, Constant) else bound[t.name] for t in arguments]
            digest = sha256("\n".join([kind, *texts]).encode()).hexdigest()[:40]
            return f"<https://w3id.org/bullwhip/id/{kind}/{digest}>"
    return None


def summed(term: object, members: list[Binding]) -> str | None:
    """Return an aggregate over the matches of a group."""
    assert isinstance(term, Aggregate)
    texts = [m[term.variable] for m in members]
    if term.operator == "count":
        return written(Fraction(len(set(texts))))
    values = [number(t) for t in texts]
    if any(v is None for v in values):
        return None
    numbers = [v for v in values if v is not None]
    if term.operator == "sum":
        return written(sum(numbers, Fraction(0)))
    best = min(numbers) if term.operator == "min" else max(numbers)
    return min(t for t, v in zip(texts, numbers, strict=True) if v == best)


def levels(program: InferenceProgram) -> dict[tuple[str, int], int]:
    """Return a level for each derived predicate: above all that it negates or aggregates."""
    level = {(h.predicate, len(h.terms)): 0 for r in program.rules for h in r.heads}
    for _ in range(len(level) + 1):
        for rule in program.rules:
            for head in rule.heads:
                key = head.predicate, len(head.terms)
                strict = any(isinstance(t, Aggregate) for t in head.terms)
                for atom in [p for p in rule.body if isinstance(p, Atom)]:
                    below = level.get((atom.predicate, len(atom.terms)))
                    if below is not None:
                        level[key] = max(level[key], below + (strict or atom.negated))
    assert max(level.values(), default=0) <= len(level), "not stratifiable"
    return level


def naive(program: InferenceProgram, facts: Mapping[str, list[tuple[str, ...]]]) -> Model:
    """Return all facts of a program that may be evaluated, over rows of relations."""
    model: Model = {}
    for name, rows in facts.items():
        for row in rows:
            model.setdefault((name, len(row)), set()).add(row)
    level = levels(program)
    for current in sorted(set(level.values())):
        while True:
            before = sum(len(rows) for rows in model.values())
            for rule in program.rules:
                heads = [h for h in rule.heads if level[h.predicate, len(h.terms)] == current]
                found = list(matches(rule, model)) if heads else []
                for head in heads:
                    model.setdefault((head.predicate, len(head.terms)), set()).update(headed(head, found))
            if sum(len(rows) for rows in model.values()) == before:
                break
    return model
