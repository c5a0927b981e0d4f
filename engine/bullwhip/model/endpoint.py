"""What a store can do, and what was sent to it: the answers of `doctor` and `push`, and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bullwhip.model.label import Label

__all__ = ["Diagnosis", "Finding", "Sent"]

Status = Literal["ok", "differs", "fails", "unknown"]
"""As it should be; answers otherwise; does not answer; was not looked at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a store was asked, and what came back."""

    id: str
    label: Label
    status: Status
    expected: str
    found: str
    needed: bool
    """Whether the shipped queries give right answers only where this is as it should be."""
    meaning: str
    """What follows where it is not."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "id": self.id, "label_zh": self.label.zh, "label_en": self.label.en, "status": self.status,
            "expected": self.expected, "found": self.found, "needed": self.needed, "meaning": self.meaning,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a store can do."""

    store: str
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing that is needed is missing."""
        return all(f.status == "ok" or not f.needed for f in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"store": self.store, "ok": self.is_sound, "findings": [f.as_dict() for f in self.findings]}


@dataclass(frozen=True, slots=True)
class Sent:
    """One graph and what was done with it at another store."""

    graph: str
    triples: int
    state: Literal["sent", "same", "altered"]
    """Replaced there, or found there triple by triple; altered where it comes back otherwise than it was sent."""
    altered: str = ""
    """The first line that does not come back, as N-Quads."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        told = {"graph": self.graph, "triples": self.triples, "state": self.state}
        return told | {"altered": self.altered or None}
