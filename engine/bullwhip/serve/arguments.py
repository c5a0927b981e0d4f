"""The parameters of the API's calls, and how their texts are read: strictly, each once, within bounds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.label import Label

__all__ = ["MAX_NAMES", "MAX_REPEATS", "MAX_TEXT", "PREFIX", "Parameter", "read_arguments"]

MAX_TEXT = 2_000
"""Characters of one text."""
MAX_NAMES = 100
"""Different parameters of one call."""
MAX_REPEATS = 100
"""How often a parameter that may be repeated is."""
PREFIX = "param."
"""What the names of a query's own parameters begin with."""

_WHOLE = re.compile("[0-9]{1,9}")
_PERIOD = re.compile("[0-9]{1,4}")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a call."""

    name: str
    says: Label
    """What it is, in zh and en."""
    kind: Literal["text", "date", "period", "whole", "flag", "named"] = "text"
    """How it is read; `named` stands for all parameters whose names begin with `PREFIX`."""
    required: bool = False
    several: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 10**9 - 1
    default: str | int | bool | None = None
    """What is taken where it is not given; None where nothing is."""


def read_arguments(call: str, parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every parameter of a call.

    Args:
        call: its name, for messages.
        parameters: what it takes.
        given: a text, or several as a list, by name of the parameter.

    Raises:
        UsageError: with every problem: BW701 for a name that the call does not take, BW702 for a parameter that is
            missing or given twice, BW703 for a text that cannot be read.

    >>> read_arguments("value", [Parameter("id", Label(), required=True)], {"id": "cooling.market"})
    {'id': 'cooling.market'}
    """
    if len(given) > MAX_NAMES:
        raise UsageError(Problem("BW703", f"{len(given)} parameters; at most {MAX_NAMES} are read"))
    known = {p.name: p for p in parameters if p.kind != "named"}
    open_names = len(known) < len(parameters)
    problems: list[Problem] = []
    texts: dict[str, list[str]] = {}
    for name, value in given.items():
        if name in known or (open_names and name.startswith(PREFIX) and len(name) > len(PREFIX)):
            wrong = _form(name, value)
            problems += wrong
            texts[name] = [] if wrong else [value] if isinstance(value, str) else list(value)
        else:
            problems.append(_unknown(call, name, known, open_names=open_names))
    values: dict[str, Any] = {}
    for p in known.values():
        if p.name not in texts and p.required:
            problems.append(Problem("BW702", f"{call} needs {p.name}", hint=f"{p.name} is: {p.says.en}"))
        values[p.name] = _value(p, texts.get(p.name, []), problems)
    if problems:
        raise UsageError(problems)
    named = {name.removeprefix(PREFIX): several for name, several in texts.items() if name not in known}
    return values | ({PREFIX: named} if open_names else {})


def _unknown(call: str, name: str, known: Collection[str], *, open_names: bool) -> Problem:
    hint = did_you_mean(name, known) or f"it takes {', '.join(known) or 'none'}"
    if open_names:
        hint += f"; those of the query itself begin with {PREFIX}"
    return Problem("BW701", f"{call} has no parameter {_short(name)}", hint=hint)


def _form(name: str, value: object) -> list[Problem]:
    """Return what is wrong with the form of an argument: not a text or several, too long, too many, empty."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if not texts or not all(isinstance(text, str) for text in texts):
        return [Problem("BW703", f"{_short(name)} is no text", hint="give every argument as text")]
    if len(texts) > MAX_REPEATS:
        return [Problem("BW703", f"{_short(name)} is given {len(texts)} times; at most {MAX_REPEATS} are read")]
    longest = max(map(len, texts), default=0)
    if longest > MAX_TEXT:
        return [Problem("BW703", f"{_short(name)} has {longest:,} characters; at most {MAX_TEXT:,} are read")]
    if "" in texts:
        return [Problem("BW703", f"{_short(name)} is empty", hint="leave it out, or give it a value")]
    return []


def _value(p: Parameter, texts: Sequence[str], problems: list[Problem]) -> Any:
    if len(texts) > 1 and not p.several:
        problems.append(Problem("BW702", f"{p.name} is given {len(texts)} times", hint="give it once"))
        return None
    found: list[Any] = []
    for text in texts:
        try:
            found.append(_read(p, text))
        except ValueError as error:
            expected, _, hint = str(error).partition("; ")
            problems.append(Problem("BW703", f"{p.name}={_short(text)} is {expected}", hint=hint))
    if p.several:
        return found
    return found[0] if found else p.default


def _read(p: Parameter, text: str) -> Any:
    """Return the value of a text.

    Raises:
        ValueError: what it is not, and behind a semicolon what to write.
    """
    if p.choices and text not in p.choices:
        hint = did_you_mean(text, p.choices) or f"one of {', '.join(p.choices)}"
        raise ValueError(f"none of the choices; {hint}")
    if p.kind == "flag":
        if text not in ("true", "false"):
            raise ValueError("neither true nor false; write true or false")
        return text == "true"
    if p.kind == "date" and not _DATE.fullmatch(text):
        raise ValueError("no date; write a day that exists as YYYY-MM-DD")
    if p.kind == "period":
        if not _PERIOD.fullmatch(text):
            raise ValueError("no period; write a year, such as 2025")
        return int(text)
    if p.kind == "whole":
        if not _WHOLE.fullmatch(text) or not p.least <= int(text) <= p.most:
            raise ValueError(f"no whole number from {p.least} to {p.most}; write digits only")
        return int(text)
    return text


def _short(text: object) -> str:
    """Return a text for a message, cut where it is long."""
    written = str(text)
    return repr(written if len(written) <= 60 else written[:60] + "…")
