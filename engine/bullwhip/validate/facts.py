"""Turns the rows of fact tables into claims, and joins each to the model cell it feeds or can be compared with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.claim import STATUS, Claim, Index
from bullwhip.model.period import read_year
from bullwhip.model.quantity import Dimension, Quantity
from bullwhip.model.source import RawDocument, RawTable
from bullwhip.numbers import NumberFormatError, read_decimal
from bullwhip.units import Unit, named, show
from bullwhip.validate.axes import Axes, Reading, read_table
from bullwhip.validate.declarations import Declarations
from bullwhip.validate.mapping import CellRule, ClaimRule, DocumentMapping, unknown_quantity
from bullwhip.validate.prints import check_print

__all__ = ["read_claims"]

BOUNDS = ("", "~", "<", "<=", ">", ">=")
_CELL_COLUMNS = (
    "locator",
    "row",
    "column",
    "part",
    "lexical",
    "value",
    "low",
    "high",
    "bound",
    "unit",
    "status",
    "line",
)
_CLAIM_COLUMNS = (
    *("locator", "subject", "measure", "value", "low", "high", "bound", "text_value", "unit", "period", "status", "by"),
    *("basis", "line"),
)

_OWN_COLUMNS = frozenset((*_CELL_COLUMNS, *_CLAIM_COLUMNS))


def read_claims(
    raw: RawDocument,
    mapping: DocumentMapping,
    found: Declarations,
    dimensions: dict[str, Dimension],
    periods: tuple[int, ...],
    problems: list[Problem],
) -> tuple[Claim, ...]:
    """Return every claim of a document, table cells first, each with its own content hash as id."""
    reader = _Reader(mapping, found, dimensions, periods, problems)
    claims = []
    for name, columns in (("cells", _CELL_COLUMNS), ("claims", _CLAIM_COLUMNS)):
        table = raw.tables.get(name)
        if table is None:
            continue
        missing = [c for c in columns if c not in table.columns]
        if missing:
            message = f"the table has no column {', '.join(missing)}"
            problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
            continue
        for row in _rows(table):
            claims.append(reader.cell(row) if name == "cells" else reader.statement(row))
    reader.report_unused()
    return _with_unique_ids(claims, problems)


class _Row:
    """One table row by column name, with its place."""

    def __init__(self, table: RawTable, number: int, cells: tuple[str, ...]) -> None:
        self.values = dict(zip(table.columns, cells, strict=True))
        self.table, self.number, self.cells = table, number, cells

    @property
    def file(self) -> str:
        """The name of the table's file."""
        return self.table.file

    @property
    def extra(self) -> Index:
        """What stands in columns that no table needs."""
        return tuple((c, v) for c, v in self.values.items() if v and c not in _OWN_COLUMNS)

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def place(self, column: str) -> Place:
        return self.table.place(self.number, self.cells, column)


def _rows(table: RawTable) -> Iterator[_Row]:
    for number, cells in table.rows:
        yield _Row(table, number, cells)


