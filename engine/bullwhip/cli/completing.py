"""What a shell offers behind `bullwhip query`: names of queries, of parameters, and the values there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from bullwhip.errors import BullwhipError

__all__ = ["complete_names", "complete_parameters", "complete_values"]

_MOST = 200
"""How many values a shell is given at most."""


def complete_names(context: click.Context, begun: str) -> list[CompletionItem]:
    """Return the queries whose name begins so, each with its title."""
    return _quietly(lambda: _names(context, begun))


def complete_parameters(context: click.Context, begun: str) -> list[CompletionItem]:
    """Return the parameters of the query named before, or behind `NAME=` the values it may have."""
    name, equals, value = begun.partition("=")
    if equals:
        values = complete_values(context, name, value)
        return [CompletionItem(f"{name}={item.value}", help=item.help) for item in values]
    return _quietly(lambda: _parameters(context, begun))


def complete_values(context: click.Context, name: str, begun: str) -> list[CompletionItem]:
    """Return the values of a parameter that begin so."""
    return _quietly(lambda: _values(context, name, begun))


def _quietly(offer: Callable[[], Iterable[CompletionItem]]) -> list[CompletionItem]:
    """Return what is offered; a workspace that cannot be read offers nothing, and says nothing into the prompt."""
    try:
        return list(offer())
    except (BullwhipError, OSError, UnicodeError):
        return []


def _folder(context: click.Context) -> Path | None:
    named = context.find_root().params.get("workspace")
    return Path(named) if named else None


def _query(context: click.Context) -> str:
    """Return the query that is named; where an option still lacks its value, names are not told apart yet."""
    plain = [word for word in context.args if not word.startswith("-")]
    return context.params.get("name") or (plain[0] if plain else "")


def _names(context: click.Context, begun: str) -> Iterable[CompletionItem]:
    from bullwhip.query.header import read_headers
    from bullwhip.workspace.opening import open_files

    headers = read_headers(open_files(_folder(context))[0])
    return (CompletionItem(h.id, help=h.title.en) for h in headers if h.id.startswith(begun))


def _parameters(context: click.Context, begun: str) -> Iterable[CompletionItem]:
    from bullwhip.query.header import read_headers
    from bullwhip.workspace.opening import open_files

    chosen = [h for h in read_headers(open_files(_folder(context))[0]) if h.id == _query(context)]
    found = [p for h in chosen for p in h.parameters if p.name.startswith(begun)]
    return (CompletionItem(f"{p.name}=", help=p.description) for p in found)


def _values(context: click.Context, name: str, begun: str) -> Iterable[CompletionItem]:
    from bullwhip.query.header import CHOICES, read_headers
    from bullwhip.workspace.opening import open_program
    from bullwhip.workspace.parameters import known_values

    program, files = open_program(_folder(context))
    for header in read_headers(files):
        kinds = {p.name: p.type for p in header.parameters}
        if header.id == _query(context) and name in kinds:
            known = CHOICES.get(kinds[name]) or known_values(program, [kinds[name]]).get(kinds[name], ())
            return [CompletionItem(value) for value in known if value.startswith(begun)][:_MOST]
    return []
