"""Reads single texts as the workspace reads its documents: numbers, units, periods, names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from bullwhip.errors import Problem, UsageError, ValidationError, did_you_mean
from bullwhip.model.answer import as_number
from bullwhip.model.chain import Company
from bullwhip.model.source import RawProgram
from bullwhip.numbers import fraction_text
from bullwhip.reading.calendar import FiscalCalendar
from bullwhip.reading.name import Aliases, Ambiguous, Match, find_names, read_name
from bullwhip.reading.number import Value, read_number
from bullwhip.reading.outcome import Missing, Refusal
from bullwhip.reading.period import Period, read_period
from bullwhip.reading.unit import read_unit
from bullwhip.units import Unit, Vocabulary, show

__all__ = ["KINDS", "Outcome", "Readers", "as_data"]

KINDS = ("number", "unit", "period", "name")

Outcome = Value | Unit | Period | Match | Ambiguous | Missing | Refusal


class Readers:
    """The readers of a workspace, with its counted units, document mappings, fiscal calendars and names.

    Args:
        files: every input file by name; what a reader needs is read when it is first asked.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def read(self, what: str, text: str, *, company: str = "", report: str = "") -> Outcome | tuple[Outcome, ...]:
        """Return what a text says; a text that is no name but holds some gives all of those.

        Args:
            what: number, unit, period or name.
            text: the text as printed.
            company: whose fiscal calendar counts, by id or name.
            report: the document whose units count.

        Raises:
            UsageError: BW001 for another kind, company or document.
        """
        if what == "number":
            return read_number(text, self._printed(report) if report else ())
        if what == "unit":
            return self.unit(text, report)
        if what == "period":
            return self.period(text, company)
        if what != "name":
            raise UsageError(Problem("BW001", f"no reader of {what!r}", hint=f"readers: {', '.join(KINDS)}"))
        whole = read_name(text, self.aliases)
        found = find_names(text, self.aliases) if isinstance(whole, Refusal) and whole.reason == "no_name" else ()
        return found or whole

    def unit(self, text: str, report: str = "") -> Unit | Missing | Refusal:
        """Return a unit; without a document, one that documents map differently is refused."""
        if report:
            return read_unit(text, self._vocabulary, self._printed(report))
        meanings = {r: m[text] for r, m in self._units.items() if text in m}
        different = {None if u is None else (u.factor, u.dimension) for u in meanings.values()}
        if len(different) > 1:
            said = "; ".join(f"{r}: {'nothing' if u is None else u.text}" for r, u in sorted(meanings.items()))
            return Refusal("ambiguous", text, said, "say which document with --report")
        alone = read_unit(text, self._vocabulary)
        if isinstance(alone, Refusal) and alone.reason == "ambiguous" and meanings:
            said = "; ".join(f"{r}: {'nothing' if u is None else u.text}" for r, u in sorted(meanings.items()))
            return replace(alone, detail=f"{alone.detail}; {said}", hint="say which document with --report")
        return read_unit(text, self._vocabulary, meanings and {text: next(iter(meanings.values()))})

    def period(self, text: str, company: str = "") -> Period | Missing | Refusal:
        """Return a period, a fiscal one by the calendar of a company where it has one."""
        if not company:
            return read_period(text)
        name = self._company(company)
        found = read_period(text, self._calendars.get(name))
        if isinstance(found, Period) and found.kind == "fiscal" and name not in self._calendars:
            return replace(found, note=f"no fiscal calendar of {name} is known")
        return found

    def kind_of(self, name: str) -> str:
        """Return whether an id is that of a company or of a product."""
        return "company" if name in {c.id for c in self._companies} else "product"

    def _company(self, name: str) -> str:
        known = {c.id for c in self._companies}
        found = name if name in known else read_name(name, self.aliases)
        if isinstance(found, Match) and found.id in known:
            found = found.id
        if not isinstance(found, str):
            hint = did_you_mean(name, [*known, *(c.label.zh for c in self._companies)])
            raise UsageError(Problem("BW001", f"no company {name!r}", hint=hint))
        return found

    def _printed(self, report: str) -> Mapping[str, Unit | None]:
        if report not in self._units:
            hint = did_you_mean(report, self._units, "documents")
            raise UsageError(Problem("BW001", f"no document {report!r}", hint=hint))
        return self._units[report]

    @cached_property
    def _raw(self) -> RawProgram:
        from bullwhip.load import load

        return load(dict(self._files), "")

    @cached_property
    def _companies(self) -> tuple[Company, ...]:
        from bullwhip.validate.companies import read_companies

        problems: list[Problem] = []
        return _sound(read_companies(self._raw.companies, problems, set(self._units)), problems)

    @cached_property
    def _calendars(self) -> Mapping[str, FiscalCalendar]:
        from bullwhip.validate.periods import read_calendars

        problems: list[Problem] = []
        return _sound(read_calendars(self._raw.catalogues.get("calendars"), self._companies, problems), problems)

    @cached_property
    def aliases(self) -> Aliases:
        """Every spelling of every company, and of every product where the workspace lists products."""
        from bullwhip.validate.periods import product_spellings, read_common_words, spellings

        problems: list[Problem] = []
        words = read_common_words(self._raw.catalogues.get("common_words"), problems)
        pairs = [
            *spellings(self._companies),
            *product_spellings(self._raw.catalogues.get("products"), set(self._units)),
        ]
        return _sound(Aliases(pairs, words, [(c.ticker, c.id) for c in self._companies if c.ticker]), problems)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        from bullwhip.validate.header import read_header, read_vocabulary

        problems: list[Problem] = []
        files = list(self._raw.rules)
        return _sound(read_vocabulary(read_header(files, problems), files, problems), problems)

    @cached_property
    def _units(self) -> Mapping[str, Mapping[str, Unit | None]]:
        """The printed units of each document."""
        from bullwhip.validate.mapping import read_mapping

        problems: list[Problem] = []
        mappings = [read_mapping(d.mapping, self._vocabulary, problems) for d in self._raw.documents]
        return _sound({m.document.id: m.units for m in mappings}, problems)


