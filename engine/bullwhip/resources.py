"""Where the shipped ontology, rules, queries and starter lie: in the installed package, or at the top of a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from bullwhip.errors import LoadError, Problem

__all__ = ["PACKAGE", "Kind", "data"]

Kind = Literal["ontology", "rules", "queries", "starter"]

PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = PACKAGE.parents[1]


def data(kind: Kind) -> Path:
    """Return the folder that holds the shipped files of a kind.

    >>> data("rules").name
    'rules'
    """
    for folder in (PACKAGE / "data" / kind, _CHECKOUT / kind):
        if folder.is_dir():
            return folder
    raise LoadError(
        Problem("BW101", f"{kind}/ is missing from this installation", hint="reinstall the bullwhip package")
    )
