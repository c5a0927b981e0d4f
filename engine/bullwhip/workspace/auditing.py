"""The audit: every printed figure that follows from others is recomputed and judged, exactly (convention §6).

A print is *reproduced* when the model, or the rule on the printed figures it reads, comes out as printed by half-up
rounding or truncation; *within_rounding* when figures exist inside the rounding intervals of the printed inputs that
do; *contradicted* otherwise, with the smallest slip that would explain it, as a hypothesis; *not_derivable* when the
model has no rule for it, or lacks an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import Any

from bullwhip.errors import PropagationError
from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text
from bullwhip.propagate import Evaluation
from bullwhip.query.rounding import Mode, Printed, printed_places

__all__ = ["VERDICTS", "AuditRow", "audit"]

VERDICTS = ("reproduced", "within_rounding", "contradicted", "not_derivable")
_MAX_CORNERS = 10
_MAX_MIXTURES = 256


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A printed figure with its verdict."""

    claim: Claim
    verdict: str
    recomputed: Fraction | None
    """In the printed unit."""
    explanation: str

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        c = self.claim
        return {
            "report": c.document, "locator": c.locator, "row": c.row or None, "column": c.column or None,
            "subject": c.subject, "measure": c.measure, "printed": c.lexical, "unit": c.unit,
            "recomputed": as_number(self.recomputed), "recomputed_exact": exact_text(self.recomputed),
            "verdict": self.verdict, "quantity": c.quantity or None, "index": dict(c.index) if c.quantity else None,
            "period": c.model_period, "rule": c.quantity if self.recomputed is not None else None,
            "explanation": self.explanation,
        }  # fmt: skip


def audit(evaluation: Evaluation, claims: list[Claim]) -> list[AuditRow]:
    """Return the verdict on each claim, in the order given."""
    auditor = _Auditor(evaluation)
    return [auditor.judge(c) for c in claims]


