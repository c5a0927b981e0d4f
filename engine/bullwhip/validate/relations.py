"""Reads what documents say of companies under headings that are no tiers, and of relations between things."""

from __future__ import annotations

import hashlib
import re

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.claim import STATUS
from bullwhip.model.entity import Mention, Relation
from bullwhip.model.source import RawDocument
from bullwhip.numbers import NumberFormatError, read_decimal
from bullwhip.validate.entities import Names
from bullwhip.validate.mapping import DocumentMapping

__all__ = ["read_mentions", "read_relations"]


def read_mentions(raw: RawDocument, mapping: DocumentMapping, names: dict[str, str]) -> tuple[Mention, ...]:
    """Return where a document names companies under headings that are no tiers.

    Args:
        raw: the document as read.
        mapping: its mapping.
        names: spellings of companies; one that is none of them is reported elsewhere.
    """
    table = raw.tables.get("vendors")
    found = []
    for _, cells in table.rows if table is not None else ():
        row = dict(zip(table.columns, cells, strict=True)) if table is not None else {}
        company, segment = names.get(row.get("company", ""), ""), row.get("segment", "")
        if not company or segment not in mapping.segments or mapping.segments[segment] is not None:
            continue
        line = int(row["line"]) if row.get("line", "").isdecimal() else 0
        topic = mapping.topic(segment)
        found.append(
            Mention(company, topic, segment, mapping.document.id, row.get("locator", ""),
                    line, row.get("role", ""), row.get("stance", ""))
        )  # fmt: skip
    return tuple(found)


_RELATION_COLUMNS = ("locator", "from", "to", "relation")
_LIST = re.compile(r"\s*(?:/|、|,|\+)\s*")


def read_relations(
    raw: RawDocument, mapping: DocumentMapping, names: Names, problems: list[Problem]
) -> tuple[Relation, ...]:
    """Return a document's statements of relations, each end with the things that it names."""
    table = raw.tables.get("relations")
    if table is None:
        return ()
    missing = [c for c in _RELATION_COLUMNS if c not in table.columns]
    if missing:
        message = f"the table has no column {', '.join(missing)}"
        problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
        return ()
    found: dict[str, Relation] = {}
    for number, cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        place = Place(table.file, number, 1, "\t".join(cells))
        relation = _relation(row, mapping, names, place, problems)
        found.setdefault(relation.id, relation)
    return tuple(found.values())


def _relation(
    row: dict[str, str], mapping: DocumentMapping, names: Names, place: Place, problems: list[Problem]
) -> Relation:
    document = mapping.document.id
    coefficient = unit = None
    if row.get("coefficient"):
        try:
            coefficient = read_decimal(row["coefficient"])
        except NumberFormatError as error:
            problems.append(Problem("BW112", str(error), place, "write plain digits"))
        printed = row.get("coefficient_unit", "")
        if printed in mapping.units:
            unit = mapping.units[printed]
        else:
            hint = f"add it under units: in the document file; {did_you_mean(printed, mapping.units)}".rstrip("; ")
            problems.append(Problem("BW206", f"the printed unit {printed!r} is not mapped", place, hint))
    status = row.get("status", "")
    if status and status not in STATUS:
        problems.append(Problem("BW110", f"status {status!r} is not one of {', '.join(STATUS)}", place))
    keys = ("locator", "from", "to", "relation", "coefficient", "coefficient_unit", "status", "period", "line")
    content = "\x1f".join((document, *(row.get(k, "") for k in keys)))
    line = int(row["line"]) if row.get("line", "").isdecimal() else 0
    return Relation(
        hashlib.sha256(content.encode()).hexdigest()[:16], document, row["locator"], line, row["from"], row["to"],
        row["relation"], _ends(document, row["from"], names), _ends(document, row["to"], names), coefficient,
        row.get("coefficient_unit", ""), unit.text if unit is not None else "", status, row.get("period", ""),
    )  # fmt: skip


def _ends(document: str, text: str, names: Names) -> tuple[str, ...]:
    """Return the things that one end of a relation names: as a whole, or those parts of a list that are known."""
    whole = names.get(document, text)
    if whole:
        return (whole,)
    found = (names.get(document, part) for part in _LIST.split(text))
    return tuple(dict.fromkeys(thing for thing in found if thing))
