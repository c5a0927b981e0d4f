"""Finds the reason for which a text that fits no rule is refused."""

from __future__ import annotations

import re

from bullwhip.reading.characters import RAISED

__all__ = ["why_refused"]

_NOT_FINITE = re.compile(r"[+-]?(?:inf|infinity|nan|∞|无穷|无限)", re.IGNORECASE)
_GROUP = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_GLUED = re.compile(r"[A-Za-z][0-9]|[0-9][A-Za-z]")
_INDEFINITE = re.compile(
    r"(?:数|几|上|成|近|超|过)?[十百千万亿]{1,3}(?:余|多)?(?:级|量级|级别)?[^0-9]{0,6}|数[十百千万亿]+.{0,6}|几[十百千万亿]?.{0,6}|若干.{0,6}"
)


def why_refused(text: str) -> tuple[str, str]:
    """Return a key of `REFUSED` and what was found.

    >>> why_refused("H100")[0], why_refused("数十亿")[0], why_refused("3 or 4")[0], why_refused("大幅增长")[0]
    ('identifier', 'indefinite', 'several', 'no_number')
    """
    if _NOT_FINITE.fullmatch(text):
        return "not_finite", text
    groups = _GROUP.findall(text)
    if any(c in RAISED for c in text):
        return "superscript", "".join(c for c in text if c in RAISED)
    if not groups:
        return ("indefinite", "") if _INDEFINITE.fullmatch(text) else ("no_number", "")
    if len(groups) > 1:
        return "several", " and ".join(groups[:3])
    if _GLUED.search(text):
        return "identifier", ""
    return "words", _GROUP.sub("…", text)[:40]
