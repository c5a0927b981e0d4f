"""Proofs checked step by step against the rules; of evaluation, only the reading of terms is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from bullwhip.datalog.predicates import with_plain_types
from bullwhip.datalog.values import NUMBER, compare, number_term, read_value, skolem_term, stated_number
from bullwhip.model.inference import (
    Aggregate,
    Arithmetic,
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
from bullwhip.model.proof import Fact, Match, Proof, Step

__all__ = ["replay"]


def replay(proof: Proof, program: InferenceProgram, holds: Callable[[Fact], bool]) -> tuple[str, ...]:
    """Return what is wrong with a proof; nothing where every step follows.

    Args:
        proof: the proof.
        program: the rules it should follow from.
        holds: says of a fact whether it holds; asked about what a proof says is absent.
    """
    rules = {r.id: r for r in with_plain_types(program.rules)}
    return tuple(
        f"step {i}, {step.fact}: {wrong}"
        for i, step in enumerate(proof.steps)
        for wrong in _step(i, step, proof.steps, rules, holds)
    )


def _step(
    place: int, step: Step, steps: Sequence[Step], rules: Mapping[str, InferenceRule], holds: Callable[[Fact], bool]
) -> Iterator[str]:
    if not step.rule:
        if not step.graphs or step.matches:
            yield "it is neither stated nor derived"
        return
    rule = rules.get(step.rule)
    if rule is None:
        yield f"there is no rule {step.rule!r}"
        return
    for match in step.matches:
        if any(p <= place for p in match.premises):
            yield "it rests on what comes before it"
        found = list(_match(rule, match, [steps[p].fact for p in match.premises], holds))
        yield from found
        if found:
            return
    if len({m.bindings for m in step.matches}) < len(step.matches):
        yield "a match is listed twice"
    if len(step.matches) == step.matched and not any(_gives(h, step) for h in rule.heads):
        yield "no head of the rule gives it"


def _match(rule: InferenceRule, match: Match, premises: list[Fact], holds: Callable[[Fact], bool]) -> Iterator[str]:
    bound = dict(match.bindings)
    if set(bound) != _variables(rule):
        yield f"it binds {', '.join(sorted(bound))} and not {', '.join(sorted(_variables(rule)))}"
        return
    expected = [_fact(p, bound) for p in rule.body if isinstance(p, Atom) and not p.negated]
    if expected != premises:
        yield f"its premises are {', '.join(map(str, premises))} and not {', '.join(map(str, expected))}"
    absent = [_fact(p, bound) for p in rule.body if isinstance(p, Atom) and p.negated]
    if absent != list(match.absent):
        yield "what is absent is not what the rule negates"
    yield from (f"{fact} holds" for fact in absent if holds(fact))
    for part in rule.body:
        if isinstance(part, Assign) and _term(part.expression, bound) != bound[part.variable]:
            yield f"?{part.variable} is not what is assigned to it"
        if isinstance(part, Compare):
            left, right = _term(part.left, bound), _term(part.right, bound)
            if left is None or right is None or not _compares(part.operator, left, right):
                yield f"{left} {part.operator} {right} does not hold"
    if any(not g.holds for g in match.guards):
        yield "a guard fails"


def _variables(rule: InferenceRule) -> set[str]:
    atoms = {t.name for p in rule.body if isinstance(p, Atom) for t in p.terms if isinstance(t, Variable)}
    return atoms | {p.variable for p in rule.body if isinstance(p, Assign)}


def _fact(atom: Atom, bound: Mapping[str, str]) -> Fact:
    return Fact(atom.predicate, tuple(t.text if isinstance(t, Constant) else bound[t.name] for t in atom.terms))


def _compares(operator: str, left: str, right: str) -> bool:
    return compare(operator, read_value(left), read_value(right), left == right) is True


def _term(expression: Expression, bound: Mapping[str, str]) -> str | None:
    match expression:
        case Variable(name):
            return bound[name]
        case Constant(text):
            return text
    value = _value(expression, bound)
    return None if value is None else number_term(value)


def _value(expression: Expression, bound: Mapping[str, str]) -> Fraction | None:
    if not isinstance(expression, Arithmetic):
        text = bound[expression.name] if isinstance(expression, Variable) else expression.text
        return _number(text)
    if expression.operator == "number" and not isinstance(expression.arguments[0], Arithmetic):
        return stated_number(_term(expression.arguments[0], bound) or "")
    values = [v for a in expression.arguments if (v := _value(a, bound)) is not None]
    if len(values) < len(expression.arguments):
        return None
    first, last = values[0], values[-1]
    match expression.operator:
        case "+":
            return first + last
        case "-":
            return first - last
        case "*":
            return first * last
        case "/":
            return first / last if last else None
        case "abs":
            return abs(first)
        case "number":
            return first
    return min(values) if expression.operator == "min" else max(values)


def _number(term: str) -> Fraction | None:
    value = read_value(term)
    return value.key if value.kind == NUMBER and isinstance(value.key, Fraction) else None


def _gives(head: Head, step: Step) -> bool:
    """Return whether a head gives the fact of a step."""
    if head.predicate != step.fact.predicate or len(head.terms) != len(step.fact.terms):
        return False
    for term, text in zip(head.terms, step.fact.terms, strict=True):
        for match in step.matches:
            bound = dict(match.bindings)
            match term:
                case Variable(name) if bound[name] != text:
                    return False
                case Constant(known) if known != text:
                    return False
                case Skolem(kind, arguments):
                    texts = tuple(a.text if isinstance(a, Constant) else bound[a.name] for a in arguments)
                    if skolem_term(kind, texts) != text:
                        return False
        if isinstance(term, Aggregate) and not _sums_up(
            term, [dict(m.bindings)[term.variable] for m in step.matches], text
        ):
            return False
    return any(isinstance(t, Aggregate) for t in head.terms) or len(step.matches) == 1


def _sums_up(term: Aggregate, texts: list[str], result: str) -> bool:
    if term.operator == "count":
        return number_term(Fraction(len(set(texts)))) == result
    if term.operator == "sum":
        values = [v for t in texts if (v := _number(t)) is not None]
        return len(values) == len(texts) and number_term(sum(values, Fraction(0))) == result
    order = "<=" if term.operator == "min" else ">="
    return result in texts and all(_compares(order, result, t) for t in texts)