_Found = TypeVar("_Found")


def _sound(value: _Found, problems: list[Problem]) -> _Found:
    """Return a value unless reading it met errors."""
    errors = [p for p in problems if p.severity == "error"]
    if errors:
        raise ValidationError(errors)
    return value


def as_data(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain data: its kind (value, match, ambiguous, missing or refusal) and what it says.

    >>> as_data(read_number("1.5万"))["amount"], as_data(read_number("1,23"))["reason"]
    (15000, 'separator')
    """
    if isinstance(outcome, Missing):
        return {"kind": "missing", "reason": outcome.reason, "message": outcome.message}
    if isinstance(outcome, Refusal):
        return {
            "kind": "refusal", "reason": outcome.reason, "message": outcome.message, "hint": outcome.hint or None,
        }  # fmt: skip
    if isinstance(outcome, Match):
        return {"kind": "match", "id": outcome.id, "name": outcome.text, "start": outcome.start, "end": outcome.end}
    if isinstance(outcome, Ambiguous):
        return {
            "kind": "ambiguous", "ids": list(outcome.ids), "name": outcome.text, "start": outcome.start,
            "end": outcome.end, "message": outcome.reason,
        }  # fmt: skip
    if isinstance(outcome, Unit):
        exact, dimension = fraction_text(outcome.factor), show(outcome.dimension)
        return {"kind": "value", "unit": outcome.text, "factor": exact, "dimension": dimension}
    if isinstance(outcome, Period):
        return {
            "kind": "value", "period": outcome.label, "grain": outcome.grain, "period_kind": outcome.kind,
            "start": _day(outcome.start), "end": _day(outcome.end), "status": outcome.status or None,
            "note": outcome.note or None,
        }  # fmt: skip
    return _number(outcome)


def _day(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _number(value: Value) -> dict[str, Any]:
    numbers = {
        "value": value.value, "low": value.low, "high": value.high, "amount": value.amount,
        "amount_low": None if value.low is None else value.low * value.factor,
        "amount_high": None if value.high is None else value.high * value.factor, "growth": value.growth,
    }  # fmt: skip
    data: dict[str, Any] = {"kind": "value"}
    for name, number in numbers.items():
        data[name] = as_number(number)
        data["exact" if name == "value" else f"{name}_exact"] = None if number is None else fraction_text(number)
    return data | {
        "bound": value.bound or None, "scale": value.scale or None, "unit": value.unit,
        "printed_unit": value.printed_unit, "factor": fraction_text(value.factor), "sense": value.sense,
        "marks": list(value.marks),
    }  # fmt: skip
