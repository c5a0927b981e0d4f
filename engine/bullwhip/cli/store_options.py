"""Options of the commands that ask or write another store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

__all__ = ["endpoint_options", "store_option"]

_F = TypeVar("_F", bound=Callable[..., Any])

store_option = click.option(
    "--store",
    "where",
    metavar="DIR|URL",
    default="",
    help="Ask the store in a folder, or a SPARQL endpoint, and not the workspace's own.",
)


def endpoint_options(function: _F) -> _F:
    """Add --update and --graph-store."""
    for name, what in (("graph-store", "graphs are written"), ("update", "updates are sent")):
        help_text = f"Where {what} at the endpoint; the usual paths beside URL are tried when absent."
        function = click.option(f"--{name}", default="", metavar="URL", help=help_text)(function)
    return function
