"""How far a process has come, told to the one that started it: a line of JSON on stderr, a few times a second."""

from __future__ import annotations

import io
import json
import sys
import time

__all__ = ["Telling", "say"]

_EVERY = 0.2


def say(answer: object) -> None:
    """Write an answer as a line of its own."""
    sys.stderr.write("\n" + json.dumps(answer) + "\n")
    sys.stderr.flush()


class Telling:
    """Counts what is done and tells it now and then.

    Args:
        total: what is all of it.
        told: whether anybody listens.
    """

    def __init__(self, total: int, told: bool = True) -> None:
        self.done, self.total, self.told = 0, max(1, total), told
        self._last = time.monotonic()

    def add(self, some: int) -> None:
        """Say that some more is done."""
        self.done += some
        if self.told and time.monotonic() - self._last > _EVERY:
            self._last = time.monotonic()
            say({"done": min(self.done, self.total), "total": self.total})

    def reading(self, data: bytes) -> io.BytesIO:
        """Return bytes as a file; what is read of it counts as done."""
        telling = self

        class _Reading(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                part = super().read(size)
                telling.add(len(part))
                return part

        return _Reading(data)
