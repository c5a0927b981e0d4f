"""Leaves out problems that only follow from a file that could not be read: what it declares is missing everywhere."""

from __future__ import annotations

from bullwhip.errors import Problem
from bullwhip.model.source import RawProgram

__all__ = ["without_echoes"]

_UNREAD = ("BW101", "BW102", "BW103", "BW107", "BW113")
"""Codes of a file, or of a row of it, that was not read."""

_ECHOES = {
    "rules/": ("BW109", "BW201", "BW207", "BW208", "BW211", "BW217"),
    "ontology/chain/": ("BW201", "BW212"),
    "ontology/facts/": ("BW201", "BW211", "BW217"),
    "ontology/": ("BW201", "BW211", "BW212", "BW215"),
}
"""Where the unread file lies, to the codes that say elsewhere that something is missing. The first that fits counts."""


def without_echoes(problems: list[Problem], raw: RawProgram) -> list[Problem]:
    """Return the problems without those that may only say what an unread file would have declared.

    Such a problem is either solved together with the file, or it is reported once the file can be read.
    """
    unread = {p.place.file for p in raw.problems if p.place and p.severity == "error" and p.code in _UNREAD}
    echoed: dict[str, set[str]] = {}
    for file in sorted(unread):
        codes = next((c for start, c in _ECHOES.items() if file.startswith(start)), ())
        for code in codes:
            echoed.setdefault(code, set()).add(file)
    kept = set(map(id, raw.problems))
    return [p for p in problems if id(p) in kept or p.code not in echoed or (p.place and p.place.file in unread)]
