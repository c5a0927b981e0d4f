"""Inference rules as Datalog text of other engines, Nemo and clingo, so that their answers can be laid beside ours.

Both count whole numbers only, so that rules with other numbers are refused; matches with other numbers in the facts are
found by neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bullwhip.datalog.predicates import Key, canonical, iri, key_of, with_plain_types
from bullwhip.datalog.values import NUMBER, read_value
from bullwhip.export.rule_forms import (
    expressions,
    graph_keys,
    identifier,
    numbers_in,
    operators_in,
    refuse,
    variables_of,
    whole_number,
)
from bullwhip.model.inference import (
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
from bullwhip.terms import BASE, PREFIXES

__all__ = ["clingo_name", "clingo_term", "nemo_name", "to_clingo", "to_nemo"]

_MOST = 2**31 - 1
_HINT = "keep such a rule out of what is printed, or scale its numbers to whole ones"


def _check(rules: Iterable[InferenceRule], form: str, most: int) -> None:
    """Refuse rules that do not count in whole numbers that the engine can hold."""
    found = []
    for rule in rules:
        operators = {o for e in expressions(rule) for o in operators_in(e)}
        if "/" in operators or "number" in operators:
            found.append((rule, "a division" if "/" in operators else "number() of a text"))
        elif any(n.denominator != 1 or abs(n) > most for n in numbers_in(rule)):
            found.append((rule, f"a number that is not whole or beyond ±{most}"))
        elif any(_orders_texts(p) for p in rule.body):
            found.append((rule, "an order of texts or dates"))
    refuse(found, form, _HINT)


def _orders_texts(part: Part) -> bool:
    if not isinstance(part, Compare) or part.operator in ("=", "!="):
        return False
    return any(isinstance(s, Constant) and read_value(s.text).kind != NUMBER for s in (part.left, part.right))


# -- clingo -----------------------------------------------------------------------------------------------------------


def clingo_name(key: Key) -> str:
    """Return the predicate of clingo: `p_` for what is of the graph, `r_` for relations; clingo tells arities apart.

    >>> clingo_name(("bw:dependsOn", 2)), clingo_name(("reaches", 2))
    ('p_bw_3a_dependsOn', 'r_reaches')
    """
    return f"{'p' if ':' in key[0] else 'r'}_{identifier(key[0])}"


def clingo_term(text: str) -> str:
    r"""Return a term as clingo writes it: a whole number within 32 bits as one, all others as a text.

    >>> clingo_term("<urn:a>"), clingo_term('"2"^^<http://www.w3.org/2001/XMLSchema#integer>'), clingo_term('"a"')
    ('"<urn:a>"', '2', '"\\"a\\""')
    """
    number = whole_number(text)
    if number is not None and abs(number) <= _MOST:
        return str(number)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def to_clingo(program: InferenceProgram, facts: Mapping[Key, Iterable[tuple[str, ...]]] | None = None) -> str:
    """Return the rules as an answer set program, with the facts that they read.

    Args:
        program: the rules.
        facts: rows of terms by predicate, as the graph states them.

    Raises:
        UsageError: BW514 for rules that do not count in whole numbers.
    """
    _check(program.rules, "clingo", _MOST)
    lines = [
        "% Inference rules for clingo. Terms are texts as N-Triples writes them, whole numbers are numbers; p_… are",
        "% classes and properties, with the graph as third argument where one is read, r_… relations of the rules.",
        "% Only whole numbers within 32 bits are computed and compared; facts with others match no such part.",
    ]
    for key, rows in sorted((facts or {}).items()):
        name = clingo_name(key)
        lines += [f"{name}({','.join(map(clingo_term, row))})." for row in sorted(set(rows))]
    for rule in with_plain_types(program.rules):
        lines += ["", f"% rule {rule.id}"]
        writer = _Clingo(rule)
        lines += [writer.write(head) for head in rule.heads]
    return "\n".join(lines) + "\n"


class _Clingo:
    """Writes one rule; variables are `V_` and their names."""

    def __init__(self, rule: InferenceRule) -> None:
        self.rule = rule

    def write(self, head: Head) -> str:
        body = self._body({})
        aggregates = [t for t in head.terms if isinstance(t, Aggregate)]
        terms, more = [], []
        if aggregates:
            kept = {
                v.name for t in head.terms for v in (t.arguments if isinstance(t, Skolem) else (t,))
                if isinstance(v, Variable)
            }  # fmt: skip
            local = {v: f"W_{identifier(v)}" for v in variables_of(self.rule) if v not in kept}
            inside = ", ".join(self._body(local))
            every = [local.get(v, f"V_{identifier(v)}") for v in variables_of(self.rule)]
            for number, aggregate in enumerate(aggregates):
                value = self._term(Variable(aggregate.variable), local)
                elements = value if aggregate.operator != "sum" else ",".join([value, *every])
                more.append(f"A_{number} = #{aggregate.operator} {{ {elements} : {inside} }}")
        for term in head.terms:
            if isinstance(term, Aggregate):
                terms.append(f"A_{aggregates.index(term)}")
            else:
                terms.append(self._head_term(term))
        return f"{clingo_name(key_of(head))}({', '.join(terms)}) :- {', '.join([*body, *more])}."

    def _head_term(self, term: HeadTerm) -> str:
        if isinstance(term, Skolem):
            arguments = ", ".join(self._term(a, {}) for a in term.arguments)
            return f'new("{term.kind}", {arguments})'
        return self._term(term, {}) if isinstance(term, Variable | Constant) else ""

    def _term(self, term: Term, local: Mapping[str, str]) -> str:
        if isinstance(term, Constant):
            return clingo_term(term.text)
        return local.get(term.name, f"V_{identifier(term.name)}")

    def _body(self, local: Mapping[str, str]) -> list[str]:
        return [self._part(part, local) for part in self.rule.body]

    def _part(self, part: Part, local: Mapping[str, str]) -> str:
        match part:
            case Atom():
                terms = ", ".join(self._term(t, local) for t in part.terms)
                return f"{'not ' if part.negated else ''}{clingo_name(key_of(part))}({terms})"
            case Compare(operator=operator, left=left, right=right):
                sides = [self._expression(e, local) for e in (left, right)]
                shown = f"{sides[0]} {operator} {sides[1]}"
                if operator in ("=", "!="):
                    return shown
                guards = [
                    f"{s} = {s} + 0" for s, e in zip(sides, (left, right), strict=True) if isinstance(e, Variable)
                ]
                return ", ".join([*guards, shown])
            case Assign(variable=variable, expression=expression):
                return f"{self._term(Variable(variable), local)} = {self._expression(expression, local)}"

    def _expression(self, expression: Expression, local: Mapping[str, str]) -> str:
        if not isinstance(expression, Arithmetic):
            return self._term(expression, local)
        terms = [self._expression(a, local) for a in expression.arguments]
        match expression.operator:
            case "abs":
                return f"|{terms[0]}|"
            case "min" | "max":
                # of two numbers: half of their sum less or more half of their distance, which divides without rest
                found = terms[0]
                for other in terms[1:]:
                    sign = "-" if expression.operator == "min" else "+"
                    found = f"((({found}) + ({other}) {sign} |({found}) - ({other})|) / 2)"
                return found
            case operator:
                return f"({terms[0]} {operator} {terms[1]})"


# -- Nemo -------------------------------------------------------------------------------------------------------------


def nemo_name(key: Key) -> str:
    """Return the predicate of Nemo; arities are told apart by the name.

    >>> nemo_name(("bw:dependsOn", 2)), nemo_name(("reaches", 2))
    ('p2_bw_3a_dependsOn', 'r2_reaches')
    """
    return f"{'p' if ':' in key[0] else 'r'}{key[1]}_{identifier(key[0])}"


def to_nemo(program: InferenceProgram, resource: str = "graph.nq") -> str:
    """Return the rules as a program of Nemo that reads the graph from a file of N-Quads.

    Args:
        program: the rules.
        resource: the file, as `export nquads` writes it.

    Raises:
        UsageError: BW514 for rules that do not count in whole numbers, and for texts that Nemo cannot write.
    """
    rules = with_plain_types(program.rules)
    _check(rules, "Nemo", 2**63 - 1)
    refuse(
        (
            (rule, "a text with a quote or a backslash")
            for rule in rules
            if any("\\" in c.text for c in _constants(rule))
        ),
        "Nemo",
        "keep such a rule out of what is printed",
    )
    lines = [
        "% Inference rules for Nemo, over the graph as `export nquads` writes it. p2_… are properties, p1_… classes,",
        "% p3_… properties with their graph, r…_ relations of the rules. Only whole numbers are computed and compared.",
        f'@import graph_quads :- nquads {{resource = "{resource}"}} .',
        "",
    ]
    for key in graph_keys(rules):
        lines.append(_nemo_base(key))
    for rule in rules:
        lines += ["", f"% rule {rule.id}"]
        lines += [_nemo_rule(rule, head) for head in rule.heads]
    derived = dict.fromkeys(key_of(h) for r in rules for h in r.heads)
    lines += ["", *(f"@export {nemo_name(key)} :- csv {{}} ." for key in sorted(derived))]
    return "\n".join(lines) + "\n"


def _constants(rule: InferenceRule) -> list[Constant]:
    found: list[Constant] = []
    waiting: list[object] = [*rule.heads, *rule.body]
    while waiting:
        match waiting.pop():
            case Constant() as constant:
                found.append(constant)
            case Head(terms=terms):
                waiting.extend(terms)
            case Atom(terms=terms):
                waiting.extend(terms)
            case Skolem(arguments=arguments):
                waiting.extend(arguments)
            case Arithmetic(arguments=arguments):
                waiting.extend(arguments)
            case Compare(left=left, right=right):
                waiting += [left, right]
            case Assign(expression=expression):
                waiting.append(expression)
    return found


def _nemo_base(key: Key) -> str:
    name, arity = key
    if arity == 1:
        return f"{nemo_name(key)}(?s) :- graph_quads(?g, ?s, <{PREFIXES['rdf']}type>, <{iri(canonical(name))}>) ."
    head = "?s, ?o" if arity == 2 else "?s, ?o, ?g"
    return f"{nemo_name(key)}({head}) :- graph_quads(?g, ?s, <{iri(canonical(name))}>, ?o) ."


def _nemo_rule(rule: InferenceRule, head: Head) -> str:
    terms: list[str] = []
    more: list[str] = []
    grouped = [t for t in head.terms if isinstance(t, Variable)]
    every = [_nemo_term(Variable(v)) for v in variables_of(rule) if Variable(v) not in grouped]
    for position, term in enumerate(head.terms):
        match term:
            case Aggregate(operator="sum", variable=variable):
                value = _nemo_term(Variable(variable))
                terms.append(f"#sum({', '.join([value, *(v for v in every if v != value)])})")
            case Aggregate(operator=operator, variable=variable):
                terms.append(f"#{operator}({_nemo_term(Variable(variable))})")
            case Skolem(kind=kind, arguments=arguments):
                named = ", ".join(x for a in arguments for x in ('"/"', f"URIENCODE(fullStr({_nemo_term(a)}))"))
                more.append(f'?n{position} = IRI(CONCAT("{BASE}{kind}", {named}))')
                terms.append(f"?n{position}")
            case Variable() | Constant():
                terms.append(_nemo_term(term))
    body = ", ".join([*(_nemo_part(p) for p in rule.body), *more])
    return f"{nemo_name(key_of(head))}({', '.join(terms)}) :- {body} ."


def _nemo_term(term: Term) -> str:
    if isinstance(term, Variable):
        return f"?v_{term.name}"
    number = whole_number(term.text)
    return str(number) if number is not None else term.text


def _nemo_part(part: Part) -> str:
    match part:
        case Atom():
            terms = ", ".join(_nemo_term(t) for t in part.terms)
            return f"{'~' if part.negated else ''}{nemo_name(key_of(part))}({terms})"
        case Compare(operator=operator, left=left, right=right):
            return f"{_nemo_expression(left)} {operator} {_nemo_expression(right)}"
        case Assign(variable=variable, expression=expression):
            return f"?v_{variable} = {_nemo_expression(expression)}"


def _nemo_expression(expression: Expression) -> str:
    if not isinstance(expression, Arithmetic):
        return _nemo_term(expression)
    terms = [_nemo_expression(a) for a in expression.arguments]
    if expression.operator in ("min", "max", "abs"):
        return f"{expression.operator.upper()}({', '.join(terms)})"
    return f"({f' {expression.operator} '.join(terms)})"
