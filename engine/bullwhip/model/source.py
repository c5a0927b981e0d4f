"""Text files as trees in which every node knows its place, and the raw record of everything a workspace holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bullwhip.errors import Place, Problem
from bullwhip.model.chain import Edge, Tier

__all__ = ["MapNode", "Node", "RawDocument", "RawProgram", "RawTable", "ScalarNode", "SequenceNode", "Source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A text file: its name for messages, and its lines for carets."""

    name: str
    lines: tuple[str, ...] = field(repr=False)

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """Return a place by line and column counted from 1."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Place(self.name, line, column, text, length)


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar, as written."""

    value: str
    place: Place
    plain: bool
    source: Source = field(repr=False)
    end: tuple[int, int] = (0, 0)

    def locate(self, start: int, end: int) -> Place:
        """Return the place of characters `start..end` of the value, following folded and literal lines."""
        text = self.value.rstrip()
        if text and start >= len(text):  # behind the last character, not on what follows in the file
            last = self.locate(len(text) - 1, len(text))
            return self.source.place(last.line, last.column + 1)
        line, column = self.place.line - 1, self.place.column - 1
        wanted = len(re.sub(r"\s", "", self.value[:start]))
        seen = 0
        lines = self.source.lines
        first = True
        while line < len(lines):
            text = lines[line]
            for position in range(column if first else 0, len(text)):
                character = text[position]
                if character.isspace() or (
                    not self.plain
                    and first
                    and seen == 0
                    and character in "\"'|>-+"
                    and position < column + 2
                    and character != self.value[:1]
                ):
                    continue
                if seen == wanted:
                    return self.source.place(line + 1, position + 1, max(1, end - start))
                seen += 1
            line, first = line + 1, False
        return self.place


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping from text keys to nodes, in written order."""

    items: dict[str, Node]
    keys: dict[str, Place]
    place: Place

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.items.items())


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


Node = ScalarNode | MapNode | SequenceNode


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table file: its columns and its rows of text cells with their line numbers."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def place(self, number: int, cells: tuple[str, ...], column: str) -> Place:
        """Return the place of a cell, or of its row where there is no such column."""
        before = cells[: self.columns.index(column)] if column in self.columns else ()
        length = len(cells[len(before)]) if column in self.columns else 1
        return Place(self.file, number, sum(len(c) + 1 for c in before) + 1, "\t".join(cells), max(1, length))


@dataclass(frozen=True, slots=True)
class RawDocument:
    """The files of one source document: its mapping and its tables by name (cells, claims, vendors, relations)."""

    mapping: MapNode
    tables: dict[str, RawTable]


@dataclass(frozen=True, slots=True)
class RawProgram:
    """A workspace as read: nothing judged, every value still text, every node with its place."""

    key: str
    """Content hash of all input files and of the engine."""
    rules: tuple[tuple[str, MapNode], ...]
    """Rule, scenario and workspace files by name, in order of name."""
    documents: tuple[RawDocument, ...]
    companies: RawTable | None
    tiers: tuple[Tier, ...]
    edges: tuple[Edge, ...]
    catalogues: dict[str, RawTable] = field(default_factory=dict)
    """Tables of products, topics, measures, calendars and common words by name."""
    problems: tuple[Problem, ...] = ()
    """What the readers found; validation reports them together with its own."""
    library: tuple[tuple[str, MapNode], ...] = ()
    """The inference rules that every workspace gets, as a rule file is read."""
    terms: Mapping[str, str] = field(default_factory=dict)
    """The `bw:` names that the vocabulary declares, each a `class` or a `property`."""
