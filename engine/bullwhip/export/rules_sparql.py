"""Inference rules as SPARQL: a CONSTRUCT query for each rule, to be run layer by layer to a fixpoint (convention §22).

A fact of a relation of the rules is a node: of the class of its relation, with an argument each, named after all of
them. What a property or class of the graph says is a triple.
"""

from __future__ import annotations

from dataclasses import dataclass

from bullwhip.datalog.predicates import canonical, iri, is_of_graph, with_plain_types
from bullwhip.export.rule_forms import expressions, layers, operators_in, refuse, variables_of
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
    Skolem,
    Term,
    Variable,
)
from bullwhip.terms import BASE, PREFIXES

__all__ = ["RELATIONS", "RuleQuery", "queries", "to_sparql"]

RELATIONS = f"{BASE}fact/"
"""Where the nodes of facts of relations lie: `…/fact/reaches.2` is the class, `…/fact/reaches.2/<hash>` a fact."""

_XSD = PREFIXES["xsd"]
_INEXACT = f"<{_XSD}double>, <{_XSD}float>"


@dataclass(frozen=True, slots=True)
class RuleQuery:
    """One query: the rule it is of, and the layer in which it is run to a fixpoint with the others of that layer."""

    rule: str
    layer: int
    text: str


def to_sparql(program: InferenceProgram) -> str:
    """Return all rules as one text of queries, in the order in which they are run.

    Raises:
        UsageError: BW514 for rules with a division or `number()`.
    """
    lines = [
        "# Inference rules as SPARQL 1.1 CONSTRUCT queries, one after a line that begins with `# rule`.",
        "# Default graph: the union of all graphs. Run the queries of a layer, adding what they construct, until no",
        "# new triple comes; then those of the next layer. Add them outside of the graphs that three-place atoms read.",
        f"# A fact of a relation is a node of class <{RELATIONS}NAME.ARITY> with arguments <{RELATIONS}1>, …",
        "# Sums and products hold as far as the engine counts exactly. A new node has the IRI that bullwhip gives it,",
        "# unless it is named after a text with a quote, a backslash or a line break.",
    ]
    for query in queries(program):
        lines += ["", f"# rule {query.rule}, layer {query.layer}", query.text]
    return "\n".join(lines) + "\n"


def queries(program: InferenceProgram) -> list[RuleQuery]:
    """Return the queries of all rules, layer by layer.

    Raises:
        UsageError: BW514 for rules with a division or `number()`.
    """
    refuse(
        (
            (rule, f"{operator}() of numbers that are no decimals" if operator == "number" else "a division")
            for rule in program.rules
            for operator in dict.fromkeys(o for e in expressions(rule) for o in operators_in(e))
            if operator in ("/", "number")
        ),
        "SPARQL",
        "its engines count in decimals; keep such a rule out of what is printed",
    )
    found = []
    for number, layer in enumerate(layers(with_plain_types(program.rules)), 1):
        for rule, own in layer:
            split = any(isinstance(t, Aggregate) for h in own for t in h.terms)
            for heads in [(h,) for h in own] if split else [own]:
                found.append(RuleQuery(rule.id, number, _Query(rule, heads).text()))
    return found


