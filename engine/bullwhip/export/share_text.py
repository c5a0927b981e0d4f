"""Printed market shares as they are shown: which one stands for a company at a tier, how it reads, how long its bar is.

A share is only comparable with shares of the same market. Where a tier has shares of several markets (global and
Chinese servers), the market with most shares is the tier's; the others are marked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.chain import Share
from bullwhip.model.quantity import index_text
from bullwhip.numbers import decimal_text

__all__ = ["ShownShare", "bar_extent", "describe_share", "share_text", "shown_shares"]

_SIGNS = {"<=": "≤", ">=": "≥"}


@dataclass(frozen=True, slots=True)
class ShownShare:
    """The share that stands for a company at a tier, and the others printed for it."""

    share: Share
    comparable: bool
    """Whether it is a share of the market that most shares of the tier are of."""
    others: tuple[Share, ...]


def share_text(share: Share) -> str:
    """Return a share as it was printed.

    >>> share = Share("a", "t", "", (), None, Fraction(3, 5), Fraction(7, 10), "", "2023", "c")
    >>> share_text(share)
    '60–70%'
    """
    sign = _SIGNS.get(share.bound, share.bound)
    if share.value is not None:
        return f"{sign}{_percent(share.value)}%"
    if share.low is not None and share.high is not None:
        return f"{sign}{_percent(share.low)}–{_percent(share.high)}%"
    if share.low is not None:
        return f"{sign or '≥'}{_percent(share.low)}%"
    if share.high is not None:
        return f"{sign or '≤'}{_percent(share.high)}%"
    return ""


def bar_extent(share: Share) -> tuple[Fraction, Fraction]:
    """Return the part of the market that a share certainly is, and the part that it may be.

    >>> bar_extent(Share("a", "t", "", (), Fraction(1, 5), None, None, "<", "2023", "c"))
    (Fraction(0, 1), Fraction(1, 5))
    """
    value, low, high = share.value, share.low, share.high
    if value is not None:
        low, high = (Fraction(0) if share.bound.startswith("<") else value), value
    low = low if low is not None else Fraction(0)
    return _unit(low), _unit(high if high is not None else low)


def describe_share(share: Share) -> str:
    """Return a share with the market and period it is of, for a tooltip.

    >>> describe_share(Share("a", "t", "hbm.value", (), Fraction(1, 2), None, None, "~", "2022", "c"))
    '~50% (hbm.value, 2022)'
    """
    period = "" if share.period == "-" else share.period
    detail = ", ".join(p for p in (index_text(share.quantity, share.index) if share.quantity else "", period) if p)
    return f"{share_text(share)} ({detail})" if detail else share_text(share)


def shown_shares(shares: Iterable[Share]) -> Mapping[tuple[str, str], ShownShare]:
    """Return by company and tier the share that is shown: of the tier's market before others, then the latest."""
    tiers: dict[str, list[Share]] = {}
    for share in shares:
        if share.company and share_text(share):
            tiers.setdefault(share.tier, []).append(share)
    shown: dict[tuple[str, str], ShownShare] = {}
    for tier, printed in tiers.items():
        market = _main_market(printed)
        for company in dict.fromkeys(s.company for s in printed):
            mine = [s for s in printed if s.company == company]
            best = max(mine, key=lambda s: (_market(s) == market, s.period))
            others = tuple(s for s in mine if s is not best)
            shown[company, tier] = ShownShare(best, _market(best) == market, others)
    return shown


def _percent(value: Fraction) -> str:
    return decimal_text(value * 100, 6)


def _unit(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(1))


def _market(share: Share) -> tuple[str, tuple[tuple[str, str], ...]]:
    return share.quantity, share.index


def _main_market(printed: list[Share]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the market that most companies have a share of; of equals, the one printed first."""
    companies = {(s.company, _market(s)): None for s in printed}
    return Counter(market for _, market in companies).most_common(1)[0][0]