class _Auditor:
    """Recomputes prints from the model and from the prints that their rules read."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.program: CompiledProgram = evaluation.program
        self.position = {(c.quantity, c.index, c.period): i for i, c in enumerate(self.program.cells)}
        self.prints: dict[tuple[str, int], list[Claim]] = {}
        for claim in self.program.claims:
            at = self.position.get((claim.quantity, claim.index, claim.model_period))
            if at is not None and claim.model_value is not None and claim.table:
                self.prints.setdefault((claim.document, at), []).append(claim)

    def judge(self, claim: Claim) -> AuditRow:
        """Return the verdict on one claim."""
        at = self.position.get((claim.quantity, claim.index, claim.model_period))
        if at is None:
            return AuditRow(claim, "not_derivable", None, "no rule of the model gives it")
        if self.program.cells[at].definition < 0:
            return AuditRow(claim, "not_derivable", None, "an input of the model")
        if claim.model_value is None or claim.value is None:
            return AuditRow(claim, "not_derivable", None, "no single figure is printed")
        try:
            model = self.evaluation.value(at)
        except PropagationError as error:
            return AuditRow(claim, "not_derivable", None, error.problems[0].message)
        if model is None:
            names = [self.name(p) for p in self.evaluation.unknown(at)]
            return AuditRow(claim, "not_derivable", None, f"no value for {', '.join(names[:3])}")
        scale = claim.value / claim.model_value if claim.model_value else None
        places = printed_places(claim.lexical)
        if scale is None or places is None:
            return AuditRow(claim, "not_derivable", None, "the print cannot be compared")
        if claim.bound in ("<", "<=", ">", ">="):
            return self.judge_bound(claim, model * scale)
        return self.judge_print(claim, at, model, scale, Printed(claim.value, places))

    def judge_bound(self, claim: Claim, exact: Fraction) -> AuditRow:
        """Judge a printed bound: it holds or it does not."""
        value = claim.value or Fraction(0)
        holds = {"<": exact < value, "<=": exact <= value, ">": exact > value, ">=": exact >= value}[claim.bound]
        verdict = "reproduced" if holds else "contradicted"
        return AuditRow(
            claim, verdict, exact, f"the model gives {decimal_text(exact)}, printed as {claim.bound} {claim.lexical}"
        )

    def judge_print(self, claim: Claim, at: int, model: Fraction, scale: Fraction, printed: Printed) -> AuditRow:
        """Judge a printed figure by the model, then by the prints that its rule reads, then by their intervals."""
        mode = printed.matches(model * scale)
        if mode:
            return AuditRow(claim, "reproduced", model * scale, f"the model, by {mode}")
        best = model * scale
        reads = self.printed_reads(claim, at)
        for chosen in self.mixtures(claim.document, reads):
            again = self.recompute(at, chosen)
            if again is None:
                continue
            if len(chosen) == len(reads):
                best = again * scale
            mode = printed.matches(again * scale)
            if mode:
                names = self.read_names(chosen)
                return AuditRow(claim, "reproduced", again * scale, f"from the printed {names}, by {mode}")
        measured = {p: c for p, c in reads.items() if self.program.cells[p].definition < 0 and c.status == "A"}
        within = self.within(at, measured, scale, printed)
        if within:
            text = f"inside the rounding intervals of the printed {self.read_names(measured)}, by {within}"
            return AuditRow(claim, "within_rounding", best, text)
        finer = self.finer_print(claim, at, scale, printed)
        if finer is not None:
            text = f"rounded again from the {finer.lexical} of {finer.locator}"
            return AuditRow(claim, "within_rounding", best, text)
        if claim.bound == "~" and abs(best - printed.value) <= abs(printed.value) / 10:
            return AuditRow(claim, "within_rounding", best, "printed as about, and within a tenth")
        return AuditRow(claim, "contradicted", best, self.hypothesis(claim, at, best, scale, printed))

    def finer_print(self, claim: Claim, at: int, scale: Fraction, printed: Printed) -> Claim | None:
        """Return a sound print of the same cell with more places that rounds to this one, or None."""
        for other in self.prints.get((claim.document, at), []):
            places = printed_places(other.lexical)
            if places is None or not other.value or other.model_value is None:
                continue
            step = Fraction(10) ** -places * other.model_value / other.value * scale
            rounds = step < printed.step and printed.matches(other.model_value * scale)
            if rounds and self.judge(other).verdict in ("reproduced", "within_rounding"):
                return other
        return None

    def printed_reads(self, claim: Claim, at: int) -> dict[int, Claim]:
        """Return the cells that the rule of a cell reads and that tables of the document print, with the print."""
        nodes = self.program.dag.nodes
        inner = self.program.dag.cone((self.evaluation.definition[self.program.cells[at].node],), {})
        reads = [nodes[n][1] for n in inner if nodes[n][0] == "cell"]
        found = {}
        for p in reads:
            prints = self.prints.get((claim.document, p), [])
            same_table = [c for c in prints if c.locator == claim.locator]
            if prints:
                found[p] = (same_table or prints)[0]
        return found

    def mixtures(self, document: str, reads: dict[int, Claim]) -> Iterator[dict[int, Fraction]]:
        """Yield ways to read printed inputs: all as printed here first, then some from the model or another table.

        A wrong print of an input must not make a right figure look wrong, so each input may also keep the model's value
        or take what another table of the document prints.
        """
        choices: list[list[Fraction | None]] = []
        for p, here in reads.items():
            others = [c.model_value for c in self.prints[document, p] if c.model_value != here.model_value]
            choices.append([here.model_value, *dict.fromkeys(others), None])
        for mixture in islice(product(*choices), _MAX_MIXTURES):
            chosen = {p: v for p, v in zip(reads, mixture, strict=True) if v is not None}
            if chosen:
                yield chosen

    def recompute(self, at: int, overrides: dict[int, Fraction]) -> Fraction | None:
        """Return the value of a cell when others are set."""
        merged = {**self.evaluation.overrides, **overrides}
        try:
            return Evaluation(self.program, merged, self.evaluation.variants).value(at)
        except PropagationError:
            return None

    def within(self, at: int, reads: dict[int, Claim], scale: Fraction, printed: Printed) -> Mode | None:
        """Return the mode in which the print lies in the range that rounded actual figures allow, or None.

        Only actuals are taken as rounded: estimates and specifications are what their document computes with.

        The range is taken over the corners of the inputs' intervals, which is exact for rules that are monotone in each
        input between its bounds, as products, quotients, sums and growth rates are.
        """
        intervals = {p: self.read_interval(c) for p, c in reads.items()}
        moving = [p for p, pair in intervals.items() if pair is not None]
        if not moving or len(moving) > _MAX_CORNERS:
            return None
        for index, mode in ((0, "half-up"), (1, "truncation")):
            values = []
            for corner in product((0, 1), repeat=len(moving)):
                chosen = {p: intervals[p][index][side] for p, side in zip(moving, corner, strict=True)}  # type: ignore[index]
                value = self.recompute(at, chosen)
                if value is None:
                    return None
                values.append(value * scale)
            low, high = printed.interval(mode)  # type: ignore[arg-type]
            if min(values) <= high and max(values) >= low:
                return mode  # type: ignore[return-value]
        return None

    def read_interval(self, claim: Claim) -> tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]] | None:
        """Return the half-up and truncation intervals of a printed input in its model unit."""
        places = printed_places(claim.lexical)
        if places is None or not claim.value or claim.model_value is None:
            return None
        printed, scale = Printed(claim.value, places), claim.model_value / claim.value
        half, cut = printed.interval("half-up"), printed.interval("truncation")
        return (half[0] * scale, half[1] * scale), (cut[0] * scale, cut[1] * scale)

    def hypothesis(self, claim: Claim, at: int, best: Fraction, scale: Fraction, printed: Printed) -> str:
        """Return what was expected and the smallest slip that would give the print."""
        text = f"{decimal_text(best, 8)} {claim.unit} was expected"
        cell = self.program.cells[at]
        for p, other in enumerate(self.program.cells):
            if other.quantity == cell.quantity and p != at:
                value = self.evaluation.values.get(other.node)
                if value is not None and printed.matches(value * scale):
                    return f"{text}; hypothesis: the figure of {self.name(p)}"
        for mode in ("half-up", "truncation"):
            for slip, meant in printed.slips():
                if Printed(meant, printed.places).matches(best) == mode:
                    return f"{text}; hypothesis: {slip}"
        for name, _ in self.program.quantities[cell.quantity].variants:
            value = Evaluation(self.program, self.evaluation.overrides, {cell.quantity: name}).value(at)
            if value is not None and printed.matches(value * scale):
                return f"{text}; hypothesis: the variant {name} of the rule"
        return text

    def name(self, position: int) -> str:
        """Return the name of a cell."""
        cell = self.program.cells[position]
        return index_text(cell.quantity, cell.index, cell.period)

    def read_names(self, reads: Iterable[int]) -> str:
        """Return the quantities read, for an explanation."""
        return ", ".join(dict.fromkeys(self.program.cells[p].quantity for p in reads))
