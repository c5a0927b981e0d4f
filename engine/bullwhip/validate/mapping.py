"""Reads the mapping of a document: what its printed rows, columns and statements are in the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.claim import Document
from bullwhip.model.source import MapNode, Node
from bullwhip.units import Unit, UnitError, Vocabulary
from bullwhip.validate.axes import Axes, Meaning, read_axes, read_meanings, read_period_names
from bullwhip.validate.form import Form, scalar_text

__all__ = ["CellRule", "ClaimRule", "DocumentMapping", "ShareRule", "read_mapping"]

Pairs = tuple[tuple[str, str], ...]
Segment = tuple[str, str, str, Pairs]
"""Tier, role, product, and the members that a printed segment names."""


class _Written:
    """A mapping that is written somewhere."""

    __slots__ = ()
    node: MapNode

    @property
    def place(self) -> Place:
        """Where the mapping is written."""
        return self.node.place

    def at(self, key: str) -> Place:
        """Return where the value under a key is written."""
        return self.node.items[key].place if key in self.node.items else self.node.place


@dataclass(frozen=True, slots=True)
class CellRule(_Written):
    """Maps table cells to a quantity."""

    tables: tuple[str, ...]
    rows: dict[str, Pairs]
    columns: dict[str, Pairs] | None
    """None where the columns are periods."""
    part: str
    quantity: str
    index: Pairs
    unit: Unit | None
    period: int | None
    compare: bool
    node: MapNode


@dataclass(frozen=True, slots=True)
class ClaimRule(_Written):
    """Maps a statement in running text to a quantity."""

    subject: str
    measure: str
    locator: str
    quantity: str
    index: Pairs
    unit: Unit | None
    period: int | None
    compare: bool
    node: MapNode
    printed_period: str = ""
    """The period as printed, where statements of one subject and measure differ only there; any when empty."""
    printed_unit: str = ""
    """The unit as printed, likewise."""


@dataclass(frozen=True, slots=True)
class ShareRule(_Written):
    """Says that a statement is a company's share of a tier."""

    subject: str
    measure: str
    company: str
    tier: str
    of: str
    node: MapNode


@dataclass(frozen=True, slots=True)
class DocumentMapping:
    """Everything that document.yaml says."""

    document: Document
    units: dict[str, Unit | None]
    segments: dict[str, Segment | None]
    """Printed segment to its meaning; None for one that is no tier of the chain."""
    axes: dict[str, Axes]
    """Table to the way in which it is read; a table without an entry has its periods, if any, in its columns."""
    cells: tuple[CellRule, ...]
    claims: tuple[ClaimRule, ...]
    shares: tuple[ShareRule, ...]
    topics: dict[str, tuple[str, Place]]
    """Printed segment to the topic it names, and where that is written."""
    meanings: dict[tuple[str, str], Meaning]
    period_names: Mapping[str, str]
    """Printed names of periods, such as `the period of this report`, to the periods."""

    def topic(self, segment: str) -> str:
        """Return the topic that a printed segment names, or an empty string."""
        return self.topics[segment][0] if segment in self.topics else ""


def read_mapping(root: MapNode, vocabulary: Vocabulary, problems: list[Problem]) -> DocumentMapping:
    """Return the mapping of one document."""
    form = Form(root, problems, "document file", "document_file")
    document = _document(form, problems)
    units: dict[str, Unit | None] = {}
    for printed, node in form.mapping("units"):
        text = scalar_text(node)
        units[printed] = None if text == "null" else _unit(text, node.place, vocabulary, problems)
    segments, topics = _segments(form.mapping("segments"), problems)
    return DocumentMapping(
        document,
        units,
        segments,
        read_axes(form.mapping("tables"), problems),
        tuple(_cell_rule(n, vocabulary, problems) for n in form.items("cells")),
        tuple(_claim_rule(n, vocabulary, problems) for n in form.items("claims")),
        tuple(_share_rule(n, problems) for n in form.items("shares")),
        topics,
        read_meanings(form.items("meanings"), problems),
        read_period_names(form.mapping("periods")),
    )


