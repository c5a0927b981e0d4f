"""Reads the tables of things that claims are about: products, topics and measures, each once under one id."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.grammar import MEMBER
from bullwhip.model.claim import Claim
from bullwhip.model.entity import Local, Measure, Product, Topic
from bullwhip.model.label import Label
from bullwhip.model.source import RawTable
from bullwhip.units import DIMENSIONLESS, Dimension, UnitError, Vocabulary, show

__all__ = [
    "Line",
    "Rows",
    "cycles",
    "fits",
    "read_measures",
    "read_products",
    "read_topics",
    "spellings",
    "with_amount",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table of named things."""

    values: Mapping[str, str]
    place: Place

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "").strip()

    @property
    def label(self) -> Label:
        """The labels of the row."""
        return Label(self["label_zh"], self["label_en"])


@dataclass(frozen=True, slots=True)
class Rows:
    """The sound rows of a table of named things by id."""

    noun: str
    lines: dict[str, Line] = field(default_factory=dict)

    @classmethod
    def read(cls, table: RawTable | None, noun: str, problems: list[Problem]) -> Rows:
        """Return the rows of a table with distinct ids; what is wrong with the others is reported."""
        rows = cls(noun)
        if table is None:
            return rows
        missing = [c for c in ("id", "label_zh", "label_en") if c not in table.columns]
        if missing:
            message = f"the table has no column {', '.join(missing)}"
            problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
            return rows
        for number, cells in table.rows:
            values = dict(zip(table.columns, cells, strict=True))
            name = values["id"]
            line = Line(values, Place(table.file, number, 1, "\t".join(cells), max(1, len(name))))
            if not MEMBER.fullmatch(name):
                message = f"the {noun} id {name!r} is malformed"
                problems.append(Problem("BW203", message, line.place, "use snake_case"))
            elif name in rows.lines:
                problems.append(Problem("BW202", f"the {noun} {name!r} is declared twice", line.place))
            else:
                rows.lines[name] = line
        return rows

    def __iter__(self) -> Iterator[tuple[str, Line]]:
        return iter(sorted(self.lines.items()))

    def check(self, column: str, known: Collection[str], code: str, noun: str, problems: list[Problem]) -> None:
        """Report rows that name something unknown in a column."""
        for name, line in self:
            if line[column] and line[column] not in known:
                message = f"no {noun} {line[column]!r}, named as {column} of {name!r}"
                problems.append(Problem(code, message, line.place, did_you_mean(line[column], known)))

    def check_circle(self, column: str, problems: list[Problem], code: str = "BW110") -> None:
        """Report rows that a column leads back to."""
        for circle in cycles({name: line[column] for name, line in self}):
            path = " → ".join((*circle, circle[0]))
            problems.append(Problem(code, f"{column} runs in a circle: {path}", self.lines[circle[0]].place))


