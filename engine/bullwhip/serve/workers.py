"""What the HTTP side asks of whoever does the work, so that it can be held without processes."""

from __future__ import annotations

from typing import Protocol

from bullwhip.serve.jobs import Job, Reply

__all__ = ["Workers"]


class Workers(Protocol):
    """A pool, or what stands in for one."""

    @property
    def snapshot(self) -> str:
        """What identifies the state that is served; another one after each update."""

    async def start(self) -> None:
        """Get ready to work.

        Raises:
            BullwhipError: where the workspace or the store cannot be opened.
        """

    async def close(self) -> None:
        """Stop all work and leave nothing behind."""

    async def run(self, job: Job) -> Reply:
        """Return the reply to a job, whatever the job does; cancelled, it is stopped."""
