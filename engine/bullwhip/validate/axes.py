"""Reads which axis of a table holds the subject, the measure and the period, and what a document's wordings mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from bullwhip.errors import Place, Problem
from bullwhip.model.source import MapNode, Node, ScalarNode
from bullwhip.validate.form import Form, scalar_text

__all__ = ["NOTHING", "Axes", "Meaning", "Reading", "read_axes", "read_meanings", "read_period_names", "read_table"]

NOTHING = "-"
"""Written for an entity or a concept: the words are known, but do not say which thing it is."""


@dataclass(frozen=True, slots=True)
class Axes:
    """How one table is to be read; an entry under `by_row`, `by_column` or `by_part` changes it for those cells."""

    rows: str = ""
    columns: str = ""
    parts: str = ""
    """What the part of a cell says: nothing that is read, or the measure."""
    about: str = ""
    """The subject, where no axis holds it."""
    measure: str = ""
    period: str = ""
    entity: str = ""
    """What the cells are about, by its id, where no printed text says so."""
    concept: str = ""
    entities: dict[str, str] = field(default_factory=dict)
    """What subjects are in this table, by their printed text."""
    concepts: dict[str, str] = field(default_factory=dict)
    """What measures are in this table, by their printed text."""
    by: tuple[tuple[str, dict[str, Axes]], ...] = ()
    place: Place = field(default_factory=lambda: Place(""), compare=False)

    def at(self, row: str, column: str, part: str) -> Axes:
        """Return how one cell is to be read."""
        found = self
        for axis, changes in self.by:
            change = changes.get(row if axis == "by_row" else column if axis == "by_column" else part)
            if change is not None:
                found = _changed(found, change.at(row, column, part))
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell of a table is about."""

    subject: str
    measure: str
    period: str
    entity: str = ""
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a statement in running text is about, where its subject and measure do not say it one by one."""

    subject: str
    measure: str
    entity: str
    concept: str
    place: Place


_TEXTS = tuple(f.name for f in fields(Axes) if f.name not in ("entities", "concepts", "by", "place"))


def _changed(axes: Axes, change: Axes) -> Axes:
    said = {name: getattr(change, name) for name in _TEXTS if getattr(change, name)}
    entities, concepts = {**axes.entities, **change.entities}, {**axes.concepts, **change.concepts}
    return replace(axes, **said, entities=entities, concepts=concepts, place=change.place)


def read_table(axes: Axes, row: str, column: str, part: str) -> Reading:
    """Return what a cell is about.

    >>> read_table(Axes("subject", "measure/period"), "NVIDIA", "revenue/2023", "")
    Reading(subject='NVIDIA', measure='revenue', period='2023', entity='', concept='')
    >>> read_table(Axes("measure", "period", about="all"), "revenue", "2023", "").subject
    'all'
    """
    axes = axes.at(row, column, part)
    found: dict[str, str] = {}
    for role, text in ((axes.rows, row), (axes.columns, column), (axes.parts, part)):
        if not role or not text:
            continue
        if role == "measure/period":
            found["measure"], _, found["period"] = _split(text, last=True)
        elif role == "period/measure":
            found["period"], _, found["measure"] = _split(text, last=False)
        else:
            found[role] = text
    subject = axes.about or found.get("subject", "")
    measure = axes.measure or found.get("measure", "")
    entity = axes.entity or axes.entities.get(subject, "")
    concept = axes.concept or axes.concepts.get(measure, "")
    return Reading(subject, measure, axes.period or found.get("period", ""), entity, concept)


def _split(text: str, *, last: bool) -> tuple[str, str, str]:
    """Split a header at its slash; one without is a measure alone."""
    if "/" not in text:
        return (text, "", "") if last else ("", "", text)
    first, slash, second = text.rpartition("/") if last else text.partition("/")
    return first.strip(), slash, second.strip()


def read_axes(tables: MapNode, problems: list[Problem]) -> dict[str, Axes]:
    """Return how each table of a document is read.

    A plain text is the subject of a table whose rows are measures and whose columns are periods.
    """
    return {name: _axes(node, f"table {name!r}", problems) for name, node in tables}


def _axes(node: Node, what: str, problems: list[Problem], *, part: bool = False) -> Axes:
    if isinstance(node, ScalarNode):
        rows, columns = ("", "") if part else ("measure", "period")
        return Axes(rows, columns, about=node.value.strip(), place=node.place)
    form = Form(node, problems, what, "axes_of_cells" if part else "axes")
    if form.text("rows") and form.text("rows") == form.text("columns"):
        message = f"rows and columns of {what} cannot both be the {form.text('rows')}"
        problems.append(Problem("BW110", message, form.place("columns"), "name what each of them holds"))
    by = tuple(
        (axis, {text: _axes(n, f"{what}, {text!r}", problems, part=True) for text, n in form.mapping(axis)})
        for axis in ("by_row", "by_column", "by_part")
        if form.has(axis)
    )
    entities, concepts = ({t: scalar_text(n) for t, n in form.mapping(k)} for k in ("entities", "concepts"))
    return Axes(
        form.choice("rows"), form.choice("columns"), form.choice("parts"), form.text("about"),
        form.text("measure"), form.text("period"), form.text("entity"), form.text("concept"), entities, concepts, by,
        node.place,
    )  # fmt: skip


def read_meanings(nodes: tuple[Node, ...], problems: list[Problem]) -> dict[tuple[str, str], Meaning]:
    """Return what statements are about, by their subject and measure as printed."""
    found: dict[tuple[str, str], Meaning] = {}
    for node in nodes:
        form = Form(node, problems, "meaning", "meaning")
        meaning = Meaning(
            form.text("subject"), form.text("measure"), form.text("entity"), form.text("concept"), node.place
        )
        if found.setdefault((meaning.subject, meaning.measure), meaning) is not meaning:
            message = f"{meaning.subject!r}, {meaning.measure!r} has two meanings"
            problems.append(Problem("BW202", message, node.place, "keep one of them"))
    return found


def read_period_names(node: MapNode) -> Mapping[str, str]:
    """Return the periods that a document gives names of its own."""
    return {printed: scalar_text(text).strip() for printed, text in node}
