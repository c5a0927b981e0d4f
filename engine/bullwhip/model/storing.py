"""Answers about stores on disk: what was written, and what a check of all of it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bullwhip.errors import Place, Problem

__all__ = ["MEND", "GraphChange", "Published", "StoreCheck"]


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What became of one graph."""

    graph: str
    change: Literal["added", "replaced", "removed"]
    quads: int
    """Quads that it holds now; those that it held where it was removed."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {"graph": self.graph, "change": self.change, "quads": self.quads}


@dataclass(frozen=True, slots=True)
class Published:
    """The generation of a store that counts after a command, and what changed with it."""

    store: str
    generation: int
    previous: int
    """The one that it took the place of; 0 where it is the first."""
    quads: int
    graphs: int
    changes: tuple[GraphChange, ...]
    done: Literal["published", "unchanged", "rebuilt", "rolled_back"]
    large: int = 0
    """Numbers kept as text that no query adds up."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "store": self.store,
            "done": self.done,
            "generation": self.generation,
            "previous": self.previous,
            "quads": self.quads,
            "graphs": self.graphs,
            "changes": [c.as_dict() for c in self.changes],
            "large": self.large,
        }


MEND = (
    "bullwhip load --rebuild --store STORE makes it again from its texts; --rollback goes back a generation; "
    "bullwhip build --rebuild -o STORE writes the texts of a workspace anew"
)
"""What helps a damaged store; the last where a text itself is damaged."""


@dataclass(frozen=True, slots=True)
class StoreCheck:
    """What reading all of a store found."""

    store: str
    generation: int
    quads: int
    graphs: int
    findings: tuple[tuple[str, str], ...]
    """File or folder, and what is wrong with it."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The findings as problems."""
        return tuple(Problem("BW532", f"the store is damaged: {w}", Place(p), MEND) for p, w in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, in the form of `check`."""
        counts = f"{self.quads:,} quads in {self.graphs} graphs"
        return {
            "ok": not self.findings,
            "summary": f"generation {self.generation} of {self.store}: {counts}",
            "problems": [p.as_dict() for p in self.problems],
        }
