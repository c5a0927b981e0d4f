"""Turns the parsed heads and parts of one inference rule into its record, and checks that the rule is safe (§22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.clauses import Clause, Comparison, Name, Operation, Span, Text, Unknown, Written
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
    Part,
    Relation,
    Skolem,
    Term,
    Variable,
)  # fmt: skip
from bullwhip.model.inference_names import Names, UnknownNameError
from bullwhip.model.source import ScalarNode

__all__ = ["Body", "Spot", "variables"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a file a part of a rule stands."""

    node: ScalarNode
    span: Span

    @property
    def place(self) -> Place:
        """The place for a message."""
        return self.node.locate(*self.span)

    def at(self, span: Span) -> Place:
        """Return the place of some characters of the same text."""
        return self.node.locate(*span)


def variables(written: Written | Clause | Comparison) -> Iterator[Unknown]:
    """Yield the variables with a name, wherever they stand."""
    match written:
        case Unknown(name=name):
            if name:
                yield written
        case Operation(arguments=inner) | Clause(terms=inner):
            for each in inner:
                yield from variables(each)
        case Comparison(left=left, right=right):
            yield from variables(left)
            yield from variables(right)
        case Name() | Text():
            return


class Body:
    """One rule being made; every check adds its problems."""

    def __init__(self, what: str, names: Names, relations: Mapping[str, Relation], problems: list[Problem]) -> None:
        self.what, self.names, self.relations, self.problems = what, names, relations, problems
        self.heads: list[Head] = []
        self.parts: list[Part] = []
        self.head_spots: list[Spot] = []
        self.part_spots: list[Spot] = []
        self.speaks_of: list[str] = []
        """The names that a sentence about the rule may use."""
        self.nameless = 0
        self.left_out = False
        """Whether an atom has another number of arguments, so that nobody knows which variables it would bind."""

    def read(
        self,
        heads: Sequence[tuple[Spot, Clause]],
        parts: Sequence[tuple[Spot, Clause | Comparison]],
        said: Sequence[str],
    ) -> None:
        """Read the whole rule.

        Args:
            heads: trees of the heads.
            parts: trees of the body.
            said: names that the rule's sentences use, so that a variable for them alone is no slip.
        """
        for spot, clause in [*heads, *((s, p) for s, p in parts if isinstance(p, Clause))]:
            self._predicate(spot, clause)
        bound = self._order(parts)
        for spot, clause in heads:
            self._head(spot, clause, bound)
        self._singles(heads, parts, said, bound)
        operators = [t.operator for _, c in heads for t in c.terms if isinstance(t, Operation)]
        self.speaks_of = [*dict.fromkeys(v.name for _, p in (*heads, *parts) for v in variables(p)), *operators]

    def _report(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self.left_out = self.left_out or code == "BW223"
        if not (self.left_out and code in ("BW224", "BW225")):
            self.problems.append(Problem(code, f"{self.what}: {message}", place, hint))

    def _predicate(self, spot: Spot, clause: Clause) -> None:
        """Check the name of a predicate and the number of its arguments."""
        name, arity = clause.predicate.text, len(clause.terms)
        place = spot.at(clause.predicate.span)
        if ":" in name:
            try:
                warning = self.names.predicate(name, arity)
            except UnknownNameError as error:
                code = "BW223" if "argument" in str(error) else "BW222"
                self._report(code, str(error), place, error.hint)
                return
            if warning:
                self.problems.append(Problem("BW222", f"{self.what}: {warning}", place, "", "warning"))
            return
        relation = self.relations.get(name)
        if relation is None:
            near = [*self.relations, *(t for t in self.names.terms)]
            hint = did_you_mean(name, self.relations) or did_you_mean(f"bw:{name}", near)
            hint = hint or f"declare it under relations:, as {name}: {{arguments: […]}}"
            self._report("BW222", f"no relation {name!r}", place, hint)
        elif relation.arguments and len(relation.arguments) != arity:
            message = f"{name} has {len(relation.arguments)} arguments, not {arity}"
            self._report("BW223", message, place, f"{name}({', '.join(f'?{a}' for a in relation.arguments)})")

    def _order(self, parts: Sequence[tuple[Spot, Clause | Comparison]]) -> set[str]:
        """Add the parts in an order in which what each needs is bound before, and return the bound variables."""
        bound = {v.name for _, p in parts if isinstance(p, Clause) and not p.negated for v in variables(p)}
        atoms = set(bound)
        assigns: dict[int, str] = {}
        changed = True
        while changed:
            changed = False
            for number, (_, part) in enumerate(parts):
                name = self._assigned(part, bound) if number not in assigns else ""
                if name:
                    assigns[number] = name
                    bound.add(name)
                    changed = True
        before: set[str] = set()
        waiting = list(range(len(parts)))
        while waiting:
            ready = next((n for n in waiting if self._is_ready(parts[n][1], before, assigns.get(n, ""))), waiting[0])
            waiting.remove(ready)
            spot, part = parts[ready]
            self._part(spot, part, assigns.get(ready, ""), bound, atoms)
            before |= {assigns[ready]} if ready in assigns else set()
            before |= {v.name for v in variables(part)} if isinstance(part, Clause) and not part.negated else set()
        return bound

    @staticmethod
    def _assigned(part: Clause | Comparison, bound: set[str]) -> str:
        """Return the variable that a part gives a value once others are bound, or an empty text."""
        if isinstance(part, Clause) or part.operator != "=":
            return ""
        for one, other in ((part.left, part.right), (part.right, part.left)):
            if isinstance(one, Unknown) and one.name and one.name not in bound:
                return one.name if all(v.name in bound for v in variables(other)) else ""
        return ""

    @staticmethod
    def _is_ready(part: Clause | Comparison, before: set[str], gives: str) -> bool:
        if isinstance(part, Clause) and not part.negated:
            return True
        return all(v.name in before or v.name == gives for v in variables(part))

    def _part(self, spot: Spot, part: Clause | Comparison, gives: str, bound: set[str], atoms: set[str]) -> None:
        for v in variables(part):
            if v.name not in bound:
                hint = "an atom that is not negated has to name it"
                if isinstance(part, Clause):
                    hint += "; where anything may stand, derive a relation without it and negate that"
                elif part.operator == "=":
                    hint = "the variables on the other side have to be bound by atoms that are not negated"
                kind = "a negated atom" if isinstance(part, Clause) else "a comparison"
                self._report("BW224", f"nothing binds ?{v.name}, which {kind} uses", spot.at(v.span), hint)
        if isinstance(part, Clause) and part.negated:
            for written in part.terms:
                if isinstance(written, Unknown) and not written.name:
                    hint = "derive a relation without it by a rule of its own, and negate that"
                    self._report("BW224", "_ stands in a negated atom", spot.at(written.span), hint)
        made: Part
        if isinstance(part, Clause):
            made = Atom(part.predicate.text, tuple(self._term(spot, t) for t in part.terms), part.negated)
        elif gives:
            left = isinstance(part.left, Unknown) and part.left.name == gives
            made = Assign(gives, self._expression(spot, part.right if left else part.left))
        else:
            operands = (self._expression(spot, part.left), self._expression(spot, part.right))
            made = Compare(part.operator, *operands)  # type: ignore[arg-type]  # the grammar knows no other
        self.parts.append(made)
        self.part_spots.append(spot)

    def _term(self, spot: Spot, written: Written) -> Term:
        """Return a term; each variable without a name gets one of its own."""
        try:
            term = self.names.term(written)
        except UnknownNameError as error:
            self._report("BW222", str(error), spot.at(written.span), error.hint)
            return Constant("")
        if isinstance(term, Variable) and not term.name:
            self.nameless += 1
            return replace(term, name=f"_{self.nameless}")
        return term

    def _expression(self, spot: Spot, written: Written) -> Expression:
        if isinstance(written, Operation):
            return Arithmetic(written.operator, tuple(self._expression(spot, a) for a in written.arguments))
        if isinstance(written, Unknown) and not written.name:
            self._report("BW224", "_ stands for no value", spot.at(written.span), "give the variable a name")
        return self._term(spot, written)

    def _head(self, spot: Spot, clause: Clause, bound: set[str]) -> None:
        """Add a head."""
        prefixed = ":" in clause.predicate.text
        if prefixed and len(clause.terms) > 2:
            hint = "what rules derive stands in the graph `inferred`; leave the third argument out"
            self._report("BW223", f"the head {clause.predicate.text} names a graph", spot.place, hint)
        grouped = {t.name for t in clause.terms if isinstance(t, Unknown)}
        terms: list[HeadTerm] = []
        for position, written in enumerate(clause.terms):
            for v in variables(written):
                if v.name not in bound:
                    hint = did_you_mean(v.name, bound) or "an atom of the body that is not negated has to name it"
                    self._report("BW224", f"nothing binds ?{v.name} of the head", spot.at(v.span), hint)
            if isinstance(written, Unknown) and not written.name:
                self._report("BW224", "_ stands in a head", spot.at(written.span), "a head names what is derived")
            if prefixed and position == 0 and self._is_literal(written):
                hint = "the subject is a thing: a variable, an id or new(…)"
                self._report("BW223", f"the subject of {clause.predicate.text} is a value", spot.at(written.span), hint)
            terms.append(self._head_term(spot, written, grouped))
        self.heads.append(Head(clause.predicate.text, tuple(terms)))
        self.head_spots.append(spot)

    @staticmethod
    def _is_literal(written: Written) -> bool:
        return isinstance(written, Text) or (isinstance(written, Operation) and written.operator in AGGREGATES)

    def _head_term(self, spot: Spot, written: Written, grouped: set[str]) -> HeadTerm:
        if not isinstance(written, Operation):
            return self._term(spot, written)
        if written.operator == "new":
            kind, *inner = written.arguments
            for argument in inner:
                if isinstance(argument, Unknown) and not argument.name:
                    self._report("BW224", "_ stands in a head", spot.at(argument.span), "give the variable a name")
            return Skolem(kind.text if isinstance(kind, Text) else "", tuple(self._term(spot, a) for a in inner))
        (argument,) = written.arguments
        name = argument.name if isinstance(argument, Unknown) else ""
        if not name:
            self._report("BW226", f"{written.operator}(_) counts nothing", spot.at(written.span), "name a variable")
        elif name in grouped:
            hint = "an aggregate is over matches with the same other arguments; leave the variable out of them"
            message = f"{written.operator}(?{name}) stands beside ?{name} itself"
            self._report("BW226", message, spot.at(written.span), hint)
        return Aggregate(written.operator, name)  # type: ignore[arg-type]  # the grammar knows no other

    def _singles(
        self,
        heads: Sequence[tuple[Spot, Clause]],
        parts: Sequence[tuple[Spot, Clause | Comparison]],
        said: Sequence[str],
        bound: set[str],
    ) -> None:
        """Report variables that stand in one place only, which is how a misspelt one looks."""
        everywhere = [(spot, v) for spot, tree in (*heads, *parts) for v in variables(tree)]
        often = Counter([v.name for _, v in everywhere] + list(said))
        names = list(often)
        for spot, v in everywhere:
            if often[v.name] == 1 and v.name in bound and not v.name.startswith("_"):
                near = did_you_mean(v.name, [n for n in names if n != v.name])
                hint = f"write _ where it does not matter{'; ' + near if near else ''}"
                self._report("BW225", f"?{v.name} stands nowhere else in the rule", spot.at(v.span), hint)
