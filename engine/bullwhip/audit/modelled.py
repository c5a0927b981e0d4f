"""Audits printed figures by the rules of the model: by their values, or by the printed figures that a rule reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import islice, product

from bullwhip.audit.hypotheses import explain_value
from bullwhip.audit.prints import Mode, Printed, is_counted, print_interval, read_print
from bullwhip.audit.verdict import AuditRow, Hypothesis, comes_out, judge
from bullwhip.errors import PropagationError
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.numbers import decimal_text
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import UndefinedError
from bullwhip.propagate.intervals import Interval, range_of

__all__ = ["ModelAudit"]

_MAX_MIXTURES = 256
PUBLISHED = "as_published"
"""The variant of a rule that computes as a document does where its method is wrong (convention §6)."""


class ModelAudit:
    """Recomputes prints from the model and from the prints that their rules read."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.program: CompiledProgram = evaluation.program
        self.position = {(c.quantity, c.index, c.period): i for i, c in enumerate(self.program.cells)}
        self.counts = {count for count, *_ in self.program.header.counts}
        self.document = {c.id: c.document for c in self.program.claims}
        self.prints: dict[tuple[str, int], list[Claim]] = {}
        for claim in self.program.claims:
            at = self.position.get((claim.quantity, claim.index, claim.model_period))
            if at is not None and claim.model_value is not None and claim.table:
                self.prints.setdefault((claim.document, at), []).append(claim)

    def judge(self, claim: Claim) -> AuditRow:
        """Return the verdict on one claim."""
        at = self.position.get((claim.quantity, claim.index, claim.model_period))
        if at is None:
            return AuditRow(claim, "not_derivable", None, "no rule gives it")
        if self.program.cells[at].definition < 0:
            return AuditRow(claim, "not_derivable", None, "an input of the model")
        if self.program.cells[at].node not in self.evaluation.definition:
            return AuditRow(claim, "not_derivable", None, "set by hand or by the scenario: no rule gives it here")
        if claim.model_value is None or claim.value is None:
            return AuditRow(claim, "not_derivable", None, "no single figure is printed")
        try:
            model = self.evaluation.value(at)
        except PropagationError as error:
            return AuditRow(claim, "not_derivable", None, error.problems[0].message)
        if model is None:
            names = [self.name(p) for p in self.evaluation.unknown(at)]
            return AuditRow(claim, "not_derivable", None, f"no value for {', '.join(names[:3])}")
        printed = read_print(claim)
        if printed is None or self.scale(claim) is None:
            return AuditRow(claim, "not_derivable", None, "the print cannot be compared")
        return _Model(self, claim, at, model, printed).row()

    def recompute(self, at: int, overrides: Mapping[int, Fraction]) -> Fraction | None:
        """Return the value of a cell's rule when cells that it reads have other values."""
        result = self.range(at, {p: Interval.point(v) for p, v in overrides.items()})
        return Fraction(result.low) if result is not None and result.is_point else None

    def range(self, at: int, changed: Mapping[int, Interval]) -> Interval | None:
        """Return the range of a cell's rule when some cells that it reads range over intervals."""
        dag = self.program.dag
        start = self.evaluation.definition[self.program.cells[at].node]
        leaves: dict[int, Interval] = {}
        for p in self.reads(at):
            if p in changed:
                leaves[p] = changed[p]
                continue
            value = self.evaluation.value(p)
            if value is None:
                return None
            leaves[p] = Interval.point(value)
        try:
            return range_of(dag, start, leaves)
        except UndefinedError:
            return None

    def reads(self, at: int) -> list[int]:
        """Return the positions of the cells that a cell's rule reads."""
        nodes = self.program.dag.nodes
        inner = self.program.dag.cone((self.evaluation.definition[self.program.cells[at].node],), {})
        return [nodes[n][1] for n in inner if nodes[n][0] == "cell"]

    def agrees(self, position: int, claim: Claim) -> bool:
        """Return whether a print of a cell is what the model has there; only then it is confirmed by what follows."""
        printed, value = read_print(claim), self.evaluation.value(position)
        scale = self.scale(claim)
        if printed is None or value is None or scale is None:
            return False
        return printed.matches(value * scale) is not None

    def scale(self, claim: Claim) -> Fraction | None:
        """Return what one unit of the claim's quantity is in its printed unit; None where that is not known."""
        if claim.value and claim.model_value:
            return claim.value / claim.model_value
        return self.program.factors[claim.quantity] / claim.factor if claim.factor else None

    def name(self, position: int) -> str:
        """Return the name of a cell."""
        cell = self.program.cells[position]
        return cell.name


