"""Writers of a store killed before each of their steps, and at any moment: the old or the new, whole.

The long form kills at every step and at thirty moments a kind; it is asked for by BULLWHIP_FAULTS=long.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from store_faults import LONG, Layouts, killed_at, sound_after, started

STEPS = range(1, 200) if LONG else (3, 6, 10)
MOMENTS = 30 if LONG else 3
KINDS = ("build", "load", "update")


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Layouts:
    """Give what lays out a store for each kind of write."""
    return Layouts(tmp_path_factory)


@pytest.mark.parametrize("kind", KINDS if LONG else ["update"])
def test_a_writer_killed_before_any_of_its_steps_leaves_the_old_or_the_new(
    kind: str, ready: Layouts, tmp_path: Path
) -> None:
    """Before every rename, flush to the disk and removal: one generation, whole, and the next write works."""
    killed = 0
    for step in STEPS:
        folder = tmp_path / str(step)
        arguments, old, new = ready.lay(kind, folder)
        if not killed_at(step, arguments):
            break
        killed += 1
        sound_after(folder / "store", arguments, old, new)
        shutil.rmtree(folder)

    assert killed >= 3


@pytest.mark.parametrize("kind", KINDS if LONG else ["build", "load"])
def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new(kind: str, ready: Layouts, tmp_path: Path) -> None:
    """With all its processes, or alone while the one that writes the database is at it."""
    arguments, old, new = ready.lay(kind, tmp_path / "timed")
    begun = time.monotonic()
    assert started(arguments).wait() == 0
    takes = time.monotonic() - begun
    for i in range(MOMENTS):
        folder = tmp_path / str(i)
        arguments, old, new = ready.lay(kind, folder)
        process = started(arguments)
        time.sleep(takes * (i + 0.7) / MOMENTS)
        if i % 2:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        sound_after(folder / "store", arguments, old, new)
        shutil.rmtree(folder)
