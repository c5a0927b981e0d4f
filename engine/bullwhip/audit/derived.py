"""Audits printed figures by derivations: from the printed figures that they follow from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bullwhip.audit.hypotheses import Tables, explain_print
from bullwhip.audit.prints import MODES, Mode, Printed, is_counted, places_of, print_interval, read_print
from bullwhip.audit.verdict import UNDEFINED, AuditRow, Hypothesis, Judgement, figure_text, judge
from bullwhip.compile.printed import expand_printed
from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.expr.tree import Expr, Reference
from bullwhip.model.claim import Claim
from bullwhip.model.derivation import Derivation, Figure, Instance
from bullwhip.numbers import decimal_text
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.intervals import Interval, range_of, required

__all__ = ["Computation", "best_row", "computations"]

_RANK = {"reproduced": 0, "within_rounding": 1, "contradicted": 2, "not_derivable": 3}


def computations(
    derivations: Iterable[Derivation], claims: Mapping[str, Claim], counts: Collection[str]
) -> dict[str, list[Computation]]:
    """Return every computation that a derivation does, by the claim id of its result.

    Args:
        derivations: with their instances.
        claims: every claim by id; the figures are taken from here, so that changed claims are audited as changed.
        counts: the counted things of the workspace, whose prints are exact.
    """
    found: dict[str, list[Computation]] = {}
    tables = Tables(claims.values())
    for derivation in derivations:
        plans: dict[tuple[tuple[str, ...], str], tuple[Dag, int]] = {}
        trees = {"": parse(derivation.expression)}
        if derivation.as_published:
            trees["as_published"] = parse(derivation.as_published)
        for instance in derivation.instances:
            computation = Computation(derivation, instance, claims, tables, trees, counts, plans)
            found.setdefault(instance.result.claim, []).append(computation)
    return found


def best_row(rows: list[AuditRow]) -> AuditRow:
    """Return the best verdict among several computations of one figure; its explanation names those that disagree."""
    ordered = sorted(rows, key=lambda r: (_RANK[r.verdict], r.rule))
    best = ordered[0]
    others = [r for r in ordered[1:] if r.verdict == "contradicted"]
    if not others or best.verdict == "contradicted":
        return best
    text = "; ".join(f"but {r.rule} gives {decimal_text(r.recomputed or Fraction(0), 8)}" for r in others)
    return replace(best, explanation=f"{best.explanation}; {text}")


@dataclass
class Computation:
    """One derivation at one printed result."""

    derivation: Derivation
    instance: Instance
    claims: Mapping[str, Claim]
    tables: Tables
    trees: Mapping[str, Expr]
    counts: Collection[str]
    """The counted things of the workspace."""
    plans: dict[tuple[tuple[str, ...], str], tuple[Dag, int]]
    """Graphs already built, by the names read and the variant."""
    corrected: Mapping[str, Computation] = field(default_factory=dict)
    """Figures to take as recomputed instead of as printed, by claim id."""

    @property
    def result(self) -> Claim:
        """The printed result."""
        return self.claims[self.instance.result.claim]

    @property
    def reads(self) -> tuple[Claim, ...]:
        """The printed figures read, in order."""
        return tuple(self.claims[f.claim] for f in self.instance.reads)

    def plan(self, tree: Expr, key: str | None) -> tuple[Dag, int]:
        """Return graph and node of an expression over the figures of this instance."""
        names = tuple(f.name for f in self.instance.reads)
        if key is not None and (names, key) in self.plans:
            return self.plans[names, key]
        slots: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            slots.setdefault(name, []).append(number)
        built = expand_printed(tree, slots)
        if key is not None:
            self.plans[names, key] = built
        return built

    def value(
        self, tree: Expr, key: str | None = None, changed: Mapping[int, Fraction] | None = None
    ) -> Fraction | None:
        """Return what an expression gives at the printed figures, in the printed unit of the result.

        Args:
            tree: the expression.
            key: the name of a known expression, whose graph is kept.
            changed: figure number to another value, in coherent units.
        """
        leaves: dict[int, Interval] = {}
        for number, figure in enumerate(self.instance.reads):
            better = self.corrected.get(figure.claim)
            value = self.claims[figure.claim].value if better is None else better.value(better.trees[""], "")
            if changed and number in changed:
                leaves[number] = Interval.point(changed[number])
            elif value is None:
                return None
            else:
                leaves[number] = Interval.point(value * figure.factor)
        dag, node = self.plan(tree, key)
        try:
            result = range_of(dag, node, leaves)
        except UndefinedError:
            return None
        return Fraction(result.low) / self.instance.result.factor if result.is_point else None

    def range(self, tree: Expr, key: str, mode: Mode) -> Interval | None:
        """Return the range that an expression takes while the printed figures range over what they can stand for."""
        leaves: dict[int, Interval] = {}
        for number, figure in enumerate(self.instance.reads):
            better = self.corrected.get(figure.claim)
            interval = (
                self.figure_interval(figure, mode) if better is None else better.range(better.trees[""], "", mode)
            )
            if interval is None:
                return None
            leaves[number] = interval.times(figure.factor)
        dag, node = self.plan(tree, key)
        try:
            return range_of(dag, node, leaves).times(1 / self.instance.result.factor)
        except UndefinedError:
            return None

    def figure_interval(self, figure: Figure, mode: Mode) -> Interval | None:
        """Return what a figure can stand for; its own value where it is a count or the derivation takes it as exact."""
        claim = self.claims[figure.claim]
        if claim.value is not None and (figure.name in self.derivation.exact or is_counted(claim, self.counts)):
            return Interval.point(claim.value)
        return print_interval(claim, mode)

    def required(self, claim: Claim, *, exact: bool = False) -> Interval | None:
        """Return what a figure would have to be, in its printed unit, for the print to follow; None where unknown.

        Args:
            claim: the result, or a figure that is read once.
            exact: whether the other figures are taken as printed, and not as anything they can stand for.
        """
        own = print_interval(self.result, "half-up")
        if own is None:
            return None
        target = own.times(self.instance.result.factor)
        leaves: dict[int, Interval] = {}
        asked: list[tuple[int, Figure]] = []
        for number, figure in enumerate(self.instance.reads):
            if figure.claim == claim.id:
                asked.append((number, figure))
                continue
            value = self.claims[figure.claim].value
            if exact:
                interval = None if value is None else Interval.point(value)
            else:
                interval = self.figure_interval(figure, "half-up")
            if interval is None:
                return None
            leaves[number] = interval.times(figure.factor)
        dag, node = self.plan(self.trees[""], "")
        if claim.id == self.result.id:
            try:
                return range_of(dag, node, leaves).times(1 / self.instance.result.factor)
            except UndefinedError:
                return None
        if len(asked) != 1:
            return None
        found = required(dag, node, asked[0][0], leaves, target)
        return None if found is None else found.times(1 / asked[0][1].factor)

    def acquitted(self, wrong: Mapping[str, Computation]) -> AuditRow | None:
        """Return a better verdict where reads that are themselves contradicted are taken as recomputed, or None.

        A figure that follows from the right value of a misprinted one is right.

        Args:
            wrong: the computations of contradicted figures by claim id; those that rest on this figure are left out.
        """
        own = dict.fromkeys(f.claim for f in self.instance.reads)
        used = {i: wrong[i] for i in own if i in wrong and self.result.id not in {r.id for r in wrong[i].reads}}
        if not used:
            return None
        row = replace(self, corrected=used).row()
        if row.verdict not in ("reproduced", "within_rounding"):
            return None
        names = ", ".join(figure_text(self.claims[i], self.result) for i in used)
        return replace(row, explanation=f"{row.explanation}, with {names} as recomputed", corrected=tuple(used))

    def row(self) -> AuditRow:
        """Return the verdict."""
        claim = self.result
        point = self.value(self.trees[""], "")
        judgement = self.judgement("")
        text = self.words()
        if judgement.verdict == "not_derivable":
            return AuditRow(claim, "not_derivable", None, judgement.how, self.derivation.id, self.reads)
        if judgement.verdict != "contradicted":
            return AuditRow(claim, judgement.verdict, point, f"{text}: {judgement.how}", self.derivation.id, self.reads)
        if self.restates and self.reads[0].document != claim.document:
            text = f"{figure_text(self.reads[0], claim)} says otherwise: a conflict, see conflicts"
            return AuditRow(claim, "not_derivable", point, text, self.derivation.id, self.reads)
        published = self.published()
        method = Hypothesis(f"the document computes {self.derivation.as_published}")
        hypotheses = (method,) if published else self.hypotheses()
        text += " gives another value" if point is None else f" gives {decimal_text(point, 8)} {claim.unit}".rstrip()
        return AuditRow(
            claim, "contradicted", point, text, self.derivation.id, self.reads, hypotheses, published=published
        )

    def words(self) -> str:
        """Return the computation with its figures, for an explanation."""
        read: dict[str, list[str]] = {}
        for figure in self.instance.reads:
            read.setdefault(figure.name, []).append(figure_text(self.claims[figure.claim], self.result))
        shown = [f"{name} {' + '.join(texts[:6])}{' + …' if len(texts) > 6 else ''}" for name, texts in read.items()]
        return f"{self.derivation.expression} with {', '.join(shown)}"

    def judgement(self, key: str) -> Judgement:
        """Return the verdict by the expression, or by what the document computes instead."""
        claim, tree = self.result, self.trees[key]
        printed = read_print(claim)
        if claim.low is not None or claim.high is not None or printed is None:
            return self.judge_range(tree, key)
        return judge(claim, printed, self.value(tree, key), lambda mode: self.range(tree, key, mode))

    def judge_range(self, tree: Expr, key: str) -> Judgement:
        """Judge a printed range: the values of the inputs, taken from end to end, have to lie inside.

        A range that restates another one has to have its ends.
        """
        exact = self.ends(tree, key)
        for mode in MODES:
            own = print_interval(self.result, mode)
            if own is None:
                return Judgement("not_derivable", "no number is printed")
            if exact is None or not (own.holds(exact.low) and own.holds(exact.high)):
                continue
            if self.restates and not exact.is_point and not self.has_ends(exact):
                return Judgement("contradicted", "")
            return Judgement("reproduced", f"inside the printed range, by {mode}")
        reachable = exact is not None
        for mode in MODES:
            reached, own = self.range(tree, key, mode), print_interval(self.result, mode)
            reachable = reachable or reached is not None
            if reached is not None and own is not None and own.meets(reached):
                return Judgement("within_rounding", f"inside the rounding intervals of the printed inputs, by {mode}")
        return Judgement("contradicted", "") if reachable else Judgement("not_derivable", UNDEFINED)

    @property
    def restates(self) -> bool:
        """Whether the expression is one figure, so that the result only says it again."""
        return isinstance(self.trees[""], Reference)

    def has_ends(self, exact: Interval) -> bool:
        """Return whether the printed ends are those of a range, each rounded."""
        ends = ((self.result.low, exact.low), (self.result.high, exact.high))
        return all(
            printed is None or Printed(printed, places_of(self.result, printed)).matches(Fraction(value))
            for printed, value in ends
        )

    def ends(self, tree: Expr, key: str) -> Interval | None:
        """Return the range over printed ranges taken as written, without rounding."""
        leaves: dict[int, Interval] = {}
        for number, figure in enumerate(self.instance.reads):
            c = self.claims[figure.claim]
            if c.low is not None and c.high is not None:
                leaves[number] = Interval(c.low, c.high).times(figure.factor)
            elif c.value is not None:
                leaves[number] = Interval.point(c.value * figure.factor)
            else:
                return None
        dag, node = self.plan(tree, key)
        try:
            return range_of(dag, node, leaves).times(1 / self.instance.result.factor)
        except UndefinedError:
            return None

    def published(self) -> bool:
        """Return whether the method that the document is known to use gives the print."""
        return "as_published" in self.trees and self.judgement("as_published").verdict in (
            "reproduced",
            "within_rounding",
        )

    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """Return what would explain a contradicted print, the smallest change first."""
        printed = read_print(self.result)
        if printed is None:
            return ()
        return explain_print(self, printed)