class _Reader:
    """Reads rows into claims; remembers which mapping entries were used."""

    def __init__(
        self,
        mapping: DocumentMapping,
        found: Declarations,
        dimensions: dict[str, Dimension],
        periods: tuple[int, ...],
        problems: list[Problem],
    ) -> None:
        self.mapping, self.found, self.dimensions = mapping, found, dimensions
        self.periods, self.problems = periods, problems
        self.cell_rules: dict[tuple[str, str], list[CellRule]] = {}
        for rule in mapping.cells:
            for table in rule.tables:
                for row in rule.rows:
                    self.cell_rules.setdefault((table, row), []).append(rule)
        self.claim_rules: dict[tuple[str, str], list[ClaimRule]] = {}
        for claim_rule in mapping.claims:
            self.claim_rules.setdefault((claim_rule.subject, claim_rule.measure), []).append(claim_rule)
        self.used: set[int] = set()
        self.rows: dict[str, dict[str, None]] = {}
        """Locator to the rows met there."""
        self.unmapped: set[tuple[str, str]] = set()

    def cell(self, row: _Row) -> Claim:
        self.rows.setdefault(row["locator"], {}).setdefault(row["row"])
        reading = self.reading(row)
        year = read_year(reading.period)
        claim = self.base(row, reading.subject, reading.measure, table=True)
        claim = replace(
            claim, row=row["row"], column=row["column"], part=row["part"], period=str(year or reading.period),
            entity=reading.entity, concept=reading.concept,
        )  # fmt: skip
        for rule in self.cell_rules.get((row["locator"], row["row"]), ()):
            if rule.part != row["part"] or (rule.columns is not None and row["column"] not in rule.columns):
                continue
            if rule.columns is None and year is None:
                continue
            self.used.add(id(rule))
            pairs = rule.index + rule.rows[row["row"]] + (rule.columns or {}).get(row["column"], ())
            period = rule.period if rule.period is not None else year if rule.columns is None else None
            return self.join(claim, rule, pairs, period, row)
        return claim

    def reading(self, row: _Row) -> Reading:
        """Return what a table cell is about: by the entry of its table, or by a column that is a year."""
        axes = self.mapping.axes.get(row["locator"])
        if axes is None:
            timed = read_year(row["column"]) is not None
            axes = Axes("measure", "period") if timed else Axes("subject", "measure")
        found = read_table(axes, row["row"], row["column"], row["part"])
        period = self.mapping.period_names.get(found.period, found.period)
        if found.subject and period == found.period:
            return found
        return replace(found, subject=found.subject or row["locator"], period=period)

    def statement(self, row: _Row) -> Claim:
        printed = self.mapping.period_names.get(row["period"], row["period"])
        year = read_year(printed)
        claim = self.base(row, row["subject"], row["measure"], table=False)
        period = "" if printed == "-" else str(year or printed)
        claim = replace(claim, period=period, by=row["by"], basis=row["basis"])
        for rule in self.claim_rules.get((row["subject"], row["measure"]), ()):
            wanted = (("locator", rule.locator), ("period", rule.printed_period), ("unit", rule.printed_unit))
            if any(text and text != row[column] for column, text in wanted):
                continue
            self.used.add(id(rule))
            return self.join(claim, rule, rule.index, rule.period if rule.period is not None else year, row)
        return claim

    def base(self, row: _Row, subject: str, measure: str, *, table: bool) -> Claim:
        if row["status"] not in STATUS:
            expected = ", ".join(STATUS)
            hint = "A is actual, E an estimate, forecast or assumption, spec a specification"
            message = f"status {row['status']!r} is not one of {expected}"
            self.problems.append(Problem("BW110", message, row.place("status"), hint))
        if row["bound"] not in BOUNDS:
            self.problems.append(
                Problem("BW110", f"bound {row['bound']!r} is not one of ~ < <= > >=", row.place("bound"))
            )
        unit = self.unit(row)
        value, low, high = (self.number(row, c) for c in ("value", "low", "high"))
        told = row["value"] and value is None  # the figure itself could not be read
        if row["lexical"].removesuffix("%") not in ("", row["value"]) and not told:  # most prints are the figure
            check_print(row["lexical"], (value, low, high, row["bound"]), self.mapping.units, row.place, self.problems)
        lexical = (
            row["lexical"] or row["value"] or row["text_value"] or (f"{row['low']}-{row['high']}" if row["low"] else "")
        )
        return Claim(
            "", self.mapping.document.id, table, row["locator"], "", "", "", lexical, value, low, high, row["bound"],
            row["unit"], unit.text if unit else "", row["status"], "", subject, measure, "", "",
            int(row["line"]) if row["line"].isdecimal() else 0, "", (), None, None, False, row.extra,
        )  # fmt: skip

    def unit(self, row: _Row) -> Unit | None:
        if row["unit"] not in self.mapping.units:
            if (row.file, row["unit"]) in self.unmapped:
                return None  # once a table is enough
            self.unmapped.add((row.file, row["unit"]))
            hint = f"add it under units: in the document file; {did_you_mean(row['unit'], self.mapping.units)}".rstrip(
                "; "
            )
            self.problems.append(
                Problem("BW206", f"the printed unit {row['unit']!r} is not mapped", row.place("unit"), hint)
            )
            return None
        return self.mapping.units[row["unit"]]

    def number(self, row: _Row, column: str) -> Fraction | None:
        if not row[column]:
            return None
        try:
            return read_decimal(row[column])
        except NumberFormatError as error:
            self.problems.append(
                Problem("BW112", str(error), row.place(column), "the print belongs into the lexical column")
            )
            return None

    def join(self, claim: Claim, rule: CellRule | ClaimRule, pairs: Index, period: int | None, row: _Row) -> Claim:
        """Return the claim tied to its model cell."""
        quantity = self.found.quantities.get(rule.quantity)
        if quantity is None:
            problem = unknown_quantity(rule.quantity, self.found.quantities, rule.at("quantity"))
            if problem not in self.problems:
                self.problems.append(problem)
            return claim
        index = self.index(quantity, pairs, rule.place)
        unit = self.found.units.get(quantity.id)
        value = None
        if unit is not None and rule.unit is not None:
            if unit.dimension != rule.unit.dimension:
                own = f"{quantity.id!r} in {named(unit.text, unit.dimension)}"
                message = f"{named(rule.unit.text, rule.unit.dimension)} does not fit {own}"
                hint = f"read the figures in a unit of {show(unit.dimension)}, or map them to another quantity"
                self.report_once(Problem("BW205", message, rule.at("unit"), hint))
            elif claim.value is not None:
                value = claim.value * rule.unit.factor / unit.factor
        period = period if quantity.timed else None
        feeds = not rule.compare and value is not None and self.is_input(quantity, index, period)
        if feeds and value is not None and not _in_range(value, quantity):
            self.problems.append(Problem("BW209", _range_message(quantity, claim.lexical), row.place("value")))
        text = rule.unit.text if rule.unit is not None else claim.unit_id
        return replace(
            claim,
            unit_id=text,
            quantity=quantity.id,
            index=index,
            model_period=period,
            model_value=value,
            feeds=feeds,
        )

    def is_input(self, quantity: Quantity, index: Index, period: int | None) -> bool:
        if len(index) < len(quantity.dimensions) or (quantity.timed and period not in self.periods):
            return False
        return quantity.is_driver or period in quantity.given

    def index(self, quantity: Quantity, pairs: Index, place: Place) -> Index:
        given = dict(pairs)
        for dimension, member in given.items():
            if dimension not in quantity.dimensions:
                message = f"{quantity.id!r} has no dimension {dimension!r}"
                self.report_once(
                    Problem("BW207", message, place, f"its dimensions: {', '.join(quantity.dimensions) or 'none'}")
                )
            elif member not in self.dimensions[dimension].members:
                hint = did_you_mean(member, self.dimensions[dimension].members, "members")
                self.report_once(Problem("BW207", f"{member!r} is not a member of {dimension!r}", place, hint))
        return tuple((d, given[d]) for d in quantity.dimensions if d in given)

    def report_once(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def report_unused(self) -> None:
        """Report mapping entries that met no row: a misspelt row would otherwise lose its fact silently."""
        rules: list[CellRule | ClaimRule] = [*self.mapping.cells, *self.mapping.claims]
        for rule in rules:
            if id(rule) not in self.used and not (isinstance(rule, CellRule) and not rule.tables):
                named = (*rule.tables, *rule.rows) if isinstance(rule, CellRule) else (rule.subject, rule.measure)
                what = ", ".join(repr(name) for name in named)
                hint = "copy the row, column and part exactly as they stand in the table"
                if isinstance(rule, CellRule):
                    known = [r for table in rule.tables for r in self.rows.get(table, ())]
                    missing = [r for r in rule.rows if r not in known]
                    nearest = next((h for r in missing if (h := did_you_mean(r, known))), "")
                    hint = f"{nearest} {hint}".strip()
                self.problems.append(Problem("BW211", f"the mapping of {what} meets no row", rule.place, hint))


def _in_range(value: Fraction, quantity: Quantity) -> bool:
    return (quantity.low is None or value >= quantity.low) and (quantity.high is None or value <= quantity.high)


def _range_message(quantity: Quantity, lexical: str) -> str:
    low = "-∞" if quantity.low is None else str(quantity.low)
    high = "∞" if quantity.high is None else str(quantity.high)
    return f"{lexical} is outside {low} … {high} {quantity.unit}, the range of {quantity.id!r}"


def _with_unique_ids(claims: list[Claim], problems: list[Problem]) -> tuple[Claim, ...]:
    """Give every claim the hash of its content; a repeated content gets its ordinal into the hash."""
    seen: dict[str, int] = {}
    done = []
    for c in claims:
        low, high = ("" if v is None else str(v) for v in (c.low, c.high))
        parts = (c.document, c.locator, c.row, c.column, c.part, c.subject, c.measure, c.period, c.lexical, low, high,
                 c.bound, c.unit, c.status)  # fmt: skip
        content = "\x1f".join(parts)
        seen[content] = seen.get(content, 0) + 1
        if seen[content] > 1:
            content += f"\x1f{seen[content]}"
        done.append(replace(c, id=hashlib.sha256(content.encode()).hexdigest()[:16]))
    return tuple(done)