class _Model:
    """One printed figure against the model."""

    def __init__(self, audit: ModelAudit, claim: Claim, at: int, model: Fraction, printed: Printed) -> None:
        scale = audit.scale(claim)
        assert scale is not None  # noqa: S101  checked before
        self.audit, self.claim, self.at, self.printed = audit, claim, at, printed
        self.scale = scale
        self.model = model * self.scale
        self.rule = audit.program.cells[at].quantity

    def row(self) -> AuditRow:
        """Judge by the model, then by the prints that its rule reads, then by their intervals."""
        how = comes_out(self.claim, self.printed, self.model)
        reads = self.printed_reads()
        agreeing = [c for p, c in reads.items() if self.audit.agrees(p, c)]
        if how and all(c in agreeing or self.is_known_here(p) for p, c in reads.items()):
            return self.result("reproduced", self.model, f"the model, {how}", agreeing)
        best: Fraction | None = None  # by what stands in this table, which comes first
        for chosen in self.mixtures(reads):
            again = self.audit.recompute(self.at, chosen)
            if again is None:
                continue
            if best is None and len(chosen) == len(reads):
                best = again * self.scale
            how = comes_out(self.claim, self.printed, again * self.scale)
            if how:
                text = f"from the printed {self.names(chosen)}, {how}"
                return self.result("reproduced", again * self.scale, text, [reads[p] for p in chosen])
        return self.by_rounding(reads, self.model if best is None else best)

    def by_rounding(self, reads: Mapping[int, Claim], best: Fraction) -> AuditRow:
        """Judge by the intervals of the printed inputs, then by a finer print, else contradict.

        Only actuals are taken as rounded: estimates and specifications are what their document computes with.
        """
        cells = self.audit.program.cells
        measured = {p: c for p, c in reads.items() if cells[p].definition < 0 and c.status == "A"}
        judgement = judge(self.claim, self.printed, None, lambda mode: self.range(measured, mode))
        if judgement.verdict == "within_rounding":
            text = f"{judgement.how}: {self.names(measured)}"
            return self.result("within_rounding", best, text, list(measured.values()))
        finer = self.finer_print()
        if finer is not None:
            text = f"rounded again from the {finer.lexical} of {finer.locator}"
            return self.result("within_rounding", best, text, [finer])
        if self.claim.bound == "~" and self.printed.about().matches(best):
            return self.result("within_rounding", best, "printed as about, and rounds to it")
        hypotheses = tuple(Hypothesis(text) for text in self.hypotheses(best, reads))
        text = f"{self.audit.program.quantities[self.rule].expression} gives {decimal_text(best, 8)} {self.claim.unit}"
        published = any(h.text.startswith("the document computes") for h in hypotheses)
        return AuditRow(
            self.claim, "contradicted", best, text, self.rule, tuple(reads.values()), hypotheses, published=published
        )

    def result(self, verdict: str, value: Fraction, text: str, reads: Iterable[Claim] = ()) -> AuditRow:
        return AuditRow(self.claim, verdict, value, text, self.rule, tuple(reads))

    def range(self, measured: Mapping[int, Claim], mode: Mode) -> Interval | None:
        """Return what the rule gives while printed inputs range over what they can stand for, in the printed unit."""
        intervals = {}
        for p, claim in measured.items():
            interval = None if is_counted(claim, self.audit.counts) else print_interval(claim, mode)
            scale = self.audit.scale(claim)
            if interval is not None and scale is not None:
                intervals[p] = interval.times(1 / scale)
        reached = self.audit.range(self.at, intervals) if intervals else None
        return None if reached is None else reached.times(self.scale)

    def printed_reads(self) -> dict[int, Claim]:
        """Return the cells that the rule reads and that tables of the document print, with the print."""
        found = {}
        for p in self.audit.reads(self.at):
            prints = self.audit.prints.get((self.claim.document, p), [])
            same_table = [c for c in prints if c.locator == self.claim.locator]
            if prints:
                found[p] = (same_table or prints)[0]
        return found

    def mixtures(self, reads: Mapping[int, Claim]) -> Iterator[dict[int, Fraction]]:
        """Yield ways to read printed inputs: all as printed here first, then some from the model or another table.

        A wrong print of an input must not make a right figure look wrong, so each input may also keep the model's value
        or take what another table of the document prints.
        """
        choices: list[list[Fraction | None]] = []
        for p, here in reads.items():
            prints = self.audit.prints[self.claim.document, p]
            others = [c.model_value for c in prints if c.model_value != here.model_value]
            own: list[Fraction | None] = [here.model_value, *dict.fromkeys(others)]
            choices.append([*own, None] if self.is_known_here(p) else own)
        for mixture in islice(product(*choices), _MAX_MIXTURES):
            chosen = {p: v for p, v in zip(reads, mixture, strict=True) if v is not None}
            if chosen:
                yield chosen

    def is_known_here(self, position: int) -> bool:
        """Return whether the model's value of a cell is one that this document can have computed with.

        What only another document prints is none: a figure that follows from it, and not from what stands beside it, is
        no less wrong here.
        """
        given = self.audit.program.given.get(position)
        chosen = set(given.claims) if given is not None else set()
        return not chosen or self.claim.document in {self.audit.document[c] for c in chosen}

    def finer_print(self) -> Claim | None:
        """Return a sound print of the same cell with more places that rounds to this one, or None."""
        for other in self.audit.prints.get((self.claim.document, self.at), []):
            theirs = read_print(other)
            scale = self.audit.scale(other)
            if theirs is None or scale is None or other.model_value is None:
                continue
            step = theirs.step / scale * self.scale
            rounds = step < self.printed.step and self.printed.matches(other.model_value * self.scale)
            if rounds and self.audit.judge(other).verdict in ("reproduced", "within_rounding"):
                return other
        return None

    def hypotheses(self, best: Fraction, reads: Mapping[int, Claim]) -> Iterator[str]:
        """Yield what would explain a contradicted print, the smallest change first."""
        program, cell = self.audit.program, self.audit.program.cells[self.at]
        yield from self.variants(reads)
        for p, other in enumerate(program.cells):
            if other.quantity == cell.quantity and p != self.at:
                value = self.audit.evaluation.values.get(other.node)
                if value is not None and self.printed.matches(value * self.scale):
                    yield f"the figure of {self.audit.name(p)}"
        slip = explain_value(self.printed, best)
        if slip:
            yield slip

    def variants(self, reads: Mapping[int, Claim]) -> Iterator[str]:
        """Yield the variants of the rule that give the print: `as_published` is what the document computes instead.

        A variant is asked with the values of the model, and with the figures that the document itself prints.
        """
        program, chosen = self.audit.program, self.audit.evaluation.variants
        printed = {p: c.model_value for p, c in reads.items() if c.model_value is not None}
        for name, expression in program.quantities[self.rule].variants:
            changed = Evaluation(program, self.audit.evaluation.overrides, {**chosen, self.rule: name})
            own = ModelAudit(changed).recompute(self.at, printed) if printed else None
            values = [changed.value(self.at), own]
            if any(v is not None and self.printed.matches(v * self.scale) for v in values):
                published = name == PUBLISHED
                yield f"the document computes {expression}" if published else f"the variant {name} of the rule"

    def names(self, reads: Iterable[int]) -> str:
        """Return the quantities read, for an explanation."""
        return ", ".join(dict.fromkeys(self.audit.program.cells[p].quantity for p in reads))
