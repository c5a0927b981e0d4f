"""`Demand`: one cell of a workspace, to be looked at from all sides."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.model.answer import Value
from bullwhip.model.shown import Shown
from bullwhip.workspace import answering

if TYPE_CHECKING:
    import sympy

    from bullwhip.workspace.facade import Workspace

__all__ = ["Demand"]


@dataclass(frozen=True, slots=True)
class Demand(Shown):
    """One quantity at one index and period: its value, its closed form, and what it rests on."""

    workspace: Workspace
    position: int

    @property
    def answer(self) -> Value:
        """The value with its sources."""
        return answering.value(self.workspace.evaluation, self.position, self.workspace.scenario_id)

    @property
    def value(self) -> Fraction | None:
        """The exact value in the quantity's unit; None where it is unknown."""
        return self.answer.value

    @property
    def unit(self) -> str:
        """The quantity's unit."""
        return self.answer.unit

    @property
    def closed_form(self) -> sympy.Expr:
        """The value as a SymPy expression in its inputs."""
        return answering.closed_form(self.workspace.evaluation, self.position).sympy

    @property
    def closed_form_text(self) -> str:
        """The closed form as text, in authored order."""
        return answering.closed_form(self.workspace.evaluation, self.position).text
