"""Options that several commands share, and the workspace they open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

import click

from bullwhip.cli.output import note

__all__ = ["changing", "computing", "json_option", "period_option", "selecting", "stating"]

_F = TypeVar("_F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON (docs/json.md).")
period_option = click.option(
    "--period", type=int, metavar="YEAR", help="The period; the workspace's default when absent."
)


_SELECTION = (
    click.option("--as-of", "as_of", default="", metavar="DATE", help="Know only documents published by then."),
    click.option(
        "--policy", default="", metavar="LIST",
        help="What chooses among claims on one input: actual,later,table unless given; also estimate, earlier, text, "
        "document:ID.",
    ),
)  # fmt: skip
_CHANGES = (
    click.option(
        "--set", "values", multiple=True, metavar="ID[dim=value,…]=NUMBER[ UNIT]",
        help="Set a value on top of the scenario; repeatable. A base year carries forward through growth rules.",
    ),
    click.option("--scenario", default="base", metavar="ID", help="The scenario; base when absent."),
)  # fmt: skip


def selecting(function: _F) -> _F:
    """Add --as-of and --policy, and pass the opened workspace as `workspace`."""
    return _opening(function, _SELECTION)


def changing(function: _F) -> _F:
    """Add what `computing` adds but for --json."""
    return _opening(function, (*_SELECTION, *_CHANGES))


def computing(function: _F) -> _F:
    """Add the options of every command that computes, and pass the opened workspace as `workspace`.

    These are --scenario, --set, --as-of, --policy and --json.
    """
    return _opening(json_option(function), (*_SELECTION, *_CHANGES))


def stating(function: _F) -> _F:
    """Add the options that say which workspace under which scenario, and pass what they say as `recipe`, unopened.

    It is the folder, the scenario, the values, the date and the policy, for whoever opens it in another process.
    """

    @wraps(function)
    def stated(*arguments: Any, scenario: str, values: tuple[str, ...], as_of: str, policy: str, **others: Any) -> Any:
        folder = click.get_current_context().find_root().obj
        return function(*arguments, recipe=(folder, scenario, values, as_of, policy), **others)

    wrapped: Any = stated
    for option in (*_SELECTION, *_CHANGES):
        wrapped = option(wrapped)
    return cast(_F, wrapped)


def _opening(function: _F, options: Sequence[Callable[[Any], Any]]) -> _F:
    @wraps(function)
    def opened(
        *arguments: Any, as_of: str, policy: str, scenario: str = "base", values: tuple[str, ...] = (), **others: Any
    ) -> Any:
        from bullwhip.workspace import Workspace

        folder = click.get_current_context().find_root().obj
        workspace = Workspace.open(folder, scenario=scenario, values=values, as_of=as_of, policy=policy)
        try:
            return function(*arguments, workspace=workspace, **others)
        finally:  # also where the exit code of an answer says that something is contradicted
            if as_of or policy:
                known = f"as known on {as_of}" if as_of else "all documents known"
                note(f"{known}; claims chosen by {workspace.receipt()['policy']}")

    wrapped: Any = opened
    for option in options:
        wrapped = option(wrapped)
    return cast(_F, wrapped)
