"""What a quantity has to be, as typed or as printed: a value, a range, or the interval that a print stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.answer import Source, claim_source
from bullwhip.model.claim import Claim
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.propagate.intervals import Extended, Interval
from bullwhip.workspace.naming import amount_of, select_cells, split_setting, wrong

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Target", "ends_of", "target_of", "target_of_claim"]


@dataclass(frozen=True, slots=True)
class Target:
    """Cells that are to have a value, and where that value has to lie."""

    name: str
    interval: Interval
    claim: Source | None = None


def target_of(program: CompiledProgram, text: str) -> Target:
    """Read `ID[…]=NUMBER[ UNIT]` or `ID[…]=LOW..HIGH[ UNIT]`; one end of a range may be left out.

    Raises:
        UsageError: BW001, BW002, BW205, BW206 or BW209 with a caret, BW415 for a range whose ends are turned round.
    """
    name, _, start = split_setting(text, "NUMBER[ UNIT], ID=LOW..HIGH[ UNIT], or give --claim")
    quantity = select_cells(program, name).quantity
    low, high = ends_of(program, quantity, text, start)
    return Target(name, Interval(low, high))


def ends_of(program: CompiledProgram, quantity: Quantity, text: str, start: int) -> tuple[Extended, Extended]:
    """Return the ends of an amount or of a range of amounts of a quantity; one that is left out is infinite.

    Args:
        program: gives the unit vocabulary.
        quantity: whose values they are; the unit behind a range counts for both ends.
        text: all that was typed.
        start: where in it the amount begins.

    Raises:
        UsageError: BW002, BW205, BW206 or BW209 with a caret, BW415 for ends that are turned round.
    """
    first, dots, second = text[start:].partition("..")
    if not dots:
        value = amount_of(program, quantity, first.strip(), text, start + len(first) - len(first.lstrip()))
        return value, value
    unit = re.sub(r"^\s*[+-]?[0-9][0-9.eE+/-]*", "", second)
    shared = first.strip() + unit if re.fullmatch(r"\s*[0-9.eE+/-]+\s*", first) else first.strip()
    low = amount_of(program, quantity, shared, text, start) if first.strip() else -inf
    high = amount_of(program, quantity, second.strip(), text, start + len(first) + 2) if second.strip() else inf
    if low > high or (low, high) == (-inf, inf):
        turned = " with LOW <= HIGH" if low > high else ""
        hint = f"write LOW..HIGH{turned}, LOW.. or ..HIGH"
        raise wrong(text, f"{text[start:].strip()!r} is no range", hint, start, len(text) - start, "BW415")
    return low, high


def target_of_claim(workspace: Workspace, name: str, path: str) -> Target:
    """Return the interval that a print stands for (convention §6.3), in the unit of the quantity it is compared with.

    Args:
        workspace: the workspace.
        name: the quantity the print has to be of, with members where wanted; empty for whichever it is.
        path: `REPORT/LOCATOR/ROW/COLUMN`, of running text `REPORT/LOCATOR/SUBJECT/MEASURE`; or the id of the claim.

    Raises:
        UsageError: BW001 where no claim has the path, BW002 where the name brings a value too, BW414 where the claim
            can be no target.
    """
    from bullwhip.audit.prints import is_counted, print_interval

    if "=" in re.sub(r"\[[^\]]*\]", "", name):
        hint = "leave out =VALUE, or --claim"
        raise wrong(name, "a value and a claim both say what it has to be", hint, code="BW002")
    program = workspace.program
    claim = _claim(program, path)
    cell = index_text(claim.quantity, claim.index, claim.model_period) if claim.quantity else ""
    if not cell:
        hint = "bullwhip facts --quantity ID lists the figures that are compared with a quantity"
        raise UsageError(Problem("BW414", f"the figure at {path!r} is compared with no quantity", hint=hint))
    if name:
        at = [program.cells[p] for p in select_cells(program, name).positions]
        if cell not in {index_text(c.quantity, c.index, c.period) for c in at}:
            raise UsageError(Problem("BW414", f"the figure at {path!r} is of {cell}, not of {name}"))
    interval = print_interval(claim, "half-up")
    scale = _scale(program, claim)
    if interval is None or scale is None:
        raise UsageError(Problem("BW414", f"no single figure is printed at {path!r}: {claim.lexical!r}"))
    if claim.value is not None and is_counted(claim, {count for count, *_ in program.header.counts}):
        interval = Interval.point(claim.value)
    published = {d.id: d.published for d in program.documents}
    return Target(cell, interval.times(scale), claim_source(claim, cell, published[claim.document]))


def _claim(program: CompiledProgram, path: str) -> Claim:
    known: dict[str, list[Claim]] = {}
    for c in program.claims:
        ends = (c.row, c.column) if c.table else (c.subject, c.measure)
        known.setdefault("/".join((c.document, c.locator, *ends)), []).append(c)
    found = known.get(path) or [c for c in program.claims if c.id == path]
    compared = [c for c in found if c.quantity] or found
    if not found:
        near = [k for k in known if k.startswith(path.rstrip("/") + "/")]
        hint = did_you_mean(path, near or known) or "write REPORT/LOCATOR/ROW/COLUMN as bullwhip facts shows them"
        raise UsageError(Problem("BW001", f"no claim is printed at {path!r}", hint=hint))
    if len(compared) > 1:
        hint = "give the id of one: " + ", ".join(f"{c.id} ({c.part or c.lexical})" for c in compared[:6])
        raise UsageError(Problem("BW414", f"{len(compared)} figures are printed at {path!r}", hint=hint))
    return compared[0]


def _scale(program: CompiledProgram, claim: Claim) -> Fraction | None:
    """Return what one printed unit is in the unit of the quantity that the print is compared with."""
    if claim.value and claim.model_value:
        return claim.model_value / claim.value
    return claim.factor / program.factors[claim.quantity] if claim.factor else None
