"""Reading periods from print."""

from __future__ import annotations

import re

__all__ = ["read_year"]

_YEAR = re.compile(r"((?:19|20)\d\d)\s*(?:年)?\s*[EAFeaf]?")


def read_year(text: str) -> int | None:
    """Return the year of a text that is a year, with or without a mark for estimate or actual; None otherwise.

    >>> read_year("2023E"), read_year("2021"), read_year("2022H1"), read_year("1750")
    (2023, 2021, None, None)
    """
    match = _YEAR.fullmatch(text.strip())
    return int(match[1]) if match else None