def cycles(parents: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return every circle that following parents runs into, each once, beginning with its first name.

    >>> cycles({"a": "b", "b": "a", "c": "a", "d": ""})
    [('a', 'b')]
    """
    found: set[tuple[str, ...]] = set()
    for start in parents:
        path: list[str] = []
        name = start
        while name and name in parents and name not in path:
            path.append(name)
            name = parents[name]
        if name in path:
            circle = path[path.index(name) :]
            first = circle.index(min(circle))
            found.add((*circle[first:], *circle[:first]))
    return sorted(found)


def spellings(text: str, documents: Collection[str]) -> tuple[tuple[str, ...], Local]:
    """Return the spellings of a cell apart by `;`, and those that hold in one document only, written `003:spelling`.

    A number before the colon is a document even where the workspace does not hold it: what it calls a thing then
    holds nowhere.

    >>> spellings("A100;003:GPU;NVIDIA: A100", {"003"})
    (('A100', 'NVIDIA: A100'), (('003', 'GPU'),))
    """
    everywhere, local = [], []
    for part in (p.strip() for p in text.split(";")):
        head, colon, rest = part.partition(":")
        if colon and (head in documents or (head.isdecimal() and not rest[:1].isspace())):
            local.append((head, rest.strip()))
        elif part:
            everywhere.append(part)
    return tuple(everywhere), tuple(local)


def read_products(
    rows: Rows,
    companies: Collection[str],
    tiers: Collection[str],
    documents: Collection[str],
    problems: list[Problem],
) -> tuple[Product, ...]:
    """Return the products, in order of id."""
    rows.check("company", companies, "BW215", "company", problems)
    rows.check("tier", tiers, "BW212", "tier", problems)
    rows.check("variant_of", rows.lines, "BW201", "product", problems)
    rows.check_circle("variant_of", problems)
    forms: dict[tuple[str, str], str] = {}
    products = []
    for name, line in rows:
        family = line["variant_of"]
        key = (family, line["form"])
        sibling = line["form"] and family in rows.lines and rows.lines[family]["kind"] == line["kind"]
        if sibling and forms.setdefault(key, name) != name:
            message = f"{forms[key]!r} and {name!r} are the same form {line['form']!r} of {line['variant_of']!r}"
            problems.append(Problem("BW202", message, line.place, "keep one of them, with both names as aliases"))
        aliases, local = spellings(line["aliases"], documents)
        products.append(
            Product(name, line.label, line["company"], line["kind"], line["tier"], line["form"], line["variant_of"],
                    aliases, local)
        )  # fmt: skip
    return tuple(products)


def read_topics(
    rows: Rows, tiers: Collection[str], documents: Collection[str], problems: list[Problem]
) -> tuple[Topic, ...]:
    """Return the topics, in order of id."""
    rows.check("broader", rows.lines, "BW201", "topic", problems)
    rows.check("tier", tiers, "BW212", "tier", problems)
    rows.check_circle("broader", problems)
    return tuple(
        Topic(name, line.label, line["broader"], line["tier"], *spellings(line["aliases"], documents))
        for name, line in rows
    )


def read_measures(
    rows: Rows, vocabulary: Vocabulary, documents: Collection[str], problems: list[Problem]
) -> tuple[Measure, ...]:
    """Return the measures, in order of id."""
    measures = []
    for name, line in rows:
        units = tuple(u.strip() for u in line["units"].split(";") if u.strip())
        for unit in units:
            if unit in _OPEN:
                continue
            try:
                vocabulary.parse(unit)
            except UnitError as error:
                problems.append(Problem("BW206", f"{error}, unit of the measure {name!r}", line.place, error.hint))
        if line["timed"] not in ("", "yes", "no"):
            problems.append(Problem("BW110", f"timed of {name!r} must be yes or no", line.place))
        aliases, local = spellings(line["aliases"], documents)
        measures.append(Measure(name, line.label, units, line["timed"] != "no", aliases, local))
    return tuple(measures)


_OPEN = ("money", "count")
"""Kinds of unit that are no one dimension: any currency, any counted thing or a bare number."""


def fits(units: tuple[str, ...], dimension: Dimension, vocabulary: Vocabulary, counted: Collection[str]) -> bool:
    """Return whether a dimension is one of those that a measure allows, counted things left out: GB per card is GB.

    >>> v = Vocabulary.with_counts({"card": ()})
    >>> fits(("money",), v.parse("CNY/card").dimension, v, {"card"}), fits(("W",), v.parse("kWh").dimension, v, ())
    (True, False)
    """
    bare = _bare(dimension, counted)
    for unit in units:
        if unit == "money":
            found = len(bare) == 1 and bare[0][0].startswith("money_") and bare[0][1] == 1
        else:
            found = bare == (DIMENSIONLESS if unit == "count" else _bare(vocabulary.parse(unit).dimension, counted))
        if found:
            return True
    return not units


def with_amount(claim: Claim, vocabulary: Vocabulary, counted: Collection[str]) -> Claim:
    """Return a claim with the factor and the dimension of its unit, where it has a counterpart.

    Counted things are no part of the dimension; where there is no other, they are what the claim counts.
    """
    if not claim.unit_id:
        return claim
    unit = vocabulary.parse(claim.unit_id)
    bare = _bare(unit.dimension, counted)
    things = show(unit.dimension) if unit.dimension and not bare else ""
    return replace(claim, factor=unit.factor, dimension=show(bare), counted=things)


def _bare(dimension: Dimension, counted: Collection[str]) -> Dimension:
    return tuple((name, exponent) for name, exponent in dimension if name not in counted)
