"""Exports of a workspace: what is asked for is checked against the table of formats, then the format's writer runs."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.workspace.formats import FORMATS, OPTIONS, PICTURES, Asked, Format, Option

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["check", "export", "format_of"]

_LANGUAGES = ("zh", "en", "both")


def format_of(name: str) -> Format:
    """Return a format by its name.

    Raises:
        UsageError: BW001 for a format that does not exist.

    >>> format_of("turtle").media
    'text/turtle'
    """
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS, "formats") or f"formats: {', '.join(FORMATS)}"
        raise UsageError(Problem("BW001", f"no format {name!r}", hint=hint))
    return FORMATS[name]


def export(workspace: Workspace, name: str, asked: Asked) -> bytes:
    """Return an export as bytes; the same inputs give the same bytes.

    Args:
        workspace: the workspace, under its scenario.
        name: one of `bullwhip.workspace.formats.FORMATS`.
        asked: what is asked for beside the format.

    Raises:
        UsageError: BW001 for a format, language, picture or kind of answers that does not exist; BW002 where a format
            does not take what is asked for, or needs what is not; BW004 where an extra is not installed.
    """
    form = format_of(name)
    check(workspace, name, form, asked)
    module, _, function = form.writer.partition(":")
    written = getattr(import_module(module), function)(workspace, asked)
    assert isinstance(written, bytes)  # noqa: S101  every writer of the table returns bytes
    return written


def check(workspace: Workspace, name: str, form: Format, asked: Asked) -> None:
    """Refuse what a format does not take, and the lack of what it needs.

    Raises:
        UsageError: BW001 or BW002, as `export` says.
    """
    given = asked.given()
    for option in given:
        if option not in form.takes:
            takers = ", ".join(n for n, f in FORMATS.items() if option in f.takes)
            what = f"{asked.along[0]}" if option == "along" else OPTIONS[option]
            raise UsageError(Problem("BW002", f"{name} has no place for {what}", hint=f"formats: {takers}"))
    for option in form.needs:
        if option not in given:
            raise UsageError(Problem("BW002", f"{name} needs {OPTIONS[option]}", hint=_what(option)))
    for word, noun, known in ((asked.lingua, "language", _LANGUAGES), (asked.picture, "picture", PICTURES)):
        if word and word not in known:
            raise UsageError(Problem("BW001", f"no {noun} {word!r}", hint=_known(word, known, noun)))
    if not form.computes and not asked.along:
        changed = workspace.values or (workspace.scenario_id != "base" and [f"scenario {workspace.scenario_id}"]) or ()
        if changed:
            hint = "leave the scenario and what is set out" + ("; or write answers --with" * ("along" in form.takes))
            raise UsageError(Problem("BW002", f"{name} is the same under {changed[0]}: it holds no values", hint=hint))
        if asked.period is not None:
            raise UsageError(Problem("BW002", f"{name} has no period but for answers written along", hint="add --with"))


def _known(word: str, known: Iterable[str], noun: str) -> str:
    return did_you_mean(word, known, f"{noun}s") or f"{noun}s: {', '.join(known)}"


def _what(option: Option) -> str:
    words = {"of": "the quantity, e.g. --of server.market", "driver": "a driver, e.g. --driver model.parameters"}
    return words.get(option, "")
