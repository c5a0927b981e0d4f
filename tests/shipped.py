"""The shipped workspace, opened once, and all its values and answers, for laws about what must not change them."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.model.program import CheckedProgram
from bullwhip.model.quantity import index_text
from bullwhip.workspace.opening import check_files, open_files

Files = dict[str, bytes]


SHOWN = (
    "accelerator.count[chip=h100_sxm,period=2026]",
    "server.china_market_growth[period=2025]",
    "hbm.value_added[chip=a100_sxm,period=2027]",
    "optics.modules[chip=a100_sxm,generation=200g,topology=fat_tree,period=2025]",
    "cooling.ai_market[chip=a100_sxm,period=2025]",
    "inference.cards[deployed_model=gpt3,card=a10_24gb]",
)


@cache
def shipped_files() -> Files:
    """The files of the shipped workspace, by name."""
    return open_files(None)[0]


@cache
def checked() -> CheckedProgram:
    """The shipped workspace, read and checked."""
    return check_files(shipped_files(), "")


def opened(files: Files) -> Workspace:
    """Return the workspace that files make up."""
    return Workspace(compile_program(check_files(files, "")), files)


@cache
def shipped() -> Workspace:
    """The shipped workspace, compiled from its files."""
    return opened(shipped_files())


def every_value(workspace: Workspace) -> dict[str, Fraction | None]:
    """Return the value of every cell, by name."""
    cells = enumerate(workspace.program.cells)
    return {index_text(c.quantity, c.index, c.period): workspace.evaluation.value(p) for p, c in cells}


def every_answer(workspace: Workspace) -> dict[str, Any]:
    """Return all values, and for some cells all that can be said, but for where their rules are written."""
    explained = {name: workspace.explain(name)[0] for name in SHOWN}
    for answer in explained.values():
        del answer["rule_file"]
    exposure = workspace.exposure("model.parameters").as_dict()
    return {"values": every_value(workspace), "explained": explained, "exposure": exposure}


@cache
def shipped_answer() -> dict[str, Any]:
    """The answers of the shipped workspace."""
    return every_answer(shipped())
