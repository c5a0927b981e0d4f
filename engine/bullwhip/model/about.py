"""What an export says of itself: of which workspace it is, from which data and documents, under which scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bullwhip.model.claim import Document
from bullwhip.model.label import Label

__all__ = ["About", "DriverValue"]


@dataclass(frozen=True, slots=True)
class DriverValue:
    """What a driver stands at."""

    cell: str
    exact: str
    unit: str

    def __str__(self) -> str:
        return f"{self.cell} = {self.exact} {self.unit}"


@dataclass(frozen=True, slots=True)
class About:
    """Where the content of an export comes from."""

    workspace: str
    label: Label
    version: str
    """Of the engine."""
    inputs: str
    """A hash of the input files alone: it changes with the data and not with the engine."""
    data_date: str
    """The latest date on which one of the documents was published, ISO; empty without documents."""
    documents: tuple[Document, ...]
    scenario: str
    values: tuple[str, ...]
    """What is set on top of the scenario, as written."""
    as_of: str
    policy: str
    """What chooses among claims on one input."""
    drivers: tuple[DriverValue, ...] = ()
    """Every driver that has a value, in order of its cells."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "bullwhip": self.version, "workspace": self.workspace,
            "label": {"zh": self.label.zh or None, "en": self.label.en or None},
            "inputs": self.inputs, "data_date": self.data_date or None, "scenario": self.scenario,
            "set": list(self.values), "as_of": self.as_of or None, "policy": self.policy,
            "documents": [_document(d) for d in self.documents],
            "drivers": {d.cell: f"{d.exact} {d.unit}" for d in self.drivers},
        }  # fmt: skip

    def line(self) -> str:
        """Return what fits under a picture: version, data, scenario and documents.

        >>> About("w", Label("W"), "1.0", "ab" * 32, "2024-01-01", (), "base", (), "", "actual").line()
        'bullwhip 1.0 · inputs abababababab · data of 2024-01-01 · scenario base'
        """
        documents = ", ".join(d.id for d in self.documents)
        parts = [f"bullwhip {self.version}", f"inputs {self.inputs[:12]}"]
        parts += [f"data of {self.data_date}"] * bool(self.data_date)
        parts += [f"documents {documents}"] * bool(documents)
        parts += [f"scenario {self.scenario}"]
        parts += [f"set {'; '.join(self.values)}"] * bool(self.values)
        parts += [f"as known on {self.as_of}"] * bool(self.as_of)
        return " · ".join(parts)

    def lines(self) -> Iterator[str]:
        """Yield the same at length, for comments: a line each for documents and drivers too."""
        yield f"{self.label.en or self.label.zh or self.workspace} ({self.workspace})"
        yield f"bullwhip {self.version}; inputs {self.inputs}"
        yield f"data date {self.data_date or 'unknown'}; scenario {self.scenario}; claims chosen by {self.policy}"
        if self.as_of:
            yield f"as known on {self.as_of}"
        for text in self.values:
            yield f"set {text}"
        for document in self.documents:
            named = f"{document.publisher.text('en')}, {document.title.text('zh')}, {document.published}"
            yield f"source {document.id}: {named}"
        for driver in self.drivers:
            yield f"driver {driver}"


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id, "title": {"zh": document.title.zh or None, "en": document.title.en or None},
        "publisher": {"zh": document.publisher.zh or None, "en": document.publisher.en or None},
        "published": document.published or None,
    }  # fmt: skip
