"""A bound on what a search may cost, counted in steps and not in time: the same question has the same answer."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["VISIT", "Allowance", "SpentError"]

VISIT = 12
"""Steps of a visit of one node."""


class SpentError(Exception):
    """A search has used up its allowance."""


@dataclass
class Allowance:
    """How much a search may still do, in steps of about a microsecond."""

    left: int

    def spend(self, steps: int) -> None:
        """Count some steps.

        Raises:
            SpentError: when there are not so many left.
        """
        self.left -= steps
        if self.left < 0:
            raise SpentError