class _Query:
    """One query being written."""

    def __init__(self, rule: InferenceRule, heads: tuple[Head, ...]) -> None:
        self.rule, self.heads = rule, heads
        self.fresh = 0

    def text(self) -> str:
        template: list[str] = []
        binds: list[str] = []
        names: dict[tuple[int, int], str] = {}
        aggregated = any(isinstance(t, Aggregate) for h in self.heads for t in h.terms)
        for h, head in enumerate(self.heads):
            for t, term in enumerate(head.terms):
                names[h, t] = self._head_term(term, f"?{h}a{t}", binds)
            template.append(self._head(head, [names[h, t] for t in range(len(head.terms))], binds))
        body = self._grouped() if aggregated else self._body()
        inner = "\n".join(f"  {line}" for line in (*body, *binds))
        return f"CONSTRUCT {{ {' '.join(template)} }} WHERE {{\n{inner}\n}}"

    def _new(self) -> str:
        """Return a variable that no rule can name: theirs do not begin with a digit."""
        self.fresh += 1
        return f"?0{self.fresh}"

    # -- heads ------------------------------------------------------------------------------------------------------

    def _head_term(self, term: HeadTerm, name: str, binds: list[str]) -> str:
        match term:
            case Aggregate():
                return name
            case Skolem(kind=kind, arguments=arguments):
                named = ", ".join(["'" + kind + "'", *(x for a in arguments for x in ("'\\n'", _written(a)))])
                digest = f"SUBSTR(SHA256(CONCAT({named})), 1, 40)"
                binds.append(f"BIND(IRI(CONCAT('{BASE}{kind}/', {digest})) AS {name})")
                return name
            case Variable() | Constant():
                return _term(term)

    def _head(self, head: Head, terms: list[str], binds: list[str]) -> str:
        if is_of_graph(head.predicate):
            predicate = _predicate(head.predicate)
            return f"{terms[0]} {predicate} {terms[1]} ." if len(terms) == 2 else f"{terms[0]} a {predicate} ."
        node, relation = self._new(), f"{RELATIONS}{head.predicate}.{len(terms)}"
        written = ", ".join(x for t in terms for x in ("'\\n'", _written_text(t)))
        binds.append(f"BIND(IRI(CONCAT('{relation}/', SHA256(CONCAT({written})))) AS {node})")
        return f"{node} {self._arguments(relation, terms)} ."

    @staticmethod
    def _arguments(relation: str, terms: list[str]) -> str:
        return " ; ".join([f"a <{relation}>", *(f"<{RELATIONS}{n}> {t}" for n, t in enumerate(terms, 1))])

    def _grouped(self) -> list[str]:
        """Return the body under its aggregates: each different match once, grouped by what the head has besides."""
        (head,) = self.heads
        groups = list(
            dict.fromkeys(
                v.name
                for t in head.terms
                for v in (t.arguments if isinstance(t, Skolem) else (t,))
                if isinstance(v, Variable)
            )
        )
        chosen = [f"?{g}" for g in groups]
        for position, term in enumerate(head.terms):
            if isinstance(term, Aggregate):
                chosen.append(f"({_AGGREGATES[term.operator].format(f'?{term.variable}')} AS ?0a{position})")
        every = " ".join(f"?{v}" for v in variables_of(self.rule))
        lines = [f"    {line}" for line in self._body()]
        group = f" GROUP BY {' '.join(f'?{g}' for g in groups)}" if groups else ""
        return [
            f"{{ SELECT {' '.join(chosen)} WHERE {{",
            f"  {{ SELECT DISTINCT {every} WHERE {{",
            *lines,
            f"  }} }} }}{group} HAVING (COUNT(*) > 0) }}",
        ]

    # -- bodies -----------------------------------------------------------------------------------------------------

    def _body(self) -> list[str]:
        parts = self.rule.body
        lines = [self._pattern(p) for p in parts if isinstance(p, Atom) and not p.negated]
        for part in parts:
            if isinstance(part, Assign):
                lines += self._assign(part)
        lines += [f"FILTER({_comparison(p)})" for p in parts if isinstance(p, Compare)]
        lines += [f"FILTER NOT EXISTS {{ {self._pattern(p)} }}" for p in parts if isinstance(p, Atom) and p.negated]
        return lines

    def _pattern(self, atom: Atom) -> str:
        terms = [_term(t) for t in atom.terms]
        if not is_of_graph(atom.predicate):
            relation = f"{RELATIONS}{atom.predicate}.{len(terms)}"
            return f"{self._new()} {self._arguments(relation, terms)} ."
        predicate = _predicate(atom.predicate)
        if len(terms) == 1:
            return f"{terms[0]} a {predicate} ."
        pattern = f"{terms[0]} {predicate} {terms[1]} ."
        if len(terms) == 2:
            return pattern
        graph = terms[2] if terms[2][0] in "?<" else self._new()  # a text names no graph
        return f"GRAPH {graph} {{ {pattern} }}" + ("" if graph == terms[2] else " FILTER(false)")

    def _assign(self, part: Assign) -> list[str]:
        if not isinstance(part.expression, Arithmetic):
            return [f"BIND({_expression(part.expression)} AS ?{part.variable})", f"FILTER(BOUND(?{part.variable}))"]
        raw = self._new()
        shortest = f"IF({raw} = FLOOR({raw}), <{_XSD}integer>({raw}), {raw})"
        guards = [f"FILTER({_exact(v)})" for v in dict.fromkeys(_names(part.expression))]
        return [
            *guards,
            f"BIND({_expression(part.expression)} AS {raw})",
            f"BIND({shortest} AS ?{part.variable})",
            f"FILTER(BOUND(?{part.variable}))",
        ]


