"""Options that several commands share, and the workspace they open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bullwhip.workspace import Workspace

__all__ = ["computing", "json_option", "open_workspace", "period_option"]

_F = TypeVar("_F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON (docs/json.md).")
period_option = click.option(
    "--period", type=int, metavar="YEAR", help="The period; the workspace's default when absent."
)


def computing(function: _F) -> _F:
    """Add the options of every command that computes: --scenario, --set, --as-of, --json."""
    for option in (
        json_option,
        click.option("--as-of", "as_of", default="", metavar="DATE", help="Know only documents published by then."),
        click.option(
            "--set", "values", multiple=True, metavar="ID[dim=value,…]=NUMBER[ UNIT]",
            help="Set a value on top of the scenario; repeatable. A base year carries forward through growth rules.",
        ),
        click.option("--scenario", default="base", metavar="ID", help="The scenario; base when absent."),
    ):  # fmt: skip
        function = option(function)
    return function


def open_workspace(
    context: click.Context, scenario: str = "base", values: tuple[str, ...] = (), as_of: str = ""
) -> Workspace:
    """Open the workspace that --workspace names."""
    return Workspace.open(context.find_root().obj, scenario=scenario, values=values, as_of=as_of)
