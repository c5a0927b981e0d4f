"""Years from printed periods, for what is counted in years."""

from __future__ import annotations

from functools import lru_cache

from bullwhip.reading.period import Period, read_period

__all__ = ["read_year"]


@lru_cache(maxsize=4096)
def read_year(text: str) -> int | None:
    """Return the year of a text that is a plain year, with or without a mark for estimate or actual; None otherwise.

    >>> read_year("2023E"), read_year("2021"), read_year("2022H1"), read_year("1750"), read_year("FY2024")
    (2023, 2021, None, None, None)
    """
    period = read_period(text)
    return period.year if isinstance(period, Period) else None
