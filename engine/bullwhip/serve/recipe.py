"""What is to be served, as the process that starts others knows it: nothing is opened or imported for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

__all__ = ["Recipe", "named_after"]


@dataclass(frozen=True)
class Recipe:
    """What is served."""

    workspace: str | None = None
    scenario: str = "base"
    values: tuple[str, ...] = ()
    as_of: str = ""
    policy: str = ""
    store: str | None = None
    """The folder of a store that queries read instead of the graph of the workspace."""


def named_after(*parts: str) -> str:
    """Return a name for what the parts determine."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
