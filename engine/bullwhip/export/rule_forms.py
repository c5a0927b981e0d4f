"""What the printers of inference rules share: what they refuse, how they name things, in which order rules run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from bullwhip.datalog.predicates import Key, key_of
from bullwhip.datalog.stratify import strata
from bullwhip.datalog.values import NUMBER, read_value
from bullwhip.errors import Place, Problem, UsageError
from bullwhip.model.inference import (
    Arithmetic,
    Assign,
    Atom,
    Compare,
    Constant,
    Expression,
    Head,
    InferenceRule,
    Variable,
)

__all__ = [
    "expressions",
    "graph_keys",
    "identifier",
    "layers",
    "numbers_in",
    "operators_in",
    "refuse",
    "variables_of",
    "whole_number",
]

_PLAIN = re.compile(r"[A-Za-z0-9]")


def refuse(rules: Iterable[tuple[InferenceRule, str]], form: str, hint: str) -> None:
    """Raise for rules that a form cannot say exactly.

    Args:
        rules: each with what in it cannot be said.
        form: what the form is called in messages.
        hint: what to do.

    Raises:
        UsageError: BW514 for every one of them.
    """
    found = [
        Problem(
            "BW514",
            f"{form} cannot say exactly what inference rule {rule.id!r} says: {what}",
            Place(rule.file, rule.line) if rule.file else None,
            hint,
        )
        for rule, what in rules
    ]
    if found:
        raise UsageError(found)


def layers(rules: tuple[InferenceRule, ...]) -> list[list[tuple[InferenceRule, tuple[Head, ...]]]]:
    """Return the rules layer by layer, each with those of its heads that belong there.

    Each layer reads only what the ones before it and it itself derive.
    """
    return [
        [(rules[i], tuple(h for h in rules[i].heads if key_of(h) in stratum.keys)) for i in stratum.rules]
        for stratum in strata(rules)
    ]


def graph_keys(rules: Iterable[InferenceRule]) -> list[Key]:
    """Return the predicates with a prefix that some body reads, in order."""
    return sorted({key_of(p) for r in rules for p in r.body if isinstance(p, Atom) and ":" in p.predicate})


def expressions(rule: InferenceRule) -> Iterator[Expression]:
    """Yield the expressions that a body computes or compares."""
    for part in rule.body:
        if isinstance(part, Compare):
            yield part.left
            yield part.right
        elif isinstance(part, Assign):
            yield part.expression


def operators_in(expression: Expression) -> Iterator[str]:
    """Yield the operators of an expression."""
    if isinstance(expression, Arithmetic):
        yield expression.operator
        for argument in expression.arguments:
            yield from operators_in(argument)


def numbers_in(rule: InferenceRule) -> Iterator[Fraction]:
    """Yield the numbers that a rule computes or compares with."""
    waiting = list(expressions(rule))
    while waiting:
        expression = waiting.pop()
        if isinstance(expression, Arithmetic):
            waiting.extend(expression.arguments)
        elif isinstance(expression, Constant):
            value = read_value(expression.text)
            if value.kind == NUMBER and isinstance(value.key, Fraction):
                yield value.key


def whole_number(text: str) -> int | None:
    """Return a term that is a whole number in its shortest writing, such as `"2"^^xsd:integer`; else None."""
    match = re.fullmatch(r'"(0|-?[1-9][0-9]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#integer>', text)
    return int(match[1]) if match else None


def variables_of(rule: InferenceRule) -> list[str]:
    """Return the variables of a body in the order in which they first stand there."""
    found: dict[str, None] = {}
    for part in rule.body:
        if isinstance(part, Atom):
            found.update(dict.fromkeys(t.name for t in part.terms if isinstance(t, Variable)))
        elif isinstance(part, Assign):
            found[part.variable] = None
    return list(found)


def identifier(name: str) -> str:
    """Return a name in letters, digits and underscores that no other name gets.

    >>> identifier("bw:dependsOn"), identifier("sdmx-attribute:obsStatus"), identifier("reaches"), identifier("a_b")
    ('bw_3a_dependsOn', 'sdmx_2d_attribute_3a_obsStatus', 'reaches', 'a_5f_b')
    """
    return "".join(c if _PLAIN.fullmatch(c) else f"_{ord(c):x}_" for c in name)