def _segments(node: MapNode, problems: list[Problem]) -> tuple[dict[str, Segment | None], dict[str, tuple[str, Place]]]:
    """Return what printed segments are at tiers, and the topics they name."""
    segments: dict[str, Segment | None] = {}
    topics: dict[str, tuple[str, Place]] = {}
    for printed, inner in node:
        segments[printed] = None
        if scalar_text(inner) == "null":
            continue
        beside = isinstance(inner, MapNode) and "tier" not in inner.items and "topic" in inner.items
        form = Form(inner, problems, f"segment {printed!r}", "segment_beside" if beside else "segment")
        if form.has("topic"):
            topics[printed] = form.text("topic"), form.place("topic")
        if not beside:
            role, index = form.choice("role", "supplier"), _pairs(form.get("index"), problems)
            segments[printed] = (form.text("tier"), role, form.text("product"), index)
    return segments, topics


def _document(form: Form, problems: list[Problem]) -> Document:
    node = form.get("document") or form.node
    inner = Form(node, problems, "document", "document")
    published = inner.text("published")
    if inner.has("published") and not _is_date(published):
        inner.wrong("published", "an ISO date", 'e.g. "2023-06-14"')
    inner.text("language")  # for people; its form is checked all the same
    return Document(inner.text("id"), inner.text("slug"), inner.label("title"), inner.label("publisher"), published)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _unit(text: str, place: Place, vocabulary: Vocabulary, problems: list[Problem]) -> Unit | None:
    try:
        return vocabulary.parse(text)
    except UnitError as error:
        problems.append(Problem("BW206", str(error), place, error.hint))
        return None


def _pairs(node: Node | None, problems: list[Problem]) -> Pairs:
    if node is None:
        return ()
    if not isinstance(node, MapNode):
        problems.append(Problem("BW110", "an index must be a mapping from dimension to member", node.place))
        return ()
    return tuple((k, scalar_text(v)) for k, v in node)


def _cell_rule(node: Node, vocabulary: Vocabulary, problems: list[Problem]) -> CellRule:
    form = Form(node, problems, "cell mapping", "cell_mapping")
    single: dict[str, Pairs] = {form.text("row"): ()}
    several = {k: _pairs(v, problems) for k, v in form.mapping("rows")}
    rows = single if form.has("row") else several
    columns: dict[str, Pairs] | None = None
    if form.has("column"):
        columns = {form.text("column"): ()}
    elif form.has("columns"):
        columns = {k: _pairs(v, problems) for k, v in form.mapping("columns")}
    unit = _unit(form.text("unit"), form.place("unit"), vocabulary, problems) if form.has("unit") else None
    return CellRule(
        form.texts("tables"), rows, columns, form.text("part"), form.text("quantity"),
        _pairs(form.get("index"), problems), unit, form.integer("period"),
        form.choice("use", "feed") == "compare", form.node,
    )  # fmt: skip


def _claim_rule(node: Node, vocabulary: Vocabulary, problems: list[Problem]) -> ClaimRule:
    form = Form(node, problems, "claim mapping", "claim_mapping")
    unit = _unit(form.text("unit"), form.place("unit"), vocabulary, problems) if form.has("unit") else None
    return ClaimRule(
        form.text("subject"), form.text("measure"), form.text("locator"), form.text("quantity"),
        _pairs(form.get("index"), problems), unit, form.integer("period"),
        form.choice("use", "feed") == "compare", form.node, form.text("printed_period"),
        form.text("printed_unit"),
    )  # fmt: skip


def _share_rule(node: Node, problems: list[Problem]) -> ShareRule:
    form = Form(node, problems, "share mapping", "share")
    return ShareRule(
        form.text("subject"),
        form.text("measure"),
        form.text("company"),
        form.text("tier"),
        form.text("of"),
        form.node,
    )


def unknown_quantity(name: str, known: Mapping[str, object], place: Place) -> Problem:
    """Return the problem that a mapping names a quantity that is not declared."""
    return Problem("BW211", f"no quantity {name!r} to map to", place, did_you_mean(name, known))
