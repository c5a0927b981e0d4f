"""Reads a workbook back as a scenario: changed inputs and chosen variants, with all that is wrong told at once."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bullwhip.errors import LoadError, Place, Problem, UsageError, did_you_mean
from bullwhip.load.workbook_file import RawCell, RawRow, RawWorkbook, read_workbook_file
from bullwhip.model.label import Label
from bullwhip.model.readback import ReadBack, Setting
from bullwhip.numbers import NumberFormatError, fraction_text, read_decimal
from bullwhip.workspace.naming import parse_set, select_cells
from bullwhip.workspace.workbooking import AS_WRITTEN, FORMAT, stamp_of

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["read_workbook", "scenario_text", "typed_decimal"]

_ID = re.compile(r"[a-z][a-z0-9_]*")
_EXACT = re.compile(r"-?[0-9]{1,4000}(?:/[0-9]{1,4000}|(?:\.[0-9]{1,4500})?(?:[eE][+-]?[0-9]{1,3})?)")
"""The texts of exact values (`fraction_text`)."""
_DIGITS = 15
"""Digits that a spreadsheet keeps; a value that agrees in them is as it was exported."""
_NAMED = 5
"""Differences that a warning names."""


def read_workbook(workspace: Workspace, path: str | Path, name: str = "", *, formulas: bool = False) -> ReadBack:
    """Return what a workbook changes, as a scenario on top of the facts (convention §27).

    Args:
        workspace: the workspace that the workbook was exported from.
        path: the file.
        name: id of the scenario; made from the name of the file when empty.
        formulas: whether formulas that were typed over a driver count with the value they had when the file was saved.

    Raises:
        LoadError: with every problem found: BW561 to BW568, and those of names, amounts and ranges.
        UsageError: BW002 for an id that is none.
    """
    file = Path(path)
    wanted = name or re.sub(r"\W+", "_", file.stem.lower(), flags=re.ASCII).strip("_")
    if not _ID.fullmatch(wanted):
        hint = "give one with --id: lower-case letters, digits and underscores"
        raise UsageError(Problem("BW002", f"{wanted or file.stem!r} is no id of a scenario", hint=hint))
    raw = read_workbook_file(file)
    reading = _Reading(workspace, raw, formulas)
    reading.stamp()
    settings = [s for row in raw.drivers if (s := reading.driver(row)) is not None]
    variants = [v for row in raw.variants if (v := reading.variant(row)) is not None]
    if reading.problems:
        raise LoadError(reading.problems)
    reading.compare()
    stamp = raw.stamp
    made = f"bullwhip {stamp.get('bullwhip', '?')}, inputs {stamp.get('inputs', '')[:12]}"
    note = f"Read back from {file.name} ({made})."
    return ReadBack(
        wanted, Label(wanted, wanted), note, tuple(settings), tuple(variants), reading.unchanged,
        tuple(reading.warnings),
    )  # fmt: skip


def scenario_text(back: ReadBack) -> str:
    """Return a scenario as the text of its file (docs/workspace.md)."""

    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    lines = [
        "scenario:",
        f"  label: {{zh: {quoted(back.label.zh)}, en: {quoted(back.label.en)}}}",
        f"  note: {quoted(back.note)}",
    ]
    if back.settings:
        lines += ["  set:", *(f"    {quoted(s.cell)}: {quoted(s.amount)}" for s in back.settings)]
    if back.variants:
        lines += ["  variants:", *(f"    {rule}: {variant}" for rule, variant in back.variants)]
    return "\n".join(lines) + "\n"


def typed_decimal(value: float) -> str:
    """Return the decimal that a person typed: the shortest one that is read as this double.

    >>> typed_decimal(0.07), typed_decimal(1e21), typed_decimal(312), typed_decimal(2.5e-7)
    ('0.07', '1000000000000000000000', '312', '0.00000025')
    """
    decimal = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    text = format(decimal, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if len(text) <= 40 else str(decimal.normalize()).lower()


@dataclass
class _Reading:
    """One reading of a workbook; problems are collected, none stops it."""

    workspace: Workspace
    raw: RawWorkbook
    formulas: bool
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unchanged: int = 0
    moved: list[str] = field(default_factory=list)
    """Inputs that the workspace now gives another value than the workbook was exported with."""
    seen: dict[str, str] = field(default_factory=dict)

    def stamp(self) -> None:
        """Compare what the workbook was made from with the workspace."""
        ours = stamp_of(self.workspace)
        theirs = self.raw.stamp
        place = Place(self.raw.path)
        if theirs.get("format") != FORMAT:
            message = f"a workbook of the form {theirs.get('format')!r}; this version reads {FORMAT}"
            self.problems.append(Problem("BW562", message, place, "export it again and copy the changes over"))
        told = [k for k in ("workspace", "inputs", "bullwhip", "as_of", "policy") if theirs.get(k, "") != ours[k]]
        if told:
            shown = ", ".join(f"{k} {_brief(theirs.get(k, ''))} (here {_brief(ours[k])})" for k in told)
            hint = "changes are taken from the workbook, everything else from the workspace as it is now"
            self.warnings.append(Problem("BW567", f"made from another state: {shown}", place, hint, "warning"))

    def compare(self) -> None:
        """Warn of unchanged inputs whose facts have changed since."""
        if self.moved:
            more = f" and {len(self.moved) - _NAMED} more" if len(self.moved) > _NAMED else ""
            message = f"{len(self.moved)} unchanged inputs have other facts now: {', '.join(self.moved[:_NAMED])}{more}"
            hint = "they keep what the workspace says now"
            self.warnings.append(Problem("BW567", message, Place(self.raw.path), hint, "warning"))

    def driver(self, row: RawRow) -> Setting | None:
        """Return what a row of `drivers` sets, or nothing where it is as it was exported or something is wrong."""
        try:
            return self._driver(row, row.cells["cell"].text, row.cells["value"])
        except _ToldError:
            return None

    def _driver(self, row: RawRow, name: str, cell: RawCell) -> Setting | None:
        program = self.workspace.program
        position = self._position(row.cells["cell"], name)
        quantity = program.quantities[program.cells[position].quantity]
        if row.cells["unit"].text != quantity.unit:
            message = f"the unit of {name!r} is {row.cells['unit'].text!r}; the workspace has {quantity.unit!r}"
            self._tell("BW568", row.cells["unit"], message, f"write {quantity.unit} and the value in it")
        exported = self._exported(row.cells["as exported"])
        number = self._number(cell, name, exported)
        given = program.given.get(position)
        was = None if given is None else given.value
        if number is not None and (exported is None or not _agree(number, exported)):
            return self._setting(cell, name, number, was)
        self.unchanged += 1
        if exported is not None and row.cells["status"].text.startswith("set"):  # by the scenario it was exported under
            return None if was == exported else self._setting(cell, name, exported, was)
        if was != exported:
            self.moved.append(name)
        return None

    def _setting(self, cell: RawCell, name: str, number: Fraction | float, was: Fraction | None) -> Setting:
        """Return a setting with its amount: digits as typed and the unit, where an amount can be written with it."""
        program = self.workspace.program
        unit = program.quantities[name.partition("[")[0]].unit
        digits = fraction_text(number) if isinstance(number, Fraction) else typed_decimal(number)
        told: list[Problem] = []
        for amount in ([f"{digits} {unit}"] if unit != "1" else []) + [digits]:
            try:
                _, value = parse_set(program, f"{name}={amount}")
            except UsageError as error:
                told += error.problems
                continue
            if value == read_decimal(digits):
                return Setting(name, amount, value, was, unit, cell.place, cell.formula)
        return self._tell(told[-1].code, cell, told[-1].message, told[-1].hint)

    def _position(self, cell: RawCell, name: str) -> int:
        """Return the one cell of the program that a row names."""
        if not name:
            self._tell("BW563", cell, "a row names no cell", "put the row back as it was exported, or delete it")
        if name in self.seen:
            self._tell("BW563", cell, f"{name!r} stands on two rows", f"the other is {self.seen[name]}; delete one")
        self.seen[name] = cell.place
        program = self.workspace.program
        try:
            positions = select_cells(program, name).positions
        except UsageError as error:
            self._tell("BW563", cell, error.problems[0].message, error.problems[0].hint)
        first = program.cells[positions[0]].name
        if len(positions) > 1 or first != name:
            self._tell("BW563", cell, f"{name!r} is not the name of one cell", f"e.g. {first}")
        return positions[0]

    def _exported(self, cell: RawCell) -> Fraction | None:
        try:
            return _exact(cell.text) if cell.text else None
        except NumberFormatError:
            hint = "leave this column as it was exported; the change belongs in the column `value`"
            self._tell("BW564", cell, f"{cell.text[:60]!r} is not what was exported", hint)

    def _number(self, cell: RawCell, name: str, exported: Fraction | None) -> float | None:
        """Return the number of a cell; None where it is empty and was."""
        value = cell.value
        if cell.formula and not self.formulas:
            hint = "type the number, or take the last value of every such formula with --formulas"
            self._tell("BW565", cell, f"{name!r} holds the formula {cell.formula[:60]}", hint)
        if value is None and cell.formula:
            hint = "open and save it in a spreadsheet, which computes it"
            self._tell("BW565", cell, f"the formula {cell.formula[:60]} of {name!r} was saved without a value", hint)
        if value is None or (isinstance(value, str) and not value.strip()):
            if exported is None:
                return None
            hint = "a scenario sets values; it cannot take one away. Put the value back"
            self._tell("BW566", cell, f"{name!r} was emptied", hint)
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            hint = "type plain digits; the unit stands beside"
            self._tell("BW564", cell, f"{name!r} is {_kind(value)}, not a number", hint)
        return value

    def variant(self, row: RawRow) -> tuple[str, str] | None:
        """Return the variant that a row of `variants` chooses, or nothing where it is the rule as written."""
        rule, chosen = row.cells["rule"].text, row.cells["chosen"]
        quantities = self.workspace.program.quantities
        known = [name for name, _ in quantities[rule].variants] if rule in quantities else []
        try:
            if not known:
                hint = did_you_mean(rule, [q.id for q in quantities.values() if q.variants])
                self._tell("BW563", row.cells["rule"], f"no rule {rule!r} with variants", hint)
            if chosen.text not in (AS_WRITTEN, *known):
                hint = did_you_mean(chosen.text, [AS_WRITTEN, *known], "variants")
                self._tell("BW563", chosen, f"{rule!r} has no variant {chosen.text!r}", hint)
        except _ToldError:
            return None
        return None if chosen.text == AS_WRITTEN else (rule, chosen.text)

    def _tell(self, code: str, cell: RawCell, message: str, hint: str = "") -> NoReturn:
        """Keep a problem and leave the row."""
        self.problems.append(Problem(code, message, Place(f"{self.raw.path} {cell.place}"), hint))
        raise _ToldError


class _ToldError(Exception):
    """What is wrong with a row has been told."""


def _exact(text: str) -> Fraction:
    """Return the exact text of a value; longer than what is typed, and with an exponent that stays small.

    Raises:
        NumberFormatError: for anything else.
    """
    above, slash, below = text.partition("/")
    if not _EXACT.fullmatch(text) or (slash and not int(below)):
        raise NumberFormatError(f"{text[:60]!r} is not an exact number")
    return Fraction(Decimal(above)) / int(below or 1)


def _agree(number: float, exported: Fraction) -> bool:
    """Return whether a number is what was exported, as far as a spreadsheet keeps digits."""
    try:
        return format(number, f".{_DIGITS}g") == format(float(exported), f".{_DIGITS}g")
    except OverflowError:
        return False


def _is_finite(number: float) -> bool:
    """Return whether a double holds a number; a whole one can be beyond all of them."""
    try:
        return isfinite(number)
    except OverflowError:
        return False


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, date | datetime | time | timedelta):
        return f"the date {value}"
    if isinstance(value, str) and value.startswith("#"):
        return f"the error {value[:20]}"
    return f"the text {str(value)[:60]!r}"


def _brief(text: str) -> str:
    return (text[:12] if len(text) > 40 else text) or "none"
