"""What a check by shapes found: what is wrong, where it stands in the graph, and where it is printed and written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bullwhip.model.label import Label

__all__ = ["SEVERITIES", "Severity", "ShapeReport", "Violation"]

Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
"""The gravest first."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One result of one shape."""

    severity: Severity
    shape: str
    """The stable id of the check, e.g. `claim.unit`."""
    message: Label
    node: str
    """IRI of the thing that is wrong: the focus node, or the claim that a check across records points at."""
    label: Label
    """What the thing is called; a claim by subject, measure and period."""
    focus: str
    """IRI of the focus node."""
    path: str
    """The property, by prefix and name; empty where the thing as a whole is wrong."""
    value: str
    """What was found there; empty where something is missing."""
    expected: Label
    document: str
    locator: str
    """The table, figure or section."""
    row: str
    column: str
    part: str
    file: str
    """The file of the workspace where it is written."""
    line: int
    """Its line, or 0."""
    fix: Label = field(default_factory=Label)
    """What it may have been meant to be; empty where nothing is near."""

    @property
    def order(self) -> tuple[Any, ...]:
        """The total order of a report: gravity, check, document, file and line, then all the rest."""
        return (
            SEVERITIES.index(self.severity), self.shape, self.document, self.file, self.line, self.node, self.path,
            self.value, self.focus, self.message.zh, self.message.en, self.expected.en,
        )  # fmt: skip

    @property
    def place(self) -> str:
        """File and line, as an editor opens it.

        >>> blank = Label()
        >>> Violation("warning", "s", blank, "n", blank, "n", "", "", blank, "", "", "", "", "", "a.tsv", 7).place
        'a.tsv:7'
        """
        return f"{self.file}:{self.line}" if self.line else self.file

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "severity": self.severity, "shape": self.shape, "message_zh": self.message.zh or None,
            "message_en": self.message.en or None, "node": self.node, "label_zh": self.label.zh or None,
            "label_en": self.label.en or None, "focus": self.focus, "path": self.path or None,
            "value": self.value or None, "expected_zh": self.expected.zh or None,
            "expected_en": self.expected.en or None, "document": self.document or None,
            "locator": self.locator or None, "row": self.row or None, "column": self.column or None,
            "part": self.part or None, "file": self.file or None, "line": self.line or None,
            "fix_zh": self.fix.zh or None, "fix_en": self.fix.en or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShapeReport:
    """What a check by shapes found, for people and for other programs."""

    violations: tuple[Violation, ...] = ()
    """In total order."""
    graph: bytes = b""
    """The sh:ValidationReport as Turtle."""
    fallback: str = ""
    """What of the shapes is not compiled, so that pyshacl checked them; empty otherwise."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        counts = {f"{s}s": sum(v.severity == s for v in self.violations) for s in SEVERITIES}
        return {
            "conforms": not counts["violations"], **counts, "not_compiled": self.fallback or None,
            "results": [v.as_dict() for v in self.violations],
        }  # fmt: skip
