"""Rows of benchmark tables: figures with what they are measured against and the limit they must keep."""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Row", "cpu", "report", "seconds"]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with what it is measured against."""

    what: str
    peer: str
    figure: float
    unit: str = "×"
    least: float | None = None
    """What it must reach."""
    most: float | None = None
    """What it must not pass."""
    note: str = ""

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)

    def text(self) -> str:
        """Return the row of the table."""
        limits = [f"{sign} {limit:g}" for sign, limit in (("≥", self.least), ("≤", self.most)) if limit is not None]
        figure = f"{self.figure:,.0f}" if abs(self.figure) >= 1000 else f"{self.figure:.3g}"
        return f"| {self.what} | {self.peer} | {figure} {self.unit} | {', '.join(limits)} | {self.note} |"


def cpu() -> float:
    """Return the CPU seconds of this process and of those that it has started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def seconds(run: Callable[[], Any], repeats: int = 1, enough: float = 2.0) -> tuple[float, Any]:
    """Return the least CPU seconds of some runs, threads and processes together, and what the last of them gives.

    CPU time is little moved by what else the machine does; it leaves out waiting for files.

    Args:
        run: what is timed.
        repeats: how often at most.
        enough: no run is begun when the runs so far have taken so many seconds.
    """
    least, spent, result = float("inf"), 0.0, None
    gc.collect()  # once: in a process that holds much it takes longer than what is timed
    for _ in range(repeats):
        result = None
        start = cpu()
        result = run()
        took = cpu() - start
        least, spent = min(least, took), spent + took
        if spent >= enough:
            break
    return least, result


def report(rows: Sequence[Row]) -> None:
    """Print the table; exit with 1 when a limit is not kept."""
    write = sys.stdout.write
    write("| what | against | measured | limit | |\n|---|---|---|---|---|\n")
    for row in rows:
        write(f"{row.text()}\n")
    write(f"\nload average {os.getloadavg()[0]:.1f} at the end, on {os.cpu_count()} cores\n")
    missed = [row.what for row in rows if not row.holds]
    if missed:
        sys.exit(f"limits missed: {'; '.join(missed)}")
