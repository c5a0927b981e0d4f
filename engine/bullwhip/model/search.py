"""What a search finds: things by their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from bullwhip.model.shown import Shown

__all__ = ["KINDS", "Entry", "Found", "Hit"]

KINDS = ("company", "tier", "product", "topic", "quantity", "measure", "member", "document", "scenario", "claim")
"""What can be found, in the order in which equally good hits are shown; other kinds come behind, by name."""


class Entry(NamedTuple):
    """A thing that can be found."""

    kind: str
    """One of KINDS, or what a store calls it."""
    id: str
    label_zh: str
    label_en: str
    names: tuple[tuple[str, str], ...]
    """What it is called, each with what that is: id, label, alias, ticker, title, subject or measure."""
    note: str = ""
    """What tells it from others of its name: ticker, unit, or what a claim prints and where."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, and by which of its names."""

    entry: Entry
    fit: str
    """exact, prefix or part: how the text stands in the name."""
    what: str
    """What the name is: id, label, alias, ticker, title, subject or measure."""
    name: str
    """The name as written."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        entry = self.entry
        return {
            "kind": entry.kind, "id": entry.id, "label_zh": entry.label_zh or None, "label_en": entry.label_en or None,
            "fit": self.fit, "what": self.what, "name": self.name, "note": entry.note or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found(Shown):
    """The answer to a search."""

    text: str
    total: int
    """How many things are found, shown or not."""
    hits: tuple[Hit, ...]
    """The best ones: exact before prefix before part, then by kind, then by id."""
    suggestions: tuple[str, ...]
    """Names that are near, where nothing is found."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "text": self.text,
            "total": self.total,
            "hits": [hit.as_dict() for hit in self.hits],
            "suggestions": list(self.suggestions),
        }
