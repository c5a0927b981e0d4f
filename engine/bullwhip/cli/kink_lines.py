"""Kinks as lines for people: what binds, how far it is to the next branch, and at which driver values it takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text, round_half_up

__all__ = ["first_kinks", "kink_lines", "switching_line"]

_MOST = 12
"""Kinks that a terminal shows; a large model rests on hundreds."""


def kink_lines(kink: Mapping[str, Any]) -> list[str]:
    """Return a kink of an answer as lines: the kink itself, then one line for each driver that moves it.

    >>> kink_lines({"function": "max", "text": "a.x, b.y", "cell": "c.z", "binding": ["a.x"], "next": "b.y",
    ...             "slack": 2, "slack_exact": "2", "relative": 0.5, "relative_exact": "0.5", "at_tie": False,
    ...             "options": [], "sides": [], "switching": [], "note": None, "unit": "kt"})
    ['max(a.x, b.y) in c.z: a.x binds, b.y is next, slack 2 kt (50 %)']
    """
    name = f"{kink['function']}({kink['text']}) in {kink['cell']}"
    return [f"{name}: {_binding(kink)}", *(switching_line(s) for s in kink["switching"]), *_note(kink)]


def first_kinks(kinks: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the lines of the first kinks, and how many more there are.

    >>> first_kinks([["a"], ["b", "c"]]), first_kinks([["a"]] * 14)[-1]
    ([['a'], ['b', 'c']], ['2 more kinks; --json has them all'])
    """
    shown = [list(lines) for lines in kinks[:_MOST]]
    return shown if len(kinks) <= _MOST else [*shown, [f"{len(kinks) - _MOST} more kinks; --json has them all"]]


def _note(kink: Mapping[str, Any]) -> list[str]:
    return [kink["note"]] if kink["note"] else []


def _binding(kink: Mapping[str, Any]) -> str:
    if kink["slack"] is None or not kink["binding"]:
        return "what binds is unknown"
    relative = ""
    if kink["relative"] is not None:
        relative = f" ({_number(round_half_up(_rational(kink, 'relative', 'relative_exact') * 100, 1))} %)"
    unit = f" {kink['unit']}" if kink["unit"] not in (None, "1") else ""
    slack = f"slack {_number(_rational(kink, 'slack', 'slack_exact'))}{unit}{relative}"
    if kink["at_tie"]:
        slack = "exactly at the kink"
    if kink["function"] in ("floor", "ceil"):
        return f"at {_number(_rational(kink['options'][0], 'value', 'exact'))}, {slack}"
    if kink["function"] == "abs":
        return slack
    ahead = f", {kink['next']} is next" if kink["next"] else ""
    return f"{' and '.join(kink['binding'])} binds{ahead}, {slack}"


def switching_line(s: Mapping[str, Any]) -> str:
    """Return at which values of a driver a kink takes another branch.

    >>> switching_line({"driver": "a.x", "driver_index": {}, "moves": "value", "unit": "GB", "now": 80,
    ...                 "now_exact": "80", "below": None, "below_exact": None, "above": 87.5, "above_exact": "87.5",
    ...                 "above_jump": True, "low": 0, "high": 100, "note": None})
    'a.x = 80 GB: another branch above 87.5, a jump'
    """
    name = index_text(s["driver"], tuple(s["driver_index"].items()))
    now = f"{name} = {_shown(s, 'now')}" if s["moves"] == "value" else f"{name} times 1"
    unit = f" {s['unit']}" if s["unit"] and s["unit"] != "1" else ""
    sides = [side for side in ("below", "above") if s[side] is not None]
    ends = [f"{side} {_shown(s, side)}{', a jump' if s[f'{side}_jump'] else ''}" for side in sides]
    if ends:
        return f"{now}{unit}: another branch {' and '.join(ends)}"
    return f"{now}{unit}: {s['note'] or 'no other branch in its range'}"


def _shown(s: Mapping[str, Any], side: str) -> str:
    text = _number(_rational(s, side, f"{side}_exact"))
    return text if s[f"{side}_exact"] else f"about {text}"


def _rational(record: Mapping[str, Any], key: str, exact: str) -> Fraction:
    """Return a number of an answer: exactly, or the double where it was rounded on the way."""
    return Fraction(record[exact] or record[key])


def _number(value: Fraction) -> str:
    return decimal_text(value, 6)