_AGGREGATES = {
    "count": "COUNT(DISTINCT {0})",
    "sum": "SUM({0})",
    "min": "MIN({0})",
    "max": "MAX({0})",
}


def _term(term: Term) -> str:
    return f"?{term.name}" if isinstance(term, Variable) else term.text


def _predicate(name: str) -> str:
    return f"<{iri(canonical(name))}>"


def _written(term: Term) -> str:
    return _written_text(_term(term))


def _written_text(term: str) -> str:
    """Return an expression for a term as N-Triples writes it, but for escapes."""
    if not term.startswith("?"):
        quoted = term.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{quoted}'"
    kind = f"IF(DATATYPE({term}) = <{_XSD}string>, '', CONCAT('^^<', STR(DATATYPE({term})), '>'))"
    tail = f"IF(LANG({term}) != '', CONCAT('@', LANG({term})), {kind})"
    return f"IF(ISLITERAL({term}), CONCAT('\"', STR({term}), '\"', {tail}), CONCAT('<', STR({term}), '>'))"


def _names(expression: Expression) -> list[str]:
    match expression:
        case Variable(name=name):
            return [f"?{name}"]
        case Arithmetic(arguments=arguments):
            return [n for a in arguments for n in _names(a)]
        case Constant():
            return []


def _exact(name: str) -> str:
    """Return a condition: a number, and no double, whose digits a rule does not trust."""
    return f"ISNUMERIC({name}) && DATATYPE({name}) NOT IN ({_INEXACT})"


def _expression(expression: Expression) -> str:
    match expression:
        case Variable() | Constant():
            return _term(expression)
        case Arithmetic(operator=operator, arguments=arguments):
            terms = [_expression(a) for a in arguments]
            if operator in ("min", "max"):
                sign = "<=" if operator == "min" else ">="
                found = terms[0]
                for other in terms[1:]:
                    found = f"IF({found} {sign} {other}, {found}, {other})"
                return found
            if operator == "abs":
                return f"ABS({terms[0]})"
            return f"({f' {operator} '.join(terms)})"


def _comparison(part: Compare) -> str:
    """Return a condition: numbers by their values, never doubles; other terms by their order, or as they are."""
    left, right = _expression(part.left), _expression(part.right)
    sides = [s for s, e in ((left, part.left), (right, part.right)) if not isinstance(e, Arithmetic)]
    both = f"ISNUMERIC({left}) && ISNUMERIC({right})"
    exact = " && ".join(f"DATATYPE({s}) NOT IN ({_INEXACT})" for s in sides) or "true"
    computed = [
        f"{_exact(n)}"
        for n in dict.fromkeys(n for e in (part.left, part.right) if isinstance(e, Arithmetic) for n in _names(e))
    ]
    if part.operator == "=":
        found = f"COALESCE(IF({both}, {exact} && {left} = {right}, {left} = {right}), false)"
    elif part.operator == "!=":
        found = f"IF({both}, {exact} && {left} != {right}, COALESCE(!({left} = {right}), true))"
    else:
        found = f"COALESCE(IF({both}, {exact}, true) && {left} {part.operator} {right}, false)"
    return " && ".join([*computed, found])
