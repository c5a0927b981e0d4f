"""bullwhip: a knowledge graph of a supply chain that can be differentiated.

>>> from bullwhip import Workspace
>>> ws = Workspace.open()
>>> ws.demand("cooling.liquid_market").value
Fraction(26250000000, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bullwhip.errors import BullwhipError as BullwhipError
    from bullwhip.reading.number import read_number as read_number
    from bullwhip.reading.period import read_period as read_period
    from bullwhip.workspace import Workspace as Workspace

__all__ = ["BullwhipError", "Workspace", "__version__", "read_number", "read_period"]

__version__ = "0.1.0"

_PLACES = {
    "Workspace": "bullwhip.workspace",
    "BullwhipError": "bullwhip.errors",
    "read_number": "bullwhip.reading.number",
    "read_period": "bullwhip.reading.period",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that importing the package costs nothing."""
    if name in _PLACES:
        from importlib import import_module

        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
